"""The generator's parser, run on a document for what it says alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openapi_python_client.parser.errors import ParseError

from codegen.client.generator import config_of, parse, text_of
from codegen.client.identifiers import MAX_NAME, class_file
from codegen.client.places import place_of, with_places
from codegen.errors import GenerationError, Problem, pointer
from codegen.reserved import RESERVED_CLASSES


def rehearse(document: dict[str, Any]) -> Iterator[Problem]:
    """Yield what the generator refuses or leaves out, and the classes whose name or file is taken.

    Only the generator knows the classes of nested schemas: it joins their names from those of the parts around.
    """
    try:
        data = parse(with_places(document), config_of("rehearsal", Path("rehearsal")))
    except GenerationError as error:
        yield Problem(pointer(), error.problem)
        return
    collections = data.endpoint_collections_by_tag.values()
    for refusal in (*data.errors, *(each for collection in collections for each in collection.parse_errors)):
        yield Problem(_blamed(document, refusal), text_of(refusal))
    files: dict[str, str] = {}
    for each in (*data.models, *data.enums):
        name, file = str(each.class_info.name), class_file(each.class_info.name)
        if not unicodedata.is_normalized("NFKC", name + each.class_info.module_name):
            yield Problem(place_of(each), f"Python reads the class name {name} as another: give it a plain title")
        elif name in RESERVED_CLASSES:
            yield Problem(place_of(each), f"the class name {name} is taken: give the schema another title")
        elif len(file.encode()) > MAX_NAME:
            yield Problem(place_of(each), f"the class {name} makes too long a name for a file: give it a title")
        elif file in files:
            yield Problem(place_of(each), f"the class {name} is written over {files[file]}: give it another title")
        files[file] = name


def _blamed(document: dict[str, Any], error: ParseError) -> str:
    """Return the place of the part that the generator hands back with its error, or of the operation that it names."""
    operations = ((path, method) for path, item in document["paths"].items() for method in item)
    named = (each for each in operations if f" parsing {each[1].upper()} {each[0]} within " in error.header)
    return place_of(error.data, pointer("paths", *next(named, ())))

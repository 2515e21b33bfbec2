"""Measure how each stage's time grows with the size of a made-up spec; exits with 1 if one grows out of proportion.

    PYTHONPATH=. python tests/speed/growth.py [sizes]

The time is the processor's, the formatter's included: it does not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import gc
import math
import resource
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from codegen import client
from codegen.client import project
from codegen.corrections import apply_corrections
from codegen.document import load_document
from codegen.providers import Provider
from codegen.validation import validate_document

SIZES = (50, 100, 200, 400, 800)
STAGES = ("load", "corrections", "validation", "generation", "formatting", "all")
REPEATS = 3

MAX_EXPONENT = 1.15
"""Of the seconds as a power of the size: 1 is in proportion, and timings are not exact."""

OVERLAY = {
    "overlay": "1.1.0",
    "info": {"title": "Corrections like ours", "version": "1"},
    "actions": [
        {"target": "$.info", "description": "a title", "update": {"title": "Synthetic API"}},
        {"target": "$.paths.*.get", "description": "a tag", "update": {"tags": ["sessions"]}},
        {"target": "$.paths.*.get", "description": "a key", "update": {"security": [{"key": []}]}},
        {"target": "$.components.schemas.Session", "description": "a requirement", "update": {"required": ["name"]}},
        {
            "target": "$.components.schemas.Session.properties.name",
            "description": "a secret",
            "update": {"x-sensitive": True},
        },
        {"target": "$.components.schemas.*.properties.count.type", "description": "may be null", "remove": True},
        {
            "target": "$.components.schemas.*.properties.count",
            "description": "may be null",
            "update": {"type": ["integer", "null"]},
        },
        {"target": "$..[?@.format == 'uuid'].format", "description": "ids are opaque", "remove": True},
    ],
}


def main() -> int:
    """Measure, print, and return 1 if a stage grows out of proportion."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="numbers of schemas")
    sizes: Sequence[int] = parser.parse_args().sizes
    with tempfile.TemporaryDirectory() as folder:
        # Round by round, so that a machine that slows down does so for all sizes.
        runs = [[stages(Path(folder, f"{size}-{run}"), synthetic(size)) for size in sizes] for run in range(REPEATS)]
    rows = [[min(column) for column in zip(*same_size, strict=True)] for same_size in zip(*runs, strict=True)]
    columns = [*zip(*rows, strict=True)]
    exponents = [exponent(sizes, column) for column in columns]
    print(f"one client, seconds of a processor by number of schemas, the least of {REPEATS}")
    print(cells("schemas", *STAGES))
    for size, row in zip(sizes, rows, strict=True):
        print(cells(size, *(f"{seconds:.3f}" for seconds in row)))
    print(cells("grows as n^", *(f"{power:.2f}" for power in exponents)))
    broken = [name for name, power in zip(STAGES, exponents, strict=True) if power > MAX_EXPONENT]
    print(f"{'BROKEN' if broken else 'holds '}  growth, at most n^{MAX_EXPONENT}: {', '.join(broken) or 'all stages'}")
    return 1 if broken else 0


def stages(root: Path, document: dict[str, Any]) -> list[float]:
    """Return the seconds of each stage, and their sum, for a document and an overlay that do not grow with it."""
    provider = Provider(root, "synthetic", info="", dialect="openapi", sha256="", operations=())
    provider.spec.parent.mkdir(parents=True)
    provider.spec.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False), "utf-8")
    times: list[float] = []
    with timed(times):
        document = load_document(provider.spec)
    with timed(times):
        document = apply_corrections(document, OVERLAY)
    with timed(times):
        validate_document(document)
    with timed(times):
        client.generate_client(document, provider, version="0.1.0", into=root / "first")
    with timed(times):
        project._format(root / "first")
    times[3] -= times[4]  # the client is formatted where it is generated; formatting it again takes as long
    return [*times, sum(times)]


@contextmanager
def timed(times: list[float]) -> Iterator[None]:
    """Append the seconds that the block takes."""
    gc.collect()
    start = processor_time()
    yield
    times.append(processor_time() - start)


def processor_time() -> float:
    """Return the seconds that this process and those it has waited for have had of a processor."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def synthetic(size: int) -> dict[str, Any]:
    """Return a spec with so many schemas, which make a tree, and are like those of a real one."""
    names = ["Session", *(f"Model{number}" for number in range(1, size))]
    schemas = {name: model(names, index) for index, name in enumerate(names)}
    session = {"$ref": "#/components/schemas/Session"}
    content = {"application/json": {"schema": session, "examples": {"one": {"value": example("Session")}}}}
    operation = {
        "operationId": "get_session",
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "A session", "content": content}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Synthetic", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {"/sessions/{id}": {"get": operation}},
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
            "schemas": schemas,
        },
    }


def model(names: list[str], index: int) -> dict[str, Any]:
    """Return one object schema, which refers to two others as a node of a binary tree does."""
    children = names[2 * index + 1 : 2 * index + 3]
    return {
        "type": "object",
        "title": names[index],
        "description": f"The object number {index} of this spec",
        "required": ["id", "state"],
        "properties": {
            "id": {"type": "string", "format": "uuid", "description": "Identifies the object"},
            "name": {"type": "string", "description": "What people call it"},
            "state": {"type": "string", "enum": ["PENDING", "RUNNING", "ENDED"]},
            "count": {"type": "integer", "description": "How many there are"},
            "createdAt": {"type": "string", "format": "date-time"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            **{f"list{n}": {"type": "array", "items": reference(name)} for n, name in enumerate(children)},
            **{f"one{n}": {"anyOf": [reference(name), {"type": "null"}]} for n, name in enumerate(children)},
        },
        "examples": [example(names[index])],
    }


def reference(name: str) -> dict[str, str]:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def example(name: str) -> dict[str, Any]:
    """Return an object that fits any of the schemas."""
    return {
        "id": "4f0c7a1e-53f2-4f7e-9a55-0c6f6f0b8a11",
        "name": name,
        "state": "RUNNING",
        "count": 1,
        "labels": {"a": "b"},
    }


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Return the power of the size that the seconds grow with: the slope of their least-squares line, in logarithms."""
    return statistics.linear_regression(list(map(math.log, sizes)), list(map(math.log, seconds))).slope


def cells(*values: object) -> str:
    """Return one line of a table."""
    return "".join(str(value).rjust(13) for value in values)


if __name__ == "__main__":
    sys.exit(main())

"""The rows of a list: the array that an overlay marks `x-rows: true`, whose items are decoded one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
from openapi_python_client.parser.openapi import GeneratorData
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.strings import PythonCode

from codegen.client.places import place_of
from codegen.walk import resolve


class RowsProperty(ListProperty):
    """An array whose items that do not fit are kept beside those that fit."""

    def get_base_type_string(self) -> PythonCode:
        """Return the annotation, which is `Rows[…]` in the place of `list[…]`."""
        return PythonCode(f"Rows[{self.inner_property.get_type_string().as_unembedded_code()}]")

    def get_imports(self, *, prefix: str) -> set[str]:
        """Return the imports of a list of the same items, and that of `Rows`."""
        return super().get_imports(prefix=prefix) | {f"from {prefix}types import Rows"}


def mark_rows(document: dict[str, Any], data: GeneratorData) -> None:
    """Replace, in what the generator read of a document, each array of rows by a `RowsProperty`."""
    for properties in _lists_of_properties(data):
        properties[:] = [_marked(document, each) for each in properties]
    for collection in data.endpoint_collections_by_tag.values():
        for endpoint in collection.endpoints:
            for response in endpoint.responses:
                response.prop = _marked(document, response.prop)


def _lists_of_properties(data: GeneratorData) -> Iterator[list[Any]]:
    for model in data.models:
        yield from (each for each in (model.required_properties, model.optional_properties) if each)


def _marked(document: dict[str, Any], prop: Any) -> Any:
    if isinstance(prop, UnionProperty):
        prop.inner_properties[:] = [_marked(document, each) for each in prop.inner_properties]
    if isinstance(prop, ListProperty):
        prop.inner_property = _marked(document, prop.inner_property)
    is_list = type(prop) is ListProperty and place_of(prop) != "#"
    if is_list and resolve(document, place_of(prop)).get("x-rows") is True:
        return RowsProperty(**attrs.asdict(prop, recurse=False))
    return prop


def holder_of_rows(data: GeneratorData) -> Callable[[Any], bool]:
    """Return the function that says whether a property holds rows, itself or at any depth."""
    holding: set[str] = set()

    def holds_rows(prop: Any) -> bool:
        if isinstance(prop, ListProperty):
            return isinstance(prop, RowsProperty) or holds_rows(prop.inner_property)
        if isinstance(prop, UnionProperty):
            return any(map(holds_rows, prop.inner_properties))
        return isinstance(prop, ModelProperty) and str(prop.class_info.name) in holding

    while True:  # once for each level of objects around the rows
        found = {str(each.class_info.name) for each in data.models if any(map(holds_rows, _properties_of(each)))}
        if found == holding:
            return holds_rows
        holding |= found


def _properties_of(model: ModelProperty) -> list[Any]:
    return [*(model.required_properties or ()), *(model.optional_properties or ())]

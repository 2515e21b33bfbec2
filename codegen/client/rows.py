"""The rows of a list: the array that an overlay marks `x-rows: true`, whose items are decoded one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
from openapi_python_client.parser.openapi import GeneratorData
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.strings import PythonCode

from codegen.client.places import place_of
from codegen.client.properties import model_name, properties_of, values_of
from codegen.walk import resolve


class RowsProperty(ListProperty):
    """An array that keeps the items that do not fit beside those that fit."""

    def get_base_type_string(self) -> PythonCode:
        """Return the annotation, `Rows[…]` instead of `list[…]`."""
        return PythonCode(f"Rows[{self.inner_property.get_type_string().as_unembedded_code()}]")

    def get_imports(self, *, prefix: str) -> set[str]:
        """Return the imports of a list of the same items, and of `Rows`."""
        return super().get_imports(prefix=prefix) | {f"from {prefix}types import Rows"}


def mark_rows(document: dict[str, Any], data: GeneratorData) -> None:
    """Replace each array of rows in the generator's data by a `RowsProperty`."""
    for model in data.models:
        for properties in (model.required_properties, model.optional_properties):
            if properties:
                properties[:] = [_marked(document, each) for each in properties]
    for collection in data.endpoint_collections_by_tag.values():
        for endpoint in collection.endpoints:
            for response in endpoint.responses:
                response.prop = _marked(document, response.prop)


def _marked(document: dict[str, Any], prop: Any) -> Any:
    if isinstance(prop, UnionProperty):
        prop.inner_properties[:] = [_marked(document, each) for each in prop.inner_properties]
    if isinstance(prop, ListProperty):
        prop.inner_property = _marked(document, prop.inner_property)
        if place_of(prop) != "#" and resolve(document, place_of(prop)).get("x-rows") is True:
            return RowsProperty(**attrs.asdict(prop, recurse=False))
    return prop


def holding_rows(data: GeneratorData) -> Callable[[Any], bool]:
    """Return a test of whether a property holds rows, at any depth."""
    holding: set[str | None] = set()

    def holds_rows(prop: Any) -> bool:
        return any(isinstance(each, RowsProperty) or model_name(each) in holding for each in values_of(prop))

    while True:  # once for each level of objects around the rows
        found = {model_name(each) for each in data.models if any(map(holds_rows, properties_of(each)))}
        if found == holding:
            return holds_rows
        holding |= found

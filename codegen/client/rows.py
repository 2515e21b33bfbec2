"""The rows of a list: the array that an overlay marks `x-rows: true`, whose items are decoded one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
from openapi_python_client.parser.openapi import GeneratorData
from openapi_python_client.parser.properties import AnyProperty, ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.strings import PythonCode

from codegen.client.places import place_of
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


def nesting(data: GeneratorData) -> Callable[[Any], bool]:
    """Return a test of whether a property can hold a model with declared or typed properties."""
    declaring = {_name(each) for each in data.models if properties_of(each) or is_typed_map(each)}
    return lambda prop: any(_name(each) in declaring for each in _values(prop))


def holding_rows(data: GeneratorData) -> Callable[[Any], bool]:
    """Return a test of whether a property holds rows, at any depth."""
    holding: set[str | None] = set()

    def holds_rows(prop: Any) -> bool:
        return any(isinstance(each, RowsProperty) or _name(each) in holding for each in _values(prop))

    while True:  # once for each level of objects around the rows
        found = {_name(each) for each in data.models if any(map(holds_rows, properties_of(each)))}
        if found == holding:
            return holds_rows
        holding |= found


def is_typed_map(model: ModelProperty) -> bool:
    """Whether the values of a model's additional properties have a type."""
    return model.additional_properties is not None and not isinstance(model.additional_properties, AnyProperty)


def properties_of(model: ModelProperty) -> list[Any]:
    """Return the properties that a model declares."""
    return [*(model.required_properties or ()), *(model.optional_properties or ())]


def _values(prop: Any) -> Iterator[Any]:
    """Yield a property, and the properties of its alternatives and items."""
    yield prop
    inner = prop.inner_properties if isinstance(prop, UnionProperty) else []
    for each in [prop.inner_property] if isinstance(prop, ListProperty) else inner:
        yield from _values(each)


def _name(prop: Any) -> str | None:
    return str(prop.class_info.name) if isinstance(prop, ModelProperty) else None

"""The generator's properties: those of a model, the alternatives of one, and everything in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from openapi_python_client.parser.openapi import GeneratorData
from openapi_python_client.parser.properties import AnyProperty, ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty


def properties_of(model: ModelProperty) -> list[Any]:
    """Return the properties that a model declares."""
    return [*(model.required_properties or ()), *(model.optional_properties or ())]


def is_typed_map(model: ModelProperty) -> bool:
    """Whether the values of a model's additional properties have a type."""
    return model.additional_properties is not None and not isinstance(model.additional_properties, AnyProperty)


def alternatives_of(prop: Any) -> list[Any]:
    """Return the alternatives of a union, or a property of another kind alone."""
    return list(prop.inner_properties) if isinstance(prop, UnionProperty) else [prop]


def values_of(prop: Any) -> Iterator[Any]:
    """Yield a property, and the properties of its alternatives and items."""
    yield prop
    inner = prop.inner_properties if isinstance(prop, UnionProperty) else []
    for each in [prop.inner_property] if isinstance(prop, ListProperty) else inner:
        yield from values_of(each)


def model_name(prop: Any) -> str | None:
    """Return the name of the class if a property is a model."""
    return str(prop.class_info.name) if isinstance(prop, ModelProperty) else None


def nesting(data: GeneratorData) -> Callable[[Any], bool]:
    """Return a test of whether a property can hold a model with declared or typed properties."""
    declaring = {model_name(each) for each in data.models if properties_of(each) or is_typed_map(each)}
    return lambda prop: any(model_name(each) in declaring for each in values_of(prop))

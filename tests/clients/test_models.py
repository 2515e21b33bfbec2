from __future__ import annotations

import copy
import typing
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import attrs
import pytest

from tests.clients.client_case import ClientCase
from tests.clients.contract import Outcome, check, ill_typed, normal
from tests.clients.copies import COPIES
from tests.clients.synthetic import Synthetic

UNKNOWN_VALUES = ["HIBERNATING", "", " ", "é", "a\nb", "value", "name", "\ud800"]


def success(case: ClientCase) -> Any:
    """Return a copy of a success's example, which the caller may change."""
    return copy.deepcopy(case.examples(200)[0])


def nothing_fits(case: ClientCase) -> Any:
    """Return an example with an unknown property in which only the session's identifying properties fit."""
    body = success(case)
    session = case.session_in(body)
    session |= {name: [["unfit", value]] for name, value in session.items() if name != case.identifying[-1]}
    session["unknown"] = {"a": [None, 1.0, True]}
    return body


def test_every_example_round_trips(case: ClientCase) -> None:
    """Every model gives back its body, and equals a model decoded from that."""
    for status in case.statuses:
        for example in case.examples(status):
            model = case.response(example, status).parsed
            assert normal(model.to_dict()) == normal(example)
            assert type(model).from_dict(model.to_dict()) == model
            assert list(ill_typed(model, type(model))) == []


def test_a_session_is_not_lost_for_what_does_not_identify_it(case: ClientCase) -> None:
    """A non-identifying property of another type reads as unset, is listed by its path, and is written unchanged."""
    body = nothing_fits(case)
    model = case.response(body).parsed
    prefix = "".join(f"{part}." for part in case.identifying[:-1])
    assert model.unexpected
    for path, raw in model.unexpected.items():
        assert path.startswith(prefix)
        assert case.session_in(body)[path.removeprefix(prefix)] is not raw
        assert case.session_in(body)[path.removeprefix(prefix)] == raw
    check(case.oracle, case.schema(200), body, Outcome(model, None, type(model)))


@pytest.mark.parametrize("unfit", [None, 5, True, [], {}, ...])
def test_a_session_without_what_identifies_it_is_an_error(case: ClientCase, unfit: Any) -> None:
    """The error names the place of the missing or unfit property."""
    body = success(case)
    case.session_in(body)[case.identifying[-1]] = unfit
    if unfit is ...:
        del case.session_in(body)[case.identifying[-1]]
    error = case.response(body).error
    assert error.path == ".".join(case.identifying)
    assert error.expected == "string"


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_copies_of_models_are_equal(case: ClientCase, copied: Callable[[Any], Any]) -> None:
    """Models survive copying and pickling with their unknown and unexpected values."""
    for body in (*case.examples(200), *case.examples(404), nothing_fits(case)):
        model = case.response(body, 404 if body in case.examples(404) else 200).parsed
        again = copied(model)
        assert again is not model
        assert again == model
        assert type(again) is type(model)
        assert normal(again.to_dict()) == normal(body)
        assert again.unexpected == model.unexpected
        assert repr(again) == repr(model)


def test_a_model_prints_what_was_sent(case: ClientCase) -> None:
    """Unsent attributes are omitted, null is printed, and unknown or unfit properties are printed by name only."""
    name = case.identifying[-1]
    kind = case.models.Session
    model = kind.from_dict({name: "a", "other": "b"})
    (attribute,) = (each for each, named in kind._NAMES.items() if named == name)
    assert repr(kind.from_dict({name: "a"})) == f"Session({attribute}='a')"
    assert repr(model) == f"Session({attribute}='a', additional_properties={{'other': ...}})"


def test_models_are_equal_by_all_that_they_hold(case: ClientCase) -> None:
    """Two models with different unknown properties differ too."""
    body = success(case)
    model = case.response(body).parsed
    assert model == case.response(success(case)).parsed
    assert model != case.response(body | {"unknown": 1}).parsed
    assert model != body


def test_a_model_does_not_change_its_source(case: ClientCase) -> None:
    """Neither decoding nor changing a model writes into the data, which may be any mapping."""
    body = success(case)
    model = type(case.response(body).parsed)
    first = model.from_dict(body)
    first["new"] = 1
    assert body == success(case)
    assert model.from_dict(MappingProxyType(body)) == model.from_dict(body)
    assert "new" not in model.from_dict(body)


def test_additional_properties_are_a_dict(case: ClientCase) -> None:
    """Unknown properties are read by subscription, and written like all others."""
    body = success(case) | {"unknown": {"a": 1}, "another": None}
    model = case.response(body).parsed
    assert model.additional_properties == {"unknown": {"a": 1}, "another": None}
    assert model.additional_keys == ["unknown", "another"]
    assert "unknown" in model
    assert case.identifying[0] not in model
    assert model["unknown"] == {"a": 1}
    model["unknown"] = 2
    model["new"] = 3
    del model["another"]
    assert normal(model.to_dict()) == normal(success(case) | {"unknown": 2, "new": 3})
    assert model.unexpected == {}
    with pytest.raises(KeyError):
        _ = model["another"]
    assert typing.get_type_hints(type(model))["additional_properties"] == dict[str, Any]


def test_setting_an_attribute_settles_what_was_unexpected(case: ClientCase) -> None:
    """A value that the caller sets replaces the raw value."""
    model = case.response(nothing_fits(case)).parsed
    session = case.session_of(model)
    unfit = [name for name in session._NAMES.values() if name in session]
    for attribute, name in session._NAMES.items():
        if name in unfit:
            setattr(session, attribute, "settled")
    assert model.unexpected == {}
    settled = case.session_in(model.to_dict())
    assert [settled[name] for name in unfit] == ["settled"] * len(unfit)


def test_annotations_of_models_resolve(case: ClientCase) -> None:
    """Every model's annotations can be read at runtime, including forward references."""
    for name in case.models.__all__:
        model = getattr(case.models, name)
        if attrs.has(model):
            assert typing.get_type_hints(model).keys() >= {each.name for each in attrs.fields(model)}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_unset_is_one_object(case: ClientCase, copied: Callable[[Any], Any]) -> None:
    """`is UNSET` holds for every copy of UNSET, alone or in a model."""
    unset = case.package.UNSET
    assert copied(unset) is unset
    assert copied([unset])[0] is unset
    body = success(case)
    session = case.session_in(body)
    for name in [*session]:
        if name != case.identifying[-1]:
            del session[name]
    again = case.session_of(copied(case.response(body).parsed))
    is_unset = {name: getattr(again, attribute) is unset for attribute, name in again._NAMES.items()}
    assert is_unset == {name: name != case.identifying[-1] for name in again._NAMES.values()}


def test_unset_is_falsy_and_prints_its_name(case: ClientCase) -> None:
    """UNSET differs from every value by identity and type, and its class always returns the same object."""
    unset, types = case.package.UNSET, case.module("types")
    assert not unset
    assert str(unset) == repr(unset) == f"{unset}" == "UNSET"
    assert type(unset) is types.Unset
    assert types.Unset() is unset is types.UNSET
    assert unset not in (None, False, "", 0)
    assert {unset: 1}[unset] == 1


def test_known_values_are_members(case: ClientCase) -> None:
    """The enums hold the documented values, each under a constant name."""
    for name, values in case.enums.items():
        enum = getattr(case.models, name)
        assert {member.value for member in enum} == set(values)
        for text in values:
            assert enum(text) is enum.decode(text) is enum[enum(text).name]
            assert enum(text) == text
            assert f"{enum(text)}" == text


@pytest.mark.parametrize("text", UNKNOWN_VALUES, ids=ascii)
def test_unknown_values_keep_their_text(case: ClientCase, text: str) -> None:
    """Unknown values behave like members: they are hashable, and equal to their text and their copies."""
    for name, values in case.enums.items():
        enum = getattr(case.models, name)
        value = enum(text)
        assert type(value) is enum
        assert value.value == value.name == text == str(value) == value
        assert value == enum(text) == enum.decode(text)
        assert len({value, enum(text), text}) == 1
        assert {text: 1}[value] == {value: 1}[text] == 1
        assert [member.value for member in enum if member == value] == []
        assert text not in {member.value for member in enum}
        assert value != enum(values[0])
        assert isinstance(repr(value), str)


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_enum_values_survive_copies(case: ClientCase, copied: Callable[[Any], Any]) -> None:
    """A copy of a known value is the same object; a copy of an unknown value is equal and of the same enum."""
    for name, values in case.enums.items():
        enum = getattr(case.models, name)
        assert [copied(enum(text)) is enum(text) for text in values] == [True] * len(values)
        for text in UNKNOWN_VALUES[:4]:
            assert copied(enum(text)) == enum(text)
            assert type(copied(enum(text))) is enum
            assert copied(enum(text)).value == text


@pytest.mark.parametrize("value", [None, 5, 5.0, True, b"a", [], {}])
def test_only_text_is_an_enum_value(case: ClientCase, value: Any) -> None:
    """An enum of texts is open for texts, not for other types."""
    for name in case.enums:
        enum = getattr(case.models, name)
        with pytest.raises(ValueError, match="is not a valid"):
            enum(value)
        with pytest.raises(case.package.DecodeError):
            enum.decode(value)


def test_enums_of_numbers_are_open_too(synthetic: Synthetic) -> None:
    """An undocumented number keeps its value, and only integers are accepted."""
    size = synthetic.module("models").Size
    assert {member.value for member in size} == {1, 2, 10}
    assert size(2) is size.VALUE_2 is size.decode(2) is size.decode(2.0)
    assert size(7) == 7 == size(7).value
    assert {size(7): 1}[7] == 1
    for copied in COPIES.values():
        assert (copied(size(7)), type(copied(size(7)))) == (7, size)
    for value in ("7", 7.5, None, True):
        with pytest.raises(synthetic.module("errors").DecodeError):
            size.decode(value)
    for value in ("7", 7.5, None):
        with pytest.raises(ValueError, match="is not a valid"):
            size(value)

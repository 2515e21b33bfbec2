"""Every kind of change that there is, what it does to people who upgrade, and why: the one table of decisions.

*Breaking*: code that worked with the older client may stop working, or read less, or be checked differently by a
type checker, or the older client itself may stop working. *Additive*: all that worked goes on working, and the
client has changed. *Cosmetic*: the client is the same but for its texts.
"""

from __future__ import annotations

from typing import Any

import attrs

BREAKING, ADDITIVE, COSMETIC = "breaking", "additive", "cosmetic"

VERDICTS = (BREAKING, ADDITIVE, COSMETIC)


@attrs.frozen
class Verdict:
    """What a kind of change does, and why; `reaches_all` if it concerns the session as a whole."""

    verdict: str
    why: str
    reaches_all: bool = False


def _breaking(why: str, *, reaches_all: bool = False) -> Verdict:
    return Verdict(BREAKING, why, reaches_all)


def _additive(why: str) -> Verdict:
    return Verdict(ADDITIVE, why)


def _cosmetic(why: str) -> Verdict:
    return Verdict(COSMETIC, why)


KINDS: dict[str, Verdict] = {
    # The provider as a whole.
    "provider-removed": _breaking("there is no client any more", reaches_all=True),
    "provider-added": _additive("there was no client before"),
    "client-impossible": _breaking("no client can be made of it", reaches_all=True),
    "client-still-impossible": _cosmetic("no client could be made of it before either"),
    "client-possible": _additive("no client could be made of it before"),
    # Where requests go, and the key.
    "address-changed": _breaking("requests and keys go elsewhere", reaches_all=True),
    "address-respelled": _cosmetic("requests go where they went"),
    "key-header-changed": _breaking("the key is sent where it was not looked for", reaches_all=True),
    "key-prefix-changed": _breaking("the key is sent in another form", reaches_all=True),
    "key-header-respelled": _cosmetic("upper and lower case are the same in a header's name"),
    # Operations.
    "operation-removed": _breaking("whoever imports its module fails", reaches_all=True),
    "operation-added": _additive("nobody calls it yet"),
    "operation-renamed": _breaking("whoever imports its module fails", reaches_all=True),
    "operation-method-changed": _breaking("clients that are installed ask in a way that is gone", reaches_all=True),
    "operation-path-changed": _breaking("clients that are installed ask at an address that is gone", reaches_all=True),
    # Parameters: what a caller gives, so accepting more is harmless.
    "parameter-removed": _breaking("whoever gives it fails", reaches_all=True),
    "parameter-added": _additive("whoever does not give it calls as before"),
    "parameter-added-required": _breaking("whoever does not send it fails", reaches_all=True),
    "parameter-renamed": _breaking("whoever gives it by name fails", reaches_all=True),
    "parameter-moved": _breaking("clients that are installed send it where it is not looked for", reaches_all=True),
    "parameter-reordered": _breaking("whoever gives it by position gives another", reaches_all=True),
    "parameters-rearranged": _cosmetic("they are given by name"),
    "parameter-made-required": _breaking("whoever does not send it fails", reaches_all=True),
    "parameter-made-optional": _additive("whoever gives it calls as before"),
    "parameter-widened": _additive("what was accepted is accepted"),
    "parameter-retyped": _breaking("what was accepted may be refused", reaches_all=True),
    "parameter-respelled": _cosmetic("it accepts what it accepted"),
    "parameter-default-changed": _breaking("whoever does not give it sends another value", reaches_all=True),
    "parameter-default-added": _additive("by the description, it is what was meant where nothing was sent"),
    "parameter-default-removed": _additive("where it is not given, nothing is sent, and the server decides"),
    # Answers: what the calls return, or raise.
    "success-removed": _breaking("an answer that was returned is raised as ApiError", reaches_all=True),
    "success-added": _additive("an answer that was raised as ApiError is returned, as a type that is known"),
    "success-added-with-another-type": _breaking("the calls may return what nobody expects", reaches_all=True),
    "success-retyped": _breaking("the calls return something else", reaches_all=True),
    "failure-removed": _breaking("ApiError.parsed and Response.parsed are None for it"),
    "failure-without-body-removed": _cosmetic("nothing was read from it"),
    "failure-added": _additive("nothing was read from it, and ApiError is raised as before"),
    "failure-retyped": _breaking("ApiError.parsed and Response.parsed are something else"),
    "failure-described": _additive("nothing was read from it, and ApiError is raised as before"),
    "answer-told-apart": _cosmetic("a range of statuses, or all others, was or is the same answer"),
    "answer-respelled": _cosmetic("no value is read as another variant: their kinds of JSON differ"),
    # Classes.
    "class-removed": _breaking("whoever names it fails"),
    "class-added": _additive("nobody names it yet"),
    "property-removed": _breaking("whoever reads the attribute fails, and the value moves to additional_properties"),
    "property-added": _additive("nobody reads it yet"),
    "property-added-required": _breaking("an answer without it is not decoded, and whoever makes a model must give it"),
    "property-renamed": _breaking("whoever reads the attribute by its name fails"),
    "property-made-required": _breaking("an answer without it is not decoded, and whoever makes a model must give it"),
    "property-made-optional": _breaking("the attribute may be UNSET"),
    "property-made-nullable": _breaking("the attribute may be None"),
    "property-no-longer-nullable": _additive("code that expects None works; a null that comes all the same is UNSET"),
    "required-property-no-longer-nullable": _breaking("an answer with null is not decoded"),
    "property-retyped": _breaking("the attribute has another type, and what does not fit it is UNSET or not decoded"),
    "property-variant-added": _breaking("the attribute may be what nobody expects"),
    "property-variant-removed": _breaking("a value of that type is UNSET, or not decoded"),
    "property-variants-reordered": _breaking("a value that fits several variants is read as another one"),
    "property-respelled": _cosmetic("no value is read as another variant: their kinds of JSON differ"),
    "property-default-changed": _additive(
        "only a model that is made without it has another value; decoding is as before"
    ),
    "property-exposed": _breaking("a secret is printed"),
    "property-hidden": _additive("it is left out of what is printed, and read as before"),
    "properties-reordered": _cosmetic("attributes are given by name"),
    "word-removed": _breaking("the constant is gone; the word itself is still read"),
    "word-added": _additive("enums are open: the word was read before, and now has a constant"),
    "word-changed": _breaking("the constant stands for another word"),
    # What the provider says now, and the overlay keeps out of the document.
    "property-overruled": _breaking("what comes does not fit what the overlay says, and is UNSET or not decoded"),
    "answer-overruled": _breaking(
        "what comes does not fit what the overlay says, and is not decoded", reaches_all=True
    ),
    "request-overruled": _breaking("what is asked for is not sent", reaches_all=True),
    # What no rule above accounts for.
    "code-changed": _breaking("the generated code differs, and no other change says why: compare it by git diff"),
    "python-changed": _breaking("a name, a parameter or a base class of the Python API is gone or has changed"),
    # The document.
    "order-changed": _cosmetic("the client is the same"),
    "wording-added": _cosmetic("the client is the same, but perhaps for its texts"),
    "wording-removed": _cosmetic("the client is the same, but perhaps for its texts"),
    "wording-changed": _cosmetic("the client is the same, but perhaps for its texts"),
    "spec-changed": _cosmetic("the overlay makes the same document of it"),
}


@attrs.frozen
class Fact:
    """One change: of what kind, where, what, and which part of the client it is about.

    `place` is a JSON Pointer into the overlaid document, of the older edition where something is gone. `name` is
    what people import or read. `files` are those generated files whose difference it explains.
    """

    kind: str
    place: str
    name: str
    text: str
    files: tuple[str, ...] = ()
    model: str | None = None
    attribute: str | None = None

    @property
    def verdict(self) -> str:
        """Whether the change is breaking, additive or cosmetic."""
        return KINDS[self.kind].verdict


def order(fact: Any) -> tuple[int, str, str, str]:
    """Return what facts are sorted by: the worst ones first."""
    return VERDICTS.index(fact.verdict), fact.place, fact.kind, fact.text

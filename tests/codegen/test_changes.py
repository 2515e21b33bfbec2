from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.__main__ import ROOT
from codegen.changes import comparison
from codegen.changes.comparison import compare_editions, document_facts
from codegen.changes.editions import Edition, checked, in_order, read_edition
from codegen.changes.reach import reached_fields
from codegen.changes.verdicts import BREAKING, COSMETIC, KINDS, Fact, order
from codegen.client import generate_client, surface_of
from codegen.corrections import try_corrections
from codegen.document import copied, load_document
from codegen.errors import GenerationError, pointer
from codegen.pipeline import build_document
from codegen.providers import Provider, load_providers
from codegen.walk import resolve, walk

Build = Callable[[dict[str, Any]], dict[str, Any]]

FOLDER = Path(__file__).parent / "cases" / "changes"
CASES = [
    pytest.param(case, id=f"{path.stem}: {name}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for name, case in load_document(path).items()
]
PROVIDER = Provider(Path("repository"), "example", "", "get /sessions/{id}", "openapi", "")
SAMPLE = 34
"""One case in so many is compared with the generated code, which is what takes time."""

FIELDS = {
    name: frozenset(read)
    for name, read in {
        "id": ["id"],
        "status": ["state", "end"],
        "ended_at": ["end"],
        "recordings": ["files[].url", "files[].size"],
    }.items()
}


def compact(fact: Fact, fields: Iterable[str]) -> list[str]:
    """Return all of a change as a case has it."""
    named = "all" if len([*fields]) == len(FIELDS) else " ".join(fields) or "none"
    return [fact.verdict, fact.kind, fact.place, fact.name, fact.text, named]


def edition(document: dict[str, Any], *, is_valid: bool = True) -> Edition:
    """Return an edition of a document; to check a valid one again for each case takes longer than all the rest."""
    if is_valid:
        return Edition(PROVIDER, document, surface_of(in_order(document)))
    return checked(Edition(PROVIDER, document))


def document_of(build: Build, case: dict[str, Any]) -> dict[str, Any]:
    """Return the plain document with what a case changes, and with its key in use."""
    operation = {"security": [{"key": []}], **case.get("operation", {})}
    return build({**case, "operation": operation})


def editions(build: Build, case: dict[str, Any]) -> tuple[Edition, Edition]:
    """Return the two editions of a case."""
    is_valid = not any("client-" in kind for _, kind, *_ in case["report"])
    old, new = (edition(document_of(build, case.get(side, {})), is_valid=is_valid) for side in ("before", "after"))
    return old, new


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], build: Build) -> None:
    """Each edit is reported with its verdict, its place, what people import, and the fields that are read from it."""
    old, new = editions(build, case)
    surfaces = [each.surface for each in (old, new) if each.surface is not None]
    facts = sorted(document_facts(old, new), key=order)
    assert [compact(fact, reached_fields(fact, surfaces, FIELDS)) for fact in facts] == case["report"]


@pytest.mark.parametrize("case", CASES[::SAMPLE])
def test_the_generated_code_says_the_same(case: dict[str, Any], build: Build) -> None:
    """The generated code differs where a change says so, and nowhere else."""
    old, new = (checked(Edition(PROVIDER, document_of(build, case.get(side, {})))) for side in ("before", "after"))
    report = compare_editions(old, new, FIELDS)
    assert [compact(each.fact, each.view_fields) for each in report.changes] == case["report"]


def test_code_that_no_rule_accounts_for(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs in the generated code or its Python API is breaking where no other change says why."""

    def generate(document: dict[str, Any], provider: Provider, *, version: str, into: Path) -> None:
        generate_client(document, provider, version=version, into=into)
        if into.name == "after":
            types = into / provider.package / "types.py"
            types.write_text(types.read_text("utf-8").replace("class Response(", "class Reply("), "utf-8")

    monkeypatch.setattr(comparison, "generate_client", generate)
    case = {"before": {}, "after": {"document": {"info": {"title": "Other", "version": "1"}}}}
    old, new = (checked(Edition(PROVIDER, document_of(build, case[side]))) for side in ("before", "after"))
    assert [compact(each.fact, each.view_fields) for each in compare_editions(old, new, FIELDS).changes] == [
        ["breaking", "code-changed", "#", "example_client", "example_client/types.py differs", "none"],
        [
            *("breaking", "python-changed", "#", "example_client.types.Response"),
            *("example_client.types.Response: public object was removed", "none"),
        ],
        ["cosmetic", "wording-changed", "#/info/title", "", 'title is "Other", and no longer "Example"', "none"],
    ]


def test_a_client_that_cannot_be_generated(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the templates or the formatter refuse is told like an invalid document."""

    def generate(*_: object, **__: object) -> None:
        raise GenerationError("a template refused it")

    monkeypatch.setattr(comparison, "generate_client", generate)
    case = {"before": {}, "after": {"document": {"info": {"title": "Other", "version": "1"}}}}
    old, new = (checked(Edition(PROVIDER, document_of(build, case[side]))) for side in ("before", "after"))
    changes = compare_editions(old, new, FIELDS).changes
    assert compact(changes[0].fact, changes[0].view_fields) == [
        *("breaking", "client-impossible", "#", "example_client", "a template refused it", "all"),
    ]


def test_every_kind_of_change_has_a_case() -> None:
    """The table of verdicts holds no kind that no edit leads to; those of whole providers are tried as commands."""
    told = {kind for case in CASES for _, kind, *_ in case.values[0]["report"]}  # type: ignore[index]
    elsewhere = {"provider-added", "provider-removed", "spec-changed", "code-changed", "python-changed"}
    elsewhere |= {"property-overruled", "answer-overruled", "request-overruled"}
    assert {*KINDS} - told == elsewhere


DOCUMENTS = {provider.slug: build_document(provider) for provider in load_providers(ROOT)}


EDITIONS = {slug: edition(document) for slug, document in DOCUMENTS.items()}


def reworded(value: Any, random: Random, *, is_named: bool = False) -> Any:
    """Return a document with its keys in another order and other descriptions; in `properties`, a key is a name."""
    if isinstance(value, list):
        return [reworded(item, random) for item in value]
    if not isinstance(value, dict):
        return value
    keys = random.sample([*value], len(value))
    texts = () if is_named else ("description", "summary")
    return {
        key: f"text {random.random()}"
        if key in texts
        else reworded(value[key], random, is_named=key in {"properties", "schemas", "responses"} and not is_named)
        for key in keys
    }


@settings(max_examples=12, deadline=None)
@given(slug=st.sampled_from(sorted(DOCUMENTS)), random=st.randoms(use_true_random=False))
def test_other_words_in_another_order_change_nothing(slug: str, random: Random) -> None:
    """A document and the same one with other descriptions, its keys in any order, have one and the same client."""
    facts = document_facts(EDITIONS[slug], edition(reworded(DOCUMENTS[slug], random)))
    assert {fact.verdict for fact in facts} <= {COSMETIC}


REMOVED = sorted(
    (slug, part.parts)
    for slug, document in DOCUMENTS.items()
    for part in walk(document)
    if part.parts[-2:-1] == ("properties",)
)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(REMOVED))
def test_a_property_that_is_gone_is_always_told(removed: tuple[str, tuple[str | int, ...]]) -> None:
    """Whichever property of a provider's document is removed: it is breaking, in its place."""
    slug, parts = removed
    document = copied(DOCUMENTS[slug])
    del resolve(document, pointer(*parts[:-1]))[parts[-1]]
    facts = document_facts(EDITIONS[slug], edition(document))
    assert pointer(*parts) in {fact.place for fact in facts if fact.verdict == BREAKING}


PAGES = {provider.slug: checked(read_edition(provider)) for provider in load_providers(ROOT)}
DESCRIBED = sorted(
    (slug, part.parts)
    for slug, page in PAGES.items()
    for part in walk(page.stages[0])
    if part.parts[-2:-1] == ("properties",)
)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(DESCRIBED))
def test_another_type_in_a_page_is_always_told(described: tuple[str, tuple[str | int, ...]]) -> None:
    """Whichever property a provider's own page describes otherwise: it is breaking, whatever the overlay has there."""
    slug, parts = described
    page = PAGES[slug]
    document = copied(page.stages[0])
    properties = resolve(document, pointer(*parts[:-1]))
    is_boolean = properties[parts[-1]].get("type") == "boolean"
    properties[parts[-1]] = {"type": "integer" if is_boolean else "boolean"}
    tried = try_corrections(document, load_document(page.provider.overlay))
    changed = checked(Edition(page.provider, tried.document, misfits=tried.misfits, stages=tried.stages))
    facts = document_facts(page, changed)
    assert any(f"/properties/{parts[-1]}" in fact.place for fact in facts if fact.verdict == BREAKING)

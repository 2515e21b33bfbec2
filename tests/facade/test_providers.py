"""The table of providers agrees with the specs, the clients and the list of specs."""

from __future__ import annotations

import importlib
import re
import string
from typing import Any

import pytest

from browser_sessions import PROVIDERS, BrowserSession, errors
from browser_sessions._providers._operations import Option
from codegen.walk import walk
from tests.facade.viewing import document, provider_of

each_provider = pytest.mark.parametrize("slug", PROVIDERS)


@each_provider
def test_a_base_url_is_that_of_the_spec(slug: str) -> None:
    """The base URL is the client's, and the documentation the page that the spec is vendored from."""
    provider = PROVIDERS[slug]
    assert provider.slug == slug
    assert provider.base_url == importlib.import_module(f"{slug}_client.client").BASE_URL
    page = provider_of(slug).page
    assert page in (None, f"{provider.documentation}.md")


@each_provider
def test_what_is_sensitive_is_what_the_overlaid_spec_marks(slug: str) -> None:
    """Every property that is marked `x-sensitive`, in any request or response, is in the table, by its own name."""
    marked = {
        name
        for part in walk(document(slug))
        if part.kind == "schema" and isinstance(part.node, dict)
        for name, schema in part.node.get("properties", {}).items()
        if schema.get("x-sensitive")
    }
    assert PROVIDERS[slug].sensitive == marked


@each_provider
def test_fields_are_fields_of_a_view_and_properties_of_the_session(slug: str) -> None:
    """No row is about nothing."""
    table: Any = PROVIDERS[slug].fields
    assert table.keys() <= set(BrowserSession.__slots__) - {"provider", "raw", "derived", "unexpected", "origin"}
    names = set(document(slug)["components"]["schemas"]["Session"]["properties"])
    assert {each.partition(".")[0].removesuffix("[]") for read in table.values() for each in read} <= names


def test_variables_are_a_providers_own() -> None:
    """No two providers look at one environment variable."""
    found = [name for each in PROVIDERS.values() for name in (*each.key_variables, each.base_url_variable)]
    assert len(found) == len(set(found))


@each_provider
def test_rows_name_what_there_is(slug: str) -> None:
    """Signs of readiness are fields that the provider fills, and a status means an error that there is."""
    provider = PROVIDERS[slug]
    assert {*provider.ready} <= provider.fields.keys()
    assert provider.connect_never.keys() <= document(slug)["components"]["schemas"]["Session"]["properties"].keys()
    placeholders = {name for _, name, *_ in string.Formatter().parse(provider.connect_url or "") if name}
    assert placeholders <= {"connect_url", "id", "key"}
    assert "connect_url" not in placeholders or "connect_url" in provider.fields
    for failure in provider.failures:
        assert issubclass(getattr(errors, failure.error), errors.ApiStatusError)
        assert re.compile(failure.says).groups == 0


@each_provider
def test_operations_are_those_of_the_clients(slug: str) -> None:
    """The client of a provider can request what the table offers; all else is missing there."""
    operations = PROVIDERS[slug].operations
    names = {each.name for each in provider_of(slug).operations}
    known = {name for name, each in operations.items() if each.is_available}
    offered = {"get_session", "list_sessions", "create_session", "stop_session"} & names
    assert {name.partition("_")[0] for name in offered} == known & {"get", "list", "create", "stop"}
    for name, field, operation in (
        ("live_view", "live_view_url", "get_live_view"),
        ("recordings", "recordings", "list_recordings"),
    ):
        assert (name in known) == (field in PROVIDERS[slug].fields or operation in names)
    assert ("request" in operations["recordings"].options) == ("request_recording" in names)
    assert operations["get"].fields == PROVIDERS[slug].fields.keys()
    assert operations["list"].fields <= operations["get"].fields
    assert ("metadata" in operations["list"].options) == ("metadata" in PROVIDERS[slug].fields)


def test_order_and_window_of_lists() -> None:
    """They are what each provider's list is known to have."""
    lists = {slug: provider.operations["list"] for slug, provider in PROVIDERS.items()}
    assert {slug: (each.order, each.window and each.window.days) for slug, each in lists.items()} == {
        "anchorbrowser": ("newest", None),
        "brightdata": ("newest", None),
        "browser_use": ("unknown", None),
        "browserbase": ("newest", None),
        "skyvern": ("open-first", 7),
    }
    assert lists["skyvern"].options["limit"] == Option()

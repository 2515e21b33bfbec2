"""Hostile text in every place of a document: refused, with its place, or harmless, and unchanged where it matters."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import httpx
import pytest

from codegen.errors import InvalidDocument, Problem
from tests.codegen.hostile import TEXTS, WORDS
from tests.codegen.injected_client import NAMES, PROSE, SECRET, TOKEN, VALUES, Given, InjectedClient

SEED = 20261121
"""Decides the sample."""


def _cases() -> Iterator[tuple[str, str]]:
    yield from ((place, text) for place in NAMES for text in WORDS)
    yield from ((place, text) for place in NAMES | VALUES for text in TEXTS.values())


CASES = list(_cases())
_SAMPLE = random.Random(SEED).sample(CASES, 30)  # noqa: S311 - nothing is kept secret by it


@pytest.fixture(scope="module")
def outline(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What does not depend on a text in the files that are not code."""
    return InjectedClient.generate({}, tmp_path_factory.mktemp("harmless")).outline()


@pytest.mark.parametrize(("place", "text"), _SAMPLE)
def test_sample(place: str, text: str, tmp_path: Path, outline: list[str]) -> None:
    """A hostile text in a place with a meaning is refused with its place, or changes only what it says."""
    check(place, text, tmp_path, outline)


def check(place: str, text: str, folder: Path, outline: list[str]) -> None:
    """Fail unless the document is refused with a place in it, or its client is sound."""
    refused: tuple[Problem, ...] = ()
    try:
        client = InjectedClient.generate({place: text}, folder)
    except InvalidDocument as error:
        refused = error.problems
    if refused:
        assert all(problem.location.startswith("#/") for problem in refused), refused
    else:
        require_sound(client, outline)


@pytest.mark.parametrize("seed", range(6))
def test_prose_sample(seed: int, tmp_path: Path, outline: list[str]) -> None:
    """Hostile texts in descriptions are never refused, and change only what they say."""
    texts = random.Random(seed).sample([*TEXTS.values()], len(PROSE))  # noqa: S311 - no secret
    require_sound(InjectedClient.generate(dict(zip(PROSE, texts, strict=True)), tmp_path), outline)


def require_sound(client: InjectedClient, outline: list[str]) -> None:
    """Fail if a text was executed, broke out of its quotes, or did not reach the wire as it is."""
    client.require_nothing_executed()
    client.require_clean_files()
    assert client.outline() == outline
    with client.imported():
        require_faithful(client)
    client.require_nothing_executed()


def require_faithful(client: InjectedClient) -> None:
    """Fail unless the operations send and read exactly the names and values of the document."""
    requests: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200 if request.method == "GET" else 201, json=client.body)

    transport = httpx.MockTransport(respond)
    sender = client.module().AuthenticatedClient(token=TOKEN, httpx_args={"transport": transport})
    arguments = client.arguments()
    response = client.operation("get").sync_detailed(**{each.name: each.value for each in arguments}, client=sender)
    session = response.parsed
    started = client.operation("post").sync_detailed(body=session, client=sender)
    require_sent(client, arguments, *requests)

    assert (response.error, started.error, started.parsed) == (None, None, session)
    assert (session.unexpected, session.additional_properties) == ({}, {})
    assert session.to_dict() == client.body
    assert client.enums() == client.documented_enums()
    texts = f"{response!r} {response} {session!r} {session} {sender!r} {sender} {started:}"
    assert TOKEN not in texts
    assert SECRET not in texts

    client.body.pop("sessionId")
    with pytest.raises(ValueError, match=r"\AsessionId: expected string, got nothing\Z"):
        client.operation("post").sync(body=session, client=sender)


def require_sent(client: InjectedClient, arguments: list[Given], got: httpx.Request, posted: httpx.Request) -> None:
    """Fail unless the requests are those of the document."""
    path = next(iter(client.document["paths"]))
    for each in arguments:
        if each.parameter["in"] == "path":
            path = path.replace(f"{{{each.parameter['name']}}}", quote(each.value, safe=""))
    base = httpx.URL(client.document["servers"][0]["url"].removesuffix("/"))
    components = client.document["components"]
    header = next(iter(components["securitySchemes"].values()))["name"]
    (media_type,) = next(iter(components["requestBodies"].values()))["content"]

    assert (got.url.scheme, got.url.netloc, posted.url.netloc) == (base.scheme, base.netloc, base.netloc)
    assert unquote(got.url.raw_path.partition(b"?")[0]) == unquote(f"{base.path.rstrip('/')}{path}")
    assert got.url.params.multi_items() == [pair for each in arguments for pair in each.sent("query")]
    for name, value in [(header, TOKEN), *(pair for each in arguments for pair in each.sent("header"))]:
        assert got.headers.get_list(name) == [value]
    assert posted.headers["content-type"] == media_type
    assert json.loads(posted.content) == client.body

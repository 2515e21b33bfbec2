"""The five clients, one after the other, and two clients that are generated here."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.clients.client_case import ClientCase, load_cases
from tests.clients.synthetic import Synthetic, write_client


@pytest.fixture(params=load_cases(), ids=str, scope="session")
def case(request: pytest.FixtureRequest) -> ClientCase:
    """One of the clients."""
    param: ClientCase = request.param
    return param


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synthetic]:
    """The client of a document with the features that the five providers' documents lack."""
    yield from _importable(write_client("synthetic", tmp_path_factory.mktemp("synthetic") / "project"))


@pytest.fixture(scope="session")
def modelless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synthetic]:
    """The client of a document without models."""
    yield from _importable(write_client("modelless", tmp_path_factory.mktemp("modelless") / "project"))


def _importable(client: Synthetic) -> Iterator[Synthetic]:
    sys.path.insert(0, str(client.project))
    yield client
    sys.path.remove(str(client.project))

"""The five clients, one after the other, and one that is generated here."""

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
    """The client of a document of everything that the five providers' documents do not have."""
    folder = tmp_path_factory.mktemp("synthetic")
    client = write_client(folder / "project")
    sys.path.insert(0, str(client.project))
    yield client
    sys.path.remove(str(client.project))

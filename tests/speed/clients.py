"""Measure the generated clients, next to the stock generator's and to raw httpx, in interleaved rounds of one run.

Prints a ratio for each promise, as the median of the rounds, and exits with 1 if a bound is broken.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import httpx
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData

from codegen.__main__ import ROOT
from codegen.client import generate_client
from codegen.pipeline import build_document
from codegen.providers import Provider, load_providers
from tests.bench.servers import serve
from tests.bench.wires import KEY, Wire, load_wires
from tests.facade.viewing import MODELS

SCHEMAS = 400
"""How many models the large spec has, of which one operation needs one."""


@attrs.frozen
class Bound:
    """One promise: the ratio that was measured, and what it may be at most."""

    name: str
    ratio: float
    most: float

    def __str__(self) -> str:
        verdict = "ok" if self.ratio <= self.most else "TOO SLOW"
        return f"{self.name:<58} {self.ratio:6.2f}   at most {self.most:.2f}   {verdict}"


def main() -> int:
    """Measure everything, print it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    bounds = []
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        for bound in measured(Path(folder), rounds):
            print(bound, flush=True)
            bounds.append(bound)
    return int(any(bound.ratio > bound.most for bound in bounds))


def measured(folder: Path, rounds: int) -> Iterator[Bound]:
    """Yield every bound as it is measured."""
    providers = load_providers(ROOT)
    documents = {provider: build_document(provider) for provider in providers}
    for provider, document in documents.items():
        write_stock(document, folder / f"{provider.slug}_stock", provider)
    ratios = [decoding(provider, document, rounds) for provider, document in documents.items()]
    for provider, ratio in zip(providers, ratios, strict=True):
        yield Bound(f"decoding, {provider.slug} / stock", ratio, 1.3)
    yield Bound("decoding, geometric mean / stock", statistics.geometric_mean(ratios), 1.0)
    yield from imports(providers, rounds)
    wires = load_wires()
    yield from (warm_call(provider, wires[provider.slug], rounds) for provider in providers)
    yield large_spec(folder, providers[0], rounds)


def write_stock(document: dict[str, Any], package: Path, provider: Provider) -> None:
    """Write the package that the stock templates make of a document."""
    config = Config.from_sources(
        ConfigFile(package_name_override=package.name, post_hooks=[]),
        meta_type=MetaType.NONE,
        document_source=provider.spec,
        file_encoding="utf-8",
        overwrite=False,
        output_path=package,
    )
    data = GeneratorData.from_dict(document, config=config)
    if not isinstance(data, GeneratorData):
        raise TypeError(data)
    with contextlib.redirect_stdout(io.StringIO()):
        Project(openapi=data, config=config).build()


def decoding(provider: Provider, document: dict[str, Any], rounds: int) -> float:
    """Return what decoding a provider's examples costs, strictness included, as a ratio to stock."""
    name = MODELS.get(provider.slug, "Session")
    ours, stock = (
        getattr(importlib.import_module(f"{package}.models"), name)
        for package in (provider.package, f"{provider.slug}_stock")
    )
    # Anchor's flat example is no envelope, and stock reads it as a session with no field set.
    bodies = [body for body in examples(document) if provider.slug != "anchorbrowser" or "data" in body]

    def decode(model: Any) -> Callable[[], object]:
        return lambda: [model.from_dict(body) for _ in range(300) for body in bodies]

    return ratio_of(decode(ours), decode(stock), rounds)


def examples(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the bodies of the examples of a successful answer."""
    (path,) = document["paths"].values()
    media_type = path["get"]["responses"]["200"]["content"]["application/json"]
    return [example["value"] for example in media_type["examples"].values()]


def imports(providers: Sequence[Provider], rounds: int) -> Iterator[Bound]:
    """Yield what importing the clients costs, net of bare Python, as a ratio to their own dependencies."""
    packages = [provider.package for provider in providers]
    codes = {"bare": "pass", "dependencies": "import httpx, attrs"}
    codes |= {f"import {package}": f"import {package}" for package in packages}
    codes |= {
        f"import {package} with its operation": f"import {package}.api.sessions.get_session" for package in packages
    }
    seconds: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(rounds):
        for name, code in codes.items():
            seconds[name].append(timed_process(code))
    for name in list(codes)[2:]:
        net = [
            (mine - bare) / (theirs - bare)
            for mine, theirs, bare in zip(seconds[name], seconds["dependencies"], seconds["bare"], strict=True)
        ]
        yield Bound(f"{name} / httpx and attrs", statistics.median(net), 1.2 if "operation" in name else 1.1)


def warm_call(provider: Provider, wire: Wire, rounds: int) -> Bound:
    """Return what a call on an open connection costs, as a ratio to `client.get(...).json()`."""
    package = importlib.import_module(provider.package)
    operation = importlib.import_module(f"{provider.package}.api.sessions.get_session")
    with (
        serve({provider.slug: wire}) as urls,
        httpx.Client(base_url=urls[provider.slug], headers=dict([wire.header])) as raw,
        package.AuthenticatedClient(token=KEY, base_url=urls[provider.slug]) as client,
    ):

        def ours() -> None:
            for _ in range(40):
                operation.sync(wire.id, client=client)

        def theirs() -> None:
            for _ in range(40):
                raw.get(wire.path).json()

        ratio = ratio_of(ours, theirs, rounds)
    return Bound(f"warm call, {provider.slug} / raw httpx", ratio, 1.3)


def large_spec(folder: Path, provider: Provider, rounds: int) -> Bound:
    """Return what importing one operation of a large spec costs, net of its dependencies, as a ratio to stock."""
    document = large_document()
    write_stock(document, folder / "large_stock", provider)
    large = attrs.evolve(provider, slug="large")
    generate_client(document, large, version="0", into=folder / "large")
    sys.path.insert(0, str(folder / "large"))
    codes = {
        "dependencies": "import httpx, attrs",
        "ours": f"import sys; sys.path.insert(0, {str(folder / 'large')!r}); "
        "import large_client.api.sessions.get_session",
        "stock": f"import sys; sys.path.insert(0, {str(folder)!r}); import large_stock.api.sessions.get_session",
    }
    seconds: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(rounds):
        for name, code in codes.items():
            seconds[name].append(timed_process(code))
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    return Bound(f"import one operation of {SCHEMAS} schemas / stock", medians["ours"] / medians["stock"], 0.2)


def large_document() -> dict[str, Any]:
    """Return a document of many schemas, of which its one operation needs one."""
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string"},
            "created": {"type": "string", "format": "date-time"},
            "state": {"type": "string", "enum": ["on", "off"]},
            "size": {"type": ["integer", "null"]},
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Large", "version": "1"},
        "servers": [{"url": "https://api.example"}],
        "paths": {
            "/sessions/{id}": {
                "get": {
                    "operationId": "get_session",
                    "tags": ["sessions"],
                    "security": [{"key": []}],
                    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                    "responses": {
                        "200": {
                            "description": "A session",
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item0"}}},
                        }
                    },
                }
            }
        },
        "components": {
            "schemas": {f"Item{index}": schema for index in range(SCHEMAS)},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-key"}},
        },
    }


def ratio_of(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> float:
    """Return the median, over interleaved rounds, of our time to theirs."""
    ours()
    theirs()
    return statistics.median(timed(ours) / timed(theirs) for _ in range(rounds))


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def timed_process(code: str) -> float:
    """Return the seconds that a new Python process takes for some code."""
    return timed(lambda: subprocess.run([sys.executable, "-c", code], check=True))


if __name__ == "__main__":
    sys.exit(main())

"""Each provider's request for one session and its response, read from the overlaid documents."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, NamedTuple

from benchmarks.trees import ROOT

KEY = "a-key-for-nothing"

RUNNING = ("active", "running")
ENDED = ("completed", "finished", "stopped")


class Provider(NamedTuple):
    """One provider.

    Attributes:
        slug: Its name.
        path: The path of a session, with `{}` for the id.
        header: The name and value of the header that carries the key.
        model: The name of the generated model for the body.
        running: An example body with a running session.
        ended: An example body with the same session after its end.
        id: The id of the session.

    """

    slug: str
    path: str
    header: tuple[str, str]
    model: str
    running: dict[str, Any]
    ended: dict[str, Any]
    id: str


def load_providers() -> list[Provider]:
    """Return all providers."""
    shown = subprocess.run([sys.executable, "-m", "codegen", "show"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return [_provider(slug, document) for slug, document in json.loads(shown.stdout).items()]


def _provider(slug: str, document: dict[str, Any]) -> Provider:
    operations = {path: item["get"] for path, item in document["paths"].items() if "get" in item}
    path = next(path for path, each in operations.items() if each["operationId"] == "get_session")
    content = operations[path]["responses"]["200"]["content"]["application/json"]
    examples = {name.lower(): example["value"] for name, example in content["examples"].items()}
    running, ended = (next(examples[name] for name in names if name in examples) for names in (RUNNING, ENDED))
    before, parameter = path.removesuffix("}").split("{")
    return Provider(
        slug=slug,
        path=before + "{}",
        header=_header(document),
        model=content["schema"].get("anyOf", [content["schema"]])[0]["$ref"].rpartition("/")[2],
        running=running,
        ended=json.loads(json.dumps(ended).replace(_id(ended, parameter), _id(running, parameter))),
        id=_id(running, parameter),
    )


def _header(document: dict[str, Any]) -> tuple[str, str]:
    (scheme,) = document["components"]["securitySchemes"].values()
    return (scheme["name"], KEY) if scheme["type"] == "apiKey" else ("Authorization", f"Bearer {KEY}")


def _id(body: dict[str, Any], parameter: str) -> str:
    """Return the id in a body or its envelope, under the path parameter's name or under `id`."""
    sessions = [body, *(value for value in body.values() if isinstance(value, dict))]
    return next(str(each[name]) for each in sessions for name in (parameter, "id") if name in each)

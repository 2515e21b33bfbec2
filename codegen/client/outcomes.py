"""The documented responses of an operation, as the template of an operation needs them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import attrs
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.responses import Response

_MODELS = "..."
"""Where an operation's module finds the package of the models."""

_SUCCESS = 2
"""The first digit of a success's status."""


@attrs.frozen
class Outcome:
    """A documented response: for which statuses, and how its body is decoded."""

    first: int
    last: int
    source: str
    prop: Any

    @property
    def has_body(self) -> bool:
        """Whether there is a body that matters."""
        return self.source != "None"

    @property
    def type(self) -> str:
        """The type that the body is decoded to."""
        if not self.has_body:
            return "None"
        if self.source == "bytes":
            return "bytes"
        code = self.prop.get_type_string().as_unembedded_code()
        imports = self.prop.get_imports(prefix=_MODELS) | self.prop.get_lazy_imports(prefix=_MODELS)
        names = [line.rpartition(" ")[2] for line in imports if line.startswith(f"from {_MODELS}models.")]
        # Through the package, so that a model is imported when it is used.
        return _within(code, names)


@attrs.frozen
class Outcomes:
    """The documented responses of an operation, ranges of statuses before the single ones that they hold."""

    successes: list[Outcome]
    failures: list[Outcome]
    parameter_imports: list[str]

    @property
    def success_type(self) -> str:
        """The type of a success's model."""
        return _union(self.successes) or "None"

    @property
    def failure_type(self) -> str:
        """The type of a failure's model."""
        return _union(self.failures) or "Never"

    @property
    def response_type(self) -> str:
        """The type of whatever is documented."""
        return _union(self.successes + self.failures) or "None"


def outcomes_of(endpoint: Endpoint) -> Outcomes:
    """Return the documented responses of an operation."""
    patterns = [(response, response.status_code.range) for response in endpoint.responses.patterns]
    found = [_outcome(response, *codes) for response, codes in patterns if codes]
    successes = [outcome for outcome in found if outcome.first // 100 == _SUCCESS]
    failures = [outcome for outcome in found if outcome.first // 100 != _SUCCESS]
    if endpoint.responses.default:
        failures.append(_outcome(endpoint.responses.default, 100, 599))
        if not successes:
            successes.append(_outcome(endpoint.responses.default, 200, 299))
    return Outcomes(_ranges_first(successes), _ranges_first(failures), _parameter_imports(endpoint))


def _outcome(response: Response, first: int, last: int) -> Outcome:
    return Outcome(first, last, response.source["return_type"], response.prop)


def _ranges_first(outcomes: list[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda outcome: (outcome.first - outcome.last, outcome.first))


def _within(code: str, names: list[str]) -> str:
    """Return the code of a type with the models' names where they are found; a constant's text is no name."""
    if not names:
        return code
    found = re.compile(rf"('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")|(?<!\w)({'|'.join(map(re.escape, names))})(?!\w)")
    return found.sub(lambda match: match[1] or f"models.{match[2]}", code)


def _union(outcomes: Iterable[Outcome]) -> str:
    return " | ".join(dict.fromkeys(outcome.type for outcome in outcomes))


def _parameter_imports(endpoint: Endpoint) -> list[str]:
    lines: set[str] = set()
    for parameter in endpoint.list_all_parameters():
        lines |= parameter.get_imports(prefix=_MODELS) | parameter.get_lazy_imports(prefix=_MODELS)
    return sorted(line for line in lines if line.startswith(f"from {_MODELS}models."))

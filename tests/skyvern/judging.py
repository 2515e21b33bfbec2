"""Problems that openapi-core, an independent validator, finds in a server's responses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

_KEY = "x-api-key"
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")
_CONFIG = Config(extra_format_validators={"date-time-local": lambda value: bool(_LOCAL.fullmatch(value))})
"""By default, openapi-core accepts any text for an unknown format."""


def find_problems(document: dict[str, Any], address: str, response: httpx.Response) -> list[str]:
    """Return the differences between a response and a document whose server has this address."""
    request = response.request
    described = OpenAPI.from_dict({**document, "servers": [{"url": address}]}, config=_CONFIG)
    sent = MockRequest(
        address,
        request.method.lower(),
        request.url.path,
        headers=dict.fromkeys([_KEY], request.headers.get(_KEY, "")),
        args=dict(request.url.params),
        data=request.content or None,
        content_type=request.headers.get("content-type", ""),
    )
    received = MockResponse(response.content, response.status_code, content_type=response.headers["content-type"])
    try:
        described.validate_response(sent, received)
    except OpenAPIError as error:
        return sorted({*_reasons(error)}) or [repr(error)]
    return []


def _reasons(error: BaseException) -> Iterator[str]:
    for cause in (error.__cause__, *getattr(error.__cause__, "schema_errors", ())):
        if hasattr(cause, "absolute_path"):
            yield f"{'.'.join(map(str, cause.absolute_path))}: {cause.message}"

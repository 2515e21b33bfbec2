#!/usr/bin/env bash
# FastAPI describes a datetime as `format: date-time`, RFC 3339, which requires an offset, and writes a naive one without.
# So a server made with it, such as Skyvern's own, sends times that its own OpenAPI document does not allow. openapi-core,
# which checks formats, rejects the whole response; a client that trusts the document may take them for local time.
#
# Exits with 1 if it behaves otherwise. Seen with fastapi 0.136.3, pydantic 2.14.4, starlette 1.10.0 and openapi-core 0.23.1 on CPython 3.11, 2026-11-29:
#   /naive {"created_at":"2026-03-04T08:00:00.998521"} ["'2026-03-04T08:00:00.998521' is not a 'date-time'"]
#   /aware {"created_at":"2026-03-04T08:00:00.998521Z"} []
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv environment
environment/bin/python -m pip install -q fastapi==0.136.3 httpx==0.28.1 openapi-core==0.23.1 pydantic==2.14.4 starlette==1.10.0

cat >server.py <<'PYTHON'
import asyncio
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from pydantic import BaseModel

ADDRESS = "http://server"
NAIVE = datetime(2026, 3, 4, 8, 0, 0, 998521)


class Session(BaseModel):
    created_at: datetime


app = FastAPI(servers=[{"url": ADDRESS}])


@app.get("/naive")
def naive() -> Session:
    return Session(created_at=NAIVE)


@app.get("/aware")
def aware() -> Session:
    return Session(created_at=NAIVE.replace(tzinfo=UTC))


async def main():
    document = OpenAPI.from_dict(app.openapi())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as client:
        for path in ("/naive", "/aware"):
            response = await client.get(path)
            received = MockResponse(response.content, response.status_code, content_type="application/json")
            try:
                document.validate_response(MockRequest(ADDRESS, "get", path), received)
                problems = []
            except OpenAPIError as error:
                problems = [each.message for each in error.__cause__.schema_errors]
            print(path, response.text, problems)


asyncio.run(main())
PYTHON

environment/bin/python server.py >output.txt
cat output.txt
diff output.txt - <<'EXPECTED'
/naive {"created_at":"2026-03-04T08:00:00.998521"} ["'2026-03-04T08:00:00.998521' is not a 'date-time'"]
/aware {"created_at":"2026-03-04T08:00:00.998521Z"} []
EXPECTED

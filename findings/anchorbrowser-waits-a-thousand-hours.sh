#!/bin/sh
# anchorbrowser waits 3,600,000 seconds for a response by default: 1,000 hours, where its source says an hour.
#
# A good guess is that a vendor's SDK gives up after a minute or so, as Browserbase's does after 60 seconds. The constant
# is in milliseconds, and httpx takes seconds. So a server that accepts a request and never responds stops a program for
# 41 days; pass `timeout=`.
#
# anchorbrowser 1.0.1, httpx 0.28.1 with Python 3.11, Linux, 2026-11-29. Exits with 1 if it behaves otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps anchorbrowser==1.0.1 distro==1.9.0 sniffio==1.3.1 \
    playwright==1.65.2 greenlet==3.5.6 websockets==17.4 \
    httpx==0.28.1 httpcore==1.0.9 h11==0.16.0 anyio==4.16.0 idna==3.20 certifi==2026.10.19.post1 \
    pydantic==2.14.4 pydantic-core==2.50.5 typing-extensions==4.16.0 typing-inspection==0.4.5 annotated-types==0.8.0 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import httpx
from anchorbrowser import Anchorbrowser

timeouts = []


def respond(request):
    timeouts.append(request.extensions["timeout"])
    return httpx.Response(200, json={"data": {"id": "a"}})


for given in ({}, {"timeout": 60}):
    with Anchorbrowser(api_key="key", http_client=httpx.Client(transport=httpx.MockTransport(respond)), **given) as client:
        client.sessions.create_session()
    print(given, "→ httpx waits", timeouts[-1]["read"], "seconds")
sys.exit([each["read"] for each in timeouts] != [3_600_000, 60])
PYTHON
# Output:
# {} → httpx waits 3600000 seconds
# {'timeout': 60} → httpx waits 60 seconds

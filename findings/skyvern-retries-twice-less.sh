#!/bin/sh
# Skyvern's client sends a request again max_retries - 2 times: request_options={"max_retries": 2} does not retry.
#
# A good guess is that `max_retries=2` is two more attempts after a 503, as in other SDKs. Here it is no further
# attempt, since the client's counter of retries starts at two, not at zero; 4 means two. By default there is no retry.
#
# skyvern 1.0.56 with Python 3.11, Linux, 2026-11-29. Exits with 1 if it behaves otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps skyvern==1.0.56 \
    httpx==0.28.1 httpcore==1.0.9 h11==0.16.0 anyio==4.16.0 idna==3.20 certifi==2026.10.19.post1 \
    pydantic==2.14.4 pydantic-core==2.50.5 typing-extensions==4.16.0 typing-inspection==0.4.5 annotated-types==0.8.0 2>/dev/null
cd "$folder" # it reads .env where it is
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import httpx
from skyvern.client import Skyvern
from skyvern.client.core.api_error import ApiError

attempts = []
soon = {"retry-after-ms": "1"}
transport = httpx.MockTransport(lambda request: attempts.append(1) or httpx.Response(503, headers=soon, json={}))
client = httpx.Client(transport=transport)
counts = {}
for options in ({}, *({"max_retries": number} for number in range(1, 5))):
    attempts.clear()
    try:
        Skyvern(api_key="key", base_url="http://skyvern.test", httpx_client=client).get_browser_sessions(request_options=options)
    except ApiError:
        counts[options.get("max_retries")] = len(attempts)
        print(options, "→", len(attempts), "attempts")
sys.exit(counts != {None: 1, 1: 1, 2: 1, 3: 2, 4: 3})
PYTHON
# Output:
# {} → 1 attempts
# {'max_retries': 1} → 1 attempts
# {'max_retries': 2} → 1 attempts
# {'max_retries': 3} → 2 attempts
# {'max_retries': 4} → 3 attempts

#!/bin/sh
# browserbase: sessions.create(timeout=3600) does not set the session's timeout; it lets the call wait for an hour.
#
# A good guess is that `timeout`, which is the name in the API's documentation, in its request and in the response, is the
# session's lifetime in seconds. In this SDK each method's `timeout` is the client's, so nothing is sent: the session gets
# the project's default lifetime, and the call may hang for an hour instead of a minute. The session's is `api_timeout`.
#
# browserbase 1.22.0, httpx 0.28.1 with Python 3.11, Linux, 2026-11-29. Exits with 1 if it behaves otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps browserbase==1.22.0 distro==1.9.0 sniffio==1.3.1 \
    httpx==0.28.1 httpcore==1.0.9 h11==0.16.0 anyio==4.16.0 idna==3.20 certifi==2026.10.19.post1 \
    pydantic==2.14.4 pydantic-core==2.50.5 typing-extensions==4.16.0 typing-inspection==0.4.5 annotated-types==0.8.0 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON' >"$folder/output.txt"
import httpx
from browserbase import Browserbase


def respond(request):
    print("   sent:", request.content.decode(), "the client waits", request.extensions["timeout"]["read"], "seconds")
    return httpx.Response(200, json={"id": "a"})


with Browserbase(api_key="key", http_client=httpx.Client(transport=httpx.MockTransport(respond))) as client:
    for options in ({}, {"timeout": 3600}, {"api_timeout": 3600}):
        print(options)
        client.sessions.create(**options)
PYTHON
cat "$folder/output.txt"
diff "$folder/output.txt" - <<'EXPECTED'
{}
   sent: {} the client waits 60 seconds
{'timeout': 3600}
   sent: {} the client waits 3600 seconds
{'api_timeout': 3600}
   sent: {"timeout":3600} the client waits 60 seconds
EXPECTED

#!/bin/sh
# One 404 of the Browserbase SDK in a process of a ProcessPoolExecutor breaks the pool: all its other work is lost too.
#
# A good guess is that `future.result()` raises the NotFoundError that was raised in the process. The error can be pickled
# there, but not unpickled here, since its __init__ has required keyword arguments, which pickle does not pass. The pool
# takes that for the death of a process: this future and all others get BrokenProcessPool, and submit() refuses more.
#
# browserbase 1.22.0 with Python 3.11, Linux, 2026-11-29. Exits with 1 if it behaves otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps browserbase==1.22.0 distro==1.9.0 sniffio==1.3.1 \
    httpx==0.28.1 httpcore==1.0.9 h11==0.16.0 anyio==4.16.0 idna==3.20 certifi==2026.10.19.post1 \
    pydantic==2.14.4 pydantic-core==2.50.5 typing-extensions==4.16.0 typing-inspection==0.4.5 annotated-types==0.8.0 2>/dev/null
cat >"$folder/pool.py" <<'PYTHON'
from concurrent.futures import ProcessPoolExecutor

import httpx
from browserbase import Browserbase


def respond(request):
    return httpx.Response(404 if request.url.path.endswith("missing") else 200, json={"id": "there"})


def fetch(session_id):
    with Browserbase(api_key="key", http_client=httpx.Client(transport=httpx.MockTransport(respond))) as client:
        return client.sessions.retrieve(session_id).id


if __name__ == "__main__":
    try:
        fetch("missing")
    except Exception as error:
        print("here:", type(error).__name__)
    with ProcessPoolExecutor(1) as pool:
        for session_id in ("there", "missing", "there"):
            try:
                print("in the pool:", pool.submit(fetch, session_id).result())
            except Exception as error:
                print("in the pool:", type(error).__name__)
PYTHON
"$folder/venv/bin/python" "$folder/pool.py" >"$folder/output.txt"
cat "$folder/output.txt"
diff "$folder/output.txt" - <<'EXPECTED'
here: NotFoundError
in the pool: there
in the pool: BrokenProcessPool
in the pool: BrokenProcessPool
EXPECTED

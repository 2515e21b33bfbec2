#!/bin/sh
# `import httpx` also imports click, rich and pygments if they are installed, for a command line that the program does not use.
#
# A good guess is that the time and memory of an import depend on the library and its dependencies. httpx imports its own
# command line, for which these three are an extra; any other package in the environment may have installed them. With them,
# the same version of httpx loads 243 modules instead of 145, in each process.
#
# httpx 0.28.1, rich 15.0.0, click 8.5.1 with Python 3.11, Linux, 2026-11-29. Exits with 1 if it behaves otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
for more in "" "click==8.5.1 rich==15.0.0 pygments==2.21.0 markdown-it-py==4.3.0 mdurl==0.1.2"; do
    # shellcheck disable=SC2086 # several names
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps \
        httpx==0.28.1 httpcore==1.0.9 h11==0.16.0 anyio==4.16.0 idna==3.20 certifi==2026.10.19.post1 \
        typing-extensions==4.16.0 $more 2>/dev/null
    "$folder/venv/bin/python" - <<'PYTHON'
import sys

before = {*sys.modules}
import httpx

loaded = {*sys.modules} - before
print(*sorted(loaded & {"click", "httpx", "pygments", "rich"}), "200 modules or more" if len(loaded) >= 200 else "less than 200 modules")
PYTHON
done >"$folder/output.txt"
cat "$folder/output.txt"
diff "$folder/output.txt" - <<'EXPECTED'
httpx less than 200 modules
click httpx pygments rich 200 modules or more
EXPECTED

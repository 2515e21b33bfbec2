#!/bin/sh
# A `const` with a quote or a backslash is another text in clients that openapi-python-client generates.
#
# A good guess is that `const: X` and `enum: [X]` accept the same value. Here the enum does; the const has one more
# backslash before each quote and backslash, in the annotation and in the check. So a response with the very value of the
# document raises ValueError, and a type checker accepts only an argument that the server does not know.
#
# openapi-python-client 0.29.1 with Python 3.11, Linux, 2026-11-29. Exits with 1 if it behaves otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps openapi-python-client==0.29.1 ruff==0.17.5 \
    attrs==26.1.0 httpx==0.28.1 httpcore==1.0.9 h11==0.16.0 anyio==4.16.0 idna==3.20 certifi==2026.10.19.post1 \
    jinja2==3.1.6 markupsafe==3.0.4 ruamel.yaml==0.19.1 typer==0.27.3 click==8.5.1 shellingham==1.5.4 annotated-doc==0.0.7 \
    rich==15.0.0 markdown-it-py==4.3.0 mdurl==0.1.2 pygments==2.21.0 \
    pydantic==2.14.4 pydantic-core==2.50.5 typing-extensions==4.16.0 typing-inspection==0.4.5 annotated-types==0.8.0 2>/dev/null
cd "$folder"
cat >rules.yaml <<'YAML'
openapi: 3.1.0
info: {title: Rules, version: "1"}
paths: {}
components:
  schemas:
    Chosen: {type: object, properties: {filter: {type: string, enum: ['status="open"']}}}
    Fixed: {type: object, properties: {filter: {type: string, const: 'status="open"'}}}
YAML
PATH="$folder/venv/bin:$PATH" openapi-python-client generate --path rules.yaml --meta none --output-path rules >generated.txt
"$folder/venv/bin/python" - <<'PYTHON' >output.txt
from rules.models import Chosen, Fixed

for text in ('status="open"', r'status=\"open\"'):
    for model in (Chosen, Fixed):
        try:
            print(model.__name__, "takes", model.from_dict({"filter": text}).to_dict()["filter"])
        except ValueError:
            print(model.__name__, "refuses", text)
PYTHON
cat output.txt
diff output.txt - <<'EXPECTED'
Chosen takes status="open"
Fixed refuses status="open"
Chosen refuses status=\"open\"
Fixed takes status=\"open\"
EXPECTED

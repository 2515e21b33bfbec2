#!/bin/sh
# oas-patch: after an action that updates several places, an action on one of them changes the others as well.
#
# A good guess is that an action changes what its target matches, and nothing else, as the Overlay specification has it. The
# engine puts the very same object of the overlay into each matched place, and so a later action on one of them is seen in
# all: here the description of one response's header appears in the other's. The order of actions decides what comes out.
#
# oas-patch 0.6.0 with Python 3.11, Linux, 2026-11-29. Exits with 1 if it behaves otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps oas_patch==0.6.0 pyyaml==6.0.4 jsonpath-ng==1.16.0 \
    jsonschema==4.26.0 jsonschema-specifications==2025.9.1 referencing==0.37.0 rpds-py==2026.9.1 attrs==26.1.0 deepdiff==9.1.0 \
    orderly-set==5.5.0 cachebox==5.2.3 click==8.5.1 typing-extensions==4.16.0 2>/dev/null
cd "$folder"
cat >document.yaml <<'YAML'
openapi: 3.1.0
info: {title: Things, version: "1"}
paths: {}
components:
  responses:
    Missing: {description: It is not there.}
    Refused: {description: The key may not read it.}
YAML
cat >overlay.yaml <<'YAML'
overlay: 1.0.0
info: {title: Headers, version: "1"}
actions:
  - target: $.components.responses.*
    update: {headers: {x-request-id: {schema: {type: string}}}}
  - target: $.components.responses.Refused.headers['x-request-id']
    update: {description: To be shown to the support.}
YAML
venv/bin/oas-patch overlay document.yaml overlay.yaml >output.yaml
venv/bin/python - <<'PYTHON' >output.txt
import yaml

responses = yaml.safe_load(open("output.yaml"))["components"]["responses"]
for name, response in responses.items():
    print(name, response["headers"]["x-request-id"])
PYTHON
cat output.txt
diff output.txt - <<'EXPECTED'
Missing {'schema': {'type': 'string'}, 'description': 'To be shown to the support.'}
Refused {'schema': {'type': 'string'}, 'description': 'To be shown to the support.'}
EXPECTED

#!/bin/sh
# Clients that openapi-python-client generates send each `default` of the document, in a PATCH too, though no caller set it.
#
# A good guess is that `default` says what the server assumes if a value is missing, as OpenAPI has it, and that a client
# sends what it is given. Here the defaults are those of the generated model and function: a PATCH that renames a thing
# sets its status back to "active", and an older client keeps sending an old default when the server has a new one. A model
# that is made from a response has no such values.
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
cat >things.yaml <<'YAML'
openapi: 3.1.0
info: {title: Things, version: "1"}
paths:
  /things:
    get:
      operationId: list_things
      tags: [things]
      parameters: [{name: limit, in: query, schema: {type: integer, default: 20}}]
      responses: {"204": {description: None}}
    patch:
      operationId: change_thing
      tags: [things]
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses: {"204": {description: Changed}}
components:
  schemas:
    Thing: {type: object, properties: {name: {type: string}, status: {type: string, default: active}}}
YAML
PATH="$folder/venv/bin:$PATH" openapi-python-client generate --path things.yaml --meta none --output-path things >generated.txt
"$folder/venv/bin/python" - <<'PYTHON' >output.txt
import httpx
from things import Client
from things.api.things import change_thing, list_things
from things.models import Thing


def respond(request):
    print(request.method, request.url.raw_path.decode(), request.content.decode() or "no body")
    return httpx.Response(204)


client = Client(base_url="http://things.test", httpx_args={"transport": httpx.MockTransport(respond)})
list_things.sync_detailed(client=client)
change_thing.sync_detailed(client=client, body=Thing(name="new name"))
change_thing.sync_detailed(client=client, body=Thing.from_dict({"name": "new name"}))
PYTHON
cat output.txt
diff output.txt - <<'EXPECTED'
GET /things?limit=20 no body
PATCH /things {"name":"new name","status":"active"}
PATCH /things {"name":"new name"}
EXPECTED

#!/bin/sh
# What the Browserbase SDK returns has each property of two names twice, and to_json() writes both of them.
#
# A good guess is that `model_extra` of a pydantic model with extra="allow" holds the properties that the model does not
# know, so that it shows when the API has new ones. In objects that this SDK makes from a response, it also has every property whose
# Python name is not the API's: `createdAt` beside `created_at`, as the text that was received. So `model_extra` is never
# empty, `to_dict(use_api_names=False)` mixes both namings, and `to_json()` is JSON with duplicate names, which parsers
# reject or read differently. The same model, validated by pydantic itself, has no extras.
#
# browserbase 1.22.0, pydantic 2.14.4 with Python 3.11, Linux, 2026-11-29. Exits with 1 if it behaves otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps browserbase==1.22.0 distro==1.9.0 sniffio==1.3.1 \
    httpx==0.28.1 httpcore==1.0.9 h11==0.16.0 anyio==4.16.0 idna==3.20 certifi==2026.10.19.post1 \
    pydantic==2.14.4 pydantic-core==2.50.5 typing-extensions==4.16.0 typing-inspection==0.4.5 annotated-types==0.8.0 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON'
import json, sys
import httpx
from browserbase import Browserbase
from browserbase.types import ProjectUsage

content = '{"browserMinutes": 12, "proxyBytes": 1048576}'
transport = httpx.MockTransport(lambda request: httpx.Response(200, json=json.loads(content)))
with Browserbase(api_key="key", http_client=httpx.Client(transport=transport)) as client:
    usage = client.projects.usage("8d24f5bc-0a85-4d02-8625-ad2ee5650d94")
validated = ProjectUsage.model_validate_json(content)
written = usage.to_json(indent=None)
print("extras:", usage.model_extra, "by pydantic itself:", validated.model_extra)
print("to_json:", written)
print("to_dict:", usage.to_dict(use_api_names=False))
names = [name for name, _ in json.loads(written, object_pairs_hook=list)]
sys.exit(
    usage.model_extra != {"browserMinutes": 12, "proxyBytes": 1048576}
    or validated.model_extra != {}
    or names != ["browserMinutes", "proxyBytes"] * 2
)
PYTHON
# Output:
# extras: {'browserMinutes': 12, 'proxyBytes': 1048576} by pydantic itself: {}
# to_json: {"browserMinutes":12,"proxyBytes":1048576,"browserMinutes":12,"proxyBytes":1048576}
# to_dict: {'browser_minutes': 12, 'proxy_bytes': 1048576, 'browserMinutes': 12, 'proxyBytes': 1048576}

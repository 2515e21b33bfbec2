#!/bin/sh
# connect_over_cdp(url, headers=...) sends the headers to whatever host the discovery document names, over plain ws too.
#
# A good guess is that headers are for the origin they were given for, as with a redirect in curl or httpx. Playwright
# sends them with GET .../json/version/, and again with the upgrade to another origin. So a key in a header is only as
# safe as the host that responds to the discovery. Also: discovery errors show the query of the URL, and so a token in it,
# while WebSocket errors leave it out.
#
# playwright 1.65.2 with Python 3.11, Linux, 2026-11-28. Exits with 1 if it behaves otherwise. No browser is needed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check playwright==1.65.2 greenlet==3.5.6 typing_extensions==4.16.0 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON'
import http.server, json, sys, threading
from playwright.sync_api import Error, sync_playwright

received = []


class Discovery(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        received.append((self.server.name, self.path, self.headers.get("x-api-key")))
        is_discovery = self.path.startswith("/pbs_1/json/version/")
        self.send_response(200 if is_discovery else 403)
        self.end_headers()
        if is_discovery:
            self.wfile.write(json.dumps({"webSocketDebuggerUrl": f"ws://127.0.0.1:{other.server_port}/elsewhere"}).encode())

    def log_message(self, *_):
        pass


def serve(name):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Discovery)
    server.name = name
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


first, other = serve("first"), serve("other")
errors = []
with sync_playwright() as playwright:
    for url in (
        f"http://127.0.0.1:{first.server_port}/pbs_1",
        f"http://127.0.0.1:{first.server_port}/wrong?token=in-the-query",
        f"ws://127.0.0.1:{first.server_port}/wrong?token=in-the-query",
    ):
        try:
            playwright.chromium.connect_over_cdp(url, headers={"x-api-key": "secret"}, timeout=10_000)
        except Error as error:
            errors.append("in-the-query" in str(error))
for each in received[:2]:
    print(*each)
print("token in the error of a discovery:", errors[1], "and of a WebSocket:", errors[2])
expected = [("first", "/pbs_1/json/version/", "secret"), ("other", "/elsewhere", "secret")]
sys.exit(received[:2] != expected or errors[1:] != [True, False])
PYTHON
# Output:
# first /pbs_1/json/version/ secret
# other /elsewhere secret
# token in the error of a discovery: True and of a WebSocket: False

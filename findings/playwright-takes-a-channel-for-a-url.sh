#!/bin/sh
# connect_over_cdp("chrome") accepts that as a URL: it attaches to the Chrome of the person at the machine.
#
# A good guess is that a text without a scheme is refused. Playwright takes "chrome", "msedge" and their channels for
# browsers, and reads the port of a running one from the DevToolsActivePort of its profile. So check a URL from an API
# before you pass it on. Here a server stands in for the Chrome of a home directory made for this.
#
# playwright 1.65.2 with Python 3.11, Linux, 2026-11-28. Exits with 1 if it behaves otherwise. No browser is needed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check playwright==1.65.2 greenlet==3.5.6 typing_extensions==4.16.0 2>/dev/null
HOME="$folder/home" "$folder/venv/bin/python" - <<'PYTHON'
import pathlib, socket, sys, threading
from playwright.sync_api import Error, sync_playwright

listener = socket.create_server(("127.0.0.1", 0))
received = []


def serve():
    while True:
        connection, _ = listener.accept()
        received.append(connection.recv(65536).split(b"\r\n")[0].decode())
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        connection.close()


threading.Thread(target=serve, daemon=True).start()
profile = pathlib.Path.home() / ".config/google-chrome"
profile.mkdir(parents=True)
(profile / "DevToolsActivePort").write_text(f"{listener.getsockname()[1]}\n/devtools/browser/of-the-person-here")
with sync_playwright() as playwright:
    for address in ("chrome", "no-channel"):
        try:
            playwright.chromium.connect_over_cdp(address, timeout=10_000)
        except Error as error:
            print(f"{address}: {str(error).splitlines()[0].split(': ', 1)[1][:60]}")
print(received)
sys.exit(received != ["GET /devtools/browser/of-the-person-here HTTP/1.1"])
PYTHON
# Output:
# chrome: Could not connect to chrome.
# no-channel: Invalid URL
# ['GET /devtools/browser/of-the-person-here HTTP/1.1']

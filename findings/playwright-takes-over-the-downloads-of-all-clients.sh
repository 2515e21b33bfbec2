#!/bin/sh
# connect_over_cdp() moves the downloads of all clients of a remote browser into a folder of the one that connects.
#
# A good guess is that a second connection to a browser, to look at it, changes nothing for the first. Playwright sends
# Browser.setDownloadBehavior with a temporary folder of its own. Other clients' files go there as well, under random names,
# until it disconnects. After that they go to the browser's default folder, and not where the first client had them put. So
# a cloud browser's own list of downloads can miss files. `no_defaults=True` leaves downloads alone.
#
# playwright 1.65.2 with Python 3.11 and Chromium 156, Linux, 2026-11-29. Exits with 1 if it behaves otherwise. It needs
# chromium or google-chrome on the PATH.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder" 2>/dev/null || { sleep 1; rm -rf "$folder"; }' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check playwright==1.65.2 greenlet==3.5.6 typing_extensions==4.16.0 2>/dev/null
mkdir "$folder/files"
HOME="$folder/files/home" TMPDIR="$folder/files" "$folder/venv/bin/python" - "$folder/files" <<'PYTHON' >"$folder/output.txt"
import http.server, pathlib, shutil, subprocess, sys, threading, time
from playwright.sync_api import sync_playwright

CONTENT = b"a,b\n"
files = pathlib.Path(sys.argv[1])


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_file = self.path == "/report.csv"
        self.send_response(200)
        self.send_header("Content-Type", "text/csv" if is_file else "text/html")
        self.end_headers()
        self.wfile.write(CONTENT if is_file else b'<a href="/report.csv" download>report</a>')

    def log_message(self, *_):
        pass


def download():
    """Return the folder in which the first client's download arrives; those of temporary folders without their ending."""
    page.goto(f"http://127.0.0.1:{site.server_port}/")
    page.click("a")
    for _ in range(100):
        page.wait_for_timeout(100)
        for path in [each for each in files.rglob("*") if each.is_file() and "profile" not in each.parts]:
            if path.exists() and path.read_bytes() == CONTENT:
                path.unlink()
                return path.parent.relative_to(files).as_posix().partition("artifacts-")[0]
    return "nowhere"


site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
threading.Thread(target=site.serve_forever, daemon=True).start()
command = [shutil.which("chromium") or shutil.which("google-chrome"), "--headless=new", "--no-sandbox"]
command += ["--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={files}/profile"]
browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
written = files / "profile" / "DevToolsActivePort"
while not (written.exists() and len(lines := written.read_text().split()) == 2):
    time.sleep(0.1)
address = f"http://127.0.0.1:{lines[0]}"
with sync_playwright() as playwright:
    first = playwright.chromium.connect_over_cdp(address, no_defaults=True)
    where = {"behavior": "allow", "downloadPath": str(files / "of-the-first-client")}
    first.new_browser_cdp_session().send("Browser.setDownloadBehavior", where)
    page = first.contexts[0].new_page()
    print("alone:", download())
    second = playwright.chromium.connect_over_cdp(address, no_defaults=True)
    print("beside a second client with no_defaults:", download())
    second.close()
    second = playwright.chromium.connect_over_cdp(address)
    print("beside a second client:", download())
    second.close()
    print("after it:", download())
browser.kill()
browser.wait()
PYTHON
cat "$folder/output.txt"
diff "$folder/output.txt" - <<'EXPECTED'
alone: of-the-first-client
beside a second client with no_defaults: of-the-first-client
beside a second client: playwright-
after it: home/Downloads
EXPECTED

"""The site, as `nox -s site` has made it: whole, by itself, and to be read on a telephone."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

import browser_sessions
from browser_sessions import errors, sandbox

SITE = Path(__file__).parents[2] / "site"
PAGES = sorted(SITE.rglob("*.html"))
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

ELSEWHERE = re.compile(
    r"""<(?:script|img|iframe|source|video|object)\b[^>]*\b(?:src|srcset|data|poster)="(?:[^"]*,)?\s*(?:https?:)?//[^"]*"
      | <link\b(?![^>]*\brel="canonical")[^>]*\bhref="(?:https?:)?//[^"]*"
      | @import\b[^;]* | url\(\s*["']?(?:https?:)?//[^)]*""",
    re.VERBOSE,
)


def test_every_public_name_is_in_the_reference() -> None:
    """Each has a place that a link can lead to, under the name by which it is imported."""
    inventory = InventoryFile.loads((SITE / "objects.inv").read_bytes(), uri="")
    described = {name for kind, names in inventory.data.items() if kind.startswith("py:") for name in names}
    public = {
        f"{module.__name__}.{name}"
        for module in (browser_sessions, errors, sandbox)
        for name in module.__all__
        if name not in {"__version__", "errors", "BrowserSessionsError", "InvalidSessionRef"} or module is errors
    }

    assert public - described == set()


def test_what_a_recipe_has_its_reader_save_or_type_can_be_copied() -> None:
    """Each block has its button, and none that shows what is printed."""
    script = (SITE / "_static" / "copybutton.js").read_text("utf-8")
    copied = set(re.findall(r"div\.highlight-(\w+) pre", script))
    kinds = {
        kind
        for path in SITE.glob("docs/recipes/*.html")
        for kind in re.findall(r'class="highlight-(\w+) ', path.read_text("utf-8"))
    }

    assert copied == kinds - {"text"} == {"console", "python", "sh"}


def test_a_command_in_a_text_can_be_typed() -> None:
    """Its quotes are a shell's, and not a printer's."""
    page = html.unescape((SITE / "docs" / "reference" / "commands.html").read_text("utf-8"))

    assert 'eval "$(browser-sessions completion bash)"' in page


def test_nothing_is_loaded_from_elsewhere() -> None:
    """No script, style, font or image: nobody learns who reads a page, and it is whole without a network."""
    files = [path for path in SITE.rglob("*") if path.suffix in {".html", ".css"}]

    assert len(files) > len(PAGES) > 10
    assert [(str(path), found) for path in files for found in ELSEWHERE.findall(path.read_text("utf-8"))] == []


@pytest.fixture
def address() -> Iterator[str]:
    """Where the site is served, with a page of its own that opens all others on telephones."""

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/telephones":
                super().do_GET()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(TELEPHONES.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(SITE))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/telephones"
        server.shutdown()


# The theme hides what is wider than the window, and lets what is wider than the text scroll the whole of it.
TELEPHONES = f"""<!doctype html>
<script>
    const excess = page => [page.documentElement, ...page.querySelectorAll(".content")].map(
        place => place.scrollWidth - place.clientWidth)
    const measured = () => Array.from(frames, frame => [frame.location.pathname, Math.max(...excess(frame.document))])
</script>
<body onload="document.body.textContent = JSON.stringify(Object.fromEntries(measured()))">
{"".join(f'<iframe width="390" height="844" src="/{page.relative_to(SITE).as_posix()}"></iframe>' for page in PAGES)}
"""


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium to look with")
def test_no_page_is_wider_than_a_telephone(address: str, tmp_path: Path) -> None:
    """What is wide, a table or a program, scrolls in its own place."""
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # Chromium has none for root
    quiet = ("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")
    options = ("--headless", "--disable-gpu", f"--user-data-dir={tmp_path}", *quiet, *root)
    result = subprocess.run(  # noqa: S603 - the browser, with arguments from here
        [str(CHROMIUM), *options, "--dump-dom", address], capture_output=True, text=True, check=True, timeout=120
    )
    body = re.search(r"<body[^>]*>({.*})</body>", result.stdout)
    assert body is not None, result.stdout + result.stderr
    widths = json.loads(html.unescape(body[1]))

    assert widths.keys() >= {f"/{page.relative_to(SITE).as_posix()}" for page in PAGES if page.parent != SITE}
    assert {page: excess for page, excess in widths.items() if excess > 0} == {}

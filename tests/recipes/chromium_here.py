"""Run a command with a sandbox whose sessions have a Chromium on this machine for a browser: COMMAND …."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browser_sessions import sandbox

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
OPTIONS = (
    *("--headless=new", "--disable-gpu", "--no-first-run"),
    "--no-sandbox",  # which root and many a container cannot have; it loads what we tell it to
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--remote-debugging-port=0",
)


@contextmanager
def chromium() -> Iterator[str]:
    """Give the address at which a Chromium's browser is driven, `ws://…`."""
    if CHROMIUM is None:
        sys.exit("There is neither chromium nor google-chrome on the PATH. On Debian: apt-get install chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}"]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                yield address(Path(profile, "DevToolsActivePort"), process)
            finally:
                process.terminate()


def address(written: Path, process: subprocess.Popen[bytes]) -> str:
    """Return what a Chromium that starts writes about where it is."""
    for _ in range(600):
        if written.exists() and len(lines := written.read_text("utf-8").split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit("Chromium does not start")


def main() -> int:
    """Return what the command ends with."""
    with chromium() as browser, sandbox.serve(browser=browser) as server:
        signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is the command's
        return subprocess.run(sys.argv[1:], env=os.environ | server.environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

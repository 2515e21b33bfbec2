"""Run a command beside a sandbox whose sessions share a Chromium on this machine: COMMAND …."""

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
    "--no-sandbox",  # root and many containers cannot have one; it loads only our page
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--remote-debugging-port=0",
)


@contextmanager
def chromium() -> Iterator[str]:
    """Start Chromium, and yield the URL to drive it, `ws://…`."""
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
    """Wait for Chromium to write where it listens, and return that as a URL."""
    for _ in range(600):
        if written.exists() and len(lines := written.read_text("utf-8").split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit("Chromium does not start")


def main() -> int:
    """Run the command, and return its exit code."""
    with chromium() as browser, sandbox.serve(browser=browser) as server:
        signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the command
        return subprocess.run(sys.argv[1:], env=os.environ | server.environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

"""A stranger's clone of the repository, in which a page is followed to the letter."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from codegen.fields import TABLE, read_table
from tests.recipes.runner.page import LEFT_OUT, Command, File

ROOT = Path(__file__).resolve().parents[3]
PINS = ROOT / "constraints" / "recipes.txt"

LONGEST = 420
"""Seconds that one block may take, the installation on a slow network too."""

_OURS = {"COLUMNS", "FORCE_COLOR", "PYTHONHOME", "PYTHONPATH", "PYTHONWARNINGS", "VIRTUAL_ENV"}
"""Variables of the developer that change what is printed or imported."""


class RecipeError(Exception):
    """A page does not do what it says."""


def make_clone(folder: Path) -> None:
    """Copy the work tree into a folder as git sees it: what is committed, edited or new, and not ignored."""
    git = shutil.which("git")
    assert git is not None
    command = [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():  # what was removed and not committed is listed, too
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


def environment() -> dict[str, str]:
    """Return the environment of commands: without keys, with pinned versions."""
    providers = read_table(ROOT / TABLE).values()
    keys = {name for each in providers for name in (*each["key_variables"], each["base_url_variable"])}
    kept = {name: value for name, value in os.environ.items() if name not in keys | _OURS}
    # As an address, since pip takes what is behind a space for another file.
    return kept | {"PIP_CONSTRAINT": PINS.as_uri(), "PYTHONUNBUFFERED": "1"}


def follow(step: File | Command, clone: Path, variables: dict[str, str], *, longest: float = LONGEST) -> None:
    """Do one thing that a page says.

    Raises:
        RecipeError: It cannot be done, or something else comes of it.

    """
    if isinstance(step, Command):
        printed, code = _type(step.script, clone, variables, longest)
        _compare(step, printed, code)
    elif (clone / step.name).exists():
        raise RecipeError(f"{step.name!r} is a file of the repository's own: save it under another name")
    else:
        (clone / step.name).write_text(step.text, "utf-8", newline="\n")


def _type(script: str, clone: Path, variables: dict[str, str], longest: float) -> tuple[str, int]:
    """Return what some lines print, as on a terminal in one stream, and what they end with."""
    bash = shutil.which("bash")
    if bash is None:
        raise RecipeError("the pages' commands are written for bash, which is not on the PATH")
    with subprocess.Popen(
        [bash, "-eo", "pipefail", "-c", script],
        cwd=clone,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        try:
            return process.communicate(timeout=longest)[0], process.returncode
        except subprocess.TimeoutExpired:
            _kill(process.pid)
            printed = process.communicate()[0]
            raise RecipeError(f"{_typed(script)}\ndid not end within {longest:g} s. Printed:\n{printed}") from None
        finally:
            _kill(process.pid)


def _kill(group: int) -> None:
    """End what some lines have started and not ended: nothing of a page outlives it, however it went."""
    with contextlib.suppress(ProcessLookupError):  # usually
        os.killpg(group, signal.SIGKILL)


def _compare(command: Command, printed: str, code: int) -> None:
    said = f"{_typed(command.script)}\n"
    if code != command.exit_code:
        raise RecipeError(f"{said}exited with {code}, expected {command.exit_code}. Printed:\n{printed}")
    if command.printed is not None and (missing := unprinted(command.printed, printed)) is not None:
        raise RecipeError(f"{said}did not print this line of the page:\n{missing}\nPrinted:\n{printed}")


def _typed(script: str) -> str:
    return "".join(f"$ {line}\n" for line in script.splitlines()).rstrip("\n")


def unprinted(shown: str, printed: str) -> str | None:
    """Return the first line that a page shows and that was not printed there, or None if it shows what was printed.

    It shows all of it: only what it marks as left out may be more. Space at the ends of lines is not seen, and so is
    not compared.
    """
    lines = shown.splitlines()
    patterns = [_pattern(line) for line in lines]
    actual = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    if re.fullmatch("".join(patterns), actual):
        return None
    for number, line in enumerate(lines, 1):
        if not re.match("".join(patterns[:number]), actual):
            return line
    return "(its end: more was printed)"


def _pattern(line: str) -> str:
    if line.strip() == LEFT_OUT:
        return r"(?:.*\n)*?"
    return ".*?".join(map(re.escape, line.rstrip().split(LEFT_OUT))) + r"\n"

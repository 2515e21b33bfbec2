"""Every command that the texts, CI and the workflows name exists."""

from __future__ import annotations

import ast
import os
import re

import pytest

from codegen.__main__ import ROOT

TEXTS = ("README.md", "CONTRIBUTING.md")
CALLERS = (*TEXTS, ".ci/run", *(path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*.y*ml")))


def text_of(name: str) -> str:
    """Return the text of a file."""
    return (ROOT / name).read_text("utf-8")


def block_under(heading: str) -> str:
    """Return the first console block under a heading of the README."""
    section = text_of("README.md").partition(f"\n### {heading}\n")[2].partition("\n#")[0]
    return section.partition("```console\n")[2].partition("\n```")[0]


def sessions() -> dict[str, bool]:
    """Return nox's sessions, and whether each runs when none is named."""
    found = {}
    for node in ast.parse(text_of("noxfile.py")).body:
        if isinstance(node, ast.FunctionDef):
            for decorator in map(ast.unparse, node.decorator_list):
                if decorator.startswith("nox.session"):
                    found[node.name] = "default=False" not in decorator
    return found


def named_sessions(name: str) -> set[str]:
    """Return the sessions that a file's nox commands name."""
    return {session for names in re.findall(r"\bnox -s((?: [a-z_]+)+)", text_of(name)) for session in names.split()}


def test_ci_runs_the_readme_s_command() -> None:
    """CI runs the tests by the README's command, to the letter."""
    command = block_under("Run the tests")

    assert command.endswith("/nox -s tests")
    assert command in text_of(".ci/run").splitlines()


def test_both_commands_set_up_everything_themselves() -> None:
    """The demo and the tests need only Python and git on the machine."""
    set_up = "python3 -m venv .venv && .venv/bin/python -m pip install -c constraints/dev.txt nox && .venv/bin/nox -s "

    assert [block_under(heading) for heading in ("See all providers at once", "Run the tests")] == [
        f"{set_up}demo",
        f"{set_up}tests",
    ]


def test_ci_runs_every_default_session() -> None:
    """CI runs what `nox` alone runs."""
    assert named_sessions(".ci/run") == {name for name, default in sessions().items() if default}


def test_the_default_sessions_are_listed_once() -> None:
    """The sessions that run when none is named are those not marked otherwise."""
    listed = re.search(r"^nox\.options\.sessions = (\[.*\])$", text_of("noxfile.py"), re.MULTILINE)

    assert listed is not None
    assert sorted(ast.literal_eval(listed[1])) == sorted(name for name, default in sessions().items() if default)


@pytest.mark.parametrize("name", CALLERS)
def test_every_command_exists(name: str) -> None:
    """Each nox session that a text, CI or a workflow names exists."""
    assert named_sessions(name) - sessions().keys() == set()


def test_every_command_is_explained() -> None:
    """The texts name every session that does not run by default."""
    explained = {session for name in TEXTS for session in named_sessions(name)}

    assert {name for name, default in sessions().items() if not default} - explained == set()


def test_every_command_says_what_it_does() -> None:
    """`nox --list` shows a sentence for each session."""
    functions = [node for node in ast.parse(text_of("noxfile.py")).body if isinstance(node, ast.FunctionDef)]

    assert [node.name for node in functions if not (ast.get_docstring(node) or "").endswith(".")] == []


def test_every_link_leads_somewhere() -> None:
    """Each link to a file of the repository leads to one, also from a client's README."""
    texts = [ROOT / name for name in TEXTS] + sorted((ROOT / "generated").glob("*/README.md"))
    links = [(path, link) for path in texts for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))]

    assert len(links) > 5
    assert [(path, link) for path, link in links if not (path.parent / link).exists()] == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
def test_ci_can_be_run() -> None:
    """`.ci/run` is an executable script."""
    path = ROOT / ".ci" / "run"

    assert path.read_bytes().startswith(b"#!")
    assert os.access(path, os.X_OK)

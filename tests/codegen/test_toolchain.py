from __future__ import annotations

import errno
import os
from importlib.metadata import version
from pathlib import Path

import pytest

from codegen import toolchain
from codegen.__main__ import ROOT
from codegen.errors import SourcesError, ToolchainError
from codegen.toolchain import TOOLS, read_pins, require_pinned_tools


def constraints(root: Path, text: str) -> Path:
    """Write the constraints of a repository."""
    path = root / "constraints" / "dev.txt"
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    return path


def test_the_pinned_tools_are_installed() -> None:
    """The tools that run these tests also generate."""
    require_pinned_tools(ROOT)


def test_pins_are_read_by_lower_case_name(tmp_path: Path) -> None:
    """Comments, markers and requirements without a pin are left out."""
    path = constraints(
        tmp_path, "# ruff==0\nRuff==1.2.3\nc.a-b_d==4rc1 ; python_version < '4'\nattrs>=5\n  jinja2==6\n"
    )

    assert read_pins(path) == {"ruff": "1.2.3", "c.a-b_d": "4rc1"}


def test_a_missing_tool_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the tool and its pin, and says that it is not installed."""
    constraints(tmp_path, "no-such-tool==1.0\n")
    monkeypatch.setattr(toolchain, "TOOLS", ("no-such-tool",))

    with pytest.raises(ToolchainError) as caught:
        require_pinned_tools(tmp_path)
    assert caught.value == ToolchainError("no-such-tool", None, "1.0")
    assert str(caught.value) == (
        "no-such-tool is not installed, but 1.0 is pinned, and the output's bytes depend on it: "
        "run it through nox, which installs from constraints/"
    )


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_of_another_version_is_named(tmp_path: Path, tool: str) -> None:
    """Every tool that decides bytes must have exactly its pinned version."""
    pins = {name: version(name) for name in TOOLS} | {tool: f"{version(tool)}.0"}
    constraints(tmp_path, "".join(f"{name}=={pin}\n" for name, pin in pins.items()))

    with pytest.raises(ToolchainError) as caught:
        require_pinned_tools(tmp_path)
    assert caught.value == ToolchainError(tool, version(tool), f"{version(tool)}.0")


def test_unusable_constraints_are_named(tmp_path: Path) -> None:
    """A file that is missing, binary, or without one of the tools is an error."""
    path = tmp_path / "constraints" / "dev.txt"
    with pytest.raises(SourcesError) as missing:
        require_pinned_tools(tmp_path)
    constraints(tmp_path, "ruff==1\n")
    with pytest.raises(SourcesError) as unpinned:
        require_pinned_tools(tmp_path)
    path.write_bytes(b"\xff")
    with pytest.raises(SourcesError) as garbled:
        require_pinned_tools(tmp_path)

    assert [caught.value for caught in (missing, unpinned, garbled)] == [
        SourcesError(path, f"cannot be read: {os.strerror(errno.ENOENT)}"),
        SourcesError(path, f"does not pin {TOOLS[0]}"),
        SourcesError(path, "is not UTF-8"),
    ]

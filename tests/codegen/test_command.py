from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codegen.__main__ import ROOT, main
from codegen.pipeline import build_document
from codegen.providers import load_providers

Capture = pytest.CaptureFixture[str]
NEW = "A new provider? Add a row to specs/sources.toml"


def run(capsys: Capture, root: Path, *arguments: str) -> tuple[int, str, str]:
    """Run a command, and return its exit code, its output and its complaints, with the root's path as `.`."""
    code = main(arguments, root)
    captured = capsys.readouterr()
    return code, captured.out.replace(str(root), "."), captured.err.replace(str(root), ".")


def files(root: Path) -> dict[str, bytes]:
    """Return every file below a folder, by its path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that is in a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def document_of(root: Path, slug: str) -> dict[str, Any]:
    """Return a provider's overlaid document."""
    return build_document(next(provider for provider in load_providers(root) if provider.slug == slug))


def test_regenerate_reports_what_it_wrote(pair: Path, capsys: Capture) -> None:
    """Every provider has a line, and a second run writes nothing."""
    before = files(pair)
    (pair / "generated" / "browserbase" / "README.md").unlink()
    (pair / "generated" / "browserbase" / "stray.py").touch()
    (pair / "generated" / "stray").mkdir()

    said = "brightdata: unchanged\nbrowserbase: 2 files written or removed\nstray: 1 file written or removed\n"
    assert run(capsys, pair, "regenerate") == (0, said, "")
    assert files(pair) == before
    assert run(capsys, pair, "drift") == (
        0,
        "brightdata, browserbase: generated/ matches specs/ and overlays/\n",
        "",
    )


def test_drift_names_every_difference_and_the_repair(pair: Path, capsys: Capture) -> None:
    """Changed, missing and extra files of all providers come at once, followed by the command that repairs them."""
    generated = pair / "generated"
    edit(generated / "brightdata" / "brightdata_client" / "client.py", "httpx", "http")
    (generated / "browserbase" / "README.md").unlink()
    (generated / "browserbase" / "browserbase_client" / "untracked.py").touch()
    (generated / "stray").mkdir()
    before = files(pair)

    assert run(capsys, pair, "drift") == (
        1,
        "",
        (
            "brightdata: changed generated/brightdata/brightdata_client/client.py\n"
            "browserbase: missing generated/browserbase/README.md\n"
            "browserbase: extra   generated/browserbase/browserbase_client/untracked.py\n"
            "stray: extra   generated/stray\n"
            "Repair it with: nox -s regenerate\n"
        ),
    )
    assert files(pair) == before


def test_a_failure_is_reported_beside_the_differences(pair: Path, capsys: Capture) -> None:
    """A failing provider does not hide the differences of others, and `regenerate` writes nothing."""
    edit(pair / "specs" / "browserbase.yaml", "info:", "info: [")
    (pair / "generated" / "brightdata" / "README.md").unlink()
    before = files(pair)
    failure = (
        "browserbase: specs/browserbase.yaml:4:14: while parsing a flow sequence: did not find expected ',' or ']'\n"
    )

    assert run(capsys, pair, "drift") == (
        1,
        "",
        (
            f"{failure}brightdata: missing generated/brightdata/README.md\n"
            "Repair it with: nox -s regenerate, after correcting the problems above\n"
        ),
    )
    assert run(capsys, pair, "drift", "browserbase") == (
        1,
        "",
        f"{failure}Repair it with: nox -s regenerate, after correcting the problems above\n",
    )
    assert run(capsys, pair, "regenerate") == (1, "", f"{failure}Nothing was written.\n")
    assert files(pair) == before


def test_only_the_named_providers_are_written(pair: Path, capsys: Capture) -> None:
    """Other providers and strays are left alone, and a provider named twice is written once."""
    for slug in ("brightdata", "browserbase"):
        (pair / "generated" / slug / "README.md").unlink()
    (pair / "generated" / "stray").mkdir()

    assert run(capsys, pair, "regenerate", "browserbase", "browserbase") == (
        0,
        "browserbase: 1 file written or removed\n",
        "",
    )
    assert not (pair / "generated" / "brightdata" / "README.md").exists()
    assert (pair / "generated" / "stray").is_dir()
    assert run(capsys, pair, "drift", "brightdata")[2] == (
        "brightdata: missing generated/brightdata/README.md\nRepair it with: nox -s regenerate\n"
    )


@pytest.mark.parametrize("command", ["regenerate", "drift", "show"])
@pytest.mark.parametrize(("slug", "hint"), [("browserbse", " Did you mean browserbase?"), ("?", "")])
def test_an_unknown_provider_is_misuse(pair: Path, capsys: Capture, command: str, slug: str, hint: str) -> None:
    """An unknown name ends the command with 2, the nearest name and all names."""
    with pytest.raises(SystemExit) as caught:
        main([command, "brightdata", slug], pair)

    assert caught.value.code == 2
    assert capsys.readouterr() == ("", f"Unknown provider {slug!r}.{hint} Known: brightdata, browserbase. {NEW}\n")


@pytest.mark.parametrize("arguments", [[], ["regenerat"], ["drift", "--all"], ["release"], ["release", "1.2.3", "4"]])
def test_unknown_arguments_are_misuse(capsys: Capture, arguments: list[str]) -> None:
    """They end the command with 2 and the usage."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m codegen ")


def test_show_prints_one_document(pair: Path, capsys: Capture) -> None:
    """The overlaid document of one provider is printed as JSON."""
    code, out, err = run(capsys, pair, "show", "browserbase")

    assert (code, json.loads(out), err) == (0, document_of(pair, "browserbase"), "")


def test_show_prints_several_documents_by_provider(pair: Path, capsys: Capture) -> None:
    """Those that can be built are printed as one JSON object, in the order of the arguments."""
    code, out, err = run(capsys, pair, "show", "browserbase", "brightdata")

    documents = {slug: document_of(pair, slug) for slug in ("browserbase", "brightdata")}
    assert (code, list(json.loads(out).items()), err) == (0, list(documents.items()), "")
    assert run(capsys, pair, "show")[1] == json.dumps(dict(sorted(documents.items())), indent=2) + "\n"

    (pair / "specs" / "brightdata.yaml").unlink()
    assert run(capsys, pair, "show") == (
        1,
        json.dumps({"browserbase": documents["browserbase"]}, indent=2) + "\n",
        "brightdata: specs/brightdata.yaml: cannot be read: No such file or directory\n",
    )


def test_show_prints_an_invalid_document_with_its_problems(pair: Path, capsys: Capture) -> None:
    """An invalid document is shown so that it can be corrected, unless it cannot be built."""
    overlay = pair / "overlays" / "browserbase.yaml"
    edit(overlay, "proxyBytes: 0", "proxyBytes: none")
    edit(pair / "specs" / "browserbase.yaml", "summary: Get a Session", "summary: [Get a Session]")

    code, out, err = run(capsys, pair, "show", "browserbase")
    assert code == 1
    assert json.loads(out) == document_of(pair, "browserbase")
    assert err == (
        "browserbase: overlaid document: #/paths/~1v1~1sessions~1{id}/get/summary: "
        "['Get a Session'] is not of type 'string'\n"
    )

    edit(overlay, "actions:", "actions: [")
    assert run(capsys, pair, "show", "browserbase")[:2] == (1, "")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("", "#: {} should be non-empty"), ("a = 1\n", "#/a: 1 is not of type 'object'")],
)
def test_a_broken_list_of_providers_is_one_clear_error(pair: Path, capsys: Capture, text: str, complaint: str) -> None:
    """An invalid `sources.toml` is reported with its row by every command, and no client changes."""
    (pair / "specs" / "sources.toml").write_text(text, "utf-8")
    before = files(pair)

    for command in ("regenerate", "drift", "show"):
        code, out, err = run(capsys, pair, command)
        assert (code, out) == (1, "")
        assert err.startswith(f"./specs/sources.toml: {complaint}")
        assert err.count("\n") == 1
    assert files(pair) == before


def test_an_unreadable_file_is_one_line(pair: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named without a traceback, whether it is an input or a committed file."""
    locked = pair / "generated" / "browserbase" / "README.md"
    read_bytes = Path.read_bytes

    def refuse(self: Path) -> bytes:  # the administrator may read anything, so the mode would not do
        if self == locked:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return read_bytes(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)

    complaint = "[Errno 13] Permission denied: './generated/browserbase/README.md'\n"
    assert run(capsys, pair, "drift", "browserbase") == (1, "", complaint)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


INPUTS = (
    "constraints/dev.txt",
    "overlays/browserbase.yaml",
    "pyproject.toml",
    "specs/browserbase.yaml",
    "specs/sources.toml",
)

CORRUPTIONS: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "a folder": _folder,
    "a link to itself": _link,
    "empty": lambda path: path.write_bytes(b""),
    "null": lambda path: path.write_bytes(b"\0" * 100),
    "no UTF-8": lambda path: path.write_bytes(b"\xff\xfe\x80" * 100),
    "UTF-16": lambda path: path.write_bytes(path.read_text("utf-8").encode("utf-16")),
    "another spec": lambda path: shutil.copy(ROOT / "specs" / "brightdata.yaml", path),
    "another overlay": lambda path: shutil.copy(ROOT / "overlays" / "brightdata.yaml", path),
    "a list": lambda path: path.write_text("- 1\n", "utf-8"),
    "deep YAML": lambda path: path.write_text("a: " + "[" * 120, "utf-8"),
    "deep TOML": lambda path: path.write_text("a = " + "[" * 120, "utf-8"),
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_no_input_is_so_bad_that_a_client_is_lost(pair: Path, capsys: Capture, name: str, corruption: str) -> None:
    """Whatever replaces an input, the result is a problem without a traceback, and no client changes."""
    CORRUPTIONS[corruption](pair / name)
    before = files(pair / "generated")

    code, out, err = run(capsys, pair, "regenerate", "browserbase")

    assert (code, out) == (1, "")
    assert err.startswith(("./", "browserbase: ")) or "is pinned" in err
    assert files(pair / "generated") == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from([name for name in INPUTS if name.startswith(("specs", "overlays"))]),
    place=st.floats(0, 1),
    length=st.integers(0, 200),
    inserted=st.binary(max_size=4) | st.sampled_from([b"\n", b": ", b"- ", b"'", b"{", b"]", b"&a ", b"*a", b"\t"]),
)
def test_no_damage_to_an_input_ends_in_a_traceback(
    pair: Path, name: str, place: float, length: int, inserted: bytes
) -> None:
    """A truncated or overwritten file is still a document, or a problem."""
    untouched = (pair / name).read_bytes()
    start = int(place * len(untouched))
    (pair / name).write_bytes(untouched[:start] + inserted + untouched[start + length :])

    named = [] if name == "specs/sources.toml" else ["browserbase"]  # the list may have lost the name
    assert main(["show", *named], pair) in {0, 1}

    (pair / name).write_bytes(untouched)


def python(root: Path, code: str, **environment: str) -> tuple[int, str, str]:
    """Run code in a process of its own that knows the pipeline, but in another folder than the repository's."""
    result = subprocess.run(  # noqa: S603 - this Python, with the code below
        [sys.executable, "-c", code],
        cwd=root.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return result.returncode, result.stdout, result.stderr


def test_the_machine_does_not_show_in_the_clients(pair: Path) -> None:
    """The bytes are the same under another hash seed, in another folder, and below another ruff configuration."""
    before = files(pair)
    shutil.rmtree(pair / "generated")
    for folder in (pair, pair.parent):
        (folder / "ruff.toml").write_text('line-length = 40\n[format]\nquote-style = "single"\n', "utf-8")

    code = f"from codegen.__main__ import *; sys.exit(main(['regenerate', 'browserbase'], root=Path({str(pair)!r})))"
    assert python(pair, code, PYTHONHASHSEED="4711", TZ="Asia/Kathmandu", LC_ALL="C") == (
        0,
        f"browserbase: {len(files(pair / 'generated'))} files written or removed\n",
        "",
    )
    clients = {name: data for name, data in before.items() if name.startswith("generated/browserbase/")}
    assert {name: data for name, data in files(pair).items() if name.startswith("generated/")} == clients


def test_a_stray_of_any_name_can_be_printed(pair: Path, capsys: Capture) -> None:
    """A file name that is not text is printed escaped."""
    (pair / "generated" / os.fsdecode(b"stray-\xff")).touch()

    assert run(capsys, pair, "regenerate") == (
        0,
        "brightdata: unchanged\nbrowserbase: unchanged\nstray-\\udcff: 1 file written or removed\n",
        "",
    )


def test_no_text_of_an_input_moves_the_cursor(pair: Path, capsys: Capture) -> None:
    """Whatever is not printable is escaped, in texts and in places."""
    hostile = r"$['\e[2J\u202E']"
    edit(pair / "overlays" / "browserbase.yaml", "target: $.openapi", f'target: "{hostile}"')
    code, out, err = run(capsys, pair, "regenerate", "browserbase")
    assert (code, out) == (1, "")
    assert err.startswith(r"browserbase: overlays/browserbase.yaml: actions[0] $['\x1b[2J\u202e']: ")

    edit(pair / "overlays" / "browserbase.yaml", hostile, "$.openapi")
    edit(pair / "specs" / "browserbase.yaml", "        createdAt:\n", '        "\\e[2J\\n": 1\n        createdAt:\n')
    assert run(capsys, pair, "regenerate", "browserbase")[2].splitlines() == [
        f"browserbase: overlaid document: #/components/schemas/Session/properties/%1B[2J%0A: {problem}"
        for problem in (
            "1 is not of type 'object', 'boolean'",
            r"the property '\x1b[2J\n' has characters that would be lost in Python: correct it by an overlay",
        )
    ] + ["Nothing was written."]


def test_ctrl_c_is_one_line(pair: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted run ends with the exit code of shells, without a traceback, and leaves nothing behind."""
    before = files(pair), sorted((pair / "generated").iterdir())
    monkeypatch.setattr("codegen.pipeline.generate_client", interrupt)

    assert run(capsys, pair, "regenerate") == (130, "", "Interrupted\n")
    assert (files(pair), sorted((pair / "generated").iterdir())) == before


def interrupt(*_: Any, **__: Any) -> None:
    """Do as Ctrl-C does."""
    raise KeyboardInterrupt


def test_a_closed_pipe_is_not_an_error_message(pair: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing into a closed pipe is a problem without a message."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed_pipe:
        monkeypatch.setattr(sys, "stdout", closed_pipe)
        code = main(["show", "browserbase"], pair)

    assert (code, capsys.readouterr().err) == (1, "")


@pytest.mark.parametrize("command", ["show", "regenerate"])
def test_a_closed_pipe_does_not_upset_a_process(pair: Path, command: str) -> None:
    """Python does not complain on exit when it flushes the rest, however much there is."""
    code = f"from codegen.__main__ import *; sys.exit(main([{command!r}, 'browserbase'], root=Path({str(pair)!r})))"
    process = subprocess.Popen(  # noqa: S603 - this Python, with the code above
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": ""},  # as it is for most people
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process:
        assert process.stderr.read() == ""

    assert process.returncode == 1


def test_the_pipeline_is_run_as_a_module() -> None:
    """`python -m codegen` is the command line."""
    command = [sys.executable, "-m", "codegen", "show", "no such provider"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - see above

    slugs = ", ".join(provider.slug for provider in load_providers(ROOT))
    assert (result.returncode, result.stdout, result.stderr) == (
        2,
        "",
        f"Unknown provider 'no such provider'. Known: {slugs}. {NEW}\n",
    )

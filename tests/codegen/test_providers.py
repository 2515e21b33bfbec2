from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from codegen.errors import SourcesError
from codegen.providers import DIALECTS, Operation, Provider, load_providers

HEAD = 'info = "get /a"\ndialect = "openapi"\nsha256 = "0"\n'
OPERATIONS = 'operations.get_session = "get /a"\n'
ROW = f"{HEAD}{OPERATIONS}"
NAME = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*\Z"
ROUTE = "^(get|put|post|delete|options|head|patch|trace) /"


def write(root: Path, text: str) -> Path:
    """Write the list of providers of a repository."""
    path = root / "specs" / "sources.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def problem(root: Path) -> SourcesError:
    """Return what is wrong with a repository's list of providers."""
    with pytest.raises(SourcesError) as caught:
        load_providers(root)
    return caught.value


def test_each_row_is_a_provider(tmp_path: Path) -> None:
    """A row is read field by field; a missing page is None."""
    operations = (
        '[acme.operations]\nget_session = "get /a"\nstop_session = "post /a/stop"\naccount.get_account = "get /me"\n'
    )
    write(tmp_path, f'[acme]\n{HEAD}page = "https://acme.example"\n{operations}[acme_cloud2]\n{ROW}')
    get = Operation("get_session", "get", "/a")
    stop, account = Operation("stop_session", "post", "/a/stop"), Operation("get_account", "get", "/me", "account")
    assert load_providers(tmp_path) == (
        Provider(tmp_path, "acme", "get /a", "openapi", "0", (get, stop, account), page="https://acme.example"),
        Provider(tmp_path, "acme_cloud2", "get /a", "openapi", "0", (get,)),
    )
    assert [str(each) for each in (stop, account)] == ["post /a/stop", "get /me"]


def test_a_slug_names_the_files_of_a_provider(tmp_path: Path) -> None:
    """Files, folders and the package are named by the slug; only the distribution has hyphens."""
    provider = Provider(tmp_path, "acme_cloud", "", "mintlify", "", ())
    files = [provider.spec, provider.overlay, provider.operations_overlay, provider.output]
    assert [path.relative_to(tmp_path).as_posix() for path in files] == [
        "specs/acme_cloud.yaml",
        "overlays/acme_cloud.yaml",
        "overlays/acme_cloud.operations.yaml",
        "generated/acme_cloud",
    ]
    assert (provider.package, provider.distribution) == ("acme_cloud_client", "acme-cloud-client")


def test_the_overlay_of_operations_is_optional(tmp_path: Path) -> None:
    """It is applied after the corrections, if it exists."""
    provider = Provider(tmp_path, "acme", "", "openapi", "", ())
    assert list(provider.overlays) == [provider.overlay]
    provider.operations_overlay.parent.mkdir()
    provider.operations_overlay.touch()
    assert list(provider.overlays) == [provider.overlay, provider.operations_overlay]


@pytest.mark.parametrize("slug", ["Acme", "acme-cloud", "_acme", "acme_", "acme__cloud", "2acme", "acme/../x", "", "ä"])
def test_a_slug_is_an_identifier_and_a_folder(slug: str, tmp_path: Path) -> None:
    """No slug leads out of its folder, or makes a package that cannot be imported."""
    path = write(tmp_path, f'["{slug}"]\n{ROW}')
    assert problem(tmp_path) == SourcesError(path, f"#: {slug!r} does not match {NAME!r}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "#: {} should be non-empty"),
        ('acme = "x"\n', "#/acme: 'x' is not of type 'object'"),
        (f"[acme]\npage = 1\n{ROW}", "#/acme/page: 1 is not of type 'string'"),
        (f'[acme]\ninfo = "x"\n{OPERATIONS}', "#/acme: 'dialect' is a required property"),
        (
            f'[acme]\nurl = "x"\nbase = "y"\n{ROW}',
            "#/acme: Additional properties are not allowed ('base', 'url' were unexpected)",
        ),
        (
            f"[acme]\n{ROW.replace('openapi', 'raml')}",
            "#/acme/dialect: 'raml' is not one of ('mintlify', 'openapi')",
        ),
        (f"[acme]\n{HEAD}", "#/acme: 'operations' is a required property"),
        (f"[acme]\n{HEAD}operations = {{}}", "#/acme/operations: {} should be non-empty"),
        (f'[acme]\n{HEAD}operations = "a"', "#/acme/operations: 'a' is not of type 'object'"),
        (f'[acme]\n{HEAD}operations.Get = "get /a"', f"#/acme/operations: 'Get' does not match {NAME!r}"),
        (f'[acme]\n{HEAD}operations.Tag.get = "get /a"', f"#/acme/operations: 'Tag' does not match {NAME!r}"),
        (f'[acme]\n{HEAD}operations.tag.Get = "get /a"', f"#/acme/operations/tag: 'Get' does not match {NAME!r}"),
        *(
            (f"[acme]\n{HEAD}operations.get = {route!r}", f"#/acme/operations/get: {route!r} does not match {ROUTE!r}")
            for route in ("GET /a", "get a", "get", "fetch /a")
        ),
        (f"[acme]\n{HEAD}operations.get = 1", "#/acme/operations/get: 1 is not of type 'string'"),
        (
            f'[acme]\n{HEAD}operations.a = "get /a"\noperations.t.b = "get /a"\noperations.c = "get /c"',
            "[acme.operations] has get /a more than once",
        ),
        (
            f'[acme]\n{HEAD}operations.a = "get /a"\noperations.sessions.a = "get /b"',
            "[acme.operations] has sessions.a more than once",
        ),
    ],
)
def test_an_invalid_row_is_an_error(text: str, expected: str, tmp_path: Path) -> None:
    """The error names the file, the row and what to correct."""
    path = write(tmp_path, text)
    assert problem(tmp_path) == SourcesError(path, expected)


def test_an_unreadable_list_is_an_error(tmp_path: Path) -> None:
    """So is a missing file, or a folder instead of it."""
    path = tmp_path / "specs" / "sources.toml"
    assert problem(tmp_path) == SourcesError(path, f"cannot be read: {os.strerror(errno.ENOENT)}")
    path.mkdir(parents=True)
    assert problem(tmp_path) == SourcesError(path, f"cannot be read: {os.strerror(errno.EISDIR)}")
    path.rmdir()
    path.write_bytes(b"\xff")
    assert problem(tmp_path) == SourcesError(path, "is not UTF-8")


@pytest.mark.parametrize("data", [b"[acme\n", b"a = 1\na = 2\n", b"a = " + b"[" * 500])
def test_invalid_toml_is_an_error(data: bytes, tmp_path: Path) -> None:
    """Whatever makes it invalid, it is one error."""
    path = write(tmp_path, "")
    path.write_bytes(data)
    error = problem(tmp_path)
    assert error.place == path
    assert error.problem.startswith("invalid TOML: ")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_can_be_named(dialect: str, tmp_path: Path) -> None:
    """A row may name each dialect that the pipeline converts."""
    write(tmp_path, f"[acme]\n{ROW.replace('openapi', dialect)}")
    assert [provider.dialect for provider in load_providers(tmp_path)] == [dialect]

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from codegen.__main__ import ROOT
from codegen.errors import SourcesError
from codegen.providers import DIALECTS, Provider, load_providers, with_rows

ROW = 'info = "yaml get /a"\noperation = "get /a"\ndialect = "openapi"\nsha256 = "0"\n'


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
    """A row is read field by field; what may be absent is None."""
    write(tmp_path, f'[acme]\n{ROW}page = "https://acme.example"\netag = "x"\n[acme_cloud2]\n{ROW}')
    assert load_providers(tmp_path) == (
        Provider(tmp_path, "acme", "yaml get /a", "get /a", "openapi", "0", page="https://acme.example", etag="x"),
        Provider(tmp_path, "acme_cloud2", "yaml get /a", "get /a", "openapi", "0"),
    )


def test_a_slug_names_all_that_belongs_to_a_provider() -> None:
    """Files, folders and the package are named by the slug; only the distribution has hyphens."""
    provider = Provider(Path("root"), "acme_cloud", "", "", "mintlify", "")
    assert [provider.spec, provider.overlay, provider.output, provider.package, provider.distribution] == [
        Path("root/specs/acme_cloud.yaml"),
        Path("root/overlays/acme_cloud.yaml"),
        Path("root/generated/acme_cloud"),
        "acme_cloud_client",
        "acme-cloud-client",
    ]


@pytest.mark.parametrize("slug", ["Acme", "acme-cloud", "_acme", "acme_", "acme__cloud", "2acme", "acme/../x", "", "ä"])
def test_a_slug_is_an_identifier_and_a_folder(slug: str, tmp_path: Path) -> None:
    """No slug leads out of its folder, or makes a package that cannot be imported."""
    path = write(tmp_path, f'["{slug}"]\n{ROW}')
    text = f"[{slug}]: a slug is lower-case words joined by single underscores"
    assert problem(tmp_path) == SourcesError(path, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "names no provider"),
        ('acme = "x"\n', "[acme]: expected a table of strings"),
        (f"[acme]\n{ROW}page = 1\n", "[acme]: expected a table of strings"),
        ('[acme]\ninfo = "x"\nsha256 = "0"\n', "[acme]: misses operation, dialect"),
        (f'[acme]\n{ROW}url = "x"\nbase = "y"\n', "[acme]: does not know base, url"),
        (f"[acme]\n{ROW.replace('openapi', 'raml')}", "[acme]: dialect 'raml' is none of mintlify, openapi"),
        (f"[b]\n{ROW}[a]\n{ROW}", "keep the providers sorted: a, b"),
    ],
)
def test_a_row_that_does_not_say_what_it_must_is_told(text: str, expected: str, tmp_path: Path) -> None:
    """The error names the file, the row and what to mend."""
    path = write(tmp_path, text)
    assert problem(tmp_path) == SourcesError(path, expected)


def test_a_list_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """No file, and a folder in its place, are errors as well."""
    path = tmp_path / "specs" / "sources.toml"
    assert problem(tmp_path) == SourcesError(path, f"cannot be read: {os.strerror(errno.ENOENT)}")
    path.mkdir(parents=True)
    assert problem(tmp_path) == SourcesError(path, f"cannot be read: {os.strerror(errno.EISDIR)}")


@pytest.mark.parametrize("data", [b"[acme\n", b"\xff\n", b"a = 1\na = 2\n", b"a = " + b"[" * 10_000])
def test_a_list_that_is_no_toml_is_told(data: bytes, tmp_path: Path) -> None:
    """What TOML's reader does not take, in whatever way, is one error."""
    path = write(tmp_path, "")
    path.write_bytes(data)
    error = problem(tmp_path)
    assert error.path == path
    assert error.problem.startswith("is not TOML: ")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_can_be_named(dialect: str, tmp_path: Path) -> None:
    """A dialect that the pipeline converts is one that a row may say."""
    write(tmp_path, f"[acme]\n{ROW.replace('openapi', dialect)}")
    assert [provider.dialect for provider in load_providers(tmp_path)] == [dialect]


def test_rows_are_written_into_the_list_as_it_is() -> None:
    """Comments, order and blanks stay, and so does whatever is not another value."""
    text = (ROOT / "specs" / "sources.toml").read_text("utf-8")
    assert with_rows(text, load_providers(ROOT)) == text

    before = "# all\n\n[acme]\npage='p' # where\ninfo = \"i\" # what\netag = \"e\"\n# more\n\n[brick]\ninfo='x'\n"
    acme = Provider(Path(), "acme", info='"\\\x1b', operation="o", dialect="d", sha256="s", page="p")
    assert with_rows(before, [acme]) == (
        '# all\n\n[acme]\npage=\'p\' # where\ninfo = "\\"\\\\\\u001b" # what\n# more\n'
        'operation = "o"\ndialect = "d"\nsha256 = "s"\n\n[brick]\ninfo=\'x\'\n'
    )

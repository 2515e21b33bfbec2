from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

import pytest

from codegen.client import generator
from codegen.errors import (
    CodegenError,
    DialectError,
    DocumentError,
    InvalidDocument,
    NeedlessCorrections,
    OverlayError,
    Problem,
    ProviderFailure,
    SourcesError,
    ToolchainError,
    TreeError,
)
from codegen.normalisation import normalise
from codegen.pipeline import Comparison, build_document, check_document, compare, regenerate
from codegen.providers import Provider, load_providers
from codegen.tree import CHANGED, EXTRA, MISSING, Difference

Files = dict[str, tuple[bytes, int]]


def files(root: Path) -> Files:
    """Return the bytes and the time of the last change of every file below `generated/`."""
    tree = root / "generated"
    paths = [path for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]
    return {path.relative_to(tree).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that is in a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def provider_of(root: Path, slug: str) -> Provider:
    """Return one provider of a repository."""
    return next(provider for provider in load_providers(root) if provider.slug == slug)


def difference(path: str, kind: str) -> Difference:
    """Return a difference in `generated/`."""
    return Difference(PurePosixPath("generated", path), kind)


def test_regenerate_leaves_current_files(repository: Path) -> None:
    """The committed clients match the inputs, and no file is written again."""
    before = files(repository)
    slugs = [provider.slug for provider in load_providers(repository)]

    found = regenerate(repository, load_providers(repository), strays=True)

    assert found == Comparison({slug: [] for slug in slugs})
    assert files(repository) == before


def test_every_difference_is_found_and_repaired(pair: Path) -> None:
    """A changed line, a deleted and an added file, and strays of any kind are reported at once, and repaired."""
    before = files(pair)
    generated = pair / "generated"
    edit(generated / "brightdata" / "brightdata_client" / "client.py", "httpx", "http")
    (generated / "brightdata" / "pyproject.toml").unlink()
    (generated / "browserbase" / "browserbase_client" / "api" / "added.py").touch()
    (generated / "stray" / "stray_client").mkdir(parents=True)
    (generated / "notes.txt").touch()
    (generated / "nowhere").symlink_to("nowhere at all")
    providers = load_providers(pair)

    found = compare(pair, providers, strays=True)

    assert found == Comparison(
        {
            "brightdata": [
                difference("brightdata/brightdata_client/client.py", CHANGED),
                difference("brightdata/pyproject.toml", MISSING),
            ],
            "browserbase": [difference("browserbase/browserbase_client/api/added.py", EXTRA)],
            "notes.txt": [difference("notes.txt", EXTRA)],
            "nowhere": [difference("nowhere", EXTRA)],
            "stray": [difference("stray", EXTRA)],
        }
    )
    assert not found.is_clean
    assert regenerate(pair, providers, strays=True) == found
    assert {name: data for name, (data, _) in files(pair).items()} == {name: data for name, (data, _) in before.items()}
    assert compare(pair, providers, strays=True).is_clean
    assert not (generated / "nowhere").is_symlink()


def test_comparing_writes_nothing(pair: Path) -> None:
    """A comparison does not change even the time of a folder."""
    (pair / "generated" / "browserbase" / "README.md").unlink()
    folders = [path for path in pair.rglob("*") if path.is_dir()]
    before = [(path, path.stat().st_mtime_ns) for path in folders], files(pair)

    compare(pair, load_providers(pair), strays=True)

    assert ([(path, path.stat().st_mtime_ns) for path in folders], files(pair)) == before


def test_only_the_given_providers_are_compared(pair: Path) -> None:
    """Without strays, the files of all others are left alone."""
    (pair / "generated" / "brightdata" / "README.md").unlink()
    (pair / "generated" / "stray").mkdir()
    before = files(pair)

    assert regenerate(pair, [provider_of(pair, "browserbase")], strays=False) == Comparison({"browserbase": []})
    assert files(pair) == before
    assert (pair / "generated" / "stray").is_dir()


def test_an_edited_overlay_shows_in_the_client(pair: Path) -> None:
    """The content of the overlay counts, not which file was touched."""
    edit(pair / "overlays" / "browserbase.yaml", "CPU used by the Session.", "How hard the Session worked.")

    assert compare(pair, [provider_of(pair, "browserbase")], strays=True).differences["browserbase"] == [
        difference("browserbase/browserbase_client/models/session.py", CHANGED)
    ]


def test_an_edited_template_shows_in_every_client(pair: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edited template changes every client, even if the same process has used the template before."""
    templates = shutil.copytree(generator.TEMPLATES, tmp_path / "templates")
    monkeypatch.setattr(generator, "TEMPLATES", templates)
    assert compare(pair, [provider_of(pair, "browserbase")], strays=False).is_clean

    edit(templates / "project" / "README.md.jinja", "## Install", "## Installation")

    assert compare(pair, load_providers(pair), strays=True) == Comparison(
        {slug: [difference(f"{slug}/README.md", CHANGED)] for slug in ("brightdata", "browserbase")}
    )


def test_missing_clients_are_written_whole(pair: Path) -> None:
    """Without `generated/` every file is missing, and is written again."""
    before = {name: data for name, (data, _) in files(pair).items()}
    shutil.rmtree(pair / "generated")
    everything = [difference(name, MISSING) for name in sorted(before, key=PurePosixPath)]

    found = compare(pair, load_providers(pair), strays=True)

    assert [each for differences in found.differences.values() for each in differences] == everything
    assert not (pair / "generated").exists()
    assert regenerate(pair, load_providers(pair), strays=True) == found
    assert {name: data for name, (data, _) in files(pair).items()} == before


def test_a_link_in_the_place_of_a_client_is_replaced(pair: Path, tmp_path: Path) -> None:
    """A link in the place of a client is replaced even if it leads to the same files."""
    output = pair / "generated" / "browserbase"
    elsewhere = output.rename(tmp_path / "elsewhere")
    output.symlink_to(elsewhere)

    regenerate(pair, [provider_of(pair, "browserbase")], strays=True)

    assert not output.is_symlink()
    assert sorted(path.name for path in output.iterdir()) == ["README.md", "browserbase_client", "pyproject.toml"]
    assert (elsewhere / "README.md").is_file()


_REPAIR = (
    "if the provider has corrected this, remove the action; if the place has moved, correct the target; "
    "if that is expected at times, add `x-allow-empty: true`"
)
_SPEC, _OVERLAY = PurePosixPath("specs/browserbase.yaml"), PurePosixPath("overlays/browserbase.yaml")
_UNAUTHORIZED = (
    "      '401':\n        description: The API key is missing or wrong.\n        content:\n          application/"
)

FAULTS: dict[str, tuple[PurePosixPath, str, str, CodegenError]] = {
    "broken YAML": (
        _SPEC,
        "info:",
        "info: [",
        DocumentError(_SPEC, 4, 14, "while parsing a flow sequence: did not find expected ',' or ']'"),
    ),
    "another document": (
        _SPEC,
        "\npaths:",
        "\npathz:",
        DocumentError(_SPEC, 0, 0, "is not OpenAPI: run nox -s fetch -- browserbase"),
    ),
    "broken YAML of the overlay": (
        _OVERLAY,
        "actions:",
        "info: {}\nactions:",
        DocumentError(_OVERLAY, 6, 1, "duplicate key 'info', first given on line 2"),
    ),
    "malformed overlay": (
        _OVERLAY,
        "overlay: 1.1.0",
        "overlay: 2.0.0",
        OverlayError("#/overlay", r"'2.0.0' does not match '^1\\.[01]\\.[0-9]+\\Z'"),
    ),
    "unmatched action": (
        _OVERLAY,
        "target: $.openapi",
        "target: $.openapl",
        NeedlessCorrections(
            (
                Problem(
                    "actions[0] $.openapl",
                    f"matches nothing, and the nearest place that exists is $.openapi: {_REPAIR}",
                ),
            )
        ),
    ),
    "invalid example": (
        _OVERLAY,
        "proxyBytes: 0",
        "proxyBytes: none",
        InvalidDocument(
            (
                Problem(
                    "#/paths/~1v1~1sessions~1{id}/get/responses/200/content/application~1json/examples/running/value"
                    "/proxyBytes",
                    "'none' is not of type 'integer'",
                ),
            )
        ),
    ),
    "generator warning": (
        _OVERLAY,
        f"{_UNAUTHORIZED}json",
        f"{_UNAUTHORIZED}xml",
        InvalidDocument(
            (
                Problem(
                    "#/paths/~1v1~1sessions~1{id}/get/responses/401/content/application~1xml",
                    "'application/xml' is not supported here: correct it by an overlay",
                ),
            )
        ),
    ),
    "no server": (
        _OVERLAY,
        "actions:",
        "actions:\n  - {target: $.servers, description: none of these answers, remove: true}",
        InvalidDocument(
            (Problem("#/servers", "is missing: add the first server, the client's base URL, by an overlay"),)
        ),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_provider_leaves_all_clients_alone(pair: Path, fault: str) -> None:
    """The failure is reported with its file and cause, beside the differences of others, and nothing is written."""
    file, old, new, error = FAULTS[fault]
    edit(pair / file, old, new)
    (pair / "generated" / "brightdata" / "README.md").unlink()
    (pair / "generated" / "stray").mkdir()
    before = files(pair)

    assert regenerate(pair, load_providers(pair), strays=True) == Comparison(
        {
            "brightdata": [difference("brightdata/README.md", MISSING)],
            "stray": [difference("stray", EXTRA)],
        },
        (ProviderFailure("browserbase", None if isinstance(error, InvalidDocument) else file, error),),
    )
    assert files(pair) == before
    assert sorted(path.name for path in (pair / "generated").iterdir()) == ["brightdata", "browserbase", "stray"]


def test_all_failures_come_together(repository: Path) -> None:
    """Failures of all providers, at all stages, are reported in one run."""
    edit(repository / "specs" / "anchorbrowser.yaml", "paths:", "pathz:")
    edit(repository / "specs" / "brightdata.yaml", "openapi: 3.1.0", "openapi: 4.0.0")
    (repository / "overlays" / "browser_use.yaml").unlink()
    (repository / "specs" / "browserbase.yaml").write_bytes(b"caf\xe9: 1")
    (repository / "specs" / "skyvern.yaml").unlink()
    (repository / "specs" / "skyvern.yaml").mkdir()

    overlay, spec, directory = (
        PurePosixPath("overlays/browser_use.yaml"),
        PurePosixPath("specs/browserbase.yaml"),
        PurePosixPath("specs/skyvern.yaml"),
    )
    damaged = {"anchorbrowser", "brightdata", "browser_use", "browserbase", "skyvern"}
    providers = load_providers(repository)
    assert compare(repository, providers, strays=True) == Comparison(
        {provider.slug: [] for provider in providers if provider.slug not in damaged},
        (
            ProviderFailure(
                "anchorbrowser",
                PurePosixPath("specs/anchorbrowser.yaml"),
                DialectError("#", "'paths' is a required property"),
            ),
            ProviderFailure(
                "brightdata",
                None,
                InvalidDocument(
                    (Problem("#/openapi", "version '4.0.0' is not supported: expected OpenAPI 3.1.x or 3.0.x"),),
                ),
            ),
            ProviderFailure(
                "browser_use", overlay, DocumentError(overlay, 0, 0, "cannot be read: No such file or directory")
            ),
            ProviderFailure("browserbase", spec, DocumentError(spec, 1, 4, "is not UTF-8")),
            ProviderFailure("skyvern", directory, DocumentError(directory, 0, 0, "cannot be read: Is a directory")),
        ),
    )


def test_a_valid_document_passes(pair: Path) -> None:
    """A document can be built and checked without a client."""
    provider = provider_of(pair, "browserbase")
    document = build_document(provider)

    check_document(provider, document)
    assert list(document["paths"]["/v1/sessions/{id}"]) == ["get"]

    del document["paths"]["/v1/sessions/{id}"]["get"]["parameters"]
    with pytest.raises(ProviderFailure) as caught:
        check_document(provider, document)
    text = "no parameter describes {id} in the path: correct it by an overlay"
    problem = Problem("#/paths/~1v1~1sessions~1{id}/get", text)
    assert caught.value == ProviderFailure("browserbase", None, InvalidDocument((problem,)))


def test_a_problem_names_the_parameter(pair: Path) -> None:
    """Its index is that in the normalised document, from which the key's parameter is removed."""
    provider = provider_of(pair, "browserbase")
    document = build_document(provider)
    operation = document["paths"]["/v1/sessions/{id}"]["get"]
    schema = {"type": "array", "items": {"type": "object"}}
    key = {"name": "X-BB-API-Key", "in": "header", "schema": {"type": "string"}}
    operation["parameters"][:0] = [
        key,
        {"name": "limit", "in": "query", "schema": schema},
    ]
    with pytest.raises(ProviderFailure) as caught:
        check_document(provider, normalise(document, provider.operations))
    assert str(caught.value) == (
        "browserbase: overlaid document: #/paths/~1v1~1sessions~1{id}/get/parameters/0: "
        "parameter 'limit': a query parameter that contains object is not supported here: correct it by an overlay"
    )
    operation["parameters"] = [{"in": "query", "schema": {}}, {"$ref": "#/components/parameters/Lost"}]
    with pytest.raises(ProviderFailure) as caught:
        check_document(provider, document)
    assert [line.partition("/parameters/")[2] for line in str(caught.value).splitlines()] == [
        "0: 'name' is a required property",
        "1: refers to '#/components/parameters/Lost', but the components have no such parameter",
    ]


COMMON_FAULTS: list[tuple[str, str, str, CodegenError]] = [
    ("constraints/dev.txt", "ruff==0.17.5", "ruff==0.0.1", ToolchainError("ruff", "0.17.5", "0.0.1")),
    ("constraints/dev.txt", "jinja2==", "jinja3==", SourcesError(Path("constraints/dev.txt"), "does not pin jinja2")),
    (
        "pyproject.toml",
        "[project]",
        "[projekt]",
        SourcesError(Path("pyproject.toml"), "has no version: expected X.Y.Z in [project]"),
    ),
]


@pytest.mark.parametrize("fault", COMMON_FAULTS, ids=lambda fault: fault[2])
def test_what_all_clients_depend_on_is_checked_once(
    pair: Path, monkeypatch: pytest.MonkeyPatch, fault: tuple[str, str, str, CodegenError]
) -> None:
    """A tool that is not the pinned one, or a missing version, stops the run before any work."""
    file, old, new, error = fault
    edit(pair / file, old, new)
    monkeypatch.chdir(pair)
    before = files(pair)

    with pytest.raises(CodegenError) as caught:
        regenerate(Path(), load_providers(Path()), strays=True)
    assert caught.value == error
    assert files(pair) == before


def test_a_file_named_generated_is_not_replaced(pair: Path) -> None:
    """It has no client, and is not replaced by a folder."""
    shutil.rmtree(pair / "generated")
    (pair / "generated").touch()
    provider = provider_of(pair, "browserbase")

    kinds = {each.kind for each in compare(pair, [provider], strays=True).differences["browserbase"]}
    assert kinds == {MISSING}
    with pytest.raises(TreeError) as caught:
        regenerate(pair, [provider], strays=True)
    assert caught.value == TreeError(provider.output, "cannot be replaced: File exists")
    assert (pair / "generated").is_file()


OPERATIONS_OVERLAY = """\
overlay: 1.1.0
info: {title: Operations, version: 1.0.0}
extends: ../specs/browserbase.yaml
actions:
  - target: $.paths
    description: The page describes one operation alone. Source, the provider's reference of stopping a session.
    update:
      /v1/sessions/{id}/stop:
        post:
          parameters:
            - {name: id, in: path, required: true, schema: {type: string}}
            - {name: X-BB-API-Key, in: header, schema: {type: string}}
          responses: {204: {description: Stopped}}
"""


def test_operations_beyond_the_page_have_their_own_overlay(pair: Path) -> None:
    """They are applied after the corrections, normalised like others, and generated if the list names them."""
    overlay = pair / "overlays" / "browserbase.operations.yaml"
    overlay.write_text(OPERATIONS_OVERLAY, "utf-8")
    get = 'get_session = "get /v1/sessions/{id}"'
    edit(pair / "specs" / "sources.toml", get, f'{get}\nstop_session = "post /v1/sessions/{{id}}/stop"')

    (operation,) = build_document(provider_of(pair, "browserbase"))["paths"]["/v1/sessions/{id}/stop"].values()
    assert (operation["operationId"], operation["tags"]) == ("stop_session", ["sessions"])
    assert [each["name"] for each in operation["parameters"]] == ["id"]
    assert regenerate(pair, load_providers(pair), strays=True).failures == ()
    assert (pair / "generated/browserbase/browserbase_client/api/sessions/stop_session.py").is_file()


def test_an_operation_missing_from_the_list_is_an_error(pair: Path) -> None:
    """Otherwise the client would silently lack it."""
    (pair / "overlays" / "browserbase.operations.yaml").write_text(OPERATIONS_OVERLAY, "utf-8")

    with pytest.raises(ProviderFailure) as caught:
        build_document(provider_of(pair, "browserbase"))
    text = "is missing from specs/sources.toml: add it there, or remove it here"
    problem = Problem("#/paths/~1v1~1sessions~1{id}~1stop/post", text)
    file = PurePosixPath("overlays/browserbase.operations.yaml")
    assert caught.value == ProviderFailure("browserbase", file, InvalidDocument((problem,)))


def test_an_obsolete_operation_is_an_error_of_its_overlay(pair: Path) -> None:
    """When the page describes an operation, our overlay must not."""
    overlay = pair / "overlays" / "browserbase.operations.yaml"
    overlay.write_text(OPERATIONS_OVERLAY.replace("$.paths", "$.webhooks"), "utf-8")

    with pytest.raises(ProviderFailure) as caught:
        build_document(provider_of(pair, "browserbase"))
    assert caught.value.file == PurePosixPath("overlays/browserbase.operations.yaml")
    assert isinstance(caught.value.error, NeedlessCorrections)


def test_a_missing_operation_is_a_problem_among_the_others(pair: Path) -> None:
    """An operation of the list that no page or overlay describes is reported with everything else that is invalid."""
    get = 'get_session = "get /v1/sessions/{id}"'
    edit(pair / "specs" / "sources.toml", get, f'{get}\nstop_session = "post /v1/stop"')
    edit(pair / "specs" / "browserbase.yaml", "summary: Get a Session", "summary: [Get a Session]")
    provider = provider_of(pair, "browserbase")

    with pytest.raises(ProviderFailure) as caught:
        check_document(provider, build_document(provider))
    assert isinstance(caught.value.error, InvalidDocument)
    assert [each.location for each in caught.value.error.problems] == [
        "#/paths/~1v1~1stop/post",
        "#/paths/~1v1~1sessions~1{id}/get/summary",
    ]

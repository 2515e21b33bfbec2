"""The command line of the pipeline: `python -m codegen regenerate|drift|show|changes [slug…]`, `docs`, `release X.Y.Z`.

And `python -m codegen fetch [slug[=file]…]`, the only command that needs a network.

Exit codes: 0, success; 1, a problem was found and printed; 2, the command was misused. Of `changes`: 0, nothing is
breaking; 1, something is; 2, the revisions cannot be compared. After Ctrl-C: 130.
"""

from __future__ import annotations

import argparse
import difflib
import gc
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from codegen import pipeline, vendoring
from codegen.errors import CodegenError, ProviderFailure
from codegen.fields import write_pages
from codegen.providers import Provider, load_providers
from codegen.release import write_version

ROOT = Path(__file__).parents[1]

OK, PROBLEM, MISUSE, INTERRUPTED = 0, 1, 2, 130

_FETCH_HELP = (
    "a provider, optionally with a local file instead of its page: a page, .md, or the YAML block alone, .yaml; "
    "by default, all providers whose page is known"
)
_NEW = "A new provider? Add a row to specs/sources.toml"
_REPAIR = "Repair it with: nox -s regenerate"


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run one command on the repository at `root`, and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace, Path], int] = options.command
        return command(options, root)
    except BrokenPipeError:
        _give_up_output()
        return PROBLEM
    except (CodegenError, OSError) as error:  # the latter: a full disk or a locked file, for example
        _complain(error)
        return int(options.failure)
    except KeyboardInterrupt:
        _complain("Interrupted")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    summary = "Regenerate the clients from specs/ and overlays/, or report how they differ."
    parser = argparse.ArgumentParser(prog="python -m codegen", description=summary)
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, command: Any, summary: str, slugs: str = "", failure: int = PROBLEM) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=summary, description=summary)
        added.set_defaults(command=command, failure=failure)
        if slugs:
            added.add_argument("slugs", nargs="*", metavar="slug", help=slugs)
        return added

    of_all = "a provider; by default, all of them"
    add("regenerate", _regenerate, "write generated/ from specs/ and overlays/", of_all)
    add("drift", _drift, "report how generated/ differs from what regenerate would write", of_all)
    add("show", _show, "print the overlaid document as JSON; of several providers, an object by slug", of_all)
    summary = "report what changed in specs/ and overlays/ for people who import the clients or the facade"
    changes = add("changes", _changes, summary, f"{of_all}, and the facade", MISUSE)
    changes.add_argument(
        "--against", default="HEAD", metavar="REV", help="the git revision to compare with, by default HEAD"
    )
    changes.add_argument("--markdown", dest="form", action="store_const", const="markdown", default="text")
    add("fetch", _fetch, "update specs/ from the providers' pages", _FETCH_HELP)
    add("docs", _docs, "write the README's tables and docs/fields.md")
    release = add("release", _release, "write a new version into every distribution")
    release.add_argument("version", metavar="X.Y.Z")
    return parser


def _regenerate(options: argparse.Namespace, root: Path) -> int:
    providers = _chosen(root, options.slugs)
    result = pipeline.regenerate(root, providers, strays=not options.slugs)
    if result.failures:
        _complain(*result.failures)
        _complain("Nothing was written.")
        return PROBLEM
    for slug, differences in result.differences.items():
        files = "1 file" if len(differences) == 1 else f"{len(differences)} files"
        _say(f"{slug}: {files} written or removed" if differences else f"{slug}: unchanged")
    return OK


def _drift(options: argparse.Namespace, root: Path) -> int:
    providers = _chosen(root, options.slugs)
    result = pipeline.compare(root, providers, strays=not options.slugs)
    _complain(*result.failures)
    for slug, differences in result.differences.items():
        _complain(*(f"{slug}: {difference}" for difference in differences))
    if result.is_clean:
        _say(f"{', '.join(provider.slug for provider in providers)}: generated/ matches specs/ and overlays/")
        return OK
    _complain(_REPAIR if not result.failures else f"{_REPAIR}, after correcting the problems above")
    return PROBLEM


def _changes(options: argparse.Namespace, root: Path) -> int:
    from codegen import changes  # noqa: PLC0415 - only this command needs griffe, which takes long to import

    report = changes.compare_with(root, options.against, options.slugs)
    _say(changes.FORMS[options.form](report))
    return PROBLEM if report.breaking else OK


def _show(options: argparse.Namespace, root: Path) -> int:
    providers = _chosen(root, options.slugs)
    documents = {}
    failures = []
    for provider in providers:
        try:
            documents[provider.slug] = pipeline.build_document(provider)
            pipeline.check_document(provider, documents[provider.slug])
        except ProviderFailure as failure:
            failures.append(failure)
    # An invalid document is shown too: people need to see it to correct it.
    shown = documents if len(providers) > 1 else documents.get(providers[0].slug)
    if shown:
        _say(json.dumps(shown, indent=2))
    _complain(*failures)
    return PROBLEM if failures else OK


def _fetch(options: argparse.Namespace, root: Path) -> int:
    files = _files(options.slugs)
    providers = _chosen(root, [*files])
    asked = {each: files.get(each.slug) for each in providers if files or each.page}
    with vendoring.open_client() as client:
        results = vendoring.fetch(root, asked, client)
    changed = []
    for each in results:
        if isinstance(each, ProviderFailure):
            _complain(f"{each}\n{each.slug}: nothing was changed")
        else:
            changed += [each.provider.slug] if each.is_changed else []
            _say("; ".join([f"{each.provider.slug}: {'changed' if each.is_changed else 'unchanged'}", *each.notes]))
    for provider in [each for each in providers if each not in asked]:
        _say(f"{provider.slug}: skipped: its page is unknown; run nox -s fetch -- {provider.slug}=path/to/page.md")
    if changed:
        _say(f"Next: nox -s changes, and then nox -s regenerate -- {' '.join(changed)}")
    return PROBLEM if any(isinstance(each, ProviderFailure) for each in results) else OK


def _files(arguments: Sequence[str]) -> dict[str, Path | None]:
    """Return the local file, or None, for each provider; two files for one provider are misuse."""
    files: dict[str, Path | None] = {}
    for argument in arguments:
        slug, equals, name = argument.partition("=")
        file = Path(name) if equals else None
        if (equals and not name) or files.setdefault(slug, file) != file:
            _complain(f"{argument!r}: expected one file for each provider, as in {slug}=path/to/page.md")
            raise SystemExit(MISUSE)
    return files


def _docs(_: argparse.Namespace, root: Path) -> int:
    changed = write_pages(root)
    for path in changed:
        _say(f"{path.relative_to(root).as_posix()}: written")
    if not changed:
        _say("README.md, docs/: unchanged")
    return OK


def _release(options: argparse.Namespace, root: Path) -> int:
    write_version(root, options.version)
    code = _regenerate(argparse.Namespace(slugs=[]), root)
    if code != OK:
        _complain("The clients still have the former version: correct this, then run nox -s regenerate")
    return code


def _chosen(root: Path, slugs: Sequence[str]) -> tuple[Provider, ...]:
    """Return the named providers, by default all; an unknown name is misuse."""
    providers = {provider.slug: provider for provider in load_providers(root)}
    for slug in slugs:
        if slug not in providers:
            nearest = difflib.get_close_matches(slug, providers, n=1)
            hint = f" Did you mean {nearest[0]}?" if nearest else ""
            _complain(f"Unknown provider {slug!r}.{hint} Known: {', '.join(providers)}. {_NEW}")
            raise SystemExit(MISUSE)
    return tuple(providers[slug] for slug in dict.fromkeys(slugs)) if slugs else tuple(providers.values())


def _complain(*texts: object) -> None:
    for text in texts:
        print(_printable(str(text)), file=sys.stderr)


def _say(text: str) -> None:
    print(_printable(text), flush=True)


def _give_up_output() -> None:
    """Close an output whose reader, such as `head`, has closed it: Python would flush it on exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _printable(text: str) -> str:
    """Return a text in which nothing but the end of a line moves the cursor or turns the reading direction."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode() for each in text
    )


if __name__ == "__main__":
    gc.disable()  # collection takes a tenth of a run and frees little: most data is needed until the end
    sys.exit(main())

from __future__ import annotations

import errno
import os
from pathlib import Path, PurePosixPath

import pytest

from codegen.errors import TreeError
from codegen.tree import (
    CHANGED,
    EXTRA,
    MISSING,
    Difference,
    compare_trees,
    replace_trees,
)


def write(folder: Path, files: dict[str, str]) -> Path:
    """Make a folder with some files in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def read(folder: Path) -> dict[str, str]:
    """Return the text of every file below a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in files}


FILES = {"a.py": "a", "models/b.py": "b", ".hidden": "h"}


def test_equal_trees_do_not_differ(tmp_path: Path) -> None:
    """Two trees with the same files have no difference, whatever else differs."""
    committed, fresh = write(tmp_path / "committed", FILES), write(tmp_path / "fresh", FILES)
    os.utime(committed / "a.py", (0, 0))
    (committed / "an empty folder, which git does not know either").mkdir()

    assert compare_trees(committed, fresh) == []


def test_every_difference_is_named(tmp_path: Path) -> None:
    """Changed, missing and extra files are all found, at any depth, and sorted by path."""
    old = {"a.py": "a", "models/b.py": "old", "models/z.py": "z", "api/x/y.py": "y"}
    committed, fresh = write(tmp_path / "committed", old), write(tmp_path / "fresh", FILES)

    assert compare_trees(committed, fresh) == [
        Difference(PurePosixPath(".hidden"), MISSING),
        Difference(PurePosixPath("api/x/y.py"), EXTRA),
        Difference(PurePosixPath("models/b.py"), CHANGED),
        Difference(PurePosixPath("models/z.py"), EXTRA),
    ]


def test_a_missing_folder_is_an_empty_one(tmp_path: Path) -> None:
    """Every file of the other folder is reported."""
    tree, nowhere = write(tmp_path / "tree", {"a.py": "a"}), tmp_path / "nowhere"

    assert compare_trees(nowhere, tree) == [Difference(PurePosixPath("a.py"), MISSING)]
    assert compare_trees(tree, nowhere) == [Difference(PurePosixPath("a.py"), EXTRA)]


def test_a_file_or_link_instead_of_a_tree_is_a_difference(tmp_path: Path) -> None:
    """A file or link instead of a tree is a difference, even if the link leads to a copy of the tree."""
    fresh = write(tmp_path / "fresh", {"a.py": "a"})
    file, link = tmp_path / "file", tmp_path / "link"
    file.touch()
    link.symlink_to(write(tmp_path / "elsewhere", {"a.py": "a"}))

    assert compare_trees(file, fresh) == compare_trees(link, fresh) == [Difference(PurePosixPath("a.py"), MISSING)]


@pytest.mark.parametrize("name", ["run bit", "link", "other link", "folder"])
def test_kind_and_mode_count(tmp_path: Path, name: str) -> None:
    """An executable file, a link or a folder differs from the generated file."""
    committed, fresh = write(tmp_path / "committed", {}), write(tmp_path / "fresh", {"b": "b"})
    committed.mkdir()
    changed, kind = committed / "a", CHANGED
    (fresh / "a").write_text("b", "utf-8")
    (committed / "b").write_text("b", "utf-8")
    if name == "run bit":
        changed.write_text("b", "utf-8")
        changed.chmod(0o744)
    elif name == "link":
        changed.symlink_to("b")
    elif name == "other link":
        changed.symlink_to("b")
        (fresh / "a").unlink()
        (fresh / "a").symlink_to(os.fsdecode(b"\xff"))
    else:
        changed.mkdir()
        kind = MISSING

    assert compare_trees(committed, fresh) == [Difference(PurePosixPath("a"), kind)]


def test_a_link_to_a_folder_is_not_entered(tmp_path: Path) -> None:
    """A link in a tree is one entry, even a link to the tree itself."""
    committed, fresh = write(tmp_path / "committed", FILES), write(tmp_path / "fresh", FILES)
    (committed / "models" / "again").symlink_to(committed)

    assert compare_trees(committed, fresh) == [Difference(PurePosixPath("models/again"), EXTRA)]


def test_bytecode_does_not_count(tmp_path: Path) -> None:
    """Files that Python writes on import are not compared."""
    committed = write(tmp_path / "committed", FILES | {"models/__pycache__/b.pyc": "1", "__pycache__/c/d.pyc": "2"})

    assert compare_trees(committed, write(tmp_path / "fresh", FILES)) == []


def test_a_difference_reads_as_one_aligned_line() -> None:
    """The paths are aligned, however long the kinds are."""
    lines = [str(Difference(PurePosixPath("a.py"), kind)) for kind in (CHANGED, MISSING, EXTRA)]

    assert lines == ["changed a.py", "missing a.py", "extra   a.py"]


def replacements(folder: Path) -> dict[Path, Path | None]:
    """Make trees to replace: one that is there, one that is not yet, a stray, a stray file, and another there."""
    for name in ("first", "stray", "last"):
        write(folder / "committed" / name, {f"{name}.py": "old"})
    (folder / "committed" / "file").touch()
    fresh = {name: write(folder / "fresh" / name, {f"{name}.py": "new"}) for name in ("first", "new", "last")}
    (folder / "graveyard").mkdir()
    return {folder / "committed" / name: fresh.get(name) for name in ("first", "new", "stray", "file", "last")}


def test_trees_are_replaced_added_and_removed(tmp_path: Path) -> None:
    """Each fresh tree replaces its old one completely, and trees without a replacement are removed."""
    trees = replacements(tmp_path)

    replace_trees(trees, tmp_path / "graveyard")

    assert read(tmp_path / "committed") == {"first/first.py": "new", "new/new.py": "new", "last/last.py": "new"}
    assert read(tmp_path / "fresh") == {}


def test_links_are_replaced_and_what_they_lead_to_stays(tmp_path: Path) -> None:
    """A link instead of a tree is removed, even a dangling one, and its target is not touched."""
    elsewhere = write(tmp_path / "elsewhere", {"mine.py": "mine"})
    trees = replacements(tmp_path)
    (tmp_path / "committed" / "new").symlink_to(elsewhere)
    (tmp_path / "committed" / "nowhere").symlink_to("nowhere at all")

    replace_trees(trees | {tmp_path / "committed" / "nowhere": None}, tmp_path / "graveyard")

    assert sorted(path.name for path in (tmp_path / "committed").iterdir()) == ["first", "last", "new"]
    assert read(tmp_path / "committed" / "new") == {"new.py": "new"}
    assert read(elsewhere) == {"mine.py": "mine"}


RENAMES = 7
"""What `replacements` takes: two for each tree that is there and gets another, one for each of the other three."""


@pytest.mark.parametrize("failing", range(RENAMES))
def test_a_failed_rename_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    """If any rename fails, all trees are back where they were, and the error names one of them."""
    trees = replacements(tmp_path)
    before, fresh = read(tmp_path / "committed"), read(tmp_path / "fresh")
    rename = Path.rename
    calls = 0

    def rename_but_once(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == failing + 1:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", rename_but_once)

    with pytest.raises(TreeError) as caught:
        replace_trees(trees, tmp_path / "graveyard")
    culprit = list(trees)[[0, 0, 1, 2, 3, 4, 4][failing]]
    assert caught.value == TreeError(culprit, f"cannot be replaced: {os.strerror(errno.EBUSY)}")
    assert read(tmp_path / "committed") == before
    assert read(tmp_path / "fresh") == fresh

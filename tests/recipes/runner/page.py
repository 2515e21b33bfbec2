"""A recipe's page: the files to save, the commands to type, and their output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from markdown_it import MarkdownIt

SECTIONS = ("Install", "The program", "Run it")
"""What every page has, in this order, before what else there is to say."""

LEFT_OUT = "…"
"""What stands on a page for any part of a line, and alone in its line for any lines."""


class PageError(Exception):
    """A page cannot be run as written; has one reason per line."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that a page has its reader save.

    Attributes:
        name: Where, in the clone.
        text: What is in it.

    """

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command that the page's reader types.

    Attributes:
        script: The lines.
        exit_code: What the last of them ends with; all others end with 0.
        printed: What the page shows of the output, if anything.

    """

    script: str
    exit_code: int = 0
    printed: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page that can be run.

    Attributes:
        title: What it is called.
        needs: Programs of which one must be on the machine, beside Python and git; none where nothing else is needed.
        steps: What its reader does, one after the other.

    """

    title: str
    needs: tuple[str, ...]
    steps: tuple[File | Command, ...]

    @property
    def install(self) -> Command:
        """The command that makes the environment."""
        return next(step for step in self.steps if isinstance(step, Command))

    @property
    def program(self) -> File:
        """The program that the page is about."""
        return next(step for step in self.steps if isinstance(step, File))


@dataclass(frozen=True, slots=True)
class _Block:
    section: str
    said: str
    kind: str
    text: str
    line: int


@dataclass(slots=True)
class _Draft:
    """A page as far as it is read."""

    titles: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    needs: tuple[str, ...] = ()
    blocks: list[_Block] = field(default_factory=list)
    steps: list[File | Command] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_page(text: str) -> Page:
    """Return what a page says.

    A paragraph that ends in ``Save this as `NAME`:`` makes a file of the block below it. A `console` block is typed,
    and where the paragraph above it says "exits with 1", it does. A `text` block is what the command above it prints.
    A paragraph below *Install* that begins with "It needs" names, each as code, programs of which there must be one.

    Raises:
        PageError: It has another form, or a block that is not run.

    """
    draft = _Draft()
    _read_markdown(draft, text)
    for block in draft.blocks:
        _take(draft, block)
    draft.problems += [*_problems_of_form(draft), *_problems_of_steps(draft)]
    if draft.problems:
        raise PageError("\n".join(draft.problems))
    return Page(draft.titles[0], draft.needs, tuple(draft.steps))


def _read_markdown(draft: _Draft, text: str) -> None:
    section, said, tag = "", "", ""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "inline":
            said = token.content
            if tag == "h1":
                draft.titles.append(said)
            elif tag == "h2":
                draft.sections.append(section := said)
            elif section == SECTIONS[0] and said.startswith("It needs "):
                draft.needs = tuple(re.findall(r"`([^`]+)`", said))
        elif token.type in {"fence", "code_block"}:
            line = token.map[0] + 1 if token.map else 0
            draft.blocks.append(_Block(section, said, token.info.strip(), token.content, line))
            said = ""
        elif token.type == "html_block" and re.search(r"<(?:pre|code|textarea)\b", token.content, re.IGNORECASE):
            line = token.map[0] + 1 if token.map else 0
            draft.problems.append(f"line {line}: HTML is not run")
        tag = token.tag


def _take(draft: _Draft, block: _Block) -> None:
    last = draft.steps[-1] if draft.steps else None
    if saved := re.search(r"\bSave this as `([^`]+)`:$", block.said):
        draft.steps.append(File(saved[1], block.text))
    elif block.kind == "console":
        exits = re.search(r"\bexits with (\d+)\b", block.said)
        draft.steps.append(Command(block.text, int(exits[1]) if exits else 0))
    elif block.kind == "text" and isinstance(last, Command) and last.printed is None:
        draft.steps[-1] = replace(last, printed=block.text)
    elif block.kind == "text":
        draft.problems.append(f"line {block.line}: no command above prints this")
    else:
        draft.problems.append(
            f"line {block.line}: nothing runs a block of {block.kind or 'no kind'}; it is `console`, `text` or saved"
        )


def _problems_of_form(draft: _Draft) -> Iterator[str]:
    if len(draft.titles) != 1:
        yield f"it has {len(draft.titles)} titles, and should have one"
    if tuple(draft.sections[: len(SECTIONS)]) != SECTIONS or len(draft.sections) == len(SECTIONS):
        yield f"its sections are {draft.sections}, and should be {[*SECTIONS]} and what there is to say"
    kinds = {name: [block.kind for block in draft.blocks if block.section == name] for name in SECTIONS}
    if kinds["Install"] != ["console"]:
        yield f"below Install are the blocks {kinds['Install']}, and should be one console block"
    if kinds["The program"] != ["python"]:
        yield f"below The program are the blocks {kinds['The program']}, and should be one python block"
    if "console" not in kinds["Run it"]:
        yield "the section Run it has no console block"
    if draft.blocks and draft.blocks[0].section != SECTIONS[0]:
        yield f"line {draft.blocks[0].line}: a block before anything is installed"


def _problems_of_steps(draft: _Draft) -> Iterator[str]:
    commands = [step for step in draft.steps if isinstance(step, Command)]
    for command in commands[1:]:
        if not (command.printed or "").replace(LEFT_OUT, "").strip():
            yield f"{command.script.strip()!r}: the page does not show what it prints"
    for command in commands:
        if not command.script.strip():
            yield "a console block is empty"
    for name in [step.name for step in draft.steps if isinstance(step, File)]:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            yield f"{name!r} is not in the clone"

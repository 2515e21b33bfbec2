"""A page says what is run, and every block that looks like a command or a program is run."""

from __future__ import annotations

import pytest

from tests.recipes.runner.page import Command, File, Page, PageError, read_page

TEXT = """\
# Count

What it gives.

## Install

It needs one of `chromium` or `chrome`.

```console
python3 -m venv recipe
```

## The program

Save this as `count.py`:

```python
print(1)
```

## Run it

```console
recipe/bin/python count.py
```

```text
1
```

Save this as `odd.toml`:

```toml
odd = true
```

With a file it exits with 1:

```console
recipe/bin/python count.py odd.toml
```

```text
… is odd
```

## What it costs

Nothing.
"""


def test_a_page() -> None:
    """Files and commands come in the order of the page, each command with what it prints and ends with."""
    steps = (
        Command("python3 -m venv recipe\n"),
        File("count.py", "print(1)\n"),
        Command("recipe/bin/python count.py\n", 0, "1\n"),
        File("odd.toml", "odd = true\n"),
        Command("recipe/bin/python count.py odd.toml\n", 1, "… is odd\n"),
    )
    page = read_page(TEXT)
    assert page == Page("Count", ("chromium", "chrome"), steps)
    assert (page.install, page.program) == steps[:2]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("# Count\n", "", "it has 0 titles, and should have one"),
        ("What it gives.", "# Again", "it has 2 titles, and should have one"),
        ("## Run it", "## Run", "its sections are ['Install', 'The program', 'Run', 'What it costs'], and should be"),
        ("## What it costs\n", "", "its sections are ['Install', 'The program', 'Run it'], and should be"),
        ("```console\npython3 -m venv recipe\n```", "", "below Install are the blocks []"),
        ("venv recipe\n```", "venv recipe\n```\n\n```console\npip\n```", "are the blocks ['console', 'console']"),
        ("Save this as `count.py`:", "This is it:", "line 17: nothing runs a block of python;"),
        ("Save this as `count.py`:", "Save it as `count.py`:", "line 17: nothing runs a block of python;"),
        ("```python", "```sh", "below The program are the blocks ['sh'], and should be one python block"),
        ("Nothing.", "    ls", "nothing runs a block of no kind; it is"),
        ("Nothing.", "<details><pre>ls</pre></details>", "HTML is not run"),
        ("Save this as `odd.toml`:", "Such as", "nothing runs a block of toml; it is"),
        ("Nothing.", "- ```\n  ls\n  ```", "nothing runs a block of no kind; it is"),
        ("```text\n1\n```", "", "'recipe/bin/python count.py': the page does not show what it prints"),
        ("```text\n1\n```", "```text\n```", "'recipe/bin/python count.py': the page does not show what it prints"),
        ("```text\n1\n```", "```text\n…\n```", "'recipe/bin/python count.py': the page does not show what it prints"),
        ("```text\n1\n```", "```text\n1\n```\n\n```text\n2\n```", "no command above prints this"),
        ("```console\nrecipe/bin/python count.py\n```", "", "no command above prints this"),
        ("console\nrecipe/bin/python count.py\n", "console\n", "a console block is empty"),
        ("`odd.toml`:", "`/odd.toml`:", "'/odd.toml' is not in the clone"),
        ("`odd.toml`:", "`a/../../odd.toml`:", "'a/../../odd.toml' is not in the clone"),
        ("## Install", "```console\nls\n```\n\n## Install", "a block before anything is installed"),
    ],
)
def test_a_page_that_would_not_be_run_as_it_is_written(old: str, new: str, problem: str) -> None:
    """It raises an error that says where or about what."""
    assert old in TEXT
    with pytest.raises(PageError) as caught:
        read_page(TEXT.replace(old, new, 1))

    assert problem in str(caught.value)


def test_an_invalid_page_reports_all_its_faults() -> None:
    """Everything that is wrong with it is said at once."""
    with pytest.raises(PageError) as caught:
        read_page("A line.\n")

    assert len(str(caught.value).splitlines()) == 5

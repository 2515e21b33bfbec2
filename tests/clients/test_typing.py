from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.synthetic import Synthetic

USE = """
import datetime
import typing

import httpx

from synthetic_client import ApiError, AuthenticatedClient, DecodeError, models
from synthetic_client.api.bodies import delete_it, get_bytes, get_default, get_text
from synthetic_client.api.runs import (
    create_run, delete_run, end_run, get_ticket, list_all, list_history, list_runs, list_steps, pause_run,
    replace_steps, resume_run, set_reminders, stop_run, update_run,
)
from synthetic_client.api.things import create_thing, get_everything
from synthetic_client.types import UNSET, Response, Rows, Unset

client = AuthenticatedClient(token="a")
everything = get_everything.sync("a", 1, client=client, x_trace="b")
typing.assert_type(everything, models.Everything)
typing.assert_type(everything.kind, typing.Literal["everything"])
typing.assert_type(everything.word_or_number, typing.Literal["low", 2] | None | Unset)
typing.assert_type(everything.seen, datetime.datetime | Unset)
typing.assert_type(everything.either, models.Cat | models.Dog)
typing.assert_type(everything.nullable_array, list[int | None] | None | Unset)
typing.assert_type(everything.additional_properties, dict[str, typing.Any])
typing.assert_type(
    get_everything.sync_detailed("a", 1, client=client, x_trace="b"),
    Response[models.Everything | list[models.Problem] | models.Problem | str],
)
new = models.NewThing(datetime.date(2026, 1, 2), models.Size.VALUE_1)
typing.assert_type(create_thing.sync(client=client, body=new), models.Cat | str | None)
typing.assert_type(get_bytes.sync(client=client), bytes)
typing.assert_type(get_text.sync(client=client), str)
typing.assert_type(get_default.sync(client=client), list[int | None])
delete_it.sync(client=client)

now = datetime.datetime.now(datetime.UTC)
page = list_runs.sync(
    client=client, x_trace="a", status=models.Status.DONE, size=None, started_after=now, label=["b"], page=1,
    cursor=UNSET,
)
typing.assert_type(page, models.RunPage)
typing.assert_type(page.items, Rows[models.Run])
typing.assert_type(page.items[0], models.Run)
typing.assert_type(page.items.unexpected, dict[int, typing.Any])
typing.assert_type(page.items.sent, int)
typing.assert_type(page.items[0].source, models.Upload | models.Repository | Unset)
typing.assert_type(list_history.sync(client=client), Rows[models.Run | models.OldRun])
typing.assert_type(
    list_all.sync(client=client), models.WrappedRuns | models.OldRuns | Rows[models.OldRun]
)
typing.assert_type(list_steps.sync("a", client=client).steps, Rows[models.Step] | Unset)
run = models.NewRun(job="a", region="b", window=models.NewRunWindow(from_=now), colour=None)
typing.assert_type(run.timeout, int | Unset)
typing.assert_type(run.colour, models.Colour | None | Unset)
typing.assert_type(create_run.sync(client=client, body=run), models.Run | None)
typing.assert_type(create_run.sync(client=client, body={"job": "a"}, idempotency_key="b"), models.Run | None)
typing.assert_type(update_run.sync("a", client=client, body=models.RunChanges()), models.Run)
typing.assert_type(end_run.sync("a", client=client, body={"status": "done"}), models.Run)
typing.assert_type(get_ticket.sync("a", client=client, body={"user": "b"}), str)
pause_run.sync("a", client=client)
pause_run.sync("a", client=client, body={"minutes": 1})
pause_run.sync("a", client=client, body=models.Pause(until=now))
resume_run.sync("a", client=client, body=None)
resume_run.sync("a", client=client, body={})
replace_steps.sync("a", client=client, body=[models.Step(command="b")])
set_reminders.sync("a", client=client, body={"a": "2026-01-02T03:04:05Z"})
stop_run.sync("a", client=client)
delete_run.sync("a", client=client, force=True)
typing.assert_type(list_runs.build_request(client=client, x_trace="a"), httpx.Request)
typing.assert_type(create_run.build_request(client=client, body=run), httpx.Request)
typing.assert_type(list_history.parse_response(httpx.Response(200)), Response[Rows[models.Run | models.OldRun]])
typing.assert_type(create_run.parse_response(httpx.Response(200)), Response[models.Run | None | models.Problem])


async def wait() -> None:
    typing.assert_type(await get_text.asyncio(client=client), str)
    typing.assert_type((await list_runs.asyncio(client=client, x_trace="a")).items, Rows[models.Run])
"""


@pytest.mark.typing
def test_mypy_finds_nothing(synthetic: Synthetic, tmp_path: Path) -> None:
    """The client passes mypy's strict checks, and its types follow the document."""
    use = tmp_path / "use.py"
    use.write_text(USE, "utf-8")
    options = ("--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}")
    command = [sys.executable, "-m", "mypy", *options, "-p", "synthetic_client", "-m", "use"]
    environment = {"MYPYPATH": f"{synthetic.project}:{tmp_path}"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, text=True)  # noqa: S603
    assert done.stdout.startswith("Success: no issues found"), done.stdout
    assert (done.returncode, done.stderr) == (0, "")

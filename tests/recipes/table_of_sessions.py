"""Fetch sessions into a table whose columns have types, and save it as Parquet."""

import argparse
import json
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from browser_sessions import PROVIDERS, BrowserSession, Client, SessionStatus
from browser_sessions.errors import BrowserSessionsError

TIME = pl.Datetime("us", "UTC")
RECORDING = pl.Struct({"filename": pl.String(), "size": pl.Int64(), "checksum": pl.String(), "modified_at": TIME})
SCHEMA = pl.Schema(
    {
        "ref": pl.String(),
        "provider": pl.Enum([*PROVIDERS]),
        "status": pl.Enum(SessionStatus),
        "raw_status": pl.String(),
        "created_at": TIME,
        "started_at": TIME,
        "ended_at": TIME,
        "expires_at": TIME,
        "updated_at": TIME,
        "duration": pl.Duration("us"),
        "cost": pl.Decimal(38, 18),
        "cost_unit": pl.Enum(["USD", "credits"]),
        "cost_is_final": pl.Boolean(),
        "proxy_bytes": pl.Int64(),
        "billable_bytes": pl.Int64(),
        "recordings": pl.List(RECORDING),
        "region": pl.String(),
        "account_id": pl.String(),
        "metadata": pl.String(),
        "failure_code": pl.String(),
        "failure_message": pl.String(),
        "derived": pl.List(pl.String()),
        "unexpected": pl.List(pl.String()),
        "error": pl.String(),
        "error_message": pl.String(),
        "seen_at": TIME,
    }
)
"""Without the URLs, most of which are credentials or signed."""

AS_THEY_ARE = {each.name for each in fields(BrowserSession)} & SCHEMA.keys()


def row_of(ref: str, outcome: BrowserSession | BrowserSessionsError, seen_at: datetime) -> dict[str, Any]:
    """Return a session, or the error in its place, as a row."""
    row = dict.fromkeys(SCHEMA) | {"ref": ref, "provider": outcome.provider, "seen_at": seen_at}
    if isinstance(outcome, BrowserSessionsError):
        return row | {"error": type(outcome).__name__, "error_message": str(outcome)}
    cost, failure = outcome.cost, outcome.failure
    return (
        row
        | {name: getattr(outcome, name) for name in AS_THEY_ARE}
        | {
            "status": str(outcome.status),
            "cost": cost and cost.amount,
            "cost_unit": cost and cost.unit,
            "cost_is_final": cost and cost.final,
            "recordings": [
                {name: getattr(each, name) for name in RECORDING.to_schema()} for each in outcome.recordings
            ],
            "metadata": json.dumps(outcome.metadata),
            "failure_code": failure and failure.code,
            "failure_message": failure and failure.message,
            "derived": sorted(outcome.derived),
            "unexpected": [*outcome.unexpected],
        }
    )


def table_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return the rows as a table; raise an error if polars has replaced or cut a value that does not fit."""
    table = pl.DataFrame(rows, schema=SCHEMA)
    if lost := [row["ref"] for row, kept in zip(rows, table.to_dicts(), strict=True) if row != kept]:
        raise ValueError(f"the schema does not hold all of {', '.join(lost)}")
    return table


def summary_of(table: pl.DataFrame) -> str:
    """Return the numbers of sessions and errors, in one line."""
    errors = table.drop_nulls("error")["error"]
    kinds = errors.value_counts().sort("count", "error", descending=[True, False]).iter_rows()
    said = ", ".join(f"{kind}: {number}" for kind, number in kinds) or "none"
    return f"{len(table)} references: {len(table) - len(errors)} sessions, {len(errors)} errors ({said})"


def main() -> None:
    """Fetch the named sessions, and save them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("refs", nargs="+", metavar="REF", help='such as skyvern:pbs_1; "-": from standard input')
    parser.add_argument(
        "-o", "--output", type=Path, default="sessions.parquet", metavar="FILE", help="where to save them"
    )
    options = parser.parse_args()
    lines = (line.strip() for ref in options.refs for line in (sys.stdin if ref == "-" else [ref]))
    refs = dict.fromkeys(filter(None, lines))
    if not refs:
        parser.error("no references to fetch")
    if not options.output.parent.is_dir():
        parser.error(f"the folder {options.output.parent} is missing")
    with Client() as client:
        found = client.get_many(refs, concurrency=20)
        rows = {str(ref): row_of(str(ref), outcome, datetime.now(UTC)) for ref, outcome in found}
    table = table_of([rows[ref] for ref in refs])
    table.write_parquet(options.output)
    assert_frame_equal(pl.read_parquet(options.output), table)  # types included
    print(summary_of(table))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)

"""Draw the costs and the times of the sessions in a table, without a browser or the network."""

import sys
from collections.abc import Iterator
from datetime import datetime

import altair as alt
import polars as pl

from browser_sessions import PROVIDERS, SessionStatus

WIDTH = 640
NAMES = {slug: provider.name for slug, provider in PROVIDERS.items()}
ENDED = [str(status) for status in SessionStatus if status.is_terminal]
STATUSES = {
    "completed": "#4e79a7",
    "ended": "#8fbce0",
    "failed": "#e15759",
    "timed_out": "#f28e2b",
    "running": "#59a14f",
    "pending": "#bab0ac",
    "unknown": "#b07aa1",
}
COLOUR = alt.Color("status:N", title=None, legend=alt.Legend(orient="top")).scale(
    domain=[*STATUSES], range=[*STATUSES.values()]
)


def costs_of(sessions: pl.DataFrame) -> alt.TopLevelMixin:
    """Draw what sessions cost, in a panel for each unit: USD and credits cannot be added."""
    unreported = sessions.filter(pl.col("cost").is_null()).group_by("provider").len().sort("provider")
    reported = sessions.drop_nulls("cost").sort("cost_unit")
    panels = [costs_in(part["cost_unit"][0], part) for part in reported.partition_by("cost_unit")]
    note = ", ".join(f"{name} ({number})" for name, number in unreported.iter_rows()) or "none"
    return alt.vconcat(*panels, title=alt.Title("What the sessions cost", subtitle=f"Cost not reported: {note}"))


def costs_in(unit: str, reported: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Draw the costs in one unit."""
    x, y = alt.X("cost:Q", title=unit, axis=alt.Axis(tickCount=6)), alt.Y("provider:N", title=None)
    totals = reported.group_by("provider").agg(
        pl.sum("cost"), passing=(~pl.col("cost_is_final")).sum(), number=pl.len()
    )
    said = [
        f"{cost.normalize():f} {unit}, {number} sessions ({passing} so far)"
        for _, cost, passing, number in totals.iter_rows()
    ]
    drawn = pl.col("cost").cast(pl.Float64)
    parts = reported.group_by("provider", "status").agg(pl.sum("cost")).with_columns(drawn)
    bars = alt.Chart(parts).mark_bar().encode(x, y, COLOUR)
    text = alt.Chart(totals.with_columns(drawn, said=pl.Series(said))).mark_text(align="left", dx=6)
    return alt.layer(bars, text.encode(x, y, text="said:N"), width=WIDTH, height={"step": 32})


def timeline_of(sessions: pl.DataFrame) -> alt.TopLevelMixin:
    """Draw when each session ran, in as many lanes as ran at once; a running one is drawn until it was seen."""
    start = pl.coalesce("started_at", "created_at")
    until_seen = pl.when(~pl.col("status").is_in(ENDED)).then("seen_at")
    end = pl.coalesce("ended_at", start + pl.col("duration"), until_seen)
    drawn = sessions.select("provider", "status", start=start, end=end).drop_nulls().sort("provider", "start")
    lanes = [lane for part in drawn.partition_by("provider") for lane in lanes_of(part)]
    note = f"{len(drawn)} of {len(sessions)} sessions, those with known times; running ones end when they were seen"
    axis = alt.Axis(format="%d %b %H:%M", tickCount=8, grid=True)
    title = alt.Title("When the sessions ran", subtitle=note)
    chart: alt.Chart = (
        alt.Chart(drawn.with_columns(lane=pl.Series(lanes, dtype=pl.Int64)), title=title, width=WIDTH)
        .mark_bar()
        .encode(
            alt.X("start:T", title="UTC", scale=alt.Scale(type="utc"), axis=axis),
            alt.X2("end:T"),
            alt.Y("lane:O", axis=None),
            COLOUR,
            alt.Row("provider:N", title=None, header=alt.Header(labelAngle=0, labelAlign="left")),
        )
        .properties(height={"step": 7})
        .resolve_scale(y="independent")
    )
    return chart


def lanes_of(drawn: pl.DataFrame) -> Iterator[int]:
    """Yield the first free lane for each session, in the order of their starts."""
    free_from: list[datetime] = []
    for start, end in drawn["start", "end"].iter_rows():
        lane = next((lane for lane, time in enumerate(free_from) if time <= start), len(free_from))
        free_from[lane : lane + 1] = [end]
        yield lane


def main() -> None:
    """Draw the charts of a table, each into a file with the given ending."""
    path, ending = sys.argv[1:]
    sessions = pl.read_parquet(path).filter(pl.col("error").is_null())
    if sessions.is_empty():
        sys.exit(f"{path} has no sessions")
    sessions = sessions.with_columns(pl.col("provider").cast(pl.String).replace(NAMES))
    alt.data_transformers.disable_max_rows()
    for name, chart in (("costs", costs_of(sessions)), ("timeline", timeline_of(sessions))):
        chart.configure_view(stroke=None).save(f"{name}.{ending}", scale_factor=2)
        print(f"{name}.{ending}: {len(sessions)} sessions")


if __name__ == "__main__":
    main()

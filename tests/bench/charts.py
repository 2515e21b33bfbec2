"""The README's picture: what it costs to import, to run once, and to call, as bars; for light pages and dark ones."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pygal
from pygal.style import Style

# Its finder of maps, none of which is drawn here, is of a kind that Python 3.11 warns of at every import.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]


class Theme(NamedTuple):
    """The colours of a picture: of the text, of the lines, of our bars, and of the others'."""

    text: str
    lines: str
    ours: str
    others: tuple[str, ...]


THEMES = {
    "light": Theme("#1f2328", "#d1d9e0", "#0969da", ("#59636e", "#7d8590", "#9198a1", "#afb8c1", "#cdd3d9")),
    "dark": Theme("#f0f6fc", "#3d444d", "#4493f8", ("#c9d1d9", "#9198a1", "#7d8590", "#656c76", "#484f58")),
}

FONT = "system-ui, sans-serif"
"""What the reader's machine has; a picture fetches nothing."""


def draw(theme: Theme, groups: Sequence[str], bars: Mapping[str, Sequence[float | None]]) -> str:
    """Return a picture, as SVG without scripts: for each group the bar of each series, ours first, with its value."""
    chart = pygal.HorizontalBar(
        style=_style(theme),
        title="What it takes, as a multiple of raw httpx (less is better)",
        width=860,
        height=460,
        js=(),
        # A value stands behind the end of its bar, not across it.
        css=("file://style.css", "file://graph.css", "inline:g.text-overlay text.value { text-anchor: start; }"),
        no_prefix=True,
        print_values=True,
        print_values_position="top",
        range=(0, 1.06 * max(value for values in bars.values() for value in values if value is not None)),
        value_formatter=_number,
        y_labels=[{"label": "raw httpx", "value": 1}],
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        disable_xml_declaration=True,
        spacing=14,
    )
    chart.x_labels = list(reversed(groups))
    for title, values in bars.items():
        chart.add(title, list(reversed(values)))
    chart.add_xml_filter(_without_scripts)
    return f"{chart.render(is_unicode=True)}\n"


def _style(theme: Theme) -> Style:
    fonts = {f"{part}font_family": FONT for part in ("", "label_", "value_", "title_", "legend_", "major_label_")}
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground=theme.text,
        foreground_strong=theme.text,
        foreground_subtle=theme.lines,
        guide_stroke_color=theme.lines,
        major_guide_stroke_color=theme.lines,
        value_colors=(theme.text,) * (1 + len(theme.others)),
        colors=(theme.ours, *theme.others),
        opacity="1",
        title_font_size=17,
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=13,
        value_font_size=12,
        **fonts,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _without_scripts(root: Any) -> Any:
    """Return a picture without comments, and without what makes it move under a mouse, which no README lets run."""
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] == "script":
                parent.remove(child)
    root.attrib.pop("id")  # it is empty without a prefix
    return root

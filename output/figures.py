"""A comparison as a figure: bars for one year, lines over years, one panel for each measure.

Drawn by Altair and vl-convert in this process: nothing is fetched, and no script is left in the file.
"""

from itertools import chain
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from output.compare import Comparison
from output.compare_text import (
    Lang,
    Row,
    basis,
    cell_text,
    clip,
    heading,
    is_least,
    is_pooled,
    itertuples,
    legend,
    word,
)
from output.fonts import find_chinese_font, font_stack
from output.measures import Measure

MOST_BARS = 40
MOST_LINES = 8
PIXELS = 2
"""How many pixels of a PNG file there are to a point."""

_COLOURS = ["#1f6f8b", "#c8553d", "#588157", "#8e5572", "#b08900", "#3d5a98", "#7a6f5d", "#2a9d8f"]
_GREY = "#555555"
_WIDTH, _HEIGHT, _COLUMNS = 420, 240, 2
# So much room a year needs for the numbers at its points.
_YEAR = 58
# How far the numbers stand above their points: two lines of text.
_ABOVE = 19
_NAME = 28
# So many lines can bear their numbers; more would cover each other.
_MOST_LABELLED = 2
# Columns of text in which the sentences under a title are broken.
_SUBTITLE = 64

Rows = list[dict[str, Any]]


def most_groups(comparison: Comparison) -> int:
    """How many groups a figure can show so that they are told apart."""
    return MOST_BARS if len(comparison.years) == 1 else MOST_LINES


def draw(comparison: Comparison, groups: list[str], lang: Lang) -> dict[str, Any]:
    """The figure of these groups as a Vega-Lite specification that holds its data."""
    measures = comparison.question.measures
    below = [_broken(basis(comparison, measure, lang)) for measure in measures]
    # Titles of the same height, so that panels side by side stand on one line.
    below = [[*lines, *[" "] * (max(map(len, below)) - len(lines))] for lines in below]
    names = _names(comparison, groups, lang)
    rows = [_rows(comparison, measure, names, lang) for measure in measures]
    panels = [_panel(comparison, *each, lang) for each in zip(measures, rows, below, strict=True)]
    chart = alt.concat(
        *panels, columns=_COLUMNS, spacing=36, title=_footer(comparison, list(chain(*rows)), groups, lang)
    )
    chart = chart.configure(font=font_stack(), background="white", padding=14).configure_view(stroke=None)
    chart = chart.configure_axis(gridColor="#e6e6e6", domainColor=_GREY, tickColor=_GREY, labelColor="#222222")
    chart = chart.configure_title(anchor="start", fontSize=14, subtitleColor=_GREY, subtitleFontSize=11)
    spec: dict[str, Any] = chart.to_dict()
    return spec


def write_figure(spec: dict[str, Any], path: Path) -> bool:
    """Write a figure as PNG or SVG, by the ending of the path; False where the system has no Chinese font."""
    font = find_chinese_font()
    if font is not None:
        vl_convert.register_font_directory(str(font.parent))
    # An empty list of addresses: the figure holds its data, and nothing it names is to be fetched.
    if path.suffix.lower() == ".svg":
        path.write_text(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]), encoding="utf-8", newline="\n")
    else:
        path.write_bytes(vl_convert.vegalite_to_png(spec, scale=PIXELS, allowed_base_urls=[]))
    return font is not None


def _rows(comparison: Comparison, measure: Measure, names: dict[str, str], lang: Lang) -> Rows:
    """What is drawn of a measure, a row for each group and year."""
    found = comparison.of(measure)
    pooled = is_pooled(comparison)
    shown = itertuples(found[found["group"].isin(names)])
    return [_datum(row, measure, names[row.group], pooled, lang) for row in shown]


def _panel(comparison: Comparison, measure: Measure, rows: Rows, below: list[str], lang: Lang) -> alt.LayerChart:
    title = alt.TitleParams(heading(measure, lang), subtitle=below)
    drawn = _bars(rows) if len(comparison.years) == 1 else _lines(rows, comparison.years)
    return drawn.properties(title=title)


def _names(comparison: Comparison, groups: list[str], lang: Lang) -> dict[str, str]:
    """A short name for each group, no two alike: what bears one name is one bar or line."""
    names: dict[str, str] = {}
    full: dict[str, str] = dict(comparison.groups().itertuples(index=False))
    for group in groups:
        name = clip(full[group] or word("all", lang), _NAME)
        names[group] = f"{name} ({len(names) + 1})" if name in names.values() else name
    return names


def _datum(row: Row, measure: Measure, name: str, pooled: bool, lang: Lang) -> dict[str, Any]:
    text = cell_text(row, measure, pooled)
    value = None if pd.isna(row.value) else float(row.value)
    rests = word("rests", lang).format(n=row.n, reports=row.reports)
    told = f"{name}, {row.year}{word('colon', lang)}{text}, {rests}"
    hollow = bool(row.counted_flagged) or is_least(row, measure)
    return {"name": name, "year": row.year, "value": value, "text": text, "told": told, "hollow": hollow}


def _bars(rows: Rows) -> alt.LayerChart:
    """A bar for each group with its number at the end, where there is none the sign that says why."""
    for row in rows:
        row["fill"] = "white" if row["hollow"] else _COLOURS[0]
        row["end"] = max(row["value"] or 0, 0)
    axis = alt.Axis(labelLimit=320, domain=False, ticks=False)
    # Told, for a bar without a number would else be put behind the others.
    scale = alt.Scale(paddingInner=0.25, domain=[row["name"] for row in rows])
    base = alt.Chart(alt.InlineData(rows), width=_WIDTH, height=alt.Step(22)).encode(
        y=alt.Y("name:N", sort=None, title=None, scale=scale, axis=axis),
        description="told:N",
    )
    bars = base.mark_bar(stroke=_COLOURS[0], strokeWidth=1.5).encode(
        x=alt.X("value:Q", title=None, axis=alt.Axis(tickCount=5)), fill=alt.Fill("fill:N", scale=None)
    )
    texts = base.mark_text(align="left", dx=5, color="#222222").encode(x="end:Q", text="text:N")
    return alt.LayerChart(layer=[bars, texts])


def _lines(rows: Rows, years: tuple[int, ...]) -> alt.LayerChart:
    """A line for each group, broken where there is no number; at few lines the numbers stand by their points."""
    names = list(dict.fromkeys(row["name"] for row in rows))
    every = list(range(years[0], years[-1] + 1))
    known = {(row["name"], row["year"]): row for row in rows}
    gaps = [{"name": name, "year": year, "value": None, "text": "", "told": ""} for name in names for year in every]
    whole = [known.get((row["name"], row["year"]), row) for row in gaps]
    told = [row for row in rows if row["value"] is not None]
    legend_of = None if len(names) == 1 else alt.Legend(title=None, orient="bottom", columns=_COLUMNS, labelLimit=320)
    scale = alt.Scale(domain=names, range=_COLOURS[: len(names)])
    encoded: dict[str, Any] = {
        "x": alt.X("year:O", title=None, scale=alt.Scale(domain=every), axis=alt.Axis(labelAngle=0)),
        "y": alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=5)),
        "color": alt.Color("name:N", scale=scale, legend=legend_of),
        "description": "told:N",
    }

    def chart(values: Rows) -> alt.Chart:
        width = max(_WIDTH, _YEAR * len(every))
        return alt.Chart(alt.InlineData(values), width=width, height=_HEIGHT).encode(**encoded)

    layers = [
        chart(whole).mark_line(strokeWidth=2),
        chart([row for row in told if not row["hollow"]]).mark_point(filled=True, opacity=1, size=60),
        chart([row for row in told if row["hollow"]]).mark_point(fill="white", opacity=1, size=60),
    ]
    if len(names) <= _MOST_LABELLED:
        none = chart([row for row in rows if row["value"] is None]).encode(y=alt.value(_HEIGHT))
        layers += _labels(chart(told)) + _labels(none)
    return alt.LayerChart(layer=layers)


def _labels(chart: alt.Chart) -> list[alt.Chart]:
    """The numbers above their points, on white, so that a line behind them leaves them readable."""
    texts = chart.mark_text(dy=-_ABOVE, fontSize=10, lineBreak=" ", baseline="line-bottom").encode(text="text:N")
    halo = chart.mark_text(
        dy=-_ABOVE, fontSize=10, lineBreak=" ", baseline="line-bottom", stroke="white", strokeWidth=3
    ).encode(text="text:N", color=alt.value("white"))
    return [halo, texts]


def _footer(comparison: Comparison, drawn: Rows, groups: list[str], lang: Lang) -> alt.TitleParams:
    """The legend of the signs, and what is not in the figure."""
    lines = legend(comparison, groups, lang)
    if any(row["hollow"] for row in drawn):
        lines.append(word("hollow", lang))
    if len(groups) < len(comparison.groups()):
        lines.insert(0, word("shown", lang).format(n=len(groups), groups=len(comparison.groups())))
    return alt.TitleParams(
        lines, orient="bottom", anchor="start", fontSize=11, fontWeight="normal", color=_GREY, offset=16
    )


def _broken(text: str) -> list[str]:
    """The parts of a sentence, filled up to lines; a Chinese character is as wide as two others."""
    lines = [""]
    for part in (
        text.replace("；", "；\n").replace("、", "、\n").replace(", ", ",\n ").replace("; ", ";\n ").split("\n")
    ):
        if lines[-1] and sum(1 + (ord(c) > 0x2E7F) for c in lines[-1] + part) > _SUBTITLE:
            lines.append("")
        lines[-1] += part if lines[-1] else part.lstrip()
    return lines

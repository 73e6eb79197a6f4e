"""The figures of the pages: columns by year, of the numbers that ``xxgk compare`` gives and of what was found."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pandas as pd

from output.compare import Comparison, compare_by
from output.lookup import CompareError
from output.measures import Measure, load_measures
from output.pages.render import number
from output.selection import By, Question

MEASURES = (
    "measure.applications_received",
    "measure.share_granted",
    "measure.share_refused",
    "measure.correction_rate_reviews",
)
# Sizes in the units of the drawing: its width, the line that the columns stand on, and the height of the longest.
WIDTH, BASE, _HIGHEST = 360, 126, 100
_WIDEST_STEP = 46
_YEAR_WIDTH, _SHORT_YEAR_WIDTH, _NUMBER_WIDTH = 30, 19, 20
STATUSES = ("found", "late", "without_tables", "missing")
# The groups of the numbers of all reports of a year, and of a division that is not known; see ``output.compare``.
_NOTHING = pd.DataFrame(columns=["group", "measure", "year", "value", "n", "reports", "flag"])
ALL = ""
_UNKNOWN = "?"


class Point(NamedTuple):
    """A number of one year: how many of the reports it rests on, and what is to be known of it first."""

    year: int
    value: float | None
    n: int
    reports: int
    flag: str


class Column(msgspec.Struct, frozen=True):
    """A column of a figure as it is drawn and told; ``height`` is None where there is no number."""

    year: str
    year_drawn: str
    left: float
    middle: float
    width: float
    height: float | None
    number: str
    number_drawn: str
    rests: str
    doubtful: bool


class Layer(msgspec.Struct, frozen=True):
    """A part of a column of what was found: its state, where it begins, how high it is."""

    status: str
    top: float
    height: float


class Stack(msgspec.Struct, frozen=True):
    """A column of what was found, from the bottom up; ``counts`` are in the order of ``STATUSES``."""

    column: Column
    layers: list[Layer]
    counts: list[int]


class Measured:
    """The measures of the pages by group, from the answer of ``xxgk compare --by``."""

    def __init__(self, measures: Sequence[Measure], rows: pd.DataFrame) -> None:
        self._measures, self._rows = measures, rows
        groups = rows["group"]
        firsts = groups.ne(groups.shift()).to_numpy().nonzero()[0]
        self._starts = {str(groups.iat[int(n)]): int(n) for n in firsts}
        self._ends = {int(n): int(end) for n, end in zip(firsts, [*firsts[1:], len(groups)], strict=True)}

    def of(self, group: str) -> list[tuple[Measure, list[Point]]]:
        """The points of each measure of a group; measures without a number are left out."""
        start = self._starts.get(group or _UNKNOWN, self._starts.get(group))
        if start is None:
            return []
        points: dict[str, list[Point]] = {}
        for code, *told in self._rows.iloc[start : self._ends[start], 1:].itertuples(index=False, name=None):
            point = Point(*told)
            points.setdefault(code, []).append(point._replace(value=None if pd.isna(point.value) else point.value))
        found = ((measure, points.get(measure.code, [])) for measure in self._measures)
        return [(measure, own) for measure, own in found if any(point.value is not None for point in own)]


def measure_by(dataset: Path, groupings: Sequence[By], divisions: Sequence[str]) -> dict[By, Measured]:
    """The measures of the pages for each way of grouping; nothing where no report has a year."""
    measures = [load_measures()[code] for code in MEASURES]
    try:
        made = compare_by(dataset, Question(tuple(measures), divisions=tuple(divisions)), groupings)
    except CompareError:
        return {by: Measured(measures, _NOTHING) for by in groupings}
    return {answer.by: Measured(measures, _slim(answer)) for answer in made}


def _slim(made: Comparison) -> pd.DataFrame:
    rows = made.rows[_NOTHING.columns]
    return rows.sort_values("group", kind="stable", ignore_index=True)


def figures_of(
    measured: Sequence[tuple[Measure, list[Point]]], years: Sequence[int], language: str, words: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """A figure for each measure, with a column for each of the years."""
    return [_figure(measure, points, years, language, words) for measure, points in measured]


def _figure(
    measure: Measure, points: Iterable[Point], years: Sequence[int], language: str, words: Mapping[str, Any]
) -> dict[str, Any]:
    by_year = {point.year: point for point in points}
    shown = [by_year.get(year, Point(year, None, 0, 0, "")) for year in years]
    most = max((abs(point.value) for point in shown if point.value is not None), default=0) or 1
    most = 100 if measure.unit == "%" else most
    columns = [_column(n, len(shown), point, most, measure.unit, words) for n, point in enumerate(shown)]
    title = measure.label(language)
    unit = words["units"].get(measure.unit, measure.unit)
    told = ", ".join(f"{column.year}: {column.number or '–'}" for column in columns)
    return {"title": title, "unit": unit, "columns": columns, "told": f"{title} ({unit}): {told}"}


def _column(n: int, count: int, point: Point, most: float, unit: str, words: Mapping[str, Any]) -> Column:
    value = point.value
    rounded = None if value is None else round(value, 1) if unit == "%" else value
    drawn = "" if rounded is None else f"{rounded:.0f}" if unit == "%" else _short(rounded, words)
    doubtful = point.flag == "flagged"
    rests = words["rests_on"].format(n=point.n, all=point.reports) if point.reports else words["no_report"]
    return _placed(
        n,
        count,
        point.year,
        height=None if value is None else round(_HIGHEST * max(value, 0) / most, 1),
        number=number(rounded),
        number_drawn=f"{drawn}!" if doubtful and drawn else drawn,
        rests=f"{rests} · {words['as_printed']}" if doubtful else rests,
        doubtful=doubtful,
    )


def _placed(n: int, count: int, year: int, **told: Any) -> Column:
    """The n-th of so many columns; years and numbers are drawn as far as there is room for them."""
    step = min(_WIDEST_STEP, WIDTH / count)
    every = 1 if step >= _SHORT_YEAR_WIDTH else ceil(_SHORT_YEAR_WIDTH / step)
    year_drawn = str(year) if step >= _YEAR_WIDTH else f"'{year % 100:02d}" if n % every == 0 else ""
    if step < _NUMBER_WIDTH and len(told.get("number_drawn", "")) > 2:
        told["number_drawn"] = ""
    return Column(
        year=str(year),
        year_drawn=year_drawn,
        left=round(n * step + step * 0.16, 1),
        middle=round((n + 0.5) * step, 1),
        width=round(step * 0.68, 1),
        **told,
    )


def _short(value: float, words: Mapping[str, Any]) -> str:
    """A number that fits over a column."""
    unit = words["ten_thousands"]
    return number(value) if value < 10_000 else unit["text"].format(n=f"{value / float(unit['of']):.3g}")


def stacks_of(counts: Mapping[int, Mapping[str, int]]) -> list[Stack]:
    """A column for each year, of how many reports were found, found late, without tables, and missed."""
    most = max((sum(found.values()) for found in counts.values()), default=0) or 1
    made: list[Stack] = []
    for n, (year, found) in enumerate(sorted(counts.items())):
        own = [found.get(status, 0) for status in STATUSES]
        layers: list[Layer] = []
        top = float(BASE)
        for status, count in zip(STATUSES, own, strict=True):
            height = round(_HIGHEST * count / most, 2)
            top = round(top - height, 2)
            layers += [Layer(status, top, height)] if count else []
        total = sum(own)
        drawn = f"{total - own[-1]}/{total}" if len(counts) <= WIDTH // _YEAR_WIDTH else str(total - own[-1])
        column = _placed(
            n,
            len(counts),
            year,
            height=round(BASE - top, 2),
            number=str(total),
            number_drawn=drawn,
            rests="",
            doubtful=False,
        )
        made.append(Stack(column, layers, own))
    return made

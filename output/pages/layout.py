"""How the official tables are laid out on their forms, from the labels of the codebook.

A label such as ``行政诉讼:复议后起诉:结果维持`` names the groups that a row or column stands in, from the outside.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any

import msgspec

from parsers.codebook import Indicator, load_codebook

TABLES = ("disclosure", "applications", "review_litigation", "statistics")
_RESULTS = "applications.results."


class Head(msgspec.Struct, frozen=True):
    """A heading cell and how many rows and columns it covers."""

    text: str
    row_span: int = 1
    column_span: int = 1


class Line(msgspec.Struct, frozen=True):
    """A row: its headings, then its cells as (indicator, applicant)."""

    heads: list[Head]
    cells: list[tuple[str, str | None]]


class FormTable(msgspec.Struct, frozen=True):
    """One table as it is shown: rows of headings over the columns, then the lines."""

    name: str
    caption: str
    stub: int
    header: list[list[Head]]
    lines: list[Line]


def lay_out(indicators: Collection[str], report_form: str, language: str, words: dict[str, Any]) -> list[FormTable]:
    """The tables of the forms that the indicators of a report belong to."""
    tables: list[FormTable] = []
    for name in TABLES:
        rows = rows_of(name, indicators, report_form)
        if rows:
            tables += _LAYOUTS[name](rows, language, words)
    return tables


def rows_of(table: str, indicators: Collection[str], report_form: str) -> list[Indicator]:
    """The rows of a table in the form that most of the indicators follow; none where there are none of it."""
    overlap = Counter(item.form for item in load_codebook() if item.table == table and item.indicator in indicators)
    form = max(overlap, key=lambda name: (overlap[name], name == report_form), default=None)
    return [item for item in load_codebook() if item.table == table and item.form == form]


def label_of(item: Indicator, language: str) -> str:
    """The whole label in a language."""
    return item.label_zh if language == "zh" else item.label_en


def _parts(item: Indicator, language: str) -> list[str]:
    """The label by its groups; both languages have the same groups, or the English has one fewer outside."""
    count = item.label_zh.count(":") + 1
    if language == "zh":
        return item.label_zh.split(":")
    return item.label_en.split(": ", count - 1) if count > 1 else [item.label_en]


def _disclosure(rows: Sequence[Indicator], language: str, words: dict[str, Any]) -> list[FormTable]:
    """A table for each item of the regulation: its kinds of document as rows, what is counted as columns."""
    tables: list[FormTable] = []
    for note, group in groupby(rows, key=lambda item: item.note.partition(";")[0]):
        cells: dict[str, dict[str, str]] = {}
        for item in group:
            kind, column = (*_parts(item, language), "")[:2]
            unit = f" ({words['units'].get(item.unit, item.unit)})" if item.unit == "万元" else ""
            cells.setdefault(kind, {})[column + unit] = item.indicator
        columns = list(dict.fromkeys(column for kinds in cells.values() for column in kinds))
        header = [[Head(words["content"]), *(Head(_capital(column)) for column in columns)]]
        lines = [
            Line([Head(kind)], [(found.get(column, ""), None) for column in columns]) for kind, found in cells.items()
        ]
        tables.append(FormTable("disclosure", words["articles"].get(note, note), 1, header, lines))
    return tables


def _applications(rows: Sequence[Indicator], language: str, words: dict[str, Any]) -> list[FormTable]:
    """Rows in their groups, and the seven columns of applicants."""
    applicants = list(words["applicants"])
    named = words["applicants"]
    header = [
        [Head(words["rows"], 3, 3), Head(words["applicant"], 1, len(applicants))],
        [Head(named[applicants[0]], 2), Head(words["legal_persons"], 1, len(applicants) - 2), Head(named["total"], 2)],
        [Head(named[name]) for name in applicants[1:-1]],
    ]
    results = [item for item in rows if item.indicator.startswith(_RESULTS)]
    groups = Counter(_parts(item, language)[0] for item in results if ":" in item.label_zh)
    lines: list[Line] = []
    met: set[str] = set()
    for item in rows:
        group, own = _parts(item, language)[0], _capital(_parts(item, language)[-1])
        heads: list[Head] = []
        if item in results and not met:
            heads.append(Head(words["results"], len(results)))
            met.add("")
        if item not in results:
            heads.append(Head(own, 1, 3))
        elif ":" not in item.label_zh:
            heads.append(Head(own, 1, 2))
        else:
            heads += [] if group in met else [Head(group, groups[group])]
            heads.append(Head(own))
            met.add(group)
        lines.append(Line(heads, [(item.indicator, name) for name in applicants]))
    return [FormTable("applications", "", 3, header, lines)]


def _review(rows: Sequence[Indicator], language: str, words: dict[str, Any]) -> list[FormTable]:
    """One line of numbers under a header of three rows."""
    outer: list[Head] = []
    middle: list[Head] = []
    inner: list[Head] = []
    for zh, group in groupby(rows, key=lambda item: item.label_zh.split(":")[0]):
        items = list(group)
        deep = items[0].label_zh.count(":") == 2
        outer.append(Head(words["outcomes"].get(zh, zh), 1, len(items)))
        for _, branch in groupby(items, key=lambda item: item.label_zh.rpartition(":")[0]):
            members = list(branch)
            names = [
                _capital((i.label_zh if language == "zh" else i.label_en).rpartition(":")[2].strip()) for i in members
            ]
            if deep:
                first = members[0]
                told = first.label_zh.split(":")[1] if language == "zh" else first.label_en.partition(":")[0]
                middle.append(Head(told, 1, len(members)))
                inner += map(Head, names)
            else:
                middle += [Head(name, 2) for name in names]
    return [
        FormTable("review_litigation", "", 0, [outer, middle, inner], [Line([], [(i.indicator, None) for i in rows])])
    ]


def _statistics(rows: Sequence[Indicator], language: str, words: dict[str, Any]) -> list[FormTable]:
    """A list of indicators, each with its unit and its number."""
    units = words["units"]
    lines = [
        Line(
            [Head(_capital(label_of(item, language))), Head(units.get(item.unit, item.unit))], [(item.indicator, None)]
        )
        for item in rows
    ]
    header = [[Head(words["indicator"]), Head(words["unit"]), Head(words["number"])]]
    return [FormTable("statistics", "", 2, header, lines)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def row_names(indicators: Iterable[str], language: str) -> dict[str, str]:
    """The label of each indicator that is known."""
    wanted = set(indicators)
    return {i.indicator: label_of(i, language) for i in reversed(load_codebook()) if i.indicator in wanted}


_LAYOUTS = {
    "disclosure": _disclosure,
    "applications": _applications,
    "review_litigation": _review,
    "statistics": _statistics,
}

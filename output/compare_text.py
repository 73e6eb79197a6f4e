"""The numbers of a comparison as text, for tables and figures, and as CSV for programs."""

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TextIO

import msgspec
import pandas as pd

from output.compare import COUNTED, REASONS, Comparison
from output.exports.texts import harmless_text
from output.measures import Measure

Lang = Literal["en", "zh"]
Row = Any
"""A row of ``Comparison.rows`` as ``DataFrame.itertuples`` gives it."""

LONGEST_NAME = 60


class Mark(msgspec.Struct, frozen=True):
    """A sign at a number or in its place, and what it says."""

    flag: str
    sign: str
    en: str
    zh: str


def itertuples(rows: pd.DataFrame) -> Iterator[Row]:
    """The rows one by one, each with its columns as attributes."""
    return iter(rows.itertuples(index=False))


def word(name: str, lang: Lang) -> str:
    """A word or sentence of the interface."""
    text: str = _data()["words"][lang][name]
    return text


def heading(measure: Measure, lang: Lang) -> str:
    """The label of a measure and its unit."""
    units = _data()["units"][lang]
    return f"{measure.label(lang)} ({units.get(measure.unit, measure.unit)})"


def is_pooled(comparison: Comparison) -> bool:
    """Whether a number may rest on several reports, so that each says on how many."""
    return comparison.by != "agency"


def cell_text(row: Row, measure: Measure, pooled: bool) -> str:
    """A number with its signs and, where it may rest on several reports, on how many it does.

    >>> cell_text(row, applications_received, pooled=True)
    '≥1,234~ 12/15'
    """
    rests = f" {row.n:,}/{row.reports:,}" if pooled else ""
    if pd.isna(row.value):
        return _marks()[row.flag].sign + rests
    signs = "".join(_marks()[name].sign for name in COUNTED if getattr(row, f"counted_{name}"))
    return ("≥" if is_least(row, measure) else "") + number_text(row.value, measure) + signs + rests


def number_text(value: float, measure: Measure) -> str:
    """A number with its thousands apart: a share in per cent, whole numbers whole.

    >>> number_text(1234.0, applications_received)
    '1,234'
    """
    if measure.unit == "%":
        sign = "+" if measure.kind == "growth" and value > 0 else ""
        return f"{sign}{value:,.1f}%"
    if measure.kind == "mean":
        return f"{value:,.1f}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6f}".rstrip("0")


def marks_used(comparison: Comparison, groups: Sequence[str]) -> list[Mark]:
    """The signs that stand in the cells of these groups, in the order of their listing."""
    used: set[str] = set()
    for measure in comparison.question.measures:
        rows = _of_groups(comparison.of(measure), groups)
        used |= set(rows.loc[rows["value"].isna(), "flag"])
        used |= {name for name in COUNTED if (rows[f"counted_{name}"] > 0).any()}
        if measure.at_least and ((rows["left_out"] > 0) & rows["value"].notna()).any():
            used.add("partial")
    return [mark for mark in _marks().values() if mark.flag in used]


def legend(comparison: Comparison, groups: Sequence[str], lang: Lang) -> list[str]:
    """What the signs at the numbers of these groups say, one line each, and how to read the numbers of reports."""
    lines = [f"{mark.sign} {getattr(mark, lang)}" for mark in marks_used(comparison, groups)]
    lines.append(word("of" if is_pooled(comparison) else "each", lang))
    if comparison.whole_left_out:
        lines.append(word("whole", lang).format(n=f"{comparison.whole_left_out:,}"))
    every = len(groups) * len(comparison.years) * len(comparison.question.measures)
    return [*lines, word("empty", lang)] if len(_of_groups(comparison.rows, groups)) < every else lines


def basis(comparison: Comparison, measure: Measure, lang: Lang) -> str:
    """On how many reports the numbers of a measure rest, and why the others are left out."""
    rows = comparison.of(measure)
    text = word("rests", lang).format(n=f"{rows['n'].sum():,}", reports=f"{rows['reports'].sum():,}")
    counts = {name: int(rows[f"left_out_{name}"].sum()) for name in REASONS}
    told = _data()["reasons"][lang]
    reasons = [
        word("reason", lang).format(n=f"{count:,}", reason=told[name]) for name, count in counts.items() if count
    ]
    if not reasons:
        return text
    return text + word("comma", lang) + word("left_out", lang).format(reasons=word("separator", lang).join(reasons))


def clip(name: str, most: int = LONGEST_NAME) -> str:
    """A name on one line, without anything that a terminal or a page would obey, and not endless."""
    line = "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in name[: most + 1]
    )
    return line if len(line) <= most else line[: most - 1] + "…"


def write_csv(comparison: Comparison, groups: Sequence[str], lang: Lang, handle: TextIO) -> None:
    """Write the rows of these groups as CSV, a line for each indicator, group and year; no value is an empty cell."""
    for number, measure in enumerate(comparison.question.measures):
        rows = comparison.of(measure)
        rows = _of_groups(rows, groups).rename(columns={"measure": "indicator"})
        rows.insert(1, "label", measure.label(lang))
        rows.insert(2, "unit", measure.unit)
        rows.insert(3, "by", comparison.by)
        rows["group"] = rows["group"].map(harmless_text)
        rows["name"] = rows["name"].map(harmless_text)
        rows.to_csv(handle, index=False, header=not number, float_format="%.10g", lineterminator="\n")


def _of_groups(rows: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    return rows[rows["group"].isin(list(groups))]


def is_least(row: Row, measure: Measure) -> bool:
    """Whether a number is a sum in which reports are missing."""
    return measure.at_least and bool(row.left_out)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("compare.toml").read_text(encoding="utf-8"))


@cache
def _marks() -> dict[str, Mark]:
    return {mark.flag: mark for mark in msgspec.convert(_data()["mark"], list[Mark])}

"""Which reports are compared: by year, division, agency type and level."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec
import pandas as pd
import pyarrow.parquet as pq

from output.choice import code_prefix
from output.lookup import CompareError
from output.measures import Measure

By = Literal["agency", "division", "type", "year"]
Level = Literal["province", "city", "district", "township"]

WHOLE = "government"
"""The type of the reports of whole governments, which hold the numbers of their departments."""

_COLUMNS = (
    *("report_id", "year", "form", "agency", "agency_id", "agency_type"),
    *("division_code", "province", "city", "county", "level", "withdrawn"),
)
_CODES = ["form", "agency_type", "division_code", "province", "city", "county", "level"]


class Question(msgspec.Struct, frozen=True):
    """What is compared; ``divisions`` and ``types`` are codes, as ``output.choice`` finds them.

    ``with_flagged`` counts numbers that a failed check names, which are else left out.
    """

    measures: tuple[Measure, ...]
    by: By = "agency"
    years: tuple[int, ...] = ()
    divisions: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    level: Level | None = None
    with_flagged: bool = False


class Selection(msgspec.Struct):
    """The reports in the order of their ids, with two columns of ours: ``wanted`` (false: only the year before one
    that is wanted) and ``key`` of the agency. ``whole_left_out`` and ``without_year`` are numbers of reports."""

    reports: pd.DataFrame
    whole_left_out: int
    without_year: int


def select_reports(folder: Path, question: Question) -> Selection:
    """The reports that a question is about. Raises CompareError where there are none."""
    reports = _read_reports(folder)
    chosen = reports[_fits(reports, question)]
    known = chosen[chosen["year"].notna()].copy()
    known["year"] = known["year"].astype("int64")
    known["wanted"] = _in_years(known, question)
    whole = _whole_to_leave_out(known, question)
    left_out = int((whole & known["wanted"]).sum())
    known = known[~whole]
    if not known["wanted"].any():
        raise CompareError(_nothing(reports, chosen, question))
    if any(measure.kind == "growth" for measure in question.measures):
        wanted = known.loc[known["wanted"], "year"].unique()
        known = known[known["wanted"] | (known["year"] + 1).isin(wanted)]
    else:
        known = known[known["wanted"]]
    without_year = 0 if question.years else len(chosen) - int(chosen["year"].notna().sum())
    return Selection(known.reset_index(drop=True), left_out, without_year)


def _read_reports(folder: Path) -> pd.DataFrame:
    path = folder / "reports.parquet"
    try:
        file = pq.ParquetFile(path, read_dictionary=_CODES)
    except FileNotFoundError:
        raise CompareError(f"{path}: is missing; write the dataset anew") from None
    with file:
        there = [name for name in _COLUMNS if name in file.schema_arrow.names]
        frame: pd.DataFrame = file.read(columns=there).to_pandas(types_mapper={}.get)
    frame = frame.sort_values("report_id", ignore_index=True)
    frame["key"] = _agency_keys(frame)
    return frame


def _agency_keys(frame: pd.DataFrame) -> pd.Series:
    """The id of the agency, else its division and name, else the report itself: nobody's reports are not one agency."""
    named = frame["division_code"].astype("str").fillna("") + " " + frame["agency"].astype("str")
    keys = named.where(frame["agency"].notna(), frame["report_id"])
    if "agency_id" in frame:
        keys = frame["agency_id"].astype("str").where(frame["agency_id"].notna(), keys)
    return keys


def _fits(reports: pd.DataFrame, question: Question) -> pd.Series:
    fits = pd.Series(True, index=reports.index)
    if question.divisions:
        prefixes = map(code_prefix, question.divisions)
        fits &= _any(reports, (_starts_with(reports["division_code"], prefix) for prefix in prefixes))
    if question.types:
        fits &= reports["agency_type"].isin(question.types)
    if question.level:
        fits &= reports["level"] == question.level
    return fits


def _any(reports: pd.DataFrame, masks: Iterable[pd.Series]) -> pd.Series:
    found = pd.Series(False, index=reports.index)
    for mask in masks:
        found |= mask
    return found


def _starts_with(column: pd.Series, prefix: str) -> pd.Series:
    return column.isin([text for text in column.cat.categories if str(text).startswith(prefix)])


def _in_years(reports: pd.DataFrame, question: Question) -> pd.Series:
    if not question.years:
        return pd.Series(True, index=reports.index)
    return reports["year"].isin(question.years)


def _whole_to_leave_out(reports: pd.DataFrame, question: Question) -> pd.Series:
    """Reports of whole governments, where they would be added to those of their departments and nobody named them."""
    whole = reports["agency_type"] == WHOLE
    pooled = question.by in ("division", "year") and not question.types
    others = (reports["wanted"] & ~whole).any()
    return whole if pooled and others else pd.Series(False, index=reports.index)


def _nothing(reports: pd.DataFrame, chosen: pd.DataFrame, question: Question) -> str:
    if reports.empty:
        return "the dataset has no report"
    if chosen.empty:
        return "no report fits division, type and level together"
    years = sorted(set(chosen["year"].dropna().astype("int64")))
    told = ", ".join(map(str, years)) or "none that is known"
    return f"no report tells of {', '.join(map(str, question.years)) or 'a known year'}; the years are {told}"

"""Agencies and years side by side: what a measure is for each group of reports, and what it rests on.

A blank, unreadable or missing cell is never 0: its report is left out of the number, and the number says so. So is one
whose cell a failed check names, but where it stands alone (or is asked for) it is given as printed and marked.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pandas as pd

from output.cells import Cells, Floats, State, States, read_cells
from output.measures import Measure, Terms, forms_of, split_sign
from output.selection import By, Question, Selection, select_reports

REASONS = tuple(state.name.lower() for state in State if state >= State.FLAGGED)
"""Why a report is left out of a number, in the order of the columns ``left_out_...``."""

COUNTED = ("inferred", "ocr", "flagged")
"""What is doubtful of a number that counts, in the order of the columns ``counted_...``."""

NO_BASE = "no_base"
"""The flag of a share or growth of nothing: the sum under the line is 0."""

# One group for all reports of a year, and one for those of which the division or type is not known.
_ALL = ""
_UNKNOWN = "?"
# Sorted behind every code of a division.
_LAST = "~"


class Comparison(msgspec.Struct):
    """The answer. ``rows`` has a row for each measure, group and year that a report tells of, in the order shown.

    Its columns are ``measure``, ``group``, ``name``, ``year``, ``value``, ``n`` (reports that it rests on), ``reports``
    (those there are), ``flag``, ``left_out``, ``left_out_REASON``, ``counted_MARK`` and ``report_id`` (where there is
    only one). ``flag`` is empty where the value rests on all reports and each is read as printed.
    """

    question: Question
    years: tuple[int, ...]
    rows: pd.DataFrame
    posted_twice: int
    whole_left_out: int
    without_year: int

    @property
    def by(self) -> By:
        """What the groups are."""
        return self.question.by

    def groups(self) -> pd.DataFrame:
        """The groups in the order in which they are shown: ``group`` and ``name``."""
        return self.rows[["group", "name"]].drop_duplicates("group")

    def of(self, measure: Measure) -> pd.DataFrame:
        """The rows of a measure."""
        return self.rows[self.rows["measure"] == measure.code]


class _Readings(NamedTuple):
    """What each report says of a measure: over and under the line, and what is known of both."""

    over: Floats
    under: Floats
    states: States


def compare(folder: Path, question: Question, sort: bool = False) -> Comparison:
    """Answer a question about the dataset in a folder; ``sort`` puts the groups with the greatest numbers first.

    Raises CompareError where no report fits.
    """
    return compare_by(folder, question, (question.by,), sort)[0]


def compare_by(folder: Path, question: Question, groupings: Sequence[By], sort: bool = False) -> list[Comparison]:
    """Answer a question once for each way of grouping, and read the dataset once for all of them.

    Raises CompareError where no report fits.
    """
    questions = [msgspec.structs.replace(question, by=by) for by in groupings]
    selections = [select_reports(folder, asked) for asked in questions]
    report_ids = pd.Index(np.unique(np.concatenate([found.reports["report_id"].to_numpy() for found in selections])))
    codes = dict.fromkeys(code for measure in question.measures for code in measure.codes)
    cells = read_cells(folder, report_ids, codes)
    pairs = zip(questions, selections, strict=True)
    return [
        _answer(asked, found, cells.of(report_ids.get_indexer(found.reports["report_id"])), sort)
        for asked, found in pairs
    ]


def _answer(question: Question, selection: Selection, cells: Cells, sort: bool) -> Comparison:
    reports = selection.reports.assign(group=_group_keys(selection.reports, question.by))
    tables = [_table_of(measure, reports, cells, question) for measure in question.measures]
    rows = pd.concat(tables, ignore_index=True)
    rows["name"] = rows["group"].map(_group_names(reports, question.by))
    wanted = reports[reports["wanted"]]
    years = tuple(int(year) for year in sorted(wanted["year"].unique()))
    twice = int(wanted.duplicated(["key", "year"]).sum())
    ordered = _in_order(rows, question, sort, _home(reports))
    return Comparison(question, years, ordered, twice, selection.whole_left_out, selection.without_year)


def read_measure(measure: Measure, cells: Cells, forms: pd.Series) -> _Readings:
    """What each report says of a measure, in the codes of the form that it has most of."""
    best, *others = (_read_terms(terms, cells) for terms in measure.terms)
    for found in others:
        better = found.states < best.states
        over, under = np.where(better, found.over, best.over), np.where(better, found.under, best.under)
        best = _Readings(over, under, np.where(better, found.states, best.states))
    asked = forms.isin(forms_of(measure)).to_numpy()
    states = np.where((best.states == State.MISSING) & ~asked, State.NOT_ASKED, best.states)
    return best._replace(states=states.astype(np.uint8))


def _read_terms(terms: Terms, cells: Cells) -> _Readings:
    columns = [cells.codes[code] for code in terms.codes]
    signs = np.array([split_sign(term)[1] for term in (*terms.numerator, *terms.denominator)])
    values = cells.values[:, columns] * signs
    over = values[:, : len(terms.numerator)].sum(axis=1)
    under = values[:, len(terms.numerator) :].sum(axis=1)
    return _Readings(over, under, cells.states[:, columns].max(axis=1))


def _table_of(measure: Measure, reports: pd.DataFrame, cells: Cells, question: Question) -> pd.DataFrame:
    readings = read_measure(measure, cells, reports["form"].astype("str"))
    frame = reports[["report_id", "key", "group", "year", "wanted", "withdrawn"]].assign(
        over=readings.over, under=readings.under, state=readings.states
    )
    frame = _once_each(frame)
    if measure.kind == "growth":
        frame = _with_year_before(frame)
    return _grouped(frame[frame["wanted"]], measure, question.with_flagged).assign(measure=measure.code)


def _once_each(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each agency and year.

    Of reports posted twice, one that still stands and has the number; where they tell different numbers, none of them.
    """
    twice = frame.duplicated(["key", "year"], keep=False)
    if not twice.any():
        return frame
    doubled = frame[twice].assign(gone=frame.loc[twice, "withdrawn"].notna())
    doubled = doubled.sort_values(["key", "year", "gone", "state", "report_id"], kind="stable")
    told = doubled[(doubled["state"] <= State.FLAGGED) & ~doubled["gone"]]
    numbers = told.groupby(["key", "year"])[["over", "under"]].nunique().max(axis=1)
    kept = doubled.drop_duplicates(["key", "year"]).drop(columns="gone")
    differ = pd.MultiIndex.from_frame(kept[["key", "year"]]).isin(numbers[numbers > 1].index)
    kept = kept.assign(state=np.where(differ, State.CONFLICT, kept["state"]))
    return pd.concat([frame[~twice], kept]).sort_index()


def _with_year_before(frame: pd.DataFrame) -> pd.DataFrame:
    """Each number over that of the agency's year before; the doubt of either is that of both."""
    before = frame[["key", "year", "over", "state"]].assign(year=frame["year"] + 1)
    both = frame.drop(columns="under").merge(before, "left", ["key", "year"], suffixes=("", "_before"))
    earlier = both["state_before"].fillna(State.NO_PREVIOUS).astype("uint8")
    return both.assign(under=both["over_before"], state=np.maximum(both["state"].to_numpy(), earlier.to_numpy()))


def _grouped(frame: pd.DataFrame, measure: Measure, with_flagged: bool) -> pd.DataFrame:
    """One row for each group and year, its columns as told at ``Comparison`` but for measure and name."""
    keys = ["group", "year"]
    # A number that stands alone is shown as printed; in a sum a doubtful one would spoil the others.
    alone = frame.groupby(keys)["state"].transform("size") == 1
    flagged = frame["state"] == State.FLAGGED
    counts = (frame["state"] < State.FLAGGED) | (flagged & (alone | with_flagged))
    rows = frame.groupby(keys).agg(reports=("state", "size"), report_id=("report_id", "first"))
    rows["report_id"] = rows["report_id"].where(rows["reports"] == 1)
    sums = frame[counts].groupby(keys).agg(n=("state", "size"), over=("over", "sum"), under=("under", "sum"))
    rows = rows.join(sums)
    rows["n"] = rows["n"].fillna(0).astype("int64")
    rows["left_out"] = rows["reports"] - rows["n"]
    for state in State:
        name = state.name.lower()
        if name in REASONS:
            rows[f"left_out_{name}"] = _number_of(frame[~counts], state, rows.index)
        if name in COUNTED:
            rows[f"counted_{name}"] = _number_of(frame[counts], state, rows.index)
    rows["value"] = _values(rows, measure)
    rows["flag"] = _flags(rows)
    return rows.drop(columns=["over", "under"]).reset_index()


def _number_of(frame: pd.DataFrame, state: State, index: pd.Index) -> pd.Series:
    found = frame[frame["state"] == state].groupby(["group", "year"]).size()
    return found.reindex(index, fill_value=0)


def _values(rows: pd.DataFrame, measure: Measure) -> pd.Series:
    under = rows["under"].where(rows["under"] != 0)
    match measure.kind:
        case "share":
            return 100 * rows["over"] / under
        case "growth":
            return 100 * (rows["over"] / under - 1)
        case "mean":
            return rows["over"] / rows["n"].where(rows["n"] > 0)
        case "sum":
            return rows["over"]


def _flags(rows: pd.DataFrame) -> pd.Series:
    """What is to be known of each value first: doubt, then what is left out; where there is none, why."""
    reasons = rows[[f"left_out_{name}" for name in REASONS]]
    mostly = pd.Series(np.array(REASONS)[reasons.to_numpy().argmax(axis=1)], index=rows.index)
    none = mostly.where(rows["n"] == 0, NO_BASE)
    told = pd.Series("", index=rows.index)
    for name in COUNTED:
        told = told.mask(rows[f"counted_{name}"] > 0, name)
    told = told.mask((rows["left_out"] > 0) & (rows["counted_flagged"] == 0), "partial")
    return none.where(rows["value"].isna(), told)


def _group_keys(reports: pd.DataFrame, by: By) -> pd.Series:
    column = {"agency": "key", "division": "division_code", "type": "agency_type", "year": None}[by]
    if column is None:
        return pd.Series(_ALL, index=reports.index)
    return reports[column].astype("str").fillna(_UNKNOWN)


def _group_names(reports: pd.DataFrame, by: By) -> dict[str, str]:
    """The name of each group, of its latest year; of a type its code, for the words of types are not ours."""
    latest = reports.sort_values("year", kind="stable").drop_duplicates("group", keep="last")
    if by == "division":
        place = latest["county"].astype("str").fillna(latest["city"].astype("str"))
        names = place.fillna(latest["province"].astype("str"))
    elif by == "agency":
        names = latest["agency"].astype("str")
    else:
        return dict(zip(latest["group"], latest["group"], strict=True))
    names = names.fillna(latest["group"])
    # Two agencies may bear one name; a table or figure must not take them for one.
    names = names.where(~names.duplicated(keep=False), names + " (" + latest["group"] + ")")
    return dict(zip(latest["group"], names, strict=True))


def _home(reports: pd.DataFrame) -> dict[str, str]:
    """The division of each group, by which groups are put in order."""
    first = reports.drop_duplicates("group", keep="last")
    homes = first["division_code"].astype("str").where(first["group"] != _UNKNOWN).fillna(_LAST)
    return dict(zip(first["group"], homes, strict=True))


def _in_order(rows: pd.DataFrame, question: Question, sort: bool, home: dict[str, str]) -> pd.DataFrame:
    """By measure as asked, then by group (division and name, or the number of the first measure), then by year."""
    rank: dict[str, Any] = {measure.code: place for place, measure in enumerate(question.measures)}
    rows = rows.assign(_measure=rows["measure"].map(rank), _home=rows["group"].map(home))
    groups = rows.drop_duplicates("group").sort_values(["_home", "name", "group"])["group"]
    if sort:
        latest = rows[(rows["_measure"] == 0) & rows["value"].notna()].sort_values("year", kind="stable")
        numbers = latest.drop_duplicates("group", keep="last").set_index("group")["value"]
        groups = groups.iloc[np.argsort(-groups.map(numbers).fillna(-np.inf).to_numpy(), kind="stable")]
    place = {group: number for number, group in enumerate(groups)}
    rows = rows.assign(_group=rows["group"].map(place)).sort_values(["_measure", "_group", "year"], ignore_index=True)
    first = ["measure", "group", "name", "year", "value", "n", "reports", "flag", "left_out"]
    others = [name for name in rows.columns if name not in first and not name.startswith("_") and name != "report_id"]
    return rows[[*first, *others, "report_id"]]

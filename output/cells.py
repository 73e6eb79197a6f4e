"""The cells of official tables that a comparison needs, read from a dataset's Parquet files.

Row groups are read one after the other, and of each only the wanted cells are kept: memory depends on how many reports
and indicators are compared, not on how many values the dataset holds.
"""

from collections.abc import Collection, Iterator
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from output.batches import find_rows
from output.lookup import CompareError
from output.schema import panel_applicant
from parsers.codebook import load_codebook

Floats = npt.NDArray[np.float64]
States = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]


class State(IntEnum):
    """What is known of a cell, or of a number made of cells; the greatest is that of the number.

    Up to OCR it counts. FLAGGED is a number in a cell that a failed check names.
    """

    NUMBER = 0
    INFERRED = 1
    OCR = 2
    FLAGGED = 3
    BLANK = 4
    UNREADABLE = 5
    MISSING = 6
    NOT_ASKED = 7
    CONFLICT = 8
    NO_PREVIOUS = 9


_STATES = {
    "number": State.NUMBER,
    "inferred": State.INFERRED,
    "ocr": State.OCR,
    "blank": State.BLANK,
    "not_applicable": State.BLANK,
    "unreadable": State.UNREADABLE,
}
# The rules on a column name these cells of it; every other one names the rows that are no part of another.
_OF_COLUMN = {"T3-RESULT": "applications.results.total", "Y-CARRY": "applications.carried_over"}


class Cells(NamedTuple):
    """A row for each report, a column for each code; a value is NaN where its state tells of no number."""

    codes: dict[str, int]
    values: Floats
    states: States

    def of(self, rows: Positions) -> "Cells":
        """The cells of some of the reports."""
        return Cells(self.codes, self.values[rows], self.states[rows])


def read_cells(folder: Path, report_ids: pd.Index, codes: Collection[str]) -> Cells:
    """The cells of these reports and indicators (of those counted by applicant, the total as printed)."""
    columns = {code: number for number, code in enumerate(codes)}
    shape = (len(report_ids), len(columns))
    cells = Cells(columns, np.full(shape, np.nan), np.full(shape, State.MISSING, dtype=np.uint8))
    names = ["report_id", "indicator", "applicant", "value", "status"]
    for table in _row_groups(folder / "values.parquet", names, report_ids):
        _take(table, report_ids, cells)
    for table in _row_groups(folder / "checks.parquet", ["report_id", "rule", "subject", "outcome"], report_ids):
        _flag(table, report_ids, cells)
    return cells


def names_cell(rule: str, subject: str, code: str) -> bool:
    """Whether a check of this rule and subject names the cell of an indicator (its total, if counted by applicant).

    By its row, by the row that it is a part of, or by its column.
    """
    table, parent, by_applicant = _places()[code]
    words = subject.split()
    if by_applicant and panel_applicant() in words:
        return code == _OF_COLUMN[rule] if rule in _OF_COLUMN else not parent
    return any(word != table and (code == word or code.startswith(f"{word}.")) for word in words)


@cache
def _places() -> dict[str, tuple[str, str, bool]]:
    return {item.indicator: (item.table, item.parent, bool(item.dimension)) for item in reversed(load_codebook())}


def _row_groups(path: Path, names: list[str], report_ids: pd.Index) -> Iterator[pa.Table]:
    """The row groups that tell of these reports, with all their rows."""
    texts = [name for name in names if name != "value"]
    wanted = pa.array(report_ids, pa.string())
    try:
        file = pq.ParquetFile(path, read_dictionary=texts)
    except FileNotFoundError:
        raise CompareError(f"{path}: is missing; write the dataset anew") from None
    with file:
        for number in range(file.num_row_groups):
            if len(find_rows(file, number, wanted)):
                yield file.read_row_group(number, columns=names).unify_dictionaries().combine_chunks()


def _coded(table: pa.Table, name: str) -> tuple[Positions, list[Any]]:
    """A text column as a number for each row (-1: none) and the texts that they stand for."""
    column = table.column(name)
    if not column.num_chunks:
        return np.empty(0, dtype=np.int64), []
    array = column.chunk(0)
    return array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64), array.dictionary.to_pylist()


def _looked_up(table: pa.Table, name: str, found: Any, none: int = -1) -> Positions:
    """For each row what ``found`` gives for its text; ``none`` where there is no text."""
    numbers, texts = _coded(table, name)
    return np.append(np.fromiter(map(found, texts), dtype=np.int64, count=len(texts)), none)[numbers]


def _reports_of(table: pa.Table, report_ids: pd.Index) -> Positions:
    numbers, texts = _coded(table, "report_id")
    return np.append(report_ids.get_indexer(pd.Index(texts, dtype=report_ids.dtype)), -1)[numbers]


def _take(table: pa.Table, report_ids: pd.Index, cells: Cells) -> None:
    column = _looked_up(table, "indicator", lambda text: cells.codes.get(text, -1))
    total = _looked_up(table, "applicant", panel_applicant().__eq__, none=1)
    rows = np.flatnonzero((column >= 0) & (total == 1))
    table, column = table.take(pa.array(rows)).combine_chunks(), column[rows]
    report = _reports_of(table, report_ids)
    wanted = report >= 0
    state = _looked_up(table, "status", lambda text: _STATES.get(text, State.UNREADABLE))
    value = table.column("value").to_numpy(zero_copy_only=False)
    cells.values[report[wanted], column[wanted]] = value[wanted]
    cells.states[report[wanted], column[wanted]] = state[wanted]


def _flag(table: pa.Table, report_ids: pd.Index, cells: Cells) -> None:
    """Mark the numbers in cells that a failed check names."""
    failed = np.flatnonzero(_looked_up(table, "outcome", "fail".__eq__) == 1)
    table = table.take(pa.array(failed)).combine_chunks()
    report = _reports_of(table, report_ids)
    rules, subjects = _coded(table, "rule"), _coded(table, "subject")
    pairs = pd.DataFrame({"report": report, "rule": rules[0], "subject": subjects[0]})
    pairs = pairs[(report >= 0) & (subjects[0] >= 0)]
    for _, group in pairs.groupby(["rule", "subject"]):
        rule, subject = rules[1][group["rule"].to_numpy()[0]], subjects[1][group["subject"].to_numpy()[0]]
        rows = group["report"].to_numpy()
        for code, at in cells.codes.items():
            if names_cell(rule, subject, code):
                states = cells.states[rows, at]
                cells.states[rows, at] = np.where(states < State.FLAGGED, State.FLAGGED, states)

"""Why the panel has no number, and which of its numbers a failed check names: for programs that code missing values.

Both stand in other tables (``values`` and ``checks``), in rows; a panel that tells them itself is easier to work with.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from output.cells import names_cell
from output.exports.source import ExportTable, Source
from output.schema import panel_applicant, panel_indicators

PANEL = "panel"
REASONS = ("blank", "not_applicable", "unreadable")
"""Why a cell that was found holds no number, as the statuses of values; what no cell was found for has none of them."""

_FLAGGED = 0x80


class Doubts(NamedTuple):
    """For each report and indicator of the panel a byte: the number of its reason from 1, and whether it is flagged.

    One byte for each cell of the panel is all the memory it takes, however many values the dataset has.
    """

    reports: pd.Index
    codes: dict[str, int]
    cells: npt.NDArray[np.uint8]

    def reasons(self, report_ids: pa.ChunkedArray, code: str) -> npt.NDArray[np.uint8]:
        """For each of the reports the number of its reason in ``REASONS`` from 1, else 0."""
        return self._of(report_ids)[:, self.codes[code]] & ~np.uint8(_FLAGGED)

    def flagged(self, report_ids: pa.ChunkedArray, names: dict[str, str]) -> list[str]:
        """For each of the reports the indicators that a failed check names, by their ``names``, with spaces between."""
        words = [names.get(code, "") for code in self.codes]
        marked = self._of(report_ids) & _FLAGGED > 0
        return [" ".join(words[at] for at in row.nonzero()[0] if words[at]) for row in marked]

    def _of(self, report_ids: pa.ChunkedArray) -> npt.NDArray[np.uint8]:
        found: npt.NDArray[np.uint8] = self.cells[self.reports.get_indexer(pd.Index(report_ids.to_pylist()))]
        return found


def read_doubts(source: Source) -> Doubts | None:
    """The doubts about the panel; None where the dataset lacks the panel, or the tables that tell them."""
    panel, values, checks = (source.find_table(name) for name in (PANEL, "values", "checks"))
    if not (panel and values and checks):
        return None
    ids = [report for batch in source.batches(panel) for report in batch["report_id"].to_pylist()]
    codes = {code: at for at, code in enumerate(panel_indicators())}
    doubts = Doubts(pd.Index(ids, dtype=object), codes, np.zeros((len(ids), len(codes)), np.uint8))
    _read_reasons(source, values, doubts)
    _read_flags(source, checks, doubts)
    return doubts


def _read_reasons(source: Source, values: ExportTable, doubts: Doubts) -> None:
    reasons, codes = pa.array(REASONS), pa.array(doubts.codes)
    for batch in source.batches(values, iso_dates=True):
        total = pc.fill_null(pc.equal(batch["applicant"], panel_applicant()), True)
        rows = batch.filter(pc.and_(total, pc.is_in(batch["status"], reasons)))
        at = _positions(rows["indicator"], codes)
        report = doubts.reports.get_indexer(pd.Index(rows["report_id"].to_pylist(), dtype=object))
        there = (at >= 0) & (report >= 0)
        doubts.cells[report[there], at[there]] = _positions(rows["status"], reasons)[there] + 1


def _read_flags(source: Source, checks: ExportTable, doubts: Doubts) -> None:
    for batch in source.batches(checks, iso_dates=True):
        failed = batch.filter(pc.equal(batch["outcome"], "fail")).select(["report_id", "rule", "subject"]).to_pandas()
        for (rule, subject), rows in failed.groupby(["rule", "subject"]):
            report = doubts.reports.get_indexer(pd.Index(rows["report_id"], dtype=object))
            at = [place for code, place in doubts.codes.items() if names_cell(str(rule), str(subject), code)]
            doubts.cells[np.ix_(report[report >= 0], np.array(at, np.int64))] |= _FLAGGED


def _positions(texts: pa.Array, words: pa.Array) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = pc.fill_null(pc.index_in(texts, words), -1).to_numpy(zero_copy_only=False)
    return found


def with_reasons(
    numbers: npt.NDArray[np.float64], reasons: npt.NDArray[np.uint8], marks: Sequence[str] | Sequence[float]
) -> "pd.Series[Any]":
    """The numbers, with the mark of its reason where there is none; a column of objects where a mark is a text.

    Numbers that are alike are one object, so that such a column takes no more memory than the numbers did.
    """
    missing = (reasons > 0) & np.isnan(numbers)
    if not missing.any():
        return pd.Series(numbers)
    if not isinstance(marks[0], str):
        return pd.Series(np.where(missing, np.array([np.nan, *marks], float)[reasons], numbers))
    at, distinct = pd.factorize(numbers, use_na_sentinel=False)
    objects = np.array([*distinct.tolist(), *marks], dtype=object)
    # Told the type: pandas takes a column of nothing but marks for one of text.
    return pd.Series(objects[np.where(missing, len(distinct) + reasons.astype(np.int64) - 1, at)], dtype=object)

"""The panel: one row per report, with the reading of every indicator in a column of its own.

A report is one agency's in one year, so this is one row per agency and year. Where two reports tell of the same
agency and year (posted twice at two addresses), both rows are kept, told apart by ``report_id``: which of them
holds is not for this program to say.
"""

from typing import Any

from output.schema import load_tables, panel_applicant, panel_indicators
from parsers.records import RecordSet


def panel_row(record: RecordSet) -> tuple[Any, ...]:
    """The row of one report, in the order of the panel's columns; None where a cell was not read.

    Of an indicator that is counted by applicant, the cell of the total as printed (not the sum of the others).
    """
    indicators = panel_indicators()
    columns = load_tables()["panel"].columns
    head = [getattr(record.report, column.name) for column in columns[: len(columns) - len(indicators)]]
    totals = {v.indicator: v.value for v in record.values if v.applicant in (None, panel_applicant())}
    return (*head, *(totals.get(code) for code in indicators))

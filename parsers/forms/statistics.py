"""The statistics table of the 2014 form: one indicator a line, with its unit and one number."""

from parsers.documents.model import Cell, Grid
from parsers.forms.rows import MISSING_LINE, PrintedRow, Slot, is_damaged, read_cell, refuse
from parsers.forms.schema import STATISTICS, Form, Statistics
from parsers.numbers import BLANK, Reading
from parsers.text import compact, label_key

# A table with fewer lines of the form is one of the report's own.
_MIN_ROWS = 5


def read_statistics(grid: Grid, rows: list[PrintedRow], table: int, form: Form) -> dict[tuple[str, str | None], Slot]:
    """The readings of the statistics table in a grid, by indicator."""
    statistics = form.statistics
    assert statistics is not None
    column, codes = _read_header(rows, statistics)
    readings: dict[tuple[str, str | None], Slot] = {}
    parents: set[str] = set()
    damaged = is_damaged(grid)
    for row in rows:
        indicator = _read_indicator(row, statistics, parents)
        if not indicator or (indicator, None) in readings:
            continue
        parents.add(indicator)
        if damaged:
            readings[indicator, None] = refuse((row.values or row.labels)[0], table)
        elif row.values or grid.aligned:
            readings[indicator, None] = _read_row(grid, row, column, codes, table, form.units[indicator])
    return readings


def _read_header(rows: list[PrintedRow], statistics: Statistics) -> tuple[Cell | None, int]:
    """The header cell of the column of numbers, and how many columns of codes the header names."""
    for row in rows:
        words = [word.statistics_header for word in row.meanings]
        if "headers" not in words and "value_headers" not in words:
            continue
        cells = [cell for cell, word in zip(row.labels, words, strict=True) if word == "value_headers"]
        # The form's own header first; among the columns that provinces add, in the order of the data file.
        cells.sort(key=lambda cell: (statistics.value_headers.index(label_key(cell.text)), cell.column))
        return (cells[0] if cells else None), words.count("code_headers")
    return None, 0


def _read_indicator(row: PrintedRow, statistics: Statistics, parents: set[str]) -> str:
    """The indicator that a row's label names; a label that occurs twice belongs to the last parent above it."""
    for word in row.meanings:
        options = word.statistics_rows
        if len(options) == 1:
            return options[0]
        under = {item.indicator: item.under for item in statistics.rows if item.indicator in options}
        standing = [indicator for indicator in options if under[indicator] in parents]
        if standing:
            return standing[-1]
    return ""


def _read_row(grid: Grid, row: PrintedRow, column: Cell | None, codes: int, table: int, unit: str) -> Slot:
    cell, certain = _find_cell(grid, row, column, codes)
    if not certain:
        return refuse(cell, table)
    if not cell.text:
        return Slot(BLANK, cell, table)
    return _in_row_unit(read_cell(cell, table, unit), row, unit)


def _find_cell(grid: Grid, row: PrintedRow, column: Cell | None, codes: int) -> tuple[Cell, bool]:
    """The row's number: in the column that the header names, or the only one behind the label and the codes."""
    filled = row.filled
    if grid.aligned and column is not None:
        cell = row.slots[column.column]
        if cell.line != MISSING_LINE and cell not in row.labels and (cell.text or not filled):
            return cell, True
    if codes and len(filled) == codes + 1:
        return filled[-1], True
    if len(filled) == 1 and not codes:
        return filled[0], True
    if not row.values:
        return row.slots[-1], False
    # Without a number, only a text that keeps blank cells in their place tells that the number is blank.
    return (filled or row.values)[0], not filled and grid.aligned


def _in_row_unit(slot: Slot, row: PrintedRow, unit: str) -> Slot:
    """An amount converted where the row's unit cell says 元 instead of 万元."""
    value = slot.reading.value
    if unit == "万元" and value and any(compact(cell.text) == "元" for cell in row.labels):
        number = round(value * 0.0001, 10)
        return Slot(Reading(int(number) if number == int(number) else number, "number"), slot.cell, slot.table)
    return slot


def is_statistics(rows: list[PrintedRow]) -> bool:
    """Whether a grid holds enough lines of the form to be its table and not a table of the report's own."""
    return sum(1 for row in rows if row.tables & STATISTICS) >= _MIN_ROWS

"""Tables to rectangular grids and back: the span rules of HTML with named limits.

Rule: WHATWG HTML, "forming a table". A column span is bounded by 1,000 there; a row span never reaches past
the last row. Slots that no cell covers are filled with empty cells of their own, so that a grid is rectangular.
"""

from typing import cast

from parsers.documents.model import Cell

MAX_COLUMN_SPAN = 1000
MAX_ROW_SPAN = 65_534
# Rows and columns of one table, and cells of one grid: far above any form, low enough for a small server.
MAX_COLUMNS = 256
MAX_SLOTS = 200_000


SourceCell = tuple[str, int, int, int]
"""A cell as the source has it: its text, row span, column span (whole numbers already) and line."""


def read_span(written: str, limit: int) -> int:
    """A span attribute as a number from 0 to ``limit``; what is no number counts as 1 (0 is kept: "to the end")."""
    digits = written.strip()
    if not (digits.isascii() and digits.isdigit()):
        return 1
    return limit if len(digits) > 6 else min(int(digits), limit)


def expand_spans(source: list[list[SourceCell]]) -> list[list[Cell]]:
    """Lay the rows of a table out as a rectangle; a covered slot holds the cell object that owns it.

    A row span of 0 reaches to the last row, a column span of 0 counts as 1. Columns past ``MAX_COLUMNS`` and
    rows past ``MAX_SLOTS`` slots are cut. Trailing columns in which no cell begins are dropped: they hold
    nothing but the ends of spans.
    """
    width = min(MAX_COLUMNS, _count_columns(source))
    height = min(len(source), MAX_SLOTS // max(width, 1))
    rows: list[list[Cell | None]] = [[None] * width for _ in range(height)]
    used = 1
    for r in range(height):
        slots = rows[r]
        column = 0
        for text, row_span, column_span, line in source[r]:
            while column < width and slots[column] is not None:
                column += 1
            if column >= width:
                break
            if column >= used:
                used = column + 1
            if row_span == 1 and column_span == 1:
                slots[column] = Cell(text, r, column, 1, 1, line)
                column += 1
            else:
                column = _place(rows, (text, row_span, column_span, line), r, column)
        for c in range(column, width):
            if slots[c] is None:
                slots[c] = Cell("", r, c)
    filled = cast(list[list[Cell]], rows)
    return _trim(filled, used) if used < width else filled


def _trim(rows: list[list[Cell]], used: int) -> list[list[Cell]]:
    """Drop the columns from ``used`` on, and shorten the cells that reached into them."""
    shortened: dict[int, Cell] = {}
    for r, slots in enumerate(rows):
        del slots[used:]
        last = slots[-1]
        if last.column + last.column_span > used:
            key = id(last)
            if key not in shortened:
                shortened[key] = Cell(last.text, last.row, last.column, last.row_span, used - last.column, last.line)
            rows[r] = [shortened[key] if cell is last else cell for cell in slots]
    return rows


def _place(rows: list[list[Cell | None]], item: SourceCell, r: int, column: int) -> int:
    """Put a spanning cell into its slots; gives the column after it. It stops at a slot that is taken."""
    text, row_span, column_span, line = item
    slots = rows[r]
    end = min(len(slots), column + max(column_span, 1))
    stop = column + 1
    while stop < end and slots[stop] is None:
        stop += 1
    bottom = len(rows) if row_span == 0 else min(len(rows), r + row_span)
    cell = Cell(text, r, column, bottom - r, stop - column, line)
    for below in rows[r:bottom]:
        for c in range(column, stop):
            if below[c] is None:
                below[c] = cell
    return stop


def _count_columns(source: list[list[SourceCell]]) -> int:
    """A width that no cell of the table begins beyond."""
    widest = 0
    hanging = 0
    for row in source:
        width = hanging
        for _, row_span, column_span, _ in row:
            width += column_span or 1
            if row_span != 1:
                hanging += column_span or 1
        widest = max(widest, width)
        if widest >= MAX_COLUMNS:
            return MAX_COLUMNS
    return widest


def collapse_spans(rows: list[list[Cell]]) -> list[list[Cell]]:
    """The cells that begin in each row, in order: what ``expand_spans`` was made from."""
    return [[cell for c, cell in enumerate(row) if cell.row == r and cell.column == c] for r, row in enumerate(rows)]

"""Word tables to rows of spanning cells: grid columns, merged cells in both directions, deleted rows left out."""

from collections.abc import Callable

import msgspec
from lxml import etree

from parsers.documents.word.text import unwrap
from parsers.documents.word.xml import W
from parsers.grid import MAX_COLUMN_SPAN, MAX_SLOTS, SourceCell, read_span

ReadCell = Callable[[etree._Element], tuple[str, int]]
"""Gives the text of a ``w:tc`` and its line."""


class _Cell(msgspec.Struct):
    """A cell as the file has it; ``merge`` is "restart" or "continue" in a cell merged over rows."""

    text: str
    line: int
    column: int
    span: int
    merge: str
    rows: int = 1


def read_rows(table: etree._Element, read_cell: ReadCell) -> list[list[SourceCell]]:
    """The rows of a table itself. Where a row begins late, a blank cell that is on no line stands in front."""
    rows: list[list[_Cell]] = []
    slots = 0
    for row in unwrap(table):
        if row.tag == f"{W}tr" and row.find(f"{W}trPr/{W}del") is None:
            rows.append(_read_row(row, read_cell))
            slots += len(rows[-1])
            if slots > MAX_SLOTS:
                break
    _merge_rows(rows)
    return [[(cell.text, cell.rows, cell.span, cell.line) for cell in row if cell.rows] for row in rows]


def _read_row(row: etree._Element, read_cell: ReadCell) -> list[_Cell]:
    cells: list[_Cell] = []
    column = _span(row.find(f"{W}trPr/{W}gridBefore"), 0)
    if column:
        cells.append(_Cell("", 0, 0, column, ""))
    for item in unwrap(row):
        if item.tag != f"{W}tc":
            continue
        properties = item.find(f"{W}tcPr")
        span, merge, joins = 1, "", False
        if properties is not None:
            span = _span(properties.find(f"{W}gridSpan"), 1)
            merge = _merge(properties.find(f"{W}vMerge"))
            joins = _merge(properties.find(f"{W}hMerge")) == "continue"
        if joins and cells:
            cells[-1].span += span
        else:
            cells.append(_Cell(*read_cell(item), column, span, merge))
        column += span
    return cells


def _merge_rows(rows: list[list[_Cell]]) -> None:
    """Let each cell that restarts a merge reach over those below that continue it; these get no rows.

    A cell that continues nothing, or is wider or narrower than what it would continue, stays a cell of its own.
    """
    above: dict[int, _Cell] = {}
    for row in rows:
        open_cells: dict[int, _Cell] = {}
        for cell in row:
            owner = above.get(cell.column)
            if cell.merge == "continue" and owner is not None and owner.span == cell.span:
                owner.rows += 1
                cell.rows = 0
                open_cells[cell.column] = owner
            elif cell.merge:
                open_cells[cell.column] = cell
        above = open_cells


def _merge(element: etree._Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "continue")


def _span(element: etree._Element | None, default: int) -> int:
    if element is None:
        return default
    return max(read_span(element.get(f"{W}val", ""), MAX_COLUMN_SPAN), default)

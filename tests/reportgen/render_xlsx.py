"""Reports as workbooks, written with openpyxl: merged cells, everything on one sheet or a sheet for each table."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from tests.reportgen.model import Box, Report, Table


@dataclass(frozen=True)
class XlsxOptions:
    """How the workbook is written.

    sheets: each table on a sheet of its own. prose: the running text too, one paragraph a cell. merged: spans as
    merged cells, else as blank cells. texts: numbers as texts. decimals: whole numbers as 3.0. offset: the first row
    and column that are used, from 1. blank_rows: blank rows between blocks.
    """

    sheets: bool = False
    prose: bool = True
    merged: bool = True
    texts: bool = False
    decimals: bool = False
    offset: tuple[int, int] = (1, 1)
    blank_rows: int = 1


def render_xlsx(report: Report, options: XlsxOptions | None = None) -> bytes:
    """The report as the bytes of an XLSX file."""
    options = options or XlsxOptions()
    book = Workbook()
    sheet: Any = book.active
    row = _add_line(sheet, report.title, options.offset[0], options)
    for section in report.sections:
        tables = [block for block in section.body if isinstance(block, Table)]
        if options.prose or tables:
            row = _add_line(sheet, section.title, row, options)
        for block in section.body:
            if isinstance(block, str) and options.prose:
                row = _add_line(sheet, block, row, options)
            elif isinstance(block, Table) and options.sheets:
                extra = book.create_sheet(section.title[:20].replace("/", " ").replace(":", " "))
                start = _add_line(extra, section.title, options.offset[0], options)
                _add_table(extra, block, start, options)
            elif isinstance(block, Table):
                row = _add_table(sheet, block, row, options) + options.blank_rows
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _add_line(sheet: Any, text: str, row: int, options: XlsxOptions) -> int:
    column = options.offset[1]
    sheet.cell(row, column, text)
    sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=column + 8)
    return row + 1


def _add_table(sheet: Any, table: Table, start: int, options: XlsxOptions) -> int:
    """Write a table from row ``start`` on; gives the row after it."""
    taken: set[tuple[int, int]] = set()
    for r, boxes in enumerate(table.rows):
        column = 0
        for box in boxes:
            while (r, column) in taken:
                column += 1
            taken |= {(r + i, column + j) for i in range(box.rows) for j in range(box.columns)}
            place = (start + r, options.offset[1] + column)
            sheet.cell(*place, _value(box, options))
            if options.merged and (box.rows > 1 or box.columns > 1):
                sheet.merge_cells(None, *place, place[0] + box.rows - 1, place[1] + box.columns - 1)
            column += box.columns
    return start + len(table.rows)


def _value(box: Box, options: XlsxOptions) -> str | int | float | None:
    if not box.key or options.texts or box.number is None:
        return box.text or None
    return float(box.number) if options.decimals else box.number

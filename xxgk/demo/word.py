"""Reports as Word files and workbooks, made from the HTML of an article: what a replica links beside its pages.

The same article gives the same bytes, on every night: no clock goes into the files.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
import openpyxl
from lxml import html
from openpyxl.worksheet.worksheet import Worksheet

_WRITTEN = datetime(2024, 1, 15, 9, 30)
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Cell(NamedTuple):
    """A cell of a table: its first row and column from 0, how many of each it takes, its text."""

    row: int
    column: int
    rows: int
    columns: int
    text: str


@cache
def make_docx(article: str) -> bytes:
    """The bytes of a Word file with the headings, paragraphs and tables of an article; spans become merged cells."""
    file = docx.Document()
    for element, cells in _blocks(article):
        if cells:
            _add_table(file, cells)
        elif element.tag in ("h1", "h2"):
            file.add_heading(element.text_content(), level=int(element.tag[1:]))
        else:
            file.add_paragraph(element.text_content())
    target = BytesIO()
    file.save(target)
    return _without_clock(target.getvalue())


@cache
def make_xlsx(article: str) -> bytes:
    """The bytes of a workbook with all of it on one sheet, one below the other; numbers are numbers."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    row = 1
    for element, cells in _blocks(article):
        if cells:
            _fill_sheet(sheet, cells, row)
            row += max(cell.row for cell in cells) + 1
        else:
            sheet.cell(row, 1, element.text_content())
            row += 1
    target = BytesIO()
    book.save(target)
    return _without_clock(target.getvalue())


def _blocks(article: str) -> Iterator[tuple[Any, list[Cell]]]:
    """The elements of an article in order, those that are tables with their cells."""
    for element in html.fragments_fromstring(article, no_leading_text=True):
        yield element, list(_cells(element)) if element.tag == "table" else []


def _cells(table: Any) -> Iterator[Cell]:
    taken: set[tuple[int, int]] = set()
    for r, row in enumerate(table.iter("tr")):
        column = 0
        for cell in row.iterchildren("td", "th"):
            while (r, column) in taken:
                column += 1
            rows, columns = int(cell.get("rowspan", "1")), int(cell.get("colspan", "1"))
            taken |= {(r + i, column + j) for i in range(rows) for j in range(columns)}
            yield Cell(r, column, rows, columns, cell.text_content().strip())


def _add_table(file: Any, cells: list[Cell]) -> None:
    height = max(cell.row + cell.rows for cell in cells)
    width = max(cell.column + cell.columns for cell in cells)
    table = file.add_table(height, width, style="Table Grid")
    # Asked for once: python-docx looks through the whole table each time.
    grid = [row.cells for row in table.rows]
    for cell in cells:
        first = grid[cell.row][cell.column]
        if cell.rows > 1 or cell.columns > 1:
            first = first.merge(grid[cell.row + cell.rows - 1][cell.column + cell.columns - 1])
        first.text = cell.text


def _fill_sheet(sheet: Worksheet, cells: list[Cell], start: int) -> None:
    for cell in cells:
        row, column = start + cell.row, 1 + cell.column
        sheet.cell(row, column, int(cell.text) if cell.text.isdecimal() else cell.text)
        if cell.rows > 1 or cell.columns > 1:
            sheet.merge_cells(None, row, column, row + cell.rows - 1, column + cell.columns - 1)


def _without_clock(data: bytes) -> bytes:
    """The same file with one fixed time in place of all that tell when it was made."""
    target = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "docProps/core.xml":
                body = _TIME.sub(f"{_WRITTEN:%Y-%m-%dT%H:%M:%SZ}".encode(), body)
            new.writestr(ZipInfo(name, _WRITTEN.timetuple()[:6]), body, ZIP_DEFLATED)
    return target.getvalue()

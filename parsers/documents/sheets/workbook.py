"""Sheets (XLSX, XLSM, XLS, ET) to a document: each visible sheet as paragraphs and grids.

The cells are read by ``program`` in a process of its own. A number comes as its value with at most 15 digits,
as a sheet shows it in the format "General"; formats that round, scale or hide a number are not looked at, and hidden
rows and columns are read. A date comes as a date, so that it is never taken for a count.
"""

import subprocess
import sys
from pathlib import Path

import msgspec

from parsers.documents.model import Block, Document, Grid, Paragraph
from parsers.documents.packed.weigh import find_twins, weigh
from parsers.documents.packed.zips import one_line
from parsers.errors import NotAReport
from parsers.forms.schema import NO_MEANING, read_label
from parsers.grid import SourceCell, expand_spans
from parsers.headings import find_heading
from parsers.text import squeeze

_PROGRAM = Path(__file__).with_name("program.py")
_TIMEOUT = 30
# A text of this length is no caption of a table.
_MAX_CAPTION = 100


class Sheet(msgspec.Struct):
    """A sheet: ``start`` are the row and column of its first cell, ``merged`` top, left, bottom, right, all from 0."""

    name: str
    is_shown: bool
    start: tuple[int, int]
    rows: list[list[str]]
    merged: list[tuple[int, int, int, int]]


class _Result(msgspec.Struct):
    sheets: list[Sheet] = []
    error: str = ""


def read_workbook(data: bytes, source_format: str) -> Document:
    """The document of a workbook.

    Raises NotAReport where it cannot be read, or where two of its sheets print the same table with other numbers:
    two reports.
    """
    sheets = _read_cells(data)
    blocks = [(sheet, _read_sheet(sheet)) for sheet in sheets]
    shown = [(sheet.name, found) for sheet, found in blocks if sheet.is_shown and found]
    if not shown:
        raise NotAReport("a workbook whose sheets are empty")
    twins = find_twins([weigh(found) for _, found in shown])
    if twins:
        names = ", ".join(one_line(shown[place][0]) for place in twins)
        raise NotAReport(f"a workbook of several reports: the sheets {names} print the same table with other numbers")
    hidden = [one_line(sheet.name) for sheet, found in blocks if found and not sheet.is_shown]
    notes = [f"hidden sheets were left out: {', '.join(hidden)}"] if hidden else []
    return Document([block for _, found in shown for block in found], source_format, notes=notes)


def _read_cells(data: bytes) -> list[Sheet]:
    # -P: the program imports nothing that stands beside it, whatever its name.
    command = [sys.executable, "-P", str(_PROGRAM)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_TIMEOUT, check=False)
        result = msgspec.json.decode(done.stdout, type=_Result)
    except subprocess.TimeoutExpired:
        raise NotAReport(f"a workbook that was not read in {_TIMEOUT} seconds; it is left") from None
    except msgspec.DecodeError:
        raise NotAReport("a workbook that is broken, cut off or outsize; its cells cannot be read") from None
    if result.error == "encrypted":
        raise NotAReport("an encrypted workbook; save it without a password")
    if result.error:
        raise NotAReport(f"a workbook that is broken or cut off ({one_line(result.error)})")
    return result.sheets


def _read_sheet(sheet: Sheet) -> list[Block]:
    """The blocks of a sheet; a row with one text that is no label stands in front of, between or behind tables."""
    blocks: list[Block] = []
    table: list[list[SourceCell]] = []
    for number, row in enumerate(_place_spans(sheet), sheet.start[0] + 1):
        filled = [cell for cell in row if cell[0]]
        if len(filled) == 1 and _is_line(filled[0][0], bool(table), _holds_header(table)):
            _end_table(blocks, table)
            table = []
            blocks += [Paragraph(text, 0, number) for part in filled[0][0].split("\n") if (text := squeeze(part))]
        elif filled or table:
            table.append(row)
    _end_table(blocks, table)
    return blocks


def _is_line(text: str, in_table: bool, in_statistics: bool) -> bool:
    """Whether the only text of a row is a line of its own and not a caption of the table that it stands in.

    In the statistics form the captions read like headings of sections: nothing ends it but a long text.
    """
    if len(text) > _MAX_CAPTION:
        return True
    word = read_label(text)
    if word.is_row or word.is_header:
        return not in_table and find_heading(text) is not None
    if in_statistics:
        return False
    return not in_table or find_heading(text) is not None or word is NO_MEANING


def _holds_header(table: list[list[SourceCell]]) -> bool:
    return any(read_label(cell[0]).statistics_header for row in table for cell in row if cell[0])


def _end_table(blocks: list[Block], table: list[list[SourceCell]]) -> None:
    """Add what was collected as a grid, without blank rows at its end."""
    while table and not any(cell[0] for cell in table[-1]):
        table.pop()
    if table:
        blocks.append(Grid(expand_spans(table), True, next((row[0][3] for row in table if row), 0)))


def _place_spans(sheet: Sheet) -> list[list[SourceCell]]:
    """The rows with their merged cells; a covered slot gives no cell. Ranges that overlap an earlier one are void."""
    first, height, width = sheet.start, len(sheet.rows), max(map(len, sheet.rows), default=0)
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for top, left, bottom, right in sheet.merged:
        rows = range(max(top - first[0], 0), min(bottom - first[0] + 1, height))
        columns = range(max(left - first[1], 0), min(right - first[1] + 1, width))
        slots = {(r, c) for r in rows for c in columns}
        if len(slots) > 1 and covered.isdisjoint(slots) and spans.keys().isdisjoint(slots):
            spans[rows[0], columns[0]] = len(rows), len(columns)
            covered |= slots - {(rows[0], columns[0])}
    return [
        [(text, *spans.get((r, c), (1, 1)), first[0] + r + 1) for c, text in enumerate(row) if (r, c) not in covered]
        for r, row in enumerate(sheet.rows)
    ]

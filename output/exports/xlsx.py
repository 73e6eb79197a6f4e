"""An Excel file: a sheet for each table, the codebook, and a sheet that tells what the columns mean."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow.compute as pc
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from output.exports.request import Exported, Ours, Request
from output.exports.source import CODEBOOK, ExportColumn, ExportTable, Source
from output.exports.texts import cut_utf16, is_formula, utf16_length, without_illegal
from output.own import GENERATOR, is_own_workbook

FAILURES = (OSError, XlsxWriterException)
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
# Days before 1900 are none to Excel, and those of its first two months are off by one.
_FIRST_YEAR = 1901
NOTE = "export_note"
COLUMNS = "columns"
_HEADER = ("table", "column", "label_en", "label_zh", "unit", "type", "codes", "description")
_COLUMNS_WIDTHS = (12, 44, 32, 24, 8, 10, 36, 60)
# Widths in characters, and the rows that they are told from.
_NARROWEST, _WIDEST, _SAMPLE = 8, 60, 200
# The code of an indicator is far wider than its numbers: it may take so many lines of so many characters.
_HEADER_WIDTH, _LINE_HEIGHT = 18, 15
# As many columns still fit on a page across.
_PAGE_COLUMNS = 15
_COMMENT = {"x_scale": 2.5, "font_size": 9}


class Told:
    """What was done to texts: how many were cut, and out of how many characters were taken."""

    def __init__(self) -> None:
        self.cut = 0
        self.cleaned = 0


def write_export(asked: Request) -> Exported:
    """Write the tables to a new file; see ``output.exports.Format``."""
    options = {
        **dict.fromkeys(("strings_to_numbers", "strings_to_formulas", "strings_to_urls"), False),
        "constant_memory": True,
        "use_zip64": True,
        "tmpdir": str(asked.folder),
    }
    done = Exported()
    # Closed only where all went well: closing writes the file, and one that is not whole is thrown away.
    book = xlsxwriter.Workbook(str(asked.path), options)
    # Always the same time: the same data gives the same bytes.
    properties = {"title": "Yearly disclosure reports of Chinese agencies", "author": GENERATOR}
    book.set_properties({**properties, "created": datetime(2000, 1, 1, tzinfo=UTC)})
    formats = _formats(book)
    # The codebook stands last but one, as what explains the others.
    for table in sorted(asked.source.tables, key=lambda table: table.name == CODEBOOK):
        told = Told()
        sheets = _Sheets(book, table, formats, _with_long_texts(asked.source, table), told)
        for batch in asked.source.batches(table):
            sheets.write([column.to_pylist() for column in batch.columns])
        done.rows[table.name] = sheets.close()
        done.notes += _notes(table, sheets.number, done.rows[table.name], told)
    _write_columns(book, asked.source, formats)
    book.close()
    return done


def files_of(name: str) -> Ours:
    """The file alone."""
    return {name: is_own_workbook}


class _Sheets:
    """The sheets of one table: a new one is begun when one is full."""

    def __init__(
        self, book: xlsxwriter.Workbook, table: ExportTable, formats: dict[str, Format], noted: bool, told: Told
    ) -> None:
        self._book, self._table, self._formats, self._noted, self._told = book, table, formats, noted, told
        self._widths: list[int] = []
        self.number = self._rows = 0
        self._begin()

    def write(self, columns: list[list[Any]]) -> None:
        """Add rows, told as columns."""
        if not self._widths:
            self._set_widths(columns)
        kinds = [column.kind for column in self._table.columns]
        for row in zip(*columns, strict=True):
            if self._at == MAX_ROWS:
                self._end()
                self._begin()
                self._apply_widths()
            self._write_row(kinds, row)

    def close(self) -> int:
        """End the last sheet; the number of rows of all of them."""
        if not self._widths:
            self._set_widths([[] for _ in self._table.columns])
        self._end()
        return self._rows

    def _begin(self) -> None:
        self.number += 1
        name = self._table.name if self.number == 1 else f"{self._table.name} ({self.number})"
        self._sheet: Worksheet = self._book.add_worksheet(name)
        header = self._header()
        _lay_out(self._sheet, len(header))
        self._sheet.freeze_panes(1, 1)
        self._sheet.set_row(0, _LINE_HEIGHT * max(-(-len(name) // _HEADER_WIDTH) for name in header))
        self._sheet.write_row(0, 0, header, self._formats["header"])
        for at, column in enumerate(self._table.columns):
            self._sheet.write_comment(0, at, _note(column), _COMMENT)
        self._at = 1

    def _header(self) -> list[str]:
        return [column.name for column in self._table.columns] + [NOTE] * self._noted

    def _end(self) -> None:
        self._sheet.autofilter(0, 0, max(self._at - 1, 0), len(self._header()) - 1)
        self._rows += self._at - 1

    def _write_row(self, kinds: list[Any], row: tuple[Any, ...]) -> None:
        notes = []
        sheet, at, formats = self._sheet, self._at, self._formats
        for column, (kind, value) in enumerate(zip(kinds, row, strict=True)):
            if value is None:
                continue
            if kind == "text":
                text = _text_of(value, self._told)
                if len(text) < len(value) and len(value) > MAX_TEXT // 2:
                    notes.append(f"{self._table.columns[column].name}: {len(text):,} of {len(value):,} characters")
                sheet.write_string(at, column, text, formats["quoted"] if is_formula(text) else None)
            elif kind == "boolean":
                sheet.write_boolean(at, column, value)
            elif kind in ("date", "time") and value.year >= _FIRST_YEAR:
                sheet.write_datetime(at, column, value, formats[kind])
            elif kind in ("date", "time"):
                sheet.write_string(at, column, value.isoformat())
            else:
                sheet.write_number(at, column, value)
        if notes:
            sheet.write_string(at, len(kinds), "; ".join(notes))
        self._at += 1

    def _set_widths(self, columns: list[list[Any]]) -> None:
        for column, values in zip(self._table.columns, columns, strict=True):
            longest = max((_width(str(v)[:_WIDEST]) for v in values[:_SAMPLE] if v is not None), default=0)
            header = min(len(column.name) + 3, _HEADER_WIDTH)
            self._widths.append(min(max(longest + 1, header, _NARROWEST), _WIDEST))
        self._apply_widths()

    def _apply_widths(self) -> None:
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, width)


def _text_of(value: str, told: Told) -> str:
    text = without_illegal(value)
    told.cleaned += len(text) < len(value)
    kept = cut_utf16(text, MAX_TEXT)
    told.cut += len(kept) < len(text)
    return kept


def _with_long_texts(source: Source, table: ExportTable) -> bool:
    """Whether some text of the table is too long for a cell."""
    places = [at for at, column in enumerate(table.columns) if column.kind == "text"]
    return any(
        utf16_length(text) > MAX_TEXT
        for batch in source.batches(table, iso_dates=True)
        for at in places
        for text in _long(batch.column(at))
    )


def _long(texts: Any) -> Iterator[str]:
    yield from texts.filter(pc.fill_null(pc.greater(pc.utf8_length(texts), MAX_TEXT // 2), False)).to_pylist()


def _notes(table: ExportTable, sheets: int, rows: int, told: Told) -> list[str]:
    notes = []
    if sheets > 1:
        notes.append(
            f"{table.name}: {rows:,} rows stand on {sheets} sheets, since a sheet holds {MAX_ROWS:,}; "
            "name fewer with --table, --year and --division, or take another format, such as parquet"
        )
    if told.cut:
        notes.append(f"{table.name}: {told.cut:,} texts were cut to {MAX_TEXT:,} characters; see its column {NOTE}")
    if told.cleaned:
        notes.append(f"{table.name}: control characters were left out of {told.cleaned:,} texts")
    return notes


def _write_columns(book: xlsxwriter.Workbook, source: Source, formats: dict[str, Format]) -> None:
    sheet = book.add_worksheet(COLUMNS)
    _lay_out(sheet, len(_HEADER))
    sheet.freeze_panes(1, 0)
    for at, width in enumerate(_COLUMNS_WIDTHS):
        sheet.set_column(at, at, width)
    sheet.write_row(0, 0, _HEADER, formats["header"])
    told = [(table.name, column) for table in source.tables for column in table.columns]
    for at, (table, c) in enumerate(told, 1):
        codes = "; ".join(c.values.values())
        row = (table, c.name, c.label.en, c.label.zh, c.unit, c.kind, codes, c.description)
        lines = (-(-_width(text) // width) for text, width in zip(row, _COLUMNS_WIDTHS, strict=True))
        sheet.set_row(at, _LINE_HEIGHT * max(lines))
        for column, text in enumerate(row):
            sheet.write_string(at, column, text, formats["wrapped"])
    sheet.autofilter(0, 0, len(told), len(_HEADER) - 1)


def _note(column: ExportColumn) -> str:
    """What is shown where the mouse is over the head of a column."""
    unit = f" ({column.unit})" if column.unit else ""
    label = f"{column.label}{unit}"
    return label if column.label.en in column.description else f"{label}\n{column.description}"


def _lay_out(sheet: Worksheet, columns: int) -> None:
    """On paper: across, with the head of the table on each page; not smaller than can be read."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)
    if columns <= _PAGE_COLUMNS:
        sheet.fit_to_pages(1, 0)


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    return {
        "header": book.add_format(
            {"bold": True, "bottom": 1, "valign": "top", "text_wrap": True, "bg_color": "#DDEBF7"}
        ),
        # The mark that Excel gives a cell typed with ' before it: still text when somebody edits it.
        "quoted": book.add_format({"quote_prefix": True}),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }


def _width(text: str) -> int:
    """The width of a text in characters of Latin script; those of Chinese are twice as wide."""
    return sum(1 if c.isascii() else 2 for c in text)

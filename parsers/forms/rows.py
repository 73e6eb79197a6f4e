"""What the readers of the official tables share: rows as labels and values, and readings with their place."""

import msgspec

from parsers.documents.model import Cell, Grid
from parsers.documents.tokens import is_value
from parsers.forms.schema import NO_MEANING, Meaning, read_label
from parsers.numbers import UNREADABLE, Reading, read_number
from parsers.text import compact

MISSING_LINE = 0
_MIN_UNREPEATED = 10


class PrintedRow(msgspec.Struct):
    """One row of a grid: the labels in front, then everything behind them that begins in this row.

    ``filled`` are the values that are not blank, ``slots`` the whole row with what hangs into it from above;
    ``tables`` are the bits of the tables in which some of the labels can stand.
    """

    labels: list[Cell]
    meanings: list[Meaning]
    values: list[Cell]
    filled: list[Cell]
    slots: list[Cell]
    tables: int


class Slot(msgspec.Struct, gc=False):
    """One reading and the cell that it was read from."""

    reading: Reading
    cell: Cell
    table: int


class TableReading(msgspec.Struct):
    """One printed copy of an official table: readings by (indicator, applicant), and sentences on what was odd.

    ``source_sha256`` is the digest of the file that prints it.
    """

    kind: str
    form: str = ""
    slots: dict[tuple[str, str | None], Slot] = msgspec.field(default_factory=dict)
    notes: list[str] = msgspec.field(default_factory=list)
    source_sha256: str = ""

    def count_numbers(self) -> int:
        """How many cells were read as numbers."""
        return sum(1 for slot in self.slots.values() if slot.reading.value is not None)


def print_rows(grid: Grid) -> list[PrintedRow]:
    """The rows of a grid, each parted into labels and values."""
    return [_print_row(slots, r) for r, slots in enumerate(grid.rows)]


def _print_row(slots: list[Cell], r: int) -> PrintedRow:
    own = [cell for c, cell in enumerate(slots) if cell.row == r and cell.column == c]
    labels: list[Cell] = []
    meanings: list[Meaning] = []
    tables = 0
    end = 0
    for n, cell in enumerate(own):
        text = cell.text
        if text.isdigit():
            break
        if not text:
            continue
        word = read_label(text)
        if word is NO_MEANING and (is_value(text) or (labels and end < n) or not compact(text)):
            break
        labels.append(cell)
        meanings.append(word)
        tables |= word.tables
        end = n + 1
    values = own[end:]
    return PrintedRow(labels, meanings, values, [cell for cell in values if cell.text], slots, tables)


def is_damaged(grid: Grid) -> bool:
    """Whether no cell's text stands twice: a text from which every line that had occurred before was dropped.

    A form cannot be without repeats; there, what is missing is not blank, and what follows a label may be another's.
    """
    if grid.aligned:
        return False
    texts = [cell.text for row in grid.rows for cell in row if cell.text]
    return len(texts) >= _MIN_UNREPEATED and len(set(texts)) == len(texts)


def read_cell(cell: Cell, table: int, unit: str, signed: bool = False) -> Slot:
    """The reading of one cell in a unit."""
    return Slot(read_number(cell.text, unit, signed), cell, table)


def refuse(cell: Cell, table: int) -> Slot:
    """A cell whose number cannot be placed, or is none."""
    return Slot(UNREADABLE, cell, table)


def place_by_columns(row: PrintedRow, ranges: list[tuple[int, int]]) -> list[tuple[Cell, bool]]:
    """For each range of columns its one filled cell, or a blank one, and whether that is certain."""
    placed: list[tuple[Cell, bool]] = []
    first = row.labels[0].row if row.labels else row.values[0].row if row.values else 0
    for start, stop in ranges:
        cells = list({id(cell): cell for cell in row.slots[start:stop]}.values())
        filled = [cell for cell in cells if cell.text]
        if not cells:
            placed.append((row.slots[-1], False))
        elif len(filled) > 1:
            placed.append((filled[0], len({cell.text for cell in filled}) == 1))
        else:
            cell = filled[0] if filled else cells[0]
            # A cell that hangs down from the row above, or was never printed, is no cell of this row.
            placed.append((cell, cell.row == first and (cell.line != MISSING_LINE or bool(cell.text))))
    return placed


def trim_remarks(cells: list[Cell], width: int) -> list[Cell]:
    """The filled cells without words behind the numbers, where there are more cells than columns."""
    kept = list(cells)
    while len(kept) > width and not is_value(kept[-1].text):
        kept.pop()
    return kept

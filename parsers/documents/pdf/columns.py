"""Tables without ruling lines: rows from labels and runs of numbers, columns from what stands under one another.

A row is a line with a number beside other print. The lines of words around it are the rest of its label where
together they are one. Numbers that overlap from row to row stand in one column.
"""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from parsers.documents.model import Cell, Grid
from parsers.documents.pdf.labels import Row, drop_upright, is_upright, label_cells, share_words
from parsers.documents.pdf.page import Box
from parsers.documents.pdf.text import Line, make_line
from parsers.forms.rows import MISSING_LINE
from parsers.forms.schema import NO_MEANING, is_official, read_label
from parsers.headings import find_heading
from parsers.numbers import read_number

# A gap between cells in em squares, and between the lines of one table in lines.
_CELL_GAP = 0.9
_MAX_LINES_APART = 3.2
_MAX_WORD = 60
_MAX_HEADER = 8
_MAX_HEAD_WORD = 20
_MIN_LABELS = 2
_WIDE_ROW = 5
# How far the same column may stand apart on two pages.
_SAME_COLUMN = 12.0


class Region(msgspec.Struct):
    """A table that was found: its grid, its box, the lines that it is made of, where its numbers stand."""

    grid: Grid
    box: Box
    lines: list[Line]
    columns: list[tuple[float, float]]


def find_regions(lines: Sequence[Line], page: int) -> list[Region]:
    """The tables without ruling lines among the lines of a page."""
    regions: list[Region] = []
    group: list[tuple[Line, Row]] = []
    for line in lines:
        row = _split_line(line)
        if group and (row is None or _is_apart(group[-1][0], line)):
            _close(regions, group, page)
            group = []
        if row is not None:
            group.append((line, row))
    _close(regions, group, page)
    return regions


def join_regions(first: Grid, second: Grid, above: Sequence[float], below: Sequence[float]) -> Grid | None:
    """One table of two over a page break, where the middles of their columns of numbers are the same; else None."""
    if len(above) != len(below) or any(abs(a - b) > _SAME_COLUMN for a, b in zip(above, below, strict=True)):
        return None
    width = max(len(first.rows[0]), len(second.rows[0]))
    rows: list[list[Cell]] = []
    for row in (*first.rows, *second.rows):
        shift = width - len(row)
        moved = {id(cell): _move(cell, len(rows), shift) for cell in row}
        blank = [Cell("", len(rows), c, 1, 1, MISSING_LINE) for c in range(shift)]
        rows.append([*blank, *(moved[id(cell)] for cell in row)])
    return Grid(rows, True, first.line)


def _move(cell: Cell, row: int, shift: int) -> Cell:
    return Cell(cell.text, row, cell.column + shift, 1, cell.column_span, cell.line)


def _is_apart(last: Line, line: Line) -> bool:
    return line.base - last.base > _MAX_LINES_APART * 1.3 * max(last.size, line.size)


def _split_line(line: Line) -> Row | None:
    """The cells of a line, or None where it is running text."""
    if find_heading(line.text) is not None:
        return None
    cells = _split_at_gaps(line)
    if any(len(cell.text) > _MAX_WORD or "。" in cell.text for cell in cells):
        return None
    first = next((n for n, cell in enumerate(cells) if _is_number(cell)), len(cells))
    head = any(read_label(cell.text).is_header for cell in cells[:first]) and first == len(cells)
    return Row(cells[:first], cells[first:], [], [], head)


def _is_number(cell: Line) -> bool:
    """Whether a piece is a number, an amount, or a sign for none; 1.属 is the front of a label."""
    if is_upright(cell):
        return False
    return any(read_number(cell.text, unit, True).status in ("number", "not_applicable") for unit in ("件", "万元"))


def _split_at_gaps(line: Line) -> list[Line]:
    """The pieces of a line between wide gaps."""
    gap = _CELL_GAP * max(line.size, 1.0)
    if all(b.left - a.right <= gap for a, b in pairwise(line.glyphs)):
        return [line]
    parts = [line.glyphs[:1]]
    for last, glyph in pairwise(line.glyphs):
        if glyph.left - last.right > gap:
            parts.append([])
        parts[-1].append(glyph)
    return [make_line(part) for part in parts]


def _close(regions: list[Region], group: list[tuple[Line, Row]], page: int) -> None:
    """Make a table of consecutive lines that may be one: official labels with numbers beside them."""
    first = next((n for n, (_, row) in enumerate(group) if row.is_numbers), None)
    if first is None:
        return
    words = [cell.text for _, row in group for cell in row.words]
    known = sum(1 for word in words if read_label(word) is not NO_MEANING)
    wide = sum(1 for _, row in group if len(row.numbers) >= _WIDE_ROW)
    whole = all(any(read_label(cell.text).is_row for cell in row.own) for _, row in group if row.is_numbers)
    if max(known, wide) < _MIN_LABELS and not whole:
        return
    drop_upright([row for _, row in group])
    start = first
    while start > max(0, first - _MAX_HEADER) and _is_header(group[start - 1][1]):
        start -= 1
    lines = [line for line, _ in group[start:]]
    rows = [row for _, row in group[start:]]
    columns = _find_columns([row for row in rows if row.is_numbers])
    grid = _make_grid(rows, columns, page)
    box = Box(min(x.left for x in lines), lines[0].top, max(x.right for x in lines), lines[-1].bottom)
    regions.append(Region(grid, box, lines, columns))


def _is_header(row: Row) -> bool:
    """Whether a line above the first row of numbers may belong to the table: several cells, or a short one."""
    return row.is_head or len(row.words) > 1 or all(len(cell.text) <= _MAX_HEAD_WORD for cell in row.words)


def _make_grid(items: list[Row], columns: list[tuple[float, float]], page: int) -> Grid:
    """The grid of the lines of a table, the lines of words between its rows given to their labels."""
    rows = [row for row in items if row.is_numbers]
    left = share_words(items)
    width = max(1, max(len(label_cells(row)) for row in rows))
    slots: list[list[Cell]] = []
    head: list[Line] = []
    for row in items:
        if not row.is_numbers:
            head += [cell for cell in (*row.words, *row.numbers) if id(cell) in left]
            continue
        for cells in _head_rows(head):
            slots.append(_head_row(cells, columns, width, len(slots), page))
        slots.append(_body_row(row, columns, width, len(slots), page))
        head = []
    return Grid(slots, True, page)


# ---------------------------------------------------------------- columns


def _find_columns(rows: list[Row]) -> list[tuple[float, float]]:
    """Where the columns of numbers stand: the widest row first, numbers of other rows widen what they overlap."""
    columns: list[tuple[float, float]] = []
    for row in sorted(rows, key=lambda row: -len(row.numbers)):
        for cell in row.numbers:
            n = _column_of(columns, cell)
            if n >= 0:
                columns[n] = (min(columns[n][0], cell.left), max(columns[n][1], cell.right))
            else:
                columns.append((cell.left, cell.right))
                columns.sort()
    return columns


def _column_of(columns: Sequence[tuple[float, float]], cell: Line) -> int:
    """The column that a cell overlaps, the nearest of several; -1 where it overlaps none."""
    over = [n for n, (left, right) in enumerate(columns) if cell.left < right and left < cell.right]
    middle = (cell.left + cell.right) / 2
    return min(over, key=lambda n: abs(sum(columns[n]) / 2 - middle), default=-1)


def _nearest(columns: Sequence[tuple[float, float]], cell: Line) -> int:
    """The column that a cell stands over, or else the one nearest to it."""
    over = _column_of(columns, cell)
    middle = (cell.left + cell.right) / 2
    return over if over >= 0 else min(range(len(columns)), key=lambda n: abs(sum(columns[n]) / 2 - middle))


# ---------------------------------------------------------------- rows of the grid


def _head_rows(cells: list[Line]) -> list[list[Line]]:
    """The cells of the header in rows; a cell that goes on on the next line is one."""
    merged: list[Line] = []
    # The label of a row whose numbers were not found would pass for a row of blanks.
    for cell in (cell for cell in cells if not _is_row_label(cell.text)):
        above = next((m for m in merged if _goes_on(m, cell)), None)
        if above is None:
            merged.append(msgspec.structs.replace(cell))
        else:
            above.text += cell.text
            above.bottom, above.base = cell.bottom, cell.base
            above.left, above.right = min(above.left, cell.left), max(above.right, cell.right)
    rows: list[list[Line]] = []
    for cell in sorted(merged, key=lambda cell: cell.bottom):
        if not rows or cell.top > rows[-1][-1].bottom - 0.5 * cell.size:
            rows.append([])
        rows[-1].append(cell)
    return [sorted(row, key=lambda cell: cell.left) for row in rows]


def _is_row_label(text: str) -> bool:
    word = read_label(text)
    return word.is_row and not word.is_header and not word.group


def _goes_on(above: Line, cell: Line) -> bool:
    """Whether a header cell is the next line of the one above it: it stands under it, and both make a label."""
    overlap = min(above.right, cell.right) - max(above.left, cell.left)
    return (
        overlap > 0.5 * min(above.right - above.left, cell.right - cell.left)
        and 0 < cell.base - above.base < 2.0 * cell.size
        and is_official(above.text + cell.text)
        and read_label(above.text + cell.text) is not read_label(above.text)
    )


def _head_row(cells: list[Line], columns: Sequence[tuple[float, float]], width: int, r: int, page: int) -> list[Cell]:
    """Header cells over the columns that they stand over; what stands in front of all is a label.

    As many cells as columns go by their order: a header may stand to the left of its numbers. A single one is over all.
    """
    front = [cell for cell in cells[:1] if cell.right < columns[0][0]]
    heads = cells[len(front) :]
    count = len(columns)
    if len(heads) == 1:
        over = Cell(heads[0].text, r, width, 1, count, page)
        return [*_cells({0: front[0].text} if front else {}, range(width), r, page), *[over] * count]
    texts = {0: front[0].text} if front else {}
    for n, cell in enumerate(heads):
        found = n if len(heads) == count else _nearest(columns, cell)
        texts[width + found] = texts.get(width + found, "") + cell.text
    return _cells(texts, range(width + count), r, page)


def _cells(texts: dict[int, str], columns: range, r: int, page: int) -> list[Cell]:
    """Cells of a header. What is not printed over a column is no blank cell: a label must not pass for blanks."""
    return [Cell(texts.get(c, ""), r, c, 1, 1, page if c in texts else MISSING_LINE) for c in columns]


def _body_row(row: Row, columns: Sequence[tuple[float, float]], width: int, r: int, page: int) -> list[Cell]:
    labels = label_cells(row)
    texts = dict(enumerate(labels[:-1])) | ({width - 1: labels[-1]} if labels else {})
    for cell in row.numbers:
        place = width + max(0, _column_of(columns, cell))
        texts[place] = f"{texts[place]} {cell.text}" if place in texts else cell.text
    return [Cell(texts.get(c, ""), r, c, 1, 1, page) for c in range(width + len(columns))]

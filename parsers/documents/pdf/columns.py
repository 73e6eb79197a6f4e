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
from parsers.documents.pdf.stacks import join_stacks
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


class Placed(msgspec.Struct):
    """A line of text, its page, and how far below its place it stands where all pages are one under another."""

    line: Line
    page: int
    shift: float = 0.0


class Region(msgspec.Struct):
    """A table that was found: its grid, the lines that it is made of, and its box on the page where it begins."""

    grid: Grid
    lines: list[Line]
    box: Box


class _Entry(msgspec.Struct):
    """A line that may belong to a table, and what it holds."""

    placed: Placed
    row: Row


def find_regions(lines: Sequence[Placed]) -> list[Region]:
    """The tables without ruling lines among lines that follow one another, over page breaks as well."""
    regions: list[Region] = []
    group: list[_Entry] = []
    for placed in lines:
        row = _split_line(placed)
        if group and (row is None or _is_apart(group[-1].placed, placed)):
            _close(regions, group)
            group = []
        if row is not None:
            group.append(_Entry(placed, row))
    _close(regions, group)
    return regions


def _is_apart(last: Placed, placed: Placed) -> bool:
    above, line = last.line, placed.line
    return line.base + placed.shift - above.base - last.shift > _MAX_LINES_APART * 1.3 * max(above.size, line.size)


def _split_line(placed: Placed) -> Row | None:
    """The cells of a line, or None where it is running text."""
    if find_heading(placed.line.text) is not None:
        return None
    cells = _split_at_gaps(placed.line)
    if any(len(cell.text) > _MAX_WORD or "。" in cell.text for cell in cells):
        return None
    if placed.shift:
        cells = [_move_down(cell, placed.shift) for cell in cells]
    first = next((n for n, cell in enumerate(cells) if _is_number(cell)), len(cells))
    return Row(cells[:first], cells[first:], [], [], page=placed.page)


def _move_down(cell: Line, shift: float) -> Line:
    return msgspec.structs.replace(cell, top=cell.top + shift, bottom=cell.bottom + shift, base=cell.base + shift)


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


def _close(regions: list[Region], group: list[_Entry]) -> None:
    """Make tables of consecutive lines that may be one: official labels with numbers beside them."""
    if not any(entry.row.is_numbers for entry in group):
        return
    for part in _split_at_breaks(group):
        join_stacks([entry.row for entry in part])
        for entry in part:
            words = entry.row.words
            entry.row.is_head = not entry.row.numbers and any(read_label(cell.text).is_header for cell in words)
        region = _make_region(part) if _is_table([entry.row for entry in part]) else None
        if region is not None:
            regions.append(region)


def _split_at_breaks(group: list[_Entry]) -> list[list[_Entry]]:
    """The lines parted where the columns of numbers on the next page are others."""
    parts = [[entry for entry in group if entry.placed.page == group[0].placed.page]]
    for page in dict.fromkeys(entry.placed.page for entry in group[len(parts[0]) :]):
        entries = [entry for entry in group if entry.placed.page == page]
        if _has_same_columns(parts[-1], entries):
            parts[-1] += entries
        else:
            parts.append(entries)
    return parts


def _has_same_columns(above: list[_Entry], below: list[_Entry]) -> bool:
    sides = [_find_columns([entry.row for entry in part if entry.row.is_numbers]) for part in (above, below)]
    fewer, more = sorted(([sum(ends) / 2 for ends in side] for side in sides), key=len)
    return all(any(abs(one - other) <= _SAME_COLUMN for other in more) for one in fewer)


def _is_table(rows: list[Row]) -> bool:
    """Whether the rows have official labels, or are so wide that they are no sentences."""
    words = [cell.text for row in rows for cell in row.words]
    known = sum(1 for word in words if read_label(word) is not NO_MEANING)
    wide = sum(1 for row in rows if len(row.numbers) >= _WIDE_ROW)
    numbered = [row for row in rows if row.is_numbers]
    whole = all(any(read_label(cell.text).is_row for cell in row.own) for row in numbered)
    return bool(numbered) and (max(known, wide) >= _MIN_LABELS or whole)


def _make_region(entries: list[_Entry]) -> Region:
    drop_upright([entry.row for entry in entries])
    start = next(n for n, entry in enumerate(entries) if entry.row.is_numbers)
    room = _MAX_HEADER
    while start > 0 and room > 0 and _is_header(entries[start - 1].row):
        start -= 1
        # A line whose pieces all went to the cells above it is no row.
        room -= bool(entries[start].row.words)
    rows = [entry.row for entry in entries[start:]]
    left = share_words(rows)
    columns = _find_columns([row for row in rows if row.is_numbers])
    grid = _make_grid(rows, left, columns)
    chosen = entries[start:]
    # What stands below the last row and belongs to none is text.
    while _is_left(chosen[-1].row, left):
        chosen.pop()
    lines = [entry.placed.line for entry in chosen]
    first = [entry.placed.line for entry in chosen if entry.placed.page == chosen[0].placed.page]
    box = Box(min(x.left for x in first), first[0].top, max(x.right for x in first), first[-1].bottom)
    return Region(grid, lines, box)


def _is_left(row: Row, left: set[int]) -> bool:
    return not row.is_numbers and any(id(cell) in left for cell in (*row.words, *row.numbers))


def _is_header(row: Row) -> bool:
    """Whether a line above the first row of numbers may belong to the table: several cells, or a short one."""
    return row.is_head or len(row.words) > 1 or all(len(cell.text) <= _MAX_HEAD_WORD for cell in row.words)


def _make_grid(items: list[Row], left: set[int], columns: list[tuple[float, float]]) -> Grid:
    """The grid of the lines of a table; ``left`` are the words that are not in the labels of its rows."""
    width = max(1, max(len(label_cells(row)) for row in items if row.is_numbers))
    slots: list[list[Cell]] = []
    head: list[Line] = []
    for n, row in enumerate(items):
        if not row.is_numbers:
            head += [cell for cell in (*row.words, *row.numbers) if id(cell) in left]
            continue
        filled = _filled_below(items[n:], left, columns) if head else []
        for cells in _head_rows(head):
            slots.append(_head_row(cells, columns, filled, width, len(slots), row.page))
        slots.append(_body_row(row, columns, width, len(slots)))
        head = []
    return Grid(slots, True, items[0].page)


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


def _filled_below(items: list[Row], left: set[int], columns: Sequence[tuple[float, float]]) -> list[int]:
    """The columns in which the rows from here to the next header have numbers."""
    filled: set[int] = set()
    for row in items:
        if not row.is_numbers and any(id(cell) in left for cell in row.words):
            break
        if row.is_numbers:
            filled.update(_column_of(columns, cell) for cell in row.numbers)
    return sorted(filled)


def _head_row(
    cells: list[Line], columns: Sequence[tuple[float, float]], filled: list[int], width: int, r: int, page: int
) -> list[Cell]:
    """Header cells over the columns that they stand over; what stands in front of all is a label.

    As many cells as columns (those that are filled below, or all) go by their order: a header may stand to the left of
    its numbers. A single one is over all.
    """
    front = [cell for cell in cells[:1] if cell.right < columns[0][0]]
    heads = cells[len(front) :]
    count = len(columns)
    if len(heads) == 1:
        over = Cell(heads[0].text, r, width, 1, count, page)
        return [*_cells({0: front[0].text} if front else {}, range(width), r, page), *[over] * count]
    texts = {0: front[0].text} if front else {}
    ordered = next((places for places in (filled, range(count)) if len(places) == len(heads)), None)
    for n, cell in enumerate(heads):
        found = ordered[n] if ordered is not None else _nearest(columns, cell)
        texts[width + found] = texts.get(width + found, "") + cell.text
    return _cells(texts, range(width + count), r, page)


def _cells(texts: dict[int, str], columns: range, r: int, page: int) -> list[Cell]:
    """Cells of a header. What is not printed over a column is no blank cell: a label must not pass for blanks."""
    return [Cell(texts.get(c, ""), r, c, 1, 1, page if c in texts else MISSING_LINE) for c in columns]


def _body_row(row: Row, columns: Sequence[tuple[float, float]], width: int, r: int) -> list[Cell]:
    labels = label_cells(row)
    texts = dict(enumerate(labels[:-1])) | ({width - 1: labels[-1]} if labels else {})
    for cell in row.numbers:
        place = width + max(0, _column_of(columns, cell))
        texts[place] = f"{texts[place]} {cell.text}" if place in texts else cell.text
    return [Cell(texts.get(c, ""), r, c, 1, 1, row.page) for c in range(width + len(columns))]

"""Tables that go on over a page break made one: repeated headers dropped, rows and stub cells that were cut joined."""

import msgspec

from parsers.documents.model import Cell, Grid
from parsers.documents.pdf.text import join_wrapped
from parsers.documents.tokens import is_value
from parsers.forms.schema import NO_MEANING, is_official, read_label
from parsers.text import compact, label_key, strip_ordinal

# How far the same border may stand apart on two pages.
_SAME_BORDER = 5.0
_MAX_HEADER = 5
_BEHIND_NUMERALS = "、.．，,)）"


class Piece(msgspec.Struct):
    """A table on one page, and after joining on several: ``xs`` are the borders of its columns, none where it has
    no ruling lines (such a table is found over page breaks as a whole)."""

    grid: Grid
    xs: list[float]


class _Part(msgspec.Struct):
    """A cell whose text and height may still grow."""

    text: str
    row: int
    column: int
    rows: int
    columns: int
    line: int


def join_pieces(first: Piece, second: Piece) -> Piece | None:
    """One table of two that follow one another over a page break; None where their columns do not fit."""
    if not first.xs or not second.xs:
        return None
    wide, narrow = (first, second) if len(first.xs) >= len(second.xs) else (second, first)
    places = [_place(wide.xs, x) for x in narrow.xs]
    if min(places) < 0 or len(set(places)) != len(places) or places[0] != 0 or places[-1] != len(wide.xs) - 1:
        return None
    above = _parts(first.grid, list(range(len(wide.xs))) if wide is first else places)
    below = _parts(second.grid, list(range(len(wide.xs))) if wide is second else places)
    width = len(wide.xs) - 1
    below = _cut_rows(below, _count_repeated(first.grid, second.grid))
    _join_edges(above, below, len(first.grid.rows), width)
    return Piece(_make_grid([*above, *below], width, first.grid), wide.xs)


def _place(xs: list[float], x: float) -> int:
    """The number of the border nearest to ``x``; -1 where it is too far away."""
    nearest = min(range(len(xs)), key=lambda n: abs(xs[n] - x))
    return nearest if abs(xs[nearest] - x) <= _SAME_BORDER else -1


def _parts(grid: Grid, places: list[int]) -> list[_Part]:
    """The cells of a grid, its columns moved to ``places``."""
    return [
        _Part(
            cell.text,
            r,
            places[c],
            cell.row_span,
            places[c + cell.column_span] - places[c],
            cell.line,
        )
        for r, row in enumerate(grid.rows)
        for c, cell in enumerate(row)
        if cell.row == r and cell.column == c
    ]


def _count_repeated(first: Grid, second: Grid) -> int:
    """How many rows at the front of the second grid are the front of the first once more: its header."""
    limit = min(len(first.rows), len(second.rows) - 1, _MAX_HEADER)
    count = 0
    while count < limit and _row_key(first, count) == _row_key(second, count):
        count += 1
    # A header ends where its tall cells end.
    while count and any(cell.row + cell.row_span > count for row in second.rows[:count] for cell in row):
        count -= 1
    has_numbers = any(is_value(cell.text) for row in second.rows[:count] for cell in row if cell.text)
    return 0 if has_numbers else count


def _row_key(grid: Grid, row: int) -> list[str]:
    return list(dict.fromkeys(compact(cell.text) for cell in grid.rows[row]))


def _cut_rows(parts: list[_Part], count: int) -> list[_Part]:
    """The cells without those of the first ``count`` rows."""
    for part in parts:
        part.row -= count
    return [part for part in parts if part.row >= 0]


def _join_edges(above: list[_Part], below: list[_Part], height: int, width: int) -> None:
    """Move ``below`` to its rows under ``above``, and join what the page break cut."""
    last = _by_column([part for part in above if part.row + part.rows == height], width)
    first = _by_column([part for part in below if part.row == 0], width)
    pairs = {(id(a), id(b)): (a, b) for a, b in zip(last, first, strict=True) if a and b}
    fitting = [(a, b) for a, b in pairs.values() if (a.column, a.columns) == (b.column, b.columns)]
    start = height - 1 if len(fitting) == len(pairs) and _is_one_row(fitting) else height
    for part in below:
        part.row += start
    for a, b in fitting:
        if start < height or _is_one_cell(a, b):
            a.text = join_wrapped(a.text, b.text)
            a.rows = b.row + b.rows - a.row
            below.remove(b)


def _by_column(parts: list[_Part], width: int) -> list[_Part | None]:
    """The cell over each column."""
    found: list[_Part | None] = [None] * width
    for part in parts:
        found[part.column : part.column + part.columns] = [part] * part.columns
    return found


def _is_one_row(pairs: list[tuple[_Part, _Part]]) -> bool:
    """Whether the last row above and the first below are one row that was cut: no cell has a number in both."""
    both = [(a.text, b.text) for a, b in pairs if a.text and b.text]
    if any(is_value(first) or is_value(second) for first, second in both):
        return False
    if not any(a.text for a, _ in pairs if a.rows == 1):
        # Only the upper border of the row had room above the break.
        return True
    words = [(a.text, b.text) for a, b in pairs if b.text and not is_value(b.text)]
    return not words or (bool(words[-1][0]) and _makes_label(*words[-1]))


def _makes_label(first: str, second: str) -> bool:
    """Whether the second text is the rest of a label that was cut: both together are one, the first was not whole."""
    whole = first + second
    if not first or is_value(second) or read_label(whole) is NO_MEANING:
        return False
    if label_key(whole) == label_key(second):
        # Only a numeral can be the first part; no label begins with the sign that stands behind it.
        return second[0] in _BEHIND_NUMERALS or (not is_value(first) and strip_ordinal(f"{compact(first)}x") == "x")
    if is_official(whole) and not is_official(first):
        return True
    plain = compact(first)
    is_open = plain.count("(") > plain.count(")")
    return read_label(second) is NO_MEANING and (is_open or read_label(first) is NO_MEANING)


def _is_one_cell(above: _Part, below: _Part) -> bool:
    """Whether a stub cell goes on below the break: it has no text there, or the rest of its label."""
    if not below.text:
        return (above.rows > 1 or below.rows > 1) and bool(read_label(above.text).group or not above.text)
    return _makes_label(above.text, below.text)


def _make_grid(parts: list[_Part], width: int, first: Grid) -> Grid:
    height = max(part.row + part.rows for part in parts)
    slots: list[list[Cell | None]] = [[None] * width for _ in range(height)]
    for part in parts:
        cell = Cell(part.text, part.row, part.column, part.rows, part.columns, part.line)
        for row in slots[part.row : part.row + part.rows]:
            row[part.column : part.column + part.columns] = [cell] * part.columns
    rows = [[cell or Cell("", r, c) for c, cell in enumerate(row)] for r, row in enumerate(slots)]
    return Grid(rows, True, first.line)

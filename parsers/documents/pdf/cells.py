"""The text in the cells of a ruled table, and the table as a grid."""

from collections.abc import Iterable
from itertools import pairwise

from parsers.documents.model import Cell, Grid
from parsers.documents.pdf.page import UNKNOWN, Box, Glyph
from parsers.documents.pdf.rules import Lattice
from parsers.documents.pdf.text import Line, join_wrapped, make_line, make_lines, make_runs, split_marks
from parsers.grid import MAX_SLOTS

# A gap between characters wider than this (in em squares) that a line runs through parts two cells.
_SPLIT_GAP = 0.12
# Print this much wider than its cell runs into the next one.
_MAX_OVERHANG = 2.0
_INSIDE = 0.4
# A cell of more text in a table of few columns is running text in a frame.
_PROSE = 400
# A table that comes so near to the side of the page goes on beyond it.
_EDGE = 1.0
_PROSE_COLUMNS = 3


def split_glyphs(glyphs: list[Glyph], lattices: list[Lattice]) -> tuple[list[list[Glyph]], list[Glyph]]:
    """The characters inside each table, and those outside all.

    Print may overlap the outer border, so a little less than half a character inside is enough.
    """
    inside: list[list[Glyph]] = [[] for _ in lattices]
    boxes = [lattice.box for lattice in lattices]
    outside: list[Glyph] = []
    for glyph in glyphs:
        x, hold = glyph.centre, _INSIDE * glyph.size
        for n, box in enumerate(boxes):
            if box.left <= x <= box.right and glyph.bottom - box.top > hold and box.bottom - glyph.top > hold:
                inside[n].append(glyph)
                break
        else:
            outside.append(glyph)
    return inside, outside


def fill_lattice(lattice: Lattice, glyphs: Iterable[Glyph]) -> list[str]:
    """The text of each cell.

    A run belongs to one cell as a whole: print that is wider than its cell must not lend digits to the next one.
    """
    inside: list[list[Glyph]] = [[] for _ in lattice.cells]
    doubtful: set[int] = set()
    for run in make_runs(glyphs):
        for part in _split_run(lattice, run):
            number = _cell_of(lattice, part)
            if number < 0:
                continue
            inside[number] += part
            doubtful.update(_overrun(lattice, number, part))
    return [_cell_text(glyphs, lattice.box_of(n), n in doubtful) if glyphs else "" for n, glyphs in enumerate(inside)]


def _split_run(lattice: Lattice, run: list[Glyph]) -> list[list[Glyph]]:
    """A run cut where a border passes through a gap that is wider than the print needs."""
    parts = [[run[0]]]
    for last, glyph in pairwise(run):
        gap = glyph.left - last.right
        if gap > _SPLIT_GAP * glyph.size and _cell_at(lattice, last) != _cell_at(lattice, glyph):
            parts.append([])
        parts[-1].append(glyph)
    return parts


def _cell_at(lattice: Lattice, glyph: Glyph) -> int:
    return lattice.find_cell(glyph.centre, _height(lattice, glyph))


def _height(lattice: Lattice, glyph: Glyph) -> float:
    """The middle of a character, moved inside where it overlaps the outer border."""
    return min(max((glyph.top + glyph.bottom) / 2, lattice.ys[0]), lattice.ys[-1] - 0.01)


def _cell_of(lattice: Lattice, run: list[Glyph]) -> int:
    """The cell of a run: where the middle of a number stands, where other text begins."""
    if len(run) == 1 or not run[0].char.isascii():
        return _cell_at(lattice, run[0])
    return lattice.find_cell((run[0].left + run[-1].right) / 2, _height(lattice, run[0]))


def _overrun(lattice: Lattice, number: int, run: list[Glyph]) -> list[int]:
    """The cells concerned where a number runs far over the border of its cell, so that it may be another's."""
    box = lattice.box_of(number)
    over = max(box.left - run[0].left, run[-1].right - box.right)
    if over <= _MAX_OVERHANG or not any(glyph.char.isdigit() for glyph in run):
        return []
    ends = (_cell_at(lattice, run[0]), _cell_at(lattice, run[-1]))
    return [number] if set(ends) == {number} else [cell for cell in {*ends, number} if cell >= 0]


def _cell_text(glyphs: list[Glyph], box: Box, doubtful: bool) -> str:
    """The text of a cell: wrapped lines joined; what a person would not read as one number is kept apart."""
    lines = [line for line in make_lines(glyphs) if line.text]
    text = ""
    last: Line | None = None
    for line in lines:
        spelled = _without_marks(line)
        text = spelled if last is None else _append(text, spelled, _is_full(last, box))
        last = line
    if doubtful and text.isdigit() and len(text) > 1:
        return f"{text[:1]}\n{text[1:]}"
    return text


def _without_marks(line: Line) -> str:
    """The text of a line with raised marks on a line of their own: no footnote mark is one more digit."""
    plain, marks = split_marks(line)
    return line.text if not marks else f"{make_line(plain).text}\n{make_line(marks).text}"


def _is_full(line: Line, box: Box) -> bool:
    """Whether a line reaches so far that no further character has room in its cell."""
    return (box.right - box.left) - (line.right - line.left) < 1.1 * line.size


def _append(text: str, line: str, is_full: bool) -> str:
    if text[-1:].isdigit() and line[:1].isdigit():
        return text + line if is_full else f"{text}\n{line}"
    return join_wrapped(text, line)


def is_cut(lattice: Lattice, page: Box) -> bool:
    """Whether a table reaches the side of the page, so that columns may be missing."""
    return lattice.xs[0] <= page.left + _EDGE or lattice.xs[-1] >= page.right - _EDGE


def make_grid(lattice: Lattice, texts: list[str], page: int, cut: bool = False) -> Grid | None:
    """The grid of a table; None where it is a frame around running text or has but one column.

    Where the side of the page cuts it (``cut``) one more column says that there were cells, and not what they held.
    """
    rows, columns = len(lattice.ys) - 1, len(lattice.xs) - 1
    if columns < 2 or rows * columns > MAX_SLOTS:
        return None
    if columns <= _PROSE_COLUMNS and any(len(text) > _PROSE for text in texts):
        return None
    missing = len(lattice.cells) - len(texts)
    cells = [
        Cell(text, row, column, height, width, page)
        for (row, column, height, width), text in zip(lattice.cells, (*texts, *[""] * missing), strict=True)
    ]
    slots = [[cells[n] for n in row] for row in lattice.owner]
    if cut:
        slots = [[*row, Cell(UNKNOWN, r, columns, 1, 1, page)] for r, row in enumerate(slots)]
    return Grid(slots, True, page)

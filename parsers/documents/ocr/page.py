"""One picture of a page to its tables and lines of text: ruling lines first, then words, cut where lines run."""

import time
from collections.abc import Sequence

import numpy as np
from PIL import Image

from parsers.documents.ocr.cells import MIN_SCORE, check_cells
from parsers.documents.ocr.engine import Engine, Word
from parsers.documents.ocr.pixels import SCALE, Grey, Mask, find_ink, straighten, to_grey
from parsers.documents.ocr.rules import find_rules
from parsers.documents.pdf.build import Leaf, Table
from parsers.documents.pdf.cells import fill_lattice, make_grid, split_glyphs
from parsers.documents.pdf.flow import Sheet
from parsers.documents.pdf.join import Piece
from parsers.documents.pdf.page import Box, Glyph
from parsers.documents.pdf.rules import Lattice, find_lattices
from parsers.documents.pdf.text import make_lines
from parsers.errors import NotAReport

# A page of a form takes ten to thirty seconds.
PAGE_SECONDS = 240.0
# Lines of text are looked for in a smaller picture; below that digits of small print are missed.
_FIND_SCALE = 0.75
# The picture of a long web page is searched in parts of about so many pixels.
_PART = 2400
_BATCH = 32
# How far ruling lines reach into a cell, and what is no print any more, in points.
_BORDER = 1.2
_MIN_WIDTH = 2.0
_MIN_HEIGHT = 3.5
_TALL = 1.6
_MARGIN = 2
# How large the em square is and where the base line stands, in parts of the height of a box, which has a margin; how
# wide a letter is in em squares.
_EM = 0.8
_FOOT = 0.15
_LETTER = 0.55


class Watch:
    """An engine that stops when a page takes too long."""

    def __init__(self, engine: Engine, page: int, seconds: float = PAGE_SECONDS) -> None:
        self._engine, self._page, self._seconds = engine, page, seconds
        self._end = time.monotonic() + seconds

    def find_boxes(self, grey: Grey) -> list[Box]:
        """As the engine does."""
        self._check()
        return self._engine.find_boxes(grey)

    def read_crops(self, crops: Sequence[Grey]) -> list[Word]:
        """As the engine does, a batch at a time."""
        words: list[Word] = []
        for n in range(0, len(crops), _BATCH):
            self._check()
            words += self._engine.read_crops(crops[n : n + _BATCH])
        return words

    def _check(self) -> None:
        if time.monotonic() > self._end:
            raise NotAReport(f"page {self._page} is a picture that took more than {self._seconds:.0f} s to read")


def read_page(grey: Grey, number: int, engine: Engine) -> Leaf:
    """The tables and the text of one page."""
    watch = Watch(engine, number)
    grey = straighten(grey)
    ink = find_ink(grey)
    lattices = find_lattices(find_rules(grey))
    pieces = cut_boxes(find_words(grey, watch), lattices, ink)
    words = watch.read_crops([crop_of(grey, piece) for piece in pieces])
    glyphs = [
        glyph
        for piece, word in zip(pieces, words, strict=True)
        if word.score >= MIN_SCORE
        for glyph in spread_word(word.text, piece)
    ]
    inside, outside = split_glyphs(glyphs, lattices)
    tables: list[Table] = []
    for lattice, own in zip(lattices, inside, strict=True):
        grid = make_grid(lattice, check_cells(lattice, fill_lattice(lattice, own), grey, ink, watch), number)
        if grid is None:
            outside += own
        else:
            tables.append(Table(Piece(grid, lattice.xs), lattice.box))
    height, width = grey.shape
    return Leaf(tables, Sheet(number, Box(0.0, 0.0, width / SCALE, height / SCALE), make_lines(outside)))


def find_words(grey: Grey, engine: Engine) -> list[Box]:
    """The boxes of lines of text in points; a long picture is searched in parts, cut between lines."""
    boxes: list[Box] = []
    top = 0
    while top < len(grey):
        bottom = _find_cut(grey, top)
        part = Image.fromarray(grey[top:bottom])
        size = max(1, round(part.width * _FIND_SCALE)), max(1, round(part.height * _FIND_SCALE))
        for box in engine.find_boxes(to_grey(part.resize(size, Image.Resampling.LANCZOS))):
            left, right = box.left / _FIND_SCALE / SCALE, box.right / _FIND_SCALE / SCALE
            upper, lower = (top + box.top / _FIND_SCALE) / SCALE, (top + box.bottom / _FIND_SCALE) / SCALE
            boxes.append(Box(left, upper, right, lower))
        top = bottom
    return boxes


def _find_cut(grey: Grey, top: int) -> int:
    """Where the part that begins at a row of pixels ends: at the lightest row in its last fifth."""
    if len(grey) - top <= _PART:
        return len(grey)
    start = top + _PART * 4 // 5
    return start + int(np.argmax(grey[start : top + _PART].sum(axis=1, dtype=np.int64)))


def cut_boxes(boxes: Sequence[Box], lattices: Sequence[Lattice], ink: Mask) -> list[Box]:
    """Boxes of text cut where a ruling line runs through them, tall ones into lines; those without ink are dropped."""
    cut = [piece for box in boxes for piece in _cut_box(box, lattices)]
    lines = [line for piece in cut for line in (_split_tall(piece, ink) if _is_tall(piece) else [piece])]
    return [line for line in lines if _part_of(ink, line).any()]


def _cut_box(box: Box, lattices: Sequence[Lattice]) -> list[Box]:
    """The parts of a box that lie in different cells of the table that its middle lies in."""
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    for lattice in lattices:
        frame = lattice.box
        if frame.left <= x <= frame.right and frame.top <= y <= frame.bottom:
            parts = [_overlap(box, lattice.box_of(n)) for n in range(len(lattice.cells))]
            least = min(_MIN_HEIGHT, 0.5 * (box.bottom - box.top))
            return [p for p in parts if p.right - p.left >= _MIN_WIDTH and p.bottom - p.top >= least]
    return [box]


def _overlap(box: Box, cell: Box) -> Box:
    return Box(
        max(box.left, cell.left + _BORDER),
        max(box.top, cell.top + _BORDER),
        min(box.right, cell.right - _BORDER),
        min(box.bottom, cell.bottom - _BORDER),
    )


def _is_tall(box: Box) -> bool:
    return box.bottom - box.top > max(_TALL * (box.right - box.left), 20.0)


def _split_tall(box: Box, ink: Mask) -> list[Box]:
    """The lines of a box whose text runs from top to bottom, parted by rows without ink."""
    rows = _part_of(ink, box).any(axis=1).astype(np.int8)
    steps = np.diff(np.pad(rows, 1))
    lines: list[Box] = []
    for start, end in zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True):
        upper, lower = box.top + start / SCALE, box.top + end / SCALE
        # The strokes of 二 and 三 are one character.
        if lines and lower - lines[-1].top <= 1.1 * (box.right - box.left):
            lines[-1] = Box(box.left, lines[-1].top, box.right, lower)
        else:
            lines.append(Box(box.left, upper, box.right, lower))
    return lines


def _part_of(ink: Mask, box: Box) -> Mask:
    left, top = max(round(box.left * SCALE), 0), max(round(box.top * SCALE), 0)
    part: Mask = ink[top : max(round(box.bottom * SCALE), 0), left : max(round(box.right * SCALE), 0)]
    return part


def crop_of(grey: Grey, box: Box) -> Grey:
    """The pixels of a box with a narrow margin."""
    left, top = max(round(box.left * SCALE) - _MARGIN, 0), max(round(box.top * SCALE) - _MARGIN, 0)
    return grey[top : round(box.bottom * SCALE) + _MARGIN, left : round(box.right * SCALE) + _MARGIN]


def spread_word(text: str, box: Box) -> list[Glyph]:
    """The characters of a line over its box: Chinese ones one em square wide, letters and digits about half."""
    widths = [_LETTER if char.isascii() else 1.0 for char in text]
    whole = sum(widths)
    height = box.bottom - box.top
    base = box.bottom - _FOOT * height
    glyphs: list[Glyph] = []
    left, spaced = box.left, False
    for char, width in zip(text, widths, strict=True):
        right = left + (box.right - box.left) * width / whole
        if char.isspace():
            spaced = True
        else:
            glyphs.append(Glyph(char, left, right, box.top, box.bottom, base, _EM * height, spaced))
            spaced = False
        left = right
    return glyphs

"""The second reading of the tables of a PDF: pdfplumber's ruled grid, with its own idea of lines, cells and text."""

import io
import logging
from collections.abc import Sequence
from typing import Any

import pdfplumber

from parsers.documents.model import Block, Document, Grid
from parsers.documents.pdf.cells import make_grid
from parsers.documents.pdf.join import Piece, join_pieces
from parsers.documents.pdf.rules import Lattice, with_owner
from parsers.documents.pdf.text import fold, join_wrapped

# pdfplumber takes some 40 ms a page.
MAX_PAGES = 60
MAX_CELLS = 5000
# A table goes on over a page break where it ends this far down and the next one begins this far up.
_LOWER, _UPPER = 0.6, 0.25
_SAME = 1.5

_Bounds = tuple[float, float, float, float]


def read_second(data: bytes) -> Document:
    """A document of nothing but the ruled tables of a PDF, as pdfplumber finds them; without any where it fails."""
    # It warns about every odd font; what matters here is only what it reads.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    blocks: list[Block] = []
    open_piece: Piece | None = None
    try:
        with pdfplumber.open(io.BytesIO(data)) as file:
            for page in file.pages[:MAX_PAGES]:
                open_piece = _add_page(blocks, page, open_piece)
                page.close()
    except Exception:
        # A file that only PDFium can open has no second reading.
        return Document(blocks, "pdf", is_flat=True)
    return Document(blocks, "pdf", is_flat=True)


def _add_page(blocks: list[Block], page: Any, before: Piece | None) -> Piece | None:
    """Add the tables of a page; gives the one that may go on on the next page."""
    height = float(page.height)
    last: Piece | None = None
    for place, table in enumerate(page.find_tables()):
        piece = _read_table(table, int(page.page_number))
        if piece is None:
            continue
        is_first = place == 0 and table.bbox[1] < _UPPER * height
        joined = join_pieces(before, piece) if before is not None and is_first else None
        if joined is not None:
            blocks.pop()
        piece = joined or piece
        blocks.append(piece.grid)
        last = piece if table.bbox[3] > _LOWER * height else None
    return last


def _read_table(table: Any, page: int) -> Piece | None:
    boxes: list[_Bounds] = []
    texts: list[str] = []
    for row, written in zip(table.rows, table.extract(), strict=False):
        for box, text in zip(row.cells, written, strict=False):
            if box is not None:
                boxes.append(box)
                texts.append(_one_text(text or ""))
    if not boxes or len(boxes) > MAX_CELLS:
        return None
    lattice = _make_lattice(boxes)
    grid: Grid | None = make_grid(lattice, texts, page)
    return Piece(grid, lattice.xs) if grid is not None else None


def _one_text(text: str) -> str:
    """The lines of a cell as one text; digits on two lines are kept apart."""
    whole = ""
    for line in fold(text).split("\n"):
        whole = f"{whole}\n{line}" if whole[-1:].isdigit() and line[:1].isdigit() else join_wrapped(whole, line.strip())
    return whole


def _make_lattice(boxes: Sequence[_Bounds]) -> Lattice:
    """The table that boxes of cells make."""
    xs = _levels([x for box in boxes for x in (box[0], box[2])])
    ys = _levels([y for box in boxes for y in (box[1], box[3])])
    cells = []
    for x0, y0, x1, y1 in boxes:
        column, row = _place(xs, x0), _place(ys, y0)
        cells.append((row, column, max(1, _place(ys, y1) - row), max(1, _place(xs, x1) - column)))
    return with_owner(xs, ys, cells)


def _levels(values: Sequence[float]) -> list[float]:
    levels: list[float] = []
    for value in sorted(values):
        if not levels or value - levels[-1] > _SAME:
            levels.append(value)
    return levels


def _place(levels: Sequence[float], value: float) -> int:
    return min(range(len(levels)), key=lambda n: abs(levels[n] - value))

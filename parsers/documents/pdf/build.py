"""The pages of a PDF to one document: tables and paragraphs in reading order, tables joined over page breaks."""

import re
from collections.abc import Sequence

import msgspec

from parsers.documents.model import Block, Document
from parsers.documents.pdf.cells import fill_lattice, is_cut, make_grid, split_glyphs
from parsers.documents.pdf.columns import Placed, find_regions
from parsers.documents.pdf.flow import Sheet, Writer, drop_furniture, find_margins
from parsers.documents.pdf.join import Piece, join_pieces
from parsers.documents.pdf.objects import rules_of_fills
from parsers.documents.pdf.page import Box, Glyph
from parsers.documents.pdf.pages import RawPage, find_layered, find_notes, read_pages
from parsers.documents.pdf.rules import Lattice, find_lattices, find_separators
from parsers.documents.pdf.text import Line, make_lines

# How far a table that the side of the page cuts is taken to go on.
_BEYOND = 50.0
# How far a line stands below the one before it, in em squares.
_LEADING = 1.3
_NUMBERS = re.compile(r"[-\d.,]+(?: [-\d.,/]+){2,}")


class Table(msgspec.Struct):
    """A table of one page and where it stands."""

    piece: Piece
    box: Box


class Leaf(msgspec.Struct):
    """One page as it is read: its tables, and the text outside them."""

    tables: list[Table]
    sheet: Sheet


def build_document(data: bytes) -> Document:
    """The document in the bytes of a PDF file; see ``parsers.documents.pdf.read_pdf``."""
    pages = read_pages(data)
    leaves = [read_leaf(page) for page in pages]
    drop_furniture([leaf.sheet for leaf in leaves])
    add_unruled(leaves)
    notes = [*find_notes(pages), *find_stray(leaves)]
    layered = frozenset(find_layered(pages))
    return Document(lay_out(leaves), "pdf", notes=notes, second=lambda: _read_second(data), pictures=layered)


def _read_second(data: bytes) -> Document:
    # pdfplumber is slow to import and to read; most files need no second reading.
    from parsers.documents.pdf.second import read_second

    return read_second(data)


def read_leaf(page: RawPage) -> Leaf:
    """One page parted into tables and lines of text."""
    lattices = find_lattices(page.drawing)
    if not lattices and len(page.drawing.fills) > 2:
        lattices = find_lattices(rules_of_fills(page.drawing.fills))
    tables, outside = _read_tables(lattices, page)
    visible = [glyph for glyph in outside if page.box.left <= glyph.centre <= page.box.right]
    separators = find_separators(page.drawing, [table.box for table in tables])
    return Leaf(tables, Sheet(page.number, page.box, make_lines(visible), separators))


def find_stray(leaves: Sequence[Leaf]) -> list[str]:
    """Notes on lines of nothing but numbers outside of all tables: they may be numbers that a table lacks."""
    return [
        f"page {leaf.sheet.number}: a line of numbers stands in no table ({line.text[:40]})"
        for leaf in leaves
        for line in leaf.sheet.lines
        if _NUMBERS.fullmatch(line.text)
    ]


def add_unruled(leaves: Sequence[Leaf]) -> None:
    """Turn the lines that are rows of a table without ruling lines into that table, on the page where it begins."""
    regions = [region for lines in _find_strips(leaves) for region in find_regions(lines)]
    if not regions:
        return
    taken = {id(line) for region in regions for line in region.lines}
    begins = {id(region.lines[0]): region for region in regions}
    for leaf in leaves:
        found = [begins[id(line)] for line in leaf.sheet.lines if id(line) in begins]
        leaf.sheet.lines = [line for line in leaf.sheet.lines if id(line) not in taken]
        leaf.tables += [Table(Piece(region.grid, []), region.box) for region in found]


def _find_strips(leaves: Sequence[Leaf]) -> list[list[Placed]]:
    """The lines of all pages as if the pages were one under another, parted where a ruled table is at a page break."""
    strips: list[list[Placed]] = []
    goes_on = False
    for leaf in leaves:
        lines = leaf.sheet.lines
        if not lines:
            goes_on = goes_on and not leaf.tables
            continue
        shift = 0.0
        if goes_on and lines[0].base < min((table.box.top for table in leaf.tables), default=lines[-1].bottom):
            last = strips[-1][-1]
            # How far apart the lines on both sides of a page break would stand cannot be told: near.
            shift = last.line.base + last.shift + _LEADING * lines[0].size - lines[0].base
        else:
            strips.append([])
        strips[-1] += [Placed(line, leaf.sheet.number, shift) for line in lines]
        goes_on = lines[-1].base > max((table.box.bottom for table in leaf.tables), default=lines[0].top)
    return strips


def _read_tables(lattices: list[Lattice], page: RawPage) -> tuple[list[Table], list[Glyph]]:
    inside, outside = split_glyphs(page.glyphs, lattices)
    tables: list[Table] = []
    for lattice, own in zip(lattices, inside, strict=True):
        cut = is_cut(lattice, page.box)
        grid = make_grid(lattice, fill_lattice(lattice, own), page.number, cut) if own else None
        if grid is None:
            outside += own
        else:
            xs = [*lattice.xs, lattice.xs[-1] + _BEYOND] if cut else lattice.xs
            tables.append(Table(Piece(grid, xs), lattice.box))
    return tables, outside


def lay_out(leaves: Sequence[Leaf]) -> list[Block]:
    """The blocks of all pages in reading order."""
    whole = find_margins([line for leaf in leaves for line in leaf.sheet.lines])
    blocks: list[Block] = []
    writer = Writer()
    last: Piece | None = None
    for leaf in leaves:
        margins = find_margins(leaf.sheet.lines, whole)
        for place, item in enumerate(_in_order(leaf)):
            if isinstance(item, Line):
                writer.add(item, leaf.sheet.number, margins)
                last = None
                continue
            blocks += writer.take()
            joined = join_pieces(last, item.piece) if last is not None and place == 0 else None
            if joined is not None:
                blocks.pop()
            last = joined or item.piece
            blocks.append(last.grid)
    return blocks + writer.take()


def _in_order(leaf: Leaf) -> list[Table | Line]:
    """The tables and lines of a page from top to bottom."""
    items: list[Table | Line] = [*leaf.tables, *leaf.sheet.lines]
    return sorted(items, key=lambda item: item.base if isinstance(item, Line) else item.box.top)

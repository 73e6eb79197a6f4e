"""Files that are shown as a page: the archived page itself, the lines of a text, or the document as it was read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from output.pages.evidence import EvidencePage
from parsers.documents.encoding import decode, drop_zero_width
from parsers.documents.html import parse_html, read_tree
from parsers.documents.model import Cell, Document, Grid
from parsers.documents.text import MAX_LINES
from parsers.errors import NotAReport
from xxgk.evidence.clean import strip_tree
from xxgk.evidence.marker import CellWant, Marker, Wanted, best_reading, fitting, grids_of

# lxml keeps the line of an element in so many bits.
_MAX_NUMBER = 65_535
# XML knows no such characters; a page may hold them.
_NO_CHARACTERS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)], "\ufffd")


def page_as_archived(data: bytes, document: Document, wanted: Wanted) -> EvidencePage | None:
    """The page itself, made harmless, with an id on each cell; None where it cannot be read in the same way again.

    The tree is read by the reader of pages with its elements numbered in place of their lines, so that each cell of a
    grid names its element.
    """
    try:
        root = parse_html(drop_zero_width(decode(data)[0]).encode("utf-8", "replace"))
        elements = _number(root)
        grids = best_reading(read_tree(root), wanted)
    except NotAReport:
        return None
    if wanted.cells and not fitting(grids, wanted):
        return None
    body = root.find("body") if root.tag == "html" else root
    top = body if body is not None else root
    strip_tree(top)
    if top.tag in ("body", "html"):
        top.tag = "div"
    marker = Marker(top, wanted)
    _place_cells(marker, grids, elements, wanted)
    marker.mark_words(wanted.words)
    html, near = marker.to_html()
    return EvidencePage("html", html, near)


def _number(root: etree._Element) -> dict[int, etree._Element]:
    """Give every element a number in place of its line; the elements by number."""
    numbered: dict[int, etree._Element] = {}
    for number, element in enumerate(root.iter(etree.Element), 1):
        if number >= _MAX_NUMBER:
            element.sourceline = _MAX_NUMBER  # type: ignore[misc]
            continue
        element.sourceline = number  # type: ignore[misc]
        numbered[number] = element
    return numbered


def _place_cells(marker: Marker, grids: Sequence[Grid], elements: Mapping[int, etree._Element], wanted: Wanted) -> None:
    """Name the elements of the cells, and mark those that stand in a line with others."""
    by_table: dict[int, list[CellWant]] = defaultdict(list)
    for want in wanted.cells:
        by_table[want.table].append(want)
    for table, wants in by_table.items():
        grid = grids[table] if table < len(grids) else None
        lines: dict[int, None] = {}
        for want in wants:
            cell = want.cell_in(grids)
            element = elements.get(cell.line) if cell is not None else None
            if element is not None and element.tag in ("td", "th"):
                marker.name(element, want)
            elif element is not None and cell is not None:
                lines[cell.line] = None
            else:
                marker.name_near(_element_of(grid, want, elements, marker.root), want.anchor, "near")
        if grid is not None and lines:
            by_place = {(want.row, want.column): want for want in wants}
            for line, cells in _cells_by_line(grid, lines).items():
                marker.mark_line(elements[line], cells, by_place)


def _cells_by_line(grid: Grid, lines: Iterable[int]) -> dict[int, list[Cell]]:
    """The cells that begin in each of the lines, in the order of reading."""
    found: dict[int, list[Cell]] = {line: [] for line in lines}
    for r, row in enumerate(grid.rows):
        for c, cell in enumerate(row):
            if cell.row == r and cell.column == c and cell.line in found:
                found[cell.line].append(cell)
    return found


def _element_of(
    grid: Grid | None, want: CellWant, elements: Mapping[int, etree._Element], root: etree._Element
) -> etree._Element | None:
    """What surrounds a cell that has no element of its own: the line of its row, else its table."""
    if grid is None:
        return None
    row = grid.rows[want.row] if want.row < len(grid.rows) else []
    for line in (*(cell.line for cell in row), grid.line):
        element = elements.get(line)
        if element is not None and (element is root or root in element.iterancestors()):
            table = next(element.iterancestors("table"), None) if element.tag in ("td", "th") else None
            return element if table is None else table
    return None


def page_of_text(data: bytes, document: Document, wanted: Wanted) -> EvidencePage | None:
    """The text line by line, with the words of each cell marked."""
    root = etree.Element("div", {"class": "text"})
    lines: dict[int, etree._Element] = {}
    for number, text in enumerate(drop_zero_width(decode(data)[0]).splitlines()[:MAX_LINES], 1):
        line = etree.SubElement(root, "div", {"class": "line"})
        line.text = text.translate(_NO_CHARACTERS)
        lines[number] = line
    marker = Marker(root, wanted)
    _place_cells(marker, best_reading(document, wanted), lines, wanted)
    marker.mark_words(wanted.words)
    html, near = marker.to_html()
    return EvidencePage("text", html, near)


def page_as_read(data: bytes, document: Document, wanted: Wanted) -> EvidencePage | None:
    """The paragraphs and tables of the document as they were read: not what the file looks like."""
    grids = best_reading(document, wanted)
    blocks = document.blocks
    if grids != grids_of(document):
        # The tables of another reading have no place among the paragraphs of this one.
        blocks = [*(block for block in blocks if not isinstance(block, Grid)), *grids]
    root = etree.Element("div", {"class": "read"})
    elements: dict[tuple[int, int, int], etree._Element] = {}
    table = 0
    for block in blocks:
        if isinstance(block, Grid):
            asked = max((want.column for want in wanted.cells if want.table == table), default=-1)
            root.append(_grid_element(block, table, asked, elements))
            table += 1
        else:
            paragraph = etree.SubElement(root, f"h{block.level}" if block.level else "p")
            paragraph.text = block.text.translate(_NO_CHARACTERS)
    marker = Marker(root, wanted)
    for want in wanted.cells:
        element = elements.get((want.table, want.row, want.column))
        if element is None:
            marker.name_near(None, want.anchor, "near")
        else:
            marker.name(element, want)
    marker.mark_words(wanted.words)
    html, near = marker.to_html()
    return EvidencePage("read", html, near)


def _grid_element(
    grid: Grid, table: int, asked: int, elements: dict[tuple[int, int, int], etree._Element]
) -> etree._Element:
    """A grid as a table, without the empty columns at its right but for those up to the last one ``asked`` for.

    ``elements`` takes in its cells.
    """
    filled = (c for row in grid.rows for c, cell in enumerate(row) if cell.column == c and cell.text.strip())
    end = max(asked, max(filled, default=-1)) + 1
    made = etree.Element("table")
    for r, row in enumerate(grid.rows):
        line = etree.SubElement(made, "tr")
        for c, cell in enumerate(row[:end]):
            if cell.row == r and cell.column == c:
                spans = {"rowspan": str(cell.row_span), "colspan": str(min(cell.column_span, end - c))}
                element = etree.SubElement(line, "td", {k: v for k, v in spans.items() if v != "1"})
                element.text = cell.text.translate(_NO_CHARACTERS)
                elements[table, r, c] = element
    return made

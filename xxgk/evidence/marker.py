"""What is to be marked in a file, and the marking of it in a tree."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from lxml import etree

from parsers.documents import find_flat_tables
from parsers.documents.model import Cell, Document, Grid
from xxgk.evidence.clean import add_spot, cut_texts, texts_by_id, to_safe_html
from xxgk.evidence.text import TextIndex, find_in_order, pack
from xxgk.evidence.wrap import Span, mark_spans


class CellWant(msgspec.Struct, frozen=True):
    """A cell that a value was read from: its place in the tables of the document, its line, its text."""

    anchor: str
    raw: str
    table: int
    row: int
    column: int
    line: int

    def cell_in(self, grids: Sequence[Grid]) -> Cell | None:
        """The cell of this place, where it holds this text."""
        if self.table >= len(grids) or self.row >= len(grids[self.table].rows):
            return None
        slots = grids[self.table].rows[self.row]
        cell = slots[self.column] if self.column < len(slots) else None
        return cell if cell is not None and cell.text == self.raw else None


class WordsWant(msgspec.Struct, frozen=True):
    """Words that were counted: the title of their section, the paragraph that they stand in, and where in it."""

    anchor: str
    raw: str
    title: str
    line: str
    start: int


class Wanted(msgspec.Struct, frozen=True):
    """Everything that was read of one file."""

    cells: list[CellWant]
    words: list[WordsWant]

    def raws(self) -> dict[str, str]:
        """The text that was read at each anchor."""
        cells = {want.anchor: want.raw for want in self.cells}
        return cells | {want.anchor: want.raw for want in self.words}


def best_reading(document: Document, wanted: Wanted) -> list[Grid]:
    """The grids of the reading of a document in which most of the cells stand where they are said to stand."""
    best, most = grids_of(document), fitting(grids_of(document), wanted)
    if most == len(wanted.cells):
        return best
    for other in (_flattened(document), document.second):
        grids = grids_of(other()) if other else []
        found = fitting(grids, wanted)
        if found > most:
            best, most = grids, found
    return best


def _flattened(document: Document) -> Callable[[], Document] | None:
    copy = msgspec.structs.replace(document, blocks=list(document.blocks))
    return (lambda: copy) if find_flat_tables(copy) else None


def grids_of(document: Document) -> list[Grid]:
    """The tables of a document in their order."""
    return [block for block in document.blocks if isinstance(block, Grid)]


def fitting(grids: Sequence[Grid], wanted: Wanted) -> int:
    """How many of the cells stand in the grids with the text that was read."""
    return sum(want.cell_in(grids) is not None for want in wanted.cells)


class Near(NamedTuple):
    """What cannot be marked exactly: the element around it (None: the whole page), and the note that says why."""

    element: etree._Element | None
    note: str


class Marker:
    """Collects what is to be marked in a tree, and marks it all at once.

    ``anchored`` are elements that are the very cell; ``spans`` words in the text of the tree.
    """

    def __init__(self, root: etree._Element, wanted: Wanted) -> None:
        self.root = root
        self.index = TextIndex(root)
        self._raws = wanted.raws()
        self._spans: list[Span] = []
        self._near: dict[str, Near] = {}

    def name(self, element: etree._Element, want: CellWant) -> None:
        """Make an element the place of a cell, where its text is that of the cell."""
        if element.get("id") or pack("".join(element.itertext())) != pack(want.raw):
            self.name_near(element, want.anchor, "near")
        else:
            element.set("id", want.anchor)

    def name_near(self, element: etree._Element | None, anchor: str, note: str) -> None:
        """Make an element the surroundings of something."""
        self._near.setdefault(anchor, Near(element, note))

    def mark_line(
        self, element: etree._Element, cells: Sequence[Cell], wants: Mapping[tuple[int, int], CellWant]
    ) -> None:
        """Mark those of the cells of one line that are wanted, found in it one after the other."""
        start, end = self.index.span_of(element)
        for cell, place in zip(cells, find_in_order(self.index, [c.text for c in cells], start, end), strict=True):
            want = wants.get((cell.row, cell.column))
            if want is None:
                continue
            if place is None:
                self.name_near(element, want.anchor, "near" if cell.text else "blank")
            else:
                self._spans.append(Span(want.anchor, *place))

    def mark_words(self, words: Sequence[WordsWant]) -> None:
        """Mark words by the paragraph that they stand in; paragraphs are looked for in their order."""
        stream, cursor = self.index.stream, 0
        title = ""
        for want in words:
            if want.title != title:
                title = want.title
                place = stream.find(pack(title), cursor) if title else -1
                cursor = place if place >= 0 else cursor
            line = pack(want.line)
            place = stream.find(line, cursor)
            place = place if place >= 0 else stream.find(line)
            if place < 0:
                self.name_near(None, want.anchor, "near")
                continue
            cursor = place
            start = place + len(pack(want.line[: want.start]))
            self._spans.append(Span(want.anchor, start, start + len(pack(want.raw))))

    def to_html(self) -> tuple[str, int]:
        """The marked tree as safe HTML, and how many of the anchors only name surroundings."""
        for anchor in mark_spans(self.root, self._spans):
            self.name_near(None, anchor, "near")
        cut_texts(self.root)
        named = {e.get("id") for e in self.root.iter() if e.get("id")}
        for anchor in self._raws:
            if anchor not in named:
                self._near.setdefault(anchor, Near(None, "near"))
        self._add_spots(self._near)
        html = to_safe_html(self.root)
        wrong = self._wrong(html)
        if wrong:
            # The page was mended on the way: what is not the same any more names its surroundings only.
            self._unname(wrong)
            html = to_safe_html(self.root)
        return html, len(self._near) + len(wrong)

    def _wrong(self, html: str) -> set[str]:
        texts = texts_by_id(html, lambda element: pack("".join(element.itertext())))
        return {a for a, raw in self._raws.items() if a not in self._near and texts.get(a) != pack(raw)}

    def _unname(self, anchors: set[str]) -> None:
        near: dict[str, Near] = {}
        for element in list(self.root.iter()):
            anchor = element.get("id") or ""
            if anchor in anchors:
                element.attrib.pop("id")
                near[anchor] = Near(element if element.tag != "mark" else None, "near")
        self._add_spots(near)

    def _add_spots(self, near: Mapping[str, Near]) -> None:
        for anchor, (element, note) in near.items():
            add_spot(self.root if element is None else element, anchor, note)

"""Word files (DOCX, DOCM, and what LibreOffice makes of older ones) to a document: paragraphs and grids in order.

The XML is read itself and not through python-docx: that loads every picture of the file, refuses macro and "strict"
documents and those with a link that leads nowhere, and takes 22 ms for one table where this takes 1. Nothing in the
file is run or fetched. The header and footer of the pages and the file's own properties (title, author: often those
of the file that served as a template) are not read. Limits: two paragraphs whose parting mark was deleted as a
tracked change stay two.
"""

import zipfile
from collections.abc import Callable

from lxml import etree

from parsers.documents.model import Block, Document, Grid, Paragraph
from parsers.documents.packed.zips import read_member
from parsers.documents.word.styles import Styles
from parsers.documents.word.table import read_rows
from parsers.documents.word.text import PICTURE, Inline, unwrap
from parsers.documents.word.xml import R, W, read_part, read_relations
from parsers.errors import NotAReport
from parsers.grid import SourceCell, expand_spans

ReadBytes = Callable[[bytes], Document]

_P = f"{W}p"
_TBL = f"{W}tbl"
# As in HTML: a text too long for a cell of a table of numbers, in a row of few cells, makes a table a layout.
_LAYOUT_TEXT = 400
_LAYOUT_CELLS = 3
# Files inside the file that are looked into: sheets set in as objects, pages set in as chunks.
_MAX_EMBEDDED = 8


def read_docx(archive: zipfile.ZipFile, read_embedded: ReadBytes) -> Document:
    """The document of an opened package; ``read_embedded`` reads sheets and pages that are set into it.

    Raises NotAReport where the package has no main part, or it is broken, outsize or declares entities.
    """
    main = next((part for kind, part in read_relations(archive, "").values() if kind == "officeDocument"), "")
    root = read_part(archive, main or "word/document.xml")
    body = root.find(f"{W}body") if root is not None else None
    if body is None:
        raise NotAReport("a DOCX file without its text (word/document.xml); it is broken or cut off")
    reader = _Reader(archive, main or "word/document.xml", read_embedded)
    reader.walk(body)
    document = Document(reader.blocks, "docx")
    if any(name.endswith("vbaProject.bin") for name in archive.namelist()):
        document.notes.append("the file holds macros, which were not run")
    document.notes += reader.notes
    return document


class _Reader:
    """Walks the body and collects blocks; ``line`` counts the paragraphs of the file, those in cells as well."""

    def __init__(self, archive: zipfile.ZipFile, part: str, read_embedded: ReadBytes) -> None:
        self.blocks: list[Block] = []
        self.notes: list[str] = []
        self.line = 0
        self._archive = archive
        self._relations = read_relations(archive, part)
        self._read_embedded = read_embedded
        self._embedded = 0
        self._inner: list[etree._Element] = []
        self._hanging: list[Inline] = []
        self._footnotes: dict[tuple[str, str], etree._Element] | None = None
        self._styles = Styles(self._related("styles"), self._related("numbering"))

    def _related(self, wanted: str) -> etree._Element | None:
        name = next((part for kind, part in self._relations.values() if kind == wanted), "")
        return read_part(self._archive, name) if name else None

    def walk(self, container: etree._Element) -> None:
        """Add the blocks of the body, a text box, a note or a cell of a layout table."""
        for child in unwrap(container):
            if child.tag == _P:
                self._add_paragraph(child)
            elif child.tag == _TBL:
                self._add_table(child)
            elif child.tag == f"{W}altChunk":
                self._add_embedded(child.get(f"{R}id", ""))

    def _add_paragraph(self, paragraph: etree._Element) -> None:
        self.line += 1
        inline = Inline(self._styles, False).walk(paragraph)
        lines = inline.lines()
        if lines:
            lines[0] = self._styles.list_mark(paragraph) + lines[0]
            level = self._styles.heading_level(paragraph)
            self.blocks += [Paragraph(text, level, self.line) for text in lines]
        self._add_hanging(inline)

    def _add_hanging(self, inline: Inline) -> None:
        """Add what hangs on a paragraph behind it: text boxes, footnotes, embedded files."""
        for box in inline.boxes:
            self.walk(box)
        for mark in inline.notes:
            note = self._find_note(mark)
            if note is not None:
                self.walk(note)
        for identity in inline.embedded:
            self._add_embedded(identity)

    def _find_note(self, mark: tuple[str, str]) -> etree._Element | None:
        """The note that a mark leads to; each is given once, so that notes that mark themselves end."""
        if self._footnotes is None:
            self._footnotes = {}
            for kind in ("footnote", "endnote"):
                root = self._related(f"{kind}s")
                for note in root.iter(f"{W}{kind}") if root is not None else ():
                    self._footnotes[kind, note.get(f"{W}id", "")] = note
        return self._footnotes.pop(mark, None)

    # ------------------------------------------------------------ tables

    def _add_table(self, table: etree._Element) -> None:
        outer, self._inner = self._inner, []
        hanging, self._hanging = self._hanging, []
        line, counted = self.line, self._styles.counted()
        rows = read_rows(table, self._read_cell)
        if _is_layout(rows, self._inner):
            # The paragraphs are read once more as blocks.
            self.line = line
            self._styles.count_from(counted)
            self._inner, self._hanging = outer, hanging
            for row in unwrap(table):
                for cell in unwrap(row):
                    self.walk(cell)
            return
        self.blocks.append(Grid(expand_spans(rows), True, line + 1))
        inner, self._inner = self._inner, outer
        own, self._hanging = self._hanging, hanging
        for item in inner:
            self._add_table(item)
        for inline in own:
            self._add_hanging(inline)

    def _read_cell(self, cell: etree._Element) -> tuple[str, int]:
        """The text of a cell, one line a paragraph, and its line; tables inside that are no mere frame are kept."""
        first = self.line + 1
        lines: list[str] = []
        has_picture = False
        for child in unwrap(cell):
            if child.tag == _P:
                has_picture = self._read_cell_paragraph(child, lines) or has_picture
            elif child.tag == _TBL and _is_frame(child):
                inner = next(child.iter(f"{W}tc"))
                lines.append(self._read_cell(inner)[0])
            elif child.tag == _TBL:
                self._inner.append(child)
        text = "\n".join(filter(None, lines))
        return (PICTURE if has_picture and not text else text), first

    def _read_cell_paragraph(self, paragraph: etree._Element, lines: list[str]) -> bool:
        """Add the lines of a paragraph in a cell; True where it holds a picture."""
        self.line += 1
        inline = Inline(self._styles, True).walk(paragraph)
        found = inline.lines()
        if found:
            found[0] = self._styles.list_mark(paragraph) + found[0]
        lines += found
        for box in inline.boxes:
            lines += [line for item in box.iter(_P) for line in Inline(self._styles, True).walk(item).lines()]
        inline.boxes.clear()
        if inline.notes or inline.embedded:
            self._hanging.append(inline)
        return inline.has_picture

    # ------------------------------------------------------------ files inside

    def _add_embedded(self, identity: str) -> None:
        """Add the blocks of a sheet or page that is set into the document; what cannot be read is told."""
        _, name = self._relations.get(identity, ("", ""))
        self._embedded += 1
        if self._embedded > _MAX_EMBEDDED or name not in self._archive.NameToInfo:
            return
        try:
            self.blocks += self._read_embedded(read_member(self._archive, self._archive.getinfo(name))).blocks
        except NotAReport as error:
            self.notes.append(f"a file set into the document was not read: {error}")


def _is_frame(table: etree._Element) -> bool:
    """Whether a table inside a cell has a single cell: a frame around that cell's text."""
    cells = table.iter(f"{W}tc")
    next(cells, None)
    return next(cells, None) is None and next(table.iter(f"{W}tc"), None) is not None


def _is_layout(rows: list[list[SourceCell]], inner: list[etree._Element]) -> bool:
    """Whether a table arranges text or other tables and holds no numbers of its own."""
    own = sum(map(len, rows))
    if inner and sum(1 for table in inner for _ in table.iter(f"{W}tc")) >= own:
        return True
    if max(map(len, rows), default=0) <= 1:
        return True
    return any(len(cell[0]) > _LAYOUT_TEXT for row in rows if len(row) <= _LAYOUT_CELLS for cell in row)

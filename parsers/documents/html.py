"""HTML to a document: paragraphs, headings and grids in reading order, whatever tags they hang in.

The page is walked once. Tables that hold the article, not numbers, are walked through like any other container;
the rest become grids by the span rules of ``parsers.grid``.
"""

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

from parsers.documents.model import Block, Document, Grid, Paragraph
from parsers.documents.text import rows_to_blocks, split_rows
from parsers.documents.tokens import Token
from parsers.errors import NotAReport
from parsers.grid import MAX_COLUMN_SPAN, MAX_ROW_SPAN, SourceCell, expand_spans, read_span
from parsers.text import squeeze

# Elements that hold nothing a reader of the page sees.
_SKIPPED = frozenset(
    "script style noscript template textarea select option iframe object embed svg head button audio video map".split()
)
_BLOCKS = frozenset(
    "p div section article main header footer nav aside ul ol li dl dt dd blockquote center form fieldset figure "
    "figcaption address pre hr body html h1 h2 h3 h4 h5 h6 table thead tbody tfoot tr td th caption".split()
)
_LEVELS = {f"h{n}": n for n in range(1, 7)}
_CELLS = frozenset(("td", "th"))
_GROUPS = frozenset(("tbody", "thead", "tfoot"))
# No form has wider rows; what is longer are cells of many rows that stand without any.
MAX_ROW_CELLS = 16
MAX_LOOSE_CELLS = 5000
# Inside a cell these part what stands before from what stands after: a footnote mark is not one more digit.
_PARTING = frozenset(("br", "p", "div", "li", "sup", "sub", "del", "s", "strike", "ul", "ol", "h1", "h2", "h3", "h4"))
_find_link_list = etree.XPath("count(.//li) >= 3 and count(.//a) >= count(.//li)")
_LAYOUT_TEXT = 400
_LAYOUT_CELLS = 3
# An object replacement character stands for a picture in a cell that holds nothing else.
_PICTURE = "\ufffc"
_MAX_ELEMENTS = 400_000
_MAX_DEPTH = 5_000

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_HIDDEN_SPAN = re.compile(rb"<span[^>]{0,400}display\s*:\s*none", re.IGNORECASE)
# A tag is taken out only where its > follows the tag's name or a quote, so that a > inside an attribute does not end
# it; tags over a line end are left, so that line numbers stay true.
_SPAN_TAG = re.compile(rb"</?(?:span|o:p)(?: [^<>\n]*[\"'])?>")
_MANY_SPANS = 400


def read_html(source: bytes, encoding: str = "utf-8") -> Document:
    """Read a page from UTF-8; ``encoding`` is what it was in before."""
    return read_tree(parse_html(source), encoding)


def read_tree(root: etree._Element, encoding: str = "utf-8") -> Document:
    """Read a page that was parsed; the lines of its blocks and cells are the ``sourceline`` of their elements."""
    body = root.find("body") if root.tag == "html" else root
    walker = _Walker()
    walker.walk(body if body is not None else root)
    if not walker.blocks and root.find(".//script") is not None:
        raise NotAReport("the page holds no text, only script: a challenge page, or one that a browser has to build")
    page_title, metas = _read_head(root)
    return Document(walker.blocks, "html", encoding, False, page_title, metas)


def parse_html(source: bytes) -> etree._Element:
    """The tree of a page; raises NotAReport where it has none."""
    if source.count(b"<span") >= _MANY_SPANS and not (b"display" in source and _HIDDEN_SPAN.search(source)):
        # Word pastes wrap single characters; without these tags the tree is a third of the size, the text the same.
        source = _SPAN_TAG.sub(b"", source)
    if b"\0" in source:
        source = source.replace(b"\0", b"")
    try:
        root = etree.fromstring(source, _parser())
    except (etree.XMLSyntaxError, etree.ParserError) as error:
        raise NotAReport(f"the page cannot be parsed as HTML ({str(error)[:80]})") from None
    if root is None:
        raise NotAReport("the page holds no HTML element")
    return root


@cache
def _parser() -> etree.HTMLParser:
    # Without huge_tree libxml2 drops what is nested deeper than 254 elements without a word.
    return etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)


def _read_head(root: etree._Element) -> tuple[str, dict[str, str]]:
    head = root.find("head")
    if head is None:
        return "", {}
    title = head.find("title")
    metas: dict[str, str] = {}
    for meta in head.iter("meta"):
        name, content = meta.get("name"), meta.get("content")
        if name and content and len(metas) < 64:
            metas.setdefault(name.strip().lower(), squeeze(content[:500]))
    return squeeze(title.text[:500]) if title is not None and title.text else "", metas


class _Walker:
    """Walks the elements in order and collects blocks; ``low`` is the fewest containers open since the last block."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.parts: list[str] = []
        self.line = 0
        self.level = 0
        self.low = 0
        self.open = 0
        self.seen = 0

    def walk(self, top: etree._Element) -> None:
        stack: list[tuple[etree._Element, Iterator[etree._Element]]] = [(top, iter(top))]
        parts = self.parts
        if top.text:
            parts.append(top.text)
        while stack:
            parent, children = stack[-1]
            self.open = len(stack)
            for element in children:
                if self._enter(element, len(stack)):
                    stack.append((element, iter(element)))
                    break
                if element.tail:
                    parts.append(element.tail)
            else:
                stack.pop()
                if parent.tag in _BLOCKS:
                    self.flush()
                if len(stack) < self.low:
                    self.low = len(stack)
                if stack and parent.tail:
                    parts.append(parent.tail)
        self.flush()

    def _enter(self, element: etree._Element, depth: int) -> bool:
        """Take in what an element starts with; True where its children are to be walked."""
        tag = element.tag
        if tag in _BLOCKS:
            self.flush()
            if tag == "table" and not self._enter_table(element, depth):
                return False
            if tag == "ul" and _is_link_list(element):
                return False
            self.line = element.sourceline or 0
            self.level = _LEVELS.get(tag, 0)
            if tag == "pre":
                self._enter_preformatted(element)
                return False
        elif tag == "br":
            self.flush()
            return False
        elif tag in _SKIPPED:
            return False
        self.seen += 1
        if depth > _MAX_DEPTH or self.seen > _MAX_ELEMENTS:
            raise NotAReport(
                f"the page nests over {_MAX_DEPTH} levels or holds over {_MAX_ELEMENTS} elements; it is not read"
            )
        if element.text:
            self.parts.append(element.text)
        if len(element):
            return True
        if tag in _BLOCKS:
            self.flush()
        return False

    def _enter_table(self, table: etree._Element, depth: int) -> bool:
        """Add a table as a grid; True where it is a layout table, to be walked through."""
        nested = sum(1 for _ in table.iter("table")) > 1
        rows = _table_rows(table, nested)
        if nested and _is_layout_around(table, rows):
            return True
        if max(map(len, rows), default=0) <= 1 or _holds_prose(rows):
            return True
        if any(len(row) > MAX_ROW_CELLS for row in rows):
            self._add_loose(rows, table)
            return False
        caption = table.find("caption")
        if caption is not None:
            self.parts.append(_cell_text(caption) if len(caption) else _plain(caption.text))
            self.flush()
        self.blocks.append(Grid(expand_spans(rows), True, table.sourceline or 0, self.low))
        self.low = depth
        if nested:
            self._add_nested(table, depth)
        return False

    def _add_loose(self, rows: list[list[SourceCell]], table: etree._Element) -> None:
        """Add a table with cells outside any row: its rows are told by the labels, as in a text of one cell a line.

        A table of more cells than all forms together have is none of them, and is passed over.
        """
        if sum(map(len, rows)) > MAX_LOOSE_CELLS:
            return
        numbered = [(r if len(row) <= MAX_ROW_CELLS else -1, row) for r, row in enumerate(rows)]
        cells = [(r, text, line) for r, row in numbered for text, _, _, line in row]
        tokens = [Token(text, n, r) for n, (r, text, _) in enumerate(cells)]
        for block in rows_to_blocks(split_rows(tokens), [line for _, _, line in cells]):
            block.depth = self.low
            self.blocks.append(block)

    def _add_nested(self, table: etree._Element, depth: int) -> None:
        for inner in table.iter("table"):
            if inner is not table and not _is_single_cell(inner):
                grid = expand_spans(_table_rows(inner, False))
                self.blocks.append(Grid(grid, True, inner.sourceline or 0, depth))

    def _enter_preformatted(self, element: etree._Element) -> None:
        line = element.sourceline or 0
        for n, text in enumerate("".join(element.itertext()).splitlines()):
            self.line = line + n
            self.parts.append(text)
            self.flush()

    def flush(self) -> None:
        """End the paragraph that is being collected."""
        if not self.parts:
            return
        text = squeeze("".join(self.parts))
        self.parts.clear()
        if text:
            self.blocks.append(Paragraph(text, self.level, self.line, self.low))
            self.low = self.open
        self.level = 0


def _is_link_list(element: etree._Element) -> bool:
    """Whether a list is navigation: at least three items, each a link."""
    return bool(_find_link_list(element))


def _table_rows(table: etree._Element, nested: bool) -> list[list[SourceCell]]:
    """The rows of a table itself, without those of tables inside it; cells outside any ``tr`` are rows of their own."""
    rows: list[list[SourceCell]] = []
    for group in table:
        if group.tag in _GROUPS:
            first = len(rows)
            _add_rows(rows, group, nested)
            _end_spans(rows, first)
    _add_rows(rows, table, nested)
    return rows


def _add_rows(rows: list[list[SourceCell]], group: etree._Element, nested: bool) -> None:
    loose: list[SourceCell] = []
    for child in group:
        tag = child.tag
        if tag == "tr":
            loose = []
            row: list[SourceCell] = []
            # The innermost loop of the whole reader: what a plain cell needs stands here, the rest in functions.
            for cell in child:
                if cell.tag in _CELLS:
                    text = cell.text
                    if len(cell):
                        text = _cell_text(cell, nested)
                    elif text is None:
                        text = ""
                    elif not text.isdigit():
                        text = _plain(text)
                    row_span, column_span = cell.get("rowspan"), cell.get("colspan")
                    if row_span is None and column_span is None:
                        row.append((text, 1, 1, cell.sourceline or 0))
                    else:
                        row.append(_spanning_cell(text, row_span, column_span, cell.sourceline or 0))
            rows.append(row)
        elif tag in _CELLS:
            if not loose:
                rows.append(loose)
            text = _cell_text(child, nested) if len(child) else _plain(child.text)
            loose.append(_spanning_cell(text, child.get("rowspan"), child.get("colspan"), child.sourceline or 0))


def _spanning_cell(text: str, row_span: str | None, column_span: str | None, line: int) -> SourceCell:
    return (
        text,
        1 if row_span is None else read_span(row_span, MAX_ROW_SPAN),
        1 if column_span is None else read_span(column_span, MAX_COLUMN_SPAN),
        line,
    )


def _end_spans(rows: list[list[SourceCell]], first: int) -> None:
    """Let no row span reach past the end of the row group that begins with row ``first``."""
    last = len(rows)
    for r in range(first, last):
        for c, (text, row_span, column_span, line) in enumerate(rows[r]):
            if row_span != 1:
                rows[r][c] = (text, min(row_span or last, last - r), column_span, line)


def _plain(text: str | None) -> str:
    if not text:
        return ""
    text = text.strip()
    return _BLANKS.sub(" ", text) if " " in text or "\n" in text or "\t" in text else text


def _cell_text(cell: etree._Element, nested: bool = False) -> str:
    """The text of a cell with one line feed where blocks, line breaks or small raised print part it."""
    first = cell[0]
    around = (cell.text or "") + (first.tail or "")
    if len(cell) == 1 and not len(first) and first.tag in ("p", "b", "strong", "div") and not around.strip():
        return _plain(first.text)
    parts: list[str] = []
    _collect(cell, parts, nested, 0)
    lines = (_plain(line) for line in "".join(parts).split("\v"))
    text = "\n".join(line for line in lines if line)
    if not text and next(cell.iter("img"), None) is not None:
        return _PICTURE
    return text


def _collect(element: etree._Element, parts: list[str], nested: bool, depth: int) -> None:
    """Append the texts below an element, with a vertical tab at each parting."""
    if element.text:
        parts.append(element.text)
    for child in element:
        tag = child.tag
        parting = tag in _PARTING
        if parting:
            parts.append("\v")
        if tag == "input":
            parts.append(child.get("value") or "")
        elif depth > 200:
            parts.append("".join(child.itertext()))
        elif tag not in _SKIPPED and not _is_hidden(child) and not (nested and _is_table_of_its_own(child)):
            _collect(child, parts, nested, depth + 1)
        if parting:
            parts.append("\v")
        if child.tail:
            parts.append(child.tail)


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style")
    return style is not None and "none" in style and re.search(r"display\s*:\s*none", style) is not None


def _is_table_of_its_own(element: etree._Element) -> bool:
    return element.tag == "table" and not _is_single_cell(element)


def _is_single_cell(table: etree._Element) -> bool:
    """Whether a table inside a cell is only a frame around that cell's text."""
    cells = table.iter("td", "th")
    next(cells, None)
    return next(cells, None) is None


def _holds_prose(rows: list[list[SourceCell]]) -> bool:
    """Whether a cell of a row of few cells holds a text too long for a cell of a table of numbers."""
    return any(len(cell[0]) > _LAYOUT_TEXT for row in rows if len(row) <= _LAYOUT_CELLS for cell in row)


def _is_layout_around(table: etree._Element, rows: list[list[SourceCell]]) -> bool:
    """Whether a table with tables inside serves the layout: more cells stand in those than in its own rows."""
    own = sum(map(len, rows))
    inner = sum(1 for _ in table.iter("td", "th")) - own
    framed = sum(1 for t in table.iter("table") if t is not table and _is_single_cell(t))
    return inner - framed >= own

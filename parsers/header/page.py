"""What is looked at of a page: the lines and grids in front of the text, its head, and both ends of its text."""

import re
from collections.abc import Sequence

import msgspec

from parsers.documents.model import Block, Cell, Document, Grid, Paragraph
from parsers.header.words import load_words
from parsers.text import squeeze

# So many blocks in front of the first heading may hold the title; what stands before is navigation.
_FRONT = 120
# Without a heading the title is looked for from the start.
_FRONT_WITHOUT_HEADING = 600
# So many lines above the text belong to it; further up are the titles and dates of other pages.
NEAR = 40
_MAX_GRID_ROWS = 30
# In so many blocks in front of the first heading the opening sentences stand; the length of a paragraph of them.
_PREAMBLE_BLOCKS, _PREAMBLE = 12, 1500
_SENTENCE = 24
_PUNCTUATION = re.compile("[。，,；;]")
_TEXT_START, _TEXT_END = 3000, 160
# No label, title or name is looked for further on in a line or cell.
MAX_LINE = 500
# The report is announced and its maker named in so many characters at the start of the text.
OPENING = 800


class Page(msgspec.Struct, frozen=True):
    """The parts of a page that tell of its report.

    A None among the ``lines`` is a grid, over which no title is joined; ``levels`` are those of the headings, 0 for
    other lines. ``is_open`` says that no heading ends the front. ``start`` and ``end`` are those of the text.
    """

    title: str
    metas: dict[str, str]
    lines: list[str | None]
    levels: list[int]
    grids: list[Grid]
    is_open: bool
    start: str
    end: str
    url: str | None

    def meta(self, name: str) -> str:
        """The content of a <meta> tag, or an empty text."""
        return self.metas.get(name, "")

    def last_lines(self) -> list[str]:
        """The filled lines near the text, trimmed, the nearest first."""
        return [line.strip() for line in reversed(self.lines[-NEAR:]) if line]


def collect_page(document: Document, body_start: int, body_text: str, url: str | None) -> Page:
    """The page of a document whose text begins at block ``body_start``.

    Of the blocks, those near the first heading are taken, or the first ones where there is no heading.
    """
    blocks = document.blocks
    is_open = body_start >= len(blocks)
    chosen = blocks[:_FRONT_WITHOUT_HEADING] if is_open else blocks[max(0, body_start - _FRONT) : body_start]
    start = "\n".join((*_preamble(chosen, is_open), body_text[:_TEXT_START]))
    end = body_text[-_TEXT_END:]
    page = Page(document.page_title, document.metas, [], [], [], is_open, start, end, url)
    for block in chosen:
        if isinstance(block, Paragraph):
            page.lines.append(block.text[:MAX_LINE])
            page.levels.append(block.level)
        elif len(block.rows) <= _MAX_GRID_ROWS:
            page.grids.append(block)
            page.lines.extend(map(_single_text, block.rows))
            page.levels.extend([0] * len(block.rows))
    return page


def _preamble(front: Sequence[Block], is_open: bool) -> list[str]:
    """The sentences that open a report in front of its first heading: who made it, for which period, whom to ask.

    Navigation and labels in front of them are short, or have no punctuation of a sentence.
    """
    if is_open:
        return []
    texts = [block.text for block in front[-_PREAMBLE_BLOCKS:] if isinstance(block, Paragraph)]
    return [text[:_PREAMBLE] for text in texts if len(text) >= _SENTENCE and _PUNCTUATION.search(text)]


def _single_text(row: list[Cell]) -> str | None:
    """The text of a row with one filled cell, which is a line as well: a title in a layout table."""
    found: Cell | None = None
    for cell in row:
        if cell.text and cell is not found:
            if found is not None:
                return None
            found = cell
    return squeeze(found.text[:MAX_LINE]) if found is not None else None


def read_breadcrumb(page: Page) -> list[str]:
    """The steps of 当前位置：首页 > 政务公开 > …, without blanks; of several such lines, that nearest to the text."""
    words = load_words().text
    for line in reversed(page.lines):
        if not line or not (line.count(">") > 1 or any(word in line for word in words.column)):
            continue
        separator = next((mark for mark in words.separators if mark in line), "/")
        steps = [part.split() for part in re.split("[:：]", line.replace(separator, ":")) if part.strip()]
        # What stands behind a blank in a step is no step: a title or a label that follows on the line.
        return [step[0] for step in steps]
    return []

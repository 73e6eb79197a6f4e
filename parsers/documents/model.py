"""The one document model: whatever the format was, a report is an ordered list of paragraphs and grids.

A grid is rectangular. A slot that a spanning cell covers holds the very same ``Cell`` object as the slot
where that cell begins, so ``grid.rows[r][c] is grid.rows[cell.row][cell.column]`` tells the owner.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class Cell(msgspec.Struct, frozen=True, gc=False):
    """One printed cell: its text, the slot where it begins, how many slots it covers, its line in the source.

    ``text`` is trimmed; a line break or paragraph border inside the cell is kept as one line feed.
    """

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    line: int = 0


class Grid(msgspec.Struct):
    """A table as rows of slots, all rows of one length.

    ``aligned`` is False where the source dropped blank cells or pushed them to the end of a row, so that a
    cell's column says only in which order it was printed.
    """

    rows: list[list[Cell]]
    aligned: bool = True
    line: int = 0
    depth: int = 0


class Paragraph(msgspec.Struct, gc=False):
    """A piece of running text. ``level`` is 1 to 6 where the source marks a heading, else 0.

    ``depth`` is the smallest number of containers that were still open between the block before and this
    one: it falls where the source leaves the article for a footer. Formats without containers leave it 0.
    """

    text: str
    level: int = 0
    line: int = 0
    depth: int = 0


Block = Paragraph | Grid


class Document(msgspec.Struct):
    """What was read from the bytes: blocks in reading order, and what the source says of itself.

    ``metas`` maps lower-cased names of <meta> tags (articletitle, pubdate, contentsource, columnname ...) to
    their content and is empty for formats that have none; ``page_title`` is the text of <title>. ``is_flat`` says
    that the source has no tables of its own, so that the tables in its lines were looked for already. ``second`` reads
    the tables once more in another way, for formats in which tables have to be found (see ``parsers.second``).
    ``pictures`` are the pages (the ``line`` of their cells) that were read by character recognition.
    """

    blocks: list[Block]
    source_format: str
    encoding: str = "utf-8"
    is_flat: bool = False
    page_title: str = ""
    metas: dict[str, str] = msgspec.field(default_factory=dict)
    notes: list[str] = msgspec.field(default_factory=list)
    second: Callable[[], Document] | None = None
    pictures: frozenset[int] = frozenset()

"""Plain text to a document: lines become paragraphs, and the tables in them become grids.

The same serves a page whose tables were flattened into paragraphs.
"""

import re
from collections.abc import Sequence

from parsers.documents.model import Block, Cell, Document, Grid, Paragraph
from parsers.documents.tokens import (
    MAX_BARE_CELL,
    PipeReader,
    Token,
    has_pipes,
    is_furniture,
    meaning,
    split_bare,
)
from parsers.forms.schema import Meaning, is_caption, is_official, read_label
from parsers.grid import MAX_COLUMNS
from parsers.headings import find_heading, split_at_headings
from parsers.text import squeeze

MAX_LINES = 200_000
# Between two cells of a table without pipes may stand a piece of a broken label, not a sentence.
_MAX_GAP = 8
_MIN_BARE_VALUES = 3
_MIN_BARE_LABELS = 2
_MIN_VOTES = 3
# Header lines of table 4 in one row, with their padding, have fewer cells.
_MAX_HEADER = 64
_SENTENCE = re.compile(r"[。!！?？;；]|[，,].*[，,]")


def read_text(text: str, encoding: str = "utf-8") -> Document:
    """Read plain text; each line is a paragraph unless it is part of a table."""
    paragraphs: list[Block] = []
    for number, line in enumerate(text.splitlines()[:MAX_LINES], 1):
        if line and not line.isspace():
            paragraphs.append(Paragraph(line, 0, number))
    return Document(find_tables(paragraphs), "text", encoding, True)


def find_tables(blocks: list[Block]) -> list[Block]:
    """The blocks with every table that stands in consecutive paragraphs made a grid; the rest is kept."""
    finder = _Finder()
    for block in blocks:
        if isinstance(block, Grid):
            finder.end()
            finder.blocks.append(block)
            continue
        for part in split_at_headings(block.text):
            finder.add(part, block)
    finder.end()
    return _align(finder.blocks)


class _Finder:
    """Collects the lines of one table after another; ``gap`` are lines that may still belong to it.

    Lines are counted in ``sources``, which keeps their place in the source: a page may be one line.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.sources: list[int] = []
        self.lines: list[Paragraph] = []
        self.gap: list[Paragraph] = []
        self.tokens: list[Token] = []
        self.pipes = PipeReader()

    def add(self, text: str, source: Paragraph) -> None:
        line = Paragraph(text, source.level, len(self.sources), source.depth)
        self.sources.append(source.line)
        if self.lines and is_furniture(text):
            if has_pipes(text):
                self.pipes.drop_invented_header()
            return
        if find_heading(text) is not None and not has_pipes(text) and not (self.lines and is_caption(text)):
            self.end()
            self._keep(line)
        elif has_pipes(text):
            if self.tokens and not _is_table(self.tokens):
                # Labels on lines of their own in front of the first pipe belong to its table.
                self.gap = self.lines + self.gap
                self.lines, self.tokens = [], []
            self._flush_bare()
            self._add_gap_to_pipes()
            self.lines.append(line)
            self.pipes.add(text, line.line)
        else:
            self._add_bare(line)

    def _add_bare(self, line: Paragraph) -> None:
        cells = (
            [Token(line.text, line.line)] if self.lines and is_caption(line.text) else split_bare(line.text, line.line)
        )
        if cells is not None:
            if self.pipes.tokens or self.pipes.waiting:
                if len(cells) == 1:
                    self._add_gap_to_pipes()
                    self.lines.append(line)
                    self.pipes.add(line.text, line.line)
                    return
                self.end()
            self._take_gap()
            self.lines.append(line)
            self.tokens.extend(cells)
        elif self.lines and len(self.gap) < _MAX_GAP and _is_fragment(line.text):
            self.gap.append(line)
        else:
            self.end()
            self._keep(line)

    def _add_gap_to_pipes(self) -> None:
        for line in self.gap:
            self.lines.append(line)
            self.pipes.add(line.text, line.line)
        self.gap.clear()

    def _take_gap(self) -> None:
        for line in self.gap:
            self.lines.append(line)
            self.tokens.append(Token(line.text.strip(), line.line))
        self.gap.clear()

    def _flush_bare(self) -> None:
        """A table without pipes ends where one with pipes begins."""
        if self.tokens:
            lines = self.lines
            self._close(_join_wrapped(self.tokens), lines, bare=True)
            self.lines, self.tokens = [], []

    def end(self) -> None:
        """End the table that is being collected and keep the lines that turned out not to be part of it."""
        gap, self.gap = self.gap, []
        if self.lines:
            self.pipes.close()
            if self.pipes.tokens:
                self._close(self.pipes.tokens, self.lines, bare=False)
            else:
                self._close(_join_wrapped(self.tokens), self.lines, bare=True)
        self.lines, self.tokens, self.pipes = [], [], PipeReader()
        for line in gap:
            self._keep(line)

    def _close(self, tokens: list[Token], lines: list[Paragraph], bare: bool) -> None:
        if bare and not _is_table(tokens):
            for line in lines:
                self._keep(line)
            return
        depth = min(line.depth for line in lines)
        for block in rows_to_blocks(split_rows(tokens), self.sources):
            block.depth = depth
            self.blocks.append(block)

    def _keep(self, line: Paragraph) -> None:
        text = squeeze(line.text)
        if text:
            self.blocks.append(Paragraph(text, line.level, self.sources[line.line], line.depth))


def _is_fragment(text: str) -> bool:
    plain = text.strip()
    return len(plain) <= MAX_BARE_CELL and _SENTENCE.search(plain) is None


def _is_table(tokens: list[Token]) -> bool:
    """Whether cells without any border are a table: official labels with numbers among them."""
    words = [meaning(token) for token in tokens]
    labels = sum(1 for word in words if word.is_row or word.outcome or word.branch or word.top)
    # Digits run together are one token, and may be a whole row of numbers.
    values = sum(max(1, len(token.text) // 3) for token in tokens if token.kind == "value")
    return labels >= _MIN_BARE_LABELS and values >= _MIN_BARE_VALUES


def _join_wrapped(tokens: list[Token]) -> list[Token]:
    """Labels that were broken over lines made whole, where the pieces together are an official label."""
    joined: list[Token] = []
    place = 0
    while place < len(tokens):
        size = next((n for n in (4, 3, 2) if _is_broken_label(tokens[place : place + n], n)), 1)
        text = "".join(token.text for token in tokens[place : place + size])
        joined.append(Token(text, tokens[place].line, tokens[place].row))
        place += size
    return joined


def _is_broken_label(pieces: list[Token], size: int) -> bool:
    if len(pieces) < size or any(piece.row >= 0 or piece.kind != "label" for piece in pieces):
        return False
    parts = [meaning(piece) for piece in pieces]
    if not is_official("".join(piece.text for piece in pieces)):
        return False
    return any(not (part.is_row or part.is_header) for part in parts)


def split_rows(tokens: list[Token]) -> list[list[Token]]:
    """Cells to rows: by the lines where those are rows, else a row begins at each label that follows a value."""
    rows: list[list[Token]] = []
    row: list[Token] = []
    for token in tokens:
        if row and _begins_row(row, token):
            rows.append(row)
            row = []
        row.append(token)
    if row:
        rows.append(row)
    return rows


def _begins_row(row: list[Token], token: Token) -> bool:
    last = row[-1]
    if len(row) >= MAX_COLUMNS:
        return True
    if token.row >= 0 and token.row == last.row:
        return False
    kind = token.kind
    if kind == "value" and last.row < 0 and _is_outcome_header(row):
        return True
    if token.row >= 0 or last.row >= 0:
        # The labels of torn tables stand alone on the line before their numbers.
        alone = last.row < 0 and len(row) <= _MAX_HEADER and all(item.kind == "label" for item in row)
        if kind == "blank" and token.row < 0:
            return False
        return not (alone and (kind == "value" or _goes_on(row, token)))
    if kind == "blank":
        return False
    if kind == "value":
        return _is_outcome_header(row)
    if last.kind != "label":
        return True
    word = meaning(token)
    if word.article or word.is_caption:
        return True
    if not word.is_row or word.is_header:
        return False
    # Two labels of rows of numbers follow one another where the numbers of the first were dropped.
    return all(_is_header(meaning(item)) for item in row) or any(_is_number_row(meaning(item)) for item in row)


def _is_number_row(word: Meaning) -> bool:
    """Whether a label by itself opens a row of numbers, and neither groups rows nor heads a column."""
    return word.is_row and not word.group and not word.is_header


def _goes_on(row: list[Token], token: Token) -> bool:
    """Whether a row line goes on with the group that stands alone on the line before it."""
    word = meaning(token)
    return bool(word.application_row) and any(meaning(item).group for item in row)


def _is_header(word: Meaning) -> bool:
    return word.is_header or not word.is_row


def _is_outcome_header(row: list[Token]) -> bool:
    """Whether a row is the header of table 4, below which the numbers stand in a row of their own."""
    if len(row) > _MAX_HEADER:
        return False
    outcomes = sum(1 for item in row if meaning(item).outcome or meaning(item).branch)
    return outcomes >= 2 and next(item.kind for item in reversed(row) if item.kind != "blank") == "label"


def rows_to_blocks(rows: list[list[Token]], sources: Sequence[int]) -> list[Block]:
    """Rows of cells as one grid; rows of a single cell that is no label of a form are paragraphs between grids.

    ``sources`` gives the line in the source for the line that a token names.
    """
    blocks: list[Block] = []
    pending: list[list[Token]] = []
    for row in rows:
        filled = [token for token in row if token.kind != "blank"]
        if not filled:
            continue
        if len(filled) == 1 and filled[0].kind == "label" and _is_prose(filled[0]):
            _add_grid(blocks, pending, sources)
            pending = []
            for part in split_at_headings(filled[0].text):
                blocks.append(Paragraph(squeeze(part), 0, sources[filled[0].line]))
        else:
            pending.append(row)
    _add_grid(blocks, pending, sources)
    return blocks


def _is_prose(token: Token) -> bool:
    word = meaning(token)
    return not (word.is_row or word.is_header) and len(token.text) > 4


def _add_grid(blocks: list[Block], rows: list[list[Token]], sources: Sequence[int]) -> None:
    if not rows:
        return
    # One column more than was printed: its blank slots stand for the cells that the source dropped.
    width = min(MAX_COLUMNS, max(map(len, rows)) + 1)
    cells = [
        [Cell(token.text, r, c, 1, 1, sources[token.line]) for c, token in enumerate(row[:width])]
        + [Cell("", r, c) for c in range(len(row), width)]
        for r, row in enumerate(rows)
    ]
    blocks.append(Grid(cells, False, sources[rows[0][0].line]))


def _align(blocks: list[Block]) -> list[Block]:
    """Mark the grids as aligned where the rows of table 3 show that blank cells were kept in their place.

    A row that ends with a number at the right border and has blanks between label and numbers comes from a text
    that keeps blanks; one with padding behind its numbers from a text that moves cells to the left.
    """
    grids = [block for block in blocks if isinstance(block, Grid) and not block.aligned]
    votes = [vote for grid in grids for row in grid.rows if (vote := _alignment_vote(row))]
    kept = sum(1 for vote in votes if vote > 0)
    # A blank total looks like padding, so a few votes against are expected.
    if kept >= _MIN_VOTES and kept > 2 * (len(votes) - kept):
        for grid in grids:
            grid.aligned = True
    return blocks


def _alignment_vote(row: list[Cell]) -> int:
    """1 for blanks kept in front of the label or behind it, -1 for padding behind the last number only, else 0."""
    labels = [c for c, cell in enumerate(row) if read_label(cell.text).application_row]
    if not labels:
        return 0
    if labels[-1] > 0 and not any(cell.text for cell in row[: labels[-1]]):
        return 1
    # The last slot of every row was added here, it was not printed.
    tail = row[labels[-1] + 1 : -1]
    values = [c for c, cell in enumerate(tail) if cell.text]
    if not values:
        return 0
    inside, behind = len(values) <= values[-1], values[-1] < len(tail) - 1
    return inside - behind

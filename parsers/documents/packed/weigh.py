"""How much of a report some blocks hold: what chooses among the files of an archive and the sheets of a workbook."""

from collections.abc import Sequence

import msgspec

from parsers.documents.model import Block, Document, Grid, Paragraph
from parsers.forms.schema import read_label
from parsers.header.titles import read_title
from parsers.headings import find_heading
from parsers.text import compact, label_key

# Fewer rows than these are a table of the report's own that shares a label with a form.
MIN_ROWS = 4
MIN_HEADINGS = 2


class Weight(msgspec.Struct):
    """The official rows that are printed (label to the numbers behind it) and the sections that are headed."""

    rows: dict[str, tuple[str, ...]]
    sections: frozenset[str]
    length: int

    @property
    def has_tables(self) -> bool:
        """Whether there are enough rows for a table of a form."""
        return len(self.rows) >= MIN_ROWS

    @property
    def has_text(self) -> bool:
        """Whether the sections of a report are there."""
        return len(self.sections) >= MIN_HEADINGS

    @property
    def size(self) -> tuple[int, int, int]:
        """What makes one copy fuller than another: numbers, sections, text."""
        return sum(map(len, self.rows.values())), len(self.sections), self.length


def weigh(blocks: Sequence[Block]) -> Weight:
    """The weight of some blocks; of a row that is printed twice the first counts."""
    rows: dict[str, tuple[str, ...]] = {}
    sections: set[str] = set()
    length = 0
    for block in blocks:
        if isinstance(block, Grid):
            _add_rows(rows, block)
        else:
            length += len(block.text)
            heading = find_heading(block.text)
            if heading is not None:
                sections.add(heading.section)
    return Weight(rows, frozenset(sections), length)


def weigh_document(document: Document) -> Weight:
    """The weight of a document."""
    return weigh(document.blocks)


def _add_rows(rows: dict[str, tuple[str, ...]], grid: Grid) -> None:
    for r, slots in enumerate(grid.rows):
        own = [cell for c, cell in enumerate(slots) if cell.row == r and cell.column == c]
        labels = [cell.text for cell in own if cell.text and read_label(cell.text).is_row]
        numbers = tuple(text for cell in own if (text := compact(cell.text)) and text[0].isdigit())
        # Labels such as 其他 stand in several groups; with the numbers of the group in front they are told apart.
        if labels and numbers:
            rows.setdefault("/".join(map(label_key, labels)), numbers)


def differ(one: Weight, other: Weight) -> bool:
    """Whether both print the same table, and not with the same numbers."""
    shared = one.rows.keys() & other.rows.keys()
    return len(shared) >= MIN_ROWS and any(one.rows[key] != other.rows[key] for key in shared)


def find_twins(weights: Sequence[Weight]) -> list[int]:
    """The places of the first two that print the same table with other numbers; empty where none do."""
    for place, weight in enumerate(weights):
        for before in range(place):
            if differ(weights[before], weight):
                return [before, place]
    return []


def find_title(blocks: Sequence[Block]) -> str | None:
    """The title of an annual report in front of the text, in its normal form; None where there is none."""
    lines = [block.text for block in blocks[:40] if isinstance(block, Paragraph)]
    for n, line in enumerate(lines):
        for text in (line, "".join(lines[n : n + 2])):
            title = read_title(text[:200])
            if title is not None and title.year is not None:
                return label_key(title.printed)
    return None

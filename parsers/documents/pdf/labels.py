"""The labels of tables without ruling lines: which lines of words belong to which row of numbers.

A label may be broken over lines above and below its numbers; its lines are those that make an official label
together. What stands to the left of the labels groups rows, or is printed from top to bottom.
"""

from functools import cache

import msgspec

from parsers.documents.pdf.text import Line
from parsers.forms.schema import is_official, statistics_form


class Row(msgspec.Struct):
    """A line as its cells: words in front, then numbers. ``before`` and ``after`` are lines that are the rest of its
    label; ``is_head`` says that its cells stand over columns. ``page`` is where the line stands."""

    words: list[Line]
    numbers: list[Line]
    before: list[Line] = []
    after: list[Line] = []
    is_head: bool = False
    page: int = 0

    @property
    def is_numbers(self) -> bool:
        """Whether the line is a row of the table and not only a part of a label."""
        return bool(self.numbers) and len(self.words) + len(self.numbers) > 1

    @property
    def own(self) -> list[Line]:
        """The cell of the line that is (a part of) its label: the last one in front of the numbers and their unit."""
        return [cell for cell in self.words if cell.text not in _units()][-1:]


@cache
def _units() -> frozenset[str]:
    statistics = statistics_form().statistics
    return frozenset(statistics.units) if statistics else frozenset()


def is_upright(cell: Line) -> bool:
    """Whether a cell is one character of a label that is printed from top to bottom."""
    return len(cell.text) == 1 and cell.text >= "\u2e80"


def drop_upright(rows: list[Row]) -> None:
    """Take single characters out of the lines that stand to the left of the labels: a label from top to bottom."""
    lefts = sorted(row.own[0].left for row in rows if row.is_numbers and row.own and not is_upright(row.own[0]))
    if not lefts:
        return
    left = lefts[len(lefts) // 2]
    for row in rows:
        row.words = [cell for cell in row.words if not (is_upright(cell) and cell.right < left)]


def share_words(items: list[Row]) -> set[int]:
    """Give the lines of words between the rows of numbers to the labels above or below; the cells left are headers.

    A header between two rows keeps what stands above it from the row below, and the other way round.
    """
    left: set[int] = set()
    above: Row | None = None
    runs = _split_at_rows(items)
    for n, (lines, heads, below) in enumerate(runs):
        words = [cell for cell in lines if _is_under(cell, above) or _is_under(cell, below)]
        following = runs[n + 1][0] if n + 1 < len(runs) and not runs[n + 1][1] else []
        after = _count_after(above, words, below if not heads else None, following)
        if above is not None:
            above.after = words[:after]
        rest = words[after:]
        front = _count_front(rest, below, following)
        if below is not None:
            below.before = rest[len(rest) - front :]
        taken = {id(cell) for cell in (*words[:after], *rest[len(rest) - front :])}
        left |= {id(cell) for cell in (*lines, *heads)} - taken
        above = below
    return left


def _is_under(cell: Line, row: Row | None) -> bool:
    """Whether a cell stands in the column of a row's label: what stands beside it groups rows."""
    return row is not None and any(cell.left < own.right and own.left < cell.right for own in row.own)


def _split_at_rows(items: list[Row]) -> list[tuple[list[Line], list[Line], Row | None]]:
    """(lines of words, cells of headers, the row of numbers below them) for each row, and for what is behind all."""
    runs: list[tuple[list[Line], list[Line], Row | None]] = []
    words: list[Line] = []
    heads: list[Line] = []
    for row in items:
        if row.is_numbers:
            runs.append((words, heads, row))
            words, heads = [], []
        elif row.is_head:
            heads += row.words
        else:
            words += (*row.words, *row.numbers)
    runs.append((words, heads, None))
    return runs


def _count_after(above: Row | None, words: list[Line], below: Row | None, following: list[Line]) -> int:
    """How many of the lines below a row of numbers end its label; the others may begin the next one."""
    if above is None:
        return 0
    fitting = [n for n in range(len(words) + 1) if is_official(_text(above.before, above.own, words[:n]))]
    for n in fitting:
        if below is None or _count_front(words[n:], below, following) == len(words) - n:
            return n
    if fitting:
        return fitting[0]
    if below is None or not below.own:
        return 0
    base, end = _base(above), _base(below)
    return sum(1 for cell in words if cell.base - base < end - cell.base)


def _count_front(words: list[Line], row: Row | None, following: list[Line]) -> int:
    """How many of the last of these lines begin the label of the row below them."""
    if row is None:
        return 0
    for front in range(len(words) + 1):
        before = words[len(words) - front :]
        if any(is_official(_text(before, row.own, following[:n])) for n in range(len(following) + 1)):
            return front
    return 0 if row.own else min(1, len(words))


def _base(row: Row) -> float:
    return (row.words or row.numbers)[-1].base


def _text(before: list[Line], own: list[Line], after: list[Line]) -> str:
    return "".join(cell.text for cell in (*before, *own, *after))


def label_cells(row: Row) -> list[str]:
    """The cells of a row in front of its numbers, its label with the lines above and below it."""
    own = {id(cell) for cell in row.own}
    whole = _text(row.before, row.own, row.after)
    texts = [whole if id(cell) in own else cell.text for cell in row.words]
    return texts if own or not whole else [*texts, whole]

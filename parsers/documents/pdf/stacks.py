"""Cells of several lines in tables without ruling lines: pieces of text under one another made one piece.

Pieces that stand under one another with little room between them may be lines of one cell, over a page break as
well. Whether they are is settled by the labels of the forms.
"""

from collections.abc import Iterator, Sequence

import msgspec

from parsers.documents.pdf.labels import Row
from parsers.documents.pdf.text import Line
from parsers.forms.schema import is_official

# How far apart two lines of one cell stand at most, in em squares; they may be paragraphs.
_APART = 2.8
# How far the edges or middles of two lines of one cell may stand apart, in em squares.
_ALIGNED = 0.7
# The longest label in the narrowest column.
_MAX_LINES = 24


class _Item(msgspec.Struct):
    """A piece and its row; ``is_own`` says that it is the label of numbers, or a part of it."""

    piece: Line
    row: Row
    is_own: bool


def join_stacks(rows: Sequence[Row]) -> None:
    """Join the words of the rows of a table that are lines of one official label.

    The joined piece stands in the row of its numbers, or else in the row in which it begins.
    """
    numbers = [row for row in rows if row.is_numbers]
    for stack in _find_stacks(rows):
        for items in _find_cells(stack):
            _join(items, numbers)


def _find_stacks(rows: Sequence[Row]) -> list[list[_Item]]:
    """Pieces that stand under one another, near enough to be lines of one cell."""
    stacks: list[list[_Item]] = []
    near: list[list[_Item]] = []
    for row in rows:
        if not row.words:
            continue
        own = {id(piece) for piece in row.own} if row.is_numbers else set()
        near = [stack for stack in near if not _is_apart(stack[-1].piece, row.words[0])]
        for piece in row.words:
            item = _Item(piece, row, id(piece) in own)
            above = max((s for s in near if _is_under(s[-1], item)), key=lambda s: s[-1].piece.base, default=None)
            if above is not None:
                above.append(item)
                continue
            stacks.append([item])
            near.append(stacks[-1])
    return stacks


def _is_under(above: _Item, item: _Item) -> bool:
    """Whether a piece may be the next line of the cell of another one."""
    one, other = above.piece, item.piece
    size = max(one.size, other.size)
    return (
        other.base - one.base > 0.5 * size
        and not _is_apart(one, other)
        and (
            abs(one.left - other.left) <= _ALIGNED * size
            or abs(one.left + one.right - other.left - other.right) <= 2 * _ALIGNED * size
        )
    )


def _is_apart(above: Line, line: Line) -> bool:
    return line.base - above.base > _APART * max(above.size, line.size)


def _find_cells(stack: list[_Item]) -> Iterator[list[_Item]]:
    """The cells of more than one piece in a stack: as many pieces as make an official label together."""
    start = 0
    while start < len(stack):
        end = min(len(stack), start + _MAX_LINES)
        while end > start and not _is_cell(stack[start:end]):
            end -= 1
        if end > start + 1:
            yield stack[start:end]
        start = max(end, start + 1)


def _is_cell(items: Sequence[_Item]) -> bool:
    """Whether pieces are one label, and not the labels of two rows of numbers."""
    own = sum(1 for item in items if item.is_own)
    return own <= 1 and is_official("".join(item.piece.text for item in items))


def _join(items: list[_Item], numbers: Sequence[Row]) -> None:
    """Put one piece for all of them where their numbers stand."""
    pieces = [item.piece for item in items]
    target = next((item for item in items if item.is_own), items[0])
    joined = msgspec.structs.replace(
        target.piece,
        text="".join(piece.text for piece in pieces),
        left=min(piece.left for piece in pieces),
        right=max(piece.right for piece in pieces),
        top=pieces[0].top,
        bottom=pieces[-1].bottom,
    )
    row = target.row if target.is_own else _find_numbers(joined, numbers) or target.row
    gone = {id(piece) for piece in pieces}
    for item in items:
        item.row.words = [piece for piece in item.row.words if id(piece) not in gone]
    row.words = sorted([*row.words, joined], key=lambda piece: piece.left)


def _find_numbers(label: Line, numbers: Sequence[Row]) -> Row | None:
    """The row of numbers that stands half-way up a label whose lines are above and below it."""
    beside = [row for row in numbers if label.top < row.numbers[0].base <= label.bottom]
    if len(beside) != 1 or any(piece.right > label.left for piece in beside[0].words):
        return None
    return beside[0]

"""Cells of several lines in tables without ruling lines: pieces of text under one another made one piece.

How far lines stand apart tells which may be one cell: the lines of a paragraph are near, its paragraphs a little
further, and over a page break nothing can be told. Whether they are one is settled by the labels of the forms.
"""

from collections.abc import Iterator, Sequence

import msgspec

from parsers.documents.pdf.labels import Row
from parsers.documents.pdf.text import Line
from parsers.forms.schema import is_official

# How far apart two lines of one paragraph, and two paragraphs of one cell, stand at most, in em squares.
_WRAPPED = 1.7
_PARAGRAPHS = 2.8
# How far the edges or middles of two lines of one cell may stand apart, in em squares.
_ALIGNED = 0.7
_MAX_BLOCKS = 6


class _Item(msgspec.Struct):
    """A piece and its row; ``is_own`` says that it is the label of numbers, or a part of it."""

    piece: Line
    row: Row
    is_own: bool


class _Stack(msgspec.Struct):
    """Pieces under one another, in blocks: within a block they are surely lines of one paragraph."""

    blocks: list[list[_Item]]

    @property
    def last(self) -> _Item:
        """The lowest piece."""
        return self.blocks[-1][-1]


def join_stacks(rows: Sequence[Row]) -> None:
    """Join the words of the rows of a table that are lines of one official label.

    The joined piece stands in the row of its numbers, or else in the row in which it begins.
    """
    for stack in _find_stacks(rows):
        for items in _find_cells(stack):
            _join(items)


def _find_stacks(rows: Sequence[Row]) -> list[_Stack]:
    stacks: list[_Stack] = []
    near: list[_Stack] = []
    for row in rows:
        own = {id(piece) for piece in row.own} if row.is_numbers else set()
        near = [stack for stack in near if row.words and not _is_apart(stack.last.piece, row.words[0])]
        for piece in row.words:
            item = _Item(piece, row, id(piece) in own)
            above = max((s for s in near if _is_under(s.last, item)), key=lambda s: s.last.piece.base, default=None)
            if above is None:
                stacks.append(_Stack([[item]]))
                near.append(stacks[-1])
            elif _is_wrapped(above.last, item):
                above.blocks[-1].append(item)
            else:
                above.blocks.append([item])
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
    return line.base - above.base > _PARAGRAPHS * max(above.size, line.size)


def _is_wrapped(above: _Item, item: _Item) -> bool:
    size = max(above.piece.size, item.piece.size)
    return above.row.page == item.row.page and item.piece.base - above.piece.base <= _WRAPPED * size


def _find_cells(stack: _Stack) -> Iterator[list[_Item]]:
    """The cells of more than one piece in a stack: as many blocks as make an official label together."""
    blocks = [part for block in stack.blocks for part in (_single(block) if _count_own(block) > 1 else [block])]
    start = 0
    while start < len(blocks):
        end = min(len(blocks), start + _MAX_BLOCKS)
        while end > start and not _is_cell(blocks[start:end]):
            end -= 1
        if end > start:
            yield [item for block in blocks[start:end] for item in block]
        start = max(end, start + 1)


def _single(block: list[_Item]) -> list[list[_Item]]:
    """A block that holds the labels of several rows is none: its rows stand as near as lines."""
    return [[item] for item in block]


def _count_own(block: list[_Item]) -> int:
    return sum(1 for item in block if item.is_own)


def _is_cell(blocks: Sequence[list[_Item]]) -> bool:
    items = [item for block in blocks for item in block]
    return _count_own(items) <= 1 and is_official("".join(item.piece.text for item in items))


def _join(items: list[_Item]) -> None:
    """Put one piece for all of them where their numbers stand."""
    target = next((item for item in items if item.is_own), items[0])
    pieces = [item.piece for item in items]
    joined = msgspec.structs.replace(
        target.piece,
        text="".join(piece.text for piece in pieces),
        left=min(piece.left for piece in pieces),
        right=max(piece.right for piece in pieces),
        top=pieces[0].top,
        bottom=pieces[-1].bottom,
    )
    for item in items:
        item.row.words = [
            joined if piece is target.piece else piece
            for piece in item.row.words
            if piece is target.piece or piece is not item.piece
        ]

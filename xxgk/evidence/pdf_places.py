"""Where cells and counted words stand on the pages of a PDF, from its characters and their boxes."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from parsers.documents.model import Grid
from xxgk.evidence.marker import CellWant, WordsWant
from xxgk.evidence.text import pack

_NUMBER = re.compile(r"[-+−]?[\d.,，]+%?")
# A gap of so much of the height of a character parts two words.
_GAP = 0.35
_SAME_LINE = 0.5


class Box(NamedTuple):
    """A place on the picture of a page, in points from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def with_(self, other: "Box") -> "Box":
        """The box around two boxes."""
        return Box(*map(min, self[:2], other[:2]), *map(max, self[2:], other[2:]))


class Word(NamedTuple):
    """Characters that stand together."""

    text: str
    box: Box


class PageText(NamedTuple):
    """A page: its size in points, its characters without white space, and the box of each."""

    width: float
    height: float
    text: str
    boxes: list[Box]


class Place(NamedTuple):
    """Where something stands: the page, from 0, and a box for each of its lines."""

    page: int
    boxes: list[Box]


def find_cells(pages: Sequence[PageText], grids: Sequence[Grid], cells: Iterable[CellWant]) -> dict[str, Place]:
    """The places of the cells that are found for certain.

    A row of a table is known by its numbers: where a page has as many lines with the same numbers as its tables have
    rows with them, the first line is the first row, and so on. The n-th number of the row is then that of the line.
    """
    by_page: dict[int, list[tuple[int, int, list[int], tuple[str, ...]]]] = defaultdict(list)
    for t, grid in enumerate(grids):
        for r, row in enumerate(grid.rows):
            own = [c for c, cell in enumerate(row) if cell.row == r and cell.column == c and _is_number(cell.text)]
            if own:
                page = row[own[0]].line - 1
                by_page[page].append((t, r, own, tuple(pack(row[c].text) for c in own)))
    found: dict[tuple[int, int, int], Place] = {}
    for page, rows in by_page.items():
        lines = _number_lines(pages[page]) if 0 <= page < len(pages) else []
        for numbers in dict.fromkeys(row[3] for row in rows):
            same_rows = [row for row in rows if row[3] == numbers]
            same_lines = [line for line in lines if tuple(word.text for word in line) == numbers]
            if len(same_rows) == len(same_lines):
                for (t, r, own, _), line in zip(same_rows, same_lines, strict=True):
                    found |= {(t, r, c): Place(page, [word.box]) for c, word in zip(own, line, strict=True)}
    places = {want.anchor: found.get((want.table, want.row, want.column)) for want in cells if want.cell_in(grids)}
    return {anchor: place for anchor, place in places.items() if place is not None}


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(pack(text)) is not None


def _number_lines(page: PageText) -> list[list[Word]]:
    """The numbers of each line of a page, from the top and from the left; lines without a number left out."""
    numbers = [word for word in words_of(page) if _is_number(word.text)]
    numbers.sort(key=lambda word: (word.box.top + word.box.bottom, word.box.left))
    lines: list[list[Word]] = []
    for word in numbers:
        middle = (word.box.top + word.box.bottom) / 2
        last = lines[-1][0].box if lines else None
        if last is None or middle - (last.top + last.bottom) / 2 > _SAME_LINE * (last.bottom - last.top):
            lines.append([])
        lines[-1].append(word)
    return [sorted(line, key=lambda word: word.box.left) for line in lines]


def words_of(page: PageText) -> list[Word]:
    """The words of a page in the order of its characters."""
    words: list[Word] = []
    last: Box | None = None
    for char, box in zip(page.text, page.boxes, strict=True):
        height = max(box.bottom - box.top, 1.0)
        joined = (
            last is not None
            and -height < box.left - last.right < _GAP * max(height, last.bottom - last.top)
            and abs(box.bottom - last.bottom) < _SAME_LINE * max(height, last.bottom - last.top)
        )
        if joined:
            words[-1] = Word(words[-1].text + char, words[-1].box.with_(box))
        else:
            words.append(Word(char, box))
        last = box
    return words


def find_words(pages: Sequence[PageText], words: Iterable[WordsWant]) -> dict[str, Place]:
    """The places of counted words, by the part of their paragraph before and after them."""
    stream = "".join(page.text for page in pages)
    starts = [0]
    for page in pages:
        starts.append(starts[-1] + len(page.text))
    found: dict[str, Place] = {}
    cursor = 0
    for want in words:
        before, raw = pack(want.line[: want.start]), pack(want.raw)
        after = pack(want.line[want.start + len(want.raw) :])
        start = _find_part(stream, before, raw, after, cursor)
        if start is None:
            continue
        cursor = max(0, start - len(before))
        number = bisect_right(starts, start) - 1
        place, end = start - starts[number], start - starts[number] + len(raw)
        boxes = pages[number].boxes[place:end]
        if len(boxes) == len(raw):
            found[want.anchor] = Place(number, _lines_of(boxes))
    return found


def _find_part(stream: str, before: str, raw: str, after: str, cursor: int) -> int | None:
    """Where the words stand: with so much of what is around them that there is but one such place, or the next one."""
    for around in (400, 60, 20):
        head = before[-around:]
        needle = head + raw + after[:around]
        place = stream.find(needle, cursor)
        if place < 0:
            place = stream.find(needle)
        if place >= 0 and (around == 400 or stream.find(needle, place + 1) < 0):
            return place + len(head)
    return None


def _lines_of(boxes: Sequence[Box]) -> list[Box]:
    """One box around the characters of each line."""
    lines: list[Box] = []
    for box in boxes:
        last = lines[-1] if lines else None
        if last is not None and box.left >= last.left - 1 and box.top < last.bottom and box.bottom > last.top:
            lines[-1] = last.with_(box)
        else:
            lines.append(box)
    return lines

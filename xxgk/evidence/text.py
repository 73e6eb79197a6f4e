"""The text of a tree without its white space, in which words are found however a page breaks its lines."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml import etree


class Slot(NamedTuple):
    """A piece of text: the text of an element, or what follows it (``is_tail``)."""

    element: etree._Element
    is_tail: bool

    def text(self) -> str:
        return (self.element.tail if self.is_tail else self.element.text) or ""

    def owner(self) -> etree._Element:
        """The element that the text stands in."""
        parent = self.element.getparent() if self.is_tail else self.element
        assert parent is not None
        return parent


class TextIndex:
    """All text of a tree without its white space, and where each character stands."""

    def __init__(self, root: etree._Element) -> None:
        self._slots: list[Slot] = []
        self._starts: list[int] = []
        self._ends: dict[etree._Element, tuple[int, int]] = {}
        self._parts: list[str] = []
        self._length = 0
        begun: dict[etree._Element, int] = {}
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                begun[element] = self._length
                self._add(Slot(element, False))
            else:
                self._ends[element] = (begun.pop(element), self._length)
                if element is not root:
                    self._add(Slot(element, True))
        self.stream = "".join(self._parts)

    def _add(self, slot: Slot) -> None:
        packed = pack(slot.text())
        if packed:
            self._slots.append(slot)
            self._starts.append(self._length)
            self._parts.append(packed)
            self._length += len(packed)

    def span_of(self, element: etree._Element) -> tuple[int, int]:
        """The place of the text of an element."""
        return self._ends[element]

    def slots_between(self, start: int, end: int) -> list[Slot]:
        """The pieces of text that a span of the stream reaches over."""
        first, last = bisect_right(self._starts, start) - 1, bisect_right(self._starts, max(start, end - 1)) - 1
        return self._slots[first : last + 1]

    def offset(self, place: int, after: bool) -> tuple[Slot, int]:
        """The piece of text that holds a character, and the offset before it or ``after`` it."""
        n = bisect_right(self._starts, place) - 1
        slot, left = self._slots[n], place - self._starts[n]
        for offset, char in enumerate(slot.text()):
            if not char.isspace():
                if left == 0:
                    return slot, offset + after
                left -= 1
        raise IndexError(place)


def pack(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def find_in_order(index: TextIndex, texts: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int] | None]:
    """The place of each text after that of the one before it, between two places; None for one that is not there."""
    cursor = start
    for text in texts:
        packed = pack(text)
        place = index.stream.find(packed, cursor, end) if packed else -1
        if place < 0:
            yield None
        else:
            cursor = place + len(packed)
            yield place, cursor

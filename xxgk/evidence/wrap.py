"""Puts a ``mark`` around words of a tree."""

from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree

from xxgk.evidence.text import TextIndex

_INLINE = frozenset(
    "a abbr b bdi bdo big cite code em font i ins kbd label mark nobr q s samp small span strike strong sub sup tt u "
    "var".split()
)


class Span(NamedTuple):
    """Words to mark: the anchor, and their place in the stream of an index."""

    anchor: str
    start: int
    end: int


def mark_spans(root: etree._Element, spans: Iterable[Span]) -> list[str]:
    """Put a ``mark`` around each of the spans; the anchors of those for which that cannot be done.

    Formatting that begins or ends inside a span is taken away, so that its words are one element. Spans of the same
    words are marked inside each other; one that overlaps another is not marked.
    """
    groups, left_out = _group(spans)
    index = TextIndex(root)
    if _unwrap_inside(index, groups):
        index = TextIndex(root)
    for place, anchors in reversed(groups):
        if not _mark(index, place, anchors):
            left_out += anchors
    return left_out


_Groups = list[tuple[tuple[int, int], list[str]]]


def _group(spans: Iterable[Span]) -> tuple[_Groups, list[str]]:
    """Spans by their place, and the anchors of those that overlap one before them."""
    by_place: dict[tuple[int, int], list[str]] = {}
    for span in spans:
        by_place.setdefault((span.start, span.end), []).append(span.anchor)
    groups: _Groups = []
    left_out: list[str] = []
    end = 0
    for place in sorted(by_place):
        if place[0] >= end and place[1] > place[0]:
            groups.append((place, by_place[place]))
            end = place[1]
        else:
            left_out += by_place[place]
    return groups, left_out


def _unwrap_inside(index: TextIndex, groups: _Groups) -> bool:
    """Take away inline elements that a span cuts; whether there were any."""
    found: dict[etree._Element, None] = {}
    for (start, end), _ in groups:
        slots = index.slots_between(start, end)
        owners = list(dict.fromkeys(slot.owner() for slot in slots))
        if len(owners) > 1:
            lines = [[owner, *owner.iterancestors()] for owner in owners]
            shared = set(lines[0]).intersection(*lines[1:])
            found.update(dict.fromkeys(e for line in lines for e in line if e not in shared and e.tag in _INLINE))
    for element in found:
        _unwrap(element)
    return bool(found)


def _unwrap(element: etree._Element) -> None:
    """Put what an element holds in its place."""
    parent = element.getparent()
    assert parent is not None
    before, place = element.getprevious(), parent.index(element)
    children = list(element)
    if children:
        children[-1].tail = (children[-1].tail or "") + (element.tail or "")
        append_text(parent, before, element.text)
    else:
        append_text(parent, before, (element.text or "") + (element.tail or ""))
    element.tail = None
    parent[place : place + 1] = children


def append_text(parent: etree._Element, before: etree._Element | None, text: str | None) -> None:
    """Add text behind an element of a parent; at its front where ``before`` is None."""
    if before is None:
        parent.text = (parent.text or "") + (text or "")
    else:
        before.tail = (before.tail or "") + (text or "")


def _mark(index: TextIndex, place: tuple[int, int], anchors: list[str]) -> bool:
    """Move the words of a span, and the elements between them, into a new element."""
    first, start = index.offset(place[0], after=False)
    last, end = index.offset(place[1] - 1, after=True)
    owner = first.owner()
    if last.owner() is not owner:
        return False
    mark = etree.Element("mark", {"id": anchors[0]})
    at = owner.index(first.element) + 1 if first.is_tail else 0
    text = first.text()
    if last == first:
        mark.text, mark.tail = text[start:end], text[end:]
        inside: list[etree._Element] = []
    else:
        stop = owner.index(last.element) + 1
        inside = list(owner[at:stop])
        mark.text, mark.tail = text[start:], last.text()[end:]
        last.element.tail = last.text()[:end]
    if first.is_tail:
        first.element.tail = text[:start]
    else:
        first.element.text = text[:start]
    mark.extend(inside)
    owner.insert(at, mark)
    for anchor in anchors[1:]:
        inner = etree.Element("mark", {"id": anchor})
        inner.text, mark.text = mark.text, None
        inner.extend(list(mark))
        mark.append(inner)
        mark = inner
    return True

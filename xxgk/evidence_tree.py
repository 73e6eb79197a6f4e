"""A page as a tree in which words are found by their text and marked, and that is made safe to show.

Words are looked for without their white space: what a reader of the page joins or parts by it stays the same words.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import nh3
from lxml import etree

from output.pages.words import two_languages

# Elements that hold nothing a reader of the page sees, or that load or run something.
_DROPPED = (
    "script style noscript template textarea select option iframe frame object embed applet svg math canvas head "
    "button audio video map link meta base"
).split()
_INLINE = frozenset(
    "a abbr b bdi bdo big cite code em font i ins kbd label mark nobr q s samp small span strike strong sub sup tt u "
    "var".split()
)
_TAGS = frozenset(
    "a abbr address article aside b bdi big blockquote br caption center cite code col colgroup dd del div dl dt em "
    "figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i ins kbd li main mark nav ol p pre q s section small span "
    "strike strong sub sup table tbody td tfoot th thead tr tt u ul".split()
)
_ATTRIBUTES = {
    "*": {"id", "class", "style", "align", "title"},
    **{tag: {"colspan", "rowspan", "valign"} for tag in ("td", "th")},
    "col": {"span"},
    "ol": {"start"},
}
_STYLES = {"text-align", "text-indent", "vertical-align", "font-weight", "font-style", "display", "white-space"}
# Longer pieces of text that nothing was read from are cut.
MAX_TEXT = 20_000
_SHOWN_OF_CUT = 2_000
_PICTURE = "\ufffc"
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


class Span(NamedTuple):
    """Words to mark: the anchor, and their place in the stream of an index."""

    anchor: str
    start: int
    end: int


class _Slot(NamedTuple):
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
        self._slots: list[_Slot] = []
        self._starts: list[int] = []
        self._ends: dict[etree._Element, tuple[int, int]] = {}
        self._parts: list[str] = []
        self._length = 0
        begun: dict[etree._Element, int] = {}
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                begun[element] = self._length
                self._add(_Slot(element, False))
            else:
                self._ends[element] = (begun.pop(element), self._length)
                if element is not root:
                    self._add(_Slot(element, True))
        self.stream = "".join(self._parts)

    def _add(self, slot: _Slot) -> None:
        packed = pack(slot.text())
        if packed:
            self._slots.append(slot)
            self._starts.append(self._length)
            self._parts.append(packed)
            self._length += len(packed)

    def span_of(self, element: etree._Element) -> tuple[int, int]:
        """The place of the text of an element."""
        return self._ends[element]

    def slots_between(self, start: int, end: int) -> list[_Slot]:
        """The pieces of text that a span of the stream reaches over."""
        first, last = bisect_right(self._starts, start) - 1, bisect_right(self._starts, max(start, end - 1)) - 1
        return self._slots[first : last + 1]

    def offset(self, place: int, after: bool) -> tuple[_Slot, int]:
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
        unwrap(element)
    return bool(found)


def unwrap(element: etree._Element) -> None:
    """Put what an element holds in its place."""
    parent = element.getparent()
    assert parent is not None
    before, place = element.getprevious(), parent.index(element)
    children = list(element)
    if children:
        children[-1].tail = (children[-1].tail or "") + (element.tail or "")
        _append_text(parent, before, element.text)
    else:
        _append_text(parent, before, (element.text or "") + (element.tail or ""))
    element.tail = None
    parent[place : place + 1] = children


def _append_text(parent: etree._Element, before: etree._Element | None, text: str | None) -> None:
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


def add_spot(element: etree._Element, anchor: str, note: str) -> None:
    """Name an element as the surroundings of something: a note that shows when a link leads to it."""
    spot = etree.Element("span", {"id": anchor, "class": "spot"})
    zh, en = two_languages(note)
    spot.text = f" {zh} · {en} "
    if element.tag == "table":
        caption = element.find("caption")
        if caption is None:
            caption = etree.Element("caption")
            element.insert(0, caption)
        element = caption
    spot.tail, element.text = element.text, None
    element.insert(0, spot)


def strip_tree(root: etree._Element) -> None:
    """Take away what runs, loads or hides, and the names and classes that the page gave its elements."""
    for element in list(root.iter(*_DROPPED)):
        _drop(element)
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or _HIDDEN.search(element.get("style") or ""):
            if element is not root and element.getparent() is not None:
                _drop(element)
            continue
        if element.tag == "img":
            _replace_picture(element)
            continue
        if element.tag == "input":
            # The readers take a field in a cell for what it holds.
            if next(element.iterancestors("td", "th"), None) is not None:
                element.tail = (element.get("value") or "") + (element.tail or "")
            _drop(element)
            continue
        for name in ("id", "class", "name", "href", "src", "title"):
            element.attrib.pop(name, None)


def _replace_picture(image: etree._Element) -> None:
    """An object replacement character where a picture is all that a cell holds; nothing elsewhere."""
    cell = next(image.iterancestors("td", "th"), None)
    if cell is not None and not pack("".join(cell.itertext())):
        image.tail = _PICTURE + (image.tail or "")
    _drop(image)


def _drop(element: etree._Element) -> None:
    """Take an element away with all it holds, and keep what follows it."""
    parent = element.getparent()
    if parent is not None:
        _append_text(parent, element.getprevious(), element.tail)
        parent.remove(element)


def cut_texts(root: etree._Element) -> None:
    """Cut very long pieces of text, and say so."""
    for element in root.iter():
        for slot in (_Slot(element, False), _Slot(element, True)):
            text = slot.text()
            if len(text) > MAX_TEXT and (element.tag != "mark" or slot.is_tail):
                left = len(text) - _SHOWN_OF_CUT
                zh, en = two_languages("cut")
                cut = f"{text[:_SHOWN_OF_CUT]} […{zh.format(n=left)} · {en.format(n=left)}]"
                if slot.is_tail:
                    element.tail = cut
                else:
                    element.text = cut


def to_safe_html(root: etree._Element) -> str:
    """The tree as HTML of harmless elements and attributes, without any address."""
    written: str = etree.tostring(root, method="html", encoding="unicode", with_tail=False)
    return nh3.clean(
        written,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        filter_style_properties=set(_STYLES),
        url_schemes=set(),
        link_rel=None,
        strip_comments=True,
    )


def texts_by_id(html: str, read_text: Callable[[etree._Element], str]) -> dict[str, str]:
    """The text of each element that has an id, as a browser builds them from the HTML."""
    root = etree.fromstring(f"<div>{html}</div>", etree.HTMLParser(encoding=None, huge_tree=True))
    return {element.get("id", ""): read_text(element) for element in root.iter() if element.get("id")}


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

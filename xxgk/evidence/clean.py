"""Makes the tree of a page safe to show: nothing in it runs, loads, hides or leads anywhere."""

import re
from collections.abc import Callable

import nh3
from lxml import etree

from output.pages.words import two_languages
from xxgk.evidence.text import Slot, pack
from xxgk.evidence.wrap import append_text

# Elements that hold nothing a reader of the page sees, or that load or run something.
_DROPPED = (
    "script style noscript template textarea select option iframe frame object embed applet svg math canvas head "
    "button audio video map link meta base"
).split()
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
        append_text(parent, element.getprevious(), element.tail)
        parent.remove(element)


def cut_texts(root: etree._Element) -> None:
    """Cut very long pieces of text, and say so."""
    for element in root.iter():
        for slot in (Slot(element, False), Slot(element, True)):
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

"""The text of Word paragraphs as a reader of the printed page sees it.

Deleted and hidden text, field codes and comments are left out; inserted text, field results and text in content
controls stand. Limits: a symbol of a picture font comes as an object replacement character.
"""

from collections.abc import Iterator

from lxml import etree

from parsers.documents.word.styles import Styles, is_on
from parsers.documents.word.xml import R, W

# A vertical tab marks each parting, as in the cells of HTML: what stands before is not one number with what follows.
PARTING = "\v"
# An object replacement character stands for a picture or symbol.
PICTURE = "\ufffc"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_OLE = "{urn:schemas-microsoft-com:office:office}OLEObject"
BOX = f"{W}txbxContent"
# What wraps content without being part of it; deletions (del, moveFrom) are not among them.
WRAPPERS = frozenset(
    f"{W}{name}" for name in "sdt sdtContent ins moveTo customXml smartTag hyperlink fldSimple dir bdo rubyBase".split()
)
_ALTERNATIVES = f"{_MC}AlternateContent"
_PLAIN = {f"{W}tab": " ", f"{W}ptab": " ", f"{W}noBreakHyphen": "-", f"{W}br": PARTING, f"{W}cr": PARTING}
_GRAPHICS = frozenset((f"{W}drawing", f"{W}pict", f"{W}object"))
_NOTE_MARKS = {f"{W}footnoteReference": "footnote", f"{W}endnoteReference": "endnote"}
_PRIVATE_USE = range(0xE000, 0xF900)


class Inline:
    """Collects one paragraph: its text with partings, and what hangs on it: boxes, note marks, embedded files."""

    def __init__(self, styles: Styles, in_cell: bool) -> None:
        self.parts: list[str] = []
        self.boxes: list[etree._Element] = []
        self.notes: list[tuple[str, str]] = []
        self.embedded: list[str] = []
        self.has_picture = False
        self._styles = styles
        self._in_cell = in_cell
        # For each open field whether its code is being passed. A field without an end hides no other paragraph.
        self._codes: list[bool] = []

    def walk(self, element: etree._Element) -> "Inline":
        """Take in the runs below an element; gives itself."""
        for child in element:
            tag = child.tag
            if tag == f"{W}r":
                self._add_run(child)
            elif tag in WRAPPERS:
                self.walk(child)
            elif tag == _ALTERNATIVES:
                for chosen in choose(child):
                    self.walk(chosen)
            elif tag == _MATH_TEXT:
                self.parts.append(child.text or "")
            elif not str(tag).startswith(W):
                self.walk(child)
        return self

    def _add_run(self, run: etree._Element) -> None:
        first = run[0] if len(run) else None
        apart = False
        if first is not None and first.tag == f"{W}rPr" and len(first):
            if self._is_hidden(first):
                return
            apart = self._is_apart(first)
        if apart:
            self.parts.append(PARTING)
        self._add_content(run)
        if apart:
            self.parts.append(PARTING)

    def _is_hidden(self, properties: etree._Element) -> bool:
        own = properties.find(f"{W}vanish")
        if own is not None:
            return is_on(own)
        style = properties.find(f"{W}rStyle")
        return style is not None and self._styles.is_hidden(style.get(f"{W}val", ""))

    def _is_apart(self, properties: etree._Element) -> bool:
        """Whether text is struck through, or in a cell set high or low: a footnote mark is not one more digit."""
        if is_on(properties.find(f"{W}strike")) or is_on(properties.find(f"{W}dstrike")):
            return True
        raised = properties.find(f"{W}vertAlign") if self._in_cell else None
        return raised is not None and raised.get(f"{W}val") != "baseline"

    def _add_content(self, run: etree._Element) -> None:
        for node in run:
            tag = node.tag
            if tag == f"{W}t":
                if node.text and True not in self._codes:
                    self.parts.append(node.text)
            elif tag in _PLAIN:
                self.parts.append(_PLAIN[tag])
            elif tag == f"{W}fldChar":
                self._turn_field(node.get(f"{W}fldCharType"))
            elif tag == f"{W}sym":
                self.parts.append(_read_symbol(node))
            elif tag in _GRAPHICS:
                self._add_graphic(node)
            elif tag == _ALTERNATIVES:
                for chosen in choose(node):
                    self._add_content(chosen)
            elif tag == f"{W}ruby":
                for base in node.iterfind(f"{W}rubyBase"):
                    self.walk(base)
            elif tag in _NOTE_MARKS:
                self.notes.append((_NOTE_MARKS[tag], node.get(f"{W}id", "")))

    def _turn_field(self, kind: str | None) -> None:
        if kind == "begin":
            self._codes.append(True)
        elif self._codes and kind == "separate":
            self._codes[-1] = False
        elif self._codes and kind == "end":
            self._codes.pop()

    def _add_graphic(self, node: etree._Element) -> None:
        boxes = list(_outer_boxes(node))
        self.boxes += boxes
        self.embedded += [item.get(f"{R}id", "") for item in node.iter(_OLE)]
        self.has_picture = self.has_picture or not boxes

    def lines(self) -> list[str]:
        """The text, one line between two partings, blanks at its ends and blank lines left out."""
        return [line for part in "".join(self.parts).split(PARTING) if (line := " ".join(part.split()))]


def choose(alternatives: etree._Element) -> list[etree._Element]:
    """The one version of a content that is given in several: the newest, which Word shows."""
    return [child for child in alternatives if child.tag in (f"{_MC}Choice", f"{_MC}Fallback")][:1]


def unwrap(container: etree._Element) -> Iterator[etree._Element]:
    """The children of a container, those in wrappers such as content controls in their place."""
    for child in container:
        if child.tag in WRAPPERS:
            yield from unwrap(child)
        elif child.tag == _ALTERNATIVES:
            for chosen in choose(child):
                yield from unwrap(chosen)
        else:
            yield child


def _outer_boxes(node: etree._Element) -> Iterator[etree._Element]:
    """The text boxes below a graphic that stand in no other; of two versions of a graphic one is looked into."""
    for child in choose(node) if node.tag == _ALTERNATIVES else node:
        if child.tag == BOX:
            yield child
        else:
            yield from _outer_boxes(child)


def _read_symbol(node: etree._Element) -> str:
    written = node.get(f"{W}char", "")
    try:
        code = int(written, 16)
    except ValueError:
        return PICTURE
    return PICTURE if code in _PRIVATE_USE or not 0x20 <= code < 0x10000 or 0xD800 <= code < 0xE000 else chr(code)

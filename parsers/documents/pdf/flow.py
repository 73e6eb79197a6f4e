"""Lines of text to paragraphs: page numbers, running heads and footnotes taken out, wrapped lines joined."""

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import msgspec

from parsers.documents.model import Paragraph
from parsers.documents.pdf.page import Box
from parsers.documents.pdf.text import Line, join_wrapped, pdf_words
from parsers.headings import find_heading
from parsers.text import compact, squeeze

# Heads and feet stand in this part of the page.
_MARGIN = 0.13
_FIRST_LINES = 3
_SMALL = 0.92
_INDENT = 1.2
_SHORT = 1.7
_LOOSE = 1.45
_NEARLY = 0.8
# The size of a line of so few characters cannot be told for sure.
_FEW = 3
_ENDS = ("。", "！", "？", "；", "：")


@cache
def _bullet() -> re.Pattern[str]:
    return re.compile(str(pdf_words()["bullet"]))


class Sheet(msgspec.Struct):
    """The lines of one page outside its tables, its box, and the short lines drawn on it (above footnotes)."""

    number: int
    box: Box
    lines: list[Line]
    separators: list[float] = []


class Margins(msgspec.Struct):
    """Where the lines of running text begin and end, and how far they stand apart."""

    left: float
    right: float
    leading: float


@cache
def _page_mark() -> re.Pattern[str]:
    marks = pdf_words()["page_marks"]
    assert isinstance(marks, list)
    return re.compile("|".join(f"(?:{mark})" for mark in marks))


@cache
def _footnote() -> re.Pattern[str]:
    return re.compile(str(pdf_words()["footnote"]))


def drop_furniture(sheets: Sequence[Sheet]) -> None:
    """Take page numbers, running heads and feet, and footnotes out of the lines of each page."""
    repeated = _find_repeated(sheets)
    for sheet in sheets:
        edge = _edge_lines(sheet)
        # A mark that is more than a number is one wherever the first or last line stands.
        ends = [*sheet.lines[:1], *sheet.lines[-1:]]
        sheet.lines = [
            line
            for line in sheet.lines
            if not (id(line) in edge and (_is_page_mark(line) or _place(sheet, line) in repeated))
            and not (line in ends and _is_page_mark(line) and not line.text.isalnum())
        ]
        _drop_footnotes(sheet)


def _edge_lines(sheet: Sheet) -> set[int]:
    """The first and last lines of a page that stand in its margins."""
    height = sheet.box.bottom - sheet.box.top
    top, bottom = sheet.box.top + _MARGIN * height, sheet.box.bottom - _MARGIN * height
    heads = [line for line in sheet.lines[:_FIRST_LINES] if line.base <= top]
    feet = [line for line in sheet.lines[-_FIRST_LINES:] if line.top >= bottom]
    return {id(line) for line in (*heads, *feet)}


def _is_page_mark(line: Line) -> bool:
    return len(line.text) <= 24 and _page_mark().fullmatch(compact(line.text)) is not None


def _place(sheet: Sheet, line: Line) -> tuple[str, int]:
    """What a running head is known by: its words without numbers, and its height on the page."""
    return re.sub(r"\d+", "#", compact(line.text)), round((line.base - sheet.box.top) / 6)


def _find_repeated(sheets: Sequence[Sheet]) -> frozenset[tuple[str, int]]:
    """The heads and feet that stand in the same place of several pages."""
    places = Counter(
        place
        for sheet in sheets
        for edge in [_edge_lines(sheet)]
        for place in {_place(sheet, line) for line in sheet.lines if id(line) in edge}
    )
    enough = max(2, round(0.3 * len(sheets)))
    # Rounding may part the same height into two neighbours.
    return frozenset(
        place
        for place in places
        if sum(places.get((place[0], place[1] + n), 0) for n in (-1, 0, 1)) >= enough and place[0] != "#"
    )


def _drop_footnotes(sheet: Sheet) -> None:
    """Take out the lines of small print below a short line at the foot of the page."""
    size = _common_size(sheet.lines)
    middle = (sheet.box.top + sheet.box.bottom) / 2
    for height in sheet.separators:
        notes = [line for line in sheet.lines if line.base > height]
        if height > middle and notes and _footnote().match(notes[0].text.lstrip()):
            if all(line.size < _SMALL * size for line in notes):
                kept = {id(line) for line in notes}
                sheet.lines = [line for line in sheet.lines if id(line) not in kept]
            return


def _common_size(lines: Sequence[Line]) -> float:
    """The size of most of the text, by characters."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def find_margins(lines: Sequence[Line], fallback: Margins | None = None) -> Margins:
    """The margins of a page or document by its lines; too few lines take those of the document."""
    long = [line for line in lines if len(line.text) >= 12]
    if len(long) < 4 and fallback is not None:
        return fallback
    chosen = long or list(lines)
    if not chosen:
        return Margins(0.0, 0.0, 0.0)
    lefts = Counter(round(line.left / 3) for line in chosen)
    common = max(lefts, key=lambda left: (lefts[left], -left))
    left = min(line.left for line in chosen if abs(round(line.left / 3) - common) <= 1)
    rights = sorted(line.right for line in chosen)
    steps = [b.base - a.base for a, b in pairwise(lines) if 0 < b.base - a.base < 5 * b.size]
    return Margins(left, rights[len(rights) * 3 // 4], statistics.median(steps) if steps else 0.0)


class Writer:
    """Takes lines in reading order and gives paragraphs."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self.text = ""
        self.page = self.last_page = 0
        self.last: Line | None = None
        self.margins = Margins(0.0, 0.0, 0.0)

    def add(self, line: Line, page: int, margins: Margins) -> None:
        """Take in one line: it goes on with the paragraph, or begins the next one."""
        if self.last is None or self._begins(self.last, line, page == self.last_page, margins):
            self.end()
            self.page = page
        self.text = join_wrapped(self.text, line.text)
        self.last, self.last_page, self.margins = line, page, margins

    def _begins(self, last: Line, line: Line, same_page: bool, margins: Margins) -> bool:
        size = min(last.size, line.size)
        if self._is_centred(last, line):
            return False
        is_other_size = max(last.size, line.size) > 1.2 * size and min(len(last.text), len(line.text)) > _FEW
        if is_other_size or line.left > margins.left + _INDENT * size:
            return True
        if last.right < self.margins.right - _SHORT * size:
            return True
        if same_page and margins.leading and not 0 < line.base - last.base <= _LOOSE * margins.leading:
            return True
        return find_heading(self.text) is not None or find_heading(line.text) is not None

    def _is_centred(self, last: Line, line: Line) -> bool:
        """Whether a line is the rest of a centred title that had no room on the line before."""
        size, width = last.size, self.margins.right - self.margins.left
        apart = abs((last.left + last.right) - (line.left + line.right)) / 2
        return (
            abs(line.size - size) < 0.1 * size
            and apart < 0.7 * size
            and line.left > self.margins.left + _INDENT * size
            and _NEARLY * width < last.right - last.left
            and line.right - line.left < last.right - last.left
            and not last.text.endswith(_ENDS)
        )

    def end(self) -> None:
        """End the paragraph that is being collected."""
        text = squeeze(_bullet().sub("", self.text))
        if text:
            self.paragraphs.append(Paragraph(text, 0, self.page))
        self.text, self.last = "", None

    def take(self) -> list[Paragraph]:
        """The paragraphs so far, the last one ended."""
        self.end()
        taken, self.paragraphs = self.paragraphs, []
        return taken

"""The pages of a PDF as pictures, with a box over each cell and over the words of each count."""

import base64
import html
import io
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from output.pages.evidence import EvidencePage
from output.pages.words import two_languages
from parsers.documents.model import Document, Grid
from xxgk.evidence_marks import CellWant, Wanted, WordsWant, best_reading
from xxgk.evidence_tree import pack

DOTS_PER_INCH = 110
# Pages that are shown of one file; a report has some ten.
MAX_PAGES = 60
_NUMBER = re.compile(r"[-+−]?[\d.,，]+%?")
# A gap of so much of the height of a character parts two words.
_GAP = 0.35
_SAME_LINE = 0.5
_PADDING = 1.5


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


def page_of_pdf(data: bytes, document: Document, wanted: Wanted) -> EvidencePage | None:
    """Pictures of the pages; None where PDFium is not there or cannot draw them."""
    try:
        import pypdfium2 as pdfium
    except ImportError:
        return None
    try:
        with pdfium.PdfDocument(data) as file:
            pages = [_read_page(file, n) for n in range(min(len(file), MAX_PAGES))]
            places = find_cells(pages, best_reading(document, wanted), wanted.cells)
            places |= find_words(pages, wanted.words)
            near = _near(pages, wanted, places)
            shown = sorted({place.page for place in places.values()} | set(near.values())) or [0]
            body = "".join(_page_html(file, n, pages[n], wanted, places, near) for n in shown if n < len(pages))
    except pdfium.PdfiumError:
        return None
    return EvidencePage("pdf", body, len(near))


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


def _near(pages: Sequence[PageText], wanted: Wanted, places: dict[str, Place]) -> dict[str, int]:
    """The page on which something stands whose place is not known for certain."""
    near: dict[str, int] = {}
    for want in wanted.cells:
        if want.anchor not in places:
            near[want.anchor] = min(max(want.line - 1, 0), len(pages) - 1)
    for words in wanted.words:
        if words.anchor not in places:
            raw = pack(words.raw)
            near[words.anchor] = next((n for n, page in enumerate(pages) if raw in page.text), 0)
    return near


def _read_page(file: Any, number: int) -> PageText:
    import ctypes

    import pypdfium2.raw as raw

    page = file[number]
    width, height = page.get_size()
    text = page.get_textpage()
    chars: list[str] = []
    boxes: list[Box] = []
    scale = 1000
    x, y = ctypes.c_int(), ctypes.c_int()
    for n in range(text.count_chars()):
        char = chr(raw.FPDFText_GetUnicode(text.raw, n))
        if char.isspace() or char == "\0":
            continue
        left, bottom, right, top = text.get_charbox(n)
        corners = []
        for corner in ((left, top), (right, bottom)):
            raw.FPDF_PageToDevice(
                page.raw, 0, 0, int(width * scale), int(height * scale), 0, *corner, ctypes.byref(x), ctypes.byref(y)
            )
            corners.append((x.value / scale, y.value / scale))
        (x1, y1), (x2, y2) = corners
        chars.append(char)
        boxes.append(Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)))
    text.close()
    page.close()
    return PageText(width, height, "".join(chars), boxes)


def _page_html(
    file: Any,
    number: int,
    page: PageText,
    wanted: Wanted,
    places: dict[str, Place],
    near: dict[str, int],
) -> str:
    raws = wanted.raws()
    spots = "".join(_spot(anchor, raws[anchor]) for anchor, n in near.items() if n == number)
    marks = "".join(_mark(a, raws[a], place.boxes, page) for a, place in places.items() if place.page == number)
    zh, en = two_languages("page")
    caption = f"{zh.format(n=number + 1)} · {en.format(n=number + 1)}"
    picture = f'<img alt="{caption}" src="data:image/png;base64,{_picture(file, number)}">'
    paper = f'<div class="paper">{picture}{marks}</div>'
    return f'<figure class="sheet"><figcaption>{caption}</figcaption>{spots}{paper}</figure>\n'


def _picture(file: Any, number: int) -> str:
    page = file[number]
    # Sixteen greys are enough for print, and a third of the size.
    image = page.render(scale=DOTS_PER_INCH / 72, grayscale=True).to_pil().quantize(16)
    page.close()
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=6)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _mark(anchor: str, raw: str, boxes: Sequence[Box], page: PageText) -> str:
    """A box over each line of the words; all of them hang on the first, which names them."""
    first = _padded(boxes[0])
    inner = "".join(f'<i style="{_style(_padded(box), first, first)}"></i>' for box in boxes[1:])
    style = _style(first, Box(0, 0, page.width, page.height), Box(0, 0, 0, 0))
    return f'<mark id="{html.escape(anchor)}" style="{style}"><b>{html.escape(raw)}</b>{inner}</mark>'


def _padded(box: Box) -> Box:
    return Box(box.left - _PADDING, box.top - _PADDING, box.right + _PADDING, box.bottom + _PADDING)


def _style(box: Box, whole: Box, origin: Box) -> str:
    """The place of a box in per cent of another one."""
    width, height = whole.right - whole.left, whole.bottom - whole.top
    parts = {
        "left": (box.left - origin.left) / width,
        "top": (box.top - origin.top) / height,
        "width": (box.right - box.left) / width,
        "height": (box.bottom - box.top) / height,
    }
    return ";".join(f"{name}:{100 * part:.3f}%" for name, part in parts.items())


def _spot(anchor: str, raw: str) -> str:
    zh, en = two_languages("on_page")
    raw = html.escape(raw[:200])
    return f'<p id="{html.escape(anchor)}" class="spot">{zh.format(raw=raw)} · {en.format(raw=raw)}</p>'

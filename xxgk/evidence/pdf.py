"""The pages of a PDF as pictures, with a box over each cell and over the words of each count."""

import base64
import html
import io
from collections.abc import Sequence
from typing import Any

from output.pages.evidence import EvidencePage
from output.pages.words import two_languages
from parsers.documents.model import Document
from xxgk.evidence.marker import Wanted, best_reading
from xxgk.evidence.pdf_places import Box, PageText, Place, find_cells, find_words
from xxgk.evidence.text import pack

DOTS_PER_INCH = 110
# Pages that are shown of one file; a report has some ten.
MAX_PAGES = 60
_PADDING = 1.5


def page_of_pdf(data: bytes, document: Document, wanted: Wanted) -> EvidencePage | None:
    """Pictures of the pages; None where PDFium is not there or cannot draw them."""
    try:
        import pypdfium2 as pdfium
    except ImportError:
        return None
    try:
        with pdfium.PdfDocument(data) as file:
            pages = [read_page(file, n) for n in range(min(len(file), MAX_PAGES))]
            places = find_cells(pages, best_reading(document, wanted), wanted.cells)
            places |= find_words(pages, wanted.words)
            near = _near(pages, wanted, places)
            shown = sorted({place.page for place in places.values()} | set(near.values())) or [0]
            body = "".join(_page_html(file, n, pages[n], wanted, places, near) for n in shown if n < len(pages))
    except pdfium.PdfiumError:
        return None
    return EvidencePage("pdf", body, len(near))


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


def read_page(file: Any, number: int) -> PageText:
    """The characters of a page of an open file of PDFium, each with its box on the picture of the page."""
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

"""The pages of a PDF file, each with its characters, lines and tables; files that cannot be read say why."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from parsers.documents.pdf.fonts import box_fonts
from parsers.documents.pdf.guard import check_streams
from parsers.documents.pdf.objects import Drawing, read_drawing
from parsers.documents.pdf.page import UNKNOWN, Box, Glyph, find_turns, read_glyphs, turn_box
from parsers.errors import NotAReport

# A report has some ten pages, a yearbook some hundred.
MAX_PAGES = 400
MAX_ALL_CHARS = 600_000
MAX_ANNOTATIONS = 1000
# Fewer characters a page than these are a page number or a stamp on a picture.
_MIN_CHARS = 30
# So large a part of the characters without a meaning make the text useless.
_MAX_UNKNOWN = 0.2
_MIN_HAN = 0.1
# A picture that takes so much of a page is a scan of it.
_MIN_COVER = 0.5
_NOTED_COVER = 0.15
_PASSWORD = raw.FPDF_ERR_PASSWORD
# Annotations that a person sees as text of the page: free text, stamps, fields that were filled in.
_PRINTED = (raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_WIDGET)


class NoTextLayer(NotAReport):
    """A file that a person can read, but whose characters are pictures, outlines or codes of glyphs."""


class RawPage(msgspec.Struct):
    """What stands on one page: characters, drawn things, and the box of the page."""

    number: int
    box: Box
    glyphs: list[Glyph]
    drawing: Drawing


def read_pages(data: bytes) -> list[RawPage]:
    """Every page of the file.

    Raises NotAReport where the file cannot be opened, has no or too many pages, or no text that can be used.
    """
    check_streams(data)
    with box_fonts(), _open(data) as document:
        count = len(document)
        if count == 0:
            raise NotAReport("a PDF without pages; ask for the whole file")
        if count > MAX_PAGES:
            raise NotAReport(f"a PDF of {count:,} pages, more than the {MAX_PAGES} that are read; is it a report?")
        pages: list[RawPage] = []
        left = MAX_ALL_CHARS
        for number in range(count):
            page = _read_page(document, number)
            left -= len(page.glyphs)
            if left < 0:
                raise NotAReport(f"a PDF of over {MAX_ALL_CHARS:,} characters; is it a report?")
            pages.append(page)
    _require_text(pages)
    return pages


@contextmanager
def _open(data: bytes) -> Iterator[pdfium.PdfDocument]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        # PDFium keeps the code of an earlier error where it sets none.
        if getattr(error, "err_code", None) == _PASSWORD and b"/Encrypt" in data:
            raise NotAReport("an encrypted PDF: it opens only with a password; ask for a copy without one") from None
        raise NotAReport("a damaged PDF: it is cut off or its structure is broken; fetch it again") from None
    try:
        yield document
    except pdfium.PdfiumError as error:
        raise NotAReport(f"a damaged PDF: {str(error)[:80]}; fetch it again") from None
    finally:
        document.close()


def _read_page(document: pdfium.PdfDocument, number: int) -> RawPage:
    try:
        page = _show_annotations(document, number)
        textpage = page.get_textpage()
    except pdfium.PdfiumError:
        raise NotAReport(f"a damaged PDF: page {number + 1} cannot be read; fetch it again") from None
    try:
        turns = find_turns(textpage.raw)
        box = _page_box(page, turns)
        drawing = read_drawing(page.raw, turns)
        # Invisible text over a picture is what recognition made of it; anywhere else it is not meant to be read.
        visible_only = drawing.hidden > 0 and cover(drawing, box) < _MIN_COVER
        return RawPage(number + 1, box, read_glyphs(textpage.raw, turns, visible_only), drawing)
    finally:
        textpage.close()
        page.close()


def _show_annotations(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    """A page with its filled fields, notes and stamps as part of its content."""
    page = document[number]
    printed = False
    for n in range(min(raw.FPDFPage_GetAnnotCount(page.raw), MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, n)
        printed = printed or raw.FPDFAnnot_GetSubtype(annotation) in _PRINTED
        raw.FPDFPage_CloseAnnot(annotation)
    if not printed or raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
        return page
    # What was added is seen only when the page is loaded anew.
    page.close()
    return document[number]


def cover(drawing: Drawing, page: Box) -> float:
    """The part of a page that its largest picture takes, 0 to 1."""
    area = max(1.0, (page.right - page.left) * (page.bottom - page.top))
    return max((min(1.0, (p.right - p.left) * (p.bottom - p.top) / area) for p in drawing.pictures), default=0.0)


def _page_box(page: pdfium.PdfPage, turns: int) -> Box:
    """The visible part of a page, turned as its text is."""
    rect = raw.FS_RECTF()
    if not raw.FPDF_GetPageBoundingBox(page.raw, ctypes.byref(rect)):
        return Box(0.0, 0.0, 0.0, 0.0)
    return turn_box(rect.left, -rect.top, rect.right, -rect.bottom, turns)


def _require_text(pages: list[RawPage]) -> None:
    """Raise NoTextLayer where the file has no text, or one whose characters mean nothing."""
    chars = [glyph.char for page in pages for glyph in page.glyphs]
    if len(chars) < _MIN_CHARS * min(len(pages), 3):
        if any(page.drawing.pictures for page in pages):
            raise NoTextLayer("a scanned PDF (its pages are pictures)")
        raise NoTextLayer("a PDF without text: its pages are empty or their characters are drawn as outlines")
    unknown = sum(1 for char in chars if char == UNKNOWN)
    han = sum(1 for char in chars if "\u2e80" <= char <= "\ufaff")
    if unknown > _MAX_UNKNOWN * len(chars):
        raise NoTextLayer(
            f"a PDF whose text cannot be used: {unknown:,} of its {len(chars):,} characters are codes of glyphs that "
            "stand for no character"
        )
    if han < _MIN_HAN * len(chars):
        raise NoTextLayer(
            f"a PDF whose text cannot be used: {han:,} of its {len(chars):,} characters are Chinese; it is in another "
            "language, or its characters are codes of glyphs"
        )


def find_layered(pages: list[RawPage]) -> list[int]:
    """The pages whose text was put over a picture of the page by character recognition."""
    return [p.number for p in pages if p.drawing.hidden > p.drawing.shown and cover(p.drawing, p.box) >= _MIN_COVER]


def find_notes(pages: list[RawPage]) -> list[str]:
    """Sentences on what of the file was not read, or not as print."""
    notes: list[str] = []
    layered = find_layered(pages)
    if layered:
        notes.append(f"the text of page {_list(layered)} was put over a picture of the page by character recognition")
    pictured = [p.number for p in pages if p.number not in layered and cover(p.drawing, p.box) > _NOTED_COVER]
    if pictured:
        notes.append(f"page {_list(pictured)} holds a large picture, which is not read")
    return notes


def _list(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    return shown if len(numbers) <= 5 else f"{shown} and {len(numbers) - 5} more"

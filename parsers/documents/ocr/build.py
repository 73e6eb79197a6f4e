"""Pictures of pages, one file or the pages of a PDF, to one document."""

from collections.abc import Iterable

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from parsers.documents.model import Document
from parsers.documents.ocr.engine import Engine
from parsers.documents.ocr.page import read_page
from parsers.documents.ocr.pixels import LONG, MAX_PIXELS, SCALE, Grey, open_picture, to_grey
from parsers.documents.pdf.build import lay_out
from parsers.documents.pdf.flow import drop_furniture
from parsers.errors import NotAReport

MAX_PAGES = 60
# A page larger than A3 has its size from the pixels of its picture; it is taken to be A4.
_LARGEST = 1300.0
_MAX_DEPTH = 4


def read_picture(data: bytes, source_format: str, title: str, engine: Engine) -> Document:
    """The document in a PNG or JPEG file; see ``parsers.documents.ocr.read_picture``."""
    return build([(1, open_picture(data, title))], source_format, engine)


def read_scanned(data: bytes, reason: str, engine: Engine) -> Document:
    """The document in a PDF file whose pages are pictures; see ``parsers.documents.ocr.read_scanned``."""
    file = pdfium.PdfDocument(data)
    try:
        count = len(file)
        if count > MAX_PAGES:
            raise NotAReport(f"{reason}; of its {count:,} pages at most {MAX_PAGES} are read as pictures")
        return build(((n + 1, render_page(file, n)) for n in range(count)), "pdf", engine)
    except pdfium.PdfiumError as error:
        raise NotAReport(f"a damaged PDF: {str(error)[:80]}; fetch it again") from None
    finally:
        file.close()


def render_page(file: pdfium.PdfDocument, n: int) -> Grey:
    """A page of a PDF file in grey. Raises NotAReport where it holds a picture of too many pixels."""
    page = file[n]
    try:
        for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=_MAX_DEPTH):
            width, height = item.get_px_size()
            if width * height > MAX_PIXELS:
                limit = f"more than the {MAX_PIXELS // 1_000_000} million that are read"
                raise NotAReport(f"a PDF with a picture of {width:,} by {height:,} pixels on page {n + 1}, {limit}")
        width, height = page.get_size()
        long = max(width, height, 1.0)
        scale = SCALE if long <= _LARGEST else SCALE * LONG / long
        picture: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
        return to_grey(picture)
    finally:
        page.close()


def build(pages: Iterable[tuple[int, Grey]], source_format: str, engine: Engine) -> Document:
    """The document of numbered pictures of pages."""
    leaves = [read_page(grey, number, engine) for number, grey in pages]
    drop_furniture([leaf.sheet for leaf in leaves])
    numbers = frozenset(leaf.sheet.number for leaf in leaves)
    # Numbers outside ruled tables were read but once, so no tables are looked for in the text.
    return Document(lay_out(leaves), source_format, is_flat=True, pictures=numbers)

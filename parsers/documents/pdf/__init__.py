"""PDF to a document: the ruled tables as grids, the text around them as paragraphs, in reading order.

PDFium gives characters and lines with their coordinates. It must not be used by two threads at once.
"""

from parsers.documents.model import Document
from parsers.documents.ocr import read_scanned


def read_pdf(data: bytes) -> Document:
    """The document in the bytes of a PDF file.

    Raises NotAReport where the file cannot be opened, has no or too many pages, or no text that can be used.
    """
    # PDFium takes a while to load; who reads no PDF does not wait for it.
    from parsers.documents.pdf.build import build_document
    from parsers.documents.pdf.pages import NoTextLayer

    try:
        return build_document(data)
    except NoTextLayer as error:
        return read_scanned(data, str(error))

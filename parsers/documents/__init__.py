"""Bytes to a document. What a file is, is told by its bytes; its name and headers are not asked.

A format is one module with a reader and one line in ``FORMATS``; everything downstream sees only ``Document``.
"""

import re
from collections.abc import Callable

import msgspec

from parsers.documents.encoding import decode, drop_zero_width
from parsers.documents.html import read_html
from parsers.documents.model import Document
from parsers.documents.ocr import read_picture
from parsers.documents.packed.archives import read_archive
from parsers.documents.packed.container import is_office_xml, read_office_xml, read_zip
from parsers.documents.packed.mhtml import is_mhtml, read_mhtml
from parsers.documents.packed.ole import read_ole
from parsers.documents.pdf import read_pdf
from parsers.documents.programs.office import read_old_text
from parsers.documents.text import find_tables, read_text
from parsers.errors import NotAReport

MAX_BYTES = 50 * 1024 * 1024


class Format(msgspec.Struct, frozen=True):
    """A binary format: how it begins, what people call it, and its reader where there is one."""

    name: str
    magic: bytes
    title: str
    read: Callable[[bytes], Document] | None = None


FORMATS: tuple[Format, ...] = (
    Format("pdf", b"%PDF", "a PDF file", read_pdf),
    Format("zip", b"PK\x03\x04", "a ZIP, DOCX or XLSX file", lambda data: read_zip(data, read_document)),
    Format("zip", b"PK\x05\x06", "an empty ZIP file"),
    Format("ole", b"\xd0\xcf\x11\xe0", "a DOC, XLS or WPS file", read_ole),
    Format("rtf", b"{\\rt", "an RTF file", lambda data: read_old_text(data, "rtf", "an RTF file")),
    Format("gzip", b"\x1f\x8b", "a gzip file", lambda data: read_archive(data, read_document)),
    Format("rar", b"Rar!\x1a\x07", "a RAR file", lambda data: read_archive(data, read_document)),
    Format("7z", b"7z\xbc\xaf\x27\x1c", "a 7z file", lambda data: read_archive(data, read_document)),
    Format("png", b"\x89PNG", "a PNG picture", lambda data: read_picture(data, "png", "a PNG picture")),
    Format("jpeg", b"\xff\xd8\xff", "a JPEG picture", lambda data: read_picture(data, "jpeg", "a JPEG picture")),
    Format("gif", b"GIF8", "a GIF picture"),
    Format("exe", b"\x7fELF", "a program"),
    Format("exe", b"MZ\x90", "a program"),
)
_HTML = re.compile(
    r"<(?:!doctype html|html|head|body|table|t[rdh]|div|p|ul|ol|li|a|meta|span|font|center|script|br|h\d)[\s>/]",
    re.IGNORECASE,
)
_CONTROL = bytes([*range(9), *range(14, 27), *range(28, 32)])
# So much of the front of a file tells whether it is text.
_SAMPLE = 4096


def read_document(data: bytes) -> Document:
    """The document in ``data``.

    Raises NotAReport where the bytes are empty, too many, of a format that is not read, or no text.
    """
    if len(data) > MAX_BYTES:
        raise NotAReport(f"{len(data):,} bytes, more than the {MAX_BYTES:,} that are read; is it a report?")
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise NotAReport("the file is empty" if not data.strip() else "the file begins with blanks only")
    for known in FORMATS:
        if start.startswith(known.magic):
            if known.read is None:
                raise NotAReport(f"{known.title}, which is not read; expected a page, text, PDF, Word file or sheet")
            return known.read(data if data.startswith(known.magic) else data[data.index(known.magic) :])
    if is_mhtml(start):
        return read_mhtml(data)
    if is_office_xml(start):
        return read_office_xml(data)
    text, encoding = decode(data)
    if _is_binary(data, text):
        raise NotAReport("binary data or text in an unknown encoding; expected HTML or text")
    visible = drop_zero_width(text)
    if not (_HTML.search(text, 0, _SAMPLE) or _HTML.search(text)):
        return read_text(visible, encoding)
    is_source = encoding == "utf-8" and len(visible) == len(text) and not data.startswith(b"\xef\xbb\xbf")
    return read_html(data if is_source else visible.encode("utf-8", "replace"), encoding)


def _is_binary(data: bytes, text: str) -> bool:
    """Whether more than a few characters in the first part are no text: control codes or undecodable bytes."""
    start = data[:_SAMPLE]
    odd = text.count("\ufffd", 0, _SAMPLE)
    # UTF-16 has a zero byte in most characters; there the decoded text alone tells.
    if b"\0" not in start or "\0" in text[:_SAMPLE]:
        odd += len(start) - len(start.translate(None, _CONTROL))
    return odd > max(8, min(len(text), _SAMPLE) // 50)


def find_flat_tables(document: Document) -> bool:
    """Look for tables that a page flattened into paragraphs or preformatted text; True where blocks changed."""
    if document.is_flat:
        return False
    count = len(document.blocks)
    document.blocks = find_tables(document.blocks)
    document.is_flat = True
    return len(document.blocks) != count

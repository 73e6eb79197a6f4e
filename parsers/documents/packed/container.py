"""Files that begin like an archive: told apart by what is inside, not by their names."""

import re
import zipfile
from collections.abc import Callable

from parsers.documents.model import Document
from parsers.documents.packed.archives import read_archive
from parsers.documents.packed.mhtml import is_mhtml
from parsers.documents.packed.unpack import is_package
from parsers.documents.packed.zips import open_zip, read_member
from parsers.documents.programs.office import read_old_sheet, read_old_text
from parsers.documents.sheets.xlsx import read_xlsx
from parsers.documents.word.docx import read_docx
from parsers.errors import NotAReport

ReadBytes = Callable[[bytes], Document]

_OPEN_TEXT = "application/vnd.oasis.opendocument.text"
_OPEN_SHEET = "application/vnd.oasis.opendocument.spreadsheet"
_WORD_XML = (b'progid="Word.Document"', b"schemas.microsoft.com/office/word/2003/wordml")
_EXCEL_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_HEAD = 1024
_MARKUP = re.compile(rb"[\xef\xbb\xbf\s]*<")


def read_zip(data: bytes, read: ReadBytes) -> Document:
    """The document of a ZIP file: a text, a sheet, or an archive whose files ``read`` reads.

    Raises NotAReport where it is broken, a bomb, of a kind that is not read, or holds no report.
    """
    archive = open_zip(data)
    names = archive.namelist()
    if not is_package(names):
        return read_archive(data, read)
    if "OFD.xml" in names:
        raise NotAReport("an OFD file, which is not read; give the PDF or Word file of the report")
    if "mimetype" in names:
        return _read_open_document(archive, data)
    lowered = [name.lower() for name in names]
    if any(name.startswith("word/") for name in lowered):
        return read_docx(archive, lambda inner: read_embedded(inner, read))
    if "xl/workbook.bin" in lowered:
        raise NotAReport("an XLSB file, which is not read; save it as XLSX")
    if any(name.startswith("xl/") for name in lowered):
        return read_xlsx(archive, data)
    raise NotAReport("an office file without a text or a sheet; expected DOCX or XLSX")


def _read_open_document(archive: zipfile.ZipFile, data: bytes) -> Document:
    kind = read_member(archive, archive.getinfo("mimetype"), 1000).decode("ascii", "replace").strip()
    if kind.startswith(_OPEN_TEXT):
        return read_old_text(data, "odt", "an ODT file")
    if kind.startswith(_OPEN_SHEET):
        return read_old_sheet(data, "ods", "an ODS file")
    raise NotAReport("an OpenDocument file that is neither text nor sheet")


def is_office_xml(start: bytes) -> bool:
    """Whether a file begins like the XML of Word or Excel 2003, or like a Word file in one piece."""
    return start.startswith(b"<?xml") and any(sign in start for sign in (*_WORD_XML, _EXCEL_XML))


def read_office_xml(data: bytes) -> Document:
    """The document of an office file in plain XML."""
    if _EXCEL_XML in data[:_HEAD]:
        return read_old_sheet(data, "xml", "an Excel file in XML")
    return read_old_text(data, "xml", "a Word file in XML")


def read_embedded(data: bytes, read: ReadBytes) -> Document:
    """The document of a file that is set into a Word file: a sheet or a page, nothing that holds files again."""
    if data.startswith(b"PK"):
        archive = open_zip(data)
        if any(name.startswith("xl/") for name in archive.namelist()):
            return read_xlsx(archive, data)
    if _MARKUP.match(data) or is_mhtml(data):
        return read(data)
    raise NotAReport("it is neither an XLSX sheet nor a page")

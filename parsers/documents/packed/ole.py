"""OLE files (DOC, XLS, WPS, ET, encrypted office files): told apart by their streams."""

import struct
from io import BytesIO

import olefile

from parsers.documents.model import Document
from parsers.documents.packed.zips import one_line
from parsers.documents.programs.office import read_old_text
from parsers.documents.sheets.workbook import read_workbook
from parsers.errors import NotAReport

_ENCRYPTED_DOC = 0x0100
_VALUE_OR_ERROR = 0x0205
_FORMULAS = frozenset((0x0006, 0x0206, 0x0406))
_MAX_STREAM = 64 * 2**20


def read_ole(data: bytes) -> Document:
    """The document of an OLE file: sheets are read here, texts by LibreOffice.

    Raises NotAReport where it is encrypted, broken, of another program, or LibreOffice is missing.
    """
    streams = _open_streams(data)
    if "encryptedpackage" in streams:
        raise NotAReport("an encrypted office file; save it without a password")
    if "worddocument" in streams:
        head = streams["worddocument"]
        if len(head) >= 12 and struct.unpack_from("<H", head, 10)[0] & _ENCRYPTED_DOC:
            raise NotAReport("an encrypted DOC or WPS file; save it without a password")
        return read_old_text(data, "doc", "a DOC or WPS file")
    if "workbook" in streams or "book" in streams:
        document = read_workbook(data, "xls")
        if _shows_errors(streams.get("workbook") or streams["book"]):
            document.notes.append("some cells of the sheets show an error (such as #REF!) and are read as blank")
        return document
    if "powerpoint document" in streams:
        raise NotAReport("a file of slides (PPT); expected a text or a sheet")
    raise NotAReport("an OLE file without a text or a sheet; expected DOC, WPS, XLS or ET")


def _open_streams(data: bytes) -> dict[str, bytes]:
    """The streams at the top of the file that tell what it is, by their names in lower case."""
    wanted = {"encryptedpackage", "worddocument", "workbook", "book", "powerpoint document"}
    try:
        with olefile.OleFileIO(BytesIO(data)) as container:
            names = [path[0] for path in container.listdir() if len(path) == 1 and path[0].lower() in wanted]
            return {name.lower(): container.openstream(name).read(_MAX_STREAM) for name in names}
    except Exception as error:  # olefile raises whatever a broken table leads it to
        raise NotAReport(f"a DOC, XLS or WPS file that is broken or cut off ({one_line(str(error))})") from None


def _shows_errors(stream: bytes) -> bool:
    """Whether a cell of the workbook shows an error, which the reader of sheets gives as blank."""
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        body = stream[place + 4 : place + 4 + min(length, 16)]
        # The value of a cell, marked as an error; the result of a formula: no number, but an error.
        if kind == _VALUE_OR_ERROR and body[7:8] == b"\1":
            return True
        if kind in _FORMULAS and body[6:7] == b"\2" and body[12:14] == b"\xff\xff":
            return True
        place += 4 + length
    return False

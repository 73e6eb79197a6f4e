"""XLSX and XLSM workbooks: what the reader of sheets passes over is looked for in the package first.

That reader gives no text for a cell that shows an error and none for a formula without a result, as if they were
blank. The former get their error as a text, of the latter nobody knows what they would print.
"""

import re
import zipfile
from io import BytesIO

from parsers.documents.model import Document
from parsers.documents.packed.zips import MAX_MEMBER, check_member, read_member
from parsers.documents.sheets.workbook import read_workbook
from parsers.errors import NotAReport

# All parts of a workbook that are looked into together.
MAX_TOTAL = 128 * 2**20
_SHEETS = "xl/worksheets/"
# A formula that gives an empty text (t="str") has no result to show.
_UNCALCULATED = re.compile(
    rb'<c\b(?![^<>]*\bt="str")[^<>]*><f\b[^<>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
# A comma behind the last digit shows a number divided by a thousand.
_SCALED = re.compile(rb'formatCode="[^"]*[0#?],+(?:[^0#?,"][^"]*)?"')
_ERROR = re.compile(rb'(<c\b[^<>]*\bt=)"e"')


def read_xlsx(archive: zipfile.ZipFile, data: bytes) -> Document:
    """The document of a workbook that is the package ``archive``, opened from ``data``.

    Raises NotAReport where it is broken, outsize, holds formulas that were never calculated, or is refused by
    ``read_workbook``.
    """
    document = read_workbook(_show_errors(archive, data), "xlsx")
    if any(name.endswith("vbaProject.bin") for name in archive.namelist()):
        document.notes.append("the file holds macros, which were not run")
    if "xl/styles.xml" in archive.NameToInfo and _SCALED.search(read_member(archive, archive.getinfo("xl/styles.xml"))):
        document.notes.append("a number format of the workbook shows numbers scaled; they are read as they are stored")
    return document


def _show_errors(archive: zipfile.ZipFile, data: bytes) -> bytes:
    """The package with the errors of its sheets as texts; as it is where there are none."""
    changed: dict[str, bytes] = {}
    total = 0
    for info in archive.infolist():
        check_member(info, MAX_MEMBER)
        if not info.filename.startswith(_SHEETS) or not info.filename.endswith(".xml"):
            continue
        part = read_member(archive, info)
        total += len(part)
        if total > MAX_TOTAL:
            raise NotAReport(f"a workbook whose sheets unpack to more than {MAX_TOTAL:,} bytes; it is not read")
        if _UNCALCULATED.search(part):
            raise NotAReport("a workbook with formulas that were never calculated; open it and save it again")
        if _ERROR.search(part):
            changed[info.filename] = _ERROR.sub(rb'\1"str"', part)
    return _repack(archive, changed) if changed else data


def _repack(archive: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    """The package with some parts exchanged, without its pictures."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for info in archive.infolist():
            if info.filename.endswith((".xml", ".rels")):
                name = info.filename
                made.writestr(zipfile.ZipInfo(name), changed[name] if name in changed else read_member(archive, info))
    return target.getvalue()

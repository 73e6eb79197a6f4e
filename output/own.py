"""What this program wrote itself, known by its content: it holds the words of reports and is none."""

import io
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

EXPORT_PACKAGE = "xxgk-export"
"""The name in the datapackage.json of a folder that holds an export."""

GENERATOR = "xxgk export"
"""What every file of an export says of itself where its format has a place for it."""

DIFF_MARK = '<meta name="generator" content="xxgk diff">'
SITE_MARK = '<meta name="generator" content="xxgk site">'
"""What the head of every page has, in whatever language."""

SITE_MARKER = "xxgk-site.txt"
"""The file by which a folder is known as that of a site."""

# The sheets that every Excel export has, also one that another program has saved again.
_SHEETS = (b'name="codebook"', b'name="columns"')
_HEAD = 1000
# Ours hold a few KiB; those of others may unpack to any size.
_MOST_READ = 2**17


def describe_own(data: bytes) -> str:
    """What of ours a file is, as words for a person: "an Excel file of xxgk export"; "" where it is not ours."""
    if data.startswith(b"PK"):
        return "an Excel file of xxgk export" if is_own_workbook(io.BytesIO(data)) else ""
    head = data[:_HEAD]
    marks = {DIFF_MARK: "a page of xxgk diff", SITE_MARK: "a page of xxgk site"}
    return next((what for mark, what in marks.items() if mark.encode() in head), "")


def is_own_workbook(file: Path | BinaryIO) -> bool:
    """Whether an Excel file was written by an export, or has its sheets."""
    try:
        with zipfile.ZipFile(file) as book:
            sheets, about = (_read_part(book, name) for name in ("xl/workbook.xml", "docProps/core.xml"))
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
        return False
    return f"<dc:creator>{GENERATOR}</dc:creator>".encode() in about or all(sheet in sheets for sheet in _SHEETS)


def _read_part(book: zipfile.ZipFile, name: str) -> bytes:
    """The front of a file in an archive; b"" where there is none."""
    if name not in book.namelist():
        return b""
    with book.open(name) as part:
        return part.read(_MOST_READ)


def find_own(folder: Path, names: Collection[str]) -> tuple[str, set[str]]:
    """What of ours a folder with these names in it is, as words for a person, and which of the names belong to it."""
    if SITE_MARKER in names:
        return "a site that xxgk site built", set(names)
    # Heavy, and hardly ever needed.
    from output.datapackage import FILE_NAME, PACKAGE_NAME, read_package_files

    for package, what in ((PACKAGE_NAME, "a dataset of xxgk"), (EXPORT_PACKAGE, "an export of xxgk")):
        if FILE_NAME in names and (files := read_package_files(folder, package)):
            return what, files
    return "", set()

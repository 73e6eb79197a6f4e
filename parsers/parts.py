"""A report that stands in several files: a page and its attachments become one.

The header comes from the page, each table from the file that has more of its numbers, the text from the file that has
more of the sections. A file that tells of another agency or year is none of the report and is left, with a note.
"""

from typing import NamedTuple

import msgspec

from parsers.documents.model import Document
from parsers.errors import NotAReport
from parsers.forms.reader import Tables, name_form
from parsers.forms.rows import TableReading
from parsers.header import Header
from parsers.records import Section
from parsers.sections import Outline


class Attachment(NamedTuple):
    """A file that belongs to a page: its bytes, its address, and what the page calls it."""

    data: bytes
    url: str | None = None
    name: str | None = None

    @property
    def label(self) -> str:
        """What a person knows it by."""
        return self.name or self.url or "attachment"


class File(NamedTuple):
    """What was read of one file; ``name`` is "" for the page itself."""

    name: str
    digest: str
    document: Document
    tables: Tables
    outline: Outline
    sections: list[Section]
    header: Header

    @property
    def headed(self) -> int:
        """How many sections have a heading of their own."""
        return len({heading.section for _, heading in self.outline.headings})

    @property
    def length(self) -> int:
        """Characters of running text."""
        return sum(len(section.text) for section in self.sections)


class Joined(NamedTuple):
    """The report of all files: its tables, the file that its text is from, its header, what a person should know."""

    tables: Tables
    text: File
    header: Header
    notes: tuple[str, ...]


def join_files(page: File, attached: list[File]) -> Joined:
    """The report that a page and its attachments are together.

    Raises NotAReport where a page that holds nothing itself has attachments of several agencies or years.
    """
    files, notes = [page], []
    for file in _told_apart(page, attached):
        stranger = _why_stranger(page, files, file)
        if stranger:
            notes.append(f"{file.name}: {stranger}, so it is left")
        else:
            files.append(file)
    tables = _join_tables(files)
    text = max(files, key=lambda file: (file.headed, file.length if not page.headed else 0))
    if text is not page:
        notes.append(f"the text is that of the attachment {text.name}")
    for file in files[1:]:
        kinds = [kind for kind, reading in tables.readings.items() if reading.source_sha256 == file.digest]
        if kinds:
            notes.append(f"the tables {', '.join(kinds)} are those of the attachment {file.name}")
    return Joined(tables, text, _join_headers(page, files), tuple(notes))


def _told_apart(page: File, attached: list[File]) -> list[File]:
    """The attachments, after making sure that they are of one report where the page says nothing itself."""
    if page.tables.readings or page.headed >= 2:
        return attached
    told = {(file.header.agency, file.header.year) for file in attached if file.header.is_titled and file.headed >= 2}
    if len(told) > 1:
        names = "; ".join(f"{agency or '?'} {year or '?'}" for agency, year in sorted(told, key=str))
        raise NotAReport(f"the page has {len(told)} reports as attachments ({names}); each needs an address of its own")
    return attached


def _why_stranger(page: File, files: list[File], file: File) -> str:
    """Why an attachment is none of the report, or ""."""
    header, other = page.header, file.header
    if not other.is_titled:
        # A table or a picture says nothing of whose it is; what is guessed of it is no reason to leave it.
        return ""
    if header.year and other.year and header.year != other.year:
        return f"tells of {other.year}, the page of {header.year}"
    is_empty = not page.tables.readings and page.headed < 2 and len(files) == 1
    if not is_empty and header.agency and other.agency and not _same_agency(header.agency, other.agency):
        return f"is a report of {other.agency}, the page of {header.agency}"
    return ""


def _same_agency(one: str, other: str) -> bool:
    return one.endswith(other) or other.endswith(one)


def _join_tables(files: list[File]) -> Tables:
    """Each table from the file that has most of its numbers, the first of equals."""
    readings: dict[str, TableReading] = {}
    for file in files:
        for kind, reading in file.tables.readings.items():
            if kind not in readings or reading.count_numbers() > readings[kind].count_numbers():
                readings[kind] = reading
    source = readings.get("disclosure") or next(iter(readings.values()), None)
    form = next((file.tables.form for file in files if source and source.source_sha256 == file.digest), "")
    notes = [note for file in files for note in file.tables.notes]
    return Tables(name_form(form, readings), readings, notes, files[0].tables.first_block)


def _join_headers(page: File, files: list[File]) -> Header:
    """The header of the page; what it does not tell, and all of it where it has no title, from the attachments."""
    titled = next((file for file in files if file.header.is_titled), page)
    header = titled.header
    for file in files:
        if file is not titled:
            told = msgspec.structs.asdict(file.header)
            missing = {name: told[name] for name, value in msgspec.structs.asdict(header).items() if value is None}
            header = msgspec.structs.replace(header, **missing)
    return header

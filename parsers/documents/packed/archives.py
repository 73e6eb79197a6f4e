"""Archives to the document of the one report that they hold.

Each file is read; the report is told by its section headings and official rows. A second file with the same report
(the same title, or the same numbers) is passed over; the fuller copy wins. A file with only the tables and one with
only the text, as reports of 2014 to 2018 come with their statistics sheet, are put together. Everything else is
refused: which of several reports is meant, only a person can tell.
"""

from collections.abc import Callable

import msgspec

from parsers.documents.model import Block, Document
from parsers.documents.packed.unpack import Budget, Member, title_of, unpack
from parsers.documents.packed.weigh import Weight, differ, find_title, weigh
from parsers.errors import NotAReport

ReadBytes = Callable[[bytes], Document]

# Files that LibreOffice must convert, a few seconds each.
MAX_CONVERTED = 6
_SLOW = (b"\xd0\xcf\x11\xe0", b"{\\rtf")
_MIN_TEXT = 400
_MAX_TOLD = 3


class _Candidate(msgspec.Struct):
    """A file of the archive that may be the report."""

    name: str
    document: Document
    weight: Weight
    title: str | None


def read_archive(data: bytes, read: ReadBytes) -> Document:
    """The document of the report in an archive; ``read`` reads one file.

    Raises NotAReport where no file of it is a report, several different ones are, or it is broken or a bomb.
    """
    members = list(unpack(data, Budget()))
    if not members:
        raise NotAReport(f"{title_of(data)} without files")
    candidates, reasons = _read_members(members, read)
    if not candidates:
        raise NotAReport(f"{title_of(data)} without a report that can be read: {_tell(reasons)}")
    return _choose(candidates, len(members))


def _read_members(members: list[Member], read: ReadBytes) -> tuple[list[_Candidate], list[str]]:
    candidates: list[_Candidate] = []
    reasons = [member.reason for member in members if member.reason]
    readable = [member for member in members if not member.reason]
    slow = sum(1 for member in readable if member.data.startswith(_SLOW))
    if slow > MAX_CONVERTED:
        raise NotAReport(f"an archive of {slow} DOC or XLS files; at most {MAX_CONVERTED} are read: give the report")
    for member in readable:
        try:
            document = read(member.data)
        except NotAReport as error:
            reasons.append(f"{member.name}: {error}")
            continue
        candidate = _Candidate(member.name, document, weigh(document.blocks), find_title(document.blocks))
        if _is_report(candidate):
            candidates.append(candidate)
        else:
            reasons.append(f"{member.name}: no annual report")
    return candidates, reasons


def _is_report(candidate: _Candidate) -> bool:
    weight = candidate.weight
    return weight.has_tables or weight.has_text or (candidate.title is not None and weight.length >= _MIN_TEXT)


def _tell(reasons: list[str]) -> str:
    return "; ".join(reasons[:_MAX_TOLD]) + (
        f"; and {len(reasons) - _MAX_TOLD} more" if len(reasons) > _MAX_TOLD else ""
    )


def _choose(candidates: list[_Candidate], count: int) -> Document:
    """The document of the one report among the candidates; raises NotAReport where they are several reports."""
    fullest = sorted(candidates, key=lambda item: item.weight.size, reverse=True)
    best = fullest[0]
    others = [item for item in fullest[1:] if not _is_same(best, item)]
    parts = [item for item in others if _completes(best, item)]
    if len(others) != len(parts) or len(parts) > 1:
        names = ", ".join(item.name for item in (best, *others)[:_MAX_TOLD])
        raise NotAReport(f"an archive of {len(others) + 1} different reports ({names}); unpack it and give one")
    document = best.document
    if parts:
        document = _join(best, parts[0])
    elif count > 1:
        document.notes.append(f"read from {best.name}, one of {count} files in an archive")
    for item in fullest[1:]:
        if item not in parts and differ(best.weight, item.weight):
            document.notes.append(f"{item.name} in the same archive has the same title and other numbers")
    return document


def _is_same(best: _Candidate, other: _Candidate) -> bool:
    """Whether another file is a copy of the report: the same title, or the same numbers in the same rows."""
    if best.title is not None and best.title == other.title:
        return True
    shared = best.weight.rows.keys() & other.weight.rows.keys()
    numbers = {text for key in shared for text in best.weight.rows[key]} - {"0"}
    return other.weight.has_tables and len(numbers) > 1 and not differ(best.weight, other.weight)


def _completes(best: _Candidate, other: _Candidate) -> bool:
    """Whether one of the two has only the tables and the other only the text, and their titles are no two."""
    one, two = best.weight, other.weight
    if best.title is not None and other.title is not None:
        return False
    return (one.has_tables, two.has_tables) in ((True, False), (False, True)) and not (
        _is_text(best) and _is_text(other)
    )


def _is_text(candidate: _Candidate) -> bool:
    return candidate.weight.has_text or candidate.title is not None


def _join(best: _Candidate, other: _Candidate) -> Document:
    """The text followed by the tables of the other file."""
    text, tables = (best, other) if _is_text(best) else (other, best)
    blocks: list[Block] = [*text.document.blocks, *tables.document.blocks]
    note = f"the text was read from {text.name}, the tables from {tables.name} in an archive"
    notes = [*text.document.notes, *tables.document.notes, note]
    return msgspec.structs.replace(text.document, blocks=blocks, notes=notes)

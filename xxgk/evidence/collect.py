"""The evidence of a report's numbers: each file it was read from, shown with what was read marked in it."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from itertools import accumulate

import msgspec

from output.pages.evidence import EvidenceFile, EvidencePage, count_anchor, value_anchor
from parsers.documents import read_document
from parsers.documents.model import Document, Paragraph
from parsers.errors import NotAReport
from parsers.records import PARSER_VERSION, RecordSet
from xxgk.evidence.marker import CellWant, Wanted, WordsWant
from xxgk.evidence.snapshots import Snapshots
from xxgk.evidence.text import pack

# What is made of the same bytes changes with this number.
_MAKER = 1


class SnapshotEvidence:
    """The files of a report's numbers, where the snapshots still have them; for ``output.pages``."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    def find(self, record: RecordSet) -> Sequence[EvidenceFile]:
        """The files of a report; its own first."""
        report = record.report
        digests = dict.fromkeys((report.source_sha256, *sorted({value.source_sha256 for value in record.values})))
        data = {digest: self._snapshots.find(report, digest) for digest in digests if digest}
        there = {digest: found for digest, found in data.items() if found is not None}
        text = _file_of_text(there, record)
        return [self._file(record, digest, found, digest == text) for digest, found in there.items()]

    def _file(self, record: RecordSet, digest: str, data: bytes, has_text: bool) -> EvidenceFile:
        report = record.report
        wanted = Wanted(wanted_cells(record, digest), wanted_words(record) if has_text else [])
        made_of = sha256(msgspec.json.encode((PARSER_VERSION, _MAKER, digest, wanted))).hexdigest()
        url = report.source_url or report.source_path or ""
        return EvidenceFile(digest, made_of, url, report.fetched_at or "", partial(make_page, data, wanted), has_text)


def _file_of_text(files: Mapping[str, bytes], record: RecordSet) -> str:
    """The file that holds most of the paragraphs of a report: an attachment may, in place of the page."""
    if len(files) < 2:
        return next(iter(files), "")
    lines = {pack(line) for section in record.sections for line in section.text.split("\n")}
    held: dict[str, int] = {}
    for digest, data in files.items():
        try:
            blocks = read_document(data).blocks
        except NotAReport:
            blocks = []
        held[digest] = len(lines.intersection(pack(block.text) for block in blocks if isinstance(block, Paragraph)))
    return max(held, key=lambda digest: held[digest])


def wanted_cells(record: RecordSet, digest: str) -> list[CellWant]:
    """The cells that were read of one file of a report."""
    cells: dict[str, CellWant] = {}
    for value in record.values:
        if (value.source_sha256 or record.report.source_sha256) == digest:
            anchor = value_anchor(value)
            cells.setdefault(anchor, CellWant(anchor, value.raw, value.table, value.row, value.column, value.line))
    return list(cells.values())


def wanted_words(record: RecordSet) -> list[WordsWant]:
    """The words of the counts of a report, each with the paragraph that it stands in."""
    words: dict[str, WordsWant] = {}
    counts = sorted(record.counts, key=lambda count: (count.start, count.count_id))
    for section in record.sections:
        lines = section.text.split("\n")
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        for count in counts:
            if count.section == section.section and count.raw and section.text[count.start : count.end] == count.raw:
                n = bisect_right(starts, count.start) - 1
                anchor = count_anchor(count)
                words.setdefault(
                    anchor, WordsWant(anchor, count.raw, section.title or "", lines[n], count.start - starts[n])
                )
    return list(words.values())


def make_page(data: bytes, wanted: Wanted) -> EvidencePage | None:
    """The page that shows a file; None where the file cannot be read any more."""
    try:
        document = read_document(data)
    except NotAReport:
        return None
    kind = document.source_format
    for maker in _makers(kind):
        page = maker(data, document, wanted)
        if page is not None:
            return page
    return None


_Maker = Callable[[bytes, Document, Wanted], EvidencePage | None]


def _makers(kind: str) -> list[_Maker]:
    """How a file of a format can be shown, the best first."""
    from xxgk.evidence.pages import page_as_archived, page_as_read, page_of_text

    makers: list[_Maker] = [page_as_read]
    if kind == "html":
        makers.insert(0, page_as_archived)
    elif kind == "text":
        makers.insert(0, page_of_text)
    elif kind == "pdf":
        from xxgk.evidence.pdf import page_of_pdf

        makers.insert(0, page_of_pdf)
    return makers

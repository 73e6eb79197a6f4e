"""One report from bytes to records: document, tables, sections, header, checks, in this order."""

import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

import msgspec

from parsers.agency_ids import make_agency_id
from parsers.checks import run_checks
from parsers.checks.complete import demanded_tables
from parsers.confirm import confirm_values, mark_pictured, tell_pictured
from parsers.documents import find_flat_tables, read_document
from parsers.documents.model import Document
from parsers.errors import NotAReport
from parsers.forms.reader import Tables, make_values, read_tables
from parsers.forms.schema import load_forms
from parsers.header import Header, read_header
from parsers.header.titles import MAX_TITLE, read_running_titles
from parsers.narrative import make_counts
from parsers.parts import Attachment, File, Joined, join_files
from parsers.records import Check, Count, RecordSet, Report, ReportStatus, Section, Value
from parsers.second import make_facts, settle_tables
from parsers.sections import Outline, find_outline, make_sections
from parsers.text import label_key

# A titled text without headings or tables must be at least this long to be a report and not a link to one.
_MIN_NARRATIVE = 400
# So many of the official headings, in their order, are a report also where the page lost its title.
_MANY_HEADINGS = 4
# Titles of other reports that a report may name, and a list of reports at least has.
_MIN_LISTED = 3
# Sections that hold a table in the forms of 2021 and 2019.
_TABLED = ("disclosure", "applications", "review_litigation")
_BODY_START = 3000
_BODY_END = 600


def parse_report(
    data: bytes,
    *,
    source_path: str | None = None,
    source_url: str | None = None,
    attachments: Sequence[Attachment] = (),
) -> RecordSet:
    """Read one report.

    ``source_path`` and ``source_url`` are kept as given; the URL also makes the report id and tells the division.
    ``attachments`` are the files that belong to the page; one that cannot be read is told in the notes.
    Raises NotAReport with a one-line reason where the bytes are no annual report that can be read.
    """
    digest = hashlib.sha256(data).hexdigest()
    report_id = make_report_id(source_url, digest)
    page = _read_file(data, digest, report_id, source_url)
    attached, notes = _read_attachments(attachments, report_id)
    joined = join_files(page, attached) if attached else Joined(page.tables, page, page.header, ())
    tables, sections = joined.tables, joined.text.sections
    try:
        _require_report(tables, joined.text, joined.header)
    except NotAReport as error:
        raise NotAReport("; ".join([str(error), *notes])) from None
    values = make_values(report_id, tables)
    counts = make_counts(report_id, sections, joined.header.year)
    checks = _check(report_id, tables, values, counts)
    marked, values = values, confirm_values(values, checks)
    told = tell_pictured(marked, values, bool(joined.text.document.pictures))
    report = _make_report(report_id, page, joined, (*joined.notes, *notes, *told), source_path, source_url)
    note = _missing_form(report.year, sections) if tables.form == "narrative" else ""
    if note:
        report = msgspec.structs.replace(report, status="partial", notes=(*report.notes, note))
    else:
        report = msgspec.structs.replace(report, status=_status(joined.header, tables, sections, values, checks))
    return RecordSet(report, values, counts, sections, checks)


def _read_file(data: bytes, digest: str, report_id: str, url: str | None, name: str = "") -> File:
    """All that one file holds. Raises NotAReport where it cannot be read at all."""
    document = read_document(data)
    tables = read_tables(document)
    if len(tables.readings) < len(demanded_tables(tables.form)) or not tables.readings:
        # The tables that are missing may stand in the text: flattened by the site, or preformatted.
        tables = read_tables(document) if find_flat_tables(document) else tables
    tables = settle_tables(document, tables)
    mark_pictured(tables.readings.values(), document.pictures)
    for reading in tables.readings.values():
        reading.source_sha256 = digest
    outline = find_outline(document, tables.first_block)
    sections = make_sections(report_id, document, outline)
    header = read_header(document, _body_start(document, outline, tables), _body_text(sections), url)
    return File(name, digest, document, tables, outline, sections, header)


def _read_attachments(attachments: Sequence[Attachment], report_id: str) -> tuple[list[File], list[str]]:
    """The attachments that can be read, and a note on each that cannot."""
    files: list[File] = []
    notes: list[str] = []
    for attachment in attachments:
        digest = hashlib.sha256(attachment.data).hexdigest()
        try:
            files.append(_read_file(attachment.data, digest, report_id, None, attachment.label))
        except NotAReport as error:
            notes.append(f"attachment {attachment.label}: {error}")
    return files, notes


def make_report_id(source_url: str | None, digest: str) -> str:
    """16 hex digits of the SHA-256 of the canonical URL (host in lower case, no fragment or default port), or of
    the bytes where there is no URL."""
    if not source_url:
        return digest[:16]
    return hashlib.sha256(canonical_url(source_url).encode()).hexdigest()[:16]


def canonical_url(url: str) -> str:
    """The URL in the spelling that names a report; a string that is no URL comes back trimmed."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url.strip()
    if not parts.scheme or not parts.hostname:
        return url.strip()
    default = {"http": 80, "https": 443}.get(parts.scheme.lower())
    host = parts.hostname if port in (None, default) else f"{parts.hostname}:{port}"
    return urlunsplit((parts.scheme.lower(), host, parts.path or "/", parts.query, ""))


def _body_start(document: Document, outline: Outline, tables: Tables) -> int:
    places = [place for place, _ in outline.headings[:1]]
    if tables.first_block is not None:
        places.append(tables.first_block)
    return min(places, default=outline.end)


def _body_text(sections: list[Section]) -> str:
    text = "\n".join(section.text for section in sections)
    return text if len(text) <= _BODY_START + _BODY_END else f"{text[:_BODY_START]}\n{text[-_BODY_END:]}"


def _require_report(tables: Tables, text: File, header: Header) -> None:
    """A report has a title of one or official tables, and sections or tables or a long text under that title."""
    headed, length = text.headed, text.length
    if tables.readings and (header.is_titled or headed >= 2 or len(tables.readings) >= 2):
        return
    if headed >= _MANY_HEADINGS and _is_in_order(text.sections) and not _is_list(text.sections, length):
        return
    if header.is_titled and (headed >= 2 or length >= _MIN_NARRATIVE) and not _is_list(text.sections, length):
        return
    found = (
        f"{'a' if header.is_titled else 'no'} title of an annual disclosure report, {headed} of its section headings, "
        f"{len(tables.readings)} of its tables, {length} characters of text"
    )
    raise NotAReport(f"no annual disclosure report: found {found}; expected a title and two headings, or its tables")


def _is_in_order(sections: list[Section]) -> bool:
    """Whether the sections on disclosure and on applications stand one behind the other, as in every form."""
    codes = [section.section for section in sections]
    wanted = [codes.index(code) for code in ("disclosure", "applications") if code in codes]
    return len(wanted) == 2 and wanted == sorted(wanted)


def _is_list(sections: list[Section], length: int) -> bool:
    """Whether a text without tables is for its greater part made of titles of reports: a list of them is none."""
    lines = [line for section in sections for line in section.text.splitlines()]
    titles = [line for line in lines if len(line) <= MAX_TITLE and next(read_running_titles(line), None)]
    return len(titles) >= _MIN_LISTED and 2 * sum(map(len, titles)) >= length


def _check(report_id: str, tables: Tables, values: list[Value], counts: list[Count]) -> list[Check]:
    return run_checks(make_facts(report_id, tables, values, counts))


def _status(
    header: Header, tables: Tables, sections: list[Section], values: list[Value], checks: list[Check]
) -> ReportStatus:
    demanded = load_forms()[tables.form].sections if tables.form in load_forms() else {}
    present = {section.section for section in sections}
    if any(kind not in tables.readings for kind in demanded_tables(tables.form)):
        return "partial"
    if any(code not in present for code in demanded):
        return "partial"
    doubtful = header.is_disputed or any(value.status in ("unreadable", "inferred", "ocr") for value in values)
    return "flagged" if doubtful or any(check.outcome == "fail" for check in checks) else "clean"


def _missing_form(year: int | None, sections: list[Section]) -> str:
    """A note on a report without tables whose headings or year demand those of an official form; "" where none does."""
    headed = _form_of_headings(sections)
    if headed:
        return f"the sections are headed as in the {headed} form, but none of its tables was found"
    due = [
        name
        for name, form in load_forms().items()
        if set(_TABLED) <= form.sections.keys() and year and int(name) <= year
    ]
    return f"a report on {year} has the tables of the {max(due)} form; none was found" if due else ""


def _form_of_headings(sections: list[Section]) -> str:
    """The form whose own section headings a report uses for its tables; '' where it has headings of its own."""
    titles = {label_key(section.title) for section in sections}
    for name, form in load_forms().items():
        if sum(1 for code in _TABLED if titles.intersection(form.sections.get(code, ()))) >= 2:
            return name
    return ""


def _make_report(
    report_id: str,
    page: File,
    joined: Joined,
    notes: tuple[str, ...],
    source_path: str | None,
    source_url: str | None,
) -> Report:
    header, tables = joined.header, joined.tables
    return Report(
        report_id=report_id,
        year=header.year,
        form=tables.form,
        title=header.title,
        agency=header.agency,
        publisher=header.publisher,
        agency_type=header.agency_type,
        division_code=header.division_code,
        province=header.province,
        city=header.city,
        county=header.county,
        level=header.level,
        index_number=header.index_number,
        document_number=header.document_number,
        published=header.published,
        source_url=source_url,
        source_path=source_path,
        source_sha256=page.digest,
        source_format=page.document.source_format,
        notes=(*header.notes, *tables.notes, *page.document.notes, *notes),
        agency_id=make_agency_id(header.agency, header.division_code, header.year),
    )

"""The five records of the contract, and the set of them that one report becomes.

Names and meanings are fixed by the contract; fields marked "added" are ours. All records are frozen;
an unknown field is None, never absent. The order of the fields is the order of the columns.
"""

from typing import Any, Literal

import msgspec

PARSER_VERSION = "0.3.0"

ValueStatus = Literal["number", "blank", "not_applicable", "unreadable", "inferred", "ocr"]
ReportStatus = Literal["clean", "flagged", "partial"]
Outcome = Literal["pass", "fail", "incomplete"]


class Report(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One report. ``notes`` (added) are sentences on what the sources of the header disagree about; ``withdrawn``
    (added) is the time at which a crawl found it gone, which the bytes cannot tell."""

    report_id: str
    year: int | None = None
    form: str = "narrative"
    title: str | None = None
    agency: str | None = None
    publisher: str | None = None
    agency_type: str | None = None
    division_code: str | None = None
    province: str | None = None
    city: str | None = None
    county: str | None = None
    level: str | None = None
    index_number: str | None = None
    document_number: str | None = None
    published: str | None = None
    source_url: str | None = None
    source_path: str | None = None
    source_sha256: str = ""
    source_format: str = ""
    fetched_at: str | None = None
    status: ReportStatus = "clean"
    parser_version: str = PARSER_VERSION
    notes: tuple[str, ...] = ()
    withdrawn: str | None = None


class Value(msgspec.Struct, frozen=True, gc=False):
    """One cell of an official table.

    Added: ``line`` is the 1-based line of the source it was read from, ``source_sha256`` the digest of the file that
    prints it: the report's own, or that of an attachment.
    """

    report_id: str
    indicator: str
    applicant: str | None
    value: int | float | None
    unit: str
    raw: str
    status: ValueStatus
    table: int
    row: int
    column: int
    line: int
    source_sha256: str = ""


class Count(msgspec.Struct, frozen=True, gc=False):
    """One number counted in the running text of a section."""

    report_id: str
    count_id: int
    parent_id: int | None
    section: str
    label: str
    concept: str | None
    value: int | float
    unit: str
    approximate: bool
    stated_none: bool
    raw: str
    start: int
    end: int


class Section(msgspec.Struct, frozen=True, gc=False):
    """One section: ``section`` is a code of the contract, ``position`` its place in the report, from 0."""

    report_id: str
    section: str
    title: str
    text: str
    position: int


class Check(msgspec.Struct, frozen=True, gc=False):
    """One consistency rule applied to one subject."""

    report_id: str
    rule: str
    subject: str
    outcome: Outcome
    diagnosis: str | None
    expected: int | float | None
    actual: int | float | None
    detail: str


class RecordSet(msgspec.Struct, frozen=True):
    """All records of one report, in reading order."""

    report: Report
    values: list[Value]
    counts: list[Count]
    sections: list[Section]
    checks: list[Check]

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the contract, as ``json.loads`` would give it."""
        decoded: dict[str, Any] = msgspec.json.decode(self.to_json())
        return decoded

    def to_json(self) -> bytes:
        """The JSON object of the contract as one line of UTF-8, without a line end."""
        return msgspec.json.encode(self)

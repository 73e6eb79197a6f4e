"""What only a crawl can tell, beside the five records: what changed in a report, and every address it stands at."""

from typing import Literal

import msgspec


class Revision(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One thing that differs between two snapshots of one report; None on the side that lacks it.

    ``kind`` says what it is: a cell of a table (``indicator``, ``applicant``), a count (``section``, ``label``, and
    ``part_of``, the label of the count that it is a part of), a section, or a field of the report (``field``).
    """

    report_id: str
    kind: Literal["value", "count", "section", "report"]
    indicator: str | None = None
    applicant: str | None = None
    section: str | None = None
    label: str | None = None
    part_of: str | None = None
    field: str | None = None
    old_value: int | float | None = None
    new_value: int | float | None = None
    old_raw: str | None = None
    new_raw: str | None = None
    old_sha256: str
    new_sha256: str
    changed_at: str


class Address(msgspec.Struct, frozen=True, gc=False):
    """One address of a report and the site that leads to it."""

    report_id: str
    url: str
    site_id: str

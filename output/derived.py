"""What is told of the reports together, beside the five records: who reports, in which years, and what was copied."""

from typing import Literal

import msgspec


class Agency(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One agency over all years and spellings.

    ``name`` is the latest, ``names`` the others, joined by ";"; ``resolved`` says whether agency and division are
    both known, ``note`` why not, and what is known of mergers. ``agency_id`` is None for reports of no known agency.
    """

    agency_id: str | None
    name: str | None
    division_code: str | None
    province: str | None
    city: str | None
    county: str | None
    level: str | None
    agency_type: str | None
    first_year: int | None
    last_year: int | None
    reports: int
    names: str | None
    resolved: bool
    note: str | None


class Coverage(msgspec.Struct, frozen=True, gc=False):
    """One year in which an agency is expected to report, and what was found of it."""

    agency_id: str
    year: int
    status: Literal["found", "late", "without_tables", "missing"]
    report_id: str | None
    published: str | None
    note: str | None


class Reuse(msgspec.Struct, frozen=True, gc=False):
    """How much of a report's text stands in another: ``share`` of its ``characters``."""

    report_id: str
    compared_with: str
    relation: Literal["previous_year", "neighbour"]
    share: float
    characters: int

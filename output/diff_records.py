"""What a comparison of two datasets tells, as records: text, JSON and page are made of the same ones."""

from typing import Any

import msgspec

Number = int | float


class ReportLine(msgspec.Struct, frozen=True, kw_only=True):
    """A report as people know it."""

    report_id: str
    agency: str | None = None
    year: int | None = None
    title: str | None = None


class FieldChange(msgspec.Struct, frozen=True):
    """A field of the report before and now."""

    old: Any
    new: Any


class Revised(msgspec.Struct, kw_only=True):
    """A report that is on both sides and differs.

    ``old_report_id`` is told where its id is another one now; ``values``, ``newly_failing`` and ``no_longer_failing``
    are numbers; ``tables`` tells of others how many of its rows differ.
    """

    report_id: str
    agency: str | None = None
    year: int | None = None
    title: str | None = None
    old_report_id: str | None = None
    fields: dict[str, FieldChange] = {}
    values: int = 0
    newly_failing: int = 0
    no_longer_failing: int = 0
    tables: dict[str, int] = {}


class ValueChange(msgspec.Struct, frozen=True, kw_only=True):
    """A cell before and now; a side that lacks it has the status null."""

    report_id: str
    agency: str | None = None
    year: int | None = None
    indicator: str
    applicant: str | None
    old_value: Number | None
    new_value: Number | None
    old_status: str | None
    new_status: str | None
    old_raw: str | None
    new_raw: str | None


class CheckChange(msgspec.Struct, frozen=True, kw_only=True):
    """A check that fails on one side only; a side that lacks it has the outcome null."""

    report_id: str
    agency: str | None = None
    year: int | None = None
    rule: str
    subject: str | None
    old: str | None
    new: str | None
    diagnosis: str | None
    detail: str | None


class TableChange(msgspec.Struct, frozen=True):
    """A table of the two: its rows (null where it is not there), its columns, and whether any row differs."""

    name: str
    rows_old: int | None
    rows_new: int | None
    columns_added: list[str]
    columns_dropped: list[str]
    changed: bool


class Listed(msgspec.Struct):
    """All are counted, the first ``limit`` are kept."""

    total: int = 0
    items: list[Any] = []

    def room(self, limit: int | None) -> int | None:
        """How many more are kept; None: all."""
        return None if limit is None else max(0, limit - len(self.items))


class Diff(msgspec.Struct):
    """The whole comparison."""

    old: str
    new: str
    version_old: str
    version_new: str
    tables: list[TableChange] = []
    added: Listed = msgspec.field(default_factory=Listed)
    gone: Listed = msgspec.field(default_factory=Listed)
    revised: Listed = msgspec.field(default_factory=Listed)
    values: Listed = msgspec.field(default_factory=Listed)
    newly_failing: Listed = msgspec.field(default_factory=Listed)
    no_longer_failing: Listed = msgspec.field(default_factory=Listed)

    @property
    def differs(self) -> bool:
        """Whether anything at all does."""
        lists = (self.added, self.gone, self.revised, self.values, self.newly_failing, self.no_longer_failing)
        return (
            self.version_old != self.version_new
            or any(found.total for found in lists)
            or any(t.changed or t.columns_added or t.columns_dropped for t in self.tables)
        )

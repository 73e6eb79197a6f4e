"""What the crawl of a site came to."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

Status = Literal["ok", "blocked", "unreachable", "empty", "partial"]


class Failure(msgspec.Struct, frozen=True):
    """An address that could not be had, or was left alone, and why."""

    url: str
    reason: str


class SiteResult(msgspec.Struct):
    """One site in the summary of a run (one object a run, see the README).

    Added to the contract: ``skipped``, addresses that were left alone by rule (robots.txt, another host, an attachment)
    or lead nowhere, which is no failure of the crawl; ``notes``, sentences for a person; ``families``, the CMS families
    that its columns were read as.
    """

    id: str
    name: str
    status: Status = "ok"
    requests: int = 0
    not_modified: int = 0
    bytes: int = 0
    reports_new: int = 0
    reports_changed: int = 0
    reports_unchanged: int = 0
    reports_gone: int = 0
    failures: list[Failure] = []
    skipped: list[Failure] = []
    notes: list[str] = []
    families: list[str] = []

    @property
    def reports(self) -> int:
        """Reports that the site has now."""
        return self.reports_new + self.reports_changed + self.reports_unchanged


class Progress(NamedTuple):
    """Where the crawl of a site stands, for a display."""

    site_id: str
    name: str
    requests: int
    reports: int
    waiting: int
    done: bool = False

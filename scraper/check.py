"""Tries the start pages of sites: what answers, from which address, as which CMS family. Nothing of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from scraper.archive import Archive
from scraper.cms import GENERIC, recognise
from scraper.fetch import user_agent
from scraper.model import Request
from scraper.polite import Politeness
from scraper.state import State
from scraper.urls import exact_key
from scraper.visit import Night, Outcome, Visitor, What

if TYPE_CHECKING:
    from scraper.config import Plan, SitePlan

_RUN_ID = "20000101T000000Z"


class Finding(msgspec.Struct, frozen=True):
    """What came of one start page.

    ``checked`` is the day (UTC). ``status`` is the HTTP status, 0 where there was no answer; ``final`` the address
    that answered at last, ``family`` the CMS family of that page where it is known. ``reason`` says why there is no
    page, and is empty where there is one.
    """

    id: str
    url: str
    checked: str
    status: int
    final: str
    family: str
    reason: str


async def check_sites(
    plan: Plan, version: str, done: Collection[tuple[str, str]], tell: Callable[[Finding], None]
) -> None:
    """Try every start page of the plan but those of ``done`` (id and address), as politely as a crawl, and tell of
    each as soon as it is known."""
    with TemporaryDirectory(prefix="xxgk-check-") as name:
        folder = Path(name)
        with State(folder / "state.sqlite") as state, Archive(folder, _RUN_ID, f"xxgk/{version}") as archive:
            contact = next((site.settings.contact for site in plan.sites if site.settings.contact), "")
            night = Night(
                run_id=_RUN_ID,
                started=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                state=state,
                archive=archive,
                politeness=Politeness(),
                agent=user_agent(version, contact),
            )
            # One iterator for all: who is ready takes the next site.
            sites = iter(plan.sites)
            await asyncio.gather(*(_check(sites, night, done, tell) for _ in range(plan.hosts_at_once)))


async def _check(
    sites: Iterable[SitePlan], night: Night, done: Collection[tuple[str, str]], tell: Callable[[Finding], None]
) -> None:
    for plan in sites:
        visitor = Visitor(plan, night)
        try:
            for url in plan.site.start:
                if (plan.site.id, url) not in done:
                    outcome = await visitor.visit(Request(url))
                    tell(_finding(plan.site.id, url, outcome, visitor, night))
        finally:
            await visitor.close()


def _finding(site_id: str, url: str, outcome: Outcome, visitor: Visitor, night: Night) -> Finding:
    family = recognise(visitor.page_of(outcome)) if outcome.what is What.PAGE else ""
    visits = (night.state.find_visit(night.run_id, exact_key(Request(asked))) for asked in (outcome.url, url))
    status = next((visit.status for visit in visits if visit), 0)
    today = datetime.now(UTC).date().isoformat()
    return Finding(site_id, url, today, status, outcome.url, "" if family == GENERIC else family, outcome.reason)

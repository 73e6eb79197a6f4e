"""All sites of one run, side by side: what was left of a killed run first, then the crawl, then the results."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scraper.answers import Kind, Verdict, judge_answer
from scraper.archive import Archive, ArchiveError, recover, run_of
from scraper.copies import fold_copies
from scraper.crawl import SiteCrawl
from scraper.fetch import Answer, user_agent
from scraper.model import Request
from scraper.polite import Politeness
from scraper.results import Failure, Progress, SiteResult
from scraper.state import SiteRow, StateError
from scraper.urls import exact_key
from scraper.visit import Night, What, keep_answer

if TYPE_CHECKING:
    from scraper.archive import Stored
    from scraper.config import Plan, SitePlan
    from scraper.state import ReportRow, RunRow, State

ARCHIVE = "archive"


class Wanted(NamedTuple):
    """An address that a run would ask for, and why."""

    site_id: str
    url: str
    why: str


def crawl_sites(
    plan: Plan,
    data: Path,
    state: State,
    run: RunRow,
    *,
    version: str,
    progress: Callable[[Progress], None] = lambda _: None,
    note: Callable[[str], None] = lambda _: None,
) -> list[SiteResult]:
    """Crawl the sites of a plan into ``data``; what came of each, in the order of the plan.

    The reports are then in the state, their bytes in ``data/archive``. ``note`` is told lines for a person. Raises
    ArchiveError and StateError where the disk fails; what was received before is kept.
    """
    folder = data / ARCHIVE
    folder.mkdir(parents=True, exist_ok=True)
    software = f"xxgk/{version}"
    with Archive(folder, run.run_id, software) as archive:
        politeness = Politeness()
        nights = {
            contact: Night(run.run_id, run.started, state, archive, politeness, user_agent(version, contact))
            for contact in {site.settings.contact for site in plan.sites}
        }
        for night in list(nights.values())[:1]:
            _take_in_tail(plan, night, folder, note)
        crawls = [SiteCrawl(site, nights[site.settings.contact], progress) for site in plan.sites]
        before = {crawl.result.id: state.traffic(run.run_id, crawl.result.id) for crawl in crawls}
        asyncio.run(_crawl_all(crawls, plan.hosts_at_once))
    fold_copies(state, run.run_id)
    for crawl in crawls:
        earlier = before[crawl.result.id]
        crawl.add_traffic(earlier.requests, earlier.not_modified, earlier.bytes)
        _conclude(crawl, state, run)
    return [crawl.result for crawl in crawls]


async def _crawl_all(crawls: list[SiteCrawl], at_once: int) -> None:
    free = asyncio.Semaphore(at_once)

    async def crawl_one(crawl: SiteCrawl) -> None:
        async with free:
            try:
                await crawl.run()
            except (ArchiveError, StateError):
                raise
            except Exception as error:
                # A bug of ours in one site must not lose the others.
                crawl.fail(crawl.start[0], f"internal error (please report): {type(error).__name__}: {error}")

    try:
        async with asyncio.TaskGroup() as group:
            for crawl in crawls:
                group.create_task(crawl_one(crawl))
    except BaseExceptionGroup as errors:
        # The disk has failed: the first word on it is enough.
        raise errors.exceptions[0] from None


def _take_in_tail(plan: Plan, night: Night, folder: Path, note: Callable[[str], None]) -> None:
    """Take in the answers that a killed run had archived and not yet noted in the state."""
    taken = 0
    for stored in recover(folder, night.state.known_ends(), note=note):
        site_id = next((site.site.id for site in plan.sites if site.site.holds(stored.url)), "")
        answer = _as_answer(stored)
        row = night.state.find_page(exact_key(answer.request))
        repeats = bool(stored.refers_url) and row is not None
        verdict = Verdict(Kind.NOT_MODIFIED, "") if repeats else judge_answer(answer)
        own = Night(run_of(stored.place.file), night.started, night.state, night.archive, night.politeness, night.agent)
        keep_answer(own, site_id, answer, verdict, row, stored.place)
        taken += 1
    if taken:
        note(f"{taken} answer(s) of a run that was broken off were taken in from the archive")


def _as_answer(stored: Stored) -> Answer:
    posted = stored.method == "POST"
    return Answer(
        Request(stored.url, "POST", stored.request_body) if posted else Request(stored.url),
        stored.status,
        stored.reason,
        stored.http_version,
        stored.headers,
        stored.raw,
        stored.body,
        b"",
        stored.fetched,
        stored.address,
        stored.fault,
    )


def _conclude(crawl: SiteCrawl, state: State, run: RunRow) -> None:
    """Count the reports of a site and judge how it fared; kept in the state for the next run to compare with."""
    result = crawl.result
    for key in sorted(crawl.reports.keys):
        report = state.find_report(key)
        if report is not None and not report.same_as and not report.gone:
            _count(result, report, run.run_id)
    result.reports_gone = sum(
        report.gone == run.started for report in state.reports_of(result.id) if not report.same_as
    )
    _tell_fewer(result, state.site_before(result.id, run.run_id))
    _judge(crawl)
    state.save_site(
        SiteRow(
            result.id,
            run.run_id,
            result.status,
            result.requests,
            result.not_modified,
            result.bytes,
            result.reports,
        )
    )


def _count(result: SiteResult, report: ReportRow, run_id: str) -> None:
    if report.first_seen == run_id:
        result.reports_new += 1
    elif report.changed == run_id:
        result.reports_changed += 1
    else:
        result.reports_unchanged += 1


def _tell_fewer(result: SiteResult, before: SiteRow | None) -> None:
    """Say where a site has fewer reports than last time; those known to be withdrawn explain themselves."""
    missing = before.reports - result.reports - result.reports_gone if before else 0
    if missing > 0:
        why = f"; {result.failures[0].url}: {result.failures[0].reason}" if result.failures else ""
        result.notes.append(f"{result.reports} reports where there were {before.reports if before else 0}{why}")


def _judge(crawl: SiteCrawl) -> None:
    """The status of a site, from what came of its addresses."""
    result, outcomes = crawl.result, crawl.outcomes
    if result.reports:
        result.status = "partial" if result.failures or result.notes else "ok"
    elif outcomes[What.BLOCKED] or (crawl.is_forbidden and not outcomes[What.PAGE]):
        result.status = "blocked"
    elif outcomes[What.UNREACHABLE] or (outcomes[What.FAILED] and not outcomes[What.PAGE]):
        result.status = "unreachable"
    else:
        result.status = "empty"
        pages = outcomes[What.PAGE]
        first = crawl.start[0]
        result.failures.append(Failure(first, f"no report found on {pages} page(s)"))


def wanted_first(plan: Plan, state: State | None) -> Iterator[Wanted]:
    """What a run would ask for before it knows more: start pages, and the reports that are known already."""
    for site in plan.sites:
        yield from _wanted_of(site, state)


def _wanted_of(plan: SitePlan, state: State | None) -> Iterator[Wanted]:
    for url in plan.site.start:
        yield Wanted(plan.site.id, url, "start page")
    for report in state.reports_of(plan.site.id) if state else ():
        if not report.gone:
            yield Wanted(plan.site.id, report.url, "known report")

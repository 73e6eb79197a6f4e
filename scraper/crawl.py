"""The crawl of one site: from its start pages to the bytes of its reports.

Requests go out one by one, in an order that depends on the answers alone. A crawl that is begun again with the same
answers therefore does the same, which is how a run that was killed goes on (scraper.visit).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from scraper.analyse import Analysis, analyse, decode_analysis, encode_analysis
from scraper.frontier import Frontier, Item, Zone, further_page, items_of, shape_of
from scraper.lists import ListLog
from scraper.model import Request
from scraper.results import Failure, Progress, SiteResult
from scraper.state import AddressRow, FailureRow, ReportRow
from scraper.urls import request_key, resolve
from scraper.visit import FORBIDDEN, Night, Outcome, Visitor, What
from scraper.words import Says

if TYPE_CHECKING:
    from scraper.config import SitePlan

# Pages that are no report and lead to none, of one shape of address: more of the kind are not asked for.
_BARREN_OF_A_SHAPE = 25
# Share of the budget for pages outside of columns of reports.
_EXPLORING = 0.6
# A report that was the same so many nights in a row is looked at more rarely, at twice the interval each time.
_SURE_AFTER = 3
_LOST_REPORTS = 3
_MAX_TOLD = 200


class SiteCrawl:
    """One site in one night."""

    def __init__(self, plan: SitePlan, night: Night, progress: Callable[[Progress], None]) -> None:
        self._plan, self._night, self._progress = plan, night, progress
        self._frontier = Frontier()
        self._seen: set[str] = set()
        self._aliases: dict[str, set[str]] = {}
        self.reports: set[str] = set()
        self._lists = ListLog()
        self._barren: Counter[str] = Counter()
        self.outcomes: Counter[What] = Counter()
        self._asked = self._explored = 0
        self._left: Counter[str] = Counter()
        self.result = SiteResult(plan.site.id, plan.site.name)

    async def run(self) -> None:
        """Crawl the site; what came of it is in ``result``, the reports are in the state."""
        # Made here: with thousands of sites only those under way have connections.
        self._visitor = Visitor(self._plan, self._night)
        try:
            for url in self._plan.site.start:
                self._push(Item(Request(url), is_start=True))
            await self._work_off()
            await self._look_after_known_reports()
        finally:
            await self._visitor.close()
            self.add_traffic(self._visitor.requests, self._visitor.not_modified, self._visitor.bytes)
            self._forget()
        self._tell_left()

    def _forget(self) -> None:
        """Let go of what only the crawl itself needs: the results of all sites stay until the end of the run."""
        self._frontier, self._lists = Frontier(), ListLog()
        self._seen.clear()
        self._aliases.clear()
        self._barren.clear()

    @property
    def start(self) -> tuple[str, ...]:
        """The start pages of the site."""
        return self._plan.site.start

    @property
    def is_forbidden(self) -> bool:
        """Whether robots.txt closes a start page."""
        return any(failure.reason.endswith(FORBIDDEN) for failure in self.result.failures)

    def add_traffic(self, requests: int, not_modified: int, size: int) -> None:
        """Count requests, answers "not modified", and bytes received."""
        self.result.requests += requests
        self.result.not_modified += not_modified
        self.result.bytes += size

    async def _work_off(self) -> None:
        while (item := self._frontier.pop()) is not None:
            if self._asked >= self._plan.settings.max_pages:
                self.fail(item.request.url, f"max_pages = {self._plan.settings.max_pages} is used up, more is left")
                return
            if self._is_worthwhile(item):
                await self._take(item)
                self._show()
                # What is served from the state awaits nothing; other sites want their turn.
                await asyncio.sleep(0)

    def _is_worthwhile(self, item: Item) -> bool:
        if item.is_report_link or item.listed or item.says is Says.COLUMN:
            return True
        if item.zone is not Zone.COLUMN and self._explored >= _EXPLORING * self._plan.settings.max_pages:
            return False
        return self._barren[shape_of(item.request.url)] < _BARREN_OF_A_SHAPE

    async def _take(self, item: Item) -> None:
        if self._is_not_due(item):
            self.reports.add(request_key(item.request))
            self._mark_seen(request_key(item.request))
            return
        self._asked += 1
        self._explored += item.zone is not Zone.COLUMN and not item.is_report_link
        outcome = await self._visitor.visit(item.request)
        self.outcomes[outcome.what] += 1
        if outcome.what is What.PAGE:
            self._use(item, outcome)
        else:
            self._miss(item, outcome)

    def _use(self, item: Item, outcome: Outcome) -> None:
        """Take what a page holds: a report, links, the next page of a list."""
        analysis = self._analysis(item, outcome)
        key = request_key(Request(outcome.url))
        self._seen.add(key)
        if analysis.is_report or (analysis.file and item.is_report_link):
            self._keep_report(key, item, outcome, analysis)
        if analysis.family and analysis.family not in self.result.families:
            self.result.families.append(analysis.family)
        if not (analysis.is_report and item.is_report_link):
            self._follow(item, analysis)
        elif analysis.has_links:
            for child in items_of(item, analysis, self._plan.site.years):
                if child.guessed:
                    self._push(child)

    def _follow(self, item: Item, analysis: Analysis) -> None:
        zone = Zone.COLUMN if analysis.is_column else item.zone
        here = msgspec.structs.replace(item, zone=zone)
        fresh = [child for child in items_of(item, analysis, self._plan.site.years) if self._push(child)]
        reports = sum(child.is_report_link for child in fresh)
        if not analysis.is_report and not reports and not any(child.says is Says.COLUMN for child in fresh):
            self._note_barren(item, analysis)
        for request in analysis.lists:
            self._push_further(here, [request], self._lists.begin())
        if item.listed:
            self._lists.add(item.listed, analysis, reports)
            if not self._lists.had_news(item.listed):
                self._push_further(item, item.others, item.listed)
                return
        in_catalogue = item.says is Says.CATALOGUE
        if analysis.more and (item.listed or reports or in_catalogue or zone is Zone.COLUMN):
            listed = item.listed or self._lists.begin(analysis)
            if self._lists.goes_on(listed, zone is Zone.COLUMN, in_catalogue):
                self._push_further(here, analysis.more, listed)

    def _push_further(self, item: Item, requests: Sequence[Request], listed: int) -> None:
        if requests:
            self._push(further_page(item, requests, listed))

    def _note_barren(self, item: Item, analysis: Analysis) -> None:
        self._barren[shape_of(item.request.url)] += 1
        leads = any(found.says is Says.REPORT for found in analysis.links)
        if item.is_report_link and not (item.guessed or analysis.file or leads):
            self._skip(item.request.url, "named as a report, but the page holds no text of one (an attachment?)")

    def _analysis(self, item: Item, outcome: Outcome) -> Analysis:
        """The analysis of a page: from the state where its bytes are those of last time, else made and kept."""
        row = outcome.row
        assert row is not None
        before = decode_analysis(row.analysis)
        promised = item.is_report_link or not before or before.has_links or bool(before.file)
        if before and before.digest == row.digest and promised:
            return before
        page = self._visitor.page_of(outcome)
        made = analyse(page, item.request, item.label, self._plan.site.cms)
        made = msgspec.structs.replace(made, digest=row.digest)
        self._night.state.save_page(msgspec.structs.replace(row, analysis=encode_analysis(made)))
        if before:
            self._compare(outcome.url, before, made)
        return made

    def _compare(self, url: str, before: Analysis, now: Analysis) -> None:
        """Tell where a list of reports has become something else."""
        had = sum(found.says is Says.REPORT for found in before.links)
        if had >= _LOST_REPORTS and not any(found.says is Says.REPORT for found in now.links):
            self.fail(url, f"listed {had} reports last time and none now: changed markup, or the column has moved")

    def _keep_report(self, key: str, item: Item, outcome: Outcome, analysis: Analysis) -> None:
        row, night = outcome.row, self._night
        assert row is not None
        old = night.state.find_report(key)
        text = analysis.text_digest or row.digest
        same = old is not None and old.text_digest == text
        source = old if old is not None and same else row
        changed = night.run_id if old is not None and not same else old.changed if old else ""
        site_id = self._plan.site.id
        if old is not None:
            # Two sites may lead to one report; which of them is quicker must not matter.
            site_id = min(site_id, old.site_id) if old.first_seen == night.run_id else old.site_id
        report = ReportRow(
            key=key,
            url=old.url if old else outcome.url,
            site_id=site_id,
            label=analysis.title or item.label,
            found_by=" > ".join(item.trail),
            digest=source.digest,
            text_digest=text,
            file=source.file,
            offset=source.offset,
            fetched=source.fetched,
            first_seen=old.first_seen if old else night.run_id,
            last_seen=night.run_id,
            content_type=analysis.file or "html",
            guessed=item.guessed,
            changed=changed,
            same_as=old.same_as if old else "",
        )
        self.reports.add(key)
        with night.state.transaction():
            night.state.save_report(report)
            for url in {outcome.url, item.request.url, *self._aliases.get(key, ())}:
                night.state.add_address(AddressRow(key, url, self._plan.site.id))

    def _push(self, item: Item) -> bool:
        """Put something on the list of what to ask for; whether it was not there before."""
        key = request_key(item.request)
        if key not in self._seen:
            self._seen.add(key)
            self._frontier.push(item)
            return True
        if item.is_report_link:
            self._aliases.setdefault(key, set()).add(item.request.url)
            if key in self.reports:
                self._night.state.add_address(AddressRow(key, item.request.url, self._plan.site.id))
        return False

    # What could not be had

    def _miss(self, item: Item, outcome: Outcome) -> None:
        url = item.request.url
        if item.listed and item.others:
            self._push_further(item, item.others, item.listed)
        elif self._try_alias(item):
            return
        elif outcome.what is What.MISSING:
            self._miss_page(item, outcome)
        elif outcome.what is What.SKIPPED:
            if item.is_start:
                self.fail(url, f"start page: {outcome.reason}")
            elif item.is_report_link or item.says is Says.COLUMN:
                self._skip(url, outcome.reason)
        elif outcome.left:
            self._fail_host(url, outcome.reason)
        elif not item.guessed:
            self.fail(url, outcome.reason)

    def _try_alias(self, item: Item) -> bool:
        """Ask for the same page under another spelling that a link had: http or https may be the dead one."""
        aliases = self._aliases.get(request_key(item.request), set()) - {item.request.url}
        if not aliases:
            return False
        url = min(aliases)
        self._aliases[request_key(item.request)].discard(url)
        self._frontier.push(msgspec.structs.replace(item, request=Request(url)))
        return True

    def _miss_page(self, item: Item, outcome: Outcome) -> None:
        if self._lose_report(request_key(item.request)) or item.guessed:
            return
        row = self._visitor.find_row(item.request)
        before = decode_analysis(row.analysis) if row else None
        if before and before.is_column and not before.is_report:
            self.fail(item.request.url, f"was a column of reports and is gone ({outcome.reason}): it may have moved")
        elif item.is_start:
            self.fail(item.request.url, f"start page: {outcome.reason}; look up its new address")
            # The column may have moved within the site.
            home = resolve(item.request.url, "/")
            if home:
                self._push(Item(Request(home)))
        elif item.is_report_link:
            self._skip(item.request.url, f"a link to a report that leads nowhere: {outcome.reason}")

    def _lose_report(self, key: str) -> bool:
        """Mark a report that was there before as gone; whether it is one."""
        report = self._night.state.find_report(key)
        if report is None:
            return False
        if not report.gone:
            self._night.state.save_report(msgspec.structs.replace(report, gone=self._night.started))
        return True

    async def _look_after_known_reports(self) -> None:
        """Ask for the reports of other nights that no page led to this time."""
        for report in list(self._night.state.reports_of(self._plan.site.id)):
            if report.gone or report.key in self.reports or report.key in self._seen:
                continue
            item = Item(Request(report.url), report.label, Says.REPORT, trail=(report.found_by,))
            await self._take(item)
            self._show()

    def _is_not_due(self, item: Item) -> bool:
        """Whether this is a report that did not change for several nights and was looked at lately."""
        longest = self._plan.settings.recheck
        if not longest or not item.is_report_link:
            return False
        row = self._visitor.find_row(item.request)
        if row is None or row.unchanged < _SURE_AFTER or not row.analysis:
            return False
        report = self._night.state.find_report(request_key(item.request))
        if report is None or report.gone:
            return False
        days = min(2 ** (row.unchanged - _SURE_AFTER), longest)
        checked = datetime.fromisoformat(row.checked)
        return datetime.fromisoformat(self._night.started) < checked + timedelta(days=days, hours=-6)

    def _mark_seen(self, key: str) -> None:
        report = self._night.state.find_report(key)
        if report is not None:
            self._night.state.save_report(msgspec.structs.replace(report, last_seen=self._night.run_id))

    def fail(self, url: str, reason: str) -> None:
        """Tell an address that could not be had."""
        self._night.state.add_failure(FailureRow(self._night.run_id, self._plan.site.id, url, reason))
        self.result.failures.append(Failure(url, reason))

    def _fail_host(self, url: str, reason: str) -> None:
        """A host that was left for the night is told once, however much else was wanted of it."""
        self._left[reason] += 1
        if self._left[reason] == 1:
            self.fail(url, reason)

    def _tell_left(self) -> None:
        for number, failure in enumerate(self.result.failures):
            more = self._left[failure.reason] - 1
            if more > 0:
                self.result.failures[number] = Failure(failure.url, f"{failure.reason} (and {more} more addresses)")

    def _skip(self, url: str, reason: str) -> None:
        if len(self.result.skipped) < _MAX_TOLD:
            self.result.skipped.append(Failure(url, reason))

    def _show(self) -> None:
        site = self._plan.site
        self._progress(Progress(site.id, site.name, self._asked, len(self.reports), len(self._frontier)))

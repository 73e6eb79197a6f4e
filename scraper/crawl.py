"""The crawl of one site: from its start pages to the bytes of its reports.

Requests go out one by one, in an order that depends on the answers alone. A crawl that is begun again with the same
answers therefore does the same, which is how a run that was killed goes on (scraper.visit).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from scraper.analyse import Analysis, analyse, decode_analysis, encode_analysis
from scraper.frontier import Frontier, Item, Zone, further_page, items_of, shape_of
from scraper.lists import ListLog
from scraper.model import Request
from scraper.reports import ReportKeeper, file_label
from scraper.results import Failure, Progress, SiteResult
from scraper.rows import PartRow, decode_parts
from scraper.state import FailureRow
from scraper.urls import request_key, resolve
from scraper.visit import FORBIDDEN, Night, Outcome, Visitor, What
from scraper.words import Says

if TYPE_CHECKING:
    from scraper.config import SitePlan

# Pages that are no report and lead to none, of one shape of address: more of the kind are not asked for.
_BARREN_OF_A_SHAPE = 25
# Share of the budget for pages outside of columns of reports.
_EXPLORING = 0.6
_LOST_REPORTS = 3
_MAX_TOLD = 200


class SiteCrawl:
    """One site in one night."""

    def __init__(self, plan: SitePlan, night: Night, progress: Callable[[Progress], None]) -> None:
        self._plan, self._night, self._progress = plan, night, progress
        self._frontier = Frontier()
        self._seen: set[str] = set()
        self._aliases: dict[str, set[str]] = {}
        self.reports = ReportKeeper(plan.site.id, night)
        self._lists = ListLog()
        self._barren: Counter[str] = Counter()
        self.outcomes: Counter[What] = Counter()
        self._asked = self._explored = 0
        self._left: Counter[str] = Counter()
        self._shut: dict[str, str] = {}
        self._parts: dict[str, str] = {}
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
            self._show(done=True)
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
        if self._parts.get(request_key(item.request)) == file_label(item.label):
            return
        key, row = request_key(item.request), self._visitor.find_row(item.request)
        if item.is_report_link and self.reports.rests(key, row, self._plan.settings.recheck):
            self._claim_known(key)
            return
        self._asked += 1
        self._explored += item.zone is not Zone.COLUMN and not item.is_report_link
        outcome = await self._visitor.visit(item.request)
        self.outcomes[outcome.what] += 1
        if outcome.what is What.PAGE:
            await self._use(item, outcome)
        else:
            self._miss(item, outcome)

    async def _use(self, item: Item, outcome: Outcome) -> None:
        """Take what a page holds: a report, links, the next page of a list."""
        analysis = self._analysis(item, outcome)
        key = request_key(Request(outcome.url))
        self._seen.add(key)
        if analysis.is_report or (analysis.file and item.is_report_link):
            parts = await self._fetch_parts(key, analysis, analysis.title or item.label)
            self.reports.keep(key, item, outcome, analysis, parts, self._aliases.get(key, ()))
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

    async def _fetch_parts(self, key: str, analysis: Analysis, label: str) -> list[PartRow]:
        """The attachments of a report page. One that cannot be had tonight is that of last time, if there was one."""
        known = self._night.state.find_report(key)
        before = {part.url: part for part in decode_parts(known.parts)} if known else {}
        parts: list[PartRow] = []
        for attachment in analysis.attachments:
            self._claim(key, label, attachment.url)
            outcome = await self._ask_for_file(attachment.url)
            row = outcome.row
            if outcome.what is What.PAGE and row is not None:
                parts.append(PartRow(attachment.url, attachment.name, row.digest, row.file, row.offset))
                continue
            if outcome.what is not What.MISSING:
                # The next night may have it: what it then brings is no revision.
                missing = [] if outcome.what is What.SKIPPED else [PartRow(attachment.url, attachment.name)]
                parts += [before[attachment.url]] if attachment.url in before else missing
            told = self._skip if outcome.what in (What.SKIPPED, What.MISSING) else self.fail
            told = self._fail_host if outcome.left else told
            told(attachment.url, f"attachment of a report: {outcome.reason}")
        return parts

    def _claim(self, key: str, label: str, url: str) -> None:
        """Count a file as part of a report, not as one of its own, also where a list calls it by the same name."""
        own_key = request_key(Request(url))
        self._seen.add(own_key)
        self._parts[own_key] = file_label(label)
        self.reports.absorb(own_key, key, label)

    def _claim_known(self, key: str) -> None:
        """The same for the files that a report had when it was last looked at."""
        report = self._night.state.find_report(key)
        if report is not None:
            for part in decode_parts(report.parts):
                self._claim(key, report.label, part.url)

    async def _ask_for_file(self, url: str) -> Outcome:
        """Ask for a file, unless the script that hands it out has asked for proof of a person tonight: a second such
        answer would close the whole host for the night, and with it the pages that it gives to anybody."""
        script, _, query = url.partition("?")
        if script in self._shut:
            return Outcome(What.BLOCKED, self._shut[script], url, left=True)
        outcome = await self._visitor.visit(Request(url))
        if query and outcome.what is What.BLOCKED and not outcome.left:
            self._shut[script] = f"{script} is not asked any more tonight: {outcome.reason}"
        return outcome

    def _push(self, item: Item) -> bool:
        """Put something on the list of what to ask for; whether it was not there before."""
        key = request_key(item.request)
        if key not in self._seen:
            self._seen.add(key)
            self._frontier.push(item)
            return True
        if item.is_report_link:
            self._aliases.setdefault(key, set()).add(item.request.url)
            if key in self.reports.keys:
                self.reports.add_address(key, item.request.url)
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
        if self.reports.lose(request_key(item.request)) or item.guessed:
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

    async def _look_after_known_reports(self) -> None:
        """Ask for the reports of other nights that no page led to this time."""
        for report in list(self._night.state.reports_of(self._plan.site.id)):
            if report.gone or report.key in self.reports.keys or report.key in self._seen:
                continue
            item = Item(Request(report.url), report.label, Says.REPORT, trail=(report.found_by,))
            await self._take(item)
            self._show()

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

    def _show(self, done: bool = False) -> None:
        site = self._plan.site
        self._progress(Progress(site.id, site.name, self._asked, len(self.reports.keys), len(self._frontier), done))

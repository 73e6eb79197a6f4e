"""One address asked for, with all that belongs to it: robots.txt, the host's turn, validators, redirects, the archive.

What was answered once in a run is not asked again in it: a run that was killed is continued by crawling anew, and all
that it had received comes from the state and the archive.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from scraper.answers import Kind, Verdict, judge_answer
from scraper.archive import Refers
from scraper.fetch import Answer, Fetcher, FetchError, Validators
from scraper.model import Page, Request
from scraper.state import PageRow, VisitRow
from scraper.urls import exact_key, host_of

if TYPE_CHECKING:
    from scraper.archive import Archive, Place
    from scraper.config import SitePlan
    from scraper.polite import HostState, Politeness
    from scraper.state import State

MAX_REDIRECTS = 5
# Requests for one address: so many where the server asks to wait, two where it fails.
TRIES = 3
FORBIDDEN = "robots.txt forbids it"
# What asking again in the same run would not change.
_SETTLED = frozenset((Kind.PAGE, Kind.NOT_MODIFIED, Kind.REDIRECT, Kind.MISSING, Kind.REFUSED, Kind.CHALLENGE))
_NOT_MODIFIED = 304
_HOMES = frozenset(("", "/", "/index.html", "/index.htm", "/index.shtml", "/index.jsp", "/default.html"))
_NO_USE = ("private", "tls", "protocol")


class What(StrEnum):
    """What came of asking."""

    PAGE = "page"
    MISSING = "missing"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    SKIPPED = "skipped"


_WHAT = {
    Kind.MISSING: What.MISSING,
    Kind.CHALLENGE: What.BLOCKED,
    Kind.REFUSED: What.BLOCKED,
    Kind.THROTTLED: What.FAILED,
    Kind.BROKEN: What.FAILED,
}


@dataclass(frozen=True, slots=True)
class Night:
    """What all sites of one run share."""

    run_id: str
    started: str
    state: State
    archive: Archive
    politeness: Politeness
    agent: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a visit. ``url`` is the address that answered at last; ``row`` the state of a page, with its bytes
    in ``body`` where they were just received. ``left`` is whether nothing was asked since the host is left for the
    night."""

    what: What
    reason: str = ""
    url: str = ""
    row: PageRow | None = None
    body: bytes | None = None
    content_type: str = ""
    location: str = ""
    left: bool = False


class Visitor:
    """Asks the hosts of one site."""

    def __init__(self, plan: SitePlan, night: Night) -> None:
        self._plan = plan
        self._night = night
        self.requests = self.not_modified = self.bytes = 0
        self._fetcher = Fetcher(plan.settings, plan.site.tls, night.agent)

    async def close(self) -> None:
        """Close the connections."""
        await self._fetcher.close()

    async def visit(self, request: Request) -> Outcome:
        """Ask for something and follow where it leads, within the hosts of the site.

        Raises ArchiveError and StateError.
        """
        again = False
        for _ in range(MAX_REDIRECTS + 1):
            if not self._plan.site.holds(request.url):
                return Outcome(What.SKIPPED, f"{host_of(request.url)} is no host of the site", request.url)
            outcome = await self._ask(request, again)
            if not outcome.location:
                return outcome
            # A site that tests for cookies redirects a page to itself.
            again = outcome.location == request.url
            if _is_home(outcome.location) and not _is_home(request.url):
                return Outcome(What.MISSING, "leads to the home page in place of it", request.url)
            request = Request(outcome.location, family=request.family, state=request.state)
        return Outcome(What.FAILED, f"redirected more than {MAX_REDIRECTS} times", request.url)

    def page_of(self, outcome: Outcome) -> Page:
        """The page of an outcome with a row: as just received, or from the archive."""
        row = outcome.row
        if outcome.body is not None or row is None:
            return Page(outcome.url, outcome.body or b"", outcome.content_type)
        stored = self._night.archive.read(row.file, row.offset, self._plan.settings.max_bytes)
        kind = next((value for name, value in stored.headers if name.lower() == "content-type"), "")
        return Page(outcome.url, stored.body, kind)

    def find_row(self, request: Request) -> PageRow | None:
        """What the state knows of an address."""
        return self._night.state.find_page(exact_key(request))

    def _known(self, request: Request) -> Outcome | None:
        """What was already answered in this run."""
        visit = self._night.state.find_visit(self._night.run_id, exact_key(request))
        if visit is None or Kind(visit.kind) not in _SETTLED:
            return None
        verdict = Verdict(Kind(visit.kind), visit.reason, visit.location)
        return _outcome(visit.url, verdict, self.find_row(request), None)

    async def _ask(self, request: Request, again: bool) -> Outcome:
        known = None if again else self._known(request)
        if known:
            return known
        host = self._night.politeness.host(host_of(request.url), self._plan.settings.delay)
        await self._learn_rules(host, request.url)
        if not host.left and not host.allows(request.url):
            return Outcome(What.SKIPPED, FORBIDDEN, request.url)
        return await self._try(host, request, again)

    async def _try(self, host: HostState, request: Request, again: bool = False) -> Outcome:
        """Ask until there is an answer that asking again would not better, or the host is left for the night."""
        outcome = Outcome(What.FAILED, url=request.url)
        for number in range(TRIES):
            async with host.turn():
                # Another site may have asked for it while this one waited.
                known = None if again else self._known(request)
                if known:
                    return known
                if host.left:
                    return Outcome(_of_left(host), host.left, request.url, left=True)
                outcome, final = await self._once(host, request, is_first=number == 0)
            if final:
                break
        return outcome

    async def _once(self, host: HostState, request: Request, is_first: bool) -> tuple[Outcome, bool]:
        """One request; what came of it and whether asking again is no use."""
        row = self.find_row(request)
        validators = Validators(row.etag, row.last_modified) if row else Validators()
        self.requests += 1
        try:
            answer = await self._fetcher.fetch(request, validators)
        except FetchError as error:
            host.failed(error.kind, str(error), failing=is_first)
            what = What.UNREACHABLE if error.kind != "private" else What.SKIPPED
            return Outcome(what, str(error), request.url), not is_first or error.kind in _NO_USE
        verdict = judge_answer(answer)
        self.bytes += len(answer.raw)
        self.not_modified += answer.status == _NOT_MODIFIED
        new_row = keep_answer(self._night, self._plan.site.id, answer, verdict, row)
        if verdict.kind is Kind.THROTTLED:
            host.throttled(answer.header("retry-after"), verdict.reason)
        else:
            host.answered(verdict.kind, verdict.reason, answer.seconds, is_first and verdict.failing)
        is_final = verdict.kind is not Kind.THROTTLED and not (is_first and verdict.failing)
        return _outcome(request.url, verdict, new_row, answer), is_final

    async def _learn_rules(self, host: HostState, url: str) -> None:
        """Read the host's robots.txt, once in a run."""
        async with host.learning:
            if host.knows_rules or host.left:
                return
            parts = urlsplit(url)
            request = Request(f"{parts.scheme}://{parts.netloc}/robots.txt")
            for _ in range(MAX_REDIRECTS):
                outcome = self._known(request) or await self._try(host, request)
                if not outcome.location or not self._plan.site.holds(outcome.location):
                    break
                request = Request(outcome.location)
            text = self.page_of(outcome).text if outcome.what is What.PAGE else None
            host.set_rules(outcome.what, text)


def keep_answer(
    night: Night, site_id: str, answer: Answer, verdict: Verdict, row: PageRow | None, place: Place | None = None
) -> PageRow | None:
    """Write an answer to the archive (where it has no ``place`` there yet) and to the state.

    ``row`` is what was known of the page. Comes back as it is known now, None where the answer is no page.
    """
    request, key = answer.request, exact_key(answer.request)
    digest = hashlib.sha256(answer.body).hexdigest()
    same = row is not None and (verdict.kind is Kind.NOT_MODIFIED or (digest == row.digest and not answer.fault))
    if place is None:
        refers = Refers(row.url, row.fetched, row.payload) if row is not None and same else None
        place = night.archive.write(answer, refers)
    is_page = verdict.kind in (Kind.PAGE, Kind.NOT_MODIFIED)
    new = (
        _row(key, answer, place, digest, row, same)
        if is_page and (row is not None or answer.status != _NOT_MODIFIED)
        else None
    )
    with night.state.transaction():
        night.state.add_visit(
            VisitRow(
                run_id=night.run_id,
                key=key,
                url=request.url,
                method=request.method,
                body=request.body,
                status=answer.status,
                kind=str(verdict.kind),
                reason=verdict.reason,
                location=verdict.location,
                digest=digest,
                etag=answer.header("etag"),
                last_modified=answer.header("last-modified"),
                file=place.file,
                offset=place.offset,
                end=place.end,
                fetched=answer.fetched,
                size=len(answer.raw),
                site_id=site_id,
            )
        )
        if new:
            night.state.save_page(new)
    return new


def _row(key: str, answer: Answer, place: Place, digest: str, row: PageRow | None, same: bool) -> PageRow:
    """The new state of a page: that of before with new validators where its bytes are the same.

    The analysis of other bytes is kept until the new one is made, to be compared with it.
    """
    etag, modified = answer.header("etag"), answer.header("last-modified")
    if row is not None and same:
        return msgspec.structs.replace(
            row,
            etag=etag or row.etag,
            last_modified=modified or row.last_modified,
            checked=answer.fetched,
            unchanged=row.unchanged + 1,
        )
    return PageRow(
        key=key,
        url=answer.request.url,
        etag=etag,
        last_modified=modified,
        digest=digest,
        text_digest="",
        file=place.file,
        offset=place.offset,
        fetched=answer.fetched,
        checked=answer.fetched,
        unchanged=0,
        analysis=row.analysis if row is not None else b"",
        payload=place.payload,
    )


def _outcome(url: str, verdict: Verdict, row: PageRow | None, answer: Answer | None) -> Outcome:
    kind = verdict.kind
    if kind in (Kind.PAGE, Kind.NOT_MODIFIED):
        if row is None:
            return Outcome(What.FAILED, "unchanged, but what it was before is not known", url)
        body = answer.body if answer is not None and kind is Kind.PAGE else None
        return Outcome(What.PAGE, "", url, row, body, answer.header("content-type") if answer else "")
    if kind is Kind.REDIRECT:
        return Outcome(What.SKIPPED, verdict.reason, url, location=verdict.location)
    return Outcome(_WHAT[kind], verdict.reason, url)


def _of_left(host: HostState) -> What:
    return What.BLOCKED if host.shielded else What.UNREACHABLE


def _is_home(url: str) -> bool:
    return urlsplit(url).path.lower() in _HOMES

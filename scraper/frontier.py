"""Which links of a page are followed, and in which order. Pure rules, no network.

The way to the reports goes through zones: from anywhere on the site (a home page) to its disclosure pages, from there
to the agencies, and from each of these to the column of reports and what lies below it. A link is followed where it
leads to a nearer zone, or on within one for a few steps; the rest of the site is left alone (README.md 16.1).
"""

import heapq
import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import count
from urllib.parse import urlsplit

import msgspec

from scraper.analyse import Analysis, Found
from scraper.model import Request
from scraper.words import Says, years_in

# Steps that may be taken within a zone.
_STEPS = {"outside": 2, "disclosure": 4, "agency": 3, "column": 5}
_MAX_SHELLS = 3
_MAX_SEGMENTS = 14
_MAX_REPEATS = 2
_DIGITS = re.compile(r"[0-9]+")


class Zone(IntEnum):
    """How near a page is to reports."""

    OUTSIDE = 0
    DISCLOSURE = 1
    AGENCY = 2
    COLUMN = 3


class Item(msgspec.Struct, frozen=True):
    """Something to ask for: why, where it lies, and the labels that led to it.

    ``shells`` counts frames and redirect pages in a row. ``listed`` is the number of the list that this is a further
    page of (0: none), ``others`` what to ask for where it brings nothing new.
    """

    request: Request
    label: str = ""
    says: Says = Says.OTHER
    zone: Zone = Zone.OUTSIDE
    steps: int = 0
    trail: tuple[str, ...] = ()
    guessed: bool = False
    shells: int = 0
    listed: int = 0
    others: tuple[Request, ...] = ()
    is_start: bool = False

    @property
    def is_report_link(self) -> bool:
        """Whether the link said that a report is there."""
        return self.says is Says.REPORT


class Frontier:
    """What is still to be asked for, the most promising first; equal ones in the order in which they were found."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Item]] = []
        self._count = count()

    def push(self, item: Item) -> None:
        """Add something to ask for."""
        heapq.heappush(self._heap, (_rank(item), next(self._count), item))

    def pop(self) -> Item | None:
        """The most promising one, or None where nothing is left."""
        return heapq.heappop(self._heap)[2] if self._heap else None

    def __len__(self) -> int:
        return len(self._heap)


def _rank(item: Item) -> int:
    """Reports first, since they are what the budget is for; then further pages and columns; explorations last."""
    if item.is_report_link:
        return 1 if item.guessed else 0
    if item.zone is Zone.COLUMN:
        return 2 + (item.says is Says.OTHER and not item.listed)
    return 8 - 2 * item.zone + min(item.steps, 1) + 4 * (item.says is Says.CATALOGUE)


def items_of(item: Item, analysis: Analysis, years: tuple[int, ...] = ()) -> Iterator[Item]:
    """What to ask for next, judged by the links of the page that ``item`` brought. ``years`` limits report links."""
    zone, steps = (item.zone, item.steps) if not analysis.is_column else _entered(item)
    for found in analysis.links:
        if (years and not _of_years(found, years)) or not is_sane(found.url):
            continue
        if found.kind in ("frame", "refresh"):
            if item.shells < _MAX_SHELLS:
                yield _item(found, item, zone, steps, says=item.says, shells=item.shells + 1)
            continue
        place = next_place(zone, steps, found)
        if place:
            yield _item(found, item, *place, says=found.says, shells=0)


def _entered(item: Item) -> tuple[Zone, int]:
    return (item.zone, item.steps) if item.zone is Zone.COLUMN else (Zone.COLUMN, 0)


def _item(found: Found, parent: Item, zone: Zone, steps: int, *, says: Says, shells: int) -> Item:
    trail = (*parent.trail, found.label) if found.label and shells == 0 else parent.trail
    return Item(Request(found.url), found.label or parent.label, says, zone, steps, trail[-8:], found.guessed, shells)


def next_place(zone: Zone, steps: int, found: Found) -> tuple[Zone, int] | None:
    """Zone and steps of the page that a link leads to, or None where it is not followed."""
    says = found.says
    if says is Says.REPORT:
        return (zone, steps)
    if says is Says.COLUMN:
        return _step(zone, steps) if zone is Zone.COLUMN else (Zone.COLUMN, 0)
    if zone is Zone.COLUMN:
        follow = says in (Says.YEAR, Says.LEVEL, Says.AGENCIES, Says.AGENCY, Says.MORE) or (
            says is Says.CATALOGUE and found.below
        )
        return _step(zone, steps) if follow or (says is Says.OTHER and found.below) else None
    if says is Says.DISCLOSURE:
        return (Zone.DISCLOSURE, 0) if zone is Zone.OUTSIDE else _step(zone, steps)
    if says is Says.CATALOGUE:
        return _step(zone, steps) if zone is not Zone.OUTSIDE else None
    if says is Says.AGENCIES:
        return _step(max(zone, Zone.DISCLOSURE), steps if zone is not Zone.OUTSIDE else 0)
    if says in (Says.AGENCY, Says.LEVEL) and zone is not Zone.OUTSIDE:
        return (Zone.AGENCY, 0) if zone is Zone.DISCLOSURE else _step(zone, steps)
    return None


def _step(zone: Zone, steps: int) -> tuple[Zone, int] | None:
    return (zone, steps + 1) if steps + 1 < _STEPS[zone.name.lower()] else None


def _of_years(found: Found, years: tuple[int, ...]) -> bool:
    """Whether a link may lead to reports on one of the years. A folder may be named by the year of publication."""
    named = years_in(found.label)
    if not named or found.says not in (Says.REPORT, Says.YEAR):
        return True
    spread = (0,) if found.says is Says.REPORT else (0, 1)
    return any(year + plus in named for year in years for plus in spread)


def is_sane(url: str) -> bool:
    """Whether an address looks like one that leads somewhere: not nested without end."""
    segments = [part for part in urlsplit(url).path.split("/") if part]
    return len(segments) <= _MAX_SEGMENTS and all(segments.count(part) <= _MAX_REPEATS for part in set(segments))


def shape_of(url: str) -> str:
    """The address with its numbers folded, by which pages of one kind are counted."""
    parts = urlsplit(url)
    return _DIGITS.sub("0", f"{parts.netloc}{parts.path}?{parts.query}")


def further_page(item: Item, requests: Sequence[Request], listed: int) -> Item:
    """The next page of a list: the first of the requests, the others for the case that it brings nothing."""
    return msgspec.structs.replace(
        item,
        request=requests[0],
        says=Says.CATALOGUE if item.says is Says.CATALOGUE else Says.OTHER,
        guessed=True,
        listed=listed,
        others=tuple(requests[1:]),
        shells=0,
    )

"""How far a night is, for a person who looks on: on standard error, where that is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scraper.results import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

# Names of sites that fit on one line.
_NAMES = 3


class Display:
    """Takes in how far a night is, and shows nothing of it."""

    def crawl(self, told: Progress) -> None:
        """A site has come further."""

    def read(self, done: int, total: int) -> None:
        """So many of the snapshots were read."""


class _Bars(Display):
    """Shows two bars: the sites, then the snapshots."""

    def __init__(self, bars: "Bars", sites: int) -> None:
        self._bars = bars
        self._last: dict[str, Progress] = {}
        self._active: dict[str, str] = {}
        self._requests = self._reports = 0
        self._crawled = bars.add_task("crawling", total=sites, told="")
        self._read = bars.add_task("reading", total=None, told="", visible=False)

    def crawl(self, told: Progress) -> None:
        before = self._last.get(told.site_id)
        self._requests += told.requests - (before.requests if before else 0)
        self._reports += told.reports - (before.reports if before else 0)
        self._last[told.site_id] = told
        # The site that came further last stands last.
        self._active.pop(told.site_id, None)
        if told.done:
            self._bars.advance(self._crawled)
        else:
            self._active[told.site_id] = told.name or told.site_id
        names = ", ".join(list(self._active.values())[-_NAMES:])
        self._bars.update(self._crawled, told=f"{self._requests:,} requests, {self._reports:,} reports  {names}")

    def read(self, done: int, total: int) -> None:
        self._bars.update(self._read, total=total, completed=done, visible=True)


@contextmanager
def show_night(sites: int, quiet: bool) -> Iterator[Display]:
    """The display of one night, while the block lasts."""
    if quiet or not sys.stderr.isatty():
        yield Display()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}", markup=False),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bars:
        yield _Bars(bars, sites)

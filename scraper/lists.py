"""How far the pages of a list are followed: as long as they bring something new (README.md, all families)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scraper.analyse import Analysis

# Pages of one list, and pages in a row that bring new addresses but no new report: an endless pager ends there.
MAX_PAGES = 500
_BARREN_IN_COLUMN = 5
_BARREN_ELSEWHERE = 2
# A catalogue holds documents of all sorts between two reports.
_BARREN_IN_CATALOGUE = 12


class _List:
    def __init__(self, addresses: set[bytes]) -> None:
        self.addresses = addresses
        self.pages = 0
        self.barren = 0
        self.had_news = True


class ListLog:
    """The lists that the crawl of a site has begun, by number from 1 on."""

    def __init__(self) -> None:
        self._lists: list[_List] = []

    def begin(self, first: Analysis | None = None) -> int:
        """The number of a new list. ``first`` is its first page where that was read already."""
        self._lists.append(_List(first.addresses() if first else set()))
        return len(self._lists)

    def add(self, number: int, page: Analysis, fresh_reports: int) -> None:
        """Take in a further page of a list and how many reports nobody knew it leads to."""
        log = self._lists[number - 1]
        addresses = page.addresses()
        log.had_news = bool(addresses - log.addresses)
        log.addresses |= addresses
        log.pages += 1
        log.barren = 0 if fresh_reports else log.barren + 1

    def had_news(self, number: int) -> bool:
        """Whether the last page of a list brought an address that was not on those before."""
        return self._lists[number - 1].had_news

    def goes_on(self, number: int, in_column: bool, in_catalogue: bool = False) -> bool:
        """Whether the next page of a list is to be asked for."""
        log = self._lists[number - 1]
        patience = _BARREN_IN_COLUMN if in_column else _BARREN_ELSEWHERE
        patience = max(patience, _BARREN_IN_CATALOGUE if in_catalogue else 0)
        return log.had_news and log.pages < MAX_PAGES and log.barren <= patience

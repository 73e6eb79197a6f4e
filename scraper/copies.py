"""Reports that stand under several addresses: one of them stands for all.

Two addresses of one page in two spellings have one key (scraper.urls.url_key) and are asked for once. Here come the
others: a twin for mobile phones, a copy on the portal of the city, the same page on a second host. They are known by
title and text (README.md 16.1, 16.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from scraper.state import AddressRow
from scraper.words import Says, squeezed, what_label_says, years_in

if TYPE_CHECKING:
    from scraper.state import ReportRow, State

_TWIN = re.compile(r"//(?:m|wap|3g)\.|_wap\.s?html?$|/mpost_\d+\.html$|/(?:m|mobile)/|ismobile", re.IGNORECASE)


def fold_copies(state: State, run_id: str) -> None:
    """Mark each report whose title and text another one has as the same as that one, and give it its addresses.

    A copy stays one when the report it is a copy of changes: it stands for itself only when its own text has changed
    in this run. Else the old text of a copy that nobody looked at tonight would come back as a report.
    """
    with state.transaction():
        for rows in _groups(state):
            free = sorted((row for row in rows if not row.same_as or row.changed == run_id), key=_rank)
            for row in free[:1]:
                _mark(state, row, "")
            for row in free[1:]:
                _mark(state, row, free[0].key)
                for address in state.addresses(row.key):
                    state.add_address(AddressRow(free[0].key, address.url, address.site_id))


def is_twin(url: str) -> bool:
    """Whether an address looks like one for mobile phones, or a post that was put there from elsewhere."""
    return _TWIN.search(url) is not None


def _groups(state: State) -> Iterator[list[ReportRow]]:
    """The reports that have title and text in common with another one, together."""
    for _, same_text in groupby(state.reports_with_copies(), key=attrgetter("text_digest")):
        by_title: dict[str, list[ReportRow]] = {}
        for row in same_text:
            by_title.setdefault(_title(row), []).append(row)
        for title, rows in by_title.items():
            if title or len(rows) == 1:
                yield rows
            else:
                yield from ([row] for row in rows)


def _title(row: ReportRow) -> str:
    """The title where it tells one report from another; "" for one that any agency could bear in any year.

    Two agencies may print the same few sentences under such a title; they are not one report.
    """
    title = squeezed(row.label)
    return title if what_label_says(title) is Says.REPORT and years_in(title) else ""


def _rank(row: ReportRow) -> tuple[str, bool, bool, int, str]:
    """What makes one address stand for the others: known longest, still there, no twin, short; then the alphabet."""
    return (row.first_seen, bool(row.gone), is_twin(row.url), len(urlsplit(row.url).path), row.key)


def _mark(state: State, row: ReportRow, same_as: str) -> None:
    if row.same_as != same_as:
        state.save_report(msgspec.structs.replace(row, same_as=same_as))

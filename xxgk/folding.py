"""One report that stands under several addresses is one report of the dataset.

The crawl marks copies with the same title and text. Here come those that only the reading shows to be the same, and
the choice of the reading by which they are all named. The choice is kept: it is the one that was read in the earliest
run, and of several in one run the one with the best address.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from scraper.state import State
from xxgk.addresses import Rank, rank_address

# What stood for others and is no longer there, or is on a year that nobody asks for.
_RELEASE = """
UPDATE readings SET same_as = ''
WHERE same_as != '' AND same_as NOT IN (SELECT key FROM kept_readings WHERE same_as = '')"""
_COLUMNS = "readings.content_key, readings.key, readings.since, readings.url, reports.site_id, readings.division_code"
_EQUAL = f"""
SELECT {_COLUMNS} FROM kept_readings AS readings JOIN reports USING (key)
WHERE readings.same_as = '' AND readings.content_key IN (
    SELECT content_key FROM kept_readings WHERE same_as = '' AND content_key != ''
    GROUP BY content_key HAVING count(*) > 1)
ORDER BY readings.content_key"""
# A report and its copy by the crawl, where both were read.
_COPIES = """
SELECT CASE own.same_as WHEN '' THEN own.key ELSE own.same_as END,
    CASE led.same_as WHEN '' THEN led.key ELSE led.same_as END
FROM reports JOIN kept_readings AS own ON own.key = reports.key
    JOIN kept_readings AS led ON led.key = reports.same_as"""
_FIND = f"SELECT {_COLUMNS} FROM readings JOIN reports USING (key) WHERE key = ?"
_JOIN = "UPDATE readings SET same_as = ? WHERE key = ? OR same_as = ?"


class _Named(NamedTuple):
    """A reading and what decides whether it names the report."""

    content_key: str
    key: str
    since: str
    url: str
    site_id: str
    division_code: str

    def rank(self) -> tuple[str, Rank]:
        return self.since, rank_address(self.url, self.site_id, self.division_code)


def fold_readings(state: State) -> None:
    """Let one reading stand for all of the same report; what it stands for stays with it until that is read anew.

    The same: agency, year, values and texts agree, or the crawl found one to be the copy of the other.
    """
    with state.transaction():
        state.execute(_RELEASE)
        for own, led in state.all(_COPIES, (), lambda *keys: keys):
            if own != led:
                _join(state, [found for key in (own, led) if (found := state.one(_FIND, (key,), _Named))])
        for group in list(_equal(state)):
            _join(state, group)


def _equal(state: State) -> Iterator[list[_Named]]:
    rows = state.all(_EQUAL, (), _Named)
    for _, group in groupby(rows, key=lambda row: row.content_key):
        yield list(group)


def _join(state: State, group: list[_Named]) -> None:
    first, *others = sorted(group, key=_Named.rank)
    for other in others:
        state.execute(_JOIN, (first.key, other.key, other.key))

"""One night: crawl the sites, read what is new or changed, publish the dataset. All of it lies in one data folder.

A night that is killed is continued by the next run: what was received is in the archive, what was read in the state,
and the dataset is the old one until the new one is whole.
"""

import os
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from output.own import SITE_MARKER
from output.replace import check_place, check_replaceable, make_folder
from parsers.records import PARSER_VERSION
from scraper.config import Plan
from scraper.lock import hold_lock
from scraper.night import ARCHIVE, crawl_sites
from scraper.results import Failure, SiteResult
from scraper.rows import RunRow
from scraper.state import State
from xxgk.display import Display
from xxgk.publishing import Published, last_counts, publish
from xxgk.readings import Readings, Refused
from xxgk.summary import Summary

STATE, DATASET, RUNS, LOCK = "crawl.sqlite", "dataset", "runs", "lock"
# What may stand in a data folder that has no state yet.
_OURS = frozenset((ARCHIVE, RUNS, LOCK))

Say = Callable[[str], None]


class NightError(Exception):
    """The night cannot be begun; the message is one line for a person."""


class Night(NamedTuple):
    """What is to be done: ``years`` are those that the sites of the sites files are limited to, also of sites that are
    not crawled now; ``is_run`` says whether what was fetched is read (by ``jobs`` processes, 0: by this one) and
    published."""

    plan: Plan
    years: Mapping[str, tuple[int, ...]]
    data: Path
    is_run: bool
    jobs: int = 1


def check_folder(data: Path) -> None:
    """Raise NightError where something stands at ``data`` that is no data folder of a crawl and no empty folder, and
    DatasetError where none can be made there."""
    check_place(data)
    if not os.path.lexists(data) or (data / STATE).is_file():
        return
    if not data.is_dir():
        raise NightError(f"{data}: is a file; name a folder for the data")
    if foreign := find_foreign(data):
        raise NightError(f"{data}: holds {foreign} and no state of a crawl; name an empty folder, or a new one")


def find_foreign(data: Path, known: Collection[str] = ()) -> str:
    """The name of the first thing in a folder that does not belong to a data folder without a state; empty if none.

    Sites files may be kept in it, a site that was built of its dataset, and what is ``known``.
    """
    others = (path for path in sorted(data.iterdir()) if path.name not in _OURS and path.name not in known)
    found = (path.name for path in others if path.suffix != ".toml" and not (path / SITE_MARKER).is_file())
    return next(found, "")


def run_night(night: Night, display: Display, say: Say) -> Summary:
    """Do the night; what came of it, which is also kept in ``runs/<run_id>.json``.

    Raises NightError, LockError, DatasetError, ArchiveError, StateError or OSError where it cannot be done; what was
    done until then is kept, and the next run goes on from there.
    """
    check_folder(night.data)
    if night.is_run:
        check_replaceable(night.data / DATASET)
    make_folder(night.data / RUNS, night.data)
    with hold_lock(night.data / LOCK) as note, State(night.data / STATE) as state:
        if note:
            say(note)
        run, is_resumed = state.begin_run(datetime.now(UTC))
        if is_resumed:
            say(f"run {run.run_id}, which was broken off, goes on")
        sites = crawl_sites(
            night.plan, night.data, state, run, version=PARSER_VERSION, progress=display.crawl, note=say
        )
        published = _read_and_publish(night, state, run, sites, display) if night.is_run else _untouched(night, state)
        summary = Summary(
            run_id=run.run_id,
            started=run.started,
            finished=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            sites=sites,
            dataset=published.counts,
            dataset_written=published.is_new,
            resumed=is_resumed,
        )
        write_summary(summary, night.data / RUNS)
        state.finish_run(run.run_id, datetime.now(UTC))
        state.prune()
    return summary


def write_summary(summary: Summary, folder: Path) -> None:
    """Write the summary of a run to its file, whole or not at all."""
    path = folder / f"{summary.run_id}.json"
    growing = path.with_suffix(".new")
    growing.write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n")
    growing.replace(path)


def _read_and_publish(night: Night, state: State, run: RunRow, sites: list[SiteResult], display: Display) -> Published:
    readings = Readings(state, night.data / ARCHIVE)
    readings.limit_years(night.years)
    readings.read_new(run.run_id, night.jobs, display.read)
    tell_refused(sites, readings.refused(run.run_id))
    left_out = readings.left_out()
    for site in sites:
        if count := left_out.get(site.id, 0):
            site.notes.append(f"{count} report(s) on other years than those of the sites file are left out")
    return publish(state, night.data / DATASET)


def _untouched(night: Night, state: State) -> Published:
    """The dataset as an earlier run left it."""
    Readings(state, night.data / ARCHIVE)
    return Published(last_counts(state), is_new=False)


def tell_refused(sites: list[SiteResult], refused: list[Refused]) -> None:
    """Take what turned out to be no report off the counts of its site, and tell it there."""
    by_id = {site.id: site for site in sites}
    for page in refused:
        site = by_id.get(page.site_id)
        if site is not None:
            _tell_refused(site, page)
    for site in sites:
        if site.reports == 0 and site.status in ("ok", "partial"):
            site.status = "empty"
            # Only files of other formats: the first of them is the reason.
            site.failures = site.failures or site.skipped[-1:]
        elif site.status == "ok" and site.failures:
            site.status = "partial"


def _tell_refused(site: SiteResult, page: Refused) -> None:
    if page.is_kept:
        failure = f"was a report and is none now, the last reading is kept: {page.reason}"
    else:
        counter = f"reports_{page.seen}"
        setattr(site, counter, max(0, getattr(site, counter) - 1))
        failure = f"looked like a report: {page.reason}"
    # Files of other formats are left alone by rule, as an address that robots.txt forbids.
    told = site.failures if page.content_type == "html" or page.is_kept else site.skipped
    told.append(Failure(page.url, failure))

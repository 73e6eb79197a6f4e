"""What ``xxgk crawl`` and ``xxgk run`` do: from the sites files to the exit status."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import typer

from output.replace import DatasetError
from scraper.archive import ArchiveError
from scraper.config import ConfigError, Plan, load_plan
from scraper.lock import LockError
from scraper.night import Wanted, wanted_first
from scraper.state import State, StateError
from xxgk.display import show_night
from xxgk.nightly import DATASET, STATE, Night, NightError, check_folder, run_night
from xxgk.show import make_console
from xxgk.summary import Summary, show_summary, tell_sites

Say = Callable[[str], None]
NOT_ALL_WELL = 1
CANNOT = 2


class Asked(NamedTuple):
    """What the command line says: ``only`` are ids of sites, ``is_dry`` asks for what would be asked for, ``is_run``
    tells ``xxgk run`` from ``xxgk crawl``."""

    sites: Sequence[Path]
    data: Path
    only: Sequence[str]
    is_dry: bool
    is_run: bool
    jobs: int
    as_json: bool
    quiet: bool


def run_command(asked: Asked, say: Say) -> int:
    """Do a night and tell what came of it, or print what it would ask for; the exit status."""
    with one_line():
        plan = load_plan(asked.sites, asked.only)
        if asked.is_dry:
            _show_wanted(plan, asked.data, asked.as_json)
            return 0
        summary = _do_night(plan, asked, say)
    print_summary(summary, asked.as_json, say)
    if asked.is_run and not summary.dataset.get("reports"):
        say(f"{asked.data / DATASET}: no report was read, so no dataset is written")
        return NOT_ALL_WELL
    return 0 if summary.is_well else NOT_ALL_WELL


def _do_night(plan: Plan, asked: Asked, say: Say) -> Summary:
    every = load_plan(asked.sites) if asked.only else plan
    years = {entry.site.id: entry.site.years for entry in every.sites}
    with show_night(len(plan.sites), asked.quiet) as display:
        return run_night(Night(plan, years, asked.data, asked.is_run, asked.jobs), display, say)


def _show_wanted(plan: Plan, data: Path, as_json: bool) -> None:
    """Print what a night would ask for first; nothing is asked and nothing written."""
    check_folder(data)
    if not (data / STATE).is_file():
        _print_wanted(wanted_first(plan, None), as_json)
        return
    with State(data / STATE) as state:
        _print_wanted(wanted_first(plan, state), as_json)


def print_summary(summary: Summary, as_json: bool, say: Say) -> None:
    """Print the summary for a machine or for a person, and tell what is not well."""
    if as_json:
        print(msgspec.json.encode(summary).decode())
    else:
        show_summary(summary, make_console())
    # What follows is on standard error: it must not come before the table.
    sys.stdout.flush()
    for line in tell_sites(summary):
        say(line)


@contextmanager
def one_line() -> Iterator[None]:
    """Turns what cannot be done into the one line that the command line ends with."""
    try:
        yield
    except (ConfigError, NightError, LockError, StateError, ArchiveError, DatasetError) as error:
        problem = typer.TyperException(str(error))
        problem.exit_code = CANNOT
        raise problem from None


def _print_wanted(wanted: Iterable[Wanted], as_json: bool) -> None:
    for item in wanted:
        print(msgspec.json.encode(item._asdict()).decode() if as_json else f"{item.site_id}\t{item.why}\t{item.url}")

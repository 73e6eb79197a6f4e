"""What ``xxgk demo`` does: replicas up, some nights, and after each the dataset against what the replicas publish."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from output.replace import check_replaceable
from scraper.config import load_plan
from scraper.lock import hold_lock
from scraper.night import ARCHIVE
from xxgk.demo.compare import Comparison, Finding
from xxgk.demo.replicas import ReplicaError, Replicas
from xxgk.display import show_night
from xxgk.night_command import one_line
from xxgk.nightly import DATASET, LOCK, RUNS, STATE, Night, NightError, check_folder, find_foreign, run_night
from xxgk.run import usable_cpus
from xxgk.show import make_console
from xxgk.summary import Summary, show_summary

SITES = "sites.toml"
# By the beginning of this line a later demo knows that the folder is one of its own.
_MARK = "# Written by xxgk demo"
_HEAD = f"{_MARK}, which removes what it wrote in this folder when it is run again.\n"
_DELAY = 0.05
_TIMEOUT = 2.0
# It is asked three times, half a minute apart: nobody should wait for that here. The tests do it without a clock.
_TOO_SLOW = ("always-throttled",)
_MOST_TOLD = 20

Say = Callable[[str], None]


def run_demo(data: Path, nights: int, as_json: bool, quiet: bool, say: Say) -> int:
    """Do the nights on replicas and tell how the dataset compares; the exit status."""
    told: list[dict[str, Summary | Finding]] = []
    comparison, well = Comparison(), True
    with one_line():
        _empty(data)
        try:
            with Replicas() as replicas:
                for number in range(1, nights + 1):
                    if number > 1:
                        replicas.next_night()
                    summary = _do_night(replicas, data, quiet, say)
                    finding = comparison.compare(data / DATASET, replicas.sites, summary.sites)
                    told.append({"summary": summary, "finding": finding})
                    well = well and not finding.wrong
                    if not as_json:
                        _show(number, summary, finding)
                    for line in finding.wrong[:_MOST_TOLD]:
                        say(f"night {number}: {line}")
                    if len(finding.wrong) > _MOST_TOLD:
                        say(f"night {number}: and {len(finding.wrong) - _MOST_TOLD} more that are not as expected")
        except ReplicaError as error:
            raise NightError(str(error)) from None
    if as_json:
        print(msgspec.json.encode({"nights": told, "as_expected": well}).decode())
    return int(not well)


def _empty(data: Path) -> None:
    """Remove what an earlier demo left; raises NightError where the folder holds anything else."""
    sites = data / SITES
    if not sites.is_file() or not sites.read_text(encoding="utf-8").startswith(_MARK):
        check_folder(data)
        if (data / STATE).exists():
            raise NightError(f"{data}: holds the state of a crawl that is no demo; name another folder")
        return
    check_replaceable(data / DATASET)
    # Told before anything is removed, or the first night would refuse what is left.
    foreign = find_foreign(data, {DATASET, *(path.name for path in data.glob(f"{STATE}*"))})
    if foreign:
        raise NightError(f"{data}: holds {foreign}, which is no part of a demo; move it away, or name another folder")
    with hold_lock(data / LOCK):
        for folder in (ARCHIVE, DATASET, RUNS):
            shutil.rmtree(data / folder, ignore_errors=True)
        for path in data.glob(f"{STATE}*"):
            path.unlink()


def _do_night(replicas: Replicas, data: Path, quiet: bool, say: Say) -> Summary:
    sites = data / SITES
    data.mkdir(parents=True, exist_ok=True)
    only = [site.id for site in replicas.sites if site.id not in _TOO_SLOW]
    sites.write_text(_HEAD + replicas.sites_toml(_DELAY, only, timeout=_TIMEOUT), encoding="utf-8")
    plan = load_plan([sites])
    with show_night(len(plan.sites), quiet) as display:
        return run_night(Night(plan, {}, data, True, usable_cpus()), display, say)


def _show(night: int, summary: Summary, finding: Finding) -> None:
    """Print the table of a night, and how the dataset compares with what the replicas publish."""
    print(f"Night {night}")
    show_summary(summary, make_console())
    print(f"as expected: {finding.statuses} of {len(summary.sites)} sites, of which some answer badly on purpose")
    print(
        f"found: {finding.reports} of {finding.reports_expected} reports; "
        f"right: {finding.values:,} of {finding.values_expected:,} cells; "
        f"told: {finding.revisions} revised numbers, {finding.withdrawn} withdrawn reports",
        end="\n\n",
        flush=True,
    )

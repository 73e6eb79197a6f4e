"""What a night came to: as JSON for machines, as a table for people, and a line for each site that is not well."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from scraper.results import SiteResult
from xxgk.show import new_table, plain

# With more sites than these, those that are well are only counted.
_ALL_SHOWN = 60
_COUNTS = ("requests", "not_modified", "reports_new", "reports_changed", "reports_unchanged", "reports_gone")
_HEADERS = ("site", "status", "requests", "304", "new", "changed", "same", "gone")
# On a narrower screen there is no room for reasons, which are told below the table as well.
_WIDE = 120


class Summary(msgspec.Struct, frozen=True):
    """One run (one object a run, see the README). ``dataset`` are the rows of each table of the dataset as it is now.

    ``dataset_written`` (added) says whether this run wrote it, ``resumed`` (added) whether it went on with one that
    was broken off.
    """

    run_id: str
    started: str
    finished: str
    sites: list[SiteResult]
    dataset: dict[str, int]
    dataset_written: bool
    resumed: bool

    @property
    def is_well(self) -> bool:
        """Whether every site is ``ok``."""
        return all(site.status == "ok" for site in self.sites)


def show_summary(summary: Summary, console: Console) -> None:
    """Print the table: every site, or where there are many those that are not ``ok``, and all of them together."""
    reasons = ["first reason"] if console.width >= _WIDE else []
    title = f"Run {summary.run_id}, {summary.started} to {summary.finished}"
    table = new_table(*_HEADERS, *reasons, title=title)
    for column in table.columns[2 : len(_HEADERS)]:
        column.justify, column.no_wrap = "right", True
    shown = [site for site in summary.sites if len(summary.sites) <= _ALL_SHOWN or site.status != "ok"]
    for site in shown:
        name = Text(plain(f"{site.id} {site.name}".strip()))
        told = [Text(plain(first_reason(site)))] if reasons else []
        table.add_row(name, _status(site), *_counts([site]), *told)
    table.add_section()
    well = sum(site.status == "ok" for site in summary.sites)
    table.add_row(f"{len(summary.sites)} site(s)", f"{well} ok", *_counts(summary.sites))
    console.print(table)
    console.print(_dataset_line(summary))


def tell_sites(summary: Summary) -> list[str]:
    """A line for each site that is not well or that has something to say: what, why, and what to do."""
    lines = []
    for site in summary.sites:
        name = f"{site.id} {site.name}".strip()
        if site.status != "ok":
            told = _labels()[site.status]
            lines.append(f"{name}: {site.status}, {told['meaning']}: {first_reason(site)}; {told['cure']}")
        lines += [f"{name}: {note}" for note in site.notes if note != first_reason(site)]
    return lines


def first_reason(site: SiteResult) -> str:
    """The first failure of a site, with its address, and how many more there are; without one its first note, or ""."""
    if not site.failures:
        return next(iter(site.notes), "")
    first, *others = site.failures
    more = f" (and {len(others)} more)" if others else ""
    return f"{first.url}: {first.reason}{more}"


def _counts(sites: list[SiteResult]) -> list[str]:
    return [f"{sum(getattr(site, name) for site in sites):,}" for name in _COUNTS]


def _status(site: SiteResult) -> Text:
    return Text(site.status, style="" if site.status == "ok" else _labels()[site.status]["style"])


def _dataset_line(summary: Summary) -> str:
    if not summary.dataset.get("reports"):
        return "dataset: none"
    counted = ", ".join(f"{count:,} {name}" for name, count in summary.dataset.items())
    return f"dataset: {counted}; {'written' if summary.dataset_written else 'nothing has changed'}"


@cache
def _labels() -> dict[str, Any]:
    labels: dict[str, Any] = tomllib.loads(files(__package__).joinpath("labels.toml").read_text(encoding="utf-8"))
    told: dict[str, Any] = labels["site_status"]
    return told

"""A dataset against what the replicas publish: which reports it holds, whether every number is right, and whether
exactly the checks fail that have to."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet

from scraper.results import SiteResult
from xxgk.demo.replicas import ReplicaSite
from xxgk.demo.sites.base import Expected

Cells = dict[tuple[str, str | None], float | str | None]
"""The number of each cell, or its status where it has none."""


class Finding(msgspec.Struct):
    """How much of what the replicas publish is in the dataset, and what is wrong, a line each.

    ``statuses`` counts the sites that fared as expected.
    """

    reports: int = 0
    reports_expected: int = 0
    values: int = 0
    values_expected: int = 0
    revisions: int = 0
    withdrawn: int = 0
    statuses: int = 0
    wrong: list[str] = []


class Comparison:
    """Compares night after night: what was published on an earlier night may still be in the dataset."""

    def __init__(self) -> None:
        self._published: set[str] = set()

    def compare(self, folder: Path, sites: Iterable[ReplicaSite], results: Iterable[SiteResult]) -> Finding:
        """What the dataset in ``folder`` says of the reports of tonight's sites, and how the sites fared."""
        sites, finding = list(sites), Finding()
        expected = [report for site in sites for report in site.reports]
        self._published.update(url for report in expected for url in report.urls)
        ids = {row["url"]: row["report_id"] for row in _rows(folder, "addresses")}
        found = {ids[url]: item for item in expected for url in item.urls if url in ids}
        cells = _cells(folder)
        _check_reports(found, expected, finding)
        for report_id, item in found.items():
            _check_values(item, cells[report_id], finding)
        finding.wrong += _failures(found, _rows(folder, "checks"))
        _check_revisions(found, _rows(folder, "revisions"), finding)
        finding.wrong += _strangers(_rows(folder, "reports"), found, self._published, finding)
        finding.wrong += _statuses(sites, results, finding)
        return finding


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(folder / f"{name}.parquet").to_pylist()
    return rows


def _cells(folder: Path) -> dict[str, Cells]:
    """The cells of each report of a dataset."""
    cells: dict[str, Cells] = {row["report_id"]: {} for row in _rows(folder, "reports")}
    for row in _rows(folder, "values"):
        told = row["status"] if row["value"] is None else row["value"]
        cells[row["report_id"]][row["indicator"], row["applicant"]] = told
    return cells


def _check_reports(found: dict[str, Expected], expected: list[Expected], finding: Finding) -> None:
    there = {item.report.id for item in found.values()}
    finding.reports, finding.reports_expected = len(there), len({item.report.id for item in expected})
    finding.wrong += [
        f"{item.report.title} ({item.urls[0]}) is not in the dataset"
        for item in expected
        if item.report.id not in there
    ]


def _check_values(item: Expected, cells: Cells, finding: Finding) -> None:
    gold: Cells = {(indicator, applicant): number for indicator, applicant, number in item.report.values}
    gold |= {(indicator, applicant): status for indicator, applicant, status in item.report.unread}
    wrong = [key for key in {*gold, *cells} if gold.get(key) != cells.get(key)]
    finding.values_expected += len(gold)
    finding.values += len(gold) - sum(key in gold for key in wrong)
    finding.wrong += [
        f"{item.report.title} ({item.urls[0]}): {' '.join(filter(None, key))} is {cells.get(key)}, not {gold.get(key)}"
        for key in sorted(wrong, key=str)
    ]


def _failures(found: dict[str, Expected], rows: list[dict[str, Any]]) -> Iterator[str]:
    """Exactly the checks fail that have to."""
    failed: dict[str, Counter[str]] = {report_id: Counter() for report_id in found}
    for row in rows:
        if row["outcome"] == "fail" and row["report_id"] in failed:
            failed[row["report_id"]][row["rule"]] += 1
    for report_id, item in found.items():
        wanted = Counter(item.report.failed) + Counter(item.report.failed_years)
        if failed[report_id] != wanted:
            told, expected = dict(failed[report_id]), dict(wanted)
            yield f"{item.report.title} ({item.urls[0]}): the checks that fail are {told}, not {expected}"


def _check_revisions(found: dict[str, Expected], rows: list[dict[str, Any]], finding: Finding) -> None:
    """Every number that a second version changed is told, and no other one."""
    names = ("report_id", "indicator", "applicant", "old_value", "new_value")
    told = {tuple(row[name] for name in names) for row in rows if row["kind"] == "value"}
    changed = {(report_id, *change) for report_id, item in found.items() for change in item.report.changed}
    finding.revisions = len(told & changed)
    finding.wrong += [f"revision {change} is not told" for change in sorted(changed - told, key=str)]
    finding.wrong += [f"revision {change} was not made" for change in sorted(told - changed, key=str)]


def _strangers(
    rows: list[dict[str, Any]], found: dict[str, Expected], published: set[str], finding: Finding
) -> Iterator[str]:
    """What is in the dataset and not published tonight: withdrawn where it was, else no report."""
    for row in rows:
        url, is_withdrawn = row["source_url"], row["withdrawn"] is not None
        finding.withdrawn += is_withdrawn
        if row["report_id"] in found and is_withdrawn:
            yield f"{url} is told to be withdrawn and is not"
        elif row["report_id"] not in found and url not in published:
            yield f"{url} is no report and is in the dataset"
        elif row["report_id"] not in found and not is_withdrawn:
            yield f"{url} is withdrawn and is not told to be"


def _statuses(sites: list[ReplicaSite], results: Iterable[SiteResult], finding: Finding) -> Iterator[str]:
    wanted = {site.id: site.statuses for site in sites}
    for result in results:
        if result.status in wanted[result.id]:
            finding.statuses += 1
        else:
            yield f"{result.id} is {result.status}, expected {' or '.join(wanted[result.id])}"

"""Whole reports: the examples that ship with the project cell by cell, and the real ones where they are at hand.

Adding a case is adding a folder with the source and ``source.toml``. A missing ``expected.csv`` is written once
and the test fails until a person has read it and committed it.
"""

import csv
import hashlib
import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from parsers.reader import parse_report
from parsers.records import RecordSet
from tests.reportgen.examples import REPORTS, make_example, render_example
from tests.reportgen.labels import load_data
from tests.reportgen.score import score

COLUMNS = ("indicator", "applicant", "value", "status")
FOLDERS = sorted(path for path in REPORTS.iterdir() if path.is_dir())
EXAMPLES = load_data("examples")["example"]
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
REAL = sorted(path for path in CORPUS.glob("*.txt") if (CORPUS / "gold" / f"{path.stem}.json").exists())


def _read_source(folder: Path) -> tuple[dict[str, Any], bytes]:
    source = tomllib.loads((folder / "source.toml").read_text(encoding="utf-8"))
    return source, (folder / source["file"]).read_bytes()


def _rows(records: RecordSet) -> list[dict[str, str]]:
    """The values as rows of expected.csv."""
    return [
        {
            "indicator": value.indicator,
            "applicant": value.applicant or "",
            "value": "" if value.value is None else str(value.value),
            "status": value.status,
        }
        for value in records.values
    ]


def _write_expected(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_values_are_as_expected(folder: Path) -> None:
    _, data = _read_source(folder)
    rows = _rows(parse_report(data))
    expected = folder / "expected.csv"
    if not expected.exists():
        _write_expected(expected, rows)
        pytest.fail(f"{expected} was missing and has been written: read it against the source, then commit it")
    with expected.open(encoding="utf-8", newline="") as handle:
        assert rows == list(csv.DictReader(handle))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_failed_checks_are_as_expected(folder: Path) -> None:
    source, data = _read_source(folder)
    failed = [check for check in parse_report(data).checks if check.outcome == "fail"]
    assert dict(Counter(check.rule for check in failed)) == source["failed"]
    assert sorted({check.diagnosis for check in failed if check.diagnosis}) == sorted(source["diagnoses"])
    assert all(check.detail for check in failed)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_source_is_the_one_described(folder: Path) -> None:
    source, data = _read_source(folder)
    assert hashlib.sha256(data).hexdigest() == source["sha256"]
    assert source["chosen"]


@pytest.mark.parametrize("entry", EXAMPLES, ids=lambda entry: entry["name"])
def test_examples_say_what_was_printed(entry: dict[str, Any]) -> None:
    """The generator still makes the committed file, and no number of it is read as another."""
    name, data = render_example(entry)
    assert (REPORTS / entry["name"] / name).read_bytes() == data
    records = parse_report(data)
    tally = score(records, make_example(entry).gold())
    assert not tally.wrong, tally
    assert records.report.form == entry["form"]
    assert records.report.division_code == entry["name"][:6]


@pytest.mark.skipif(not REAL, reason="the folder with real reports (../shared/corpus) is not here")
@pytest.mark.parametrize("path", REAL or [None], ids=lambda path: path.stem if path else "none")
def test_real_report_matches_its_gold(path: Path) -> None:
    gold = json.loads((CORPUS / "gold" / f"{path.stem}.json").read_text(encoding="utf-8"))
    records = parse_report(path.read_bytes())
    tally = score(records, gold["values"])
    assert tally.right == len(gold["values"]), tally
    assert not tally.wrong, tally
    read = {name: getattr(records.report, name) for name in gold["report"]}
    assert read == gold["report"]
    rules = ("T3-ROW", "T3-FLOW", "T3-RESULT", "T4-SUM", "L-SUM", "FORM-COMPLETE")
    failed = sorted(check.rule for check in records.checks if check.outcome == "fail" and check.rule in rules)
    assert failed == sorted(name.split()[0] for name in gold["failed_checks"] if name.split()[0] in rules)

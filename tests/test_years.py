"""Y-CARRY and Y-IN-FORCE: what a report says of the year before, against what that year's report says."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import xxgk
from output.dataset import write_crawled, write_dataset
from output.years import APPLICANTS, CARRIED_FORWARD, CARRIED_OVER, with_year_checks
from parsers.records import Check, RecordSet, Report, Value

Cells = dict[tuple[str, str | None], int | float | None]
RULES, DOCUMENTS = "disclosure.rules", "disclosure.normative_documents"


def make_record(
    number: int, year: int, cells: Cells, agency_id: str | None = "330502:商务局", **header: str
) -> RecordSet:
    report_id = f"{number:016x}"
    fields = {
        "form": "2021",
        "source_path": f"{number}.html",
        "source_sha256": "0" * 64,
        "source_format": "html",
        **header,
    }
    report = Report(report_id=report_id, year=year, agency="吴兴区商务局", agency_id=agency_id, **fields)
    values = [
        Value(report_id, indicator, applicant, value, "件", "", "blank" if value is None else "number", 1, n, 1, n)
        for n, ((indicator, applicant), value) in enumerate(cells.items())
    ]
    return RecordSet(report, values, [], [], [])


def carried(indicator: str, *numbers: int | None) -> Cells:
    return {(indicator, applicant): number for applicant, number in zip(APPLICANTS, numbers, strict=True)}


def in_force(kind: str, number: int | None, issued: int | None, repealed: int | None) -> Cells:
    return {(f"{kind}.in_force", None): number, (f"{kind}.issued", None): issued, (f"{kind}.repealed", None): repealed}


def checks_of(folder: Path, rule: str, records: list[RecordSet]) -> list[tuple[int, str, str, object, object, str]]:
    write_dataset(records, folder / "d")
    checks = xxgk.load(folder / "d").checks
    rows = checks[checks["rule"] == rule]
    columns = ("report_id", "subject", "outcome", "expected", "actual", "detail")
    return [(int(row[0], 16), *row[1:]) for row in rows[list(columns)].itertuples(index=False, name=None)]


def statuses(folder: Path) -> list[str]:
    return list(xxgk.load(folder / "d").reports["status"])


LAST_YEAR = carried(CARRIED_FORWARD, 2, 1, 0, 0, 0, 0, 3)


def test_carried_over_equals_carried_forward(tmp_path: Path) -> None:
    records = [make_record(1, 2022, LAST_YEAR), make_record(2, 2023, carried(CARRIED_OVER, 2, 1, 0, 0, 0, 0, 3))]
    found = checks_of(tmp_path, "Y-CARRY", records)
    assert [(row[0], row[1], row[2]) for row in found] == [(2, applicant, "pass") for applicant in APPLICANTS]
    assert statuses(tmp_path) == ["clean", "clean"]


def test_a_difference_fails_and_flags_the_later_report(tmp_path: Path) -> None:
    records = [make_record(1, 2022, LAST_YEAR), make_record(2, 2023, carried(CARRIED_OVER, 1, 1, 0, 0, 0, 0, 2))]
    found = {row[1]: row for row in checks_of(tmp_path, "Y-CARRY", records)}
    assert [subject for subject, row in found.items() if row[2] == "fail"] == ["natural_person", "total"]
    assert found["total"][3:5] == (3, 2)
    assert found["total"][5] == "total: carried forward in 2022 are 3, carried over are 2"
    assert statuses(tmp_path) == ["clean", "flagged"]
    assert list(xxgk.load(tmp_path / "d").panel["status"]) == ["clean", "flagged"]


def test_a_partial_report_stays_partial(tmp_path: Path) -> None:
    later = make_record(2, 2023, carried(CARRIED_OVER, 9, 1, 0, 0, 0, 0, 9), status="partial")
    assert "fail" in {row[2] for row in checks_of(tmp_path, "Y-CARRY", [make_record(1, 2022, LAST_YEAR), later])}
    assert statuses(tmp_path) == ["clean", "partial"]


def test_blank_cells_are_incomplete(tmp_path: Path) -> None:
    later = make_record(2, 2023, carried(CARRIED_OVER, None, 1, 0, 0, 0, 0, 3))
    earlier = make_record(1, 2022, carried(CARRIED_FORWARD, 2, None, 0, 0, 0, 0, 3))
    found = {row[1]: row[2] for row in checks_of(tmp_path, "Y-CARRY", [earlier, later])}
    assert found["natural_person"] == found["business"] == "incomplete"
    assert found["total"] == "pass"
    assert statuses(tmp_path) == ["clean", "clean"]


@pytest.mark.parametrize("form", ["2014", "narrative"])
def test_forms_without_the_cells_are_not_compared(tmp_path: Path, form: str) -> None:
    records = [make_record(1, 2018, {}, form=form), make_record(2, 2019, carried(CARRIED_OVER, *[1] * 7), form="2019")]
    assert checks_of(tmp_path, "Y-CARRY", records) == []


def test_both_trial_and_present_form_are_compared(tmp_path: Path) -> None:
    records = [
        make_record(1, 2020, LAST_YEAR | in_force(RULES, 3, 1, 0), form="2019"),
        make_record(2, 2021, carried(CARRIED_OVER, 2, 1, 0, 0, 0, 0, 3) | in_force(RULES, 9, 1, 0)),
    ]
    assert {row[2] for row in checks_of(tmp_path, "Y-CARRY", records)} == {"pass"}
    # The trial form has no cells of what is in force.
    assert checks_of(tmp_path, "Y-IN-FORCE", records) == []


def test_a_year_without_tables_is_no_year_before(tmp_path: Path) -> None:
    """It is read as a narrative, which has no cell to compare with; one that lost table 3 alone is incomplete."""
    now = make_record(2, 2021, carried(CARRIED_OVER, *[1] * 7))
    assert checks_of(tmp_path, "Y-CARRY", [make_record(1, 2020, {}, form="narrative"), now]) == []
    found = checks_of(tmp_path, "Y-CARRY", [make_record(1, 2020, {}, form="2019", status="partial"), now])
    assert {row[2] for row in found} == {"incomplete"}
    assert statuses(tmp_path) == ["partial", "clean"]


def test_the_years_follow_the_agency_and_not_the_order_of_forms(tmp_path: Path) -> None:
    """An agency that went back to the trial form is compared with the year before all the same."""
    numbers = [
        LAST_YEAR,
        carried(CARRIED_OVER, 2, 1, 0, 0, 0, 0, 3) | carried(CARRIED_FORWARD, *[0] * 6, 0),
        carried(CARRIED_OVER, *[0] * 6, 1),
    ]
    records = [
        make_record(n, 2020 + n, cells, form=form)
        for n, (cells, form) in enumerate(zip(numbers, ("2019", "2021", "2019"), strict=True))
    ]
    found = checks_of(tmp_path, "Y-CARRY", records)
    assert [(row[0], row[1]) for row in found if row[2] == "fail"] == [(2, "total")]


def test_nothing_is_checked_without_the_year_before_or_the_agency(tmp_path: Path) -> None:
    now = carried(CARRIED_OVER, *[1] * 7)
    others = [make_record(1, 2021, LAST_YEAR), make_record(2, 2022, LAST_YEAR, "330503:商务局")]
    unknown = [make_record(3, 2022, LAST_YEAR, None), make_record(4, 2023, now, None)]
    assert checks_of(tmp_path, "Y-CARRY", [*others, *unknown, make_record(5, 2023, now)]) == []


def test_in_force(tmp_path: Path) -> None:
    earlier = in_force(RULES, 4, 0, 0) | in_force(DOCUMENTS, 10, 0, 0)
    later = in_force(RULES, 5, 2, 1) | in_force(DOCUMENTS, 12, 3, 0)
    found = checks_of(tmp_path, "Y-IN-FORCE", [make_record(1, 2022, earlier), make_record(2, 2023, later)])
    assert [row[1:5] for row in found] == [
        (f"{RULES}.in_force", "pass", 5, 5),
        (f"{DOCUMENTS}.in_force", "fail", 13, 12),
    ]
    assert found[1][5].endswith("in force in 2022, issued and repealed give 13, in force are 12")
    assert statuses(tmp_path) == ["clean", "flagged"]


def test_in_force_with_a_blank(tmp_path: Path) -> None:
    later = in_force(RULES, 5, None, 1) | in_force(DOCUMENTS, None, 3, 0)
    earlier = in_force(RULES, 4, 0, 0) | in_force(DOCUMENTS, 10, 0, 0)
    found = checks_of(tmp_path, "Y-IN-FORCE", [make_record(1, 2022, earlier), make_record(2, 2023, later)])
    assert [row[2] for row in found] == ["incomplete", "incomplete"]


def test_two_reports_of_one_year(tmp_path: Path) -> None:
    now = make_record(9, 2023, carried(CARRIED_OVER, 2, 1, 0, 0, 0, 0, 3))
    copy = make_record(2, 2022, LAST_YEAR)
    differing = make_record(3, 2022, carried(CARRIED_FORWARD, 2, 0, 0, 0, 0, 0, 2))
    assert {row[2] for row in checks_of(tmp_path, "Y-CARRY", [make_record(1, 2022, LAST_YEAR), copy, now])} == {"pass"}
    found = {row[1]: row for row in checks_of(tmp_path, "Y-CARRY", [make_record(1, 2022, LAST_YEAR), differing, now])}
    assert found["total"][2] == "incomplete"
    assert "two reports on that year differ" in found["total"][5]
    assert found["natural_person"][2] == "pass"
    assert statuses(tmp_path) == ["clean", "clean", "clean"]


def test_a_withdrawn_report_gives_way(tmp_path: Path) -> None:
    now = make_record(9, 2023, carried(CARRIED_OVER, 2, 1, 0, 0, 0, 0, 3))
    gone = make_record(3, 2022, carried(CARRIED_FORWARD, *[7] * 7), withdrawn="2024-05-01T00:00:00Z")
    assert {row[2] for row in checks_of(tmp_path, "Y-CARRY", [make_record(1, 2022, LAST_YEAR), gone, now])} == {"pass"}
    # Where it is the only one, it is still what the agency said.
    assert "fail" in {row[2] for row in checks_of(tmp_path, "Y-CARRY", [gone, now])}


def test_a_crawl_is_checked_as_well(tmp_path: Path) -> None:
    records = [make_record(1, 2022, LAST_YEAR), make_record(2, 2023, carried(CARRIED_OVER, *[5] * 7))]

    class Stored:
        def report_ids(self) -> list[str]:
            return [record.report.report_id for record in records]

        def read(self, report_ids: Iterable[str]) -> Iterator[tuple[RecordSet, int]]:
            found = {record.report.report_id: record for record in records}
            return ((found[report_id], 100) for report_id in report_ids)

    summary = write_crawled(Stored(), (), (), tmp_path / "d")
    # Seven columns, and two in-force rows that neither report has.
    assert (summary.checks, summary.failed_checks) == (9, 7)
    assert statuses(tmp_path) == ["clean", "flagged"]


def test_nothing_to_compare_leaves_the_record_as_it_is() -> None:
    record = make_record(2, 2023, carried(CARRIED_OVER, *[5] * 7))
    assert with_year_checks(record, []) is record
    assert record.checks == [] == list[Check]()

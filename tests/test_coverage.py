"""Agencies and coverage: who reports, which years are expected, what was found of them."""

from pathlib import Path

import frictionless
import pytest

import xxgk
from output.bodies import tell_changes
from output.dataset import write_dataset
from output.index import ReportIndex
from parsers.records import RecordSet, Report, Value

VALUE = ("review.total", None, 1, "件", "1", "number", 2, 3, 4, 40, "0" * 64)


def make_record(
    number: int, agency_id: str | None, year: int | None, *, tables: bool = True, **header: object
) -> RecordSet:
    report_id = f"{number:016x}"
    code, _, key = (agency_id or ":").partition(":")
    fields = {"agency": f"吴兴区{key}", "division_code": code if code.isdigit() else None, "form": "2021", **header}
    fields |= {"source_path": f"{number}.html", "source_sha256": "0" * 64, "source_format": "html"}
    report = Report(report_id=report_id, year=year, agency_id=agency_id, **fields)
    return RecordSet(report, [Value(report_id, *VALUE)] if tables else [], [], [], [])


def coverage_of(folder: Path, records: list[RecordSet]) -> dict[tuple[str, int], str]:
    write_dataset(records, folder / "d")
    rows = xxgk.load(folder / "d").coverage
    return {(row.agency_id, row.year): row.status for row in rows.itertuples()}


def agencies_of(folder: Path, records: list[RecordSet]) -> list[dict[str, object]]:
    write_dataset(records, folder / "d")
    frame = xxgk.load(folder / "d").agencies
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


COMMERCE = "330502:商务局"


def test_years_between_and_up_to_the_latest_of_the_division(tmp_path: Path) -> None:
    records = [make_record(1, COMMERCE, 2019), make_record(2, COMMERCE, 2021), make_record(3, "330502:教育局", 2023)]
    records.append(make_record(4, "330503:教育局", 2024))
    assert coverage_of(tmp_path, records) == {
        (COMMERCE, 2019): "found",
        (COMMERCE, 2020): "missing",
        (COMMERCE, 2021): "found",
        (COMMERCE, 2022): "missing",
        (COMMERCE, 2023): "missing",
        ("330502:教育局", 2023): "found",
        ("330503:教育局", 2024): "found",
    }


def test_an_agency_that_was_merged_is_not_expected_for_ever(tmp_path: Path) -> None:
    tourism = "330502:旅游局"
    records = [make_record(1, tourism, 2015), make_record(2, tourism, 2017), make_record(3, COMMERCE, 2023)]
    years = [key for key in coverage_of(tmp_path, records) if key[0] == tourism]
    assert years == [(tourism, 2015), (tourism, 2016), (tourism, 2017)]


@pytest.mark.parametrize(
    ("year", "kind", "published", "status"),
    [
        (2023, "commerce", "2024-01-31", "found"),
        (2023, "commerce", "2024-02-01", "late"),
        (2023, "government", "2024-02-01", "found"),
        (2023, "government", "2024-04-01", "late"),
        (2023, "government_office", "2024-03-01", "late"),
        (2023, "commerce", None, "found"),
        (2018, "commerce", "2019-03-20", "found"),  # the regulations before those of 2019 asked for 31 March
        (2018, "commerce", "2019-04-20", "late"),
    ],
)
def test_late(tmp_path: Path, year: int, kind: str, published: str | None, status: str) -> None:
    record = make_record(1, COMMERCE, year, agency_type=kind, published=published)
    assert coverage_of(tmp_path, [record]) == {(COMMERCE, year): status}


def test_the_note_says_how_late(tmp_path: Path) -> None:
    write_dataset([make_record(1, COMMERCE, 2023, published="2024-02-05")], tmp_path / "d")
    assert xxgk.load(tmp_path / "d").coverage["note"].tolist() == ["dated 2024-02-05, the last day was 2024-01-31"]


def test_without_tables(tmp_path: Path) -> None:
    records = [make_record(n, COMMERCE, 2016 + n, tables=False, form="narrative") for n in range(1, 5)]
    assert list(coverage_of(tmp_path, records).values()) == ["found", "found", "without_tables", "without_tables"]


def test_of_two_reports_the_better_one_counts(tmp_path: Path) -> None:
    records = [
        make_record(1, COMMERCE, 2023, published="2024-01-05", tables=False),
        make_record(2, COMMERCE, 2023, published="2024-01-20"),
        make_record(3, COMMERCE, 2023, published="2024-05-20"),
    ]
    write_dataset(records, tmp_path / "d")
    row = xxgk.load(tmp_path / "d").coverage.iloc[0]
    assert (row.status, row.report_id, row.note) == ("found", f"{2:016x}", "3 reports on this year")


def test_a_report_that_stands_counts_before_one_that_was_withdrawn(tmp_path: Path) -> None:
    gone = make_record(1, COMMERCE, 2023, published="2024-01-05", withdrawn="2024-06-01T00:00:00Z")
    late = make_record(2, COMMERCE, 2023, published="2024-03-20")
    write_dataset([gone, late], tmp_path / "d")
    row = xxgk.load(tmp_path / "d").coverage.iloc[0]
    assert (row.status, row.report_id) == ("late", f"{2:016x}")
    write_dataset([gone], tmp_path / "d")
    row = xxgk.load(tmp_path / "d").coverage.iloc[0]
    assert (row.status, row.note) == ("found", "withdrawn, found no more on 2024-06-01")


def test_a_year_that_cannot_be_is_not_expected_of_the_others(tmp_path: Path) -> None:
    records = [
        make_record(1, COMMERCE, 2022, published="2023-01-20"),
        make_record(2, "330502:教育局", 2032, published="2023-01-20"),
        make_record(3, "330502:审计局", 2022),
        make_record(4, "330503:审计局", 2032, published="2023-01-20"),
    ]
    assert coverage_of(tmp_path, records) == {
        (COMMERCE, 2022): "found",
        ("330502:教育局", 2032): "found",
        ("330502:审计局", 2022): "found",
        ("330503:审计局", 2032): "found",
    }


def test_two_spellings_in_one_year_are_one_agency(tmp_path: Path) -> None:
    health = "330502:卫生健康委员会"
    records = [
        make_record(1, health, 2022, agency="吴兴区卫健委", published="2023-01-09"),
        make_record(2, health, 2022, agency="吴兴区卫生健康局", published="2023-01-20"),
    ]
    assert coverage_of(tmp_path, records) == {(health, 2022): "found"}
    (row,) = agencies_of(tmp_path, records)
    assert (row["reports"], row["name"], row["names"]) == (2, "吴兴区卫生健康局", "吴兴区卫健委")


def test_a_district_that_is_no_more_expects_nothing_after_its_last_year(tmp_path: Path) -> None:
    records = [
        make_record(1, "330103:商务局", 2019, agency="下城区商务局"),
        make_record(2, "330103:教育局", 2020, agency="下城区教育局"),
        make_record(3, "330105:商务局", 2023, agency="拱墅区商务局"),
    ]
    years = [key for key in coverage_of(tmp_path, records) if key[0].startswith("330103")]
    assert years == [("330103:商务局", 2019), ("330103:商务局", 2020), ("330103:教育局", 2020)]


def test_agencies(tmp_path: Path) -> None:
    health = "330502:卫生健康委员会"
    records = [
        make_record(1, health, 2012, agency="吴兴区卫生局", county="吴兴区", agency_type="health", level="district"),
        make_record(
            2, health, 2020, agency="吴兴区卫生健康局", county="吴兴区", agency_type="health", level="district"
        ),
        make_record(3, health, 2016, agency="吴兴区卫计局", county="吴兴区"),
        make_record(4, health, None, agency="吴兴区卫计局", county="吴兴区"),
    ]
    (row,) = agencies_of(tmp_path, records)
    assert (row["agency_id"], row["name"], row["names"]) == (health, "吴兴区卫生健康局", "吴兴区卫生局;吴兴区卫计局")
    assert (row["first_year"], row["last_year"], row["reports"]) == (2012, 2020, 4)
    assert (row["division_code"], row["county"], row["level"]) == ("330502", "吴兴区", "district")
    assert row["resolved"] is True
    assert "人口和计划生育局 (2013-2015)" in row["note"]


def test_what_is_not_resolved_is_told(tmp_path: Path) -> None:
    records = [
        make_record(1, "?:望溪区商务局", 2023, agency="望溪区商务局"),
        make_record(2, None, 2022, agency="商务局"),
        make_record(3, None, 2023, agency="商务局"),
        make_record(4, None, 2023, agency=None, publisher=None),
    ]
    rows = agencies_of(tmp_path, records)
    assert [(row["agency_id"], row["name"], row["reports"], row["resolved"]) for row in rows] == [
        ("?:望溪区商务局", "望溪区商务局", 1, False),
        (None, "商务局", 2, False),
        (None, None, 1, False),
    ]
    assert all(row["note"] for row in rows)
    assert rows[2]["note"] == "The report names no agency."
    assert sum(row["reports"] for row in rows) == len(records)


def test_same_bytes_in_another_order(tmp_path: Path) -> None:
    keys = (COMMERCE, "330502:教育局", "?:望溪区商务局", None)
    records = [
        make_record(n, keys[n % 4], 2018 + n // 8, published=f"{2019 + n // 8}-02-0{1 + n % 9}") for n in range(48)
    ]
    write_dataset(records, tmp_path / "a")
    write_dataset(records[::-1], tmp_path / "b")
    one, other = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "ab")
    assert one == other
    assert not [path for path in (tmp_path / "a").iterdir() if path.name.startswith(".")]


def test_the_package_is_valid_with_agencies_that_are_not_known(tmp_path: Path) -> None:
    records = [
        make_record(1, COMMERCE, 2022),
        make_record(2, COMMERCE, 2023),
        make_record(3, None, 2023, agency="教育局"),
    ]
    write_dataset(records, tmp_path / "d")
    report = frictionless.validate(str(tmp_path / "d" / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "message"])


def test_a_fault_of_the_index_is_one_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="index of the reports"), ReportIndex(tmp_path) as index:
        list(index.query("SELECT nothing"))
    assert list(tmp_path.iterdir()) == []


def test_mergers_are_told() -> None:
    assert tell_changes("330502:工商行政管理局")[0] == "Agencies of this name went into 市场监督管理局 in 2013-2019."
    told = " ".join(tell_changes("330502:市场监督管理局"))
    assert all(name in told for name in ("工商行政管理局", "质量技术监督局", "食品药品监督管理局"))
    assert any("商务局" in sentence for sentence in tell_changes("330502:经济贸易局"))
    assert tell_changes("330000:自然资源厅") == tell_changes("330502:自然资源局") != []
    assert tell_changes("330502:柳堤镇人民政府") == []

"""Exports: what other programs read back is what the dataset holds, labels with it, and no text does any harm."""

import asyncio
import contextlib
import csv
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import msgspec
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pyreadstat
import pytest
from datasette.app import Datasette
from hypothesis import example, given
from hypothesis import strategies as st

import xxgk
from output.dataset import write_dataset
from output.exports import FILES, FORMATS, ExportError, Selection, export_dataset, statistics, xlsx
from output.exports.labels import NAME_LIMIT, column_label, variable_names
from output.exports.source import Source, _column
from output.exports.statistics import _label
from output.exports.texts import cut_bytes, cut_utf16, harmless, is_formula, utf16_length, without_illegal
from output.schema import load_tables, panel_indicators
from parsers.records import Check, Count, RecordSet, Report, Section, Value
from xxgk import cli

LONG = "长" * 40_000
HOSTILE = [
    "=HYPERLINK(1)",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "<script>alert(1)</script>",
    "\u202eabc",
    "a\x01\x0bb_x0041_c",
]
DIVISIONS = ["330502", "330521", "110108"]


def make_record(number: int) -> RecordSet:
    """A report of the year 2022 or 2023 in one of three districts, with a text that some program takes for a command."""
    report_id = f"{number:016x}"
    hostile = HOSTILE[number % len(HOSTILE)]
    report = Report(
        report_id=report_id,
        year=2022 + number // 6,
        form="2021",
        title=hostile,
        agency=f"机关{number}",
        division_code=DIVISIONS[number % 3],
        level="district",
        published="2024-01-15" if number % 2 else "2024-02-31",
        fetched_at="2024-03-01T10:20:30Z",
        source_sha256="0" * 64,
        source_format="html",
        status="flagged" if number % 2 else "clean",
    )
    values = [
        Value(report_id, "applications.received", "total", number, "件", str(number), "number", 1, 3, 9, 20, ""),
        Value(report_id, "applications.received", "business", -2, "件", "-2", "number", 1, 3, 4, 20, ""),
        Value(report_id, "applications.carried_over", "total", None, "件", hostile, "unreadable", 1, 4, 9, 21, ""),
    ]
    counts = [Count(report_id, 0, None, "overview", hostile, None, 51, "条", False, True, "51条", 4, 7)]
    sections = [Section(report_id, "overview", hostile, LONG if number == 0 else f"{hostile}公开信息", 0)]
    checks = [Check(report_id, "T3-ROW", "applications.received", "fail", "total_zero", 1, 0, hostile)]
    return RecordSet(report, values, counts, sections, checks)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports") / "dataset"
    write_dataset([make_record(number) for number in range(12)], folder)
    return folder


def place(to: str, tmp_path: Path) -> Path:
    return tmp_path / (f"export.{to}" if to in FILES else to)


def rows_of(dataset: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(dataset / f"{name}.parquet").to_pylist()
    return rows


def expected_rows(dataset: Path) -> dict[str, int]:
    told = {name: len(rows_of(dataset, name)) for name in load_tables() if name != "codebook"}
    return told | {"codebook": len(pd.read_csv(dataset / "codebook.csv"))}


@pytest.mark.parametrize("to", FORMATS)
def test_every_table_is_written_and_counted(dataset: Path, tmp_path: Path, to: str) -> None:
    done = export_dataset(dataset, to, place(to, tmp_path), Selection())
    assert done.rows == expected_rows(dataset)
    left = {path.name for path in tmp_path.iterdir()} - {"metadata.json"}
    assert left == {place(to, tmp_path).name}


@pytest.mark.parametrize("to", ["dta", "sav"])
def test_statistics_programs_read_labels_numbers_and_dates(dataset: Path, tmp_path: Path, to: str) -> None:
    export_dataset(dataset, to, tmp_path / to, Selection())
    read = pyreadstat.read_dta if to == "dta" else pyreadstat.read_sav
    frame, told = read(tmp_path / to / f"reports.{to}")
    assert len(frame) == 12
    assert told.column_names_to_labels["division_code"] == "GB/T 2260 code of the division 行政区划代码"
    assert told.variable_value_labels["status"] == {
        1: "clean 核对一致",
        2: "flagged 存在疑点",
        3: "partial 表格或章节不全",
    }
    assert frame["status"].tolist() == [1, 2] * 6
    assert frame["title"][0] == "=HYPERLINK(1)"
    # A text that is no date of the calendar is missing.
    assert [None if pd.isna(day) else day for day in frame["published"][:2]] == [None, date(2024, 1, 15)]
    assert pd.Timestamp(frame["fetched_at"][0]) == pd.Timestamp("2024-03-01T10:20:30")
    values, told = read(tmp_path / to / f"values.{to}")
    by_row = values[["report_id", "value", "status", "applicant"]].to_numpy().tolist()
    assert by_row[1] == ["0" * 16, -2, 1, 2]
    assert pd.isna(by_row[2][1])
    assert told.variable_value_labels["applicant"][2] == "business 商业企业"
    assert told.variable_value_labels["status"][4] == "unreadable 无法识别"
    assert told.file_label == "xxgk export: Values"


@pytest.mark.parametrize("to", ["dta", "sav"])
def test_variables_are_told(dataset: Path, tmp_path: Path, to: str) -> None:
    export_dataset(dataset, to, tmp_path / to, Selection(("panel",)))
    frame, told = (pyreadstat.read_dta if to == "dta" else pyreadstat.read_sav)(tmp_path / to / f"panel.{to}")
    with (tmp_path / to / "variables.csv").open(encoding="utf-8-sig", newline="") as handle:
        lines = {row["column"]: row for row in csv.DictReader(handle) if row["table"] == "panel"}
    name = lines["applications.results.refused.administrative_inquiry"]["variable"]
    assert name == "app_res_ref_adm_inquiry"
    assert told.column_names_to_labels[name].endswith("(件)")
    assert [lines[column]["variable"] for column in lines] == list(frame.columns)
    assert list(frame.columns)[-1] == "flagged"
    assert frame["applications_received"].tolist() == [
        row["applications.received"] for row in rows_of(dataset, "panel")
    ]
    # No number was read: missing, not 0.
    assert frame["applications_carried_over"].isna().all()


@pytest.mark.parametrize("to", ["dta", "sav"])
def test_a_blank_is_told_from_a_zero_and_from_no_cell(tmp_path: Path, to: str) -> None:
    """Each report has another cell of the same indicator; a check on the first one fails."""
    cells = [(0, "number"), (None, "blank"), (None, "not_applicable"), (None, "unreadable"), (7, "number")]
    records = []
    for number, (value, status) in enumerate(cells):
        record = make_record(number)
        values = [
            Value(v.report_id, v.indicator, "total", value, "件", "", status, 1, 3, 9, 20, "")
            for v in record.values[:1]
        ]
        # Nobody has a number here: the variable is one of numbers all the same.
        values.append(
            Value(values[0].report_id, "disclosure.fees.amount", None, None, "万元", "", "blank", 0, 1, 1, 1, "")
        )
        records.append(msgspec.structs.replace(record, values=values, checks=record.checks * (number == 0)))
    write_dataset(records, tmp_path / "dataset")
    export_dataset(tmp_path / "dataset", to, tmp_path / to, Selection(("panel",)))
    read = pyreadstat.read_dta if to == "dta" else pyreadstat.read_sav
    path = tmp_path / to / f"panel.{to}"
    plain = read(path)[0].set_index("report_id").sort_index()
    frame, told = read(path, user_missing=True)
    frame = frame.set_index("report_id").sort_index()
    blank, none, bad = ("b", "n", "u") if to == "dta" else (-9999991, -9999992, -9999993)
    assert frame["applications_received"].tolist() == [0, blank, none, bad, 7]
    assert frame["disclosure_fees_amount"].tolist() == [blank] * 5
    # No cell of it was found in any report.
    assert frame["applications_carried_forward"].isna().all()
    # Whoever does not ask gets nothing that could be taken for a number.
    assert [None if pd.isna(n) else n for n in plain["applications_received"]] == [0, None, None, None, 7]
    assert plain["disclosure_fees_amount"].isna().all()
    assert told.variable_value_labels["applications_received"] == {
        blank: "blank 空白",
        none: "not_applicable 不适用",
        bad: "unreadable 无法识别",
    }
    assert frame["flagged"].tolist() == ["applications_received", "", "", "", ""]


ANY_TEXT = [
    "<script>alert(1)</script>",
    "=1+1",
    "\u202eגabc\u202c",
    "a\0b\x1b[31mc",
    "x" * 1_000_000,
    'one\ttwo\nthree "four", five',
    "𠮷" * 20_000,
]


@pytest.mark.parametrize("to", ["dta", "sav"])
def test_a_report_of_nothing_but_blanks(tmp_path: Path, to: str) -> None:
    """Every variable of the panel has labels then, also those with the longest names."""
    record = make_record(0)
    values = [
        Value(
            record.report.report_id, code, "total" if item.dimension else None, None, "件", "", "blank", 0, 0, 0, 0, ""
        )
        for code, item in panel_indicators().items()
    ]
    write_dataset([msgspec.structs.replace(record, values=values)], tmp_path / "dataset")
    export_dataset(tmp_path / "dataset", to, tmp_path / to, Selection(("panel",)))
    path = tmp_path / to / f"panel.{to}"
    told = (pyreadstat.read_dta if to == "dta" else pyreadstat.read_sav)(path, user_missing=True)[1]
    assert len((told.missing_user_values if to == "dta" else told.missing_ranges).keys()) == len(values)


def test_a_number_that_is_a_missing_value_in_spss_is_told(tmp_path: Path) -> None:
    record = make_record(1)
    values = [msgspec.structs.replace(record.values[0], value=-9999991)]
    write_dataset([msgspec.structs.replace(record, values=values)], tmp_path / "dataset")
    with pytest.raises(ExportError, match="panel: has the number -9999991, a missing value here; take --to dta"):
        export_dataset(tmp_path / "dataset", "sav", tmp_path / "sav", Selection(("panel",)))
    export_dataset(tmp_path / "dataset", "dta", tmp_path / "dta", Selection(("panel",)))
    assert pyreadstat.read_dta(tmp_path / "dta" / "panel.dta")[0]["applications_received"].tolist() == [-9999991]


@pytest.mark.parametrize("to", FORMATS)
def test_days_of_any_year(tmp_path: Path, to: str) -> None:
    days = ["0001-01-01", "1582-10-10", "1899-12-31", "1900-01-01", "1900-03-01", "9999-12-31", "2024"]
    records = []
    for number, day in enumerate(days):
        record = make_record(number)
        records.append(msgspec.structs.replace(record, report=msgspec.structs.replace(record.report, published=day)))
    write_dataset(records, tmp_path / "dataset")
    done = export_dataset(tmp_path / "dataset", to, place(to, tmp_path), Selection(("reports",)))
    assert done.rows["reports"] == len(days)
    if to == "xlsx":
        rows = openpyxl.load_workbook(place(to, tmp_path))["reports"].iter_rows(values_only=True)
        at = next(rows).index("published")
        assert [str(row[at])[:10] for row in rows] == [*days[:-1], "2024-01-01"]


def read_back(to: str, path: Path) -> list[str]:
    """The texts of the sections as the program that a format is for reads them."""
    if to == "duckdb":
        with duckdb.connect(str(path), read_only=True) as db:
            return [row[0] for row in db.execute("SELECT text FROM sections ORDER BY report_id").fetchall()]
    if to == "sqlite":
        with contextlib.closing(sqlite3.connect(path)) as db:
            return [row[0] for row in db.execute("SELECT text FROM sections ORDER BY report_id")]
    if to == "xlsx":
        return [str(row[3]) for row in openpyxl.load_workbook(path)["sections"].iter_rows(min_row=2, values_only=True)]
    file = path / f"sections.{to}"
    if to == "csv":
        with file.open(encoding="utf-8-sig", newline="") as handle:
            return [row["text"] for row in csv.DictReader(handle)]
    if to == "parquet":
        texts: list[str] = pyarrow.parquet.read_table(file)["text"].to_pylist()
        return texts
    read = pyreadstat.read_dta if to == "dta" else pyreadstat.read_sav
    return list(read(file)[0]["text"])


@pytest.mark.parametrize("to", FORMATS)
def test_any_text_is_text_in_every_format(tmp_path: Path, to: str) -> None:
    csv.field_size_limit(2_000_000)
    records = [
        msgspec.structs.replace(record, sections=[msgspec.structs.replace(record.sections[0], text=text)])
        for record, text in zip(map(make_record, range(len(ANY_TEXT))), ANY_TEXT, strict=True)
    ]
    write_dataset(records, tmp_path / "dataset")
    out = tmp_path / f"{HOSTILE[5].replace('/', '')} '\" {HOSTILE[0]}.{to}"
    out = out if to in FILES else out.with_suffix("")
    export_dataset(tmp_path / "dataset", to, out, Selection(("sections",)))
    expected = list(ANY_TEXT)
    if to == "csv":
        expected[1] = "'=1+1"
    if to in ("dta", "sav"):
        expected = [text.replace("\0", "") for text in expected]
    if to == "sav":
        expected = [cut_bytes(text, 32_767) for text in expected]
    if to == "xlsx":
        expected = [cut_utf16(without_illegal(text), 32_767) for text in expected]
    assert read_back(to, out) == expected


def test_long_texts_are_whole_in_stata_and_cut_in_spss(dataset: Path, tmp_path: Path) -> None:
    done = export_dataset(dataset, "dta", tmp_path / "dta", Selection(("sections",)))
    assert done.notes == []
    assert pyreadstat.read_dta(tmp_path / "dta" / "sections.dta")[0]["text"][0] == LONG
    done = export_dataset(dataset, "sav", tmp_path / "sav", Selection(("sections",)))
    assert done.notes == ["sections: 1 texts were cut to 32,767 bytes"]
    assert pyreadstat.read_sav(tmp_path / "sav" / "sections.sav")[0]["text"][0] == "长" * (32_767 // 3)


def test_a_long_table_is_several_files(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "PART_ROWS", 5)
    monkeypatch.setattr("output.exports.source.BATCH_ROWS", 5)
    done = export_dataset(dataset, "dta", tmp_path / "dta", Selection(("checks",)))
    assert done.files["checks"] == ["checks-1.dta", "checks-2.dta", "checks-3.dta"]
    parts = [pyreadstat.read_dta(tmp_path / "dta" / name) for name in done.files["checks"]]
    assert [len(frame) for frame, _ in parts] == [5, 5, 2]
    assert pd.concat([frame for frame, _ in parts])["report_id"].tolist() == [
        r["report_id"] for r in rows_of(dataset, "checks")
    ]
    # The numbers of codes are the same in every part, also of codes that it does not hold.
    assert {json.dumps(told.variable_value_labels["outcome"]) for _, told in parts} == {
        '{"1": "pass \\u4e00\\u81f4", "2": "fail \\u4e0d\\u4e00\\u81f4", "3": "incomplete \\u7f3a\\u5c11\\u6570\\u636e"}'
    }


def test_one_table_may_be_a_file(dataset: Path, tmp_path: Path) -> None:
    export_dataset(dataset, "dta", tmp_path / "p.dta", Selection(("panel",)))
    assert {path.name for path in tmp_path.iterdir()} == {"p.dta", "p.variables.csv"}
    export_dataset(dataset, "dta", tmp_path / "p.dta", Selection(("panel",), years=(2022,)))
    assert len(pyreadstat.read_dta(tmp_path / "p.dta")[0]) == 6
    with pytest.raises(ExportError, match="which holds one table; add --table"):
        export_dataset(dataset, "sav", tmp_path / "all.sav", Selection())


@pytest.fixture(scope="module")
def book(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("xlsx") / "export.xlsx"
    notes = export_dataset(dataset, "xlsx", path, Selection()).notes
    assert "sections: 1 texts were cut to 32,767 characters; see its column export_note" in notes
    assert "reports: control characters were left out of 1 texts" in notes
    return openpyxl.load_workbook(path)


def test_excel_has_a_sheet_for_each_table(dataset: Path, book: openpyxl.Workbook) -> None:
    assert book.sheetnames == [*load_tables(), "columns"]
    for name, rows in expected_rows(dataset).items():
        sheet = book[name]
        assert sheet.max_row == rows + 1
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert all(cell.font.bold for cell in sheet[1])
    assert book["reports"].column_dimensions["A"].width > 15
    # A table without rows has a head that can be read, too.
    assert book["revisions"].column_dimensions["A"].width > 10
    assert "GB/T 2260 code of the division 行政区划代码" in book["panel"]["D1"].comment.text


def test_excel_cells_are_typed_and_harmless(book: openpyxl.Workbook) -> None:
    reports = [
        dict(zip((c.value for c in book["reports"][1]), row, strict=True))
        for row in book["reports"].iter_rows(min_row=2)
    ]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert [row["title"].value for row in reports[:5]] == HOSTILE[:5]
    assert [bool(row["title"].quotePrefix) for row in reports[:8]] == [True] * 5 + [False] * 3
    # How the format writes a text that looks like one of its own escapes; openpyxl leaves it as it stands.
    assert reports[7]["title"].value == "ab_x005F_x0041_c"
    assert reports[1]["published"].value.date() == date(2024, 1, 15)
    assert reports[0]["published"].value is None
    received = list(book["values"].iter_rows(min_row=2, values_only=True))[1]
    assert received[3] == -2
    assert isinstance(received[3], int)
    assert received[5] == "-2"
    long = next(book["sections"].iter_rows(min_row=2, values_only=True))
    assert (len(long[3]), long[-1]) == (32_767, "text: 32,767 of 40,000 characters")


def test_excel_tells_the_columns_and_the_codebook(book: openpyxl.Workbook) -> None:
    rows = {row[:2]: row for row in book["columns"].iter_rows(values_only=True)}
    assert rows["panel", "disclosure.fees.amount"][2:6] == (
        "Administrative fees: amount charged this year",
        "行政事业性收费:本年收费金额",
        "万元",
        "number",
    )
    assert "fail 不一致" in rows["checks", "outcome"][6]
    header, first, *_ = book["codebook"].iter_rows(values_only=True)
    assert dict(zip(header, first, strict=True))["label_zh"] == "规章:本年制发件数"


def test_a_full_sheet_is_followed_by_another(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 6)
    done = export_dataset(dataset, "xlsx", tmp_path / "x.xlsx", Selection(("reports",)))
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    sheets = [book[name] for name in ("reports", "reports (2)", "reports (3)")]
    assert [sheet.max_row for sheet in sheets] == [6, 6, 3]
    ids = [row[0] for sheet in sheets for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert ids == [row["report_id"] for row in rows_of(dataset, "reports")]
    assert any("12 rows stand on 3 sheets" in note for note in done.notes)


def test_duckdb_has_types_keys_and_comments(dataset: Path, tmp_path: Path) -> None:
    export_dataset(dataset, "duckdb", tmp_path / "x.duckdb", Selection())
    with duckdb.connect(str(tmp_path / "x.duckdb"), read_only=True) as db:
        counted = db.execute(
            "SELECT status, count(*), max(published) FROM reports GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        assert counted == [("clean", 6, None), ("flagged", 6, date(2024, 1, 15))]
        assert db.execute("SELECT text FROM sections LIMIT 1").fetchone() == (LONG,)
        comment = db.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'panel' AND column_name = 'disclosure.fees.amount'"
        ).fetchone()
        assert comment is not None
        assert comment[0].endswith("Unit: 万元.")
        keys = db.execute(
            "SELECT constraint_text FROM duckdb_constraints() WHERE table_name = 'reports' AND constraint_type = 'PRIMARY KEY'"
        ).fetchall()
        assert keys == [("PRIMARY KEY(report_id)",)]
        titles = [row[0] for row in db.execute("SELECT title FROM reports ORDER BY report_id").fetchall()]
        assert titles == [row["title"] for row in rows_of(dataset, "reports")]
    assert list(tmp_path.iterdir()) == [tmp_path / "x.duckdb"]


def ask(datasette: Datasette, path: str) -> Any:
    return asyncio.run(datasette.client.get(path))


def test_datasette_serves_sqlite_with_its_metadata(dataset: Path, tmp_path: Path) -> None:
    export_dataset(dataset, "sqlite", tmp_path / "x.sqlite", Selection(), full_text=True)
    metadata = json.loads((tmp_path / "metadata.json").read_text(encoding="utf-8"))
    served = Datasette([str(tmp_path / "x.sqlite")], metadata=metadata)
    answer = ask(served, "/x/reports.json?_shape=objects&_facet=status").json()
    assert answer["filtered_table_rows_count"] == 12
    facets = {item["value"]: item["count"] for item in answer["facet_results"]["status"]["results"]}
    assert facets == {"clean": 6, "flagged": 6}
    assert {"form", "level"} <= answer["facet_results"].keys()
    assert answer["rows"][0]["year"] == 2023
    page = ask(served, "/x/reports").text
    assert "One row per report." in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    for path in ("/x/values", "/x/panel", "/x/sections", "/x/agencies", "/x/checks?_facet=rule", "/x/codebook"):
        assert ask(served, path).status_code == 200, path
    assert (
        "Administrative fees: amount charged this year 行政事业性收费:本年收费金额 (万元)"
        in ask(served, "/x/panel").text
    )
    found = ask(served, "/x/sections.json?_shape=objects&_search=公开信息").json()
    assert found["filtered_table_rows_count"] == 11


def test_sqlite_has_keys_and_indexes(dataset: Path, tmp_path: Path) -> None:
    export_dataset(dataset, "sqlite", tmp_path / "x.sqlite", Selection())
    db = sqlite3.connect(tmp_path / "x.sqlite")
    assert db.execute('SELECT count(*), count(value) FROM "values"').fetchone() == (36, 24)
    assert ("reports", "report_id", "report_id") in {
        row[2:5] for row in db.execute("PRAGMA foreign_key_list('values')")
    }
    plan = " ".join(str(row) for row in db.execute("EXPLAIN QUERY PLAN SELECT * FROM \"values\" WHERE report_id = 'x'"))
    assert "USING INDEX values_report_id" in plan
    assert db.execute("SELECT name FROM sqlite_master WHERE name LIKE '%fts%'").fetchall() == []
    db.close()


def test_metadata_of_two_files_stand_in_one(dataset: Path, tmp_path: Path) -> None:
    for name in ("a.sqlite", "b.sqlite"):
        export_dataset(dataset, "sqlite", tmp_path / name, Selection(("reports",)))
    assert json.loads((tmp_path / "metadata.json").read_text(encoding="utf-8"))["databases"].keys() == {"a", "b"}


def test_csv_opens_in_a_spreadsheet(dataset: Path, tmp_path: Path) -> None:
    export_dataset(dataset, "csv", tmp_path / "csv", Selection())
    data = (tmp_path / "csv" / "reports.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "csv" / "reports.csv").open(encoding="utf-8-sig", newline="") as handle:
        titles = [row["title"] for row in csv.DictReader(handle)]
    assert titles[:8] == [*(f"'{text}" for text in HOSTILE[:5]), *HOSTILE[5:]]
    with (tmp_path / "csv" / "values.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert (rows[1]["value"], rows[1]["raw"]) == ("-2", "-2")


def test_parquet_has_dates(dataset: Path, tmp_path: Path) -> None:
    export_dataset(dataset, "parquet", tmp_path / "p", Selection())
    table = pyarrow.parquet.read_table(tmp_path / "p" / "reports.parquet")
    assert table.schema.field("published").type == pa.date32()
    assert table["published"].to_pylist()[:2] == [None, date(2024, 1, 15)]
    assert table.schema.field("year").metadata[b"description"]


@pytest.mark.parametrize(
    ("selection", "numbers"),
    [
        (Selection(divisions=("330000",)), [n for n in range(12) if n % 3 < 2]),
        (Selection(divisions=("330500",), years=(2023,)), [6, 7, 9, 10]),
        (Selection(divisions=("110108", "330521")), [n for n in range(12) if n % 3 > 0]),
        (Selection(years=(2022, 2023)), list(range(12))),
    ],
)
def test_divisions_and_years(dataset: Path, selection: Selection, numbers: list[int]) -> None:
    source = Source(dataset, selection)
    wanted = {f"{number:016x}" for number in numbers}
    for table in source.tables:
        names = [column.name for column in table.columns]
        if "report_id" in names and table.name in ("reports", "values", "counts", "sections", "checks", "panel"):
            assert {i for b in source.batches(table) for i in b["report_id"].to_pylist()} == wanted, table.name


def test_rows_without_a_report_follow_their_own_year_and_agency(tmp_path: Path) -> None:
    """A missing report has no report_id; its agency and year say where it belongs."""
    from output.exports import source as module

    batch = pa.record_batch(
        {
            "agency_id": ["330502:commerce", "330502:commerce", "110108:commerce", None],
            "year": [2022, 2023, 2022, 2022],
            "report_id": [None, "a", "b", None],
        }
    )
    made = module.Source.__new__(module.Source)
    made.selection, made._prefixes, made._report_ids = (
        Selection(divisions=("330000",), years=(2022,)),
        ["33"],
        pa.array(["z"]),
    )
    assert made._fitting(batch).to_pylist() == [{"agency_id": "330502:commerce", "year": 2022, "report_id": None}]


@pytest.mark.parametrize(
    ("selection", "told"),
    [
        (Selection(tables=("nothing",)), "--table nothing: the dataset has no such table; it has reports"),
        (Selection(divisions=("990000",)), "the dataset has no report of these divisions and years together"),
        (Selection(years=(1999,)), "the dataset has no report of these divisions and years together"),
    ],
)
def test_what_does_not_fit_is_told(dataset: Path, tmp_path: Path, selection: Selection, told: str) -> None:
    with pytest.raises(ExportError, match=re.escape(told)):
        export_dataset(dataset, "csv", tmp_path / "x", selection)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("to", FILES)
def test_a_foreign_file_is_left_alone(dataset: Path, tmp_path: Path, to: str) -> None:
    path = place(to, tmp_path)
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="was not written by xxgk export"):
        export_dataset(dataset, to, path, Selection(("reports",)))
    assert path.read_text(encoding="utf-8") == "mine"
    export_dataset(dataset, to, path, Selection(("reports",)), force=True)
    # Now it is ours, and replaced without a word.
    export_dataset(dataset, to, path, Selection(("panel",)))


def test_foreign_metadata_and_folders_are_left_alone(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "metadata.json").write_text('{"title": "mine"}', encoding="utf-8")
    with pytest.raises(ExportError, match=r"metadata\.json: was not written by xxgk export"):
        export_dataset(dataset, "sqlite", tmp_path / "x.sqlite", Selection())
    assert not (tmp_path / "x.sqlite").exists()
    for force in (False, True):
        with pytest.raises(ExportError, match=r"metadata\.json in it is no part of an export"):
            export_dataset(dataset, "csv", tmp_path, Selection(), force=force)
    with pytest.raises(ExportError, match="is in the dataset itself"):
        export_dataset(dataset, "csv", dataset, Selection(), force=True)
    with pytest.raises(ExportError, match="is no part of an export"):
        export_dataset(dataset, "csv", dataset.parent, Selection(), force=True)


def test_an_export_that_fails_leaves_the_old_one(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for to in ("xlsx", "csv"):
        path = place(to, tmp_path)
        export_dataset(dataset, to, path, Selection(("reports",)))
        before = {p.name: p.read_bytes() for p in ([path] if path.is_file() else path.iterdir())}
        with monkeypatch.context() as patched:
            patched.setattr(Source, "batches", fail)
            with pytest.raises(ExportError, match=r"No space left on device.*what stood there is as it was"):
                export_dataset(dataset, to, path, Selection(("reports",)))
        assert {p.name: p.read_bytes() for p in ([path] if path.is_file() else path.iterdir())} == before
    assert {path.name for path in tmp_path.iterdir()} == {"export.xlsx", "csv"}


# As on a disk that is full: no file may grow beyond some kilobytes.
ON_A_SMALL_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
from xxgk.cli import main
main()
"""


@pytest.mark.parametrize("to", FORMATS)
def test_a_full_disk_is_one_line(dataset: Path, tmp_path: Path, to: str) -> None:
    path = place(to, tmp_path)
    export_dataset(dataset, to, path, Selection(("reports",)))
    before = {p.name: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    command = [sys.executable, "-c", ON_A_SMALL_DISK, "export", str(dataset), "--to", to, "--out", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0].startswith(f"xxgk: {path}: could not be written (")
    assert "Traceback" not in done.stderr.partition("Exception ignored")[0]
    assert {p.name: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_a_key_that_stops_duckdb_is_no_error(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr("output.exports.duckdb._write_tables", stop)
    with pytest.raises(KeyboardInterrupt):
        export_dataset(dataset, "duckdb", tmp_path / "x.duckdb", Selection())
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_no_hindrance(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / ".x.duckdb.new" / "x.duckdb.tmp").mkdir(parents=True)
    (tmp_path / ".x.duckdb.new" / "x.duckdb").write_bytes(b"half")
    export_dataset(dataset, "duckdb", tmp_path / "x.duckdb", Selection(("reports",)))
    assert list(tmp_path.iterdir()) == [tmp_path / "x.duckdb"]


def test_an_export_is_no_dataset(dataset: Path, tmp_path: Path) -> None:
    export_dataset(dataset, "parquet", tmp_path / "p", Selection())
    with pytest.raises(ValueError, match="is no dataset"):
        xxgk.load(tmp_path / "p")


@pytest.mark.parametrize("to", sorted(FORMATS.keys() - FILES))
def test_frictionless_finds_a_folder_valid(dataset: Path, tmp_path: Path, to: str) -> None:
    export_dataset(dataset, to, tmp_path / to, Selection())
    report = frictionless.validate(str(tmp_path / to / "datapackage.json"))
    assert report.valid, report.flatten(["name", "type", "message"])
    (tmp_path / to / f"reports.{to}").write_bytes(b"other")
    assert not frictionless.validate(str(tmp_path / to / "datapackage.json")).valid


# DuckDB gives every file an identity of its own.
@pytest.mark.parametrize("to", sorted(FORMATS.keys() - {"duckdb"}))
def test_the_same_data_gives_the_same_bytes(dataset: Path, tmp_path: Path, to: str) -> None:
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        export_dataset(dataset, to, place(to, tmp_path / name), Selection())
        found.append({p.name: p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()})
    assert found[0] == found[1]


def test_no_file_tells_when_it_was_written(dataset: Path, tmp_path: Path) -> None:
    for to in ("dta", "sav", "xlsx"):
        export_dataset(dataset, to, tmp_path / f"x.{to}", Selection(("panel",)))
    head = (tmp_path / "x.dta").read_bytes()[:300]
    assert b"<timestamp>\x1101 Jan 2000 00:00</timestamp>" in head
    # The format that every Stata since 14 reads.
    assert b"<release>118</release>" in head
    assert (tmp_path / "x.sav").read_bytes()[92:109] == b"01 Jan 0000:00:00"
    assert openpyxl.load_workbook(tmp_path / "x.xlsx").properties.created == datetime(2000, 1, 1)


def test_a_missing_package_is_told(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "output.exports.import_module", lambda _: (_ for _ in ()).throw(ModuleNotFoundError(name="xlsxwriter"))
    )
    with pytest.raises(
        ExportError, match=re.escape("--to xlsx needs the package xlsxwriter: pip install 'xxgk[export]'")
    ):
        export_dataset(dataset, "xlsx", tmp_path / "x.xlsx", Selection())


def test_every_column_has_a_label_in_both_languages() -> None:
    for table in load_tables().values():
        for column in table.columns:
            label = column_label(table.name, column.name, column.description)
            assert label.zh, f"{table.name}.{column.name}: give it a label in output/exports/labels.toml"
            told = _label(_column(table.name, column))
            assert len(told) <= 80
            assert label.zh in told


def test_names_of_all_columns_are_short_words() -> None:
    names = variable_names(c.name for c in load_tables()["panel"].columns)
    cut = [name for name in names.values() if re.search(r"_[0-9a-f]{4}$", name)]
    assert cut == [], "add words to [short] in output/exports/labels.toml"


VALID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,28}", re.ASCII)


@given(
    st.lists(
        st.text(max_size=80) | st.from_regex(r"(?:str[0-9]{1,4}|[a-z]{2}|app\.a{30,40}|_x)", fullmatch=True),
        unique=True,
        max_size=40,
    )
)
def test_variable_names_are_valid_and_unique(names: list[str]) -> None:
    found = variable_names(names)
    assert list(found) == names
    assert all(VALID.fullmatch(name) and len(name) <= NAME_LIMIT for name in found.values())
    assert len({name.lower() for name in found.values()}) == len(names)
    assert not {"if", "in", "all", "with", "byte", "str8", "to"} & {name.lower() for name in found.values()}


@example(["\x0c\r", "-\n"])
@given(st.lists(st.none() | st.text() | st.from_regex(r"\s*[=+\-@＝][^a]*", fullmatch=True), max_size=20))
def test_no_harmless_cell_begins_a_formula(texts: list[str | None]) -> None:
    shown = harmless(pa.array(texts, pa.string())).to_pylist()
    for before, now in zip(texts, shown, strict=True):
        if before is None:
            assert now is None
        elif is_formula(before):
            assert now == f"'{before}"
        else:
            assert now == before
            assert not re.match(r"[=+\-@\t\r]", now) or re.fullmatch(r"[+-]?[\d,.%]*", now)


@given(st.text(), st.integers(min_value=0, max_value=50))
def test_cut_texts_are_beginnings_that_fit(text: str, limit: int) -> None:
    assert text.startswith(cut_utf16(text, limit))
    assert utf16_length(cut_utf16(text, limit)) <= limit
    assert text.startswith(cut_bytes(text, limit))
    assert len(cut_bytes(text, limit).encode()) <= limit
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", without_illegal(text))


def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["xxgk", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return (int(ended.value.code or 0), *capfd.readouterr())


def test_the_command(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "z.xlsx"
    status, printed, told = run(
        monkeypatch,
        capfd,
        "export",
        dataset,
        "--to",
        "xlsx",
        "--out",
        out,
        "--table",
        "sections",
        "--table",
        "panel",
        "--year",
        2022,
        "--division",
        "330000",
    )
    assert status == 0
    assert re.search(r"panel +4", printed)
    assert f"written: {out}" in printed
    assert "texts were cut to 32,767 characters" in told
    assert (
        run(monkeypatch, capfd, "export", dataset, "--to", "xlsx", "--out", out, "--quiet", "--table", "panel")[1] == ""
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--to", "csv", "--full-text"], "--full-text is for --to sqlite"),
        (["--to", "csv", "--division", "x"], "--division x: the dataset has no report of it; it has 110108"),
        (["--to", "csv", "--year", "abc"], "--year abc: is no year; name one (2023) or several (2021-2023)"),
        (["--to", "spreadsheet"], "spreadsheet"),
    ],
)
def test_wrong_usage_is_one_line(
    dataset: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: list[str],
    told: str,
) -> None:
    status, printed, error = run(monkeypatch, capfd, "export", dataset, *arguments, "--out", tmp_path / "x")
    assert (status, printed) == (2, "")
    assert told in error
    for folder, words in ((tmp_path, "is no dataset"), (tmp_path / "nowhere", "no such folder; write it: xxgk parse")):
        status, _, error = run(monkeypatch, capfd, "export", folder, "--to", "csv", "--out", tmp_path / "x")
        assert (status, error.count("\n")) == (2, 1)
        assert words in error


def test_a_broken_dataset_is_told(dataset: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(dataset, broken)
    data = (broken / "values.parquet").read_bytes()
    for name, content in (("values", data[: len(data) // 2]), ("values", data[:100] + b"x" * 300 + data[400:])):
        (broken / f"{name}.parquet").write_bytes(content)
        with pytest.raises(ExportError, match=r"values\.parquet: cannot be read .*; write the dataset anew"):
            export_dataset(broken, "csv", tmp_path / "csv", Selection(("values",)))

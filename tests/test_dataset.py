"""The dataset folder: what goes in comes out, the same input gives the same bytes, all is replaced or nothing."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import frictionless
import msgspec
import pandas as pd
import pyarrow.csv
import pyarrow.parquet
import pytest

import xxgk
from output import dataset as dataset_module
from output import replace
from output.dataset import write_dataset
from output.replace import DatasetError
from output.schema import CRAWLED, DERIVED, RECORDS, load_tables, panel_indicators
from output.writers import WRITERS
from output.writers import parquet as parquet_writer
from parsers.codebook import load_codebook
from parsers.records import Check, Count, RecordSet, Report, Section, Value

# Everything that a CSV file may trip over.
DIGEST = "0" * 64
HOSTILE = '区商务局,"引号"\n第二行\r\n\t; 0x\u3000'


def make_record(number: int, **header: object) -> RecordSet:
    """A report with one of everything: blank cells, an empty text, nulls, quotes and line ends."""
    report_id = f"{number:016x}"
    fields = {"year": 2023, "form": "2021", "title": HOSTILE, "agency": f"机关{number}", "publisher": "", **header}
    fields |= {"source_sha256": "0" * 64, "source_format": "html"}
    report = Report(report_id=report_id, source_path=f"in/{number}.html", notes=("甲", "乙"), **fields)
    values = [
        Value(report_id, "disclosure.rules.issued", None, 3, "件", "3", "number", 0, 2, 1, 7, DIGEST),
        Value(report_id, "disclosure.fees.amount", None, 12.5, "万元", "12.5", "number", 0, 9, 1, 14, DIGEST),
        Value(report_id, "applications.received", "natural_person", number, "件", "x", "inferred", 1, 3, 3, 20, DIGEST),
        Value(report_id, "applications.received", "total", number + 1, "件", "y", "number", 1, 3, 9, 20, DIGEST),
        Value(report_id, "applications.carried_over", "total", None, "件", "", "blank", 1, 4, 9, 21, DIGEST),
        Value(report_id, "review.total", None, None, "件", "1 2\n3", "unreadable", 2, 3, 4, 40, DIGEST),
    ]
    counts = [
        Count(report_id, 0, None, "overview", "政务信息", None, 51, "条", False, False, "51条", 4, 7),
        Count(report_id, 1, 0, "overview", "政策法规", None, 2.5, "万元", True, False, "2.5万余元", 9, 15),
    ]
    sections = [Section(report_id, "overview", "一、总体情况", HOSTILE, 0), Section(report_id, "other", "", "", 1)]
    checks = [
        Check(report_id, "T3-ROW", "applications.received", "fail", "total_zero", 1, 0, "parts 1, total 0"),
        Check(report_id, "T3-FLOW", "total", "incomplete", None, None, None, ""),
    ]
    return RecordSet(report, values, counts, sections, checks)


def read_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "data" / "dataset"
    write_dataset([make_record(2), make_record(1)], target)
    return target


def test_files_of_the_contract(folder: Path) -> None:
    expected = {f"{name}.{suffix}" for name in (*RECORDS, *CRAWLED, *DERIVED, "panel") for suffix in ("parquet", "csv")}
    assert set(read_files(folder)) == expected | {"codebook.csv", "datapackage.json"}
    assert [path.name for path in folder.parent.iterdir()] == ["dataset"]


def test_summary(tmp_path: Path) -> None:
    summary = write_dataset([make_record(n) for n in range(5)], tmp_path / "d")
    assert msgspec.structs.asdict(summary) == {
        "reports": 5,
        "values": 30,
        "counts": 10,
        "sections": 10,
        "checks": 10,
        "failed_checks": 5,
        "revisions": 0,
        "addresses": 0,
        "agencies": 5,
        "coverage": 0,
        "reuse": 0,
        "duplicates": (),
    }


def rows_of(record: RecordSet, name: str) -> list[dict[str, object]]:
    items = [record.report] if name == "reports" else getattr(record, name)
    rows = [msgspec.structs.asdict(item) for item in items]
    return [row | {"notes": "甲 | 乙"} if name == "reports" else row for row in rows]


@pytest.mark.parametrize("name", RECORDS)
def test_parquet_holds_the_records(folder: Path, name: str) -> None:
    table = pyarrow.parquet.read_table(folder / f"{name}.parquet")
    assert table.to_pylist() == [row for n in (1, 2) for row in rows_of(make_record(n), name)]


@pytest.mark.parametrize("name", [*RECORDS, *CRAWLED, *DERIVED, "panel"])
def test_csv_says_the_same_as_parquet(folder: Path, name: str) -> None:
    """Null is an empty field, an empty text is two quotes; commas, quotes and line ends come back as they were."""
    schema = load_tables()[name].arrow()
    csv = pyarrow.csv.read_csv(
        folder / f"{name}.csv",
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=schema, strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]
        ),
    )
    assert csv.to_pylist() == pyarrow.parquet.read_table(folder / f"{name}.parquet").to_pylist()


def test_csv_is_plain(folder: Path) -> None:
    data = (folder / "counts.csv").read_bytes()
    header, first, *_ = data.decode("utf-8").split("\n")
    assert header.replace('"', "").split(",") == list(Count.__struct_fields__)
    assert first == '"0000000000000001",0,,"overview","政务信息",,51,"条",false,false,"51条",4,7'
    assert b"\r" not in data
    assert data.endswith(b"\n")


def test_parquet_is_zstd_with_dictionaries(folder: Path) -> None:
    column = pyarrow.parquet.ParquetFile(folder / "values.parquet").metadata.row_group(0).column(1)
    assert (column.path_in_schema, column.compression) == ("indicator", "ZSTD")
    assert "RLE_DICTIONARY" in column.encodings


def test_panel(folder: Path) -> None:
    rows = pyarrow.parquet.read_table(folder / "panel.parquet").to_pylist()
    assert [(row["agency"], row["year"], row["applications.received"]) for row in rows] == [
        ("机关1", 2023, 2),
        ("机关2", 2023, 3),
    ]
    assert (rows[0]["disclosure.fees.amount"], rows[0]["disclosure.rules.issued"]) == (12.5, 3)
    assert rows[0]["applications.carried_over"] is None
    assert rows[0]["review.total"] is None
    assert (
        set(panel_indicators())
        == {item.indicator for item in load_codebook() if item.table not in ("narrative", "measures")}
        <= set(rows[0])
    )


def test_panel_keeps_both_reports_of_one_agency_and_year_and_sorts(tmp_path: Path) -> None:
    records = [make_record(1, agency="乙", year=2022), make_record(2, agency="乙"), make_record(3, agency="甲")]
    records += [make_record(4, agency="乙"), make_record(5, agency=None, year=None)]
    write_dataset(records, tmp_path / "d")
    rows = pyarrow.parquet.read_table(tmp_path / "d" / "panel.parquet").to_pylist()
    assert [row["report_id"][-1] for row in rows] == ["1", "2", "4", "3", "5"]


def test_frictionless_finds_it_valid(folder: Path) -> None:
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "message"])
    # Of a table without rows it tells no number of them.
    assert {task.name: task.stats.get("rows", 0) for task in report.tasks if task.type == "table"} == {
        "reports": 2,
        "values": 12,
        "counts": 4,
        "sections": 4,
        "checks": 4,
        "revisions": 0,
        "addresses": 0,
        "agencies": 2,
        "coverage": 0,
        "reuse": 0,
        "panel": 2,
        "codebook": len(load_codebook()),
    }


def test_frictionless_finds_a_changed_file(folder: Path) -> None:
    path = folder / "values.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",12.5,", ",13.5,", 1), encoding="utf-8")
    assert not frictionless.validate(str(folder / "datapackage.json")).valid


def test_datapackage_tells_every_file_and_column(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert {item["path"] for item in package["resources"]} == set(read_files(folder)) - {"datapackage.json"}
    for item in package["resources"]:
        fields = item["schema"]["fields"]
        assert all(field["description"] and field["type"] for field in fields), item["name"]
        if item["format"] == "csv":
            header = (folder / item["path"]).read_text(encoding="utf-8").split("\n")[0].strip()
            assert header.replace('"', "").split(",") == [field["name"] for field in fields]
    units = {
        f["name"]: f.get("unit") for r in package["resources"] if r["name"] == "panel" for f in r["schema"]["fields"]
    }
    assert units["disclosure.fees.amount"] == "万元"
    assert units["year"] is None


def test_same_bytes_in_another_order_and_again(tmp_path: Path) -> None:
    records = [make_record(n) for n in range(600)]
    write_dataset(records, tmp_path / "a")
    write_dataset(reversed(records), tmp_path / "b")
    before = read_files(tmp_path / "b")
    write_dataset(iter(records[300:] + records[:300]), tmp_path / "b")
    assert read_files(tmp_path / "a") == before == read_files(tmp_path / "b")


def test_row_groups_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_writer, "ROW_GROUP_ROWS", 1000)
    monkeypatch.setattr(dataset_module, "BATCH_REPORTS", 50)
    write_dataset((make_record(n) for n in range(400)), tmp_path / "d")
    file = pyarrow.parquet.ParquetFile(tmp_path / "d" / "values.parquet")
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [1200, 1200]
    assert file.read(["report_id"])["report_id"].to_pylist() == sorted(
        file.read(["report_id"])["report_id"].to_pylist()
    )


def test_a_report_that_comes_twice_is_kept_once(tmp_path: Path) -> None:
    first, last = make_record(7, title="first"), make_record(7, title="last")
    first, last = (
        msgspec.structs.replace(record, report=msgspec.structs.replace(record.report, source_path=path))
        for record, path in ((first, "a.html"), (last, "b.html"))
    )
    unnamed = msgspec.structs.replace(first, report=msgspec.structs.replace(first.report, source_path=None))
    for order in ([first, last, unnamed], [unnamed, last, first], [last, first, unnamed]):
        summary = write_dataset(order, tmp_path / "d")
        assert (summary.reports, summary.values) == (1, 6)
        assert summary.duplicates == (("", "a.html"), ("b.html", "a.html"))
        assert pd.read_csv(tmp_path / "d" / "reports.csv")["title"].tolist() == ["first"]


def failing(records: int) -> Iterator[RecordSet]:
    yield from (make_record(n) for n in range(records))
    raise RuntimeError("torn off")


def test_a_failed_write_leaves_the_old_dataset(folder: Path) -> None:
    before = read_files(folder)
    with pytest.raises(RuntimeError, match="torn off"):
        write_dataset(failing(300), folder)
    assert read_files(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["dataset"]


@pytest.mark.parametrize("step", ["_write_records", "_write_panel", "_write_codebook", "write_datapackage"])
def test_a_failure_at_any_step_leaves_the_old_dataset(folder: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    before = read_files(folder)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dataset_module, step, fail)
    with pytest.raises(OSError, match="No space left"):
        write_dataset([make_record(9)], folder)
    assert read_files(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["dataset"]


def test_a_failed_swap_puts_the_old_dataset_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_files(folder)
    rename = Path.rename

    def fail_second(self: Path, target: Path) -> Path:
        if self.name == ".dataset.new":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_second)
    with pytest.raises(OSError, match="Input/output"):
        write_dataset([make_record(9)], folder)
    assert read_files(folder) == before


KILLED_AT_RENAME = """
import os, sys
from pathlib import Path
from tests.test_dataset import make_record
from output.dataset import write_dataset
rename, left = Path.rename, int(sys.argv[2])
def kill_at(self, target):
    global left
    if left == 0:
        os._exit(9)
    left -= 1
    return rename(self, target)
Path.rename = kill_at
write_dataset([make_record(9)], Path(sys.argv[1]))
"""


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, check=False, cwd=Path(__file__).parent.parent, capture_output=True, text=True)


@pytest.mark.parametrize("renames", [0, 1])
def test_the_next_run_mends_what_a_killed_one_left(folder: Path, renames: int) -> None:
    """Killed before the swap, and between its two renames: there is an old dataset, whole, or it is put back."""
    before = read_files(folder)
    assert run_python(KILLED_AT_RENAME, folder, renames).returncode == 9
    assert folder.exists() == (renames == 0)
    if renames:
        with pytest.raises(FileNotFoundError, match=r"a write was cut off; rename .*\.dataset\.old to it"):
            xxgk.load(folder)
    with pytest.raises(RuntimeError, match="torn off"):
        write_dataset(failing(1), folder)
    assert read_files(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["dataset"]


def test_two_runs_do_not_write_one_folder(folder: Path) -> None:
    before = read_files(folder)
    with (
        pytest.raises(DatasetError, match="another run is writing it"),
        replace.replaced_folder(folder),
        replace.replaced_folder(folder),
    ):
        pass
    assert read_files(folder) == before


def test_a_folder_of_other_things_is_not_replaced(tmp_path: Path, folder: Path) -> None:
    foreign = tmp_path / "photos"
    foreign.mkdir()
    (foreign / "a.jpg").write_text("x")
    with pytest.raises(DatasetError, match=r"photos: is not replaced, since a\.jpg in it is no part of a dataset"):
        write_dataset([make_record(1)], foreign)
    (folder / "my notes.txt").write_text("x")
    with pytest.raises(DatasetError, match=r"my notes\.txt"):
        write_dataset([make_record(1)], folder)
    with pytest.raises(DatasetError, match="is a file"):
        write_dataset([make_record(1)], foreign / "a.jpg")
    (foreign / "a.jpg").rename(foreign / "datapackage.json")
    with pytest.raises(DatasetError, match=r"datapackage\.json"):
        write_dataset([make_record(1)], foreign)
    assert [path.name for path in foreign.iterdir()] == ["datapackage.json"]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path, folder: Path) -> None:
    link = tmp_path / "latest"
    link.symlink_to(folder)
    write_dataset([make_record(3)], link)
    assert link.is_symlink()
    assert xxgk.load(folder).reports["agency"].tolist() == ["机关3"]


def test_no_report_is_no_dataset(folder: Path) -> None:
    before = read_files(folder)
    with pytest.raises(DatasetError, match="no report was read"):
        write_dataset([], folder)
    assert read_files(folder) == before


PEAK_MEMORY = """
import resource, sys
from pathlib import Path
import msgspec
from output import dataset
from output.writers import parquet
from parsers.records import Section
from tests.test_dataset import make_record
# The limits of what is gathered, made small, so that few reports reach them.
dataset.BATCH_REPORTS, parquet.ROW_GROUP_ROWS = 64, 512
def make_long(n):
    text = f"{n:08}" * 1000
    return msgspec.structs.replace(make_record(n), sections=[Section(f"{n:016x}", "body", "", text, 0)])
dataset.write_dataset(map(make_long, range(int(sys.argv[2]))), Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_reports(tmp_path: Path) -> None:
    peaks = [run_python(PEAK_MEMORY, tmp_path / "d", reports) for reports in (1000, 7000)]
    assert all(peak.returncode == 0 for peak in peaks)
    few, many = (int(peak.stdout) for peak in peaks)
    # 6,000 more texts of 8 kB are 48 MB; what may grow is the index of the spool.
    assert many - few < 24 * 1024


def test_load_gives_fitting_types(folder: Path) -> None:
    data = xxgk.load(folder)
    assert data.reports["year"].dtype == pd.Int64Dtype()
    assert isinstance(data.reports["title"].dtype, pd.StringDtype)
    assert data.reports["title"].tolist() == [HOSTILE, HOSTILE]
    assert data.reports["publisher"].tolist() == ["", ""]
    assert data.reports["document_number"].isna().all()
    assert isinstance(data.values["indicator"].dtype, pd.CategoricalDtype)
    assert data.values["value"].dtype == "float64"
    assert data.values["value"].tolist()[:3] == [3, 12.5, 1]
    assert data.values["value"].isna().tolist()[:6] == [False, False, False, False, True, True]
    assert data.counts["approximate"].dtype == "bool"
    assert data.counts["parent_id"].tolist()[1] == 0
    assert data.counts["parent_id"].isna().tolist() == [True, False, True, False]
    assert data.checks["outcome"].tolist() == ["fail", "incomplete"] * 2
    assert data.sections["text"].tolist()[:2] == [HOSTILE, ""]
    assert data.panel["applications.received"].tolist() == [2, 3]


def test_load_reads_dates(tmp_path: Path) -> None:
    records = [make_record(1, published="2024-01-17"), make_record(2), make_record(3, published="2024-02-30")]
    write_dataset(records, tmp_path / "d")
    published = xxgk.load(tmp_path / "d").reports["published"]
    assert published.tolist()[0] == pd.Timestamp("2024-01-17")
    assert published.isna().tolist() == [False, True, True]


def test_load_says_what_is_wrong(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder; write it: xxgk parse"):
        xxgk.load(tmp_path / "nothing")
    with pytest.raises(ValueError, match="is no dataset"):
        xxgk.load(tmp_path)
    (folder / "checks.parquet").unlink()
    with pytest.raises(FileNotFoundError, match=r"checks\.parquet: is missing"):
        _ = xxgk.load(folder).checks


def test_duckdb_reads_it(folder: Path) -> None:
    query = f"""select sum(v.value) from '{folder}/values.parquet' v join '{folder}/reports.csv' r using (report_id)
                where v.indicator = 'applications.received' and v.applicant = 'total' and r.year = 2023"""
    assert duckdb.sql(query).fetchall() == [(5.0,)]


def test_every_column_is_told_once() -> None:
    for name, record in (RECORDS | CRAWLED | DERIVED).items():
        table = load_tables()[name]
        assert tuple(column.name for column in table.columns) == record.__struct_fields__
        assert set(table.key) <= set(record.__struct_fields__)
    assert list(WRITERS) == ["parquet", "csv"]


def test_permissions_are_those_of_ordinary_folders(folder: Path) -> None:
    beside = folder.parent / "beside"
    beside.mkdir()
    assert folder.stat().st_mode == beside.stat().st_mode

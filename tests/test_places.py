"""What the commands that read a dataset say of a folder that is none, or not of this version; and where none may write."""

import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet
import pytest

from output.dataset import write_dataset
from parsers.records import RecordSet, Report, Section
from xxgk import cli

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A dataset of one report."""
    report = Report(
        report_id="0" * 16,
        year=2023,
        form="2021",
        agency="吴兴区商务局",
        division_code="330502",
        source_sha256="0" * 64,
        source_format="html",
    )
    section = Section("0" * 16, "overview", "一、总体情况", "全年无事。", 0)
    write_dataset([RecordSet(report, [], [], [section], [])], tmp_path / "dataset")
    return tmp_path / "dataset"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; its exit status and what it printed."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["xxgk", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(str(ended.value.code)), *capfd.readouterr()

    return call


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("arguments", [["compare"], ["site", "--out", "OUT"]])
@pytest.mark.parametrize(("table", "column"), [("reports", "withdrawn"), ("values", "status"), ("checks", "outcome")])
def test_a_dataset_of_another_version(
    run: Run, dataset: Path, tmp_path: Path, arguments: list[str], table: str, column: str
) -> None:
    path = dataset / f"{table}.parquet"
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path).drop([column]), path)
    command, *options = [str(tmp_path / "out") if word == "OUT" else word for word in arguments]
    told = f"xxgk: {path}: has no column {column}, so it is of another version; write the dataset anew with"
    status, out, err = run(command, dataset, *options)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(told)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["compare", "site"])
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_dataset_with_a_damaged_file(run: Run, dataset: Path, tmp_path: Path, command: str, damage: str) -> None:
    path = dataset / "values.parquet"
    path.write_bytes(path.read_bytes()[:100])
    if damage == "gone":
        path.unlink()
    status, out, err = run(command, dataset, *(["--out", tmp_path / "out"] if command == "site" else []))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"xxgk: {path}: {'cannot be read (' if damage == 'cut' else 'is missing; '}")


def test_an_agency_without_an_id_is_compared(run: Run, dataset: Path) -> None:
    path = dataset / "reports.parquet"
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path).drop(["agency_id"]), path)
    status, out, _ = run("compare", dataset)
    assert status == 0
    assert "吴兴区商务局" in out


def test_values_of_another_version_are_told_by_an_export_that_needs_them(
    run: Run, dataset: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pyreadstat")
    path = dataset / "values.parquet"
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path).drop(["status"]), path)
    status, _, err = run("export", dataset, "--to", "dta", "--out", tmp_path / "out")
    assert (status, err.count("\n")) == (2, 1)
    assert err.startswith(f"xxgk: {path}: has no column status")
    assert run("export", dataset, "--to", "csv", "--out", tmp_path / "out")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "DATA", "--csv", "DATA/reports.csv"],
        ["compare", "DATA", "--figure", "DATA/new.svg"],
        ["diff", "DATA", "DATA", "--page", "DATA/new.html"],
        ["site", "DATA", "--out", "DATA/site"],
        ["export", "DATA", "--to", "csv", "--out", "DATA/out"],
    ],
)
def test_nothing_is_written_into_the_dataset(run: Run, dataset: Path, arguments: list[str]) -> None:
    before = contents(dataset)
    named = [word.replace("DATA", str(dataset)) for word in arguments]
    assert run(*named) == (2, "", f"xxgk: {named[-1]}: is in the dataset itself; name another place\n")
    assert contents(dataset) == before


@pytest.mark.parametrize("command", ["compare", "site", "export", "diff"])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none", "no such folder; write it: xxgk parse INPUT --out DIR"),
        ("file", "is a file; name the folder of a dataset"),
    ],
)
def test_a_dataset_that_is_none(run: Run, dataset: Path, tmp_path: Path, command: str, name: str, told: str) -> None:
    (tmp_path / "file").touch()
    after = {"site": ["--out", "x"], "export": ["--to", "csv", "--out", "x"], "diff": [dataset]}
    assert run(command, tmp_path / name, *after.get(command, [])) == (2, "", f"xxgk: {tmp_path / name}: {told}\n")


def test_csv_is_written_whole_or_not_at_all(
    run: Run, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old.csv").write_text("old", encoding="utf-8")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("output.compare_text.write_csv", fail)
    status, _, err = run("compare", dataset, "--csv", tmp_path / "old.csv")
    told = f"{tmp_path / 'old.csv'}: could not be written (No space left on device); name another place"
    assert (status, told in err) == (2, True)
    assert {path.name for path in tmp_path.iterdir()} == {"dataset", "old.csv"}
    assert (tmp_path / "old.csv").read_text(encoding="utf-8") == "old"

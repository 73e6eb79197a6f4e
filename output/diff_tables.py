"""The tables of two datasets as wholes: which are there, their rows and columns, and the reports they tell of."""

import json
from pathlib import Path

import pandas as pd
import pyarrow.csv
import pyarrow.parquet

from output.datapackage import FILE_NAME, read_package_files
from output.diff_records import TableChange
from output.replace import DatasetError, missing_dataset

Tables = dict[str, Path]
Paths = tuple[Path | None, Path | None]

_REPORTS = "reports"
_LINE = ("year", "agency", "title", "agency_id", "division_code")
# Tables whose rows are compared report by report, and the panel, which is made of them.
_TOLD_BY_REPORT = {_REPORTS, "values", "checks", "counts", "sections", "panel"}
_BATCH_ROWS = 100_000


def find_tables(folder: Path) -> Tables:
    """The file of each table of a dataset: Parquet, or CSV where there is no such file.

    Raises DatasetError where the folder holds no dataset, or one without reports.
    """
    if read_package_files(folder) is None:
        raise DatasetError(missing_dataset(folder))
    found: Tables = {}
    for suffix in (".parquet", ".csv"):
        for path in sorted(folder.glob(f"*{suffix}")):
            found.setdefault(path.stem, path)
    if found.get(_REPORTS, folder).suffix != ".parquet":
        raise DatasetError(f"{folder / _REPORTS}.parquet: is missing; write the dataset anew")
    return found


def read_version(folder: Path) -> str:
    """The version of the program that wrote a dataset."""
    return str(json.loads((folder / FILE_NAME).read_text(encoding="utf-8")).get("version", ""))


def read_reports(folder: Path) -> pd.DataFrame:
    """What identifies the reports, by report_id; ``key`` is that of the agency, missing where it is not known.

    Raises DatasetError where two reports have the same id.
    """
    path = folder / f"{_REPORTS}.parquet"
    there = pyarrow.parquet.read_schema(path).names
    columns = ["report_id", *(name for name in _LINE if name in there)]
    frame: pd.DataFrame = pyarrow.parquet.read_table(path, columns=columns).to_pandas().set_index("report_id")
    if not frame.index.is_unique:
        twice = frame.index[frame.index.duplicated()][0]
        raise DatasetError(f"{path}: report {twice} stands in it twice; write the dataset anew")
    # A dataset of an older version knows agencies by division and name only.
    named = frame["division_code"] + " " + frame["agency"]
    frame["key"] = frame["agency_id"].fillna(named) if "agency_id" in there else named
    return frame


def compare_tables(old: Tables, new: Tables) -> list[TableChange]:
    """Rows and columns of every table of the two, in the order of their names."""
    return [_compare_table(name, old.get(name), new.get(name)) for name in sorted({*old, *new})]


def _compare_table(name: str, old: Path | None, new: Path | None) -> TableChange:
    shapes = [_shape(path) if path else (None, []) for path in (old, new)]
    (rows_old, before), (rows_new, now) = shapes
    if not (old and new):
        return TableChange(name, rows_old, rows_new, [], [], True)
    added, dropped = [c for c in now if c not in before], [c for c in before if c not in now]
    common = [c for c in now if c in before]
    changed = rows_old != rows_new or (name not in _TOLD_BY_REPORT and not _same_rows(old, new, common))
    return TableChange(name, rows_old, rows_new, added, dropped, changed)


def _shape(path: Path) -> tuple[int, list[str]]:
    if path.suffix == ".parquet":
        told = pyarrow.parquet.read_metadata(path)
        return told.num_rows, told.schema.to_arrow_schema().names
    # The codebook: a few hundred rows.
    rows = pyarrow.csv.read_csv(path, parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True))
    return rows.num_rows, rows.column_names


def _same_rows(old: Path, new: Path, columns: list[str]) -> bool:
    """Whether two files hold the same rows in the same order, as many as there are."""
    if old.suffix != ".parquet" or new.suffix != ".parquet":
        return old.read_bytes() == new.read_bytes()
    with pyarrow.parquet.ParquetFile(old) as before, pyarrow.parquet.ParquetFile(new) as now:
        pairs = zip(
            before.iter_batches(batch_size=_BATCH_ROWS, columns=columns),
            now.iter_batches(batch_size=_BATCH_ROWS, columns=columns),
            strict=True,
        )
        return all(a.select(columns).equals(b.select(columns)) for a, b in pairs)

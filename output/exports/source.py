"""What is exported: the tables of a dataset folder, or the rows of some divisions and years, in batches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from output.batches import ID, read_batches
from output.choice import code_prefix
from output.datapackage import read_package_files
from output.exports.labels import Label, column_label, value_labels
from output.replace import missing_dataset
from output.schema import Column, load_tables

BATCH_ROWS = 20_000
CODEBOOK = "codebook"

Kind = Literal["text", "integer", "number", "boolean", "date", "time"]
# ISO texts hold a day or a moment; every column with a date holds a day unless it is told here.
_MOMENTS = {"fetched_at", "withdrawn", "changed_at"}
_ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.timestamp("us"),
}


class ExportError(Exception):
    """An export cannot be written; the message is one line for a person."""


class Selection(msgspec.Struct, frozen=True):
    """What of a dataset is wanted; an empty tuple is all of it.

    A division is told by its GB/T 2260 code; that of a province or city stands for all below it.
    """

    tables: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    years: tuple[int, ...] = ()


class ExportColumn(msgspec.Struct, frozen=True):
    """A column of an export: how it is typed and what people are told of it. ``values``: its closed list of codes."""

    name: str
    kind: Kind
    label: Label
    description: str
    unit: str = ""
    values: dict[str, str] = {}

    @property
    def arrow(self) -> pa.DataType:
        """The type of the column in a batch of ``Source.batches``."""
        return _ARROW[self.kind]


class ExportTable(msgspec.Struct, frozen=True):
    """A table of an export. ``key``: only where none of its columns may be empty; ``refers``: as in the schema."""

    name: str
    title: str
    description: str
    path: Path
    columns: tuple[ExportColumn, ...]
    key: tuple[str, ...]
    refers: dict[str, str]

    def arrow(self) -> pa.Schema:
        """The schema of the batches; each field carries its description."""
        fields = (pa.field(c.name, c.arrow, metadata={"description": c.description}) for c in self.columns)
        return pa.schema(list(fields))


class Source:
    """The selected tables of a dataset folder.

    Raises ExportError where the folder holds no dataset, or where nothing fits the selection.
    """

    def __init__(self, folder: Path, selection: Selection) -> None:
        files = read_package_files(folder)
        if files is None:
            raise ExportError(missing_dataset(folder))
        self.folder = folder
        self.selection = selection
        self._prefixes = [code_prefix(code) for code in selection.divisions]
        self._report_ids = self._find_report_ids()
        self.tables = [_read_table(path, name) for name, path in _find_files(folder, selection.tables).items()]

    def find_table(self, name: str) -> ExportTable | None:
        """A table of the dataset, whether it is selected or not; None where it is not there."""
        path = _files_of(self.folder).get(name)
        return _read_table(path, name) if path else None

    def batches(self, table: ExportTable, iso_dates: bool = False) -> Iterator[pa.RecordBatch]:
        """The rows of a table that fit, at most ``BATCH_ROWS`` at a time.

        Dates are dates, null where the text is no calendar date; ``iso_dates`` leaves them texts.
        """
        names = [column.name for column in table.columns]
        report_ids = self._report_ids if self._is_by_report(names) else None
        for batch in _read_batches(table.path, report_ids):
            kept = self._fitting(batch)
            if kept.num_rows:
                yield kept if iso_dates else _with_dates(kept, table)

    def _find_report_ids(self) -> pa.Array | None:
        """The reports that fit; None where all do."""
        if not self._prefixes and not self.selection.years:
            return None
        path = self.folder / "reports.parquet"
        try:
            reports = pyarrow.parquet.read_table(path, columns=["report_id", "year", "division_code"])
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(path, error) from None
        ids = self._fitting(reports.combine_chunks().to_batches()[0] if reports.num_rows else reports)["report_id"]
        if not len(ids):
            raise ExportError("the dataset has no report of these divisions and years together")
        return ids

    def _fitting(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of the divisions and years, by the columns of the table itself."""
        names = batch.schema.names
        place = _place_in(names)
        masks = []
        if self._prefixes and place:
            masks.append(_any(pc.starts_with(batch[place], prefix) for prefix in self._prefixes))
        if self.selection.years and "year" in names:
            masks.append(pc.is_in(batch["year"], pa.array(self.selection.years, pa.int64())))
        return batch.filter(_all(masks)) if masks else batch

    def _is_by_report(self, names: list[str]) -> bool:
        """Whether a table tells only by the report that a row is about whether the row fits."""
        untold = (self._prefixes and not _place_in(names)) or (self.selection.years and "year" not in names)
        return bool(untold) and ID in names


def _place_in(names: list[str]) -> str | None:
    return next((name for name in ("division_code", "agency_id") if name in names), None)


def _any(masks: Iterator[pa.Array]) -> pa.Array:
    found = next(masks)
    for mask in masks:
        found = pc.or_kleene(found, mask)
    return found


def _all(masks: list[pa.Array]) -> pa.Array:
    found = masks[0]
    for mask in masks[1:]:
        found = pc.and_kleene(found, mask)
    return found


def _find_files(folder: Path, wanted: tuple[str, ...]) -> dict[str, Path]:
    """The file of each table that is there and wanted; the codebook goes with all."""
    found = _files_of(folder)
    for name in wanted:
        if name not in found:
            raise ExportError(f"--table {name}: the dataset has no such table; it has {', '.join(found)}")
    return {name: path for name, path in found.items() if not wanted or name in wanted or name == CODEBOOK}


def _files_of(folder: Path) -> dict[str, Path]:
    """The file of each table that is there, in the order of the schema."""
    paths = ((name, folder / f"{name}.{suffix}") for name in load_tables() for suffix in ("csv", "parquet"))
    return {name: path for name, path in paths if path.is_file()}


def _read_table(path: Path, name: str) -> ExportTable:
    """The description of a table by the columns that its file has; one not known to the schema has only a name."""
    table = load_tables()[name]
    known = {column.name: column for column in table.columns}
    fields = list(_read_schema(path))
    columns = tuple(_column(name, known.get(f.name) or Column(f.name, f.type, f.name)) for f in fields)
    there = {column.name for column in columns}
    whole = all(part in there and known[part].required for part in table.key)
    refers = {column: target for column, target in table.refers.items() if column in there}
    return ExportTable(name, table.title, table.description, path, columns, table.key if whole else (), refers)


def _column(table: str, column: Column) -> ExportColumn:
    kinds: dict[pa.DataType, Kind] = {pa.int64(): "integer", pa.float64(): "number", pa.bool_(): "boolean"}
    kind = kinds.get(column.type, "text")
    if column.date:
        kind = "time" if column.name in _MOMENTS else "date"
    label = column_label(table, column.name, column.description)
    return ExportColumn(column.name, kind, label, column.description, column.unit, value_labels(table, column.name))


def _unreadable(path: Path, error: Exception) -> ExportError:
    told = str(error).strip().partition("\n")[0]
    return ExportError(f"{path}: cannot be read ({told}); write the dataset anew")


def _read_schema(path: Path) -> pa.Schema:
    if path.suffix == ".parquet":
        try:
            return pyarrow.parquet.read_schema(path)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(path, error) from None
    return next(_read_batches(path)).schema


def _read_batches(path: Path, report_ids: pa.Array | None = None) -> Iterator[pa.RecordBatch]:
    if path.suffix == ".parquet":
        try:
            with pyarrow.parquet.ParquetFile(path) as file:
                yield from read_batches(file, BATCH_ROWS, report_ids=report_ids)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(path, error) from None
        return
    # The codebook, which has no Parquet file: all of it is text.
    columns = pyarrow.csv.read_csv(path).column_names
    convert = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False)
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    yield from pyarrow.csv.read_csv(path, convert_options=convert, parse_options=parse).to_batches(BATCH_ROWS)


def _with_dates(batch: pa.RecordBatch, table: ExportTable) -> pa.RecordBatch:
    for at, column in enumerate(table.columns):
        if column.kind in ("date", "time"):
            batch = batch.set_column(at, table.arrow().field(at), _dates(batch.column(at), column.arrow))
    return batch


def _dates(texts: pa.Array, kind: pa.DataType) -> pa.Array:
    """The dates of ISO texts, moments in UTC; null where a text is no date of the calendar."""
    import pandas as pd

    moments = pd.to_datetime(texts.to_pandas(), errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)
    return pa.array(moments, pa.timestamp("us"), from_pandas=True).cast(kind, safe=False)

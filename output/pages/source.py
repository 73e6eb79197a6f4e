"""The records of a dataset, read back from its files report by report, without holding more than a few in memory."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset
import pyarrow.parquet

from output.batches import read_batches
from output.choice import code_prefix
from output.crawled import Address, Revision
from output.pages.folder import SiteError
from output.schema import NOTE_SEPARATOR
from parsers.records import Check, Count, RecordSet, Report, Section, Value

_TABLES: dict[str, type[msgspec.Struct]] = {
    "values": Value,
    "counts": Count,
    "sections": Section,
    "checks": Check,
    "revisions": Revision,
    "addresses": Address,
}
# What a crawl tells of reports, by report_id whatever the order of the reports; there is little of it.
_BY_ID = ("revisions", "addresses")
_BATCH_ROWS = 32_768
# Texts that are hardly ever the same twice; all others are read as a list of texts and a number for each row.
_LONG = ("text", "detail", "notes")
# What the pages on divisions and agencies tell of each report; the last ones are indicators of the panel.
_SLIM = (
    *("report_id", "year", "form", "title", "agency", "agency_id", "agency_type", "division_code", "province", "city"),
    *("county", "level", "status", "published", "withdrawn"),
)
INDICATORS = ("applications.received", "legacy.applications.received")


class Bundle(NamedTuple):
    """All that the dataset holds of one report."""

    record: RecordSet
    revisions: list[Revision]
    addresses: list[Address]


class Row(msgspec.Struct, frozen=True):
    """One report as the pages on divisions and agencies tell it. ``received`` is None where no number was read."""

    report_id: str
    year: int | None
    form: str
    title: str
    agency: str
    agency_id: str
    agency_type: str
    division_code: str
    province: str
    city: str
    county: str
    level: str
    status: str
    published: str
    withdrawn: str
    received: float | None


class Covered(NamedTuple):
    """What the dataset says of an agency and a year for which there may be no report."""

    agency_id: str
    year: int
    status: str
    note: str


class Source:
    """The tables of a dataset folder, limited to divisions; all where ``divisions`` is empty.

    A code of a province or city (it ends in 00) stands for all divisions in it.
    """

    def __init__(self, folder: Path, divisions: Sequence[str] = ()) -> None:
        self._folder = folder
        self._prefixes = tuple(dict.fromkeys(code_prefix(code) for code in divisions))
        self._reports = self._read_reports()
        self._ids = self._reports["report_id"].combine_chunks() if self._prefixes else None

    def __len__(self) -> int:
        return int(self._reports.num_rows)

    def divisions(self) -> Iterator[tuple[str, list[Row], dict[str, list[Covered]]]]:
        """The reports of each division by agency and year, and what the dataset says of the agencies' years.

        An agency stands in the division of its latest report, with all of its reports.
        """
        keys = [(name, "ascending") for name in ("home", "agency_id", "year", "report_id")]
        table = self._reports.append_column("home", _homes(self._reports)).sort_by(keys)
        coverage = _Coverage(self._folder, table["agency_id"])
        codes = table["home"].combine_chunks()
        starts = [0, *(n + 1 for n in _changes(codes)), table.num_rows]
        columns = table.drop_columns(["home"])
        for start, end in pairwise(starts):
            rows = [Row(**row) for row in columns.slice(start, end - start).to_pylist()]
            said = {agency_id: coverage.of(agency_id) for agency_id in dict.fromkeys(row.agency_id for row in rows)}
            yield str(codes[start].as_py()), rows, said

    def bundles(self) -> Iterator[Bundle]:
        """Each report with all its records, in the order of the dataset."""
        places = {report_id: place for place, report_id in enumerate(self._reports["report_id"].to_pylist())}
        streams = {name: _Stream(self._rows(name, _decoder(kind)), name, places) for name, kind in _TABLES.items()}
        for report_id, report in self._rows("reports", _report):
            of = {name: stream.take(report_id) for name, stream in streams.items()}
            record = RecordSet(report, of["values"], of["counts"], of["sections"], of["checks"])
            yield Bundle(record, of["revisions"], of["addresses"])
        for stream in streams.values():
            stream.end()

    def _rows(self, name: str, decode: Callable[[dict[str, Any]], Any]) -> Iterator[tuple[str, Any]]:
        path = self._folder / f"{name}.parquet"
        if not path.is_file():
            if name in _BY_ID:
                return
            raise SiteError(f"{path}: is missing; write the dataset anew")
        texts = [field.name for field in pyarrow.parquet.read_schema(path) if pa.types.is_string(field.type)]
        repeated = [name for name in texts if name not in _LONG]
        with pyarrow.parquet.ParquetFile(path, read_dictionary=repeated) as file:
            batches = read_batches(file, _BATCH_ROWS, report_ids=self._ids)
            for batch in self._in_order(batches) if name in _BY_ID else batches:
                for row in _plain_rows(batch):
                    yield row["report_id"], decode(row)

    def _in_order(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """All rows of a table in the order of their reports."""
        if read := list(batches):
            table = pa.Table.from_batches(read).unify_dictionaries()
            ids = table["report_id"].cast(pa.string())
            places = pc.index_in(ids, value_set=self._reports["report_id"].combine_chunks())
            yield from table.take(pc.sort_indices(places)).to_batches(_BATCH_ROWS)

    def _read_reports(self) -> pa.Table:
        path = self._folder / "reports.parquet"
        if not path.is_file():
            raise SiteError(f"{path}: is missing; name the folder of a dataset")
        have = pyarrow.parquet.read_schema(path).names
        table = pyarrow.parquet.read_table(path, columns=[name for name in _SLIM if name in have])
        if "agency_id" not in have:
            table = table.append_column("agency_id", pa.nulls(table.num_rows, pa.string()))
        table = _without_nulls(table)
        if self._prefixes:
            # With all years of an agency, also those in which its division had another code.
            here = table.filter(_any_prefix(table["division_code"], self._prefixes))["agency_id"]
            table = table.filter(pc.is_in(table["agency_id"], value_set=here.combine_chunks()))
        return self._with_received(table)

    def _with_received(self, table: pa.Table) -> pa.Table:
        path = self._folder / "panel.parquet"
        received = pa.nulls(table.num_rows, pa.float64())
        if path.is_file():
            panel = pyarrow.parquet.read_table(path, columns=["report_id", *INDICATORS])
            where = pc.index_in(table["report_id"], value_set=panel["report_id"].combine_chunks())
            received = pc.coalesce(*(pc.take(panel[name], where) for name in INDICATORS))
        return table.append_column("received", received)


class _Coverage:
    """The table of coverage by agency; empty where the dataset has none."""

    def __init__(self, folder: Path, agency_ids: pa.ChunkedArray) -> None:
        path = folder / "coverage.parquet"
        self._starts: dict[str, tuple[int, int]] = {}
        if path.is_file():
            where = pc.field("agency_id").isin(agency_ids.combine_chunks().unique())
            table = pyarrow.dataset.dataset(path).to_table(columns=list(Covered._fields), filter=where)
            self._table = table.sort_by([("agency_id", "ascending"), ("year", "ascending")])
            ids = self._table["agency_id"].combine_chunks()
            starts = [0, *(n + 1 for n in _changes(ids)), len(ids)] if len(ids) else []
            self._starts = {str(ids[start]): (start, end) for start, end in pairwise(starts)}

    def of(self, agency_id: str) -> list[Covered]:
        """What is said of the years of an agency."""
        if agency_id not in self._starts:
            return []
        start, end = self._starts[agency_id]
        rows = self._table.slice(start, end - start).to_pylist()
        return [Covered(**{**row, "note": row["note"] or ""}) for row in rows]


class _Stream:
    """Rows of one table, taken report by report; both are in the order of the ``places`` of the reports."""

    def __init__(self, rows: Iterator[tuple[str, Any]], name: str, places: dict[str, int]) -> None:
        self._rows, self._name, self._places = rows, name, places
        self._next = next(rows, None)

    def take(self, report_id: str) -> list[Any]:
        taken: list[Any] = []
        while self._next is not None and self._next[0] == report_id:
            taken.append(self._next[1])
            self._next = next(self._rows, None)
        if self._next is not None and self._places.get(self._next[0], -1) < self._places[report_id]:
            self.end()
        return taken

    def end(self) -> None:
        if self._next is not None:
            raise SiteError(f"{self._name}: rows of {self._next[0]} are not in the order of the reports; write it anew")


def _decoder(kind: type[msgspec.Struct]) -> Callable[[dict[str, Any]], Any]:
    """The function that makes a row a record; columns that the record does not know are left out."""
    names = kind.__struct_fields__

    def decode(row: dict[str, Any]) -> Any:
        return kind(**{name: row[name] for name in names if name in row})

    return decode


def _report(row: dict[str, Any]) -> Report:
    known = {name: row[name] for name in Report.__struct_fields__ if name in row}
    notes = row["notes"]
    return Report(**{**known, "notes": tuple(notes.split(NOTE_SEPARATOR)) if notes else ()})


def _plain_rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """The rows; whole numbers as such, for a column of numbers holds fractions only."""
    names, columns = batch.schema.names, []
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        told = column.to_pylist()
        columns.append([_whole(number) for number in told] if pa.types.is_floating(column.type) else told)
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _whole(number: float | None) -> float | None:
    return int(number) if number is not None and number.is_integer() and abs(number) < 2**53 else number


def _homes(reports: pa.Table) -> pa.Array:
    """For each report the division of its agency: that of the agency's latest report that tells one."""
    order = reports.select(["agency_id", "year", "report_id", "division_code"])
    order = order.sort_by([("year", "ascending"), ("report_id", "ascending")])
    pairs = zip(order["agency_id"].to_pylist(), order["division_code"].to_pylist(), strict=True)
    homes: dict[str, str] = {}
    for agency_id, code in pairs:
        homes[agency_id] = code or homes.get(agency_id, "")
    return pa.array([homes[agency_id] for agency_id in reports["agency_id"].to_pylist()], pa.string())


def _any_prefix(codes: pa.ChunkedArray, prefixes: Sequence[str]) -> pa.ChunkedArray:
    found = pc.starts_with(codes, prefixes[0])
    for prefix in prefixes[1:]:
        found = pc.or_(found, pc.starts_with(codes, prefix))
    return found


def _without_nulls(table: pa.Table) -> pa.Table:
    """Text columns with "" for null, and an id for every agency."""
    for n, field in enumerate(table.schema):
        if pa.types.is_string(field.type) and field.name != "agency_id":
            table = table.set_column(n, field.name, pc.fill_null(table[field.name], ""))
    # As the comparisons key such an agency, so that its figures are found.
    made = pc.binary_join_element_wise(table["division_code"], table["agency"], " ")
    at = table.schema.names.index("agency_id")
    return table.set_column(at, "agency_id", pc.fill_null(table["agency_id"], made))


def _changes(codes: pa.Array) -> list[int]:
    """The places whose code is not that of the next place."""
    differs = pc.not_equal(codes[:-1], codes[1:])
    return [int(n) for n in pc.indices_nonzero(differs).to_pylist()]

"""The tables of a dataset: names and types of their columns from the records, their meaning from ``tables.toml``."""

import tomllib
import types
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa

from output.crawled import Address, Revision
from output.derived import Agency, Coverage, Reuse
from parsers.codebook import Indicator, load_codebook
from parsers.records import Check, Count, Report, Section, Value

RECORDS: dict[str, type[msgspec.Struct]] = {
    "reports": Report,
    "values": Value,
    "counts": Count,
    "sections": Section,
    "checks": Check,
}
"""The tables that hold one row per record, and the record of each."""

CRAWLED: dict[str, type[msgspec.Struct]] = {"revisions": Revision, "addresses": Address}
"""The tables that only a crawl fills, and the row of each."""

DERIVED: dict[str, type[msgspec.Struct]] = {"agencies": Agency, "coverage": Coverage, "reuse": Reuse}
"""The tables that are made from all reports together, and the row of each."""

NOTE_SEPARATOR = " | "


class Column(msgspec.Struct, frozen=True):
    """A column of a dataset file. ``category`` and ``date`` say how pandas reads the text of the column."""

    name: str
    type: pa.DataType
    description: str
    required: bool = False
    category: bool = False
    date: bool = False
    unit: str = ""


class Table(msgspec.Struct, frozen=True):
    """A table of the dataset; ``refers`` maps a column to ``table.column``."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    refers: dict[str, str] = {}

    def arrow(self) -> pa.Schema:
        """The Arrow schema; each field carries its description."""
        return pa.schema([pa.field(c.name, c.type, metadata={"description": c.description}) for c in self.columns])


@cache
def load_tables() -> dict[str, Table]:
    """The tables of records, of a crawl, of all reports together, the panel and the codebook, in this order."""
    data = _load_toml()
    rows = RECORDS | CRAWLED | DERIVED
    tables = {name: _record_table(name, row, data[name]) for name, row in rows.items()}
    tables["panel"] = _panel_table(tables["reports"], data["panel"])
    tables["codebook"] = _record_table("codebook", Indicator, data["codebook"])
    return tables


@cache
def panel_applicant() -> str:
    """The applicant whose cells the panel holds, for indicators counted by applicant."""
    applicant: str = _load_toml()["panel"]["applicant"]
    return applicant


@cache
def panel_indicators() -> dict[str, Indicator]:
    """The indicators that are columns of the panel, by code; one that several forms ask for is one column."""
    found: dict[str, Indicator] = {}
    for item in load_codebook():
        # What is counted in the text is not one number a report: it stays in the table of counts.
        if item.table not in ("narrative", "measures"):
            found.setdefault(item.indicator, item)
    return found


def record_batch(table: Table, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    """The rows of a table (one tuple each, in the order of its columns) as an Arrow batch."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(table.columns)
    arrays = [pa.array(values, column.type) for values, column in zip(columns, table.columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=table.arrow())


def row_maker(name: str) -> Callable[[Any], tuple[Any, ...]]:
    """The function that makes a record of a table its row; notes become one text, or null where there are none."""
    plain: Callable[[Any], tuple[Any, ...]] = msgspec.structs.astuple
    if name != "reports":
        return plain
    at = [column.name for column in load_tables()[name].columns].index("notes")

    def make(record: Report) -> tuple[Any, ...]:
        row = plain(record)
        return (*row[:at], NOTE_SEPARATOR.join(record.notes) or None, *row[at + 1 :])

    return make


def _load_toml() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("tables.toml").read_text(encoding="utf-8"))


def _record_table(name: str, record: type[msgspec.Struct], data: dict[str, Any]) -> Table:
    hints = get_type_hints(record)
    told, known = set(data["columns"]), set(record.__struct_fields__)
    if told != known:
        raise ValueError(f"tables.toml: [{name}.columns] and the record differ in {sorted(told ^ known)}")
    columns = tuple(Column(n, arrow_type(hints[n]), **data["columns"][n]) for n in record.__struct_fields__)
    return _table(name, data, columns)


def _panel_table(reports: Table, data: dict[str, Any]) -> Table:
    by_name = {column.name: column for column in reports.columns}
    indicators = (
        Column(code, pa.float64(), f"{item.label_en} ({item.label_zh})", unit=item.unit)
        for code, item in panel_indicators().items()
    )
    return _table("panel", data, (*(by_name[name] for name in data["from_reports"]), *indicators))


def _table(name: str, data: dict[str, Any], columns: tuple[Column, ...]) -> Table:
    return Table(name, data["title"], data["description"], columns, tuple(data.get("key", ())), data.get("refers", {}))


def arrow_type(hint: Any) -> pa.DataType:
    """The Arrow type for the type of a record's field; ``int | float`` is one column of floats."""
    if get_origin(hint) is Literal or get_origin(hint) is tuple:
        return pa.string()
    if get_origin(hint) in (Union, types.UnionType):
        kinds = [arrow_type(part) for part in get_args(hint) if part is not type(None)]
        return pa.float64() if pa.float64() in kinds else kinds[0]
    return {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}[hint]

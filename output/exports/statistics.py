"""What files for Stata and SPSS have in common: typed columns, labels, and parts of a size that fits in memory."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from output.exports.doubts import PANEL, REASONS, Doubts, read_doubts, with_reasons
from output.exports.labels import Label, value_labels, variable_names
from output.exports.package import VARIABLES, is_variables, write_variables
from output.exports.request import Exported, Ours, Request
from output.exports.source import ExportColumn, ExportError, ExportTable, Source
from output.exports.texts import cut_bytes
from output.own import GENERATOR

# pyreadstat writes a file at once, so a long table becomes several files.
PART_ROWS = 500_000
PART_BYTES = 256 * 2**20
MAX_LABEL = 80
# The time of writing stands within so many bytes.
_HEAD_BYTES = 1024
_BOOLEAN = {0: "no 否", 1: "yes 是"}


# What tells of a panel which of its numbers are in doubt: a cell has no room for a number and a mark.
FLAGGED = ExportColumn(
    "flagged",
    "text",
    Label("Variables that a failed check names", "核对不一致的变量"),
    "The variables of this row that a failed check names, with spaces between; see the table of checks.",
)


class Style(NamedTuple):
    """What differs between the two programs.

    The suffix, the longest text in bytes (0: any), the writer of a part, the values that stand for ``REASONS`` in a
    panel, the name of the writer's parameter that is told of them, and what else it is told of the columns. ``stamp``
    finds in the first bytes of a file when it was written, and is what is put there: the same data, the same bytes.
    """

    suffix: str
    max_text: int
    write: Callable[..., None]
    missing: tuple[str, ...] | tuple[float, ...]
    missing_parameter: str
    stamp: tuple[re.Pattern[bytes], bytes]
    extras: Callable[[ExportTable, dict[str, str]], dict[str, Any]] = lambda table, names: {}


class Codes(NamedTuple):
    """The codes of a column with a closed list of them, each with its number, and the labels of the numbers."""

    numbers: dict[str, int]
    labels: dict[int, str]


class _Layout(NamedTuple):
    """How a table is written: its columns, the variable of each, the numbers of codes, and the doubts of a panel."""

    table: ExportTable
    names: dict[str, str]
    codes: dict[str, Codes]
    doubts: Doubts | None
    style: Style


def write_tables(asked: Request, style: Style) -> Exported:
    """Write each table to files of its own, and which variable is which column."""
    done = Exported()
    source, doubts = asked.source, None
    if any(table.name == PANEL for table in source.tables) and (doubts := read_doubts(source)):
        source.tables = [_with_flagged(table) if table.name == PANEL else table for table in source.tables]
    for table in source.tables:
        names = variable_names(column.name for column in table.columns)
        codes = {c.name: _codes(source, table, at) for at, c in enumerate(table.columns) if c.values}
        _write_table(asked, _Layout(table, names, codes, doubts if table.name == PANEL else None, style), done)
    stem = f"{Path(asked.name).stem}." if asked.name else ""
    write_variables(asked.folder / f"{stem}{VARIABLES}", source.tables)
    return done


def single_files(name: str, is_ours: Callable[[Path], bool]) -> Ours:
    """The file of one table, and which variable of it is which column."""
    return {name: is_ours, f"{Path(name).stem}.{VARIABLES}": is_variables}


def _with_flagged(table: ExportTable) -> ExportTable:
    return msgspec.structs.replace(table, columns=(*table.columns, FLAGGED))


def _write_table(asked: Request, layout: _Layout, done: Exported) -> None:
    """Write a table to one file, or to several with numbers where it is long."""
    table, style = layout.table, layout.style
    stem = Path(asked.name).stem or table.name
    names: list[str] = []
    rows = cut = 0
    for part in _parts(asked.source, layout):
        if names and asked.name:
            raise ExportError(f"{asked.name}: {table.name} has too many rows for one file; name a folder")
        frame, shortened = _frame(part, layout)
        rows, cut = rows + len(frame), cut + shortened
        names.append(f"{stem}-{len(names) + 1}{style.suffix}")
        _write_part(frame, layout, asked.folder / names[-1])
    if len(names) == 1:
        names = [f"{stem}{style.suffix}"]
        (asked.folder / f"{stem}-1{style.suffix}").rename(asked.folder / names[0])
    done.rows[table.name], done.files[table.name] = rows, names
    if len(names) > 1:
        done.notes.append(f"{table.name}: {rows:,} rows stand in {len(names)} files, to be appended to each other")
    if cut:
        done.notes.append(f"{table.name}: {cut:,} texts were cut to {style.max_text:,} bytes")


def _parts(source: Source, layout: _Layout) -> Iterator[pa.Table]:
    """The rows of each file; none in the only one where the table has none."""
    schema = layout.table.arrow()
    waiting: list[pa.RecordBatch] = []
    rows = size = parts = 0
    for batch in source.batches(layout.table):
        if layout.doubts:
            batch = batch.append_column(FLAGGED.name, pa.array(layout.doubts.flagged(batch["report_id"], layout.names)))
        waiting.append(batch.cast(schema))
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= PART_ROWS or size >= PART_BYTES:
            yield pa.Table.from_batches(waiting)
            waiting, rows, size, parts = [], 0, 0, parts + 1
    if waiting or not parts:
        yield pa.Table.from_batches(waiting, schema)


def _codes(source: Source, table: ExportTable, at: int) -> Codes:
    """The numbers of the codes: those of the list from 1, then whatever else stands in the column, in its order."""
    known = table.columns[at].values
    met: set[str] = set()
    for batch in source.batches(table, iso_dates=True):
        met.update(pc.unique(batch.column(at)).drop_null().to_pylist())
    numbers = {code: n for n, code in enumerate([*known, *sorted(met - known.keys())], 1)}
    return Codes(numbers, {n: known.get(code, code) for code, n in numbers.items()})


def _frame(part: pa.Table, layout: _Layout) -> tuple[pd.DataFrame, int]:
    """The rows as pyreadstat takes them, under their names as variables; and how many texts were cut."""
    columns: dict[str, Any] = {}
    cut = 0
    for at, column in enumerate(layout.table.columns):
        values, name = part.column(at), layout.names[column.name]
        if column.name in layout.codes:
            columns[name] = _numbered(values, layout.codes[column.name])
        elif column.kind == "text":
            columns[name], shortened = _cut(values, layout.style.max_text)
            cut += shortened
        elif layout.doubts and column.name in layout.doubts.codes:
            reasons = layout.doubts.reasons(part["report_id"], column.name)
            columns[name] = with_reasons(_unlike(values, layout), reasons, layout.style.missing)
        else:
            columns[name] = _plain(values, column)
    return pd.DataFrame(columns), cut


def _unlike(values: pa.ChunkedArray, layout: _Layout) -> npt.NDArray[np.float64]:
    """The numbers, after making sure that none is one that stands for a missing value."""
    marks = layout.style.missing
    if not isinstance(marks[0], str):
        alike = pc.is_in(values, pa.array(marks, pa.float64()))
        if pc.any(alike).as_py():
            found = values.filter(alike)[0].as_py()
            raise ExportError(f"{layout.table.name}: has the number {found:.0f}, a missing value here; take --to dta")
    numbers: npt.NDArray[np.float64] = values.to_numpy()
    return numbers


def _numbered(values: pa.ChunkedArray, codes: Codes) -> Any:
    numbers = pc.index_in(values, pa.array(codes.numbers, pa.string()))
    return _whole(pc.add(numbers, 1))


def _plain(values: pa.ChunkedArray, column: ExportColumn) -> Any:
    if column.kind == "boolean":
        return _whole(values.cast(pa.int32()))
    if column.kind == "integer":
        return _whole(values)
    if column.kind == "time":
        return values.cast(pa.timestamp("ns"), safe=False).to_pandas()
    return values.to_pandas(date_as_object=True)


def _whole(values: pa.ChunkedArray) -> Any:
    """Whole numbers of 32 bits where they fit and none is missing, else numbers with NaN where one is."""
    top = pc.max(pc.abs_checked(values)).as_py() if len(values) else None
    fits = values.null_count == 0 and (top is None or top < 2**31 - 200)
    return values.cast(pa.int32() if fits else pa.float64()).to_pandas()


def _cut(values: pa.ChunkedArray, limit: int) -> tuple[Any, int]:
    """The texts as objects, which are written thrice as fast; a missing text is an empty one in both formats."""
    # The library takes a text to end at the first NUL.
    filled = pc.replace_substring(pc.fill_null(values, ""), "\0", "")
    texts = pd.Series(filled.to_numpy(), dtype=object)
    if not limit:
        return texts, 0
    long = pc.greater(pc.binary_length(filled), limit).to_numpy()
    for at in long.nonzero()[0]:
        texts.iloc[at] = cut_bytes(texts.iloc[at], limit)
    return texts, int(long.sum())


def _write_part(frame: pd.DataFrame, layout: _Layout, path: Path) -> None:
    table, names, style = layout.table, layout.names, layout.style
    labels: dict[str, dict[Any, str]] = {names[name]: found.labels for name, found in layout.codes.items()}
    labels |= {names[c.name]: _BOOLEAN for c in table.columns if c.kind == "boolean"}
    numbers = [names[code] for code in layout.doubts.codes if code in names] if layout.doubts else []
    # A letter may only be told of a column in which one stands.
    numbers = [name for name in numbers if not isinstance(style.missing[0], str) or frame[name].dtype == object]
    statuses = value_labels("values", "status")
    reasons = {mark: statuses[reason] for mark, reason in zip(style.missing, REASONS, strict=True)}
    style.write(
        frame,
        str(path),
        file_label=f"{GENERATOR}: {table.title}",
        column_labels=[_label(column) for column in table.columns],
        variable_value_labels=labels | dict.fromkeys(numbers, reasons),
        **{style.missing_parameter: {name: list(style.missing) for name in numbers}},
        **style.extras(table, names),
    )
    _write_stamp(path, *style.stamp)


def _write_stamp(path: Path, pattern: re.Pattern[bytes], stamp: bytes) -> None:
    with path.open("r+b") as file:
        found = pattern.match(file.read(_HEAD_BYTES))
        if found and len(found[1]) == len(stamp):
            file.seek(found.start(1))
            file.write(stamp)


def _label(column: ExportColumn) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    label = f"{column.label}{unit}"
    if len(label) <= MAX_LABEL:
        return label
    # What is cut is the English: the Chinese label is the official one.
    kept = MAX_LABEL - len(column.label.zh) - len(unit) - 2
    return f"{column.label.en[: max(kept, 0)]}… {column.label.zh}{unit}"[:MAX_LABEL]

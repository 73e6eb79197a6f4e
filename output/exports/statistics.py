"""What files for Stata and SPSS have in common: typed columns, labels, and parts of a size that fits in memory."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from output.exports.labels import variable_names
from output.exports.package import VARIABLES, is_variables, write_variables
from output.exports.place import GENERATOR
from output.exports.request import Exported, Ours, Request
from output.exports.source import ExportColumn, ExportError, ExportTable, Source
from output.exports.texts import cut_bytes

# pyreadstat writes a file at once, so a long table becomes several files.
PART_ROWS = 500_000
PART_BYTES = 256 * 2**20
MAX_LABEL = 80
_BOOLEAN = {0: "no 否", 1: "yes 是"}


class Style(NamedTuple):
    """What differs between the two: the suffix, the longest text in bytes (0: any), and the writer of a part."""

    suffix: str
    max_text: int
    write: Callable[..., None]


class Codes(NamedTuple):
    """The codes of a column with a closed list of them, each with its number, and the labels of the numbers."""

    numbers: dict[str, int]
    labels: dict[int, str]


def write_tables(asked: Request, style: Style) -> Exported:
    """Write each table to files of its own, and which variable is which column."""
    done = Exported()
    for table in asked.source.tables:
        stem = Path(asked.name).stem or table.name
        _write_table(asked, table, stem, style, done)
    stem = f"{Path(asked.name).stem}." if asked.name else ""
    write_variables(asked.folder / f"{stem}{VARIABLES}", asked.source.tables)
    return done


def single_files(name: str, is_ours: Callable[[Path], bool]) -> Ours:
    """The file of one table, and which variable of it is which column."""
    return {name: is_ours, f"{Path(name).stem}.{VARIABLES}": is_variables}


def _write_table(asked: Request, table: ExportTable, stem: str, style: Style, done: Exported) -> None:
    """Write a table to ``stem.suffix``, or to ``stem-1.suffix`` and so on where it is long."""
    codes = {c.name: _codes(asked.source, table, at) for at, c in enumerate(table.columns) if c.values}
    names: list[str] = []
    rows = cut = 0
    for part in _parts(asked.source, table):
        if names and asked.name:
            raise ExportError(f"{asked.name}: {table.name} has too many rows for one file; name a folder")
        frame, shortened = _frame(part, table, codes, style.max_text)
        rows, cut = rows + len(frame), cut + shortened
        names.append(f"{stem}-{len(names) + 1}{style.suffix}")
        _write_part(frame, table, codes, asked.folder / names[-1], style)
    if len(names) == 1:
        names = [f"{stem}{style.suffix}"]
        (asked.folder / f"{stem}-1{style.suffix}").rename(asked.folder / names[0])
    done.rows[table.name], done.files[table.name] = rows, names
    if len(names) > 1:
        done.notes.append(f"{table.name}: {rows:,} rows stand in {len(names)} files, to be appended to each other")
    if cut:
        done.notes.append(f"{table.name}: {cut:,} texts were cut to {style.max_text:,} bytes")


def _parts(source: Source, table: ExportTable) -> Iterator[pa.Table]:
    """The rows of each file; none in the only one where the table has none."""
    waiting: list[pa.RecordBatch] = []
    rows = size = parts = 0
    for batch in source.batches(table):
        waiting.append(batch.cast(table.arrow()))
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= PART_ROWS or size >= PART_BYTES:
            yield pa.Table.from_batches(waiting)
            waiting, rows, size, parts = [], 0, 0, parts + 1
    if waiting or not parts:
        yield pa.Table.from_batches(waiting, table.arrow())


def _codes(source: Source, table: ExportTable, at: int) -> Codes:
    """The numbers of the codes: those of the list from 1, then whatever else stands in the column, in its order."""
    known = table.columns[at].values
    met: set[str] = set()
    for batch in source.batches(table, iso_dates=True):
        met.update(pc.unique(batch.column(at)).drop_null().to_pylist())
    numbers = {code: n for n, code in enumerate([*known, *sorted(met - known.keys())], 1)}
    return Codes(numbers, {n: known.get(code, code) for code, n in numbers.items()})


def _frame(part: pa.Table, table: ExportTable, codes: dict[str, Codes], limit: int) -> tuple[pd.DataFrame, int]:
    """The rows as pyreadstat takes them, under their names as variables; and how many texts were cut."""
    names = variable_names(column.name for column in table.columns)
    columns: dict[str, Any] = {}
    cut = 0
    for at, column in enumerate(table.columns):
        values = part.column(at)
        if column.name in codes:
            columns[names[column.name]] = _numbered(values, codes[column.name])
        elif column.kind == "text":
            texts, shortened = _cut(values, limit)
            columns[names[column.name]] = texts
            cut += shortened
        else:
            columns[names[column.name]] = _plain(values, column)
    return pd.DataFrame(columns), cut


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


def _write_part(frame: pd.DataFrame, table: ExportTable, codes: dict[str, Codes], path: Path, style: Style) -> None:
    names = variable_names(column.name for column in table.columns)
    labels = {names[name]: found.labels for name, found in codes.items()}
    labels |= {names[c.name]: _BOOLEAN for c in table.columns if c.kind == "boolean"}
    style.write(
        frame,
        str(path),
        file_label=f"{GENERATOR}: {table.title}",
        column_labels=[_label(column) for column in table.columns],
        variable_value_labels=labels,
    )


def _label(column: ExportColumn) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    label = f"{column.label}{unit}"
    if len(label) <= MAX_LABEL:
        return label
    # What is cut is the English: the Chinese label is the official one.
    kept = MAX_LABEL - len(column.label.zh) - len(unit) - 2
    return f"{column.label.en[: max(kept, 0)]}… {column.label.zh}{unit}"[:MAX_LABEL]

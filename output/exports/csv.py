"""CSV files for spreadsheets: UTF-8 with a byte order mark, and no cell that would be taken for a formula."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from output.exports.request import Exported, Ours, Request
from output.exports.source import ExportTable, Source
from output.exports.texts import harmless

FAILURES = (OSError,)
# Without it Excel takes the file for one in the code page of the machine.
MARK = b"\xef\xbb\xbf"


def write_export(asked: Request) -> Exported:
    """Write each table to a file of its own; see ``output.exports.Format``."""
    done = Exported()
    for table in asked.source.tables:
        name = asked.name or f"{table.name}.csv"
        done.rows[table.name] = _write_table(asked.source, table, asked.folder / name)
        done.files[table.name] = [name]
    return done


def files_of(name: str) -> Ours:
    """The file alone; nothing in it says who wrote it, so one that is there is never taken for ours."""
    return {name: lambda _: False}


def _write_table(source: Source, table: ExportTable, path: Path) -> int:
    """Write a table in the dialect of the dataset's CSV files; dates as in the dataset. The number of its rows."""
    rows = 0
    schema = pa.schema([(c.name, c.arrow if c.kind not in ("date", "time") else pa.string()) for c in table.columns])
    with path.open("wb") as file:
        file.write(MARK)
        with pyarrow.csv.CSVWriter(file, schema) as writer:
            for batch in source.batches(table, iso_dates=True):
                writer.write_batch(_harmless_batch(batch, schema))
                rows += batch.num_rows
    return rows


def _harmless_batch(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [harmless(c) if pa.types.is_string(c.type) else c for c in batch.columns]
    return pa.RecordBatch.from_arrays(columns, schema=schema)

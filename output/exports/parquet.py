"""Parquet files, as those of the dataset, with dates as dates."""

from pathlib import Path

import pyarrow.parquet

from output.exports.request import Exported, Ours, Request
from output.exports.source import ExportTable, Source
from output.own import GENERATOR
from output.writers.parquet import ParquetWriter

_GENERATOR = b"generator"


FAILURES = (OSError,)


def write_export(asked: Request) -> Exported:
    """Write each table to a file of its own; see ``output.exports.Format``."""
    done = Exported()
    for table in asked.source.tables:
        name = asked.name or f"{table.name}.parquet"
        done.rows[table.name] = _write_table(asked.source, table, asked.folder / name)
        done.files[table.name] = [name]
    return done


def files_of(name: str) -> Ours:
    """The file alone."""
    return {name: _is_ours}


def _is_ours(path: Path) -> bool:
    try:
        return (pyarrow.parquet.read_schema(path).metadata or {}).get(_GENERATOR) == GENERATOR.encode()
    except (OSError, ValueError):
        return False


def _write_table(source: Source, table: ExportTable, path: Path) -> int:
    """Write a table; the number of its rows."""
    rows = 0
    schema = table.arrow().with_metadata({_GENERATOR: GENERATOR.encode()})
    writer = ParquetWriter(path, schema)
    for batch in source.batches(table):
        writer.write(batch.cast(schema))
        rows += batch.num_rows
    writer.close()
    return rows

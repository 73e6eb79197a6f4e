"""A DuckDB file: a table for each table, with comments on tables and columns and, where they hold, keys."""

from pathlib import Path

import duckdb
import pyarrow as pa

from output.exports.package import about
from output.exports.request import Exported, Ours, Request
from output.exports.source import ExportTable, Source
from output.exports.texts import quoted_name
from output.own import GENERATOR

FAILURES = (OSError, duckdb.Error)
# Enough for the keys of some hundred thousand reports; what is more goes to the disk.
MEMORY_LIMIT = "2GB"
_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIMESTAMP",
}


def write_export(asked: Request) -> Exported:
    """Write the tables to a new file; see ``output.exports.Format``."""
    path = asked.path
    with duckdb.connect(str(path)) as db:
        db.execute(f"SET memory_limit = '{MEMORY_LIMIT}'; SET temp_directory = '{_text(path)}.tmp'")
        try:
            return Exported(rows=_write_tables(db, asked.source))
        except RuntimeError as error:
            # How the library tells of Ctrl-C.
            if "interrupted" in str(error).lower():
                raise KeyboardInterrupt from None
            raise


def _write_tables(db: duckdb.DuckDBPyConnection, source: Source) -> dict[str, int]:
    """Write the tables; the number of rows of each."""
    rows = {}
    db.execute("CREATE TABLE about (key VARCHAR PRIMARY KEY, value VARCHAR)")
    db.executemany("INSERT INTO about VALUES (?, ?)", list(about(source).items()))
    for table in source.tables:
        db.execute(_definition(table))
        reader = pa.RecordBatchReader.from_batches(table.arrow(), source.batches(table))
        db.register("incoming", reader)
        db.execute(f"INSERT INTO {quoted_name(table.name)} SELECT * FROM incoming")
        db.unregister("incoming")
        counted = db.execute(f"SELECT count(*) FROM {quoted_name(table.name)}").fetchone()
        rows[table.name] = counted[0] if counted else 0
    return rows


def files_of(name: str) -> Ours:
    """The file alone."""
    return {name: _is_ours}


def _is_ours(path: Path) -> bool:
    """Whether an export wrote the file."""
    try:
        with duckdb.connect(str(path), read_only=True) as db:
            return db.execute("SELECT value FROM about WHERE key = 'generator'").fetchone() == (GENERATOR,)
    except duckdb.Error:
        return False


def _definition(table: ExportTable) -> str:
    """The statements that make a table with its comments.

    References to other tables are told in the comments: constraints would double the file, and the rows of a selection
    may refer to reports outside it.
    """
    parts = [f"{quoted_name(c.name)} {_TYPES[c.kind]}" for c in table.columns]
    if len(table.key) == 1:
        parts.append(f"PRIMARY KEY ({quoted_name(table.key[0])})")
    statements = [f"CREATE TABLE {quoted_name(table.name)} ({', '.join(parts)})"]
    statements.append(f"COMMENT ON TABLE {quoted_name(table.name)} IS '{_text(f'{table.title}. {table.description}')}'")
    for column in table.columns:
        target = f" Refers to {table.refers[column.name]}." if column.name in table.refers else ""
        unit = f" Unit: {column.unit}." if column.unit else ""
        comment = f"{column.label}: {column.description}{unit}{target}"
        statements.append(
            f"COMMENT ON COLUMN {quoted_name(table.name)}.{quoted_name(column.name)} IS '{_text(comment)}'"
        )
    return ";\n".join(statements)


def _text(text: object) -> str:
    return str(text).replace("'", "''")

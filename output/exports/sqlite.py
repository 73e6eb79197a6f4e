"""A SQLite file with indexes, and the ``metadata.json`` beside it with which Datasette serves it."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from output.exports.labels import Label
from output.exports.package import about
from output.exports.place import is_json_of_ours
from output.exports.request import Exported, Ours, Request
from output.exports.source import ExportTable, Source
from output.exports.texts import quoted_name
from output.own import GENERATOR

FAILURES = (OSError, sqlite3.Error)
METADATA = "metadata.json"
# Says in the head of the file whose it is: "xxgk".
APPLICATION_ID = 0x7878676B
SECTIONS = "sections"
_TYPES = {"integer": "INTEGER", "boolean": "INTEGER", "number": "REAL"}
# Columns that people look rows up by, besides those that refer to another table.
_INDEXED = ("year", "division_code", "agency_type", "indicator", "rule", "outcome", "status")
_FACETS = 4
_FACET_COLUMNS = ("status", "outcome", "rule", "form", "level", "agency_type", "section", "relation", "kind", "year")


def write_export(asked: Request) -> Exported:
    """Write the tables to a new file, and its metadata beside it; see ``output.exports.Format``."""
    db = sqlite3.connect(asked.path, isolation_level=None)
    try:
        done = Exported(rows=_write_tables(db, asked.source, asked.full_text))
    finally:
        db.close()
    _write_metadata(asked)
    return done


def files_of(name: str) -> Ours:
    """The file and its metadata."""
    return {name: _is_ours, METADATA: is_json_of_ours}


def _write_tables(db: sqlite3.Connection, source: Source, full_text: bool) -> dict[str, int]:
    """Write the tables; the number of rows of each."""
    rows = {}
    # A file that is not whole is thrown away, so nothing needs to be undone.
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("BEGIN")
    db.execute("CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT)")
    db.executemany("INSERT INTO about VALUES (?, ?)", about(source).items())
    for table in source.tables:
        db.execute(_definition(table, {t.name: t for t in source.tables}))
        marks = ", ".join("?" * len(table.columns))
        db.executemany(f"INSERT INTO {quoted_name(table.name)} VALUES ({marks})", _rows(source, table))
        rows[table.name] = db.execute(f"SELECT count(*) FROM {quoted_name(table.name)}").fetchone()[0]
        for column in dict.fromkeys([*table.refers, *_INDEXED]):
            if column in {c.name for c in table.columns} and (column,) != table.key:
                index = quoted_name(f"{table.name}_{column}")
                db.execute(f"CREATE INDEX {index} ON {quoted_name(table.name)} ({quoted_name(column)})")
    if full_text and SECTIONS in rows:
        _index_text(db)
    db.execute("COMMIT")
    db.execute("ANALYZE")
    return rows


def _write_metadata(asked: Request) -> None:
    """Write what Datasette tells of the file; what is told beside it of other files of ours is kept."""
    source, databases = asked.source, dict[str, Any]()
    former = asked.beside / METADATA if asked.beside else None
    if former and is_json_of_ours(former):
        databases = json.loads(former.read_text(encoding="utf-8")).get("databases", {})
    databases[asked.path.stem] = {
        "title": "Yearly disclosure reports of Chinese agencies",
        "description": f"The numbers, texts and checks of 政府信息公开工作年度报告. Selection: {_selection(source)}.",
        "tables": {table.name: _table_metadata(table, asked.full_text) for table in source.tables},
    }
    told = {"title": "Yearly disclosure reports", "generator": GENERATOR, "databases": databases}
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    (asked.folder / METADATA).write_text(text, encoding="utf-8", newline="\n")


def _is_ours(path: Path) -> bool:
    """Whether an export wrote the file."""
    with path.open("rb") as handle:
        head = handle.read(72)
    return head.startswith(b"SQLite format 3\0") and head[68:72] == APPLICATION_ID.to_bytes(4, "big")


def _rows(source: Source, table: ExportTable) -> Iterator[tuple[Any, ...]]:
    for batch in source.batches(table, iso_dates=True):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _definition(table: ExportTable, tables: dict[str, ExportTable]) -> str:
    parts = [f"{quoted_name(c.name)} {_TYPES.get(c.kind, 'TEXT')}" for c in table.columns]
    if table.key:
        parts.append(f"PRIMARY KEY ({', '.join(map(quoted_name, table.key))})")
    for column, target in table.refers.items():
        name, _, field = target.partition(".")
        # Only a column that is a key on its own can be referred to.
        if name in tables and tables[name].key == (field,):
            parts.append(f"FOREIGN KEY ({quoted_name(column)}) REFERENCES {quoted_name(name)} ({quoted_name(field)})")
    return f"CREATE TABLE {quoted_name(table.name)} ({', '.join(parts)})"


def _index_text(db: sqlite3.Connection) -> None:
    """Index every run of three characters, which finds words in Chinese too; the text is not stored twice."""
    db.execute(f"CREATE VIRTUAL TABLE {SECTIONS}_fts USING fts5(title, text, content='{SECTIONS}', tokenize='trigram')")
    db.execute(f"INSERT INTO {SECTIONS}_fts ({SECTIONS}_fts) VALUES ('rebuild')")


def _table_metadata(table: ExportTable, full_text: bool) -> dict[str, Any]:
    names = [column.name for column in table.columns]
    told: dict[str, Any] = {
        "title": table.title,
        "description": table.description,
        "columns": {c.name: _column_description(c.label, c.description, c.unit) for c in table.columns},
        "facets": [name for name in _FACET_COLUMNS if name in names][:_FACETS],
        "size": 50,
    }
    if "year" in names:
        told["sort_desc"] = "year"
    for label in ("title", "name", "label_en"):
        if label in names and table.key:
            told.setdefault("label_column", label)
    if full_text and table.name == SECTIONS:
        told |= {"fts_table": f"{SECTIONS}_fts", "fts_pk": "rowid"}
    return told


def _column_description(label: Label, description: str, unit: str) -> str:
    """What stands at the head of the page. Datasette's own units would show 1,500 件 as 1.5 k件."""
    told = str(label) if label.en in description else f"{label}. {description}"
    return told + (f" ({unit})" if unit else "")


def _selection(source: Source) -> str:
    told = about(source)
    return f"divisions {told['divisions']}, years {told['years']}"

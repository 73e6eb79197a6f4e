"""What stands beside the tables of an export: ``datapackage.json`` and, where names changed, ``variables.csv``."""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from output.exports.labels import variable_names
from output.exports.source import ExportColumn, ExportTable, Source
from output.own import EXPORT_PACKAGE, GENERATOR
from parsers.records import PARSER_VERSION

VARIABLES = "variables.csv"
_HEADER = ("table", "column", "variable", "label_en", "label_zh", "unit", "values", "description")
_TYPES = {pa.int64(): "integer", pa.float64(): "number", pa.bool_(): "boolean", pa.date32(): "date"}


def write_package(folder: Path, source: Source, files: dict[str, ExportTable]) -> None:
    """Write ``datapackage.json`` for the files in the folder: those of tables, and whatever else is there."""
    others = sorted(path.name for path in folder.iterdir() if path.name not in files)
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": EXPORT_PACKAGE,
        "title": "Export of a dataset of yearly disclosure reports of Chinese agencies",
        "generator": GENERATOR,
        "version": PARSER_VERSION,
        "selection": about(source),
        "resources": [
            *(_resource(folder / name, table) for name, table in files.items()),
            *(_resource(folder / name, None) for name in others),
        ],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def write_variables(path: Path, tables: list[ExportTable]) -> None:
    """Write which variable is which column, with labels, unit and the numbers of codes."""
    # With a byte order mark, for it is opened by spreadsheets.
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(_HEADER)
        for table in tables:
            names = variable_names(column.name for column in table.columns)
            for c in table.columns:
                codes = "; ".join(f"{n} = {label}" for n, label in enumerate(c.values.values(), 1))
                writer.writerow(
                    (table.name, c.name, names[c.name], c.label.en, c.label.zh, c.unit, codes, c.description)
                )


def is_variables(path: Path) -> bool:
    """Whether a file is one of ``write_variables``."""
    with path.open(encoding="utf-8-sig", errors="replace") as handle:
        return handle.readline().strip() == ",".join(_HEADER)


def about(source: Source) -> dict[str, str]:
    """What an export says of itself: by what and from what it was made, and what was selected."""
    wanted = source.selection
    return {
        "generator": GENERATOR,
        "version": PARSER_VERSION,
        "tables": ", ".join(table.name for table in source.tables),
        "divisions": ", ".join(wanted.divisions) or "all",
        "years": ", ".join(map(str, wanted.years)) or "all",
    }


def _resource(path: Path, table: ExportTable | None) -> dict[str, Any]:
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    resource: dict[str, Any] = {
        "name": path.name.replace(".", "-").lower(),
        "path": path.name,
        "profile": "data-resource",
        "format": path.suffix[1:],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
    }
    if table is None:
        return resource
    # A plain file for Frictionless but for CSV: it reads no Stata files, and of Parquet it takes no size and digest.
    resource |= {"title": table.title, "description": table.description, "type": "file"}
    if path.suffix == ".csv":
        resource |= {"profile": "tabular-data-resource", "type": "table", "encoding": "utf-8-sig"}
    return resource | {"schema": {"fields": [_field(column, path.suffix) for column in table.columns]}}


def _field(column: ExportColumn, suffix: str) -> dict[str, str]:
    # Dates are texts in CSV, where one that is on no calendar stands as it was printed.
    kind = "string" if suffix == ".csv" and column.kind == "date" else _TYPES.get(column.arrow, "string")
    field = {"name": column.name, "type": kind, "title": str(column.label), "description": column.description}
    return field | ({"unit": column.unit} if column.unit else {})

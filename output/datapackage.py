"""The description of a dataset folder as a Frictionless Data Package (version 1)."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from output.schema import Column, Table
from parsers.records import PARSER_VERSION

FILE_NAME = "datapackage.json"
PACKAGE_NAME = "xxgk-dataset"
MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def write_datapackage(folder: Path, files: list[tuple[Table, str]]) -> None:
    """Write ``datapackage.json`` for the files of a folder, each told as its table and its suffix."""
    package = {
        "profile": "data-package",
        "name": PACKAGE_NAME,
        "title": "Yearly disclosure reports of Chinese agencies",
        "description": "The numbers, texts and checks of 政府信息公开工作年度报告, read by xxgk.",
        "version": PARSER_VERSION,
        "resources": [_resource(folder, table, suffix) for table, suffix in files],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1)
    (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_package_files(folder: Path, name: str = PACKAGE_NAME) -> set[str] | None:
    """The names of the files that belong to the dataset in a folder, or None where it is no dataset of ours.

    ``name`` is that of the package: another one for a folder of an export.
    """
    try:
        package = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        if package["name"] != name:
            return None
        return {FILE_NAME, *(str(resource["path"]) for resource in package["resources"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _resource(folder: Path, table: Table, suffix: str) -> dict[str, Any]:
    path = folder / f"{table.name}.{suffix}"
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    resource = {
        # Two resources of one package may not share a name; foreign keys point at the plain one, the CSV file.
        "name": table.name if suffix == "csv" else f"{table.name}-{suffix}",
        "path": path.name,
        "title": table.title,
        "description": table.description,
        "format": suffix,
        "mediatype": MEDIA_TYPES[suffix],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
    }
    if suffix == "csv":
        dialect = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True}
        resource |= {"profile": "tabular-data-resource", "type": "table", "encoding": "utf-8", "dialect": dialect}
    else:
        # A plain file for Frictionless: it would read all of it into memory, with whole numbers as fractions.
        resource |= {"profile": "data-resource", "type": "file"}
    return resource | {"schema": _schema(table)}


def _schema(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.refers:
        schema["foreignKeys"] = [_foreign_key(*item) for item in table.refers.items()]
    return schema


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": _type_name(column.type),
        "description": column.description,
    }
    if column.unit:
        field["unit"] = column.unit
    if column.required:
        field["constraints"] = {"required": True}
    return field


def _foreign_key(column: str, target: str) -> dict[str, Any]:
    table, _, field = target.partition(".")
    return {"fields": [column], "reference": {"resource": table, "fields": [field]}}


def _type_name(kind: pa.DataType) -> str:
    return {pa.string(): "string", pa.int64(): "integer", pa.float64(): "number", pa.bool_(): "boolean"}[kind]

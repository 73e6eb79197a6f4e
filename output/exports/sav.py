"""SPSS files with labels of variables and values; a text holds 32,767 bytes at the most."""

import re
from pathlib import Path
from typing import Any

import pyreadstat

from output.exports.request import Exported, Ours, Request
from output.exports.source import ExportTable
from output.exports.statistics import Style, single_files, write_tables
from output.own import GENERATOR

FAILURES = (OSError, pyreadstat.ReadstatError)


def _formats(table: ExportTable, names: dict[str, str]) -> dict[str, Any]:
    """Numbers are scales, shown without decimals unless they are money; all else is nominal."""
    numbers = {names[c.name]: c.unit for c in table.columns if c.kind in ("number", "integer") and not c.values}
    return {
        "variable_measure": {name: "scale" if name in numbers else "nominal" for name in names.values()},
        "variable_format": {name: "F10.0" for name, unit in numbers.items() if unit not in ("", "万元")},
    }


_STAMP = (re.compile(rb"\$FL2.{88}(.{17})", re.DOTALL), b"01 Jan 0000:00:00")
# Missing values of the user: blank, not applicable, unreadable. Of what is missing to the system there is no cell.
MISSING = (-9999991.0, -9999992.0, -9999993.0)
STYLE = Style(".sav", 32767, pyreadstat.write_sav, MISSING, "missing_ranges", _STAMP, _formats)


def write_export(asked: Request) -> Exported:
    """Write each table to files of its own; see ``output.exports.Format``."""
    return write_tables(asked, STYLE)


def files_of(name: str) -> Ours:
    """The file of one table, and its variables."""
    return single_files(name, _is_ours)


def _is_ours(path: Path) -> bool:
    try:
        _, told = pyreadstat.read_sav(path, metadataonly=True)
    except (OSError, ValueError, pyreadstat.ReadstatError):
        return False
    return str(told.file_label or "").startswith(GENERATOR)

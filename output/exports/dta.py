"""Stata files with labels of variables and values; long texts are strL."""

from pathlib import Path

import pyreadstat

from output.exports.place import GENERATOR
from output.exports.request import Exported, Ours, Request
from output.exports.statistics import Style, single_files, write_tables

FAILURES = (OSError, pyreadstat.ReadstatError)
# Missing values with a letter: .b is blank, .n not applicable, .u unreadable; of . there is no cell at all.
STYLE = Style(".dta", 0, pyreadstat.write_dta, ("b", "n", "u"), "missing_user_values")


def write_export(asked: Request) -> Exported:
    """Write each table to files of its own; see ``output.exports.Format``."""
    return write_tables(asked, STYLE)


def files_of(name: str) -> Ours:
    """The file of one table, and its variables."""
    return single_files(name, _is_ours)


def _is_ours(path: Path) -> bool:
    try:
        _, told = pyreadstat.read_dta(path, metadataonly=True)
    except (OSError, ValueError, pyreadstat.ReadstatError):
        return False
    return str(told.file_label or "").startswith(GENERATOR)

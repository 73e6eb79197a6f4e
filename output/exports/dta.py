"""Stata files with labels of variables and values; long texts are strL."""

import re
from functools import partial
from pathlib import Path

import pyreadstat

from output.exports.request import Exported, Ours, Request
from output.exports.statistics import Style, single_files, write_tables
from output.own import GENERATOR

FAILURES = (OSError, pyreadstat.ReadstatError)
# The format of Stata 14, which every later one reads; that of Stata 15 is for more than 32,767 variables, and only
# Stata/MP opens it.
VERSION = 14
_STAMP = (re.compile(rb"<stata_dta>.*?<timestamp>.(.{17})</timestamp>", re.DOTALL), b"01 Jan 2000 00:00")
# Missing values with a letter: .b is blank, .n not applicable, .u unreadable; of . there is no cell at all.
STYLE = Style(".dta", 0, partial(pyreadstat.write_dta, version=VERSION), ("b", "n", "u"), "missing_user_values", _STAMP)


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

"""SPSS files with labels of variables and values; a text holds 32,767 bytes at the most."""

from pathlib import Path

import pyreadstat

from output.exports.place import GENERATOR
from output.exports.request import Exported, Ours, Request
from output.exports.statistics import Style, single_files, write_tables

STYLE = Style(".sav", 32767, pyreadstat.write_sav)


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

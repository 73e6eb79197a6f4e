"""A dataset as files of other programs, one module for each format; a new one is a module and a line in ``FORMATS``."""

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from output.exports.package import write_package
from output.exports.place import placed_files, placed_folder
from output.exports.request import Exported, Ours, Request
from output.exports.source import CODEBOOK, ExportError, Selection, Source
from output.opened import check_outside, check_tables
from output.replace import DatasetError

__all__ = ["FILES", "FORMATS", "ExportError", "Exported", "Selection", "export_dataset"]

FORMATS: dict[str, str] = {
    "duckdb": "duckdb",
    "sqlite": "",
    "xlsx": "xlsxwriter",
    "dta": "pyreadstat",
    "sav": "pyreadstat",
    "csv": "",
    "parquet": "",
}
"""Each format, and the package that it needs from the extra ``export``."""

FILES = ("duckdb", "sqlite", "xlsx")
"""The formats that hold all tables in one file; of the others each table is a file in a folder."""

# In the panel of these a missing number says why, which stands in other tables.
_FOR_PANEL = {"dta": ("values", "checks"), "sav": ("values", "checks")}


class Format(Protocol):
    """What the module of a format offers; ``FAILURES`` are what its library raises where the disk fails."""

    FAILURES: tuple[type[Exception], ...]

    def write_export(self, asked: Request) -> Exported:
        """Write what is asked for."""

    def files_of(self, name: str) -> Ours:
        """The files that an export to the one file ``name`` writes."""


def export_dataset(
    folder: Path, to: str, out: Path, selection: Selection, force: bool = False, full_text: bool = False
) -> Exported:
    """Write the selected rows of a dataset to ``out``, whole or not at all, in one of the ``FORMATS``.

    ``out`` is a file for the formats in ``FILES``, else a folder, or a file with the format's suffix for one table.
    An older export is replaced, anything else only by ``force`` (a folder with other things in it never).
    Raises ExportError with one line for a person.
    """
    written_by = _load(to)
    source = Source(folder, selection)
    try:
        check_outside(out, folder)
        if "panel" in source.selection.tables or not source.selection.tables:
            check_tables(folder, _FOR_PANEL.get(to, ()))
    except DatasetError as error:
        raise ExportError(str(error)) from None
    try:
        return _write(written_by, source, to, out, force, full_text)
    except written_by.FAILURES as error:
        # The name of a file that fails is that of one which grows hidden beside; nobody knows it.
        told = getattr(error, "strerror", None) or str(error).strip().partition("\n")[0]
        raise ExportError(f"{out}: could not be written ({told}); what stood there is as it was") from None


def _write(written_by: Format, source: Source, to: str, out: Path, force: bool, full_text: bool) -> Exported:
    if to in FILES or out.suffix == f".{to}":
        if to not in FILES:
            _keep_one_table(source, out)
        with placed_files(out, written_by.files_of(out.name), force) as new:
            return written_by.write_export(Request(source, new, out.name, out.parent, full_text))
    with placed_folder(out) as new:
        done = written_by.write_export(Request(source, new))
        tables = {table.name: table for table in source.tables}
        write_package(new, source, {file: tables[name] for name, files in done.files.items() for file in files})
        return done


def _load(to: str) -> Format:
    try:
        return cast(Format, import_module(f"{__name__}.{to}"))
    except ModuleNotFoundError as error:
        if error.name != FORMATS[to]:
            raise
        raise ExportError(f"--to {to} needs the package {error.name}: pip install 'xxgk[export]'") from None


def _keep_one_table(source: Source, out: Path) -> None:
    if len(source.selection.tables) != 1:
        raise ExportError(f"{out}: is the name of a file, which holds one table; add --table, or name a folder")
    source.tables = [table for table in source.tables if table.name == source.selection.tables[0]]
    if source.selection.tables != (CODEBOOK,) and not source.tables:
        raise ExportError(f"{out}: the dataset has no such table")

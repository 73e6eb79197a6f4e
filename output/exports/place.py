"""Putting an export in its place, whole or not at all; what xxgk did not write is left alone."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from output.exports.source import ExportError
from output.own import EXPORT_PACKAGE, GENERATOR
from output.replace import DatasetError, check_place, locked_folder, make_folder, replaced_folder, sync_files


@contextmanager
def placed_folder(out: Path) -> Iterator[Path]:
    """A new folder to fill; at the end of the block it takes the place of ``out``, which may hold an older export."""
    try:
        with replaced_folder(out, EXPORT_PACKAGE) as new:
            yield new
    except DatasetError as error:
        raise ExportError(str(error)) from None


@contextmanager
def placed_files(out: Path, ours: dict[str, Callable[[Path], bool]], force: bool) -> Iterator[Path]:
    """A new folder to fill with the files named in ``ours``; at the end of the block they are moved beside ``out``.

    ``ours`` tells of a file that stands there already whether an export wrote it; others are only replaced by force.
    """
    parent = out.parent.resolve()
    for name, is_ours in ours.items():
        _check_file(out.with_name(name), is_ours, force)
    new = parent / f".{out.name}.new"
    try:
        check_place(out)
        make_folder(parent, out)
        with locked_folder(new, out):
            try:
                yield new
                sync_files(new)
                for name in ours:
                    (new / name).replace(parent / name)
            finally:
                shutil.rmtree(new, ignore_errors=True)
    except DatasetError as error:
        raise ExportError(str(error)) from None


def _check_file(path: Path, is_ours: Callable[[Path], bool], force: bool) -> None:
    if not os.path.lexists(path):
        return
    if path.is_dir():
        raise ExportError(f"{path}: is a folder; name a file")
    if not force and not is_ours(path):
        raise ExportError(f"{path}: was not written by xxgk export; name another file, or replace it with --force")


def is_json_of_ours(path: Path) -> bool:
    """Whether a JSON file says that an export wrote it."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("generator") == GENERATOR

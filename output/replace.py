"""Replacing a folder as a whole or not at all.

The new folder grows beside the old one under a hidden name; two renames swap them. A run that is killed leaves one
of three states, and the next run (or ``recover``) mends each:

- before the swap: the hidden new folder is removed;
- between the two renames: there is no folder, and the old one waits under its hidden name: it is put back;
- after the swap: the old one under its hidden name is removed.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from output.datapackage import PACKAGE_NAME, read_package_files


class DatasetError(Exception):
    """A dataset folder cannot be written or read; the message is one line for a person."""


def check_replaceable(folder: Path, package: str = PACKAGE_NAME) -> None:
    """Raise DatasetError where something stands at ``folder`` that is not a dataset of ours and nothing else, or
    where none can be made there.

    ``package`` is the name in its datapackage.json: another one for the folder of an export.
    """
    what = "a dataset" if package == PACKAGE_NAME else "an export"
    check_place(folder)
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise DatasetError(f"{folder}: is a file; name a folder for the {what.split()[1]}")
    ours = read_package_files(folder, package) or set()
    foreign = sorted(entry.name for entry in folder.iterdir() if entry.name not in ours or entry.is_dir())
    if foreign:
        raise DatasetError(
            f"{folder}: is not replaced, since {foreign[0]} in it is no part of {what}; "
            "name another folder or move the file away"
        )


def check_place(path: Path) -> None:
    """Raise DatasetError where nothing can be made at a path: a file stands in its way, or the user may not."""
    above = next(parent for parent in path.absolute().parents if parent.exists())
    if not above.is_dir():
        raise DatasetError(f"{path}: cannot be made, since {above} is a file; name another place")
    if not os.access(above, os.W_OK | os.X_OK):
        raise DatasetError(f"{path}: cannot be made, since {above} may not be written to; name another place")


def make_folder(folder: Path, told: Path) -> None:
    """Make a folder and those above it where there are none. Raises DatasetError, which names ``told`` in its place."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetError(f"{told}: cannot be made ({error.strerror}); name another place") from None


def recover(folder: Path) -> None:
    """Put back the old folder where a run was killed between the two renames."""
    old = old_folder(folder)
    if not os.path.lexists(folder) and old.is_dir():
        old.rename(folder)


def missing_dataset(folder: Path) -> str:
    """Why a folder holds no dataset, and what to do, as one line for a person."""
    if folder.is_dir():
        inner = folder / "dataset"
        there = f"{inner}, which is one" if read_package_files(inner) is not None else "what xxgk parse --out wrote"
        return f"{folder}: is no dataset; name {there}"
    if os.path.lexists(folder):
        return f"{folder}: is a file; name the folder of a dataset"
    old = old_folder(folder.resolve())
    cure = f"a write was cut off; rename {old} to it" if old.is_dir() else "write it: xxgk parse INPUT --out DIR"
    return f"{folder}: no such folder; {cure}"


@contextmanager
def replaced_folder(folder: Path, package: str = PACKAGE_NAME) -> Iterator[Path]:
    """A new, empty folder to fill; when the block ends without an error it takes the place of ``folder``.

    Raises DatasetError where ``folder`` is not ours to replace, or where another run is writing it.
    """
    check_replaceable(folder, package)
    target = folder.resolve()
    make_folder(target.parent, folder)
    new = target.with_name(f".{target.name}.new")
    with locked_folder(new, folder):
        try:
            recover(target)
            shutil.rmtree(old_folder(target), ignore_errors=True)
            yield new
            sync_files(new)
            check_replaceable(folder, package)
            _swap(new, target)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise


def old_folder(folder: Path) -> Path:
    """Where the old dataset waits while a new one takes its place."""
    return folder.with_name(f".{folder.name}.old")


@contextmanager
def locked_folder(new: Path, folder: Path) -> Iterator[None]:
    """Hold the folder ``new`` for this run alone, to fill it for ``folder``; what a killed run left in it is removed.

    The lock is on the folder itself and ends with the process, so there is no lock file to go stale.
    """
    make_folder(new, folder)
    handle = os.open(new, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Another run may have moved the folder away between the two calls.
            held = os.path.samestat(os.fstat(handle), os.stat(new))
        except OSError:
            held = False
        if not held:
            raise DatasetError(f"{folder}: another run is writing it; wait for that one to end")
        for entry in new.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        yield
    finally:
        os.close(handle)


def _swap(new: Path, folder: Path) -> None:
    old = old_folder(folder)
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except BaseException:
        recover(folder)
        raise
    _sync_path(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def sync_files(folder: Path) -> None:
    """Make sure that the files are on the disk before they take the place of others."""
    for path in folder.iterdir():
        _sync_path(path)
    _sync_path(folder)


def _sync_path(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

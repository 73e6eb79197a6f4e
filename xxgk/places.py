"""The dataset that a command reads, and the files that it writes: both are looked at before the work begins."""

from collections.abc import Callable, Iterable
from pathlib import Path

from xxgk.terminal import UsageError


def check_dataset(folder: Path, needed: Iterable[str], used: Iterable[str] = ()) -> None:
    """Whether a folder is a dataset with the tables ``needed``, and those ``used`` where it has them.

    Raises UsageError.
    """
    from output.opened import check_tables
    from output.replace import DatasetError
    from xxgk.api import load

    try:
        load(folder)
        check_tables(folder, needed, used)
    except (FileNotFoundError, ValueError, DatasetError) as error:
        raise UsageError(str(error)) from None


def check_target(path: Path, *datasets: Path) -> None:
    """Whether a file can be written at a path that is in none of these datasets. Raises UsageError."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}; make it, or name another file")
    check_outside(path, *datasets)


def check_outside(path: Path, *datasets: Path) -> None:
    """Whether a path lies in none of these datasets. Raises UsageError."""
    from output import opened
    from output.replace import DatasetError

    for folder in datasets:
        try:
            opened.check_outside(path, folder)
        except DatasetError as error:
            raise UsageError(str(error)) from None


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Have a file written, whole or not at all: ``write`` fills the one beside it that takes its place.

    Raises UsageError where the disk fails.
    """
    new = path.with_name(f".{path.stem}.new{path.suffix}")
    try:
        write(new)
        new.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: could not be written ({error.strerror}); name another place") from None
    finally:
        new.unlink(missing_ok=True)

"""The dataset that a command reads, what of it is chosen, the files that are written: looked at before the work."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from xxgk.terminal import UsageError

DivisionOption = Annotated[
    list[str] | None,
    typer.Option(
        "--division",
        metavar="CODE|NAME",
        help="Only this division and those below it: a code, or a name (吴兴区, 湖州市吴兴区). Repeatable.",
    ),
]
"""The option by which every command takes the divisions of a dataset; ``chosen_divisions`` finds them."""

YearOption = Annotated[
    list[str] | None, typer.Option("--year", metavar="Y", help="Only this year, or years: 2021-2023. Repeatable.")
]
"""The option by which every command takes the years of reports; ``chosen_years`` reads them."""

_YEARS = range(1949, 2200)


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


def chosen_divisions(dataset: Path, words: Iterable[str] | None) -> tuple[str, ...]:
    """The codes of the divisions that ``--division`` names. Raises UsageError."""
    from output.choice import ChoiceError, find_divisions

    try:
        return find_divisions(dataset, words or ())
    except ChoiceError as error:
        raise UsageError(str(error)) from None


def chosen_types(dataset: Path, words: Iterable[str] | None) -> tuple[str, ...]:
    """The types of agencies that ``--type`` names. Raises UsageError."""
    from output.choice import ChoiceError, find_types

    try:
        return find_types(dataset, words or (), type_labels())
    except ChoiceError as error:
        raise UsageError(str(error)) from None


def chosen_years(texts: Iterable[str] | None) -> tuple[int, ...]:
    """The years that ``--year`` names, one by one or from one to another (2021-2023). Raises UsageError."""
    years: dict[int, None] = {}
    for text in texts or ():
        first, dash, last = text.partition("-")
        if not (
            first.isdecimal() and int(first) in _YEARS and (not dash or (last.isdecimal() and int(last) in _YEARS))
        ):
            raise UsageError(f"--year {text}: is no year; name one (2023) or several (2021-2023)")
        if dash and int(last) < int(first):
            raise UsageError(f"--year {text}: ends before it begins; name the earlier year first: {last}-{first}")
        years |= dict.fromkeys(range(int(first), int(last or first) + 1))
    return tuple(sorted(years))


def type_labels() -> dict[str, tuple[str, str]]:
    """The Chinese and the English label of each type of agency."""
    from parsers.agencies import load_agency_types

    return {item.code: (item.label_zh, item.label_en) for item in load_agency_types()}


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

"""Whether the tables of a dataset folder can be read by this version, told before anything is read or written."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from output.replace import DatasetError
from output.schema import load_tables

# A dataset from before agencies had an id is read without it.
_NOT_NEEDED = frozenset(("agency_id",))
_CURE = "write the dataset anew with xxgk parse --out or xxgk run"


def check_tables(folder: Path, needed: Iterable[str], used: Iterable[str] = ()) -> None:
    """Whether tables of a dataset can be read and have their columns; those ``used`` may be missing as a whole.

    Raises DatasetError with one line for a person.
    """
    wanted = dict.fromkeys(needed)
    for name in dict.fromkeys((*wanted, *used)):
        path = folder / f"{name}.parquet"
        if name in wanted or path.exists():
            _check_table(path, name)


def check_outside(path: Path, folder: Path) -> None:
    """Raise DatasetError where a path lies in the folder of a dataset, which holds nothing but its own files."""
    if path.resolve().is_relative_to(folder.resolve()):
        raise DatasetError(f"{path}: is in the dataset itself; name another place")


def check_not_crawled(folder: Path) -> None:
    """Raise DatasetError where a folder holds the dataset of a crawl, which only the next night may replace.

    It is known by its addresses: a dataset of files has none. What changed from night to night stands nowhere else.
    """
    path = folder / "addresses.parquet"
    try:
        rows = pyarrow.parquet.read_metadata(path).num_rows
    except (pa.ArrowException, OSError):
        return
    if rows:
        raise DatasetError(f"{folder}: holds the dataset of a crawl, which only xxgk run replaces; name another folder")


def _check_table(path: Path, name: str) -> None:
    try:
        have = set(pyarrow.parquet.read_schema(path).names)
    except FileNotFoundError:
        raise DatasetError(f"{path}: is missing; {_CURE}") from None
    except (pa.ArrowException, OSError) as error:
        told = str(error).strip().partition("\n")[0]
        raise DatasetError(f"{path}: cannot be read ({told}); {_CURE}") from None
    lost = [column.name for column in load_tables()[name].columns if column.name not in have | _NOT_NEEDED]
    if lost:
        raise DatasetError(f"{path}: has no column {lost[0]}, so it is of another version; {_CURE}")

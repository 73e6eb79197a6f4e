"""What the command line and the Python interface read: files, the files of a folder, standard input."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from parsers.errors import NotAReport

STDIN = "-"
# The largest report seen has some hundred KiB; scanned ones a few MiB.
MAX_BYTES = 50 * 2**20
TOO_LARGE = f"holds more than {MAX_BYTES // 2**20} MiB, which no report does"
# What is read of a folder. A file named on the command line is read whatever its name.
SUFFIXES = frozenset(
    ".html .htm .shtml .txt .md .pdf .docx .docm .doc .wps .rtf .odt .xlsx .xlsm .xls .et .ods .zip .rar .7z .gz .mht "
    ".mhtml".split()
)


class Found(NamedTuple):
    """The inputs in the order in which they are read; what a person should know; folders with nothing to read.

    ``named`` are the paths that were given themselves, not found in a folder.
    """

    paths: list[str]
    notes: list[str]
    failures: list[str]
    named: set[str]


class OwnFileError(NotAReport):
    """The input was written by this program, and is no report though it holds the words of some."""


def find_inputs(given: Iterable[str]) -> Found:
    """The files that the given inputs stand for: a file or "-" for itself, a folder for the reports below it.

    A file of a folder is told as the folder joined with its relative path. Raises FileNotFoundError for an input
    that does not exist.
    """
    found = Found([], [], [], set())
    for name in given:
        if name != STDIN and not os.path.exists(name):
            raise FileNotFoundError(f"{name}: no such file or folder")
        if name == STDIN or not os.path.isdir(name):
            found.paths.append(name)
            found.named.add(name)
        else:
            _search_folder(name, found)
    return found


def _search_folder(name: str, found: Found) -> None:
    files = sorted(_files_below(Path(name), found))
    paths = [str(path) for path in files if path.suffix.lower() in SUFFIXES]
    wanted = ", ".join(sorted(SUFFIXES))
    if len(files) > len(paths):
        found.notes.append(f"{name}: {len(files) - len(paths)} file(s) skipped that end in none of {wanted}")
    if not paths:
        found.failures.append(f"{name}: holds no file that ends in one of {wanted}")
    found.paths.extend(paths)


def _files_below(folder: Path, found: Found) -> Iterator[Path]:
    """The regular files below a folder; hidden ones, ours, and links that lead out of the folder are left out."""
    root = folder.resolve()

    def fail(error: OSError) -> None:
        found.failures.append(f"{error.filename}: cannot be read: {error.strerror}")

    for parent, folders, names in os.walk(folder, onerror=fail):
        what, ours = _find_own(Path(parent), {*folders, *names})
        if what:
            found.notes.append(f"{parent}: is {what}; what belongs to it is skipped")
        folders[:] = [name for name in folders if not name.startswith(".") and name not in ours]
        for path in (Path(parent, name) for name in names if not name.startswith(".") and name not in ours):
            if path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(root)):
                yield path


def _find_own(folder: Path, names: set[str]) -> tuple[str, set[str]]:
    """What of ours a folder is, and which of the names in it belong to it; "" for one that is not ours."""
    from output.own import find_own

    if any(name.endswith(".sqlite") for name in names):
        from scraper.night import ARCHIVE
        from xxgk.nightly import DATASET, RUNS, STATE

        if STATE in names and ARCHIVE in names:
            return "the data folder of a crawl", {ARCHIVE, DATASET, RUNS}
    return find_own(folder, names)


def refuse_own(data: bytes) -> None:
    """Raise OwnFileError for a file that this program wrote."""
    from output.own import describe_own

    if what := describe_own(data):
        raise OwnFileError(f"is {what}, no report; name the files that it was made of")


def read_bytes(path: str) -> bytes:
    """The bytes of a file, or of standard input for "-".

    Raises NotAReport where there are more than ``MAX_BYTES``, before reading them where the file tells its size;
    OSError where the file cannot be read.
    """
    if path == STDIN:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        size = len(data)
    else:
        with open(path, "rb") as handle:
            status = os.fstat(handle.fileno())
            size = status.st_size if stat.S_ISREG(status.st_mode) else 0
            data = b"" if size > MAX_BYTES else handle.read(MAX_BYTES + 1)
            size = max(size, len(data))
    if size > MAX_BYTES:
        raise NotAReport(TOO_LARGE)
    return data

"""What each format is asked to write, and what it tells of it."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from output.exports.source import Source

Ours = dict[str, Callable[[Path], bool]]
"""The files that an export puts beside each other, each with the test that one there already is an older export."""


class Request(msgspec.Struct, frozen=True):
    """Write ``source`` into ``folder``: to the file ``name``, or, where there is none, to a file for each table.

    ``beside`` is the folder in which the file is going to stand; ``full_text`` asks for an index of the words.
    """

    source: Source
    folder: Path
    name: str = ""
    beside: Path | None = None
    full_text: bool = False

    @property
    def path(self) -> Path:
        """The file to write."""
        return self.folder / self.name


class Exported(msgspec.Struct):
    """What was written: rows and files of each table, and sentences on what could not be kept."""

    rows: dict[str, int] = {}
    files: dict[str, list[str]] = {}
    notes: list[str] = []

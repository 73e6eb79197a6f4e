"""The bytes that reports were read from: in the archive of a crawl, or in a folder of files."""

import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Protocol

from parsers.records import Report
from scraper.archive import ArchiveError, read_record
from scraper.rows import decode_parts

# Which readings a report of the dataset may come from: its own, and those that it stands for.
_PLACES = """
CREATE TEMP TABLE places AS
SELECT coalesce(led.report_id, own.report_id) AS report_id, own.file AS file, own."offset" AS "offset",
    own.parts AS parts, own.same_as != '' AS copy
FROM readings AS own LEFT JOIN readings AS led ON own.same_as != '' AND led.key = own.same_as"""
_FIND = 'SELECT file, "offset", parts FROM places WHERE report_id = ? ORDER BY copy, file, "offset"'
_EARLIER = """
CREATE TEMP TABLE earlier AS SELECT digest, file, "offset" FROM visits WHERE digest != ''"""
_FIND_EARLIER = 'SELECT file, "offset" FROM earlier WHERE digest = ? ORDER BY file, "offset"'


class Snapshots(Protocol):
    """Where bytes are found."""

    def find(self, report: Report, digest: str) -> bytes | None:
        """The bytes with this SHA-256 among the files of a report, or None where they are not there."""


class FolderSnapshots:
    """The files of a folder, by the paths that the reports tell; nothing outside of the folder is read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def find(self, report: Report, digest: str) -> bytes | None:
        """The bytes of the file; see ``Snapshots``."""
        names = [name for name in PurePath(report.source_path or "").parts if name not in ("/", "..", ".")]
        for first in range(len(names)):
            path = self._folder.joinpath(*names[first:]).resolve()
            if path.is_relative_to(self._folder) and path.is_file():
                data = path.read_bytes()
                if sha256(data).hexdigest() == digest:
                    return data
        return None


class CrawlSnapshots:
    """The archive of a crawl, through the state beside it, which is only read."""

    def __init__(self, data: Path, state: str, archive: str) -> None:
        self._archive = data / archive
        self._state = sqlite3.connect(f"{(data / state).resolve().as_uri()}?mode=ro", uri=True)
        for statement in (
            "PRAGMA temp_store = FILE",
            _PLACES,
            "CREATE INDEX places_of_report ON places (report_id)",
            _EARLIER,
            "CREATE INDEX earlier_of_digest ON earlier (digest)",
        ):
            self._state.execute(statement)

    def close(self) -> None:
        """End the connection to the state."""
        self._state.close()

    def find(self, report: Report, digest: str) -> bytes | None:
        """The bytes of the snapshot; see ``Snapshots``. Of an earlier snapshot, where the state still names it."""
        for file, offset in self._places(report.report_id, digest):
            try:
                body = read_record(self._archive, file, offset).body
            except ArchiveError:
                continue
            if sha256(body).hexdigest() == digest:
                return body
        return None

    def _places(self, report_id: str, digest: str) -> Iterator[tuple[str, int]]:
        for file, offset, parts in self._state.execute(_FIND, (report_id,)).fetchall():
            # An attachment names its own digest; the page does not.
            named = [part for part in decode_parts(parts) if part.digest == digest]
            yield from ((part.file, part.offset) for part in named)
            if not named:
                yield file, offset
        yield from self._state.execute(_FIND_EARLIER, (digest,)).fetchall()

"""What the tables over all reports are made from: a few columns of each report, on disk while a dataset is written."""

import sqlite3
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Self

import msgspec
import pyarrow as pa

from output.years import CELLS, Earlier, cells_of
from parsers.records import RecordSet, Report, Value

_FILE = ".index"
# Kilobytes of the file that are held in memory.
_CACHE = 8192
_SCHEMA = """
CREATE TABLE reports (
    report_id TEXT PRIMARY KEY, agency_id TEXT, division TEXT, year INTEGER, form TEXT, published TEXT, withdrawn TEXT,
    numbers INTEGER, agency TEXT, division_code TEXT, province TEXT, city TEXT, county TEXT, level TEXT,
    agency_type TEXT, cells BLOB, text BLOB, characters INTEGER
) WITHOUT ROWID;
CREATE INDEX by_agency ON reports (agency_id, year, report_id);
CREATE INDEX by_division ON reports (division, year, agency_id, report_id, published);
CREATE TABLE panel (
    no_division INTEGER, division_code TEXT, no_agency INTEGER, agency TEXT, no_year INTEGER, year INTEGER,
    report_id TEXT, row BLOB, PRIMARY KEY (no_division, division_code, no_agency, agency, no_year, year, report_id)
);
"""
_ADD = f"INSERT INTO reports VALUES ({', '.join('?' * 18)})"
_FIND = "SELECT report_id, form, withdrawn, cells FROM reports WHERE agency_id = ? AND year = ? ORDER BY report_id"
_ADD_TO_PANEL = "INSERT INTO panel VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
# What is not known comes last.
_PANEL = """
SELECT row FROM panel ORDER BY no_division, division_code, no_agency, agency, no_year, year, report_id"""
# Reports of one place stand together, and those of one agency side by side: who wants some of them reads little else.
_REPORT_IDS = "SELECT report_id FROM reports ORDER BY agency_id, year, report_id"
_TEXT = "SELECT text, characters FROM reports WHERE report_id = ?"


class ReportIndex:
    """The index, in a folder that is being filled; its file has no name there, so nothing of it is left.

    A block that uses it raises OSError where the disk fails.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / _FILE
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{_CACHE};")
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._db.close()
        if isinstance(error, sqlite3.Error):
            raise OSError(f"the index of the reports: {error}") from error

    def add(self, record: RecordSet, text: str) -> None:
        """Put a report in, with the text that is compared with others; each report_id once."""
        report = record.report
        cells = cells_of(record.values)
        data = text.encode("utf-32-le", errors="surrogatepass") if report.agency_id and report.year else b""
        self._db.execute(
            _ADD,
            (
                *(report.report_id, report.agency_id, division_of(report.agency_id), report.year, report.form),
                *(report.published, report.withdrawn, _count_numbers(record.values)),
                *(report.agency or report.publisher, report.division_code, report.province, report.city),
                *(report.county, report.level, report.agency_type, msgspec.msgpack.encode(cells) if cells else None),
                *(pa.compress(data, codec="zstd", asbytes=True) if data else None, len(data)),
            ),
        )

    def add_to_panel(self, report: Report, row: tuple[Any, ...]) -> None:
        """Keep the row of a report for the panel."""
        keys = (report.division_code, report.agency, report.year)
        sorting = chain.from_iterable((key is None, key) for key in keys)
        self._db.execute(_ADD_TO_PANEL, (*sorting, report.report_id, msgspec.msgpack.encode(row)))

    def panel(self) -> Iterator[tuple[Any, ...]]:
        """The rows kept for the panel, by division, agency, year and report_id."""
        decoder = msgspec.msgpack.Decoder(tuple[Any, ...])
        return (decoder.decode(row) for (row,) in self._db.execute(_PANEL))

    def report_ids(self) -> Iterator[str]:
        """The reports in the order of the dataset: by agency, year and report_id; those of unknown agencies first."""
        return (report_id for (report_id,) in self._db.execute(_REPORT_IDS))

    def find_year(self, agency_id: str, year: int) -> list[Earlier]:
        """The reports of an agency on a year."""
        return [
            Earlier(report_id, form, withdrawn, msgspec.msgpack.decode(cells) if cells else (None,) * len(CELLS))
            for report_id, form, withdrawn, cells in self._db.execute(_FIND, (agency_id, year))
        ]

    def text(self, report_id: str) -> bytes:
        """The text of a report as code points of four bytes each."""
        packed, size = self._db.execute(_TEXT, (report_id,)).fetchone()
        return pa.decompress(packed, size, codec="zstd", asbytes=True) if packed else b""

    def query(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement, read as they are asked for."""
        return self._db.execute(statement)


def division_of(agency_id: str | None) -> str | None:
    """What the agencies of one place have in common; an agency of an unknown division stands alone."""
    if agency_id is None:
        return None
    code = agency_id.partition(":")[0]
    return code if code.isdigit() else agency_id


def _count_numbers(values: list[Value]) -> int:
    return sum(value.value is not None for value in values)

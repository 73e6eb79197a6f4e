"""Record sets put aside on disk, so that memory does not grow with them, and read back in the order of their id."""

from collections.abc import Iterator
from typing import IO, NamedTuple

import msgspec
import pyarrow as pa

from parsers.records import RecordSet, Report


class _Place(NamedTuple):
    """Where a record set lies in the spool, and what decides between two of one report_id."""

    rank: tuple[bool, str, str, str]
    offset: int
    size: int
    full_size: int


class Spool:
    """Keeps one record set for each report_id, in a file opened for writing and reading bytes.

    Of several, the one with the first ``source_path`` is kept (one without a path comes last), whatever the order
    in which they come. ``duplicates`` lists the paths of those left out, each with the path of the one kept.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._places: dict[str, _Place] = {}
        self._left_out: list[tuple[str, str]] = []
        self._end = 0

    def add(self, record: RecordSet) -> None:
        """Put a record set aside; raises OSError where the disk is full."""
        report_id, rank = record.report.report_id, _rank(record.report)
        known = self._places.get(report_id)
        if known is not None:
            self._left_out.append((report_id, max(rank, known.rank)[1]))
        if known is None or rank < known.rank:
            self._places[report_id] = self._append(rank, msgspec.msgpack.encode(record))

    def read(self) -> Iterator[tuple[RecordSet, int]]:
        """The record sets kept and their sizes in bytes, in the order of their report_id."""
        decoder = msgspec.msgpack.Decoder(RecordSet)
        for _, place in sorted(self._places.items()):
            self._file.seek(place.offset)
            packed = self._file.read(place.size)
            yield decoder.decode(pa.decompress(packed, place.full_size, codec="zstd")), place.full_size

    @property
    def duplicates(self) -> tuple[tuple[str, str], ...]:
        """(path left out, path kept) of every record set that was left out, sorted."""
        return tuple(sorted((path, self._places[report_id].rank[1]) for report_id, path in self._left_out))

    def _append(self, rank: tuple[bool, str, str, str], data: bytes) -> _Place:
        packed = pa.compress(data, codec="zstd", asbytes=True)
        self._file.seek(self._end)
        self._file.write(packed)
        place = _Place(rank, self._end, len(packed), len(data))
        self._end += len(packed)
        return place


def _rank(report: Report) -> tuple[bool, str, str, str]:
    path = report.source_path
    return (path is None, path or "", report.source_sha256, report.fetched_at or "")

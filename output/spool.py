"""Record sets put aside on disk, so that memory hardly grows with them, and read back in any order."""

import struct
from collections.abc import Iterable, Iterator
from typing import IO

import msgspec
import pyarrow as pa

from parsers.records import RecordSet, Report

# What stands before each record set in the file: its size there, and its size without compression.
_HEAD = struct.Struct("<QQ")


class Spool:
    """Keeps one record set for each report_id, in a file opened for writing and reading bytes.

    Of several, the one with the first ``source_path`` is kept (one without a path comes last), whatever the order
    in which they come. ``duplicates`` lists the paths of those left out, each with the path of the one kept.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        # Where each record set lies; what else is to be known of one is read there.
        self._offsets: dict[str, int] = {}
        self._left_out: list[tuple[str, str]] = []
        self._end = 0
        self._decoder = msgspec.msgpack.Decoder(RecordSet)

    def add(self, record: RecordSet) -> None:
        """Put a record set aside; raises OSError where the disk is full."""
        report_id, rank = record.report.report_id, _rank(record.report)
        known = _rank(self._load(report_id)[0].report) if report_id in self._offsets else None
        if known is not None:
            self._left_out.append((report_id, max(rank, known)[1]))
        if known is None or rank < known:
            self._append(report_id, msgspec.msgpack.encode(record))

    def report_ids(self) -> list[str]:
        """The ids of the record sets kept, sorted."""
        return sorted(self._offsets)

    def read(self, report_ids: Iterable[str]) -> Iterator[tuple[RecordSet, int]]:
        """The record sets of these reports and their sizes in bytes, in the order of the ids."""
        return map(self._load, report_ids)

    @property
    def duplicates(self) -> tuple[tuple[str, str], ...]:
        """(path left out, path kept) of every record set that was left out, sorted."""
        return tuple(sorted((path, _rank(self._load(report_id)[0].report)[1]) for report_id, path in self._left_out))

    def _load(self, report_id: str) -> tuple[RecordSet, int]:
        self._file.seek(self._offsets[report_id])
        size, full_size = _HEAD.unpack(self._file.read(_HEAD.size))
        return self._decoder.decode(pa.decompress(self._file.read(size), full_size, codec="zstd")), full_size

    def _append(self, report_id: str, data: bytes) -> None:
        packed = pa.compress(data, codec="zstd", asbytes=True)
        self._file.seek(self._end)
        self._file.write(_HEAD.pack(len(packed), len(data)))
        self._file.write(packed)
        self._offsets[report_id] = self._end
        self._end += _HEAD.size + len(packed)


def _rank(report: Report) -> tuple[bool, str, str, str]:
    """What decides between two of one report_id: the least is kept."""
    path = report.source_path
    return (path is None, path or "", report.source_sha256, report.fetched_at or "")

"""Two tables read side by side, report by report: what is compared never has to be in memory whole.

The rows of a table stand in the order of the table of reports, whatever that is. Reports that come in the same order on
both sides are walked; the rows of all others that are to be compared (their place, or their id, is another one now, or
the order of a whole dataset is that of another version) are put aside on disk, so that those of a pair come together.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet

from output.batches import ID, read_batches
from output.replace import DatasetError

WINDOW_ROWS = 100_000
# Pairs of reports that are put aside whose rows are compared at a time.
BUCKET_PAIRS = 5_000

_ASIDE = -1
_PLACE = "place"


class Walk(NamedTuple):
    """The reports of either side and the place of each in the walk (-1: it is not walked).

    ``pairs`` are the old and the new ids of those that are compared all the same.
    """

    ids: tuple[pa.Array, pa.Array]
    places: tuple[pa.Array, pa.Array]
    pairs: tuple[pa.Array, pa.Array]


def plan_walk(old: Sequence[str], new: Sequence[str], moved: Mapping[str, str]) -> Walk:
    """The walk through the reports of two datasets, each in its order; ``moved`` has the old id by the new one."""
    at = {report_id: place for place, report_id in enumerate(old)}
    both = [report_id for report_id in new if report_id in at]
    walked = [both[place] for place in _find_rising([at[report_id] for report_id in both])]
    places = {report_id: place for place, report_id in enumerate(walked)}
    pairs = {report_id: report_id for report_id in both if report_id not in places} | dict(moved)
    return Walk(
        (pa.array(old, pa.string()), pa.array(new, pa.string())),
        (_places_of(old, places), _places_of(new, places)),
        (pa.array(pairs.values(), pa.string()), pa.array(pairs.keys(), pa.string())),
    )


def read_windows(old: Path, new: Path, columns: list[str], walk: Walk) -> Iterator[tuple[pa.Table, pa.Table]]:
    """The rows of two Parquet files, so cut that all rows of a report, of both files, are in the same window.

    Rows of a report that is on one side only are left out; those of a pair of ids have the new one. Raises DatasetError
    where a file is not in the order of the reports, or tells of one that is not among them.
    """
    buckets = _Buckets(walk.pairs)
    sides = (_Side(old, columns, walk, 0, buckets), _Side(new, columns, walk, 1, buckets))
    try:
        while True:
            for side in sides:
                while not side.rows.num_rows and not side.ended:
                    side.read_more()
            if not any(side.rows.num_rows for side in sides):
                break
            bound = min((side.last for side in sides if not side.ended), default=None)
            taken = tuple(side.take(bound) for side in sides)
            if taken[0].num_rows or taken[1].num_rows:
                yield taken
            else:
                # One report fills the buffer: more of it is needed before its end is seen.
                for side in sides:
                    if side.last == bound:
                        side.read_more()
        yield from buckets.read(sides[0].rows, sides[1].rows)
    finally:
        for side in sides:
            side.close()
        buckets.close()


class _Side:
    """One of the two files: the rows that are read and not yet taken."""

    def __init__(self, path: Path, columns: list[str], walk: Walk, number: int, buckets: "_Buckets") -> None:
        self._path, self._number, self._buckets = path, number, buckets
        self._ids, self._places = walk.ids[number], walk.places[number]
        self._file = pyarrow.parquet.ParquetFile(path, read_dictionary=[ID])
        self._batches = read_batches(self._file, WINDOW_ROWS, columns)
        there = pyarrow.parquet.read_schema(path)
        self._schema = pa.schema([there.field(name) for name in columns])
        self._walked = self._schema.append(pa.field(_PLACE, pa.int64())).empty_table()
        self.last = _ASIDE
        self.ended = False

    @property
    def rows(self) -> pa.Table:
        """The rows that are not yet taken."""
        return self._walked.select(self._schema.names)

    def read_more(self) -> None:
        """Read the next batch, if there is one; rows that are not walked are put aside."""
        batch = next(self._batches, None)
        if batch is None:
            self.ended = True
            return
        places = self._find_places(batch[ID])
        rows = pa.Table.from_batches([batch]).select(self._schema.names).cast(self._schema)
        walked = pc.not_equal(places, _ASIDE)
        if not pc.all(walked).as_py():
            self._buckets.add(self._number, rows.filter(pc.invert(walked)))
            rows, places = rows.filter(walked), places.filter(walked)
        if not len(places):
            return
        if self.last > places[0].as_py() or not _in_order(places):
            raise DatasetError(f"{self._path}: its rows are not in the order of the reports; write the dataset anew")
        self.last = places[-1].as_py()
        self._walked = pa.concat_tables([self._walked, rows.append_column(self._walked.field(_PLACE), [places])])

    def take(self, bound: int | None) -> pa.Table:
        """Take the rows before a place; all of them where none is told."""
        rows = self._walked.num_rows
        count = rows if bound is None else (pc.sum(pc.less(self._walked[_PLACE], bound)).as_py() or 0)
        taken, self._walked = self.rows.slice(0, count), self._walked.slice(count)
        return taken

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _find_places(self, ids: pa.DictionaryArray) -> pa.Array:
        # The few ids of the batch are looked up, not those of every row.
        known = pc.index_in(ids.dictionary, self._ids).take(ids.indices)
        if known.null_count:
            lost = ids.filter(pc.is_null(known))[0].as_py()
            raise DatasetError(f"{self._path}: tells of report {lost}, which is not in reports; write the dataset anew")
        return self._places.take(known)


class _Buckets:
    """Rows of pairs of reports, put aside on disk so that those of a pair come together."""

    def __init__(self, pairs: tuple[pa.Array, pa.Array]) -> None:
        self._pairs = pairs
        self._folder = TemporaryDirectory(prefix="xxgk-diff-")
        self._writers: dict[tuple[int, int], pyarrow.ipc.RecordBatchStreamWriter] = {}

    def add(self, side: int, rows: pa.Table) -> None:
        """Put aside the rows of reports that are in a pair, under the new id."""
        at = pc.index_in(rows[ID], self._pairs[side])
        inside = pc.is_valid(at)
        rows, at = rows.filter(inside), at.filter(inside)
        rows = rows.set_column(rows.schema.get_field_index(ID), rows.schema.field(ID), pc.take(self._pairs[1], at))
        numbers = pc.divide(at, BUCKET_PAIRS)
        for number in pc.unique(numbers).to_pylist():
            self._writer(side, number, rows.schema).write_table(rows.filter(pc.equal(numbers, number)))

    def read(self, *empty: pa.Table) -> Iterator[tuple[pa.Table, pa.Table]]:
        """The rows that were put aside, some thousand pairs at a time, in one order on both sides."""
        for writer in self._writers.values():
            writer.close()
        for number in sorted({number for _, number in self._writers}):
            yield self._load(0, number, empty[0]), self._load(1, number, empty[1])

    def close(self) -> None:
        """Remove what was put aside."""
        self._folder.cleanup()

    def _path(self, side: int, number: int) -> Path:
        return Path(self._folder.name) / f"{side}-{number}.arrow"

    def _writer(self, side: int, number: int, schema: pa.Schema) -> pyarrow.ipc.RecordBatchStreamWriter:
        if (side, number) not in self._writers:
            options = pyarrow.ipc.IpcWriteOptions(compression="zstd")
            self._writers[side, number] = pyarrow.ipc.new_stream(str(self._path(side, number)), schema, options=options)
        return self._writers[side, number]

    def _load(self, side: int, number: int, empty: pa.Table) -> pa.Table:
        path = self._path(side, number)
        if not path.exists():
            return empty
        with pyarrow.ipc.open_stream(str(path)) as reader:
            rows = reader.read_all()
        # A stable sort: the rows of a report keep their order.
        return rows.take(pc.sort_indices(rows[ID]))


def _places_of(report_ids: Sequence[str], places: Mapping[str, int]) -> pa.Array:
    return pa.array([places.get(report_id, _ASIDE) for report_id in report_ids], pa.int64())


def _find_rising(numbers: Sequence[int]) -> list[int]:
    """The places of a longest rising sequence in different numbers, which need not stand side by side.

    >>> _find_rising([3, 0, 1, 4, 2])
    [1, 2, 4]
    """
    # The least number that ends a sequence of each length, its place, and for each place the one before it.
    ends: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(places[length - 1] if length else -1)
        ends[length : length + 1], places[length : length + 1] = [number], [place]
    found: list[int] = []
    place = places[-1] if places else -1
    while place >= 0:
        found.append(place)
        place = before[place]
    return found[::-1]


def _in_order(places: pa.Array) -> bool:
    return bool(pc.all(pc.less_equal(places[:-1], places[1:])).as_py()) if len(places) > 1 else True

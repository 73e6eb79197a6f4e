"""Two tables in the order of their report_id, read side by side: what is compared never has to be in memory whole."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet

from output.batches import read_batches
from output.replace import DatasetError

ID = "report_id"
WINDOW_ROWS = 100_000
# Pairs of reports whose rows are compared at a time where the two ids are not the same.
BUCKET_PAIRS = 5_000


def read_windows(old: Path, new: Path, columns: list[str]) -> Iterator[tuple[pa.Table, pa.Table]]:
    """The rows of two Parquet files, so cut that all rows of a report, of both files, are in the same window.

    Raises DatasetError where a file is not in the order of report_id.
    """
    sides = (_Side(old, columns), _Side(new, columns))
    try:
        while any(side.rows.num_rows or not side.ended for side in sides):
            for side in sides:
                if not side.rows.num_rows:
                    side.read_more()
            bounds = [side.last for side in sides if not side.ended and side.last is not None]
            bound = min(bounds, default=None)
            taken = tuple(side.take(bound) for side in sides)
            if taken[0].num_rows or taken[1].num_rows:
                yield taken
            else:
                # One report fills the buffer: more of it is needed before its end is seen.
                for side in sides:
                    if side.last == bound:
                        side.read_more()
    finally:
        for side in sides:
            side.close()


class _Side:
    """One of the two files: the rows that are read and not yet taken."""

    def __init__(self, path: Path, columns: list[str]) -> None:
        self._path = path
        self._file = pyarrow.parquet.ParquetFile(path)
        self._batches = read_batches(self._file, WINDOW_ROWS, columns)
        there = self._file.schema_arrow
        self.rows = pa.schema([there.field(name) for name in columns]).empty_table()
        self.last: str | None = None
        self.ended = False

    def read_more(self) -> None:
        """Read the next batch, if there is one."""
        batch = next(self._batches, None)
        if batch is None:
            self.ended = True
            return
        ids = batch[ID]
        if ids.null_count or (self.last or "") > ids[0].as_py() or not _in_order(ids):
            raise DatasetError(f"{self._path}: its rows are not in the order of {ID}; write the dataset anew")
        self.last = ids[-1].as_py()
        self.rows = pa.concat_tables([self.rows, pa.Table.from_batches([batch]).select(self.rows.schema.names)])

    def take(self, bound: str | None) -> pa.Table:
        """Take the rows before a report; all of them where none is named."""
        rows = self.rows.num_rows
        count = rows if bound is None else (pc.sum(pc.less(self.rows[ID], bound)).as_py() or 0)
        taken, self.rows = self.rows.slice(0, count), self.rows.slice(count)
        return taken

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _in_order(ids: pa.Array) -> bool:
    return bool(pc.all(pc.less_equal(ids[:-1], ids[1:])).as_py()) if len(ids) > 1 else True


class Buckets:
    """Rows of reports whose ids differ on the two sides, put aside on disk so that those of a pair come together.

    ``pairs`` has the old and the new id of each; old rows are given the new id.
    """

    def __init__(self, old_ids: list[str], new_ids: list[str]) -> None:
        self._ids = (pa.array(old_ids, pa.string()), pa.array(new_ids, pa.string()))
        self._folder = TemporaryDirectory(prefix="xxgk-diff-")
        self._writers: dict[tuple[int, int], pyarrow.ipc.RecordBatchStreamWriter] = {}
        self._schemas: dict[int, pa.Schema] = {}

    def take_out(self, side: int, rows: pa.Table) -> pa.Table:
        """Put aside the rows of reports that are in a pair; those that are left."""
        self._schemas[side] = rows.schema
        if not len(self._ids[side]) or not rows.num_rows:
            return rows
        at = pc.index_in(rows[ID], self._ids[side])
        inside = pc.is_valid(at)
        mine, at = rows.filter(inside), at.filter(inside)
        if not mine.num_rows:
            return rows
        mine = mine.set_column(mine.schema.get_field_index(ID), ID, pc.take(self._ids[1], at))
        numbers = pc.divide(at, BUCKET_PAIRS)
        for number in pc.unique(numbers).to_pylist():
            self._writer(side, number, mine.schema).write_table(mine.filter(pc.equal(numbers, number)))
        return rows.filter(pc.invert(inside))

    def read(self) -> Iterator[tuple[pa.Table, pa.Table]]:
        """The rows that were put aside, some thousand pairs at a time; the buckets are empty then."""
        for writer in self._writers.values():
            writer.close()
        numbers = sorted({number for _, number in self._writers})
        self._writers = {}
        for number in numbers:
            yield self._load(0, number), self._load(1, number)
        self._folder.cleanup()

    def _path(self, side: int, number: int) -> Path:
        return Path(self._folder.name) / f"{side}-{number}.arrow"

    def _writer(self, side: int, number: int, schema: pa.Schema) -> pyarrow.ipc.RecordBatchStreamWriter:
        if (side, number) not in self._writers:
            self._writers[side, number] = pyarrow.ipc.new_stream(str(self._path(side, number)), schema)
        return self._writers[side, number]

    def _load(self, side: int, number: int) -> pa.Table:
        path = self._path(side, number)
        if not path.exists():
            return self._schemas[side].empty_table()
        with pyarrow.ipc.open_stream(str(path)) as reader:
            return reader.read_all()

"""The rows of a Parquet file in batches, with no more than a row group of them in memory."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet


def read_batches(
    file: pyarrow.parquet.ParquetFile, rows: int, columns: list[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Batches of at most so many rows. ``iter_batches`` of a whole file holds on to what it has read of it."""
    for group in range(file.num_row_groups):
        yield from file.iter_batches(rows, row_groups=[group], columns=columns)

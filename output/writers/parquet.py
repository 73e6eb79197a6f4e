"""Parquet files: zstd, dictionary encoding, row groups of about a quarter of a million rows."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

# Large row groups share one dictionary, small ones keep memory flat: a quarter of a million rows is reached after a
# thousand reports, so a run over twenty thousand needs no more than one over two thousand. The second limit is for
# rows that hold long texts.
ROW_GROUP_ROWS = 250_000
ROW_GROUP_BYTES = 32 * 2**20


class ParquetWriter:
    """Gathers batches to row groups; see ``output.writers.TableWriter``."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pyarrow.parquet.ParquetWriter(str(path), schema, compression="zstd", use_dictionary=True)
        self._schema = schema
        self._batches: list[pa.RecordBatch] = []
        self._rows = 0
        self._bytes = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Add the rows of the batch; they reach the file when a row group is full."""
        self._batches.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= ROW_GROUP_ROWS or self._bytes >= ROW_GROUP_BYTES:
            self._write_group()

    def close(self) -> None:
        """Write the last row group and the footer."""
        if self._rows:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        table = pa.Table.from_batches(self._batches, self._schema)
        self._writer.write_table(table, row_group_size=self._rows)
        self._batches, self._rows, self._bytes = [], 0, 0

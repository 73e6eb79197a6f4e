"""The file formats of a dataset, one module each; a new one is a module and a line in ``WRITERS``."""

from pathlib import Path
from typing import Protocol

import pyarrow as pa

from output.writers.csv import CsvWriter
from output.writers.parquet import ParquetWriter


class TableWriter(Protocol):
    """Writes one table to one new file, batch by batch; the same rows in other batches give the same bytes."""

    def __init__(self, path: Path, schema: pa.Schema) -> None: ...

    def write(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch in the writer's schema."""

    def close(self) -> None:
        """Write what is left and close the file."""


WRITERS: dict[str, type[TableWriter]] = {"parquet": ParquetWriter, "csv": CsvWriter}
"""File suffix to writer, in the order in which a dataset lists its files."""

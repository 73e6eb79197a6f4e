"""CSV files: UTF-8, a header row, line feeds, text always in quotes, so that "" is a text and nothing is null."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv


class CsvWriter:
    """Writes each batch as it comes; see ``output.writers.TableWriter``."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pyarrow.csv.CSVWriter(str(path), schema)

    def write(self, batch: pa.RecordBatch) -> None:
        """Append the rows of the batch."""
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Close the file."""
        self._writer.close()

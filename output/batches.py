"""The rows of a Parquet file in batches, with no more than a row group of them in memory."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

ID = "report_id"


def read_batches(
    file: pyarrow.parquet.ParquetFile,
    rows: int,
    columns: list[str] | None = None,
    report_ids: pa.Array | None = None,
) -> Iterator[pa.RecordBatch]:
    """Batches of at most so many rows; where ``report_ids`` are told, only the rows on these reports."""
    for group in range(file.num_row_groups):
        if report_ids is None:
            # ``iter_batches`` of a whole file holds on to what it has read of it.
            yield from file.iter_batches(rows, row_groups=[group], columns=columns)
        elif len(places := find_rows(file, group, report_ids)):
            yield from file.read_row_group(group, columns, use_threads=False).take(places).to_batches(rows)


def find_rows(file: pyarrow.parquet.ParquetFile, group: int, report_ids: pa.Array) -> pa.Array:
    """The places of the rows on some reports in a row group; of its columns only the ids are read.

    Quickest where the file was opened with ``read_dictionary=[ID]``: few ids are looked up then, not that of every row.
    """
    found = [_is_in(part, report_ids) for part in file.read_row_group(group, [ID], use_threads=False)[0].chunks]
    return pc.indices_nonzero(pa.chunked_array(found, pa.bool_()))


def _is_in(ids: pa.Array, report_ids: pa.Array) -> pa.Array:
    if not pa.types.is_dictionary(ids.type):
        return pc.is_in(ids, value_set=report_ids)
    found = pc.is_in(ids.dictionary, value_set=report_ids)
    return found.take(ids.indices) if found.true_count else pa.repeat(pa.scalar(False), len(ids))

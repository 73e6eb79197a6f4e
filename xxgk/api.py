"""The Python interface: read one report, open a dataset. Heavy packages are imported when they are needed."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parsers.errors import NotAReport
from xxgk.inputs import MAX_BYTES, TOO_LARGE, read_bytes, refuse_own

if TYPE_CHECKING:
    import pandas as pd

    from output.schema import Table
    from parsers.records import RecordSet


def parse(source: str | os.PathLike[str] | bytes, url: str | None = None) -> RecordSet:
    """The record set of one report: ``.report``, ``.values``, ``.counts``, ``.sections``, ``.checks``, ``.to_dict()``.

    ``source`` is a path, bytes, or text: a ``str`` that is the path of a file is read as that file, every other one
    is text. ``url`` is the address that the report came from, where it is known. Raises ``xxgk.NotAReport`` with the
    reason where the input is no report, and OSError where a path cannot be read.
    """
    from parsers.reader import parse_report

    if isinstance(source, bytes):
        data, path = source, None
    elif isinstance(source, str) and not os.path.isfile(source):
        data, path = source.encode("utf-8", errors="replace"), None
    else:
        path = os.fspath(source)
        data = read_bytes(path)
    if len(data) > MAX_BYTES:
        raise NotAReport(TOO_LARGE)
    refuse_own(data)
    return parse_report(data, source_path=path, source_url=url)


def counts(text: str) -> list[dict[str, Any]]:
    """The counts of a piece of text, in reading order: what the sentences count, with unit, parts and place.

    Each is a dict of ``label``, ``value``, ``unit``, ``approximate``, ``stated_none``, ``parent`` (index in the list
    of the total that it is a part of, or None), ``start`` and ``end``: ``text[start:end]`` are the words read.
    """
    from parsers.narrative import read_counts

    names = ("label", "value", "unit", "approximate", "stated_none", "parent", "start", "end")
    return [{name: getattr(count, name) for name in names} for count in read_counts(text)]


def load(folder: str | os.PathLike[str]) -> Dataset:
    """The dataset in a folder that ``xxgk parse --out`` or ``xxgk run`` wrote.

    Raises FileNotFoundError where there is no such folder, ValueError where it holds no dataset of this program.
    """
    return Dataset(Path(folder))


class Dataset:
    """A dataset folder as pandas DataFrames, each read when it is first asked for.

    Text is ``str``, codes with few values are ``category``, whole numbers ``Int64`` (``<NA>`` where unknown), numbers
    ``float64`` (``NaN`` where none was read), dates ``datetime64`` (``NaT`` also for a text that is no calendar date).
    """

    def __init__(self, folder: Path) -> None:
        from output.datapackage import read_package_files
        from output.replace import missing_dataset

        if not folder.is_dir():
            raise FileNotFoundError(missing_dataset(folder))
        if read_package_files(folder) is None:
            raise ValueError(missing_dataset(folder))
        self.folder = folder

    def __repr__(self) -> str:
        return f"Dataset({str(self.folder)!r})"

    @cached_property
    def reports(self) -> pd.DataFrame:
        """One row per report."""
        return self._read("reports")

    @cached_property
    def values(self) -> pd.DataFrame:
        """One row per cell of an official table."""
        return self._read("values")

    @cached_property
    def counts(self) -> pd.DataFrame:
        """One row per number counted in the running text."""
        return self._read("counts")

    @cached_property
    def sections(self) -> pd.DataFrame:
        """One row per section, with its text."""
        return self._read("sections")

    @cached_property
    def checks(self) -> pd.DataFrame:
        """One row per consistency rule and subject."""
        return self._read("checks")

    @cached_property
    def panel(self) -> pd.DataFrame:
        """One row per agency and year (one per report), one column per indicator's total."""
        return self._read("panel")

    @cached_property
    def revisions(self) -> pd.DataFrame:
        """One row per thing that a publisher changed in a report; empty where there was no crawl."""
        return self._read("revisions")

    @cached_property
    def addresses(self) -> pd.DataFrame:
        """One row per address of a report; empty where there was no crawl."""
        return self._read("addresses")

    @cached_property
    def agencies(self) -> pd.DataFrame:
        """One row per agency over all its years, and one for each name of reports whose agency is not known."""
        return self._read("agencies")

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """One row per agency and year in which it is expected to report: found, late, without tables, missing."""
        return self._read("coverage")

    @cached_property
    def reuse(self) -> pd.DataFrame:
        """One row per report and other report: the share of its text that stands in the other."""
        return self._read("reuse")

    def _read(self, name: str) -> pd.DataFrame:
        import pandas as pd
        import pyarrow.parquet

        from output.schema import load_tables

        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise FileNotFoundError(f"{path}: is missing; write the dataset anew")
        table = load_tables()[name]
        codes = [column.name for column in table.columns if column.category]
        # Column by column: the rows of a large table in Arrow and in pandas at once would be twice the memory.
        with pyarrow.parquet.ParquetFile(path, read_dictionary=codes) as file:
            parts = [
                file.read(columns=[column]).to_pandas(types_mapper=_pandas_types().get, self_destruct=True)
                for column in file.schema_arrow.names
            ]
        return _with_dates(pd.concat(parts, axis=1), table)


def _pandas_types() -> dict[object, object]:
    """The pandas types of columns that Arrow would otherwise turn to float where a number is missing."""
    import pandas as pd
    import pyarrow as pa

    return {pa.int64(): pd.Int64Dtype()}


def _with_dates(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    import pandas as pd

    for column in table.columns:
        if column.date:
            frame[column.name] = pd.to_datetime(frame[column.name], errors="coerce", format="ISO8601")
    return frame

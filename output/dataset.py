"""The dataset folder: every table as Parquet and CSV, the codebook and their description.

Memory hardly grows with the number of reports: record sets are put aside on disk as they come and written out by
agency, year and report_id, so that the files do not depend on the order of the input, and that what is read of them
for one place or agency stands together. This order, what compares reports with one another (years, coverage, reuse),
and the rows of the panel, which has an order of its own, are from an index on disk that is made first.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from importlib.resources import files
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Protocol

import msgspec

from output.agencies import find_agencies
from output.coverage import find_coverage
from output.crawled import Address, Revision
from output.datapackage import write_datapackage
from output.index import ReportIndex
from output.opened import check_not_crawled
from output.panel import panel_row
from output.replace import DatasetError, replaced_folder
from output.reuse import comparable_text, find_reuse
from output.schema import RECORDS, Table, load_tables, record_batch, row_maker
from output.spool import Spool
from output.writers import WRITERS, TableWriter
from output.years import with_year_checks
from parsers.records import RecordSet

# A batch goes to the writers when it holds so many reports or so many bytes: enough to make the work per batch
# small, little enough to keep in memory.
BATCH_REPORTS = 256
BATCH_BYTES = 32 * 2**20
# Rows of the other tables that go to the writers at a time; those of the panel are the longest.
BATCH_ROWS = 2_000


class Summary(msgspec.Struct, frozen=True):
    """What was written: rows per table, checks that failed, and (path left out, path kept) of duplicates."""

    reports: int
    values: int
    counts: int
    sections: int
    checks: int
    failed_checks: int
    revisions: int
    addresses: int
    agencies: int
    coverage: int
    reuse: int
    duplicates: tuple[tuple[str, str], ...]


class Source(Protocol):
    """Record sets that can be read more than once."""

    def report_ids(self) -> Iterable[str]:
        """All report_ids, each once."""

    def read(self, report_ids: Iterable[str]) -> Iterator[tuple[RecordSet, int]]:
        """The record sets of these reports and their sizes in bytes, in the order of the ids."""


def write_dataset(records: Iterable[RecordSet], folder: Path) -> Summary:
    """Write the record sets to the dataset ``folder``, in place of the dataset that it may hold.

    The folder is replaced as a whole when all is written, or not at all. The same record sets give the same bytes
    in whatever order they come; a report_id that comes twice is kept once, the one with the first source_path.
    Raises DatasetError where the folder holds something else or the dataset of a crawl, where another run is writing
    it, or where there is no record set; OSError where the disk fails.
    """
    check_not_crawled(folder)
    # The spool's file has no name: a run that is killed leaves nothing of it.
    with replaced_folder(folder) as new, TemporaryFile(dir=new) as file:
        spool = Spool(file)
        for record in records:
            spool.add(record)
        counted = _write_tables_of(spool, (), (), new, folder)
        return Summary(**counted, duplicates=spool.duplicates)


def write_crawled(source: Source, revisions: Iterable[Revision], addresses: Iterable[Address], folder: Path) -> Summary:
    """As ``write_dataset`` for record sets that are stored already, with what else a crawl tells of them.

    ``revisions`` and ``addresses`` are written in the order in which they come.
    """
    with replaced_folder(folder) as new:
        counted = _write_tables_of(source, revisions, addresses, new, folder)
        return Summary(**counted, duplicates=())


def _write_tables_of(
    source: Source, revisions: Iterable[Revision], addresses: Iterable[Address], new: Path, folder: Path
) -> dict[str, int]:
    """Fill the new folder; rows of each table and the failed checks."""
    tables = load_tables()
    with ReportIndex(new) as index:
        for record, _ in source.read(source.report_ids()):
            index.add(record, comparable_text(record.sections))
        counted = _write_records(_read_checked(source, index), index, new)
        if not counted["reports"]:
            raise DatasetError(f"{folder}: no report was read, so no dataset is written")
        _write_panel(index, new)
        made: dict[str, Iterable[msgspec.Struct]] = {
            "revisions": revisions,
            "addresses": addresses,
            "agencies": find_agencies(index),
            "coverage": find_coverage(index),
            "reuse": find_reuse(index),
        }
        for name, rows in made.items():
            counted[name] = _write_rows(tables[name], map(msgspec.structs.astuple, rows), new)
    _write_codebook(new)
    paired = [(table, suffix) for table in tables.values() for suffix in WRITERS if table.name != "codebook"]
    write_datapackage(new, [*paired, (tables["codebook"], "csv")])
    return counted


def _read_checked(source: Source, index: ReportIndex) -> Iterator[tuple[RecordSet, int]]:
    """The record sets and their sizes in the order of the dataset, checked against the year before."""
    for record, size in source.read(index.report_ids()):
        report = record.report
        if report.agency_id is not None and report.year is not None:
            record = with_year_checks(record, index.find_year(report.agency_id, report.year - 1))
        yield record, size


class _TableFiles:
    """One table being written to one file per format, in batches."""

    def __init__(self, table: Table, folder: Path) -> None:
        self._table = table
        self._rows: list[tuple[Any, ...]] = []
        schema = table.arrow()
        paths = {folder / f"{table.name}.{suffix}": make for suffix, make in WRITERS.items()}
        self._writers: list[TableWriter] = [make(path, schema) for path, make in paths.items()]

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._rows.extend(rows)

    def flush(self) -> None:
        if self._rows:
            batch = record_batch(self._table, self._rows)
            for writer in self._writers:
                writer.write(batch)
            self._rows = []

    def close(self) -> None:
        for writer in self._writers:
            writer.close()


def _write_records(records: Iterable[tuple[RecordSet, int]], index: ReportIndex, folder: Path) -> dict[str, int]:
    """Write the five record tables and keep the rows of the panel; rows of each table and the failed checks."""
    counted = dict.fromkeys((*RECORDS, "failed_checks"), 0)
    makers = {name: row_maker(name) for name in RECORDS}

    def add(record: RecordSet, tables: dict[str, _TableFiles]) -> None:
        for name, make in makers.items():
            items = [record.report] if name == "reports" else getattr(record, name)
            tables[name].add(map(make, items))
            counted[name] += len(items)
        counted["failed_checks"] += sum(check.outcome == "fail" for check in record.checks)
        index.add_to_panel(record.report, panel_row(record))

    with ExitStack() as stack:
        opened = {name: stack.enter_context(closing(_TableFiles(load_tables()[name], folder))) for name in RECORDS}
        waiting = size = 0
        for record, record_size in records:
            add(record, opened)
            waiting, size = waiting + 1, size + record_size
            if waiting >= BATCH_REPORTS or size >= BATCH_BYTES:
                waiting = size = 0
                for files_of_table in opened.values():
                    files_of_table.flush()
        for files_of_table in opened.values():
            files_of_table.flush()
    return counted


def _write_panel(index: ReportIndex, folder: Path) -> None:
    """Write the panel, sorted by division, agency and year."""
    _write_rows(load_tables()["panel"], index.panel(), folder)


def _write_rows(table: Table, rows: Iterator[tuple[Any, ...]], folder: Path) -> int:
    """Write the rows of one table as they come; how many there were."""
    written = 0
    with closing(_TableFiles(table, folder)) as opened:
        while batch := list(islice(rows, BATCH_ROWS)):
            opened.add(batch)
            opened.flush()
            written += len(batch)
    return written


def _write_codebook(folder: Path) -> None:
    (folder / "codebook.csv").write_bytes(files("parsers").joinpath("codebook.csv").read_bytes())

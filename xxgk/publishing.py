"""From the readings to the dataset folder, without holding them in memory; left alone where nothing has changed."""

import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path

import msgspec

from output.crawled import Address, Revision
from output.datapackage import FILE_NAME
from output.dataset import write_crawled
from parsers.records import PARSER_VERSION, RecordSet
from scraper.state import State
from xxgk.addresses import stamped
from xxgk.folding import fold_readings

# Every address that was taken for a report, with the reading that names it.
_MEMBERS = """
CREATE TEMP TABLE members AS
SELECT reports.key AS key, reports.gone AS gone,
    coalesce(nullif(led.same_as, ''), led.key, nullif(own.same_as, ''), own.key) AS report
FROM reports LEFT JOIN kept_readings AS own ON own.key = reports.key
    LEFT JOIN kept_readings AS led ON led.key = reports.same_as
WHERE own.key IS NOT NULL OR led.key IS NOT NULL"""
# The reports of the dataset: named by one reading, and shown by it or, where it is gone, by a copy that is not.
_SHOWN = """
CREATE TEMP TABLE shown AS
SELECT named.key AS key, named.report_id AS report_id, named.url AS url,
    coalesce((SELECT members.key FROM members JOIN readings USING (key)
        WHERE members.report = named.key AND members.gone = ''
        ORDER BY members.key != members.report, readings.fetched DESC, readings.url LIMIT 1), named.key) AS reading,
    (SELECT CASE min(gone) WHEN '' THEN '' ELSE max(gone) END FROM members
        WHERE members.report = named.key) AS withdrawn
FROM kept_readings AS named WHERE named.same_as = ''"""
_TEMPORARY = (
    "DROP TABLE IF EXISTS members",
    "DROP TABLE IF EXISTS shown",
    _MEMBERS,
    "CREATE INDEX members_of_report ON members (report)",
    _SHOWN,
    "CREATE INDEX shown_by_id ON shown (report_id)",
)
_RECORDS = """
SELECT shown.report_id, shown.url, shown.withdrawn, readings.record
FROM json_each(?) AS wanted JOIN shown ON shown.report_id = wanted.value JOIN readings ON shown.reading = readings.key
ORDER BY wanted.key"""
_AT_ONCE = 100
_ADDRESSES = """
SELECT DISTINCT shown.report_id, addresses.url, addresses.site_id
FROM shown JOIN members ON members.report = shown.key JOIN addresses ON addresses.key = members.key
ORDER BY 1, 2, 3"""
_REVISIONS = """
SELECT shown.report_id, revisions.revision FROM shown JOIN revisions ON revisions.key = shown.reading
ORDER BY shown.report_id, revisions.number"""
_STATE = """
SELECT shown.report_id, shown.url, shown.withdrawn, readings.digest, readings.parser_version
FROM shown JOIN readings ON shown.reading = readings.key ORDER BY shown.report_id"""

TABLES = ("reports", "values", "counts", "sections", "checks", "revisions", "addresses")


class Published(msgspec.Struct, frozen=True):
    """The dataset of a run: rows of each table, and whether it was written anew."""

    counts: dict[str, int]
    is_new: bool


def publish(state: State, folder: Path) -> Published:
    """Write the dataset of all readings to a folder, or leave the one there where it would be the same.

    Without a single report nothing is written. Raises DatasetError, StateError, OSError.
    """
    fold_readings(state)
    with state.transaction():
        for statement in _TEMPORARY:
            state.execute(statement)
    marker = _marker(state)
    before = state.execute("SELECT marker, package FROM publication").fetchone()
    if before is not None and tuple(before) == (marker, _package(folder)):
        return Published(last_counts(state), is_new=False)
    if not state.execute("SELECT count(*) FROM shown").fetchone()[0]:
        return Published(dict.fromkeys(TABLES, 0), is_new=False)
    summary = write_crawled(_Source(state), _revisions(state), _addresses(state), folder)
    counts = {name: getattr(summary, name) for name in TABLES}
    with state.transaction():
        state.execute("DELETE FROM publication")
        values = (marker, _package(folder), msgspec.json.encode(counts).decode())
        state.execute("INSERT INTO publication VALUES (?, ?, ?)", values)
    return Published(counts, is_new=True)


def last_counts(state: State) -> dict[str, int]:
    """The rows of each table of the dataset that was written last; 0 where none was."""
    found = state.execute("SELECT counts FROM publication").fetchone()
    return msgspec.json.decode(found[0], type=dict[str, int]) if found else dict.fromkeys(TABLES, 0)


class _Source:
    """The record sets of the dataset, for ``output.dataset.Source``."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._decoder = msgspec.json.Decoder(RecordSet)

    def report_ids(self) -> Iterator[str]:
        """The ids of all reports, sorted."""
        return (report_id for (report_id,) in self._state.execute("SELECT report_id FROM shown ORDER BY report_id"))

    def read(self, report_ids: Iterable[str]) -> Iterator[tuple[RecordSet, int]]:
        """The record sets of these reports and their sizes, in the order of the ids."""
        rest = iter(report_ids)
        while wanted := list(islice(rest, _AT_ONCE)):
            yield from self._state.all(_RECORDS, (msgspec.json.encode(wanted).decode(),), self._made)

    def _made(self, report_id: str, url: str, withdrawn: str, packed: bytes) -> tuple[RecordSet, int]:
        data = zlib.decompress(packed)
        record = self._decoder.decode(data)
        if record.report.report_id != report_id:
            record = stamped(record, url)
        if withdrawn:
            record = msgspec.structs.replace(record, report=msgspec.structs.replace(record.report, withdrawn=withdrawn))
        return record, len(data)


def _revisions(state: State) -> Iterator[Revision]:
    decoder = msgspec.json.Decoder(Revision)
    for report_id, text in state.execute(_REVISIONS):
        yield msgspec.structs.replace(decoder.decode(text), report_id=report_id)


def _addresses(state: State) -> Iterator[Address]:
    return (Address(*row) for row in state.execute(_ADDRESSES))


def _marker(state: State) -> str:
    """A digest of everything that the dataset is made of."""
    digest = sha256(PARSER_VERSION.encode())
    for row in chain(*(state.execute(query) for query in (_STATE, _ADDRESSES, "SELECT max(number) FROM revisions"))):
        digest.update(msgspec.json.encode(row))
    return digest.hexdigest()


def _package(folder: Path) -> str:
    """The digest of the description of the dataset in a folder, which tells the digests of all its files."""
    path = folder / FILE_NAME
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""

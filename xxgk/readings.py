"""What was read of the snapshots of a crawl, kept beside its state: only what is new or changed is read.

Each batch of readings is committed with the revisions that it brings, so a run that is killed loses at most a batch,
and the next one reads no more than that.
"""

import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from parsers.records import PARSER_VERSION, RecordSet
from scraper.rows import decode_parts
from scraper.state import State
from xxgk.addresses import choose_address, stamped
from xxgk.reading import Outcome, Snapshot, read_snapshots
from xxgk.revisions import diff_records, squeezed

# Snapshots handed to the pool of processes at a time, and readings in one commit.
BATCH = 2048
COMMIT = 64

_STALE = """
SELECT readings.key, reports.site_id, reports.url, readings.digest, readings.file, readings."offset", readings.fetched,
    readings.parts
FROM readings JOIN reports USING (key) LEFT JOIN refusals USING (key)
WHERE readings.key > ? AND readings.parser_version != ?
  AND NOT (refusals.digest IS readings.digest AND refusals.parser_version IS ? AND refusals.kind != 'disturbed')
ORDER BY readings.key LIMIT ?"""
_UNREAD = """
SELECT reports.key, reports.site_id, reports.url, reports.digest, reports.file, reports."offset", reports.fetched,
    reports.parts
FROM reports LEFT JOIN readings USING (key) LEFT JOIN refusals USING (key)
WHERE reports.key > ? AND reports.same_as = '' AND readings.digest IS NOT reports.digest
  AND NOT (refusals.digest IS reports.digest AND refusals.parser_version IS ? AND refusals.kind != 'disturbed')
ORDER BY reports.key LIMIT ?"""
_COUNT = "SELECT count(*) FROM ({})"
_FIND = "SELECT url, since, same_as, digest, parser_version, record, parts FROM readings WHERE key = ?"
_ADDRESSES = """
SELECT url, site_id FROM addresses
WHERE key = ? OR key IN (SELECT key FROM reports WHERE same_as = ? AND same_as != '')"""
_SAVE = f"INSERT OR REPLACE INTO readings VALUES ({', '.join('?' * 15)})"
_REFUSE = "INSERT OR REPLACE INTO refusals VALUES (?, ?, ?, ?, ?)"
_ADD_REVISION = "INSERT INTO revisions (key, revision) VALUES (?, ?)"
# A snapshot that came back as it had been read before: what was refused in between is over.
_FORGET = """
DELETE FROM refusals WHERE EXISTS (
    SELECT 1 FROM readings JOIN reports USING (key)
    WHERE key = refusals.key AND readings.digest = reports.digest AND refusals.digest != reports.digest)"""
_REFUSED = """
SELECT reports.site_id, reports.url, refusals.kind, refusals.reason, readings.key IS NOT NULL,
    CASE reports.last_seen WHEN reports.first_seen THEN 'new' WHEN reports.changed THEN 'changed' ELSE 'unchanged' END,
    reports.content_type
FROM refusals JOIN reports USING (key) LEFT JOIN readings USING (key)
WHERE reports.last_seen = ? AND reports.gone = '' AND reports.same_as = '' ORDER BY reports.site_id, reports.url"""
_LEFT_OUT = """
SELECT reports.site_id, count(*) FROM readings JOIN reports USING (key)
WHERE reports.gone = '' AND key NOT IN (SELECT key FROM kept_readings) GROUP BY reports.site_id"""

_Item = TypeVar("_Item")


class Todo(NamedTuple):
    """A snapshot to be read."""

    key: str
    site_id: str
    digest: str
    snapshot: Snapshot


class Refused(NamedTuple):
    """A page that the crawl took for a report and that could not be read. ``is_kept``: an earlier reading stays.

    ``seen`` says how the crawl counts it: ``new``, ``changed`` or ``unchanged``; ``content_type`` is ``html`` or the
    kind of file that it is.
    """

    site_id: str
    url: str
    kind: str
    reason: str
    is_kept: int
    seen: str
    content_type: str


class ReadTally(msgspec.Struct):
    """How many snapshots were read in this run, and how many of them were no report."""

    read: int = 0
    refused: int = 0
    revisions: int = 0


class Readings:
    """The readings in the file of a crawl's state. Every method may raise StateError."""

    def __init__(self, state: State, archive: Path) -> None:
        self._state = state
        self._archive = str(archive)
        self._decoder = msgspec.json.Decoder(RecordSet)
        with state.transaction():
            for statement in files(__package__).joinpath("readings.sql").read_text(encoding="utf-8").split(";\n"):
                state.execute(statement)

    def read_new(self, run_id: str, jobs: int, advance: Callable[[int, int], None]) -> ReadTally:
        """Read what is new or changed, and what another version of the program read.

        ``advance`` is called with the number read and the number in all. Where the program changed, a snapshot that
        was read before is read anew first, so that a difference between two versions is never told as a revision.
        """
        tally = ReadTally()
        total = self._count(_STALE) + self._count(_UNREAD)
        for query in (_STALE, _UNREAD):
            for batch in _in_batches(self._todos(query), BATCH):
                outcomes = read_snapshots([todo.snapshot for todo in batch], jobs)
                for part in _in_batches(zip(batch, outcomes, strict=True), COMMIT):
                    with self._state.transaction():
                        for todo, outcome in part:
                            self._keep(todo, outcome, run_id, tally)
                    advance(tally.read + tally.refused, total)
        self._state.execute(_FORGET)
        return tally

    def limit_years(self, sites: Mapping[str, Collection[int]]) -> None:
        """Keep the years that sites are limited to; those of sites that are not told stay as they are."""
        with self._state.transaction():
            for site_id, years in sites.items():
                self._state.execute("DELETE FROM site_years WHERE site_id = ?", (site_id,))
                for year in years:
                    self._state.execute("INSERT OR IGNORE INTO site_years VALUES (?, ?)", (site_id, year))

    def left_out(self) -> dict[str, int]:
        """How many reports of each site are on a year that it is not to bring."""
        return dict(self._state.execute(_LEFT_OUT).fetchall())

    def refused(self, run_id: str) -> list[Refused]:
        """The pages that the run found and that could not be read, by site and address."""
        return self._state.all(_REFUSED, (run_id,), Refused)

    def _count(self, query: str) -> int:
        found: int = self._state.execute(_COUNT.format(query), _arguments(query, "", -1)).fetchone()[0]
        return found

    def _todos(self, query: str) -> Iterator[Todo]:
        """What a query finds, few in memory at a time; the tables may be written meanwhile."""
        after = ""
        while found := self._state.all(query, _arguments(query, after, BATCH), self._as_todo):
            yield from found
            after = found[-1].key

    def _as_todo(
        self, key: str, site_id: str, url: str, digest: str, file: str, offset: int, fetched: str, parts: bytes
    ) -> Todo:
        return Todo(key, site_id, digest, Snapshot(self._archive, file, offset, url, fetched, parts))

    def _keep(self, todo: Todo, outcome: Outcome, run_id: str, tally: ReadTally) -> None:
        """Keep what became of a snapshot; inside a transaction."""
        if outcome.data is None:
            tally.refused += 1
            self._refuse(todo, outcome)
        else:
            tally.read += 1
            tally.revisions += self._save(todo, self._decoder.decode(outcome.data), run_id)

    def _refuse(self, todo: Todo, outcome: Outcome) -> None:
        self._state.execute(_REFUSE, (todo.key, todo.digest, PARSER_VERSION, outcome.kind, outcome.reason))
        if outcome.kind == "no report":
            # The same bytes were a report for another version of the program, wrongly.
            self._state.execute("DELETE FROM readings WHERE key = ? AND digest = ?", (todo.key, todo.digest))

    def _save(self, todo: Todo, record: RecordSet, run_id: str) -> int:
        """Put a reading in the place of the one before; the number of revisions."""
        before = self._state.execute(_FIND, (todo.key,)).fetchone()
        if before is None:
            url, since, same_as = choose_address(self._addresses(todo), record.report.division_code), run_id, ""
        else:
            url, since, same_as = before[:3]
        record = stamped(record, url)
        count = 0
        if before is not None and before[3] != todo.digest:
            # The copy of a report may now be one of its own.
            same_as = ""
            if not _came_late(before[6], todo.snapshot.parts):
                count = self._add_revisions(todo.key, before[4], before[5], record)
        report = record.report
        self._state.execute(
            _SAVE,
            (
                *(todo.key, report.report_id, url, since, report.division_code or "", report.year or 0),
                *(todo.digest, todo.snapshot.file, todo.snapshot.offset, todo.snapshot.fetched, report.parser_version),
                *(content_key(record), same_as, todo.snapshot.parts, pack(record)),
            ),
        )
        self._state.execute("DELETE FROM refusals WHERE key = ?", (todo.key,))
        return count

    def _add_revisions(self, key: str, version: str, packed: bytes, record: RecordSet) -> int:
        """What changed since the reading before, where this version of the program read it as well."""
        found = diff_records(unpack(packed), record) if version == record.report.parser_version else []
        for revision in found:
            self._state.execute(_ADD_REVISION, (key, msgspec.json.encode(revision).decode()))
        return len(found)

    def _addresses(self, todo: Todo) -> list[tuple[str, str]]:
        """Every address of a report and of its copies, each with its site."""
        found = self._state.execute(_ADDRESSES, (todo.key, todo.key)).fetchall()
        return [(todo.snapshot.url, todo.site_id), *found]


def _came_late(before: bytes, now: bytes) -> bool:
    """Whether an attachment that could not be had at the reading before is there now: what it brings is nothing that
    the publisher changed."""
    missing = {part.url for part in decode_parts(before) if not part.file}
    return any(part.file and part.url in missing for part in decode_parts(now))


def pack(record: RecordSet) -> bytes:
    """A record set as it is stored."""
    return zlib.compress(record.to_json())


def unpack(packed: bytes) -> RecordSet:
    """The record set that ``pack`` stored."""
    return msgspec.json.decode(zlib.decompress(packed), type=RecordSet)


def content_key(record: RecordSet) -> str:
    """A digest that is equal for two readings of one report at two addresses; "" where agency or year is not known."""
    report = record.report
    if not report.agency or report.year is None:
        return ""
    values = sorted((v.indicator, v.applicant or "", repr(v.value), squeezed(v.raw)) for v in record.values)
    texts = [(section.section, squeezed(section.text)) for section in record.sections]
    return sha256(msgspec.json.encode((report.agency, report.year, values, texts))).hexdigest()


def _arguments(query: str, after: str, limit: int) -> tuple[str | int, ...]:
    return (after, *[PARSER_VERSION] * (query.count("?") - 2), limit)


def _in_batches(items: Iterable[_Item], size: int) -> Iterator[Sequence[_Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch

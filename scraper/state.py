"""What the crawl remembers from night to night, in one SQLite file. Rows are in ``scraper.rows``, tables in state.sql.

Everything is synchronous and for one thread. A write outside of ``transaction`` is committed by itself.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from scraper.database import Database, StateError, columns_of, replace_in, select_from
from scraper.rows import AddressRow, FailureRow, PageRow, ReportRow, RunRow, SiteRow, Traffic, VisitRow

__all__ = [
    "AddressRow",
    "FailureRow",
    "PageRow",
    "ReportRow",
    "RunRow",
    "SiteRow",
    "State",
    "StateError",
    "Traffic",
    "VisitRow",
]

RESUME_WITHIN = timedelta(hours=20)
_BATCH = 500
_GUESSED = ReportRow.__struct_fields__.index("guessed")

_SELECT_RUN = select_from("runs", RunRow)
_SAVE_RUN = replace_in("runs", RunRow)
_FIND_VISIT = select_from("visits", VisitRow) + "WHERE run_id = ? AND key = ?"
_ADD_VISIT = replace_in("visits", VisitRow)
_KNOW_END = (
    'INSERT INTO archive_ends (file, "end") VALUES (?, ?) '
    'ON CONFLICT (file) DO UPDATE SET "end" = max("end", excluded."end")'
)
_TRAFFIC = (
    "SELECT count(*), coalesce(sum(status = 304), 0), coalesce(sum(size), 0) FROM visits "
    "WHERE run_id = ? AND site_id = ?"
)
_FIND_PAGE = select_from("pages", PageRow) + "WHERE key = ?"
_SAVE_PAGE = replace_in("pages", PageRow)
_FIND_REPORT = select_from("reports", ReportRow) + "WHERE key = ?"
_SAVE_REPORT = replace_in("reports", ReportRow)
_ALL_REPORTS = select_from("reports", ReportRow) + f"WHERE key > ? ORDER BY key LIMIT {_BATCH}"
_SITE_REPORTS = select_from("reports", ReportRow) + f"WHERE site_id = ? AND key > ? ORDER BY key LIMIT {_BATCH}"
_COPIES = select_from("reports", ReportRow) + (
    "WHERE (text_digest, key) > (?, ?) AND (same_as <> '' OR EXISTS (SELECT 1 FROM reports AS other "
    "WHERE other.text_digest = reports.text_digest AND other.key <> reports.key)) "
    f"ORDER BY text_digest, key LIMIT {_BATCH}"
)
_ADD_ADDRESS = replace_in("addresses", AddressRow)
_ADDRESSES = select_from("addresses", AddressRow) + "WHERE key = ? ORDER BY url"
_ALL_ADDRESSES = select_from("addresses", AddressRow) + f"WHERE (key, url) > (?, ?) ORDER BY key, url LIMIT {_BATCH}"
# Not replaced: the failures of a run are told in the order in which they came first.
_ADD_FAILURE = (
    f"INSERT INTO failures ({columns_of(FailureRow)}) VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET reason = excluded.reason"
)
_FAILURES = select_from("failures", FailureRow) + "WHERE run_id = ? AND site_id = ? ORDER BY rowid"
_SAVE_SITE = replace_in("sites", SiteRow)
_FIND_SITE = select_from("sites", SiteRow) + "WHERE site_id = ? AND run_id = ?"
_SITE_BEFORE = select_from("sites", SiteRow) + "WHERE site_id = ? AND run_id < ? ORDER BY run_id DESC LIMIT 1"
_PRUNE = (
    "DELETE FROM visits WHERE run_id < ?",
    "DELETE FROM failures WHERE run_id < ?",
    "DELETE FROM sites WHERE run_id < ? AND EXISTS "
    "(SELECT 1 FROM sites AS later WHERE later.site_id = sites.site_id AND later.run_id > sites.run_id)",
)


class State(Database):
    """The state in the file ``path``, which is made where it does not exist. Every method may raise StateError.

    ``connection`` is for those who keep tables of their own in the same file; they write within ``transaction``.
    """

    def __enter__(self) -> "State":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def begin_run(self, now: datetime) -> tuple[RunRow, bool]:
        """The run to work on, and whether it is one that was broken off less than 20 hours ago and goes on.

        Other runs that were never finished are closed as abandoned. ``now`` knows its time zone.
        """
        resumed: RunRow | None = None
        with self.transaction():
            for run in self.all(_SELECT_RUN + "WHERE outcome = '' ORDER BY run_id DESC", (), RunRow):
                if resumed is None and now - datetime.fromisoformat(run.started) < RESUME_WITHIN:
                    resumed = run
                else:
                    self._close_run(run, now, "abandoned")
            begun = resumed or RunRow(self._free_run_id(now), _text(now))
            self.save(_SAVE_RUN, begun)
        return begun, resumed is not None

    def finish_run(self, run_id: str, now: datetime) -> RunRow:
        """Closes a run as finished; its row."""
        run = self.find_run(run_id)
        if run is None:
            raise StateError(f"{self.path}: holds no run {run_id}; begin it first")
        return self._close_run(run, now, "finished")

    def find_run(self, run_id: str) -> RunRow | None:
        """The run of this id."""
        return self.one(_SELECT_RUN + "WHERE run_id = ?", (run_id,), RunRow)

    def find_visit(self, run_id: str, key: str) -> VisitRow | None:
        """What was answered in this run to the request of this key."""
        return self.one(_FIND_VISIT, (run_id, key), VisitRow)

    def add_visit(self, visit: VisitRow) -> None:
        """Keeps what was answered, and how far the archive file is known by it."""
        with self.transaction():
            self.save(_ADD_VISIT, visit)
            self.execute(_KNOW_END, (visit.file, visit.end))

    def traffic(self, run_id: str, site_id: str) -> Traffic:
        """What the visits of a site in a run add up to."""
        return Traffic(*self.execute(_TRAFFIC, (run_id, site_id)).fetchone())

    def known_ends(self) -> dict[str, int]:
        """For each archive file the end of the last record that a visit ever named: where ``recover`` goes on."""
        return dict(self.execute('SELECT file, "end" FROM archive_ends').fetchall())

    def prune(self, keep: int = 2) -> None:
        """Drops visits, failures and site results of all but the last ``keep`` runs.

        The last result of each site stays, however old; so does what is known of archive files.
        """
        kept = self.execute("SELECT run_id FROM runs ORDER BY run_id DESC LIMIT ?", (keep,)).fetchall()
        with self.transaction():
            for statement in _PRUNE if kept else ():
                self.execute(statement, kept[-1])

    def find_page(self, key: str) -> PageRow | None:
        """What is known of a page."""
        return self.one(_FIND_PAGE, (key,), PageRow)

    def save_page(self, page: PageRow) -> None:
        """Keeps a page, in place of what was known of it."""
        self.save(_SAVE_PAGE, page)

    def find_report(self, key: str) -> ReportRow | None:
        """What is known of a report."""
        return self.one(_FIND_REPORT, (key,), _report)

    def save_report(self, report: ReportRow) -> None:
        """Keeps a report, in place of what was known of it."""
        self.save(_SAVE_REPORT, report)

    def reports_of(self, site_id: str) -> Iterator[ReportRow]:
        """The reports of a site in the order of their keys, few in memory at a time; writing meanwhile is safe."""
        return self.walk(_SITE_REPORTS, (site_id, ""), _report, lambda row: (row.key,))

    def all_reports(self) -> Iterator[ReportRow]:
        """All reports, in the same way."""
        return self.walk(_ALL_REPORTS, ("",), _report, lambda row: (row.key,))

    def count_reports(self, site_id: str) -> int:
        """How many reports of a site are there, those that are gone not counted."""
        count: int = self.execute(
            "SELECT count(*) FROM reports WHERE site_id = ? AND gone = ''", (site_id,)
        ).fetchone()[0]
        return count

    def reports_with_copies(self) -> Iterator[ReportRow]:
        """The reports whose text another one has too, or had, in the order of their texts."""
        return self.walk(_COPIES, ("", ""), _report, lambda row: (row.text_digest, row.key))

    def add_address(self, address: AddressRow) -> None:
        """Keeps an address of a report; once, however often it is added."""
        self.save(_ADD_ADDRESS, address)

    def addresses(self, key: str) -> list[AddressRow]:
        """The addresses of a report, sorted."""
        return self.all(_ADDRESSES, (key,), AddressRow)

    def all_addresses(self) -> Iterator[AddressRow]:
        """The addresses of all reports by key and address, few in memory at a time; writing meanwhile is safe."""
        return self.walk(_ALL_ADDRESSES, ("", ""), AddressRow, lambda row: (row.key, row.url))

    def add_failure(self, failure: FailureRow) -> None:
        """Keeps what could not be had: one reason, the last, for each address of a site in a run."""
        self.save(_ADD_FAILURE, failure)

    def failures(self, run_id: str, site_id: str) -> list[FailureRow]:
        """The failures of a site in a run, in the order in which they came."""
        return self.all(_FAILURES, (run_id, site_id), FailureRow)

    def save_site(self, site: SiteRow) -> None:
        """Keeps how a site fared in a run."""
        self.save(_SAVE_SITE, site)

    def find_site(self, site_id: str, run_id: str) -> SiteRow | None:
        """How a site fared in a run."""
        return self.one(_FIND_SITE, (site_id, run_id), SiteRow)

    def site_before(self, site_id: str, run_id: str) -> SiteRow | None:
        """How a site fared in the last run before this one in which it was crawled."""
        return self.one(_SITE_BEFORE, (site_id, run_id), SiteRow)

    def _close_run(self, run: RunRow, now: datetime, outcome: str) -> RunRow:
        closed = replace(run, finished=_text(now), outcome=outcome)
        self.save(_SAVE_RUN, closed)
        return closed

    def _free_run_id(self, now: datetime) -> str:
        """The time as an id, with a number where another run has it."""
        first = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        run_id, number = first, 1
        while self.find_run(run_id):
            number += 1
            run_id = f"{first}-{number}"
        return run_id


def _report(*columns: Any) -> ReportRow:
    """A report of its columns; SQLite has no truth values."""
    values = list(columns)
    values[_GUESSED] = bool(values[_GUESSED])
    return ReportRow(*values)


def _text(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

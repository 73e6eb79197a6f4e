"""The reports of a site in the state: found, changed, gone, and when each is to be looked at again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from scraper.attachments import without_extension
from scraper.rows import PartRow, decode_parts, encode_parts
from scraper.state import AddressRow, ReportRow
from scraper.words import squeezed

if TYPE_CHECKING:
    from scraper.analyse import Analysis
    from scraper.frontier import Item
    from scraper.state import PageRow
    from scraper.visit import Night, Outcome

# A report that was the same so many nights in a row is looked at more rarely, at twice the interval each time.
_SURE_AFTER = 3
# A night that begins some hours earlier than the one before it is the next night all the same.
_EARLY = timedelta(hours=6)


class ReportKeeper:
    """Keeps the reports that one site leads to; ``keys`` are those that it led to in this run."""

    def __init__(self, site_id: str, night: Night) -> None:
        self._site_id, self._night = site_id, night
        self.keys: set[str] = set()

    def keep(
        self,
        key: str,
        item: Item,
        outcome: Outcome,
        analysis: Analysis,
        parts: list[PartRow],
        aliases: Iterable[str],
    ) -> None:
        """Keep a report as it is now, with all of its addresses.

        Where its text is that of last time, the snapshot of then stays: a counter on the page is no change.
        """
        row, old = outcome.row, self._night.state.find_report(key)
        assert row is not None
        text = _joined(analysis.text_digest or row.digest, parts)
        if old is not None and old.text_digest == text:
            report = msgspec.structs.replace(old, last_seen=self._night.run_id, gone="", site_id=self._owner(old))
        else:
            report = self._made(key, item, outcome.url, row, analysis, parts, text, old)
        self.keys.add(key)
        with self._night.state.transaction():
            self._night.state.save_report(report)
            for url in {outcome.url, item.request.url, *aliases}:
                self.add_address(key, url)

    def add_address(self, key: str, url: str) -> None:
        """Keep one more address of a report."""
        self._night.state.add_address(AddressRow(key, url, self._site_id))

    def absorb(self, key: str, into: str, label: str) -> None:
        """Make a file that counts as a report part of the page ``into``, whose files it is one of, where a link called
        both by the same name. A page may also link the reports of others."""
        report = self._night.state.find_report(key)
        if report is not None and file_label(report.label) == file_label(label):
            self.keys.discard(key)
            self._night.state.save_report(msgspec.structs.replace(report, same_as=into, changed=""))

    def lose(self, key: str) -> bool:
        """Mark a report that was there before as gone; whether it is one."""
        report = self._night.state.find_report(key)
        if report is None:
            return False
        if not report.gone:
            self._night.state.save_report(msgspec.structs.replace(report, gone=self._night.started))
        return True

    def rests(self, key: str, row: PageRow | None, longest: int) -> bool:
        """Whether a report did not change for several nights and was looked at lately, so that it is left for tonight.

        ``longest`` is the longest time in days between two looks; 0 looks every night. One that rests counts as seen.
        """
        report = self._night.state.find_report(key)
        if not longest or report is None or report.gone or row is None or row.unchanged < _SURE_AFTER:
            return False
        if not all(part.file for part in decode_parts(report.parts)):
            # One of its files could not be had yet.
            return False
        days = min(2 ** (row.unchanged - _SURE_AFTER), longest)
        due = datetime.fromisoformat(row.checked) + timedelta(days=days) - _EARLY
        if datetime.fromisoformat(self._night.started) >= due:
            return False
        self.keys.add(key)
        self._night.state.save_report(msgspec.structs.replace(report, last_seen=self._night.run_id))
        return True

    def _owner(self, old: ReportRow) -> str:
        """The site that a report counts for. Two may lead to it; which of them is quicker must not matter."""
        return min(self._site_id, old.site_id) if old.first_seen == self._night.run_id else old.site_id

    def _made(
        self,
        key: str,
        item: Item,
        url: str,
        row: PageRow,
        analysis: Analysis,
        parts: list[PartRow],
        text: str,
        old: ReportRow | None,
    ) -> ReportRow:
        run_id = self._night.run_id
        return ReportRow(
            key=key,
            url=old.url if old else url,
            site_id=self._owner(old) if old else self._site_id,
            label=analysis.title or item.label,
            found_by=" > ".join(item.trail),
            digest=_joined(row.digest, parts),
            text_digest=text,
            file=row.file,
            offset=row.offset,
            fetched=row.fetched,
            first_seen=old.first_seen if old else run_id,
            last_seen=run_id,
            content_type=analysis.file or "html",
            guessed=item.guessed,
            changed=run_id if old else "",
            same_as=old.same_as if old else "",
            parts=encode_parts(parts),
        )


def file_label(label: str) -> str:
    """What a link calls a report, without white space and the ending of a file."""
    return without_extension(squeezed(label))


def _joined(digest: str, parts: list[PartRow]) -> str:
    """One digest for a page and its attachments; that of the page where it has none."""
    if not parts:
        return digest
    return hashlib.sha256("\n".join([digest, *(part.digest for part in parts)]).encode()).hexdigest()

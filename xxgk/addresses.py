"""Which of several addresses names a report."""

from collections.abc import Iterable

import msgspec

from parsers.reader import make_report_id
from parsers.records import RecordSet
from scraper.copies import is_twin

Rank = tuple[bool, bool, int, str]


def rank_address(url: str, site_id: str, division_code: str | None) -> Rank:
    """The smaller the better: no twin for other devices; on the site of the agency's own division, where sites are
    named by division; short; then by the alphabet."""
    return (is_twin(url), site_id != division_code, len(url), url)


def choose_address(addresses: Iterable[tuple[str, str]], division_code: str | None) -> str:
    """The address that names a report, of all its addresses and their sites; the same whatever their order."""
    return min(addresses, key=lambda item: rank_address(item[0], item[1], division_code))[0]


def stamped(record: RecordSet, url: str) -> RecordSet:
    """The record set as that of the report at this address: its id in every record is the one of the address."""
    report = record.report
    report_id = make_report_id(url, report.source_sha256)
    if report_id != report.report_id:
        # In JSON the quotes of a text are escaped, so this is found nowhere else.
        old, new = (f'"report_id":"{name}"'.encode() for name in (report.report_id, report_id))
        record = msgspec.json.decode(record.to_json().replace(old, new), type=RecordSet)
    if report.source_url != url:
        record = msgspec.structs.replace(record, report=msgspec.structs.replace(record.report, source_url=url))
    return record

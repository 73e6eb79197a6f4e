"""The rows of the crawl's state. Fields stand in the order of the columns in state.sql; times are ISO 8601 in UTC."""

from typing import NamedTuple

import msgspec


class RunRow(msgspec.Struct, frozen=True):
    """One night. ``outcome`` is "" while it is under way, then ``finished`` or ``abandoned``."""

    run_id: str
    started: str
    finished: str = ""
    outcome: str = ""


class VisitRow(msgspec.Struct, frozen=True):
    """One request that was answered in a run, and where the archive holds the answer.

    ``kind``, ``reason`` and ``location`` are what was judged of it, ``size`` is how long the entity was as received.
    """

    run_id: str
    key: str
    url: str
    method: str
    body: str
    status: int
    kind: str
    reason: str
    location: str
    file: str
    offset: int
    end: int
    fetched: str
    size: int
    site_id: str
    digest: str = ""
    etag: str = ""
    last_modified: str = ""


class PageRow(msgspec.Struct, frozen=True):
    """What is known of a page over the nights, by ``request_key``.

    ``file`` and ``offset`` name the record that holds the bytes, ``fetched`` is its date and ``payload`` its payload
    digest. ``checked`` is when the server was last asked, ``unchanged`` how often in a row it was the same then.
    ``analysis`` is what was read of the bytes.
    """

    key: str
    url: str
    etag: str
    last_modified: str
    digest: str
    text_digest: str
    file: str
    offset: int
    fetched: str
    checked: str
    unchanged: int
    analysis: bytes
    payload: str = ""


class ReportRow(msgspec.Struct, frozen=True):
    """One report.

    ``first_seen``, ``last_seen`` and ``changed`` are ids of runs (``changed``: the last one that brought another text,
    "" where none did), ``gone`` is "" or since when it is not there. ``same_as`` is the key of the report that this one
    is a copy of, under another address; "" for one that stands for itself. ``digest`` is that of the bytes of the page
    and of its attachments, which ``parts`` names (``encode_parts``).
    """

    key: str
    url: str
    site_id: str
    label: str
    found_by: str
    digest: str
    text_digest: str
    file: str
    offset: int
    fetched: str
    first_seen: str
    last_seen: str
    gone: str = ""
    content_type: str = ""
    guessed: bool = False
    changed: str = ""
    same_as: str = ""
    parts: bytes = b""


class PartRow(msgspec.Struct, frozen=True):
    """A file that belongs to a report: what the page calls it, and the record of the archive that holds it; without one
    where it could not be had yet."""

    url: str
    name: str
    digest: str = ""
    file: str = ""
    offset: int = 0


class AddressRow(msgspec.Struct, frozen=True):
    """One address of the report ``key``, and the site on which it was found."""

    key: str
    url: str
    site_id: str


class FailureRow(msgspec.Struct, frozen=True):
    """What could not be had in a run, and why."""

    run_id: str
    site_id: str
    url: str
    reason: str


class SiteRow(msgspec.Struct, frozen=True):
    """How a site fared in a run. ``reports`` is how many it had then, ``summary`` is JSON."""

    site_id: str
    run_id: str
    status: str
    requests: int
    not_modified: int
    bytes: int
    reports: int
    summary: str = "{}"


_decoder = msgspec.msgpack.Decoder(list[PartRow])


def encode_parts(parts: list[PartRow]) -> bytes:
    """The attachments of a report as a field of its row; no bytes for none."""
    return msgspec.msgpack.encode(parts) if parts else b""


def decode_parts(data: bytes) -> list[PartRow]:
    """The attachments that ``encode_parts`` wrote."""
    return _decoder.decode(data) if data else []


class Traffic(NamedTuple):
    """What the visits of a site in a run add up to."""

    requests: int
    not_modified: int
    bytes: int

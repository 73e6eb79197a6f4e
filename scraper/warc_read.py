"""Reads back what scraper.archive wrote: one record by its place, or what a killed run left at the end of a file."""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from fastwarc import WarcRecord, WarcRecordType

from scraper.entity import decode_entity
from scraper.warc_record import NotWholeError, find_record, read_whole

MAX_BYTES = 50 << 20
FILE_NAME = re.compile(r"(\d{8}T\d{6}Z(?:-\d+)?)-(\d{5,})\.warc\.gz", re.ASCII)
TRUNCATED = {"cut": "disconnect", "timeout": "time", "too large": "length"}
_FAULTS = {word: fault for fault, word in TRUNCATED.items()}
_LONGEST_HEAD = 1 << 20
_ANSWERS = (WarcRecordType.response, WarcRecordType.revisit)


class ArchiveError(Exception):
    """An archive file cannot be written or read; the message is one line: file, offset, what to do."""


class Place(NamedTuple):
    """Where the response or revisit record of an answer lies: name of the file, first byte, byte after the last.

    ``payload`` is its WARC-Payload-Digest, "" where it has none.
    """

    file: str
    offset: int
    end: int
    payload: str = ""


class Stored(NamedTuple):
    """One answer as the archive holds it.

    ``method`` and ``request_body`` come of the request record: only ``recover`` fills them. A revisit record has
    ``refers_url`` and ``refers_date`` (those of the record that holds the bytes) and neither ``raw`` nor ``body``.
    ``fault`` is as in the answer that was written; decoding the entity once more may add one. ``headers`` are those
    written: what a reader of archives would misread stands under X-Archive-Orig- names.
    """

    url: str
    method: str
    request_body: str
    status: int
    reason: str
    http_version: str
    headers: tuple[tuple[str, str], ...]
    raw: bytes
    body: bytes
    fetched: str
    address: str
    fault: str
    place: Place
    refers_url: str
    refers_date: str


def run_of(file: str) -> str:
    """The run that wrote the archive file of this name, "" where the name is none of an archive file."""
    match = FILE_NAME.fullmatch(file)
    return match[1] if match else ""


def read_record(folder: Path, file: str, offset: int, max_bytes: int = MAX_BYTES) -> Stored:
    """The answer whose response or revisit record begins at ``offset`` of ``file`` in ``folder``.

    The body is decoded to ``max_bytes`` at most. Raises ArchiveError.
    """
    where = f"{folder / Path(file).name}: offset {offset}"
    if not FILE_NAME.fullmatch(file):
        raise ArchiveError(f"{folder}: {file!r} is no name of an archive file; the state is damaged, move it away")
    try:
        with (folder / file).open("rb") as handle:
            record, end = read_whole(handle, offset)
        return _stored(record, Place(file, offset, end), max_bytes)
    except NotWholeError:
        raise ArchiveError(f"{where}: no whole record; the file was changed, put it back as it was") from None
    except OSError as error:
        raise ArchiveError(f"{where}: {error.strerror or error}; put the file back, or fetch the page anew") from None


def recover(
    folder: Path,
    known_end: Mapping[str, int],
    max_bytes: int = MAX_BYTES,
    note: Callable[[str], None] = lambda text: None,
) -> Iterator[Stored]:
    """The whole answers of the archive files in ``folder`` that the state does not know, in the order of writing.

    ``known_end`` gives for each file the end of the last record that the state knows. Behind the last whole answer a
    torn record, or a request without its answer, is cut off (a file of which nothing is left is deleted), and ``note``
    is called with a line for a person. Damage between whole answers is noted and left as it is. A file is only cut
    when all its answers were taken: exhaust the iterator before anything is written. Raises ArchiveError.
    """
    for path in sorted(folder.glob("*.warc.gz")):
        if not FILE_NAME.fullmatch(path.name):
            continue
        try:
            size = path.stat().st_size
            start = known_end.get(path.name, 0)
            if start > size:
                note(f"{path}: ends at {size}, {start - size} bytes before what the state knows; it is read anew")
                start = 0
            if start < size or not size:
                yield from _recover_file(path, start, max_bytes, note)
        except OSError as error:
            raise ArchiveError(f"{path}: {error.strerror or error}; make it readable and writable") from None


def _recover_file(path: Path, start: int, max_bytes: int, note: Callable[[str], None]) -> Iterator[Stored]:
    position: int | None = start
    whole = start
    with path.open("rb") as handle:
        size = handle.seek(0, io.SEEK_END)
        while position is not None and position < size:
            try:
                for stored, end in _answers(handle, path.name, position, size, max_bytes):
                    whole = end
                    if stored:
                        yield stored
                position = None
            except NotWholeError as error:
                position = find_record(handle, error.offset + 1, size)
                if position is not None:
                    damaged = position - error.offset
                    note(f"{path}: offset {error.offset}: {damaged} bytes are damaged; left as they are")
    if whole < size or not size:
        _cut(path, whole, size, note)


def _cut(path: Path, whole: int, size: int, note: Callable[[str], None]) -> None:
    """Takes away what stands behind the last whole answer; the whole file where nothing stands before."""
    if whole:
        with path.open("r+b") as handle:
            handle.truncate(whole)
        note(f"{path}: offset {whole}: {size - whole} bytes of an answer that was not written to its end are cut off")
    else:
        path.unlink()
        note(f"{path}: held no whole answer; deleted")


def _answers(
    handle: BinaryIO, file: str, offset: int, size: int, max_bytes: int
) -> Iterator[tuple[Stored | None, int]]:
    """Each answer from ``offset`` on and where it ends (None for a record that is no part of an answer)."""
    method, request_body = "GET", ""
    while offset < size:
        record, end = read_whole(handle, offset)
        if record.record_type == WarcRecordType.request:
            head, _, sent = record.reader.read().partition(b"\r\n\r\n")
            method, request_body = head.split(b" ", 1)[0].decode("latin-1"), sent.decode("utf-8", "replace")
        elif record.record_type in _ANSWERS:
            stored = _stored(record, Place(file, offset, end), max_bytes)
            yield stored._replace(method=method, request_body=request_body), end
        else:
            yield None, end
        offset = end


def _stored(record: WarcRecord, place: Place, max_bytes: int) -> Stored:
    """The answer of a response or revisit record; raises where it is neither."""
    if record.record_type not in _ANSWERS or not record.is_http:
        raise NotWholeError(place.offset)
    try:
        record.parse_http(max_header_len=_LONGEST_HEAD)
    except (OSError, ValueError):
        raise NotWholeError(place.offset) from None
    head = record.http_headers
    raw = record.reader.read()
    headers = head.items()
    body, fault = decode_entity(raw, headers, max_bytes)
    warc = record.headers.to_dict()
    return Stored(
        url=warc.get("WARC-Target-URI", ""),
        method="",
        request_body="",
        status=head.status_code or 0,
        reason=head.reason_phrase or "",
        http_version=(head.status_line or "").split(" ", 1)[0],
        headers=headers,
        raw=raw,
        body=body,
        fetched=warc.get("WARC-Date", ""),
        address=warc.get("WARC-IP-Address", ""),
        fault=_FAULTS.get(warc.get("WARC-Truncated", ""), fault),
        place=place._replace(payload=warc.get("WARC-Payload-Digest", "")),
        refers_url=warc.get("WARC-Refers-To-Target-URI", ""),
        refers_date=warc.get("WARC-Refers-To-Date", ""),
    )

"""Keeps every answer as it was received, in WARC 1.1 files: a request record, then a response or a revisit record.

Each record is a gzip member of its own, so that it can be read by seeking. An answer is written at once and handed to
the operating system: a killed process loses none that ``write`` returned for. Reading is ``scraper.warc_read``.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from base64 import b32encode
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from uuid import uuid4

from fastwarc import GzipWriter, WarcRecord, WarcRecordType

from scraper.warc_read import (
    FILE_NAME,
    MAX_BYTES,
    TRUNCATED,
    ArchiveError,
    Place,
    Stored,
    read_record,
    recover,
    run_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.fetch import Answer

__all__ = ["Archive", "ArchiveError", "Place", "Refers", "Stored", "read_record", "recover", "run_of"]

SIZE_LIMIT = 1 << 30
# Pages of 50 KB: level 6 takes a tenth more time than 3 and a twentieth less room; 9 takes twice the time of 6.
LEVEL = 6
_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
_CONFORMS = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_NOT_IN_NAME = re.compile(r"[\x00-\x20:\x7f]")
_NOT_IN_VALUE = re.compile(r"[\x00\r\n]+")


class Refers(NamedTuple):
    """The earlier record that holds the bytes of an answer: its URL, its WARC-Date, its payload digest if known."""

    url: str
    date: str
    payload: str = ""


class Archive:
    """The archive files of one run in ``folder``; ``software`` is named in each.

    A file that exists is never opened again for writing: each Archive begins files of its own, numbered on, and a new
    one when a file has reached ``size_limit`` bytes. There is no file before the first answer.
    """

    def __init__(self, folder: Path, run_id: str, software: str, size_limit: int = SIZE_LIMIT) -> None:
        if run_of(f"{run_id}-00001.warc.gz") != run_id:
            raise ValueError(f"{run_id!r} is no id of a run")
        self._folder = folder
        self._run_id = run_id
        self._software = software
        self._size_limit = size_limit
        self._file: BinaryIO | None = None
        self._name = ""
        self._start_packing()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def write(self, answer: Answer, refers: Refers | None = None) -> Place:
        """Appends the request and the answer; where the answer lies.

        With ``refers`` the answer is a revisit record without payload: a 304, or one whose payload is the same as
        that of the earlier record. Where ``refers.payload`` says that it is not the same, it is kept in full.
        Raises ArchiveError (disk full, folder not writable); what was written before stays whole.
        """
        digest = hashlib.sha1(answer.raw).digest()
        payload = _digest_text(digest)
        if refers and answer.status != 304 and refers.payload not in ("", payload):
            refers = None
        record = _revisit(answer, refers, payload) if refers else _response(answer)
        request = _request(answer, record)
        offset, end = self._append_pair(request, record, None if refers else digest)
        return Place(self._name, offset, end, refers.payload if refers and answer.status == 304 else payload)

    def read(self, file: str, offset: int, max_bytes: int = MAX_BYTES) -> Stored:
        """The answer at a place, of this run or an earlier one; see ``read_record``. Raises ArchiveError."""
        return read_record(self._folder, file, offset, max_bytes)

    def close(self) -> None:
        """Ends the file; it is on the disk, not only with the operating system. A later write begins a new one."""
        if self._file:
            file, self._file = self._file, None
            with file:
                os.fsync(file.fileno())

    def _append_pair(self, request: WarcRecord, record: WarcRecord, payload_digest: bytes | None) -> tuple[int, int]:
        """Writes the two records; first byte of ``record`` and the byte after its last."""
        try:
            if self._file and self._file.tell() >= self._size_limit:
                self.close()
            file = self._file or self._begin_file()
            offset = file.tell() + self._pack(request)
            self._pack(record, payload_digest)
            return offset, self._append(file)
        except BaseException:
            # Half a pair must not stand before the next one.
            self._start_packing()
            raise

    def _start_packing(self) -> None:
        self._packed = io.BytesIO()
        self._writer = GzipWriter(self._packed, compression_level=LEVEL)

    def _begin_file(self) -> BinaryIO:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            taken = [FILE_NAME.fullmatch(path.name) for path in self._folder.glob(f"{self._run_id}-*.warc.gz")]
            number = max((int(match[2]) for match in taken if match and match[1] == self._run_id), default=0) + 1
            self._name = f"{self._run_id}-{number:05}.warc.gz"
            file = (self._folder / self._name).open("xb")
        except OSError as error:
            raise ArchiveError(f"{self._folder}: {error.strerror or error}; make it a folder to write to") from None
        self._file = file
        self._pack(_warcinfo(self._name, self._run_id, self._software))
        self._append(file)
        return file

    def _pack(self, record: WarcRecord, payload_digest: bytes | None = None) -> int:
        """Compresses a record behind what is packed already; the bytes packed by now."""
        record.write(self._writer, checksum_data=True, payload_digest=payload_digest)
        self._writer.finish()
        return self._packed.tell()

    def _append(self, file: BinaryIO) -> int:
        """Hands what is packed to the operating system; the new end of the file. All of it or nothing is written."""
        data = self._packed.getvalue()
        self._packed.seek(0)
        self._packed.truncate()
        start = file.tell()
        try:
            file.write(data)
            file.flush()
        except OSError as error:
            self._file = None
            path = self._folder / self._name
            with suppress(OSError):
                file.close()
            with suppress(OSError):
                os.truncate(path, start)
            raise ArchiveError(f"{path}: offset {start}: {error.strerror or error}; make room and run again") from None
        return start + len(data)


def _warcinfo(name: str, run_id: str, software: str) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(WarcRecordType.warcinfo, _new_urn())
    record.headers["WARC-Filename"] = name
    record.headers["Content-Type"] = "application/warc-fields"
    fields = {"software": software, "format": "WARC File Format 1.1", "conformsTo": _CONFORMS, "isPartOf": run_id}
    record.set_bytes_content("".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode())
    return record


def _request(answer: Answer, record: WarcRecord) -> WarcRecord:
    request = _record(answer, WarcRecordType.request)
    request.headers["WARC-Concurrent-To"] = record.headers["WARC-Record-ID"]
    request.set_bytes_content(answer.sent)
    return request


def _response(answer: Answer) -> WarcRecord:
    record = _record(answer, WarcRecordType.response)
    if answer.fault in TRUNCATED:
        record.headers["WARC-Truncated"] = TRUNCATED[answer.fault]
    headers = _as_stored(answer.headers, len(answer.raw))
    record.set_bytes_content(_head(answer, headers) + answer.raw)
    return record


def _revisit(answer: Answer, refers: Refers, payload: str) -> WarcRecord:
    record = _record(answer, WarcRecordType.revisit)
    same = answer.status != 304
    record.headers["WARC-Profile"] = _PROFILE + ("identical-payload-digest" if same else "server-not-modified")
    record.headers["WARC-Refers-To-Target-URI"] = refers.url
    record.headers["WARC-Refers-To-Date"] = refers.date
    digest = payload if same else refers.payload
    if digest:
        record.headers["WARC-Payload-Digest"] = digest
    record.set_bytes_content(_head(answer, _as_stored(answer.headers, None)))
    return record


def _record(answer: Answer, kind: WarcRecordType) -> WarcRecord:
    """A record of this kind with the headers that all records of an answer have."""
    record = WarcRecord()
    record.init_headers(kind, _new_urn())
    record.is_http = True
    record.headers["WARC-Date"] = answer.fetched
    record.headers["WARC-Target-URI"] = answer.request.url
    if answer.address:
        record.headers["WARC-IP-Address"] = answer.address
    return record


def _as_stored(headers: tuple[tuple[str, str], ...], length: int | None) -> list[tuple[str, str]]:
    """The headers such that readers do not misread the block: it is not chunked, and ``length`` bytes long.

    What says otherwise is renamed to X-Archive-Orig-. None: there is no entity, its length is not told.
    """
    kept = []
    told = length is None
    for name, value in headers:
        lower = name.lower()
        wrong = lower == "content-length" and length is not None and value != str(length)
        kept.append((f"X-Archive-Orig-{name}" if wrong or lower == "transfer-encoding" else name, value))
        told |= lower == "content-length" and not wrong
    return kept if told else [*kept, ("Content-Length", str(length))]


def _head(answer: Answer, headers: list[tuple[str, str]]) -> bytes:
    """Status line and headers as bytes; nothing in them can end the line or the head."""
    version = answer.http_version if answer.http_version in ("HTTP/1.0", "HTTP/1.1") else "HTTP/1.1"
    lines = [f"{version} {answer.status:03} {_NOT_IN_VALUE.sub(' ', answer.reason)}"]
    for name, value in headers:
        clean = _NOT_IN_NAME.sub("", name)
        if clean:
            lines.append(f"{clean}: {_NOT_IN_VALUE.sub(' ', value).strip()}")
    text = "\r\n".join(lines) + "\r\n\r\n"
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _digest_text(digest: bytes) -> str:
    return f"sha1:{b32encode(digest).decode('ascii')}"


def _new_urn() -> bytes:
    return f"uuid:{uuid4()}".encode("ascii")

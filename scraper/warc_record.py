"""One record out of a compressed archive file: whole, or not at all."""

import io
import zlib
from typing import BinaryIO

from fastwarc import WarcRecord

# A record that decompresses to more is none of ours: answers are cut at max_bytes before they are written.
_LONGEST = 1 << 30
_CHUNK = 32 << 10
_GZIP_MAGIC = b"\x1f\x8b\x08"


class NotWholeError(Exception):
    """No whole record begins at ``offset``."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"no whole record at offset {offset}")
        self.offset = offset


def read_whole(handle: BinaryIO, offset: int) -> tuple[WarcRecord, int]:
    """The record whose gzip member begins at ``offset``, its block not yet read, and where the member ends.

    Raises NotWholeError where there is none, or not exactly one.
    """
    plain, end = _read_member(handle, offset)
    try:
        record = WarcRecord.from_reader(io.BytesIO(plain))
    except (OSError, ValueError):
        raise NotWholeError(offset) from None
    head = plain.find(b"\r\n\r\n") + 4
    if len(plain) != head + record.content_length + 4:
        raise NotWholeError(offset)
    return record, end


def find_record(handle: BinaryIO, offset: int, size: int) -> int | None:
    """Where the next whole record begins, at ``offset`` or behind it; None where there is none up to ``size``."""
    while offset < size:
        handle.seek(offset)
        chunk = handle.read(_CHUNK)
        found = chunk.find(_GZIP_MAGIC)
        if found < 0:
            # The last two bytes may begin what the next chunk ends.
            offset += max(len(chunk) - len(_GZIP_MAGIC) + 1, 1)
            continue
        offset += found
        try:
            read_whole(handle, offset)
        except NotWholeError:
            offset += 1
        else:
            return offset
    return None


def _read_member(handle: BinaryIO, offset: int) -> tuple[bytes, int]:
    """The content of the gzip member that begins at ``offset``, and where the member ends.

    With zlib, not fastwarc: fastwarc takes a torn member for a whole one, without a word.
    """
    handle.seek(offset)
    engine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    parts = []
    room = _LONGEST
    while not engine.eof:
        chunk = engine.unconsumed_tail or handle.read(_CHUNK)
        try:
            part = engine.decompress(chunk, room)
        except zlib.error:
            raise NotWholeError(offset) from None
        room -= len(part)
        if not chunk or room <= 0:
            raise NotWholeError(offset)
        parts.append(part)
    return b"".join(parts), handle.tell() - len(engine.unused_data)

"""Decodes the content encoding of an entity, to a limit: what a server sends may be made to swell a million times."""

import zlib
from collections.abc import Iterable

_GZIP, _ZLIB, _BARE = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_FORMATS = {"gzip": (_GZIP,), "x-gzip": (_GZIP,), "deflate": (_ZLIB, _BARE)}
# Each encoding on top of another, and each gzip member behind another, costs time: honest servers have one.
_MOST_ENCODINGS = 3
_MOST_MEMBERS = 64


def decode_entity(raw: bytes, headers: Iterable[tuple[str, str]], max_bytes: int) -> tuple[bytes, str]:
    """The body that ``raw`` encodes by its Content-Encoding, of ``max_bytes`` at most, and what is wrong with it.

    That is "" or ``too large`` (the body is cut) or ``bad encoding`` (the body is what could be decoded; as received
    where the encoding is not known). A body that is said to be gzip and is none is taken as it is; one that is gzip
    though nothing says so is decoded (README.md 16.11), unless its type says that it is a gzip file.
    """
    encodings = _encodings(raw, headers)
    if len(encodings) > _MOST_ENCODINGS or any(name not in _FORMATS for name in encodings):
        return raw[:max_bytes], "bad encoding"
    body, fault = raw, ""
    for name in encodings:
        if body and not (name.endswith("gzip") and not body.startswith(_GZIP_MAGIC)):
            body, wrong = _inflated(body, _FORMATS[name], max_bytes)
            fault = fault or wrong
    return body[:max_bytes], fault or ("too large" if len(body) > max_bytes else "")


def _encodings(raw: bytes, headers: Iterable[tuple[str, str]]) -> list[str]:
    """The encodings to undo, the last one applied first."""
    told = [(key.lower(), value.lower()) for key, value in headers]
    names = [name.strip() for key, value in told if key == "content-encoding" for name in value.split(",")]
    encodings = [name for name in reversed(names) if name not in ("", "identity")]
    is_file = any(key == "content-type" and "gzip" in value for key, value in told)
    return ["gzip"] if not encodings and raw.startswith(_GZIP_MAGIC) and not is_file else encodings


def _inflated(data: bytes, formats: tuple[int, ...], limit: int) -> tuple[bytes, str]:
    """The first of ``formats`` that fits, decompressed to one byte more than ``limit`` at most."""
    for wbits in formats:
        try:
            return _decompressed(data, wbits, limit + 1)
        except zlib.error:
            continue
    return b"", "bad encoding"


def _decompressed(data: bytes, wbits: int, room: int) -> tuple[bytes, str]:
    parts: list[bytes] = []
    for _ in range(_MOST_MEMBERS):
        engine = zlib.decompressobj(wbits)
        try:
            part = engine.decompress(data, room)
        except zlib.error:
            if not parts:
                raise
            return b"".join(parts), "bad encoding"
        parts.append(part)
        room -= len(part)
        if room <= 0:
            break
        if not engine.eof:
            return b"".join(parts), "bad encoding"
        data = engine.unused_data
        # What follows the end is waste, but for one gzip member behind another.
        if wbits != _GZIP or not data.startswith(_GZIP_MAGIC):
            break
    else:
        return b"".join(parts), "bad encoding"
    return b"".join(parts), ""

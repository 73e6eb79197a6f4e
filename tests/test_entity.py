"""Content encodings: decoded to a limit, whatever a server sends in their name."""

import gzip
import zlib

import pytest

from scraper.entity import decode_entity

TEXT = "政府信息公开".encode() * 500
BARE = zlib.compressobj(wbits=-15)
BARE_DEFLATE = BARE.compress(TEXT) + BARE.flush()


@pytest.mark.parametrize(
    ("encoding", "raw"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("X-GZIP", gzip.compress(TEXT, mtime=0)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", BARE_DEFLATE),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT), mtime=0)),
        ("gzip", gzip.compress(TEXT[:1000], mtime=0) + gzip.compress(TEXT[1000:], mtime=0)),
        ("gzip", gzip.compress(TEXT) + b"waste"),
        ("gzip", TEXT),
        ("gzip", b""),
    ],
    ids=["none", "identity", "gzip", "x-gzip", "zlib", "bare", "two", "members", "waste", "no gzip", "empty"],
)
def test_an_entity_is_decoded(encoding: str, raw: bytes) -> None:
    body, fault = decode_entity(raw, [("Content-Type", "text/html"), ("CONTENT-encoding", encoding)], len(TEXT))
    assert (body, fault) == (TEXT if raw else b"", "")


@pytest.mark.parametrize(
    ("encoding", "raw", "body"),
    [
        ("br", b"raw", b"raw"),
        ("gzip, gzip, gzip, gzip", b"raw", b"raw"),
        ("deflate", b"\xff\xff no deflate", b""),
        ("gzip", b"\x1f\x8b no gzip", b""),
        ("gzip", gzip.compress(TEXT) + b"\x1f\x8b no gzip", TEXT),
    ],
    ids=["unknown", "many", "no deflate", "no gzip", "second member"],
)
def test_what_cannot_be_decoded_says_so(encoding: str, raw: bytes, body: bytes) -> None:
    assert decode_entity(raw, [("Content-Encoding", encoding)], 100_000) == (body, "bad encoding")


def test_a_cut_entity_gives_what_there_is() -> None:
    raw = gzip.compress(TEXT)
    body, fault = decode_entity(raw[: len(raw) // 2], [("Content-Encoding", "gzip")], 100_000)
    assert fault == "bad encoding"
    assert TEXT.startswith(body)
    assert body


@pytest.mark.parametrize("limit", [0, 1, len(TEXT) - 1, len(TEXT)])
@pytest.mark.parametrize("raw", [TEXT, gzip.compress(TEXT)], ids=["plain", "gzip"])
def test_no_more_than_the_limit_is_decoded(raw: bytes, limit: int) -> None:
    body, fault = decode_entity(raw, [("Content-Encoding", "gzip")], limit)
    assert (body, fault) == (TEXT[:limit], "" if limit == len(TEXT) else "too large")


def test_many_empty_members_cost_little() -> None:
    body, fault = decode_entity(gzip.compress(b"") * 100_000, [("Content-Encoding", "gzip")], 100)
    assert (body, fault) == (b"", "bad encoding")

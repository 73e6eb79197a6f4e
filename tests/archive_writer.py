"""Made-up answers for tests of the archive; run as a program it writes some without end, until it is killed."""

import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scraper.archive import Archive, Place
from scraper.fetch import Answer
from scraper.model import Request
from scraper.state import State, VisitRow

NOW = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)
URL = "http://www.example.gov.cn/art/1.html"


def make_answer(raw: bytes = b"", url: str = URL, **other: Any) -> Answer:
    """An answer of 200 to a GET, but for what is said otherwise."""
    request = other.pop("request", Request(url))
    sent = f"{request.method} /art/1.html HTTP/1.1\r\nHost: www.example.gov.cn\r\n\r\n{request.body}"
    fields: dict[str, Any] = {
        "request": request,
        "status": 200,
        "reason": "OK",
        "http_version": "HTTP/1.1",
        "headers": (("Content-Type", "text/html; charset=utf-8"),),
        "raw": raw,
        "body": raw,
        "sent": sent.encode(),
        "fetched": "2026-11-24T11:30:00Z",
        "address": "192.0.2.7",
    }
    return Answer(**{**fields, **other})


def make_visit(run_id: str, key: str, place: Place, **other: Any) -> VisitRow:
    """The visit that belongs to an answer at a place."""
    fields: dict[str, Any] = {
        "run_id": run_id,
        "key": key,
        "url": URL,
        "method": "GET",
        "body": "",
        "status": 200,
        "kind": "page",
        "reason": "",
        "location": "",
        "file": place.file,
        "offset": place.offset,
        "end": place.end,
        "fetched": "2026-11-24T11:30:00Z",
        "size": 10,
        "site_id": "330502",
    }
    return VisitRow(**{**fields, **other})


def body_of(number: int) -> bytes:
    """The bytes of the page of this number: they do not compress, so that a record is written in several pieces."""
    return b"".join(hashlib.sha256(b"%d %d" % (number, part)).digest() for part in range(number % 7 * 400))


def _write_for_ever(folder: Path, number: int) -> None:
    state = State(folder / "crawl.sqlite")
    run, _ = state.begin_run(NOW)
    archive = Archive(folder / "archive", run.run_id, "xxgk/test")
    while True:
        key = str(number)
        place = archive.write(make_answer(body_of(number), f"http://www.example.gov.cn/{key}"))
        state.add_visit(make_visit(run.run_id, key, place))
        print(key, flush=True)
        number += 1


if __name__ == "__main__":
    _write_for_ever(Path(sys.argv[1]), int(sys.argv[2]))

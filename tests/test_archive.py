"""The archive: what is written is read back by others too, and a process killed at any byte loses no whole answer."""

import gzip
import random
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from scraper.archive import Archive, ArchiveError, Refers, Stored, read_record, recover, run_of
from scraper.fetch import Answer
from scraper.model import Request
from scraper.state import State
from tests.archive_writer import NOW, URL, body_of, make_answer, make_visit

RUN = "20261124T113000Z"
FIRST = f"{RUN}-00001.warc.gz"
HTML = "<html><body>吴兴区2025年政府信息公开工作年度报告</body></html>".encode()
EARLIER = Refers("http://www.example.gov.cn/art/0.html", "2026-11-23T11:30:00Z", "sha1:" + "A" * 32)
NOT_MODIFIED = make_answer(status=304, reason="Not Modified", headers=(("ETag", '"1"'),))


def write(folder: Path, *answers: Answer | tuple[Answer, Refers]) -> list[int]:
    """Writes answers to the first file of the run; the end of each."""
    ends = []
    with Archive(folder, RUN, "xxgk/test") as archive:
        for answer in answers:
            place = archive.write(*answer) if isinstance(answer, tuple) else archive.write(answer)
            assert place.file == FIRST
            ends.append(place.end)
    return ends


def check(path: Path) -> None:
    """Lets warcio verify every digest of a file."""
    checker = Checker(SimpleNamespace(inputs=[str(path)], verbose=False))
    assert checker.process_all() == 0


def records(path: Path) -> list[SimpleNamespace]:
    """What warcio reads: type, headers and HTTP head, the bytes of the payload, the place."""
    found = []
    with path.open("rb") as stream:
        iterator = ArchiveIterator(stream, check_digests="raise")
        for record in iterator:
            payload = record.raw_stream.read()
            head = record.http_headers
            found.append(
                SimpleNamespace(
                    kind=record.rec_type,
                    warc=record.rec_headers,
                    head=head,
                    payload=payload,
                    offset=iterator.get_record_offset(),
                )
            )
    return found


def only(stored: list[Stored]) -> Stored:
    assert len(stored) == 1
    return stored[0]


def test_an_answer_is_a_request_and_a_response_that_warcio_verifies(tmp_path: Path) -> None:
    with Archive(tmp_path, RUN, "xxgk/0.1") as archive:
        place = archive.write(make_answer(HTML))
    path = tmp_path / FIRST
    check(path)
    info, request, response = records(path)
    assert (info.kind, request.kind, response.kind) == ("warcinfo", "request", "response")
    assert b"software: xxgk/0.1\r\n" in info.payload
    assert request.head.protocol == "GET"
    assert request.warc["WARC-Concurrent-To"] == response.warc["WARC-Record-ID"]
    for record in (request, response):
        assert record.warc["WARC-Target-URI"] == URL
        assert record.warc["WARC-Date"] == "2026-11-24T11:30:00Z"
        assert record.warc["WARC-IP-Address"] == "192.0.2.7"
        assert record.warc["WARC-Block-Digest"].startswith("sha1:")
    assert response.payload == HTML
    assert response.warc["WARC-Payload-Digest"] == place.payload
    assert response.offset == place.offset
    assert path.stat().st_size == place.end


def test_every_record_is_a_gzip_member_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, make_answer(HTML), (NOT_MODIFIED, EARLIER))
    path = tmp_path / FIRST
    for record in records(path):
        with path.open("rb") as stream:
            stream.seek(record.offset)
            again = next(iter(ArchiveIterator(stream)))
        assert again.rec_headers["WARC-Record-ID"] == record.warc["WARC-Record-ID"]


def test_no_name_of_the_machine_or_folder_is_written(tmp_path: Path) -> None:
    write(tmp_path, make_answer(HTML))
    text = gzip.decompress((tmp_path / FIRST).read_bytes())
    assert str(tmp_path).encode() not in text
    assert b"hostname" not in text.lower()


def test_an_answer_is_read_by_its_place(tmp_path: Path) -> None:
    headers = (("Content-Type", "text/html"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X", "\xe4"))
    with Archive(tmp_path, RUN, "xxgk/test") as archive:
        archive.write(make_answer(b"other"))
        place = archive.write(make_answer(HTML, status=404, reason="Not Found", headers=headers))
        stored = archive.read(place.file, place.offset)
    assert (stored.url, stored.status, stored.reason) == (URL, 404, "Not Found")
    assert stored.headers[:4] == headers
    assert stored.raw == stored.body == HTML
    assert stored.fetched == "2026-11-24T11:30:00Z"
    assert stored.address == "192.0.2.7"
    assert stored.place == place
    assert not stored.refers_url
    assert not stored.fault


def test_a_coded_entity_is_kept_as_received_and_read_decoded(tmp_path: Path) -> None:
    raw = gzip.compress(HTML)
    answer = make_answer(raw, headers=(("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")))
    with Archive(tmp_path, RUN, "xxgk/test") as archive:
        place = archive.write(answer)
        stored = archive.read(place.file, place.offset)
    check(tmp_path / FIRST)
    assert (stored.raw, stored.body) == (raw, HTML)
    response = records(tmp_path / FIRST)[2]
    assert response.payload == raw
    assert response.head["X-Archive-Orig-Transfer-Encoding"] == "chunked"
    assert response.head["Transfer-Encoding"] is None
    assert response.head["Content-Length"] == str(len(raw))


def test_a_length_that_is_not_true_is_renamed(tmp_path: Path) -> None:
    write(tmp_path, make_answer(b"12345", headers=(("content-length", "99"),)))
    head = records(tmp_path / FIRST)[2].head
    assert head["X-Archive-Orig-Content-Length"] == "99"
    assert head["Content-Length"] == "5"


@pytest.mark.parametrize(
    "raw",
    [b"", b"\r\n\r\n", b"\0" * 70_000, bytes(range(256)) * 300, b"HTTP/1.1 200 OK\r\n\r\n", b"WARC/1.1\r\n\r\n"],
    ids=["empty", "line ends", "zeros", "all bytes", "like a head", "like a record"],
)
def test_any_bytes_come_back(tmp_path: Path, raw: bytes) -> None:
    write(tmp_path, make_answer(raw))
    check(tmp_path / FIRST)
    assert only(list(recover(tmp_path, {}))).raw == raw


@pytest.mark.parametrize(
    ("fault", "word"), [("cut", "disconnect"), ("timeout", "time"), ("too large", "length"), ("bad encoding", None)]
)
def test_an_answer_that_is_not_whole_says_so(tmp_path: Path, fault: str, word: str | None) -> None:
    raw = gzip.compress(body_of(6))[:1000]
    write(tmp_path, make_answer(raw, fault=fault, headers=(("Content-Encoding", "gzip"),)))
    check(tmp_path / FIRST)
    assert records(tmp_path / FIRST)[2].warc["WARC-Truncated"] == word
    stored = only(list(recover(tmp_path, {})))
    assert stored.fault == fault
    assert body_of(6).startswith(stored.body)


def test_a_body_that_swells_is_read_up_to_the_limit(tmp_path: Path) -> None:
    answer = make_answer(gzip.compress(b"a" * 1_000_000), headers=(("Content-Encoding", "gzip"),))
    with Archive(tmp_path, RUN, "xxgk/test") as archive:
        place = archive.write(answer)
        stored = archive.read(place.file, place.offset, max_bytes=1000)
    assert (stored.body, stored.fault) == (b"a" * 1000, "too large")


def test_a_304_is_a_revisit_of_the_earlier_record(tmp_path: Path) -> None:
    with Archive(tmp_path, RUN, "xxgk/test") as archive:
        place = archive.write(NOT_MODIFIED, EARLIER)
        stored = archive.read(place.file, place.offset)
    check(tmp_path / FIRST)
    _, request, revisit = records(tmp_path / FIRST)
    assert (request.kind, revisit.kind) == ("request", "revisit")
    assert revisit.warc["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert revisit.warc["WARC-Refers-To-Target-URI"] == EARLIER.url
    assert revisit.warc["WARC-Refers-To-Date"] == EARLIER.date
    assert revisit.warc["WARC-Payload-Digest"] == EARLIER.payload == place.payload
    assert revisit.head["ETag"] == '"1"'
    assert (stored.status, stored.refers_url, stored.refers_date) == (304, EARLIER.url, EARLIER.date)
    assert (stored.raw, stored.body, stored.fault) == (b"", b"", "")


def test_the_same_payload_is_not_kept_twice(tmp_path: Path) -> None:
    with Archive(tmp_path, RUN, "xxgk/test") as archive:
        first = archive.write(make_answer(HTML))
        again = archive.write(make_answer(HTML), Refers(URL, "2026-11-24T11:30:00Z", first.payload))
    check(tmp_path / FIRST)
    revisit = records(tmp_path / FIRST)[4]
    assert revisit.kind == "revisit"
    assert revisit.warc["WARC-Profile"].endswith("/revisit/identical-payload-digest")
    assert revisit.warc["WARC-Payload-Digest"] == first.payload == again.payload
    assert revisit.payload == b""
    assert revisit.head["Content-Type"] == "text/html; charset=utf-8"


def test_a_payload_that_is_not_the_same_is_kept_whatever_the_caller_says(tmp_path: Path) -> None:
    write(tmp_path, (make_answer(HTML), EARLIER))
    assert [record.kind for record in records(tmp_path / FIRST)] == ["warcinfo", "request", "response"]


def test_a_304_of_nothing_known_is_a_response(tmp_path: Path) -> None:
    write(tmp_path, NOT_MODIFIED)
    check(tmp_path / FIRST)
    stored = only(list(recover(tmp_path, {})))
    assert (stored.status, stored.refers_url) == (304, "")


ODD = st.text(st.characters(codec=None), max_size=20)


@examples(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ODD, ODD), max_size=4), ODD, ODD)
def test_hostile_heads_and_addresses_break_no_record(
    tmp_path_factory: pytest.TempPathFactory, headers: list[tuple[str, str]], reason: str, tail: str
) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    url = URL + "?" + tail.encode("utf-8", "replace").decode()
    length = ("Content-Length", str(len(HTML)))
    write(folder, make_answer(HTML, url, headers=(*headers, length), reason=reason), make_answer(b"next"))
    check(folder / FIRST)
    stored = list(recover(folder, {}))
    assert [answer.raw for answer in stored] == [HTML, b"next"]
    assert stored[0].status == 200
    assert length in stored[0].headers


def test_line_ends_in_a_head_make_no_new_header(tmp_path: Path) -> None:
    evil = "1\r\nX-Evil: 1\r\n\r\n<html>"
    write(tmp_path, make_answer(HTML, URL + "\r\nX-Evil: 1", headers=(("A", evil), ("B\r\nX-Evil", "1")), reason=evil))
    stored = only(list(recover(tmp_path, {})))
    assert stored.raw == HTML
    assert [name for name, _ in stored.headers] == ["A", "BX-Evil", "Content-Length"]
    assert b"\nX-Evil" not in gzip.decompress((tmp_path / FIRST).read_bytes())


def test_a_file_that_is_full_is_followed_by_another(tmp_path: Path) -> None:
    with Archive(tmp_path, RUN, "xxgk/test", size_limit=3000) as archive:
        places = [archive.write(make_answer(body_of(1))) for _ in range(3)]
        assert [place.file for place in places] == [f"{RUN}-0000{number}.warc.gz" for number in (1, 2, 3)]
        for place in places:
            assert archive.read(place.file, place.offset).raw == body_of(1)
    for path in tmp_path.iterdir():
        check(path)


def test_a_run_that_goes_on_begins_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / f"{RUN}-2-00009.warc.gz").touch()
    write(tmp_path, make_answer(HTML))
    before = (tmp_path / FIRST).read_bytes()
    with Archive(tmp_path, RUN, "xxgk/test") as archive:
        assert archive.write(make_answer(HTML)).file == f"{RUN}-00002.warc.gz"
    assert (tmp_path / FIRST).read_bytes() == before


def test_nothing_answered_leaves_no_file(tmp_path: Path) -> None:
    Archive(tmp_path / "archive", RUN, "xxgk/test").close()
    assert not (tmp_path / "archive").exists()


def test_a_full_disk_is_told_and_breaks_no_file(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Archive(tmp_path, RUN, "xxgk/test") as archive:
        end = archive.write(make_answer(HTML)).end
        resource.setrlimit(resource.RLIMIT_FSIZE, (end + 5000, hard))
        try:
            with pytest.raises(ArchiveError, match=rf"{FIRST}: offset {end}: .*; make room and run again"):
                archive.write(make_answer(body_of(6)))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert archive.write(make_answer(HTML)).file == f"{RUN}-00002.warc.gz"
    assert (tmp_path / FIRST).stat().st_size == end
    for path in tmp_path.iterdir():
        check(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "archive").touch()
    with pytest.raises(ArchiveError, match=r"archive: .*; make it a folder to write to"):
        Archive(tmp_path / "archive", RUN, "xxgk/test").write(make_answer())


def test_an_id_of_a_run_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no id of a run"):
        Archive(tmp_path, "../x", "xxgk/test")
    assert run_of(f"{RUN}-2-00001.warc.gz") == f"{RUN}-2"
    assert run_of("other.warc.gz") == ""


@pytest.mark.parametrize("name", ["../" + FIRST, "/etc/passwd", "x/" + FIRST, "", FIRST + "\n", "other.warc.gz"])
def test_only_names_of_archive_files_are_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveError, match="is no name of an archive file"):
        read_record(tmp_path / "archive", name, 0)


def test_a_place_that_holds_no_record_is_told(tmp_path: Path) -> None:
    (end,) = write(tmp_path, make_answer(HTML))
    response = records(tmp_path / FIRST)[2].offset
    for offset in (0, 1, response + 1, end, end + 100):
        with pytest.raises(ArchiveError, match=rf"{FIRST}: offset {offset}: no whole record; \S.*\Z"):
            read_record(tmp_path, FIRST, offset)
    (tmp_path / FIRST).unlink()
    with pytest.raises(ArchiveError, match=rf"{FIRST}: offset {response}: No such file or directory; \S.*\Z"):
        read_record(tmp_path, FIRST, response)


@pytest.mark.parametrize("told", [b"Content-Length: 1\r\n", b"Content-Length: 9999\r\n"], ids=["less", "more"])
def test_a_record_of_another_length_than_it_says_is_no_record(tmp_path: Path, told: bytes) -> None:
    (end,) = write(tmp_path, make_answer(HTML))
    path = tmp_path / FIRST
    response = records(path)[2].offset
    plain = gzip.decompress(path.read_bytes()[response:end])
    path.write_bytes(
        path.read_bytes()[:response] + gzip.compress(re.sub(rb"Content-Length: \d+\r\n", told, plain, count=1))
    )
    with pytest.raises(ArchiveError, match="no whole record"):
        read_record(tmp_path, FIRST, response)


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, make_answer(body_of(3)))
    path = tmp_path / FIRST
    response = records(path)[2].offset
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="no whole record"):
        read_record(tmp_path, FIRST, response)


def test_recover_gives_method_and_body_and_leaves_a_whole_file_alone(tmp_path: Path) -> None:
    post = make_answer(b"{}", request=Request(URL, "POST", "page=2&词=年报"))
    ends = write(tmp_path, make_answer(HTML), post, (NOT_MODIFIED, EARLIER))
    before = (tmp_path / FIRST).read_bytes()
    notes: list[str] = []
    stored = list(recover(tmp_path, {FIRST: ends[0]}, note=notes.append))
    assert [(one.method, one.request_body, one.status) for one in stored] == [
        ("POST", "page=2&词=年报", 200),
        ("GET", "", 304),
    ]
    assert [one.place.end for one in stored] == ends[1:]
    assert stored[1].refers_url == EARLIER.url
    assert list(recover(tmp_path, {FIRST: ends[2]}, note=notes.append)) == []
    assert not notes
    assert (tmp_path / FIRST).read_bytes() == before


def test_a_file_cut_at_any_byte_keeps_every_whole_answer(tmp_path: Path) -> None:
    post = make_answer(b"{}", request=Request(URL, "POST", "page=2"))
    ends = write(tmp_path, make_answer(HTML), (NOT_MODIFIED, EARLIER), post)
    path = tmp_path / FIRST
    data = path.read_bytes()
    info = records(path)[1].offset
    # Only these are left after a cut: each is sound.
    for whole in (info, *ends):
        path.write_bytes(data[:whole])
        check(path)
        assert [one.place.end for one in recover(tmp_path, {})] == [end for end in ends if end <= whole]
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        notes: list[str] = []
        stored = list(recover(tmp_path, {}, note=notes.append))
        assert [one.place.end for one in stored] == [end for end in ends if end <= cut]
        left = max((end for end in (info, *ends) if end <= cut), default=0)
        assert (path.read_bytes() if path.exists() else b"") == data[:left]
        assert len(notes) == (left != cut or not cut)


def test_a_cut_file_is_known_up_to_an_answer(tmp_path: Path) -> None:
    ends = write(tmp_path, make_answer(HTML), make_answer(HTML), make_answer(HTML))
    path = tmp_path / FIRST
    path.write_bytes(path.read_bytes()[:-1])
    notes: list[str] = []
    stored = only(list(recover(tmp_path, {FIRST: ends[0]}, note=notes.append)))
    assert stored.place.end == ends[1] == path.stat().st_size
    assert notes == [
        f"{path}: offset {ends[1]}: {ends[2] - ends[1] - 1} bytes of an answer that was not written to its end are cut off"
    ]


def test_a_file_that_lost_more_than_the_state_knows_is_read_anew(tmp_path: Path) -> None:
    ends = write(tmp_path, make_answer(HTML), make_answer(HTML))
    path = tmp_path / FIRST
    path.write_bytes(path.read_bytes()[: ends[0] + 10])
    notes: list[str] = []
    assert only(list(recover(tmp_path, {FIRST: ends[1]}, note=notes.append))).place.end == ends[0]
    assert len(notes) == 2
    assert "before what the state knows" in notes[0]


def test_damage_between_answers_costs_no_other_answer(tmp_path: Path) -> None:
    ends = write(tmp_path, make_answer(HTML), make_answer(body_of(5)), make_answer(b"last"))
    path = tmp_path / FIRST
    data = bytearray(path.read_bytes())
    data[ends[0] : ends[0] + 2000] = bytes(2000)
    path.write_bytes(data)
    notes: list[str] = []
    stored = list(recover(tmp_path, {}, note=notes.append))
    assert [one.raw for one in stored] == [HTML, b"last"]
    assert path.read_bytes() == data
    assert len(notes) == 1
    assert "bytes are damaged; left as they are" in notes[0]


def test_files_that_are_not_of_the_archive_are_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.warc.gz"
    other.write_bytes(b"torn")
    assert list(recover(tmp_path, {})) == []
    assert other.read_bytes() == b"torn"
    assert list(recover(tmp_path / "none", {})) == []


def test_killing_the_writer_loses_no_answer(tmp_path: Path) -> None:
    chance = random.Random(4)
    known = 0
    for _ in range(8):
        known = _write_until_killed(tmp_path, known, chance.randrange(1, 40))
    for path in (tmp_path / "archive").iterdir():
        check(path)


def _write_until_killed(folder: Path, known: int, count: int) -> int:
    """Lets a process write ``count`` answers or some more and kills it; how many answers there are, all checked."""
    command = [sys.executable, "-m", "tests.archive_writer", str(folder), str(known)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        told = [int(writer.stdout.readline()) for _ in range(count)]
        writer.kill()
        told += [int(line) for line in writer.stdout.read().split()]
    assert writer.returncode == -signal.SIGKILL
    with State(folder / "crawl.sqlite") as state:
        run, resumed = state.begin_run(NOW)
        assert resumed
        for stored in recover(folder / "archive", state.known_ends()):
            state.add_visit(make_visit(run.run_id, stored.url.rpartition("/")[2], stored.place))
        while visit := state.find_visit(run.run_id, str(known)):
            assert read_record(folder / "archive", visit.file, visit.offset).raw == body_of(known)
            known += 1
    assert known > told[-1]
    return known

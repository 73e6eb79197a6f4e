"""Archives and saved pages: the one report in them is found, everything else refused, nothing written by name."""

import gzip
import io
import os
import shutil
import tempfile
import time
import zipfile
import zlib
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from parsers.documents import read_document
from parsers.documents.packed import archives, unpack
from parsers.errors import NotAReport
from parsers.reader import parse_report
from tests.reportgen import HtmlOptions, make_report, render_html
from tests.reportgen.model import Report, Table
from tests.reportgen.render_docx import render_docx
from tests.reportgen.render_xlsx import XlsxOptions, render_xlsx
from tests.reportgen.score import score

needs_bsdtar = pytest.mark.skipif(shutil.which("bsdtar") is None, reason="bsdtar is not installed")


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def assert_right(data: bytes, report: Report) -> None:
    tally = score(parse_report(data), report.gold())
    assert (tally.wrong, tally.missing, tally.marked) == (0, 0, 0), tally.first_wrong


def refusal(data: bytes) -> str:
    with pytest.raises(NotAReport) as caught:
        parse_report(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


REPORT = make_report(31)
OTHER = make_report(32)
PAGE = render_html(REPORT)


# ---------------------------------------------------------------- which file is the report


def test_the_report_is_found_among_other_files() -> None:
    notice = "<html><body><p>关于印发办法的通知</p><p>各科室：请遵照执行。</p></body></html>".encode()
    data = zipped(
        {"通知.html": notice, "a/年报.docx": render_docx(REPORT), "封面.png": b"\x89PNG\r\n", "Thumbs.db": b"x"}
    )
    assert_right(data, REPORT)
    document = read_document(data)
    assert document.source_format == "docx"
    assert document.notes == ["read from a/年报.docx, one of 3 files in an archive"]


def test_a_copy_of_the_report_is_passed_over_and_the_fuller_wins() -> None:
    short = render_xlsx(REPORT, XlsxOptions(prose=False))
    for files in ({"1.xlsx": short, "2.html": PAGE}, {"1.docx": render_docx(REPORT), "2.html": PAGE}):
        assert_right(zipped(files), REPORT)
    assert read_document(zipped({"1.xlsx": short, "2.html": PAGE})).source_format == "html"


def test_a_copy_with_other_numbers_is_told() -> None:
    changed = REPORT.copy()
    row = changed.table("applications").rows[3]
    row[-1] = row[-1].printed("777", 777)
    notes = read_document(zipped({"1.html": PAGE, "2.html": render_html(changed)})).notes
    assert any("has the same title and other numbers" in note for note in notes)


def test_several_reports_are_refused() -> None:
    message = refusal(zipped({"甲.html": PAGE, "乙.docx": render_docx(OTHER)}))
    assert message.startswith("an archive of 2 different reports (")
    assert "甲.html" in message
    assert "乙.docx" in message


def test_text_and_statistics_in_two_files_are_put_together() -> None:
    report = make_report(33, "2014")
    text = report.copy()
    for section in text.sections:
        section.body = [block for block in section.body if not isinstance(block, Table)]
    sheet = report.copy()
    sheet.title = f"{report.year}年政府信息公开情况统计表"
    data = zipped({"报告.docx": render_docx(text), "附表.xlsx": render_xlsx(sheet, XlsxOptions(prose=False))})
    assert_right(data, report)
    records = parse_report(data)
    assert records.report.title == report.title
    assert len(records.sections) > 3
    assert any("tables from 附表.xlsx" in note for note in records.report.notes)


def test_no_report_in_an_archive_is_told_with_the_reasons() -> None:
    message = refusal(zipped({"a.png": b"\x89PNG\r\n", "b.txt": "短文。".encode()}))
    assert message.startswith("a ZIP file without a report that can be read: a.png: a PNG picture")
    assert "b.txt: no annual report" in message


def test_gzip_nested_and_chinese_names() -> None:
    assert_right(gzip.compress(PAGE), REPORT)
    assert_right(zipped({"内.zip": zipped({"年报.html": PAGE})}), REPORT)
    assert "2 levels deep" in refusal(zipped({"a.zip": zipped({"b.zip": zipped({"c.html": PAGE})})}))


def test_a_name_in_gbk_is_told_in_chinese() -> None:
    data = zipped({"aaaa.html": PAGE, "bbbb.html": render_html(OTHER)})
    message = refusal(data.replace(b"aaaa", "甲乙".encode("gbk")).replace(b"bbbb", "丙丁".encode("gbk")))
    assert "甲乙.html" in message
    assert "丙丁.html" in message


# ---------------------------------------------------------------- RAR


def rar(files: dict[str, bytes]) -> bytes:
    """A RAR 5 archive of stored files."""
    made = b"Rar!\x1a\x07\x01\x00" + _block(1, 0, vint(0))
    for name, data in files.items():
        fields = vint(4) + vint(len(data)) + vint(0o100644) + zlib.crc32(data).to_bytes(4, "little") + vint(0) + vint(1)
        made += _block(2, 2, vint(len(data)) + fields + vint(len(name.encode())) + name.encode()) + data
    return made + _block(5, 0, vint(0))


def _block(kind: int, flags: int, rest: bytes) -> bytes:
    body = vint(kind) + vint(flags) + rest
    sized = vint(len(body)) + body
    return zlib.crc32(sized).to_bytes(4, "little") + sized


def vint(number: int) -> bytes:
    made = b""
    while True:
        number, low = number >> 7, number & 0x7F
        if not number:
            return made + bytes([low])
        made += bytes([low | 0x80])


@needs_bsdtar
def test_a_rar_is_read_without_writing_its_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = rar({"../../x.html": PAGE, "/abs/读我.txt": "无".encode(), "-rf": b"x", "@list": b"x"})
    assert_right(data, REPORT)
    assert list(tmp_path.rglob("*")) == []


@needs_bsdtar
def test_a_broken_rar_is_told() -> None:
    data = rar({"a.html": PAGE})
    for place in (10, 40, 200, len(data) // 2):
        assert refusal(data[:place]).startswith("a RAR file")


def test_without_bsdtar_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack.shutil, "which", lambda name: None)
    assert "install bsdtar" in refusal(rar({"a.html": PAGE}))


# ---------------------------------------------------------------- hostile archives


def test_names_that_lead_out_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    before = sorted(tmp_path.rglob("*"))
    for name in ("../../x.html", "/etc/x.html", "..\\..\\x.html", "C:\\x.html", "a\0b.html", "x\n\x1b[31mred.html"):
        assert_right(zipped({name: PAGE, "b.png": b"\x89PNG\r\n"}), REPORT)
    assert sorted(tmp_path.rglob("*")) == before
    assert not os.path.exists("/etc/x.html")


def test_a_name_is_told_in_one_printable_line() -> None:
    message = refusal(zipped({"x\n\x1b[31mred" + "长" * 500: b"\x89PNG\r\n"}))
    assert message.isprintable()
    assert len(message) < 300


def flat_bomb() -> bytes:
    return zipped({"a.html": b"<p>" + b"0" * (30 * 2**20)})


def nested_bomb() -> bytes:
    """As 42.zip, small: archives of archives whose last files are large."""
    inner = zipped({f"{n}.txt": b"0" * 900_000 for n in range(100)})
    return zipped({f"{n}.zip": inner for n in range(100)})


def overlapping_bomb() -> bytes:
    """Many entries of the directory that all lead to the same bytes."""
    one = zipped({"a.txt": b"0" * 1_000_000})
    place = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entries = one[place:end] * 150
    count = (150).to_bytes(2, "little")
    tail = one[end : end + 8] + count + count + len(entries).to_bytes(4, "little") + one[end + 16 :]
    return one[:place] + entries + tail


def encrypted() -> bytes:
    data = bytearray(zipped({"年报.html": PAGE}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


HOSTILE: dict[str, tuple[Any, str]] = {
    "flat bomb": (flat_bomb, "as only a bomb does"),
    "nested bomb": (nested_bomb, "more than"),
    "overlapping": (overlapping_bomb, "a ZIP file"),
    "gzip bomb": (lambda: gzip.compress(bytes(80 * 2**20)), "unpacks to more than"),
    "encrypted": (encrypted, "is encrypted"),
    "5,000 files": (lambda: zipped({f"{n}.txt": b"x" for n in range(5000)}), "5,000 files"),
    "30,000 entries": (lambda: b"PK\x03\x04" + b"PK\x01\x02" * 30_000, "more than 10,000 files"),
    "many to convert": (lambda: zipped({f"{n}.rtf": b"{\\rtf1}" for n in range(20)}), "20 DOC or XLS files"),
    "empty": (lambda: zipped({}), "empty ZIP"),
    "folders only": (lambda: zipped({"a/": b""}), "without files"),
    "cut gzip": (lambda: gzip.compress(PAGE)[:-200], "cut off"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archives_end_in_one_line_and_soon(name: str) -> None:
    make, word = HOSTILE[name]
    data = make()
    start = time.monotonic()
    assert word in refusal(data)
    assert time.monotonic() - start < 20


def test_archives_are_held_to_their_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_TOTAL", 3_000_000)
    files = {f"{n}.bin": os.urandom(900_000) for n in range(4)}
    assert "unpacks to more than 3,000,000" in refusal(zipped(files))
    assert archives.MAX_CONVERTED < unpack.MAX_FILES


# ---------------------------------------------------------------- saved pages


def saved(parts: dict[str, bytes], root: str, kind: str = "text/html") -> bytes:
    """A page saved as one file, each part by its Content-Location, the root first."""
    lines = [b"From: <Saved by a browser>", b"MIME-Version: 1.0"]
    lines += [b'Content-Type: multipart/related; type="text/html"; boundary="=_x"', b"", b""]
    for place in (root, *(name for name in parts if name != root)):
        message = EmailMessage()
        message.set_content(parts[place], *kind.split("/"), cte="base64")
        message["Content-Location"] = place
        if place.startswith("cid:"):
            message["Content-ID"] = f"<{place[4:]}>"
        lines += [b"--=_x", message.as_bytes()]
    return b"\r\n".join([*lines, b"--=_x--", b""])


SHELL = "<html><head><title>门户</title><meta name=PubDate content=2024-01-19></head><body><div>首页</div>{}<div>版权所有</div></body></html>"


@pytest.mark.parametrize(
    ("frame", "place"),
    [
        ('<iframe src="cid:frame-1@mhtml.blink" width=100></iframe>', "cid:frame-1@mhtml.blink"),
        ("<iframe src='inner/page.html'>", "http://a.gov.cn/x/inner/page.html"),
        ("<frameset><frame src=http://a.gov.cn/f.html></frameset>", "http://a.gov.cn/f.html"),
    ],
)
def test_a_frame_is_read_where_it_stands(frame: str, place: str) -> None:
    root = "http://a.gov.cn/x/index.html"
    data = saved({root: SHELL.format(frame).encode(), place: PAGE, "http://a.gov.cn/p.html": render_html(OTHER)}, root)
    assert_right(data, REPORT)
    document = read_document(data)
    assert document.source_format == "mhtml"
    words = [getattr(block, "text", "") for block in document.blocks]
    assert words[0] == "首页"
    assert words[-1] == "版权所有"
    assert parse_report(data).report.published in ("2024-01-19", REPORT.fields["published"])


def test_a_page_without_frames_and_a_frame_that_is_lost() -> None:
    assert_right(saved({"http://a/": PAGE}, "http://a/"), REPORT)
    assert_right(
        saved({"http://a/": SHELL.format("<iframe src=gone.html>").encode(), "http://b/": PAGE}, "http://a/"), REPORT
    )


def test_of_several_reports_in_lost_frames_none_is_chosen() -> None:
    parts = {"http://a/": SHELL.format("").encode(), "http://b/": PAGE, "http://c/": render_html(OTHER)}
    assert "several reports" in refusal(saved(parts, "http://a/"))


def test_frames_that_hold_each_other_end() -> None:
    parts = {
        f"http://a/{n}": ("<p>甲</p>" + "<iframe src=1></iframe><iframe src=2></iframe>" * 20).encode() for n in (1, 2)
    }
    assert "no annual disclosure report" in refusal(saved(parts, "http://a/1"))


def test_a_cut_off_saved_page_is_told() -> None:
    data = saved({"http://a/": PAGE}, "http://a/")
    for cut in (1, 3, 6, 9):
        assert "MHTML" in refusal(data[: len(data) * cut // 10])


# ---------------------------------------------------------------- content, not names


def test_a_challenge_page_under_the_name_of_a_file_is_told() -> None:
    assert "only script" in refusal(b"<html><head></head><body><script>document.cookie='a'</script></body></html>")


def test_blanks_in_front_of_an_archive_do_not_hide_it() -> None:
    assert_right(b"\r\n" + gzip.compress(PAGE), REPORT)
    assert_right(b"\r\n" + zipped({"a.html": PAGE}), REPORT)
    assert HtmlOptions().style == "clean"


@pytest.mark.parametrize("kind", ["many", "deep", "frames", "bodies"])
def test_hostile_saved_pages_end_soon(kind: str) -> None:
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n'
    deep = b"".join(
        b'--x%d\r\nContent-Type: multipart/related; boundary="x%d"\r\n\r\n' % (n, n + 1) for n in range(3000)
    )
    data = {
        "many": head + b"--x\r\n\r\n" * 400_000,
        "deep": head.replace(b'"x"', b'"x0"') + deep,
        "frames": head + b"--x\r\nContent-Type: text/html\r\n\r\n" + b"<frame " * 2_000_000 + b"\r\n--x--\r\n",
        "bodies": head + b"--x\r\nContent-Type: text/html\r\n\r\n" + b"<body " * 2_000_000 + b"\r\n--x--\r\n",
    }[kind]
    start = time.monotonic()
    refusal(data)
    assert time.monotonic() - start < 20

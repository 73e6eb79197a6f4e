"""What is no report is named as such, in one line that says what was found; it never costs much time or memory."""

import io
import time
import zipfile
from functools import cache
from pathlib import Path

import pytest

from parsers.errors import NotAReport
from parsers.reader import parse_report
from tests.reportgen import HtmlOptions, make_report, render_html
from xxgk.inputs import MAX_BYTES
from xxgk.reading import read_one, time_limit

TIME_LIMIT = 20.0
CHALLENGE = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title></title><script>var _0x3f=['push','cookie'];"
    "(function(a,b){document.cookie='acw_sc__v2='+a;location.reload();})(_0x3f,0x1b);</script></head>"
    "<body><noscript>请开启JavaScript并刷新该页。</noscript></body></html>"
)
LINK_LIST = (
    "<html><body><ul>"
    + "<li><a href='/art.html'>某局2023年政府信息公开工作年度报告</a></li>" * 40
    + "</ul></body></html>"
)


def _zip(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "<x/>")
    return buffer.getvalue()


BAD = {
    "empty": b"",
    "blank": b" \r\n\t\n ",
    "bom": b"\xef\xbb\xbf",
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8,
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 8,
    "pdf": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "zip": _zip("readme.txt"),
    "docx": _zip("word/document.xml"),
    "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096,
    "gzip": b"\x1f\x8b\x08\x00" + bytes(range(256)),
    "zeros": b"\0" * 100_000,
    "noise": bytes(n * 7919 % 256 for n in range(50_000)),
    "json": b'{"code": 404, "message": "not found"}',
    "english": b"<html><body><h1>404 Not Found</h1><p>nginx</p></body></html>",
    "challenge": CHALLENGE.encode(),
    "links": LINK_LIST.encode(),
    "notice": "关于做好2023年政府信息公开工作年度报告编制工作的通知\n各镇、街道：\n请于1月10日前报送。".encode(),
    "novel": ("话说天下大势，分久必合。" * 3000).encode(),
}
# A word that the reason must hold, so that a person knows what the file is.
NAMED = {"empty": "empty", "png": "PNG", "pdf": "PDF", "zip": "ZIP", "challenge": "script"}


@pytest.mark.parametrize("name", BAD)
def test_no_report_is_named(name: str) -> None:
    with pytest.raises(NotAReport) as caught:
        parse_report(BAD[name])
    reason = str(caught.value)
    assert reason.strip()
    assert "\n" not in reason
    assert NAMED.get(name, "").lower() in reason.lower()


@pytest.mark.parametrize("name", BAD)
def test_cut_bytes_of_no_report_are_no_report(name: str) -> None:
    for end in (1, 2, 5, 9, 30):
        with pytest.raises(NotAReport):
            parse_report(BAD[name][:end])


@cache
def _bombs() -> dict[str, bytes]:
    report = render_html(make_report(1))
    page = report.decode()
    deep = 100_000
    return {
        "nested tables": b"<table><tr><td>" * deep + b"1" + b"</td></tr></table>" * deep,
        "open tables": b"<table><tr><td>" * deep,
        "nested divs": b"<div>" * deep + report + b"</div>" * deep,
        "nested lists": b"<ul><li>" * deep,
        "wide row": ("<table><tr>" + "<td>1</td>" * 300_000 + "</tr></table>" + page).encode(),
        "tall table": ("<table>" + "<tr><td>1</td></tr>" * 200_000 + "</table>" + page).encode(),
        "huge spans": (
            "<table>" + "<tr><td rowspan=65534 colspan=1000>1</td></tr>" * 2000 + "</table>" + page
        ).encode(),
        "pipes": b"|" * 2_000_000,
        "pipe rows": ("一、总体情况\n" + "规章 | 0 | 0 | 0 |\n" * 100_000).encode(),
        "digits": ("三、收到和处理政府信息公开申请情况\n一、本年新收政府信息公开申请数量" + "1" * 1_000_000).encode(),
        "entities": b"<p>" + b"&amp;" * 500_000,
        "comment": b"<!--" + b"-" * 2_000_000,
        "attributes": b"<table " + b"a=1 " * 300_000 + b"><tr><td>1",
        "headings": "一、总体情况\n".encode() * 200_000,
        "numerals": "二、主动公开政府信息情况\n行政许可 | ".encode() + "一".encode() * 300_000,
        "quotes": b"<span a='" * 200_000,
        "labels": "（一）予以公开".encode() * 50_000,
    }


@pytest.mark.parametrize("name", _bombs())
def test_bombs_end_in_time(name: str) -> None:
    """Nothing that grows without bound: a reason or a record, soon, and no traceback."""
    data = _bombs()[name]
    reason = ""
    try:
        with time_limit(TIME_LIMIT):
            parse_report(data)
    except NotAReport as error:
        reason = str(error)
    assert "\n" not in reason


@pytest.mark.parametrize("name", ["nested tables", "open tables"])
def test_a_bomb_of_nested_tables_is_no_report(name: str) -> None:
    with pytest.raises(NotAReport), time_limit(TIME_LIMIT):
        parse_report(_bombs()[name])


def test_deep_nesting_is_read() -> None:
    """300 containers around the page, which a plain parse would lose without a word."""
    report = make_report(2)
    page = render_html(report).replace(b'<div class="article">', b"<div>" * 300 + b'<div class="article">')
    values = {(value.indicator, value.applicant): value.value for value in parse_report(page).values}
    assert values == {(indicator, applicant): number for indicator, applicant, number in report.gold()}


def test_hostile_spans_do_not_move_numbers() -> None:
    report = make_report(3)
    records = parse_report(render_html(report, HtmlOptions(hostile=True)))
    values = {(value.indicator, value.applicant): value.value for value in records.values}
    assert values == {(indicator, applicant): number for indicator, applicant, number in report.gold()}


def test_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.html"
    with path.open("wb") as handle:
        handle.truncate(4 * MAX_BYTES)
    start = time.perf_counter()
    outcome = read_one(str(path))
    assert outcome.data is None
    assert "MiB" in outcome.reason
    assert time.perf_counter() - start < 1


def test_a_list_of_reports_is_none() -> None:
    rows = "".join(
        f"<p><a href='{n}.html'>云桥区第{n}局2023年政府信息公开工作年度报告</a> [2024-01-{n:02d}]</p>"
        for n in range(10, 29)
    )
    page = f"<html><title>政府信息公开年报</title><h1>云桥区政府信息公开年报</h1>{rows}</html>"
    with pytest.raises(NotAReport, match="no annual disclosure report"):
        parse_report(page.encode())


def test_headings_in_their_order_make_a_report_without_a_title() -> None:
    """A page that lost its title is told by four official headings; in another order they are no report."""
    headings = [
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "五、存在的主要问题及改进情况",
    ]
    body = "\n本局按时公开信息。\n"
    records = parse_report(body.join([*headings, ""]).encode())
    assert [section.section for section in records.sections] == ["overview", "disclosure", "applications", "problems"]
    assert records.report.status == "partial"
    with pytest.raises(NotAReport):
        parse_report(body.join([headings[0], headings[2], headings[1], headings[3], ""]).encode())

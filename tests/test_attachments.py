"""Reports in files beside their pages: which links are attachments, and two nights on a district that has many."""

import hashlib
import io
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas
import pytest

import xxgk
from scraper.analyse import analyse
from scraper.attachments import MAX_ATTACHMENTS, find_attachments
from scraper.config import load_plan
from scraper.model import Page as FetchedPage
from scraper.model import Request
from scraper.pictures import find_pictures

pytest.importorskip("starlette", reason="the replicas need the extra `demo`")
from starlette.responses import Response

from xxgk.demo.columns import Column
from xxgk.demo.compare import Comparison, Finding
from xxgk.demo.replicas import Replicas, ReplicaSite, Seen
from xxgk.demo.reports import DemoReport
from xxgk.demo.sites.attached import Attached
from xxgk.demo.sites.base import Row
from xxgk.demo.sites.vsb import Vsb
from xxgk.demo.word import make_docx, make_xlsx
from xxgk.display import Display
from xxgk.nightly import Night, run_night
from xxgk.summary import Summary

HOST = "http://www.example.gov.cn"
URL = f"{HOST}/zwgk/nb/202301/t20230116_1.html"
DOWNLOAD = "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1234567890&wbfileid=0A1B2C"
DOWNFILE = "/module/download/downfile.jsp?classid=0"
SHOWNAME = "showname=%E5%B9%B4%E6%8A%A5.pdf"

# ---------------------------------------------------------------- links


def found_on(html: str) -> list[tuple[str, str]]:
    """Path and name of each attachment of a page with this article."""
    page = FetchedPage(URL, f"<html><body><h1>年度报告</h1>{html}</body></html>".encode())
    return [(file.url.removeprefix(HOST), file.name) for file in find_attachments(page)]


@pytest.mark.parametrize(
    ("html", "path", "name"),
    [
        ('<div class="fujian"><a href="./P020230116366666666666.docx">附件</a></div>', "/zwgk/nb/202301/P020230116366666666666.docx", "P020230116366666666666.docx"),
        ('<a href="./P020230116366666666666.docx">2022年年报.docx（31KB）</a>', "/zwgk/nb/202301/P020230116366666666666.docx", "2022年年报.docx（31KB）"),
        ('<a href="W020230116.PDF">附件</a>', "/zwgk/nb/202301/W020230116.PDF", "W020230116.PDF"),
        (f'<a href="{DOWNFILE}&filename=1030.pdf&{SHOWNAME}">点击下载</a>', f"{DOWNFILE}&filename=1030.pdf&{SHOWNAME}", "年报.pdf"),
        (f'<a href="{DOWNFILE}&{SHOWNAME}&filename=1030.pdf">点击下载</a>', f"{DOWNFILE}&{SHOWNAME}&filename=1030.pdf", "年报.pdf"),
        (f'<a href="{DOWNFILE}&filename=1030.pdf&showname=%C4%EA%B1%A8.pdf">下载</a>', f"{DOWNFILE}&filename=1030.pdf&showname=%C4%EA%B1%A8.pdf", "年报.pdf"),
        ('<a class="nfw-cms-attachment" attachment-id="7" href="/attachment/0/123/123456/7654321.docx" alt="年报.docx">点击下载</a>', "/attachment/0/123/123456/7654321.docx", "年报.docx"),
        (f'附件【<a href="{DOWNLOAD}">年报.xls</a>】已下载<span>3</span>次', DOWNLOAD, "年报.xls"),
        (f'<a href="{DOWNLOAD}">附表</a>', DOWNLOAD, "附表"),
        ('<a href="/__local/A/BB/CC/0123456789ABCDEF_1234.pdf">年报</a>', "/__local/A/BB/CC/0123456789ABCDEF_1234.pdf", "0123456789ABCDEF_1234.pdf"),
        ('<script>showVsbpdfIframe("/__local/A/BB/CC/01_9.pdf", "100%", "600", "0")</script>', "/__local/A/BB/CC/01_9.pdf", "01_9.pdf"),
        ('<a href="t20230116_1/files/9f8e.pdf" title="年报.pdf">下载</a>', "/zwgk/nb/202301/t20230116_1/files/9f8e.pdf", "年报.pdf"),
        ('<iframe src="/pdfjs/web/viewer.html?file=/files/nb.pdf"></iframe>', "/files/nb.pdf", "nb.pdf"),
        ('<a href="/pdfjs/web/viewer.html?file=../../files/nb.pdf">在线阅读</a>', "/files/nb.pdf", "nb.pdf"),
        ('<embed src="nb.pdf">', "/zwgk/nb/202301/nb.pdf", "nb.pdf"),
        ('<a href="/group6/M00/00/11/wKgBa2.docx">附件下载</a>', "/group6/M00/00/11/wKgBa2.docx", "wKgBa2.docx"),
        ("<a href=\"javascript:void(0)\" onclick=\"window.open('./P0202.wps')\">附件</a>", "/zwgk/nb/202301/P0202.wps", "P0202.wps"),
        ('<a href="./P0202.jpg">附件：统计表.jpg</a>', "/zwgk/nb/202301/P0202.jpg", "附件：统计表.jpg"),
        ('<a href="./P0202.PNG">2022年年度报告（扫描件）</a>', "/zwgk/nb/202301/P0202.PNG", "2022年年度报告（扫描件）"),
        ('<a href="./P9.docx">云桥街道办事处2022年年报.docx</a>', "/zwgk/nb/202301/P9.docx", "云桥街道办事处2022年年报.docx"),
    ],
)  # fmt: skip
def test_every_form_of_link_is_an_attachment(html: str, path: str, name: str) -> None:
    assert found_on(html) == [(path, name)]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="./P0202.doc">政府信息公开申请表.doc</a>',
        '<a href="./P0202.doc">下载政府信息公开申 请 表</a>',
        '<a href="/files/依申请公开流程图.pdf">流程</a>',
        '<a href="/files/zn.pdf" title="政府信息公开指南">下载</a>',
        '<a class="nfw-cms-attachment" attachment-id="8" href="" alt="年报.docx">点击下载</a>',
        '<a href="/nb/2022.html">2022年年报</a><a href="/docs/">文档.doc说明</a>',
        '<a href="/images/big.jpg"><img src="/images/small.jpg"></a><a href="/a.png">查看大图</a>',
        '<a href="/files/sqb.jpg">附件：申请表.jpg</a>',
        '<img src="/a.png"><script>var name = "年报.pdf";</script>',
    ],
)
def test_what_is_no_attachment(html: str) -> None:
    assert found_on(html) == []


def test_a_page_with_many_files_is_a_list_of_downloads() -> None:
    def linked(count: int) -> list[tuple[str, str]]:
        return found_on("".join(f'<a href="f{n}.pdf">文件{n}</a>' for n in range(count)))

    assert len(linked(MAX_ATTACHMENTS)) == MAX_ATTACHMENTS
    assert linked(MAX_ATTACHMENTS + 1) == linked(30) == []


def test_a_file_that_is_linked_twice_is_one() -> None:
    assert found_on('<a href="P1.docx"><img src="/doc.gif"></a><a href="P1.docx">年报.docx</a>') == [
        ("/zwgk/nb/202301/P1.docx", "年报.docx")
    ]


# ---------------------------------------------------------------- tables that are pictures

PICTURED = """<img src="/logo.png"><h1>年度报告</h1><p>一、总体情况</p><p><img src="photo.jpg"></p>
<p>二、主动公开政府信息<b>情况</b></p><p><img src="./W1.png"></p><p>三、收到和处理政府信息公开申请情况</p>
<p><img src="/lazy.gif" data-src="W2.jpg"><img src="W2.jpg"></p><p>四、政府信息公开行政复议、行政诉讼情况</p><p><img src="W3.jpeg"></p>
<p>五、存在的主要问题及改进情况</p><p>无。</p><img src="/qr.png">"""


def pictures_on(html: str) -> list[str]:
    page = FetchedPage(URL, f"<html><body>{html}</body></html>".encode())
    return [file.url.removeprefix(f"{HOST}/zwgk/nb/202301/") for file in find_pictures(page)]


def test_pictures_where_the_tables_belong_are_attachments() -> None:
    assert pictures_on(PICTURED) == ["W1.png", "W2.jpg", "W3.jpeg"]
    asked = Request(URL)
    analysis = analyse(
        FetchedPage(URL, f"<html><body>{PICTURED}</body></html>".encode()), asked, "2022年政府信息公开工作年度报告"
    )
    assert [file.name for file in analysis.attachments] == ["W1.png", "W2.jpg", "W3.jpeg"]


@pytest.mark.parametrize(
    "html",
    [
        PICTURED.replace("<p>四、", "<table><tr><td>本年新收政府信息公开申请数量</td></tr></table><p>四、"),
        PICTURED.replace("存在的主要问题", "其他"),
        PICTURED.replace("主动公开政府信息", "公开").replace("收到和处理政府信息公开申请", "申请"),
        PICTURED.replace("W1.png", "data:image/png;base64,AAAA")
        .replace("W2.jpg", "W2.gif")
        .replace("W3.jpeg", "javascript:x"),
        PICTURED.replace('<img src="./W1.png">', "".join(f'<img src="{n}.png">' for n in range(30))),
    ],
)
def test_pictures_elsewhere_are_none(html: str) -> None:
    assert pictures_on(html) == []


# ---------------------------------------------------------------- the files of the replica


def test_files_of_the_replica_are_the_same_whenever_they_are_made() -> None:
    article = '<h1>题</h1><p>文</p><table><tr><td rowspan="2">甲</td><td colspan="2">3</td></tr><tr><td>4</td><td>5</td></tr></table>'
    for make in (make_docx, make_xlsx):
        one, other = make.__wrapped__(article), make.__wrapped__(article)
        assert one == other
        with zipfile.ZipFile(io.BytesIO(one)) as opened:
            assert opened.testzip() is None
            assert {info.date_time for info in opened.infolist()} == {(2024, 1, 15, 9, 30, 0)}


# ---------------------------------------------------------------- two nights


class Crawled(NamedTuple):
    """One night: its summary, the dataset, how that compares, what was asked, and the replica as it was."""

    summary: Summary
    dataset: xxgk.Dataset
    finding: Finding
    log: list[Seen]
    site: ReplicaSite
    replica: Attached

    @property
    def statuses(self) -> dict[str, int]:
        """Path to status of everything that was asked."""
        return {seen.path: seen.status for seen in self.log}

    def report(self, way: str) -> DemoReport:
        """The first report that stands where ``way`` says."""
        return next(item.report for item in self.site.reports if self.way_of(item.report) == way)

    def way_of(self, report: DemoReport) -> str:
        """Where the replica puts a report."""
        return next(self.replica.way_of(a) for a in self.replica.content.articles if a.report is report)

    def file_of(self, report: DemoReport) -> tuple[str, str]:
        """Path and digest of the file that holds the tables of a report; of its page where it is whole."""
        article = next(a for a in self.replica.content.articles if a.report is report)
        way = self.replica.way_of(article)
        if way in ("form", "stray"):
            path = self.replica.article_path(article)
            return path, sha(self.replica.routes[path].body)  # type: ignore[union-attr]
        return self.replica.file_path(article), sha(self.replica.make_file(article))


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def do_night(replicas: Replicas, data: Path, comparison: Comparison) -> Crawled:
    """A night, read by this process."""
    file, before = data / "sites.toml", len(replicas.log)
    file.write_text(replicas.sites_toml(0, timeout=5.0), encoding="utf-8")
    summary = run_night(Night(load_plan([file]), {}, data, True, 0), Display(), lambda _: None)
    finding = comparison.compare(data / "dataset", replicas.sites, summary.sites)
    replica = replicas.published["attached"]
    assert isinstance(replica, Attached)
    (site,) = replicas.sites
    # The next night puts another one in its place.
    kept = shutil.copytree(data / "dataset", data.with_name(f"{data.name}-{summary.run_id}"))
    return Crawled(summary, xxgk.load(kept), finding, replicas.log[before:], site, replica)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crawled, Crawled]]:
    with Replicas(["attached"]) as replicas:
        data, comparison = tmp_path_factory.mktemp("attached"), Comparison()
        first = do_night(replicas, data, comparison)
        replicas.next_night()
        yield first, do_night(replicas, data, comparison)


def only(frame: pandas.DataFrame, **wanted: object) -> Any:
    """The one row with these values."""
    for name, value in wanted.items():
        frame = frame[frame[name] == value]
    (row,) = frame.to_dict("records")
    return row


def test_every_number_of_every_report_is_right(nights: tuple[Crawled, Crawled]) -> None:
    for night in nights:
        assert night.finding.wrong == []
        assert night.finding.reports == night.finding.reports_expected == len(night.site.reports) == 10
        assert night.finding.values == night.finding.values_expected > 1500
    assert Counter(report.report.form for report in nights[0].site.reports) == {"2014": 2, "2019": 2, "2021": 6}


def test_one_report_per_page_and_no_file_is_one_of_its_own(nights: tuple[Crawled, Crawled]) -> None:
    for night in nights:
        reports = night.dataset.reports
        assert len(reports) == len(night.site.reports)
        assert set(reports["source_url"]) == {item.urls[0] for item in night.site.reports}
        is_file = reports["source_format"] != "html"
        assert list(reports[is_file]["agency"]) == [night.report("row").agency]


def test_values_tell_the_file_they_are_from(nights: tuple[Crawled, Crawled]) -> None:
    for night in nights:
        for item in night.site.reports:
            _, digest = night.file_of(item.report)
            row = only(night.dataset.reports, source_url=item.urls[0])
            values = night.dataset.values
            assert set(values[values["report_id"] == row["report_id"]]["source_sha256"]) == {digest}
            assert (row["source_sha256"] == digest) == (night.way_of(item.report) in ("row", "form", "stray"))


def test_the_header_is_that_of_the_page(nights: tuple[Crawled, Crawled]) -> None:
    night, _ = nights
    for item in night.site.reports:
        row, report = only(night.dataset.reports, source_url=item.urls[0]), item.report
        assert (row["title"], row["agency"], row["year"]) == (report.title, report.agency, report.year)
        assert (row["form"], row["published"].date().isoformat()) == (report.form, report.published)
        if night.way_of(report) != "row":
            assert row["index_number"] == report.index
        assert row["status"] == "clean"


def test_a_revised_file_is_told_where_its_page_is_the_same(nights: tuple[Crawled, Crawled]) -> None:
    first, second = nights
    (item,) = [item for item in second.site.reports if item.report.revises]
    (before,) = [old for old in first.site.reports if old.report.id == item.report.revises]
    (path, new), (_, old) = second.file_of(item.report), first.file_of(before.report)
    page = item.urls[0].removeprefix(f"http://{second.site.hosts[0]}")
    assert (second.statuses[page], second.statuses[path], second.finding.revisions) == (304, 200, 2)
    told = second.dataset.revisions
    assert sorted(zip(told["indicator"], told["old_value"], told["new_value"], strict=True)) == sorted(
        (indicator, number, later) for indicator, _, number, later in item.report.changed
    )
    assert (set(told["old_sha256"]), set(told["new_sha256"])) == ({old}, {new})
    assert old != new
    result = second.summary.sites[0]
    assert (result.reports_new, result.reports_changed, result.reports_unchanged) == (0, 1, 9)


def test_files_that_are_the_same_are_not_sent_again(nights: tuple[Crawled, Crawled]) -> None:
    first, second = nights
    revised = {second.file_of(item.report)[0] for item in second.site.reports if item.report.revises}
    for item in second.site.reports:
        path = second.file_of(item.report)[0]
        # What a script hands out has no validators: it comes whole, and is known by its digest.
        expected = 200 if path in revised or second.way_of(item.report) == "script" else 304
        assert (first.statuses[path], second.statuses[path]) == (200, expected)


def test_a_form_to_apply_with_is_not_fetched(nights: tuple[Crawled, Crawled]) -> None:
    for night in nights:
        article = next(a for a in night.replica.content.articles if night.replica.way_of(a) == "form")
        assert night.replica.article_path(article) in night.statuses
        assert night.replica.file_path(article) not in night.statuses
        assert night.replica.file_path(article) in night.replica.routes


def test_a_challenge_in_place_of_a_file_is_told(nights: tuple[Crawled, Crawled]) -> None:
    for night in nights:
        (result,) = night.summary.sites
        (failure,) = result.failures
        assert failure.url.endswith("/report.pdf")
        assert failure.reason.startswith("attachment of a report: ")
        assert "script" in failure.reason
        assert result.status == "partial"
        assert night.finding.statuses == 1


def test_notes_tell_what_is_from_where(nights: tuple[Crawled, Crawled]) -> None:
    reports = nights[0].dataset.reports
    notes = {row["source_url"]: row["notes"] for row in reports.to_dict("records")}
    for item in nights[0].site.reports:
        told, way = str(notes[item.urls[0]]), nights[0].way_of(item.report)
        assert ("the tables" in told) == (way in ("tables", "sheet", "script", "shell"))
        assert ("the text is that of the attachment" in told) == (way == "shell")


@pytest.mark.parametrize("file_first", [True, False])
def test_a_list_that_links_page_and_file_has_one_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file_first: bool
) -> None:
    """Also on the fifth night, when a page that was the same all the time is not asked for."""
    make_rows = Attached.make_rows

    def make_both(site: Attached, column: Column, number: int) -> list[Row]:
        rows = make_rows(site, column, number)
        linked = [a for a in site.page_of(column, number) if site.way_of(a) in ("tables", "shell")]
        files = [Row(site.file_path(a), f"{a.title}.docx", "", a.date) for a in linked]
        return [*files, *rows] if file_first else [*rows, *files]

    monkeypatch.setattr(Attached, "make_rows", make_both)
    with Replicas(["attached"]) as replicas:
        file = tmp_path / "sites.toml"
        file.write_text(replicas.sites_toml(0, timeout=5.0), encoding="utf-8")
        night = Night(load_plan([file]), {}, tmp_path, False, 0)
        asked = []
        for _ in range(5):
            (result,) = run_night(night, Display(), lambda _: None).sites
            asked.append(result.requests)
            assert (result.reports, result.notes) == (10, [])
        summary = run_night(night._replace(is_run=True), Display(), lambda _: None)
        finding = Comparison().compare(tmp_path / "dataset", replicas.sites, summary.sites)
    assert asked[4] < asked[0] - 9
    assert finding.wrong == []


# ---------------------------------------------------------------- files that cannot be had


def test_a_file_that_cannot_be_had_tonight_is_that_of_last_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Replicas(["attached"]) as replicas:
        comparison = Comparison()
        first = do_night(replicas, tmp_path, comparison)
        path, _ = first.file_of(first.report("shell"))
        monkeypatch.delitem(first.replica.routes, path)
        monkeypatch.setattr(Attached, "answer_missing", lambda *_: Response("closed", 403, media_type="text/plain"))
        second = do_night(replicas, tmp_path, comparison)
    assert second.finding.wrong == []
    assert len(second.dataset.revisions) == 0
    assert any(failure.url.endswith(path) for failure in second.summary.sites[0].failures)


def test_a_script_that_asks_for_a_code_is_asked_once_and_the_pages_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every report links two downloads; the script gives two files and then wants proof of a person."""
    template = '<a href="/system/_content/download.jsp?wbfileid={}">附表{}</a>'
    add = Vsb.add_article

    def add_linked(site: Vsb, article: Any) -> None:
        if article.report:
            article.body += "".join(template.format(article.serial + n, n) for n in range(2))
        add(site, article)

    monkeypatch.setattr(Vsb, "add_article", add_linked)
    with Replicas(["vsb"]) as replicas:
        file = tmp_path / "sites.toml"
        file.write_text(replicas.sites_toml(0, timeout=5.0), encoding="utf-8")
        summary = run_night(Night(load_plan([file]), {}, tmp_path, True, 0), Display(), lambda _: None)
        finding = Comparison().compare(tmp_path / "dataset", replicas.sites, ())
        asked = [seen for seen in replicas.log if "download.jsp" in seen.path]
    assert finding.wrong == []
    assert len(asked) == 3
    (result,) = summary.sites
    assert result.status == "partial"
    assert ["not asked any more tonight" in failure.reason for failure in result.failures] == [False, True]


def test_a_file_that_is_had_on_the_second_night_only_is_no_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Replicas(["attached"]) as replicas:
        comparison, replica = Comparison(), replicas.published["attached"]
        (article,) = [a for a in replica.content.articles if a.title.startswith("2019年")]
        with monkeypatch.context() as patched:
            patched.delitem(replica.routes, replica.file_path(article))
            patched.setattr(Attached, "answer_missing", lambda *_: Response("closed", 403, media_type="text/plain"))
            first = do_night(replicas, tmp_path, comparison)
        second = do_night(replicas, tmp_path, comparison)
    row = only(first.dataset.reports, title=article.title)
    assert row["status"] == "partial"
    assert "could not be had" in row["notes"]
    assert second.finding.wrong == []
    assert len(second.dataset.revisions) == 0

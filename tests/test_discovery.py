"""What the crawl makes of pages, links and addresses, without any network."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scraper.analyse import Analysis, Found, analyse, decode_analysis, encode_analysis
from scraper.frontier import Frontier, Item, Zone, is_sane, items_of, next_place, shape_of
from scraper.links import find_links, links_of_html
from scraper.lists import MAX_PAGES, ListLog
from scraper.model import Page, Request
from scraper.report_page import file_kind, find_report, text_digest
from scraper.urls import request_key, resolve, url_key
from scraper.words import Says, is_report_title, names_column, what_label_says, years_in

HOME = "http://www.yunqiao.gov.cn/"
COLUMN = HOME + "zwgk/zfxxgknb/"


def page(html: str, url: str = COLUMN) -> Page:
    return Page(url, html.encode("utf-8"), "text/html")


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("./202601/t20260116_1.html", COLUMN + "202601/t20260116_1.html"),
        ("../../a.html", HOME + "a.html"),
        ("../../../../a.html", HOME + "a.html"),
        ("/x//y.html", HOME + "x/y.html"),
        ("//b.gov.cn:80/a b?c=1#f", "http://b.gov.cn/a%20b?c=1"),
        ("\\x\\y.html", HOME + "x/y.html"),
        ("  /a.html\n", HOME + "a.html"),
        ("HTTP://B.GOV.CN./a", "http://b.gov.cn/a"),
        ("javascript:void(0)", None),
        ("mailto:a@b.cn", None),
        ("http://user:secret@b.gov.cn/", None),
        ("http://b.gov.cn:99999/", None),
        ("http://[::1/", None),
        ("file:///etc/passwd", None),
        ("x" * 3000, None),
    ],
)
def test_a_reference_is_made_absolute_or_refused(reference: str, expected: str | None) -> None:
    assert resolve(COLUMN, reference) == expected


@pytest.mark.parametrize(
    "twin",
    [
        "https://www.yunqiao.gov.cn/nb/t1.html",
        "http://yunqiao.gov.cn/nb/t1.html",
        "http://www.yunqiao.gov.cn/nb/t1_wap.html",
        "http://www.yunqiao.gov.cn/nb/t1.html;jsessionid=0A1B",
        "http://www.yunqiao.gov.cn/nb/t1.html?isMobile=false",
        "http://www.yunqiao.gov.cn/nb/t1.html?_=0.3",
    ],
)
def test_addresses_of_one_page_have_one_key(twin: str) -> None:
    assert url_key(resolve(COLUMN, twin) or "") == url_key("http://www.yunqiao.gov.cn/nb/t1.html")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.gov.cn/x?id=1", "http://a.gov.cn/x?id=2"),
        ("http://a.gov.cn/x", "http://a.gov.cn:8080/x"),
        ("http://a.gov.cn/x/1.html", "http://a.gov.cn/x/2.html"),
        ("http://a.gov.cn/gkmlpt/api/all/1?page=1&sid=7", "http://a.gov.cn/gkmlpt/api/all/1?page=2&sid=7"),
    ],
)
def test_other_pages_have_other_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


def test_a_folder_and_its_index_are_one_page_and_what_is_posted_counts() -> None:
    assert url_key(COLUMN) == url_key(COLUMN + "index.html")
    assert request_key(Request(COLUMN, "POST", "page=1")) != request_key(Request(COLUMN, "POST", "page=2"))


@example("0?")
@example("a.html?#top")
@example("-/.?a-")
@example("//a/.;jsessionid=1")
@example("a\u3000#")
@example("a;;jsessionid=1")
@given(st.text(max_size=60))
def test_what_resolves_is_an_address_that_resolves_to_itself(reference: str) -> None:
    found = resolve(COLUMN, reference)
    if found is not None:
        assert found.startswith(("http://", "https://"))
        assert resolve(COLUMN, found) == found
        assert url_key(found) == url_key(found)


@given(st.from_regex(r"(\./)?([a-z0-9]{1,5}/){0,3}[a-z0-9]{1,8}(\.s?html?)?(\?[a-z]=[0-9]{1,3})?", fullmatch=True))
def test_plain_references_are_resolved_as_urljoin_does(reference: str) -> None:
    from urllib.parse import urljoin

    assert resolve(COLUMN, reference) == urljoin(COLUMN, reference)


# ---------------------------------------------------------------- links


def test_every_sort_of_link_is_found() -> None:
    html = """<html><head><meta http-equiv="refresh" content="5; url=/moved.html"></head><body>
    <a href="./t1.html" title="某街道2025年政府信息公开工作年度报告">某街道2025年政府...</a>
    <a href="javascript:void(0)" onclick="jumpToDetail('./t2.html')">二</a>
    <a href="#" data-href="/t3.html">三</a>
    <li onclick="openUrl('http://b.gov.cn/t4')">四</li>
    <a href="javascript:window.open('t5.shtml','_blank')">五</a>
    <script>document.writeln("<li><a href=\\"/t6.html\\">六<\\/a></li>");</script>
    <iframe src="/viewer.html?file=%2Ffiles%2Ft7.pdf"></iframe><img src="x.png"><a href="/t8"><img alt="八"></a>
    </body></html>"""
    found = {link.url: link for link in find_links(page(html))}
    assert set(found) == {
        *(HOME + name for name in ("moved.html", "t3.html", "t6.html", "files/t7.pdf", "t8")),
        *(COLUMN + name for name in ("t1.html", "t2.html", "t5.shtml")),
        "http://b.gov.cn/t4",
    }
    assert found[COLUMN + "t1.html"].label == "某街道2025年政府信息公开工作年度报告"
    assert found[HOME + "t8"].label == "八"
    assert found[HOME + "moved.html"].kind == "refresh"
    assert found[HOME + "files/t7.pdf"].kind == "frame"


def test_a_shell_that_only_moves_on_is_followed_and_a_script_of_a_full_page_is_not() -> None:
    script = "<script>location.replace('./jbxxgmd/')</script>"
    assert [link.url for link in find_links(page(script))] == [COLUMN + "jbxxgmd/"]
    assert find_links(page(script + "<p>" + "长" * 3000 + "</p>")) == []


def test_a_bare_link_is_explained_by_what_stands_above_it() -> None:
    html = "<h3>政府信息公开年报</h3><div><a href='/a/'>2023年</a> <a href='/b/'>更多&gt;&gt;</a></div>"
    assert [link.near for link in links_of_html(html, HOME)] == ["政府信息公开年报"] * 2


def test_a_base_element_is_obeyed_and_nothing_is_linked_twice() -> None:
    html = "<base href='/x/'><a href='y'>a</a><a href='y'>a</a>"
    assert [link.url for link in links_of_html(html, HOME)] == [HOME + "x/y"]


@pytest.mark.parametrize("junk", ["", "<", "<a", "\x00" * 1000, "<a href='" * 20_000, "<div>" * 100_000, '{"a": 1}'])
def test_junk_has_no_links(junk: str) -> None:
    assert find_links(page(junk)) == []


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ("2022年云桥区商务局政府信息公开工作年度报告", Says.REPORT),
        ("云桥街道2022年政府信息公开 工作年度报告", Says.REPORT),
        ("云桥区2022年度政府信息公开工作报告", Says.REPORT),
        ("区综合行政执法局2023年政府信息公开工作年度报告", Says.REPORT),
        ("二〇一二年政府信息公开年度报告", Says.REPORT),
        ("政府信息公开年报", Says.COLUMN),
        ("政府信息公开工作年度报告", Says.COLUMN),
        ("年度报告", Says.COLUMN),
        ("各部门信息公开年报", Says.COLUMN),
        ("2022年法治政府建设年度报告", Says.REJECTED),
        ("2023年政府网站工作年度报表", Says.REJECTED),
        ("2022年度部门决算", Says.REJECTED),
        ("图解：2022年政府信息公开年度报告", Says.REJECTED),
        ("关于报送政府信息公开年度报告的通知", Says.REJECTED),
        ("政府信息公开", Says.DISCLOSURE),
        ("2022年", Says.YEAR),
        ("街道", Says.LEVEL),
        ("区教育局", Says.AGENCY),
        ("部门信息公开", Says.AGENCIES),
        ("更多>>", Says.MORE),
        ("云桥区召开经济工作会议", Says.REJECTED),
        ("今日天气", Says.OTHER),
        ("", Says.OTHER),
    ],
)
def test_what_a_label_says(label: str, says: Says) -> None:
    assert what_label_says(label) is says


def test_years_of_a_label() -> None:
    assert years_in("2022年度报告(二〇二一年)") == [2022, 2021]
    assert years_in("电话12022345、2007年") == []


def test_paths_that_name_the_column() -> None:
    assert names_column(HOME + "zwgk_70755/zfxxgknb_70772/")
    assert names_column(HOME + "hebwcs/c5546/zfxxgklby_nb.shtml")
    assert not names_column(HOME + "zwgk/tzgg/")


@given(st.text(max_size=200))
def test_any_label_says_something(label: str) -> None:
    assert what_label_says(label) in Says
    assert isinstance(is_report_title(label), bool)


# ---------------------------------------------------------------- report pages


PARTS = "一、总体情况 二、主动公开政府信息情况 三、收到和处理政府信息公开申请情况 四、其他需要报告的事项"


def report(body: str, title: str = "云桥区商务局2023年政府信息公开工作年度报告", extra: str = "") -> Page:
    html = f"<html><head><title>{title}_云桥区</title></head><body>{extra}<div id='zoom'>{body}</div></body></html>"
    return page(html, COLUMN + "t1.html")


def test_a_page_with_title_and_parts_is_a_report() -> None:
    found = find_report(report(f"<p>{PARTS}</p>" + "<p>本机关依法公开。</p>" * 40), "")
    assert found is not None
    assert found.title == "云桥区商务局2023年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("政府信息公开年报", "<a href='1.html'>2023年年报</a>" * 30),
        ("政府信息公开指南", "一、主动公开 二、依申请公开 三、监督 " + "文字" * 500),
        ("2023年法治政府建设年度报告", "一、总体情况 二、存在的主要问题 " + "文字" * 500),
        ("云桥区商务局2023年政府信息公开工作年度报告", "页面不存在"),
    ],
)
def test_other_pages_are_none(title: str, body: str) -> None:
    assert find_report(report(body, title), "") is None


def test_an_old_report_with_headings_of_its_own_is_one() -> None:
    assert find_report(report("我局按照要求开展工作。" * 60, "云桥区商务局2010年政府信息公开工作年度报告"), "")


def test_the_digest_of_the_text_does_not_see_counters_and_what_stands_around() -> None:
    body = f"<p>{PARTS}</p>" + "<p>本机关依法公开。</p>" * 40
    one = report(body + "<span>浏览次数：12次</span>", extra="<p>今天是2026年1月2日 星期五</p>")
    other = report(body + "<span>浏览次数：4711次</span>", extra="<p>今天是2026年1月3日 星期六</p>")
    assert text_digest(one) == text_digest(other)
    assert text_digest(one) != text_digest(report(body.replace("依法", "全面")))


def test_files_are_told_by_their_beginning() -> None:
    assert file_kind(b"%PDF-1.7 ...") == "pdf"
    assert file_kind(b"<html>") == ""


# ---------------------------------------------------------------- what is followed


def found(label: str, url: str = HOME + "x.html", **more: object) -> Found:
    return Found(url, label, what_label_says(label), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("zone", "label", "leads_to"),
    [
        (Zone.OUTSIDE, "政府信息公开年报", Zone.COLUMN),
        (Zone.OUTSIDE, "政府信息公开", Zone.DISCLOSURE),
        (Zone.OUTSIDE, "区教育局", None),
        (Zone.OUTSIDE, "新闻中心", None),
        (Zone.DISCLOSURE, "区教育局", Zone.AGENCY),
        (Zone.DISCLOSURE, "2022年", None),
        (Zone.AGENCY, "政府信息公开", Zone.AGENCY),
        (Zone.COLUMN, "2022年", Zone.COLUMN),
        (Zone.COLUMN, "街道", Zone.COLUMN),
        (Zone.COLUMN, "下个月", None),
    ],
)
def test_where_a_link_leads(zone: Zone, label: str, leads_to: Zone | None) -> None:
    place = next_place(zone, 0, found(label))
    assert (place[0] if place else None) is leads_to


def test_steps_within_a_zone_end() -> None:
    assert next_place(Zone.COLUMN, 4, found("2022年")) is None
    assert next_place(Zone.COLUMN, 4, found("云桥区2022年政府信息公开年度报告")) is not None


def test_years_of_the_site_choose_links() -> None:
    links = tuple(found(f"云桥区{year}年政府信息公开年度报告", f"{HOME}{year}.html") for year in (2021, 2022, 2023))
    items = items_of(Item(Request(COLUMN), zone=Zone.COLUMN), Analysis(links=links), (2022,))
    assert [item.request.url for item in items] == [HOME + "2022.html"]


def test_frames_and_shells_keep_their_place_and_do_not_go_on_for_ever() -> None:
    frame = Analysis(links=(Found(HOME + "list.html", "", Says.OTHER, "frame"),))
    item = Item(Request(COLUMN), zone=Zone.COLUMN)
    for _ in range(3):
        (item,) = items_of(item, frame)
        assert item.zone is Zone.COLUMN
    assert list(items_of(item, frame)) == []


def test_reports_come_first_then_columns_then_the_search() -> None:
    frontier = Frontier()
    for zone, says in ((Zone.OUTSIDE, Says.DISCLOSURE), (Zone.COLUMN, Says.YEAR), (Zone.OUTSIDE, Says.REPORT)):
        frontier.push(Item(Request(HOME), says=says, zone=zone))
    assert [frontier.pop().says for _ in range(3)] == [Says.REPORT, Says.YEAR, Says.DISCLOSURE]  # type: ignore[union-attr]
    assert frontier.pop() is None


def test_addresses_that_nest_without_end_are_left() -> None:
    assert not is_sane(HOME + "a/b/" * 4)
    assert is_sane(HOME + "zwgk/zfxxgknb/2023/")
    assert shape_of(HOME + "cal?m=12") == shape_of(HOME + "cal?m=7")


# ---------------------------------------------------------------- lists and analyses


def listing(*names: str) -> Analysis:
    html = "".join(f"<a href='{name}.html'>{name}</a>" for name in names)
    return analyse(page(html), Request(COLUMN, family="generic-static"), "")


def test_a_list_ends_where_a_page_brings_nothing_new() -> None:
    log = ListLog()
    number = log.begin(listing("a", "b"))
    log.add(number, listing("b", "c"), 0)
    assert log.had_news(number)
    assert log.goes_on(number, in_column=True)
    log.add(number, listing("a", "b"), 0)
    assert not log.had_news(number)
    assert not log.goes_on(number, in_column=True)


def test_an_endless_list_ends() -> None:
    log = ListLog()
    number, pages = log.begin(), 0
    while log.goes_on(number, in_column=True):
        pages += 1
        log.add(number, listing(f"x{pages}"), 0)
    assert pages < 10
    assert pages < MAX_PAGES


def test_an_analysis_survives_the_state_and_an_old_one_does_not() -> None:
    made = analyse(report(f"<p>{PARTS}</p>" + "<p>本机关依法公开。</p>" * 40), Request(COLUMN), "")
    assert made.is_report
    assert decode_analysis(encode_analysis(made)) == made
    assert decode_analysis(b"") is None
    assert decode_analysis(b"\x00junk") is None


def test_a_list_of_reports_is_a_column_and_so_is_one_that_is_called_so() -> None:
    rows = "".join(f"<a href='t{year}.html'>云桥区{year}年政府信息公开工作年度报告</a>" for year in range(2019, 2024))
    assert analyse(page(rows, HOME + "list/"), Request(HOME), "").is_column
    crumbs = "<div class='location'>首页 &gt; 政府信息公开年报</div><a href='/1.html'>x</a>"
    assert analyse(page(crumbs, HOME + "list/"), Request(HOME), "").is_column
    assert not analyse(page("<a href='/1.html'>x</a>", HOME + "list/"), Request(HOME), "").is_column

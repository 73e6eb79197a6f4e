"""Families whose lists come from script endpoints: made-up pages are read, and made-up servers answer what is asked."""

import json
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from scraper.cms import epoint, gkmlpt, hanweb_jpaas, hanweb_jpage, hanweb_xxgk, lonsun, recognise, truecms
from scraper.cms.annual_years import guessed_reports
from scraper.cms.endpoint import address_in, balanced, value_in, with_fields
from scraper.cms.fragment import date_in, records_in, rows_of_html, rows_of_records
from scraper.model import Link, Listing, Page, Request

FAMILIES = [hanweb_jpage, hanweb_jpaas, hanweb_xxgk, gkmlpt, lonsun, epoint, truecms]
SITE = "http://www.example.gov.cn"
AREA, OTHER_AREA = "11370100MB2345678X", "113701004567890123"
Server = Callable[[Request], str]
TIME_LIMIT = 10.0


def page_of(url: str, text: str) -> Page:
    return Page(url, text.encode(), "text/html")


def crawl(family, start: Page, server: Server) -> tuple[set[str], list[Request]]:
    """What a crawl finds: the next page is asked for in one way after the other until one brings something new."""
    asked: list[Request] = []
    found: set[str] = set()

    def listing_of(request: Request) -> Listing:
        asked.append(request)
        assert len(asked) < 100, "asks without end"
        return family.read(page_of(request.url, server(request)), request)

    def walk(listing: Listing) -> None:
        known = {row.url for row in listing.rows}
        while listing:
            found.update(known)
            for request in listing.lists:
                walk(listing_of(request))
            answers = (listing_of(request) for request in listing.more)
            listing = next((one for one in answers if {row.url for row in one.rows} - known), None)
            known |= {row.url for row in listing.rows} if listing else set()

    walk(family.read(start, Request(start.url)))
    return found, asked


def sent(request: Request) -> dict[str, str]:
    form = request.body if request.method == "POST" else urlsplit(request.url).query
    return {name: values[0] for name, values in parse_qs(form, keep_blank_values=True).items()}


def row(number: int) -> str:
    return f"<li><a href='/art/2026/1/20/art_5011_{number}.html' title=\"某镇{number}号报告\">某镇...</a><span>2026-01-\n20</span></li>"


def urls(numbers: range) -> set[str]:
    return {f"{SITE}/art/2026/1/20/art_5011_{number}.html" for number in numbers}


def island(numbers: range, head: str = "") -> str:
    records = "".join(f"<record><![CDATA[{row(number)}]]></record>\n" for number in numbers)
    return f"<datastore>{head}<recordset>{records}</recordset></datastore>"


# --- hanweb-jpage

COLUMN = f"{SITE}/col/col5011/index.html"
BLOB = "aB3%2Bx/Y=="
GROUP = (
    '<nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&amp;appid=1&webid=12&path=/&columnid='
    f'{BLOB}&unitid=70021&webname=%E6%9F%90&permissiontype=0"></a>]]></nextgroup>'
)


def jpage(shown: int, head: str = GROUP, script: str = "") -> Page:
    block = f'<div id="70021"><script type="text/xml">{island(range(shown), head)}</script></div>'
    return page_of(COLUMN, f"<html><body>{block}<script>{script}</script></body></html>")


def jpage_server(total: int, size: int, obeys: str, told: bool = True, method: str = "") -> Server:
    """A server that obeys only ``page`` (with pages of its own size) or only ``startrecord``."""

    def answer(request: Request) -> str:
        form = sent(request)
        if method and request.method != method:
            return "<datastore><recordset></recordset></datastore>"
        start = int(form["startrecord"]) - 1 if obeys == "startrecord" else (int(form["page"]) - 1) * size
        end = int(form["endrecord"]) if obeys == "startrecord" else start + size
        totals = f"<totalrecord>{total}</totalrecord><totalpage>{-(-total // size)}</totalpage>" if told else ""
        return island(range(start, min(end, total)), totals)

    return answer


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("script", ["", "jpage({perPage: 15, groupSize: 3})"])
@pytest.mark.parametrize(
    ("size", "obeys"), [(15, "page"), (45, "page"), (20, "page"), (30, "page"), (15, "startrecord")]
)
def test_jpage_skips_no_row_whatever_the_server_obeys(size, obeys, script, told):
    found, asked = crawl(hanweb_jpage, jpage(45, script=script), jpage_server(130, size, obeys, told))
    assert found == urls(range(130))
    assert len(asked) <= 10


def test_jpage_copies_all_parameters_and_sends_what_a_browser_sends():
    listing = hanweb_jpage.read(jpage(45), Request(COLUMN))
    first = listing.more[0]
    assert (first.url, first.method) == (f"{SITE}/module/web/jpage/dataproxy.jsp", "POST")
    assert f"&columnid={BLOB}&unitid=70021&webname=%E6%9F%90&permissiontype=0" in first.body
    assert {name: sent(first)[name] for name in ("page", "startrecord", "endrecord", "perpage")} == {
        "page": "2",
        "startrecord": "46",
        "endrecord": "90",
        "perpage": "45",
    }
    assert dict(first.headers) == {
        "Referer": COLUMN,
        "X-Requested-With": "XMLHttpRequest",
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
    }
    assert [request.method for request in listing.more] == ["POST", "POST", "POST", "GET"]


def test_jpage_asks_by_get_where_post_is_refused():
    found, asked = crawl(hanweb_jpage, jpage(45), jpage_server(60, 15, "startrecord", method="GET"))
    assert found == urls(range(60))
    assert asked[-1].method == "GET"
    assert f"columnid={BLOB}" in asked[-1].url


def test_jpage_asks_nothing_where_the_island_holds_all_that_is_told():
    listing = hanweb_jpage.read(jpage(12, f"<totalrecord>12</totalrecord>{GROUP}"), Request(COLUMN))
    assert len(listing.rows) == 12
    assert listing.more == ()
    assert hanweb_jpage.read(jpage(12, script="totalRecord: 12"), Request(COLUMN)).more == ()


@pytest.mark.parametrize(("shown", "script"), [(13, ""), (40, "perPage: 15")])
def test_jpage_asks_once_where_the_island_ends_within_a_page(shown, script):
    found, asked = crawl(hanweb_jpage, jpage(shown, script=script), jpage_server(shown, 15, "page", told=False))
    assert (found, len(asked)) == (urls(range(shown)), 1)


@pytest.mark.parametrize("obeys", ["page", "startrecord"])
@pytest.mark.parametrize(("shown", "size"), [(9, 3), (6, 2), (10, 5), (7, 7), (300, 100), (240, 80)])
def test_jpage_goes_on_after_islands_of_any_size(shown, size, obeys):
    found, _ = crawl(hanweb_jpage, jpage(shown), jpage_server(shown + 2 * size + 1, size, obeys))
    assert found == urls(range(shown + 2 * size + 1))


def test_jpage_reads_title_text_and_date_of_a_row():
    first = hanweb_jpage.read(jpage(1), Request(COLUMN)).rows[0]
    assert first == Link(next(iter(urls(range(1)))), "某镇...", "某镇0号报告", "2026-01-20", kind="row")


def test_jpage_without_island_begins_at_page_one_with_what_the_script_tells():
    script = "var u='/module/jpage/dataproxy.jsp?page='+page; var p={appid:1, webid:'12', unitid:70021}"
    start = page_of(COLUMN, f"<html><body><script>{script}</script></body></html>")
    found, asked = crawl(hanweb_jpage, start, jpage_server(40, 15, "page"))
    assert found == urls(range(40))
    assert {name: sent(asked[0])[name] for name in ("page", "webid", "unitid", "columnid")} == {
        "page": "1",
        "webid": "12",
        "unitid": "70021",
        "columnid": "5011",
    }


def test_jpage_reads_the_list_that_a_button_loads():
    script = "$.get('/module/web/jpage/morecolumndataproxy.jsp?page=1&columnid=5011&unitid=9')"
    start = page_of(COLUMN, f"<script>{script}</script>")
    found, _ = crawl(hanweb_jpage, start, lambda r: "".join(row(n) for n in range(3)) if sent(r)["page"] == "1" else "")
    assert found == urls(range(3))


def test_jpage_walks_every_island_of_a_page():
    group = GROUP.replace("70021", "70022")
    second = f'<script type="text/xml">{island(range(100, 115), group)}</script>'
    text = jpage(45).text + second
    listing = hanweb_jpage.read(page_of(COLUMN, text), Request(COLUMN))
    assert {link.url for link in listing.rows} == urls(range(45)) | urls(range(100, 115))
    assert {sent(request)["unitid"] for request in listing.more} == {"70021"}
    assert [sent(request)["unitid"] for request in listing.lists] == ["70022"]


# --- hanweb-jpaas

JPAAS_COLUMN = f"{SITE}/col/col1229/index.html"
QUERY = "{'webId':'12','pageId':'5011','tagId':'信息列表','tplSetId':'AbCd12'}"


def jpaas(rows: str, pager: str = "") -> Page:
    endpoint = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    return page_of(JPAAS_COLUMN, f'<div url="{endpoint}" queryData="{QUERY}"><ul>{rows}</ul>{pager}</div>')


def jpaas_server(total: int, plain: bool = False, own_size: int = 0) -> Server:
    def answer(request: Request) -> str:
        wanted = json.loads(sent(request)["paramJson"])
        size = own_size or int(wanted["pageSize"])
        start = (wanted["pageNo"] - 1) * size
        rows = "".join(row(number) for number in range(start, min(start + size, total)))
        html = f'<ul>{rows}</ul><div class="pagination" rows="{size}" count="{total}"></div>'
        return json.dumps({"success": True, "data": html if plain else {"html": html}})

    return answer


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("own_size", [0, 10])
def test_jpaas_fills_an_empty_block(plain, own_size):
    found, asked = crawl(hanweb_jpaas, jpaas(""), jpaas_server(40, plain, own_size))
    assert found == urls(range(40))
    assert len(asked) == (4 if own_size else 3)


def test_jpaas_asks_for_the_pages_that_the_pager_tells_of():
    shown = "".join(row(number) for number in range(10))
    listing = hanweb_jpaas.read(jpaas(shown, '<div class="pagination" rows="10" count="25">'), Request(JPAAS_COLUMN))
    assert [sent(request)["paramJson"] for request in listing.more] == ['{"pageNo":2,"pageSize":"10"}']
    fields = sent(listing.more[0])
    assert (fields["parseType"], fields["pageType"], fields["tagId"]) == ("bulidstatic", "column", "信息列表")
    complete = hanweb_jpaas.read(jpaas(shown, '<div class="pagination" rows="10" count="10">'), Request(JPAAS_COLUMN))
    assert complete == Listing()


def test_jpaas_begins_at_page_one_where_the_size_of_a_page_is_not_known():
    shown = "".join(row(number) for number in range(5))
    found, _ = crawl(hanweb_jpaas, jpaas(shown), jpaas_server(40))
    assert found == urls(range(40))


def test_jpaas_ends_where_every_number_gives_page_one():
    first_only = jpaas_server(40)
    page_one = quote('{"pageNo":1,"pageSize":"15"}')

    def answer(request: Request) -> str:
        return first_only(Request(f"{request.url.partition('paramJson=')[0]}paramJson={page_one}"))

    found, asked = crawl(hanweb_jpaas, jpaas(""), answer)
    assert (found, len(asked)) == (urls(range(15)), 2)


# --- hanweb-xxgk

XXGK_COLUMN = f"{SITE}/col/col33381/index.html?vc_xxgkarea={AREA}&number=B0303"
CALL = "$.post('/module/xxgk/search.jsp', {infotypeId:'A01', jdid:12, area:'', texttype: 1, fbtime: -1})"


def xxgk_page(text: str, url: str = XXGK_COLUMN) -> Page:
    return page_of(url, f"<html><body>{text}</body></html>")


def report(area: str, year: int, published: str = "2024-01-19") -> Page:
    body = f"<div id='zoom'>{'本年度报告' * 80}</div>" if published else "<div id='zoom'></div>"
    url = f"{SITE}/module/xxgk/xxgkAnnualReport.jsp?area={area}&fbtime={year}"
    return page_of(url, f"<html><title>年度报告</title>发布时间：{published}{body}</html>")


def years_of(links: tuple[Link, ...], area: str = AREA) -> list[int]:
    assert all(link.guessed for link in links)
    queries = [parse_qs(urlsplit(link.url).query) for link in links]
    return sorted(int(query["fbtime"][0]) for query in queries if query["area"] == [area])


def test_xxgk_counts_the_years_of_all_agencies_where_the_page_prints_a_report_address():
    text = (
        f'<a href="/module/xxgk/xxgkAnnualReport.jsp?fbtime=2023&area={AREA}">某局年报</a>'
        f'<a href="/col/col33381/index.html?vc_xxgkarea={OTHER_AREA}&number=B0303">某镇</a> 2025-03-01'
    )
    rows = hanweb_xxgk.read(xxgk_page(text, f"{SITE}/col/col1/index.html"), Request(SITE)).rows
    assert years_of(rows) == years_of(rows, OTHER_AREA) == list(range(2019, 2025))
    assert rows[0].text == "2024年政府信息公开工作年度报告"
    assert {link.near for link in rows} == {"某局年报", "某镇"}
    assert rows[0].url == f"{SITE}/module/xxgk/xxgkAnnualReport.jsp?fbtime=2024&area={AREA}"


def test_xxgk_tries_two_years_where_no_report_address_is_known():
    rows = hanweb_xxgk.read(xxgk_page(f'<a href="?vc_xxgkarea={AREA}">某局</a> 2025-03-01'), Request(SITE)).rows
    assert years_of(rows) == [2023, 2024]


def test_xxgk_guesses_nothing_without_a_year_or_with_codes_that_are_none():
    assert hanweb_xxgk.read(xxgk_page(f'<a href="?area={AREA}">某局</a>'), Request(SITE)).rows == ()
    text = '<a href="?area=110101199003071234567">人</a><a href="?area=370100">区</a> 2025-03-01'
    assert hanweb_xxgk.read(xxgk_page(text, f"{SITE}/col/col1/"), Request(SITE)).rows == ()


@pytest.mark.parametrize(
    ("year", "published", "expected"),
    [
        (2022, "2025-01-19", [2019, 2020, 2021, 2023, 2024]),
        (2019, "2020-01-19", [2018]),
        (2010, "2011-01-19", [2009]),
        (2008, "2009-01-19", []),
        (2018, "", []),
    ],
)
def test_xxgk_goes_on_below_2019_only_from_a_year_with_a_report(year, published, expected):
    assert years_of(guessed_reports(report(AREA, year, published))) == expected


def test_xxgk_reads_the_agencies_of_a_tree():
    start = xxgk_page("<script>load('/module/xxgk/tree.jsp?area=')</script> 2025-03-01", f"{SITE}/col/col1/index.html")
    listing = hanweb_xxgk.read(start, Request(SITE))
    assert [request.url for request in listing.lists] == [f"{SITE}/module/xxgk/tree.jsp?area="]
    tree = f"d.add('{OTHER_AREA}','某镇');<a href='/col/col33381/index.html?vc_xxgkarea={AREA}'>某局</a>"
    rows = hanweb_xxgk.read(page_of(listing.lists[0].url, tree), listing.lists[0]).rows
    assert rows[0] == Link(f"{SITE}/col/col33381/index.html?vc_xxgkarea={AREA}", "某局", kind="row")
    assert years_of(rows[1:]) == years_of(rows[1:], OTHER_AREA) == [2023, 2024]


def test_xxgk_posts_the_form_and_follows_the_number_of_pages():
    def answer(request: Request) -> str:
        number = int(sent(request)["currpage"])
        assert parse_qs(urlsplit(request.url).query)["currpage"] == [str(number)]
        rows = "".join(
            f"<tr class='tr_main_value_{'odd' if n % 2 else 'even'}'><td>2026-02-00018</td><td><a href='/art/2026/1/20/art_5011_{n}.html'"
            f" title='某镇{n}号报告'>某</a></td><td>2026-01-20</td></tr>"
            for n in range((number - 1) * 4, number * 4)
        )
        return f"<table>{rows}<tr><td><a href='/help.html'>说明</a></td></tr></table>共3页"

    found, asked = crawl(hanweb_xxgk, xxgk_page(f"<script>{CALL}</script>"), answer)
    assert found == urls(range(12))
    assert len(asked) == 3
    fields = sent(asked[0])
    assert (fields["area"], fields["infotypeId"], fields["jdid"], fields["divid"]) == (AREA, "B0303", "12", "div33381")
    assert (fields["texttype"], fields["fbtime"], fields["isAllList"]) == ("1", "-1", "1")


def test_xxgk_reads_the_date_of_a_row_and_no_index_number():
    text = "<tr class='tr_main_value_odd'><td>2026-02-00018</td><td><a href='/a.html'>某</a></td><td>2026/1/5</td></tr>"
    request = Request(f"{SITE}/module/xxgk/search.jsp", family="hanweb-xxgk", state={"step": "search", "page": "1"})
    assert [link.date for link in hanweb_xxgk.read(page_of(request.url, text), request).rows] == ["2026-01-05"]


def test_xxgk_reads_an_island_on_the_same_page():
    text = jpage(45).text + f'<a href="?vc_xxgkarea={AREA}">某局</a> 2025-03-01<script>{CALL}</script>'
    listing = hanweb_xxgk.read(page_of(COLUMN, text), Request(COLUMN))
    assert urls(range(45)) < {link.url for link in listing.rows}
    assert {request.family for request in listing.more} == {"hanweb-jpage"}
    assert [request.url for request in listing.lists] == [f"{SITE}/module/xxgk/search.jsp?currpage=1"]


# --- gkmlpt

INDEX = f"{SITE}/yjzjj/gkmlpt/index"
TREE = [
    {"id": 1, "name": "机构职能", "post_count": 9, "children": []},
    {
        "id": 20001,
        "name": "政府信息公开年报 [\\'旧\\']",
        "post_count": 12,
        "jump_url": "",
        "children": [
            {"id": 20002, "name": "2023年", "post_count": 0, "children": []},
            {"id": 20003, "name": "各镇", "post_count": 3, "jump_url": "/zwgk/xxgknb/", "children": []},
        ],
    },
]


def gkmlpt_index(tree: object) -> Page:
    text = json.dumps(tree, ensure_ascii=False)
    return page_of(INDEX, f"<script>window._CONFIG = {{ DOMAIN: 'x', SID: '700001', TREE: {text}, A: 1 }};</script>")


def gkmlpt_server(total: int, told: bool = True) -> Server:
    def answer(request: Request) -> str:
        number = max(int(sent(request)["page"]), 1)
        articles = [
            {"title": f"某镇{n}号报告", "url": f"/art/2026/1/20/art_5011_{n}.html", "display_publish_time": 1768838400}
            for n in range((number - 1) * 100, min(number * 100, total))
        ]
        return json.dumps({"articles": articles, "classify": {"post_count": total if told else None}})

    return answer


def test_gkmlpt_asks_for_the_categories_of_reports():
    listing = gkmlpt.read(gkmlpt_index(TREE), Request(INDEX))
    assert [r.url for r in listing.lists] == [f"{SITE}/yjzjj/gkmlpt/api/all/20001?page=1&sid=700001"]
    assert listing.rows == (Link(f"{SITE}/zwgk/xxgknb/", "各镇", near=TREE[1]["name"], kind="row"),)


@pytest.mark.parametrize(
    ("total", "told", "requests"), [(60, True, 1), (60, False, 1), (230, True, 3), (200, False, 3)]
)
def test_gkmlpt_follows_the_pages_of_a_category(total, told, requests):
    found, asked = crawl(gkmlpt, gkmlpt_index(TREE), gkmlpt_server(total, told))
    assert found == urls(range(total)) | {f"{SITE}/zwgk/xxgknb/"}
    assert len(asked) == requests


def test_gkmlpt_asks_for_the_newest_of_everything_where_no_category_is_named_so():
    found, asked = crawl(gkmlpt, gkmlpt_index(TREE[:1]), gkmlpt_server(5000))
    assert [urlsplit(request.url).path for request in asked] == ["/yjzjj/gkmlpt/api/all/0"] * 5
    assert found == urls(range(500))


def test_gkmlpt_reads_address_and_day_of_an_article():
    articles = [
        {"title": "甲<b>乙</b>", "url": "/a.html", "post_url": "/b.html", "created_at": "2026-01-18 23:25:04"},
        {"title": "丙", "url": "", "post_url": "http://x.gov.cn/b.html", "date": 1768752000},
        {"title": "无"},
        7,
    ]
    request = Request(f"{SITE}/gkmlpt/api/all/1?page=1", family="gkmlpt", state={"page": "1"})
    rows = gkmlpt.read(page_of(request.url, json.dumps({"articles": articles})), request).rows
    assert [(link.url, link.label, link.date) for link in rows] == [
        (f"{SITE}/a.html", "甲乙", "2026-01-18"),
        ("http://x.gov.cn/b.html", "丙", "2026-01-19"),
    ]


# --- lonsun

SHELL = f"{SITE}/openness/public/column/2001?type=4&catId=3000001&action=list&nav=3"
SHELL_TEXT = (
    "<script>var siteId = '1000001'; $.ajax({type: 'POST', url: '/openness/site/label/8888', dataType: 'html',"
    " data: {labelName:'publicInfoList', siteId: siteId, pageSize: 20, file:'/xxgk/publicInfoList_newest2020'}})</script>"
)


def lonsun_server(total: int, size: int = 20, told: bool = False) -> Server:
    def answer(request: Request) -> str:
        form = sent(request)
        if form.get("file") != "/xxgk/publicInfoList_newest2020" or form["siteId"] != "1000001":
            return ""
        start = (int(form["pageIndex"]) - 1) * size
        rows = "".join(row(number) for number in range(start, min(start + size, total)))
        pager = f"<script>pager({{size: 3, pageCount: {-(-total // size)}}})</script>" if told else ""
        return f"<ul class='clearfix xxgk_nav_list'>{rows}</ul>{pager}" if rows else form["result"]

    return answer


@pytest.mark.parametrize(("told", "requests"), [(True, 3), (False, 4)])
def test_lonsun_fills_a_shell(told, requests):
    found, asked = crawl(lonsun, page_of(SHELL, SHELL_TEXT), lonsun_server(50, told=told))
    reports = f"{SITE}/openness/public/column/2001?type=3&action=list"
    assert found == urls(range(50)) | {reports}
    assert len(asked) == requests
    fields = sent(asked[0])
    assert asked[0].url.startswith(
        f"{SITE}/openness/site/label/8888?labelName=publicInfoList&siteId=1000001&pageSize=20"
    )
    assert (fields["organId"], fields["type"], fields["catId"], fields["pageIndex"]) == ("2001", "4", "3000001", "1")
    assert fields["result"] == "暂无相关信息"


def test_lonsun_copies_the_address_that_the_page_prints():
    url = f"{SITE}/public/column/7?type=3"
    text = '<script>load("/site/label/8888?labelName=list&amp;siteId=9&file=/a/b&type=4&_=0.123&own=1")</script>'
    listing = lonsun.read(page_of(url, text), Request(url))
    fields = sent(listing.more[0])
    assert (fields["labelName"], fields["siteId"], fields["file"], fields["own"]) == ("list", "9", "/a/b", "1")
    assert (fields["type"], fields["organId"], "_" in fields) == ("3", "7", False)
    assert [request.method for request in listing.more] == ["GET", "POST"]
    assert listing.rows == ()


def test_lonsun_goes_on_after_rows_that_the_page_shows_itself():
    url = f"{SITE}/public/column/2001?type=3"
    articles = "".join(f"<li><a href='/public/2001/{number}.html'>{number}</a></li>" for number in range(20))

    def answer(request: Request) -> str:
        start = (int(sent(request)["pageIndex"]) - 1) * 20
        return articles if start == 0 else "".join(row(number) for number in range(5)) if start == 20 else ""

    text = f"<ul>{articles}</ul>{SHELL_TEXT}"
    listing = lonsun.read(page_of(url, text), Request(url))
    assert [sent(request)["pageIndex"] for request in listing.more] == ["1", "1", "2"]
    assert lonsun.read(page_of(url, answer(listing.more[2])), listing.more[2]).more


def test_lonsun_reads_the_tree_of_agencies():
    url = f"{SITE}/zwgk/public/column/2001?type=2"
    text = "<script>$.get('/site/label/8888?labelName=columnTree&isJson=true&id=1&isChild=true&siteId=9')</script>"
    request = lonsun.read(page_of(url, text), Request(url)).lists[0]
    tree = [{"name": "各镇", "children": [{"name": "某镇", "htmlPath": "/zwgk/public/column/2002"}]}]
    rows = lonsun.read(page_of(request.url, json.dumps(tree)), request).rows
    assert rows == (Link(f"{SITE}/zwgk/public/column/2002", "某镇", kind="row"),)


def test_lonsun_asks_for_no_list_on_an_article():
    url = f"{SITE}/openness/public/2001/44.html"
    assert lonsun.read(page_of(url, SHELL_TEXT), Request(url)) == Listing()


# --- epoint

EPOINT_SHELL = f"{SITE}/dynamic/zwgk/govInfoPub.html?categorynum=003001003&deptcode=11"
SITE_INFO = 'var siteInfo = {"siteGuid": "7eb5f7f1-9041", "projectName":"/EWB_YK_Mid"};'


def epoint_server(
    total: int, base: int, wrapped: bool, script: str = "webBuilderCommon.js", told: bool = True, most: int = 100
) -> Server:
    """``base`` is the number of the first page; below it the first page is given again. ``most`` rows are given."""

    def answer(request: Request) -> str:
        if request.method == "GET":
            assert sent(request) == {"categorynum": "003001003", "deptcode": "11"}
            return SITE_INFO if urlsplit(request.url).path == f"/js/{script}" else "var a = 1;"
        body = json.loads(request.body)
        if ("params" in body) != wrapped:
            return '{"status":{"code":"500"}}'
        fields = body["params"] if wrapped else body
        assert request.url == f"{SITE}/EWB_YK_Mid/rest/lightfrontaction/getgovinfolist"
        assert (fields["siteGuid"], fields["categorynum"], fields["deptcode"]) == ("7eb5f7f1-9041", "003001003", "11")
        size = min(fields["pageSize"], most)
        start = max(fields["pageIndex"] - base, 0) * size
        data = [
            {"realtitle": f"某镇{n}号报告", "infourl": f"/art/2026/1/20/art_5011_{n}.html", "infodate": "2026-01-20"}
            for n in range(start, min(start + size, total))
        ]
        return json.dumps({"custom": {"total": str(total) if told else "", "data": data}})

    return answer


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("base", [0, 1])
def test_epoint_walks_a_list_counted_from_either_number(base, wrapped, told):
    text = '<script src="/js/webBuilderCommon.js"></script>'
    found, asked = crawl(epoint, page_of(EPOINT_SHELL, text), epoint_server(50, base, wrapped, told=told))
    assert found == urls(range(50)) | {EPOINT_SHELL}
    assert len(asked) <= 1 + 3 + 2 * (not wrapped) + base + 2 * (not told)
    assert "params" in json.loads(asked[1].body), "this project is of the older version"


@pytest.mark.parametrize("base", [0, 1])
def test_epoint_goes_on_where_fewer_rows_are_given_than_asked_for(base):
    found, _ = crawl(epoint, page_of(EPOINT_SHELL, SITE_INFO), epoint_server(17, base, False, most=3))
    assert found == urls(range(17)) | {EPOINT_SHELL}


def test_epoint_looks_for_the_site_in_the_other_script():
    found, asked = crawl(epoint, page_of(EPOINT_SHELL, ""), epoint_server(3, 0, False, "ajaxReq.js"))
    assert found == urls(range(3)) | {EPOINT_SHELL}
    assert [urlsplit(request.url).path for request in asked[:2]] == ["/js/webBuilderCommon.js", "/js/ajaxReq.js"]


def test_epoint_reads_a_static_column_as_one():
    url = f"{SITE}/zfxxgk/list.html"
    text = '<script src="/js/webBuilderCommon.js"></script><a href="/a">1</a><a href="list_2.html">下一页</a>'
    assert [request.url for request in epoint.read(page_of(url, text), Request(url)).more] == [
        f"{SITE}/zfxxgk/list_2.html"
    ]


# --- truecms

TRUE_COLUMN = f"{SITE}/ntscgj/zcwj/zcwj.html"
TRUE_CALL = "$.getJSON('/TrueCMS/messageController/getMessage.do?startrecord='+s+'&callback=?', {columnId:'c0ffee-12'})"


def truecms_page(block: str) -> Page:
    return page_of(TRUE_COLUMN, f"<div id='initData' style='display:none'>{block}</div><script>{TRUE_CALL}</script>")


def truecms_server(total: int, most: int) -> Server:
    def answer(request: Request) -> str:
        form = sent(request)
        assert dict(request.headers)["Referer"] == TRUE_COLUMN
        assert form["columnId"] == "c0ffee-12"
        if int(form["perpage"]) > most:
            return 'cb({"result":""})'
        start = int(form["startrecord"]) - 1
        head = f"<totalrecord>{total}</totalrecord>"
        return f"cb({json.dumps({'result': island(range(start, min(int(form['endrecord']), total)), head)})})"

    return answer


@pytest.mark.parametrize("most", [50, 20, 10])
@pytest.mark.parametrize("block", [island(range(30)), "".join(map(row, range(30)))])
def test_truecms_finds_the_page_size_that_is_allowed(most, block):
    found, asked = crawl(truecms, truecms_page(block), truecms_server(85, most))
    assert found == urls(range(85))
    sizes = list(dict.fromkeys(sent(request)["perpage"] for request in asked))
    assert sizes == [size for size in ("50", "20", "10") if int(size) >= most]
    assert sent(asked[0])["startrecord"] == "31"


def test_truecms_keeps_the_first_rows_where_the_endpoint_is_gone():
    found, asked = crawl(truecms, truecms_page(island(range(30))), lambda request: "<h1>404</h1>")
    assert (found, len(asked)) == (urls(range(30)), 3)


def test_truecms_reads_links_that_are_scripts():
    block = "<li><a href='#' onclick=\"name2('/x/a.html')\">某镇报告</a><b>2026.01.14</b></li>"
    rows = truecms.read(truecms_page(block), Request(TRUE_COLUMN)).rows
    assert rows == (Link(f"{SITE}/x/a.html", "某镇报告", date="2026-01-14", kind="row"),)


# --- what they share

RECOGNISED = {
    "gkmlpt": page_of(f"{SITE}/xxgk/", gkmlpt_index(TREE).text),
    "hanweb-xxgk": xxgk_page(f"<script>{CALL}</script>"),
    "hanweb-jpage": jpage(3),
    "hanweb-jpaas": jpaas(""),
    "truecms": truecms_page(f'<script type="text/xml">{island(range(3))}</script>'),
    "lonsun": page_of(f"{SITE}/a/", SHELL_TEXT),
    "epoint": page_of(f"{SITE}/a/", '<script src="/js/webBuilderCommon.js"></script>'),
}


@pytest.mark.parametrize("name", RECOGNISED)
def test_each_family_is_recognised(name):
    assert recognise(RECOGNISED[name]) == name


def test_rows_of_an_answer_are_relative_to_the_page_that_asks():
    request = hanweb_jpage.read(jpage(45), Request(COLUMN)).more[0]
    answer = "<datastore><record><![CDATA[<a href='../col9/x.html'>某</a>]]></record></datastore>"
    assert hanweb_jpage.read(page_of(request.url, answer), request).rows[0].url == f"{SITE}/col/col9/x.html"


def test_requests_are_ascii_whatever_the_page_prints():
    column = f"{SITE}/某区/col/col1/index.html"
    group = GROUP.replace("%E6%9F%90", "某区")
    page = page_of(column, f'<script type="text/xml">{island(range(45), group)}</script>')
    request = hanweb_jpage.read(page, Request(column)).more[0]
    assert request.body.isascii()
    assert dict(request.headers)["Referer"].isascii()
    assert sent(request)["webname"] == "某区"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("[2026-01-16]", "2026-01-16"),
        ("2026/1/6", "2026-01-06"),
        ("2026.01.14", "2026-01-14"),
        ("2026年1月16日", "2026-01-16"),
        ("2026-02-00018 2026-01-20", "2026-01-20"),
        ("2026-02-00018", ""),
        ("01-16", ""),
        ("2026-13-40", ""),
    ],
)
def test_dates(text, date):
    assert date_in(text) == date


def test_rows_keep_the_fullest_label_and_the_date_of_their_own_row():
    text = (
        "<table><tr><td><a href='/a.html'><img src='x.gif'></a><a href='/a.html'>甲</a></td><td>2026-01-02</td></tr>"
        "<tr><td><a href='/b.html'>乙 2025年1月3日</a></td></tr></table><a href='/c.html'>丙</a>2020-01-01"
    )
    assert [(link.url, link.text, link.date) for link in rows_of_html(text, SITE)] == [
        (f"{SITE}/a.html", "甲", "2026-01-02"),
        (f"{SITE}/b.html", "乙 2025年1月3日", "2025-01-03"),
        (f"{SITE}/c.html", "丙", ""),
    ]


def test_records_without_cdata_or_cut_off():
    text = "<record>&lt;a href=&quot;/a.html&quot;&gt;甲&lt;/a&gt;</record><record><![CDATA[<a href='/b.ht"
    assert [link.url for link in rows_of_records(records_in(text), SITE)] == [f"{SITE}/a.html"]


def test_values_and_addresses_of_scripts():
    script = "x='&siteId='+siteId+'&a=1'; var q = {siteId : \"12\"}; load('a/b.jsp'); load(\"/a/b.jsp?x=1&amp;copy=2\")"
    assert value_in(script, "siteId") == "12"
    assert value_in(script, "a") == "1"
    assert value_in(script, "a", in_queries=False) == ""
    assert address_in(script, "B.JSP") == "/a/b.jsp?x=1&copy=2"
    assert with_fields("a=%2B+x&page=1&page=2&b", page=3, c="某") == "a=%2B+x&page=3&b&c=%E6%9F%90"


@pytest.mark.parametrize(
    ("text", "found"),
    [('[{"a":"]}\\"[", "b":[1]}] ,', '[{"a":"]}\\"[", "b":[1]}]'), ("['a]'", ""), ("[[]", ""), ("[]]", "[]")],
)
def test_balanced(text, found):
    assert balanced(text, 0) == found


def hostile() -> Iterator[str]:
    """A megabyte of one character, many tags, and texts that are cut, odd or nested around the marks of the families."""
    yield from (character * 1_000_000 for character in "a<&'\"[{\\ 9")
    pieces = "<a>|<li>|<record>|<datastore>|{'a':|<a href=x>|area=1137|2026-1-|</|[{\"children\":|<tr><td>|<p querydata='{}'>"
    for piece in pieces.split("|"):
        yield piece * (50_000 // len(piece))
    heads = (
        "window._CONFIG={SID:'1',TREE:[", "<script type='text/xml'><datastore><recordset><record><![CDATA[",
        "<datastore><totalrecord>99999999999999</totalrecord><nextgroup><![CDATA[<a href='/x/dataproxy.jsp?page=",
        '{"data":{"html":"<ul>', '{"custom":{"total":1e400,"data":[{"infourl":', 'cb({"result":"<datastore><record>',
        "<div url='http://[' queryData=\"{'webId':", '{"articles":[{"url":{}},{"url":"http://[","date":1e999}],"total":-1}',
        "columnId:'1' /truecms/messageController/getMessage.do?", "/site/label/8888?siteId=", "webBuilderCommon.js siteGuid:'",
        "module/xxgk/search.jsp tree.jsp?area= xxgkAnnualReport.jsp?area= 2026-1-1 area=11370100MB2345678X fbtime=20999",
        "perPage:0 dataproxy.jsp?perpage=0", "totalRecord:99999999999999999999 perPage: 00 <recordset><record></record>",
    )  # fmt: skip
    for head in heads:
        yield from (head, head + "[" * 100_000, head * 100)


CASES: dict[str, tuple[Page, Server]] = {
    "hanweb-jpage": (jpage(45), jpage_server(130, 15, "page")),
    "hanweb-jpaas": (jpaas(""), jpaas_server(40)),
    "hanweb-xxgk": (
        xxgk_page(f"<script>{CALL}</script> /module/xxgk/tree.jsp?area=1"),
        lambda _: f"{row(1)}共3页{AREA}",
    ),
    "gkmlpt": (gkmlpt_index(TREE), gkmlpt_server(3)),
    "lonsun": (page_of(SHELL, f"{SHELL_TEXT} /site/label/8888?labelName=columnTree"), lonsun_server(50)),
    "epoint": (page_of(EPOINT_SHELL, SITE_INFO), epoint_server(50, 0, False)),
    "truecms": (truecms_page(island(range(30))), truecms_server(85, 50)),
}


def kinds_of(start: Page, listing: Listing) -> list[Request]:
    """The page itself, and the requests that it leads to."""
    return [Request(start.url), *listing.more, *listing.lists]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.NAME)
def test_hostile_pages_and_answers_raise_nothing_and_take_little_time(family):
    start, _ = CASES[family.NAME]
    requests = kinds_of(start, family.read(start, Request(start.url)))
    assert len(requests) > 1
    for text in hostile():
        page = page_of(start.url, text)
        began = time.process_time()
        family.fits(page)
        for asked in (*requests[:2], requests[-1]):
            listing = family.read(page, asked)
            assert len(listing.rows) <= 20_000
            assert all(urlsplit(request.url).netloc for request in (*listing.more, *listing.lists))
        assert time.process_time() - began < TIME_LIMIT, text[:60]


@pytest.mark.parametrize("name", CASES)
def test_pages_and_answers_may_be_cut_off_anywhere(name):
    start, server = CASES[name]
    family = next(family for family in FAMILIES if name == family.NAME)
    for asked in kinds_of(start, family.read(start, Request(start.url))):
        text = server(asked) if asked.family else start.text
        whole = {link.url for link in family.read(page_of(start.url, text), asked).rows}
        for end in range(0, len(text), max(len(text) // 60, 1)):
            rows = family.read(page_of(start.url, text[:end]), asked).rows
            assert {link.url for link in rows if not link.guessed} <= whole


@pytest.mark.parametrize("name", CASES)
def test_requests_stay_on_the_host_of_the_page(name):
    start, server = CASES[name]
    family = next(family for family in FAMILIES if name == family.NAME)
    _, asked = crawl(family, start, server)
    assert {urlsplit(request.url).netloc for request in asked} == {"www.example.gov.cn"}
    assert {request.family for request in asked} == {name}

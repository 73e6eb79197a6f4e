"""Which family a page shows, and pages that are made to break the modules. All pages and names are made up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.cms import FAMILIES, recognise
from scraper.model import Page, Request
from tests.cms_pages import CHANNEL, HOST, page, rows, script, vsb

TRS = script('createPageHTML(3, 0, "index", "html");')
UCAP = script("createPageHTML('page_div', 4, 1, 'xxgk_list', 'shtml', 58);")


@pytest.mark.parametrize(
    ("family", "path", "html"),
    [
        ("trs-tdate", "/zwgk/zfxxgknb/", TRS),
        (
            "trs-tdate",
            "/zwgk/zfxxgknb/",
            "<a href='./202601/t20260116_1234567.html'></a><a href='./202601/t20260117_1234568.html'></a>",
        ),
        ("trs-tdate", "/zwgk/zfxxgknb/x.html", '<div class="view TRS_UEDITOR trs_paper_default">'),
        ("trs-tdate", "/zwgk/", "<script>createPageHTML('paging', 3, 0, 'index', 'html')</script>"),
        ("trs-tdate", "/zwgk/", "<script>var currentPage = 0;\nvar countPage = 5//共多少页</script>"),
        ("ucap", "/qhq/nb/list.shtml", UCAP),
        ("ucap", "/qhq/nb/list.shtml", f'<meta name="channelid" content="{CHANNEL}">'),
        ("ucap", "/qhq/nb/list.shtml", "<UCAPTITLE>年报</UCAPTITLE>"),
        ("vsb", "/zfxxgk/nb.htm", vsb("")),
        ("vsb", "/zfxxgk/nb.htm", '<div id="vsb_content_2">'),
        ("vsb", "/zfxxgk/nb.htm", "<a href='../info/1234/56781.htm'></a><a href='../info/1234/56782.htm'></a>"),
        ("nfcms", "/zwgk/xxgknb/", rows("content/post_12345%02d.html", 3)),
        ("nfcms", "/zwgk/xxgknb/", "<script>var NFCMS_SITE_ID = 1;</script>"),
        ("numbered-page", "/zwgk/nb/", rows("12345678901234567%02d.html", 3)),
        (
            "gongkai-channel",
            "/",
            rows("/gongkai/channel_0a1b2c3d4e5f60718293a4b5/doc_5f4e3d2c1b0a9988776655%02d.html", 3),
        ),
        (
            "columns-uuid",
            "/",
            rows(
                "/columns/01234567-89ab-4cde-8f01-23456789abcd/202301/29/11112222-3333-4444-8555-6666777788%02d.html", 3
            ),
        ),
        ("xxgkcontent", "/", rows("/XxgkAnnualReport/show/12%02d.html", 3)),
        ("generic-static", "/zfxxgk/xxgkml/x/index.shtml", '<a href="index_2.shtml">下一页</a>'),
    ],
)
def test_family_is_told_by_the_page(family: str, path: str, html: str) -> None:
    assert recognise(page(path, html)) == family


@pytest.mark.parametrize("html", ["", "<p>年报</p>", '<a href="/zwgk/">政务公开</a>'])
def test_page_that_shows_nothing_belongs_to_no_family(html: str) -> None:
    assert recognise(page("/zwgk/zfxxgknb/", html)) == "generic-static"


def test_only_the_head_of_a_page_is_looked_at() -> None:
    assert recognise(page("/zwgk/zfxxgknb/", "<p>" + "年" * 200_000 + '<div class="TRS_Editor">')) == "generic-static"


def test_address_comes_before_the_page() -> None:
    assert recognise(page("/nb/202601/t20260116_1234567.html", '<div id="vsb_content">')) == "trs-tdate"
    assert recognise(page("/nb/pc/list.html", TRS)) == "trs-tdate"


MEGABYTE = 1_000_000
HOSTILE = {
    "nothing": b"",
    "zeros": b"\0" * MEGABYTE,
    "angles": b"<" * MEGABYTE,
    "spaces": b" " * MEGABYTE,
    "quotes": b"'" * MEGABYTE,
    "digits": b"1" * MEGABYTE,
    "hex": b"/" + b"a" * MEGABYTE,
    "calls": b"<script>" + b"createPageHTML(" * (MEGABYTE // 15),
    "arguments": b"<script>createPageHTML(" + b"1," * (MEGABYTE // 2) + b")",
    "cut script": b'<script>createPageHTML(3, 0, "index", "ht',
    "huge total": b'<script>createPageHTML(99999999999999999999, 0, "index", "html")</script>',
    "written": b"<script>" + b'href=\\"a' * (MEGABYTE // 8),
    "commented": b"<script>" + b"//createPageHTML(1,1)" * (MEGABYTE // 21),
    "metas": b"<meta " * (MEGABYTE // 6),
    "links": b'<a href="x">' * (MEGABYTE // 12),
    "nested": b"<div>" * (MEGABYTE // 5) + b"<a href='x'>2</a>",
    "deep list": b"<ul><li>" * (MEGABYTE // 8),
    "numbers": b"<a href='?p=2'>1</a>" * (MEGABYTE // 20),
    "dates": b"2026-01-0" * (MEGABYTE // 9),
    "deep json": b"[" * MEGABYTE,
    "deep objects": b'{"data":' * (MEGABYTE // 8),
    "huge number": b'{"data":{"total":' + b"9" * MEGABYTE + b',"results":[{"url":"a"}]}}',
    "records": b"<record><![CDATA[" * (MEGABYTE // 17),
    "surrogates": b'{"data":{"results":[{"url":"\\ud800","title":"\\ud800<"}],"total":99}}',
}
ADDRESSES = [
    "/zwgk/nb/",
    "/zwgk/nb/1.html",
    "/a/c100/xxgk_list_2.shtml",
    "/XxgkContent/showList/1/0/page_1.html",
    "/class/ABCDEF",
]
STATES = [
    {},
    {"answer": "search", "page": "1"},
    {"answer": "load", "page": "999999999"},
    {"first": "x", "stem": "index", "total": "-1"},
]
STATIC = "xxgkcontent columns-uuid gongkai-channel ucap vsb nfcms numbered-page trs-tdate generic-static".split()


# Work that grows with the square of the page would keep this test busy for hours.
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_do_not_raise(name: str) -> None:
    hostile = Page(HOST + "/zwgk/nb/1.html", HOSTILE[name], "text/html")
    for family, module in FAMILIES.items():
        assert module.fits(hostile) in (True, False)
        for state in STATES if family in STATIC else STATES[:1]:
            asked = Request(hostile.url, family=family if state else "", state=state)
            check(module.read(hostile, asked).more)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(STATIC),
    st.sampled_from(ADDRESSES),
    st.lists(
        st.sampled_from(
            [
                "<a href='index_2.html'>",
                "下一页",
                "</a>",
                "<script>",
                "</script>",
                "createPageHTML(",
                "3",
                ", 0",
                ', "index"',
                ', "html")',
                "2026-01-01 ",
                "'",
                '"',
                "<",
                "countPage = 5",
                "currentPage=1",
                "nsetpage(1,9,2)",
                '{"data":',
                '{"results":[',
                "]}",
                "}",
                "channelid",
                CHANNEL,
                "<!--",
                "-->",
                "\0",
            ]
        ),
        max_size=30,
    ),
    st.sampled_from(STATES),
)
def test_whatever_a_page_says_the_requests_are_plain_ones(
    family: str, path: str, parts: list[str], state: dict[str, str]
) -> None:
    asked = Request(HOST + path, family=family if state else "", state=state)
    found = page(path, "".join(parts))
    listing = FAMILIES[family].read(found, asked)
    check(listing.more + listing.lists)
    assert FAMILIES[family].read(page(path, "".join(parts)), asked) == listing


def check(requests: tuple[Request, ...]) -> None:
    for request in requests:
        assert request.url.startswith(HOST + "/")
        assert request.family in FAMILIES
        assert all(isinstance(value, str) for value in request.state.values())

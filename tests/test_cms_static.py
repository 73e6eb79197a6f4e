"""Families whose lists are files: which page they ask for next. All pages and names are made up."""

import pytest

from scraper.cms import FAMILIES
from scraper.cms.scripts import MAX_PAGES
from scraper.model import Request
from tests.cms_pages import HOST, list_page, more, page, rows, script, vsb, walk

TRS = script('createPageHTML(3, 0, "index", "html");')


@pytest.mark.parametrize("path", ["/zwgk/zfxxgknb/", "/zwgk/zfxxgknb/index.html"])
def test_trs_first_page_offers_both_offsets(path: str) -> None:
    assert more("trs-tdate", path, TRS) == ["/zwgk/zfxxgknb/index_1.html", "/zwgk/zfxxgknb/index_2.html"]


def test_trs_walks_to_the_total_and_no_further() -> None:
    assert more("trs-tdate", "/nb/index_1.html", TRS, first="1") == ["/nb/index_2.html"]
    assert more("trs-tdate", "/nb/index_2.html", TRS, first="1") == []
    assert more("trs-tdate", "/nb/index_2.html", TRS, first="2") == ["/nb/index_3.html"]
    assert more("trs-tdate", "/nb/index_3.html", TRS, first="2") == []


def test_trs_single_page_asks_for_nothing() -> None:
    html = script('createPageHTML(1, 0, "index", "html");') + '<a href="other.html">下一页</a>'
    assert more("trs-tdate", "/nb/", html) == []


def test_trs_later_page_without_a_pager_goes_on_by_the_state() -> None:
    state = {"first": "1", "total": "4", "stem": "index", "extension": "html"}
    assert more("trs-tdate", "/nb/index_1.html", "<p>年报</p>", **state) == ["/nb/index_2.html"]
    assert more("trs-tdate", "/nb/index_3.html", "<p>年报</p>", **state) == []


def test_trs_without_a_total_goes_on_until_the_caller_stops() -> None:
    html = script('createPageHTML(pages, 0, "index", "html");')
    assert more("trs-tdate", "/nb/index_41.html", html, first="1") == ["/nb/index_42.html"]
    last = f"/nb/index_{MAX_PAGES - 1}.html"
    assert more("trs-tdate", last, html, first="1", stem="index") == []


def test_trs_stem_with_a_number_is_the_first_page() -> None:
    html = script('createPageHTML(3, 0, "index_12345", "html");')
    assert more("trs-tdate", "/nb/index_12345.html", html) == ["/nb/index_12345_1.html", "/nb/index_12345_2.html"]
    assert more("trs-tdate", "/nb/index_12345_1.html", html, first="1") == ["/nb/index_12345_2.html"]


def test_trs_older_template_takes_the_stem_from_the_address() -> None:
    html = script("var currentPage = 0;//所在页\nvar countPage = 3//共多少页")
    assert more("trs-tdate", "/nb/list.shtml", html) == ["/nb/list_1.shtml", "/nb/list_2.shtml"]
    assert more("trs-tdate", "/nb/", html)[0] == "/nb/index_1.html"
    later = script("var currentPage = 1;\nvar countPage = 3")
    assert more("trs-tdate", "/nb/list_1.shtml", later, first="1") == ["/nb/list_2.shtml"]


def test_trs_long_text_goes_on_at_its_own_name() -> None:
    html = script('createPageHTML(2, 0, "t20240116_12345", "html");')
    assert more("trs-tdate", "/nb/202401/t20240116_12345.html", html)[0] == "/nb/202401/t20240116_12345_1.html"


def test_trs_article_without_a_pager_leads_nowhere() -> None:
    html = '<div class="view TRS_UEDITOR"><p>总体情况</p></div><a href="t20240110_1.html">上一篇</a><a href="t20240118_2.html">下一篇</a>'
    listing = FAMILIES["trs-tdate"].read(page("/nb/202401/t20240116_12345.html", html), Request(HOST))
    assert listing == type(listing)()


def test_state_of_the_next_request_carries_the_offset() -> None:
    first, second = FAMILIES["trs-tdate"].read(page("/nb/", TRS), Request(HOST)).more
    assert (first.family, first.state["first"], second.state["first"]) == ("trs-tdate", "1", "2")


@pytest.mark.parametrize(
    ("path", "href", "expected"),
    [
        ("/zfxxgk/nb.htm", "nb/10.htm", "/zfxxgk/nb/10.htm"),
        ("/zfxxgk/nb/10.htm", "9.htm", "/zfxxgk/nb/9.htm"),
        (
            "/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=1002",
            "?urltype=tree.TreeTempUrl&wbtreeid=1002&PAGENUM=2",
            "/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=1002&PAGENUM=2",
        ),
    ],
)
def test_vsb_follows_the_next_link_as_it_is_printed(path: str, href: str, expected: str) -> None:
    block = f'<span class="p_next p_fun"><a href="{href}">下页</a></span><span class="p_last p_fun"><a href="nb/1.htm">尾页</a></span>'
    assert more("vsb", path, vsb(block)) == [expected]


def test_vsb_last_page_has_a_disabled_link() -> None:
    assert (
        more(
            "vsb",
            "/zfxxgk/nb/1.htm",
            vsb('<span class="p_next_d p_fun_d">下页</span><span class="p_last_d p_fun_d">尾页</span>'),
        )
        == []
    )


def test_vsb_single_text_column_leads_nowhere() -> None:
    assert (
        more(
            "vsb",
            "/zfxxgknb/n2022n/xz/zgz.htm",
            '<div id="vsb_content"><p>总体情况</p></div><a href="jgz.htm">下一条</a>',
        )
        == []
    )


def test_nfcms_counts_on_while_pages_are_full() -> None:
    full = rows("content/post_12345%02d.html", 12)
    assert more("nfcms", "/zwgk/xxgknb/", full) == ["/zwgk/xxgknb/index_2.html"]
    assert more("nfcms", "/zwgk/xxgknb/index_2.html", full, first="2", stem="index") == ["/zwgk/xxgknb/index_3.html"]
    assert more("nfcms", "/zwgk/xxgknb/", rows("content/post_12345%02d.html", 3)) == []


def test_nfcms_next_link_comes_before_counting() -> None:
    html = (
        rows("content/post_12345%02d.html", 12)
        + '<div class="page"><a class="next" href="/zwgk/xxgknb/index_2.html">下一页</a></div>'
    )
    assert more("nfcms", "/zwgk/xxgknb/index.html", html) == ["/zwgk/xxgknb/index_2.html"]


def test_numbered_pages_count_without_offset() -> None:
    full = rows("12345678901234567%02d.html", 12)
    assert more("numbered-page", "/zfxxgk/zfxxgknb/1.html", full) == ["/zfxxgk/zfxxgknb/2.html"]
    assert more("numbered-page", "/zfxxgk/zfxxgknb/7.html", full) == ["/zfxxgk/zfxxgknb/8.html"]


def test_numbered_column_of_one_report_and_articles_lead_nowhere() -> None:
    report = "<h1>2025年年报</h1><p>2026-01-01</p>" * 20
    assert more("numbered-page", "/zfxxgk/zfxxgknb/1.html", report) == []
    assert (
        more("numbered-page", "/zfxxgk/zfxxgknb/1234567890123456705.html", rows("12345678901234567%02d.html", 12)) == []
    )


def test_xxgkcontent_counts_by_total_or_by_full_pages() -> None:
    base = "/XxgkContent/showList/123/0/"
    assert more("xxgkcontent", base + "page_1.html", "<p>共12页</p>") == [base + "page_2.html"]
    assert (
        more("xxgkcontent", base + "page_12.html", "<p>共 12 页</p>" + rows("/XxgkContent/show/7%02d.html", 12)) == []
    )
    assert more("xxgkcontent", base + "page_1.html", rows("/XxgkContent/show/7%02d.html", 12)) == [base + "page_2.html"]
    assert more("xxgkcontent", base + "page_2.html", rows("/XxgkContent/show/7%02d.html", 3)) == []
    assert more("xxgkcontent", "/XxgkAnnualReport/show/1234.html", "<p>共12页</p>") == []


@pytest.mark.parametrize(
    ("family", "folder"),
    [
        ("gongkai-channel", "/gongkai/channel_0a1b2c3d4e5f60718293a4b5/"),
        ("columns-uuid", "/columns/01234567-89ab-4cde-8f01-23456789abcd/"),
    ],
)
def test_families_with_unknown_lists_follow_a_next_link(family: str, folder: str) -> None:
    assert more(family, folder, '<a href="index_2.html">下一页</a>') == [folder + "index_2.html"]
    assert more(family, folder, "<p>列表</p>") == []


def trs_site(total: int, names: list[str], extra: dict[int, str]) -> dict[str, str]:
    pages = {
        f"/nb/{name}": list_page(n, f'createPageHTML({total}, {n}, "index", "html")') for n, name in enumerate(names)
    }
    return pages | {f"/nb/index_{n}.html": pages[source] for n, source in extra.items()}


@pytest.mark.parametrize(
    ("total", "names", "extra"),
    [
        (3, ["", "index_1.html", "index_2.html"], {}),
        (3, ["", "index_2.html", "index_3.html"], {}),
        (3, ["", "index_2.html", "index_3.html"], {1: "/nb/"}),
        (9, ["", "index_1.html", "index_2.html"], {}),
        (9, ["", "index_1.html"], dict.fromkeys(range(2, 9), "/nb/")),
    ],
    ids=["offset one", "offset two", "one repeats the first page", "stale total", "first page past the end"],
)
def test_trs_list_is_walked_whole(total: int, names: list[str], extra: dict[int, str]) -> None:
    assert walk("trs-tdate", "/nb/", trs_site(total, names, extra)) == [f"/nb/{name}" for name in names]


def test_vsb_list_is_walked_backwards() -> None:
    site = {"/nb.htm": list_page(0, "") + vsb('<span class="p_next p_fun"><a href="nb/2.htm">下页</a></span>')}
    site["/nb/2.htm"] = list_page(1, "") + vsb('<span class="p_next p_fun"><a href="1.htm">下页</a></span>')
    site["/nb/1.htm"] = list_page(2, "") + vsb('<span class="p_next_d p_fun_d">下页</span>')
    assert walk("vsb", "/nb.htm", site) == ["/nb.htm", "/nb/2.htm", "/nb/1.htm"]

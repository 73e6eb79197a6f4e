"""How the next page of a list is found: calls in scripts, links, numbers. All pages and names are made up."""

import pytest

from scraper.cms.scripts import MAX_PAGES, Pager, find_pager, find_row_pager, read_json
from tests.cms_pages import more, page, rows, script


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('createPageHTML(3, 0, "index", "html");', Pager(3, 0, "index", "html")),
        ("createPageHTML(12,4,'list','shtml')", Pager(12, 4, "list", "shtml")),
        ('createPage(7, 0, "index", "html");', Pager(7, 0, "index", "html")),
        ("createPageHTML('page_div', 4, 1, 'xxgk_list', 'shtml', 58);", Pager(4, 1, "xxgk_list", "shtml")),
        ("createPageHTML('page_div',4, 1,'list','shtml',58)", Pager(4, 1, "list", "shtml")),
        ("createPageHTML('paging', 9)", Pager(9)),
        ('createPageHTML(5, 0, "index_12345", "html")', Pager(5, 0, "index_12345", "html")),
        ('createPageHTML(2, 0, "t20260109_12345", "html")', Pager(2, 0, "t20260109_12345", "html")),
        ('createPageHTML(pages, 0, "index", "html")', Pager(0, None, "index", "html")),
        ("createPageHTML(\n  6,\n  0,\n  'index', 'html'\n)", Pager(6, 0, "index", "html")),
        ("var currentPage = 0;//所在页从0开始\nvar countPage = 5//共多少页", Pager(5, 0)),
        ('//createPageHTML(9, 0, "index", "html");\nvar currentPage = 0;\nvar countPage = 17;', Pager(17, 0)),
        ('var u="http://a.cn/";createPageHTML(2, 0, "index", "html")', Pager(2, 0, "index", "html")),
        ('createPageHTML(1, 0, "index", "html");createPageHTML(4, 0, "list", "html")', Pager(4, 0, "list", "html")),
        ('createPageHTML(999999999, 0, "index", "html")', Pager(MAX_PAGES, 0, "index", "html")),
    ],
)
def test_pager_is_read_in_every_form(code: str, expected: Pager) -> None:
    assert find_pager(page("/nb/", script(code))) == expected


@pytest.mark.parametrize(
    "code",
    [
        "function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){ return }",
        '//createPageHTML(9, 0, "index", "html");',
        'createPageHTML(3, 0, "../../etc/passwd", "html")',
        'createPageHTML(3, 0, "http://evil.example/x", "html")',
        'createPageHTML(3, 0, "..", "html")',
        'createPageHTML(3, 0, "index", "html?x=")',
        'createPageHTML(3, 0, "index',
        "createPageHTML()",
        "createPageHTML('page_div')",
        "var countPage = 5;",
        "recreatePageHTML(3, 0, 'index', 'html')",
    ],
)
def test_what_is_no_call_or_names_no_plain_file_is_no_pager(code: str) -> None:
    assert find_pager(page("/nb/", script(code))) is None


def test_pager_in_an_html_comment_does_not_count() -> None:
    html = '<p>年报</p><!-- <script>createPageHTML(67, 0, "index", "html");</script> -->'
    assert find_pager(page("/nb/", html)) is None


def test_stem_is_taken_from_the_links_that_an_older_template_writes() -> None:
    code = r"""
        var currentPage = 0;//所在页从0开始
        var prevPage = currentPage-1//上一页
        var nextPage = currentPage+1//下一页
        var countPage = 3//共多少页
        document.write("<a href=\"list.html\">首页</a>");
        document.write("<a href=\"list"+"_" + nextPage + "."+"html\">下一页</a>");
    """
    assert find_pager(page("/nb/", script(code))) == Pager(3, 0, "list", "html")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("nsetpage(1,58,20)", Pager(3, 1)),
        ("nsetpage( 2, 40, 20 )", Pager(2, 2)),
        ("nsetpage(1,58,0)", None),
        ("onsetpage(1,2,3)", None),
    ],
)
def test_pager_that_counts_rows(code: str, expected: Pager | None) -> None:
    assert find_row_pager(page("/nb/", script(code))) == expected


@pytest.mark.parametrize(
    "link",
    [
        '<a href="l2.html">下一页</a>',
        '<a href="l2.html"> 下 一 页 &gt;&gt; </a>',
        '<a href="l2.html">后页</a>',
        '<a href="l2.html">下页</a>',
        '<a href="l2.html" title="下一页"><img src="n.gif"></a>',
        '<b>1</b><a href="l2.html">2</a><a href="l9.html">9</a>',
        '<span>1</span><a href="l2.html"><span>2</span></a>',
        '<a href="#">1</a><a href="l2.html">&gt;</a>',
        '<a href="#">1</a><a href="l2.html">›</a><a href="l9.html">»</a>',
        '<a href="#">1</a><a href="l2.html">»</a>',
        '<a href="javascript:void(0)" onclick="go(\'l2.html\')">下一页</a>',
        '<a href="#">下一页</a><a href="l2.html">下一页</a>',
        '<li><a href="#">1</a></li><li><a class="next" href="l2.html"><i></i></a></li>',
    ],
)
def test_next_link_is_known_by_word_number_arrow_or_class(link: str) -> None:
    assert more("generic-static", "/xx/l1.html", f"<div>{link}</div>") == ["/xx/l2.html"]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="l2.html">下一篇</a>',
        '<a href="javascript:next()">下一页</a>',
        '<a href="#">下一页</a>',
        '<a href="l1.html">下一页</a>',
        '<a href="http://elsewhere.example/l2.html">下一页</a>',
        '<a href="l2.html">&gt;</a>',
        '<a href="l2.html">2</a>',
        '<a href="l2.html">更多</a>',
        "<a>下一页</a>",
    ],
)
def test_what_is_no_next_link(link: str) -> None:
    assert more("generic-static", "/xx/l1.html", f"<div>{link}</div>") == []


def test_numbers_go_on_from_the_page_that_was_asked_for() -> None:
    html = '<a href="l1.html">1</a><span>2</span><a href="l3.html">3</a>'
    assert more("generic-static", "/xx/l2.html", html, page="2") == ["/xx/l3.html"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/mh_xxgk/gknb/List/list_0.htm", "/mh_xxgk/gknb/List/list_1.htm"),
        ("/class/QWERTYUI", "/class/QWERTYUI/2"),
        ("/class/QWERTYUI/2", "/class/QWERTYUI/3"),
        ("/htmls/nianbao/list-1.html", "/htmls/nianbao/list-2.html"),
        ("/list-45678-1.html", "/list-45678-2.html"),
        ("/1234/0000/zhengfuxinxi-1.html", "/1234/0000/zhengfuxinxi-2.html"),
        ("/portal/zwgk/nb/A000123index_1.htm", "/portal/zwgk/nb/A000123index_2.htm"),
        ("/info/iList.jsp?cat_id=12345&cur_page=3", "/info/iList.jsp?cat_id=12345&cur_page=4"),
        ("/InfoPublic.aspx?cid=1234&page=1&kw=", "/InfoPublic.aspx?cid=1234&page=2&kw="),
        ("/zw/009001/009001002/1.html", "/zw/009001/009001002/2.html"),
    ],
)
def test_numbers_in_addresses_are_counted_while_pages_are_full(path: str, expected: str) -> None:
    assert more("generic-static", path, rows("x%02d.html", 12)) == [expected]
    assert more("generic-static", path, rows("x%02d.html", 3)) == []


def test_row_pager_names_the_second_page_two() -> None:
    html = script("nsetpage(1,58,20)")
    assert more("generic-static", "/nb/list.html", html) == ["/nb/list_2.html", "/nb/list_1.html"]
    assert more("generic-static", "/nb/list_3.html", html, first="2") == []


def test_json_that_is_broken_or_too_deep_is_nothing() -> None:
    assert read_json("{") is None
    assert read_json("[" * 100_000) is None
    assert read_json(' {"a": 1} ') == {"a": 1}

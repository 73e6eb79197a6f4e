"""Replicas whose lists are pages, against the notes on their families: addresses, offsets, links that are none."""

import re
from urllib.parse import urlsplit

import pytest

from tests.replica_asking import ADDRESSES, ask, listed, longest, make_site, shared_site, text_of, titles
from xxgk.demo.columns import Column
from xxgk.demo.sites.base import Site
from xxgk.demo.sites.vsb import DOWNLOADS_BEFORE_CAPTCHA, Vsb


def walk_static(site: Site, column: Column) -> list[str]:
    """The titles on all pages of a list, in order."""
    pages = range(1, site.page_count(column) + 1)
    bodies = [bytes(ask(site, site.column_path(column, page)).body) for page in pages]
    return [title for body in bodies for title in titles(body.decode(site.codec))]


STATIC = {"trs": "index_1.html", "trs-gbk": "index_1.html", "nfcms": "index_2.html", "numbered-page": "2.html"}


@pytest.mark.parametrize("name", [*STATIC, "ucap", "vsb", "xxgkcontent"])
def test_the_pages_of_a_static_list_hold_every_row_once(name: str) -> None:
    site = shared_site(name)
    column = longest(site)
    assert site.page_count(column) >= 3
    found = walk_static(site, column)
    pinned = found[:1] if name == "xxgkcontent" else []
    assert [title for title in found if not title.startswith("转载")] == [*pinned, *listed(column)]


@pytest.mark.parametrize("name", STATIC)
def test_the_name_of_page_two(name: str) -> None:
    site = shared_site(name)
    column = longest(site)
    assert site.column_path(column, 2).rpartition("/")[2] == STATIC[name]
    past = site.column_path(column, site.page_count(column) + 1)
    assert ask(site, past).status_code == 404


def test_trs_list() -> None:
    site = shared_site("trs")
    column = longest(site)
    text = text_of(ask(site, site.column_path(column)))
    assert text_of(ask(site, f"{site.column_path(column)}index.html")) == text
    assert f'createPageHTML({site.page_count(column)}, 0, "index", "html")' in text
    assert (
        len(re.findall(r'<a href="\./\d{6}/t\d{8}_\d{7}\.html" title="[^"]+" target="_blank">[^<]+\.\.\.</a>', text))
        == 4
    )
    assert "index_1" not in text


def test_trs_addresses() -> None:
    site = shared_site("trs")
    urls = [url for found in site.expected() for url in found.urls]
    assert all(re.search(r"/\d{6}/t\d{8}_\d{7}(_wap)?\.html$", url) for url in urls)
    assert any("/t19700101_" in url for url in urls)
    assert len({urlsplit(url).netloc for url in urls}) == 2
    foreign = text_of(ask(site, site.column_path(site.content.reports)))
    assert f"http://{ADDRESSES['copy'][0]}/" in foreign


def test_trs_names_a_pause_and_closed_paths_that_it_links() -> None:
    site = shared_site("trs")
    robots = text_of(ask(site, "/robots.txt"))
    assert "Crawl-delay: 0.1" in robots
    assert site.closes("/search.html")
    assert 'href="/search.html"' in text_of(ask(site, "/"))


def test_trs_gbk_is_declared_in_a_meta_tag_and_on_one_page_nowhere() -> None:
    site = shared_site("trs-gbk")
    pages = [ask(site, found.urls[0]) for found in site.expected()]
    assert {page.headers["content-type"] for page in pages} == {"text/html"}
    assert sum(b"charset=gb2312" in bytes(page.body) for page in pages) == len(pages) - 1
    assert all(site.content.county in bytes(page.body).decode("gbk") for page in pages)


def test_trs_gbk_rows_are_written_by_script_and_agencies_are_shells() -> None:
    site = shared_site("trs-gbk")
    assert b"document.writeln(\"<li><a href='./" in bytes(ask(site, site.column_path(site.content.reports)).body)
    agency = next(column for column in site.content.root.walk() if column.agency)
    assert bytes(ask(site, site.column_path(agency)).body) == b"<script>location.replace('./zfxxgknb/');</script>"


def test_nfcms_copies_have_another_name() -> None:
    site = shared_site("nfcms")
    parent = text_of(ask(site, site.column_path(site.content.reports)))
    (copied, *_) = re.findall(r'href="([^"]+/mpost_\d+\.html)"', parent)
    expected = [found for found in site.expected() if f"http://{site.hosts[0]}{copied}" in found.urls]
    assert len(expected) == 1
    bodies = {bytes(ask(site, url).body) for url in expected[0].urls}
    assert len(bodies) == 1


def test_ucap_list() -> None:
    site = shared_site("ucap")
    column = longest(site)
    text = text_of(ask(site, site.column_path(column, 2)))
    total, rows = site.page_count(column), len(column.articles)
    assert site.column_path(column, 2).endswith("/xxgk_list_2.shtml")
    assert f"createPageHTML('page_div', {total}, 2, 'xxgk_list', 'shtml', {rows})" in text
    past = ask(site, site.column_path(column).replace(".shtml", f"_{total + 1}.shtml"))
    assert bytes(past.body) == bytes(ask(site, site.column_path(column)).body)
    assert ask(site, site.column_path(column).rpartition("/")[0] + "/").status_code == 403
    assert re.search(r'<li><a href="/wzq/c10\d{4}/\d{6}/[0-9a-f]{32}\.shtml" title=', text)
    assert "UCAPCONTENT" in text_of(ask(site, site.expected()[0].urls[0]))


def test_vsb_pages_are_numbered_backwards() -> None:
    site = shared_site("vsb")
    column = longest(site)
    total = site.page_count(column)
    assert [site.column_path(column, n) for n in (1, 2, total)] == [
        "/zwgk/zfxxgk/zfxxgknb/bm.htm",
        f"/zwgk/zfxxgk/zfxxgknb/bm/{total - 1}.htm",
        "/zwgk/zfxxgk/zfxxgknb/bm/1.htm",
    ]
    first, last = (text_of(ask(site, site.column_path(column, n))) for n in (1, total))
    assert f'<span class="p_next p_fun"><a href="bm/{total - 1}.htm">下页</a></span>' in first
    assert f'<span class="p_t">1/{total}</span>' in first
    assert '<span class="p_next_d p_fun_d">下页</span>' in last
    assert f'<span class="p_prev p_fun"><a href="{"../bm" if total == 2 else "2"}.htm">上页</a></span>' in last


def test_vsb_numbers_shift_when_rows_change() -> None:
    first, second = make_site("vsb", 1), make_site("vsb", 2)
    before, after = longest(first), longest(second)
    assert first.page_count(before) == second.page_count(after) + 1
    page = "/zwgk/zfxxgk/zfxxgknb/bm/1.htm"
    assert titles(text_of(ask(first, page))) != titles(text_of(ask(second, page)))


def test_vsb_column_with_a_single_text_shows_it() -> None:
    site = make_site("vsb", 2)
    (url,) = [url for found in site.expected() for url in found.urls if "/info/" not in url]
    assert url.endswith("/zwgk/zfxxgk/zfxxgknb/jz/n2024n.htm")
    assert 'id="vsb_content"' in text_of(ask(site, url))


def test_vsb_download_wants_a_code_after_a_few() -> None:
    site = make_site("vsb")
    assert isinstance(site, Vsb)
    article = next(article for article in site.content.articles if article.attachment)
    (path,) = re.findall(
        r'href="(/system/_content/download\.jsp[^"]+)"', text_of(ask(site, site.article_path(article)))
    )
    answers = [ask(site, path) for _ in range(DOWNLOADS_BEFORE_CAPTCHA + 1)]
    assert [bytes(answer.body)[:5] for answer in answers] == [b"%PDF-", b"%PDF-", b"<html"]
    named = answers[0].headers["content-disposition"].encode("latin-1").decode("gbk")
    assert named == f"attachment; filename={article.attachment}"


def test_xxgkcontent_addresses() -> None:
    site = shared_site("xxgkcontent")
    column = site.content.reports
    assert re.fullmatch(r"/XxgkContent/showList/1/\d{4}/page_2\.html", site.column_path(column, 2))
    assert all("/XxgkAnnualReport/show/" in url for found in site.expected() for url in found.urls)
    report = text_of(ask(site, site.expected()[0].urls[0]))
    assert f"http://{site.hosts[0]}{site.column_path(column)}" in report
    assert titles(text_of(ask(site, site.column_path(column))))[0] == column.articles[-1].title


def test_gongkai_lists_are_built_by_script_and_agency_pages_link_their_documents() -> None:
    site = shared_site("gongkai-channel")
    agency = next(column for column in site.content.root.walk() if column.agency)
    channel = agency.children[3]
    assert re.fullmatch(r"/gongkai/site_\w+/channel_c_[0-9a-f]{24}_n_\d+\.\d+/", site.column_path(channel))
    assert titles(text_of(ask(site, site.column_path(channel)))) == []
    page = text_of(ask(site, site.column_path(agency)))
    assert titles(page) == listed(channel)
    assert re.search(r'href="/gongkai/site_\w+/channel_[^/]+/doc_[0-9a-f]{24}\.html"', page)


def test_columns_uuid_lists_are_built_by_script_and_the_home_page_links() -> None:
    site = shared_site("columns-uuid")
    assert titles(text_of(ask(site, site.column_path(longest(site))))) == []
    home = text_of(ask(site, "/"))
    assert {found.report.title for found in site.expected()} <= set(titles(home))
    for found in site.expected():
        plain, prefixed = found.urls
        assert prefixed == plain.replace("/columns/", "/zfxxgk/columns/")
        pages = [re.sub(r"点击：\d+", "", text_of(ask(site, url))) for url in found.urls]
        assert pages[0] == pages[1]
        assert pages[0].partition('id="zoom"')[0].count(f">{found.report.title}<") == 3


def test_numbered_pages_and_articles_share_a_folder() -> None:
    site = shared_site("numbered-page")
    names = [url.rpartition("/")[2] for found in site.expected() for url in found.urls]
    assert any(re.fullmatch(r"\d{19}\.html", name) for name in names)
    assert any(re.fullmatch(r"[0-9a-f]{24}\.html", name) for name in names)
    assert "1.html" in names
    folders = {site.column_path(column).rpartition("/")[0] for column in site.content.root.walk() if column.articles}
    assert {urlsplit(found.urls[0]).path.rpartition("/")[0] for found in site.expected()} <= folders


def test_static_traps() -> None:
    site = shared_site("static")
    catalogue = site.content.disclosure.children[-1]
    assert '<iframe src="/zxwj/list_1.shtml"' in text_of(ask(site, site.column_path(catalogue)))
    last = site.page_count(catalogue)
    pages = [text_of(ask(site, f"/zxwj/list_{n}.shtml")) for n in (1, last, last + 5)]
    assert "document.writeln('<li><a href=\"/doc/20" in pages[0]
    assert titles(pages[1]) == titles(pages[2])
    assert f"/zxwj/list_{last + 6}.shtml" in pages[2]
    assert 'href="/rili/2032-01.shtml"' in text_of(ask(site, "/rili/2031-12.shtml"))
    news = [set(titles(text_of(ask(site, f"/xwzx/index_{n}.shtml")))) for n in (7, 8)]
    assert len(news[0] & news[1]) == 0
    assert 'content="0; url=./main.shtml"' in text_of(ask(site, site.column_path(site.content.disclosure)))
    away = ask(site, "/goto/nb2023.shtml").headers["location"]
    assert away == f"http://{ADDRESSES['stranger'][0]}/zfxxgknb/2023.html"
    steps = [ask(site, f"/zjhs/{name}.shtml").headers["location"] for name in ("lingdao", "lingdao2")]
    assert steps == ["/zjhs/lingdao2.shtml", "/zjhs/lingdao.shtml"]

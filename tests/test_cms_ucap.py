"""UCAP: static lists, and the JSON endpoints of columns without rows. All pages and names are made up."""

import json

import pytest

from scraper.cms import FAMILIES
from scraper.model import Page, Request
from tests.cms_pages import CHANNEL, HOST, list_page, more, page, script, walk

UCAP = script("createPageHTML('page_div', 4, 1, 'xxgk_list', 'shtml', 58);")


def test_ucap_second_page_is_two_and_on_few_sites_one() -> None:
    base = "/qhq/c100123/"
    assert more("ucap", base + "xxgk_list.shtml", UCAP) == [base + "xxgk_list_2.shtml", base + "xxgk_list_1.shtml"]


@pytest.mark.parametrize(
    ("path", "first", "expected"), [("_2", "2", ["_3"]), ("_4", "2", []), ("_3", "1", []), ("_2", "1", ["_3"])]
)
def test_ucap_walks_to_the_total(path: str, first: str, expected: list[str]) -> None:
    base = "/qhq/c100123/xxgk_list"
    assert more("ucap", f"{base}{path}.shtml", UCAP, first=first) == [f"{base}{name}.shtml" for name in expected]


def test_ucap_second_page_that_was_passed_over_is_fetched() -> None:
    third = script("createPageHTML('page_div', 4, 3, 'list', 'shtml', 58);")
    asked = Request(HOST, family="ucap", state={"first": "2"})
    listing = FAMILIES["ucap"].read(page("/qhq/c1002/list_2.shtml", third), asked)
    assert [request.url for request in listing.lists] == [HOST + "/qhq/c1002/list_1.shtml"]
    back = FAMILIES["ucap"].read(page("/qhq/c1002/list_1.shtml", third), listing.lists[0])
    assert (back.more, back.lists) == ((), ())
    second = script("createPageHTML('page_div', 4, 2, 'list', 'shtml', 58);")
    assert FAMILIES["ucap"].read(page("/qhq/c1002/list_2.shtml", second), asked).lists == ()


def test_ucap_shell_with_a_channel_asks_both_paths_in_turn() -> None:
    html = f'<meta name="channelid" content="{CHANNEL}"><div id="list"></div>'
    found = more("ucap", "/qhq/c100123/xxgk_list.shtml", html)
    assert [path.partition("?")[0] for path in found] == [f"/common/search/{CHANNEL}", f"/searchList/{CHANNEL}"]
    assert "page=1&_pageSize=15&_isAgg=true&_isJson=true" in found[0]


def test_ucap_printed_endpoint_begins_a_list() -> None:
    html = f"<script>$.get('/qhq/common/search/{CHANNEL}', {{page: 1}})</script>"
    listing = FAMILIES["ucap"].read(page("/qhq/c100123/xxgk_list.shtml", html), Request(HOST))
    assert [request.url.partition("?")[0] for request in listing.lists] == [f"{HOST}/qhq/common/search/{CHANNEL}"]
    assert ("Referer", HOST + "/qhq/c100123/xxgk_list.shtml") in listing.lists[0].headers


@pytest.mark.parametrize(
    "body", ["<ucapcontent><p>总体情况</p></ucapcontent>", "<a href='/qhq/nb/202601/c04_123456.shtml'>年报</a>"]
)
def test_ucap_articles_and_lists_with_rows_ask_no_endpoint(body: str) -> None:
    html = f'<meta name="channelid" content="{CHANNEL}">{body}'
    listing = FAMILIES["ucap"].read(page("/qhq/c100123/202601/c04_123456.shtml", html), Request(HOST))
    assert (listing.more, listing.lists) == ((), ())


def test_ucap_guesses_the_endpoint_only_for_lists() -> None:
    html = f'<meta name="channelid" content="{CHANNEL}"><a href="/qhq/c1/list.shtml">年报</a>'
    assert more("ucap", "/qhq/c100123/zwgk.shtml", html) == []


def ask_search() -> Request:
    html = f'<meta name="channelid" content="{CHANNEL}">'
    return FAMILIES["ucap"].read(page("/qhq/c100123/list.shtml", html), Request(HOST)).more[0]


def answer_of(asked: Request, value: object) -> Page:
    return Page(asked.url, json.dumps(value).encode(), "application/json")


def test_ucap_search_answer_gives_rows_and_the_next_page() -> None:
    results = [
        {
            "title": "清河街道2025年<em>年报</em>&nbsp;",
            "url": "//www.qinghe.example/qhq/c1/202601/c04_1.shtml",
            "publishedTimeStr": "2026-01-20 09:00:00",
        },
        {"title": None, "url": "/qhq/c1/202601/c04_2.shtml", "publishedTime": 1768867200000},
        {"title": "no address"},
        "no row",
    ]
    asked = ask_search()
    listing = FAMILIES["ucap"].read(
        answer_of(asked, {"data": {"page": 1, "rows": 15, "total": "31", "results": results}}), asked
    )
    assert [(row.url, row.text, row.date, row.kind) for row in listing.rows] == [
        (HOST + "/qhq/c1/202601/c04_1.shtml", "清河街道2025年年报", "2026-01-20", "row"),
        (HOST + "/qhq/c1/202601/c04_2.shtml", "", "2026-01-20", "row"),
    ]
    (following,) = listing.more
    assert f"/common/search/{CHANNEL}?page=2&" in following.url
    assert following.headers == asked.headers
    third = (
        FAMILIES["ucap"]
        .read(answer_of(following, {"data": {"rows": 15, "total": 31, "results": results}}), following)
        .more[0]
    )
    assert "page=3&" in third.url
    assert (
        FAMILIES["ucap"].read(answer_of(third, {"data": {"rows": 15, "total": 31, "results": results}}), third).more
        == ()
    )


@pytest.mark.parametrize(
    "value",
    [None, [], {"data": []}, {"data": {"results": {}}}, {"data": {"total": 10**12, "results": []}}, {"data": None}],
)
def test_ucap_answers_without_rows_end_the_list(value: object) -> None:
    asked = ask_search()
    listing = FAMILIES["ucap"].read(answer_of(asked, value), asked)
    assert (listing.rows, listing.more) == ((), ())


def test_ucap_form_endpoint_of_one_city() -> None:
    html = "<script>var channel_id = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0'; $.post('/szinf/xxgk/interfacesWebZcwj/loadData?pageSize=15')</script>"
    (asked,) = FAMILIES["ucap"].read(page("/sz/zcwj/list.shtml", html), Request(HOST)).lists
    assert (asked.method, asked.url, asked.body) == (
        "POST",
        HOST + "/szinf/xxgk/interfacesWebZcwj/loadData?pageSize=15",
        "pageIndex=1&channel_id=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
    )
    value = {
        "data": {
            "allRow": 20,
            "totalPage": 2,
            "list": [{"TITLE": "年报", "URL": "/sz/a.shtml", "PUBLISHED_TIME_FORMAT": "2026-01-20"}],
        }
    }
    listing = FAMILIES["ucap"].read(answer_of(asked, value), asked)
    assert [(row.url, row.text, row.date) for row in listing.rows] == [(HOST + "/sz/a.shtml", "年报", "2026-01-20")]
    assert [request.body for request in listing.more] == ["pageIndex=2&channel_id=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"]
    assert FAMILIES["ucap"].read(answer_of(listing.more[0], value), listing.more[0]).more == ()


def ucap_site(numbers: list[int]) -> dict[str, str]:
    total = len(numbers) + 1
    pages = {"/q/c1002/list.shtml": list_page(0, f"createPageHTML('page_div', {total}, 1, 'list', 'shtml', 30)")}
    for place, number in enumerate(numbers, 2):
        pages[f"/q/c1002/list_{number}.shtml"] = list_page(
            place, f"createPageHTML('page_div', {total}, {place}, 'list', 'shtml', 30)"
        )
    return pages


@pytest.mark.parametrize("numbers", [[2, 3, 4], [1, 2, 3], [2], [1]])
def test_ucap_list_is_walked_whole(numbers: list[int]) -> None:
    site = ucap_site(numbers)
    assert sorted(walk("ucap", "/q/c1002/list.shtml", site)) == sorted(site)

"""Replicas whose lists come from scripts: parameters that are obeyed, those that are not, what is refused."""

import json
import re
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from tests.replica_asking import ask, listed, longest, shared_site, text_of, titles
from xxgk.demo.columns import Column
from xxgk.demo.sites.base import Site
from xxgk.demo.sites.epoint import Epoint
from xxgk.demo.sites.gkmlpt import Gkmlpt
from xxgk.demo.sites.jpage import EMPTY
from xxgk.demo.sites.ucap import UcapJson


def island(text: str) -> tuple[str, list[str]]:
    """The address for more rows, and the records."""
    (more,) = re.findall(r'<nextgroup><!\[CDATA\[<a href="([^"]+)"></a>\]\]></nextgroup>', text)
    return more, re.findall(r"<record><!\[CDATA\[(.*?)\]\]></record>", text, re.DOTALL)


def test_jpage_island_of_45_rows_and_a_server_that_obeys_page_alone() -> None:
    site = shared_site("jpage-page")
    column = longest(site)
    more, records = island(text_of(ask(site, site.column_path(column))))
    assert len(records) == 45
    assert urlsplit(more).path == "/module/web/jpage/dataproxy.jsp"
    for page, rows in ((1, 15), (3, 15), (4, len(column.articles) - 45), (5, 0)):
        address = more.replace("page=1", f"page={page}") + "&startrecord=1&endrecord=2&perpage=2"
        text = text_of(ask(site, address))
        assert len(island(text)[1]) == rows
        assert f"<totalrecord>{len(column.articles)}</totalrecord><totalpage>4</totalpage>" in text
    assert text_of(ask(site, f"{site.column_path(column)}?uid=1&pageNum=2")) == text_of(
        ask(site, site.column_path(column))
    )


def test_jpage_server_that_obeys_startrecord_alone() -> None:
    site = shared_site("jpage-record")
    column = longest(site)
    more, records = island(text_of(ask(site, site.column_path(column))))
    assert (len(records), urlsplit(more).path) == (6, "/module/jpage/dataproxy.jsp")
    body = f"{urlsplit(more).query}&startrecord=7&endrecord=9&perpage=3".replace("page=1", "page=8")
    rest = island(text_of(ask(site, "/module/jpage/dataproxy.jsp", "POST", body)))[1]
    assert rest
    assert titles("".join(rest)) == [t for n, t in enumerate(listed(column)[6:9]) if n % 3 != 2]
    code = parse_qs(urlsplit(more).query)["columnid"][0]
    assert not code.isdecimal()
    assert quote(code, safe="") in more


@pytest.mark.parametrize("name", ["jpage-page", "jpage-record"])
def test_jpage_refuses_other_parameters_with_54_bytes(name: str) -> None:
    site = shared_site(name)
    more, _ = island(text_of(ask(site, site.column_path(longest(site)))))
    for wrong in (more.replace("columnid=", "columnid=1"), more.replace("unitid=", "unitid=1"), more.partition("?")[0]):
        answer = ask(site, wrong)
        assert (answer.status_code, len(answer.body), text_of(answer)) == (200, 54, EMPTY)


def test_jpage_rows_are_written_in_several_ways() -> None:
    site = shared_site("jpage-page")
    records = island(text_of(ask(site, site.column_path(longest(site)))))[1]
    assert '<a href="/art/' in records[0]
    assert re.search(r"<a target='_blank' href='/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_\d+\.html'", records[1])
    assert "<span>\n" in records[1]
    assert "title=" not in records[2]


def query_data(text: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(re.findall(r'queryData="([^"]+)"', text)[0].replace("'", '"'))
    return found


def ask_unit(site: Site, data: dict[str, str], **more: str) -> dict[str, object]:
    query = {"parseType": "bulidstatic", "pageType": "column"} | data | more
    path = f"/api-gateway/jpaas-publish-server/front/page/build/unit?{urlencode(query)}"
    found: dict[str, object] = json.loads(text_of(ask(site, path)))
    return found


def test_jpaas_obeys_param_json_alone() -> None:
    site = shared_site("jpaas")
    column = longest(site)
    data = query_data(text_of(ask(site, site.column_path(column))))
    answer = ask_unit(site, data, paramJson='{"pageNo":2,"pageSize":"3"}')
    assert isinstance(answer["data"], dict)
    assert titles(answer["data"]["html"]) == listed(column)[3:6]
    assert f'<div class="pagination" rows="3" count="{len(column.articles)}">' in answer["data"]["html"]
    bare = ask_unit(site, data, pageNo="2", page="2", currentPage="2")
    assert isinstance(bare["data"], dict)
    assert titles(bare["data"]["html"]) == listed(column)[:3]
    assert ask_unit(site, data | {"tplSetId": "other"})["success"] is False


def test_jpaas_that_always_gives_page_one() -> None:
    site = shared_site("jpaas-one")
    folder = site.content.reports.children[0]
    data = query_data(text_of(ask(site, site.column_path(folder))))
    pages = [ask_unit(site, data, paramJson=f'{{"pageNo":{n},"pageSize":"3"}}')["data"] for n in (1, 2, 9)]
    assert isinstance(pages[0], str)
    assert pages[0] == pages[1] == pages[2]
    assert all(len(child.articles) <= site.page_size for child in site.content.reports.children)


def test_hanweb_report_page_of_existing_and_missing_years() -> None:
    site = shared_site("hanweb-xxgk")
    paged = [found.urls[0] for found in site.expected() if "xxgkAnnualReport.jsp" in found.urls[0]]
    assert len(paged) == 5
    assert all(re.search(r"\?area=11\d{15}X&fbtime=20\d\d$", url) for url in paged)
    missing = ask(site, re.sub(r"fbtime=\d+", "fbtime=2009", paged[0]))
    assert missing.status_code == 200
    assert "年度报告" not in text_of(missing)


def test_hanweb_search_by_post() -> None:
    site = shared_site("hanweb-xxgk")
    column = site.content.reports.children[1]
    page = text_of(ask(site, site.column_path(column)))
    assert f'divid: "div{column.serial}"' in page
    assert re.search(
        r"/index\.html;jsessionid=[0-9A-F]{32}", text_of(ask(site, site.column_path(site.content.reports)))
    )
    form = f"infotypeId=B0303&jdid=12&divid=div{column.serial}&currpage=2"
    text = text_of(ask(site, "/module/xxgk/search.jsp", "POST", form))
    assert titles(text) == listed(column)[3:6]
    assert "共4页" in text
    assert re.search(r'<tr class="tr_main_value_even"><td>2</td><td><a href="/art/[^"]+" title="[^"]+"[^>]*>', text)
    assert "下一页" not in text_of(
        ask(site, "/module/xxgk/search.jsp", "POST", form.replace("currpage=2", "currpage=4"))
    )


def test_gkmlpt_index_and_list() -> None:
    site = shared_site("gkmlpt")
    assert isinstance(site, Gkmlpt)
    index = text_of(ask(site, "/gkmlpt/index"))
    assert re.search(r"window\._CONFIG = { DOMAIN: '[^']+', SID: '700001', TREE: \[", index)
    assert f'"jump_url": "http://{site.hosts[0]}{site.column_path(site.jumping())}"' in index
    column = longest(site)
    pages = [json.loads(text_of(ask(site, f"/gkmlpt/api/all/{column.serial}?page={n}&sid=700001"))) for n in range(4)]
    assert [len(page["articles"]) for page in pages] == [100, 100, len(column.articles) - 100, 0]
    assert pages[0] == pages[1]
    assert any(entry["title"].endswith("年度报告") for entry in pages[2]["articles"])
    everything = json.loads(text_of(ask(site, "/gkmlpt/api/all/0?page=1")))
    assert everything["total"] == len(site.content.articles)


def test_gkmlpt_articles_stand_in_the_portal_as_well() -> None:
    site = shared_site("gkmlpt")
    column = longest(site)
    entry = json.loads(text_of(ask(site, f"/gkmlpt/api/all/{column.serial}?page=1")))["articles"][-1]
    number = entry["id"]
    assert entry["url"].endswith(f"/gkmlpt/content/{number // 10**6}/{number // 1000}/post_{number}.html")
    assert entry["post_url"].endswith(f"/content/post_{number}.html")
    for url in (entry["url"], entry["post_url"]):
        assert entry["title"] in text_of(ask(site, url))
    files = [e["attachment"] for n in (1, 2) for e in _entries(site, column, n) if e["attachment"]]
    assert files[0][0]["size"] == "15"


def _entries(site: Site, column: Column, page: int) -> list[dict[str, list[dict[str, str]]]]:
    found: list[dict[str, list[dict[str, str]]]] = json.loads(
        text_of(ask(site, f"/gkmlpt/api/all/{column.serial}?page={page}"))
    )["articles"]
    return found


def test_gkmlpt_of_a_city_without_page_two() -> None:
    site = shared_site("gkmlpt-404")
    column = longest(site)
    assert len(column.articles) > 100
    assert [ask(site, f"/gkmlpt/api/all/{column.serial}?page={n}").status_code for n in (0, 1, 2)] == [200, 200, 404]


def test_ucap_json() -> None:
    site = shared_site("ucap-json")
    assert isinstance(site, UcapJson)
    column = longest(site)
    page = text_of(ask(site, site.column_path(column)))
    assert f'<meta name="channelid" content="{column.hex(32)}">' in page
    assert titles(page) == []
    path = f"/common/search/{column.hex(32)}?_pageSize=3&_isAgg=true&_isJson=true&_template=index&page="
    data = [json.loads(text_of(ask(site, f"{path}{n}")))["data"] for n in (1, 2, 99)]
    assert [row["title"] for page in data for row in page["results"]] == listed(column)[:6]
    assert data[1] | {"results": []} == {"page": 2, "rows": 3, "total": len(column.articles), "results": []}
    assert all(row["url"].startswith(f"//{site.hosts[0]}/ng/") for row in data[0]["results"])
    assert data[0]["results"][0]["publishedTime"] % 1000 == 0


def lonsun_fields(text: str) -> dict[str, str]:
    return dict(re.findall(r'(\w+): "([^"]*)"', text.partition("data: {")[2].partition("}")[0]))


def test_lonsun_fragment() -> None:
    site = shared_site("lonsun")
    column = longest(site)
    assert re.fullmatch(r"/public/column/2001\?type=3&catId=300\d{4}&action=list&nav=3", site.column_path(column))
    page = text_of(ask(site, site.column_path(column)))
    assert titles(page) == []
    fields = lonsun_fields(page)
    pages = [
        text_of(ask(site, "/site/label/8888", "POST", urlencode(fields | {"pageIndex": str(n)}))) for n in (1, 2, 99)
    ]
    assert titles("".join(pages[:2])) == listed(column)[:4]
    assert "暂无相关信息" in pages[2]
    assert text_of(ask(site, f"/site/label/8888?{urlencode(fields)}")) == pages[0]
    wrong = ask(site, f"/site/label/8888?{urlencode(fields | {'file': '/xxgk/other'})}")
    assert (wrong.status_code, wrong.body) == (200, b"")


def test_lonsun_addresses() -> None:
    paths = [urlsplit(found.urls[0]).path for found in shared_site("lonsun").expected()]
    assert any(re.fullmatch(r"/public/content/\d{7}", path) for path in paths)
    assert any(re.fullmatch(r"/public/\d{4}/\d{7}\.html", path) for path in paths)


@pytest.mark.parametrize(("name", "base"), [("epoint", 0), ("epoint-one", 1)])
def test_epoint_list(name: str, base: int) -> None:
    site = shared_site(name)
    assert isinstance(site, Epoint)
    column = longest(site)
    assert titles(text_of(ask(site, site.column_path(column)))) == []
    constants = json.loads(text_of(ask(site, "/js/webBuilderCommon.js")).removeprefix("var siteInfo = ").rstrip(";\n"))
    endpoint = f"{constants['projectName']}/rest/lightfrontaction/getgovinfolist"
    assert endpoint == site.endpoint

    def rows(page: int, guid: str = constants["siteGuid"], wrap: bool = site.wrapped) -> list[str]:
        sent = {"categorynum": site.category(column), "pageIndex": page, "pageSize": 20, "siteGuid": guid}
        body = json.dumps({"params": sent} if wrap else sent)
        return [entry["title"] for entry in json.loads(text_of(ask(site, endpoint, "POST", body)))["custom"]["data"]]

    assert rows(base) == listed(column)[:3]
    assert rows(base + 1) == listed(column)[3:6]
    assert rows(0) == listed(column)[:3]
    assert rows(base, guid="other") == rows(base, wrap=not site.wrapped) == []


def test_truecms_rows() -> None:
    site = shared_site("truecms")
    column = longest(site)
    page = text_of(ask(site, site.column_path(column)))
    assert site.column_path(column) == "/qdsgj/zfxxgknb/zfxxgknb.html"
    assert len(re.findall("<record>", page)) == 30
    assert """<a href="javascript:void(0)" onclick="name2('/qdsgj/""" in page
    path = f"/truecms/messageController/getMessage.do?columnId={column.hex(32)}&perpage=10&callback=cb"

    def rows(first: int, last: int) -> list[str]:
        answer = text_of(ask(site, f"{path}&startrecord={first}&endrecord={last}", referer="http://127.0.0.5/"))
        return titles(json.loads(answer.removeprefix("cb(").removesuffix(")"))["result"])

    assert rows(31, 50) == listed(column)[30:50]
    assert rows(31, 51) == []
    assert ask(site, f"{path}&startrecord=1&endrecord=10").status_code == 404

"""The replicas as a whole: every page read right or no report, the server and its log, the nights."""

import errno
import gzip
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import msgspec
import pytest

import xxgk
from parsers.parts import Attachment
from parsers.reader import parse_report
from scraper.attachments import find_attachments
from scraper.config import load_plan
from scraper.model import Page as FetchedPage
from scraper.report_page import find_report
from tests.replica_asking import ADDRESSES, ask, make_site, shared_site
from tests.reportgen.demo import make_entries
from tests.reportgen.score import score
from xxgk.demo import addresses
from xxgk.demo.replicas import ReplicaError, Replicas
from xxgk.demo.reports import DemoReport, load_reports
from xxgk.demo.sites import FORBIDDEN, SITES
from xxgk.demo.sites.base import Expected, Site
from xxgk.demo.sites.nuisances import NUISANCES
from xxgk.demo.web import Page

FAMILIES = [name for name in SITES if name not in NUISANCES]
# Before they let anybody through they want to be asked again.
STUBBORN = {"busy": 2, "throttled": 1}


def without_host(url: str) -> str:
    return re.sub(r"^http://[^/]+", "", url)


def pages_of(site: Site) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every page that lies there, without those that scripts make."""
    return ((path, page.body) for path, page in site.routes.items() if isinstance(page, Page))


# ---------------------------------------------------------------- what is published


def test_the_data_file_is_what_the_generator_writes() -> None:
    made = [msgspec.convert(entry, DemoReport) for entry in make_entries()]
    assert list(load_reports()) == made


def test_the_reports_are_of_all_forms_and_some_contradict_themselves() -> None:
    reports = load_reports()
    forms = Counter(report.form for report in reports)
    assert 120 <= len(reports) <= 220
    assert min(forms[form] for form in ("2021", "2019", "2014")) >= 10
    assert forms["narrative"] == 2
    assert {rule for r in reports for rule in r.failed} == {"T3-ROW", "T3-FLOW", "T3-RESULT", "L-SUM", "N-APPLICATIONS"}
    plain = [re.sub(r"<[^>]*>", "", report.article_html) for report in reports]
    assert all("不代表任何机关的实际情况" in text for text in plain)


def test_the_years_of_an_agency_go_on_from_each_other() -> None:
    """Save where the data file says which check has to fail; the sums are done here once more."""
    reports = {(report.site, report.agency, report.year): report for report in load_reports() if not report.revises}
    failing: Counter[str] = Counter()
    for (site, agency, year), report in reports.items():
        before = reports.get((site, agency, year - 1))
        found = _year_failures(report, before) if before else Counter()
        assert found == report.failed_years, report.title
        failing += found
    assert failing == {"Y-CARRY": 12, "Y-IN-FORCE": 4}


def _year_failures(report: DemoReport, before: DemoReport) -> Counter[str]:
    now, then = ({(code, who): number for code, who, number in r.values} for r in (report, before))
    found: Counter[str] = Counter()
    for code, who in now:
        if code == "applications.carried_over" and ("applications.carried_forward", who) in then:
            found["Y-CARRY"] += now[code, who] != then["applications.carried_forward", who]
        if code.endswith(".in_force") and (code, None) in then:
            kind = code.removesuffix(".in_force")
            issued, repealed = now[f"{kind}.issued", None], now[f"{kind}.repealed", None]
            found["Y-IN-FORCE"] += now[code, None] != then[code, None] + issued - repealed  # type: ignore[operator]
    return +found


def test_half_of_an_agency_s_own_text_is_that_of_the_year_before() -> None:
    reports = {(report.site, report.agency, report.year): report for report in load_reports() if not report.revises}
    kept = []
    for (site, agency, year), report in reports.items():
        if report.form != "narrative" and (before := reports.get((site, agency, year - 1))):
            now, then = (set(re.findall(r"[^<>]{60,}", r.article_html)) for r in (report, before))
            kept.append(len(now & then) / len(now))
    assert 0.3 < sum(kept) / len(kept) < 0.7


@pytest.mark.parametrize("name", SITES)
def test_each_report_is_read_right_at_each_of_its_addresses(name: str) -> None:
    """All numbers, the header, and exactly the checks that have to fail."""
    site = make_site(name)
    for _ in range(STUBBORN.get(name, 0)):
        ask(site, "/")
    assert len(site.expected()) >= (3 if name in FAMILIES else 0)
    for report, urls in site.expected():
        assert urls
        for url in urls:
            body = ask_as_client(site, url)
            assert_read_right(body, url, Expected(report, urls), attachments_of(site, url, body))


def attachments_of(site: Site, url: str, body: bytes) -> list[Attachment]:
    """The files that a page links, as the crawl would hand them to the reader."""
    found = find_attachments(FetchedPage(url, body))
    return [Attachment(bytes(ask(site, file.url).body), file.url, file.name) for file in found]


def ask_as_client(site: Site, url: str) -> bytes:
    """The body that a client with cookies gets."""
    response = ask(site, url, cookie="CT6T=5a1b2c")
    assert response.status_code == 200, url
    body = bytes(response.body)
    return gzip.decompress(body) if response.headers.get("content-encoding") == "gzip" else body


def assert_read_right(body: bytes, url: str, expected: Expected, attachments: Sequence[Attachment] = ()) -> None:
    report = expected.report
    records = parse_report(body, source_url=url, attachments=attachments)
    tally = score(records, list(report.values))
    assert (tally.right, tally.first_wrong) == (len(report.values), ""), url
    assert Counter(c.rule for c in records.checks if c.outcome == "fail") == report.failed, url
    found = records.report
    assert (found.title, found.year, found.form) == (report.title, report.year, report.form)
    assert (found.agency, found.agency_type, found.level) == (report.agency, report.type, report.level)
    assert (found.county, found.division_code, found.published) == (report.county, report.division, report.published)


@pytest.mark.parametrize("name", FAMILIES)
def test_no_other_page_is_a_report(name: str) -> None:
    """Neither the texts beside the reports, which the reader refuses, nor lists, which the crawl does not hand to it."""
    site = shared_site(name)
    for article in site.content.articles:
        if article.report is None:
            with pytest.raises(xxgk.NotAReport):
                xxgk.parse(bytes(ask(site, site.article_path(article)).body))
    reports = {without_host(url) for expected in site.expected() for url in expected.urls}
    others = [(path, body) for path, body in pages_of(site) if path not in reports]
    assert others
    assert [path for path, body in others if find_report(FetchedPage(f"http://127.0.0.5{path}", body), "")] == []


@pytest.mark.parametrize("name", SITES)
def test_no_address_outside_the_loopback_network_is_named(name: str) -> None:
    named = {host for _, body in pages_of(shared_site(name)) for host in re.findall(rb"https?://([^/\"'<> ]+)", body)}
    assert all(re.fullmatch(rb"127\.0\.0\.\d+:8400", host) for host in named)
    assert not any(b".gov.cn" in body for _, body in pages_of(shared_site(name)))


@pytest.mark.parametrize("name", SITES)
def test_no_two_columns_or_articles_share_a_number(name: str) -> None:
    content = shared_site(name).content
    columns = [column.serial for column in content.root.walk()]
    articles = [article.serial for article in content.articles]
    assert len(set(columns)) == len(columns)
    assert len(set(articles)) == len(articles)


def test_every_family_has_a_replica() -> None:
    wanted = "trs-tdate hanweb-jpage hanweb-jpaas hanweb-xxgk gkmlpt nfcms ucap vsb lonsun xxgkcontent gongkai-channel"
    found = {SITES[name].family for name in FAMILIES}
    assert found == {*wanted.split(), "columns-uuid", "numbered-page", "epoint", "truecms", "static"}


# ---------------------------------------------------------------- the server


@pytest.fixture(scope="module")
def replicas() -> Iterator[Replicas]:
    with Replicas(["trs", "hanweb-xxgk", "robots-closed"]) as replicas:
        yield replicas


def url_of(replicas: Replicas, name: str, path: str = "/") -> str:
    return f"http://{replicas.published[name].hosts[0]}{path}"


def test_a_sites_file_of_the_replicas_can_be_loaded(replicas: Replicas, tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(replicas.sites_toml(delay=0.5, timeout=2.0, contact="a@example.org"), encoding="utf-8")
    plan = load_plan([path])
    assert [site.site.id for site in plan.sites] == [site.id for site in replicas.sites]
    settings = plan.sites[0].settings
    assert (settings.delay, settings.timeout, settings.allow_private) == (0.5, 2.0, True)
    assert plan.sites[0].site.hosts == replicas.sites[0].hosts
    assert "robots-closed" not in replicas.sites_toml(only=["trs"])


def test_the_log_tells_each_request(replicas: Replicas) -> None:
    before = len(replicas.log)
    headers = {"User-Agent": "one/1", "If-None-Match": '"x"', "Cookie": "a=b"}
    httpx.get(url_of(replicas, "trs", "/xwzx/?a=1"), headers=headers)
    httpx.post(url_of(replicas, "hanweb-xxgk", "/module/xxgk/search.jsp"), content="currpage=1")
    first, second = replicas.log[before:]
    assert (first.host, first.method, first.path) == (ADDRESSES["trs"][0].partition(":")[0], "GET", "/xwzx/?a=1")
    assert (first.user_agent, first.status) == ("one/1", 200)
    assert (first.headers["if-none-match"], first.headers["cookie"]) == ('"x"', "a=b")
    assert (second.method, second.body) == ("POST", b"currpage=1")
    assert first.start <= first.end <= second.start <= second.end


def test_what_nobody_may_ask_is_told(replicas: Replicas) -> None:
    assert replicas.forbidden == []
    closed = url_of(replicas, "trs", "/zwgk/zfxxgk/ysqgk/")
    foreign = f"http://{ADDRESSES[FORBIDDEN[0]][0].partition(':')[0]}:{replicas.port}/zwgk/"
    for url in (closed, foreign, url_of(replicas, "robots-closed"), url_of(replicas, "robots-closed", "/robots.txt")):
        assert httpx.get(url).status_code == 200
    assert [seen.path for seen in replicas.forbidden] == ["/zwgk/zfxxgk/ysqgk/", "/zwgk/", "/"]


def test_files_have_validators_and_scripts_have_none(replicas: Replicas) -> None:
    page = httpx.get(url_of(replicas, "trs"))
    for name, header in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")):
        again = httpx.get(url_of(replicas, "trs"), headers={name: page.headers[header]})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", page.headers["etag"])
    assert httpx.get(url_of(replicas, "trs"), headers={"If-None-Match": '"other"'}).status_code == 200
    made = [httpx.get(url_of(replicas, "hanweb-xxgk")) for _ in range(2)]
    assert not {"etag", "last-modified"} & set(made[0].headers)
    assert made[0].content != made[1].content


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind((ADDRESSES["trs"][0].partition(":")[0], 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ReplicaError, match=rf"^port {port} is taken on 127\.0\.0\.\d+; name another one$"):
            Replicas(["trs"], port=port).start()


def test_a_missing_address_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(address: str, port: int, abrupt: bool) -> None:
        raise OSError(errno.EADDRNOTAVAIL, "Can't assign requested address")

    monkeypatch.setattr(addresses, "_listen", refuse)
    with pytest.raises(
        ReplicaError, match=r"^127\.0\.0\.2 cannot be used .*; .* sudo ifconfig lo0 alias 127\.0\.0\.2$"
    ):
        Replicas(["trs"]).start()


def test_an_unknown_replica_is_told_in_one_line() -> None:
    with pytest.raises(ReplicaError, match=r"^no replica is named nothing; there are: trs, "):
        Replicas(["nothing"])


def test_missing_packages_are_told_in_one_line() -> None:
    program = "import sys; sys.modules['uvicorn'] = None; import xxgk.demo.serve"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert last == "ImportError: the replicas need uvicorn, which is missing; pip install 'xxgk[demo]'"


# ---------------------------------------------------------------- nights


def test_the_second_night_revises_withdraws_and_adds() -> None:
    with Replicas(["trs", "lonsun", "ucap", "vsb", "jpage-page"]) as replicas:
        first = {site.id: site for site in replicas.sites}
        replicas.next_night()
        second = {site.id: site for site in replicas.sites}
        for name in ("trs", "lonsun", "ucap"):
            (now,) = [found for found in second[name].reports if found.report.revises]
            (old,) = [found for found in first[name].reports if found.report.id == now.report.revises]
            assert now.urls == old.urls
            pairs = zip(old.report.values, now.report.values, strict=True)
            changed = tuple((*a[:2], a[2], b[2]) for a, b in pairs if a != b)
            assert len(changed) == 2
            assert sorted(changed) == sorted(now.report.changed)
            assert_read_right(httpx.get(now.urls[0]).content, now.urls[0], now)
        (gone,) = second["vsb"].withdrawn
        assert gone in first["vsb"].reports
        assert httpx.get(gone.urls[0]).status_code == 404
        ids = {name: {found.report.id for found in site.reports} for name, site in second.items()}
        before = {name: {found.report.id for found in site.reports} for name, site in first.items()}
        assert [len(ids[name] - before[name]) for name in ("vsb", "jpage-page")] == [1, 1]


def test_unchanged_files_keep_their_validators_over_night() -> None:
    with Replicas(["trs"]) as replicas:
        pages = {url: httpx.get(url) for found in replicas.sites[0].reports for url in found.urls[:1]}
        replicas.next_night()
        revised = [found.urls[0] for found in replicas.sites[0].reports if found.report.revises]
        for url, page in pages.items():
            again = httpx.get(url, headers={"If-None-Match": page.headers["etag"]})
            assert again.status_code == (200 if url in revised else 304)
            assert (again.headers["last-modified"] != page.headers["last-modified"]) == (url in revised)

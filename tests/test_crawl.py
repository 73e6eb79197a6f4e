"""The crawl on the replicas: what it finds, what it asks for, what it leaves alone, what it keeps."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from warcio.archiveiterator import ArchiveIterator

from scraper.config import load_plan
from scraper.night import crawl_sites, wanted_first
from scraper.results import SiteResult
from scraper.state import State
from scraper.urls import url_key

pytest.importorskip("starlette", reason="the replicas need the extra `demo`")
from xxgk.demo.replicas import Replicas, ReplicaSite, Seen

DELAY = 0.15
# Quick ones; the others are met in the demo.
NUISANCES = ("shield-412", "shield-521", "shield-200", "cookie-shell", "busy", "soft-404", "home-for-all", "cut")
NUISANCES += ("bomb", "forced-gzip", "redirect-loop", "wrong-charset", "cookie-loop", "empty", "refused")
NUISANCES += ("robots-closed", "moved", "runaway", "reset")


class Crawled(NamedTuple):
    """One night: what the crawl says, what the replicas saw and had."""

    results: dict[str, SiteResult]
    log: list[Seen]
    sites: dict[str, ReplicaSite]


class World:
    """Replicas and a data folder, for several nights."""

    def __init__(self, replicas: Replicas, data: Path, delay: float = 0.0) -> None:
        self.replicas, self.data, self.delay = replicas, data, delay

    def crawl(self) -> Crawled:
        """One night."""
        file = self.data / "sites.toml"
        file.write_text(self.replicas.sites_toml(delay=self.delay, timeout=2.0), encoding="utf-8")
        before = len(self.replicas.log)
        with State(self.data / "crawl.sqlite") as state:
            run, _ = state.begin_run(datetime.now(UTC))
            results = crawl_sites(load_plan([file]), self.data, state, run, version="test")
            state.finish_run(run.run_id, datetime.now(UTC))
        sites = {site.id: site for site in self.replicas.sites}
        return Crawled({result.id: result for result in results}, self.replicas.log[before:], sites)

    def addresses(self, site_id: str) -> list[set[str]]:
        """For each report that the state has of a site the keys of all its addresses."""
        with State(self.data / "crawl.sqlite") as state:
            rows = [row for row in state.reports_of(site_id) if not (row.same_as or row.gone)]
            return [{url_key(row.url), *(url_key(a.url) for a in state.addresses(row.key))} for row in rows]


def family_sites() -> list[str]:
    from xxgk.demo.sites import SITES

    return [name for name, site in SITES.items() if site.kind == "family"]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Crawled, Crawled]]:
    """Two nights on all families and the quick nuisances."""
    with Replicas(only=[*family_sites(), *NUISANCES]) as replicas:
        world = World(replicas, tmp_path_factory.mktemp("nights"))
        first = world.crawl()
        replicas.next_night()
        yield world, first, world.crawl()


def test_every_report_is_found_and_nothing_else(nights: tuple[World, Crawled, Crawled]) -> None:
    world, _, second = nights
    for site in second.sites.values():
        wanted = [{url_key(url) for url in report.urls} for report in site.reports]
        found = world.addresses(site.id)
        missing = [urls for urls in wanted if not any(urls & keys for keys in found)]
        false = [keys for keys in found if not any(urls & keys for urls in wanted)]
        assert (missing, false) == ([], []), site.id
        assert len(found) == len(wanted), f"{site.id}: a report counts twice"


def test_sites_are_told_as_they_are(nights: tuple[World, Crawled, Crawled]) -> None:
    _, first, second = nights
    for night in (first, second):
        for site in night.sites.values():
            result = night.results[site.id]
            assert result.status in site.statuses, (site.id, result)
            assert (result.status == "ok") == (not result.failures and bool(result.reports)), (site.id, result)
            assert result.reports == len(site.reports), site.id


def test_new_changed_and_withdrawn_reports_are_counted(nights: tuple[World, Crawled, Crawled]) -> None:
    _, first, second = nights
    assert sum(result.reports_new for result in first.results.values()) == sum(
        len(site.reports) for site in first.sites.values()
    )
    changes = Counter[str]()
    for result in second.results.values():
        changes.update(new=result.reports_new, changed=result.reports_changed, gone=result.reports_gone)
    before = {report.urls for site in first.sites.values() for report in site.reports}
    after = {report.urls for site in second.sites.values() for report in site.reports}
    assert changes["new"] == len(after - before) > 0
    assert changes["gone"] == len(before - after) > 0
    assert changes["changed"] > 0


def test_nothing_is_asked_that_must_not_be(nights: tuple[World, Crawled, Crawled]) -> None:
    world, *_ = nights
    assert world.replicas.forbidden == []


def test_nothing_is_asked_twice_in_a_night(nights: tuple[World, Crawled, Crawled]) -> None:
    """Only where the server said to come again, broke off, or tests for cookies."""
    for night in nights[1:]:
        times = Counter((seen.host, seen.method, seen.path, seen.body) for seen in night.log)
        again = {(seen.host, seen.path) for seen in night.log if seen.status in (302, 429, 503)}
        broken = {site.hosts[0].split(":")[0] for name, site in night.sites.items() if name in ("cut", "reset")}
        twice = [
            key
            for key, number in times.items()
            if number > 1 and (key[0], key[2]) not in again and key[0] not in broken
        ]
        assert twice == []


def test_the_second_night_asks_with_validators(nights: tuple[World, Crawled, Crawled]) -> None:
    _, first, second = nights
    hosts = {host.split(":")[0] for name in ("trs", "ucap", "nfcms", "vsb") for host in first.sites[name].hosts}
    validated = {(seen.host, seen.path) for seen in first.log if seen.status == 200 and seen.host in hosts}
    asked = [seen for seen in second.log if (seen.host, seen.path) in validated]
    assert all(
        seen.headers.keys() & {"if-none-match", "if-modified-since"} for seen in asked if "/robots" not in seen.path
    )
    assert sum(seen.status == 304 for seen in asked) / len(asked) > 0.8
    for name in ("trs", "ucap"):
        seen = [one for one in second.log if one.host == second.sites[name].hosts[0].split(":")[0]]
        assert second.results[name].requests >= len(seen)
        assert second.results[name].not_modified > 0


def test_the_archive_holds_every_answer_and_warcio_agrees(nights: tuple[World, Crawled, Crawled]) -> None:
    world, first, second = nights
    kinds = Counter[str]()
    for path in sorted((world.data / "archive").glob("*.warc.gz")):
        with path.open("rb") as handle:
            records = ArchiveIterator(handle, check_digests="raise")
            for record in records:
                record.content_stream().read()
                kinds[record.rec_type] += 1
    answered = sum(seen.status > 0 for seen in (*first.log, *second.log))
    # An answer that broke off before its head was whole is none.
    assert answered - 3 <= kinds["response"] + kinds["revisit"] <= answered
    assert kinds["request"] == kinds["response"] + kinds["revisit"]
    assert kinds["revisit"] >= sum(seen.status == 304 for seen in second.log)


def test_a_report_under_several_addresses_is_one_and_all_addresses_are_kept(
    nights: tuple[World, Crawled, Crawled],
) -> None:
    world, *_ = nights
    with State(world.data / "crawl.sqlite") as state:
        rows = [row for row in state.reports_of("gkmlpt") if not row.same_as]
        several = [{address.url for address in state.addresses(row.key)} for row in rows]
    catalogue_and_portal = [urls for urls in several if len({"/gkmlpt/" in url for url in urls}) == 2]
    assert len(catalogue_and_portal) >= 3


def test_requests_to_a_host_keep_their_distance(tmp_path: Path) -> None:
    with Replicas(only=["trs", "ucap", "jpage-page"]) as replicas:
        night = World(replicas, tmp_path, DELAY).crawl()
        hosts = defaultdict(list)
        for seen in night.log:
            hosts[seen.host].append(seen)
    assert len(hosts) >= 3
    gaps = []
    for log in hosts.values():
        log.sort(key=lambda seen: seen.start)
        gaps += [later.start - earlier.end for earlier, later in pairwise(log)]
    assert len(gaps) > 50
    # The server notes the end of an answer when it gets round to it, which may be after the client has it.
    assert min(gaps) >= DELAY * 0.9


def test_hosts_are_crawled_side_by_side(tmp_path: Path) -> None:
    with Replicas(only=["ucap", "vsb"]) as replicas:
        night = World(replicas, tmp_path, DELAY).crawl()
    spans = {}
    for seen in night.log:
        start, _ = spans.get(seen.host, (seen.start, 0.0))
        spans[seen.host] = (start, seen.end)
    (one, other) = spans.values()
    assert max(one[0], other[0]) < min(one[1], other[1])


def test_a_private_address_is_not_asked_unless_the_file_allows_it(tmp_path: Path) -> None:
    with Replicas(only=["vsb"]) as replicas:
        world = World(replicas, tmp_path)
        text = replicas.sites_toml(delay=0.0).replace("allow_private = true", "allow_private = false")
        (tmp_path / "sites.toml").write_text(text, encoding="utf-8")
        with State(tmp_path / "crawl.sqlite") as state:
            run, _ = state.begin_run(datetime.now(UTC))
            plan = load_plan([tmp_path / "sites.toml"])
            (result,) = crawl_sites(plan, world.data, state, run, version="test")
        assert replicas.log == []
    assert result.status == "unreachable"
    assert "allow_private" in result.failures[0].reason


def test_what_a_dry_run_tells(nights: tuple[World, Crawled, Crawled]) -> None:
    world, _, second = nights
    plan = load_plan([world.data / "sites.toml"], ["vsb"])
    with State(world.data / "crawl.sqlite") as state:
        told = list(wanted_first(plan, state))
    assert [wanted.url for wanted in told if wanted.why == "start page"] == list(second.sites["vsb"].start)
    assert sum(wanted.why == "known report" for wanted in told) == len(second.sites["vsb"].reports)


def test_max_pages_ends_a_site_and_says_so(tmp_path: Path) -> None:
    with Replicas(only=["trs"]) as replicas:
        text = replicas.sites_toml(delay=0.0, max_pages=12)
        (tmp_path / "sites.toml").write_text(text, encoding="utf-8")
        with State(tmp_path / "crawl.sqlite") as state:
            run, _ = state.begin_run(datetime.now(UTC))
            (result,) = crawl_sites(load_plan([tmp_path / "sites.toml"]), tmp_path, state, run, version="test")
        assert len(replicas.log) <= 15
    assert result.status == "partial"
    assert any("max_pages" in failure.reason for failure in result.failures)


def test_years_limit_what_is_fetched(tmp_path: Path) -> None:
    with Replicas(only=["ucap"]) as replicas:
        (site,) = replicas.sites
        year = site.reports[0].report.year
        text = replicas.sites_toml(delay=0.0) + f"years = [{year}]\n"
        (tmp_path / "sites.toml").write_text(text, encoding="utf-8")
        with State(tmp_path / "crawl.sqlite") as state:
            run, _ = state.begin_run(datetime.now(UTC))
            (result,) = crawl_sites(load_plan([tmp_path / "sites.toml"]), tmp_path, state, run, version="test")
    assert result.reports == sum(report.report.year == year for report in site.reports)


def test_a_report_that_never_changes_is_looked_at_more_rarely(tmp_path: Path) -> None:
    with Replicas(only=["vsb"]) as replicas:
        world = World(replicas, tmp_path)
        requests = []
        for _ in range(6):
            night = world.crawl()
            requests.append(len(night.log))
            time.sleep(1.01)
    (result,) = night.results.values()
    assert requests[1] == requests[0]
    assert requests[5] < requests[0] - 3
    assert result.status == "ok"
    assert result.reports == len(night.sites["vsb"].reports)

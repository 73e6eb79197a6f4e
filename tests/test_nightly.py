"""The night as a whole: what is published and told, how it ends, what a broken one leaves; on replicas, on loopback."""

import functools
import io
import json
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from rich.console import Console
from rich.progress import Progress as Bars

import xxgk
from output.own import SITE_MARKER
from parsers.records import RecordSet
from scraper.lock import hold_lock
from scraper.results import Failure, Progress, SiteResult
from xxgk import cli, demo_command, display, nightly, readings
from xxgk.demo.compare import Comparison
from xxgk.demo.replicas import Replicas
from xxgk.nightly import NightError, check_folder, tell_refused, write_summary
from xxgk.readings import Refused
from xxgk.summary import Summary, first_reason, show_summary, tell_sites

# One with a report that is revised on the second night, one with a report withdrawn and a new one, one that is shut.
WELL, SHUT = ("ucap", "vsb"), "shield-412"
KEYS = "id name status requests not_modified bytes reports_new reports_changed reports_unchanged reports_gone failures"


class Ended(NamedTuple):
    """What a run of the command line left: exit status and the two outputs."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs the command line in this process, which also reads: the pool of processes is tested elsewhere."""
    monkeypatch.setattr("xxgk.run.usable_cpus", lambda: 0)
    monkeypatch.setattr(demo_command, "usable_cpus", lambda: 0)

    def call(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["xxgk", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, *capfd.readouterr())

    handler = signal.getsignal(signal.SIGINT)
    yield call
    # A command that was stopped by the keyboard does not listen to it any more.
    signal.signal(signal.SIGINT, handler)


@pytest.fixture
def replicas() -> Iterator[Replicas]:
    with Replicas([*WELL, SHUT]) as running:
        yield running


@pytest.fixture
def sites(replicas: Replicas, tmp_path: Path) -> Path:
    """A sites file of the replicas that are well."""
    return write_sites(replicas, tmp_path / "well.toml", WELL)


def write_sites(replicas: Replicas, path: Path, only: tuple[str, ...]) -> Path:
    path.write_text(replicas.sites_toml(0, only, timeout=5.0), encoding="utf-8")
    return path


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# ---------------------------------------------------------------- the night


def test_two_nights(run: Run, replicas: Replicas, sites: Path, tmp_path: Path) -> None:
    data, comparison = tmp_path / "data", Comparison()
    first = run("run", "--sites", sites, "--data", data, "--json")
    assert (first.status, first.err) == (0, "")
    summary = json.loads(first.out)
    assert list(summary)[:5] == ["run_id", "started", "finished", "sites", "dataset"]
    assert [list(site)[: len(KEYS.split())] for site in summary["sites"]] == [KEYS.split()] * 2
    assert [(site["id"], site["status"]) for site in summary["sites"]] == [("ucap", "ok"), ("vsb", "ok")]
    decoded = msgspec.json.decode(first.out, type=Summary)
    finding = comparison.compare(data / "dataset", replicas.sites, decoded.sites)
    assert finding.wrong == []
    assert finding.reports == finding.reports_expected == summary["dataset"]["reports"] > 10
    assert finding.values == finding.values_expected == summary["dataset"]["values"]
    assert {path.name for path in data.iterdir()} == {"archive", "crawl.sqlite", "dataset", "runs", "lock"}
    assert json.loads((data / "runs" / f"{summary['run_id']}.json").read_bytes()) == summary

    replicas.next_night()
    second = json.loads(run("run", "--sites", sites, "--data", data, "--json").out)
    decoded = msgspec.convert(second, Summary)
    finding = comparison.compare(data / "dataset", replicas.sites, decoded.sites)
    assert (finding.wrong, finding.revisions, finding.withdrawn) == ([], 2, 1)
    ucap, vsb = second["sites"]
    assert (ucap["reports_new"], ucap["reports_changed"], ucap["reports_gone"]) == (0, 1, 0)
    assert (vsb["reports_new"], vsb["reports_changed"], vsb["reports_gone"]) == (1, 0, 1)
    assert vsb["not_modified"] > 0
    assert len(list((data / "runs").iterdir())) == 2


def test_a_night_without_change_leaves_the_dataset(run: Run, sites: Path, tmp_path: Path) -> None:
    run("run", "--sites", sites, "--data", tmp_path / "data")
    before, status = files_of(tmp_path / "data" / "dataset"), (tmp_path / "data" / "dataset").stat()
    ended = run("run", "--sites", sites, "--data", tmp_path / "data")
    assert ended.status == 0
    assert "nothing has changed" in ended.out
    assert files_of(tmp_path / "data" / "dataset") == before
    assert (tmp_path / "data" / "dataset").stat() == status


def test_a_crawl_reads_nothing_and_the_run_after_it_reads_all(run: Run, sites: Path, tmp_path: Path) -> None:
    crawled = run("crawl", "--sites", sites, "--data", tmp_path / "data", "--json")
    assert crawled.status == 0
    assert set(json.loads(crawled.out)["dataset"].values()) == {0}
    assert not (tmp_path / "data" / "dataset").exists()
    summary = json.loads(run("run", "--sites", sites, "--data", tmp_path / "data", "--json").out)
    assert summary["dataset"]["reports"] > 10
    assert sum(site["reports_new"] for site in summary["sites"]) == 0
    again = json.loads(run("crawl", "--sites", sites, "--data", tmp_path / "data", "--json").out)
    assert again["dataset"] == summary["dataset"]


def test_a_site_that_is_shut_is_told_and_the_others_are_published(
    run: Run, replicas: Replicas, sites: Path, tmp_path: Path
) -> None:
    shut = write_sites(replicas, tmp_path / "shut.toml", (SHUT,))
    ended = run("run", "--sites", sites, shut, "--data", tmp_path / "data", "--json")
    summary = json.loads(ended.out)
    assert ended.status == 1
    assert [site["status"] for site in summary["sites"]] == ["ok", "ok", "blocked"]
    assert len(xxgk.load(tmp_path / "data" / "dataset").reports) == summary["dataset"]["reports"] > 10
    (line,) = ended.err.splitlines()
    assert line.startswith(f"xxgk: {SHUT} ")
    assert all(words in line for words in (": blocked, ", "HTTP 412", "look at the address in a browser"))


def test_without_a_single_report_there_is_no_dataset(run: Run, replicas: Replicas, tmp_path: Path) -> None:
    shut = write_sites(replicas, tmp_path / "shut.toml", (SHUT,))
    ended = run("run", "--sites", shut, "--data", tmp_path / "data")
    assert ended.status == 1
    assert not (tmp_path / "data" / "dataset").exists()
    assert ended.err.splitlines()[-1] == f"xxgk: {tmp_path}/data/dataset: no report was read, so no dataset is written"
    assert "dataset: none" in ended.out


def test_a_part_of_the_sites_keeps_the_reports_of_the_others(
    run: Run, replicas: Replicas, sites: Path, tmp_path: Path
) -> None:
    run("run", "--sites", sites, "--data", tmp_path / "data")
    before = files_of(tmp_path / "data" / "dataset")
    replicas.log.clear()
    summary = json.loads(run("run", "--sites", sites, "--data", tmp_path / "data", "--site", "vsb", "--json").out)
    assert [site["id"] for site in summary["sites"]] == ["vsb"]
    vsb = next(site for site in replicas.sites if site.id == "vsb")
    assert {f"{seen.host}:{replicas.port}" for seen in replicas.log} == set(vsb.hosts)
    assert files_of(tmp_path / "data" / "dataset") == before


def test_years_of_the_sites_file(run: Run, replicas: Replicas, sites: Path, tmp_path: Path) -> None:
    run("run", "--sites", sites, "--data", tmp_path / "data")
    text = sites.read_text(encoding="utf-8")
    sites.write_text(text.replace('id = "vsb"', 'id = "vsb"\nyears = [2022]'), encoding="utf-8")
    ended = run("run", "--sites", sites, "--data", tmp_path / "data", "--site", "ucap")
    assert ended.status == 0
    reports = xxgk.load(tmp_path / "data" / "dataset").reports
    hosts = {site.id: site.hosts[0] for site in replicas.sites}
    assert set(reports[reports["source_url"].str.contains(hosts["vsb"])]["year"]) == {2022}
    assert len(set(reports[reports["source_url"].str.contains(hosts["ucap"])]["year"])) > 1


# ---------------------------------------------------------------- broken nights


def test_a_night_that_was_stopped_goes_on(
    run: Run, replicas: Replicas, sites: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped by the keyboard while reading: nothing is asked again, and the dataset is that of an undisturbed night."""
    data, original = tmp_path / "data", readings.Readings._keep
    kept = []

    def stop(*arguments: object) -> None:
        if len(kept) == 10:
            raise KeyboardInterrupt
        kept.append(arguments)
        original(*arguments)

    monkeypatch.setattr(readings, "COMMIT", 4)
    monkeypatch.setattr(readings.Readings, "_keep", stop)
    stopped = run("run", "--sites", sites, "--data", data, "--json")
    assert (stopped.status, stopped.out, stopped.err) == (130, "", "xxgk: stopped by the keyboard\n")
    assert not (data / "dataset").exists()
    monkeypatch.setattr(readings.Readings, "_keep", original)
    asked = len(replicas.log)
    again = run("run", "--sites", sites, "--data", data, "--json")
    summary = json.loads(again.out)
    assert again.status == 0
    assert f"run {summary['run_id']}, which was broken off, goes on" in again.err
    assert summary["resumed"]
    assert len(replicas.log) == asked
    assert sum(site["requests"] for site in summary["sites"]) == asked
    run("run", "--sites", sites, "--data", tmp_path / "other")
    tables = [xxgk.load(folder / "dataset") for folder in (data, tmp_path / "other")]
    assert tables[0].values.equals(tables[1].values)
    assert tables[0].reports.drop(columns="fetched_at").equals(tables[1].reports.drop(columns="fetched_at"))


def test_a_dataset_that_cannot_be_written_ends_with_one_line(
    run: Run, sites: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "data" / "dataset" / "values.csv"))

    monkeypatch.setattr("xxgk.publishing.write_crawled", fail)
    ended = run("run", "--sites", sites, "--data", tmp_path / "data")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == f"xxgk: {tmp_path}/data/dataset/values.csv: No space left on device\n"
    monkeypatch.undo()


# ---------------------------------------------------------------- wrong usage: before anything is asked


def foreign_file(data: Path) -> str:
    data.mkdir()
    (data / "holiday.jpg").touch()
    return "holds holiday.jpg and no state of a crawl"


def no_folder(data: Path) -> str:
    data.touch()
    return "is a file; name a folder"


def other_database(data: Path) -> str:
    data.mkdir()
    with sqlite3.connect(data / "crawl.sqlite") as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()
    return "is a database of another program"


def foreign_dataset(data: Path) -> str:
    data.mkdir()
    nightly.State(data / "crawl.sqlite").close()
    (data / "dataset").mkdir()
    (data / "dataset" / "thesis.docx").touch()
    return "dataset: is not replaced, since thesis.docx in it is no part of a dataset"


@pytest.mark.parametrize("prepare", [foreign_file, no_folder, other_database, foreign_dataset])
def test_a_folder_of_other_things_is_refused(
    run: Run, replicas: Replicas, sites: Path, tmp_path: Path, prepare: Callable[[Path], str]
) -> None:
    says = prepare(tmp_path / "data")
    ended = run("run", "--sites", sites, "--data", tmp_path / "data")
    assert (ended.status, ended.out, replicas.log) == (2, "", [])
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1


def test_one_run_at_a_time(run: Run, replicas: Replicas, sites: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with hold_lock(tmp_path / "data" / "lock"):
        ended = run("run", "--sites", sites, "--data", tmp_path / "data")
    assert (ended.status, ended.out, replicas.log) == (2, "", [])
    assert "lock: a run is under way" in ended.err


def test_a_lock_of_a_dead_process_is_taken_over(run: Run, sites: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "lock").write_text('{"pid": 1, "host": "a", "started": "2024-01-01T00:00:00Z"}')
    ended = run("crawl", "--sites", sites, "--data", tmp_path / "data", "--site", "vsb")
    assert ended.status == 0
    assert "is taken over" in ended.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "--data", "d"], "no sites file is named; name one or more: --sites FILE..."),
        (["run", "--sites", "SITES"], "--data"),
        (["run", "--sites", "no.toml", "--data", "d"], "no.toml: no such file"),
        (
            ["crawl", "--sites", "SITES", "--data", "d", "--site", "vbs"],
            "no sites file has a site of this id; did you mean vsb?",
        ),
        (["crawl", "--sites", "SITES", "SITES", "--data", "d"], "is also the id of a site in"),
        (["crawl", "--sites", "SITES", "--sites", "SITES", "--data", "d"], "is also the id of a site in"),
        (["crawl", "--sites", "BAD", "--data", "d"], "delya: is no key of this table; did you mean delay?"),
        (["run", "--sites", "SITES", "--data", "d", "--jobs", "0"], "--jobs"),
        (["demo", "--nights", "0"], "--nights"),
    ],
)
def test_wrong_usage_is_one_line_and_asks_nothing(
    run: Run,
    replicas: Replicas,
    sites: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text("[crawl]\ndelya = 1\n")
    named = {"SITES": str(sites), "BAD": "bad.toml"}
    ended = run(*(named.get(argument, argument) for argument in arguments))
    assert (ended.status, ended.out, replicas.log) == (2, "", [])
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1
    assert not (tmp_path / "d").exists()


def test_sites_files_may_lie_in_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").touch()
    (tmp_path / "archive").mkdir()
    check_folder(tmp_path)
    (tmp_path / "dataset").mkdir()
    with pytest.raises(NightError, match="holds dataset and no state of a crawl"):
        check_folder(tmp_path)


def test_a_site_may_lie_in_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / SITE_MARKER).touch()
    check_folder(tmp_path)


def test_a_demo_removes_nothing_where_something_else_lies_in_its_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text(demo_command._HEAD, encoding="utf-8")
    (tmp_path / "crawl.sqlite").touch()
    for name in ("archive", "runs", "mine"):
        (tmp_path / name).mkdir()
    ended = run("demo", "--data", tmp_path)
    told = f"xxgk: {tmp_path}: holds mine, which is no part of a demo; move it away, or name another folder\n"
    assert (ended.status, ended.out, ended.err) == (2, "", told)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "crawl.sqlite", "mine", "runs", "sites.toml"]


# ---------------------------------------------------------------- dry runs


def test_a_dry_run_asks_nothing_and_writes_nothing(run: Run, replicas: Replicas, sites: Path, tmp_path: Path) -> None:
    ended = run("run", "--sites", sites, "--data", tmp_path / "data", "--dry-run")
    start = {site.id: site.start[0] for site in replicas.sites}
    assert (ended.status, ended.err, replicas.log) == (0, "", [])
    assert [line.split("\t") for line in ended.out.splitlines()] == [[name, "start page", start[name]] for name in WELL]
    assert not (tmp_path / "data").exists()


def test_a_dry_run_tells_the_known_reports(run: Run, replicas: Replicas, sites: Path, tmp_path: Path) -> None:
    run("crawl", "--sites", sites, "--data", tmp_path / "data")
    replicas.log.clear()
    ended = run("run", "--sites", sites, "--data", tmp_path / "data", "--site", "vsb", "--dry-run", "--json")
    wanted = [json.loads(line) for line in ended.out.splitlines()]
    (vsb,) = (site for site in replicas.sites if site.id == "vsb")
    known = {item["url"] for item in wanted if item["why"] == "known report"}
    assert len(known) == len(vsb.reports)
    assert known <= {url for report in vsb.reports for url in report.urls}
    assert replicas.log == []


# ---------------------------------------------------------------- what is told


def make_site(name: str = "1", **fields: object) -> SiteResult:
    return SiteResult(id=name, name="某区", **fields)


def make_summary(*sites: SiteResult, **fields: object) -> Summary:
    told = {"dataset": {"reports": 3, "values": 600}, "dataset_written": True, "resumed": False} | fields
    return Summary("20240101T000000Z", "2024-01-01T00:00:00Z", "2024-01-01T00:05:00Z", list(sites), **told)


def shown(summary: Summary, width: int = 160) -> str:
    out = io.StringIO()
    show_summary(summary, Console(file=out, width=width))
    return out.getvalue()


def make_refused(url: str, **fields: object) -> Refused:
    told = {
        "site_id": "1",
        "kind": "no report",
        "reason": "a list",
        "is_kept": 0,
        "seen": "new",
        "content_type": "html",
    }
    return Refused(url=url, **(told | fields))


def test_what_is_no_report_does_not_count_as_one() -> None:
    site = make_site(reports_new=2, reports_changed=1, reports_unchanged=1)
    tell_refused([site], [make_refused("a"), make_refused("b", seen="unchanged"), make_refused("c", site_id="2")])
    assert (site.reports_new, site.reports_changed, site.reports_unchanged) == (1, 1, 0)
    assert site.failures == [Failure("a", "looked like a report: a list"), Failure("b", "looked like a report: a list")]
    assert site.status == "partial"


def test_a_site_without_a_real_report_is_empty() -> None:
    site = make_site(reports_new=1)
    tell_refused([site], [make_refused("a")])
    assert (site.status, site.reports) == ("empty", 0)


def test_files_of_other_formats_are_no_failure_beside_reports() -> None:
    files = [make_refused("a.pdf", content_type="pdf", reason="a PDF file")]
    site, only = make_site(reports_new=2), make_site(reports_new=1)
    tell_refused([site], files)
    tell_refused([only], files)
    assert (site.status, site.failures, site.skipped[0].url) == ("ok", [], "a.pdf")
    assert (only.status, first_reason(only)) == ("empty", "a.pdf: looked like a report: a PDF file")


def test_a_report_that_is_none_now_is_told_and_kept() -> None:
    site = make_site(reports_changed=1)
    tell_refused([site], [make_refused("a", is_kept=1, seen="changed")])
    assert (site.status, site.reports_changed) == ("partial", 1)
    assert site.failures[0].reason == "was a report and is none now, the last reading is kept: a list"


def test_the_table_tells_every_site_and_their_sum() -> None:
    well = make_site("a", requests=1200, not_modified=3, reports_new=4, reports_gone=1)
    bad = make_site(
        "b", status="unreachable", requests=34, failures=[Failure("http://b", "refused"), Failure("x", "y")]
    )
    lines = [line.split() for line in shown(make_summary(well, bad)).splitlines()]
    assert ["a", "某区", "ok", "1,200", "3", "4", "0", "0", "1"] in lines
    assert [
        "b",
        "某区",
        "unreachable",
        "34",
        "0",
        "0",
        "0",
        "0",
        "0",
        "http://b:",
        "refused",
        "(and",
        "1",
        "more)",
    ] in lines
    assert ["2", "site(s)", "1", "ok", "1,234", "3", "4", "0", "0", "1"] in lines
    assert "3 reports, 600 values; written" in shown(make_summary(well, bad))


def test_of_many_sites_only_those_that_are_not_well() -> None:
    many = [make_site(f"well{n}") for n in range(3000)]
    text = shown(make_summary(*many, make_site("ill", status="empty", notes=["9 reports where there were 12"])))
    assert "3001 site(s)" in text
    assert "3000 ok" in text
    assert "ill 某区" in text
    assert "well" not in text
    assert len(text.splitlines()) < 15


def test_a_narrow_screen_has_room_for_the_numbers() -> None:
    bad = make_site("330502", status="unreachable", requests=12345, failures=[Failure("http://b", "refused " * 20)])
    lines = shown(make_summary(bad), width=80).splitlines()
    assert ["330502", "某区", "unreachable", "12,345", "0", "0", "0", "0", "0"] in [line.split() for line in lines]
    assert "refused" not in "".join(lines)


@pytest.mark.parametrize("status", ["blocked", "unreachable", "empty", "partial"])
def test_a_site_that_is_not_well_is_told_with_reason_and_cure(status: str) -> None:
    site = make_site(
        "7", status=status, failures=[Failure("http://a", "HTTP 412")], notes=["9 reports where there were 12"]
    )
    first, second = tell_sites(make_summary(make_site("8"), site))
    what, _, cure = first.partition("; ")
    assert what.startswith(f"7 某区: {status}, ")
    assert what.endswith(": http://a: HTTP 412")
    assert len(cure) > 10
    assert second == "7 某区: 9 reports where there were 12"


def test_the_terminal_obeys_nothing_that_a_site_says() -> None:
    site = make_site("a\x1b[31m", status="partial", failures=[Failure("http://a", "x\x1b[2Jy\nz")])
    text = shown(make_summary(site))
    assert "\x1b" not in text.replace("\x1b[0m", "")
    assert "\N{REPLACEMENT CHARACTER}[2Jy" in text


def test_a_summary_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = make_summary(make_site())
    write_summary(summary, tmp_path)
    path = tmp_path / "20240101T000000Z.json"
    assert msgspec.json.decode(path.read_bytes(), type=Summary) == summary

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="No space"):
        write_summary(make_summary(), tmp_path)
    assert msgspec.json.decode(path.read_bytes(), type=Summary) == summary


def test_the_display_adds_up_and_names_who_is_busy() -> None:
    bars = Bars("{task.fields[told]}", console=Console(file=io.StringIO()))
    showing = display._Bars(bars, 3)
    for told in (Progress("a", "甲", 1, 0, 5), Progress("b", "", 2, 1, 5), Progress("a", "甲", 4, 2, 0, done=True)):
        showing.crawl(told)
    crawled, read = bars.tasks
    assert (crawled.completed, crawled.total, crawled.fields["told"]) == (1, 3, "6 requests, 3 reports  b")
    assert not read.visible
    showing.read(7, 9)
    assert (read.completed, read.total, read.visible) == (7, 9, True)


def test_nothing_is_shown_where_nobody_looks_on(capfd: pytest.CaptureFixture[str]) -> None:
    with display.show_night(3, quiet=False) as showing:
        showing.crawl(Progress("a", "甲", 1, 0, 5))
        showing.read(1, 2)
    assert capfd.readouterr() == ("", "")


# ---------------------------------------------------------------- the demo


@pytest.fixture
def small_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo of few replicas."""
    monkeypatch.setattr(demo_command, "Replicas", functools.partial(Replicas, [*WELL, SHUT]))


@pytest.mark.usefixtures("small_demo")
def test_the_demo(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "demo"
    ended = run("demo", "--data", data)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.count("as expected: 3 of 3 sites") == 2
    assert "told: 2 revised numbers, 1 withdrawn reports" in ended.out
    again = run("demo", "--data", data, "--nights", 1, "--json")
    told = json.loads(again.out)
    assert (again.status, told["as_expected"], len(told["nights"])) == (0, True, 1)
    assert len(list((data / "runs").iterdir())) == 1


@pytest.mark.usefixtures("small_demo")
def test_the_demo_tells_what_is_not_as_expected(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parse = readings.stamped

    def misread(record: RecordSet, url: str) -> RecordSet:
        wrong = msgspec.structs.replace(record.values[0], value=-1) if record.values else None
        return parse(msgspec.structs.replace(record, values=[wrong, *record.values[1:]] if wrong else []), url)

    monkeypatch.setattr(readings, "stamped", misread)
    monkeypatch.setattr(demo_command, "_MOST_TOLD", 2)
    ended = run("demo", "--data", tmp_path / "demo", "--nights", 1)
    assert ended.status == 1
    first, second, more = ended.err.splitlines()
    assert "is -1.0, not" in first
    assert "is -1.0, not" in second
    assert more.endswith("more that are not as expected")


def test_the_demo_removes_nothing_that_it_did_not_make(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.docx").touch()
    crawled = tmp_path / "crawled"
    crawled.mkdir()
    nightly.State(crawled / "crawl.sqlite").close()
    for folder in (mine, crawled):
        before = sorted(folder.iterdir())
        ended = run("demo", "--data", folder)
        assert (ended.status, ended.out) == (2, "")
        assert sorted(folder.iterdir()) == before

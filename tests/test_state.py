"""What the crawl remembers: runs that go on, rows that come back as they were, files that are refused; and the lock."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scraper import database
from scraper.archive import Place
from scraper.lock import LockError, hold_lock
from scraper.state import (
    AddressRow,
    FailureRow,
    PageRow,
    ReportRow,
    SiteRow,
    State,
    StateError,
    Traffic,
    VisitRow,
)
from tests.archive_writer import NOW, make_visit

RUN = "20261124T113000Z"
FILE = f"{RUN}-00001.warc.gz"
TABLES = {
    "visits": VisitRow,
    "pages": PageRow,
    "reports": ReportRow,
    "addresses": AddressRow,
    "failures": FailureRow,
    "sites": SiteRow,
}


@pytest.fixture
def state(tmp_path: Path) -> Any:
    with State(tmp_path / "crawl.sqlite") as opened:
        yield opened


def row_of(kind: type[msgspec.Struct], **given: Any) -> Any:
    """A row in which every field has a value of its own."""
    made: dict[type, Any] = {int: 7, bool: True, bytes: b"\0\xff"}
    fields = msgspec.structs.fields(kind)
    return kind(**{field.name: made.get(field.type, f"{field.name} 年报") for field in fields} | given)


@pytest.mark.parametrize("table", TABLES)
def test_every_field_has_its_column(state: State, table: str) -> None:
    columns = [column[1] for column in state.connection.execute(f"PRAGMA table_info({table})")]
    assert tuple(columns) == TABLES[table].__struct_fields__


def test_rows_come_back_as_they_were(state: State) -> None:
    visit, page, report = row_of(VisitRow, run_id=RUN), row_of(PageRow), row_of(ReportRow)
    state.add_visit(visit)
    state.save_page(page)
    state.save_report(report)
    assert state.find_visit(RUN, visit.key) == visit
    assert state.find_page(page.key) == page
    found = state.find_report(report.key)
    assert found == report
    assert found is not None
    assert found.guessed is True
    assert list(state.all_reports()) == [report]
    assert (state.find_visit("other", visit.key), state.find_page("x"), state.find_report("x")) == (None, None, None)


def test_what_is_saved_again_replaces_what_was(state: State) -> None:
    state.save_page(row_of(PageRow, etag="1"))
    state.save_page(row_of(PageRow, etag="2"))
    assert state.find_page("key 年报") == row_of(PageRow, etag="2")
    state.save_report(row_of(ReportRow, gone=""))
    state.save_report(row_of(ReportRow, gone="2026-11-24"))
    assert [report.gone for report in state.all_reports()] == ["2026-11-24"]


def test_half_a_surrogate_pair_does_not_stop_the_crawl(state: State) -> None:
    state.save_report(row_of(ReportRow, key="\ud800", label="年报\udfff"))
    found = state.find_report("\ud800")
    assert found is not None
    assert found.label == "年报?"


def test_a_run_begins_and_ends(state: State) -> None:
    run, resumed = state.begin_run(NOW)
    assert (run.run_id, run.started, run.finished, run.outcome, resumed) == (RUN, "2026-11-24T11:30:00Z", "", "", False)
    closed = state.finish_run(RUN, NOW + timedelta(hours=1))
    assert (closed.finished, closed.outcome) == ("2026-11-24T12:30:00Z", "finished")
    assert state.find_run(RUN) == closed
    with pytest.raises(StateError, match="holds no run x"):
        state.finish_run("x", NOW)


def test_an_id_that_is_taken_gets_a_number(state: State) -> None:
    ids = []
    for _ in range(3):
        run, _ = state.begin_run(NOW)
        ids.append(run.run_id)
        state.finish_run(run.run_id, NOW)
    assert ids == [RUN, f"{RUN}-2", f"{RUN}-3"]


def test_an_id_is_in_utc(state: State) -> None:
    run, _ = state.begin_run(datetime(2026, 11, 24, 19, 30, tzinfo=timezone(timedelta(hours=8))))
    assert run.run_id == RUN


@pytest.mark.parametrize(("hours", "resumed"), [(0, True), (19.9, True), (20, False), (400, False)])
def test_a_broken_run_goes_on_unless_it_is_old(state: State, hours: float, resumed: bool) -> None:
    first, _ = state.begin_run(NOW)
    later = NOW + timedelta(hours=hours, seconds=1 - resumed)
    second, was_resumed = state.begin_run(later)
    assert was_resumed is resumed
    assert (second == first) is resumed
    left = state.find_run(first.run_id)
    assert left is not None
    assert left.outcome == ("" if resumed else "abandoned")


def test_a_finished_run_does_not_go_on(state: State) -> None:
    first, _ = state.begin_run(NOW)
    state.finish_run(first.run_id, NOW)
    _, resumed = state.begin_run(NOW + timedelta(minutes=1))
    assert not resumed


def test_the_traffic_of_a_site_is_that_of_the_run(state: State) -> None:
    for number, (run_id, site, status) in enumerate(
        [(RUN, "330502", 200), (RUN, "330502", 304), (RUN, "330503", 200), ("other", "330502", 200)]
    ):
        place = Place(FILE, number, number + 1)
        state.add_visit(make_visit(run_id, str(number), place, status=status, site_id=site, size=5))
    assert state.traffic(RUN, "330502") == Traffic(requests=2, not_modified=1, bytes=10)
    assert state.traffic(RUN, "none") == Traffic(0, 0, 0)


def test_reports_are_walked_in_order_while_they_are_written(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 1203
    with state.transaction():
        for number in reversed(range(count)):
            state.save_report(row_of(ReportRow, key=f"{number:05}", site_id=str(number % 2), gone=""))
    seen = []
    for report in state.all_reports():
        seen.append(report.key)
        state.save_report(msgspec.structs.replace(report, last_seen=RUN))
    assert seen == [f"{number:05}" for number in range(count)]
    assert [report.key for report in state.reports_of("1")] == seen[1::2]
    assert {report.last_seen for report in state.reports_of("0")} == {RUN}
    assert list(state.reports_of("2")) == []
    assert state.count_reports("1") == count // 2
    state.save_report(row_of(ReportRow, key="00001", site_id="1", gone="2026-11-24"))
    assert state.count_reports("1") == count // 2 - 1


def test_an_address_is_kept_once(state: State) -> None:
    for url in ("http://b", "http://a", "http://b"):
        state.add_address(AddressRow("1", url, "330502"))
    state.add_address(AddressRow("0", "http://c", "330503"))
    assert [address.url for address in state.addresses("1")] == ["http://a", "http://b"]
    assert [(address.key, address.url) for address in state.all_addresses()] == [
        ("0", "http://c"),
        ("1", "http://a"),
        ("1", "http://b"),
    ]


def test_all_addresses_are_walked_past_one_batch(state: State) -> None:
    with state.transaction():
        for number in range(1100):
            state.add_address(AddressRow(str(number // 600), f"http://{number:05}", "330502"))
    assert [address.url for address in state.all_addresses()] == [f"http://{number:05}" for number in range(1100)]


def test_a_failure_is_told_once_in_the_order_of_coming(state: State) -> None:
    for url, reason in (("http://b", "timeout"), ("http://a", "404"), ("http://b", "cut")):
        state.add_failure(FailureRow(RUN, "330502", url, reason))
    state.add_failure(FailureRow(RUN, "330503", "http://b", "timeout"))
    assert [(one.url, one.reason) for one in state.failures(RUN, "330502")] == [
        ("http://b", "cut"),
        ("http://a", "404"),
    ]


def test_the_result_of_a_site_before_a_run(state: State) -> None:
    rows = {run: row_of(SiteRow, site_id="330502", run_id=run) for run in ("20261122T0", "20261123T0", "20261124T0")}
    for row in rows.values():
        state.save_site(row)
    assert state.find_site("330502", "20261123T0") == rows["20261123T0"]
    assert state.site_before("330502", "20261124T0") == rows["20261123T0"]
    assert state.site_before("330502", "20261122T0") is None


def test_pruning_keeps_the_last_runs_and_what_is_known_of_files(state: State) -> None:
    runs = []
    for day in range(4):
        run, _ = state.begin_run(NOW + timedelta(days=day))
        runs.append(run.run_id)
        place = Place(f"{run.run_id}-00001.warc.gz", 100, 200)
        state.add_visit(make_visit(run.run_id, "key", place))
        state.add_failure(FailureRow(run.run_id, "330502", "http://a", "404"))
        state.save_site(row_of(SiteRow, site_id="330502", run_id=run.run_id))
        if day == 0:
            state.save_site(row_of(SiteRow, site_id="330503", run_id=run.run_id))
        state.finish_run(run.run_id, NOW)
    state.prune(keep=2)
    kept = [False, False, True, True]
    assert [state.find_visit(run, "key") is not None for run in runs] == kept
    assert [bool(state.failures(run, "330502")) for run in runs] == kept
    assert [state.find_site("330502", run) is not None for run in runs] == kept
    assert state.find_site("330503", runs[0]) is not None
    assert state.known_ends() == {f"{run}-00001.warc.gz": 200 for run in runs}


def test_a_file_is_known_as_far_as_its_furthest_visit(state: State) -> None:
    for offset, end in ((100, 200), (200, 300), (100, 200)):
        state.add_visit(make_visit(RUN, str(offset), Place(FILE, offset, end)))
    assert state.known_ends() == {FILE: 300}


def _save_two_and_fail(state: State, other: State) -> None:
    with state.transaction():
        state.save_page(row_of(PageRow, key="1"))
        with state.transaction():
            state.save_page(row_of(PageRow, key="2"))
        assert other.find_page("1") is None
        raise KeyError


def test_a_transaction_is_all_or_nothing(state: State, tmp_path: Path) -> None:
    with State(tmp_path / "crawl.sqlite") as other:
        with pytest.raises(KeyError):
            _save_two_and_fail(state, other)
        assert (other.find_page("1"), other.find_page("2")) == (None, None)
        with state.transaction():
            state.save_page(row_of(PageRow, key="1"))
            state.add_visit(make_visit(RUN, "1", Place(FILE, 0, 1)))
        assert other.find_page("1") is not None
        assert other.known_ends() == {FILE: 1}


def test_what_was_committed_outlives_the_connection(tmp_path: Path) -> None:
    path = tmp_path / "crawl.sqlite"
    with State(path) as state:
        state.begin_run(NOW)
        state.save_page(row_of(PageRow, key="1"))
        state.connection.execute("BEGIN")
        state.save_page(row_of(PageRow, key="2"))
    with State(path) as state:
        assert state.find_page("1") is not None
        assert state.find_page("2") is None
        assert state.begin_run(NOW)[1]


def test_a_full_disk_is_told_and_the_state_goes_on(state: State) -> None:
    state.save_page(row_of(PageRow, key="1"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StateError, match=r"\A.*crawl.sqlite: .*; see that .* the disk has room\Z"):
            state.save_page(row_of(PageRow, key="2", analysis=bytes(200_000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with state.transaction():
        state.save_page(row_of(PageRow, key="3"))
    assert [state.find_page(key) is not None for key in "123"] == [True, False, True]


def test_a_file_that_is_no_state_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "crawl.sqlite"
    path.write_bytes(b"no database at all " * 100)
    before = path.read_bytes()
    with pytest.raises(StateError, match=r"crawl.sqlite: .*; it is damaged or no state of a crawl; \S.*\Z"):
        State(path)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "crawl.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE runs (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StateError, match=r"is a database of another program; \S.*\Z"):
        State(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("step", "cure"), [(1, "update the program"), (-1, "move it away to begin anew")])
def test_another_version_is_refused(tmp_path: Path, step: int, cure: str) -> None:
    path = tmp_path / "crawl.sqlite"
    with State(path) as state:
        state.connection.execute(f"PRAGMA user_version = {database.VERSION + step}")
    with pytest.raises(StateError, match=rf"version {database.VERSION + step} of the state.*; {cure}\Z"):
        State(path)


def test_a_damaged_page_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "crawl.sqlite"
    with State(path) as state, state.transaction():
        for number in range(300):
            state.save_report(row_of(ReportRow, key=f"{number:05}"))
    data = bytearray(path.read_bytes())
    data[4096 * 12 :] = os.urandom(len(data) - 4096 * 12)
    path.write_bytes(data)
    with pytest.raises(StateError, match=r"\A.*crawl.sqlite: .*; it is damaged.*\Z"), State(path) as state:
        for _ in state.all_reports():
            pass


def test_a_path_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"none.*: unable to open database file; \S.*\Z"):
        State(tmp_path / "none" / "crawl.sqlite")


HOLD = "import sys; from pathlib import Path; from scraper.lock import hold_lock\nwith hold_lock(Path(sys.argv[1])) as note: print(note, flush=True); input()"


def _holder(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(path)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_lock_is_held_by_one_and_given_back(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with hold_lock(path) as note:
        assert note == ""
        with pytest.raises(
            LockError, match=rf"\A.*lock: a run is under way \(process {os.getpid()} on .+ since 20.+Z\); .*\Z"
        ):
            hold_lock(path).__enter__()
    with hold_lock(path) as note:
        assert note == ""


def test_a_lock_is_given_back_when_the_run_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyError), hold_lock(tmp_path / "lock"):
        raise KeyError
    with hold_lock(tmp_path / "lock") as note:
        assert note == ""


def test_the_lock_of_a_killed_process_is_taken_over_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with _holder(path) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "\n"
        with pytest.raises(LockError, match=f"process {holder.pid} on"):
            hold_lock(path).__enter__()
        holder.kill()
    assert holder.returncode == -signal.SIGKILL
    with hold_lock(path) as note:
        assert note.startswith(f"{path}: the lock of a run that was broken off (process {holder.pid} on ")
        assert note.endswith("is taken over")
    with hold_lock(path) as note:
        assert note == ""


def test_a_lock_file_that_says_nothing_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text('{"pid": ')
    with hold_lock(path) as note:
        assert "(the lock does not say which) is taken over" in note


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(LockError, match=r"none/lock: No such file or directory; \S.*\Z"):
        hold_lock(tmp_path / "none" / "lock").__enter__()

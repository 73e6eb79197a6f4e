"""From snapshots to the dataset: read once, folded, revised, withdrawn, published only where something changed."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import xxgk
from output.dataset import DatasetError
from parsers.reader import make_report_id
from parsers.records import PARSER_VERSION
from scraper.archive import Archive
from scraper.fetch import Answer
from scraper.model import Request
from scraper.state import AddressRow, ReportRow, State
from scraper.urls import url_key
from tests.test_cli import BROKEN_READER
from xxgk import reading, readings
from xxgk.addresses import choose_address, stamped
from xxgk.demo.reports import load_reports
from xxgk.publishing import Published, publish
from xxgk.readings import Readings, ReadTally, content_key

ROOT = Path(__file__).parent.parent
HOST = "http://www.example.gov.cn"
REPORTS = [report for report in load_reports() if report.form == "2021"]


def make_page(number: int, *, before: str = "", after: str = "", note: str = "") -> bytes:
    """A page with one of the demo's reports; ``before`` in its text, which stands there, becomes ``after``."""
    report = REPORTS[number]
    article = report.article_html
    assert before in article
    article = article.replace(before, after, 1) if before else article
    return f"<html><title>{report.title}</title><h1>{report.title}</h1>{article}<!--{note}--></html>".encode()


class Crawl:
    """A crawl made by hand: each night says which page stands at which address."""

    def __init__(self, data: Path) -> None:
        data.mkdir(exist_ok=True)
        self.data = data
        self.state = State(data / "crawl.sqlite")
        self.night = 0

    def begin(self) -> None:
        """The next night."""
        self.night += 1
        self.run_id = f"2024010{self.night}T000000Z"
        self.fetched = f"2024-01-0{self.night}T00:00:00Z"
        self.archive = Archive(self.data / "archive", self.run_id, "test")

    def put(self, url: str, body: bytes, site: str = "s", kind: str = "html", **fields: Any) -> ReportRow:
        """A page that the crawl takes for a report; the row that it keeps."""
        answer = Answer(
            Request(url), 200, "OK", "HTTP/1.1", (), body, body, b"GET / HTTP/1.1\r\n\r\n", self.fetched, ""
        )
        place = self.archive.write(answer)
        key, digest = url_key(url), hashlib.sha256(body).hexdigest()
        old = self.state.find_report(key)
        row = ReportRow(
            key=key,
            url=url,
            site_id=site,
            label="",
            found_by="",
            digest=digest,
            text_digest=digest,
            file=place.file,
            offset=place.offset,
            fetched=self.fetched,
            first_seen=old.first_seen if old else self.run_id,
            last_seen=self.run_id,
            content_type=kind,
            changed=self.run_id if old and old.digest != digest else "",
            **fields,
        )
        self.state.save_report(row)
        self.state.add_address(AddressRow(key, url, site))
        return row

    def withdraw(self, url: str) -> None:
        """The report is no longer there."""
        row = self.state.find_report(url_key(url))
        assert row is not None
        self.state.save_report(msgspec.structs.replace(row, gone=self.fetched))

    def read(self, jobs: int = 0) -> ReadTally:
        """Read what is new."""
        return Readings(self.state, self.data / "archive").read_new(self.run_id, jobs, lambda *_: None)

    def publish(self) -> Published:
        """Read what is new, and write the dataset."""
        self.read()
        return publish(self.state, self.data / "dataset")

    def load(self) -> xxgk.Dataset:
        """The dataset as it is now."""
        return xxgk.load(self.data / "dataset")

    def refused(self) -> list[readings.Refused]:
        return Readings(self.state, self.data / "archive").refused(self.run_id)

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.data / "dataset").iterdir()}


@pytest.fixture
def crawl(tmp_path: Path) -> Iterator[Crawl]:
    made = Crawl(tmp_path)
    made.begin()
    yield made
    made.state.close()


def addresses_of(crawl: Crawl) -> list[tuple[str, str]]:
    table = crawl.load().addresses
    return list(zip(table["report_id"], table["url"], strict=True))


# ---------------------------------------------------------------- reading


def test_a_snapshot_becomes_the_record_of_its_address(crawl: Crawl) -> None:
    crawl.put(f"{HOST}/a.html", make_page(0))
    assert crawl.publish().is_new
    (report,) = crawl.load().reports.to_dict("records")
    assert report["report_id"] == make_report_id(f"{HOST}/a.html", "")
    assert report["source_url"] == f"{HOST}/a.html"
    assert report["source_sha256"] == hashlib.sha256(make_page(0)).hexdigest()
    assert str(report["fetched_at"])[:10] == "2024-01-01"
    assert crawl.load().reports[["source_path", "withdrawn"]].isna().all(axis=None)
    gold = {(name, applicant): number for name, applicant, number in REPORTS[0].values}
    values = crawl.load().values
    read = {
        (name, applicant if isinstance(applicant, str) else None): number
        for name, applicant, number in zip(values["indicator"], values["applicant"], values["value"], strict=True)
    }
    assert {key: read[key] for key in gold if gold[key] is not None} == {k: v for k, v in gold.items() if v is not None}


def test_nothing_is_read_twice(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.put(f"{HOST}/b.html", b"<p>no report at all</p>")
    assert crawl.read() == ReadTally(read=1, refused=1)
    crawl.begin()
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.put(f"{HOST}/c.html", make_page(1))
    seen = []
    monkeypatch.setattr(
        readings, "read_snapshots", lambda given, jobs: seen.extend(given) or reading.read_snapshots(given, jobs)
    )
    assert crawl.read() == ReadTally(read=1)
    assert [snapshot.url for snapshot in seen] == [f"{HOST}/c.html"]


def test_a_run_that_is_killed_loses_at_most_a_batch(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        crawl.put(f"{HOST}/{number}.html", make_page(number))
    monkeypatch.setattr(readings, "COMMIT", 2)

    def stop(done: int, _: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Readings(crawl.state, crawl.data / "archive").read_new(crawl.run_id, 0, stop)
    crawl.state.close()
    crawl.state = State(crawl.data / "crawl.sqlite")
    assert crawl.read() == ReadTally(read=2)
    assert crawl.publish().counts["reports"] == 6


def test_many_are_read_by_processes_to_the_same_dataset(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "BATCH", 5)
    for number in range(8):
        crawl.put(f"{HOST}/{number}.html", make_page(number))
    assert crawl.read(jobs=2) == ReadTally(read=8)
    crawl.publish()
    before = crawl.files()
    other = Crawl(crawl.data / "other")
    with other.state:
        other.begin()
        for number in reversed(range(8)):
            other.put(f"{HOST}/{number}.html", make_page(number))
        other.publish()
        assert other.files() == before


def test_a_page_that_ends_the_process_that_reads_it_loses_only_itself(
    crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(BROKEN_READER)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'site'}{os.pathsep}{ROOT}")
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.put(f"{HOST}/b.html", b"die")
    crawl.put(f"{HOST}/c.html", make_page(1))
    assert crawl.read(jobs=2) == ReadTally(read=2, refused=1)
    (refused,) = crawl.refused()
    assert (refused.url, refused.kind) == (f"{HOST}/b.html", "disturbed")
    assert "ended the process" in refused.reason


POOL = """
import time
from multiprocessing import active_children
from xxgk.reading import _pool
with _pool(1) as pool:
    pool.submit(int).result()
    print(active_children()[0].pid, flush=True)
    time.sleep(60)
"""


def test_no_process_outlives_a_run_that_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", POOL], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert int(parent.stdout.readline()) > 0
    parent.kill()
    # The worker holds the other end of this pipe as well: it ends when both have ended.
    assert parent.communicate(timeout=30) == ("", None)


def test_a_snapshot_that_the_archive_lacks_is_tried_again(crawl: Crawl) -> None:
    row = crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.archive.close()
    path = crawl.data / "archive" / row.file
    path.rename(path.with_suffix(".away"))
    assert crawl.read() == ReadTally(refused=1)
    (refused,) = crawl.refused()
    assert refused.kind == "disturbed"
    assert str(path) in refused.reason
    path.with_suffix(".away").rename(path)
    assert crawl.read() == ReadTally(read=1)
    assert crawl.refused() == []


# ---------------------------------------------------------------- what is no report


def test_what_is_no_report_is_told_and_never_a_record(crawl: Crawl) -> None:
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.put(f"{HOST}/b.html", b"<h1>list</h1>")
    crawl.put(f"{HOST}/c.pdf", b"%PDF-1.7", kind="pdf")
    assert crawl.publish().counts["reports"] == 1
    assert [(found.url, found.seen, found.is_kept, found.content_type) for found in crawl.refused()] == [
        (f"{HOST}/b.html", "new", 0, "html"),
        (f"{HOST}/c.pdf", "new", 0, "pdf"),
    ]
    assert "no annual disclosure report" in crawl.refused()[0].reason


def test_a_report_that_turns_into_something_else_keeps_its_reading(crawl: Crawl) -> None:
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.publish()
    before = crawl.files()
    crawl.begin()
    crawl.put(f"{HOST}/a.html", b"<h1>under construction</h1>")
    assert not crawl.publish().is_new
    assert crawl.files() == before
    (refused,) = crawl.refused()
    assert (refused.is_kept, refused.seen) == (1, "changed")
    crawl.begin()
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.publish()
    assert crawl.refused() == []
    assert crawl.files() == before


def test_without_a_report_there_is_no_dataset(crawl: Crawl) -> None:
    crawl.put(f"{HOST}/b.html", b"<h1>list</h1>")
    published = crawl.publish()
    assert (set(published.counts.values()), published.is_new) == ({0}, False)
    assert not (crawl.data / "dataset").exists()


# ---------------------------------------------------------------- revisions


def revised(crawl: Crawl, number: int = 0) -> tuple[str, str]:
    """A number of a table that is printed once in the report, and another one for it."""
    article = REPORTS[number].article_html
    for _, _, value in REPORTS[number].values:
        printed = str(value)
        if value and value > 20 and article.count(printed) == 1:
            return printed, str(value + 1)
    raise AssertionError("no number stands once in the report")


def test_a_changed_number_is_a_revision(crawl: Crawl) -> None:
    old, new = revised(crawl)
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.publish()
    assert len(crawl.load().revisions) == 0
    crawl.begin()
    crawl.put(f"{HOST}/a.html", make_page(0, before=old, after=new))
    assert crawl.publish().is_new
    told = crawl.load().revisions.to_dict("records")
    cells = [row for row in told if row["kind"] == "value"]
    assert [(row["old_value"], row["new_value"], row["old_raw"], row["new_raw"]) for row in cells] == [
        (float(old), float(new), old, new)
    ]
    assert {str(row["changed_at"])[:10] for row in told} == {"2024-01-02"}
    assert {row["report_id"] for row in told} == set(crawl.load().reports["report_id"])
    assert cells[0]["old_sha256"] == hashlib.sha256(make_page(0)).hexdigest()
    assert cells[0]["new_sha256"] == crawl.load().reports["source_sha256"][0]


def test_other_bytes_of_the_same_report_are_no_revision(crawl: Crawl) -> None:
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.publish()
    crawl.begin()
    crawl.put(f"{HOST}/a.html", make_page(0, note="visited 17 times"))
    crawl.publish()
    assert len(crawl.load().revisions) == 0
    assert str(crawl.load().reports["fetched_at"][0])[:10] == "2024-01-02"


def test_another_version_of_the_program_makes_no_revision(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the program reads differently is not what the publisher changed; what he changed in that night is told."""
    old, new = revised(crawl)
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.put(f"{HOST}/b.html", make_page(1))
    crawl.read()
    crawl.state.execute("UPDATE readings SET parser_version = '0.0.1'")
    with crawl.state.transaction():
        # As if the version before had read every number wrongly.
        for key, packed in crawl.state.execute("SELECT key, record FROM readings").fetchall():
            record = readings.unpack(packed)
            wrong = [msgspec.structs.replace(value, value=1, raw="wrong") for value in record.values]
            packed = readings.pack(msgspec.structs.replace(record, values=wrong))
            crawl.state.execute("UPDATE readings SET record = ? WHERE key = ?", (packed, key))
    crawl.begin()
    crawl.put(f"{HOST}/a.html", make_page(0, before=old, after=new))
    assert crawl.read().read == 3
    crawl.publish()
    told = crawl.load().revisions
    assert told[told["kind"] == "value"]["old_raw"].tolist() == [old]
    assert set(crawl.load().reports["parser_version"]) == {PARSER_VERSION}
    assert crawl.read() == ReadTally()


def test_what_an_older_version_took_for_a_report_goes(crawl: Crawl) -> None:
    row = crawl.put(f"{HOST}/a.html", b"<h1>list</h1>")
    crawl.put(f"{HOST}/b.html", make_page(0))
    crawl.read()
    crawl.state.execute(
        "INSERT INTO readings SELECT ?, report_id, url, since, division_code, year, ?, ?, ?, fetched, '0.0.1', '', '', parts, record FROM readings",
        (row.key, row.digest, row.file, row.offset),
    )
    crawl.state.execute("DELETE FROM refusals")
    assert crawl.read() == ReadTally(refused=1)
    assert crawl.publish().counts["reports"] == 1
    assert [found.url for found in crawl.refused()] == [f"{HOST}/a.html"]


# ---------------------------------------------------------------- addresses


def test_the_best_address_names_the_report() -> None:
    twin, mobile, long = "http://a.cn/x/t1_2_wap.html", "http://m.a.cn/x", "http://www.a.cn/zwgk/t1_2.html"
    own = "http://b.cn/very/long/way/to/the/report.html"
    given = [(twin, "s"), (mobile, "s"), (long, "s"), (own, "330502")]
    for order in (given, given[::-1]):
        assert choose_address(order, "330502") == own
        assert choose_address(order, None) == long
        assert choose_address([(url, "s") for url, _ in [*order[:2], ("http://z.cn", "s")]], None) == "http://z.cn"
    assert choose_address([("http://a.cn/b", "s"), ("http://a.cn/a", "s")], None) == "http://a.cn/a"


def test_every_record_bears_the_id_of_the_address() -> None:
    record = xxgk.parse(make_page(0), url="http://a.cn/1")
    moved = stamped(record, "http://b.cn/2")
    assert moved == xxgk.parse(make_page(0), url="http://b.cn/2")
    assert stamped(moved, "http://a.cn/1") == record


def test_copies_that_the_crawl_found_give_their_addresses(crawl: Crawl) -> None:
    row = crawl.put(f"{HOST}/zwgk/a.html", make_page(0))
    copy = crawl.put("http://m.example.gov.cn/a.html", make_page(0, note="mobile"), site="t", same_as=row.key)
    crawl.state.add_address(AddressRow(row.key, f"{HOST}/zwgk/a_wap.html", "s"))
    assert crawl.publish().counts["reports"] == 1
    (report_id,) = crawl.load().reports["report_id"]
    assert report_id == make_report_id(f"{HOST}/zwgk/a.html", "")
    assert addresses_of(crawl) == [
        (report_id, copy.url),
        (report_id, f"{HOST}/zwgk/a.html"),
        (report_id, f"{HOST}/zwgk/a_wap.html"),
    ]


def test_copies_that_only_the_reading_shows_are_one_report(crawl: Crawl) -> None:
    crawl.put(f"{HOST}/portal/2023/a.html", make_page(0), site="city")
    crawl.put("http://own.gov.cn/b.html", make_page(0, note="other bytes"), site="own")
    crawl.put(f"{HOST}/c.html", make_page(1), site="city")
    assert crawl.publish().counts["reports"] == 2
    name = make_report_id("http://own.gov.cn/b.html", "")
    assert [url for report_id, url in addresses_of(crawl) if report_id == name] == [
        "http://own.gov.cn/b.html",
        f"{HOST}/portal/2023/a.html",
    ]


def test_the_name_of_a_report_does_not_change(crawl: Crawl) -> None:
    """A better address that is found later, or the end of the first one, changes nothing."""
    crawl.put(f"{HOST}/a/long/address.html", make_page(0))
    crawl.publish()
    (name,) = crawl.load().reports["report_id"]
    crawl.begin()
    crawl.put(f"{HOST}/b.html", make_page(0, note="2"))
    crawl.publish()
    assert crawl.load().reports["report_id"].tolist() == [name]
    crawl.begin()
    crawl.withdraw(f"{HOST}/a/long/address.html")
    crawl.publish()
    (report,) = crawl.load().reports.to_dict("records")
    assert (report["report_id"], report["source_url"]) == (name, f"{HOST}/a/long/address.html")
    assert crawl.load().reports["withdrawn"].isna().all()
    assert report["source_sha256"] == hashlib.sha256(make_page(0, note="2")).hexdigest()
    assert set(crawl.load().values["report_id"]) == {name}


def test_the_name_stays_where_the_crawl_lets_another_copy_stand_for_the_report(crawl: Crawl) -> None:
    first = crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.publish()
    (name,) = crawl.load().reports["report_id"]
    crawl.begin()
    second = crawl.put(f"{HOST}/b.html", make_page(0, note="2"))
    crawl.state.save_report(msgspec.structs.replace(first, gone=crawl.fetched, same_as=second.key))
    crawl.publish()
    assert crawl.load().reports["report_id"].tolist() == [name]
    assert crawl.load().reports["withdrawn"].isna().all()


def test_a_copy_that_was_not_looked_at_again_stays_one(crawl: Crawl) -> None:
    """The first address brings a revision, the other one was not asked: there is still one report, the revised one."""
    old, new = revised(crawl)
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.put(f"{HOST}/copy/of/a.html", make_page(0, note="2"))
    crawl.publish()
    crawl.begin()
    crawl.put(f"{HOST}/a.html", make_page(0, before=old, after=new))
    assert crawl.publish().counts["reports"] == 1
    assert len(crawl.load().revisions) > 0
    crawl.begin()
    crawl.put(f"{HOST}/copy/of/a.html", make_page(0, note="3"))
    assert crawl.publish().counts["reports"] == 2
    crawl.begin()
    crawl.put(f"{HOST}/copy/of/a.html", make_page(0, before=old, after=new, note="3"))
    assert crawl.publish().counts["reports"] == 1


def test_reports_of_unknown_agency_or_year_are_not_taken_for_copies() -> None:
    record = xxgk.parse(make_page(0), url=f"{HOST}/a.html")
    assert content_key(record) == content_key(xxgk.parse(make_page(0, note="2"), url=f"{HOST}/b.html")) != ""
    for field in ("agency", "year"):
        unknown = msgspec.structs.replace(record.report, **{field: None})
        assert content_key(msgspec.structs.replace(record, report=unknown)) == ""
        other = msgspec.structs.replace(record.report, **{field: "x"})
        assert content_key(msgspec.structs.replace(record, report=other)) != content_key(record)
    assert content_key(msgspec.structs.replace(record, values=record.values[1:])) != content_key(record)
    assert content_key(msgspec.structs.replace(record, sections=record.sections[1:])) != content_key(record)


# ---------------------------------------------------------------- publishing


def test_a_withdrawn_report_stays_and_says_so(crawl: Crawl) -> None:
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.put(f"{HOST}/b.html", make_page(1))
    crawl.publish()
    crawl.begin()
    crawl.withdraw(f"{HOST}/a.html")
    assert crawl.publish().is_new
    told = crawl.load().reports.set_index("source_url")["withdrawn"]
    assert str(told[f"{HOST}/a.html"])[:10] == "2024-01-02"
    assert told.isna()[f"{HOST}/b.html"]


def test_a_night_without_change_leaves_the_dataset(crawl: Crawl) -> None:
    crawl.put(f"{HOST}/a.html", make_page(0))
    first = crawl.publish()
    status = (crawl.data / "dataset").stat()
    crawl.begin()
    crawl.put(f"{HOST}/a.html", make_page(0))
    second = crawl.publish()
    assert (first.counts, first.is_new, second.is_new) == (second.counts, True, False)
    assert (crawl.data / "dataset").stat() == status


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_dataset_that_is_not_the_one_written_is_written_anew(crawl: Crawl, damage: str) -> None:
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.publish()
    before = crawl.files()
    package = crawl.data / "dataset" / "datapackage.json"
    if damage == "gone":
        for path in (crawl.data / "dataset").iterdir():
            path.unlink()
    else:
        package.write_text(package.read_text(encoding="utf-8").replace('"bytes"', '"size"', 1), encoding="utf-8")
    assert crawl.publish().is_new
    assert crawl.files() == before


def test_a_foreign_file_in_the_dataset_is_no_loss(crawl: Crawl) -> None:
    crawl.put(f"{HOST}/a.html", make_page(0))
    crawl.publish()
    (crawl.data / "dataset" / "mine.txt").touch()
    crawl.put(f"{HOST}/b.html", make_page(1))
    with pytest.raises(DatasetError, match=r"mine\.txt"):
        crawl.publish()
    (crawl.data / "dataset" / "mine.txt").unlink()
    assert crawl.publish().counts["reports"] == 2


def test_only_the_years_that_a_site_asks_for(crawl: Crawl) -> None:
    years = [REPORTS[number].year for number in (0, 1)]
    assert years[0] != years[1]
    for number in (0, 1):
        crawl.put(f"{HOST}/{number}.html", make_page(number), site="some")
        crawl.put(f"http://b.cn/{number}.html", make_page(number + 2), site="all")
    kept = Readings(crawl.state, crawl.data / "archive")
    kept.limit_years({"some": (years[0],), "all": ()})
    assert crawl.publish().counts["reports"] == 3
    assert f"{HOST}/1.html" not in set(crawl.load().reports["source_url"])
    kept.limit_years({"all": (1999,)})
    assert crawl.publish().counts["reports"] == 1
    assert kept.left_out() == {"some": 1, "all": 2}
    kept.limit_years({"some": (), "all": ()})
    assert crawl.publish().counts["reports"] == 4

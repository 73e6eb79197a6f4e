"""The release diff: what was changed is told, nothing else is, and both sides are read piece by piece."""

import json
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output import windows
from output.dataset import write_dataset
from output.diff import diff_datasets
from output.diff_blocks import _words, make_blocks
from output.diff_page import make_page
from output.diff_records import Diff, FieldChange
from output.replace import DatasetError
from output.windows import plan_walk, read_windows
from parsers.records import Check, Count, RecordSet, Report, Section, Value
from xxgk import cli

HOSTILE = "<script>alert(1)</script>\u202e=1+1\x1b[31m"
LONG = "长" * 1_000_000


def make_record(number: int, **header: object) -> RecordSet:
    report_id = f"{number:016x}"
    fields = {
        "year": 2023,
        "form": "2021",
        "title": f"报告{number}",
        "agency": f"机关{number}",
        "division_code": "330502",
        **header,
    }
    fields |= {"source_sha256": "0" * 64, "source_format": "html", "fetched_at": "2024-03-01T10:20:30Z"}
    values = [
        Value(
            report_id, "applications.received", applicant, number + at, "件", str(number + at), "number", 1, 3, at, 20
        )
        for at, applicant in enumerate(("business", "total"))
    ]
    values.append(Value(report_id, "disclosure.rules.issued", None, 3, "件", "3", "number", 0, 2, 1, 7))
    counts = [Count(report_id, 0, None, "overview", "信息", None, 51, "条", False, False, "51条", 4, 7)]
    sections = [Section(report_id, "overview", "一、总体情况", "全年公开51条。", 0)]
    # The same rule is applied twice to the same subject.
    checks = [
        Check(report_id, "T3-ROW", "applications.received", "pass", None, 1, 1, "fits"),
        Check(report_id, "N-PARTS", "信息", "pass", None, 51, 51, "first"),
        Check(report_id, "N-PARTS", "信息", "fail", None, 51, 49, "second"),
    ]
    return RecordSet(Report(report_id=report_id, **fields), values, counts, sections, checks)


def replaced(record: RecordSet, name: str, at: int, **fields: object) -> RecordSet:
    items = list(getattr(record, name))
    items[at] = msgspec.structs.replace(items[at], **fields)
    return msgspec.structs.replace(record, **{name: items})


@dataclass
class Pair:
    """Writes the same twelve reports twice, the second time with changes."""

    folder: Path

    def compare(self, change: Callable[[list[RecordSet]], list[RecordSet]], limit: int | None = None) -> Diff:
        records = [make_record(number) for number in range(12)]
        write_dataset(records, self.folder / "old")
        write_dataset(change(records), self.folder / "new")
        return diff_datasets(self.folder / "old", self.folder / "new", limit)


@pytest.fixture(params=[100_000, 2], ids=["whole", "in pieces"])
def pair(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    monkeypatch.setattr(windows, "WINDOW_ROWS", request.param)
    monkeypatch.setattr(windows, "BUCKET_PAIRS", 2)
    return Pair(tmp_path)


def changed(number: int, record: RecordSet) -> Callable[[list[RecordSet]], list[RecordSet]]:
    return lambda records: [record if at == number else known for at, known in enumerate(records)]


def totals(diff: Diff) -> dict[str, int]:
    names = ("added", "gone", "revised", "values", "newly_failing", "no_longer_failing")
    return {name: getattr(diff, name).total for name in names if getattr(diff, name).total}


def test_the_same_differs_in_nothing(pair: Pair) -> None:
    assert not pair.compare(lambda records: records).differs


def test_when_it_was_fetched_and_where_a_cell_stands_are_no_difference(pair: Pair) -> None:
    record = make_record(3)
    report = msgspec.structs.replace(record.report, fetched_at="2025-01-01T00:00:00Z", source_path="elsewhere")
    moved = replaced(msgspec.structs.replace(record, report=report), "values", 0, row=9, column=9, line=99)
    assert not pair.compare(changed(3, moved)).differs


def test_a_changed_value(pair: Pair) -> None:
    diff = pair.compare(changed(4, replaced(make_record(4), "values", 1, value=77, raw="七十七")))
    assert totals(diff) == {"revised": 1, "values": 1}
    (value,) = diff.values.items
    assert (value.agency, value.year, value.indicator, value.applicant) == (
        "机关4",
        2023,
        "applications.received",
        "total",
    )
    assert (value.old_value, value.new_value, value.old_raw, value.new_raw) == (5, 77, "5", "七十七")
    assert diff.revised.items[0].values == 1
    assert diff.differs


def test_a_number_that_is_blank_now_and_a_row_that_is_gone(pair: Pair) -> None:
    record = replaced(make_record(0), "values", 0, value=None, status="blank", raw="")
    record = msgspec.structs.replace(record, values=record.values[:2])
    diff = pair.compare(changed(0, record))
    told = [(v.indicator, v.applicant, v.old_value, v.new_value, v.old_status, v.new_status) for v in diff.values.items]
    assert sorted(told, key=str) == [
        ("applications.received", "business", 0, None, "number", "blank"),
        ("disclosure.rules.issued", None, 3, None, "number", None),
    ]


def test_a_report_without_values_now_has_lost_all(pair: Pair) -> None:
    diff = pair.compare(changed(5, msgspec.structs.replace(make_record(5), values=[])))
    assert totals(diff) == {"revised": 1, "values": 3}


def test_checks(pair: Pair) -> None:
    record = replaced(make_record(7), "checks", 0, outcome="fail", diagnosis="total_zero", detail="does not fit")
    record = replaced(record, "checks", 2, outcome="pass")
    diff = pair.compare(changed(7, record))
    assert totals(diff) == {"revised": 1, "newly_failing": 1, "no_longer_failing": 1}
    (failing,) = diff.newly_failing.items
    assert (failing.rule, failing.old, failing.new, failing.diagnosis) == ("T3-ROW", "pass", "fail", "total_zero")
    (mended,) = diff.no_longer_failing.items
    assert (mended.rule, mended.old, mended.new, mended.detail) == ("N-PARTS", "fail", "pass", "second")
    assert (diff.revised.items[0].newly_failing, diff.revised.items[0].no_longer_failing) == (1, 1)


def test_fields_and_texts(pair: Pair) -> None:
    record = replaced(make_record(2), "sections", 0, text="全年公开52条。")
    record = msgspec.structs.replace(record, report=msgspec.structs.replace(record.report, title=None))
    diff = pair.compare(changed(2, record))
    (revised,) = diff.revised.items
    assert revised.fields == {"title": FieldChange("报告2", None)}
    assert revised.tables == {"sections": 1}


def test_counts_and_the_file_and_the_agency(pair: Pair) -> None:
    """Two counts of one report, one of which is new; the same page with other bytes; another agency."""
    first = make_record(1)
    more = msgspec.structs.replace(first.counts[0], count_id=1, value=7)
    counted = msgspec.structs.replace(first, counts=[msgspec.structs.replace(first.counts[0], value=52), more])
    second, third = make_record(2), make_record(3)
    reports = [
        msgspec.structs.replace(second.report, source_sha256="1" * 64),
        msgspec.structs.replace(third.report, agency_id="330502:机关"),
    ]
    new = [counted, *(msgspec.structs.replace(r, report=h) for r, h in zip((second, third), reports, strict=True))]
    diff = pair.compare(lambda records: [records[0], *new, *records[4:]])
    assert totals(diff) == {"revised": 3}
    told = diff.revised.items
    assert [item.tables for item in told] == [{"counts": 2}, {}, {}]
    assert [list(item.fields) for item in told] == [[], ["source_sha256"], ["agency_id"]]
    words = [row[-1] for block in make_blocks(diff, "en") if block.name == "revised" for row in block.rows]
    assert words[:2] == ["counts: 2 differ", "source_sha256: 000000000000… → 111111111111…"]


def test_reports_added_and_gone(pair: Pair) -> None:
    diff = pair.compare(lambda records: [*records[1:], make_record(99), make_record(100)])
    assert totals(diff) == {"added": 2, "gone": 1}
    assert [(line.report_id, line.agency, line.title) for line in diff.gone.items] == [("0" * 16, "机关0", "报告0")]
    assert [line.agency for line in diff.added.items] == ["机关99", "机关100"]


def test_reports_at_another_address_are_compared_by_agency_and_year(pair: Pair) -> None:
    """Seven reports have another id now, and one of them another value; in buckets of two pairs."""

    def moved(records: list[RecordSet]) -> list[RecordSet]:
        new = [make_record(number + 500, agency=f"机关{number}", title=f"报告{number}") for number in range(7)]
        for at, record in enumerate(new):
            for n, value in enumerate(records[at].values):
                record = replaced(record, "values", n, value=value.value, raw=value.raw)
            new[at] = record
        new[3] = replaced(new[3], "values", 1, value=1000, raw="1000")
        return [*new, *records[7:]]

    diff = pair.compare(moved)
    assert totals(diff) == {"revised": 7, "values": 1}
    assert [r.old_report_id for r in diff.revised.items] == [f"{n:016x}" for n in range(7)]
    assert (diff.values.items[0].old_value, diff.values.items[0].new_value) == (4, 1000)
    assert diff.values.items[0].report_id == f"{503:016x}"


def test_two_reports_of_an_agency_and_year_are_not_guessed_at(pair: Pair) -> None:
    new = [make_record(600, agency="机关0"), make_record(601, agency="机关0")]
    assert totals(pair.compare(lambda records: [*records[1:], *new])) == {"added": 2, "gone": 1}


def test_all_are_counted_some_are_kept(pair: Pair) -> None:
    diff = pair.compare(lambda records: [replaced(r, "values", 0, value=-1, raw="-1") for r in records], limit=3)
    assert (diff.values.total, len(diff.values.items)) == (12, 3)
    assert (diff.revised.total, len(diff.revised.items)) == (12, 3)


def test_columns_tables_and_version(pair: Pair) -> None:
    pair.compare(lambda records: records)
    new = pair.folder / "new"
    path = new / "reports.parquet"
    table = pyarrow.parquet.read_table(path)
    pyarrow.parquet.write_table(table.drop_columns(["publisher"]).append_column("colour", pa.array(["red"] * 12)), path)
    (new / "addresses.parquet").unlink()
    (new / "addresses.csv").unlink()
    package = json.loads((new / "datapackage.json").read_text(encoding="utf-8"))
    (new / "datapackage.json").write_text(json.dumps(package | {"version": "9.9"}), encoding="utf-8")
    diff = diff_datasets(pair.folder / "old", new)
    told = {table.name: table for table in diff.tables}
    assert (told["reports"].columns_added, told["reports"].columns_dropped) == (["colour"], ["publisher"])
    assert (told["addresses"].rows_old, told["addresses"].rows_new) == (0, None)
    assert diff.version_new == "9.9"
    assert totals(diff) == {}
    assert diff.differs


def test_what_cannot_be_compared_is_told(pair: Pair) -> None:
    pair.compare(lambda records: records)
    new = pair.folder / "new"
    path = new / "values.parquet"
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path).sort_by([("report_id", "descending")]), path)
    with pytest.raises(DatasetError, match=r"values\.parquet: its rows are not in the order of the reports"):
        diff_datasets(pair.folder / "old", new)
    pyarrow.parquet.write_table(
        pyarrow.parquet.read_table(pair.folder / "old" / "values.parquet").set_column(0, "report_id", [["x"] * 36]),
        path,
    )
    with pytest.raises(DatasetError, match=r"values\.parquet: tells of report x, which is not in reports"):
        diff_datasets(pair.folder / "old", new)
    for name in ("old", "new"):
        path = pair.folder / name / "reports.parquet"
        rows = pyarrow.parquet.read_table(path)
        pyarrow.parquet.write_table(pa.concat_tables([rows.slice(0, 1), rows]), path)
    with pytest.raises(DatasetError, match=r"reports\.parquet: report 0{16} stands in it twice"):
        diff_datasets(pair.folder / "old", new)
    with pytest.raises(DatasetError, match="is no dataset"):
        diff_datasets(pair.folder / "old", pair.folder)


SIDE = st.permutations(range(9)).flatmap(
    lambda ids: st.lists(st.integers(0, 4), min_size=9, max_size=9).map(lambda rows: list(zip(ids, rows, strict=True)))
)


@given(SIDE, SIDE, st.sets(st.integers(0, 8)), st.integers(1, 7))
@settings(max_examples=80, deadline=None)
def test_windows_hold_every_row_once_and_every_report_whole(
    old: list[tuple[int, int]], new: list[tuple[int, int]], gone: set[int], size: int
) -> None:
    """Whatever order the reports have on either side; those of one side only are left out."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "WINDOW_ROWS", size)
        patch.setattr(windows, "BUCKET_PAIRS", 2)
        old = [(i, rows) for i, rows in old if i not in gone]
        paths = (Path(folder) / "old", Path(folder) / "new")
        for path, reports in zip(paths, (old, new), strict=True):
            rows = [(str(i), n) for i, number in reports for n in range(number)]
            ids, numbers = pa.array([i for i, _ in rows], pa.string()), pa.array([n for _, n in rows], pa.int64())
            pyarrow.parquet.write_table(pa.table({"report_id": ids, "n": numbers}), path)
        walk = plan_walk([str(i) for i, _ in old], [str(i) for i, _ in new], {})
        found: tuple[dict[str, list[int]], dict[str, list[int]]] = ({}, {})
        for window in read_windows(*paths, ["report_id", "n"], walk):
            met = {i for side in window for i in side["report_id"].to_pylist()}
            assert not met & {*found[0], *found[1]}
            for side, table in zip(found, window, strict=True):
                for row in table.to_pylist():
                    side.setdefault(row["report_id"], []).append(row["n"])
        for side, reports in zip(found, (old, new), strict=True):
            assert side == {str(i): list(range(rows)) for i, rows in reports if rows and i not in gone}


def test_datasets_in_another_order_are_the_same(pair: Pair) -> None:
    """As that of an earlier version, whose reports stood by their ids."""
    pair.compare(lambda records: records)
    for name in ("reports", "values", "counts", "sections", "checks"):
        path = pair.folder / "new" / f"{name}.parquet"
        table = pyarrow.parquet.read_table(path)
        pyarrow.parquet.write_table(table.sort_by([("report_id", "descending")]), path)
    diff = diff_datasets(pair.folder / "old", pair.folder / "new")
    assert totals(diff) == {}


class Reader(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        told = dict(attrs)
        self.links.append(told.get("href") or "")
        self.ids.add(told.get("id") or "")
        assert not any(name.startswith("on") for name in told)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_shows_texts_as_text(pair: Pair) -> None:
    record = make_record(1, agency=HOSTILE, title=LONG)
    record = replaced(record, "values", 0, raw=HOSTILE)
    record = replaced(record, "checks", 0, outcome="fail", detail=HOSTILE)
    diff = pair.compare(lambda records: [records[0], record, *records[2:], make_record(50, title=LONG, agency=HOSTILE)])
    page = make_page(diff)
    reader = Reader()
    reader.feed(page)
    assert not reader.tags & {"script", "img", "link", "iframe", "form"}
    assert "<script>alert(1)</script>\N{REPLACEMENT CHARACTER}=1+1" in reader.words
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert len(page) < 50_000
    assert {link[1:] for link in reader.links if link.startswith("#")} <= reader.ids
    assert not any("//" in link for link in reader.links)
    assert 'name="viewport"' in page


def test_the_page_in_chinese(pair: Pair) -> None:
    record = replaced(make_record(4), "values", 1, value=None, status="blank", raw="")
    record = replaced(record, "checks", 0, outcome="fail", detail="does not fit")
    page = make_page(pair.compare(changed(4, record)), "zh")
    assert '<html lang="zh-Hans">' in page
    for words in (
        "改变的数值: 1",
        "一、本年新收政府信息公开申请数量 (applications.received)",
        "总计",
        "空白",
        "不一致",
    ):
        assert words in page
    assert not re.search(r"Values changed|>before<|blank", page)


def test_both_languages_have_the_same_words() -> None:
    words = _words()
    assert words["en"].keys() == words["zh"].keys()
    for name, text in words["en"].items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", words["zh"][name])), name


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["xxgk", "diff", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (int(ended.value.code or 0), *capfd.readouterr())

    return call


def test_the_command_ends_as_diff_does(tmp_path: Path, run: Run) -> None:
    pair = Pair(tmp_path)
    pair.compare(lambda records: records)
    old, new = tmp_path / "old", tmp_path / "new"
    status, printed, told = run(old, new)
    assert (status, told) == (0, "")
    assert "Nothing differs." in printed
    record = replaced(make_record(4, agency=HOSTILE), "values", 1, value=77, raw="77")
    pair.compare(lambda records: [*records[:4], record, *records[5:9]])
    page = tmp_path / "page.html"
    status, printed, told = run(old, new, "--page", page, "--limit", 2)
    assert (status, told) == (1, "")
    assert "Reports gone: 3" in printed
    assert "2 of 3 are shown. --limit 0" in printed
    assert re.search(r"applications\.received +total +5 +77", printed)
    assert "\x1b" not in printed
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    status, printed, told = run(old, new, "--json")
    assert (status, told) == (1, "")
    object_ = json.loads(printed)
    assert object_["values"]["items"][0] | {"agency": ""} == {
        "report_id": f"{4:016x}",
        "agency": "",
        "year": 2023,
        "indicator": "applications.received",
        "applicant": "total",
        "old_value": 5,
        "new_value": 77,
        "old_status": "number",
        "new_status": "number",
        "old_raw": "5",
        "new_raw": "77",
    }
    assert (object_["gone"]["total"], len(object_["gone"]["items"])) == (3, 3)
    status, printed, told = run(old, tmp_path)
    assert (status, printed, told.count("\n")) == (2, "", 1)


def test_a_page_of_somebody_else_is_left_alone(tmp_path: Path, run: Run) -> None:
    Pair(tmp_path).compare(lambda records: records)
    page = tmp_path / "page.html"
    page.write_text("<title>mine</title>", encoding="utf-8")
    status, _, told = run(tmp_path / "old", tmp_path / "new", "--page", page)
    assert status == 2
    assert "is no page of xxgk diff" in told
    assert page.read_text(encoding="utf-8") == "<title>mine</title>"

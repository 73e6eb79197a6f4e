"""What changed between two readings of one report: nothing invented, nothing lost."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xxgk
from output.crawled import Revision
from parsers.records import Count, RecordSet, Report, Section, Value
from xxgk.revisions import FIELDS, diff_records

PAGE = Path(__file__).parent / "fixtures" / "reports" / "330502_2022_html" / "report.html"

numbers = st.none() | st.integers(0, 3)
printed = st.sampled_from(["", "0", "1", " 1", "无"])


@st.composite
def record_sets(draw: st.DrawFn) -> RecordSet:
    """Small record sets in which keys repeat and contents often agree."""
    fields = {name: draw(st.none() | st.sampled_from(["甲", "乙 乙"])) for name in ("title", "agency", "published")}
    year = draw(st.none() | st.sampled_from([2022, 2023]))
    sha256, fetched = draw(st.sampled_from("ab")) * 64, draw(st.sampled_from(["2024-01-02T00:00:00Z", None]))
    report = Report(report_id="r" * 16, source_sha256=sha256, fetched_at=fetched, year=year, **fields)
    values = [
        Value("r" * 16, indicator, applicant, number, "件", raw, "number", 0, 0, 0, 1)
        for indicator, applicant, number, raw in draw(
            st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from([None, "total"]), numbers, printed), max_size=6)
        )
    ]
    counts = [
        Count(
            "r" * 16,
            at,
            parent if at and parent is not None else None,
            section,
            label,
            None,
            number,
            "条",
            False,
            False,
            raw,
            0,
            1,
        )
        for at, (parent, section, label, number, raw) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        st.none() | st.just(0),
                        st.sampled_from(["overview", "body"]),
                        st.sampled_from("甲乙"),
                        st.integers(0, 2),
                        printed,
                    ),
                    max_size=6,
                )
            )
        )
    ]
    sections = [
        Section("r" * 16, code, title, text, at)
        for at, (code, title, text) in enumerate(
            draw(
                st.lists(
                    st.tuples(st.sampled_from(["overview", "other"]), st.sampled_from("一二"), printed), max_size=3
                )
            )
        )
    ]
    return RecordSet(report, values, counts, sections, [])


@given(record_sets())
def test_a_record_does_not_differ_from_itself(record: RecordSet) -> None:
    assert diff_records(record, record) == []


@given(record_sets(), record_sets())
def test_the_other_way_round_it_is_the_mirror(old: RecordSet, new: RecordSet) -> None:
    # The label of a section is its heading now, or where it is gone its heading before: not mirrored.
    forth = Counter(map(unlabelled, diff_records(old, new)))
    back = Counter(unlabelled(mirrored(item)) for item in diff_records(new, old))
    assert forth == Counter(
        {msgspec.structs.replace(item, changed_at=new.report.fetched_at or ""): n for item, n in back.items()}
    )


def unlabelled(item: Revision) -> Revision:
    return msgspec.structs.replace(item, label=None) if item.kind == "section" else item


def mirrored(item: Revision) -> Revision:
    return msgspec.structs.replace(
        item,
        old_value=item.new_value,
        new_value=item.old_value,
        old_raw=item.new_raw,
        new_raw=item.old_raw,
        old_sha256=item.new_sha256,
        new_sha256=item.old_sha256,
    )


def squeeze(text: str | None) -> str | None:
    return None if text is None else "".join(text.split())


@given(record_sets(), record_sets())
def test_applied_to_the_old_values_they_give_the_new_ones(old: RecordSet, new: RecordSet) -> None:
    cells = Counter((v.indicator, v.applicant, v.value, squeeze(v.raw)) for v in old.values)
    for item in diff_records(old, new):
        if item.kind == "value" and item.old_raw is not None:
            cells[(item.indicator, item.applicant, item.old_value, squeeze(item.old_raw))] -= 1
        if item.kind == "value" and item.new_raw is not None:
            cells[(item.indicator, item.applicant, item.new_value, squeeze(item.new_raw))] += 1
    assert +cells == Counter((v.indicator, v.applicant, v.value, squeeze(v.raw)) for v in new.values)
    assert min(cells.values(), default=0) >= 0


@given(record_sets(), record_sets())
def test_what_did_not_change_is_not_told(old: RecordSet, new: RecordSet) -> None:
    for item in diff_records(old, new):
        if item.kind in ("value", "count"):
            assert (item.old_value, squeeze(item.old_raw)) != (item.new_value, squeeze(item.new_raw))


@given(record_sets())
def test_the_order_of_different_things_does_not_matter(record: RecordSet) -> None:
    turned = msgspec.structs.replace(record, values=record.values[::-1], sections=record.sections[::-1])
    assert diff_records(record, turned) == []


@pytest.fixture(scope="module")
def record() -> RecordSet:
    found = xxgk.parse(PAGE, url="http://www.example.gov.cn/a.html")
    report = msgspec.structs.replace(found.report, fetched_at="2024-02-01T00:00:00Z")
    return msgspec.structs.replace(found, report=report)


def read_changed(record: RecordSet, before: str, after: str) -> list[Revision]:
    """The revisions after the publisher put some words in the place of others, which stand once in the page."""
    text = PAGE.read_text(encoding="utf-8")
    assert text.count(before) == 1, before
    changed = xxgk.parse(text.replace(before, after), url="http://www.example.gov.cn/a.html")
    report = msgspec.structs.replace(changed.report, fetched_at="2024-03-01T00:00:00Z")
    return diff_records(record, msgspec.structs.replace(changed, report=report))


def test_a_page_read_twice_differs_in_nothing(record: RecordSet) -> None:
    assert read_changed(record, "<body", "<!-- visited 17 times --><body") == []


def test_of_every_column_that_tells_the_change(record: RecordSet) -> None:
    value = record.values[0]
    altered = msgspec.structs.replace(value, value=77, raw="77", source_sha256="f" * 64)
    report = msgspec.structs.replace(record.report, source_sha256="e" * 64, fetched_at="2024-03-01T00:00:00Z")
    new = msgspec.structs.replace(record, report=report, values=[altered, *record.values[1:]])
    assert diff_records(record, new) == [
        Revision(
            report_id=record.report.report_id,
            kind="value",
            indicator=value.indicator,
            applicant=value.applicant,
            old_value=value.value,
            new_value=77,
            old_raw=value.raw,
            new_raw="77",
            old_sha256=record.report.source_sha256,
            new_sha256="f" * 64,
            changed_at="2024-03-01T00:00:00Z",
        )
    ]


def test_a_cell_that_is_gone_and_one_that_is_new(record: RecordSet) -> None:
    first, *rest = record.values
    gone = diff_records(record, msgspec.structs.replace(record, values=rest))
    new = diff_records(msgspec.structs.replace(record, values=rest), record)
    assert [(item.indicator, item.old_raw, item.new_value, item.new_raw) for item in gone] == [
        (first.indicator, first.raw, None, None)
    ]
    assert [(item.indicator, item.old_value, item.old_raw, item.new_raw) for item in new] == [
        (first.indicator, None, None, first.raw)
    ]


def test_a_blank_that_is_filled_in(record: RecordSet) -> None:
    blank = msgspec.structs.replace(record.values[0], value=None, raw="", status="blank")
    old = msgspec.structs.replace(record, values=[blank, *record.values[1:]])
    (item,) = diff_records(old, record)
    assert (item.old_value, item.old_raw, item.new_value) == (None, "", record.values[0].value)


def make_count(at: int, label: str, value: int, parent: int | None = None) -> Count:
    return Count("r" * 16, at, parent, "overview", label, None, value, "条", False, False, f"{value}条", at, at + 1)


def test_parts_of_two_totals_are_not_mixed_up(record: RecordSet) -> None:
    """Both totals have a part of the same name; a count put in before them all moves every place and number."""
    counts = [
        make_count(0, "信息", 9),
        make_count(1, "其他", 4, 0),
        make_count(2, "申请", 7),
        make_count(3, "其他", 5, 2),
    ]
    moved = [make_count(0, "会议", 1), make_count(1, "信息", 9), make_count(2, "其他", 4, 1), make_count(3, "申请", 7)]
    moved.append(make_count(4, "其他", 6, 3))
    told = diff_records(msgspec.structs.replace(record, counts=counts), msgspec.structs.replace(record, counts=moved))
    assert {(item.label, item.part_of, item.old_value, item.new_value) for item in told} == {
        ("会议", None, None, 1),
        ("其他", "申请", 5, 6),
    }


def test_one_more_of_several_equal_labels_is_one_revision(record: RecordSet) -> None:
    old = msgspec.structs.replace(record, counts=[make_count(n, "文件", n) for n in (1, 2, 3)])
    new = msgspec.structs.replace(record, counts=[make_count(n, "文件", n) for n in (9, 1, 2, 3)])
    (item,) = diff_records(old, new)
    assert (item.old_value, item.new_value) == (None, 9)


def test_a_section_is_named_and_its_text_not_repeated(record: RecordSet) -> None:
    section = record.sections[0]
    text = section.text + "另有说明。"
    new = msgspec.structs.replace(record, sections=[msgspec.structs.replace(section, text=text), *record.sections[1:]])
    (item,) = diff_records(record, new)
    assert (item.kind, item.section, item.label) == ("section", section.section, section.title)
    assert (item.old_value, item.new_value) == (len(section.text), len(text))
    assert (item.old_raw, item.new_raw) == (None, None)


@pytest.mark.parametrize("field", FIELDS)
def test_fields_of_the_header(record: RecordSet, field: str) -> None:
    now: object = 1999 if field == "year" else "别的"
    new = msgspec.structs.replace(record, report=msgspec.structs.replace(record.report, **{field: now}))
    before = getattr(record.report, field)
    (item,) = diff_records(record, new)
    assert (item.kind, item.field) == ("report", field)
    assert (item.old_raw, item.new_raw) == (None if before is None else str(before), str(now))
    assert (item.old_value, item.new_value) == ((before, now) if field == "year" else (None, None))

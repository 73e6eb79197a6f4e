"""A page and its attachments are one report: where each part of it comes from, and what is left."""

import hashlib
import re

import pytest

from parsers.errors import NotAReport
from parsers.parts import Attachment
from parsers.reader import parse_report
from tests.reportgen import HtmlOptions, make_report, render_html
from tests.reportgen.model import Identity, Report

URL = "http://www.example.gov.cn/nb/t1.html"
WHO = Identity("云桥区", "云桥区商务局", "区商务局", 2023, "330502")
OTHER = Identity("云桥区", "云桥区教育局", "区教育局", 2023, "330502")
LATER = Identity("云桥区", "云桥区商务局", "区商务局", 2024, "330502")
TABLE = re.compile(rb"<table.*?</table>", re.DOTALL)


def report(who: Identity = WHO, seed: int = 7) -> Report:
    return make_report(seed, "2021", None, who)


def page(made: Report) -> bytes:
    return render_html(made, HtmlOptions(style="clean"))


def without_tables(made: Report) -> bytes:
    return TABLE.sub(b"", page(made))


def shell(made: Report) -> bytes:
    """A page that has the title and a link, and nothing else."""
    return f"<html><title>{made.title}</title><h1>{made.title}</h1><a href='1.docx'>附件</a></html>".encode()


def tables_only(made: Report) -> bytes:
    return b"<html><meta charset=utf-8><body>" + b"".join(TABLE.findall(page(made))) + b"</body></html>"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def numbers(record: object) -> dict[tuple[str, str | None], float | None]:
    return {(value.indicator, value.applicant): value.value for value in record.values}  # type: ignore[attr-defined]


def test_tables_of_an_attachment_complete_the_page() -> None:
    made = report()
    text, tables = without_tables(made), tables_only(made)
    assert parse_report(text, source_url=URL).values == []
    record = parse_report(text, source_url=URL, attachments=[Attachment(tables, URL + "/1.doc", "附表.doc")])
    assert numbers(record) == numbers(parse_report(page(made)))
    assert {value.source_sha256 for value in record.values} == {sha(tables)}
    assert record.report.source_sha256 == sha(text)
    assert record.report.title == parse_report(text).report.title
    assert [section.text for section in record.sections] == [section.text for section in parse_report(text).sections]
    assert any("附表.doc" in note for note in record.report.notes)
    assert record.report.status != "partial"


def test_a_page_that_only_says_what_it_is_has_all_from_its_attachment() -> None:
    made = report()
    record = parse_report(shell(made), source_url=URL, attachments=[Attachment(page(made), None, "报告.pdf")])
    alone = parse_report(page(made))
    assert numbers(record) == numbers(alone)
    assert [(s.section, s.text) for s in record.sections] == [(s.section, s.text) for s in alone.sections]
    assert record.counts
    assert record.report.agency == alone.report.agency
    assert record.report.year == 2023


def test_the_fuller_table_wins_and_the_page_where_both_are_full() -> None:
    made = report()
    whole = page(made)
    record = parse_report(whole, attachments=[Attachment(tables_only(report(seed=8)), None, "旧表.doc")])
    assert {value.source_sha256 for value in record.values} == {sha(whole)}


@pytest.mark.parametrize(("who", "word"), [(LATER, "2024"), (OTHER, "教育局")])
def test_an_attachment_of_another_report_is_left(who: Identity, word: str) -> None:
    text = without_tables(report())
    record = parse_report(text, attachments=[Attachment(page(report(who)), None, "别的.doc")])
    assert record.values == []
    assert any(word in note and "left" in note for note in record.report.notes)


def test_attachments_of_several_reports_are_none_of_a_page_that_says_nothing() -> None:
    attached = [Attachment(page(report(who)), None, f"{who.agency}.doc") for who in (WHO, OTHER)]
    html = (
        "<html><title>云桥区2023年政府信息公开工作年度报告</title><h1>云桥区2023年政府信息公开工作年度报告</h1></html>"
    )
    with pytest.raises(NotAReport, match="2 reports as attachments"):
        parse_report(html.encode(), attachments=attached)


def test_an_attachment_that_cannot_be_read_is_told() -> None:
    record = parse_report(page(report()), attachments=[Attachment(b"\x89PNG\r\n", None, "图.png")])
    assert any("图.png" in note for note in record.report.notes)
    with pytest.raises(NotAReport, match=r"图\.png"):
        parse_report(shell(report()), attachments=[Attachment(b"\x89PNG\r\n", None, "图.png")])


def test_a_report_alone_names_its_own_file_in_each_value() -> None:
    data = page(report())
    record = parse_report(data)
    assert {value.source_sha256 for value in record.values} == {record.report.source_sha256} == {sha(data)}

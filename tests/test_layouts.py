"""Every way of printing the tables, as text and as HTML, for every form: nothing wrong, enough read.

The floors below are the least share of the printed numbers that has to be read; what is not read has to be marked
or missing, never another number.
"""

import re
import tomllib
from pathlib import Path

import pytest

from parsers.reader import parse_report
from tests.reportgen import LAYOUTS, make_report, render_html, render_text
from tests.reportgen.score import DROPPING, FORMS, HTML_CASES, dropped_cases, layout_cases, score_many

FLOORS = tomllib.loads(Path(__file__).with_name("fixtures").joinpath("floors.toml").read_text(encoding="utf-8"))
REPORTS = 6


def _floor(part: str, name: str, form: str) -> float:
    """The floor of a case: its own for the form, else its own for all forms, else that of the part."""
    own = FLOORS[part].get(name, {})
    return float(own.get(form, own.get("all", FLOORS[part]["default"])))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_text_layout(layout: str, form: str) -> None:
    tally = score_many(parse_report, layout_cases(layout, form, REPORTS))
    assert not tally.wrong, tally
    assert tally.share >= _floor("text", layout, form), tally


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", HTML_CASES)
def test_html_case(case: str, form: str) -> None:
    tally = score_many(parse_report, layout_cases(case, form, REPORTS))
    assert not tally.wrong, tally
    assert tally.share >= _floor("html", case, form), tally


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", DROPPING)
def test_dropped_zeros(layout: str, form: str) -> None:
    """Zeros were left blank and extraction dropped the blank cells: what cannot be placed is marked."""
    tally = score_many(parse_report, dropped_cases(layout, form, REPORTS))
    assert not tally.wrong, tally
    assert tally.share >= _floor("dropped", layout, form), tally


@pytest.mark.parametrize("form", ["2021", "2019", "2014", "narrative"])
@pytest.mark.parametrize("layout", ["A", "C1", "E", "html"])
def test_header_and_sections(layout: str, form: str) -> None:
    for seed in range(REPORTS):
        report = make_report(seed, form)
        data = render_html(report) if layout == "html" else render_text(report, layout)
        records = parse_report(data)
        read = {name: getattr(records.report, name) for name in report.fields}
        assert read == report.fields
        assert [section.section for section in records.sections] == [section.code for section in report.sections]


@pytest.mark.parametrize("form", FORMS)
def test_missing_tables_leave_no_value(form: str) -> None:
    """Where the tables were pictures no number may appear, and the report is not called clean."""
    for seed in range(REPORTS):
        records = parse_report(render_text(make_report(seed, form), "N"))
        assert [value for value in records.values if value.value is not None] == []
        assert records.report.status != "clean" or records.report.form == "narrative"


def _blank_zeros(line: str) -> str:
    """A piped row of seven numbers whose inner zeros are blank cells that were kept."""
    cells = [cell.strip() for cell in line.split("|")]
    numbers = [n for n, cell in enumerate(cells) if re.fullmatch(r"\d+", cell)]
    if len(numbers) != 7:
        return line
    for n in numbers[1:-1]:
        cells[n] = "" if cells[n] == "0" else cells[n]
    return " | ".join(cells)


@pytest.mark.parametrize("seed", range(4))
def test_blank_cells_that_were_kept_tell_the_columns(seed: int) -> None:
    report = make_report(seed, "2021")
    text = "\n".join(map(_blank_zeros, render_text(report, "A").decode().split("\n")))
    records = parse_report(text.encode())
    printed = {
        (value.indicator, value.applicant): value.value for value in parse_report(render_text(report, "A")).values
    }
    table = [value for value in records.values if value.applicant]
    assert {value.status for value in table} == {"number", "blank"}
    for value in table:
        was = printed[value.indicator, value.applicant]
        assert value.value == was if value.status == "number" else was == 0

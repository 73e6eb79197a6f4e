"""PDF files: of two producers (LibreOffice, reportlab), in the ways in which files draw a table, broken and hostile."""

import json
from pathlib import Path

import pytest

from parsers.documents import read_document
from parsers.documents.model import Grid, Paragraph
from parsers.documents.programs.office import find_office
from parsers.reader import parse_report
from parsers.records import RecordSet
from tests.reportgen import make_report, render_html
from tests.reportgen.draw_pdf import RULES, DrawOptions, draw_pdf
from tests.reportgen.model import Report
from tests.reportgen.render_pdf import (
    FIXTURES,
    FOLDER,
    PAGES,
    TEMPLATE,
    Fixture,
    convert,
    fill_template,
    make_short_report,
    render_source,
)
from tests.reportgen.score import Tally, score

FORMS = ("2021", "2019", "2014")
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
REAL = CORPUS / "huaian-city-2024.pdf"
# Reports of each kind that LibreOffice prints where it is installed.
BATCH = 30
DRAWN = {
    **{rules: DrawOptions(rules=rules) for rules in RULES},
    "cut": DrawOptions(cut=True, size=8),
    "cut, no outer border": DrawOptions(cut=True, rules="open", size=10.5),
    "header on each page": DrawOptions(header=True, foot="bare"),
    "header and cut": DrawOptions(header=True, cut=True, size=11, foot="total"),
    "turned": DrawOptions(turned=True),
    "head and footnote": DrawOptions(head=True, note=True),
    "single characters": DrawOptions(single=True, bold=True),
    "watermark": DrawOptions(mark=True, shade=True, rules="boxes"),
    "form fields": DrawOptions(fields=True),
}


def without_ids(records: RecordSet, *parts: str) -> list[object]:
    made = records.to_dict()
    return [[{**item, "report_id": ""} for item in made[part]] for part in parts]


# ---------------------------------------------------------------- LibreOffice


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_files_of_libreoffice_are_read(fixture: Fixture) -> None:
    report = make_short_report(fixture.form, fixture.seed)
    records = parse_report((FOLDER / fixture.name).read_bytes())
    tally = score(records, report.gold())
    assert not tally.wrong, tally
    assert records.report.source_format == "pdf"
    assert tally.right == len(report.gold())
    assert records.report.status == "clean"


@pytest.mark.parametrize("fixture", [f for f in FIXTURES if f.source in PAGES], ids=lambda fixture: fixture.name)
def test_text_of_a_file_is_that_of_the_page(fixture: Fixture) -> None:
    """Title, sections, counts and checks are those of the HTML that the file was printed from."""
    report = make_short_report(fixture.form, fixture.seed)
    page = parse_report(render_source(fixture.source, report)[1])
    records = parse_report((FOLDER / fixture.name).read_bytes())
    parts = ("sections", "counts", "checks")
    assert without_ids(records, *parts) == without_ids(page, *parts)
    for field in ("title", "agency", "year", "form"):
        assert getattr(records.report, field) == getattr(page.report, field)


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("form", FORMS)
def test_what_libreoffice_prints_of_our_pages_is_read(form: str) -> None:
    kinds = list(PAGES)
    reports = [make_report(seed, form) for seed in range(BATCH)]
    files = {f"{r.seed}.html": render_source(kinds[r.seed % len(kinds)], r)[1] for r in reports}
    assert_all_read(convert(files), reports)


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("form", FORMS)
def test_what_libreoffice_prints_of_our_word_files_is_read(form: str) -> None:
    """Their tables have no ruling lines, their labels are broken over up to 19 lines and over pages."""
    reports = [make_report(seed, form) for seed in range(BATCH)]
    assert_all_read(convert({f"{r.seed}.docx": render_source("docx", r)[1] for r in reports}), reports)


@pytest.mark.skipif(
    find_office() is None or not TEMPLATE.exists(), reason="LibreOffice or the official form is missing"
)
def test_what_libreoffice_prints_of_the_official_form_is_read() -> None:
    reports = [make_report(seed, "2021") for seed in range(BATCH)]
    assert_all_read(convert({f"{r.seed}.docx": fill_template(r) for r in reports}), reports)


def assert_all_read(made: dict[str, bytes], reports: list[Report]) -> None:
    tally = Tally()
    for report, data in zip(reports, made.values(), strict=True):
        tally = tally.plus(score(parse_report(data), report.gold()))
    assert tally.wrong == tally.marked == tally.missing == 0, tally


# ---------------------------------------------------------------- reportlab


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [name for name in DRAWN if name != "none"])
def test_every_way_of_drawing_a_table_is_read(name: str, form: str) -> None:
    for seed in (3, 4):
        report = make_report(seed, form)
        records = parse_report(draw_pdf(report, DRAWN[name]))
        tally = score(records, report.gold())
        assert tally.right == len(report.gold()), tally
        assert not tally.wrong, tally
        assert records.report.status == "clean"
        assert records.report.title == report.title


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("options", [DrawOptions(rules="none"), DrawOptions(rules="none", size=8, cut=True)])
def test_tables_without_ruling_lines_are_read(options: DrawOptions, form: str) -> None:
    for seed in range(6):
        report = make_report(seed, form)
        records = parse_report(draw_pdf(report, options))
        assert score(records, report.gold()).right == len(report.gold())
        assert records.report.status == "clean"


@pytest.mark.parametrize("form", FORMS)
def test_what_has_no_ruling_lines_and_no_room_is_read_or_marked(form: str) -> None:
    """Labels that wrap above and below their numbers; the heads of narrow columns nearly touch."""
    tally = Tally()
    for seed in range(4):
        report = make_report(seed, form)
        records = parse_report(draw_pdf(report, DrawOptions(rules="none", size=11, cut=True)))
        one = score(records, report.gold())
        assert records.report.status != "clean" or one.right == len(report.gold())
        tally = tally.plus(one)
    assert tally.wrong == tally.missing == 0, tally
    assert tally.share >= 0.92


@pytest.mark.parametrize("name", ["head and footnote", "header on each page", "turned", "none", "watermark"])
def test_heads_feet_and_footnotes_are_no_text(name: str) -> None:
    report = make_report(2)
    page, drawn = parse_report(render_html(report)), parse_report(draw_pdf(report, DRAWN[name]))
    assert without_ids(drawn, "sections", "counts") == without_ids(page, "sections", "counts")


def test_a_table_over_pages_is_one_grid() -> None:
    document = read_document(draw_pdf(make_report(5), DrawOptions(cut=True, header=True)))
    grids = [block for block in document.blocks if isinstance(block, Grid)]
    assert [len(grid.rows) for grid in grids] == [14, 28, 4]
    stub = grids[1].rows[5][0]
    assert (stub.text, stub.row_span) == ("三、本年度办理结果", 22)
    lines = [block.line for block in document.blocks]
    assert lines == sorted(lines)


@pytest.mark.skipif(not REAL.exists(), reason="the folder with real reports (../shared/corpus) is not here")
def test_the_real_report_is_read() -> None:
    gold = json.loads((CORPUS / "gold" / f"{REAL.stem}.json").read_text(encoding="utf-8"))
    records = parse_report(REAL.read_bytes())
    assert score(records, gold["values"]).right == len(gold["values"]) == 200
    assert {name: getattr(records.report, name) for name in gold["report"]} == gold["report"]
    assert not [check for check in records.checks if check.outcome == "fail"]
    counted = sorted((count.value, count.unit) for count in records.counts if not count.stated_none)
    assert counted == sorted((count["value"], count["unit"]) for count in gold["counts"])


def test_reading_twice_gives_the_same() -> None:
    data = draw_pdf(make_report(6), DRAWN["cut"])
    assert parse_report(data).to_json() == parse_report(data).to_json()


def test_a_file_with_rubbish_in_front_is_read() -> None:
    report = make_report(7)
    assert score(parse_report(b"\r\n\xef\xbb\xbf" + draw_pdf(report)), report.gold()).right == 200


def test_paragraphs_say_on_which_page_they_stand() -> None:
    blocks = read_document(draw_pdf(make_report(1))).blocks
    pages = [block.line for block in blocks if isinstance(block, Paragraph)]
    assert pages[0] == 1
    assert pages[-1] >= 4


def test_a_pdf_that_is_a_page_is_read_as_a_page() -> None:
    report = make_report(8)
    assert parse_report(render_html(report)).report.source_format == "html"

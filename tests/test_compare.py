"""Comparisons: numbers worked out by hand, and what is told of those that rest on less than all reports."""

import csv
import io
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from output.cells import names_cell
from output.compare import Comparison, compare
from output.compare_text import basis, cell_text, clip, is_pooled, itertuples, legend
from output.dataset import write_dataset
from output.lookup import CompareError, bare_label, find_measure
from output.measures import formula, load_indicators, load_measures
from output.selection import Question
from parsers.codebook import load_codebook
from parsers.records import Check, RecordSet, Report, Value
from xxgk import cli

RECEIVED, GRANTED, TOTAL = "applications.received", "applications.results.granted", "applications.results.total"
HOSTILE = '=cmd|"/c calc"!A1<script>alert(1)</script>\u202e\x1b[31m[bold]局'


class Outcome(NamedTuple):
    """What a run of the command line left."""

    status: int
    out: str
    err: str


Cell = float | str | None
Run = Callable[..., Outcome]


def make_report(
    number: int, agency: str | None, cells: Mapping[str, Cell], failed: Sequence[tuple[str, str]] = (), **header: Any
) -> RecordSet:
    """A report with these cells (of indicators counted by applicant, the total): a number, a status, or both: 3 ocr."""
    report_id = f"{number:016x}"
    fields = {
        "year": 2023,
        "form": "2021",
        "division_code": "330502",
        "county": "吴兴区",
        "level": "district",
        **header,
    }
    dimensions = {item.indicator: "total" if item.dimension else None for item in load_codebook()}
    values = []
    for row, (code, cell) in enumerate(cells.items()):
        text, _, status = cell.partition(" ") if isinstance(cell, str) else (str(cell), "", "number")
        value = float(text) if status else None
        values.append(
            Value(report_id, code, dimensions[code], value, "件", text, status or text, 0, row, 1, 1, "0" * 64)
        )
        if dimensions[code]:
            other = Value(report_id, code, "natural_person", 1000.0, "件", "", "number", 0, row, 0, 1, "0" * 64)
            values.append(other)
    checks = [Check(report_id, rule, subject, "fail", None, None, None, "") for rule, subject in failed]
    report = Report(
        report_id=report_id,
        agency=agency,
        source_sha256="0" * 64,
        source_format="html",
        source_path=f"{number}",
        **fields,
    )
    return RecordSet(report, values, [], [], checks)


SMALL = (
    make_report(1, "吴兴区商务局", {RECEIVED: 10, TOTAL: 8, GRANTED: 4}, agency_type="commerce"),
    make_report(2, "吴兴区教育局", {RECEIVED: 6, TOTAL: 4, GRANTED: 1}, agency_type="education"),
    make_report(3, "吴兴区财政局", {RECEIVED: "blank", TOTAL: 5, GRANTED: "blank"}, agency_type="finance"),
    make_report(4, "吴兴区审计局", {RECEIVED: 0, TOTAL: 2, GRANTED: 2}, [("T3-ROW", RECEIVED)], agency_type="audit"),
    make_report(5, "吴兴区商务局", {RECEIVED: 5, TOTAL: 0, GRANTED: 0}, agency_type="commerce", year=2022),
)


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Comparison]:
    """Answers a question about a dataset of these reports."""

    def answer(records: Sequence[RecordSet], *words: str, sort: bool = False, **question: Any) -> Comparison:
        folder = tmp_path / "dataset"
        if not folder.exists():
            write_dataset(records, folder)
        return compare(folder, Question(tuple(map(find_measure, words)), **question), sort)

    return answer


def texts(comparison: Comparison) -> dict[tuple[str, int], str]:
    """The cells of the first measure by name and year, as a person sees them."""
    measure = comparison.question.measures[0]
    rows = itertuples(comparison.of(measure))
    return {(row.name, row.year): cell_text(row, measure, is_pooled(comparison)) for row in rows}


def only_row(comparison: Comparison) -> dict[str, Any]:
    rows: list[dict[str, Any]] = comparison.rows.to_dict("records")
    assert len(rows) == 1
    return rows[0]


def test_a_sum_leaves_out_what_is_blank_or_flagged_and_says_so(ask) -> None:
    comparison = ask(SMALL, RECEIVED, by="year", years=(2023,))
    row = only_row(comparison)
    assert (row["value"], row["n"], row["reports"], row["flag"]) == (16, 2, 4, "partial")
    assert (row["left_out"], row["left_out_blank"], row["left_out_flagged"]) == (2, 1, 1)
    assert texts(comparison) == {("", 2023): "≥16 2/4"}
    told = "rests on 2 of 4 reports; left out: 1 named by a failed check, 1 blank"
    assert basis(comparison, comparison.question.measures[0], "en") == told
    told = "依据4份年报中的2份；未计入：未通过核对1份、空白1份"
    assert basis(comparison, comparison.question.measures[0], "zh") == told
    assert "≥ at least: some reports of the sum are left out" in legend(comparison, [""], "en")


def test_flagged_numbers_count_where_asked_for(ask) -> None:
    row = only_row(ask(SMALL, RECEIVED, by="year", years=(2023,), with_flagged=True))
    assert (row["value"], row["n"], row["counted_flagged"], row["flag"]) == (16, 3, 1, "flagged")


def test_a_number_alone_is_shown_as_printed_and_a_blank_is_no_zero(ask) -> None:
    comparison = ask(SMALL, RECEIVED, by="agency", years=(2023,))
    assert texts(comparison) == {
        ("吴兴区商务局", 2023): "10",
        ("吴兴区教育局", 2023): "6",
        ("吴兴区财政局", 2023): "–",
        ("吴兴区审计局", 2023): "0!",
    }
    shown = dict(zip(comparison.groups()["name"], comparison.groups()["group"], strict=True))
    each = "每个数字依据一份年报。"
    assert legend(comparison, list(shown.values()), "zh") == ["! 未通过核对；数字按原文", "– 原文为空白或横线", each]
    # Only the signs of what is shown.
    assert legend(comparison, [shown["吴兴区商务局"], shown["吴兴区财政局"]], "zh") == ["– 原文为空白或横线", each]
    blank = comparison.rows.set_index("name").loc["吴兴区财政局"]
    assert (blank["value"] != blank["value"], blank["n"], blank["flag"]) == (True, 0, "blank")


def test_a_share_is_that_of_the_sums(ask) -> None:
    row = only_row(ask(SMALL, "measure.share_granted", by="year", years=(2023,)))
    assert (row["value"], row["n"], row["reports"]) == (pytest.approx(100 * (4 + 1 + 2) / (8 + 4 + 2)), 3, 4)


def test_a_share_of_nothing_is_none(ask) -> None:
    comparison = ask(SMALL, "measure.share_granted", by="year", years=(2022,))
    assert only_row(comparison)["flag"] == "no_base"
    assert texts(comparison) == {("", 2022): "∅ 1/1"}


def test_a_mean_is_that_of_the_reports_that_tell(ask) -> None:
    row = only_row(ask(SMALL, "measure.applications_per_agency", by="year", years=(2023,)))
    assert (row["value"], row["n"]) == (8, 2)


def test_growth_is_that_of_the_agencies_that_tell_both_years(ask) -> None:
    comparison = ask(SMALL, "measure.growth_applications", by="year", years=(2023,))
    row = only_row(comparison)
    assert (row["value"], row["n"], row["left_out_no_previous"]) == (100, 1, 3)
    assert texts(comparison) == {("", 2023): "+100.0% 1/4"}
    assert comparison.years == (2023,)


def test_a_correction_rate_is_of_what_is_decided(ask) -> None:
    group = {"litigation.direct.corrected": 1, "litigation.direct.total": 6, "litigation.direct.pending": 2}
    group |= {name.replace("direct", "after_review"): 1 for name in group}
    comparison = ask([make_report(1, "甲局", group)], "行政诉讼纠错率")
    assert only_row(comparison)["value"] == pytest.approx(100 * (1 + 1) / (6 + 1 - 2 - 1))


def test_the_old_form_is_compared_in_its_own_codes(ask) -> None:
    old = {"legacy.applications.answered.granted": 3, "legacy.applications.answered": 6}
    records = [*SMALL, make_report(9, "吴兴区商务局", old, year=2018, form="2014")]
    comparison = ask(records, "measure.share_granted", by="agency", types=(), divisions=("330502",))
    assert texts(comparison)["吴兴区商务局", 2018] == "50.0%"
    assert texts(ask(records, GRANTED, by="agency"))["吴兴区商务局", 2018] == "·"


def test_not_found_is_not_what_the_form_does_not_ask_for(ask) -> None:
    records = [make_report(1, "甲局", {TOTAL: 1}), make_report(2, "乙局", {}, form="narrative")]
    records += [make_report(3, "丙局", {RECEIVED: "unreadable"}), make_report(4, "丁局", {RECEIVED: "not_applicable"})]
    assert {name: text for (name, _), text in texts(ask(records, RECEIVED)).items()} == {
        "甲局": "×",
        "乙局": "·",
        "丙局": "?",
        "丁局": "–",
    }


def test_doubtful_readings_count_and_are_marked(ask) -> None:
    records = [make_report(1, "甲局", {RECEIVED: "3 inferred"}), make_report(2, "乙局", {RECEIVED: "4 ocr"})]
    comparison = ask(records, RECEIVED, by="division")
    assert texts(comparison) == {("吴兴区", 2023): "7~^ 2/2"}
    assert only_row(comparison)["flag"] == "ocr"


def test_a_report_posted_twice_counts_once(ask) -> None:
    comparison = ask(
        [make_report(1, "甲局", {RECEIVED: 3}), make_report(2, "甲局", {RECEIVED: 3})], RECEIVED, by="year"
    )
    assert (texts(comparison), comparison.posted_twice) == ({("", 2023): "3 1/1"}, 1)


def test_two_reports_that_differ_tell_no_number(ask) -> None:
    records = [make_report(1, "甲局", {RECEIVED: 3}), make_report(2, "甲局", {RECEIVED: 5})]
    assert texts(ask([*records, make_report(3, "乙局", {RECEIVED: 1})], RECEIVED, by="year")) == {("", 2023): "≥1 1/2"}
    assert texts(ask(records, RECEIVED))["甲局", 2023] == "≠"


def test_a_withdrawn_report_gives_way_to_one_that_stands(ask) -> None:
    gone = make_report(1, "甲局", {RECEIVED: 3}, withdrawn="2026-01-01T00:00:00Z")
    assert texts(ask([gone, make_report(2, "甲局", {RECEIVED: 5})], RECEIVED)) == {("甲局", 2023): "5"}


def test_whole_governments_are_not_added_to_their_departments(ask) -> None:
    records = [*SMALL, make_report(8, "吴兴区人民政府", {RECEIVED: 500}, agency_type="government")]
    comparison = ask(records, RECEIVED, by="year", years=(2023,))
    assert (only_row(comparison)["value"], comparison.whole_left_out) == (16, 1)
    alone = ask(records, RECEIVED, by="year", years=(2023,), types=("government",))
    assert (only_row(alone)["value"], alone.whole_left_out) == (500, 0)
    assert texts(ask(records, RECEIVED, years=(2023,)))["吴兴区人民政府", 2023] == "500"


def test_reports_without_a_year_or_a_name(ask) -> None:
    records = [make_report(1, None, {RECEIVED: 1}), make_report(2, None, {RECEIVED: 2})]
    comparison = ask([*records, make_report(3, "甲局", {RECEIVED: 4}, year=None)], RECEIVED, by="year")
    assert (texts(comparison), comparison.without_year) == ({("", 2023): "3 2/2"}, 1)


def test_agencies_of_one_name_are_told_apart(ask) -> None:
    records = [make_report(1, "教育局", {RECEIVED: 1}), make_report(2, "教育局", {RECEIVED: 2}, division_code="330503")]
    assert sorted(texts(ask(records, RECEIVED)).values()) == ["1", "2"]


def test_the_greatest_come_first_and_what_has_no_number_last(ask) -> None:
    comparison = ask(SMALL, RECEIVED, years=(2023,), sort=True)
    names = comparison.groups()["name"].tolist()
    assert names == ["吴兴区商务局", "吴兴区教育局", "吴兴区审计局", "吴兴区财政局"]


@pytest.mark.parametrize(("division", "found"), [("330000", 2), ("330500", 2), ("330502", 1), ("110000", 1)])
def test_a_division_stands_for_all_below_it(ask, division: str, found: int) -> None:
    records = [make_report(n, f"{n}局", {RECEIVED: n}, division_code=f"33050{n}", county=county, city="湖州市")
               for n, county in ((2, "吴兴区"), (3, "南浔区"))]  # fmt: skip
    records.append(make_report(4, "北京局", {RECEIVED: 1}, division_code="110101", county="东城区", city="北京市"))
    assert len(ask(records, RECEIVED, divisions=(division,)).rows) == found


@pytest.mark.parametrize(
    ("rule", "subject", "code", "named"),
    [
        ("T3-ROW", RECEIVED, RECEIVED, True),
        ("T3-ROW", GRANTED, RECEIVED, False),
        ("T3-FLOW", "total", RECEIVED, True),
        ("T3-FLOW", "total", GRANTED, False),
        ("T3-FLOW", "natural_person", RECEIVED, False),
        ("T3-RESULT", "total", TOTAL, True),
        ("T3-RESULT", "total", RECEIVED, False),
        ("Y-CARRY", "total", "applications.carried_over", True),
        ("Y-CARRY", "total", RECEIVED, False),
        ("FORM-COMPLETE", "applications", RECEIVED, False),
        ("L-SUM", "legacy.applications.received", "legacy.applications.received.fax", True),
        ("T4-SUM", "review.total", "review.total", True),
        ("N-PARTS", "主动公开政府信息 total", "review.total", False),
    ],
)
def test_which_cells_a_check_names(rule: str, subject: str, code: str, named: bool) -> None:
    assert names_cell(rule, subject, code) is named


def test_measures_are_rows_of_the_codebook_and_made_of_its_indicators() -> None:
    notes = {item.indicator: item.note for item in load_codebook() if item.form == "derived"}
    assert notes == {code: formula(measure) for code, measure in load_measures().items()}
    for measure in load_measures().values():
        assert set(measure.codes) <= set(load_indicators())
        assert all(bool(terms.denominator) == (measure.kind == "share") for terms in measure.terms)
        assert (measure.unit == "%") == (measure.kind in ("share", "growth"))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("review.total", "review.total"),
        ("予以公开", GRANTED),
        ("予以公开占比", "measure.share_granted"),
        ("share GRANTED", "measure.share_granted"),
        ("属于国家秘密", "applications.results.refused.state_secret"),
        ("normative repealed", "disclosure.normative_documents.repealed"),
    ],
)
def test_an_indicator_is_found_by_code_or_words(words: str, code: str) -> None:
    assert find_measure(words).code == code


def test_words_that_fit_several_or_none_are_told() -> None:
    with pytest.raises(CompareError, match=r"行政复议:结果: fits 2 indicators; name one by its code: review\.upheld"):
        find_measure("行政复议:结果")
    with pytest.raises(CompareError, match=r"grantd: no indicator has .* closest: .*measure\.share_granted"):
        find_measure("grantd")
    with pytest.raises(CompareError, match="no indicator"):
        find_measure(" ")


@pytest.mark.parametrize("words", ["收到申请数", "Applications received"])
def test_words_for_one_form_and_for_all_mean_all(words: str) -> None:
    assert find_measure(words).code == "measure.applications_received"


def test_a_bare_label_has_no_numbering() -> None:
    assert [bare_label(text) for text in ("（一）予以公开", "三、（二）1.按时办结数", "Refused: state secret")] == [
        "予以公开",
        "按时办结数",
        "state secret",
    ]


def test_a_name_is_clipped_to_one_line_that_no_terminal_obeys() -> None:
    assert clip("甲\n乙\u202e\x1b") == "甲 乙\ufffd\ufffd"
    assert len(clip("长" * 1_000_000)) == 60


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs ``xxgk compare`` on the small dataset, which holds an agency with a hostile name."""
    write_dataset([*SMALL, make_report(7, HOSTILE, {RECEIVED: 1234567})], tmp_path / "d")

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["xxgk", "compare", str(tmp_path / "d"), *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Outcome(int(str(ended.value.code)), *capfd.readouterr())

    return call


def test_the_table(run: Run) -> None:
    result = run("--year", "2022-2023", "--indicator", RECEIVED)
    assert (result.status, result.err) == (0, "")
    lines = {line.split()[0]: line.split()[1:] for line in result.out.splitlines() if line.strip()}
    assert lines["吴兴区商务局"] == ["5", "10"]
    assert lines["吴兴区财政局"] == ["–"]
    assert "1,234,567" in result.out
    assert "[bold]" in result.out
    assert not {"\x1b", "\u202e"} & set(result.out)
    assert "New applications received this year: rests on 5 of 6 reports; left out: 1 blank" in result.out


def test_csv_for_programs(run: Run) -> None:
    result = run("--year", 2023, "--indicator", RECEIVED, "--csv", "-", "--lang", "zh")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(result.out))}
    assert (rows["吴兴区商务局"]["value"], rows["吴兴区商务局"]["n"], rows["吴兴区商务局"]["flag"]) == ("10", "1", "")
    assert (rows["吴兴区财政局"]["value"], rows["吴兴区财政局"]["left_out_blank"]) == ("", "1")
    assert (rows["吴兴区审计局"]["value"], rows["吴兴区审计局"]["counted_flagged"]) == ("0", "1")
    assert rows["吴兴区商务局"]["report_id"] == f"{1:016x}"
    assert rows["吴兴区商务局"]["label"] == "一、本年新收政府信息公开申请数量"
    assert [name[0] for name in rows if "script" in name] == ["'"]


def test_csv_file_beside_the_table(run: Run, tmp_path: Path) -> None:
    result = run("--year", 2023, "--by", "type", "--csv", tmp_path / "a.csv", "--limit", 1)
    assert "Audit" in result.out
    assert len({row["group"] for row in csv.DictReader((tmp_path / "a.csv").open(encoding="utf-8"))}) == 1


def test_a_long_table_is_cut_and_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xxgk.compare_command.MOST_ROWS", 2)
    cut = run("--year", 2023, "--indicator", RECEIVED, "--sort")
    assert "the table shows 2 of 5; --limit 0 shows all" in cut.err
    assert ("吴兴区商务局" in cut.out, "吴兴区财政局" in cut.out) == (True, False)
    every = run("--year", 2023, "--indicator", RECEIVED, "--limit", 0)
    assert (every.err, "吴兴区财政局" in every.out) == ("", True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--year", "23"], "--year 23: is no year; name one (2023) or several (2021-2023)"),
        (["--year", "2023-2021"], "--year 2023-2021: ends before it begins; name the earlier year first: 2021-2023"),
        (["--year", "1990"], "no report tells of 1990; the years are 2022, 2023"),
        (["--division", "吴星区"], "--division 吴星区: the dataset has no report of it; closest: 330502 (吴兴区)"),
        (
            ["--type", "comerce"],
            "--type comerce: the dataset has no report of such an agency; closest: commerce (商务)",
        ),
        (["--indicator", "grantd"], "--indicator grantd: no indicator has this code"),
        (["--figure", "a.gif"], "--figure a.gif: is no kind of figure that can be drawn; end its name in .png or .svg"),
        (["--type", "audit", "--level", "city"], "no report fits division, type and level together"),
    ],
)
def test_wrong_usage_is_one_line(run: Run, arguments: list[str], told: str) -> None:
    result = run(*arguments)
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert result.err.startswith(f"xxgk: {told}")

"""The rules and the misprints that explain why one fails."""

import pytest

from parsers.checks import run_checks
from parsers.checks.base import Facts, Number
from parsers.checks.diagnosis import diagnose_sum
from parsers.forms.schema import load_forms
from parsers.records import Check


def facts(rows: dict[str, list[Number | None]] | None = None, cells: dict[str, Number | None] | None = None) -> Facts:
    form = load_forms()["2021"]
    zero: list[Number | None] = [0] * 7
    all_rows = {row.indicator: list(zero) for row in form.rows} if rows is not None else {}
    all_rows |= {f"applications.{name}": numbers for name, numbers in (rows or {}).items()}
    tables = {"applications"} if rows is not None else set()
    tables |= {"review_litigation"} if cells and "review.total" in cells else set()
    tables |= {"statistics"} if cells and "legacy.review" in cells else set()
    return Facts("r", cells or {}, all_rows, form.form, frozenset(tables), form)


def failed(checks: list[Check]) -> list[tuple[str, str, str | None]]:
    return [(c.rule, c.subject, c.diagnosis) for c in checks if c.outcome == "fail" and c.rule != "FORM-COMPLETE"]


GOOD: dict[str, list[Number | None]] = {
    "received": [3, 1, 0, 0, 0, 0, 4],
    "results.granted": [2, 1, 0, 0, 0, 0, 3],
    "results.total": [2, 1, 0, 0, 0, 0, 3],
    "carried_forward": [1, 0, 0, 0, 0, 0, 1],
}


def test_a_table_that_agrees_passes_every_rule() -> None:
    checks = run_checks(facts(GOOD))
    assert failed(checks) == []
    assert sum(1 for c in checks if c.rule == "T3-ROW") == 25
    assert sum(1 for c in checks if c.rule in ("T3-FLOW", "T3-RESULT")) == 14


def test_a_total_left_at_zero_is_told_and_not_mended() -> None:
    checks = run_checks(facts(GOOD | {"received": [3, 1, 0, 0, 0, 0, 0]}))
    assert ("T3-ROW", "applications.received", "total_zero") in failed(checks)
    check = next(c for c in checks if c.outcome == "fail")
    assert (check.expected, check.actual) == (4, 0)
    assert "add up to 4, the total printed is 0" in check.detail


def test_a_blank_total_is_incomplete() -> None:
    checks = run_checks(facts(GOOD | {"received": [3, 1, 0, 0, 0, 0, None]}))
    check = next(c for c in checks if c.subject == "applications.received")
    assert (check.outcome, check.diagnosis) == ("incomplete", "total_blank")


def test_two_cells_exchanged_between_rows_explain_both_rows() -> None:
    rows = {
        "results.granted": [9, 1, 0, 0, 0, 0, 3],
        "results.partly_granted": [2, 4, 0, 0, 0, 0, 13],
        "results.total": [11, 5, 0, 0, 0, 0, 16],
        "received": [11, 5, 0, 0, 0, 0, 16],
    }
    names = {(rule, subject): diagnosis for rule, subject, diagnosis in failed(run_checks(facts(rows)))}
    assert names["T3-ROW", "applications.results.granted"] == "cells_swapped"
    assert names["T3-ROW", "applications.results.partly_granted"] == "cells_swapped"


@pytest.mark.parametrize(
    ("parts", "total", "diagnosis"),
    [
        ([1, 0, 0, 0, 0, 0], 0, "total_zero"),
        ([1, 0, 0, 0, 0, 0], None, "total_blank"),
        ([3, 2, 0, 0, 0, 5], 0, "row_shifted"),
        ([3, 2, 0, 0, 0, 5], None, "row_shifted"),
        ([3, 9, 0, 0, 0, 2], 5, None),
        ([3, 12, 4, 0, 0, 0], 5, "cells_swapped"),
        ([8, 3, 0, 0, 0, 0], 5, "cells_swapped"),
        ([35, 0, 0, 0, 0, 0], 8, "digits_merged"),
        ([None, 1, 0, 0, 0, 0], 0, None),
    ],
)
def test_one_misprint_that_explains_a_sum(
    parts: list[Number | None], total: Number | None, diagnosis: str | None
) -> None:
    assert diagnose_sum(parts, total) == diagnosis


def test_the_groups_of_section_four_add_up() -> None:
    cells: dict[str, Number | None] = {
        f"{branch}.{outcome}": 0
        for branch in ("review", "litigation.direct", "litigation.after_review")
        for outcome in ("upheld", "corrected", "other", "pending", "total")
    }
    assert failed(run_checks(facts(cells=cells))) == []
    assert failed(run_checks(facts(cells=cells | {"review.upheld": 2}))) == [("T4-SUM", "review.total", "total_zero")]


def test_parents_of_the_statistics_table_equal_their_parts() -> None:
    cells: dict[str, Number | None] = {
        "legacy.review": 3, "legacy.review.upheld": 1, "legacy.review.corrected": 1, "legacy.review.other": 0,
    }  # fmt: skip
    assert failed(run_checks(facts(cells=cells))) == [("L-SUM", "legacy.review", None)]
    check = next(c for c in run_checks(facts(cells=cells)) if c.rule == "L-SUM")
    assert check.detail == "legacy.review: its parts add up to 2, the number printed is 3"


def test_missing_rows_are_named() -> None:
    given = facts(GOOD)
    del given.rows["applications.results.granted"]
    check = next(c for c in run_checks(given) if c.rule == "FORM-COMPLETE" and c.subject == "applications")
    assert (check.outcome, check.expected, check.actual) == ("fail", 175, 168)
    assert "missing: applications.results.granted" in check.detail

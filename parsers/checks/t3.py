"""T3-ROW, T3-FLOW and T3-RESULT: what holds between the numbers of section 3.

Source: records.md, "The rules"; the flow is printed in the form itself (第一项加第二项之和，等于第三项加第四项之和).
"""

from collections.abc import Iterator

from parsers.checks.base import Facts, Number, add_up, compare
from parsers.checks.diagnosis import diagnose_sum, find_swap
from parsers.records import Check

_TOTAL = "applications.results.total"


def _applicants(facts: Facts) -> tuple[list[str], str]:
    names = [column.key for column in facts.applications_form.applicants]
    return names[:-1], names[-1]


def check_rows(facts: Facts) -> Iterator[Check]:
    """T3-ROW: in each row the total equals the sum of the six kinds of applicant; subject is the indicator."""
    if "applications" not in facts.tables:
        return
    parts, total = _applicants(facts)
    rows: dict[str, list[Number | None]] = {}
    for row in facts.applications_form.rows:
        if any((row.indicator, name) in facts.values for name in (*parts, total)):
            rows[row.indicator] = [facts.number(row.indicator, name) for name in (*parts, total)]
    swapped = find_swap(*_failing(rows))
    for indicator, numbers in rows.items():
        expected, actual = add_up(numbers[:-1]), numbers[-1]
        diagnosis = None
        if expected is None or actual is None or expected != actual:
            diagnosis = "cells_swapped" if indicator in swapped else diagnose_sum(numbers[:-1], actual)
        says = ("the six kinds of applicant add up to", "the total printed is")
        yield compare(facts, "T3-ROW", indicator, expected, actual, says, diagnosis)


def check_flow(facts: Facts) -> Iterator[Check]:
    """T3-FLOW: in each column received + carried over = results total + carried forward; subject is the applicant."""
    if "applications" not in facts.tables:
        return
    form = facts.applications_form
    for column in form.applicants:
        expected = add_up(facts.numbers(form.flow_in, column.key))
        actual = add_up(facts.numbers(form.flow_out, column.key))
        says = ("received and carried over are", "results total and carried forward are")
        yield compare(facts, "T3-FLOW", column.key, expected, actual, says, _zero_total(facts, column.key, expected))


def _zero_total(facts: Facts, applicant: str, expected: Number | None) -> str | None:
    """``total_zero`` where the results total was left at 0 and the rest would fit."""
    total, forward = facts.number(_TOTAL, applicant), facts.number("applications.carried_forward", applicant)
    results = add_up(facts.numbers(_parts(facts), applicant))
    if total == 0 and expected is not None and forward is not None and results and results + forward == expected:
        return "total_zero"
    return None


def _parts(facts: Facts) -> tuple[str, ...]:
    rows = facts.applications_form.rows
    return tuple(r.indicator for r in rows if r.indicator.startswith("applications.results.") and r.indicator != _TOTAL)


def check_results(facts: Facts) -> Iterator[Check]:
    """T3-RESULT: in each column the results total equals the sum of the results above; subject is the applicant."""
    if "applications" not in facts.tables:
        return
    parts = _parts(facts)
    columns = {
        column.key: [*facts.numbers(parts, column.key), facts.number(_TOTAL, column.key)]
        for column in facts.applications_form.applicants
    }
    swapped = find_swap(*_failing(columns))
    for applicant, numbers in columns.items():
        expected, actual = add_up(numbers[:-1]), numbers[-1]
        diagnosis = None
        if expected is None or actual is None or expected != actual:
            diagnosis = "cells_swapped" if applicant in swapped else _diagnose_column(numbers)
        says = ("the results add up to", "the results total printed is")
        yield compare(facts, "T3-RESULT", applicant, expected, actual, says, diagnosis)


def _diagnose_column(numbers: list[Number | None]) -> str | None:
    """As for a row, save that numbers do not slip from one row into the next."""
    diagnosis = diagnose_sum(numbers[:-1], numbers[-1])
    if diagnosis == "row_shifted":
        return "total_zero"
    return None if diagnosis == "digits_merged" else diagnosis


def _failing(lines: dict[str, list[Number | None]]) -> tuple[dict[str, Number], dict[str, list[Number | None]]]:
    """The lines of which the last number is not the sum of the others: by how much, and their parts."""
    differences: dict[str, Number] = {}
    for name, numbers in lines.items():
        expected, actual = add_up(numbers[:-1]), numbers[-1]
        if expected is not None and actual is not None and expected != actual:
            differences[name] = expected - actual
    return differences, {name: lines[name][:-1] for name in differences}

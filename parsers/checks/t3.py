"""T3-ROW, T3-FLOW and T3-RESULT: what holds between the numbers of section 3.

Source: README.md, "Checks"; the flow is printed in the form itself (第一项加第二项之和，等于第三项加第四项之和).
"""

from collections.abc import Iterator

from parsers.checks.base import Facts, Number, add_up, compare
from parsers.checks.diagnosis import diagnose_sum, find_swap
from parsers.records import Check

_TOTAL = "applications.results.total"


def check_rows(facts: Facts) -> Iterator[Check]:
    """T3-ROW: in each row the total equals the sum of the six kinds of applicant; subject is the indicator."""
    sums = {indicator: add_up(numbers[:-1]) for indicator, numbers in facts.rows.items()}
    swapped = find_swap(*_failing(facts.rows, sums))
    for indicator, numbers in facts.rows.items():
        expected, actual = sums[indicator], numbers[-1]
        diagnosis = None
        if expected is None or expected != actual:
            diagnosis = "cells_swapped" if indicator in swapped else diagnose_sum(numbers[:-1], actual)
        says = ("the six kinds of applicant add up to", "the total printed is")
        yield compare(facts, "T3-ROW", indicator, expected, actual, says, diagnosis)


def _columns(facts: Facts, indicators: tuple[str, ...]) -> list[list[Number | None]]:
    """For each applicant the numbers of the given rows; None in a row that was not found."""
    missing: list[Number | None] = [None] * len(facts.applications_form.applicants)
    return [list(column) for column in zip(*(facts.rows.get(name, missing) for name in indicators), strict=True)]


def check_flow(facts: Facts) -> Iterator[Check]:
    """T3-FLOW: in each column received + carried over = results total + carried forward; subject is the applicant."""
    if not facts.rows:
        return
    form = facts.applications_form
    incoming, outgoing = _columns(facts, form.flow_in), _columns(facts, form.flow_out)
    results = _columns(facts, _parts(facts))
    for n, column in enumerate(form.applicants):
        expected, actual = add_up(incoming[n]), add_up(outgoing[n])
        says = ("received and carried over are", "results total and carried forward are")
        diagnosis = _zero_total(expected, outgoing[n], results[n]) if expected != actual else None
        yield compare(facts, "T3-FLOW", column.key, expected, actual, says, diagnosis)


def _zero_total(expected: Number | None, out: list[Number | None], results: list[Number | None]) -> str | None:
    """``total_zero`` where the results total (first of ``out``) was left at 0 and the sum of the results would fit."""
    answered = add_up(results)
    if out[0] != 0 or not answered or expected is None or out[1] is None:
        return None
    return "total_zero" if answered + out[1] == expected else None


def _parts(facts: Facts) -> tuple[str, ...]:
    rows = facts.applications_form.rows
    return tuple(r.indicator for r in rows if r.indicator.startswith("applications.results.") and r.indicator != _TOTAL)


def check_results(facts: Facts) -> Iterator[Check]:
    """T3-RESULT: in each column the results total equals the sum of the results above; subject is the applicant."""
    if not facts.rows:
        return
    names = [column.key for column in facts.applications_form.applicants]
    columns = dict(zip(names, _columns(facts, (*_parts(facts), _TOTAL)), strict=True))
    sums = {applicant: add_up(numbers[:-1]) for applicant, numbers in columns.items()}
    swapped = find_swap(*_failing(columns, sums))
    for applicant, numbers in columns.items():
        expected, actual = sums[applicant], numbers[-1]
        diagnosis = None
        if expected is None or expected != actual:
            diagnosis = "cells_swapped" if applicant in swapped else _diagnose_column(numbers)
        says = ("the results add up to", "the results total printed is")
        yield compare(facts, "T3-RESULT", applicant, expected, actual, says, diagnosis)


def _diagnose_column(numbers: list[Number | None]) -> str | None:
    """As for a row, save that numbers do not slip from one row into the next."""
    diagnosis = diagnose_sum(numbers[:-1], numbers[-1])
    if diagnosis == "row_shifted":
        return "total_zero"
    return None if diagnosis == "digits_merged" else diagnosis


def _failing(
    lines: dict[str, list[Number | None]], sums: dict[str, Number | None]
) -> tuple[dict[str, Number], dict[str, list[Number | None]]]:
    """The lines of which the last number is not the sum of the others: by how much, and their parts."""
    differences: dict[str, Number] = {}
    for name, numbers in lines.items():
        expected, actual = sums[name], numbers[-1]
        if expected is not None and actual is not None and expected != actual:
            differences[name] = expected - actual
    return differences, {name: lines[name][:-1] for name in differences}

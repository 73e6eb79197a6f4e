"""T4-SUM: in each of the three groups of section 4 the total equals the sum of the four outcomes."""

from collections.abc import Iterator

from parsers.checks.base import Facts, add_up, compare
from parsers.checks.diagnosis import diagnose_sum
from parsers.records import Check


def check_review_sums(facts: Facts) -> Iterator[Check]:
    """One check for each group (review, litigation.direct, litigation.after_review); subject is the group's total."""
    if "review_litigation" not in facts.tables:
        return
    for branch in facts.applications_form.branches:
        *parts, total = (f"{branch.key}.{outcome.key}" for outcome in facts.applications_form.outcomes)
        if not any(name in facts.cells for name in (*parts, total)):
            continue
        numbers = facts.numbers(tuple(parts))
        actual = facts.cells.get(total)
        expected = add_up(numbers)
        diagnosis = diagnose_sum(numbers, actual) if expected != actual else None
        says = ("upheld, corrected, other and pending add up to", "the total printed is")
        yield compare(facts, "T4-SUM", total, expected, actual, says, diagnosis)

"""L-SUM: in the statistics table of the 2014 form each parent equals the sum of its parts (codebook column parent)."""

from collections.abc import Iterator
from functools import cache

from parsers.checks.base import Facts, add_up, compare
from parsers.checks.diagnosis import diagnose_sum
from parsers.codebook import load_codebook
from parsers.records import Check


@cache
def _parts() -> dict[str, tuple[str, ...]]:
    parents: dict[str, tuple[str, ...]] = {}
    for item in load_codebook():
        if item.table == "statistics" and item.parent:
            parents[item.parent] = (*parents.get(item.parent, ()), item.indicator)
    return parents


def check_legacy_sums(facts: Facts) -> Iterator[Check]:
    """One check for each parent that is printed; subject is the parent."""
    if "statistics" not in facts.tables:
        return
    for parent, parts in _parts().items():
        if parent not in facts.cells and not any(part in facts.cells for part in parts):
            continue
        numbers, actual = facts.numbers(parts), facts.cells.get(parent)
        expected = add_up(numbers)
        diagnosis = diagnose_sum(numbers, actual) if expected != actual else None
        says = ("its parts add up to", "the number printed is")
        yield compare(facts, "L-SUM", parent, expected, actual, says, diagnosis)

"""Values read from pictures: marked as such, and confirmed one by one where the sum rules leave no doubt.

A value is confirmed where its table is complete and every sum that it takes part in holds, and there is one. A wrong
reading then would have to be matched by another wrong one in each of its sums. No sum tells one row from another: in
a table with each row of the form found once, no row was taken for another.
"""

from collections.abc import Collection, Iterable
from functools import cache

import msgspec

from parsers.codebook import load_codebook
from parsers.forms.rows import Slot, TableReading
from parsers.numbers import Reading
from parsers.records import Check, Outcome, Value

_Rule = tuple[str, str]


def mark_pictured(readings: Iterable[TableReading], pages: Collection[int]) -> None:
    """Give the numbers that stand on ``pages`` (the lines of their cells) the status ``ocr``."""
    if not pages:
        return
    for reading in readings:
        for key, slot in reading.slots.items():
            if slot.reading.status == "number" and slot.cell.line in pages:
                reading.slots[key] = Slot(Reading(slot.reading.value, "ocr"), slot.cell, slot.table)


def confirm_values(values: list[Value], checks: Iterable[Check]) -> list[Value]:
    """The values with the status ``number`` where it was ``ocr`` and the rules confirm it."""
    outcomes: dict[_Rule, Outcome] = {(check.rule, check.subject): check.outcome for check in checks}
    return [
        msgspec.structs.replace(value, status="number")
        if value.status == "ocr" and is_confirmed(value, outcomes)
        else value
        for value in values
    ]


def is_confirmed(value: Value, outcomes: dict[_Rule, Outcome]) -> bool:
    """Whether all rules that a value takes part in pass; a value without any is never confirmed."""
    rules = find_rules(value)
    return bool(rules) and all(outcomes.get(rule) == "pass" for rule in rules)


def find_rules(value: Value) -> list[_Rule]:
    """(rule, subject) of each rule that a value takes part in.

    In table 3 both rules of its column are asked, as they hold together: the results total stands in both.
    """
    if value.applicant is not None:
        columns = [("T3-FLOW", value.applicant), ("T3-RESULT", value.applicant)]
        return [("FORM-COMPLETE", "applications"), ("T3-ROW", value.indicator), *columns]
    group, _, _ = value.indicator.rpartition(".")
    if group == "review" or group.startswith("litigation."):
        return [("FORM-COMPLETE", "review_litigation"), ("T4-SUM", f"{group}.total")]
    sums = [("L-SUM", parent) for parent in _legacy_sums().get(value.indicator, ())]
    return [("FORM-COMPLETE", "statistics"), *sums] if sums else []


@cache
def _legacy_sums() -> dict[str, tuple[str, ...]]:
    """For each line of the statistics table the parents whose sums it is in: its own, and itself as one."""
    sums: dict[str, tuple[str, ...]] = {}
    for item in load_codebook():
        if item.table == "statistics" and item.parent:
            sums[item.indicator] = (*sums.get(item.indicator, ()), item.parent)
            if item.parent not in sums.get(item.parent, ()):
                sums[item.parent] = (*sums.get(item.parent, ()), item.parent)
    return sums


def tell_pictured(marked: list[Value], confirmed: list[Value], is_text_pictured: bool) -> tuple[str, ...]:
    """Notes on how many numbers were read from pictures, how many of them the rules confirm, and on the text."""
    read = sum(1 for value in marked if value.status == "ocr")
    left = sum(1 for value in confirmed if value.status == "ocr")
    notes = [f"{read} numbers were read from pictures; the sum rules confirm {read - left} of them"] if read else []
    if is_text_pictured:
        notes.append("the text was read from pictures by character recognition, unchecked")
    return tuple(notes)

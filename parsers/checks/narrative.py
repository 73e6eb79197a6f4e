"""N-PARTS, N-APPLICATIONS and N-REVIEW: what the text counts against itself and against the tables.

Source: README.md, "Checks". A list that the text calls a part (其中) and that names only a few parts of the total
need not add up to it; the outcome is then ``incomplete`` and the sentence says so.
"""

from collections.abc import Iterator
from itertools import accumulate

from parsers.checks.base import Facts, Number, add_up, compare, same, tidy
from parsers.records import Check, Count

# A list that names at least this share of its total is taken to be meant as the whole of it.
WHOLE_LIST = 0.8
_RECEIVED, _OVER = "applications.received", "applications.carried_over"


def check_parts(facts: Facts) -> Iterator[Check]:
    """N-PARTS: a count equals the sum of the parts listed for it; subject is its label."""
    parts: dict[int, list[Count]] = {}
    for count in facts.counts:
        if count.parent_id is not None:
            parts.setdefault(count.parent_id, []).append(count)
    for parent_id, listed in parts.items():
        parent = facts.counts[parent_id]
        listed = [part for part in listed if part.unit == parent.unit and not part.stated_none]
        if not listed:
            continue
        for division in _divide(listed, parent.value):
            total = tidy(sum(part.value for part in division))
            yield _compare_parts(facts, parent, len(division), total)


def _divide(parts: list[Count], total: Number) -> list[list[Count]]:
    """The parts as the text divides the total: once, or twice in a row where the first or the last ones add up to it
    (15 applications: 10 online and 5 by letter; 8 granted, 2 partly, 5 not available)."""
    sums = list(accumulate(part.value for part in parts))
    if sums[-1] > total:
        for n in range(1, len(parts)):
            if same(sums[n - 1], total) or same(sums[-1] - sums[n - 1], total):
                return [parts[:n], parts[n:]]
    return [parts]


def _compare_parts(facts: Facts, parent: Count, parts: int, total: Number) -> Check:
    rough = parent.approximate and total >= parent.value
    some = total < parent.value and (parts < 2 or total < WHOLE_LIST * parent.value)
    if same(total, parent.value) or not (some or rough):
        says = (f"{parts} parts add up to", "the text says")
        return compare(facts, "N-PARTS", parent.label, total, parent.value, says)
    why = "is only about right in the text" if rough else "has only some of its parts named in the text"
    detail = f"{parent.label}: the total {parent.value} {why} ({parts} add up to {total}); not required to add up"
    return Check(facts.report_id, "N-PARTS", parent.label, "incomplete", None, total, parent.value, detail)


def _told(facts: Facts, concept: str) -> list[Number]:
    """The numbers that the text gives for a concept as totals of the year; approximate ones say too little."""
    return [
        count.value
        for count in facts.counts
        if count.concept == concept and count.parent_id is None and not count.approximate
    ]


def check_applications(facts: Facts) -> Iterator[Check]:
    """N-APPLICATIONS: applications received as told in the text equal table 3, with or without those carried over."""
    told = _told(facts, _RECEIVED)
    received = facts.rows.get(_RECEIVED)
    if not told or received is None or received[-1] is None:
        return
    table = received[-1]
    both = add_up([table, facts.rows.get(_OVER, [None])[-1]])
    right = next((number for number in told if number in (table, both)), None)
    expected = told[0] if right is None else right
    actual = both if right is not None and right != table and both is not None else table
    says = ("applications received are in the text", "in the table")
    yield compare(facts, "N-APPLICATIONS", _RECEIVED, expected, actual, says)


def check_reviews(facts: Facts) -> Iterator[Check]:
    """N-REVIEW: administrative reviews and lawsuits as told in the text equal table 4; subject is the total."""
    tables = {
        "review.total": facts.cells.get("review.total"),
        "litigation.total": add_up(facts.numbers(("litigation.direct.total", "litigation.after_review.total"))),
    }
    for concept, table in tables.items():
        told = _told(facts, concept)
        if not told or table is None:
            continue
        expected = table if table in told else told[0]
        yield compare(facts, "N-REVIEW", concept, expected, table, ("the text says", "the table says"))

"""What every rule is given, and how its outcome becomes a record."""

import msgspec

from parsers.forms.schema import Form
from parsers.records import Check, Count, Outcome

Number = int | float
_TOLERANCE = 1e-6
_UNKNOWN = "cannot be told (a cell is blank, unreadable or missing)"


class Facts(msgspec.Struct):
    """The numbers of one report by indicator, and the forms that it and its table of section 3 follow.

    ``rows`` holds a list for each row of section 3, in the order of the form's applicants; ``cells`` a number for
    each cell of the other tables. A cell that was found but holds no number is None; a row or cell that was not
    found is not there.
    """

    report_id: str
    cells: dict[str, Number | None]
    rows: dict[str, list[Number | None]]
    form: str
    tables: frozenset[str]
    applications_form: Form
    counts: list[Count] = []

    def numbers(self, indicators: tuple[str, ...]) -> list[Number | None]:
        """The numbers of several cells outside section 3."""
        return [self.cells.get(indicator) for indicator in indicators]


def same(first: Number, second: Number) -> bool:
    """Whether two printed amounts are equal, apart from binary fractions."""
    return first == second or abs(first - second) < _TOLERANCE


def tidy(number: Number) -> Number:
    """A sum without the dust of binary fractions."""
    if isinstance(number, int):
        return number
    rounded = round(number, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def compare(
    facts: Facts,
    rule: str,
    subject: str,
    expected: Number | None,
    actual: Number | None,
    says: tuple[str, str],
    diagnosis: str | None = None,
) -> Check:
    """The record of one comparison: ``says`` are the words for the expected and the actual number.

    Where one of them is None a needed cell is blank, unreadable or missing, and the rule is incomplete.
    """
    if expected is None or actual is None:
        outcome: Outcome = "incomplete"
        expected_text = _UNKNOWN if expected is None else str(expected)
        detail = f"{subject}: {says[0]} {expected_text}, {says[1]} {_UNKNOWN if actual is None else actual}"
    else:
        outcome = "pass" if same(expected, actual) else "fail"
        detail = f"{subject}: {says[0]} {expected}, {says[1]} {actual}"
    return Check(facts.report_id, rule, subject, outcome, diagnosis, expected, actual, detail)


def add_up(numbers: list[Number | None]) -> Number | None:
    """The sum, or None where a number is missing."""
    known = [number for number in numbers if number is not None]
    return tidy(sum(known)) if len(known) == len(numbers) else None

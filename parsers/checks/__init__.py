"""The rules of the contract. A rule is a function from the facts of one report to check records."""

from collections.abc import Callable, Iterator

from parsers.checks.base import Facts
from parsers.checks.complete import check_complete
from parsers.checks.legacy import check_legacy_sums
from parsers.checks.narrative import check_applications, check_parts, check_reviews
from parsers.checks.t3 import check_flow, check_results, check_rows
from parsers.checks.t4 import check_review_sums
from parsers.records import Check

RULES: tuple[Callable[[Facts], Iterator[Check]], ...] = (
    check_rows,
    check_flow,
    check_results,
    check_review_sums,
    check_legacy_sums,
    check_complete,
    check_parts,
    check_applications,
    check_reviews,
)


def run_checks(facts: Facts) -> list[Check]:
    """All checks that apply to a report, rule by rule in the order of ``RULES``."""
    return [check for rule in RULES for check in rule(facts)]

"""The checks that a report fails: rule by rule, with the numbers that each compared and where they stand."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

import msgspec

from output.pages.layout import label_of, row_names, rows_of
from output.pages.links import Key, Links, cell_id, check_id, count_id
from output.pages.render import number
from parsers.codebook import load_codebook
from parsers.records import Check, Count, RecordSet, Value

_FLOW = (
    "applications.received",
    "applications.carried_over",
    "applications.results.total",
    "applications.carried_forward",
)
_RESULTS = "applications.results."
# Rules on a column of the table of applications, and the rows that they compare; all results where none are told.
_COLUMN_RULES = {"T3-FLOW": _FLOW, "Y-CARRY": ("applications.carried_over",)}
# Rules that compare the text with a table.
_TEXT_RULES = ("N-APPLICATIONS", "N-REVIEW")
# So many numbers that a check added up are shown, and so many rows that were not found.
_MAX_NUMBERS = 12
_MAX_ROWS = 5
# Sums are equal apart from binary fractions.
_TOLERANCE = 1e-6


class Shown(msgspec.Struct, frozen=True):
    """A number that a check compared: its name, its place on the page of the report, and its evidence."""

    name: str
    text: str
    href: str
    evidence: str


class Finding(msgspec.Struct, frozen=True):
    """A failed check. ``numbers`` are those that it added up, ``not_found`` tells of rows that were not found, and
    ``detail`` is the English sentence of a rule that the pages have no words for."""

    id: str
    subject: str
    href: str
    expected: str
    expected_href: str
    expected_evidence: str
    actual: str
    actual_evidence: str
    numbers: list[Shown]
    not_found: str
    diagnosis: str
    detail: str


class Rule(msgspec.Struct, frozen=True):
    """The failed checks of one rule, with what the rule says and the words for the two numbers that it compares."""

    code: str
    name: str
    expected: str
    actual: str
    findings: list[Finding]


class NamedCells:
    """Which cells each failed check names: by their row, by the row that they are a part of, or by their column."""

    def __init__(self, failed: Sequence[Check], keys: Iterable[Key]) -> None:
        self._place: dict[Key, int] = {}
        self._of_word: dict[str, list[Key]] = {}
        for place, key in enumerate(keys):
            self._place[key] = place
            for word in _words_naming(*key):
                self._of_word.setdefault(word, []).append(key)
        self._first: dict[Key, Check] = {}
        for check in failed:
            for key in self.of(check):
                self._first.setdefault(key, check)

    def of(self, check: Check) -> list[Key]:
        """The cells that a check names, in the order of the records."""
        if check.rule == "FORM-COMPLETE":
            return []
        found = {
            key
            for word in dict.fromkeys(check.subject.split())
            for key in self._of_word.get(word, ())
            if word != key[1] or _is_compared(check.rule, key[0])
        }
        return sorted(found, key=self._place.__getitem__)

    def first_check(self, key: Key) -> Check | None:
        """The first failed check that names a cell."""
        return self._first.get(key)


def findings_of(
    failed: Sequence[Check],
    record: RecordSet,
    values: Mapping[Key, Value],
    named: NamedCells,
    links: Links,
    language: str,
    words: Mapping[str, Any],
) -> list[Rule]:
    """The failed checks by rule, in the order of the records."""
    rules: list[Rule] = []
    order = list(dict.fromkeys(check.rule for check in failed))
    for code, group in groupby(sorted(failed, key=lambda check: order.index(check.rule)), lambda check: check.rule):
        rules.append(
            Rule(
                code,
                words["rules"].get(code, ""),
                words["rule_expected"].get(code, words["expected"]),
                words["rule_actual"].get(code, words["actual"]),
                [_finding(check, record, values, named.of(check), links, language, words) for check in group],
            )
        )
    return rules


def _finding(
    check: Check,
    record: RecordSet,
    values: Mapping[Key, Value],
    named: Sequence[Key],
    links: Links,
    language: str,
    words: Mapping[str, Any],
) -> Finding:
    # The cell whose number was compared: the total of a row, and the first that is named else.
    main = next((key for key in named if key[1] == "total"), None) if check.rule == "T3-ROW" else None
    key = main or next(iter(named), None)
    exact = next((k for k in named if values[k].value is not None and values[k].value == check.actual), None)
    count = _count_of(check, record.counts)
    names = row_names(check.subject.split(), language) | words["applicants"] | words["form_tables"]
    subject = " ".join(names.get(word, word) for word in check.subject.split())
    in_text = links.count(count) if count is not None else ""
    is_text_expected = check.rule in _TEXT_RULES
    return Finding(
        id=check_id(check),
        subject=subject,
        href=f"#{cell_id(*key)}" if key else f"#{count_id(count)}" if count is not None else "",
        expected=number(check.expected),
        expected_href=links.before(check),
        expected_evidence=in_text if is_text_expected else "",
        actual=number(check.actual),
        actual_evidence=links.value(values[exact]) if exact else "" if is_text_expected else in_text,
        numbers=_parts_shown(check, count, record.counts, links)
        if check.rule == "N-PARTS"
        else _numbers(check, named, values, links, language, words),
        not_found=_not_found(check, record, language, words) if check.rule == "FORM-COMPLETE" else "",
        diagnosis=words["diagnoses"].get(check.diagnosis, check.diagnosis) if check.diagnosis else "",
        detail="" if words["rules"].get(check.rule) else check.detail,
    )


def _numbers(
    check: Check,
    named: Sequence[Key],
    values: Mapping[Key, Value],
    links: Links,
    language: str,
    words: Mapping[str, Any],
) -> list[Shown]:
    if check.rule == "Y-IN-FORCE":
        kind = check.subject.removesuffix("in_force")
        named = [key for key in ((f"{kind}issued", None), (f"{kind}repealed", None)) if key in values]
    if len(named) < 2 or len(named) > _MAX_NUMBERS:
        return []
    labels = row_names((indicator for indicator, _ in named), language)
    in_row = len({indicator for indicator, _ in named}) == 1
    shown: list[Shown] = []
    for key in named:
        name = words["applicants"].get(key[1], "") if in_row else labels.get(key[0], key[0])
        value = values[key]
        text = number(value.value) if value.value is not None else words["blank_number"]
        shown.append(Shown(name.rpartition(":")[2].strip(), text, f"#{cell_id(*key)}", links.value(value)))
    return shown


def _parts_shown(check: Check, whole: Count | None, counts: Sequence[Count], links: Links) -> list[Shown]:
    """The parts that were added up."""
    parts = _parts_of(whole, check, counts) if whole is not None else []
    return [
        Shown(part.label, f"{number(part.value)} {part.unit}".strip(), f"#{count_id(part)}", links.count(part))
        for part in parts[:_MAX_NUMBERS]
    ]


def _parts_of(whole: Count, check: Check, counts: Sequence[Count]) -> list[Count]:
    """The parts listed for a count that give the sum of a check: all, or those at the front or at the end where the
    text divides the count twice; none where no such parts do."""
    own = [c for c in counts if c.parent_id == whole.count_id and c.unit == whole.unit and not c.stated_none]
    cuts = range(1, len(own))
    for parts in (own, *(own[:n] for n in cuts), *(own[n:] for n in cuts)):
        if check.expected is not None and abs(sum(part.value for part in parts) - check.expected) < _TOLERANCE:
            return parts
    return []


def _not_found(check: Check, record: RecordSet, language: str, words: Mapping[str, Any]) -> str:
    """The rows of a table that were not found."""
    there = {value.indicator for value in record.values}
    rows = rows_of(check.subject, there, record.report.form)
    if not rows:
        return str(words["table_not_found"])
    names = [label_of(item, language) for item in rows if item.indicator not in there]
    more = words["and_more"].format(n=len(names) - _MAX_ROWS) if len(names) > _MAX_ROWS else ""
    return str(words["not_found"].format(names=words["between"].join(names[:_MAX_ROWS]) + more)) if names else ""


def _count_of(check: Check, counts: Sequence[Count]) -> Count | None:
    """The count that a check on the text is about."""
    if check.rule == "N-PARTS":
        alike = [c for c in counts if c.label == check.subject and c.value == check.actual]
        return next((c for c in alike if _parts_of(c, check, counts)), next(iter(alike), None))
    if check.rule in _TEXT_RULES:
        told = (c for c in counts if c.value == check.expected and c.concept)
        return next((c for c in told if c.concept in (check.subject, _concept(check.subject))), None)
    return None


def _concept(subject: str) -> str:
    return subject.removesuffix(".total")


@lru_cache(maxsize=4096)
def _words_naming(indicator: str, applicant: str | None) -> frozenset[str]:
    """The words of a check's subject that name a cell."""
    parts = indicator.split(".")
    words = {".".join(parts[:end]) for end in range(1, len(parts) + 1)} | {_parents().get(indicator), applicant}
    return frozenset(word for word in words if word)


def _is_compared(rule: str, indicator: str) -> bool:
    """Whether a rule on a column of the table of applications compares a row of it."""
    rows = _COLUMN_RULES.get(rule)
    return indicator.startswith(_RESULTS) if rows is None else indicator in rows


@cache
def _parents() -> Mapping[str, str]:
    return {item.indicator: item.parent for item in load_codebook() if item.parent}

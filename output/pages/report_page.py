"""The page of one report: what its template shows, from its records."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import msgspec

from output.crawled import Revision
from output.pages.evidence import count_anchor, value_anchor
from output.pages.layout import lay_out, row_names
from output.pages.render import number, printable
from output.pages.source import Bundle
from output.pages.words import words_of
from parsers.codebook import load_codebook
from parsers.records import Check, Count, RecordSet, Section, Value

HEADER = (
    *("agency", "year", "form", "agency_type", "level", "publisher", "index_number", "document_number", "published"),
    *("source_format", "fetched_at", "source_url", "source_path", "source_sha256", "report_id", "parser_version"),
)
# So much text of a section is shown, so many counts of a report, and so much of the words of one.
MAX_SECTION = 60_000
MAX_COUNTS = 2_000
MAX_RAW = 200
_SIGNS = {"unreadable": "?", "inferred": "~", "ocr": "^", "blank": "▢"}
_DOUBTFUL = ("unreadable", "inferred", "ocr")
_FLOW = (
    "applications.received",
    "applications.carried_over",
    "applications.results.total",
    "applications.carried_forward",
)
_RESULTS = "applications.results."
# Rules on a column of the table of applications, and the rows that they compare; all results where none are told.
_COLUMN_RULES = {"T3-FLOW": _FLOW, "Y-CARRY": ("applications.carried_over",)}

Key = tuple[str, str | None]


class CellView(msgspec.Struct, frozen=True):
    """A cell of a table as it is shown. ``check`` is the id of the failed check that names it."""

    id: str
    text: str
    raw: str
    told: str
    classes: str
    sign: str
    href: str
    check: str


class Piece(msgspec.Struct, frozen=True):
    """A piece of a paragraph; ``count`` is None for words that count nothing."""

    text: str
    count: int | None = None
    id: str = ""
    href: str = ""
    told: str = ""


class Links:
    """Where the evidence of a report's records is: ``pages`` are the digests of the files that have a page, ``text``
    is that of the file that the text was read from."""

    def __init__(self, record: RecordSet, pages: Sequence[str], text: str, root: str) -> None:
        self._own, self._pages, self._text, self._root = record.report.source_sha256, pages, text, root

    def files(self) -> list[str]:
        """The pages of all files."""
        return [f"{self._root}evidence/{digest}.html" for digest in self._pages]

    def value(self, value: Value | None) -> str:
        """The place of a value's cell; "" where its file has no page."""
        digest = (value.source_sha256 or self._own) if value is not None else ""
        return f"{self._root}evidence/{digest}.html#{value_anchor(value)}" if value and digest in self._pages else ""

    def count(self, count: Count) -> str:
        """The place of a count's words; "" where that file has no page."""
        return f"{self._root}evidence/{self._text}.html#{count_anchor(count)}" if self._text in self._pages else ""


def report_view(bundle: Bundle, language: str, links: Links) -> dict[str, Any]:
    """The values of the template of a report."""
    record, words = bundle.record, words_of(language)
    values: dict[Key, Value] = {}
    for value in record.values:
        values.setdefault((value.indicator, value.applicant), value)
    failed = [check for check in record.checks if check.outcome == "fail"]
    tables = lay_out({value.indicator for value in record.values}, record.report.form, language, words)
    outcomes = Counter(check.outcome for check in record.checks)
    shown_counts = _by_id(record.counts)[:MAX_COUNTS]
    return {
        "report": record.report,
        "counted": {"passed": outcomes["pass"], "failed": outcomes["fail"], "incomplete": outcomes["incomplete"]},
        "header": _header(record, words),
        "failed": [_check_view(check, values, links, language, words) for check in failed],
        "tables": [(name, list(group)) for name, group in groupby(tables, key=lambda table: table.name)],
        "marks": list(words["marks"]),
        "cells": {key: _cell_view(value, failed, links, words) for key, value in values.items()},
        "sections": [_section_view(section, record.counts, links, words) for section in record.sections],
        "counts": [_count_view(count, links, words) for count in shown_counts],
        "revisions": [_revision_view(revision, values, language, words) for revision in bundle.revisions],
        "addresses": bundle.addresses,
        "files": links.files(),
        "has_evidence": bool(links.files()),
    }


def _header(record: RecordSet, words: dict[str, Any]) -> list[tuple[str, str]]:
    shown = ((name, getattr(record.report, name)) for name in HEADER)
    named = {"level": words["levels"], "status": words["report_status"]}
    return [
        (words["fields"][name], str(named.get(name, {}).get(value, value)))
        for name, value in shown
        if value not in (None, "")
    ]


def _cell_view(value: Value, failed: Sequence[Check], links: Links, words: dict[str, Any]) -> CellView:
    check = next((check for check in failed if names_cell(check, value.indicator, value.applicant)), None)
    classes = ["failed"] if check else ["doubtful"] if value.status in _DOUBTFUL else []
    printed = number(value.value) if value.value is not None else _cut(value.raw, 40)
    told = words["marks"].get(value.status, "")
    unit = words["units"].get(value.unit, value.unit)
    href = links.value(value)
    # A link without a letter in it could not be followed.
    text = printed or (_SIGNS["blank"] if href else "")
    return CellView(
        id=cell_id(value.indicator, value.applicant),
        text=text,
        raw=_cut(value.raw, MAX_RAW),
        told=" · ".join(filter(None, (_cut(value.raw, 60), _cut(unit, 20), told))),
        classes=" ".join(classes),
        sign="" if text == _SIGNS["blank"] else _SIGNS.get(value.status, ""),
        href=href,
        check=check_id(check) if check else "",
    )


def names_cell(check: Check, indicator: str, applicant: str | None) -> bool:
    """Whether a check names a cell: by its row, by the row that it is a part of, or by its column."""
    if check.rule == "FORM-COMPLETE":
        return False
    for word in check.subject.split():
        if applicant is not None and word == applicant:
            rows = _COLUMN_RULES.get(check.rule)
            return indicator.startswith(_RESULTS) if rows is None else indicator in rows
        if indicator == word or indicator.startswith(f"{word}.") or _parents().get(indicator) == word:
            return True
    return False


@cache
def _parents() -> Mapping[str, str]:
    return {item.indicator: item.parent for item in load_codebook() if item.parent}


def _check_view(
    check: Check, values: Mapping[Key, Value], links: Links, language: str, words: dict[str, Any]
) -> dict[str, str]:
    named = [key for key in values if names_cell(check, *key)]
    # The cell whose number was compared: the total of a row, and the first that is named else.
    main = next((key for key in named if key[1] == "total"), None) if check.rule == "T3-ROW" else None
    key = main or next(iter(named), None)
    exact = next((k for k in named if values[k].value is not None and values[k].value == check.actual), None)
    names = row_names(check.subject.split(), language) | words["applicants"]
    return {
        "id": check_id(check),
        "rule": check.rule,
        "subject": " ".join(names.get(word, word) for word in check.subject.split()),
        "href": f"#{cell_id(*key)}" if key else "",
        "evidence": links.value(values[exact]) if exact else "",
        "expected": number(check.expected),
        "actual": number(check.actual),
        "detail": check.detail,
        "diagnosis": check.diagnosis or "",
    }


def cell_id(indicator: str, applicant: str | None) -> str:
    """The id of a cell on the page of its report."""
    return f"cell-{indicator}{f'-{applicant}' if applicant else ''}"


def check_id(check: Check) -> str:
    """The id of a check on the page of its report."""
    subject = "".join(c if c.isalnum() or c in "._" else "-" for c in check.subject[:80])
    return f"check-{check.rule}-{subject}"


def _by_id(counts: Sequence[Count]) -> list[Count]:
    return sorted(counts, key=lambda count: count.count_id)


def _count_view(count: Count, links: Links, words: dict[str, Any]) -> dict[str, Any]:
    return {
        "count_id": count.count_id,
        "label": count.label,
        "number": f"{number(count.value)} {count.unit}".strip(),
        "approximate": count.approximate,
        "stated_none": count.stated_none,
        "parent_id": count.parent_id,
        "concept": count.concept,
        "raw": _cut(count.raw, MAX_RAW),
        "href": links.count(count),
    }


def _section_view(section: Section, counts: Sequence[Count], links: Links, words: dict[str, Any]) -> dict[str, Any]:
    text = section.text[:MAX_SECTION]
    here = [c for c in counts if c.section == section.section and text[c.start : c.end] == c.raw and c.raw]
    here.sort(key=lambda count: (count.start, count.count_id))
    lines: list[list[Piece]] = []
    start = 0
    for line in text.split("\n"):
        inside = [count for count in here if start <= count.start < start + len(line)]
        lines.append(list(_pieces(line, start, inside, links)))
        start += len(line) + 1
    title = section.title or words["sections"].get(section.section, section.section)
    return {"title": title, "lines": lines, "left_out": len(section.text) - len(text)}


def _pieces(line: str, line_start: int, counts: Sequence[Count], links: Links) -> Iterator[Piece]:
    """A paragraph in pieces; counts of the same words are one piece, which tells of all of them."""
    place = 0
    for start, group in groupby(counts, key=lambda count: count.start - line_start):
        members = list(group)
        first = members[0]
        end = first.end - line_start
        if start < place:
            continue
        if start > place:
            yield Piece(printable(line[place:start]))
        told = "; ".join(f"{_cut(c.label, 40)}: {number(c.value)} {_cut(c.unit, 20)}".strip() for c in members)
        yield Piece(_cut(line[start:end], MAX_RAW), first.count_id, f"count-{first.count_id}", links.count(first), told)
        place = end
    if place < len(line):
        yield Piece(printable(line[place:]))


def _revision_view(item: Revision, values: Mapping[Key, Value], language: str, words: dict[str, Any]) -> dict[str, Any]:
    key = (item.indicator or "", item.applicant)
    named = row_names([key[0]], language).get(key[0], key[0])
    field = words["fields"].get(item.field, item.field)
    parts = [
        named,
        words["applicants"].get(item.applicant, ""),
        words["sections"].get(item.section, ""),
        item.label,
        field,
    ]
    return {
        "kind": item.kind,
        "subject": " ".join(part for part in parts if part),
        "href": f"#{cell_id(*key)}" if key in values else "",
        "old": number(item.old_value) if item.old_value is not None else item.old_raw or "",
        "new": number(item.new_value) if item.new_value is not None else item.new_raw or "",
        "changed_at": item.changed_at,
    }


def _cut(text: str, limit: int) -> str:
    return printable(text if len(text) <= limit else f"{text[:limit]}…")

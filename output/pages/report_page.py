"""The page of one report: what its template shows, from its records."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec

from output.crawled import Revision
from output.pages.findings import NamedCells, findings_of
from output.pages.layout import lay_out, row_names
from output.pages.links import Key, Links, cell_id, check_id, count_id, cut
from output.pages.render import number, printable
from output.pages.source import Bundle
from output.pages.words import words_of
from parsers.records import Check, Count, RecordSet, Section, Value

HEADER = (
    *("agency", "year", "form", "agency_type", "level", "publisher", "index_number", "document_number", "published"),
    *("source_format", "fetched_at", "source_url", "source_path", "source_sha256", "report_id", "parser_version"),
)
# So much text of a section is shown, so many counts of a report, and so much of the words of one.
MAX_SECTION = 60_000
MAX_COUNTS = 2_000
MAX_FAILED = 500
MAX_RAW = 200
_SIGNS = {"unreadable": "?", "inferred": "~", "ocr": "^", "blank": "▢"}
_DOUBTFUL = ("unreadable", "inferred", "ocr")


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


def report_view(bundle: Bundle, language: str, links: Links, kind: str) -> dict[str, Any]:
    """The values of the template of a report; ``kind`` are the words for its type of agency."""
    record, words = bundle.record, words_of(language)
    values: dict[Key, Value] = {}
    for value in record.values:
        values.setdefault((value.indicator, value.applicant), value)
    all_failed = [check for check in record.checks if check.outcome == "fail"]
    failed = all_failed[:MAX_FAILED]
    named = NamedCells(failed, values)
    tables = lay_out({value.indicator for value in record.values}, record.report.form, language, words)
    labels = row_names((value.indicator for value in record.values), language)
    outcomes = Counter(check.outcome for check in record.checks)
    shown_counts = _by_id(record.counts)[:MAX_COUNTS]
    return {
        "report": record.report,
        "counted": {"passed": outcomes["pass"], "failed": outcomes["fail"], "incomplete": outcomes["incomplete"]},
        "header": _header(record, kind, words),
        "findings": findings_of(failed, record, values, named, links, language, words),
        "failed_left_out": len(all_failed) - len(failed),
        "tables": [(name, list(group)) for name, group in groupby(tables, key=lambda table: table.name)],
        "marks": list(words["marks"]),
        "cells": {
            key: _cell_view(value, named.first_check(key), links, labels.get(key[0], key[0]), words)
            for key, value in values.items()
        },
        "sections": [_section_view(section, record.counts, links, words) for section in record.sections],
        "counts": [_count_view(count, links, words) for count in shown_counts],
        "revisions": [_revision_view(revision, values, language, words) for revision in bundle.revisions],
        "addresses": bundle.addresses,
        "files": links.files(),
        "has_evidence": bool(links.files()),
    }


def _header(record: RecordSet, kind: str, words: dict[str, Any]) -> list[tuple[str, str]]:
    shown = ((name, kind if name == "agency_type" else getattr(record.report, name)) for name in HEADER)
    named = {"level": words["levels"], "status": words["report_status"]}
    return [
        (words["fields"][name], str(named.get(name, {}).get(value, value)))
        for name, value in shown
        if value not in (None, "")
    ]


def _cell_view(value: Value, check: Check | None, links: Links, label: str, words: dict[str, Any]) -> CellView:
    classes = ["failed"] if check else ["doubtful"] if value.status in _DOUBTFUL else []
    printed = number(value.value) if value.value is not None else cut(value.raw, 40)
    told = words["marks"].get(value.status, "")
    unit = words["units"].get(value.unit, value.unit)
    name = ", ".join(filter(None, (label, words["applicants"].get(value.applicant, ""))))
    href = links.value(value)
    # A link without a letter in it could not be followed.
    text = printed or (_SIGNS["blank"] if href else "")
    return CellView(
        id=cell_id(value.indicator, value.applicant),
        text=text,
        raw=cut(value.raw, MAX_RAW),
        told=" · ".join(filter(None, (f"{name}: {cut(value.raw, 60)} {cut(unit, 20)}".strip(), told))),
        classes=" ".join(classes),
        sign="" if text == _SIGNS["blank"] else _SIGNS.get(value.status, ""),
        href=href,
        check=check_id(check) if check else "",
    )


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
        "raw": cut(count.raw, MAX_RAW),
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
        told = "; ".join(f"{cut(c.label, 40)}: {number(c.value)} {cut(c.unit, 20)}".strip() for c in members)
        yield Piece(cut(line[start:end], MAX_RAW), first.count_id, count_id(first), links.count(first), told)
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

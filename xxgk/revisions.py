"""What changed between two readings of one report."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import partial
from itertools import zip_longest
from typing import TypeVar

from output.crawled import Revision
from parsers.records import Count, RecordSet, Report, Section, Value

# Fields of the header that the publisher prints; the others are derived from them or tell of the bytes.
FIELDS = ("title", "agency", "publisher", "year", "form", "index_number", "document_number", "published")

_Item = TypeVar("_Item")
_Make = Callable[..., Revision]


def diff_records(old: RecordSet, new: RecordSet) -> list[Revision]:
    """What differs between two record sets of one report: fields of the header, values, counts, sections.

    White space alone is no difference. Values are matched by indicator and applicant, counts by section, label and
    the label of the count that they are a part of, sections by their code. Where several match, equal ones are paired
    first and the others in reading order. The time of the change is that at which the new bytes were fetched.
    """
    make = partial(
        Revision,
        report_id=new.report.report_id,
        old_sha256=old.report.source_sha256,
        new_sha256=new.report.source_sha256,
        changed_at=new.report.fetched_at or "",
    )
    before, now = _labelled(old.counts), _labelled(new.counts)
    return [
        *_field_revisions(old.report, new.report, make),
        *(_value_revision(*pair, make) for pair in _changes(old.values, new.values, _value_key, _value_content)),
        *(_count_revision(*pair, make) for pair in _changes(before, now, _count_key, _count_content)),
        *(
            _section_revision(*pair, make)
            for pair in _changes(old.sections, new.sections, _section_key, _section_content)
        ),
    ]


def squeezed(text: str) -> str:
    """The text without white space, which changes with the layout of a site."""
    return "".join(text.split())


def _changes(
    old: Iterable[_Item],
    new: Iterable[_Item],
    key: Callable[[_Item], Hashable],
    content: Callable[[_Item], Hashable],
) -> Iterator[tuple[_Item | None, _Item | None]]:
    """Pairs of items of one key whose contents differ; None where there is no partner."""
    olds, news = _grouped(old, key), _grouped(new, key)
    for name in dict.fromkeys((*olds, *news)):
        before, after = olds.get(name, []), news.get(name, [])
        yield from zip_longest(_without(before, after, content), _without(after, before, content))


def _grouped(items: Iterable[_Item], key: Callable[[_Item], Hashable]) -> dict[Hashable, list[_Item]]:
    groups: dict[Hashable, list[_Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def _without(items: list[_Item], others: list[_Item], content: Callable[[_Item], Hashable]) -> list[_Item]:
    """The items that have no equal among the others; each of those equals one."""
    equals = Counter(map(content, others))
    rest = []
    for item in items:
        if equals[content(item)] > 0:
            equals[content(item)] -= 1
        else:
            rest.append(item)
    return rest


def _field_revisions(old: Report, new: Report, make: _Make) -> Iterator[Revision]:
    for field in FIELDS:
        before, now = getattr(old, field), getattr(new, field)
        raw, raw_now = (None if value is None else str(value) for value in (before, now))
        if squeezed(raw or "") != squeezed(raw_now or ""):
            numbers = {"old_value": before, "new_value": now} if field == "year" else {}
            yield make(kind="report", field=field, old_raw=raw, new_raw=raw_now, **numbers)


def _value_key(value: Value) -> Hashable:
    return value.indicator, value.applicant


def _value_content(value: Value) -> Hashable:
    return value.value, value.unit, squeezed(value.raw)


def _value_revision(old: Value | None, new: Value | None, make: _Make) -> Revision:
    there = _either(old, new)
    # A number may stand in an attachment of a page that is the same as before.
    digests = {"old_sha256": old and old.source_sha256, "new_sha256": new and new.source_sha256}
    told = {name: digest for name, digest in digests.items() if digest}
    return make(kind="value", indicator=there.indicator, applicant=there.applicant, **_numbers(old, new), **told)


_Labelled = tuple[Count, str | None]


def _labelled(counts: list[Count]) -> list[_Labelled]:
    """Each count with the label of the one that it is a part of."""
    labels = {count.count_id: count.label for count in counts}
    return [(count, None if count.parent_id is None else labels.get(count.parent_id)) for count in counts]


def _count_key(item: _Labelled) -> Hashable:
    count, part_of = item
    return count.section, squeezed(count.label), part_of and squeezed(part_of)


def _count_content(item: _Labelled) -> Hashable:
    count, _ = item
    return count.value, count.unit, count.approximate, count.stated_none, squeezed(count.raw)


def _count_revision(old: _Labelled | None, new: _Labelled | None, make: _Make) -> Revision:
    count, part_of = _either(old, new)
    numbers = _numbers(old and old[0], new and new[0])
    return make(kind="count", section=count.section, label=count.label, part_of=part_of, **numbers)


def _section_key(section: Section) -> Hashable:
    return section.section


def _section_content(section: Section) -> Hashable:
    return squeezed(section.title), squeezed(section.text)


def _section_revision(old: Section | None, new: Section | None, make: _Make) -> Revision:
    there = _either(old, new)
    before, now = (None if section is None else len(section.text) for section in (old, new))
    return make(kind="section", section=there.section, label=there.title, old_value=before, new_value=now)


def _numbers(old: Value | Count | None, new: Value | Count | None) -> dict[str, object]:
    return {
        "old_value": old and old.value,
        "new_value": new and new.value,
        "old_raw": old and old.raw,
        "new_raw": new and new.raw,
    }


def _either(old: _Item | None, new: _Item | None) -> _Item:
    """The new item, or where it is gone the old one; one of the two is there."""
    there = old if new is None else new
    assert there is not None
    return there

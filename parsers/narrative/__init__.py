"""What the sentences count: numbers with label, unit, parts and place.

The steps: narrow the text one to one; find the counted numbers (``tokens``); cut sentences; give each number its
words (``labels``) and its total (``tree``); add what is said not to have been counted at all.
"""

import re

import msgspec

from parsers.narrative.concepts import find_concept
from parsers.narrative.labels import clean_label
from parsers.narrative.tokens import Number, find_numbers
from parsers.narrative.tree import Reading, read_sentence
from parsers.narrative.words import load_words
from parsers.narrative.years import find_other_years
from parsers.records import Count, Section
from parsers.text import NARROW, simplify

# Narrowing keeps the length, so that places in the narrowed text are places in the text.
_NARROW = {chr(wide): chr(plain) for wide, plain in NARROW.items()}
_NARROW |= {"\u3000": " ", "\xa0": " ", "【": "(", "[": "(", "［": "(", "】": ")", "]": ")", "］": ")"}
_WIDE = re.compile("[" + re.escape("".join(_NARROW)) + "]")
# 其中 at the head of a sentence goes on with the total in the sentence before.
_SENTENCE_END = re.compile(r"(?:[。!\n]|\?(?!\d)|(?<=[一-龥])\.(?=[一-龥]))(?!\s*其中)")
# In text that was wrapped at a fixed width, a line ends a sentence only where its last mark does, or a heading follows.
_WRAPPED_END = re.compile(
    r"(?:[。!]|\?(?!\d)|(?<=[一-龥])\.(?=[一-龥]))(?!\s*其中)|\n(?=\s*(?:\(?[一二三四五六七八九十]{1,3}[)、.]|\d{1,2}[.、](?!\d)))|(?<=[;:])\n"
)
_CLOSED_LINE = re.compile(r"[。;:!?]\s*$")

_CLAUSE = re.compile(r"[,;:。、]")
# No number has so many digits; runs of them are looked at once and not again.
_LONG_RUN = re.compile(r"\d{21,}")
# More numbers than any sentence has; they are read in pieces, so that time stays linear.
MAX_NUMBERS = 200
MAX_SENTENCE = 5_000


class CountReading(msgspec.Struct, frozen=True):
    """One count of a text: its label, value, unit, marks, parent (index) and the words ``text[start:end]``."""

    label: str
    value: int | float
    unit: str
    approximate: bool
    stated_none: bool
    parent: int | None
    start: int
    end: int


def read_counts(text: str, year: int | None = None) -> list[CountReading]:
    """The counts of a piece of text, in reading order.

    ``year`` is that of the report, if known: figures of other years are left out where the sentence compares with them,
    else the year stands in their label.
    """
    plain = _LONG_RUN.sub(lambda match: "#" * len(match[0]), _narrow(text))
    words = load_words()
    readings: list[Reading] = []
    for start, end in _sentences(plain):
        first = len(readings)
        numbers = find_numbers(plain, start, end)
        other_years = find_other_years(plain, start, end, numbers, year)
        years = {numbers[n].start: said for n, said in other_years.named.items()}
        numbers = [number for n, number in enumerate(numbers) if n not in other_years.compared]
        for place in range(0, len(numbers), MAX_NUMBERS):
            read_sentence(plain, start, end, numbers[place : place + MAX_NUMBERS], readings)
        _name_years(years, readings[first:])
        if words.denial.search(plain, start, end):
            _add_stated_none(plain, start, end, readings, first)
    return _finish(readings)


def _name_years(years: dict[int, str], readings: list[Reading]) -> None:
    """Put the year of a count of another year (by the place of its number) in front of its label."""
    for reading in readings:
        said = years.get(reading.number.start, "")
        if said and said not in reading.label:
            reading.label = said + reading.label


def _narrow(text: str) -> str:
    """The text in narrow marks and simplified characters, place for place; labels and units are given in these."""
    plain = _WIDE.sub(lambda match: _NARROW[match[0]], text)
    simplified = simplify(plain)
    return simplified if len(simplified) == len(plain) else plain


def _is_wrapped(plain: str) -> bool:
    """Whether most lines break off inside a sentence, as in text taken from a page of fixed width."""
    lines = [line for line in plain.split("\n") if line.strip()]
    return len(lines) >= 4 and sum(1 for line in lines if not _CLOSED_LINE.search(line)) > 0.6 * len(lines)


def _sentences(plain: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = 0
    ends = _WRAPPED_END if _is_wrapped(plain) else _SENTENCE_END
    for match in ends.finditer(plain):
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(plain)))
    return [(n, min(n + MAX_SENTENCE, end)) for start, end in spans for n in range(start, end, MAX_SENTENCE)]


def _add_stated_none(plain: str, start: int, end: int, readings: list[Reading], first: int) -> None:
    words = load_words()
    sentence = plain[start:end]
    taken = [(reading.number.start, reading.number.end) for reading in readings[first:]]
    for pattern in words.none:
        for match in pattern.finditer(sentence):
            span = (start + match.start(), start + match.end())
            said = match[1] if match.re.groups else _CLAUSE.split(sentence[: match.start()])[-1]
            if not match.re.groups:
                span = (span[0] - len(said), span[1])
            if not words.none_things.search(said) or any(a < span[1] and span[0] < b for a, b in taken):
                continue
            taken.append(span)
            for label in _none_labels(said):
                readings.append(Reading(label, Number(span[0], span[1], 0, "", False), None, True))


def _none_labels(said: str) -> list[str]:
    """What was not counted, each thing with the act if there is one: 收到申请, 发生行政复议 and 行政诉讼."""
    words = load_words()
    act = words.verb.match(said)
    things = words.none_fillers.sub("", said[act.end() :] if act else said)
    pieces = re.split(r"[、和与或]|(?<!涉)及", things)
    if "等" in pieces[-1] and not any(words.none_things.search(piece) for piece in pieces[:-1]):
        # What is listed is only of which kind the thing is (检索、复印等费用).
        pieces = [things]
    labels = [clean_label(piece, True).lstrip("的") for piece in pieces]
    labels = [label for label in labels if label]
    if act and labels:
        labels[0] = act[0] + labels[0]
    return labels or ([act[0]] if act else [])


def _finish(readings: list[Reading]) -> list[CountReading]:
    """Exact repeats dropped, units lost in lists filled in, everything in reading order."""
    order = sorted(range(len(readings)), key=lambda n: (readings[n].number.start, n))
    kept: dict[int, int] = {}
    seen: dict[tuple[str, float, str, int | None], int] = {}
    counts: list[CountReading] = []
    for index in order:
        reading = readings[index]
        parent = readings[reading.parent] if reading.parent is not None else None
        unit = reading.number.unit or (parent.number.unit if parent else "") or reading.borrowed
        key = (reading.label, float(reading.number.value), unit, reading.parent)
        if key in seen:
            kept[index] = seen[key]
            continue
        kept[index] = seen[key] = len(counts)
        number = reading.number
        counts.append(
            CountReading(
                reading.label, number.value, unit, number.approximate, reading.stated_none,
                reading.parent, number.start, number.end,
            )
        )  # fmt: skip
    return [
        msgspec.structs.replace(count, parent=kept.get(count.parent)) if count.parent is not None else count
        for count in counts
    ]


def make_counts(report_id: str, sections: list[Section], year: int | None) -> list[Count]:
    """The counts of the sections of a report on ``year``; what a later one repeats word for word is counted once."""
    counts: list[Count] = []
    told: set[tuple[str, float, str]] = set()
    for section in sections:
        ids: dict[int, int] = {}
        readings = read_counts(section.text, year)
        parents = {reading.parent for reading in readings}
        for index, reading in enumerate(readings):
            key = (reading.label, float(reading.value), reading.unit)
            if reading.parent is None and index not in parents and key in told:
                continue
            told.add(key)
            parent = ids.get(reading.parent) if reading.parent is not None else None
            ids[index] = len(counts)
            counts.append(_make_count(report_id, section, reading, len(counts), parent, counts))
    return counts


def _make_count(
    report_id: str, section: Section, reading: CountReading, count_id: int, parent: int | None, counts: list[Count]
) -> Count:
    under = None if parent is None else counts[parent].concept or ""
    unit = None if reading.stated_none else reading.unit
    return Count(
        report_id,
        count_id,
        parent,
        section.section,
        reading.label,
        find_concept(reading.label, unit, under),
        reading.value,
        reading.unit,
        reading.approximate,
        reading.stated_none,
        section.text[reading.start : reading.end],
        reading.start,
        reading.end,
    )

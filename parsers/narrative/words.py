"""The word lists of ``data/narrative.toml``, compiled once."""

import re
import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from parsers.text import any_of


class Words(msgspec.Struct, frozen=True):
    """What the steps of reading look for; every pattern is linear in the length of the text."""

    seed: re.Pattern[str]
    number: re.Pattern[str]
    before: re.Pattern[str]
    before_magnitude: re.Pattern[str]
    denial: re.Pattern[str]
    stretch: re.Pattern[str]
    trap_at: re.Pattern[str]
    trap_around: re.Pattern[str]
    verb: re.Pattern[str]
    not_act: re.Pattern[str]
    lead: re.Pattern[str]
    tail: re.Pattern[str]
    medium: re.Pattern[str]
    none: tuple[re.Pattern[str], ...]
    strong_units: frozenset[str]
    # The table ``patterns``, key by key.
    countable: re.Pattern[str]
    time: re.Pattern[str]
    carried_over: re.Pattern[str]
    carried_forward: re.Pattern[str]
    next_year: re.Pattern[str]
    left_over: re.Pattern[str]
    periods: re.Pattern[str]
    clause_year: re.Pattern[str]
    comparison: re.Pattern[str]
    since: re.Pattern[str]
    places: re.Pattern[str]
    causes: re.Pattern[str]
    agencies: re.Pattern[str]
    clause_goes_on: re.Pattern[str]
    kinds: re.Pattern[str]
    bare: re.Pattern[str]
    reached: re.Pattern[str]
    changed: re.Pattern[str]
    compared: re.Pattern[str]
    shared: re.Pattern[str]
    parts: re.Pattern[str]
    share: re.Pattern[str]
    rest: re.Pattern[str]
    other: re.Pattern[str]
    among: re.Pattern[str]
    offered: re.Pattern[str]
    and_so_on: re.Pattern[str]
    about: re.Pattern[str]
    where: re.Pattern[str]
    sums: re.Pattern[str]
    list_breaks: re.Pattern[str]
    steps: re.Pattern[str]
    none_things: re.Pattern[str]
    none_fillers: re.Pattern[str]


@cache
def load_words() -> Words:
    """The word lists."""
    data = tomllib.loads(files("parsers").joinpath("data", "narrative.toml").read_text("utf-8"))
    return Words(
        seed=re.compile("[0-9零一二两三四五六七八九十百千万]"),
        number=_number_pattern(data),
        before=re.compile(f"(?:{any_of(data['before_approximate'])})$"),
        before_magnitude=re.compile(f"(?:{any_of(data['before_magnitude'])})$"),
        denial=re.compile("[未没无零]"),
        stretch=_any_pattern(data["stretches"]),
        trap_at=_any_pattern(data["traps_at"]),
        trap_around=_any_pattern(data["traps_around"]),
        verb=re.compile(f"(?:{any_of(data['adverbs'])})?(?:{any_of(data['verbs'])})"),
        not_act=re.compile(any_of(data["not_acts"])),
        lead=re.compile(f"(?:{any_of(data['leads'])})"),
        tail=re.compile(f"(?:{any_of(data['tails'])}|(?<![人次户总字件条])数|(?<![统会审设预估])计)$"),
        medium=re.compile(any_of(data["media"])),
        none=tuple(map(re.compile, data["none"])),
        strong_units=frozenset(data["strong_units"]),
        **{name: re.compile(pattern) for name, pattern in data["patterns"].items()},
    )


def _any_pattern(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _number_pattern(data: dict[str, list[str]]) -> re.Pattern[str]:
    """A number with its marks and unit, over narrowed text: 5500余条 · 14万余条 · 近300条 · 一百二十三件 · 3—5名."""
    digits = r"\d(?: \d){2,8}(?!\d)|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?: \d{3})*(?:\.\d+)?"
    numeral = "[零一二两三四五六七八九十百千]{1,7}"
    more = f"(?:{any_of(data['between_approximate'])})"
    return re.compile(
        rf"(?:(?P<digits>{digits})|(?P<numeral>{numeral})|(?P<bare>(?<=[上数])(?=万)))"
        rf"(?:\s?[至到—－~-]{{1,2}}\s?(?P<high>\d{{1,9}}|{numeral}))?"
        rf"\s?(?P<more>{more})?(?P<scale>[万亿])?(?P<more2>{more})?(?P<plus>\+)?"
        rf"\s?(?P<unit>{any_of(data['units'])})?(?P<after>{any_of(data['after_approximate'])})?"
    )

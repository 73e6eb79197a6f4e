"""The words of the header, from ``data/header.toml``; what each list is for stands there."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of the data file."""


class DoubtfulLabels(_Table, frozen=True):
    """Labels whose value may be a person, and those that are too common to stand alone."""

    persons: frozenset[str]
    weak: frozenset[str]


class ValueWords(_Table, frozen=True):
    """What stands for no value, and what tells the clock of a template from a date."""

    empty: frozenset[str]
    template_date: tuple[str, ...]


class TitleWords(_Table, frozen=True):
    """What titles are built of, and what tells other titles from them."""

    signs: tuple[str, ...]
    joined_sign: str
    disclosure_sign: str
    report_sign: str
    weak_ends: str
    last_characters: str
    core_fillers: tuple[str, ...]
    year_words: tuple[str, ...]
    reports: tuple[str, ...]
    cores: tuple[str, ...]
    rejected: tuple[str, ...]
    about: str
    wrappers: tuple[str, ...]
    notices: tuple[str, ...]
    fillers: tuple[str, ...]
    no_leads: tuple[str, ...]
    lead_ends: tuple[str, ...]
    people: str
    government: str


class TextWords(_Table, frozen=True):
    """Words of the sentences around names and years."""

    contact: str
    own: tuple[str, ...]
    departments: tuple[str, ...]
    national: tuple[str, ...]
    period: tuple[str, ...]
    column: tuple[str, ...]
    separators: tuple[str, ...]
    traditional: str


class WholeWords(_Table, frozen=True):
    """What tells a whole district or city from one agency of it."""

    ends: tuple[str, ...]


class TextPatterns(_Table, frozen=True):
    """Patterns of the sentences that name the agency or the year."""

    contact: re.Pattern[str]
    made_by: re.Pattern[str]
    announced: re.Pattern[str]
    announced_name: re.Pattern[str]
    made_public: re.Pattern[str]
    period: re.Pattern[str]
    open_period: re.Pattern[str]
    whole_title: re.Pattern[str]
    whole_text: re.Pattern[str]
    office: re.Pattern[str]


class MetaNames(_Table, frozen=True):
    """Names of <meta> tags."""

    title: str
    dates: tuple[str, ...]
    source: str
    column: str


class AddressNames(_Table, frozen=True):
    """Names of the parameters of an address."""

    year: str


class Words(_Table, frozen=True):
    """All tables of the data file; ``labels`` maps a field to its labels, the most trusted first."""

    labels: dict[str, tuple[str, ...]]
    doubtful_labels: DoubtfulLabels
    values: ValueWords
    title: TitleWords
    text: TextWords
    whole: WholeWords
    patterns: TextPatterns
    metas: MetaNames
    address: AddressNames


@cache
def load_words() -> Words:
    """The words, read once. Raises msgspec.ValidationError where the file lacks a list or has one too many."""
    data = files("parsers").joinpath("data", "header.toml").read_bytes()
    return msgspec.toml.decode(data, type=Words, dec_hook=_compile)


def _compile(kind: type, value: Any) -> re.Pattern[str]:
    return re.compile(value)

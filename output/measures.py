"""What can be compared: every indicator of the official tables, and the measures derived from them.

The definitions of the measures stand in ``measures.toml``, their labels and units in the codebook (form ``derived``).
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from parsers.codebook import Indicator, load_codebook

Kind = Literal["sum", "mean", "share", "growth"]

DERIVED = "derived"
"""The form of the measures in the codebook."""

# What is counted in the text has no cell in a table, and a measure is no indicator of a form.
_NOT_IN_TABLES = {DERIVED, "text"}
# What the label of a measure adds to that of the indicator that one form prints.
_OF_ALL_FORMS = re.compile(r" \(all forms\)$|（各表式通用）$")


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The codes that are added up over and under the line; one that begins with - is taken off."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, without their signs."""
        return tuple(split_sign(term)[0] for term in (*self.numerator, *self.denominator))


class Measure(msgspec.Struct, frozen=True):
    """A number that can be compared. ``terms`` say it in the codes of one form each; ``labels`` are all its labels."""

    code: str
    label_zh: str
    label_en: str
    unit: str
    kind: Kind
    terms: tuple[Terms, ...]
    labels: tuple[str, ...]
    derived: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the cells that it is made of, each once."""
        return tuple(dict.fromkeys(code for terms in self.terms for code in terms.codes))

    @property
    def at_least(self) -> bool:
        """Whether a sum of some of the reports cannot be more than that of all: none of its cells is negative."""
        return self.kind == "sum" and not any(code.endswith("_change") for code in self.codes)

    def label(self, lang: str) -> str:
        """The label in a language: ``zh``, else English."""
        return self.label_zh if lang == "zh" else self.label_en


class _Definition(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    kind: Kind
    terms: tuple[Terms, ...]


@cache
def load_measures() -> dict[str, Measure]:
    """The derived measures by code, in the order of ``measures.toml``."""
    data = tomllib.loads(files(__package__).joinpath("measures.toml").read_text(encoding="utf-8"))
    rows = {item.indicator: item for item in load_codebook() if item.form == DERIVED}
    definitions = msgspec.convert(data["measure"], list[_Definition])
    if {item.code for item in definitions} != set(rows):
        differ = sorted({item.code for item in definitions} ^ set(rows))
        raise ValueError(f"measures.toml and the codebook (form {DERIVED}) differ in {differ}")
    return {item.code: _derived(item, rows[item.code]) for item in definitions}


@cache
def load_indicators() -> dict[str, Measure]:
    """The indicators of the official tables by code, each as the sum of its own cells."""
    labels: dict[str, list[Indicator]] = {}
    for item in load_codebook():
        if item.form not in _NOT_IN_TABLES:
            labels.setdefault(item.indicator, []).append(item)
    return {code: _plain(items) for code, items in labels.items()}


@cache
def forms_of(measure: Measure) -> frozenset[str]:
    """The forms that ask for the cells of a measure."""
    codes = set(measure.codes)
    return frozenset(item.form for item in load_codebook() if item.indicator in codes) - _NOT_IN_TABLES


def split_sign(term: str) -> tuple[str, int]:
    """The code of a term and its sign, 1 or -1.

    >>> split_sign("-review.pending")
    ('review.pending', -1)
    """
    return (term[1:], -1) if term.startswith("-") else (term, 1)


def formula(measure: Measure) -> str:
    """How a measure is made, in codes, as the note of its row in the codebook tells it."""
    lead = {"sum": "", "share": "", "mean": "mean of ", "growth": "change against the year before of "}[measure.kind]
    return lead + "; or ".join(_formula(terms) for terms in measure.terms)


def _formula(terms: Terms) -> str:
    return " / ".join(_added(part, bool(terms.denominator)) for part in (terms.numerator, terms.denominator) if part)


def _added(terms: tuple[str, ...], in_ratio: bool) -> str:
    text = " + ".join(terms).replace("+ -", "- ")
    return f"({text})" if in_ratio and len(terms) > 1 else text


def _derived(item: _Definition, row: Indicator) -> Measure:
    told = (row.label_zh, row.label_en)
    labels = tuple(dict.fromkeys((*told, *(_OF_ALL_FORMS.sub("", label) for label in told))))
    return Measure(item.code, *told, row.unit, item.kind, item.terms, labels, derived=True)


def _plain(items: list[Indicator]) -> Measure:
    first = items[0]
    labels = tuple(dict.fromkeys(label for item in items for label in (item.label_zh, item.label_en)))
    terms = (Terms((first.indicator,)),)
    return Measure(first.indicator, first.label_zh, first.label_en, first.unit, "sum", terms, labels)

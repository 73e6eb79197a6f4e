"""Numbers that a sentence tells of another year than the report's: figures to compare with, or of years long gone."""

import re

import msgspec

from parsers.narrative.tokens import Number
from parsers.narrative.words import load_words

# Where a clause ends.
_CLAUSE_END = re.compile(r"[,;。()]")


class OtherYears(msgspec.Struct, frozen=True):
    """The numbers of a sentence that are of another year: those only compared with, and the words that name the year
    of the others, by index."""

    compared: frozenset[int] = frozenset()
    named: dict[int, str] = {}


def find_other_years(plain: str, start: int, end: int, numbers: list[Number], year: int | None) -> OtherYears:
    """The numbers whose clause begins with another year than ``year``, that of the report.

    Where it is not known, the last year that the sentence names takes its place. What was carried over from another
    year and what is named after one (2021年度决算) belong to this year. A figure in brackets, or in a sentence that
    compares years, is no count (variants.md 7.2, 32).
    """
    words = load_words()
    leads = list(words.clause_year.finditer(plain, start, end)) if numbers else []
    this = year if year is not None else max((int(lead["year"]) for lead in leads if lead["year"]), default=None)
    others = [n for n, lead in enumerate(leads) if lead["relative"] or (lead["year"] and int(lead["year"]) != this)]
    if not others:
        return OtherYears()
    compares = any(lead["this"] for lead in leads) or words.comparison.search(plain, start, end) is not None
    compared: set[int] = set()
    named: dict[int, str] = {}
    for n in others:
        lead = leads[n]
        last = _find_end(plain, lead.end(), leads[n + 1].start() if n + 1 < len(leads) else None, end)
        inside = [i for i, number in enumerate(numbers) if lead.end() <= number.start < last]
        if compares or plain[lead.start() - 1 : lead.start()] == "(":
            compared.update(inside)
        else:
            named |= dict.fromkeys(inside, lead["relative"] or f"{lead['year']}年")
    return OtherYears(frozenset(compared), named)


def _find_end(plain: str, start: int, following: int | None, end: int) -> int:
    """How far a year reaches: to the end of its clause, or through several to the clause that names the next year."""
    if following is not None and not any(mark in plain[start:following] for mark in ";。()"):
        return following
    stop = _CLAUSE_END.search(plain, start, end)
    return stop.start() if stop else end

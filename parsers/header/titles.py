"""Titles of annual reports: what is one, and which agency and year it names."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

import msgspec

from parsers.agencies import complete_place, is_agency
from parsers.header.dates import YEAR, YEAR_PATTERN, read_year
from parsers.header.words import load_words
from parsers.text import any_of, compact, squeeze

MAX_TITLE = 100
_PARTS = re.compile(r"[_|｜>»]|\s?[-—–]{1,2}\s?")


class Title(msgspec.Struct, frozen=True, gc=False):
    """A title of an annual report: as printed without blanks, and the agency and year it names."""

    printed: str
    agency: str | None
    year: int | None

    @property
    def facts(self) -> int:
        """How much it tells: 0 to 2."""
        return (self.agency is not None) + (self.year is not None)


class _Patterns(msgspec.Struct, frozen=True):
    title: re.Pattern[str]
    wrapper: re.Pattern[str]
    rejected: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    words = load_words().title
    filler = "".join(f"(?:{word})?" for word in words.core_fillers)
    return _Patterns(
        title=re.compile(
            rf"(?P<before>[^|_>:;。,!?<]{{0,60}}?)(?P<core>{any_of(words.cores)}){filler}"
            rf"(?P<year>{YEAR})?{filler}{any_of(words.year_words)}?{filler}{any_of(words.reports)}"
            rf"(?:[(〔【\[](?P<tail>[^()〔〕【】\[\]]{{1,20}})[)〕】\]]|(?P<last>{YEAR}))?"
        ),
        wrapper=re.compile(
            rf".{{0,40}}{words.about}{any_of(words.wrappers)}[^《》]{{0,20}}《([^《》]{{6,60}})》的?{any_of(words.notices)}"
        ),
        rejected=re.compile(any_of(words.rejected)),
    )


@lru_cache(maxsize=8192)
def read_title(text: str) -> Title | None:
    """The title of an annual report that a text is, or None.

    ``某区商务局2023年度政府信息公开工作年度报告`` gives that text, 某区商务局 and 2023. A notice that announces a
    report gives the title inside its brackets; half-year and performance reports, templates and notices give None.
    """
    if len(text) > MAX_TITLE:
        return None
    plain = compact(text)
    if not any(sign in plain for sign in load_words().title.signs):
        return None
    printed = text if len(plain) == len(text) else blankless(text)
    if "《" in plain:
        wrapped = _patterns().wrapper.fullmatch(plain)
        inner = wrapped[1] if wrapped else plain.removeprefix("《").removesuffix("》")
        place = plain.find(inner)
        plain, printed = inner, printed[place : place + len(inner)]
    match = _patterns().title.fullmatch(plain)
    return _make_title(match, printed) if match else None


def blankless(text: str) -> str:
    """The text without blanks, its other characters as printed."""
    return squeeze(text).replace(" ", "")


def is_rejected(text: str) -> bool:
    """Whether a text holds a word that no title of an annual report has: 上半年, 模板, 通知."""
    return bool(text) and _patterns().rejected.search(text) is not None


def _make_title(match: re.Match[str], printed: str) -> Title | None:
    before, tail = match["before"], match["tail"] or ""
    if is_rejected(before) or is_rejected(tail):
        return None
    found = (*YEAR_PATTERN.findall(before), match["year"], match["last"], *YEAR_PATTERN.findall(tail))
    agency = _read_agency(before, match["core"])
    rest = YEAR_PATTERN.sub("", tail)
    if rest and agency is None and is_agency(rest):
        agency = complete_place(rest)
    return Title(printed, agency, next(filter(None, map(read_year, found)), None))


def _read_agency(before: str, core: str) -> str | None:
    """The agency in front of the core: a bare place is its government, and 人民 gets its 政府 back."""
    words = load_words().title
    name = YEAR_PATTERN.sub("", before).replace("()", "").strip('《》〔〕【】[]、·“”"')
    if name.startswith(load_words().text.own):
        return None
    for word in words.fillers:
        name = name.removeprefix(word).removesuffix(word)
    if name.endswith(words.people) and core.startswith(words.government):
        name += words.government
    if is_agency(name) or (len(name) > 3 and name.isalpha() and not name.isascii()):
        return complete_place(name)
    return None


def first_part(text: str) -> str:
    """What stands in a page's <title> before the first mark that parts it from the name of the site."""
    return _PARTS.split(text, maxsplit=1)[0]


def read_page_title(text: str) -> Title | None:
    """The most telling title in a page's <title>, without the name of the site before or behind it; else None."""
    text = text[: MAX_TITLE * 2]
    pieces = dict.fromkeys((*text.split(), *_PARTS.split(text), text))
    return max(filter(None, map(read_title, pieces)), key=lambda title: title.facts, default=None)


def read_running_titles(line: str) -> Iterator[Title]:
    """The titles that stand between blanks in a longer line, and name an agency or a year."""
    words = load_words().title
    if words.disclosure_sign in line and words.report_sign in line and " " in line:
        yield from (title for word in line.split() if (title := read_title(word)) and title.facts)

"""What a link or a title says: a report, the column of reports, the way there, or something else. Words: words.toml."""

import re
import tomllib
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

FIRST_YEAR = 2008
# The menus of a site stand on each of its pages.
_REMEMBERED = 20_000
_YEAR = re.compile(r"(?<!\d)(20[0-9]{2})(?!\d)")
_CHINESE_YEAR = re.compile(r"二[〇○零Oo0]([一二][〇○零一二三四五六七八九十])")
_BARE_YEAR = re.compile(r"(?:20\d\d|二[〇○零].{2})年?(?:度|份)?(?:年报|年度报告|报告)?")
_INDEX = re.compile(r"(?:index|default|list|1|\w*_list|\w*_nb)\.(?:s?html?|jsp|aspx?|php)")
_SPACE = re.compile(r"\s+")
_DIGITS = {"〇": "0", "○": "0", "零": "0", **{c: str(n) for n, c in enumerate("一二三四五六七八九", 1)}}


class Says(StrEnum):
    """What a label is about."""

    REPORT = "report"
    COLUMN = "column"
    DISCLOSURE = "disclosure"
    CATALOGUE = "catalogue"
    AGENCIES = "agencies"
    AGENCY = "agency"
    LEVEL = "level"
    YEAR = "year"
    MORE = "more"
    REJECTED = "rejected"
    OTHER = "other"


@cache
def words() -> dict[str, Any]:
    """The word lists of words.toml."""
    return tomllib.loads(files("scraper").joinpath("words.toml").read_text(encoding="utf-8"))


def squeezed(text: str) -> str:
    """The text without any white space."""
    return _SPACE.sub("", text)


def years_in(label: str) -> list[int]:
    """The years from 2008 on that a label names, in its order; 二〇一二 counts as 2012."""
    found = [(match.start(), int(match[1])) for match in _YEAR.finditer(label)]
    for match in _CHINESE_YEAR.finditer(label):
        digits = "".join(_DIGITS.get(character, "") for character in match[1])
        if len(digits) == 2:
            found.append((match.start(), int(f"20{digits}")))
    return [year for _, year in sorted(found) if year >= FIRST_YEAR]


def is_report_title(label: str) -> bool:
    """Whether a title is that of an annual disclosure report, or of the column that holds them."""
    label = squeezed(label)
    lists = words()["report"]
    if _core().search(label):
        return _versions().search(label) is None
    return (
        any(word in label for word in lists["subject"])
        and any(word in label for word in lists["kind"])
        and not is_rejected(label)
    )


def is_rejected(label: str) -> bool:
    """Whether a label names something that is known to be no report: a neighbour, or a version that is no text."""
    return _rejected().search(label) is not None or _versions().search(label) is not None


@lru_cache(maxsize=_REMEMBERED)
def what_label_says(label: str) -> Says:
    """What the text of a link is about, by its words alone."""
    label = squeezed(label)
    if not label or len(label) > 120:
        return Says.OTHER
    if label in _labels("more"):
        return Says.MORE
    if label in words()["report"]["tab"]:
        return Says.COLUMN
    if is_report_title(label):
        return Says.COLUMN if _column_name().fullmatch(label) else Says.REPORT
    if _BARE_YEAR.fullmatch(label):
        return Says.YEAR
    if label in _labels("menu") or label.isdecimal():
        # Numbers turn the pages of a list, which the modules of the families do.
        return Says.REJECTED
    if label in _labels("disclosure"):
        return Says.DISCLOSURE
    if label in _labels("catalogue"):
        return Says.CATALOGUE
    if label in _labels("level"):
        return Says.LEVEL
    if any(word in label for word in words()["agencies"]["words"]):
        return Says.AGENCIES
    if is_rejected(label):
        return Says.REJECTED
    if len(label) <= words()["agency"]["longest"] and label.endswith(_endings()):
        return Says.AGENCY
    return Says.OTHER


@lru_cache(maxsize=_REMEMBERED)
def names_column(url: str) -> bool:
    """Whether a part of the path is the pinyin name of a report column (``/zwgk/zfxxgknb_70772/t1.html``)."""
    return any(_column_slug().fullmatch(part) for part in _parts(url))


@lru_cache(maxsize=_REMEMBERED)
def leads_to_column(url: str) -> bool:
    """Whether an address is that of a report column itself, not of something in it."""
    parts = _parts(url)
    if parts and not _column_slug().fullmatch(parts[-1]) and _INDEX.fullmatch(parts[-1]):
        parts.pop()
    return bool(parts) and _column_slug().fullmatch(parts[-1]) is not None


@lru_cache(maxsize=_REMEMBERED)
def names_disclosure(url: str) -> bool:
    """Whether the last part of the path, a file name aside, is that of a disclosure page."""
    parts = [part for part in _parts(url) if "." not in part]
    return bool(parts) and parts[-1] in _disclosure_slugs()


def _parts(url: str) -> list[str]:
    return [part for part in urlsplit(url).path.lower().split("/") if part]


@cache
def _disclosure_slugs() -> frozenset[str]:
    return frozenset(words()["disclosure"]["slugs"])


@cache
def _labels(name: str) -> frozenset[str]:
    return frozenset(words()[name]["labels"])


@cache
def _endings() -> tuple[str, ...]:
    return tuple(words()["agency"]["endings"])


@cache
def _rejected() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words()["reject"]["words"])), re.IGNORECASE)


@cache
def _versions() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words()["reject"]["versions"])), re.IGNORECASE)


@cache
def _core() -> re.Pattern[str]:
    return re.compile(words()["report"]["core"])


@cache
def _column_name() -> re.Pattern[str]:
    parts = sorted(words()["report"]["column"], key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, parts))}|[()（）>》、])+")


@cache
def _column_slug() -> re.Pattern[str]:
    slugs = sorted(words()["path"]["column"], key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(slugs)})[_-]?\d*(?:\.\w+)?")

"""Dates and years as they are printed, and the signature that closes a text."""

import re
from datetime import date

from parsers.agencies import is_agency
from parsers.header.words import load_words
from parsers.numbers import read_numeral
from parsers.text import compact

_FIRST_YEAR, _LAST_YEAR = 2003, 2049
_MAX_DATELINE, _MAX_SIGNATURE = 32, 6
_MAX_YEAR_LINE = 20

_NUMERALS = "零〇○◯0一二三四五六七八九"
_TO_DIGITS = str.maketrans(_NUMERALS, "00000123456789")
# A pattern without groups: 2023, 2023年度, 二〇二三年.
YEAR = rf"(?:20[0-4]\d|二[零〇○◯0][{_NUMERALS}]{{2}})(?!\d)(?:年度?)?"
YEAR_PATTERN = re.compile(YEAR)
# The year of a document number (〔2021〕30号) is none of these.
_YEAR_IN_TEXT = re.compile(rf"(?<![〔\[(]){YEAR}(?<=[年度])")
_DATE = re.compile(
    r"(?<!\d)(20[0-4]\d)\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})(?!\d)"
    rf"|(二[零〇○◯0][{_NUMERALS}]{{2}})\s?年\s?([一二三四五六七八九十]{{1,2}})\s?月\s?([一二三四五六七八九十廿卅]{{1,3}})\s?日"
)
_COMPACT_DATE = re.compile(r"(20[0-4]\d)(\d\d)(\d\d)(?:\d{6})?")
_DATELINE = re.compile(rf"[(（]?\s?(?:20[0-4]\d|二[零〇○◯0])[\s\d年月日./:{_NUMERALS}十廿卅-]{{4,20}}[)）]?")
_BRACKETS = "()〔〕【】[]"


def read_date(text: str) -> str | None:
    """The first date in a text in ISO form: 2024-01-17, 2012.02.15, 2021年1月5日, 二〇一〇年三月十日; else None."""
    match = _DATE.search(text)
    if match is None:
        whole = _COMPACT_DATE.fullmatch(text.strip())
        return _iso(int(whole[1]), int(whole[2]), int(whole[3])) if whole else None
    if match[1]:
        return _iso(int(match[1]), int(match[2]), int(match[3]))
    return _iso(read_year(match[4]) or 0, _ordinal(match[5]), _ordinal(match[6]))


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _ordinal(numeral: str) -> int:
    """A month or day in Chinese numerals; 0 where it is none. Digit by digit, as years are written, is no ordinal."""
    plain = numeral.replace("廿", "二十").replace("卅", "三十")
    return (read_numeral(plain) or 0) if len(plain) == 1 or "十" in plain else 0


def read_year(text: str | None) -> int | None:
    """The year, 2003 to 2049, that a text such as 2023年度 or 二〇二三年 begins with; else None."""
    digits = text[:4].translate(_TO_DIGITS) if text else ""
    year = int(digits) if digits.isascii() and digits.isdigit() else 0
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else None


def find_year(text: str) -> int | None:
    """The first year in a text that 年 or 年度 follows and that belongs to no document number; else None."""
    match = _YEAR_IN_TEXT.search(compact(text))
    return read_year(match[0]) if match else None


def read_year_line(line: str | None) -> int | None:
    """The year that a line is and nothing else, maybe in brackets: （2019年度）; else None."""
    if not line or len(line) >= _MAX_YEAR_LINE:
        return None
    plain = compact(line).strip(_BRACKETS)
    return read_year(plain) if YEAR_PATTERN.fullmatch(plain) else None


def is_true_date(text: str) -> bool:
    """Whether a text holds a date, and not the clock that a template prints on every page."""
    return read_date(text) is not None and not any(word in text for word in load_words().values.template_date)


def is_dateline(line: str) -> bool:
    """Whether a line is a date, with a time or without, and nothing else."""
    return len(line) < _MAX_DATELINE and _DATELINE.fullmatch(line) is not None


def read_signature(end: str) -> tuple[str | None, str | None]:
    """Agency and date (ISO) that close a text, on two lines or on one; either may be missing.

    ``end`` is the end of the text, its last line whole. Remarks may follow (打印本页), then only a date below or
    behind an agency counts.
    """
    lines = [line.strip() for line in end.splitlines() if line.strip()]
    for n in range(len(lines) - 1, max(-1, len(lines) - _MAX_SIGNATURE), -1):
        found = _DATE.search(lines[n]) if len(lines[n]) <= 2 * _MAX_DATELINE else None
        if found is None:
            continue
        alone = is_dateline(lines[n])
        name = compact(lines[n - 1] if alone and n else lines[n][: found.start()])
        agency = name if 2 < len(name) <= _MAX_DATELINE and is_agency(name) else None
        if agency or (alone and n == len(lines) - 1):
            return agency, read_date(found[0])
    return None, None

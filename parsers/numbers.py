"""Numbers as they are printed in the cells of official tables.

The readings follow what is met in real forms: 1,362 · １２ · 增1423 · 减38 · 0.37万元 · 3940元 · 0件 · 一 ·
12（其中修订3件）. What fits none of the shapes is unreadable; nothing is repaired.
"""

import re
from functools import lru_cache

import msgspec

from parsers.records import ValueStatus
from parsers.text import compact, narrow, squeeze

# No count or amount in these reports has more digits in front of the point; more is digits run together.
MAX_INTEGER_DIGITS = 9
_MAX_CELL = 100

NOT_APPLICABLE = frozenset(("/", "//", "\\", "无", "無", "N/A", "n/a"))
_DASHES = frozenset("-—–―─－")
_DIGITS = dict(zip("零〇○一二三四五六七八九", (0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | {"两": 2}
_MAGNITUDES = {"十": 10, "百": 100, "千": 1000}
_SHAPE = re.compile(
    r"(?P<sign>[+-]|增加|增|减少|减|新增|上升|下降)?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[零〇○一二两三四五六七八九十百千]+)"
    r"(?P<scale>[万亿])?"
    r"(?P<unit>元|件次|人次|篇次|件|条|项|个|起|宗|例|份|次|篇|人)?"
    r"(?P<remark>\((?:其中|含|包括|均为|注:)[^()]*\))?",
    # Digits of other scripts are none of these forms.
    re.ASCII,
)
_SIGNS = {"+": 1, "增": 1, "增加": 1, "新增": 1, "上升": 1, "-": -1, "减": -1, "减少": -1, "下降": -1}
_SCALES = {"万": 10_000, "亿": 100_000_000}
_SPACED_THOUSANDS = re.compile(r"\d{1,3}(?: \d{3})+")
_DIGIT_GAP = re.compile(r"\d\s+\d")


def is_dash(plain: str) -> bool:
    """Whether compact text only says that there is no number here: / — 无 and the like."""
    return plain in NOT_APPLICABLE or (bool(plain) and len(plain) <= 8 and _DASHES.issuperset(plain))


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What one cell says: a number, or None with the reason as a status."""

    value: int | float | None
    status: ValueStatus


BLANK = Reading(None, "blank")
UNREADABLE = Reading(None, "unreadable")
_DASH = Reading(None, "not_applicable")


@lru_cache(maxsize=32768)
def read_number(raw: str, unit: str, signed: bool = False) -> Reading:
    """Read one cell in the unit of its indicator (``万元`` for amounts, else a classifier).

    ``signed`` allows a sign or 增 / 减 in front (only the column 本年增/减 has them).
    """
    if len(raw) > _MAX_CELL:
        return UNREADABLE
    if raw.isdigit() and raw.isascii() and len(raw) <= MAX_INTEGER_DIGITS and (raw[0] != "0" or raw == "0"):
        return Reading(int(raw), "number")
    plain = compact(raw).lstrip("?")
    if not plain:
        return BLANK
    if is_dash(plain):
        return _DASH
    if not _is_one_number(raw):
        return UNREADABLE
    match = _SHAPE.fullmatch(plain.replace("−", "-").replace("－", "-"))
    if match is None or (match["sign"] and not signed):
        return UNREADABLE
    number = _number(match["number"])
    if number is None:
        return UNREADABLE
    return _in_unit(number * _SIGNS.get(match["sign"], 1), match["scale"], match["unit"], unit)


def _is_one_number(raw: str) -> bool:
    """Whether no blank or line break stands between digits, save the blanks of 1 362."""
    if not _DIGIT_GAP.search(raw.translate({0xA0: " ", 0x3000: " "})):
        return True
    return "\n" not in raw.strip() and _SPACED_THOUSANDS.fullmatch(squeeze(narrow(raw)).lstrip("? ")) is not None


def _number(digits: str) -> int | float | None:
    if not digits[0].isascii():
        return read_numeral(digits)
    whole, _, fraction = digits.replace(",", "").partition(".")
    if len(whole) > MAX_INTEGER_DIGITS or len(fraction) > 8 or (len(whole) > 1 and whole[0] == "0"):
        return None
    return float(f"{whole}.{fraction}") if fraction.strip("0") else int(whole)


def _in_unit(number: int | float, scale: str | None, printed: str | None, unit: str) -> Reading:
    amount = unit == "万元"
    if amount and printed not in (None, "元"):
        return UNREADABLE
    if not amount and printed == "元":
        return UNREADABLE
    if amount:
        # 万元 and 万 are the column's own unit; 元 alone is converted; no unit is taken as the column's.
        factor = {"万": 1.0, "亿": 10_000.0}.get(scale or "", 0.0001 if printed == "元" else 1.0)
    else:
        factor = float(_SCALES.get(scale or "", 1))
    value = number if factor == 1.0 else round(number * factor, 10)
    return Reading(int(value) if value == int(value) else value, "number")


def read_numeral(text: str) -> int | None:
    """A whole number in Chinese numerals below 10,000 (一, 十二, 两百零五, 二〇), or None."""
    if not any(mark in text for mark in _MAGNITUDES):
        if len(text) > 1 and _DIGITS.get(text[0], 0) == 0:
            return None
        return int("".join(str(_DIGITS[digit]) for digit in text))
    total, digit, last = 0, None, 10_000
    for mark in text:
        if mark in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[mark]
            continue
        magnitude = _MAGNITUDES[mark]
        if magnitude >= last or digit == 0:
            return None
        total += (1 if digit is None else digit) * magnitude
        last, digit = magnitude, None
    return total + (digit or 0)

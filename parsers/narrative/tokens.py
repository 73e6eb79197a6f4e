"""Numbers that count something: found, valued, and told from dates, articles, addresses and other traps."""

import re

import msgspec

from parsers.narrative.words import Words, load_words
from parsers.numbers import MAX_INTEGER_DIGITS, read_numeral

_SCALES = {"万": 10_000, "亿": 100_000_000}
# A number without a unit counts only where a clause ends behind it, or the next label begins.
_ENDS = frozenset("，,、；;。)）!！?？\n")
_NEXT_LABEL = re.compile(r"[一-龥]{2,12}\d")
# How far in front of a number and behind it the words stand that make it no count.
_REACH = (30, 16)
# A stretch in which no number counts begins with one of these.
_STRETCH = re.compile('[《“‘"「@]|http|www|htm')


class Number(msgspec.Struct, frozen=True, gc=False):
    """One counted number: its words from ``start`` to ``end``, value, unit and whether it is approximate."""

    start: int
    end: int
    value: int | float
    unit: str
    approximate: bool


def find_traps(plain: str, spans: list[tuple[int, int]], end: int, words: Words) -> list[tuple[int, int]]:
    """The spans up to ``end`` whose words make the numbers at ``spans`` no counts, in order."""
    if not spans:
        return []
    start, stop = max(0, spans[0][0] - _REACH[0]), min(end, spans[-1][1] + _REACH[1])
    traps: list[tuple[int, int]] = []
    if _STRETCH.search(plain, start, stop):
        traps += [match.span() for match in words.stretch.finditer(plain, start, stop)]
    windows: list[list[int]] = []
    for number_start, number_end in spans:
        if windows and number_start - _REACH[0] <= windows[-1][1]:
            windows[-1][1] = min(end, number_end + _REACH[1])
        else:
            windows.append([max(start, number_start - _REACH[0]), min(end, number_end + _REACH[1])])
    for first, last in windows:
        traps += [match.span() for match in words.trap_around.finditer(plain, first, last)]
    return sorted(traps)


def find_numbers(plain: str, start: int, end: int) -> list[Number]:
    """The counted numbers of a sentence of narrowed text, in order."""
    words = load_words()
    left: list[re.Match[str]] = []
    place = start
    while (seed := words.seed.search(plain, place, end)) is not None:
        place = seed.start()
        match = words.number.match(plain, place, end)
        if match is None or not _may_count(match):
            place = place + 1 if match is None else max(match.end(), place + 1)
            continue
        trap = words.trap_at.match(plain, place, end)
        place = max(match.end(), place + 1) if trap is None else trap.end()
        if trap is None:
            left.append(match)
    traps = find_traps(plain, [match.span() for match in left], end, words)
    found: list[Number] = []
    for match in left:
        if not any(first < match.end() and match.start() < last for first, last in traps):
            number = _read(plain, match, words)
            if number is not None:
                found.append(number)
    return found


def _may_count(match: re.Match[str]) -> bool:
    return bool(match["digits"] or match["unit"] or match["scale"] or match["numeral"] == "零")


def _read(plain: str, match: re.Match[str], words: Words) -> Number | None:
    value = _value(match)
    mark = _mark_before(plain, match, words)
    if value is None or not _is_counted(plain, match, mark):
        return None
    unit = match["unit"] or ""
    marks = (mark, match["more"], match["more2"], match["plus"], match["after"], match["high"])
    scale = match["scale"]
    if scale and unit == "元":
        unit = f"{scale}元"
    elif scale:
        value = round(value * _SCALES[scale], 6)
    elif unit in ("万元", "亿元"):
        pass
    number = int(value) if value == int(value) else value
    return Number(match.start() - len(mark), match.end(), number, unit, any(marks))


def _mark_before(plain: str, match: re.Match[str], words: Words) -> str:
    """The mark in front of a number that makes it approximate (近, 超过; 上 and 数 only before 百 千 万), or ''."""
    start = match.start()
    before = words.before.search(plain, max(0, start - 2), start)
    if before is None and plain[start : start + 1] in "百千万":
        before = words.before_magnitude.search(plain, max(0, start - 1), start)
    return before[0] if before else ""


def _value(match: re.Match[str]) -> int | float | None:
    digits, numeral = match["digits"], match["numeral"]
    if digits:
        plain = digits.replace(",", "").replace(" ", "")
        whole, _, fraction = plain.partition(".")
        if len(whole) > MAX_INTEGER_DIGITS + 1 or (len(whole) > 1 and whole[0] == "0" and not fraction):
            return None
        return float(plain) if fraction else int(whole)
    if numeral:
        return _numeral(numeral)
    return 1


def _numeral(numeral: str) -> int | None:
    """As ``read_numeral``; 百 and 千 alone are 100 and 1000."""
    if numeral in ("百", "千", "十"):
        return {"十": 10, "百": 100, "千": 1000}[numeral]
    return read_numeral(numeral)


def _is_counted(plain: str, match: re.Match[str], mark: str) -> bool:
    """Whether a number has a unit, or stands where its unit was lost; numerals need more than a unit."""
    before = plain[match.start() - 1] if match.start() else ""
    after = plain[match.end()] if match.end() < len(plain) else "。"
    if match["numeral"] == "零" and before == "为":
        return True
    if match["numeral"]:
        return bool(match["unit"]) and (bool(mark) or _is_counted_numeral(plain, match))
    if match["unit"] or match["scale"]:
        return before not in ".-"
    if mark or match["high"]:
        return False
    return "一" <= before <= "龥" and (
        after in _ENDS or after.isspace() or ("一" <= after <= "龥" and _goes_on(plain, match))
    )


def _goes_on(plain: str, match: re.Match[str]) -> bool:
    """Whether the text behind a number without unit is the label of the next number (通知公告307不动产公告84条)."""
    return _NEXT_LABEL.match(plain, match.end()) is not None


def _is_counted_numeral(plain: str, match: re.Match[str]) -> bool:
    """Whether a number in Chinese numerals counts: an act or a countable thing stands right in front of it."""
    if match["more"] or match["more2"] or match["scale"] or len(match["numeral"]) >= 3:
        return True
    words = load_words()
    value = _numeral(match["numeral"])
    front = plain[max(0, match.start() - 8) : match.start()]
    strong = match["unit"] in words.strong_units
    if value == 1 and not strong and match["unit"] != "个":
        return False
    return words.countable.search(front) is not None or (value != 1 and strong and "一" <= front[-1:] <= "龥")

"""Divisions of GB/T 2260: codes, names by year, and the codes that index numbers and site addresses carry.

The tables are ``data/divisions.csv`` (province, city and county level, 2008 to 2024, old and new codes),
``data/short_names.csv`` (长阳县 for 长阳土家族自治县), ``data/continued.csv`` (old code to new code) and
``data/hosts.csv`` (portals). Each is read once, when first needed.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files
from urllib.parse import urlsplit

import msgspec

FIRST_YEAR, LAST_YEAR = 2008, 2024
_MIN_HOST_LABELS = 3
# A name in front of these is the beginning of a township's: 古县镇人民政府, 新市区街道办事处.
_TOWNSHIP_BEHIND = re.compile(r"(?:镇|乡|街道|苏木|街)(?:人民政府|政府|办事处|办公室|办|党|$)")
# 城区, 东区 and the like are names of divisions only inside one.
_MAX_COMMON_NAME = 2
_MAX_STEM = 5
# 330502/2024-1, 6107280000/2024-1 (the code filled up with zeros), 11330800002618736G/2025-1 (the credit code of an
# agency: 11 for administrative bodies, then the division). Other prefixes look like codes by chance.
_INDEX_CODE = re.compile(r"(?:11(\d{6})[0-9A-Z]{10}|(\d{6})(?:0{4}|0{6})?)/")


class Division(msgspec.Struct, frozen=True, gc=False):
    """A name that a code bore from the year ``first`` to the year ``last``."""

    code: str
    name: str
    first: int
    last: int


class Places(msgspec.Struct, frozen=True, gc=False):
    """The names of a division and of those it lies in."""

    province: str | None = None
    city: str | None = None
    county: str | None = None


def _read_rows(name: str) -> Iterator[list[str]]:
    lines = files("parsers").joinpath("data", name).read_text("utf-8").splitlines()
    rows = csv.reader(line for line in lines if not line.startswith("#"))
    next(rows)
    yield from rows


@cache
def _by_code() -> dict[str, list[Division]]:
    table: dict[str, list[Division]] = {}
    for code, name, first, last in _read_rows("divisions.csv"):
        table.setdefault(code, []).append(Division(code, name, int(first), int(last)))
    return table


@cache
def _by_name() -> dict[str, list[Division]]:
    table: dict[str, list[Division]] = {}
    for divisions in _by_code().values():
        for division in divisions:
            table.setdefault(division.name, []).append(division)
    return table


@cache
def _short_names() -> dict[str, str]:
    return {row[0]: row[1] for row in _read_rows("short_names.csv")}


@cache
def _by_beginning() -> dict[str, list[str]]:
    """Names, official and short, by their first two characters, the longest first."""
    table: dict[str, list[str]] = {}
    for name in sorted((*_by_name(), *_short_names()), key=len, reverse=True):
        table.setdefault(name[:2], []).append(name)
    return table


@cache
def _continued() -> dict[str, str]:
    return {row[0]: row[1] for row in _read_rows("continued.csv")}


@cache
def _continuing() -> dict[str, list[str]]:
    """The codes that a code replaced."""
    table: dict[str, list[str]] = {}
    for old, new in _continued().items():
        table.setdefault(new, []).append(old)
    return table


@cache
def _hosts() -> dict[str, str]:
    return dict(row for row in _read_rows("hosts.csv") if len(row) == 2)


def is_code(code: str) -> bool:
    """Whether a code was in force in any year of the table."""
    return code in _by_code()


def is_in_force(code: str, year: int | None) -> bool:
    """Whether a code was in force in a year; years outside the table count as its first or last."""
    return any(d.first <= _clamp(year) <= d.last for d in _by_code().get(code, ()))


def current_code(code: str) -> str:
    """The code under which a division goes on today: 500153 (荣昌区) for 500226 (荣昌县).

    A code that was not replaced stays; so does that of a division that was merged into others or divided.
    """
    while code in _continued():
        code = _continued()[code]
    return code


@lru_cache(maxsize=4096)
def code_in_year(code: str, year: int | None) -> str:
    """The code that a division of today had in a year: 500226 (荣昌县) for 500153 (荣昌区) in 2013.

    A code that was in force then stays; so does one that has no forerunner, or several.
    """
    found = [code]
    while found and not any(is_in_force(old, year) for old in found):
        found = [old for new in found for old in _continuing().get(new, ())]
    valid = [old for old in found if is_in_force(old, year)]
    return valid[0] if len(valid) == 1 else code


def is_within(code: str, other: str) -> bool:
    """Whether the division ``code`` is ``other`` or lies in it."""
    if other.endswith("0000"):
        return code[:2] == other[:2]
    return code[:4] == other[:4] if other.endswith("00") else code == other


def division_level(code: str) -> str:
    """``province``, ``city`` or ``district`` by the zeros at the end of the code."""
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "district"


@lru_cache(maxsize=4096)
def division_name(code: str, year: int | None = None) -> str | None:
    """The name of a code in a year, or its nearest other name; None for an unknown code."""
    divisions = _by_code().get(code)
    if not divisions:
        return None
    when = _clamp(year)
    return min(divisions, key=lambda d: (max(d.first - when, when - d.last, 0), d.first)).name


@lru_cache(maxsize=4096)
def find_places(code: str | None, year: int | None = None) -> Places:
    """The names of province, city and county of a code; directly governed counties have no city."""
    if code is None:
        return Places()
    level = division_level(code)
    return Places(
        division_name(code[:2] + "0000", year),
        division_name(code[:4] + "00", year) if level != "province" else None,
        division_name(code, year) if level == "district" else None,
    )


@lru_cache(maxsize=4096)
def read_place(text: str, year: int | None = None, within: str | None = None) -> tuple[frozenset[str], str]:
    """The codes that the place names at the front of a text may mean, and the text behind them.

    Names are read from the left, each inside the one before: 湖州市吴兴区商务局 gives {330502} and 商务局. A name
    that several divisions bear in that year gives all of their codes; ``within`` keeps those inside one division
    where there are any. A text that begins with no known name gives no code.
    """
    codes: frozenset[str] = frozenset()
    while (found := _leading_name(text)) is not None:
        inner = _codes_of(found, year)
        inner = _inside(inner, codes) if codes else _narrow(found, inner, within)
        if not inner:
            break
        codes = inner
        text = text[len(found) :]
    return codes, text


def _inside(codes: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """Those of the codes that lie in one of the others."""
    return frozenset(code for code in codes if any(code != other and is_within(code, other) for other in others))


def _narrow(name: str, codes: frozenset[str], within: str | None) -> frozenset[str]:
    """The codes inside a division, where there are any."""
    inside = frozenset(code for code in codes if within is not None and is_within(code, within))
    return inside if inside or _is_common(name) else codes


def _is_common(name: str) -> bool:
    return len(name) == _MAX_COMMON_NAME and name.endswith("区")


@lru_cache(maxsize=4096)
def find_within(code: str, stem: str, year: int | None = None) -> str | None:
    """The one division inside another in that year that a stem stands for: 吴兴 in 330500 is 330502."""
    found = {
        division.code
        for division in (*_stems().get(stem, ()), *_by_name().get(stem, ()))
        if division.first <= _clamp(year) <= division.last and division.code != code and is_within(division.code, code)
    }
    return found.pop() if len(found) == 1 else None


@cache
def _stems() -> dict[str, list[Division]]:
    """Divisions below provinces by their names without 市, 县, 区 …"""
    table: dict[str, list[Division]] = {}
    for name, divisions in _by_name().items():
        table.setdefault(name[:-1], []).extend(d for d in divisions if division_level(d.code) != "province")
    return table


@lru_cache(maxsize=1024)
def find_stem(text: str, year: int | None = None) -> tuple[str, str] | None:
    """The one division of that year whose name without 市 or 县 a text begins with, and the text behind it.

    舒城经济开发区 gives 341523 (舒城县) and 经济开发区; a stem of several divisions (淮安) or of a district gives None.
    """
    when = _clamp(year)
    for end in range(min(len(text), _MAX_STEM), 1, -1):
        found = {d.code: d.name for d in _stems().get(text[:end], ()) if d.first <= when <= d.last}
        if found:
            code, name = next(iter(found.items()))
            return (code, text[end:]) if len(found) == 1 and name.endswith(("市", "县")) else None
    return None


def skip_places(text: str) -> tuple[int, bool]:
    """Where the names of divisions at the front of a text end, in any year, and whether others may lie in the last.

    湖州市吴兴区商务局 gives 6 and False: no division lies in a district.
    """
    place = 0
    codes: frozenset[str] = frozenset()
    while (name := _leading_name(text[place:])) is not None:
        inner = frozenset(division.code for division in _divisions_of(name))
        inner = _inside(inner, codes) if codes else _narrow(name, inner, None)
        if not inner:
            break
        codes = inner
        place += len(name)
    return place, may_hold_others(codes)


def may_hold_others(codes: Iterable[str]) -> bool:
    """Whether a division may lie in one of these, or there is none: none lies in a district or county."""
    levels = set(map(division_level, codes))
    return levels != {"district"}


def begins_with_place(text: str) -> bool:
    """Whether a text begins with the name of a division, whichever it is; 东区 and the like do not count."""
    name = _leading_name(text)
    return name is not None and not _is_common(name)


def _leading_name(text: str) -> str | None:
    """The longest name of a division that a text begins with."""
    names = (name for name in _by_beginning().get(text[:2], ()) if text.startswith(name))
    return next((name for name in names if _TOWNSHIP_BEHIND.match(text, len(name)) is None), None)


def _divisions_of(name: str) -> list[Division]:
    return _by_name().get(_short_names().get(name, name), [])


def _codes_of(name: str, year: int | None) -> frozenset[str]:
    """The codes of a name in a year; where no division bore it then, those of any year."""
    divisions = _divisions_of(name)
    when = _clamp(year)
    valid = [d.code for d in divisions if d.first <= when <= d.last]
    return frozenset(valid or [d.code for d in divisions])


def is_place(name: str) -> bool:
    """Whether a text is exactly the name of a division, official or short."""
    return bool(_divisions_of(name))


def _clamp(year: int | None) -> int:
    return LAST_YEAR if year is None else max(FIRST_YEAR, min(LAST_YEAR, year))


def index_code(index_number: str | None) -> str | None:
    """The division code at the front of an index number, or None where its prefix is no code in force.

    Constant prefixes (``000014349/``) and organisation codes of nine characters carry none.
    """
    match = _INDEX_CODE.match(index_number) if index_number else None
    if match is None:
        return None
    code = match[1] or match[2]
    return code if is_code(code) else None


def host_code(url: str | None) -> tuple[str | None, bool]:
    """The division of the portal a URL belongs to, and whether the host itself is listed.

    A host that is not listed belongs to the longest listed host it is a part of (jyj.example.gov.cn).
    """
    try:
        host = urlsplit(url).hostname if url else None
    except ValueError:
        return None, False
    if not isinstance(host, str):
        return None, False
    return _find_host(host)


@lru_cache(maxsize=1024)
def _find_host(host: str) -> tuple[str | None, bool]:
    labels = host.lower().rstrip(".").removeprefix("www.").split(".")
    hosts = _hosts()
    for start in range(max(1, min(len(labels) - _MIN_HOST_LABELS + 1, 8))):
        code = hosts.get(".".join(labels[start:]))
        if code is not None:
            return code, start == 0
    return None, False

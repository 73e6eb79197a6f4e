"""The id of an agency: the same for all its years, spellings and names, and for no other agency.

``330502:商务局`` is the code of the division and the name of today without the place. What names one body has borne is
data: ``data/agency_renamings.toml``. Agencies that were merged into another or divided keep ids of their own.
"""

import re
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from parsers.agencies import (
    complete_place,
    find_branch,
    find_branch_division,
    is_zone,
    own_name,
    place_end,
    place_of_short,
    strip_unit,
    without_brackets,
)
from parsers.divisions import current_code, division_name, is_within, read_place
from parsers.text import compact

UNKNOWN_DIVISION = "?"
_PROVINCIAL = "厅"
# 鼓楼区人民政府华侨路街道办事处 is 鼓楼区华侨路街道办事处.
_GOVERNMENT_OF = re.compile(r"(?<=[省市区县旗州盟])人民政府(?=[^()（）办]{2,12}(?:街道办事处|街道|局|委员会)$)")
_PUNCTUATION = re.compile(r"[\s·、,，.。:：;；\"“”‘’()（）\[\]【】<>《》-]+")


class Before(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Older names of a body, and the last year in which most agencies bore them."""

    stems: tuple[str, ...]
    last: int


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of work of a government; the fields are told in the data file."""

    name: str
    stems: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    pattern: str = ""
    before: tuple[Before, ...] = ()
    into: tuple[str, ...] = ()
    ended: tuple[int, int] | None = None
    note: str = ""


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    endings: dict[str, str]
    body: tuple[Body, ...]


@cache
def _data() -> _Data:
    return msgspec.toml.decode(files("parsers").joinpath("data", "agency_renamings.toml").read_bytes(), type=_Data)


def load_bodies() -> tuple[Body, ...]:
    """All bodies in the order of their data file."""
    return _data().body


def make_agency_id(agency: str | None, code: str | None, year: int | None = None) -> str | None:
    """The id of an agency, by its name and the code of its division in that year; None where one is not known.

    The code is that of today, and ``?`` where the name tells a place that no table knows.
    """
    if not agency:
        return None
    name = _GOVERNMENT_OF.sub("", own_name(without_brackets(compact(agency))))
    name = complete_place(strip_unit(name))
    if code is None:
        place = place_end(name)
        if read_place(name, year)[0] or place == 0 or is_zone(name[:place]):
            return None
        return f"{UNKNOWN_DIVISION}:{name[:place]}{make_key(name[place:])}"
    branch = _find_branch(name, code, year)
    if branch is not None:
        return f"{current_code(branch[0])}:{make_key(branch[1])}"
    division, rest = _split_place(name, code, year)
    return f"{current_code(division)}:{make_key(rest)}"


def _split_place(name: str, code: str, year: int | None) -> tuple[str, str]:
    """The division of an agency and its name without the place; a place that is not that of the code stays."""
    name = place_of_short(name, code, year) or name
    codes, rest = read_place(name, year, code)
    inner = [c for c in codes if is_within(c, code)]
    if len(inner) == 1 and rest:
        return inner[0], rest
    outer = [c for c in codes if is_within(code, c)]
    # 市应急局 on the site of a district is the city's, and was completed to 湖州市应急局.
    if len(outer) == 1 and rest and division_name(outer[0], year) == name[: len(name) - len(rest)]:
        return outer[0], rest
    return code, name


def _find_branch(name: str, code: str, year: int | None) -> tuple[str, str] | None:
    """The district and the name of the agency whose work a branch does there: 湖州市生态环境局吴兴分局."""
    found, district = find_branch(name), find_branch_division(name, year, code)
    if found is None or district is None or not is_within(district, code):
        return None
    rest = read_place(found[0], year, code)[1]
    return (district, rest) if rest else None


@lru_cache(maxsize=8192)
def make_key(name: str) -> str:
    """The name of today of an agency without its place: 环保局 gives 生态环境局, 发改委 发展和改革委员会."""
    name = _PUNCTUATION.sub("", name)
    known = _by_name().get(name)
    if known is not None:
        return known
    stem, ending = _without_ending(name)
    if not ending:
        return name
    full = _data().endings[ending]
    body = _by_stem().get(stem) or next((body for body in _patterned() if re.fullmatch(body.pattern, stem)), None)
    if body is None:
        return stem + full
    return body.name.removesuffix("局") + _PROVINCIAL if full == _PROVINCIAL else body.name


def _without_ending(name: str) -> tuple[str, str]:
    ending = next((e for e in _endings() if name.endswith(e) and len(name) > len(e)), "")
    return name.removesuffix(ending), ending


@cache
def _endings() -> tuple[str, ...]:
    return tuple(sorted(_data().endings, key=len, reverse=True))


@cache
def _by_name() -> dict[str, str]:
    return {name: body.name for body in load_bodies() for name in (body.name, *body.names)}


@cache
def _by_stem() -> dict[str, Body]:
    return {stem: body for body in load_bodies() for stem in stems_of(body)}


def stems_of(body: Body) -> tuple[str, ...]:
    """All names of a body without 局, 委员会 ...: those of today and the older ones."""
    stem, ending = _without_ending(body.name)
    own = (stem,) if ending else ()
    return (*own, *body.stems, *(stem for old in body.before for stem in old.stems))


@cache
def _patterned() -> tuple[Body, ...]:
    return tuple(body for body in load_bodies() if body.pattern)

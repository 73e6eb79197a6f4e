"""Agencies: what they do, the level of their government, and the spelling of their names.

Words are data: ``data/agency_types.toml``.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from parsers.divisions import (
    begins_with_place,
    division_level,
    division_name,
    find_stem,
    find_within,
    is_place,
    is_within,
    may_hold_others,
    read_place,
    skip_places,
)
from parsers.text import any_of

_BRACKETED = re.compile(r"[(（][^()（）]*[)）]")
_MAX_NAME = 40
_MAX_UNITS = 3
# 新疆生产建设兵团第八师石河子市: the corps and its division stand in front of the city that they govern.
_CORPS = re.compile(
    r"(?:新疆维吾尔自治区)?(?:新疆生产建设兵团(?:第?[一二三四五六七八九十]{1,3}师)?|第?[一二三四五六七八九十]{1,3}师)"
)


class AgencyType(msgspec.Struct, frozen=True):
    """One type: its code, its labels, and the words that tell it."""

    code: str
    label_zh: str
    label_en: str
    ends: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the names of agencies are built; what each list is for stands in the data."""

    government: str
    short_government: str
    street_office: str
    streets: frozenset[str]
    places: tuple[str, ...]
    false_places: tuple[str, ...]
    not_places: tuple[str, ...]
    townships: tuple[str, ...]
    township_offices: tuple[str, ...]
    bare_places: frozenset[str]
    commission_places: tuple[str, ...]
    commission: str
    national: tuple[str, ...]
    zones: tuple[str, ...]
    county_zones: tuple[str, ...]
    branches: tuple[str, ...]
    endings: dict[str, str]
    kinds: tuple[str, ...]
    heads: tuple[str, ...]
    unit_leads: tuple[str, ...]
    units: tuple[str, ...]


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    levels: dict[str, str]
    agency: _Words
    type: tuple[AgencyType, ...]


class _Patterns(msgspec.Struct, frozen=True):
    agency: re.Pattern[str]
    unit: re.Pattern[str]
    place: re.Pattern[str]
    bare_place: re.Pattern[str]
    township: re.Pattern[str]
    branch: re.Pattern[str]
    branch_of: re.Pattern[str]
    zone: re.Pattern[str]
    county_zone: re.Pattern[str]


@cache
def _data() -> _Data:
    return msgspec.toml.decode(files("parsers").joinpath("data", "agency_types.toml").read_bytes(), type=_Data)


def load_agency_types() -> tuple[AgencyType, ...]:
    """All types in the order of their data file."""
    return _data().type


@cache
def _patterns() -> _Patterns:
    words = _data().agency
    places, townships = any_of(words.places), any_of(words.townships)
    offices = any_of(words.township_offices)
    lengths = sorted(set(map(len, words.false_places)))
    false_places = "".join(f"(?<!{any_of(w for w in words.false_places if len(w) == length)})" for length in lengths)
    office = f"{any_of(words.unit_leads)}?{any_of(words.units)}"
    return _Patterns(
        agency=re.compile(rf"[\w·、()（）]{{1,{_MAX_NAME}}}{any_of(words.kinds)}(?:[(（][\w、]{{2,20}}[)）])?"),
        unit=re.compile(rf"(.{{2,{_MAX_NAME}}}{any_of(words.heads)}){office}"),
        place=re.compile(
            rf"([^\W\d_局]{{2,9}}?)({places})(?!{any_of(words.not_places)}|{townships}(?:{offices}|$)){false_places}"
        ),
        bare_place=re.compile(rf"[\w·]{{1,14}}({places}|{townships})"),
        township=re.compile(rf".{{1,20}}{townships}(?:{offices})?"),
        branch=re.compile(rf".{{3,40}}{any_of(words.branches)}"),
        branch_of=re.compile(rf"(.{{3,30}}(?:局|委员会|委|厅))(.{{2,8}}?)[区县市旗]?{words.branches[0]}"),
        zone=re.compile(rf".{{0,20}}{any_of(words.zones)}"),
        county_zone=re.compile(any_of(words.county_zones)),
    )


def is_agency(name: str) -> bool:
    """Whether a short text reads as the name of an agency: ends in 局, 委员会, 人民政府, 街道 and the like."""
    return len(name) <= _MAX_NAME and _patterns().agency.fullmatch(name) is not None


def is_branch(name: str) -> bool:
    """Whether an agency is a branch that a city's agency keeps in a district (某市公安局某分局)."""
    return _patterns().branch.fullmatch(name) is not None


def find_branch(name: str) -> tuple[str, str] | None:
    """The agency and the place of a branch: 某市公安局 and 望溪 of 某市公安局望溪区分局; None where it is none."""
    match = _patterns().branch_of.fullmatch(name)
    return (match[1], match[2]) if match else None


def find_branch_division(name: str, year: int | None = None, within: str | None = None) -> str | None:
    """The district that a branch works in: 330521 (德清县) of 湖州市生态环境局德清分局; None where no table knows it.

    ``within`` is the code of the site or index number; the branch may bear the name of that district in short.
    """
    found = find_branch(own_name(name))
    codes = read_place(found[0], year, within)[0] if found else frozenset()
    if found is None or len(codes) != 1:
        return None
    (outer,) = codes
    if within is not None and is_within(within, outer) and (division_name(within, year) or "").startswith(found[1]):
        return within
    return find_within(outer, found[1], year)


def is_zone(name: str) -> bool:
    """Whether a name is that of a zone or park, which has no code and often a name that others bear too."""
    return _patterns().zone.fullmatch(name) is not None


def without_brackets(name: str) -> str:
    """The name without what stands in brackets; as it is where nothing else does."""
    return _BRACKETED.sub("", name) or name


def complete_place(name: str) -> str:
    """The government behind the bare name of a place, else the name as it is.

    吴兴区 gives 吴兴区人民政府, 某镇 and 某镇政府 give 某镇人民政府, 某街道 gives 某街道办事处, 兴安盟 gives
    兴安盟行政公署. Zones and parks, which have no government of their own, stay as they are.
    """
    words = _data().agency
    stem = name if name.endswith(words.government) else name.removesuffix(words.short_government)
    match = _patterns().bare_place.fullmatch(stem)
    if match is None or (not is_place(stem) and _patterns().zone.fullmatch(stem)):
        return name
    if stem.endswith(words.commission_places) and skip_places(stem)[0] == len(stem):
        return stem + words.commission
    return stem + (words.street_office if match[1] in words.streets else words.government)


def strip_unit(name: str) -> str:
    """The agency without the office inside it: 吴兴区商务局办公室 gives 吴兴区商务局.

    The office of a government (吴兴区人民政府办公室) is an agency of its own and stays; that of a township does not.
    """
    for _ in range(_MAX_UNITS):
        match = _patterns().unit.fullmatch(name)
        if match is None:
            break
        head = match[1]
        if head.endswith(_data().agency.short_government) and find_agency_type(head) != "township":
            break
        name = head
    return name


def find_legal_name(short: str, names: Iterable[str]) -> str | None:
    """The first of the fuller names that the short form stands for, or None.

    区商务局 stands for 吴兴区商务局, 市应急局 for 淮安市应急管理局: it names no whole place, and all
    its characters stand in the fuller name in this order, the last one at the end.
    """
    if not is_short(short):
        return None
    kind = find_agency_type(short)
    for name in names:
        if len(name) > len(short) and _is_abbreviation(short, name) and kind in (None, find_agency_type(name)):
            return name
    return None


def is_complete(name: str) -> bool:
    """Whether a name needs no completion: it is no short form and no zone, whose offices are named otherwise."""
    return not is_short(name) and _patterns().zone.fullmatch(name) is None


def _is_abbreviation(short: str, name: str) -> bool:
    short, name = _short_ending(short), _short_ending(name)
    letters = iter(name)
    return name[-1] == short[-1] and all(letter in letters for letter in short)


def _short_ending(name: str) -> str:
    endings = _data().agency.endings.items()
    return next((name.removesuffix(long) + short for long, short in endings if name.endswith(long)), name)


def is_short(name: str) -> bool:
    """Whether a name begins with 区, 市, 县 … alone, or with no place at all; townships have their own."""
    return bare_prefix(name) is not None or (place_end(name) == 0 and _patterns().township.fullmatch(name) is None)


def bare_prefix(name: str) -> str | None:
    """The 区, 市, 县 … that stands alone in front of a short form (区商务局), or None."""
    prefix = name[:1]
    words = _data().agency
    if prefix not in words.bare_places or name.startswith(words.not_places, 1) or place_end(name) > 0:
        return None
    # 市桥街道 is no street office of a city's.
    return None if _patterns().township.fullmatch(name) else prefix


def same_work(one: str, other: str) -> bool:
    """Whether two names of agencies differ in nothing but their places."""
    return one[place_end(one) :] == other[place_end(other) :]


@lru_cache(maxsize=4096)
def own_name(name: str) -> str:
    """The name without the body of the whole country, the party or the corps in front.

    国家税务总局望溪区税务局 gives 望溪区税务局, 新疆生产建设兵团第八师石河子市财政局 gives 石河子市财政局.
    """
    plain = next((name.removeprefix(body) for body in _data().agency.national if name.startswith(body)), name)
    corps = _CORPS.match(plain)
    return plain[corps.end() :] if corps and begins_with_place(plain[corps.end() :]) else plain


def is_partly_known(name: str, year: int | None = None, within: str | None = None) -> bool:
    """Whether a place that no table knows follows the known ones: the agency is not that of the known place.

    Nothing that follows a district or county is a place: 新市 in 德清县新市镇 is none.
    """
    codes, rest = read_place(own_name(name), year, within)
    if not codes or not may_hold_others(codes) or _patterns().zone.match(rest):
        return False
    return begins_with_place(rest) or _patterns().place.match(rest) is not None


def is_zone_within(name: str, year: int | None = None, within: str | None = None) -> bool:
    """Whether the known places in front of a name are followed by a zone, which may lie in a division inside them."""
    codes, rest = read_place(own_name(name), year, within)
    return bool(codes) and _patterns().zone.match(rest) is not None


def find_zone_division(name: str, year: int | None = None) -> str | None:
    """The division that a zone bears the name of, without 市 or 县: 350500 (泉州市) of 泉州经济技术开发区管委会.

    A city may stand further in front (武汉东湖新技术开发区), as only its own zones are named so; a county's name stands
    right before 经济开发区 and the like, as others bear its name by chance (太湖新城).
    """
    found = find_stem(own_name(name), year)
    if found is None:
        return None
    code, rest = found
    patterns = _patterns()
    pattern = patterns.zone if division_level(code) == "city" else patterns.county_zone
    return code if pattern.match(rest) else None


@lru_cache(maxsize=4096)
def place_end(name: str) -> int:
    """Where the places at the front of a name end: 3 in 吴兴区商务局, 0 in 商务局."""
    place, is_open = skip_places(name)
    for match in _unlisted_places(name[place:]) if is_open else ():
        place += match.end() - match.start()
    return place


def _unlisted_places(text: str) -> Iterator[re.Match[str]]:
    """The places that no table knows at the front of a text, up to the first district: 砚湖市, 望溪区."""
    place = 0
    while (match := _patterns().place.match(text, place)) is not None:
        yield match
        if _data().levels.get(match[2]) == "district":
            return
        place = match.end()


@lru_cache(maxsize=4096)
def find_agency_type(name: str | None) -> str | None:
    """The code of what an agency does, or None where its name does not tell."""
    if not name:
        return None
    plain = without_brackets(name)
    for kind in load_agency_types():
        if kind.ends and plain.endswith(kind.ends):
            return kind.code
    # 民政 stands in 人民政府 by accident.
    match = _type_pattern().search(plain[place_end(plain) :].replace(_data().agency.government, ""))
    return _type_words()[match[0]] if match else None


@cache
def _type_words() -> dict[str, str]:
    return {word: kind.code for kind in load_agency_types() for word in kind.words}


@cache
def _type_pattern() -> re.Pattern[str]:
    return re.compile(any_of(_type_words()))


@lru_cache(maxsize=4096)
def find_level(agency: str | None, code: str | None, year: int | None = None) -> str | None:
    """``province``, ``city``, ``district`` or ``township``: the level of the government an agency belongs to.

    Told by the agency's name; by its division where the name is short or names a place whose level is unknown (市).
    """
    known = division_level(code) if code is not None else None
    if not agency:
        return None
    plain = own_name(without_brackets(agency))
    if _patterns().township.fullmatch(plain) or find_agency_type(plain) == "township":
        return "township"
    if is_branch(plain):
        # The districts of a municipality lie right in a division at province level.
        is_municipal = code is not None and (division_name(code, year) or "").endswith("市")
        return "district" if known is None or known == "district" or is_municipal else known
    levels = _data().levels
    prefix = bare_prefix(plain)
    if prefix is not None:
        return levels.get(prefix) or known
    codes, rest = read_place(plain, year)
    found = {division_level(c) for c in codes}
    unlisted = [] if not may_hold_others(codes) or _patterns().zone.match(rest) else list(_unlisted_places(rest))
    if unlisted:
        return levels.get(unlisted[-1][2]) or known
    if find_agency_type(plain) == "development_zone" and not codes:
        zone = find_zone_division(plain, year)
        return division_level(zone) if zone else None
    return found.pop() if len(found) == 1 else known


def place_of_short(name: str, code: str, year: int | None = None) -> str | None:
    """A short form with the name of its division in front, or None where the two do not go together.

    区商务局 and 330502 give 吴兴区商务局; 市应急局 and 320803 give 淮安市应急局, by the city the district lies in.
    """
    prefix = bare_prefix(name)
    if prefix is None:
        return None
    for division in (code, code[:4] + "00", code[:2] + "0000"):
        place = division_name(division, year)
        if place is not None and place.endswith(prefix):
            return place + name[1:]
    return None

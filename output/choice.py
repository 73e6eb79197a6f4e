"""What of a dataset a person asks for: divisions and types of agencies, by their code or by their name."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet

_PLACES = ("province", "city", "county")
_DIGITS = 6
# Between the parts of a label: 乡镇、街道.
_PART_MARK = "、"
# How many are told where several fit or none does, and how like a suggestion has to be.
_MOST_TOLD = 12
_MOST_SUGGESTED = 3
_LIKENESS = 0.3


class ChoiceError(Exception):
    """The dataset has nothing that is so named, or several; one line for a person."""


class Place(NamedTuple):
    """A division: its code, its names from the province down to its own."""

    code: str
    names: tuple[str, ...]

    @property
    def spellings(self) -> tuple[str, ...]:
        """Its own name alone and behind those of the divisions it lies in: 吴兴区, 湖州市吴兴区, 浙江省吴兴区 …"""
        *above, own = self.names
        fronts = [""]
        for name in reversed(above):
            fronts += [name + front for front in fronts]
        return tuple(front + own for front in fronts)

    def __str__(self) -> str:
        return f"{self.code} ({''.join(self.names)})"


def code_prefix(code: str) -> str:
    """What the codes of a division and of all below it begin with.

    >>> code_prefix("330502"), code_prefix("330500"), code_prefix("330000")
    ('330502', '3305', '33')
    """
    return code.removesuffix("0000") if code.endswith("0000") else code.removesuffix("00")


def find_divisions(folder: Path, words: Iterable[str]) -> tuple[str, ...]:
    """The codes of the divisions of a dataset that are named: by GB/T 2260 code, by name or by its beginning.

    A name may stand behind those of the divisions that it lies in (湖州市吴兴区). A code or name of a province or city
    stands for all below it. Raises ChoiceError where the dataset has no such division, or several.
    """
    wanted = tuple(words)
    places = _read_places(folder) if wanted else []
    return tuple(dict.fromkeys(_find_division(text, places) for text in wanted))


def find_types(folder: Path, words: Iterable[str], labels: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The types of agencies that are named: by code, by label or a part of it (教育, 教育局, 乡镇, Education).

    ``labels`` are those of each type that there may be, Chinese and English. Raises ChoiceError where none or several
    are so named, or where the dataset has no report of such an agency.
    """
    wanted = tuple(words)
    there = _distinct(folder, ["agency_type"])["agency_type"].to_pylist() if wanted else []
    return tuple(dict.fromkeys(_find_type(text, sorted(filter(None, there)), labels) for text in wanted))


def _read_places(folder: Path) -> list[Place]:
    """The divisions that reports of a dataset are of, and those that these lie in, in the order of their codes."""
    found: dict[str, tuple[str, ...]] = {}
    for row in _distinct(folder, ["division_code", *_PLACES]).to_pylist():
        code = row["division_code"] or ""
        if len(code) != _DIGITS:
            continue
        codes = (f"{code[:2]}0000", f"{code[:4]}00", code)
        names: tuple[str, ...] = ()
        for own, name in zip(codes, (row[place] for place in _PLACES), strict=True):
            if name:
                names = (*names, name)
                found.setdefault(own, names)
        found.setdefault(code, names or (code,))
    return [Place(code, names) for code, names in sorted(found.items())]


def _distinct(folder: Path, columns: list[str]) -> pa.Table:
    """The combinations of some columns of the reports."""
    path = folder / "reports.parquet"
    try:
        table = pyarrow.parquet.read_table(path, columns=columns).group_by(columns).aggregate([])
    except (pa.ArrowException, OSError) as error:
        told = str(error).strip().partition("\n")[0]
        raise ChoiceError(f"{path}: cannot be read ({told}); write the dataset anew") from None
    return table.sort_by([(name, "ascending") for name in columns])


def _find_division(text: str, places: list[Place]) -> str:
    # Blanks between the names, and digits as a Chinese keyboard writes them.
    word = "".join(unicodedata.normalize("NFKC", text).split())
    if not word:
        raise ChoiceError("--division: is empty; name a GB/T 2260 code, or a name such as 吴兴区")
    if word.isdecimal():
        code = word.ljust(_DIGITS, "0") if len(word) in (2, 4) else word
        if len(code) == _DIGITS and any(place.code.startswith(code_prefix(code)) for place in places):
            return code
        found = []
    else:
        found = next(filter(None, _namesakes(word, places)), [])
    if len(found) == 1:
        return found[0].code
    if found:
        raise ChoiceError(f"--division {text}: fits {len(found)} divisions; name one by its code: {_listed(found)}")
    raise ChoiceError(f"--division {text}: the dataset has no report of it; {_closest_places(word, places)}")


def _namesakes(word: str, places: list[Place]) -> Iterator[list[Place]]:
    """The divisions with this name; else those whose name, else whose name in full, begins with it."""
    for fits in (
        lambda place: word in place.spellings,
        lambda place: place.names[-1].startswith(word),
        lambda place: any(name.startswith(word) for name in place.spellings),
    ):
        found = [place for place in places if fits(place)]
        yield [place for place in found if not any(_is_inside(place, other, word) for other in found)]


def _is_inside(place: Place, other: Place, word: str) -> bool:
    """Whether a division is named only because the one around it is: 北京市 is a province, and a city in it."""
    inside = place.code != other.code and place.code.startswith(code_prefix(other.code))
    return inside and (place.names[-1] == other.names[-1] or not place.names[-1].startswith(word))


def _closest_places(word: str, places: list[Place]) -> str:
    if word.isdecimal():
        near = (
            [place for place in places if place.code.startswith(word[:width])] for width in (4, 2) if len(word) > width
        )
        places = next(filter(None, near), places)
    names: dict[str, dict[str, Place]] = {}
    for place in places:
        for name in (place.code, place.names[-1], "".join(place.names)):
            names.setdefault(name, {})[place.code] = place
    close = get_close_matches(word, names, n=_MOST_SUGGESTED, cutoff=_LIKENESS)
    found = {code: place for name in close for code, place in names[name].items()}
    if found:
        return f"closest: {_listed(list(found.values()))}"
    return f"it has {_listed(places)}" if places else "none of its reports tells its division"


def _find_type(text: str, there: list[str], labels: Mapping[str, Sequence[str]]) -> str:
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    if not word:
        raise ChoiceError("--type: is empty; name a code such as education, or a name such as 教育")
    known = {code: tuple(map(str.casefold, labels.get(code, ()))) for code in (*there, *labels)}
    parts = {code: {part for label in told for part in label.split(_PART_MARK)} for code, told in known.items()}
    stages: tuple[Callable[[str], bool], ...] = (
        lambda code: word in (code, *known[code], *parts[code]),
        lambda code: any(word in label for label in known[code]),
        # 教育局 names the type 教育.
        lambda code: any(word.startswith(part) for part in parts[code]),
    )
    found = next(filter(None, ([code for code in known if fits(code)] for fits in stages)), [])
    if len(found) > 1:
        told = ", ".join(_with_label(code, labels) for code in found[:_MOST_TOLD])
        raise ChoiceError(f"--type {text}: fits {len(found)} types of agencies; name one by its code: {told}")
    if found and found[0] in there:
        return found[0]
    names = {name: code for code in there for name in (*parts[code], *known[code], code)}
    close = [names[name] for name in get_close_matches(word, names, n=_MOST_SUGGESTED, cutoff=_LIKENESS)]
    listed = ", ".join(_with_label(code, labels) for code in dict.fromkeys(close or there[:_MOST_TOLD]))
    hint = f"{'closest:' if close else 'it has'} {listed}" if listed else "none of its reports tells it"
    raise ChoiceError(f"--type {text}: the dataset has no report of such an agency; {hint}")


def _with_label(code: str, labels: Mapping[str, Sequence[str]]) -> str:
    return f"{code} ({labels[code][0]})" if labels.get(code) else code


def _listed(places: list[Place]) -> str:
    more = f" and {len(places) - _MOST_TOLD} more" if len(places) > _MOST_TOLD else ""
    return ", ".join(map(str, places[:_MOST_TOLD])) + more

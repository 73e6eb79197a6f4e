"""Section headings, known by their text and not by their numeral.

Which words head which section is data (``data/headings.toml``): the headings of the official forms, those of the
reports before 2019, and the slips met in print.
"""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from parsers.forms.schema import read_label
from parsers.text import label_key, simplify

MAX_HEADING = 42
_NUMERAL = re.compile(
    r"[\s#*]*[（(]?([一二三四五六七八九十]{1,3})[)）]?\s*[、.．,，:：]\s*"
    r"|[\s#*]*[（(]([一二三四五六七八九十]{0,3})[)）]\s*"
)
_ENDS = re.compile(r"[。：:;；、，,\s]*$")


class Heading(msgspec.Struct, frozen=True, gc=False):
    """A main heading: the code of its section and whether a numeral stands in front."""

    section: str
    numbered: bool
    exact: bool


class _Patterns(msgspec.Struct, frozen=True):
    exact: dict[str, str]
    words: tuple[tuple[str, re.Pattern[str]], ...]
    inline: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    data = tomllib.loads(files("parsers").joinpath("data", "headings.toml").read_text("utf-8"))
    sections = data["section"]
    exact = {label_key(text): code for code, part in sections.items() for text in part["headings"]}
    words = tuple((code, re.compile(text)) for code, part in sections.items() for text in part.get("patterns", ()))
    headings = (r"[、\s]?".join(map(re.escape, text)) for text in data["inline"]["headings"])
    spelled = sorted(headings, key=len, reverse=True)
    inline = re.compile(rf"[一二三四五六七八九]\s?、\s?(?:{'|'.join(spelled)})")
    return _Patterns(exact, words, inline)


def find_heading(text: str) -> Heading | None:
    """The section that a line heads, or None where it is no main heading."""
    return _find_heading(text) if 2 <= len(text) <= MAX_HEADING + 8 else None


@lru_cache(maxsize=8192)
def _find_heading(text: str) -> Heading | None:
    numeral = _NUMERAL.match(text)
    rest = _ENDS.sub("", text[numeral.end() :] if numeral else text)
    if not rest or len(rest) > MAX_HEADING or "。" in rest:
        return None
    patterns = _patterns()
    key = label_key(rest)
    main = numeral is not None and numeral[1] is not None and "（" not in numeral[0] and "(" not in numeral[0]
    code = patterns.exact.get(key)
    if code is not None:
        return Heading(code, main, True)
    if numeral is None or read_label(text).is_row:
        return None
    plain = simplify(key)
    for code, pattern in patterns.words:
        if pattern.fullmatch(plain):
            return Heading(code, main, False)
    return None


def split_at_headings(text: str) -> list[str]:
    """A long line cut in front of each main heading and behind it; short lines come back whole."""
    if len(text) <= MAX_HEADING + 20:
        return [text]
    parts: list[str] = []
    place = 0
    for match in _patterns().inline.finditer(text):
        before = text[place : match.start()].rstrip()
        # Inside quotes or after a comma the words are mentioned, they do not head anything.
        if before and before[-1] in "《“「,，和与、":
            continue
        parts += [part for part in (before.strip(), match[0]) if part]
        place = match.end()
    rest = text[place:]
    if rest.strip():
        parts.append(rest if not parts else rest.strip())
    return parts

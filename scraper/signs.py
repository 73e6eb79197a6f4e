"""The words and signs of answers.toml as patterns over bytes, in the encodings that pages have.

Bytes, because most pages need not be decoded to be judged.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

_ENCODINGS = ("utf-8", "gb18030")


class Said(NamedTuple):
    """What words say a page is, a kind and a reason, and where they stand."""

    kind: str
    reason: str
    start: int
    end: int


class _Pattern(NamedTuple):
    """A pattern with one group for each table of answers.toml."""

    words: re.Pattern[bytes]
    tables: list[dict[str, Any]]

    def find(self, text: bytes) -> Said | None:
        found = self.words.search(text)
        if found is None or found.lastindex is None:
            return None
        table = self.tables[found.lastindex - 1]
        return Said(table.get("kind", ""), table["reason"], *found.span())


def find_shield(text: bytes) -> str:
    """The shield whose program text stands in a body, or nothing."""
    return _reason(_pattern("shield", ("marks",)).find(text))


def find_shield_of_error(text: bytes) -> str:
    """The shield that headers or body of an error name, or nothing."""
    return _reason(_pattern("shield", ("marks", "errors")).find(text))


def find_title(title: bytes) -> Said | None:
    """What a title says of its page, where it is not the title of a text: such words stand first or last in it."""
    table = _exact().get(title.lower())
    if table:
        return Said(table["kind"], table["reason"], 0, len(title))
    said = _pattern("page", ("words", "title")).find(title)
    return said if said and (said.start == 0 or said.end == len(title)) else None


def find_words(body: bytes) -> Said | None:
    """What the words of a small page say it is."""
    return _pattern("page", ("words",)).find(body)


def _reason(said: Said | None) -> str:
    return said.reason if said else ""


@cache
def _tables() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files("scraper").joinpath("answers.toml").read_text(encoding="utf-8"))


@cache
def _exact() -> dict[bytes, dict[str, Any]]:
    pages = _tables()["page"]
    return {spelling: page for page in pages for word in page.get("exact", ()) for spelling in _spellings([word])}


@cache
def _pattern(kind: str, keys: tuple[str, ...]) -> _Pattern:
    tables = _tables()[kind]
    groups = [
        b"|".join(_spellings(word for key in keys for word in table.get(key, ()))) or rb"(?!)" for table in tables
    ]
    return _Pattern(re.compile(b"|".join(b"(%s)" % group for group in groups), re.IGNORECASE), tables)


def _spellings(words: Iterable[str]) -> list[bytes]:
    """The words as patterns; the order stays, as the first that fits at a place is the one that is found."""
    return list(dict.fromkeys(re.escape(word.encode(encoding)) for word in words for encoding in _ENCODINGS))

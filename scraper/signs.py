"""The words and signs of answers.toml, looked for in bytes: most pages need not be decoded to be judged."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

_ENCODINGS = ("utf-8", "gb18030")


class Said(NamedTuple):
    """What words say a page is: a kind and a reason. ``first``: they are the beginning of what was looked at."""

    kind: str
    reason: str
    first: bool = False


class _Page(NamedTuple):
    """One table [[page]], its words in every encoding and in lower case."""

    said: Said
    words: tuple[bytes, ...]
    titles: tuple[bytes, ...]
    exact: tuple[bytes, ...]


class _Shield(NamedTuple):
    """One table [[shield]], likewise."""

    reason: str
    marks: tuple[bytes, ...]
    errors: tuple[bytes, ...]


def find_shield(body: bytes) -> str:
    """The shield whose program text stands in a body, or nothing."""
    body = body.lower()
    return next((shield.reason for shield in _shields() if any(mark in body for mark in shield.marks)), "")


def find_shield_of_error(text: bytes) -> str:
    """The shield that headers and body of an error name, or nothing."""
    text = text.lower()
    return next((shield.reason for shield in _shields() if any(mark in text for mark in shield.errors)), "")


def find_title(title: bytes) -> Said | None:
    """What a title says of its page, where it is not the title of a text: such words stand first or last in it."""
    title = title.lower()
    for page in _pages():
        if title.startswith(page.titles) or title in page.exact:
            return page.said._replace(first=True)
    return next((page.said for page in _pages() if title.endswith(page.titles)), None)


def find_words(body: bytes) -> Said | None:
    """What the words of a small page say it is."""
    body = body.lower()
    return next((page.said for page in _pages() if any(word in body for word in page.words)), None)


@cache
def _tables() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files("scraper").joinpath("answers.toml").read_text(encoding="utf-8"))


@cache
def _shields() -> list[_Shield]:
    return [
        _Shield(
            table["reason"],
            _spellings(table["marks"]),
            _spellings([*table["marks"], *table.get("errors", ())]),
        )
        for table in _tables()["shield"]
    ]


@cache
def _pages() -> list[_Page]:
    return [
        _Page(
            Said(table["kind"], table["reason"]),
            _spellings(table["words"]),
            _spellings([*table["words"], *table.get("title", ())]),
            _spellings(table.get("exact", ())),
        )
        for table in _tables()["page"]
    ]


def _spellings(words: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(word.encode(encoding).lower() for word in words for encoding in _ENCODINGS))

"""Labels of metadata: which texts are one, and where they stand in a running line."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from parsers.header.words import load_words
from parsers.text import compact

MAX_LABEL = 16
_MAX_UNKNOWN = 6
_BULLETS = " \t•·●▪■◆◇※*-—○>"


@cache
def _fields() -> dict[str, str]:
    return {label: field for field, labels in load_words().labels.items() for label in labels}


@cache
def _pattern() -> re.Pattern[str]:
    """A known label, maybe with blanks between its characters, or any short word that a colon follows."""
    spelled = (r"\s{0,8}".join(map(re.escape, label)) for label in sorted(_fields(), key=len, reverse=True))
    return re.compile(
        rf"({'|'.join(spelled)})\s{{0,4}}[:：]|(?<!\S)([一-鿿](?:\s{{0,4}}[一-鿿/]){{0,5}})\s{{0,4}}[:：]"
    )


def field_of(label: str) -> str:
    """The field of a label (``index_number`` of 索引号); an empty text for a label that is not known."""
    return _fields().get(label, "")


@lru_cache(maxsize=8192)
def read_label(text: str) -> str | None:
    """The label, without blanks and colon, that a text is and nothing else; else None.

    Any short text that ends in a colon is one.
    """
    if len(text) > MAX_LABEL * 2:
        return None
    plain = compact(text).lstrip(_BULLETS)
    name = plain.rstrip(":")
    if name in _fields():
        return name
    return name if plain.endswith(":") and 1 < len(name) <= _MAX_UNKNOWN and not name.isascii() else None


def begins_with_label(text: str) -> bool:
    """Whether a text begins with a known label and a colon."""
    if ":" not in text and "：" not in text:
        return False
    match = _pattern().match(text.lstrip(_BULLETS))
    return match is not None and match[1] is not None


def split_labels(line: str) -> Iterator[tuple[str, str]]:
    """The labels with colons in a running line, each with the text up to the next label, as printed."""
    matches = list(_pattern().finditer(line))
    for n, match in enumerate(matches):
        stop = matches[n + 1].start() if n + 1 < len(matches) else len(line)
        yield compact(match[1] or match[2]), line[match.end() : stop]

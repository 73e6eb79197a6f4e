"""What the pages say beside the records, in both languages, from ``labels.toml``."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")


@cache
def load_words() -> Mapping[str, Any]:
    """Tables of ``labels.toml``: words by name, each with ``zh`` and ``en``."""
    return tomllib.loads(files(__package__).joinpath("labels.toml").read_text(encoding="utf-8"))


@cache
def words_of(language: str) -> dict[str, Any]:
    """The words of one language: those of ``[words]`` by name, those of the other tables by table and name."""
    tables = {
        table: {name: entry[language] for name, entry in entries.items()} for table, entries in load_words().items()
    }
    words: dict[str, Any] = tables.pop("words")
    both = words.keys() & tables.keys()
    if both:
        raise ValueError(f"labels.toml: {sorted(both)} are words and tables")
    return {**words, **tables}


def two_languages(name: str) -> tuple[str, str]:
    """The Chinese and the English of one word of the evidence pages."""
    entry = load_words()["evidence"][name]
    return entry["zh"], entry["en"]

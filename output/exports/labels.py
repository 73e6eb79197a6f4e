"""What people are told of columns and codes: short labels in English and Chinese, and names for statistics programs."""

import hashlib
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from parsers.codebook import load_codebook

# Stata allows 32 characters, but the library names the labels of values after the variable and its number.
NAME_LIMIT = 29
# A name that is too long, or that another one has already, ends with so many hex digits of its digest.
_DIGEST = 4


class Label(NamedTuple):
    """A label in English and in Chinese; ``str`` has both."""

    en: str
    zh: str

    def __str__(self) -> str:
        return f"{self.en} {self.zh}".strip()


def column_label(table: str, name: str, description: str) -> Label:
    """The label of a column: from ``labels.toml``, else that of the indicator of this code, else its description."""
    labels: dict[str, list[str]] = _load_toml()["columns"]
    told = labels.get(f"{table}.{name}") or labels.get(name)
    if told:
        return Label(*told)
    return _indicator_labels().get(name) or Label(description, "")


def value_labels(table: str, column: str) -> dict[str, str]:
    """The codes of a column with a closed list of them, each with its label, in an order that is kept."""
    lists: dict[str, dict[str, str]] = _load_toml()["values"]
    found = lists.get(f"{table}.{column}") or lists.get(column, {})
    return {code: f"{code} {zh}".strip() for code, zh in found.items()}


def chinese_code(column: str, code: str) -> str:
    """What a code of a column (or ``table.column``) with a closed list means in Chinese; else the code itself."""
    lists: dict[str, dict[str, str]] = _load_toml()["values"]
    return lists.get(column, {}).get(code) or code


def variable_names(names: Iterable[str]) -> dict[str, str]:
    """A name that Stata and SPSS allow for each column, no two alike whatever their case.

    Dots become _; long names are shortened word by word, then cut; the same name gives the same result unless it meets
    another one.

    >>> variable_names(["applications.received", "if"])
    {'applications.received': 'applications_received', 'if': 'if_'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        variable = _variable(name)
        tries = 0
        while variable.lower() in taken:
            variable = _with_digest(_variable(name), name + "'" * tries)
            tries += 1
        taken.add(variable.lower())
        found[name] = variable
    return found


def _variable(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    if not re.match(r"[A-Za-z]", plain):
        plain = f"v{plain}"
    # SPSS allows no name that ends with an underscore to be told from its own; a reserved word gets one all the same.
    if plain.lower() in _reserved():
        plain += "_"
    if len(plain) > NAME_LIMIT:
        plain = "_".join(_load_toml()["short"].get(word, word) for word in re.split(r"[._]", plain))
    return plain if len(plain) <= NAME_LIMIT else _with_digest(plain, name)


def _with_digest(variable: str, name: str) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    return f"{variable[: NAME_LIMIT - _DIGEST - 1]}_{digest}"


@cache
def _reserved() -> frozenset[str]:
    """Words that are no names in Stata or SPSS, in lower case; among them Stata's str1 to str2045."""
    words: list[str] = _load_toml()["reserved"]
    return frozenset(words) | {f"str{n}" for n in range(2046)}


@cache
def _indicator_labels() -> dict[str, Label]:
    return {item.indicator: Label(item.label_en, item.label_zh) for item in reversed(load_codebook())}


@cache
def _load_toml() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("labels.toml").read_text(encoding="utf-8"))

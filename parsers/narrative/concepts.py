"""Shared concept codes for what is counted, from the label, the unit and the concept of the total."""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

import msgspec


class Concept(msgspec.Struct, frozen=True):
    """One concept: the labels and units that it has, and the total that it must be a part of (or none)."""

    code: str
    label: re.Pattern[str]
    units: frozenset[str]
    under: str
    root: bool


@cache
def load_concepts() -> tuple[Concept, ...]:
    """All concepts in the order in which they are tried."""
    data = tomllib.loads(files("parsers").joinpath("data", "concepts.toml").read_text("utf-8"))
    return tuple(
        Concept(
            item["code"],
            re.compile(item["label"]),
            frozenset(item["units"]),
            item.get("under", ""),
            item.get("root", False),
        )
        for item in data["concept"]
    )


@lru_cache(maxsize=8192)
def find_concept(label: str, unit: str | None, under: str | None) -> str | None:
    """The concept of a count, or None where no concept has that label.

    ``under`` is the concept of the total that it is a part of, '' for a total without one, None for no part. ``unit``
    is None where nothing was counted (未收到申请): any unit will do.
    """
    for concept in load_concepts():
        if concept.root and under is not None:
            continue
        if concept.under and concept.under != under:
            continue
        if (unit is None or unit in concept.units) and concept.label.fullmatch(label):
            return concept.code
    return None

"""The codebook: every indicator of every form, as in ``codebook.csv``."""

import csv
from functools import cache
from importlib.resources import files

import msgspec


class Indicator(msgspec.Struct, frozen=True):
    """One row of the codebook; ``dimension`` is ``applicant`` for the indicators of table 3, else empty."""

    form: str
    table: str
    indicator: str
    label_zh: str
    label_en: str
    unit: str
    dimension: str
    parent: str
    note: str


@cache
def load_codebook() -> tuple[Indicator, ...]:
    """All indicators in the order of the codebook file."""
    text = files("parsers").joinpath("codebook.csv").read_text("utf-8")
    return tuple(Indicator(**row) for row in csv.DictReader(text.splitlines()))

"""Ten ordinary deviations, 100 reports each, as HTML and as the text that three versions of trafilatura make of it.

Not one number may be wrong without being marked; the share of printed numbers that is still read has a floor
in ``fixtures/floors.toml``.
"""

import tomllib
from pathlib import Path

import pytest

from parsers.reader import parse_report
from tests.reportgen.deviations import (
    DEVIATIONS,
    FORMATS,
    REPORTS,
    VERSIONS,
    deviation_cases,
    digest_pages,
    load_digest,
    load_texts,
)
from tests.reportgen.score import score_many

FLOORS = tomllib.loads(Path(__file__).with_name("fixtures").joinpath("floors.toml").read_text(encoding="utf-8"))[
    "deviations"
]


def test_stored_texts_fit_the_generator() -> None:
    """When this fails the generator has changed: remake the texts (see ``tests/reportgen/extract.py``)."""
    assert load_digest() == digest_pages()


def test_stored_texts_are_complete() -> None:
    wanted = {(name, seed, version) for name in DEVIATIONS for seed in range(REPORTS) for version in VERSIONS}
    assert set(load_texts()) == wanted


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("name", DEVIATIONS)
def test_deviation(name: str, fmt: str) -> None:
    tally = score_many(parse_report, deviation_cases(name, fmt))
    assert not tally.wrong, tally
    assert tally.share >= FLOORS.get(name, {}).get(fmt, FLOORS["default"]), tally

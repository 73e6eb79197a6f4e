"""How much of a report's text stands in other reports: those of its agency on the year before and of its neighbours.

Compared are runs of 8 characters (shingles). With the year before every shingle is compared. Among the reports of a
division on one year, a sample of the shingles (those whose hash ends in four zero bits) tells the few neighbours that
may share most, and only with those is every shingle compared. A shingle that many reports hold leads to the first of
them only, so that the work for a report has a bound and all of it grows as the reports do.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby, islice
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from output.derived import Reuse
from output.index import ReportIndex
from parsers.records import Section

SHINGLE = 8
MIN_SHARE = 0.3
MIN_CHARACTERS = 100
# What stands behind is not compared; an ordinary report has some thousand characters.
MAX_CHARACTERS = 100_000

_SAMPLED = np.uint64(15)
_SMALLEST = 8
# Reports that one shingle leads to, and neighbours that are compared in full.
_HOLDERS = 16
_CANDIDATES = 3
_FACTOR, _MIXER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xFF51AFD7ED558CCD)
_NUMBER = re.compile(r"\d+(?:[.,，．]\d+)*")
_SENTENCE_END = re.compile(r"[。！？!?\n\r]+")
_NO_WORD = re.compile(r"[\W_]+")
_REPORTS = """
SELECT division, year, agency_id, report_id FROM reports
WHERE division IS NOT NULL AND year IS NOT NULL ORDER BY division, year, agency_id, report_id"""

_Hashes = npt.NDArray[np.uint64]


class _Text(NamedTuple):
    """The shingles of one report, sorted, with the place of each in its text; and each shingle once."""

    report_id: str
    agency_id: str
    hashes: _Hashes
    places: npt.NDArray[np.int64]
    unique: _Hashes


def comparable_text(sections: Iterable[Section]) -> str:
    """The text of a report as it is compared: no prescribed sentence, white space or punctuation; numbers as 0."""
    pattern = _prescribed()
    kept: list[str] = []
    length = 0
    for section in sections:
        for sentence in _SENTENCE_END.split(section.text[: 2 * MAX_CHARACTERS]):
            if length < MAX_CHARACTERS and pattern.search(sentence.strip()[:400]) is None:
                kept.append(_NO_WORD.sub("", _NUMBER.sub("0", sentence)))
                length += len(kept[-1])
    return "".join(kept)[:MAX_CHARACTERS]


def find_reuse(index: ReportIndex) -> Iterator[Reuse]:
    """The rows by division, year, agency and report; see the module."""
    rows: Iterator[tuple[str, int, str, str]] = index.query(_REPORTS)
    before: dict[str, list[_Text]] = {}
    before_of: tuple[str, int] = ("", 0)
    for (division, year), group in groupby(rows, key=lambda row: (row[0], row[1])):
        texts = [_read(index, report_id, agency_id) for _, _, agency_id, report_id in group]
        if before_of != (division, year - 1):
            before = {}
        neighbours = _best_neighbours(texts)
        for text in texts:
            if len(text.hashes) + SHINGLE > MIN_CHARACTERS:
                yield from _earlier(text, before.get(text.agency_id, []))
                yield from neighbours.get(text.report_id, ())
        before = {agency_id: list(own) for agency_id, own in groupby(texts, key=lambda text: text.agency_id)}
        before_of = (division, year)


def _read(index: ReportIndex, report_id: str, agency_id: str) -> _Text:
    hashes = _hash_shingles(np.frombuffer(index.text(report_id), dtype="<u4"))
    # By one sort: np.unique, and a search for what is not sorted, take several times as long.
    places = np.argsort(hashes)
    hashes = hashes[places]
    is_new = np.ones(len(hashes), dtype=np.bool_)
    is_new[1:] = hashes[1:] != hashes[:-1]
    return _Text(report_id, agency_id, hashes, places, hashes[is_new])


def _hash_shingles(points: npt.NDArray[np.uint32]) -> _Hashes:
    """A hash for each run of characters, by the place of its first one."""
    count = max(0, len(points) - SHINGLE + 1)
    hashes = np.zeros(count, dtype=np.uint64)
    for place in range(SHINGLE):
        hashes = hashes * _FACTOR + points[place : place + count].astype(np.uint64)
    hashes ^= hashes >> np.uint64(33)
    hashes *= _MIXER
    return hashes ^ (hashes >> np.uint64(29))


def _earlier(text: _Text, before: list[_Text]) -> Iterator[Reuse]:
    """The comparison with the agency's report on the year before; of several the one that most is shared with."""
    found = [_compare(text, other, "previous_year") for other in before[:_CANDIDATES]]
    if found:
        yield max(found, key=lambda row: row.share)


def _compare(text: _Text, other: _Text, relation: Any) -> Reuse:
    characters = len(text.hashes) + SHINGLE - 1
    shared = np.zeros(len(text.hashes), dtype=np.bool_)
    shared[text.places] = _is_in(text.hashes, other.unique)
    # A character is shared where one of the runs that hold it is.
    covered = np.convolve(shared, np.ones(SHINGLE, dtype=np.int64)) > 0
    return Reuse(text.report_id, other.report_id, relation, round(int(covered.sum()) / characters, 4), characters)


def _is_in(hashes: _Hashes, unique: _Hashes) -> npt.NDArray[np.bool_]:
    if not len(unique):
        return np.zeros(len(hashes), dtype=np.bool_)
    places = np.minimum(np.searchsorted(unique, hashes), len(unique) - 1)
    found: npt.NDArray[np.bool_] = unique[places] == hashes
    return found


def _best_neighbours(texts: list[_Text]) -> dict[str, list[Reuse]]:
    """For each report the neighbour that most of it stands in, where that is ``MIN_SHARE`` or more."""
    best: dict[str, list[Reuse]] = {}
    for text, others in _candidates(texts):
        found = [_compare(text, other, "neighbour") for other in others]
        row = max(found, key=lambda row: row.share, default=None)
        if row is not None and row.share >= MIN_SHARE:
            best[text.report_id] = [row]
    return best


def _candidates(texts: list[_Text]) -> Iterator[tuple[_Text, list[_Text]]]:
    """Each report with the few of other agencies that hold most of its sampled shingles."""
    holders, others = _pairs([_sample(text.unique) for text in texts])
    pairs, counts = np.unique(holders * len(texts) + others, return_counts=True)
    order = np.lexsort((pairs, -counts, pairs // max(1, len(texts))))
    for place, group in groupby(pairs[order].tolist(), key=lambda pair: pair // len(texts)):
        text = texts[place]
        found = (texts[pair % len(texts)] for pair in group)
        yield text, list(islice((other for other in found if other.agency_id != text.agency_id), _CANDIDATES))


def _sample(unique: _Hashes) -> _Hashes:
    """The hashes that end in four zero bits, and the smallest ones for texts that have few."""
    return np.union1d(unique[:_SMALLEST], unique[(unique & _SAMPLED) == 0])


def _pairs(samples: list[_Hashes]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs of places of samples that have a hash in common, once for each such hash: every holder of it with each of
    the first few others."""
    hashes = np.concatenate([*samples, np.zeros(0, dtype=np.uint64)])
    owners = np.repeat(np.arange(len(samples), dtype=np.int64), [len(sample) for sample in samples])
    order = np.lexsort((owners, hashes))
    hashes, owners = hashes[order], owners[order]
    _, starts, which, sizes = np.unique(hashes, return_index=True, return_inverse=True, return_counts=True)
    ones, others = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for rank in range(min(_HOLDERS, int(sizes.max(initial=0)))):
        has = sizes[which] > rank
        other = owners[np.minimum(starts[which] + rank, len(owners) - 1)]
        has &= other != owners
        ones.append(owners[has])
        others.append(other[has])
    return np.concatenate(ones), np.concatenate(others)


@cache
def _prescribed() -> re.Pattern[str]:
    data = tomllib.loads(files("output").joinpath("reuse.toml").read_text(encoding="utf-8"))
    return re.compile("|".join(f"(?:{sentence})" for sentence in data["sentences"]))

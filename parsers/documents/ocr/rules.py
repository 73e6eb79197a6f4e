"""The ruling lines of a picture of a page, as lines of a drawing that ``pdf.rules`` makes tables of.

A pixel belongs to a line from left to right where it and the one below are dark together and so are those beside it;
a line is a long run of such pixels. Lines from top to bottom are those of the page laid on its side.
"""

import numpy as np
from numpy.typing import NDArray

from parsers.documents.ocr.pixels import SCALE, Grey, Mask, find_darkness
from parsers.documents.pdf.objects import Drawing, Rule
from parsers.documents.pdf.rules import merge_rules

# Over so many pixels beside one another darkness is averaged; more than _FULL counts as that much.
_WINDOW = 9
_FULL = 100
_DARK = 55
# No stroke of a character in a table is so long (points): across, and down, where rows of a table are low.
_MIN_ACROSS = 17.0
_MIN_DOWN = 12.5
_MAX_GAP = 3
_PART = 1000
# Shorter lines must begin and end at a line in the other direction.
_SURE = 60.0
_TOUCH = 3.5


def find_rules(grey: Grey) -> Drawing:
    """The ruling lines of a straightened page, in points."""
    darkness = find_darkness(grey)
    across = _find_lines(darkness, _MIN_ACROSS)
    down = _find_lines(np.ascontiguousarray(darkness.T), _MIN_DOWN)
    return Drawing(_drop_loose(across, down), _drop_loose(down, across), [], [], [])


def _find_lines(darkness: NDArray[np.int16], least: float) -> list[Rule]:
    """The lines along the rows of an array."""
    rules: list[Rule] = []
    # A part at a time: the sums take eight bytes a pixel.
    for top in range(0, len(darkness), _PART):
        runs = find_runs(mark_lines(darkness[top : top + _PART]), round(least * SCALE))
        rules += [Rule((top + row + 1) / SCALE, start / SCALE, end / SCALE) for row, start, end in runs]
    return merge_rules(rules)


def mark_lines(darkness: NDArray[np.int16]) -> Mask:
    """The pixels that may belong to a line along a row: with the next row dark, on average over a short stretch."""
    pair = darkness.astype(np.int32)
    pair[:-1] += darkness[1:]
    np.minimum(pair, _FULL, out=pair)
    sums = np.cumsum(np.pad(pair, ((0, 0), (_WINDOW // 2 + 1, _WINDOW // 2))), axis=1)
    marked: Mask = sums[:, _WINDOW:] - sums[:, :-_WINDOW] > _DARK * _WINDOW
    return marked


def find_runs(mask: Mask, least: int) -> list[tuple[int, int, int]]:
    """(row, start, end) of each run of at least ``least`` marked pixels along a row; small gaps are closed."""
    padded = np.pad(mask, ((0, 0), (1, 1))).astype(np.int8)
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    if not len(rows):
        return []
    opens = np.ones(len(rows), dtype=bool)
    opens[1:] = (rows[1:] != rows[:-1]) | (starts[1:] - ends[:-1] > _MAX_GAP)
    closes = np.append(opens[1:], True)
    rows, starts, ends = rows[opens], starts[opens], ends[closes]
    kept = ends - starts >= least
    return list(zip(rows[kept].tolist(), starts[kept].tolist(), ends[kept].tolist(), strict=True))


def _drop_loose(rules: list[Rule], others: list[Rule]) -> list[Rule]:
    """The lines without strokes of characters: what is short must lie between two lines in the other direction."""
    return [
        rule
        for rule in rules
        if rule.end - rule.start >= _SURE or (_meets(rule, rule.start, others) and _meets(rule, rule.end, others))
    ]


def _meets(rule: Rule, end: float, others: list[Rule]) -> bool:
    return any(
        abs(other.at - end) <= _TOUCH and other.start - _TOUCH <= rule.at <= other.end + _TOUCH for other in others
    )

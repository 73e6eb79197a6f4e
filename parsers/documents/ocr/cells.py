"""What the cells of a table say: each number read twice from other pictures of it, and measured against its ink.

Nothing is repaired. A cell is blank where its paper is blank; it holds what two readings agree on, where that is as
wide as the ink is; every other cell is ``UNREAD``, which no reader takes for a number or a blank.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from parsers.documents.ocr.engine import Engine
from parsers.documents.ocr.labels import mend_label
from parsers.documents.ocr.pixels import SCALE, Grey, Mask, to_grey
from parsers.documents.pdf.page import Box
from parsers.documents.pdf.rules import Lattice
from parsers.documents.tokens import is_value
from parsers.numbers import is_dash, read_number
from parsers.text import compact

# It stands where a number belongs and is none; the text that a picture in a cell of other formats has.
UNREAD = "\ufffc"
MIN_SCORE = 0.5
# Pixels along the borders of a cell that its ruling lines may reach into; fewer dark ones than _MIN_INK are a speck.
_INSET = round(2.2 * SCALE)
_MIN_INK = 14
_FAINT = 3
# Heights of ink in a crop and of crops in a strip; a strip holds so many cells.
_STRIP_HEIGHT = 34
_STRIP_CELLS = 10
_MARGINS = (0.3, 0.7)
_DASHES = frozenset("-—–―─－")
_SLASHES = frozenset("/\\／")


class Spot(NamedTuple):
    """A cell that is read again: its number in the table, what the page gave for it, the box of its ink in pixels."""

    number: int
    first: str
    box: tuple[int, int, int, int]


def check_cells(lattice: Lattice, texts: Sequence[str], grey: Grey, ink: Mask, engine: Engine) -> list[str]:
    """The texts of the cells of a table after those that are no labels were read again."""
    checked = list(texts)
    spots: list[Spot] = []
    for n, text in enumerate(texts):
        box = find_ink_box(ink, lattice.box_of(n))
        if box is None:
            checked[n] = UNREAD if text else ""
        elif _is_number_cell(text):
            spots.append(Spot(n, text, box))
        else:
            checked[n] = mend_label(text)
    for spot, text in zip(spots, read_again(spots, grey, ink, engine), strict=True):
        checked[spot.number] = text
    return checked


def _is_number_cell(text: str) -> bool:
    """Whether what the page gave for a cell is no label: nothing, a number, a sign, a stray letter."""
    plain = compact(text)
    return len(plain) <= 1 or is_value(text) or not any("\u2e80" <= char <= "\u9fff" for char in plain)


def find_ink_box(ink: Mask, cell: Box) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of the ink in a cell, in pixels; None where the paper is blank."""
    left, top = round(cell.left * SCALE) + _INSET, round(cell.top * SCALE) + _INSET
    right, bottom = round(cell.right * SCALE) - _INSET, round(cell.bottom * SCALE) - _INSET
    part = ink[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if part.size == 0 or int(part.sum()) < _MIN_INK:
        return None
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    x, y = max(left, 0), max(top, 0)
    return x + int(columns[0]), y + int(rows[0]), x + int(columns[-1]) + 1, y + int(rows[-1]) + 1


def read_again(spots: Sequence[Spot], grey: Grey, ink: Mask, engine: Engine) -> list[str]:
    """What each cell holds, or ``UNREAD``."""
    confirmed = _confirm_in_strips(spots, grey, engine)
    doubtful = [spot for spot in spots if spot.number not in confirmed]
    known = sorted((spot for spot in spots if spot.number in confirmed), key=lambda spot: spot.first == "0")
    settled = {spot.number: settle(spot.first, others) for spot, others in _read_alone(doubtful, known, grey, engine)}
    return [judge_shape(settled.get(spot.number, spot.first), spot.box, ink) for spot in spots]


def _read_alone(
    spots: Sequence[Spot], known: Sequence[Spot], grey: Grey, engine: Engine
) -> Iterator[tuple[Spot, list[str]]]:
    """For each cell what crops of it say: with two margins, so at two scales, and between two cells that are known, as
    a digit that stands alone looks like a letter."""
    crops = [cut_crop(grey, spot.box, margin) for spot in spots for margin in _MARGINS]
    texts = read_texts(crops, engine)
    # A strip has no room for the point of a decimal.
    inside = [spot for spot in spots if not set(".,，") & set(spot.first)] if known else []
    ends = [cut_crop(grey, known[n].box, 0.0) for n in (0, -1)] if known else []
    strips = [make_strip([ends[0], cut_crop(grey, spot.box, 0.0), ends[1]]) for spot in inside]
    among = {
        spot.number: read_between(text, known[0].first, known[-1].first)
        for spot, text in zip(inside, read_texts(strips, engine), strict=True)
    }
    count = len(_MARGINS)
    for n, spot in enumerate(spots):
        yield spot, [*texts[n * count : (n + 1) * count], among.get(spot.number, "")]


def read_texts(crops: Sequence[Grey], engine: Engine) -> list[str]:
    """What each crop says; "" where the engine is not sure of it."""
    return [word.text if word.score >= MIN_SCORE else "" for word in engine.read_crops(crops)]


def read_between(text: str, left: str, right: str) -> str:
    """What stands between two known texts, or "".

    >>> read_between("7110", "7", "0"), read_between("71", "7", "0"), read_between("70", "7", "0")
    ('11', '', '')
    """
    plain = "".join(text.split())
    is_between = plain.startswith(left) and plain.endswith(right) and len(plain) > len(left) + len(right)
    return plain[len(left) : len(plain) - len(right)] if is_between else ""


def settle(first: str, others: Sequence[str]) -> str:
    """What a cell holds by the reading of the page (may be empty) and those of crops of it: what two of them say where
    no two say different numbers.

    >>> settle("8", ["8", "B", ""]), settle("", ["7", "7", ""]), settle("O", ["0", "o", "0"])
    ('8', '7', '0')
    >>> settle("8", ["3", "8", "8"]) == settle("", ["1", "", "l"]) == UNREAD
    True
    """
    said = Counter(compact(text) for text in (first, *others) if text)
    numbers = [text for text in said if read_number(text, "").status == "number"]
    if len(numbers) > 1 or not said:
        return UNREAD
    text = numbers[0] if numbers else said.most_common(1)[0][0]
    return text if said[text] > 1 else UNREAD


# ---------------------------------------------------------------- strips


def _confirm_in_strips(spots: Sequence[Spot], grey: Grey, engine: Engine) -> set[int]:
    """The cells that are read as before when several of them are pasted side by side.

    A strip shows each digit among other neighbours and at another scale, and takes a tenth of the time.
    """
    numbers = [spot for spot in spots if spot.first.isascii() and spot.first.isdigit()]
    groups = [numbers[n : n + _STRIP_CELLS] for n in range(0, len(numbers), _STRIP_CELLS)]
    strips = [make_strip([cut_crop(grey, spot.box, 0.0) for spot in group]) for group in groups]
    confirmed: set[int] = set()
    for group, text in zip(groups, read_texts(strips, engine), strict=True):
        if "".join(text.split()) == "".join(spot.first for spot in group):
            confirmed.update(spot.number for spot in group)
    return confirmed


def make_strip(crops: Sequence[Grey]) -> Grey:
    """Crops side by side at one height, on white."""
    gap = np.full((2 * _STRIP_HEIGHT, _STRIP_HEIGHT // 4), 255, dtype=np.uint8)
    parts = [gap]
    for crop in crops:
        height, width = crop.shape
        scaled = Image.fromarray(crop).resize(
            (max(1, round(width * _STRIP_HEIGHT / height)), _STRIP_HEIGHT), Image.Resampling.BICUBIC
        )
        part = np.full((2 * _STRIP_HEIGHT, scaled.width), 255, dtype=np.uint8)
        part[_STRIP_HEIGHT // 2 : _STRIP_HEIGHT // 2 + _STRIP_HEIGHT] = to_grey(scaled)
        parts += [part, gap]
    return np.concatenate(parts, axis=1)


def cut_crop(grey: Grey, box: tuple[int, int, int, int], margin: float) -> Grey:
    """The ink of a cell with a margin in parts of its height, in the grey of the paper: no ruling line around it."""
    left, top, right, bottom = box
    # Where print is faint the ink goes on a little beyond its box.
    part = grey[max(top - _FAINT, 0) : bottom + _FAINT, max(left - _FAINT, 0) : right + _FAINT]
    paper = int(np.percentile(part, 95))
    return np.pad(part, max(2, round(margin * (bottom - top))), constant_values=paper)


# ---------------------------------------------------------------- measured against the ink


def judge_shape(text: str, box: tuple[int, int, int, int], ink: Mask) -> str:
    """The text where the ink may have that shape, else ``UNREAD``: no digit lost or doubled, no 1 read as a slash."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    plain = compact(text)
    if not plain or plain == "一":
        # A dash and the numeral one are the same stroke.
        return UNREAD
    if _DASHES.issuperset(plain):
        return text if width >= 2 * height else UNREAD
    if _SLASHES.issuperset(plain):
        return text if _is_slanted(ink[top:bottom, left:right]) else UNREAD
    if is_dash(plain) or not plain.isascii():
        return text
    return text if fits_width(plain, width / height) else UNREAD


def fits_width(text: str, ratio: float) -> bool:
    """Whether so many digits may be so wide for their height (a digit is about 0.55 by 0.7 of the em square).

    >>> fits_width("100", 2.2), fits_width("10", 2.2), fits_width("0", 0.7), fits_width("00", 0.7)
    (True, False, True, False)
    """
    digits = sum(1 for char in text if char.isdigit() and char != "1")
    thin = sum(1 for char in text if char == "1")
    marks = len(text) - digits - thin
    least = 0.42 * digits + 0.14 * thin + 0.05 * marks + 0.05 * (len(text) - 1)
    most = 0.8 * (digits + thin) + 0.5 * marks + 0.25
    return least <= ratio <= most


def _is_slanted(part: Mask) -> bool:
    """Whether ink lies along a diagonal and not upright."""
    ys, xs = np.nonzero(part)
    if len(ys) < 3 or xs.std() == 0 or ys.std() == 0:
        return False
    return abs(float(np.corrcoef(xs, ys)[0, 1])) > 0.85 and float(xs.std()) > 0.25 * float(ys.std())

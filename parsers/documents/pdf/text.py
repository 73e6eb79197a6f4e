"""Characters with coordinates to runs and lines of text.

A run is what was printed in one go: characters on one base line, each where the one before ended. A line is all
that stands on one base line, from left to right.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise

import msgspec

from parsers.documents.pdf.page import Glyph

# In parts of the em square: gap within a run, a blank between letters, a blank between Chinese characters, the
# offset of a character printed twice to look bold, what is still the same base line.
_RUN_GAP = 0.3
_LETTER_GAP = 0.28
_HAN_GAP = 0.75
_TWICE = 0.22
_SAME_LINE = 0.4
# A raised character of smaller print is a footnote mark.
_SMALL = 0.8
_RAISED = 0.15


class Line(msgspec.Struct, gc=False):
    """One line of text with its box; ``size`` is that of most of its characters."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    base: float
    size: float
    glyphs: list[Glyph] = []


@cache
def pdf_words() -> dict[str, object]:
    """The data file of what PDF files do to text."""
    data: dict[str, object] = tomllib.loads(files(__package__).joinpath("pdf.toml").read_text("utf-8"))
    return data


@cache
def _substitutes() -> dict[int, str]:
    """Characters that stand for others: radicals and compatibility forms of whole characters."""
    codes = (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00))
    table = {code: unicodedata.normalize("NFKC", chr(code)) for code in codes}
    for name in ("radicals", "variants"):
        named = pdf_words()[name]
        assert isinstance(named, dict)
        table |= {ord(key): value for key, value in named.items()}
    return table


def fold(text: str) -> str:
    """The text with radicals and compatibility forms as the characters that they stand for."""
    return text if text.isascii() else text.translate(_substitutes())


def make_runs(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Characters in the order of the content to runs."""
    runs: list[list[Glyph]] = []
    last: Glyph | None = None
    for glyph in glyphs:
        if last is not None and _goes_on(last, glyph):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
        last = glyph
    return runs


def _goes_on(last: Glyph, glyph: Glyph) -> bool:
    size = max(last.size, glyph.size)
    gap = glyph.left - last.right
    return -_RUN_GAP * size < gap < _RUN_GAP * size and abs(glyph.base - last.base) < 0.2 * size and not glyph.spaced


def make_lines(glyphs: Iterable[Glyph]) -> list[Line]:
    """Characters in any order to lines from top to bottom."""
    rows: list[list[Glyph]] = []
    base = size = 0.0
    for glyph in sorted(glyphs, key=lambda glyph: glyph.base):
        if not rows or glyph.base - base > _SAME_LINE * max(size, glyph.size):
            rows.append([])
            base, size = glyph.base, glyph.size
        elif glyph.size > size:
            # A footnote mark stands higher than the line that it belongs to.
            base, size = glyph.base, glyph.size
        rows[-1].append(glyph)
    return [make_line(row) for row in rows]


def make_line(row: list[Glyph]) -> Line:
    """The line that characters on one base line make."""
    if len(row) == 1:
        one = row[0]
        return Line(fold(one.char), one.left, one.right, one.top, one.bottom, one.base, one.size, row)
    row = _drop_twice(sorted(row, key=lambda glyph: glyph.left))
    # A Chinese character is as wide as the font is large; how tall it claims to be differs between fonts.
    sizes = sorted(g.right - g.left for g in row if _is_han(g.char)) or sorted(glyph.size for glyph in row)
    size = sizes[len(sizes) // 2]
    bases = sorted(glyph.base for glyph in row)
    return Line(
        _spell(row),
        row[0].left,
        max(glyph.right for glyph in row),
        min(glyph.top for glyph in row),
        max(glyph.bottom for glyph in row),
        bases[len(bases) // 2],
        size,
        row,
    )


def _drop_twice(row: list[Glyph]) -> list[Glyph]:
    """The characters without those printed a second time in the same place."""
    if all(b.left - a.left > _TWICE * a.size for a, b in pairwise(row)):
        return row
    kept: list[Glyph] = []
    for glyph in row:
        if not any(
            other.char == glyph.char and abs(glyph.left - other.left) < _TWICE * glyph.size * _width(glyph)
            for other in kept[-3:]
        ):
            kept.append(glyph)
    return kept


def _width(glyph: Glyph) -> float:
    """How wide a character is in em squares, at most 1: two narrow characters in a row stand close."""
    return min(1.0, (glyph.right - glyph.left) / glyph.size) if glyph.size else 1.0


def _spell(row: list[Glyph]) -> str:
    """The text of a line, with blanks where they were printed; evenly spread characters are no words."""
    wide = _spread(row)
    parts: list[str] = []
    last: Glyph | None = None
    for glyph in row:
        if last is not None and _parts(last, glyph, wide):
            parts.append(" ")
        parts.append(glyph.char)
        last = glyph
    return fold("".join(parts))


def _spread(row: list[Glyph]) -> float:
    """The gap between evenly spread Chinese characters in em squares, 0 where they stand close."""
    pairs = pairwise(row)
    gaps = sorted((b.left - a.right) / b.size for a, b in pairs if b.size and _is_han(a.char) and _is_han(b.char))
    if len(gaps) < 2:
        return 0.0
    return max(0.0, gaps[len(gaps) // 4])


def _parts(last: Glyph, glyph: Glyph, wide: float) -> bool:
    """Whether a blank stands between two characters of a line."""
    size = max(last.size, glyph.size)
    gap = (glyph.left - last.right) / size if size else 0.0
    if last.char.isascii() and glyph.char.isascii():
        return gap > _LETTER_GAP or (glyph.spaced and gap > 0.1)
    return gap > _HAN_GAP + (1.2 * wide if wide > 0.2 else 0.0)


def _is_han(char: str) -> bool:
    return "\u2e80" <= char <= "\u9fff"


def split_marks(line: Line) -> tuple[list[Glyph], list[Glyph]]:
    """The characters of a line parted into its text and its raised marks of small print."""
    marks = [
        glyph
        for glyph in line.glyphs
        if glyph.size < _SMALL * line.size and line.base - glyph.base > _RAISED * line.size
    ]
    if not marks or len(marks) == len(line.glyphs):
        return line.glyphs, []
    raised = {id(glyph) for glyph in marks}
    return [glyph for glyph in line.glyphs if id(glyph) not in raised], marks


_WRAPPED = re.compile(r"[^\x00-\x7f]")


def join_wrapped(first: str, second: str) -> str:
    """Two lines of one paragraph: Chinese goes on without a blank, words of letters with one."""
    if not first or not second or _WRAPPED.match(first[-1]) or _WRAPPED.match(second[0]):
        return first + second
    return first[:-1] + second if first.endswith("-") and second[0].islower() else f"{first} {second}"

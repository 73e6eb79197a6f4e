"""One page of a PDF by PDFium: its characters and ruling lines with coordinates, turned so that text reads upright.

All coordinates are points with ``y`` growing downwards, in the direction in which the page is read; the page's own
/Rotate does not matter, the direction of its text does.
"""

import ctypes
import math
from collections import Counter
from typing import Any

import msgspec
import pypdfium2.raw as pdfium

# A page of a report has about 1,000 characters and 100 lines; a map or a bomb has many more.
MAX_CHARS = 60_000
# Characters of which the direction is taken to tell how the page is turned.
_SAMPLE = 200
_SKEW = 8.0
# Codes that stand for no character of a text: what a font without a mapping to Unicode leaves.
UNKNOWN = "\ufffd"
# The way of drawing text that leaves no print: a text layer under or over the picture of a page.
INVISIBLE = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
# Between these every code is a printed character of its own.
_FIRST, _LAST = 0x2E80, 0x9FFF
_SPACES = frozenset((0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x85, 0xA0, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF))


def unchecked(function: Any) -> Any:
    """A function of PDFium without the check of its arguments, which takes longer than most calls.

    For what is asked of every character and line; arguments must be pointers, ``byref`` or plain int.
    """
    bare = type(function)(ctypes.cast(function, ctypes.c_void_p).value)
    bare.restype = function.restype
    return bare


_code_of = unchecked(pdfium.FPDFText_GetUnicode)
_box_of = unchecked(pdfium.FPDFText_GetLooseCharBox)
_origin_of = unchecked(pdfium.FPDFText_GetCharOrigin)
_angle_of = unchecked(pdfium.FPDFText_GetCharAngle)


class Glyph(msgspec.Struct, gc=False):
    """One printed character: its box (the advance by the em square), its base line, the size of the em square, and
    whether a blank came before."""

    char: str
    left: float
    right: float
    top: float
    bottom: float
    base: float
    size: float
    spaced: bool = False

    @property
    def centre(self) -> float:
        """The middle between left and right."""
        return (self.left + self.right) / 2


class Box(msgspec.Struct, gc=False):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float


def read_glyphs(textpage: pdfium.FPDF_TEXTPAGE, turns: int, visible_only: bool = False) -> list[Glyph]:
    """The characters of a page in the order of its content, turned back by ``turns`` quarter turns.

    Blanks are no glyphs, they mark the glyph that follows; characters that run in another direction than most
    (a slanted watermark) are left out, and invisible ones where ``visible_only``.
    """
    count = min(pdfium.FPDFText_CountChars(textpage), MAX_CHARS)
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    box_at, x_at, y_at = ctypes.byref(box), ctypes.byref(x), ctypes.byref(y)
    # The innermost loop: what every character needs stands here, and functions are looked up once.
    code_of, box_of, origin_of, angle_of = _code_of, _box_of, _origin_of, _angle_of
    fitting = _Upright(turns)
    glyphs: list[Glyph] = []
    spaced = False
    for n in range(count):
        code = code_of(textpage, n)
        if code in _SPACES:
            spaced = spaced or pdfium.FPDFText_IsGenerated(textpage, n) == 0
            continue
        if not box_of(textpage, n, box_at) or not origin_of(textpage, n, x_at, y_at):
            continue
        if not fitting[angle_of(textpage, n)] or (visible_only and _is_invisible(textpage, n)):
            continue
        char = chr(code) if _FIRST <= code <= _LAST else _char(code)
        if turns:
            glyphs.append(_turn(char, box, x.value, y.value, turns, spaced))
        else:
            size = box.top - box.bottom
            glyphs.append(Glyph(char, box.left, box.right, -box.top, -box.bottom, -y.value, size, spaced))
        spaced = False
    return glyphs


def _turn(char: str, box: pdfium.FS_RECTF, x: float, y: float, turns: int, spaced: bool) -> Glyph:
    rect = turn_box(box.left, -box.top, box.right, -box.bottom, turns)
    base = turn_point(x, -y, turns)[1]
    return Glyph(char, rect.left, rect.right, rect.top, rect.bottom, base, rect.bottom - rect.top, spaced)


class _Upright(dict[float, bool]):
    """Whether an angle is the upright one; a page has few, so each is told once."""

    def __init__(self, turns: int) -> None:
        self.turns = turns

    def __missing__(self, angle: float) -> bool:
        self[angle] = _quarter(math.degrees(angle)) == self.turns
        return self[angle]


def _char(code: int) -> str:
    """The character of a code; no character of a text (control, private use, lone surrogate) becomes U+FFFD."""
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or 0xE000 <= code <= 0xF8FF:
        return UNKNOWN
    return UNKNOWN if code >= 0xF0000 or code & 0xFFFE == 0xFFFE else chr(code)


def find_turns(textpage: pdfium.FPDF_TEXTPAGE) -> int:
    """How many quarter turns (clockwise as seen) most characters of a page are off the upright direction."""
    count = min(pdfium.FPDFText_CountChars(textpage), MAX_CHARS)
    step = max(1, count // _SAMPLE)
    seen = Counter(_quarter(math.degrees(_angle_of(textpage, n))) for n in range(0, count, step))
    seen.pop(-1, None)
    return seen.most_common(1)[0][0] if seen else 0


def _quarter(angle: float) -> int:
    """The quarter turns that an angle is near to; -1 where it is near to none."""
    turns = round(angle / 90)
    return turns % 4 if abs(angle - 90 * turns) <= _SKEW else -1


def _is_invisible(textpage: pdfium.FPDF_TEXTPAGE, n: int) -> bool:
    item = pdfium.FPDFText_GetTextObject(textpage, n)
    return bool(item) and pdfium.FPDFTextObj_GetTextRenderMode(item) == INVISIBLE


def turn_point(x: float, y: float, turns: int) -> tuple[float, float]:
    """A point turned back by so many clockwise quarter turns."""
    if turns == 0:
        return x, y
    if turns == 1:
        return y, -x
    return (-x, -y) if turns == 2 else (-y, x)


def turn_box(left: float, top: float, right: float, bottom: float, turns: int) -> Box:
    """A rectangle turned back by so many clockwise quarter turns."""
    if turns == 0:
        return Box(left, top, right, bottom)
    x0, y0 = turn_point(left, top, turns)
    x1, y1 = turn_point(right, bottom, turns)
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

"""A stand-in for the Chinese fonts that a PDF names and does not hold.

PDFium looks for another font on the machine and draws each character with it to see how much room its print takes.
That is slow, differs from machine to machine, and where no Chinese font is installed PDFium drops every character
that is placed on its own: most numbers of a table. The advance of a character stands in the PDF, so a font in which
each character is a plain box is enough to read text. To draw pages PDFium needs the fonts of the machine as before.
"""

import ctypes
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

_EM = 1000
_ASCENT, _DESCENT = 880, -120
# Advance and box (left, bottom, right, top) of no character, of every one, of letters and digits, and of blanks.
_GLYPHS = ((1000, None), (1000, (50, -80, 450, 840)), (500, (30, 0, 180, 700)), (500, None))
_WIDE, _NARROW, _BLANK = 1, 2, 3
# First and last code, and the glyph of both and all between.
_RANGES = (
    (0x20, 0x20, _BLANK),
    (0x21, 0x7E, _NARROW),
    (0xA0, 0xA0, _BLANK),
    (0xA1, 0x2FFF, _WIDE),
    (0x3000, 0x3000, _BLANK),
    (0x3001, 0x10FFFF, _WIDE),
)
# The handle of the font: any number but 0, which says that there is none.
_HANDLE = 1
_WHOLE_FILE = 0
_EAST_ASIAN = (
    raw.FXFONT_SHIFTJIS_CHARSET,
    raw.FXFONT_HANGEUL_CHARSET,
    raw.FXFONT_GB2312_CHARSET,
    raw.FXFONT_CHINESEBIG5_CHARSET,
)


class _Fonts(pdfium.PdfSysfontBase):  # type: ignore[misc]
    """What PDFium asks for fonts: those of the machine, or while ``boxes`` holds the boxes and nothing else."""

    boxes = False

    def MapFont(self, _: Any, weight: int, italic: int, charset: int, *rest: Any) -> int | None:  # noqa: N802
        if not self.boxes:
            found: int | None = self.default.MapFont(self.default, weight, italic, charset, *rest)
            return found
        # Letters of other languages are measured with the fonts that PDFium has in itself.
        return _HANDLE if charset in _EAST_ASIAN else None

    def GetFont(self, _: Any, name: Any) -> int | None:  # noqa: N802
        found: int | None = None if self.boxes else self.default.GetFont(self.default, name)
        return found

    def GetFontData(self, _: Any, font: int, table: int, buffer: Any, size: int) -> int:  # noqa: N802
        if font != _HANDLE:
            found: int = self.default.GetFontData(self.default, font, table, buffer, size)
            return found
        data = make_boxes() if table == _WHOLE_FILE else b""
        if buffer and size >= len(data):
            ctypes.memmove(buffer, data, len(data))
        return len(data)

    def GetFaceName(self, _: Any, font: int, buffer: Any, size: int) -> int:  # noqa: N802
        found: int = 0 if font == _HANDLE else self.default.GetFaceName(self.default, font, buffer, size)
        return found

    def GetFontCharset(self, _: Any, font: int) -> int:  # noqa: N802
        if font == _HANDLE:
            return int(raw.FXFONT_GB2312_CHARSET)
        found: int = self.default.GetFontCharset(self.default, font)
        return found

    def DeleteFont(self, _: Any, font: int) -> None:  # noqa: N802
        if font != _HANDLE:
            self.default.DeleteFont(self.default, font)


@cache
def _fonts() -> _Fonts:
    fonts = _Fonts()
    fonts.setup(reusable=True)
    return fonts


@contextmanager
def box_fonts() -> Iterator[None]:
    """Within it PDFium measures Chinese fonts that a file does not hold by boxes, without the fonts of the machine."""
    fonts = _fonts()
    fonts.boxes = True
    try:
        yield
    finally:
        fonts.boxes = False


@cache
def make_boxes() -> bytes:
    """A TrueType font of boxes, as the OpenType specification describes its tables."""
    outlines = [_outline(box) for _, box in _GLYPHS]
    ends = [sum(map(len, outlines[:n])) for n in range(len(outlines) + 1)]
    widest = max(advance for advance, _ in _GLYPHS)
    tables = {
        b"cmap": _code_table(),
        b"glyf": b"".join(outlines),
        b"head": struct.pack(
            ">4I2H2q4h2H3h", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, 0, _DESCENT, _EM, _ASCENT, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(">I3hH11hH", 0x10000, _ASCENT, _DESCENT, 0, widest, *[0] * 3, 1, *[0] * 7, len(_GLYPHS)),
        b"hmtx": b"".join(struct.pack(">Hh", advance, box[0] if box else 0) for advance, box in _GLYPHS),
        b"loca": struct.pack(f">{len(ends)}I", *ends),
        b"maxp": struct.pack(">I14H", 0x10000, len(_GLYPHS), 4, 1, 0, 0, 2, *[0] * 8),
    }
    head = struct.pack(">I4H", 0x10000, len(tables), 64, 2, 16 * len(tables) - 64)
    body = b""
    for name, table in tables.items():
        head += struct.pack(">4s3I", name, 0, 12 + 16 * len(tables) + len(body), len(table))
        body += table + b"\0" * (-len(table) % 4)
    return head + body


def _outline(box: tuple[int, int, int, int] | None) -> bytes:
    """The glyph of one box; nothing for a blank."""
    if box is None:
        return b""
    left, bottom, right, top = box
    steps = struct.pack(">4h4h", left, 0, right - left, 0, bottom, top - bottom, 0, bottom - top)
    outline = struct.pack(">5hHH", 1, *box, 3, 0) + b"\1" * 4 + steps
    return outline + b"\0" * (-len(outline) % 4)


def _code_table() -> bytes:
    """Which glyph a code of Unicode has, in the format (13) in which all codes of a range have the same one."""
    ranges = b"".join(struct.pack(">3I", *codes) for codes in _RANGES)
    table = struct.pack(">2H3I", 13, 0, 16 + len(ranges), 0, len(_RANGES)) + ranges
    return struct.pack(">4HI", 0, 1, 3, 10, 12) + table

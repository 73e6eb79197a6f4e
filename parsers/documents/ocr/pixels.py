"""Pictures of pages as arrays of grey: opened with limits, brought to one resolution, turned upright, parted into ink
and paper.

All pages are read at ``DPI``; a point (1/72 inch) is ``SCALE`` pixels. A picture of unknown size is taken to be as wide
as a sheet of A4.
"""

import io
import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from parsers.errors import NotAReport

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

DPI = 200
SCALE = DPI / 72
MAX_PIXELS = 40_000_000
# A4 upright and on its side, in points.
SHORT, LONG = 595.0, 842.0
# A picture narrower than this has no digits that could be told apart.
_MIN_WIDTH = 300
# A page as long as this many widths is the picture of a whole web page.
_MAX_LONG = 12
_MAX_SKEW = 4.0
_LEAST_SKEW = 0.04
_SAMPLE = 40_000
# How much darker than the paper around it (of 255) the neighbourhood of a pixel is that holds ink.
_INK = 38
_PAPER_RADIUS = 40


def open_picture(data: bytes, title: str) -> Grey:
    """The picture in ``data`` in grey, ``DPI`` pixels an inch. ``title`` is what a person calls such a file.

    Raises NotAReport where it is damaged, too large, or too small to be read. Its size is taken from its header,
    before anything is unpacked.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        _check_size(*picture.size, title)
        return to_grey(_fit(_flatten(picture)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAReport(f"{title} of more than the {MAX_PIXELS // 1_000_000} million pixels that are read") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise NotAReport(f"{title} that is damaged or cut off; fetch it again") from None


def _check_size(width: int, height: int, title: str) -> None:
    size = f"{title} of {width:,} by {height:,} pixels"
    if width * height > MAX_PIXELS:
        raise NotAReport(f"{size}, more than the {MAX_PIXELS // 1_000_000} million that are read")
    if width < _MIN_WIDTH or height > _MAX_LONG * width or width > _MAX_LONG * height:
        raise NotAReport(f"{size}, which is no page of a report")


def _flatten(picture: Image.Image) -> Image.Image:
    """The picture as a person sees it: turned as its camera says, on white where it is transparent, in grey."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        rgba = upright.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        upright = Image.alpha_composite(white, rgba)
    return upright.convert("L")


def _fit(picture: Image.Image) -> Image.Image:
    """The picture brought to the resolution at which pages are read."""
    width, height = picture.size
    wanted = round((SHORT if height >= width else LONG) * SCALE)
    return picture.resize((wanted, max(1, round(height * wanted / width))), Image.Resampling.LANCZOS)


def to_grey(picture: Image.Image) -> Grey:
    """The array of a picture."""
    return np.asarray(picture.convert("L"), dtype=np.uint8)


def straighten(grey: Grey) -> Grey:
    """The page turned so that its lines of text and its ruling lines run level."""
    angle = find_skew(find_ink(grey))
    if abs(angle) < _LEAST_SKEW:
        return grey
    paper = int(np.percentile(grey, 90))
    return to_grey(Image.fromarray(grey).rotate(angle, Image.Resampling.BICUBIC, fillcolor=paper))


def find_skew(ink: Mask) -> float:
    """By how many degrees the lines of a page sink from left to right; 0 for an empty page.

    The right angle is the one at which ink and blank rows are parted most sharply.
    """
    ys, xs = np.nonzero(ink)
    if len(ys) < 100:
        return 0.0
    step = max(1, len(ys) // _SAMPLE)
    ys, xs = ys[::step].astype(np.float64), xs[::step].astype(np.float64)
    coarse = _sharpest(ys, xs, np.arange(-_MAX_SKEW, _MAX_SKEW + 0.1, 0.2))
    return float(_sharpest(ys, xs, np.arange(coarse - 0.2, coarse + 0.21, 0.02)))


def _sharpest(ys: NDArray[Any], xs: NDArray[Any], angles: NDArray[np.float64]) -> float:
    best, chosen = -1.0, 0.0
    for angle in angles:
        rows = ys - xs * math.tan(math.radians(angle))
        counts = np.bincount((rows - rows.min()).astype(np.int64))
        sharpness = float((counts.astype(np.float64) ** 2).sum())
        if sharpness > best:
            best, chosen = sharpness, float(angle)
    return chosen


def find_darkness(grey: Grey) -> NDArray[np.int16]:
    """How much darker than the paper around it each pixel is; noise goes to both sides of 0."""
    paper = Image.fromarray(grey).filter(ImageFilter.BoxBlur(_PAPER_RADIUS))
    darkness: NDArray[np.int16] = np.asarray(paper, dtype=np.int16) - grey.astype(np.int16)
    return darkness


def find_ink(grey: Grey) -> Mask:
    """Where there is ink. A single dark pixel is noise: its neighbourhood has to be dark as well."""
    smooth = Image.fromarray(grey).filter(ImageFilter.BoxBlur(1.5))
    paper = Image.fromarray(grey).filter(ImageFilter.BoxBlur(_PAPER_RADIUS))
    ink: Mask = np.asarray(paper, dtype=np.int16) - np.asarray(smooth, dtype=np.int16) > _INK
    return ink

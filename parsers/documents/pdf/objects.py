"""What is drawn on a page of a PDF besides text: ruling lines, filled boxes and pictures.

A ruling line is drawn in many ways: a stroke, a thin filled rectangle, the border of a box, a stretched picture of
one dot, a dash at a time. All become the same ``Rule``. Objects inside forms (XObjects) are looked into.
"""

import ctypes
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import msgspec
import pypdfium2.raw as pdfium

from parsers.documents.pdf.page import INVISIBLE, Box, turn_box, turn_point, unchecked

# Beyond these a page is a drawing, or is meant to keep a reader busy.
MAX_OBJECTS = 120_000
MAX_SEGMENTS = 120_000
MAX_DEPTH = 6
# A filled rectangle or picture no thicker than this is a line.
MAX_THICKNESS = 3.6
# A dot of a dotted line: it may belong to a line in either direction.
_MAX_DOT = 1.6
_SLANT = 0.6


_object_of = unchecked(pdfium.FPDFPage_GetObject)
_kind_of = unchecked(pdfium.FPDFPageObj_GetType)
_bounds_of = unchecked(pdfium.FPDFPageObj_GetBounds)
_print_of = unchecked(pdfium.FPDFTextObj_GetTextRenderMode)
_mode_of = unchecked(pdfium.FPDFPath_GetDrawMode)
_count_of = unchecked(pdfium.FPDFPath_CountSegments)
_segment_of = unchecked(pdfium.FPDFPath_GetPathSegment)
_step_of = unchecked(pdfium.FPDFPathSegment_GetType)
_point_of = unchecked(pdfium.FPDFPathSegment_GetPoint)
_closes = unchecked(pdfium.FPDFPathSegment_GetClose)


class Rule(NamedTuple):
    """A straight line: where it stands across its direction, and from where to where it runs."""

    at: float
    start: float
    end: float


class Drawing(msgspec.Struct):
    """The drawn things of a page: lines from left to right, lines from top to bottom, boxes filled,
    pictures, dots that may be a part of a line in either direction.

    ``hidden`` and ``shown`` count the text objects that are invisible (a text laid under or over a scan) or not.
    """

    across: list[Rule] = []
    down: list[Rule] = []
    fills: list[Box] = []
    pictures: list[Box] = []
    dots: list[Box] = []
    hidden: int = 0
    shown: int = 0


class Matrix(NamedTuple):
    """How an object's own coordinates become those of the page."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """A point of the object on the page."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def within(self, outer: "Matrix") -> "Matrix":
        """This matrix, then the one of the form that the object stands in."""
        return Matrix(
            self.a * outer.a + self.b * outer.c,
            self.a * outer.b + self.b * outer.d,
            self.c * outer.a + self.d * outer.c,
            self.c * outer.b + self.d * outer.d,
            self.e * outer.a + self.f * outer.c + outer.e,
            self.e * outer.b + self.f * outer.d + outer.f,
        )


def read_drawing(page: pdfium.FPDF_PAGE, turns: int) -> Drawing:
    """The drawn things of a page, turned back by ``turns`` quarter turns as its text is."""
    reader = _Reader(turns)
    for n in range(min(pdfium.FPDFPage_CountObjects(page), MAX_OBJECTS)):
        reader.add(_object_of(page, n), Matrix(), 0)
    return reader.drawing


class _Reader:
    """Collects what is drawn; ``left`` is how many more objects and segments are looked at."""

    def __init__(self, turns: int) -> None:
        self.turns = turns
        self.drawing = Drawing([], [], [], [], [])
        self.left = MAX_SEGMENTS
        self.point = ctypes.c_float(), ctypes.c_float()
        self.bounds = ctypes.c_float(), ctypes.c_float(), ctypes.c_float(), ctypes.c_float()
        self.modes = ctypes.c_int(), ctypes.c_int()
        self.matrix = pdfium.FS_MATRIX()
        # Where PDFium writes its answers to.
        self.point_at, self.bounds_at, self.modes_at = (
            tuple(map(ctypes.byref, places)) for places in (self.point, self.bounds, self.modes)
        )

    def add(self, item: pdfium.FPDF_PAGEOBJECT, outer: Matrix, depth: int) -> None:
        """Take in one object of the page or of a form."""
        self.left -= 1
        kind = _kind_of(item)
        if self.left <= 0:
            return
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            if _print_of(item) == INVISIBLE:
                self.drawing.hidden += 1
            else:
                self.drawing.shown += 1
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            self._add_path(item, outer, depth)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            matrix = self._matrix(item).within(outer)
            self._add_picture([matrix.apply(x, y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))])
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
            matrix = self._matrix(item).within(outer)
            for n in range(min(pdfium.FPDFFormObj_CountObjects(item), MAX_OBJECTS)):
                self.add(pdfium.FPDFFormObj_GetObject(item, n), matrix, depth + 1)

    def _matrix(self, item: pdfium.FPDF_PAGEOBJECT) -> Matrix:
        found = self.matrix
        if not pdfium.FPDFPageObj_GetMatrix(item, found):
            return Matrix()
        return Matrix(found.a, found.b, found.c, found.d, found.e, found.f)

    def _add_path(self, item: pdfium.FPDF_PAGEOBJECT, outer: Matrix, depth: int) -> None:
        fill, stroke = self.modes
        if not _mode_of(item, *self.modes_at) or not (fill.value or stroke.value):
            return
        is_simple = not stroke.value or _count_of(item) <= 2
        if is_simple and depth == 0 and self._add_thin(item):
            return
        for points in self._subpaths(item, self._matrix(item).within(outer)):
            turned = [turn_point(x, -y, self.turns) for x, y in points]
            if stroke.value:
                self._add_strokes(turned)
            else:
                self._add_area(turned)

    def _add_thin(self, item: pdfium.FPDF_PAGEOBJECT) -> bool:
        """Add a filled area or single stroke that is a line as a whole: its bounds tell, its points are not asked."""
        left, bottom, right, top = self.bounds
        if not _bounds_of(item, *self.bounds_at):
            return False
        box = turn_box(left.value, -top.value, right.value, -bottom.value, self.turns)
        if box.right - box.left > MAX_THICKNESS and box.bottom - box.top > MAX_THICKNESS:
            return False
        self._add_line(box)
        return True

    def _subpaths(self, item: pdfium.FPDF_PAGEOBJECT, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
        """The points of each part of a path, the first again at the end where it is closed; curves end a part."""
        points: list[tuple[float, float]] = []
        x, y = self.point
        count = _count_of(item)
        self.left -= count
        for n in range(count if self.left > 0 else 0):
            segment = _segment_of(item, n)
            kind = _step_of(segment)
            _point_of(segment, *self.point_at)
            if kind != pdfium.FPDF_SEGMENT_LINETO:
                if len(points) > 1:
                    yield points
                points = []
            points.append(matrix.apply(x.value, y.value))
            if _closes(segment):
                points.append(points[0])
        if len(points) > 1:
            yield points

    def _add_strokes(self, points: list[tuple[float, float]]) -> None:
        box = _bounds(points)
        if len(points) >= 4 and (box.right - box.left <= MAX_THICKNESS or box.bottom - box.top <= MAX_THICKNESS):
            self._add_line(box)
            return
        for (x0, y0), (x1, y1) in pairwise(points):
            if abs(y1 - y0) <= _SLANT or abs(x1 - x0) <= _SLANT:
                self._add_line(Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))

    def _add_area(self, points: list[tuple[float, float]]) -> None:
        box = _bounds(points)
        if box.right - box.left <= MAX_THICKNESS or box.bottom - box.top <= MAX_THICKNESS:
            self._add_line(box)
        elif _is_rectangle(points, box):
            self.drawing.fills.append(box)

    def _add_picture(self, corners: list[tuple[float, float]]) -> None:
        box = _bounds([turn_point(x, -y, self.turns) for x, y in corners])
        if box.right - box.left <= MAX_THICKNESS or box.bottom - box.top <= MAX_THICKNESS:
            self._add_line(box)
        else:
            self.drawing.pictures.append(box)

    def _add_line(self, box: Box) -> None:
        width, height = box.right - box.left, box.bottom - box.top
        if max(width, height) <= _MAX_DOT:
            self.drawing.dots.append(box)
        elif width >= height:
            self.drawing.across.append(Rule((box.top + box.bottom) / 2, box.left, box.right))
        else:
            self.drawing.down.append(Rule((box.left + box.right) / 2, box.top, box.bottom))


def _bounds(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _is_rectangle(points: list[tuple[float, float]], box: Box) -> bool:
    """Whether a closed part is a box with upright sides."""
    corners = {(round(x, 1), round(y, 1)) for x, y in points}
    expected = {(round(x, 1), round(y, 1)) for x in (box.left, box.right) for y in (box.top, box.bottom)}
    return corners == expected


def rules_of_fills(fills: list[Box]) -> Drawing:
    """The borders of filled boxes as lines: for tables that are drawn by the ground of their cells alone."""
    edges = [turn_box(box.left, box.top, box.right, box.bottom, 0) for box in fills]
    return Drawing(
        [Rule(y, box.left, box.right) for box in edges for y in (box.top, box.bottom)],
        [Rule(x, box.top, box.bottom) for box in edges for x in (box.left, box.right)],
        fills,
        [],
    )

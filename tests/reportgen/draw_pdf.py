"""Reports as PDF bytes, drawn line by line with reportlab: the ways in which PDF files draw a table, each on its own.

The font is not embedded (STSong-Light of the CID fonts that every reader brings), so that files are small.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from reportlab.lib.colors import Color, black, white
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.reportgen.model import Box, Report, Table

FONT = "STSong-Light"
WIDTH, HEIGHT, MARGIN = 595.0, 842.0, 64.0
RULES = ("lines", "boxes", "rects", "dashes", "dots", "double", "open", "grounds", "none")
_WIDTHS = {
    "disclosure": (4, (1.7, 1, 1, 1)),
    "applications": (10, (0.5, 1.4, 3.2, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9)),
    "review_litigation": (15, (1,) * 15),
    "statistics": (3, (5, 1, 1)),
}


@dataclass(frozen=True)
class DrawOptions:
    """How the file is drawn.

    rules: one of RULES. turned: pages on their side with /Rotate. cut: rows may be cut by a page break. header: the
    header of table 3 stands on each page. foot: "dash", "bare", "total" or "" (page numbers). head: a running head.
    note: a footnote with its mark. single: each character drawn on its own. bold: numbers drawn twice, a little
    apart. size: of the text in tables. mark: a slanted watermark. shade: the first column has a ground. fields: numbers stand in form fields that were filled in.
    """

    rules: str = "lines"
    turned: bool = False
    cut: bool = False
    header: bool = False
    foot: str = "dash"
    head: bool = False
    note: bool = False
    single: bool = False
    bold: bool = False
    size: float = 9.0
    mark: bool = False
    shade: bool = False
    fields: bool = False


@dataclass
class _Cell:
    """A cell with its box in the table (y downwards) and its lines as (text, y of the base line)."""

    left: float
    top: float
    right: float
    bottom: float
    lines: list[tuple[str, float]]
    is_number: bool


def draw_pdf(report: Report, options: DrawOptions | None = None) -> bytes:
    """The report as a PDF file; the same report and options give the same bytes."""
    drawer = _Drawer(report, options or DrawOptions())
    drawer.draw()
    return drawer.close()


class _Drawer:
    def __init__(self, report: Report, options: DrawOptions) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
        self.report, self.options = report, options
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
        self.page = self.fields = 0
        self.y = 0.0
        self._begin_page()

    # ------------------------------------------------------------ pages and text

    def _begin_page(self) -> None:
        self.page += 1
        self.y = MARGIN
        if self.options.turned:
            self.canvas.setPageRotation(90)
            self.canvas.translate(WIDTH, 0)
            self.canvas.rotate(90)
            self.canvas.scale(HEIGHT / WIDTH * 0.7, 0.7)
        self.canvas.setFillColor(black)
        if self.options.head:
            self._write(MARGIN, 40, f"{self.report.county}政府信息公开", 9)
        if self.options.mark:
            self.canvas.saveState()
            self.canvas.setFillColor(Color(0.8, 0.8, 0.8))
            self.canvas.translate(300, 400)
            self.canvas.rotate(45)
            self.canvas.setFont(FONT, 60)
            self.canvas.drawCentredString(0, 0, "内部资料123")
            self.canvas.restoreState()

    def _end_page(self) -> None:
        foot = {"dash": f"— {self.page} —", "bare": str(self.page), "total": f"第 {self.page} 页 共 9 页"}
        if self.options.foot:
            self._write(WIDTH / 2 - 12, HEIGHT - 36, foot[self.options.foot], 9)
        if self.options.note and self.page == 1:
            self.canvas.line(MARGIN, 90, MARGIN + 140, 90)
            self._write(MARGIN, HEIGHT - 76, "① 本年共有 4711 件另行统计。", 8)
        self.canvas.showPage()

    def _next_page(self) -> None:
        self._end_page()
        self._begin_page()

    def _write(self, x: float, y: float, text: str, size: float) -> None:
        self.canvas.setFont(FONT, size)
        if not self.options.single:
            self.canvas.drawString(x, HEIGHT - y, text)
            return
        for char in text:
            self.canvas.drawString(x, HEIGHT - y, char)
            x += measure(char, size)

    def _paragraph(self, text: str, size: float, indent: float, leading: float, centred: bool = False) -> None:
        width = WIDTH - 2 * MARGIN
        for n, line in enumerate(wrap(text, size, width, indent)):
            if self.y + leading > HEIGHT - MARGIN - 40:
                self._next_page()
            self.y += leading
            x = MARGIN + (indent if n == 0 else 0.0)
            self._write(MARGIN + (width - measure(line, size)) / 2 if centred else x, self.y, line, size)

    def draw(self) -> None:
        """Title, sections and tables in order."""
        self._paragraph(self.report.title, 20, 0, 34, centred=True)
        self.y += 16
        for section in self.report.sections:
            self._paragraph(section.title, 14, 28, 26)
            for block in section.body:
                if isinstance(block, Table):
                    self._table(block)
                else:
                    self._paragraph(block, 14, 28, 24)

    def close(self) -> bytes:
        """The bytes, the last page ended."""
        self._end_page()
        self.canvas.save()
        return self.buffer.getvalue()

    # ------------------------------------------------------------ tables

    def _table(self, table: Table) -> None:
        self.y += 12
        cells, rows = place_cells(table, WIDTH - 2 * MARGIN, self.options.size)
        head = rows[3] if self.options.header and table.name == "applications" else 0.0
        start = 0.0
        while start < rows[-1]:
            room = HEIGHT - MARGIN - 30 - self.y - (head if start else 0.0)
            end = find_break(cells, rows, start, room, self.options.cut)
            if end <= start:
                self._next_page()
                continue
            if start and head:
                self._band(cells, 0.0, head)
            self._band(cells, start, end)
            start = end
            if start < rows[-1]:
                self._next_page()
        self.y += 14

    def _band(self, cells: list[_Cell], start: float, end: float) -> None:
        """Draw the part of a table between two heights, and move on below it."""
        for cell in cells:
            top, bottom = max(cell.top, start), min(cell.bottom, end)
            if top < bottom:
                x, y = MARGIN, self.y - start
                self._frame(cell.left + x, top + y, cell.right + x, bottom + y, cell)
                for text, base in cell.lines:
                    if start < base - 0.35 * self.options.size <= end:
                        self._cell_text(cell, text, base + y)
        self.y += end - start

    def _cell_text(self, cell: _Cell, text: str, y: float) -> None:
        self.canvas.setFillColor(black)
        size = self.options.size
        if self.options.fields and cell.is_number:
            self._field(cell, text, y)
            return
        middle = MARGIN + (cell.left + cell.right - measure(text, size)) / 2
        x = middle if cell.is_number or cell.right - cell.left < 90 else MARGIN + cell.left + 4
        self._write(x, y, text, size)
        if self.options.bold and cell.is_number:
            self._write(x + 0.3, y, text, size)

    def _field(self, cell: _Cell, text: str, y: float) -> None:
        self.fields += 1
        box = {"x": MARGIN + cell.left + 2, "y": HEIGHT - y - 3, "width": cell.right - cell.left - 4, "height": 12}
        self.canvas.acroForm.textfield(name=f"f{self.fields}", value=text, fontSize=8, borderWidth=0, **box)

    def _frame(self, x0: float, y0: float, x1: float, y1: float, cell: _Cell) -> None:
        kind, canvas = self.options.rules, self.canvas
        top, bottom = HEIGHT - y0, HEIGHT - y1
        if self.options.shade and cell.left == 0:
            canvas.setFillColor(Color(0.9, 0.9, 0.95))
            canvas.rect(x0, bottom, x1 - x0, top - bottom, stroke=0, fill=1)
        if kind == "grounds":
            canvas.setFillColor(Color(0.93, 0.93, 0.93) if cell.is_number else Color(0.85, 0.9, 0.95))
            canvas.rect(x0 + 0.4, bottom + 0.4, x1 - x0 - 0.8, top - bottom - 0.8, stroke=0, fill=1)
            canvas.setFillColor(white)
            return
        if kind == "boxes":
            canvas.rect(x0, bottom, x1 - x0, top - bottom)
            return
        edges = [(x0, top, x1, top), (x0, bottom, x1, bottom), (x0, bottom, x0, top), (x1, bottom, x1, top)]
        for edge in edges:
            side = edge[0] == edge[2] and (edge[0] <= MARGIN + 0.1 or edge[0] >= WIDTH - MARGIN - 0.1)
            if kind != "none" and not (kind == "open" and side):
                self._edge(edge, kind)

    def _edge(self, edge: tuple[float, float, float, float], kind: str) -> None:
        x0, y0, x1, y1 = edge
        across = y0 == y1
        length = x1 - x0 if across else y1 - y0
        if kind in ("lines", "open"):
            self.canvas.line(*edge)
        elif kind == "double":
            self.canvas.line(*edge)
            self.canvas.line(x0, y0 - 1.8, x1, y1 - 1.8) if across else self.canvas.line(x0 + 1.8, y0, x1 + 1.8, y1)
        else:
            dash, gap = {"dashes": (3.0, 2.0), "dots": (0.6, 1.4), "rects": (length, 0.0)}[kind]
            self.canvas.setFillColor(black)
            place = 0.0
            while place < length - 0.01:
                part = min(dash, length - place)
                box = (x0 + place, y0, part, 0.6) if across else (x0, y0 + place, 0.6, part)
                self.canvas.rect(*box, stroke=0, fill=1)
                place += dash + gap


# ---------------------------------------------------------------- measures


def measure(text: str, size: float) -> float:
    """The width of a text in points."""
    return float(pdfmetrics.stringWidth(text, FONT, size))


def wrap(text: str, size: float, width: float, indent: float = 0.0) -> Iterator[str]:
    """The lines of a text; a line feed breaks as well. Numbers are not broken."""
    for part in text.split("\n"):
        line, used = "", indent
        for word in _words(part):
            step = measure(word, size)
            if line and used + step > width:
                yield line
                line, used = "", 0.0
            line += word
            used += step
        yield line
        indent = 0.0


def _words(text: str) -> Iterator[str]:
    word = ""
    for char in text:
        if char.isascii() and char.isalnum():
            word += char
            continue
        if word:
            yield word
        word = ""
        yield char
    if word:
        yield word


def place_cells(table: Table, width: float, size: float) -> tuple[list[_Cell], list[float]]:
    """The cells of a table with their places, and the heights where its rows begin and end."""
    count, shares = _WIDTHS[table.name]
    shares = shares if table.width == count else (2.0,) + (1.0,) * (table.width - 1)
    xs = [width * sum(shares[:n]) / sum(shares) for n in range(table.width + 1)]
    placed = list(_slots(table))
    leading, padding = size * 1.3, 6.0
    heights = [0.0] * len(table.rows)
    lines = [list(wrap(box.text, size, xs[c + box.columns] - xs[c] - 6)) for _, c, box in placed]
    # Cells of one row first, then the last row of a tall cell grows where its text needs it.
    for (r, _, box), text in sorted(zip(placed, lines, strict=True), key=lambda item: item[0][2].rows):
        missing = len(text) * leading + padding - sum(heights[r : r + box.rows])
        heights[r + box.rows - 1] += max(0.0, missing)
    ys = [sum(heights[:r]) for r in range(len(heights) + 1)]
    cells = []
    for (r, c, box), text in zip(placed, lines, strict=True):
        top, bottom = ys[r], ys[r + box.rows]
        first = (top + bottom - len(text) * leading) / 2 + size
        spots = [(line, first + n * leading) for n, line in enumerate(text)]
        cells.append(_Cell(xs[c], top, xs[c + box.columns], bottom, spots, box.key is not None))
    return cells, ys


def _slots(table: Table) -> Iterator[tuple[int, int, Box]]:
    """(row, column, box) of each box, past the slots that boxes above hang into."""
    taken: set[tuple[int, int]] = set()
    for r, row in enumerate(table.rows):
        c = 0
        for box in row:
            while (r, c) in taken:
                c += 1
            taken |= {(r + n, c + k) for n in range(box.rows) for k in range(box.columns)}
            yield r, c, box
            c += box.columns


def find_break(cells: list[_Cell], rows: list[float], start: float, room: float, cut: bool) -> float:
    """How far a table goes on this page: to the end of a row, or of a line of text where rows may be cut."""
    limit = start + room
    ends = {y for y in rows if start < y <= limit}
    if cut:
        ends |= {
            base + 3 for cell in cells if not cell.is_number for _, base in cell.lines if start < base + 3 <= limit
        }
    return max(ends, default=start)

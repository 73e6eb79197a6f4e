"""Pictures of pages: the pure parts with an engine that is no OCR, and scans of whole reports where the extra is there."""

import io
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from PIL import Image, ImageDraw

from parsers.confirm import confirm_values, mark_pictured, tell_pictured
from parsers.documents import ocr, read_document
from parsers.documents.model import Cell, Grid
from parsers.documents.ocr import build
from parsers.documents.ocr.cells import UNREAD, check_cells, fits_width, judge_shape, settle
from parsers.documents.ocr.engine import Word
from parsers.documents.ocr.labels import mend_label
from parsers.documents.ocr.page import Watch, cut_boxes, read_page, spread_word
from parsers.documents.ocr.pixels import MAX_PIXELS, SCALE, Grey, find_ink, find_skew, open_picture, straighten, to_grey
from parsers.documents.ocr.rules import find_rules
from parsers.documents.pdf.page import Box
from parsers.documents.pdf.rules import find_lattices
from parsers.errors import NotAReport
from parsers.forms.rows import Slot, TableReading
from parsers.numbers import BLANK, Reading
from parsers.reader import parse_report
from parsers.records import RecordSet, Value
from tests.reportgen.draw_pdf import draw_pdf
from tests.reportgen.model import make_report
from tests.reportgen.render_html import render_html
from tests.reportgen.render_scan import (
    ScanOptions,
    render_scan,
    scan_pages,
    score_scan,
    vary_options,
    write_pdf,
    write_png,
)

needs_extra = pytest.mark.skipif(not ocr.is_installed(), reason="the extra `ocr` is not installed")

XS, YS = (100, 400, 520, 640, 760), (120, 190, 260, 330)
# A text is printed as a bar of its own grey, which is how the engine below knows it.
BARS = {20: "行政许可", 30: "7", 40: "12", 50: "8", 60: "规章"}


def _page(skew: float = 0.0, noise: float = 0.0, bars: dict[tuple[int, int], int] | None = None) -> Grey:
    """A page with a table of 4 by 3 slots, its second and third slot of the first row merged."""
    page = Image.new("L", (1654, 900), 235)
    draw = ImageDraw.Draw(page)
    for y in YS:
        draw.line((XS[0], y, XS[-1], y), 40, 2)
    for n, x in enumerate(XS):
        draw.line((x, YS[1] if n == 2 else YS[0], x, YS[-1]), 40, 2)
    for (row, column), level in (bars or {}).items():
        width = {"行政许可": 110, "规章": 54, "12": 32}.get(BARS[level], 16)
        x, y = (XS[column] + XS[column + 1] - width) // 2, YS[row] + 22
        draw.rectangle((x, y, x + width, y + 25), level)
    turned = page.rotate(skew, Image.Resampling.BICUBIC, fillcolor=235)
    pixels = np.asarray(turned, dtype=float) + np.random.default_rng(1).normal(0, noise or 1e-9, (900, 1654))
    return np.clip(pixels, 0, 255).astype(np.uint8)


class BarEngine:
    """Reads bars: each grey is a text. ``lies`` are the answers for crops of one bar by its grey."""

    def __init__(self, lies: dict[int, list[str]] | None = None, boxes: Sequence[Box] = ()) -> None:
        self.lies = lies or {}
        self.boxes = boxes

    def find_boxes(self, grey: Grey) -> list[Box]:
        scale = grey.shape[1] / 1654
        return [Box(*(edge * scale for edge in msgspec.structs.astuple(box))) for box in self.boxes]

    def read_crops(self, crops: Sequence[Grey]) -> list[Word]:
        return [Word(self._read(crop), 0.99) for crop in crops]

    def _read(self, crop: Grey) -> str:
        inked = np.pad((crop < 130).sum(axis=0) >= 4, 1).astype(np.int8)
        starts, ends = np.flatnonzero(np.diff(inked) == 1), np.flatnonzero(np.diff(inked) == -1)
        bars = [crop[:, start:end] for start, end in zip(starts, ends, strict=True)]
        told = [min(BARS, key=lambda level: abs(level - float(np.median(bar[bar < 130])))) for bar in bars]
        if len(told) == 1 and self.lies.get(told[0]):
            return self.lies[told[0]].pop(0)
        return "".join(BARS[level] for level in told)


# ---------------------------------------------------------------- pixels and lines


@pytest.mark.parametrize("skew", [-1.5, -0.4, 0.0, 0.7, 1.5])
def test_skew_is_found_and_undone(skew: float) -> None:
    page = _page(skew, 12)
    assert find_skew(find_ink(page)) == pytest.approx(-skew, abs=0.06)
    assert find_skew(find_ink(straighten(page))) == pytest.approx(0, abs=0.06)


@pytest.mark.parametrize("noise", [0, 12, 20])
@pytest.mark.parametrize("skew", [0.0, 1.4])
def test_lines_make_the_table(noise: float, skew: float) -> None:
    lattices = find_lattices(find_rules(straighten(_page(skew, noise, {(1, 0): 20, (1, 1): 30}))))
    assert [(len(found.xs) - 1, len(found.ys) - 1, len(found.cells)) for found in lattices] == [(4, 3, 11)]


def test_strokes_of_characters_are_no_lines() -> None:
    page = Image.new("L", (800, 300), 255)
    draw = ImageDraw.Draw(page)
    for x in range(40, 700, 34):
        draw.line((x, 100, x + 28, 100), 0, 3)
        draw.line((x + 14, 80, x + 14, 110), 0, 3)
    assert not find_rules(to_grey(page)).across
    assert not find_rules(to_grey(page)).down


def test_empty_page_has_no_skew_and_no_lines() -> None:
    page = np.full((400, 400), 255, dtype=np.uint8)
    assert find_skew(find_ink(page)) == 0
    assert find_lattices(find_rules(page)) == []


def _png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (width, height), 255).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (_png(8000, MAX_PIXELS // 8000 + 1), "million"),
        (_png(200, 200), "no page"),
        (_png(400, 6000), "no page"),
        (_png(700, 900)[:60], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "damaged"),
    ],
)
def test_pictures_that_are_refused(data: bytes, word: str) -> None:
    with pytest.raises(NotAReport, match=word) as caught:
        open_picture(data, "a PNG picture")
    assert "\n" not in str(caught.value)


def test_size_of_a_bomb_is_taken_from_its_header() -> None:
    small = _png(600, 800)
    width = (100_000).to_bytes(4, "big")
    with pytest.raises(NotAReport):
        open_picture(small[:16] + width + width + small[24:], "a PNG picture")


def test_transparent_picture_stands_on_white() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (600, 800), (0, 0, 0, 0)).save(buffer, "PNG")
    assert int(open_picture(buffer.getvalue(), "a PNG picture").min()) == 255


# ---------------------------------------------------------------- cells


def _checked(texts: dict[tuple[int, int], str], bars: dict[tuple[int, int], int], engine: BarEngine) -> list[list[str]]:
    page = _page(bars=bars)
    lattice = find_lattices(find_rules(page))[0]
    first = [texts.get((row, column), "") for row, column, _, _ in lattice.cells]
    checked = check_cells(lattice, first, page, find_ink(page), engine)
    return [[checked[number] for number in row] for row in lattice.owner]


def test_blank_paper_is_blank_and_ink_without_text_is_read_again() -> None:
    rows = _checked({(1, 0): "行政许可"}, {(1, 0): 20, (1, 1): 30}, BarEngine())
    assert rows[1] == ["行政许可", "7", "", ""]


def test_text_on_blank_paper_is_unread() -> None:
    assert _checked({(1, 2): "8"}, {(1, 0): 20}, BarEngine())[1][2] == UNREAD


def test_number_that_its_second_reading_denies_is_unread() -> None:
    rows = _checked({(1, 1): "8", (1, 2): "12"}, {(1, 1): 30, (1, 2): 40}, BarEngine())
    assert rows[1][1:3] == [UNREAD, "12"]


def test_letter_is_read_again_and_never_corrected() -> None:
    bars = {(1, 1): 50}
    assert _checked({(1, 1): "B"}, bars, BarEngine())[1][1] == "8"
    assert _checked({(1, 1): "B"}, bars, BarEngine({50: ["3", "B"]}))[1][1] == UNREAD
    assert _checked({(1, 1): "O"}, bars, BarEngine({50: ["O", "O"]}))[1][1] == "O"


def test_readings_must_agree() -> None:
    assert settle("", ["7", "7", ""]) == settle("7", ["", "?", "7"]) == "7"
    assert settle("", ["7", "1", "7"]) == settle("7", ["1", "1", "1"]) == settle("7", ["", "", ""]) == UNREAD
    assert settle("无", ["无", "无", ""]) == "无"
    assert settle("O", ["D", "", ""]) == UNREAD


def test_one_wrong_character_of_a_label_is_mended() -> None:
    assert mend_label("5.要求行政机关确认或重新出具己获取信息") == "要求行政机关确认或重新出具已获取信息"
    assert mend_label("行政许司") == "行政许可"
    for text in ("其他", "本局自设的一栏", "1.属于国家秘密", "1362"):
        assert mend_label(text) == text


def test_digits_must_be_as_wide_as_their_ink() -> None:
    assert fits_width("1362", 2.9)
    assert fits_width("11", 0.9)
    assert not fits_width("136", 2.9)
    assert not fits_width("00", 0.7)
    assert not fits_width("8", 0.15)


def test_strokes_are_told_apart_by_their_shape() -> None:
    flat, upright = np.zeros((40, 60), dtype=bool), np.zeros((40, 60), dtype=bool)
    flat[20:22, 10:40] = True
    upright[5:30, 20:23] = True
    slanted = np.eye(40, 60, dtype=bool)
    assert judge_shape("—", (10, 20, 40, 22), flat) == "—"
    assert judge_shape("一", (10, 20, 40, 22), flat) == UNREAD
    assert judge_shape("—", (20, 5, 23, 30), upright) == judge_shape("/", (20, 5, 23, 30), upright) == UNREAD
    assert judge_shape("/", (0, 0, 40, 40), slanted) == "/"


# ---------------------------------------------------------------- pages


def test_box_over_several_cells_is_cut_at_their_lines() -> None:
    page = _page(bars={(1, 1): 30, (1, 2): 40, (1, 3): 50})
    lattice = find_lattices(find_rules(page))
    wide = Box(420 / SCALE, 208 / SCALE, 740 / SCALE, 242 / SCALE)
    pieces = cut_boxes([wide], lattice, find_ink(page))
    assert [lattice[0].find_cell((p.left + p.right) / 2, (p.top + p.bottom) / 2) for p in pieces] == [
        lattice[0].owner[1][1],
        lattice[0].owner[1][2],
        lattice[0].owner[1][3],
    ]


def test_page_becomes_a_table_whatever_was_merged_or_missed() -> None:
    # One box over two cells; the 8 was not found at all.
    engine = BarEngine(boxes=[Box(190, 206, 320, 240), Box(420, 206, 620, 240)])
    leaf = read_page(_page(bars={(1, 0): 20, (1, 1): 30, (1, 2): 40, (2, 3): 50}), 3, engine)
    grid: Grid = leaf.tables[0].piece.grid
    assert [[cell.text for cell in row] for row in grid.rows[1:]] == [["行政许可", "7", "12", ""], ["", "", "", "8"]]
    assert {cell.line for row in grid.rows for cell in row} == {3}


def test_word_is_spread_over_its_box() -> None:
    glyphs = spread_word("共 12件", Box(10, 10, 41, 20))
    assert [glyph.char for glyph in glyphs] == list("共12件")
    assert glyphs[1].spaced
    assert glyphs[-1].right == pytest.approx(41)
    assert glyphs[0].right - glyphs[0].left > 1.5 * (glyphs[1].right - glyphs[1].left)


def test_page_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(NotAReport, match="page 4"):
        Watch(BarEngine(), 4, -1.0).read_crops([_page()])


# ---------------------------------------------------------------- values


def _as_ocr(records: RecordSet) -> list[Value]:
    return [
        msgspec.structs.replace(value, status="ocr") if value.status == "number" else value for value in records.values
    ]


@pytest.mark.parametrize(("form", "left"), [("2021", {"disclosure"}), ("2019", {"disclosure"})])
def test_sums_confirm_tables_3_and_4_and_nothing_else(form: str, left: set[str]) -> None:
    records = parse_report(render_html(make_report(5, form)))
    confirmed = confirm_values(_as_ocr(records), records.checks)
    assert {value.indicator.split(".")[0] for value in confirmed if value.status == "ocr"} == left
    assert {value.indicator.split(".")[0] for value in confirmed if value.status == "number"} > {"applications"}


def test_sums_confirm_lines_of_the_statistics_that_have_parts_or_are_parts() -> None:
    records = parse_report(render_html(make_report(5, "2014")))
    states = {value.indicator: value.status for value in confirm_values(_as_ocr(records), records.checks)}
    assert states["legacy.applications.received"] == states["legacy.applications.received.fax"] == "number"
    assert states["legacy.disclosed.total"] == states["legacy.fees"] == "ocr"


def test_broken_sum_confirms_neither_row_nor_column() -> None:
    records = parse_report(render_html(make_report(5, "2021")))
    failed = [
        msgspec.structs.replace(check, outcome="fail")
        if (check.rule, check.subject) in (("T3-ROW", "applications.received"), ("T3-FLOW", "business"))
        else check
        for check in records.checks
    ]
    for value in confirm_values(_as_ocr(records), failed):
        if value.applicant is not None:
            doubtful = value.indicator == "applications.received" or value.applicant == "business"
            assert value.status == ("ocr" if doubtful else "number")


def test_only_numbers_of_pictured_pages_are_marked() -> None:
    cells = [Cell("5", 0, 0, 1, 1, 1), Cell("6", 0, 1, 1, 1, 2), Cell("", 0, 2, 1, 1, 2)]
    slots = {
        (name, None): Slot(Reading(int(cell.text), "number") if cell.text else BLANK, cell, 0)
        for name, cell in zip("abc", cells, strict=True)
    }
    reading = TableReading("disclosure", slots=dict(slots))
    mark_pictured([reading], frozenset({2}))
    assert [slot.reading.status for slot in reading.slots.values()] == ["number", "ocr", "blank"]
    assert [slot.reading.value for slot in reading.slots.values()] == [5, 6, None]


def test_note_tells_how_many_were_confirmed() -> None:
    records = parse_report(render_html(make_report(5, "2021")))
    marked = _as_ocr(records)
    (note,) = tell_pictured(marked, confirm_values(marked, records.checks), False)
    assert "numbers were read from pictures" in note
    assert tell_pictured(records.values, records.values, False) == ()
    assert len(tell_pictured(marked, marked, True)) == 2


# ---------------------------------------------------------------- files


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    pages = [Image.new("L", (827, 1169), 255)]
    for data, word in ((write_pdf(pages, 100), "a scanned PDF"), (write_png(pages), "a PNG picture")):
        with pytest.raises(NotAReport, match=r"install xxgk\[ocr\] to read it") as caught:
            read_document(data)
        assert word in str(caught.value)
        assert "\n" not in str(caught.value)


def test_too_many_pages_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MAX_PAGES", 2)
    with pytest.raises(NotAReport, match="at most 2"):
        build.read_scanned(write_pdf([Image.new("L", (100, 140), 255)] * 3, 72), "a scanned PDF", BarEngine())


def test_picture_of_too_many_pixels_in_a_pdf_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MAX_PIXELS", 10_000)
    with pytest.raises(NotAReport, match="100 by 140 pixels on page 1"):
        build.read_scanned(write_pdf([Image.new("L", (100, 140), 255)], 72), "a scanned PDF", BarEngine())


def test_pages_are_rendered_within_bounds() -> None:
    for dpi, size in ((100, (827, 1169)), (10, (827, 1169))):
        data = write_pdf([Image.new("L", size, 255)], dpi)
        document = build.read_scanned(data, "a scanned PDF", BarEngine())
        assert document.pictures == {1}
        assert document.blocks == []


def test_scans_are_the_same_each_time() -> None:
    report = make_report(2, "2014")
    pages = scan_pages(draw_pdf(report), vary_options(3, 100))
    assert pages[0].tobytes() == scan_pages(draw_pdf(report), vary_options(3, 100))[0].tobytes()


@needs_extra
@pytest.mark.parametrize("form", ["2021", "2014"])
def test_scanned_report(form: str) -> None:
    report = make_report(11, form)
    records = parse_report(render_scan(report, ScanOptions(150, 1.2, 10, 70)))
    shares, wrong = score_scan(records, report.gold())
    assert wrong == []
    assert shares.confirmed + shares.marked >= 0.95 * len(report.gold())
    assert shares.marked
    assert shares.confirmed
    assert records.report.status == "flagged"
    assert records.report.agency == report.agency
    assert any("read from pictures" in note for note in records.report.notes)

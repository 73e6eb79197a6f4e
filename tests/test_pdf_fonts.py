"""PDF files whose Chinese font is not in them: read alike on every machine, drawn with the fonts of this one."""

from typing import Any

import pypdfium2 as pdfium
import pytest

from parsers.documents.pdf import fonts
from parsers.documents.pdf.pages import read_pages
from parsers.errors import NotAReport
from parsers.reader import parse_report
from tests.reportgen import make_report
from tests.reportgen.draw_pdf import DrawOptions, draw_pdf
from tests.reportgen.score import score


class _NoMachine:
    """The fonts of a machine that is not to be asked: every question is kept, and answered with nothing.

    PDFium lists what is there once in a process; that it may do, later tests draw with these fonts.
    """

    def __init__(self, real: Any) -> None:
        self.real = real
        self.asked: list[str] = []

    def EnumFonts(self, _: Any, mapper: Any) -> None:  # noqa: N802
        self.real.EnumFonts(self.real, mapper)

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self.asked.append(name) or 0


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> _NoMachine:
    """A machine without fonts in place of this one."""
    ours = fonts._fonts()
    nothing = _NoMachine(ours.default)
    monkeypatch.setattr(ours, "default", nothing)
    return nothing


@pytest.mark.parametrize("single", [False, True])
def test_a_report_is_read_without_the_fonts_of_the_machine(machine: _NoMachine, single: bool) -> None:
    report = make_report(31, "2021")
    tally = score(parse_report(draw_pdf(report, DrawOptions(single=single))), report.gold())
    assert tally.right == len(report.gold())
    assert tally.wrong == 0
    assert machine.asked == []


def test_without_any_font_pdfium_drops_characters(machine: _NoMachine) -> None:
    """Why there are boxes: should this ever fail, PDFium keeps the characters by itself."""
    data = draw_pdf(make_report(31, "2021"))
    with pdfium.PdfDocument(data) as file:
        without = sum(len(page.get_textpage().get_text_range().split()) for page in file)
    with fonts.box_fonts(), pdfium.PdfDocument(data) as file:
        boxed = sum(len(page.get_textpage().get_text_range().split()) for page in file)
    assert "MapFont" in machine.asked
    assert without < boxed


def test_a_page_is_drawn_as_before_after_it_was_read() -> None:
    data = draw_pdf(make_report(32, "2019"))
    before = _draw(data)
    read_pages(data)
    assert _draw(data) == before
    with pytest.raises(NotAReport):
        read_pages(data[: len(data) // 3])
    assert _draw(data) == before


def _draw(data: bytes) -> bytes:
    with pdfium.PdfDocument(data) as file:
        return bytes(file[0].render(scale=0.5, grayscale=True).buffer)


def test_a_character_is_as_wide_as_the_file_says() -> None:
    glyphs = read_pages(draw_pdf(make_report(33, "2014")))[0].glyphs
    title = [glyph for glyph in glyphs if glyph.base == glyphs[0].base]
    wide = [glyph for glyph in title if glyph.char > "\u2e80"]
    assert {round(glyph.right - glyph.left, 1) for glyph in wide} == {20.0}
    assert len({round(glyph.size, 1) for glyph in wide}) == 1

"""PDF files that are broken, hostile or without text: one line that says so, in bounded time and memory."""

import io
import random
import subprocess
import sys
from contextlib import suppress

import pytest
from reportlab.pdfgen.canvas import Canvas

from parsers.documents.pdf.build import build_document
from parsers.documents.pdf.guard import check_streams
from parsers.errors import NotAReport
from parsers.reader import parse_report
from tests.pdf_writer import write_form, write_objects, write_page
from tests.reportgen import make_report
from tests.reportgen.draw_pdf import draw_pdf
from tests.reportgen.render_pdf import FIXTURES, FOLDER
from tests.reportgen.score import score
from xxgk.reading import time_limit

TIME_LIMIT = 10.0
FORM = b"/XObject << /X 6 0 R >>"
ENGLISH = b"BT /F1 12 Tf 20 700 Td (" + b"a page in English words with no report " * 4 + b") Tj ET"


def good() -> bytes:
    return (FOLDER / FIXTURES[0].name).read_bytes()


def refusal(data: bytes) -> str:
    with pytest.raises(NotAReport) as caught, time_limit(TIME_LIMIT):
        build_document(data)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200
    return str(caught.value)


def encrypted() -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt="secret")
    canvas.drawString(10, 10, "x")
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize("end", [5, 9, 30, 1000, 20_000, -2000, -30])
def test_a_file_that_is_cut_off(end: int) -> None:
    assert refusal(good()[:end]) == "a damaged PDF: it is cut off or its structure is broken; fetch it again"


def test_an_encrypted_file() -> None:
    assert refusal(encrypted()) == "an encrypted PDF: it opens only with a password; ask for a copy without one"


def test_a_file_without_pages() -> None:
    assert "damaged PDF" in refusal(write_objects([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Kids [] /Count 0 >>"]))


def test_too_many_pages() -> None:
    reason = refusal(write_page(ENGLISH, pages=5000))
    assert reason == "a PDF of 5,000 pages, more than the 400 that are read; is it a report?"


def test_a_count_of_pages_that_is_a_lie() -> None:
    assert refusal(write_page(b"").replace(b"/Count 1 ", b"/Count 999999999 "))


@pytest.mark.parametrize(
    ("name", "data"),
    {
        "blanks": write_page(b" " * 40_000_000),
        "text": write_page(b"BT /F1 12 Tf 20 700 Td " + (b"(" + b"a" * 60 + b") Tj ") * 90_000 + b"ET"),
        "paths": write_page(b"10 10 m 20 20 l S " * 1_000_000),
    }.items(),
)
def test_instructions_without_end(name: str, data: bytes) -> None:
    assert "more instructions than any report" in refusal(data), name


def test_a_form_inside_itself() -> None:
    data = write_page(b"/X Do /X Do", FORM, [write_form(b"/X Do /X Do", 6)])
    assert "repeat themselves" in refusal(data)


def test_forms_inside_forms() -> None:
    forms = [write_form(b"/X Do " * 10, 7 + n) for n in range(9)]
    assert "repeat themselves" in refusal(write_page(b"/X Do", FORM, forms))


def test_forms_as_they_are_in_use_are_opened() -> None:
    check_streams(write_page(b"/X Do " * 20, FORM, [write_form(b"/X Do " * 3, 7), write_form(b"0 0 m 9 9 l S", 99)]))


def test_many_lines_take_no_long_time() -> None:
    lines = b"".join(b"0 %d m 600 %d l S %d 0 m %d 800 l S " % (y, y, y, y) for y in range(0, 600, 1))
    assert "without text" in refusal(write_page(lines * 5))


def test_a_page_of_another_size_or_none() -> None:
    for box in (b"[0 0 1e9 1e9]", b"[0 0 0 0]", b"[9 9 1 1]", b"[a b c d]"):
        assert refusal(write_page(ENGLISH).replace(b"[0 0 600 800]", box))


def test_a_scanned_file() -> None:
    image = b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
    picture = image + b"/Length 1 >>\nstream\n\x80\nendstream"
    data = write_page(b"q 600 0 0 800 0 0 cm /X Do Q", FORM, [picture])
    assert refusal(data).startswith("a scanned PDF")


def test_text_in_glyph_codes() -> None:
    """Without the table to Unicode the characters of a font are numbers of glyphs."""
    reason = refusal(good().replace(b"/ToUnicode", b"/ToNothing"))
    assert reason.startswith("a PDF whose text cannot be used")


def test_text_that_is_not_chinese() -> None:
    assert "are Chinese" in refusal(write_page(ENGLISH))


def test_a_hostile_file_does_not_end_the_process() -> None:
    """In a process of its own: what PDFium does wrong would take pytest with it."""
    program = (
        "import random, sys\n"
        "from contextlib import suppress\n"
        "from parsers.errors import NotAReport\n"
        "from parsers.documents.pdf.build import build_document\n"
        "dice = random.Random(7)\n"
        "source = open(sys.argv[1], 'rb').read()\n"
        "for n in range(60):\n"
        "    data = bytearray(source)\n"
        "    for _ in range(dice.choice((1, 20, 400))):\n"
        "        data[dice.randrange(len(data))] = dice.randrange(256)\n"
        "    with suppress(NotAReport):\n"
        "        build_document(bytes(data))\n"
    )
    path = str(FOLDER / FIXTURES[0].name)
    run = subprocess.run([sys.executable, "-c", program, path], capture_output=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr.decode()[-500:]


def test_damaged_bytes_never_give_wrong_numbers_that_pass_for_right() -> None:
    report = make_report(9)
    source, dice = draw_pdf(report), random.Random(3)
    for _ in range(40):
        data = bytearray(source)
        for _ in range(30):
            data[dice.randrange(len(data))] = dice.randrange(256)
        with suppress(NotAReport):
            records = parse_report(bytes(data))
            assert not score(records, report.gold()).wrong or records.report.status != "clean"

"""Word files and sheets: every number right or marked, what a reader of the page sees and nothing else, bad files."""

import io
import re
import shutil
import subprocess
import time
import zipfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import Workbook

from parsers.documents import read_document
from parsers.documents.model import Document, Grid, Paragraph
from parsers.documents.programs import office
from parsers.documents.sheets import program, workbook
from parsers.documents.sheets.program import print_cell
from parsers.documents.word.styles import print_number
from parsers.errors import NotAReport
from parsers.reader import parse_report
from tests.reportgen import HtmlOptions, make_report, render_html
from tests.reportgen.render_docx import DocxOptions, render_docx
from tests.reportgen.render_xlsx import XlsxOptions, render_xlsx
from tests.reportgen.score import FORMS, score

REPORTS = 6
DOCX = {
    "plain": DocxOptions(headings=False),
    **{
        name: DocxOptions(**{name: True})
        for name in ("headings", "split", "cut", "runs", "tracked", "controls", "box", "layout", "numbered")
    },
}
XLSX = {
    "plain": XlsxOptions(),
    "sheets": XlsxOptions(sheets=True),
    "tables only": XlsxOptions(prose=False),
    "not merged": XlsxOptions(merged=False),
    "texts": XlsxOptions(texts=True),
    "decimals": XlsxOptions(decimals=True),
    "in the middle": XlsxOptions(offset=(4, 3), blank_rows=0),
}


def assert_right(data: bytes, report: Any) -> None:
    tally = score(parse_report(data), report.gold())
    assert (tally.wrong, tally.missing, tally.marked) == (0, 0, 0), tally.first_wrong


def blocks(data: bytes) -> list[Any]:
    return read_document(data).blocks


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def grids(document: Document) -> list[list[list[str]]]:
    return [[[c.text for c in row] for row in b.rows] for b in document.blocks if isinstance(b, Grid)]


def refusal(data: bytes) -> str:
    with pytest.raises(NotAReport) as caught:
        parse_report(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# ---------------------------------------------------------------- all numbers


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", DOCX)
def test_every_number_of_a_docx_is_right(case: str, form: str) -> None:
    for seed in range(REPORTS if case == "headings" else REPORTS // 3):
        report = make_report(seed, form)
        assert_right(render_docx(report, DOCX[case]), report)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", XLSX)
def test_every_number_of_a_workbook_is_right(case: str, form: str) -> None:
    for seed in range(REPORTS if case == "plain" else REPORTS // 3):
        report = make_report(seed, form)
        assert_right(render_xlsx(report, XLSX[case]), report)


@pytest.mark.parametrize("form", [*FORMS, "narrative"])
def test_text_and_header_are_those_of_the_page(form: str) -> None:
    report = make_report(11, form)
    page = parse_report(render_html(report, HtmlOptions(metadata="none"))).to_dict()
    for made in (render_docx(report), render_docx(report, DOCX["numbered"]), render_xlsx(report)):
        records = parse_report(made).to_dict()
        for kind in ("sections", "counts", "checks"):
            ours, theirs = ([{**item, "report_id": ""} for item in r[kind]] for r in (records, page))
            assert ours == theirs
        for field in ("year", "title", "agency", "form", "status", "notes"):
            assert records["report"][field] == page["report"][field]


def test_the_official_template_filled_in(shared_corpus: Path) -> None:
    path = shared_corpus / "form-2021-template.docx"
    if not path.exists():
        pytest.skip("the official form is not beside this copy of the project")
    for seed in range(REPORTS):
        report = make_report(seed, "2021")
        assert_right(_fill(path, report), report)


@pytest.fixture
def shared_corpus() -> Path:
    return Path(__file__).parents[2] / "shared" / "corpus"


def _fill(path: Path, report: Any) -> bytes:
    """The form with the numbers of the report typed into its blank cells, in reading order."""
    file = docx.Document(str(path))
    for table, made in zip(file.tables, report.tables(), strict=True):
        blanks = [cell for row in table._tbl.tr_lst for cell in row.tc_lst if not "".join(cell.itertext()).strip()]
        blanks = [cell for cell in blanks if cell.vMerge != "continue"]
        numbers = [box.text for _, _, box in made.boxes()]
        assert len(blanks) == len(numbers)
        for cell, text in zip(blanks, numbers, strict=True):
            docx.table._Cell(cell, table).paragraphs[0].add_run(text)  # type: ignore[attr-defined]
    target = io.BytesIO()
    file.save(target)
    return target.getvalue()


# ---------------------------------------------------------------- Word: what is seen


BODY = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"{0}><w:body>{1}</w:body></w:document>'
MC = ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def package(body: str, **parts: str) -> bytes:
    """A DOCX of a body and other parts, by the smallest package that is one."""
    return package_of(BODY.format(MC, body), **parts)


def package_of(document: str, **parts: str) -> bytes:
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    relations = "".join(
        f'<Relationship Id="r{n}" Type="http://x/{name}" Target="{name}.xml"/>' for n, name in enumerate(parts)
    )
    wrapped = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", document)
        archive.writestr("word/_rels/document.xml.rels", wrapped)
        for name, text in parts.items():
            archive.writestr(f"word/{name}.xml", text)
    return target.getvalue()


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p>{content}</w:p></w:tc>"


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (run("甲") + f"<w:del>{run('乙')}</w:del><w:ins>{run('丙')}</w:ins>", ["甲丙"]),
        (f"<w:moveFrom>{run('乙')}</w:moveFrom><w:moveTo>{run('丙')}</w:moveTo>", ["丙"]),
        (run("甲") + run("乙", "<w:vanish/>") + run("丙", '<w:vanish w:val="0"/>'), ["甲丙"]),
        ("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r>", ["甲 乙", "丙"]),
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>=SUM(3)</w:instrText><w:t>9</w:t></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>12</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>',
            ["12"],
        ),
        ("<w:r><w:ruby><w:rt><w:r><w:t>jia</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>甲</w:t></w:r></w:rubyBase></w:ruby></w:r>", ["甲"]),
        (f"<w:sdt><w:sdtContent>{run('甲')}</w:sdtContent></w:sdt><w:hyperlink>{run('乙')}</w:hyperlink>", ["甲乙"]),
        ('<w:r><w:sym w:char="F0FC"/></w:r>', ["\ufffc"]),
    ],
)  # fmt: skip
def test_a_paragraph_is_what_is_printed(content: str, lines: list[str]) -> None:
    assert texts(read_document(package(f"<w:p>{content}</w:p>"))) == lines


def test_struck_out_and_raised_digits_do_not_join_a_number() -> None:
    rows = (
        f"<w:tr>{cell(run('规章'))}{cell(run('3', '<w:strike/>') + run('5'))}</w:tr>"
        f"<w:tr>{cell(run('数'))}{cell(run('12') + run('1', _raised()))}</w:tr>"
    )
    assert grids(read_document(package(f"<w:tbl>{rows}</w:tbl>"))) == [[["规章", "3\n5"], ["数", "12\n1"]]]


def _raised() -> str:
    return '<w:vertAlign w:val="superscript"/>'


def test_merged_and_late_cells_keep_their_columns() -> None:
    wide, down, more = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    late, gone = '<w:trPr><w:gridBefore w:val="1"/></w:trPr>', "<w:trPr><w:del/></w:trPr>"
    rows = (
        f"<w:tr>{cell(run('a'), wide + down)}{cell(run('b'))}</w:tr>"
        f"<w:tr>{cell(run('x'), wide + more)}{cell(run('c'))}</w:tr>"
        f"<w:tr>{late}{cell(run('d'))}{cell(run('e'), more)}</w:tr>"
        f"<w:tr>{gone}{cell(run('f'))}</w:tr>"
    )
    assert grids(read_document(package(f"<w:tbl>{rows}</w:tbl>"))) == [
        [["a", "a", "b"], ["a", "a", "c"], ["", "d", "e"]]
    ]


def test_of_two_versions_of_a_text_box_one_is_read() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
    graphic = (
        f"<mc:AlternateContent><mc:Choice><w:drawing>{box.format('甲')}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box.format('乙')}</w:pict></mc:Fallback></mc:AlternateContent>"
    )
    assert texts(read_document(package(f"<w:p><w:r>{graphic}</w:r></w:p>"))) == ["甲"]


def test_a_footnote_stands_behind_its_paragraph_and_its_mark_nowhere() -> None:
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    note = f'<w:footnotes {w}><w:footnote w:id="2"><w:p><w:r><w:t>注文</w:t></w:r></w:p></w:footnote></w:footnotes>'
    body = '<w:p><w:r><w:t>公开12条</w:t><w:footnoteReference w:id="2"/><w:t>。</w:t></w:r></w:p><w:p><w:r><w:t>后</w:t></w:r></w:p>'
    assert texts(read_document(package(body, footnotes=note))) == ["公开12条。", "注文", "后"]


def test_strict_files_and_macro_files_are_read() -> None:
    report = make_report(4)
    data = render_docx(report)
    strict = _change(
        data,
        "word/document.xml",
        lambda part: part.replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ),
    )
    assert_right(strict, report)
    macro = _change(data, "word/vbaProject.bin", lambda _: b"\xd0\xcf\x11\xe0 not run")
    assert_right(macro, report)
    assert "macros, which were not run" in " ".join(parse_report(macro).report.notes)


def test_a_sheet_set_into_a_word_file_is_read_in_its_place() -> None:
    report = make_report(2, "2014")
    sheet = render_xlsx(report, XlsxOptions(prose=False))
    relation = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" Type="http://x/package" Target="embeddings/a.xlsx"/></Relationships>'
    spaces = ' xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    body = f'<w:p><w:r><w:t>{report.title}</w:t></w:r></w:p><w:p><w:r><w:object><o:OLEObject r:id="r9"/></w:object></w:r></w:p>'
    data = package_of(BODY.format(spaces, body))
    data = _change(data, "word/_rels/document.xml.rels", lambda _: relation.encode())
    assert_right(_change(data, "word/embeddings/a.xlsx", lambda _: sheet), report)


@pytest.mark.parametrize(
    ("number", "form", "printed"),
    [(1, "chineseCountingThousand", "一"), (10, "chineseCounting", "十"), (12, "japaneseCounting", "十二"), (20, "chineseCounting", "二十"),
     (3, "decimalEnclosedCircle", "③"), (4, "upperRoman", "IV"), (2, "lowerLetter", "b"), (7, "decimal", "7"), (5, "decimalFullWidth", "５")],
)  # fmt: skip
def test_list_numbers(number: int, form: str, printed: str) -> None:
    assert print_number(number, form) == printed


def _change(data: bytes, name: str, change: Any) -> bytes:
    """The package with one member changed or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for item in source.namelist():
            made.writestr(item, change(source.read(item)) if item == name else source.read(item))
        if name not in source.namelist():
            made.writestr(name, change(b""))
    return target.getvalue()


# ---------------------------------------------------------------- sheets


@pytest.mark.parametrize(
    ("value", "printed"),
    [(3.0, "3"), (0.1 + 0.2, "0.3"), (1424.4, "1424.4"), (1e15, "1000000000000000"), (2.5e20, "250000000000000000000"), (0.00001, "0.00001"),
     (7, "7"), (True, "TRUE"), (" 甲  乙\r\n丙 ", "甲 乙\n丙"), (-12.50, "-12.5")],
)  # fmt: skip
def test_a_number_is_printed_as_the_sheet_shows_it(value: object, printed: str) -> None:
    assert print_cell(value) == printed


def book(*contents: list[list[object]], hidden: int = -1) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for n, rows in enumerate(contents):
        sheet = made.create_sheet(f"表{n}")
        for row in rows:
            sheet.append(row)
        if n == hidden:
            sheet.sheet_state = "hidden"
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


STATISTICS: list[list[object]] = [
    ["统计指标", "单位", "统计数"],
    ["其中：主动公开规范性文件数", "条", 3],
    ["制发规范性文件总数", "件", 4],
    ["1.政府公报公开政府信息数", "条", 5],
    ["2.政府网站公开政府信息数", "条", 61],
    ["3.政务微博公开政府信息数", "条", 7],
]


def test_lines_around_a_table_are_paragraphs() -> None:
    document = read_document(
        book([["某局2016年政府信息公开情况统计表"], ["填报单位：某局"], *STATISTICS, ["单位负责人：甲 审核人：乙"]])
    )
    assert texts(document)[:2] == ["某局2016年政府信息公开情况统计表", "填报单位：某局"]
    assert grids(document)[0][0] == ["统计指标", "单位", "统计数"]


def test_a_date_is_no_count() -> None:
    import datetime

    rows = [*STATISTICS[:2], ["制发规范性文件总数", "件", datetime.date(2016, 1, 2)], *STATISTICS[3:]]
    values = {v.indicator: v for v in parse_report(book([["某局2016年政府信息公开年度报告"], *rows])).values}
    found = [value for value in values.values() if "2016" in value.raw]
    assert [(value.value, value.status) for value in found] == [(None, "unreadable")]


def test_a_hidden_sheet_is_left_out_and_told() -> None:
    other = [[*row[:2], 999 if isinstance(row[2], int) else row[2]] for row in STATISTICS]
    document = read_document(book(STATISTICS, other, hidden=1))
    assert len(grids(document)) == 1
    assert document.notes == ["hidden sheets were left out: 表1"]


def test_two_reports_in_one_workbook_are_told() -> None:
    other = [[*row[:2], 999 if isinstance(row[2], int) else row[2]] for row in STATISTICS]
    assert "several reports: the sheets 表0, 表1" in refusal(book(STATISTICS, other))
    assert len(grids(read_document(book(STATISTICS, STATISTICS)))) == 2


def test_a_sheet_whose_cells_lie_far_apart_ends_soon() -> None:
    made = Workbook()
    made.active.append(["规章", 1])
    made.active.cell(1_048_576, 16_384, 1)
    target = io.BytesIO()
    made.save(target)
    start = time.monotonic()
    assert "workbook" in refusal(target.getvalue())
    assert time.monotonic() - start < 30


def test_more_text_than_a_report_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "MAX_TOTAL", 50)
    with pytest.raises(ValueError, match="more text"):
        program.read_sheets(book(STATISTICS))


def test_a_reader_of_sheets_that_dies_or_hangs_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = book(STATISTICS)
    fake = tmp_path / "program.py"
    monkeypatch.setattr(workbook, "_PROGRAM", fake)
    fake.write_text("import os; os.abort()")
    assert "broken, cut off or outsize" in refusal(data)
    monkeypatch.setattr(workbook, "_TIMEOUT", 1)
    fake.write_text("import time; time.sleep(60)")
    assert "not read in 1 seconds" in refusal(data)


# ---------------------------------------------------------------- by way of LibreOffice


@cache
def converts(kind: str) -> bool:
    """Whether LibreOffice is here with the part that makes files of that kind."""
    if office.find_office() is None:
        return False
    probe = "probe.csv" if kind in ("xls", "ods") else "probe.txt"
    return convert_file(b"1", probe, kind) is not None


def convert_file(data: bytes, name: str, kind: str, *options: str) -> bytes | None:
    """What LibreOffice makes of a file, or None."""
    import tempfile

    program = office.find_office()
    assert program is not None
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, name)
        source.write_bytes(data)
        command = [
            program,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            *options,
            "--convert-to",
            kind,
        ]
        subprocess.run(
            [*command, "--outdir", folder + "/out", str(source)], capture_output=True, timeout=120, check=False
        )
        made = Path(folder, "out", source.stem + "." + kind.split(":")[0])
        return made.read_bytes() if made.exists() else None


def need(kind: str) -> None:
    if not converts(kind):
        pytest.skip(f"LibreOffice that writes {kind} is not installed")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["docx:MS Word 2007 XML", "doc:MS Word 97", "rtf", "odt"])
def test_what_libreoffice_makes_of_a_page_is_read(kind: str, form: str) -> None:
    need(kind.split(":")[0])
    report = make_report(21, form)
    made = convert_file(render_html(report), "a.html", kind, "--infilter=HTML (StarWriter)")
    assert made is not None
    assert_right(made, report)
    assert read_document(made).source_format == kind.split(":")[0]


@pytest.mark.parametrize("form", FORMS)
def test_an_xls_of_libreoffice_is_read(form: str) -> None:
    need("xls")
    report = make_report(22, form)
    made = convert_file(render_xlsx(report), "a.xlsx", "xls:MS Excel 97")
    assert made is not None
    assert_right(made, report)
    assert read_document(made).source_format == "xls"


def test_a_cut_off_xls_is_never_read_wrong() -> None:
    need("xls")
    report = make_report(22)
    made = convert_file(render_xlsx(report), "a.xlsx", "xls:MS Excel 97")
    assert made is not None
    for cut in range(1, 12):
        with suppress(NotAReport):
            assert score(parse_report(made[: len(made) * cut // 12]), report.gold()).wrong == 0


def test_without_libreoffice_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office.shutil, "which", lambda name: None)
    assert refusal(b"{\\rtf1 text}") == "an RTF file; install LibreOffice to read it"


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
def test_a_libreoffice_that_hangs_is_ended_with_all_it_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nsleep 300 & echo $! >> {tmp_path}/pid\nwait\n")
    program.chmod(0o755)
    monkeypatch.setattr(office, "find_office", lambda: str(program))
    monkeypatch.setattr(office, "TIMEOUT", 2)
    assert "did not read it in 2 seconds" in refusal(b"{\\rtf1 text}")
    time.sleep(0.2)
    for pid in (tmp_path / "pid").read_text().split():
        state = Path(f"/proc/{pid}/stat")
        assert not state.exists() or state.read_text().split()[2] == "Z"


def test_a_converter_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import tempfile

    need("docx")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    read_document(b"{\\rtf1 text}")
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- bad files


BOMB = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha">{}]>{}'
LOLS = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))


def _bad() -> dict[str, tuple[bytes, str]]:
    report = render_docx(make_report(1))
    huge = b"<a>" + b"x" * (40 * 2**20)
    return {
        "entities": (package_of(BOMB.format(LOLS, BODY.format("", "<w:p><w:r><w:t>&j;</w:t></w:r></w:p>"))), "document"),
        "outside entity": (package_of(BOMB.format('<!ENTITY b SYSTEM "file:///etc/passwd">', BODY.format("", "<w:p><w:r><w:t>&b;</w:t></w:r></w:p>"))), "document"),
        "outsize part": (_change(report, "word/document.xml", lambda _: huge), "unpacks to"),
        "many elements": (package("<w:p/>" * 1_600_000), "unpacks to over"),
        "deep": (package("<w:sdt><w:sdtContent>" * 4000), "cannot be parsed"),
        "no text": (_change(report, "word/document.xml", lambda _: b"<w/>"), "without its text"),
        "not XML": (_change(report, "word/document.xml", lambda _: b"\x00\x01"), "cannot be parsed"),
        "long cell": (book([["规章", "x" * 32_000] for _ in range(700)]), "unpacks to over"),
        "ole": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "DOC, XLS or WPS"),
        "ofd": (_change(_change(report, "OFD.xml", lambda _: b"<a/>"), "x", lambda _: b""), "OFD"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "entities",
        "outside entity",
        "outsize part",
        "many elements",
        "deep",
        "no text",
        "not XML",
        "long cell",
        "ole",
        "ofd",
    ],
)
def test_bad_files_are_refused_in_one_line_and_soon(name: str) -> None:
    data, word = _bad()[name]
    start = time.monotonic()
    assert word in refusal(data)
    assert time.monotonic() - start < 20


def test_cut_off_files_are_refused() -> None:
    for data in (render_docx(make_report(1)), render_xlsx(make_report(1))):
        for place in range(8, len(data), len(data) // 40):
            assert "ZIP" in refusal(data[:place]) or place < 12


def test_an_encrypted_file_is_told() -> None:
    assert refusal(ole_with("EncryptedPackage")) == "an encrypted office file; save it without a password"
    assert "encrypted DOC or WPS" in refusal(ole_with("WordDocument", bytes(11) + b"\x01" + bytes(500)))
    assert "slides" in refusal(ole_with("PowerPoint Document"))


def ole_with(name: str, content: bytes = b"x" * 512) -> bytes:
    """An OLE file with one stream of at most 4,096 bytes, padded to that size: sectors for table, directory, stream."""
    content = content.ljust(4096, b"\0")
    free, end = b"\xff\xff\xff\xff", b"\xfe\xff\xff\xff"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\0\x03\0\xfe\xff\x09\0\x06\0" + bytes(6)
    header += b"\0\0\0\0" + b"\1\0\0\0" + b"\1\0\0\0" + bytes(4) + b"\0\x10\0\0" + end + bytes(4) + end + bytes(4)
    header += b"\0\0\0\0" + free * 108
    table = b"\xfd\xff\xff\xff" + end + b"".join((3 + n).to_bytes(4, "little") for n in range(7)) + end
    return (
        header
        + table.ljust(512, b"\xff")
        + _entry("Root Entry", 5, 1, b"", end)
        + _entry(name, 2, -1, content, b"\2\0\0\0")
        + bytes(256)
        + content
    )


def _entry(name: str, kind: int, child: int, content: bytes, start: bytes) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    links = b"\xff\xff\xff\xff" * 2 + child.to_bytes(4, "little", signed=True)
    return (
        raw.ljust(64, b"\0")
        + len(raw).to_bytes(2, "little")
        + bytes([kind, 1])
        + links
        + bytes(36)
        + start
        + len(content).to_bytes(8, "little")
    )


def test_formulas_that_were_never_calculated_are_told() -> None:
    rows = [[*row] for row in STATISTICS]
    rows[2][2] = "=1+3"
    assert "never calculated" in refusal(book([["某局2016年政府信息公开年度报告"], *rows]))


def test_an_error_in_a_cell_is_no_blank() -> None:
    data = book([["某局2016年政府信息公开年度报告"], *STATISTICS])
    place = "xl/worksheets/sheet1.xml"
    wrong = _change(data, place, lambda part: re.sub(rb' t="n"><v>4</v>', b' t="e"><v>#DIV/0!</v>', part))
    assert wrong != data
    found = [value for value in parse_report(wrong).values if value.raw.startswith("#")]
    assert [(value.value, value.status) for value in found] == [(None, "unreadable")]


def test_an_error_in_a_cell_of_an_xls_is_told() -> None:
    need("xls")
    rows = [[*row] for row in STATISTICS]
    rows[2][2] = "=1/0"
    title: list[object] = ["某局2016年政府信息公开年度报告"]
    for made, told in (([title, *STATISTICS], 0), ([title, *rows], 1)):
        old = convert_file(book(made), "a.xlsx", "xls:MS Excel 97")
        assert old is not None
        assert len(read_document(old).notes) == told

"""Reports as Word files, written with python-docx: merged cells, headings, the habits of clerks as options."""

import copy
from dataclasses import dataclass
from io import BytesIO
from random import Random
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from tests.reportgen.model import Box, Report, Table
from tests.reportgen.tables import cut_table, split_captions


@dataclass(frozen=True)
class DocxOptions:
    """How the file is written; the defaults are a plain one.

    headings: section headings by style, else as plain paragraphs. split: section 2 as four tables. cut: table 3 in two
    pieces. runs: every character a run of its own, as after many edits. tracked: numbers corrected with changes
    tracked. controls: cells in content controls. box: the tables in a text box. layout: tables inside a layout table.
    numbered: the numerals of the headings as an automatic list.
    """

    headings: bool = True
    split: bool = False
    cut: bool = False
    runs: bool = False
    tracked: bool = False
    controls: bool = False
    box: bool = False
    layout: bool = False
    numbered: bool = False


def render_docx(report: Report, options: DocxOptions | None = None) -> bytes:
    """The report as the bytes of a DOCX file."""
    return _Writer(report, options or DocxOptions()).write()


class _Writer:
    def __init__(self, report: Report, options: DocxOptions) -> None:
        self._report = report
        self._options = options
        self._random = Random(report.seed)
        self._file: Any = Document()

    def write(self) -> bytes:
        self._file.add_paragraph(self._report.title, style="Title" if self._options.headings else None)
        for section in self._report.sections:
            self._add_heading(section.title)
            for block in section.body:
                if isinstance(block, Table):
                    self._add_tables(block)
                else:
                    self._add_text(self._file.add_paragraph(), block)
        target = BytesIO()
        self._file.save(target)
        return target.getvalue()

    def _add_heading(self, text: str) -> None:
        if self._options.numbered:
            numeral, mark, rest = text.partition("、")
            paragraph = self._file.add_paragraph(rest if mark and len(numeral) < 3 else text)
            if mark and len(numeral) < 3:
                _number(paragraph, self._file)
        elif self._options.headings:
            self._file.add_heading(text, level=1)
        else:
            self._file.add_paragraph(text)

    def _add_text(self, paragraph: Any, text: str) -> None:
        if not self._options.runs:
            paragraph.add_run(text)
            return
        for mark in text:
            paragraph.add_run(mark).bold = self._random.random() < 0.5

    def _add_tables(self, table: Table) -> None:
        pieces = [table]
        if self._options.split and table.name == "disclosure":
            pieces = split_captions(table)
        if self._options.cut and table.name == "applications":
            pieces = cut_table(table, len(table.rows) * 2 // 3, "header")
        for piece in pieces:
            self._add_table(piece)
            self._file.add_paragraph()

    def _add_table(self, table: Table) -> None:
        holder = self._file
        if self._options.layout:
            holder = self._file.add_table(1, 1).cell(0, 0)
        made = holder.add_table(0, table.width)
        # Cells are made here: python-docx lays the whole table out anew for each one that it is asked for.
        for row in _lay_out(table):
            line = made.add_row()._tr
            for cell in list(line.tc_lst):
                line.remove(cell)
            for box, merge in row:
                line.append(self._make_cell(box, merge))
        if self._options.box:
            _move_into_box(self._file, made._tbl)

    def _make_cell(self, box: Box, merge: str) -> Any:
        cell, properties = _make("w:tc", {}), _make("w:tcPr", {})
        cell.append(properties)
        if box.columns > 1:
            properties.append(_make("w:gridSpan", {"w:val": str(box.columns)}))
        if merge:
            properties.append(_make("w:vMerge", {"w:val": merge}))
        for n, line in enumerate(box.text.split("\n") if merge != "continue" else [""]):
            paragraph = Paragraph(_make("w:p", {}), self._file)
            cell.append(paragraph._p)
            self._add_text(paragraph, line)
            if self._options.tracked and n == 0 and box.key and box.text.isdigit():
                _track(paragraph)
            if self._options.controls and box.key:
                _wrap(paragraph._p)
        return cell


def _lay_out(table: Table) -> list[list[tuple[Box, str]]]:
    """The cells of each row as Word has them: a cell over several rows stands in each, marked as going on."""
    hanging: dict[tuple[int, int], Box] = {}
    rows: list[list[tuple[Box, str]]] = []
    for r, boxes in enumerate(table.rows):
        row: list[tuple[Box, str]] = []
        rest = iter(boxes)
        column = 0
        while column < table.width:
            box = hanging.get((r, column))
            merge = "continue"
            if box is None:
                box = next(rest, None)
                if box is None:
                    break
                merge = "restart" if box.rows > 1 else ""
                hanging.update({(r + n, column): box for n in range(1, box.rows)})
            row.append((box, merge))
            column += box.columns
        rows.append(row)
    return rows


def _number(paragraph: Any, file: Any) -> None:
    """Make a paragraph an item of a list that prints 一、二、."""
    numbering = file.part.numbering_part.element
    if numbering.find(qn("w:abstractNum") + "[@w:abstractNumId='77']", numbering.nsmap) is None:
        definition = _make("w:abstractNum", {"w:abstractNumId": "77"})
        level = _make("w:lvl", {"w:ilvl": "0"})
        for name, value in (("start", "1"), ("numFmt", "chineseCountingThousand"), ("lvlText", "%1、")):
            level.append(_make(f"w:{name}", {"w:val": value}))
        definition.append(level)
        numbering.insert(0, definition)
        item = _make("w:num", {"w:numId": "77"})
        item.append(_make("w:abstractNumId", {"w:val": "77"}))
        numbering.append(item)
    properties = paragraph._p.get_or_add_pPr()
    mark = _make("w:numPr", {})
    mark.append(_make("w:ilvl", {"w:val": "0"}))
    mark.append(_make("w:numId", {"w:val": "77"}))
    properties.append(mark)


def _track(paragraph: Any) -> None:
    """Put another number in front that was deleted with changes tracked, and mark the own one as inserted."""
    own = paragraph.runs[0]._r
    deleted, inserted = (_make(f"w:{name}", {"w:id": "1", "w:author": "x"}) for name in ("del", "ins"))
    run, text = _make("w:r", {}), _make("w:delText", {})
    text.text = "87"
    run.append(text)
    deleted.append(run)
    own.addprevious(deleted)
    for item in paragraph.runs:
        inserted.append(item._r)
    paragraph._p.append(inserted)


def _wrap(paragraph: Any) -> None:
    """Put a paragraph into a content control."""
    control, content = _make("w:sdt", {}), _make("w:sdtContent", {})
    paragraph.addprevious(control)
    control.append(content)
    content.append(paragraph)


def _move_into_box(file: Any, table: Any) -> None:
    """Put a table into a text box, in both versions that Word writes."""
    run = file.add_paragraph().add_run()._r
    both = run.makeelement("{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent", {})
    for name, inner in (("Choice", "w:drawing"), ("Fallback", "w:pict")):
        version = both.makeelement(f"{{http://schemas.openxmlformats.org/markup-compatibility/2006}}{name}", {})
        graphic, content = _make(inner, {}), _make("w:txbxContent", {})
        content.append(copy.deepcopy(table))
        graphic.append(content)
        version.append(graphic)
        both.append(version)
    table.getparent().remove(table)
    run.append(both)


def _make(name: str, attributes: dict[str, str]) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(key), value)
    return element

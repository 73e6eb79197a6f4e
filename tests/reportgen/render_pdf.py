"""Reports as PDF files of LibreOffice: from our HTML, from our Word files and from the official form filled in.

    python -m tests.reportgen.render_pdf       write the files of tests/fixtures/pdf anew

LibreOffice is not everywhere; ``find_office`` tells whether it is here. The files of ``FIXTURES`` are committed, so
that its way of writing PDF is tested without it. What they hold follows from form and seed.
"""

import io
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import docx

from parsers.documents.programs.office import find_office
from tests.reportgen.model import Report, Table, make_report
from tests.reportgen.render_docx import render_docx
from tests.reportgen.render_html import HtmlOptions, render_html

FOLDER = Path(__file__).parents[1] / "fixtures" / "pdf"
TEMPLATE = Path(__file__).parents[3] / "shared" / "corpus" / "form-2021-template.docx"
HTML_FILTER = "HTML (StarWriter)"
TIMEOUT = 300
# How the page is written before LibreOffice prints it.
PAGES = {
    "page": HtmlOptions(metadata="none"),
    "split": HtmlOptions(metadata="list", split=True),
    "blank": HtmlOptions(metadata="none", trailing="blank", headings="p"),
    "header": HtmlOptions(metadata="none", page_break="header"),
}


class Fixture(NamedTuple):
    """A committed file: what LibreOffice was given ("docx", "form" or a key of PAGES), and which report."""

    source: str
    form: str
    seed: int

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"{self.source}-{self.form}-{self.seed}.pdf"


FIXTURES = (
    Fixture("page", "2021", 501),
    Fixture("split", "2021", 502),
    Fixture("page", "2019", 503),
    Fixture("blank", "2019", 504),
    Fixture("page", "2014", 505),
    Fixture("docx", "2021", 506),
    Fixture("docx", "2014", 507),
    Fixture("form", "2021", 508),
)


def make_short_report(form: str, seed: int) -> Report:
    """A report with one paragraph a section: fewer characters make a smaller font in the file."""
    report = make_report(seed, form)
    for section in report.sections:
        texts = [block for block in section.body if isinstance(block, str)][:1]
        section.body = [*texts, *(block for block in section.body if isinstance(block, Table))]
    return report


def render_source(source: str, report: Report) -> tuple[str, bytes]:
    """(suffix, bytes) of what LibreOffice is given."""
    if source == "docx":
        return "docx", render_docx(report)
    if source == "form":
        return "docx", fill_template(report)
    return "html", render_html(report, replace(PAGES[source]))


def fill_template(report: Report) -> bytes:
    """The official form of 2021 with the numbers of the report typed into its blank cells, in reading order."""
    file: Any = docx.Document(str(TEMPLATE))
    for table, made in zip(file.tables, report.tables(), strict=True):
        cells = [cell for row in table._tbl.tr_lst for cell in row.tc_lst if cell.vMerge != "continue"]
        blanks = [cell for cell in cells if not "".join(cell.itertext()).strip()]
        for cell, (_, _, box) in zip(blanks, made.boxes(), strict=True):
            docx.table._Cell(cell, table).paragraphs[0].add_run(box.text)  # type: ignore[attr-defined]
    target = io.BytesIO()
    file.save(target)
    return target.getvalue()


def convert(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What LibreOffice makes of files (name with suffix to bytes), as PDF by the same names; all in a few starts."""
    made: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for suffix, options in (("html", [f"--infilter={HTML_FILTER}"]), ("docx", [])):
            chosen = [folder / file for file in files if file.endswith(f".{suffix}")]
            for path in chosen:
                path.write_bytes(files[path.name])
            if chosen:
                _run(folder, options, chosen)
            made |= {path.name: (folder / "out" / f"{path.stem}.pdf").read_bytes() for path in chosen}
    return made


def _run(folder: Path, options: list[str], paths: list[Path]) -> None:
    program = find_office()
    assert program is not None
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", *options]
    command += ["--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder / "out"), *map(str, paths)]
    subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=True)


def main() -> None:
    """Write the committed files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    sources: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for fixture in FIXTURES:
        suffix, data = render_source(fixture.source, make_short_report(fixture.form, fixture.seed))
        file = fixture.name.replace("pdf", suffix)
        sources[file], names[file] = data, fixture.name
    for file, data in convert(sources).items():
        (FOLDER / names[file]).write_bytes(data)


if __name__ == "__main__":
    main()

"""A small site of invented reports in HTML, text and PDF, for the tests of the site."""

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

import xxgk
from output.dataset import write_dataset
from output.pages import SiteSummary, build_site
from parsers.agencies import load_agency_types
from parsers.records import RecordSet
from tests.reportgen.model import make_report
from tests.reportgen.render_html import render_html
from tests.reportgen.render_text import render_text
from xxgk.evidence import SnapshotEvidence
from xxgk.evidence.snapshots import FolderSnapshots

HOSTILE_TITLE = "<script>document.title='owned'</script>=1+1\u202e<img src=x onerror=alert(1)>"
HOSTILE_WORDS = '公开政府信息<script>alert(2)</script>7条，=HYPERLINK("http://x.example")\u202e\u2067反向\u2069。'
LONG = "长" * 1_000_000


class Site(NamedTuple):
    """A built site with the folders it was built from and its records by the name of their file."""

    dataset: Path
    files: Path
    folder: Path
    records: dict[str, RecordSet]

    def build(self, folder: Path | None = None, divisions: tuple[str, ...] = ()) -> SiteSummary:
        """Build it once more."""
        evidence = SnapshotEvidence(FolderSnapshots(self.files))
        types = {kind.code: (kind.label_zh, kind.label_en) for kind in load_agency_types()}
        return build_site(self.dataset, folder or self.folder, evidence, divisions, types=types)


def hostile_page() -> bytes:
    """A report whose title and text try to be more than text, on a page that loads and runs what it can."""
    page = render_html(make_report(8)).decode()
    title = HOSTILE_TITLE.replace("<", "&lt;").replace(">", "&gt;")
    words = HOSTILE_WORDS.replace("<", "&lt;").replace(">", "&gt;")
    head = "<script>document.body.id='ran'</script><link rel=stylesheet href='http://x.example/a.css'><base href='http://x.example/'>"
    tricks = (
        "<img src='http://x.example/p.png' onerror='alert(1)'><iframe src='http://x.example/'></iframe>"
        "<a href='javascript:alert(1)' onclick='alert(1)'>链接</a><form action='http://x.example/'><input name=q></form>"
        "<svg onload='alert(1)'></svg><div id='v-0-0-0' style='position:fixed;background:url(http://x.example/b.png)'>浮</div>"
    )
    page = page.replace("</head>", head + "</head>", 1)
    first, heading, rest = page.partition("<h2")
    assert heading
    return f"{first}<p>{title}</p>{tricks}<p>{words}</p><p>{LONG}</p>{heading}{rest.replace('</h2>', f'</h2><p>{words}</p><p>{LONG}</p>', 1)}".encode()


def make_site(folder: Path, with_pdf: bool) -> Site:
    """Invent the reports, read them, write their dataset and build their site."""
    files = folder / "files"
    files.mkdir()
    pages = {
        "page.html": render_html(make_report(3)),
        "old.html": render_html(make_report(4, "2014")),
        "trial.html": render_html(make_report(5, "2019")),
        "text.txt": render_text(make_report(6), "D"),
        "hostile.html": hostile_page(),
    }
    if find_spec("docx"):
        from tests.reportgen.render_docx import render_docx

        pages["letter.docx"] = render_docx(make_report(9))
    if find_spec("xlsxwriter") or find_spec("openpyxl"):
        from tests.reportgen.render_xlsx import render_xlsx

        pages["sheet.xlsx"] = render_xlsx(make_report(10))
    if with_pdf:
        from tests.reportgen.draw_pdf import draw_pdf

        pages["print.pdf"] = draw_pdf(make_report(7))
    for name, data in pages.items():
        (files / name).write_bytes(data)
    records = {name: _placed(xxgk.parse(files / name), name) for name in pages}
    dataset = folder / "dataset"
    write_dataset(records.values(), dataset)
    site = Site(dataset, files, folder / "site", records)
    site.build()
    return site


def _placed(record: RecordSet, name: str) -> RecordSet:
    """The record set as that of an agency in one of two districts: invented places have no code."""
    code = "330502" if name in ("page.html", "text.txt") else "330503"
    place = {"division_code": code, "province": "浙江省", "city": "湖州市", "county": f"第{code[-1]}区"}
    report = msgspec.structs.replace(record.report, **place, agency_id=f"{code}:{record.report.agency}")
    return msgspec.structs.replace(record, report=report)


def poison(record: RecordSet, text: str) -> RecordSet:
    """The record set with a text in the place of every text from outside."""
    fields = (
        "title",
        "agency",
        "publisher",
        "index_number",
        "document_number",
        "published",
        "source_url",
        "agency_type",
    )
    report = msgspec.structs.replace(
        record.report, **dict.fromkeys(fields, text), notes=(text, text), province=text, county=text
    )
    values = [msgspec.structs.replace(v, raw=text, status="unreadable", value=None) for v in record.values]
    sections = [msgspec.structs.replace(s, title=text, text=text) for s in record.sections]
    counts = [
        msgspec.structs.replace(c, label=text, unit=text, concept=text, raw=text, start=0, end=len(text))
        for c in record.counts
    ]
    checks = [
        msgspec.structs.replace(c, outcome="fail", detail=text, diagnosis=text, subject=f"{text[:50]}{n}")
        for n, c in enumerate(record.checks)
    ]
    return RecordSet(report, values, counts, sections, checks)


def has_reportlab() -> bool:
    """Whether PDF files can be drawn here."""
    try:
        import reportlab  # noqa: F401
    except ImportError:
        return False
    return True


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site of all formats that can be made here."""
    return make_site(tmp_path_factory.mktemp("site"), has_reportlab())

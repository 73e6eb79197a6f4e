"""The static site: its pages, their links, the evidence, what hostile text does to it, and building it again."""

import os
import re
import threading
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree, html
from typer.testing import CliRunner

import xxgk
from output.dataset import write_dataset
from output.pages import NoEvidence, SiteError, build_site
from output.pages.evidence import EvidenceFile, count_anchor, value_anchor
from output.pages.layout import lay_out
from output.pages.render import read_asset
from output.pages.words import LANGUAGES, load_words, words_of
from parsers.codebook import load_codebook
from parsers.documents.model import Cell, Document, Grid
from parsers.records import Check, RecordSet, Report
from tests.reportgen.model import make_report
from tests.reportgen.render_html import render_html
from tests.site_maker import HOSTILE_TITLE, LONG, Site, has_reportlab, poison, site
from xxgk.evidence import SnapshotEvidence
from xxgk.evidence.collect import make_page, wanted_cells, wanted_words
from xxgk.evidence.marker import CellWant, Wanted
from xxgk.evidence.pages import page_as_read
from xxgk.evidence.snapshots import FolderSnapshots

__all__ = ["site"]

CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def tree(path: Path) -> Any:
    return html.parse(str(path), parser=html.HTMLParser(encoding="utf-8")).getroot()


def pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def pack(text: str) -> str:
    return "".join(text.split())


def report_page(site: Site, name: str, language: str = "zh") -> Path:
    return site.folder / language / "reports" / f"{site.records[name].report.report_id}.html"


def evidence_page(site: Site, name: str) -> Path:
    return site.folder / "evidence" / f"{site.records[name].report.source_sha256}.html"


# ------------------------------------------------------------ pages and links


def test_every_division_agency_and_report_has_a_page_in_both_languages(site: Site) -> None:
    names = {path.relative_to(site.folder / "zh") for path in pages(site.folder / "zh")}
    assert names == {path.relative_to(site.folder / "en") for path in pages(site.folder / "en")}
    assert {path.stem for path in names if path.parent.name == "reports"} == {
        record.report.report_id for record in site.records.values()
    }
    assert len([path for path in names if path.parent.name == "agencies"]) == len(
        {record.report.agency_id for record in site.records.values()}
    )


def test_every_link_leads_to_a_file_and_an_element_of_the_site(site: Site) -> None:
    ids = {path: set(tree(path).xpath("//@id")) for path in pages(site.folder)}
    followed = 0
    for path in pages(site.folder):
        for link in tree(path).xpath("//@href | //@src"):
            if link.startswith("data:image/png;base64,"):
                continue
            assert not re.match(r"[a-z]+:|/", link), f"{path.name}: {link} is not relative"
            name, _, anchor = link.partition("#")
            target = Path(os.path.normpath(path.parent / name)) if name else path
            assert target.is_relative_to(site.folder), link
            assert target.is_file(), link
            assert not anchor or anchor in ids[target], f"{path.name}: {link}"
            followed += 1
    assert followed > 4 * sum(len(record.values) for record in site.records.values()) / 2


def test_ids_are_unique_on_each_page(site: Site) -> None:
    for path in pages(site.folder):
        found = tree(path).xpath("//@id")
        assert len(found) == len(set(found)), path.name


def test_all_pages_can_be_reached_from_the_first(site: Site) -> None:
    seen: set[Path] = set()
    todo = [site.folder / "index.html"]
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        links = (
            link.partition("#")[0] for link in tree(path).xpath("//@href | //@src") if not link.startswith("data:")
        )
        todo += [Path(os.path.normpath(path.parent / link)) for link in links if link.endswith(".html")]
    assert seen == set(pages(site.folder))


def test_a_page_can_be_used_by_keyboard_and_screen_reader(site: Site) -> None:
    for path in [*pages(site.folder / "zh"), *pages(site.folder / "en")]:
        root = tree(path)
        assert root.get("lang") in ("zh-Hans", "en")
        assert root.xpath("count(//main)") == root.xpath("count(//h1)") == 1
        assert root.xpath("//a[@class='skip']/@href") == ["#main"]
        assert root.xpath("//nav[not(@aria-label)] | //iframe[not(@title)] | //th[not(@scope)]") == []
        # What scrolls by itself can be reached by the Tab key and has a name.
        assert (
            root.xpath("//div[starts-with(@class, 'scroll')][not(@tabindex='0') or not(@aria-label) or not(@role)]")
            == []
        )
        assert root.xpath("//table[not(ancestor::div[starts-with(@class, 'scroll')]) and not(ancestor::figure)]") == []
        levels = [int(e.tag[1]) for e in root.xpath("//main//h1 | //main//h2 | //main//h3")]
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_each_page_has_a_policy_that_forbids_what_it_does_not_need(site: Site) -> None:
    for path in pages(site.folder):
        (policy,) = tree(path).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy.startswith("default-src 'none'; ")
        assert "script-src 'unsafe-inline'" not in policy
        assert "http" not in policy
    for frame in (frame for path in pages(site.folder) for frame in tree(path).iter("iframe")):
        assert frame.get("sandbox") == ""


def test_the_words_are_there_in_both_languages() -> None:
    for table, entries in load_words().items():
        for name, entry in entries.items():
            assert set(entry) == set(LANGUAGES), (table, name)
            assert all(entry.values()), (table, name)
            marks = [set(re.findall(r"\{(\w+)\}", text)) for text in entry.values()]
            assert marks[0] == marks[1], (table, name)


# ------------------------------------------------------------ tables of the forms


@pytest.mark.parametrize("form", ["2021", "2019", "2014"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_table_is_a_rectangle_with_every_indicator_once(form: str, language: str) -> None:
    wanted = [i for i in load_codebook() if i.form == form and i.table != "narrative"]
    tables = lay_out({item.indicator for item in wanted}, form, language, words_of(language))
    found: list[tuple[str, str | None]] = []
    for table in tables:
        body = [[(1, 1)] * len(line.cells) for line in table.lines]
        rows = [[(h.row_span, h.column_span) for h in heads] for heads in table.header]
        rows += [
            [(h.row_span, h.column_span) for h in line.heads] + own for line, own in zip(table.lines, body, strict=True)
        ]
        taken: set[tuple[int, int]] = set()
        for r, row in enumerate(rows):
            c = 0
            for height, width in row:
                while (r, c) in taken:
                    c += 1
                cells = {(r + y, c + x) for y in range(height) for x in range(width)}
                assert not cells & taken
                taken |= cells
        width = max(c for _, c in taken) + 1
        assert len(taken) == width * len(rows), table
        found += [key for line in table.lines for key in line.cells if key[0]]
    assert len(found) == len(set(found))
    assert {indicator for indicator, _ in found} == {item.indicator for item in wanted}


def test_the_numbers_on_a_page_are_those_of_the_records(site: Site) -> None:
    for name, record in site.records.items():
        root = tree(report_page(site, name))
        for value in record.values:
            cell = root.get_element_by_id(
                f"cell-{value.indicator}" + (f"-{value.applicant}" if value.applicant else "")
            )
            link = cell.find(".//a[@class='value']")
            assert link.get("href") == f"../../evidence/{value.source_sha256}.html#{value_anchor(value)}"
            assert link.get("target") == "evidence"
            if value.value is not None:
                assert float(link.text) == value.value
            assert link.get("data-raw") == value.raw


def test_failed_checks_name_their_cells_and_lead_to_them(tmp_path: Path) -> None:
    folder = Path(__file__).parent / "fixtures" / "reports"
    read = (xxgk.parse(path) for path in sorted(folder.rglob("*.*")) if path.suffix in (".html", ".txt"))
    record = next(r for r in read if any(c.rule == "T3-ROW" and c.outcome == "fail" for c in r.checks))
    write_dataset([record], tmp_path / "d")
    build_site(tmp_path / "d", tmp_path / "s", NoEvidence())
    root = tree(tmp_path / "s" / "en" / "reports" / f"{record.report.report_id}.html")
    for check in record.checks:
        rows = root.xpath("//tr[@id=$id]", id=f"check-{check.rule}-{check.subject}")
        assert bool(rows) == (check.outcome == "fail")
        if check.rule == "T3-ROW" and rows:
            cell = root.get_element_by_id(rows[0].xpath(".//a/@href")[0][1:])
            assert cell.get("id") == f"cell-{check.subject}-total"
            assert "failed" in cell.get("class")
            assert cell.xpath(".//a[@class='sign']/@href")[0].startswith("#check-")


def test_the_figures_are_what_compare_gives(site: Site) -> None:
    from output.compare import compare
    from output.measures import load_measures
    from output.selection import Question

    measure = load_measures()["measure.applications_received"]
    rows = compare(site.dataset, Question((measure,), "division", divisions=("330502",))).rows
    root = tree(site.folder / "en" / "divisions" / "330502.html")
    table = root.xpath("//figure[contains(figcaption, $title)]//table", title=measure.label_en)[0]
    shown = {row.findtext("th"): row.findtext("td") for row in table.iterfind("tbody/tr")}
    told = {str(row.year): f"{row.value:g}" for row in rows.itertuples() if row.value == row.value}
    assert told
    assert told.items() <= shown.items()
    assert set(shown.values()) <= {*told.values(), words_of("en")["no_number"]}


def test_each_rule_is_told_in_words(site: Site) -> None:
    rules = {check.rule for record in site.records.values() for check in record.checks}
    assert rules >= {"T3-ROW", "T4-SUM", "FORM-COMPLETE", "N-PARTS"}
    for language in LANGUAGES:
        words = words_of(language)
        assert rules <= words["rules"].keys() == words["rule_expected"].keys() == words["rule_actual"].keys()


def test_what_is_missing_or_does_not_add_up_is_told_in_both_languages(site: Site, tmp_path: Path) -> None:
    record = site.records["page.html"]
    report_id = record.report.report_id
    gone = "applications.carried_forward"
    values = [value for value in record.values if value.indicator != gone]
    values = [value for value in values if not value.indicator.startswith(("review.", "litigation."))]
    whole = next(c for c in record.counts if any(part.parent_id == c.count_id for part in record.counts))
    parts = [c for c in record.counts if c.parent_id == whole.count_id and c.unit == whole.unit and not c.stated_none]
    total = sum(part.value for part in parts)
    checks = [
        Check(report_id, "FORM-COMPLETE", "applications", "fail", None, 175, 168, "an English sentence"),
        Check(report_id, "FORM-COMPLETE", "review_litigation", "fail", None, 15, 0, "an English sentence"),
        Check(report_id, "N-PARTS", whole.label, "fail", None, total, whole.value, "an English sentence"),
    ]
    write_dataset([msgspec.structs.replace(record, values=values, checks=checks)], tmp_path / "d")
    build_site(tmp_path / "d", tmp_path / "s", NoEvidence())
    told = {
        "zh": ("没有找到：四、结转下年度继续办理", "没有找到这张表。"),
        "en": ("Not found: ", "The table was not found."),
    }
    for language, (row, table) in told.items():
        root = tree(tmp_path / "s" / language / "reports" / f"{report_id}.html")
        why = [p.text_content() for p in root.xpath("//p[@class='why']")]
        assert len(why) == 2
        assert why[0].startswith(row)
        assert why[1] == table
        shown = root.xpath("//div[@class='finding']//ul[@class='numbers']//a/@href")
        assert shown == [f"#count-{part.count_id}" for part in parts]


def test_types_of_agencies_are_told_in_words(site: Site) -> None:
    from parsers.agencies import load_agency_types

    labels = {kind.code: kind.label_zh for kind in load_agency_types()}
    for name, record in site.records.items():
        kind = record.report.agency_type
        told = tree(report_page(site, name)).xpath("//dl[@class='about']")[0].text_content()
        assert kind is None or labels[kind] in told


# ------------------------------------------------------------ evidence


@pytest.mark.parametrize(
    "name",
    ["page.html", "old.html", "trial.html", "text.txt", "hostile.html", "print.pdf", "letter.docx", "sheet.xlsx"],
)
def test_each_number_is_an_element_with_its_very_text(site: Site, name: str) -> None:
    if name not in site.records:
        pytest.skip(f"what makes {name} is not installed")
    record = site.records[name]
    root = tree(evidence_page(site, name))
    assert root.xpath("//*[@class='spot']") == []
    assert record.values
    assert record.counts or name == "sheet.xlsx"
    for value in record.values:
        assert pack(root.get_element_by_id(value_anchor(value)).text_content()) == pack(value.raw)
    for count in record.counts:
        assert pack(root.get_element_by_id(count_anchor(count)).text_content()) == pack(count.raw)


def test_the_cell_of_the_page_is_the_one_that_was_read() -> None:
    """Each number is printed once: had another cell been named, its text would be another."""
    numbers = iter(range(1000, 9000))
    page = re.sub(
        rb"(<t[dh][^>]*>)\d+(?=</t)", lambda m: m[1] + str(next(numbers)).encode(), render_html(make_report(3))
    )
    record = xxgk.parse(page)
    shown = make_page(page, Wanted(wanted_cells(record, record.report.source_sha256), wanted_words(record)))
    assert shown is not None
    assert shown.kind == "html"
    assert shown.near == 0
    root = html.fromstring(shown.body)
    raws = [value.raw for value in record.values]
    assert len(set(raws)) == len(raws) > 150
    assert all(root.get_element_by_id(value_anchor(v)).text_content() == v.raw for v in record.values)


@pytest.mark.skipif(not has_reportlab(), reason="reportlab is not installed, so there is no PDF file")
@pytest.mark.parametrize("turned", [False, True])
def test_the_box_on_a_pdf_page_holds_the_number(turned: bool) -> None:
    """What PDFium finds inside the box of a cell is the text of the cell."""
    pdfium = pytest.importorskip("pypdfium2")
    from parsers.documents import read_document
    from tests.reportgen.draw_pdf import DrawOptions, draw_pdf
    from xxgk.evidence.marker import best_reading
    from xxgk.evidence.pdf import read_page
    from xxgk.evidence.pdf_places import find_cells

    data = draw_pdf(make_report(7), DrawOptions(turned=turned))
    record = xxgk.parse(data)
    wanted = Wanted(wanted_cells(record, record.report.source_sha256), [])
    with pdfium.PdfDocument(data) as file:
        read = [read_page(file, n) for n in range(len(file))]
        places = find_cells(read, best_reading(read_document(data), wanted), wanted.cells)
        assert len(places) == len(wanted.cells) > 150
        for want in wanted.cells:
            place = places[want.anchor]
            box, page = place.boxes[0], read[place.page]
            inside = [
                char
                for char, b in zip(page.text, page.boxes, strict=True)
                if box.left <= (b.left + b.right) / 2 <= box.right and box.top <= (b.top + b.bottom) / 2 <= box.bottom
            ]
            assert "".join(inside) == pack(want.raw)
            assert 0 <= box.left < box.right <= page.width
            assert 0 <= box.top < box.bottom <= page.height


def test_what_is_not_found_is_said_to_be_near() -> None:
    page = render_html(make_report(3))
    record = xxgk.parse(page)
    cells = wanted_cells(record, record.report.source_sha256)
    moved = CellWant("v-0-0-99", "4711", 0, 2, 99, 1)
    shown = make_page(page, Wanted([*cells, moved], wanted_words(record)))
    assert shown is not None
    assert shown.near == 1
    spots = html.fromstring(shown.body).xpath("//*[@class='spot']")
    assert [spot.get("id") for spot in spots] == ["v-0-0-99"]


@pytest.mark.parametrize("prose", ["公开<b>政府信息<i>12</i></b>条，", "公<font>开政府信</font>息1<span>2</span>条，"])
def test_words_are_one_element_whatever_is_inside(prose: str) -> None:
    page = render_html(make_report(3)).decode().replace("</h2>", f"</h2><p>本年主动{prose}其余照旧。</p>", 1).encode()
    record = xxgk.parse(page)
    count = next(c for c in record.counts if c.value == 12)
    shown = make_page(page, Wanted(wanted_cells(record, record.report.source_sha256), wanted_words(record)))
    assert shown is not None
    element = html.fromstring(shown.body).get_element_by_id(count_anchor(count))
    assert element.tag == "mark"
    assert element.text_content() == count.raw


def test_an_archived_page_runs_and_loads_nothing(site: Site) -> None:
    text = evidence_page(site, "hostile.html").read_text(encoding="utf-8")
    root = tree(evidence_page(site, "hostile.html"))
    assert root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content") == [CSP]
    assert root.xpath("//script | //iframe | //form | //input | //link | //base | //svg | //img | //object") == []
    names = {name for element in root.iter(etree.Element) for name in element.attrib}
    assert names <= {
        "id",
        "class",
        "style",
        "align",
        "valign",
        "colspan",
        "rowspan",
        "lang",
        "dir",
        "charset",
        "name",
        "content",
        "http-equiv",
    }
    assert "url(" not in text
    assert "position:fixed" not in text.split("</style>")[1]
    assert "javascript:" not in text
    # Its text is there, as text; the page's own ids are not.
    assert "<script>alert(2)</script>" in root.text_content()
    assert len(root.xpath("//*[@id='v-0-0-0']")) <= 1
    assert len(text) < 200_000


def test_evidence_is_utf8_whatever_the_page_was(tmp_path: Path) -> None:
    files = tmp_path / "f"
    files.mkdir()
    (files / "g.html").write_bytes(render_html(make_report(3)).decode().replace("utf-8", "gb2312").encode("gb18030"))
    record = xxgk.parse(files / "g.html")
    write_dataset([record], tmp_path / "d")
    build_site(tmp_path / "d", tmp_path / "s", SnapshotEvidence(FolderSnapshots(files)))
    page = tmp_path / "s" / "evidence" / f"{record.report.source_sha256}.html"
    assert (record.report.agency or "?") in page.read_text(encoding="utf-8")


def test_a_file_outside_the_folder_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    secret = tmp_path / "secret.html"
    secret.write_bytes(b"secret")
    record = xxgk.parse(render_html(make_report(3)))
    digest = sha256(b"secret").hexdigest()
    for path in (str(secret), "../secret.html", "in/../../secret.html"):
        report = msgspec.structs.replace(record.report, source_path=path)
        assert FolderSnapshots(tmp_path / "in").find(report, digest) is None
    (tmp_path / "in" / "link.html").symlink_to(secret)
    report = msgspec.structs.replace(record.report, source_path="link.html")
    assert FolderSnapshots(tmp_path / "in").find(report, digest) is None
    assert (
        FolderSnapshots(tmp_path).find(msgspec.structs.replace(record.report, source_path="/x/secret.html"), digest)
        == b"secret"
    )


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_a_number_of_an_attachment_leads_to_the_attachment(tmp_path: Path, kind: str) -> None:
    page = render_html(make_report(9))
    if kind == "docx":
        pytest.importorskip("docx")
        from tests.reportgen.render_docx import render_docx as render
    else:
        pytest.importorskip("openpyxl")
        from tests.reportgen.render_xlsx import render_xlsx as render
    attached = render(make_report(9))
    record, tables = xxgk.parse(page), xxgk.parse(attached)
    digest = sha256(attached).hexdigest()
    values = [
        msgspec.structs.replace(value, report_id=record.report.report_id, source_sha256=digest)
        for value in tables.values
    ]
    record = msgspec.structs.replace(record, values=values)

    class Both:
        def find(self, report: Report, wanted: str) -> bytes | None:
            return {digest: attached, record.report.source_sha256: page}.get(wanted)

    write_dataset([record], tmp_path / "d")
    assert build_site(tmp_path / "d", tmp_path / "s", SnapshotEvidence(Both())).evidence == 2
    shown = tree(tmp_path / "s" / "evidence" / f"{digest}.html")
    root = tree(tmp_path / "s" / "en" / "reports" / f"{record.report.report_id}.html")
    assert len(values) > 150
    for value in values:
        assert pack(shown.get_element_by_id(value_anchor(value)).text_content()) == pack(value.raw)
        cell = root.get_element_by_id(f"cell-{value.indicator}" + (f"-{value.applicant}" if value.applicant else ""))
        assert cell.find("a").get("href") == f"../../evidence/{digest}.html#{value_anchor(value)}"
    # The words were read from the page, and lead there.
    links = root.xpath("//a[starts-with(@class, 'value count')]/@href")
    assert len(links) > 5
    assert all(record.report.source_sha256 in link for link in links)


def test_empty_columns_at_the_right_of_a_sheet_are_cut() -> None:
    texts = [["a", "", "", "", ""], ["b", "1", "", "", ""]]
    rows = [[Cell(text, r, c) for c, text in enumerate(row)] for r, row in enumerate(texts)]
    rows[0][1:] = [Cell("wide", 0, 1, column_span=4)] * 4
    document = Document([Grid(rows)], "xlsx")
    for asked, width in (([], 2), ([CellWant("v-0-1-2", "", 0, 1, 2, 0)], 3)):
        page = page_as_read(b"", document, Wanted(asked, []))
        assert page is not None
        lines = html.fromstring(page.body).xpath("//tr")
        assert [cell.get("colspan", "1") for cell in lines[0]] == ["1", str(width - 1)]
        assert len(lines[1]) == width


# ------------------------------------------------------------ hostile text


class _Tags(HTMLParser):
    """The tags and attributes of a page as a browser's tokeniser sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "object", "embed"):
            self.scripts.append(str(dict(attrs).get("src")))
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE_TITLE,
        '"><script>alert(1)</script>',
        "'/onmouseover=alert(1) x='",
        LONG,
        "{{ 7*7 }}{% for %}",
        "</title></style><meta http-equiv=refresh content=0;url=//x.example><base href=//x.example><iframe src=//x.example>",
        "<svg/onload=alert(1)><a href=javascript:alert(1)>x</a>\\3c script\\3e @import'//x.example';",
        "../../../etc/passwd\u202e\u2067..\\..\\x",
        "\x1b[31m\x00\x85\ud800",
    ],
)
def test_hostile_text_is_text_everywhere(tmp_path: Path, text: str) -> None:
    record = poison(xxgk.parse(render_html(make_report(3))), text.encode("utf-8", "replace").decode())
    if len(text) > 100_000:
        record = msgspec.structs.replace(
            record, values=record.values[:3], counts=record.counts[:2], checks=record.checks[:3]
        )
    write_dataset([record], tmp_path / "d")
    build_site(tmp_path / "d", tmp_path / "s", NoEvidence())
    shown = text.encode("utf-8", "replace").decode().translate({0: "\ufffd", 0x1B: "\ufffd", 0x85: "\ufffd"})
    for path in pages(tmp_path / "s"):
        tags = _Tags()
        tags.feed(path.read_text(encoding="utf-8"))
        assert tags.scripts in ([], ["../../site.js"], ["../site.js"])
        assert tags.handlers == []
        assert path.stat().st_size < 1_500_000
    root = tree(tmp_path / "s" / "en" / "reports" / f"{record.report.report_id}.html")
    assert root.find(".//h1").text_content()[:60] == shown[:60]
    # Text that turns the direction of what follows is kept to itself.
    assert root.find(".//h1/bdi") is not None
    assert root.xpath("//p[@class='prose']//text()[contains(., $words)][not(ancestor::bdi)]", words=shown[:20]) == []


# ------------------------------------------------------------ building again


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_dataset_gives_the_same_bytes(site: Site, tmp_path: Path) -> None:
    site.build(tmp_path / "again")
    assert content(tmp_path / "again") == content(site.folder)


def test_only_what_changed_is_written_and_links_stay(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    site.build(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    assert site.build(folder).written == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == before
    damaged = next((folder / "zh" / "reports").iterdir())
    damaged.write_text("x", encoding="utf-8")
    (folder / "en" / "reports" / "0000.html").write_text("old", encoding="utf-8")
    summary = site.build(folder)
    assert (summary.written, summary.removed) == (1, 1)
    assert content(folder) == content(site.folder)


def test_one_division(site: Site, tmp_path: Path) -> None:
    code = site.records["page.html"].report.division_code
    assert code
    site.build(tmp_path / "s", (code,))
    reports = {path.stem for path in (tmp_path / "s" / "zh" / "reports").iterdir()}
    expected = {r.report.report_id for r in site.records.values() if r.report.division_code == code}
    assert reports == expected
    assert len(expected) < len(site.records)
    site.build(tmp_path / "t", (f"{code[:2]}0000",))
    assert reports <= {path.stem for path in (tmp_path / "t" / "zh" / "reports").iterdir()}
    with pytest.raises(SiteError, match="no report of 990000"):
        site.build(tmp_path / "u", ("990000",))


def test_pages_of_reports_that_are_gone_go_away(site: Site, tmp_path: Path) -> None:
    code = site.records["page.html"].report.division_code or ""
    site.build(tmp_path / "s")
    summary = site.build(tmp_path / "s", (code,))
    assert summary.removed > 0
    assert content(tmp_path / "s").keys() < content(site.folder).keys()
    site.build(tmp_path / "t", (code,))
    assert content(tmp_path / "s") == content(tmp_path / "t")


def test_the_places_on_a_page_have_the_same_names_whatever_else_there_is(site: Site, tmp_path: Path) -> None:
    record = site.records["page.html"]
    write_dataset([record], tmp_path / "d")
    build_site(tmp_path / "d", tmp_path / "s", SnapshotEvidence(FolderSnapshots(site.files)))
    for path in pages(tmp_path / "s" / "zh" / "reports") + pages(tmp_path / "s" / "evidence"):
        assert tree(path).xpath("//@id") == tree(site.folder / path.relative_to(tmp_path / "s")).xpath("//@id")


class _Broken:
    """Files that are there for two reports; then the build breaks off."""

    def __init__(self) -> None:
        self.found = 0

    def find(self, record: RecordSet) -> list[EvidenceFile]:
        self.found += 1
        if self.found > 2:
            raise KeyboardInterrupt
        return []


def test_a_build_that_is_broken_off_leaves_a_site_that_works(site: Site, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build_site(site.dataset, tmp_path / "new", _Broken())
    assert not (tmp_path / "new" / "index.html").exists()
    site.build(tmp_path / "old")
    before = content(tmp_path / "old").keys()
    with pytest.raises(KeyboardInterrupt):
        build_site(site.dataset, tmp_path / "old", _Broken())
    assert content(tmp_path / "old").keys() == before
    site.build(tmp_path / "old")
    assert content(tmp_path / "old") == content(site.folder)


def test_a_folder_of_something_else_is_left_alone(site: Site, tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("mine", encoding="utf-8")
    with pytest.raises(SiteError, match=r"mine\.html"):
        site.build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.html"]


# ------------------------------------------------------------ colours


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


PAIRS = [
    *((ink, ground) for ink in ("ink", "soft", "link", "bad-ink") for ground in ("ground", "raised")),
    ("band-ink", "band"),
    *(("good-ink", "good"), ("warn-ink", "warn"), ("bad-ink", "bad"), ("link", "count"), ("ink", "count")),
]


@pytest.mark.parametrize("scheme", [0, 1])
def test_contrast_is_enough(scheme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", read_asset("site.css"), re.DOTALL)
    assert len(blocks) == 2
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[scheme]))
    for ink, ground in PAIRS:
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    # Lines and marks that are no text: 3 to 1.
    assert contrast(colours["focus"], colours["ground"]) >= 3
    assert contrast(colours["bar"], colours["ground"]) >= 3


def test_every_colour_of_text_is_one_of_the_pairs() -> None:
    css = read_asset("site.css")
    used = set(re.findall(r"[^-]color: var\(--([\w-]+)\)", css))
    assert used == {ink for ink, _ in PAIRS}
    evidence = read_asset("evidence.css")
    assert contrast("#1b1f24", "#fdf3c4") >= 4.5
    for rule in re.findall(r"\{[^}]*\}", evidence):
        own = dict(re.findall(r"(color|background): (#[0-9a-f]{6})", rule))
        assert contrast(own.get("color", "#1b1f24"), own.get("background", "#eef1f4")) >= 4.5, rule


# ------------------------------------------------------------ commands


def _app() -> Any:
    import typer

    from xxgk.site_command import serve, site

    app = typer.Typer()
    app.command()(site)
    app.command()(serve)
    return app


def test_the_command_builds_a_site(site: Site, tmp_path: Path) -> None:
    run = CliRunner().invoke(
        _app(), ["site", str(site.dataset), "--out", str(tmp_path / "s"), "--source", str(site.files)]
    )
    assert run.exit_code == 0, run.output
    assert re.search(rf"reports +{len(site.records)}\n", run.output)
    assert content(tmp_path / "s") == content(site.folder)


def test_without_the_files_the_numbers_have_no_links(site: Site, tmp_path: Path) -> None:
    run = CliRunner().invoke(_app(), ["site", str(site.dataset), "--out", str(tmp_path / "s")])
    assert run.exit_code == 0, run.output
    root = tree(next((tmp_path / "s" / "en" / "reports").iterdir()))
    assert root.xpath("//a[@target='evidence'] | //iframe") == []
    assert words_of("en")["no_file"] in root.text_content()


@pytest.fixture
def server(site: Site) -> Iterator[int]:
    from xxgk.site_server import make_server

    with make_server(site.folder, 0) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made.server_address[1]
        made.shutdown()
        thread.join()


def ask(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", port)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", f"{host}:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def test_the_server_gives_the_pages_and_nothing_else(site: Site, server: int) -> None:
    status, headers, body = ask(server, "/zh/index.html")
    assert (status, body) == (200, (site.folder / "zh" / "index.html").read_bytes())
    assert headers["Content-type"] == "text/html; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    status, headers, _ = ask(server, f"/evidence/{evidence_page(site, 'page.html').name}")
    assert status == 200
    assert "sandbox" in headers["Content-Security-Policy"]
    for path in (
        "/../dataset/reports.csv",
        "/%2e%2e/dataset/reports.csv",
        "/zh/reports/",
        "/zh/..%2f..%2fdataset/reports.csv",
    ):
        assert ask(server, path)[0] == 404, path
    outside = site.folder / "zh" / "out.csv"
    outside.symlink_to(site.dataset / "reports.csv")
    try:
        assert ask(server, "/zh/out.csv")[0] == 404
    finally:
        outside.unlink()
    assert ask(server, "/zh/index.html", "evil.example")[0] == 421

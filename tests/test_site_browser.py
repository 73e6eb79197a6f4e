"""The site in a browser: a click on a number shows the place it was read from, in both languages and on a phone."""

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from output.dataset import write_dataset
from output.pages import NoEvidence, build_site
from output.pages.evidence import count_anchor, value_anchor
from output.pages.source import Source
from parsers.records import RecordSet, Value
from scraper.archive import Archive
from scraper.rows import PartRow, ReportRow, encode_parts
from scraper.state import State
from tests.archive_writer import NOW, URL, make_answer
from tests.reportgen.model import make_report
from tests.reportgen.render_html import render_html
from tests.site_maker import Site, poison, site
from xxgk.cli import app
from xxgk.publishing import publish
from xxgk.readings import Readings

__all__ = ["site"]

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WIDE, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
# Whether the middle of an element is inside the window of its frame.
SEEN = """id => {
  const box = document.getElementById(id).getBoundingClientRect();
  const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
  return innerHeight > 250 && x >= 0 && x <= innerWidth && y >= 0 && y <= innerHeight;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield made
        made.close()


class Opened:
    """A page of the site, with everything that went wrong and everything that was asked for."""

    def __init__(self, browser: Any, site: Site, path: str, viewport: dict[str, int], scripts: bool = True) -> None:
        self.context = browser.new_context(viewport=viewport, java_script_enabled=scripts)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("dialog", lambda dialog: (self.wrong.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto((site.folder / path).as_uri())

    def frame(self, anchor: str) -> Any:
        """The frame of the evidence when it shows an anchor."""
        frame = self.page.frame(name="evidence")
        assert frame is not None
        frame.wait_for_url(f"**#{anchor}")
        frame.wait_for_selector(f"[id='{anchor}']", state="attached")
        return frame

    def wait_until_seen(self, frame: Any, anchor: str) -> None:
        """Wait until an element of the frame is scrolled into view: asked from here, a sandboxed frame runs no timer."""
        for _ in range(600):
            if frame.evaluate(SEEN, anchor):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{anchor} is out of view")


@pytest.fixture
def opened(browser: Any, site: Site) -> Iterator[Any]:
    made: list[Opened] = []

    def open_page(path: str, viewport: dict[str, int], scripts: bool = True) -> Opened:
        made.append(Opened(browser, site, path, viewport, scripts))
        return made[-1]

    yield open_page
    for item in made:
        assert item.wrong == []
        assert all(url.startswith(("file:", "data:image/png")) for url in item.asked)
        item.context.close()


def report_path(site: Site, name: str, language: str) -> str:
    return f"{language}/reports/{site.records[name].report.report_id}.html"


def needs(site: Site, name: str) -> None:
    if name not in site.records:
        pytest.skip(f"what makes {name} is not installed")


def chosen(values: list[Value]) -> list[Value]:
    """Some numbers of each table: the first, one in the middle and the last, the first of more than one digit."""
    tables = {value.indicator.split(".")[0] for value in values}
    picked = []
    for table in sorted(tables):
        own = [value for value in values if value.indicator.split(".")[0] == table and value.raw]
        picked += [own[0], own[len(own) // 2], own[-1], max(own, key=lambda value: len(value.raw))]
    return picked


def cell_id(value: Value) -> str:
    return f"cell-{value.indicator}" + (f"-{value.applicant}" if value.applicant else "")


@pytest.mark.parametrize(
    "name", ["page.html", "old.html", "text.txt", "print.pdf", "hostile.html", "letter.docx", "sheet.xlsx"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_click_on_a_number_shows_its_cell(
    opened: Any, site: Site, name: str, language: str, viewport: dict[str, int]
) -> None:
    needs(site, name)
    page = opened(report_path(site, name, language), viewport)
    for value in chosen(site.records[name].values):
        page.page.locator(f"[id='{cell_id(value)}'] a.value").click()
        frame = page.frame(value_anchor(value))
        element = frame.locator(f"[id='{value_anchor(value)}']")
        assert element.text_content().strip() == value.raw
        # It is the target, it is marked, and it comes to be seen without scrolling by hand.
        assert element.evaluate("e => [e.matches(':target'), getComputedStyle(e).outlineStyle]") == [True, "solid"]
        page.wait_until_seen(frame, value_anchor(value))


@pytest.mark.parametrize("name", ["page.html", "text.txt", "print.pdf", "letter.docx"])
def test_a_click_on_counted_words_shows_them(opened: Any, site: Site, name: str) -> None:
    needs(site, name)
    record = site.records[name]
    page = opened(report_path(site, name, "zh"), WIDE)
    for count in record.counts[:: max(1, len(record.counts) // 5)]:
        page.page.locator(f"a.count[href$='#{count_anchor(count)}']").first.click()
        element = page.frame(count_anchor(count)).locator(f"[id='{count_anchor(count)}']")
        assert "".join((element.text_content() or "").split()) == "".join(count.raw.split())


@pytest.mark.parametrize("path", ["{lang}/index.html", "{lang}/divisions/330502.html", "{report}"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_phone_scrolls_no_page_sideways(opened: Any, site: Site, path: str, language: str) -> None:
    name = path.format(lang=language, report=report_path(site, "page.html", language))
    page = opened(name, PHONE)
    assert page.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_table_scrolls_beside_the_evidence(opened: Any, site: Site, language: str) -> None:
    page = opened(report_path(site, "page.html", language), WIDE)
    wide = "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth).length"
    assert page.page.locator("table.review_litigation").count() == 1
    assert page.page.evaluate(wide) == 0


def test_it_works_without_scripts(opened: Any, site: Site) -> None:
    value = chosen(site.records["page.html"].values)[1]
    page = opened(report_path(site, "page.html", "en"), PHONE, scripts=False)
    page.page.locator(f"[id='{cell_id(value)}'] a.value").click()
    element = page.frame(value_anchor(value)).locator(f"[id='{value_anchor(value)}']")
    assert element.text_content().strip() == value.raw
    assert page.page.locator("iframe[name=evidence]").bounding_box() is not None


def test_it_works_from_the_keyboard(opened: Any, site: Site) -> None:
    value = chosen(site.records["page.html"].values)[1]
    page = opened(report_path(site, "page.html", "zh"), PHONE)
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.className") == "skip"
    page.page.locator(f"[id='{cell_id(value)}'] a.value").focus()
    page.page.keyboard.press("Enter")
    page.frame(value_anchor(value))
    assert page.page.locator("aside.evidence").is_visible()
    page.page.keyboard.press("Escape")
    page.page.locator("aside.evidence").wait_for(state="hidden")
    assert page.page.evaluate("document.activeElement.parentElement.id") == cell_id(value)


def test_the_back_key_of_a_phone_closes_the_evidence(opened: Any, site: Site) -> None:
    first, second = chosen(site.records["page.html"].values)[:2]
    page = opened(report_path(site, "page.html", "en"), PHONE)
    for value in (first, second):
        page.page.locator(f"[id='{cell_id(value)}'] a.value").click()
        page.frame(value_anchor(value))
    assert page.page.locator("aside.evidence").is_visible()
    page.page.go_back()
    page.page.locator("aside.evidence").wait_for(state="hidden")
    assert page.page.url.endswith(report_path(site, "page.html", "en"))


def test_divisions_are_found_by_code(opened: Any, site: Site) -> None:
    page = opened("en/index.html", WIDE)
    rows = page.page.locator("#divisions-table tbody tr:not(.group)")
    total = rows.count()
    page.page.locator("input[type=search]").fill("330502")
    assert total >= 2
    assert sum(rows.nth(n).is_visible() for n in range(total)) == 1


def test_what_has_the_focus_is_seen(opened: Any, site: Site) -> None:
    page = opened(report_path(site, "page.html", "en"), WIDE)
    seen: list[str] = []
    for _ in range(12):
        page.page.keyboard.press("Tab")
        style = "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
        tag, outline = page.page.evaluate(style)
        assert outline == "solid", tag
        seen.append(page.page.evaluate("document.activeElement.className || document.activeElement.tagName"))
    assert seen[:3] == ["skip", "brand", "language"]


def crawl_with_pdf(data: Path) -> tuple[RecordSet, str]:
    """A crawl of one report, whose tables are in a PDF that its page links: archived, read and published."""
    from tests.reportgen.draw_pdf import draw_pdf

    report = make_report(9)
    page = render_html(report)
    text = page[: page.index(b"<table")] + b"</body></html>"
    pdf = draw_pdf(report)
    with State(data / "crawl.sqlite") as state:
        run, _ = state.begin_run(NOW)
        archive = Archive(data / "archive", run.run_id, "xxgk/test")
        place = archive.write(make_answer(text))
        url = URL.replace("1.html", "1.pdf")
        part = archive.write(make_answer(pdf, url, headers=(("Content-Type", "application/pdf"),)))
        digest = sha256(pdf).hexdigest()
        parts = encode_parts([PartRow(url, "1.pdf", digest, part.file, part.offset)])
        state.save_report(
            ReportRow(
                key=URL,
                url=URL,
                site_id="330502",
                label="",
                found_by="list",
                digest=sha256(text + pdf).hexdigest(),
                text_digest="",
                file=place.file,
                offset=place.offset,
                fetched="2026-11-24T11:30:00Z",
                first_seen=run.run_id,
                last_seen=run.run_id,
                parts=parts,
            )
        )
        archive.close()
        tally = Readings(state, data / "archive").read_new(run.run_id, 0, lambda done, total: None)
        assert (tally.read, tally.refused) == (1, 0)
        publish(state, data / "dataset")
    (record,) = (bundle.record for bundle in Source(data / "dataset").bundles())
    return record, digest


def test_a_number_of_an_archived_pdf_is_shown_on_the_picture_of_its_page(browser: Any, tmp_path: Path) -> None:
    """The PDF is an attachment of a report in the archive of a crawl, and the site is built by the command."""
    for module in ("reportlab", "pdfplumber", "pypdfium2"):
        pytest.importorskip(module, reason=f"{module} is not installed: no PDF can be drawn, read or shown")
    record, digest = crawl_with_pdf(tmp_path)
    command = ["site", str(tmp_path / "dataset"), "--out", str(tmp_path / "site"), "--quiet"]
    assert CliRunner().invoke(app, command).exit_code == 0
    made = Site(tmp_path / "dataset", tmp_path, tmp_path / "site", {"page": record})
    page = Opened(browser, made, report_path(made, "page", "zh"), WIDE)
    assert {value.source_sha256 for value in record.values} == {digest}
    for value in chosen(record.values):
        page.page.locator(f"[id='{cell_id(value)}'] a.value").click()
        frame = page.frame(value_anchor(value))
        assert digest in frame.url
        element = frame.locator(f"[id='{value_anchor(value)}']")
        assert element.text_content().strip() == value.raw
        assert element.evaluate("e => [e.matches(':target'), getComputedStyle(e).outlineStyle]") == [True, "solid"]
        # It lies on the picture of its page.
        assert element.evaluate("e => e.closest('.paper').querySelector('img').naturalWidth > 0")
        page.wait_until_seen(frame, value_anchor(value))
    assert page.wrong == []


# The colours of all text on a page, and the contrast of each pair of text and what is behind it.
CONTRASTS = """() => {
  const read = (text) => {
    const parts = text.match(/[\\d.]+/g).map(Number);
    return parts.length < 4 ? [...parts, 1] : parts;
  };
  const light = (c) => {
    const [r, g, b] = c.map((p) => p / 255).map((p) => p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
  const found = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.data.trim()) continue;
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    const ink = read(element.closest("svg") ? style.fill : style.color);
    if (ink[3] === 0) continue;
    let behind = element, ground = canvas;
    for (; behind; behind = behind.parentElement) {
      const own = read(getComputedStyle(behind).backgroundColor);
      if (own[3] === 1) { ground = own; break; }
    }
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    found[`${ink} on ${ground}, ${element.className} in ${element.parentElement.className}`] = (a + 0.05) / (b + 0.05);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_what_is_behind_it(opened: Any, site: Site, scheme: str) -> None:
    reports = [report_path(site, name, "zh") for name in ("page.html", "old.html", "hostile.html")]
    agencies = sorted(path.relative_to(site.folder).as_posix() for path in (site.folder / "en/agencies").iterdir())
    digest = site.records["page.html"].report.source_sha256
    others = ["index.html", "en/index.html", "en/divisions/330502.html", f"evidence/{digest}.html", *agencies[:2]]
    pairs: dict[str, float] = {}
    for path in [*reports, *others]:
        page = opened(path, WIDE)
        page.page.emulate_media(color_scheme=scheme)
        page.page.evaluate("document.querySelectorAll('details').forEach((e) => (e.open = true))")
        pairs |= page.page.evaluate(CONTRASTS)
    assert len(pairs) > 20
    assert {pair: ratio for pair, ratio in pairs.items() if ratio < 4.5} == {}


HOSTILE = (
    "</title></style></svg><script>alert(1)</script><img src=http://x.example/a onerror=alert(2)><svg onload=alert(3)>"
    "<iframe src=http://x.example/b></iframe><base href=http://x.example/><meta http-equiv=refresh content='0;url=http:"
    "//x.example/c'><link rel=stylesheet href=//x.example/d><style>@import '//x.example/e';*{background:url(//x.example"
    "/f)}</style>\" onmouseover=alert(4) style=background:url(//x.example/g) x='\u202e\u0007"
)


def test_hostile_text_runs_and_asks_for_nothing(browser: Any, site: Site, tmp_path: Path) -> None:
    record = poison(site.records["page.html"], HOSTILE)
    write_dataset([record], tmp_path / "d")
    build_site(tmp_path / "d", tmp_path / "s", NoEvidence(), types={HOSTILE: (HOSTILE, HOSTILE)})
    made = Site(tmp_path / "d", tmp_path, tmp_path / "s", {})
    paths = sorted((tmp_path / "s").rglob("*.html"))
    assert len(paths) == 10
    for path in paths:
        page = Opened(browser, made, path.relative_to(tmp_path / "s").as_posix(), WIDE)
        page.page.mouse.move(200, 200)
        page.page.wait_for_timeout(50)
        assert page.wrong == [], path
        assert all(url.startswith("file:") for url in page.asked), path
        assert page.page.locator("script:not([src]), style, iframe:not([name=evidence]), base, img").count() == (
            path.parent.name == "evidence"
        )
        page.context.close()


def test_an_archived_page_is_as_good_as_dead(opened: Any, site: Site) -> None:
    """Opened by itself: it runs nothing and asks for nothing, which ``opened`` checks as well."""
    digest = site.records["hostile.html"].report.source_sha256
    page = opened(f"evidence/{digest}.html", WIDE)
    assert page.page.evaluate("document.body.id") == ""
    assert "owned" not in page.page.title()
    assert len(page.asked) == 1


def test_a_check_leads_to_its_cell_and_languages_to_each_other(opened: Any, site: Site) -> None:
    page = opened(report_path(site, "page.html", "zh"), WIDE)
    page.page.locator("a.language").click()
    page.page.wait_for_url("**/en/reports/*.html")
    assert page.page.locator("html").get_attribute("lang") == "en"
    page.page.locator(".crumbs a").nth(1).click()
    page.page.wait_for_url("**/en/divisions/330502.html")
    page.page.locator("table.map td a").first.click()
    page.page.wait_for_url("**/en/reports/*.html")

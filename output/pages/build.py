"""Builds the site of a dataset: an overview, a page per division, agency and report, and the evidence they lead to.

The reports are read one after the other, so memory holds the few columns of each that the overviews need, and no more.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from output.pages.charts import ALL, Measured, measure_by
from output.pages.evidence import EvidenceFile, EvidencePage, EvidenceSource
from output.pages.folder import SiteError, SiteFolder
from output.pages.links import Links
from output.pages.overview import (
    MAX_YEARS,
    AgencyRows,
    agencies_of,
    agency_file,
    coverage_counts,
    division_file,
    division_name,
    type_rank,
    years_of,
)
from output.pages.render import read_asset, render, safe
from output.pages.report_page import report_view
from output.pages.source import Bundle, Source
from output.pages.views import (
    Division,
    Figures,
    Item,
    Types,
    agency_view,
    division_view,
    item_of,
    overview_view,
    type_name,
)
from output.pages.words import LANGUAGES, two_languages, words_of
from output.selection import By
from parsers.records import RecordSet

ROOT = "../../"
Advance = Callable[[int, int], None]
Crumbs = list[tuple[str, str]]


class SiteSummary(msgspec.Struct):
    """What was built: pages of each kind, files written anew and removed, reports whose files were not at hand."""

    divisions: int = 0
    agencies: int = 0
    reports: int = 0
    evidence: int = 0
    without_evidence: int = 0
    written: int = 0
    removed: int = 0


class _Above(msgspec.Struct, frozen=True):
    """What the page of a report must know of the others: the names above it, the page of the year before."""

    division: str
    division_name: str
    agency: str
    agency_id: str
    before: str


def build_site(
    dataset: Path,
    out: Path,
    evidence: EvidenceSource,
    divisions: Sequence[str] = (),
    advance: Advance = lambda done, total: None,
    types: Types = MappingProxyType({}),
) -> SiteSummary:
    """Build the site of a dataset, or of some divisions of it, in a folder; only what changed is written.

    ``advance`` is called with the reports done and their number; ``types`` are the Chinese and English words for the
    types of agencies. The same dataset and the same files give the same bytes. Reports are written before the pages
    that lead to them, and pages that are gone are removed last: a build that is broken off leaves a site that works.
    Raises SiteError where the folder holds something else, or where there is no report to show.
    """
    source = Source(dataset, divisions)
    if not len(source):
        wanted = f" of {', '.join(divisions)}" if divisions else ""
        raise SiteError(f"{dataset}: holds no report{wanted}, so there is nothing to show")
    folder = SiteFolder(out)
    site = _Site(folder, source, evidence, types)
    site.write_frame()
    for done, bundle in enumerate(source.bundles(), 1):
        site.write_report(bundle)
        advance(done, len(source))
    site.write_overviews(measure_by(dataset, ("agency", "division", "year"), divisions))
    site.summary.removed = folder.remove_others()
    site.summary.written = folder.written
    return site.summary


class _Site:
    """The site that is being built."""

    def __init__(self, folder: SiteFolder, source: Source, evidence: EvidenceSource, types: Types) -> None:
        self._folder, self._source, self._evidence, self._types = folder, source, evidence, types
        self._above = _above_of(source)
        frame = read_asset("evidence.css") + read_asset("templates/evidence.html") + read_asset("labels.toml")
        self._sign = sha256(frame.encode()).hexdigest()[:16]
        self.summary = SiteSummary()

    def write_frame(self) -> None:
        """Write what every page needs."""
        for name in ("site.css", "site.js"):
            self._folder.write(name, read_asset(name))
        nothing = "<p>{}</p><p lang=en>{}</p>".format(*two_languages("empty"))
        self._write_evidence("index", "", EvidencePage("html", nothing), "", "")

    def write_overviews(self, measured: Mapping[By, Measured]) -> None:
        """Write the pages of agencies and divisions, the overview, and the first page."""
        items: list[Item] = []
        counts: dict[int, Counter[str]] = {}
        for code, rows, coverage in self._source.divisions():
            division = Division(code, rows, sorted(agencies_of(rows, coverage), key=type_rank))
            for agency in division.agencies:
                self._write_agency(division, agency, measured["agency"].of(agency.agency_id))
            self._write_division(division, measured["division"].of(code))
            items.append(item_of(division))
            for year, found in coverage_counts(division.agencies, years_of(division.agencies)).items():
                counts[year] = counts.get(year, Counter()) + found
        counts = dict(sorted(counts.items())[-MAX_YEARS:])
        for language in LANGUAGES:
            values = overview_view(items, counts, measured["year"].of(ALL), language)
            self._page(language, "index.html", "index.html", [(words_of(language)["overview"], "")], "../", **values)
        told = {"divisions": len(items), "agencies": self.summary.agencies, "reports": self.summary.reports}
        zh, en = (words_of(language) for language in LANGUAGES)
        self._folder.write("index.html", render("start.html", "zh", zh=zh, en=en, told=told))

    def _write_division(self, division: Division, figures: Figures) -> None:
        self.summary.divisions += 1
        for language in LANGUAGES:
            values = division_view(division, figures, self._types, language)
            crumbs = [(words_of(language)["overview"], "../index.html"), (values["name"], "")]
            self._page(language, f"divisions/{division_file(division.code)}", "division.html", crumbs, ROOT, **values)

    def _write_agency(self, division: Division, agency: AgencyRows, figures: Figures) -> None:
        self.summary.agencies += 1
        for language in LANGUAGES:
            words = words_of(language)
            values = agency_view(agency, figures, self._types, language)
            place = division_name(division.rows, words["no_division"])
            crumbs = [
                (words["overview"], "../index.html"),
                (place, f"../divisions/{division_file(division.code)}"),
                (values["name"], ""),
            ]
            self._page(language, f"agencies/{agency_file(agency.agency_id)}", "agency.html", crumbs, ROOT, **values)

    def write_report(self, bundle: Bundle) -> None:
        """Write the page of a report and those of its files."""
        report = bundle.record.report
        pages, text = self._write_files(bundle.record)
        self.summary.reports += 1
        self.summary.without_evidence += not pages
        above = self._above.pop(report.report_id)
        for language in LANGUAGES:
            words = words_of(language)
            crumbs = [
                (words["overview"], "../index.html"),
                (above.division_name or words["no_division"], f"../divisions/{division_file(above.division)}"),
                (above.agency or words["no_agency"], f"../agencies/{agency_file(above.agency_id)}"),
                (str(report.year or words["no_year"]), ""),
            ]
            links = Links(bundle.record, pages, text, ROOT, above.before)
            kind = type_name(report.agency_type or "", self._types, language)
            values = report_view(bundle, language, links, kind)
            self._page(language, f"reports/{report.report_id}.html", "report.html", crumbs, ROOT, **values)

    def _write_files(self, record: RecordSet) -> tuple[list[str], str]:
        """Write the pages of a report's files; the digests of those that have one, and of the one with the text."""
        pages: list[str] = []
        text = ""
        for file in self._evidence.find(record):
            if not self._keeps(file):
                page = file.make()
                if page is None:
                    continue
                self._write_evidence(file.sha256, self._sign + file.made_of, page, file.url, file.fetched_at)
                self.summary.evidence += 1
            pages.append(file.sha256)
            text = file.sha256 if file.has_text else text
        return pages, text

    def _keeps(self, file: EvidenceFile) -> bool:
        """Whether the page of a file is there and would be the same."""
        name = f"evidence/{file.sha256}.html"
        if name in self._folder:
            return True
        kept = self._folder.keep(name, self._sign + file.made_of)
        self.summary.evidence += kept
        return kept

    def _write_evidence(self, digest: str, made_of: str, page: EvidencePage, url: str, fetched_at: str) -> None:
        near = [text.format(n=page.near) for text in two_languages("inexact")] if page.near else []
        kind = two_languages(page.kind) if made_of else two_languages("title")
        text = render(
            "evidence.html",
            "zh",
            made_of=made_of,
            css=safe(read_asset("evidence.css")),
            kind=kind,
            title=two_languages("title"),
            from_=two_languages("from"),
            url=url,
            fetched_at=fetched_at,
            sha256=digest,
            near=near,
            body=safe(page.body),
        )
        self._folder.write(f"evidence/{digest}.html", text)

    def _page(self, language: str, file: str, template: str, crumbs: Crumbs, root: str, **values: Any) -> None:
        other = next(other for other in LANGUAGES if other != language)
        text = render(
            template,
            language,
            root=root,
            home=f"{root}{language}/index.html",
            crumbs=crumbs,
            other=f"{root}{other}/{file}",
            other_lang=words_of(other)["lang"],
            **values,
        )
        self._folder.write(f"{language}/{file}", text)


def _above_of(source: Source) -> dict[str, _Above]:
    """The names above each report, by its id."""
    above: dict[str, _Above] = {}
    for code, rows, _ in source.divisions():
        place = division_name(rows, "")
        for agency in agencies_of(rows, {}):
            standing = {row.year: row.report_id for row in reversed(agency.rows) if row.year and not row.withdrawn}
            for row in agency.rows:
                before = standing.get(row.year - 1, "") if row.year else ""
                above[row.report_id] = _Above(code, place, agency.last.agency, agency.agency_id, before)
    return above

"""Builds the site of a dataset: an overview, a page per division, agency and report, and the evidence they lead to.

The reports are read one after the other, so memory holds the few columns of each that the overviews need, and no more.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from output.pages.evidence import EvidenceFile, EvidencePage, EvidenceSource
from output.pages.folder import SiteError, SiteFolder
from output.pages.overview import (
    AgencyRows,
    agencies_of,
    agency_file,
    coverage_cells,
    division_file,
    division_name,
    figures_of,
    type_rank,
    years_of,
    years_told,
)
from output.pages.render import number, read_asset, render, safe
from output.pages.report_page import Links, report_view
from output.pages.source import Bundle, Row, Source
from output.pages.words import LANGUAGES, two_languages, words_of
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


class _Report(msgspec.Struct, frozen=True):
    """What the page of a report must know of the others: the names above it."""

    division: str
    division_name: str
    agency: str
    agency_id: str


def build_site(
    dataset: Path,
    out: Path,
    evidence: EvidenceSource,
    divisions: Sequence[str] = (),
    advance: Advance = lambda done, total: None,
) -> SiteSummary:
    """Build the site of a dataset, or of some divisions of it, in a folder; only what changed is written.

    ``advance`` is called with the reports done and their number. The same dataset and the same files give the same
    bytes. Raises SiteError where the folder holds something else, or where there is no report to show.
    """
    source = Source(dataset, divisions)
    if not len(source):
        wanted = f" of {', '.join(divisions)}" if divisions else ""
        raise SiteError(f"{dataset}: holds no report{wanted}; see division_code of its reports")
    folder = SiteFolder(out)
    site = _Site(folder, source, evidence)
    site.write_frame()
    site.write_overviews()
    for done, bundle in enumerate(source.bundles(), 1):
        site.write_report(bundle)
        advance(done, len(source))
    site.summary.removed = folder.remove_others()
    site.summary.written = folder.written
    return site.summary


class _Site:
    """The site that is being built."""

    def __init__(self, folder: SiteFolder, source: Source, evidence: EvidenceSource) -> None:
        self._folder, self._source, self._evidence = folder, source, evidence
        self._names: dict[str, _Report] = {}
        frame = read_asset("evidence.css") + read_asset("templates/evidence.html") + read_asset("labels.toml")
        self._sign = sha256(frame.encode()).hexdigest()[:16]
        self.summary = SiteSummary()

    def write_frame(self) -> None:
        """Write what every page needs."""
        for name in ("site.css", "site.js"):
            self._folder.write(name, read_asset(name))
        zh, en = (words_of(language) for language in LANGUAGES)
        self._folder.write("index.html", render("start.html", "zh", zh=zh, en=en))
        nothing = "<p>{} · <span lang=en>{}</span></p>".format(*two_languages("empty"))
        self._write_evidence("index", "", EvidencePage("html", nothing), "", "")

    def write_overviews(self) -> None:
        """Write the overview and the pages of divisions and agencies."""
        listed: list[dict[str, Any]] = []
        for code, rows, coverage in self._source.divisions():
            agencies = sorted(agencies_of(rows, coverage), key=type_rank)
            listed.append(self._write_division(code, rows, agencies))
            for agency in agencies:
                self._write_agency(code, rows, agency)
        for language in LANGUAGES:
            shown = [
                {**item, "name": item["names"][language], "years": years_told(item["all_years"], words_of(language))}
                for item in listed
            ]
            values = {"divisions": shown, "agencies": self.summary.agencies, "reports": len(self._source)}
            self._page(language, "index.html", "index.html", [(words_of(language)["overview"], "")], "../", **values)

    def _write_division(self, code: str, rows: Sequence[Row], agencies: Sequence[AgencyRows]) -> dict[str, Any]:
        self.summary.divisions += 1
        years = years_of(agencies)
        names = {language: division_name(rows, words_of(language)["no_division"]) for language in LANGUAGES}
        for language in LANGUAGES:
            words = words_of(language)
            values = {
                "code": code,
                "name": names[language],
                "reports": len(rows),
                "years": years,
                "years_told": years_told(years, words),
                "agencies": [_agency_line(agency, years, words) for agency in agencies],
                "figures": figures_of(rows, years, words, reports=True),
            }
            crumbs = [(words["overview"], "../index.html"), (names[language], "")]
            self._page(language, f"divisions/{division_file(code)}", "division.html", crumbs, ROOT, **values)
        return {
            "code": code,
            "href": f"divisions/{division_file(code)}",
            "names": names,
            "agencies": len(agencies),
            "reports": len(rows),
            "all_years": years,
        }

    def _write_agency(self, code: str, rows: Sequence[Row], agency: AgencyRows) -> None:
        self.summary.agencies += 1
        years = years_of([agency])
        for language in LANGUAGES:
            words = words_of(language)
            place = division_name(rows, words["no_division"])
            name = agency.last.agency or words["no_agency"]
            values = {
                "name": name,
                "type": agency.last.agency_type,
                "reports": len(agency.rows),
                "years_told": years_told(years, words),
                "rows": _year_lines(agency, years, words),
                "figures": figures_of(agency.rows, years, words, reports=False),
            }
            crumbs = [(words["overview"], "../index.html"), (place, f"../divisions/{division_file(code)}"), (name, "")]
            self._page(language, f"agencies/{agency_file(agency.agency_id)}", "agency.html", crumbs, ROOT, **values)
        place = division_name(rows, "")
        for row in agency.rows:
            self._names[row.report_id] = _Report(code, place, agency.last.agency, agency.agency_id)

    def write_report(self, bundle: Bundle) -> None:
        """Write the page of a report and those of its files."""
        report = bundle.record.report
        pages, text = self._write_files(bundle.record)
        self.summary.reports += 1
        self.summary.without_evidence += not pages
        above = self._names.pop(report.report_id)
        for language in LANGUAGES:
            words = words_of(language)
            crumbs = [
                (words["overview"], "../index.html"),
                (above.division_name or words["no_division"], f"../divisions/{division_file(above.division)}"),
                (above.agency or words["no_agency"], f"../agencies/{agency_file(above.agency_id)}"),
                (str(report.year or words["no_year"]), ""),
            ]
            values = report_view(bundle, language, Links(bundle.record, pages, text, ROOT))
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
            crumbs=crumbs,
            other=f"{root}{other}/{file}",
            other_lang=words_of(other)["lang"],
            **values,
        )
        self._folder.write(f"{language}/{file}", text)


def _report_href(row: Row) -> str:
    return f"../reports/{row.report_id}.html"


def _agency_line(agency: AgencyRows, years: Sequence[int], words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": agency.last.agency or words["no_agency"],
        "type": agency.last.agency_type,
        "href": f"../agencies/{agency_file(agency.agency_id)}",
        "cells": coverage_cells(agency, years, _report_href),
    }


def _year_lines(agency: AgencyRows, years: Sequence[int], words: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A line for each report, and for each year without one that should have one; reports without a year last."""
    cells = coverage_cells(agency, years, _report_href)
    lines: list[dict[str, Any]] = []
    for year in years:
        own = [row for row in agency.rows if row.year == year]
        status = cells[year]["status"] if year in cells else ""
        lines += [_year_line(row, str(year), status) for row in own]
        if not own and year in cells:
            lines.append({"year": year, "href": "", "note": cells[year]["note"]})
    return lines + [_year_line(row, str(words["no_year"]), "") for row in agency.rows if row.year is None]


def _year_line(row: Row, year: str, coverage: str) -> dict[str, Any]:
    return {
        "year": year,
        "href": _report_href(row),
        "title": row.title,
        "form": row.form,
        "status": row.status,
        "coverage": coverage,
        "published": row.published,
        "received": None if row.received is None else number(row.received),
    }

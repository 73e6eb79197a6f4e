"""What a site of the demo publishes: its columns, and in them reports and their neighbours that are none."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from xxgk.demo.columns import Article, Column
from xxgk.demo.reports import DemoReport, load_reports


@cache
def load_words() -> dict[str, Any]:
    """The columns and the other texts."""
    return tomllib.loads(files("xxgk.demo").joinpath("content.toml").read_text(encoding="utf-8"))


class Content:
    """Everything that one site publishes on one night."""

    def __init__(self, site: str) -> None:
        names = load_words()["columns"]
        self.county, self.division = _find_place(site)
        self.root = Column(f"{self.county}人民政府", "")
        self.root.site = site
        self.news = self.root.add(*names["news"])
        self.services = self.root.add(*names["services"])
        self.disclosure = self.root.add(*names["disclosure"])
        self.parts = self.disclosure.add(*names["parts"])
        self.reports = _add_parts(self.parts)
        self.articles: list[Article] = []

    @classmethod
    def of(cls, site: str, layout: str, night: int) -> "Content":
        """The columns of a site, filled with its reports and what stands beside them."""
        content = cls(site)
        reports = [report for report in load_reports() if report.site == site and report.stands_on(night)]
        beside = _LAYOUTS[layout](content, [_as_article(report) for report in reports])
        places = {column.slug: column for column in content.parts.children}
        content._add_noise(places | {"xwzx": content.news, "reports": beside})
        content.sort()
        return content

    def _add_noise(self, places: dict[str, Column]) -> None:
        for entry in load_words()["noise"]:
            for year in entry["years"]:
                facts = {"county": self.county, "year": year}
                lines = (line.format(**facts) for line in entry["body"])
                body = "\n".join(line if line.startswith("<") else f"<p>{line}</p>" for line in lines)
                date = f"{year + 1}-02-{10 + len(entry['title']) % 15}"
                article = Article(entry["title"].format(**facts), date, f"{self.county}人民政府办公室", body)
                article.attachment = entry.get("attachment", "")
                places[entry["place"]].put(article)

    def fill(self, column: Column, count: int, year: int) -> None:
        """List so many notices of a year in a column, so that its list has more pages."""
        for number in range(count):
            entry = load_words()["filler"]
            date = f"{year}-{3 + number // 27:02d}-{1 + number % 27:02d}"
            title = entry["title"].format(county=self.county, number=number + 1)
            column.put(Article(title, date, f"{self.county}人民政府办公室", f"<p>{entry['body']}</p>"))
        self.sort()

    def sort(self) -> None:
        """Put the newest first in each list, and gather all articles."""
        for column in self.root.walk():
            column.articles.sort(key=lambda article: (article.date, article.title), reverse=True)
        seen = {id(article): article for column in self.root.walk() for article in column.articles}
        self.articles = sorted(seen.values(), key=lambda article: (article.date, article.title))


def _find_place(site: str) -> tuple[str, str]:
    """Name and code of the place that a site is of; sites without reports are all of one that does not exist."""
    places = {report.site: (report.county, report.division) for report in load_reports()}
    county, division = load_words()["nowhere"]
    return places.get(site, (county, division))


def _as_article(report: DemoReport) -> Article:
    return Article(report.title, report.published, report.publisher, report.article_html, report)


def _add_parts(column: Column) -> Column:
    """The five parts below a column; returns that of the reports."""
    parts = [column.add(name, slug) for name, slug in load_words()["parts"]]
    return parts[3]


# A layout puts the reports into columns and returns the column in which their neighbours stand as well.


def _lay_flat(content: Content, articles: list[Article]) -> Column:
    """One list of all agencies and years."""
    for article in articles:
        content.reports.put(article)
    return content.reports


def _lay_levels(content: Content, articles: list[Article]) -> Column:
    """A column per level; that of the townships has a folder per year of publication."""
    levels = load_words()["columns"]["levels"]
    government = content.reports.add(*levels["district"][0])
    bureaus = content.reports.add(*levels["district"][1])
    townships = content.reports.add(*levels["township"])
    for article in articles:
        report = article.report
        assert report is not None
        if report.type == "government":
            government.put(article)
        elif report.level == "township":
            _year_folder(townships, article.date[:4]).put(article)
        else:
            bureaus.put(article)
    return bureaus


def _lay_years(content: Content, articles: list[Article]) -> Column:
    """A folder per year of publication."""
    for article in sorted(articles, key=lambda article: article.date, reverse=True):
        _year_folder(content.reports, article.date[:4]).put(article)
    return content.reports


def _lay_mini(content: Content, articles: list[Article]) -> Column:
    """Each agency has its own five parts; the column of the government lists only its own report."""
    agencies = content.disclosure.add(*load_words()["columns"]["agencies"])
    own: dict[str, Column] = {}
    for article in articles:
        report = article.report
        assert report is not None
        if report.type == "government":
            content.reports.put(article)
            continue
        if report.agency not in own:
            mini = agencies.add(report.agency, f"d{len(own) + 1:02d}")
            own[report.agency] = _add_parts(mini)
            mini.agency = report.agency
        own[report.agency].put(article)
    return content.reports


def _lay_catalogue(content: Content, articles: list[Article]) -> Column:
    """There is no column of reports: they stand among other documents."""
    content.parts.children.remove(content.reports)
    catalogue = content.disclosure.add(*load_words()["columns"]["catalogue"])
    for article in articles:
        catalogue.put(article)
    return catalogue


_LAYOUTS = {
    "flat": _lay_flat,
    "level": _lay_levels,
    "year": _lay_years,
    "mini": _lay_mini,
    "catalogue": _lay_catalogue,
}


def _year_folder(column: Column, year: str) -> Column:
    found = [child for child in column.children if child.slug == f"{year}n"]
    return found[0] if found else column.add(f"{year}年", f"{year}n")

"""Hanweb's disclosure module: a report page by agency code and year, and lists that ``search.jsp`` fills."""

import hashlib

from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Row, Site
from xxgk.demo.web import Asked, html

REPORT_PAGE = "/module/xxgk/xxgkAnnualReport.jsp"
SEARCH = "/module/xxgk/search.jsp"


class HanwebXxgk(Site):
    """Bureaus have their reports in the catalogue; government and townships have one page a year, the newest linked."""

    family = "hanweb-xxgk"
    template = "hanweb_xxgk"
    start_at = "parts"
    page_size = 3
    static = False
    content_type = "text/html;charset=UTF-8"

    def column_path(self, column: Column, page: int = 1) -> str:
        return f"/col/col{column.serial}/index.html"

    def column_link(self, column: Column) -> str:
        """The address of a column as pages print it: with a session id that is never the same."""
        return f"{self.column_path(column)};jsessionid=@@SESSION@@"

    def links_of(self, column: Column) -> list[tuple[str, str]]:
        return [(self.column_link(child), child.name) for child in column.children]

    def is_paged(self, article: Article) -> bool:
        """Whether the article has a report page instead of a place in the catalogue."""
        report = article.report
        return report is not None and report.type in ("government", "township")

    def article_path(self, article: Article) -> str:
        if self.is_paged(article) and article.report:
            return f"{REPORT_PAGE}?area={area_code(article.publisher)}&fbtime={article.report.year}"
        year, month, day = (int(part) for part in article.date.split("-"))
        return f"/art/{year}/{month}/{day}/art_{article.home.serial}_{article.serial}.html"

    def add_column(self, column: Column) -> None:
        self.add_page(self.column_path(column), lambda: self.render_column(column, 1))

    def add_article(self, article: Article) -> None:
        if not self.is_paged(article):
            super().add_article(article)

    def build(self) -> None:
        super().build()
        self.by_code = {str(column.serial): column for column in self.content.root.walk()}
        self.by_area = {self._area_key(article): article for article in self.content.articles if self.is_paged(article)}
        self.routes[REPORT_PAGE] = self.answer_report
        self.routes[SEARCH] = self.answer_search

    def _area_key(self, article: Article) -> tuple[str, str]:
        assert article.report is not None
        return area_code(article.publisher), str(article.report.year)

    def make_rows(self, column: Column, number: int) -> list[Row]:
        """The newest report page of each agency; the catalogue's rows come by script. Parameters stand in any order."""
        newest: dict[str, Article] = {}
        for article in column.articles:
            if self.is_paged(article):
                newest.setdefault(article.publisher, article)
        rows = [self.make_row(column, article) for article in newest.values()]
        return [row._replace(href=_turn(row.href) if n % 2 else row.href, text=row.title) for n, row in enumerate(rows)]

    def answer_report(self, asked: Asked) -> Response:
        """The report of an agency and year, or a page without a text."""
        article = self.by_area.get((asked.query.get("area", ""), asked.query.get("fbtime", "")))
        if article is None:
            return html(self.render_with("hanweb_xxgk_empty"))
        return html(self.render_article(article))

    def answer_search(self, asked: Asked) -> Response:
        """The catalogue's rows, by POST or GET; a ``divid`` that no page has gives an empty table."""
        fields = asked.query | asked.form
        column = self.by_code.get(fields.get("divid", "").removeprefix("div"))
        number = max(1, int(fields.get("currpage") or "1"))
        listed = [article for article in column.articles if not self.is_paged(article)] if column else []
        if column and fields.get("jdid") != "12":
            listed = []
        total = max(1, -(-len(listed) // self.page_size))
        rows = listed[(number - 1) * self.page_size : number * self.page_size]
        made = [self.make_row(column, article) for article in rows] if column else []
        return html(self.render_with("hanweb_xxgk_rows", rows=made, total=total, page=number))


def area_code(publisher: str) -> str:
    """The credit code of an agency: 18 characters."""
    digits = str(int(hashlib.sha256(publisher.encode()).hexdigest()[:16], 16))
    return f"113706830{digits[:8]}X"


def _turn(path: str) -> str:
    page, _, query = path.partition("?")
    first, second = query.split("&")
    return f"{page}?{second}&{first}"

"""Lonsun: a shell per agency, rows as a fragment from ``/site/label/8888``."""

from urllib.parse import urlencode

from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Row, Site
from xxgk.demo.web import PDF, Asked, Page, html

LABEL = "/site/label/8888"
FILE = "/xxgk/publicInfoList_newest2020"
SITE_ID = "1000001"
TYPES = {"zfxxgkzn": "2", "zfxxgknb": "3", "fdzdgknr": "4", "ysqgk": "5"}


class Lonsun(Site):
    """Each agency has an organ id; type 3 is the annual report; some articles have no extension."""

    family = "lonsun"
    template = "lonsun"
    layout = "mini"
    page_size = 2
    static = False
    content_type = "text/html;charset=UTF-8"

    def organ(self, column: Column) -> int:
        """The organ that a column belongs to: the government, or the agency above it."""
        agency = [step for step in column.trail() if step.agency]
        return 2001 + (1 + agency[0].serial if agency else 0)

    def parameters(self, column: Column) -> dict[str, str]:
        """What the address of a column tells; also what the script of its page sends."""
        return {"type": TYPES.get(column.slug, "4"), "catId": str(3_000_000 + column.serial), "action": "list"}

    def column_path(self, column: Column, page: int = 1) -> str:
        return f"/public/column/{self.organ(column)}?{urlencode(self.parameters(column))}&nav=3"

    def article_path(self, article: Article) -> str:
        if article.serial % 2:
            return f"/public/content/{article.serial}"
        return f"/public/{self.organ(article.home)}/{article.serial}.html"

    def add_column(self, column: Column) -> None:
        path = self.column_path(column).partition("?")[0]
        self.routes[path] = self.answer_column

    def build(self) -> None:
        super().build()
        self.by_address = {self._address_key(column): column for column in self.content.root.walk()}
        self.routes[LABEL] = self.answer_label

    def _address_key(self, column: Column) -> tuple[str, str]:
        return str(self.organ(column)), self.parameters(column)["catId"]

    def attachment_path(self, article: Article) -> str:
        """Where the file lies that goes with an article."""
        return f"/group6/M00/0A/1B/{article.hex(28)}.pdf"

    def add_article(self, article: Article) -> None:
        super().add_article(article)
        if article.attachment:
            self.routes[self.attachment_path(article)] = Page(lambda: PDF, "application/pdf")

    def make_rows(self, column: Column, number: int) -> list[Row]:
        return []

    def answer_column(self, asked: Asked) -> Response:
        """The shell of a column; one that is not known shows the five parts."""
        organ = asked.path.rpartition("/")[2]
        column = self.by_address.get((organ, asked.query.get("catId", "")), self.content.parts)
        return html(self.render_column(column, 1))

    def answer_label(self, asked: Asked) -> Response:
        """A page of rows; nothing at all where the template or the site is wrong."""
        fields = asked.query | asked.form
        if fields.get("file") != FILE or fields.get("siteId") != SITE_ID or fields.get("labelName") != "publicInfoList":
            return html("")
        column = self.by_address.get((fields.get("organId", ""), fields.get("catId", "")))
        articles = column.articles if column else []
        number, size = int(fields.get("pageIndex", "1")), min(int(fields.get("pageSize", "15")), 50)
        rows = [self.make_row(column, a) for a in articles[(number - 1) * size : number * size]] if column else []
        return html(self.render_with("lonsun_rows", rows=rows, size=size, page=number, count=len(articles)))

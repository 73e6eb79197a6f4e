"""A plain static site of Wuxi's shape, with the traps that any site may hold."""

import re
from datetime import date, timedelta

from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Row, Site
from xxgk.demo.web import Asked, html, redirect

_CALENDAR = re.compile(r"/rili/(\d{4})-(\d{2})\.shtml")
_NEWS_PAGE = re.compile(r"/xwzx/index_(\d+)\.shtml")
_LIST_PAGE = re.compile(r"/zxwj/list_(\d+)\.shtml")


class Static(Site):
    """No column of reports: they stand in the catalogue, whose list is a frame.

    Traps: a calendar without end, news without end, a list that repeats its last page under new addresses, a circle of
    redirects, a way off the site, a page that only sends on.
    """

    family = "static"
    template = "static"
    layout = "catalogue"
    page_size = 4

    def column_path(self, column: Column, page: int = 1) -> str:
        later = "" if page == 1 else f"_{page}"
        return f"/zfxxgk/xxgkml/{column.slug}/index{later}.shtml"

    def article_path(self, article: Article) -> str:
        return f"/doc/{article.date.replace('-', '/')}/{article.serial}.shtml"

    @property
    def catalogue(self) -> Column:
        """The column that holds the reports."""
        return self.content.disclosure.children[-1]

    def add_column(self, column: Column) -> None:
        if column is self.catalogue:
            self.add_page(self.column_path(column), lambda: self.render_with("static_frame", charset=self.charset))
        elif column is self.content.disclosure:
            self.add_page(self.column_path(column), lambda: self.render_with("static_shell"))
            self.add_page("/zfxxgk/xxgkml/zwgk/main.shtml", lambda: self.render_column(column, 1))
        elif column is not self.content.news:
            super().add_column(column)

    def build(self) -> None:
        super().build()
        self.routes[self.column_path(self.content.news)] = lambda asked: self.answer_news(1)
        self.routes["/zjhs/lingdao.shtml"] = redirect("/zjhs/lingdao2.shtml")
        self.routes["/zjhs/lingdao2.shtml"] = redirect("/zjhs/lingdao.shtml")
        away = f"http://{self.others['stranger'][0]}/zfxxgknb/2023.html" if "stranger" in self.others else "/"
        self.routes["/goto/nb2023.shtml"] = redirect(away)

    def make_row(self, column: Column, article: Article) -> Row:
        row = super().make_row(column, article)
        return row._replace(date=f"[{row.date[5:]}]" if article.serial % 3 else row.date.replace("-", "."))

    def answer_missing(self, asked: Asked) -> Response:
        """Pages that are made of their address, and the traps."""
        if found := _CALENDAR.fullmatch(asked.path):
            return html(self.render_calendar(date(int(found[1]), int(found[2]), 1)))
        if found := _NEWS_PAGE.fullmatch(asked.path):
            return self.answer_news(int(found[1]))
        if found := _LIST_PAGE.fullmatch(asked.path):
            return html(self.render_list(int(found[1])))
        return super().answer_missing(asked)

    def render_list(self, number: int) -> str:
        """A page of the catalogue in its frame; past the end the last page comes again, with a link to one more."""
        last = self.page_count(self.catalogue)
        rows = self.make_rows(self.catalogue, min(number, last))
        return self.render_with("static_list", rows=rows, page=number, charset=self.charset)

    def render_calendar(self, month: date) -> str:
        """A month with links to the one before and the one after."""
        after = (month + timedelta(days=32)).replace(day=1)
        before = (month - timedelta(days=1)).replace(day=1)
        return self.render_with("static_calendar", month=month, before=before, after=after)

    def answer_news(self, page: int) -> Response:
        """A page of news that are always new."""
        names = [f"{self.content.county}工作动态第{page * 4 + n}期" for n in range(4)]
        rows = [Row(f"/doc/2025/06/01/9{page:05d}{n}.shtml", name, name, "") for n, name in enumerate(names)]
        return html(self.render(column=self.content.news, rows=rows, links=[], total=page + 1, page=page))

"""Hebei's ``columns/<uuid>``: lists are built by script, only the home page links articles; every text stands twice."""

from collections.abc import Iterator
from uuid import UUID

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Row, Site


class ColumnsUuid(Site):
    """The same text is served with and without the prefix ``zfxxgk/``; its title is printed three times."""

    family = "columns-uuid"
    template = "columns_uuid"
    static = False
    content_type = "text/html;charset=UTF-8"

    def column_path(self, column: Column, page: int = 1) -> str:
        return f"/zfxxgk/columns/{UUID(column.hex(32))}/index.html"

    def article_path(self, article: Article) -> str:
        year, month, day = article.date.split("-")
        return f"/columns/{UUID(article.home.hex(32))}/{year}{month}/{day}/{UUID(article.hex(32))}.html"

    def twins(self, article: Article) -> Iterator[str]:
        yield f"/zfxxgk{self.article_path(article)}"

    def add_column(self, column: Column) -> None:
        self.add_page(self.column_path(column), lambda: self.render_column(column, 1))

    def make_rows(self, column: Column, number: int) -> list[Row]:
        return []

    def render_home(self) -> str:
        lists = [column for column in self.content.root.walk() if column.articles]
        rows = [self.make_row(column, article) for column in lists for article in column.articles]
        mixed = [r._replace(href=f"/zfxxgk{r.href}") if n % 2 else r for n, r in enumerate(rows)]
        return self.render(rows=mixed, links=self.links_of(self.content.disclosure))

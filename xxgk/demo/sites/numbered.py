"""Shaanxi's ``1.html`` sites: page n of a list is ``n.html``, articles with long names stand in the same folder."""

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Site


class Numbered(Site):
    """A column with one report shows its text at ``1.html``."""

    family = "numbered-page"
    template = "numbered"
    start_at = "reports"
    page_size = 3

    def column_path(self, column: Column, page: int = 1) -> str:
        return "/" + "".join(f"{slug}/" for slug in column.folders()) + f"{page}.html"

    def article_path(self, article: Article) -> str:
        if self.is_single(article.home):
            return self.column_path(article.home)
        name = article.hex(24) if article.serial % 2 else str(10**18 + int(article.hex(14), 16))
        return self.column_path(article.home).replace("1.html", f"{name}.html")

    def is_single(self, column: Column) -> bool:
        """Whether a column shows its one report instead of a list."""
        return len(column.articles) == 1 and column.articles[0].report is not None

    def add_column(self, column: Column) -> None:
        if not self.is_single(column):
            super().add_column(column)

"""NFCMS, the static portals of Guangdong: ``content/post_<id>.html`` with copies, page k is ``index_k.html``."""

from collections.abc import Iterator

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Row, Site
from xxgk.demo.web import PDF, Page


class Nfcms(Site):
    """The column above the levels lists the newest of each again, as ``mpost`` copies."""

    family = "nfcms"
    template = "nfcms"
    start_at = "parts"
    page_size = 3

    def column_path(self, column: Column, page: int = 1) -> str:
        folder = "/" + "".join(f"{slug}/" for slug in column.folders())
        return folder if page == 1 else f"{folder}index_{page}.html"

    def article_path(self, article: Article) -> str:
        return f"{self.column_path(article.home)}content/post_{article.serial}.html"

    def twins(self, article: Article) -> Iterator[str]:
        if article.home.parent is self.content.reports:
            yield self._copy_path(article)

    def _copy_path(self, article: Article) -> str:
        return f"{self.column_path(self.content.reports)}content/mpost_{article.serial}.html"

    def make_rows(self, column: Column, number: int) -> list[Row]:
        rows = super().make_rows(column, number)
        if column is self.content.reports:
            newest = [child.articles[0] for child in column.children if child.articles]
            rows += [self.make_row(column, article)._replace(href=self._copy_path(article)) for article in newest]
        return rows

    def attachment_path(self, article: Article) -> str:
        """Where the file lies that goes with an article."""
        return f"/attachment/0/{article.serial // 10000}/{article.serial // 10}/{article.serial}.pdf"

    def add_article(self, article: Article) -> None:
        super().add_article(article)
        if article.attachment:
            self.routes[self.attachment_path(article)] = Page(lambda: PDF, "application/octet-stream")

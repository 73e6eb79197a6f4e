"""A plain site with few pages, and what hosts that answer badly have in common."""

from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Site
from xxgk.demo.web import Asked


class Plain(Site):
    """Static pages, plain links, page k of a list is ``index_k.html``."""

    family = "static"
    template = "plain"
    layout = "flat"

    def column_path(self, column: Column, page: int = 1) -> str:
        later = "" if page == 1 else f"_{page}"
        return "/" + "".join(f"{slug}/" for slug in column.folders()) + f"index{later}.html"

    def article_path(self, article: Article) -> str:
        return self.column_path(article.home).replace(
            "index.html", f"{article.date.replace('-', '')}/{article.serial}.html"
        )


class Nuisance(Plain):
    """A plain site with two reports; the older of them is what goes wrong where only one page does.

    Those that let nobody through have no report at all.
    """

    kind = "nuisance"
    loses_one = False

    def bad_path(self) -> str:
        """The page that goes wrong."""
        reports = [article for article in self.content.articles if article.report]
        return self.article_path(reports[0]) if reports else ""

    def answer(self, asked: Asked) -> Response:
        return self.answer_badly(asked) if asked.path == self.bad_path() else super().answer(asked)

    def answer_badly(self, asked: Asked) -> Response:
        """The answer for the bad page."""
        return super().answer(asked)

    def can_be_read(self, article: Article) -> bool:
        return not self.loses_one or self.article_path(article) != self.bad_path()

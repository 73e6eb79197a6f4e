"""``XxgkContent`` and ``XxgkAnnualReport``: reports have addresses of their own kind; pages of a list count from 1."""

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Row, Site


class XxgkContent(Site):
    """All agencies in one list; robots.txt asks for a pause and closes the complaints."""

    family = "xxgkcontent"
    template = "xxgkcontent"
    layout = "flat"
    page_size = 5
    cut_at = 18
    static = False
    content_type = "text/html; charset=utf-8"
    robots = "User-agent: *\nCrawl-delay: 0.2\nDisallow: /XxgkContent/showList/9/\n"

    def column_path(self, column: Column, page: int = 1) -> str:
        if column is self.content.news:
            return f"/News/showList/{column.serial}/page_{page}.html"
        organ = 9 if column.slug == "ysqgk" else 1
        return f"/XxgkContent/showList/{organ}/{column.serial}/page_{page}.html"

    def article_path(self, article: Article) -> str:
        kind = "XxgkAnnualReport" if article.report else "News" if article.home is self.content.news else "XxgkContent"
        return f"/{kind}/show/{article.serial}.html"

    def make_rows(self, column: Column, number: int) -> list[Row]:
        """The oldest text of a list is pinned to the top of its first page."""
        rows = super().make_rows(column, number)
        pinned = column.articles[-1:] if number == 1 and self.page_count(column) > 1 else []
        return [*(self.make_row(column, article) for article in pinned), *rows]

"""Shandong's ``gongkai`` channels: unit folders, channel and document ids of 24 hex digits, lists built by script."""

from datetime import UTC, datetime

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Row, Site


class Gongkai(Site):
    """The page of an agency links its documents; a channel's own page holds rows only for the government."""

    family = "gongkai-channel"
    template = "gongkai"
    layout = "mini"
    page_size = 12
    static = False
    content_type = "text/html;charset=utf-8"

    def unit(self, column: Column) -> str:
        """The folder of the agency that a column belongs to."""
        agency = [step for step in column.trail() if step.agency]
        return f"site_{agency[0].slug}zf/" if agency else ""

    def column_path(self, column: Column, page: int = 1) -> str:
        if column.agency:
            return f"/gongkai/{self.unit(column)}"
        if column.slug == "zfxxgknb":
            return f"/gongkai/{self.unit(column)}channel_c_{column.hex(24)}_n_1603268403.9122/"
        return f"/gongkai/{self.unit(column)}channel_{column.hex(24)}/"

    def article_path(self, article: Article) -> str:
        made = int(datetime.fromisoformat(article.date).replace(tzinfo=UTC).timestamp())
        return f"{self.column_path(article.home)}doc_{made:08x}{article.hex(16)}.html"

    def make_rows(self, column: Column, number: int) -> list[Row]:
        if column.agency:
            return [self.make_row(child, article) for child in column.children for article in child.articles]
        return [] if self.unit(column) else super().make_rows(column, number)

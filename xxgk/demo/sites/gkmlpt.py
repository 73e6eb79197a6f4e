"""The Guangdong catalogue platform beside a static portal: categories in a script object, rows as JSON, 100 a page."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.content import Content
from xxgk.demo.sites.nfcms import Nfcms
from xxgk.demo.web import Asked, not_found

ROWS = 100


class Gkmlpt(Nfcms):
    """Every text of the platform stands in the portal as well; one category leads to a column of the portal."""

    family = "gkmlpt"
    template = "gkmlpt"
    start_at = "home"
    layout = "level"
    # The notices of this year fill the first page of the category before the older reports, or what is behind them.
    fill_year = 2023
    later_pages = True

    def make_content(self) -> Content:
        content = super().make_content()
        bureaus = content.reports.children[1]
        content.fill(bureaus, ROWS + 4, self.fill_year)
        return content

    def build(self) -> None:
        super().build()
        self.by_code = {str(column.serial): column for column in self.content.root.walk()}
        self.add_page("/gkmlpt/index", lambda: self.render_with("gkmlpt_index", config=self.make_config()))
        for code in ("0", *self.by_code):
            self.routes[f"/gkmlpt/api/all/{code}"] = partial(self.answer_list, code)

    def links_of(self, column: Column) -> list[tuple[str, str]]:
        """The portal leads to the platform instead of a column of its own."""
        links = super().links_of(column)
        here = (self.column_path(self.content.reports), self.content.reports.name)
        there = (f"/gkmlpt/index#{self.content.reports.serial}", self.content.reports.name)
        return [there if link == here else link for link in links]

    def platform_path(self, article: Article) -> str:
        """The address of a text in the platform."""
        thousands = article.serial // 1000
        return f"/gkmlpt/content/{thousands // 1000}/{thousands}/post_{article.serial}.html"

    def twins(self, article: Article) -> Iterator[str]:
        yield self.platform_path(article)

    def add_article(self, article: Article) -> None:
        super().add_article(article)
        self.add_page(self.platform_path(article), lambda: self.render_with("gkmlpt_article", article=article))

    def make_config(self) -> str:
        """The categories as the script object holds them: one leads away by ``jump_url``."""
        tree = [self._as_node(part, 1) for part in self.content.parts.children]
        return json.dumps(tree, ensure_ascii=False)

    def _as_node(self, column: Column, parent: int) -> dict[str, object]:
        jump = f"http://{self.hosts[0]}{self.column_path(column)}" if column is self.jumping() else ""
        return {
            "id": column.serial,
            "name": column.name,
            "parent_id": parent,
            "post_count": len(column.articles),
            "jump_url": jump,
            "children": [] if jump else [self._as_node(child, column.serial) for child in column.children],
        }

    def jumping(self) -> Column:
        """The category that has its list in the portal: that of the townships."""
        return self.content.reports.children[-1]

    def answer_list(self, code: str, asked: Asked) -> Response:
        """A hundred rows; pages 0 and 1 are the same."""
        page = max(1, int(asked.query.get("page", "1")))
        if page > 1 and not self.later_pages:
            return not_found()
        column = self.by_code.get(code)
        articles = column.articles if column else list(reversed(self.content.articles))
        rows = articles[(page - 1) * ROWS : page * ROWS]
        text = json.dumps(
            {
                "classify": {"id": int(code), "name": column.name if column else "全部", "post_count": len(articles)},
                "articles": [self._as_entry(article) for article in rows],
                "total": len(articles),
            },
            ensure_ascii=False,
        )
        return Response(text, 200, {"content-type": "application/json", "cache-control": "no-cache"})

    def _as_entry(self, article: Article) -> dict[str, object]:
        moment = int(datetime.fromisoformat(article.date).replace(hour=8, tzinfo=UTC).timestamp())
        host = f"http://{self.hosts[0]}"
        files = [{"id": article.serial, "name": article.attachment, "type": "pdf", "mime": "", "size": "15"}]
        return {
            "id": article.serial,
            "title": article.title,
            "url": f"{host}{self.platform_path(article)}",
            "post_url": f"{host}{self.article_path(article)}",
            "identifier": article.report.index if article.report else "",
            "document_number": "",
            "publisher": article.publisher,
            "keywords": "",
            "abstract": "",
            "date": moment,
            "created_at": f"{article.date} 16:25:04",
            "display_publish_time": moment,
            "classify_main": article.home.serial,
            "classify_main_name": article.home.name,
            "is_expired": 0,
            "is_abolished": 0,
            "relation": [],
            "attachment": [f | {"url": f"{host}{self.attachment_path(article)}"} for f in files if f["name"]],
        }


class Gkmlpt404(Gkmlpt):
    """A city whose platform has no page 2."""

    later_pages = False
    fill_year = 2020

"""Hanweb jpaas: page 1 stands in the page or nothing does; more comes as JSON, by ``paramJson`` alone."""

import json

from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Site
from xxgk.demo.web import Asked, html

ENDPOINT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
MOST_ROWS = 20


class Jpaas(Site):
    """Folders in pinyin; a column with others below shows a few rows of each and a link to more."""

    family = "hanweb-jpaas"
    template = "jpaas"
    page_size = 3
    cut_at = 22
    bare = False
    fixed_page = False

    def column_path(self, column: Column, page: int = 1) -> str:
        return "/" + "".join(f"{slug}/" for slug in column.folders()) + "index.html"

    def article_path(self, article: Article) -> str:
        folder = self.column_path(article.home).removesuffix("index.html")
        return f"{folder}art/{article.date[:4]}/art_{article.hex(32)}.html"

    def add_column(self, column: Column) -> None:
        self.add_page(self.column_path(column), lambda: self.render_column(column, 1))

    def build(self) -> None:
        super().build()
        self.by_code = {str(column.serial): column for column in self.content.root.walk()}
        self.routes[ENDPOINT] = self.answer_unit
        # Asked for robots.txt the server shows its home page.
        self.routes["/robots.txt"] = lambda asked: html(self.render_home())

    def query_data(self, column: Column) -> dict[str, str]:
        """What the page tells the script to send."""
        return {"webId": "12", "pageId": str(column.serial), "tagId": "信息列表", "tplSetId": f"T{column.hex(8)}"}

    def answer_unit(self, asked: Asked) -> Response:
        """A page of rows; what is not in ``paramJson`` does not change it."""
        column = self.by_code.get(asked.query.get("pageId", ""))
        wanted = self.query_data(column) | {"parseType": "bulidstatic", "pageType": "column"} if column else {}
        if column is None or any(asked.query.get(name) != value for name, value in wanted.items()):
            return _as_json({"success": False, "data": None, "message": "参数错误"})
        number, size = self._read_param(asked.query.get("paramJson", ""))
        rows = column.articles[(number - 1) * size : number * size]
        made = [self.make_row(column, article) for article in rows]
        text = self.render_fragment(rows=made, size=size, count=len(column.articles))
        return _as_json({"success": True, "data": text if self.bare else {"html": text}, "message": ""})

    def render_fragment(self, **values: object) -> str:
        """The rows with their pager."""
        return self.render_with("jpaas_rows", **values)

    def _read_param(self, text: str) -> tuple[int, int]:
        try:
            param = json.loads(text)
            number, size = int(param["pageNo"]), int(param.get("pageSize", self.page_size))
        except (ValueError, KeyError, TypeError):
            number, size = 1, self.page_size
        return (1 if self.fixed_page else max(1, number)), min(max(1, size), MOST_ROWS)


class JpaasOne(Jpaas):
    """An installation that gives page 1 whatever is asked, with the rows as a bare string."""

    layout = "year"
    start_at = "reports"
    bare = True
    fixed_page = True


def _as_json(value: dict[str, object]) -> Response:
    text = json.dumps(value, ensure_ascii=False)
    return Response(text, 200, {"content-type": "application/json;charset=UTF-8", "cache-control": "no-cache"})

"""TrueCMS: the first group of rows is hidden in the page, later ones come as JSONP to who names a Referer."""

import json

from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.content import Content
from xxgk.demo.sites.base import Row, Site
from xxgk.demo.web import Asked, not_found

ENDPOINT = "/truecms/messageController/getMessage.do"
FIRST_GROUP = 30
MOST_ROWS = 20


class TrueCms(Site):
    """More than twenty rows at a time give an empty answer; a column's folder and file share a name."""

    family = "truecms"
    template = "truecms"
    layout = "flat"
    start_at = "parts"

    def make_content(self) -> Content:
        content = super().make_content()
        content.fill(content.reports, 36, 2023)
        return content

    def column_path(self, column: Column, page: int = 1) -> str:
        return f"/qdsgj/{column.slug}/{column.slug}.html"

    def article_path(self, article: Article) -> str:
        return f"/qdsgj/{article.home.slug}/content/{article.hex(32)}.html"

    def add_column(self, column: Column) -> None:
        self.add_page(self.column_path(column), lambda: self.render_column(column, 1))

    def build(self) -> None:
        super().build()
        self.by_code = {column.hex(32): column for column in self.content.root.walk()}
        self.routes[ENDPOINT] = self.answer_rows

    def make_rows(self, column: Column, number: int) -> list[Row]:
        return [self.make_row(column, article) for article in column.articles[:FIRST_GROUP]]

    def render_record(self, row: Row) -> str:
        """A row as the site prints it: a link that is none."""
        link = f'<a href="javascript:void(0)" onclick="name2(\'{row.href}\')" title="{row.title}">{row.text}</a>'
        return f"<li>{link}<span>{row.date}</span></li>"

    def answer_rows(self, asked: Asked) -> Response:
        """Rows ``startrecord`` to ``endrecord`` as JSONP."""
        if "referer" not in asked.headers:
            return not_found()
        column = self.by_code.get(asked.query.get("columnId", ""))
        first, last = int(asked.query.get("startrecord", "1")), int(asked.query.get("endrecord", "1"))
        articles = column.articles[first - 1 : last] if column and last - first < MOST_ROWS else []
        rows = [self.make_row(column, article) for article in articles] if column else []
        records = "".join(f"<record><![CDATA[{self.render_record(row)}]]></record>" for row in rows)
        total = f"<totalrecord>{len(column.articles) if column else 0}</totalrecord>"
        result = f"<datastore>{total}<recordset>{records}</recordset></datastore>"
        text = f"{asked.query.get('callback', 'cb')}({json.dumps({'result': result}, ensure_ascii=False)})"
        return Response(text, 200, {"content-type": "text/javascript;charset=UTF-8", "cache-control": "no-cache"})

"""Hanweb JCMS: the rows of a list stand in an XML island, those of later pages come from ``dataproxy.jsp``."""

import base64
from typing import NamedTuple
from urllib.parse import quote

from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.content import Content
from xxgk.demo.sites.base import Row, Site
from xxgk.demo.web import PDF, Asked, Page

# What the server says to parameters that it does not know: 54 bytes.
EMPTY = "<datastore>\n<recordset>\n</recordset>\n</datastore>".ljust(54)
GROUP = 3
MOST_ROWS = 300


class JpagePage(Site):
    """The server obeys ``page`` alone; all agencies stand in one list."""

    family = "hanweb-jpage"
    template = "jpage"
    layout = "flat"
    page_size = 15
    cut_at = 20
    fillers = 40
    endpoint = "/module/web/jpage/dataproxy.jsp"

    def make_content(self) -> Content:
        """The list of reports goes on behind the island: notices fill it before the older reports."""
        content = super().make_content()
        content.fill(content.reports, self.fillers, 2022)
        return content

    def column_path(self, column: Column, page: int = 1) -> str:
        return f"/col/col{column.serial}/index.html"

    def article_path(self, article: Article) -> str:
        year, month, day = (int(part) for part in article.date.split("-"))
        return f"/art/{year}/{month}/{day}/art_{article.home.serial}_{article.serial}.html"

    def build(self) -> None:
        super().build()
        self.by_code = {self.column_code(column): column for column in self.content.root.walk()}
        self.routes[self.endpoint] = self.answer_rows
        self.routes["/module/download/downfile.jsp"] = Page(lambda: PDF, "application/octet-stream")

    def add_column(self, column: Column) -> None:
        self.add_page(self.column_path(column), lambda: self.render_column(column, 1))

    def make_rows(self, column: Column, number: int) -> list[Row]:
        return [self.make_row(column, article) for article in column.articles[: self.page_size * GROUP]]

    def column_code(self, column: Column) -> str:
        """How the endpoint calls a column."""
        return str(column.serial)

    def next_group(self, column: Column) -> str:
        """The address that the island tells for more rows."""
        name = quote(self.content.root.name)
        fixed = f"unitid={column.serial + 60000}&webname={name}&permissiontype=0"
        code = quote(self.column_code(column), safe="")
        return f"{self.endpoint}?page=1&appid=1&webid=12&path=/&columnid={code}&{fixed}"

    def choose_rows(self, column: Column, fields: dict[str, str]) -> list[Article]:
        """The rows that these parameters ask for."""
        page = _as_number(fields.get("page"), 1)
        return self.page_of(column, page)

    def answer_rows(self, asked: Asked) -> Response:
        """What ``dataproxy.jsp`` answers to GET and POST alike."""
        fields = asked.query | asked.form
        column = self.by_code.get(fields.get("columnid", ""))
        if column is None or fields.get("unitid") != str(column.serial + 60000) or fields.get("webid") != "12":
            return Response(EMPTY, 200, {"content-type": "text/xml;charset=UTF-8"})
        total = len(column.articles)
        counts = f"<totalrecord>{total}</totalrecord><totalpage>{self.page_count(column)}</totalpage>"
        rows = [self.make_row(column, article) for article in self.choose_rows(column, fields)]
        island = self.render_island(column, rows, counts)
        return Response(island, 200, {"content-type": "text/xml;charset=UTF-8", "cache-control": "no-cache"})

    def render_island(self, column: Column, rows: list[Row], counts: str = "") -> str:
        """The rows as XML; every third row is written in another way."""
        more = f'<nextgroup><![CDATA[<a href="{self.next_group(column)}"></a>]]></nextgroup>'
        records = "".join(f"<record><![CDATA[{_render_record(n, row)}]]></record>\n" for n, row in enumerate(rows))
        return f"<datastore>\n{counts}{more}\n<recordset>\n{records}</recordset>\n</datastore>"


class JpageRecord(JpagePage):
    """The server obeys ``startrecord`` and ``endrecord`` alone, and knows columns by an encrypted name."""

    layout = "level"
    start_at = "parts"
    page_size = 2
    fillers = 0
    endpoint = "/module/jpage/dataproxy.jsp"

    def column_code(self, column: Column) -> str:
        return base64.b64encode(bytes.fromhex(column.hex(34))).decode() + "+/="

    def choose_rows(self, column: Column, fields: dict[str, str]) -> list[Article]:
        first, last = _as_number(fields.get("startrecord"), 1), _as_number(fields.get("endrecord"), 1)
        return column.articles[first - 1 : min(last, first - 1 + MOST_ROWS)]


class _Shape(NamedTuple):
    link: str
    date: str


_SHAPES = (
    _Shape('<a href="{row.href}" title="{row.title}" target="_blank">{row.text}</a>', "<span>{row.date}</span>"),
    _Shape("<a target='_blank' href='{row.href}' title='{row.title}'>{row.text}</a>", "<span>\n{row.date}\n</span>"),
    _Shape('<a href="{row.href}">{row.title}</a>', "<b>[{row.date}]</b>"),
)


def _render_record(number: int, row: Row) -> str:
    shape = _SHAPES[number % len(_SHAPES)]
    return f"<li>{shape.link.format(row=row)}{shape.date.format(row=row)}</li>"


def _as_number(text: str | None, default: int) -> int:
    return max(1, int(text)) if text and text.isdecimal() else default

"""Epoint: a shell whose category stands in the address, ids in a script file, rows as JSON by POST."""

import json
from uuid import UUID

from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Row, Site
from xxgk.demo.web import Asked, html


class Epoint(Site):
    """Pages of the JSON list count from 0."""

    family = "epoint"
    template = "epoint"
    page_size = 3
    shell = "/dynamic/zwgk/govInfoPub.html"
    project = "/EWB-FRONT"
    first_page = 0
    wrapped = False

    def category(self, column: Column) -> str:
        """The category number of a column: three digits a step."""
        parent = column.parent
        if parent is None:
            return "003"
        return f"{self.category(parent)}{1 + parent.children.index(column):03d}"

    def column_path(self, column: Column, page: int = 1) -> str:
        return f"{self.shell}?categorynum={self.category(column)}"

    def article_path(self, article: Article) -> str:
        day = article.date.replace("-", "")
        return f"/zfxxgk/{self.category(article.home)}/{day}/{UUID(article.hex(32))}.html"

    @property
    def endpoint(self) -> str:
        """Where the rows are asked for."""
        return f"{self.project}/rest/lightfrontaction/getgovinfolist"

    def add_column(self, column: Column) -> None:
        pass

    def build(self) -> None:
        super().build()
        self.by_code = {self.category(column): column for column in self.content.root.walk()}
        self.routes[self.shell] = self.answer_shell
        self.routes[self.endpoint] = self.answer_list
        self.site_guid = str(UUID(self.content.root.hex(32)))
        self.add_page("/js/webBuilderCommon.js", self.render_constants, "application/javascript")

    def render_constants(self) -> str:
        """The script file with the ids of the site."""
        site = {"siteGuid": self.site_guid, "projectName": self.project, "webRoot": ""}
        return f"var siteInfo = {json.dumps(site)};\n"

    def make_rows(self, column: Column, number: int) -> list[Row]:
        return []

    def answer_shell(self, asked: Asked) -> Response:
        """The shell; the columns below it stand in its menu."""
        column = self.by_code.get(asked.query.get("categorynum", ""), self.content.root)
        return html(self.render_column(column, 1))

    def answer_list(self, asked: Asked) -> Response:
        """A page of a category; nothing where the site's id is wrong or the object is not wrapped as it should be."""
        try:
            sent = json.loads(asked.body)
            wanted = sent["params"] if self.wrapped else sent
            known = asked.method == "POST" and wanted["siteGuid"] == self.site_guid
            column = self.by_code[wanted["categorynum"]] if known else None
            page, size = int(wanted["pageIndex"]), int(wanted["pageSize"])
        except (ValueError, KeyError, TypeError):
            column, page, size = None, 0, 1
        start = max(0, page - self.first_page) * min(size, self.page_size)
        articles = column.articles if column else []
        data = [self._as_entry(article) for article in articles[start : start + min(size, self.page_size)]]
        text = json.dumps({"custom": {"total": len(articles), "data": data}, "status": {"code": 1}}, ensure_ascii=False)
        return Response(text, 200, {"content-type": "application/json;charset=UTF-8", "cache-control": "no-cache"})

    def _as_entry(self, article: Article) -> dict[str, str]:
        return {
            "title": article.title,
            "realtitle": article.title,
            "infourl": self.article_path(article),
            "infodate": article.date,
            "deptname": article.publisher,
        }


class EpointOne(Epoint):
    """Pages count from 1, the object is wrapped, and there is no column of reports."""

    layout = "catalogue"
    shell = "/govpub/govGuidePub.html"
    project = "/EWB_YK_Mid"
    first_page = 1
    wrapped = True

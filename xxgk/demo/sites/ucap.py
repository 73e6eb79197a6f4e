"""UCAP: lists with file names of their own, page 2 is ``stem_2``; or lists that a JSON answer fills."""

import json
import re
from datetime import UTC, datetime
from typing import ClassVar

from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Row, Site
from xxgk.demo.web import PDF, Asked, Page

_LATER_PAGE = re.compile(r"_\d+\.shtml$")


class Ucap(Site):
    """Static lists; past the end page 1 comes again, and a folder without a file name is refused."""

    family = "ucap"
    template = "ucap"
    folder = "/wzq"
    stems: ClassVar[dict[str, str]] = {
        "xwzx": "nav_list",
        "zwgk": "xxgk_navs",
        "zfxxgk": "xxgk_navs",
        "zfxxgknb": "zfxxgklby_nb",
    }
    page_size = 3

    def stem(self, column: Column) -> str:
        """The name of the list file."""
        return self.stems.get(column.slug, "xxgk_list")

    def column_path(self, column: Column, page: int = 1) -> str:
        later = "" if page == 1 else f"_{page}"
        return f"{self.folder}/c10{column.serial}/{self.stem(column)}{later}.shtml"

    def article_path(self, article: Article) -> str:
        month = article.date[:7].replace("-", "")
        return f"{self.folder}/c10{article.home.serial}/{month}/{article.hex(32)}.shtml"

    def make_rows(self, column: Column, number: int) -> list[Row]:
        """The column of the reports also lists one that stands with somebody else."""
        rows = super().make_rows(column, number)
        if column is self.content.reports and "elsewhere" in self.others:
            address = f"http://{self.others['elsewhere'][0]}/zwgk/zfxxgknb/202401/t20240118_7000001.html"
            title = f"{self.content.county}城市管理局2023年政府信息公开工作年度报告"
            rows.append(Row(address, title, title, "2024-01-18"))
        return rows

    def attachment_path(self, article: Article) -> str:
        """Where the file lies that goes with an article."""
        return f"{self.article_path(article).removesuffix('.shtml')}/files/{article.hex(16)}.pdf"

    def add_article(self, article: Article) -> None:
        super().add_article(article)
        if article.attachment:
            self.routes[self.attachment_path(article)] = Page(lambda: PDF, "application/pdf")

    def answer_missing(self, asked: Asked) -> Response:
        if asked.path.endswith("/"):
            return Response("<h1>403 Forbidden</h1>", 403, {"content-type": "text/html"})
        first = _LATER_PAGE.sub(".shtml", asked.path)
        return self.answer(asked._replace(path=first)) if first != asked.path else super().answer_missing(asked)


class UcapJson(Ucap):
    """The rows come from ``/common/search/<channel>``; their addresses begin with ``//``."""

    template = "ucap_json"
    folder = "/ng"
    layout = "level"
    start_at = "reports"
    stems: ClassVar[dict[str, str]] = {"zfxxgk": "xxgk_lists"}

    def add_column(self, column: Column) -> None:
        self.add_page(self.column_path(column), lambda: self.render_column(column, 1))
        self.routes[f"/common/search/{column.hex(32)}"] = lambda asked: self.answer_search(column, asked)

    def make_rows(self, column: Column, number: int) -> list[Row]:
        return []

    def answer_search(self, column: Column, asked: Asked) -> Response:
        """A page of the channel as JSON."""
        page, size = int(asked.query.get("page", "1")), int(asked.query.get("_pageSize", "15"))
        size = min(size, self.page_size)
        rows = column.articles[(page - 1) * size : page * size]
        results = [self._as_result(column, article) for article in rows]
        data = {"page": page, "rows": size, "total": len(column.articles), "results": results}
        text = json.dumps({"code": "200", "data": data}, ensure_ascii=False)
        return Response(text, 200, {"content-type": "application/json;charset=UTF-8", "cache-control": "no-cache"})

    def _as_result(self, column: Column, article: Article) -> dict[str, object]:
        moment = datetime.fromisoformat(article.date).replace(hour=2, tzinfo=UTC)
        index = article.report.index if article.report else ""
        return {
            "title": article.title,
            "subTitle": "",
            "url": f"//{self.hosts[0]}{self.article_path(article)}",
            "publishedTime": int(moment.timestamp() * 1000),
            "publishedTimeStr": f"{article.date} 10:02:00",
            "content": article.title,
            "memo": "",
            "manuscriptId": article.hex(32),
            "channelName": column.name,
            "resList": [],
            "domainMetaList": [{"resultList": [{"key": "indexnumber", "name": "索引号", "value": index}]}],
        }

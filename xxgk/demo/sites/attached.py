"""A district whose reports stand, in part or as a whole, in files beside the pages (scraper/README.md 16.6)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from starlette.responses import Response

from xxgk.demo.columns import Article
from xxgk.demo.content import Content
from xxgk.demo.sites.base import Site
from xxgk.demo.sites.trs import Trs
from xxgk.demo.web import PDF, Asked, Page, not_found
from xxgk.demo.word import make_docx, make_xlsx

# Where the report of an agency on a year stands. tables, sheet, script: the text on the page, the tables in a Word
# file, in a workbook, in a Word file that a script hands out. shell: all in a Word file, on the page the title alone.
# row: there is no page, the list leads to the file. form, stray: all on the page, with a form to apply with beside it,
# or with a file that is a challenge and no file.
_WAYS = {
    "人民政府 2016": "tables",
    "人民政府 2019": "tables",
    "人民政府 2023": "tables",
    "财政局 2015": "sheet",
    "财政局 2021": "form",
    "财政局 2022": "stray",
    "民政局 2020": "shell",
    "民政局 2022": "script",
    "晴川街道办事处 2021": "row",
    "晴川街道办事处 2023": "shell",
}
_SPLIT = ("tables", "sheet", "script")
_EXTENSIONS = {"tables": "docx", "shell": "docx", "row": "docx", "sheet": "xlsx", "form": "doc", "stray": "pdf"}
_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "doc": "application/msword",
    "pdf": "application/pdf",
}
_FORM = "政府信息公开申请表"
_DOWNLOAD = "/system/_content/download.jsp"
_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_CHALLENGE = b"<html><head><script>document.cookie='C3VK=5f1a2b;path=/';location.reload();</script></head></html>"


class File(NamedTuple):
    """A file as the page beside it links it: the address, and what it is called."""

    href: str
    label: str


class Attached(Trs):
    """As TRS publishes; one file comes from a script that asks for its number and names it in a header, in GBK."""

    template = "attached"
    statuses = ("partial",)
    host_count = 1
    cut_at = 0
    robots = ""

    def make_content(self) -> Content:
        content = super().make_content()
        for article in content.articles:
            way = self.way_of(article)
            if way in _SPLIT:
                article.body = _TABLE.sub("", article.body)
            elif way == "shell":
                article.body = ""
        return content

    def way_of(self, article: Article) -> str:
        """How the report of an article is published; "" for an article that is none."""
        report = article.report
        return _WAYS[f"{report.agency.removeprefix(report.county)} {report.year}"] if report else ""

    def article_path(self, article: Article) -> str:
        return self.file_path(article) if self.way_of(article) == "row" else super().article_path(article)

    def file_path(self, article: Article) -> str:
        """Where the file of an article lies: beside its page, or where a script hands it out."""
        way, page = self.way_of(article), super().article_path(article)
        if way == "script":
            return f"{_DOWNLOAD}?urltype=news.DownloadAttachUrl&owner=1764000&wbfileid={article.serial}"
        name = "report" if way == "stray" else f"P0{int(article.hex(15), 16) % 10**18:018d}"
        return f"{page.rpartition('/')[0]}/{name}.{_EXTENSIONS[way]}"

    def files_of(self, article: Article) -> Iterator[File]:
        """The file that the page of an article links, if there is one."""
        way = self.way_of(article)
        if way:
            name = _FORM if way == "form" else self.title_of(article)
            extension = _EXTENSIONS.get(way)
            folder, _, end = self.file_path(article).rpartition("/")
            # What a script hands out bears no name of a file.
            yield File(f"./{end}", f"{name}.{extension}") if extension else File(f"{folder}/{end}", name)

    def title_of(self, article: Article) -> str:
        """What the file of an article is called."""
        return f"{article.title}附表" if self.way_of(article) in _SPLIT else article.title

    def make_file(self, article: Article) -> bytes:
        """The bytes of the file that goes with an article."""
        way = self.way_of(article)
        if way == "stray":
            return _CHALLENGE
        return PDF if way == "form" else (make_xlsx if way == "sheet" else make_docx)(self._text(article))

    def _text(self, article: Article) -> str:
        """What is in that file: the tables, or all of the report, with who signed it and when."""
        assert article.report is not None
        whole = article.report.article_html
        if self.way_of(article) in _SPLIT:
            return f"<p>附件</p><p>{self.title_of(article)}</p>" + "".join(_TABLE.findall(whole))
        year, month, day = article.date.split("-")
        signed = f"<p>{article.publisher}</p><p>{year}年{int(month)}月{int(day)}日</p>"
        return f"<h1>{article.title}</h1>{whole}{signed}"

    def build(self) -> None:
        super().build()
        self.routes[_DOWNLOAD] = self.answer_download

    def add_article(self, article: Article) -> None:
        """The page, unless the list leads to the file, and the file."""
        way = self.way_of(article)
        if way != "row":
            Site.add_article(self, article)
        if way in _EXTENSIONS:
            self.routes[self.file_path(article)] = Page(lambda: self.make_file(article), _TYPES[_EXTENSIONS[way]])

    def twins(self, article: Article) -> Iterator[str]:
        return super().twins(article) if self.way_of(article) != "row" else iter(())

    def answer_download(self, asked: Asked) -> Response:
        """The file with the number that is asked for, as some bytes that a header names."""
        number = asked.query.get("wbfileid", "")
        for article in self.content.articles:
            if self.way_of(article) == "script" and str(article.serial) == number:
                name = f"attachment; filename={self.title_of(article)}.docx".encode("gbk").decode("latin-1")
                headers = {"content-type": "application/octet-stream", "content-disposition": name}
                return Response(self.make_file(article), 200, headers)
        return not_found()

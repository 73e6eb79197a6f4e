"""TRS WCM: folders named in pinyin, ``tYYYYMMDD_<id>.html``, a pager that only a script call names."""

from collections.abc import Iterator

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Row, Site
from xxgk.demo.web import PDF, Page

FOREIGN = "copy"


class Trs(Site):
    """Directory indexes, ``index_1`` as page 2, ``./`` links, cut anchor texts, ``_wap`` twins, one epoch date."""

    family = "trs-tdate"
    template = "trs"
    page_size = 4
    host_count = 2
    cut_at = 16
    robots = "User-agent: *\nDisallow: /zwgk/zfxxgk/ysqgk/\nDisallow: /search.html\nCrawl-delay: 0.1\n"

    def column_path(self, column: Column, page: int = 1) -> str:
        folder = "/" + "".join(f"{slug}/" for slug in column.folders())
        return folder if page == 1 else f"{folder}index_{page - 1}.html"

    def article_path(self, article: Article) -> str:
        month, day = article.date[:7].replace("-", ""), article.date.replace("-", "")
        if article is self._first_report():
            day = "19700101"
        return f"{self.column_path(article.home)}{month}/t{day}_{article.serial}.html"

    def twins(self, article: Article) -> Iterator[str]:
        yield self.article_path(article).replace(".html", "_wap.html")

    def add_column(self, column: Column) -> None:
        super().add_column(column)
        self.routes[f"{self.column_path(column)}index.html"] = self.routes[self.column_path(column)]

    def make_row(self, column: Column, article: Article) -> Row:
        row = super().make_row(column, article)
        folder = self.column_path(column)
        return row._replace(href=f"./{row.href.removeprefix(folder)}" if row.href.startswith(folder) else row.href)

    def make_rows(self, column: Column, number: int) -> list[Row]:
        rows = super().make_rows(column, number)
        if column is self.content.reports and number == 1 and FOREIGN in self.others:
            address = f"http://{self.others[FOREIGN][0]}{self.article_path(self._first_report())}"
            rows.append(Row(address, "转载：年度报告", "转载：政府信息公开工作年度报告", "2024-03-01"))
        return rows

    def _first_report(self) -> Article:
        return next(article for article in self.content.articles if article.report)

    def links_of(self, column: Column) -> list[tuple[str, str]]:
        """The disclosure pages are linked at the second host, which shows the same."""
        links = super().links_of(column)
        if column is not self.content.disclosure or len(self.hosts) < 2:
            return links
        return [(f"http://{self.hosts[1]}{path}", name) for path, name in links]

    def attachment_path(self, article: Article) -> str:
        """Where the file lies that goes with an article: beside it."""
        number = int(article.hex(15), 16) % 10**18
        return f"{self.article_path(article).rpartition('/')[0]}/P0{number:018d}.pdf"

    def add_article(self, article: Article) -> None:
        super().add_article(article)
        if article.attachment:
            self.routes[self.attachment_path(article)] = Page(lambda: PDF, "application/pdf")


class TrsGbk(Trs):
    """The same in GB2312, named in a meta tag only and on one page nowhere; agencies have sites of their own."""

    template = "trs_gbk"
    layout = "mini"
    page_size = 3
    charset = "gb2312"
    codec = "gbk"
    robots = ""
    host_count = 1

    def add_column(self, column: Column) -> None:
        """The folder of an agency only sends on to its disclosure page."""
        super().add_column(column)
        if column.agency:
            shell = f"<script>location.replace('./{column.children[3].slug}/');</script>"
            for name in ("", "index.html"):
                self.add_page(f"{self.column_path(column)}{name}", lambda: shell)

    def render(self, **values: object) -> str:
        """The oldest report does not name its characters."""
        undeclared = values.get("article") is self._first_report()
        return super().render(**values | ({"charset": ""} if undeclared else {}))

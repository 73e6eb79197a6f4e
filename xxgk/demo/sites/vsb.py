"""VSB (webber): columns end in ``.htm``, the pages of a list are numbered backwards."""

from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.sites.base import Row, Site
from xxgk.demo.web import PDF, Asked, Page, html

DOWNLOADS_BEFORE_CAPTCHA = 2


class Vsb(Site):
    """With T pages page k is ``<column>/{T-k+1}.htm``; a column with one report shows its text."""

    family = "vsb"
    template = "vsb"
    downloads = 0

    def column_path(self, column: Column, page: int = 1) -> str:
        path = "".join(f"/{_folder(slug)}" for slug in column.folders())
        return f"{path}.htm" if page == 1 else f"{path}/{self.page_count(column) - page + 1}.htm"

    def article_path(self, article: Article) -> str:
        if self.is_single(article.home):
            return self.column_path(article.home)
        return f"/info/{article.home.serial}/{article.serial}.htm"

    def is_single(self, column: Column) -> bool:
        """Whether a column shows its one report instead of a list."""
        return len(column.articles) == 1 and column.articles[0].report is not None

    def add_column(self, column: Column) -> None:
        if not self.is_single(column):
            super().add_column(column)

    def make_row(self, column: Column, article: Article) -> Row:
        row = super().make_row(column, article)
        return row._replace(date=row.date.replace("-", "/"))

    def pager_path(self, column: Column, here: int, page: int) -> str:
        """The link from page ``here`` of a list to another: relative to the parent on page 1, else to the folder."""
        path = self.column_path(column, page)
        above = self.column_path(column).rpartition("/")[0]
        name = _folder(column.slug)
        if here == 1:
            return path.removeprefix(f"{above}/")
        return f"../{name}.htm" if page == 1 else path.removeprefix(f"{above}/{name}/")

    def build(self) -> None:
        super().build()
        self.routes["/system/_content/download.jsp"] = self.answer_download

    def answer_download(self, asked: Asked) -> Response:
        """The file, named by a header only; after a few downloads a page that wants a code."""
        self.downloads += 1
        if self.downloads > DOWNLOADS_BEFORE_CAPTCHA:
            return html('<html><body>请输入验证码：<input name="codeValue"></body></html>')
        file = Page(lambda: PDF, "application/octet-stream", static=False).answer(asked)
        name = next(article.attachment for article in self.content.articles if article.attachment)
        file.headers["content-disposition"] = f"attachment; filename={name}".encode("gbk").decode("latin-1")
        return file


def _folder(slug: str) -> str:
    """A name that begins with a digit gets a letter in front."""
    return f"n{slug}" if slug[:1].isdigit() else slug

"""The common part of all replicas: columns and articles to pages; a family says how addresses and lists look."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import jinja2
from starlette.responses import Response

from xxgk.demo.columns import Article, Column
from xxgk.demo.content import Content
from xxgk.demo.reports import DemoReport
from xxgk.demo.web import Asked, Page, Script, not_found

_TEMPLATES = Path(__file__).parents[1] / "templates"


@cache
def environment() -> jinja2.Environment:
    """Where the templates are found."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Row(NamedTuple):
    """One line of a list: where it leads, what it says, what its title attribute holds, the date beside it."""

    href: str
    text: str
    title: str
    date: str


class Expected(NamedTuple):
    """A report that has to be found: any of ``urls`` is a right address of it."""

    report: DemoReport
    urls: tuple[str, ...]


class Site:
    """A replica on one night.

    Subclasses say where columns and articles lie (``column_path``, ``article_path``), which template shows them, and
    what scripts answer. ``hosts`` are the addresses it answers at, with their port: the first is the one it names.
    """

    family: ClassVar[str]
    template: ClassVar[str]
    kind: ClassVar[str] = "family"
    # What a crawl may say of it.
    statuses: ClassVar[tuple[str, ...]] = ("ok",)
    host_count: ClassVar[int] = 1
    listens: ClassVar[bool] = True
    # Whether its connections end by a reset instead of a close.
    abrupt: ClassVar[bool] = False
    # How the reports are laid out (content.py), and from where a crawl starts: "home", "parts" or "reports".
    layout: str = "level"
    start_at: str = "home"
    page_size: int = 4
    # What the pages say of their characters, and what these are.
    charset: str = "utf-8"
    codec: str = "utf-8"
    content_type: str = "text/html"
    static: bool = True
    # After so many characters the text of a link is cut; 0: never.
    cut_at: int = 0
    robots: str = ""

    def __init__(self, id: str, hosts: tuple[str, ...], others: dict[str, tuple[str, ...]], night: int = 1) -> None:
        self.id = id
        self.hosts = hosts
        self.others = others
        self.night = night
        self.routes: dict[str, Page | Script] = {}
        self.content = self.make_content()
        self.build()

    def make_content(self) -> Content:
        """What the site publishes."""
        return Content.of(self.id, self.layout, self.night)

    # ------------------------------------------------------------ addresses

    def column_path(self, column: Column, page: int = 1) -> str:
        """The address of a page of a column."""
        raise NotImplementedError

    def article_path(self, article: Article) -> str:
        """The address of an article."""
        raise NotImplementedError

    def twins(self, article: Article) -> Iterator[str]:
        """Other addresses of the same article on the same hosts."""
        return iter(())

    def start(self) -> tuple[str, ...]:
        """The addresses that a sites file names: the home page, the disclosure page or the column of the reports."""
        column = {"parts": self.content.parts, "reports": self.content.reports}.get(self.start_at)
        return (f"http://{self.hosts[0]}{self.column_path(column) if column else '/'}",)

    # ------------------------------------------------------------ pages

    def build(self) -> None:
        """Lay all pages; families add their scripts."""
        self.add_page("/", lambda: self.render_home())
        self.routes["/index.html"] = self.routes["/"]
        for column in self.content.root.walk():
            if column is not self.content.root:
                self.add_column(column)
        for article in self.content.articles:
            self.add_article(article)
        self.add_page("/search.html", lambda: self.render(rows=[], links=[], total=1, page=1))
        if self.robots:
            self.routes["/robots.txt"] = Page(lambda: self.robots, "text/plain")

    def add_page(self, path: str, make: Any, kind: str = "") -> Page:
        """Publish one page."""
        page = Page(make, kind or self.content_type, self.codec, self.static)
        self.routes[path] = page
        return page

    def add_column(self, column: Column) -> None:
        """Publish the pages of a column."""
        for number in range(1, self.page_count(column) + 1):
            self.add_page(self.column_path(column, number), lambda number=number: self.render_column(column, number))

    def add_article(self, article: Article) -> None:
        """Publish an article under all its addresses."""
        for path in (self.article_path(article), *self.twins(article)):
            self.add_page(path, lambda: self.render_article(article))

    def page_count(self, column: Column) -> int:
        """How many pages the list of a column has, at least one."""
        return max(1, -(-len(column.articles) // self.page_size))

    def page_of(self, column: Column, number: int) -> list[Article]:
        """The articles on a page of a column."""
        return column.articles[(number - 1) * self.page_size : number * self.page_size]

    def make_row(self, column: Column, article: Article) -> Row:
        """How the list of a column shows an article."""
        title = article.title
        text = f"{title[: self.cut_at]}..." if self.cut_at and len(title) > self.cut_at else title
        return Row(self.article_path(article), text, title, article.date)

    def make_rows(self, column: Column, number: int) -> list[Row]:
        """The rows of a page of a column."""
        return [self.make_row(column, article) for article in self.page_of(column, number)]

    def links_of(self, column: Column) -> list[tuple[str, str]]:
        """(address, name) of the columns below one, as its page shows them."""
        return [(self.column_path(child), child.name) for child in column.children]

    # ------------------------------------------------------------ rendering

    def render(self, **values: object) -> str:
        """The template of the family with these values and those that all pages have."""
        menu = [(self.column_path(column), column.name) for column in self.content.root.children]
        common: dict[str, object] = {"menu": menu, "column": None, "article": None, "trail": []}
        return self.render_with(self.template, **common | {"charset": self.charset} | values)

    def render_with(self, template: str, **values: object) -> str:
        """Any template with these values."""
        return environment().get_template(f"{template}.html").render(site=self, **values)

    def trail_of(self, column: Column) -> list[tuple[str, str]]:
        """The breadcrumb of a column."""
        home = ("/", "首页")
        return [home, *((self.column_path(step), step.name) for step in column.trail()[1:])]

    def render_home(self) -> str:
        """The home page."""
        news = self.content.news.articles[:4]
        rows = [Row(self.article_path(article), article.title, article.title, article.date) for article in news]
        return self.render(rows=rows, links=self.links_of(self.content.disclosure), total=1, page=1)

    def render_column(self, column: Column, number: int) -> str:
        """A page of a column."""
        return self.render(
            column=column,
            trail=self.trail_of(column),
            links=self.links_of(column),
            rows=self.make_rows(column, number),
            total=self.page_count(column),
            page=number,
        )

    def render_article(self, article: Article) -> str:
        """The page of an article."""
        return self.render(article=article, column=article.home, trail=self.trail_of(article.home), links=[], rows=[])

    # ------------------------------------------------------------ answers

    def closes(self, path: str) -> bool:
        """Whether robots.txt forbids the path."""
        closed = [line.split()[1] for line in self.robots.splitlines() if line.startswith("Disallow: /")]
        return path != "/robots.txt" and path.startswith(tuple(closed))

    def answer(self, asked: Asked) -> Response:
        """The answer to one request."""
        found = self.routes.get(asked.path)
        if found is None:
            return self.answer_missing(asked)
        return found.answer(asked) if isinstance(found, Page) else found(asked)

    def answer_missing(self, asked: Asked) -> Response:
        """The answer where no such page exists."""
        return not_found()

    def expected(self) -> list[Expected]:
        """The reports that a crawl has to find."""
        return [
            Expected(article.report, tuple(self.urls_of(article)))
            for article in self.content.articles
            if article.report is not None and self.can_be_read(article)
        ]

    def can_be_read(self, article: Article) -> bool:
        """Whether the server ever gives the page of the article."""
        return True

    def urls_of(self, article: Article) -> Iterator[str]:
        """All right addresses of an article."""
        for host in self.hosts:
            for path in (self.article_path(article), *self.twins(article)):
                yield f"http://{host}{path}"

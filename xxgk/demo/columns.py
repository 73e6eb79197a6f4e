"""The columns of a site and the texts that they list."""

import hashlib
from collections.abc import Iterator

from xxgk.demo.reports import DemoReport


class Article:
    """One text of a site; ``column`` is where it stands first, ``attachment`` the name of a file that goes with it."""

    def __init__(self, title: str, date: str, publisher: str, body: str, report: DemoReport | None = None) -> None:
        self.title = title
        self.date = date
        self.publisher = publisher
        self.body = body
        self.report = report
        self.attachment = ""
        self.column: Column | None = None
        self.site = ""

    @property
    def key(self) -> str:
        """What its ids are made of: the same on every night."""
        return f"{self.site}/{self.title}/{self.date}"

    def hex(self, length: int) -> str:
        """An id of so many hex digits."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:length]

    @property
    def serial(self) -> int:
        """An id of seven digits."""
        return 1_000_000 + int(self.hex(8), 16) % 9_000_000

    @property
    def home(self) -> "Column":
        """The column whose folder holds it."""
        assert self.column is not None, self.title
        return self.column


class Column:
    """One column: rows of its own, newest first, and columns below it."""

    def __init__(self, name: str, slug: str, parent: "Column | None" = None) -> None:
        self.name = name
        self.slug = slug
        self.parent = parent
        self.children: list[Column] = []
        self.articles: list[Article] = []
        self.agency = ""
        self.site: str = parent.site if parent else ""
        if parent:
            parent.children.append(self)

    def add(self, name: str, slug: str) -> "Column":
        """A new column below this one."""
        return Column(name, slug, self)

    def walk(self) -> Iterator["Column"]:
        """This column and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def trail(self) -> list["Column"]:
        """The columns from the home page to this one."""
        return [*(self.parent.trail() if self.parent else []), self]

    def folders(self) -> list[str]:
        """The folders from below the home page to this column."""
        return [column.slug for column in self.trail()[1:]]

    def hex(self, length: int) -> str:
        """An id of so many hex digits."""
        return hashlib.sha256(f"{self.site}/{'/'.join(self.folders())}".encode()).hexdigest()[:length]

    @property
    def serial(self) -> int:
        """An id of four digits."""
        return 5000 + int(self.hex(8), 16) % 4000

    def put(self, article: Article) -> None:
        """List the article here; the first column that does is its home."""
        self.articles.append(article)
        article.site = self.site
        article.column = article.column or self

"""The invented reports that the replicas publish, and what has to be read in them."""

import lzma
from functools import cache
from importlib.resources import files

import msgspec


class DemoReport(msgspec.Struct, frozen=True):
    """One invented report: what it is about, its text, and what has to be read in it.

    ``values`` are [indicator, applicant, number], ``unread`` [indicator, applicant, status] of each cell among them
    that holds none, ``failed`` the checks that have to fail, by rule, and ``failed_years`` those
    against the agency's report on the year before. ``nights`` are the first and the last night on which the site
    publishes it. A second version names the first in ``revises`` and tells [indicator, applicant, old, new] of each
    number that differs in ``changed``.
    """

    id: str
    nights: tuple[int, int | None]
    revises: str
    changed: tuple[tuple[str, str | None, float, float], ...]
    site: str
    agency: str
    publisher: str
    county: str
    division: str
    level: str
    type: str
    year: int
    form: str
    title: str
    published: str
    index: str
    article_html: str
    failed: dict[str, int]
    failed_years: dict[str, int]
    values: tuple[tuple[str, str | None, int | float | None], ...]
    unread: tuple[tuple[str, str | None, str], ...]

    def stands_on(self, night: int) -> bool:
        """Whether the site publishes it on that night."""
        return self.nights[0] <= night and (self.nights[1] is None or night <= self.nights[1])


@cache
def load_reports() -> tuple[DemoReport, ...]:
    """All reports of the demo."""
    packed = files("xxgk.demo").joinpath("reports.jsonl.xz").read_bytes()
    lines = lzma.decompress(packed).splitlines()
    return tuple(msgspec.json.decode(line, type=DemoReport) for line in lines)

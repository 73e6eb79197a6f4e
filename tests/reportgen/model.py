"""The synthetic report: boxes (cells as printed, with the number they hold), tables, sections, and the gold."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from tests.reportgen.figures import Number, Numbers, make_numbers
from tests.reportgen.labels import APPLICANTS, load_data

Key = tuple[str, str | None]
Gold = list[tuple[str, str | None, Number | None]]

_TABLE_OF_SECTION = {
    "2021": ("disclosure", "applications", "review_litigation"),
    "2019": ("disclosure", "applications", "review_litigation"),
}


@dataclass(frozen=True)
class Box:
    """One printed cell. ``key`` names the indicator and applicant of a number cell, ``number`` what it says."""

    text: str
    rows: int = 1
    columns: int = 1
    key: Key | None = None
    number: Number | None = None
    header: bool = False

    def printed(self, text: str, number: Number | None = None) -> "Box":
        """The same cell with another text; its number is null unless given."""
        return replace(self, text=text, number=number)


@dataclass
class Table:
    """Rows of boxes as HTML writes them: a spanning box stands only in its first row."""

    name: str
    width: int
    rows: list[list[Box]]

    def boxes(self) -> Iterator[tuple[int, int, Box]]:
        """(row, place in the row, box) of each number cell."""
        for r, row in enumerate(self.rows):
            for c, box in enumerate(row):
                if box.key:
                    yield r, c, box


@dataclass
class Section:
    """One section: its code, printed heading, and the blocks below it."""

    code: str
    title: str
    body: list[str | Table]


class Identity(NamedTuple):
    """Who a report is of, where it is not invented: names, the year, and what stands before the year in the index."""

    county: str
    agency: str
    publisher: str
    year: int
    index_prefix: str


@dataclass
class Report:
    """One synthetic report; ``metadata`` are the (label, value) pairs of the page header."""

    seed: int
    form: str
    year: int
    title: str
    county: str
    agency: str
    metadata: list[tuple[str, str]]
    sections: list[Section]
    fields: dict[str, str | int | None]

    def tables(self) -> list[Table]:
        """All tables in reading order."""
        return [block for section in self.sections for block in section.body if isinstance(block, Table)]

    def table(self, name: str) -> Table:
        """The one table of that name."""
        return next(table for table in self.tables() if table.name == name)

    def gold(self) -> Gold:
        """[indicator, applicant, number or None] of every number cell that is printed."""
        return [(*box.key, box.number) for table in self.tables() for _, _, box in table.boxes() if box.key]

    def copy(self) -> "Report":
        """A copy that can be changed."""
        return copy.deepcopy(self)


def make_report(
    seed: int,
    form: str = "2021",
    profile: str | None = None,
    identity: Identity | None = None,
    before: Numbers | None = None,
) -> Report:
    """A report of that form ("2021", "2019", "2014", "narrative"), whole and free of contradictions.

    ``profile`` is how busy the agency is ("town", "bureau", "county", "city"); without it and without an identity
    both are drawn from the seed. ``before`` are the numbers of the agency's year before, see ``make_numbers``.
    """
    random = Random(f"{form}-{seed}")
    chosen = profile or random.choice(("town", "bureau", "bureau", "county"))
    numbers = {} if form == "narrative" else make_numbers(random, form, chosen, before)
    report = _make_shell(random, seed, form, identity)
    words = _make_words(random, report, numbers)
    prose = load_data("prose")
    paragraphs = prose["paragraphs"] | prose.get(f"paragraphs_{form}", {})
    for code, heading in prose["headings"][form].items():
        body: list[str | Table] = [text.format(**words) for text in _choose(random, code, paragraphs[code])]
        if code in _TABLE_OF_SECTION.get(form, ()):
            body.append(make_table(form, code, numbers))
        if code == "other" and form == "2014":
            body.append(make_table(form, "statistics", numbers))
        report.sections.append(Section(code, heading, body))
    return narrow(report) if random.random() < 0.5 else report


def make_table(form: str, name: str, numbers: Numbers) -> Table:
    """The official table with these numbers printed in it."""
    rows = [[box for cell in row for box in _make_boxes(cell, numbers)] for row in load_data("tables")[form][name]]
    for r, row in enumerate(rows):
        if not any(box.key for box in row):
            rows[r] = [replace(box, header=True) for box in row]
    return Table(name, sum(box.columns for box in rows[0]), rows)


def narrow(report: Report) -> Report:
    """The report with ASCII brackets, colons and commas, as about half of the sites print it."""
    table = str.maketrans("（），：", "(),:")
    for section in report.sections:
        section.title = section.title.translate(table)
        for n, block in enumerate(section.body):
            if isinstance(block, str):
                section.body[n] = block.translate(table)
            else:
                block.rows = [[replace(box, text=box.text.translate(table)) for box in row] for row in block.rows]
    return report


def print_number(number: Number) -> str:
    """A number as a clerk types it."""
    return str(number) if isinstance(number, int) else f"{number:.4f}".rstrip("0").rstrip(".")


def _make_boxes(cell: str, numbers: Numbers) -> Iterator[Box]:
    text, _, span = cell.partition(" @")
    rows, columns = (int(part) for part in span.split("x")) if span else (1, 1)
    if text[0] not in "=*":
        yield Box(text, rows, columns)
        return
    for applicant in APPLICANTS if text[0] == "*" else (None,):
        number = numbers[text[1:], applicant]
        yield Box(print_number(number), rows, columns, (text[1:], applicant), number)


def _choose(random: Random, code: str, paragraphs: list[str]) -> list[str]:
    return [random.choice(paragraphs)] if code == "other" else paragraphs


def _make_shell(random: Random, seed: int, form: str, identity: Identity | None) -> Report:
    """Title, agency, year and the metadata of the page; no sections yet."""
    who = identity or _invent_identity(random, form)
    title = random.choice(load_data("prose")["titles"][form]).format(agency=who.agency, year=who.year)
    date = f"{who.year + 1}-01-{random.randrange(4, 31):02d}"
    prefix = who.index_prefix or f"99{random.randrange(1000, 9999)}"
    index = f"{prefix}/{who.year + 1}-{random.randrange(1, 999):05d}"
    metadata = [
        ("索 引 号:", index),
        ("成文日期:", date),
        ("公开方式:", "主动公开"),
        ("公开时限:", "长期公开"),
        ("文件编号:", "无"),
        ("发布机构:", who.publisher),
    ]
    fields: dict[str, str | int | None] = {
        "year": who.year,
        "form": form,
        "title": title,
        "agency": who.agency,
        "publisher": who.publisher,
        "index_number": index,
        "document_number": None,
        "published": date,
    }
    return Report(seed, form, who.year, title, who.county, who.agency, metadata, [], fields)


def _invent_identity(random: Random, form: str) -> Identity:
    prose = load_data("prose")
    years = {
        "2021": range(2021, 2026),
        "2019": range(2019, 2021),
        "2014": range(2014, 2019),
        "narrative": range(2008, 2014),
    }
    year, county, place = random.choice(years[form]), random.choice(prose["counties"]), random.randrange(10)
    return Identity(county, prose["agencies"][place].format(county=county), prose["short"][place], year, "")


def _make_words(random: Random, report: Report, numbers: Numbers) -> dict[str, object]:
    """What the prose is filled with; the counts of applications agree with the table."""
    parts = [random.randrange(1, 60) for _ in range(5)]
    received = numbers.get(("applications.received", "total"), numbers.get(("legacy.applications.received", None)))
    completed = numbers.get(("legacy.applications.completed", None), received)
    done = numbers.get(("applications.results.total", "total"), completed)
    granted, partly, missing = (random.randrange(1, 6) for _ in range(3))
    return {
        "agency": report.agency,
        "county": report.county,
        "year": report.year,
        "house": random.randrange(1, 300),
        "postcode": 313000 + random.randrange(900),
        "phone": "0999-2280000",
        "disclosed": sum(parts),
        **{f"part{n}": part for n, part in enumerate(parts, 1)},
        "received": granted + partly + missing if received is None else received,
        "done": done,
        "carried": numbers.get(("applications.carried_over", "total"), 0),
        "forward": numbers.get(("applications.carried_forward", "total"), 0),
        "granted": granted,
        "partly": partly,
        "missing": missing,
        "cumulated": 800 + random.randrange(2000),
        **{
            name: random.randrange(2, 90)
            for name in (
                "checked",
                "expired",
                "listed",
                "columns",
                "posts",
                "kiosks",
                "meetings",
                "courses",
                "trainees",
                "calls",
            )
        },
        "visitors": random.randrange(1, 9) * 100,
        "visits": random.randrange(2000, 90000),
    }

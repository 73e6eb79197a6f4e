"""The ordinary deviations on which a reader that counts positions fails, and the texts that extraction makes of them.

Each deviation turns a whole report into a deviated one; the gold follows, since it is read off the boxes. The
texts of trafilatura are stored (``fixtures/trafilatura_texts.jsonl.xz``) since three versions cannot be installed
at once; ``python -m tests.reportgen.extract`` remakes them.
"""

import hashlib
import json
import lzma
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

from tests.reportgen.model import Box, Gold, Report, Table, make_report
from tests.reportgen.render_html import HtmlOptions, render_html
from tests.reportgen.tables import cut_table, remove_row

VERSIONS = ("1.12.2", "2.0.0", "2.3.1")
FORMATS = ("html", *VERSIONS)
REPORTS = 100
STORE = Path(__file__).parents[1] / "fixtures" / "trafilatura_texts.jsonl.xz"

Change = Callable[[Report, Random], None]


def one_blank(report: Report, random: Random) -> None:
    """One cell of table 3 is blank."""
    _print_in(report.table("applications"), random, 1, "")


def seven_blank(report: Report, random: Random) -> None:
    """Seven cells of table 3 are blank: scattered, or a whole row."""
    _print_seven(report.table("applications"), random, "")


def seven_slashes(report: Report, random: Random) -> None:
    """Seven cells of table 3 hold a slash: scattered, or a whole row."""
    _print_seven(report.table("applications"), random, "/")


def zeros_blank(report: Report, random: Random) -> None:
    """Every zero of every table was left blank."""
    for table in report.tables():
        for r, c, box in list(table.boxes()):
            if box.number == 0:
                table.rows[r][c] = box.printed("")


def five_dashes(report: Report, random: Random) -> None:
    """Five cells of table 3 hold a dash."""
    _print_in(report.table("applications"), random, 5, random.choice(("—", "-", "——")))


def row_missing(report: Report, random: Random) -> None:
    """One row of table 3 is not printed."""
    table = report.table("applications")
    rows = [r for r, row in enumerate(table.rows) if row[0].rows == 1 and any(box.key for box in row)]
    remove_row(table, random.choice(rows))


def thousands_comma(report: Report, random: Random) -> None:
    """Numbers from 1,000 up are printed with a comma."""
    for table in report.tables():
        for r, c, box in list(table.boxes()):
            if isinstance(box.number, int) and abs(box.number) >= 1000:
                table.rows[r][c] = box.printed(f"{box.number:,}", box.number)


def other_ordinals(report: Report, random: Random) -> None:
    """The lines of a group are numbered "1．", "(1)" or without a dot."""
    shape = random.choice(("{}．", "({})", "{}"))
    table = report.table("applications")
    for row in table.rows:
        row[:] = [_renumber(box, shape) for box in row]


def _renumber(box: Box, shape: str) -> Box:
    if box.key or box.text[1:2] != ".":
        return box
    return replace(box, text=shape.format(box.text[0]) + box.text[2:])


def footnote(report: Report, random: Random) -> None:
    """A line with a number stands in the section: a footnote, or a page line before or inside the table."""
    section = next(section for section in report.sections if section.code == "applications")
    at = next(n for n, block in enumerate(section.body) if isinstance(block, Table))
    table = section.body[at]
    assert isinstance(table, Table)
    shape = random.randrange(4)
    if shape == 0:
        section.body.insert(at + 1, f"注：表中数字不含转办的{random.randrange(1, 20)}件。")
    elif shape == 1:
        section.body.insert(at, f"— {random.randrange(2, 9)} —")
    elif shape == 2:
        section.body.insert(at, f"说明：另有{random.randrange(1, 20)}件属于咨询，未列入下表。")
    else:
        first, second = cut_table(table, random.randrange(6, len(table.rows) - 2), "")
        section.body[at : at + 1] = [first, f"— {random.randrange(2, 9)} —", second]


def year_in_header(report: Report, random: Random) -> None:
    """The header of table 2 names the year: 2023年制发件数, or 本年制发件数（2023年）."""
    shape = random.choice(("{year}年{rest}", "本年{rest}（{year}年）"))
    table = report.table("disclosure")
    for row in table.rows:
        row[:] = [
            replace(box, text=shape.format(year=report.year, rest=box.text[2:])) if box.text.startswith("本年") else box
            for box in row
        ]


DEVIATIONS: dict[str, Change] = {
    "one_blank": one_blank,
    "seven_blank": seven_blank,
    "seven_slashes": seven_slashes,
    "zeros_blank": zeros_blank,
    "five_dashes": five_dashes,
    "row_missing": row_missing,
    "thousands_comma": thousands_comma,
    "other_ordinals": other_ordinals,
    "footnote": footnote,
    "year_in_header": year_in_header,
}


def _print_in(table: Table, random: Random, count: int, text: str) -> None:
    for r, c, box in random.sample(list(table.boxes()), count):
        table.rows[r][c] = box.printed(text)


def _print_seven(table: Table, random: Random, text: str) -> None:
    if random.random() < 0.5:
        _print_in(table, random, 7, text)
        return
    row = random.choice([row for row in table.rows if any(box.key for box in row)])
    row[:] = [box.printed(text) if box.key else box for box in row]


def deviate(name: str, seed: int) -> Report:
    """Report number ``seed`` with the deviation of that name."""
    profile = "city" if name == "thousands_comma" else ("town", "bureau", "county", "bureau")[seed % 4]
    report = make_report(seed, "2021", profile)
    DEVIATIONS[name](report, Random(f"{name}-{seed}"))
    return report


def render_deviation(name: str, seed: int) -> bytes:
    """The clean HTML page of a deviated report; blank cells and cell paragraphs vary with the seed."""
    options = HtmlOptions(blank=("", "&nbsp;", "")[seed % 3], paragraphs=("", "p")[seed // 3 % 2], headings="p")
    return render_html(deviate(name, seed), options)


def deviation_cases(name: str, fmt: str, reports: int = REPORTS) -> Iterable[tuple[bytes, Gold]]:
    """(bytes, gold) of the first ``reports`` reports with a deviation, as "html" or as the text of a version."""
    for seed in range(reports):
        data = render_deviation(name, seed) if fmt == "html" else load_texts()[name, seed, fmt].encode()
        yield data, deviate(name, seed).gold()


def digest_pages() -> str:
    """A digest over all deviated pages: stored texts fit the generator as long as it stays the same."""
    digest = hashlib.sha256()
    for name in DEVIATIONS:
        for seed in range(REPORTS):
            digest.update(render_deviation(name, seed))
    return digest.hexdigest()


@cache
def load_texts() -> dict[tuple[str, int, str], str]:
    """The stored texts by (deviation, seed, version)."""
    with lzma.open(STORE, "rt", encoding="utf-8") as handle:
        next(handle)
        return {(d, s, v): text for d, s, v, text in map(json.loads, handle)}


def load_digest() -> str:
    """The digest of the pages from which the stored texts were made."""
    with lzma.open(STORE, "rt", encoding="utf-8") as handle:
        return str(json.loads(next(handle))["digest"])

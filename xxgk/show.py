"""Reports and indicators as tables for a person, on a terminal or piped as plain text."""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from parsers.codebook import Indicator, load_codebook
from parsers.records import Check, Count, RecordSet, Report, Section, Value

# Columns of a page where there is no terminal to ask, wide enough for the seven columns of applicants.
PIPED_WIDTH = 160
HEADER_FIELDS = (
    *("title", "agency", "year", "form", "status", "publisher", "index_number", "document_number", "published"),
    *("division_code", "source_path", "source_url", "source_format", "source_sha256", "report_id"),
)

Cells = dict[tuple[str, str | None], Value]


def make_console() -> Console:
    """A console on standard output; without colour and of a fixed width where that is no terminal."""
    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False)


def plain(text: str) -> str:
    """The text on one line without anything that a terminal would obey, for text that comes from outside."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text)


def show_report(record: RecordSet, console: Console) -> None:
    """Print one report: header, its tables with marked cells, checks that failed, notes."""
    console.print(_header_table(record.report))
    failed = [check for check in record.checks if check.outcome == "fail"]
    cells: Cells = {}
    for value in record.values:
        cells.setdefault((value.indicator, value.applicant), value)
    for name, title in _labels()["tables"].items():
        rows = _rows_of(name, record)
        if rows:
            console.print(_form_table(title, rows, cells, failed))
    if cells:
        console.print(_legend())
    for section in record.sections:
        marked = _marked_text(section, record.counts)
        if marked is not None:
            console.print(marked)
    console.print(_check_table(record.checks, failed))
    for note in record.report.notes:
        console.print(Text(f"note: {plain(note)}"))


def _marked_text(section: Section, counts: list[Count]) -> Text | None:
    """The sentences of a section that count something, each count in ⟦ ⟧ with its number; None where none does."""
    here = [count for count in counts if count.section == section.section and _stands_at(count, section)]
    if not here:
        return None
    marked = Text(f"{plain(section.title) or section.section}\n", style="bold")
    for line_start, line in _lines(section.text):
        inside = [count for count in here if line_start <= count.start < line_start + len(line)]
        if inside:
            marked.append_text(_mark_line(line, line_start, inside))
    return marked


def _stands_at(count: Count, section: Section) -> bool:
    return section.text[count.start : count.end] == count.raw


def _lines(text: str) -> Iterable[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _mark_line(line: str, line_start: int, counts: list[Count]) -> Text:
    marked = Text(style="none")
    place = 0
    for count in sorted(counts, key=lambda count: (count.start, count.count_id)):
        start, end = count.start - line_start, count.end - line_start
        if start >= place:
            marked.append(plain(line[place:start]))
            marked.append(f"⟦{plain(line[start:end])}⟧", style="bold")
            place = end
        part = f"<{count.parent_id}" if count.parent_id is not None else ""
        marked.append(f"[{count.count_id}{part}]", style="dim")
    marked.append(plain(line[place:]) + "\n")
    return marked


def show_indicators(found: list[Indicator], console: Console) -> None:
    """Print indicators, one row each, with the forms that ask for them; of one alone its note as well."""
    table = new_table("form", "indicator", "label_zh", "label_en", "unit")
    table.columns[1].no_wrap = True
    forms: dict[tuple[str, ...], list[str]] = {}
    for item in found:
        forms.setdefault((item.indicator, item.label_zh, item.label_en, item.unit), []).append(item.form)
    for row, names in forms.items():
        table.add_row(", ".join(names), *row)
    console.print(table)
    if len(forms) == 1 and found[0].note:
        console.print(Text(f"note: {found[0].note}"))


def find_indicators(word: str) -> list[Indicator]:
    """The indicators whose code or label, Chinese or English, holds the word, in the order of the codebook."""
    wanted = word.casefold()
    return [
        item
        for item in load_codebook()
        if any(wanted in text.casefold() for text in (item.indicator, item.label_zh, item.label_en))
    ]


@cache
def _labels() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("labels.toml").read_text(encoding="utf-8"))


def new_table(*headers: str, title: str | None = None) -> Table:
    """A table in the style of all tables of the command line."""
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", show_header=bool(headers))
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def _header_table(report: Report) -> Table:
    table = new_table()
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for field in HEADER_FIELDS:
        value = getattr(report, field)
        table.add_row(field, "" if value is None else Text(plain(str(value))))
    return table


def _rows_of(table: str, record: RecordSet) -> list[Indicator]:
    """The rows of one table, in the form that most of its values follow; none where the report has none of it."""
    found = {value.indicator for value in record.values}
    overlap = Counter(item.form for item in load_codebook() if item.table == table and item.indicator in found)
    # The report's own form where two are as good as each other (table 4 is the same in both).
    form = max(overlap, key=lambda name: (overlap[name], name == record.report.form), default=None)
    return [item for item in load_codebook() if item.table == table and item.form == form]


def _form_table(title: str, rows: list[Indicator], cells: Cells, failed: list[Check]) -> Table:
    by_applicant = any(item.dimension for item in rows)
    applicants: dict[str | None, str] = _labels()["applicants"] if by_applicant else {None: "value"}
    table = new_table("", title=title)
    for label in applicants.values():
        table.add_column(label, justify="right")
    for item in rows:
        shown = (_cell_text(item, key, cells, failed) for key in applicants)
        table.add_row(item.label_zh, *shown)
    return table


def _cell_text(item: Indicator, applicant: str | None, cells: Cells, failed: list[Check]) -> Text:
    value = cells.get((item.indicator, applicant))
    names: list[str] = [value.status if value else "missing"]
    if any(_names(check, item, applicant) for check in failed):
        names.insert(0, "failed")
    marks = [_marks()[name] for name in names if name in _marks()]
    printed = "" if value is None else _number(value.value) if value.value is not None else plain(value.raw)
    return Text(printed + "".join(mark["sign"] for mark in marks), style=marks[0]["style"] if marks else "")


def _names(check: Check, item: Indicator, applicant: str | None) -> bool:
    """Whether a check names this cell: by its row, by the row that it is a part of, or by its column.

    A rule on a column is about the rows that are no part of another: received, carried over, results, carried forward.
    One on a whole table names no cell.
    """
    words = check.subject.split()
    if applicant in words:
        return not item.parent
    rows = (word for word in words if word != item.table)
    return any(item.indicator == word or item.indicator.startswith(f"{word}.") for word in rows)


@cache
def _marks() -> dict[str, dict[str, str]]:
    return {mark["name"]: mark for mark in _labels()["marks"]}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"


def _legend() -> Text:
    return Text("   ").join(Text(f"{m['sign']} {m['meaning']}", style=m["style"]) for m in _marks().values())


def _check_table(checks: list[Check], failed: Iterable[Check]) -> Table:
    counted = Counter(check.outcome for check in checks)
    title = ", ".join(f"{counted[outcome]} {outcome}" for outcome in ("pass", "fail", "incomplete"))
    table = new_table("failed check", "subject", "diagnosis", "finding", title=f"Checks: {title}")
    for check in failed:
        table.add_row(check.rule, *(Text(plain(text or "")) for text in (check.subject, check.diagnosis, check.detail)))
    return table

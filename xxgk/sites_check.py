"""``xxgk sites --check``: tries the start pages of sites and writes what it found, row by row."""

import asyncio
import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from parsers.records import PARSER_VERSION
from scraper.check import Finding, check_sites
from scraper.config import Plan
from xxgk.show import plain

COLUMNS = Finding.__struct_fields__


class CheckError(Exception):
    """The file for the findings cannot be used; one line for a person."""


def check_plan(plan: Plan, out: Path | None, quiet: bool) -> tuple[list[Finding], int]:
    """Try the start pages of a plan; what was found, and how many were left out.

    Findings are also written to ``out``, a CSV file, each at once, so that a check that was broken off goes on where
    it stopped: start pages with a row of today are left out. Raises CheckError.
    """
    today = datetime.now(UTC).date().isoformat()
    wanted = {(site.id, url) for site, _ in plan.sites for url in site.start}
    done = {(row.id, row.url) for row in read_findings(out) if row.checked == today} & wanted if out else set()
    findings: list[Finding] = []
    with _writer(out) as write, _progress(len(wanted) - len(done), quiet) as advance:

        def tell(finding: Finding) -> None:
            findings.append(finding)
            write(finding)
            advance()

        asyncio.run(check_sites(plan, PARSER_VERSION, done, tell))
    return findings, len(done)


def read_findings(path: Path) -> list[Finding]:
    """The rows of a file of findings; none where there is no file. Cuts off a last row that was written by half."""
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    try:
        header, *rows = list(csv.reader(whole.decode("utf-8").splitlines())) or [list(COLUMNS)]
        if header != list(COLUMNS):
            raise ValueError
        found = [msgspec.convert(dict(zip(COLUMNS, row, strict=True)), Finding, strict=False) for row in rows]
    except (ValueError, msgspec.ValidationError):
        raise CheckError(f"{path}: is no file of findings; name another one, or one that does not exist") from None
    if len(whole) < len(data):
        with path.open("r+b") as file:
            file.truncate(len(whole))
    return found


@contextmanager
def _writer(path: Path | None) -> Iterator[Callable[[Finding], None]]:
    """A function that adds a row to the file, if there is one, and hands it to the operating system."""
    if path is None:
        yield lambda _: None
        return
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if not file.tell():
            writer.writerow(COLUMNS)
        yield lambda finding: _write_row(finding, file, writer.writerow)


def _write_row(finding: Finding, file: IO[str], write: Callable[[Iterable[str]], object]) -> None:
    write(plain(str(value)) for value in msgspec.structs.astuple(finding))
    file.flush()


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """A function to call after each start page; it moves a bar where a person is looking on."""
    if quiet or not sys.stderr.isatty() or total < 2:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("checking", total=total)
        yield lambda: bar.advance(task)


def show_findings(findings: Sequence[Finding], console: Console) -> None:
    """Print findings as a table."""
    table = Table(box=box.SIMPLE_HEAD)
    for header in ("id", "start page", "status", "family", "reason", "answered at last"):
        table.add_column(header, overflow="fold", no_wrap=header in ("id", "status"))
    for found in findings:
        final = "" if found.final == found.url else found.final
        row = (found.id, found.url, str(found.status or ""), found.family, found.reason, final)
        table.add_row(*(Text(plain(cell)) for cell in row))
    console.print(table)

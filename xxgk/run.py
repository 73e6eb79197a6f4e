"""What ``xxgk parse`` does: read many inputs, print or write what comes out, count it."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import typer

from parsers.records import RecordSet
from xxgk.inputs import Found
from xxgk.reading import Outcome, read_many

Say = Callable[[str], None]


class Tally(msgspec.Struct):
    """How much was read and written."""

    reports: int = 0
    values: int = 0
    counts: int = 0
    failed_checks: int = 0
    not_read: int = 0
    duplicates: int = 0

    def add(self, record: RecordSet) -> None:
        """Count what one report holds."""
        self.values += len(record.values)
        self.counts += len(record.counts)
        self.failed_checks += sum(check.outcome == "fail" for check in record.checks)

    def table(self, out: Path | None) -> str:
        """The short table for a person; duplicates and the folder only where there are any."""
        rows: list[tuple[str, int]] = [
            ("reports read", self.reports),
            ("values", self.values),
            ("counts", self.counts),
            ("checks failed", self.failed_checks),
            ("not read", self.not_read),
        ]
        if self.duplicates:
            rows.append(("read twice, kept once", self.duplicates))
        lines = [f"{label:<22}{number:>12,}" for label, number in rows]
        return "\n".join(lines if out is None else [*lines, f"{'dataset':<22}{out}"])


def usable_cpus() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parse_inputs(
    found: Found, url: str | None, jobs: int, as_json: bool, out: Path | None, quiet: bool, say: Say
) -> Tally:
    """Read the inputs found, print their records as JSON lines if asked to, write the dataset if a folder is told.

    What cannot be read is told by ``say`` and counted. Raises typer.TyperException where the dataset cannot be
    written.
    """
    for failure in found.failures:
        say(failure)
    tally = Tally(not_read=len(found.failures))
    with _progress(len(found.paths), quiet) as advance:
        outcomes = _without_own(read_many(found.paths, url, jobs), found.named, advance, None if quiet else say)
        lines = _read(outcomes, tally, advance, say)
        if as_json:
            lines = _printed(lines)
        if as_json and out is None:
            for _ in lines:
                pass
        elif out is None:
            for _ in _decoded(lines, tally):
                pass
        else:
            _write(_decoded(lines, tally), out, tally, say)
    return tally


def read_record(path: str, say: Say) -> RecordSet | None:
    """The record set of one input, or None after telling why there is none."""
    data = list(_read(read_many([path], None, 1), Tally(), lambda: None, say))
    return msgspec.json.decode(data[0], type=RecordSet) if data else None


def _without_own(
    outcomes: Iterator[Outcome], named: set[str], advance: Callable[[], None], note: Say | None
) -> Iterator[Outcome]:
    """The outcomes without those of files of ours that lay in a folder: nobody asked to have these read."""
    for outcome in outcomes:
        if outcome.kind != "own" or outcome.source in named:
            yield outcome
            continue
        if note:
            note(f"{outcome.source}: skipped: {outcome.reason}")
        advance()


def _read(outcomes: Iterable[Outcome], tally: Tally, advance: Callable[[], None], say: Say) -> Iterator[bytes]:
    for outcome in outcomes:
        if outcome.data is None:
            tally.not_read += 1
            say(f"{outcome.source}: {outcome.reason}")
        else:
            tally.reports += 1
            yield outcome.data
        advance()


def _printed(lines: Iterator[bytes]) -> Iterator[bytes]:
    stdout = sys.stdout.buffer
    for line in lines:
        stdout.write(line + b"\n")
        yield line
    stdout.flush()


def _decoded(lines: Iterator[bytes], tally: Tally) -> Iterator[RecordSet]:
    decoder = msgspec.json.Decoder(RecordSet)
    for line in lines:
        record = decoder.decode(line)
        tally.add(record)
        yield record


def _write(records: Iterator[RecordSet], out: Path, tally: Tally, say: Say) -> None:
    from output.dataset import write_dataset
    from output.replace import DatasetError

    try:
        summary = write_dataset(records, out)
    except DatasetError as error:
        raise _as_problem(str(error), tally) from None
    except BrokenPipeError:
        # Whoever reads the lines that are printed meanwhile has enough.
        raise
    except OSError as error:
        reason = f"{out}: could not be written ({error.strerror}); what stood there is as it was"
        raise _as_problem(reason, tally) from None
    tally.values, tally.counts, tally.failed_checks = summary.values, summary.counts, summary.failed_checks
    tally.duplicates = len(summary.duplicates)
    for left_out, kept in summary.duplicates:
        say(f"{left_out or '-'}: is the same report as {kept or '-'}, which is kept")


def _as_problem(reason: str, tally: Tally) -> typer.TyperException:
    problem = typer.TyperException(reason)
    problem.exit_code = 1 if tally.not_read and not tally.reports else 2
    return problem


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """A function to call after each input; it moves a bar where a person is looking on."""
    if quiet or not sys.stderr.isatty() or total < 2:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("reading", total=total)
        yield lambda: bar.advance(task)

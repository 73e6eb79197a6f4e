"""The command line and its exit status. Results go to standard output, messages to standard error.

The commands of the nightly crawl are in ``crawl_commands``.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from parsers.records import PARSER_VERSION
from xxgk.compare_command import compare
from xxgk.crawl_commands import crawl, demo, run
from xxgk.diff_command import diff
from xxgk.export_command import export
from xxgk.inputs import Found, find_inputs
from xxgk.places import check_target
from xxgk.site_command import serve, site
from xxgk.terminal import (
    INTERRUPTED,
    NOT_ALL_READ,
    WRONG_USAGE,
    UsageError,
    describe_failure,
    describe_usage,
    end_with,
    open_missing_streams,
    say,
)

# Heavy packages (lxml, pyarrow, rich) are imported by the commands that need them, so that help stays quick.
app = typer.Typer(name="xxgk", add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def main() -> None:
    """Run the command line and end the process with its exit status."""
    open_missing_streams()
    try:
        status = app(standalone_mode=False) or 0
        sys.stdout.flush()
    except typer.TyperException as error:
        say(describe_usage(error))
        status = error.exit_code
    except BrokenPipeError:
        # The reader of our output has enough (xxgk ... | head); without this Python would complain at its own end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = NOT_ALL_READ
    except OSError as error:
        say(describe_failure(error))
        status = WRONG_USAGE
    except KeyboardInterrupt:
        status = INTERRUPTED
    if status == INTERRUPTED:
        _leave_now()
    sys.exit(status)


def _leave_now() -> None:
    """End what still runs for a command that was stopped by Ctrl-C, once or several times."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    say("stopped by the keyboard")
    from xxgk.reading import end_processes

    end_processes(grace=0.0)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"xxgk {PARSER_VERSION}")
        raise typer.Exit


@app.callback()
def xxgk(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Read yearly disclosure reports of Chinese agencies (政府信息公开工作年度报告) into checked records.

    \b
      xxgk parse report.html --json

    \b
    - xxgk COMMAND --help tells more of a command.
    """


@app.command()
def parse(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files, folders, or - for standard input.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per report, one per line, and nothing else.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Write the dataset to this folder, replacing one of an earlier parse."
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Address that the report came from; with one input.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, metavar="N", help="Processes that read; one per processor if not told."),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="No progress bar and no notes; errors are still told.")
    ] = False,
) -> None:
    """Read reports and print how much was found, or the records, or write a dataset.

    \b
      xxgk parse reports/ --out data/dataset

    \b
    - A file is read whatever its name.
    - A folder is read with the folders below it: pages, texts, PDF, Word files, sheets and archives, by their ending.
    - A single dash (-) reads standard input.
    - Exit status 0: every input was read; 1: some were not, each told on standard error; 2: wrong usage.
    """
    found = _find(inputs, url, quiet)
    from xxgk.run import parse_inputs, usable_cpus

    tally = parse_inputs(found, url, jobs or usable_cpus(), as_json, _checked_folder(out), quiet, say)
    if not as_json:
        print(tally.table(out))
    if tally.not_read or not tally.reports:
        raise typer.Exit(NOT_ALL_READ)


@app.command()
def show(file: Annotated[str, typer.Argument(metavar="FILE", help="A report, or - for standard input.")]) -> None:
    """Show one report for a person: header, tables with doubtful cells marked, checks that failed.

    \b
      xxgk show report.html

    \b
    - A cell named by a failed check is followed by !, an unreadable one by ?, an inferred one by ~.
    - A blank cell is shown blank; a cell that was not found is shown as ×.
    - Piped into another program it is plain text.
    """
    path = _find([file], None, quiet=True).paths
    if path != [file]:
        raise UsageError(f"{file}: is a folder; name one file")
    from xxgk.run import read_record
    from xxgk.show import make_console, show_report

    record = read_record(file, say)
    if record is None:
        raise typer.Exit(NOT_ALL_READ)
    show_report(record, make_console())


@app.command()
def codebook(
    word: Annotated[str, typer.Argument(metavar="[WORD]", help="Part of a code or of a label; all if not told.")] = "",
) -> None:
    """Look up indicators by a part of their code or of their label, Chinese or English.

    \b
      xxgk codebook 不予公开

    \b
    - Prints form, code, labels and unit of every indicator that matches; of one alone its note (a formula) as well.
    - Exit status 1 where none does.
    """
    from xxgk.show import find_indicators, make_console, show_indicators

    found = find_indicators(word)
    if not found:
        say(f"{word}: no indicator has this in its code or labels; try a shorter word, such as 申请 or refused")
        raise typer.Exit(NOT_ALL_READ)
    show_indicators(found, make_console())


@app.command()
def sites(
    word: Annotated[
        str, typer.Argument(metavar="[WORD]", help="Part of a name, of an id or of a host; all if not told.")
    ] = "",
    files: Annotated[
        list[Path] | None,
        typer.Option("--sites", metavar="FILE", help="Your own sites files in place of those that come with xxgk."),
    ] = None,
    province: Annotated[
        str, typer.Option("--province", metavar="NAME", help="Only one province: its name, code or file (zhejiang).")
    ] = "",
    level: Annotated[
        Literal["province", "city", "county", "other"] | None,
        typer.Option("--level", help="Only portals of this level; other has no GB/T 2260 code."),
    ] = None,
    no_answer: Annotated[
        bool, typer.Option("--no-answer", help="Only portals that did not answer when the list was made.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Try the start pages; this asks the sites.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="With --check: write what was found to this CSV file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per site, or per start page.")] = False,
    folder: Annotated[
        bool, typer.Option("--path", help="Print the folder of the files that come with xxgk, and end.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="No progress bar and no notes; errors are still told.")
    ] = False,
) -> None:
    """List and validate sites files: those that come with xxgk, or your own.

    \b
      xxgk sites 湖州

    \b
    - --check tries each start page as politely as a crawl: robots.txt, pauses, never two requests at once to a host.
    - --out keeps what was found row by row; a check that was stopped goes on where it was, on the same day.
    - Exit status 0; 1: no site fits, or a start page gave no page; 2: wrong usage, or a fault in a file, each told.
    """
    from xxgk.sites_command import Wanted, run_check, run_sites, shipped_files, shipped_folder

    if folder:
        print(shipped_folder())
        return
    if out is not None and not check:
        raise UsageError("--out is for what --check finds; add --check")
    if out is not None:
        check_target(out)
    paths, wanted = files or shipped_files(), Wanted(word, province, level, no_answer)
    status = run_check(paths, wanted, out, as_json, quiet, say) if check else run_sites(paths, wanted, as_json, say)
    end_with(status)


for _command in (crawl, run, demo, compare, export, diff, site, serve):
    app.command()(_command)


def _find(inputs: list[str], url: str | None, quiet: bool) -> Found:
    try:
        found = find_inputs(inputs)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from None
    if url is not None and (len(found.paths) != 1 or os.path.isdir(inputs[0])):
        raise UsageError("--url is the address of one report; name one file, or - for standard input")
    if url is not None and not url.startswith(("http://", "https://")):
        raise UsageError(f"--url {url}: is no address; it starts with http:// or https://")
    if not quiet:
        for note in found.notes:
            say(note)
    return found


def _checked_folder(out: Path | None) -> Path | None:
    """The folder for the dataset, after making sure that it may be replaced: better now than when all is read."""
    if out is not None:
        from output.opened import check_not_crawled
        from output.replace import DatasetError, check_replaceable

        try:
            check_replaceable(out)
            check_not_crawled(out)
        except DatasetError as error:
            raise UsageError(str(error)) from None
    return out

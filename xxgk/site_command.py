"""The commands ``xxgk site`` and ``xxgk serve``."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xxgk.places import DivisionOption, check_dataset, check_outside, chosen_divisions, type_labels
from xxgk.terminal import UsageError, say

if TYPE_CHECKING:
    from output.pages import EvidenceSource

_STATE = "crawl.sqlite"
_ARCHIVE = "archive"
_TABLES = ("reports", "values", "counts", "sections", "checks")
_USED = ("revisions", "addresses", "coverage", "panel")


def site(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="The folder of a dataset.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="The folder of the site; a new one, or an earlier site.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", help="The data folder of the crawl; the one around the dataset if not told."
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--source", metavar="DIR", help="For a dataset of xxgk parse: the folder of the files that were read."
        ),
    ] = None,
    division: DivisionOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar; errors are still told.")] = False,
) -> None:
    """Build a web site of a dataset, in which every number leads to its place on the page it was read from.

    \b
      xxgk site data/dataset --out data/site

    \b
    - Open DIR/index.html in a browser; it needs no server and no network. xxgk serve serves it on this machine.
    - Built again, only the pages that changed are written; addresses of pages and of numbers stay the same.
    - Without the archive of the crawl (--data) or the files (--source), the numbers have no links.
    """
    from output.pages import SiteError, build_site

    check_dataset(dataset, _TABLES, _USED)
    check_outside(out, dataset)
    divisions = chosen_divisions(dataset, division)
    try:
        with _evidence(dataset, data, source) as found, _progress(quiet) as advance:
            summary = build_site(dataset, out, found, divisions, advance, type_labels())
    except SiteError as error:
        raise UsageError(str(error)) from None
    rows = (
        ("divisions", summary.divisions),
        ("agencies", summary.agencies),
        ("reports", summary.reports),
        ("evidence pages", summary.evidence),
        ("reports without evidence", summary.without_evidence),
        ("files written", summary.written),
        ("files removed", summary.removed),
    )
    for label, number in rows:
        print(f"{label:<26}{number:>10,}")
    print(f"{'site':<26}{out / 'index.html'}")


def serve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a site.")],
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="The port; 0 for a free one.")
    ] = 8000,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
) -> None:
    """Serve a site on this machine, and open it in the browser.

    \b
      xxgk serve data/site

    \b
    - Only this machine can reach it (127.0.0.1); Ctrl-C ends it.
    """
    from xxgk.site_server import make_server

    if not (folder / "index.html").is_file():
        raise UsageError(f"{folder}: holds no index.html; build a site first: xxgk site DATASET --out DIR")
    try:
        server = make_server(folder, port)
    except OSError as error:
        raise UsageError(f"--port {port}: {error.strerror}; name another one, or 0 for a free one") from None
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    print(address, flush=True)
    if not no_open:
        import webbrowser

        if not webbrowser.open(address):
            say(f"no browser could be opened; open {address}")
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("stopped by the keyboard")


@contextmanager
def _evidence(dataset: Path, data: Path | None, source: Path | None) -> Iterator["EvidenceSource"]:
    """Where the files are that the numbers were read from."""
    from output.pages import NoEvidence
    from xxgk.evidence import SnapshotEvidence
    from xxgk.evidence.snapshots import CrawlSnapshots, FolderSnapshots

    if data is not None and source is not None:
        raise UsageError("--data is for a dataset of a crawl, --source for one of xxgk parse; name one of them")
    if source is not None:
        if not source.is_dir():
            raise UsageError(f"--source {source}: is no folder; name the one that was given to xxgk parse")
        yield SnapshotEvidence(FolderSnapshots(source))
        return
    around = data if data is not None else dataset.resolve().parent
    if not (around / _STATE).is_file():
        if data is not None:
            raise UsageError(f"--data {data}: holds no {_STATE}; name the folder given to xxgk run --data")
        say("the files that the numbers were read from are not at hand (--data or --source): numbers have no links")
        yield NoEvidence()
        return
    snapshots = CrawlSnapshots(around, _STATE, _ARCHIVE)
    try:
        yield SnapshotEvidence(snapshots)
    finally:
        snapshots.close()


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("building"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("building", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

"""The commands ``xxgk crawl``, ``xxgk run`` and ``xxgk demo``: their options and help."""

from pathlib import Path
from typing import Annotated

import typer

from xxgk.terminal import UsageError, end_with, say

SitesFiles = Annotated[
    list[Path] | None, typer.Option("--sites", metavar="FILE...", help="Sites files: which sites, and how.")
]
MoreFiles = Annotated[
    list[Path] | None, typer.Argument(metavar="[FILE...]", help="More sites files, as --sites *.toml gives them.")
]
DataFolder = Annotated[Path, typer.Option("--data", metavar="DIR", help="The data folder; made where there is none.")]
OnlySites = Annotated[list[str] | None, typer.Option("--site", metavar="ID", help="Only this site; may be repeated.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Ask nothing; print what would be asked for first.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object, and nothing else.")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, metavar="N", help="Processes that read; one per processor if not told.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress display; what is not well is still told.")]


def crawl(
    data: DataFolder,
    more: MoreFiles = None,
    sites: SitesFiles = None,
    site: OnlySites = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find and fetch the reports of sites, and keep every answer.

    \b
      xxgk crawl --sites sites/*.toml --data data

    \b
    - Nothing is read yet: xxgk run does both, and makes the dataset.
    - A crawl that was stopped goes on where it was.
    - Exit status 0: every site is ok; 1: some are not, each told on standard error; 2: wrong usage, or a full disk.
    """
    files = _sites_files(sites, more)
    from xxgk.night_command import Asked, run_command

    end_with(run_command(Asked(files, data, site or [], dry_run, False, 1, as_json, quiet), say))


def run(
    data: DataFolder,
    more: MoreFiles = None,
    sites: SitesFiles = None,
    site: OnlySites = None,
    dry_run: DryRun = False,
    jobs: Jobs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Do the nightly job: crawl the sites, read what is new or changed, publish the dataset.

    \b
      xxgk run --sites sites/*.toml --data data

    \b
    - The dataset is in DIR/dataset, the summary of each run in DIR/runs, every answer in DIR/archive.
    - A run that was stopped goes on where it was; one that finds nothing new leaves the dataset as it is.
    - Exit status 0: every site is ok; 1: some are not, the others are published; 2: wrong usage, or no dataset written.
    """
    files = _sites_files(sites, more)
    from xxgk.night_command import Asked, run_command
    from xxgk.run import usable_cpus

    end_with(run_command(Asked(files, data, site or [], dry_run, True, jobs or usable_cpus(), as_json, quiet), say))


def demo(
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="The data folder; that of an earlier demo is emptied first.")
    ] = Path("data/demo"),
    nights: Annotated[int, typer.Option("--nights", min=1, max=9, metavar="N", help="How many nights.")] = 2,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """See all of it work without a network: start replicas of sites on this machine and do the nightly job on them.

    \b
      xxgk demo

    \b
    - The replicas publish invented reports as the CMS families do, and some of them answer badly on purpose.
    - After each night the dataset is compared with what they publish.
    - Exit status 0: all is as expected; 1: something is not, each told on standard error; 2: it could not be done.
    """
    from xxgk.demo_command import run_demo

    end_with(run_demo(data, nights, as_json, quiet, say))


def _sites_files(sites: list[Path] | None, more: list[Path] | None) -> list[Path]:
    if not sites:
        raise UsageError("no sites file is named; name one or more: --sites FILE...")
    return [*sites, *(more or [])]

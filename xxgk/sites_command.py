"""What ``xxgk sites`` does: list, filter and validate sites files, and try the start pages of their sites."""

from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from parsers.divisions import division_name, is_code
from scraper.config import Site, SitesFile, load_plan, read_files
from xxgk.show import make_console, plain

# What a site is the portal of, by its id; ``other`` has no GB/T 2260 code of its own.
Level = Literal["province", "city", "county", "other"]
Say = Callable[[str], None]

NOT_ALL_WELL = 1
WRONG_FILE = 2
# How the note of a site begins whose portal gave no answer on the day when the list of portals was checked.
NO_ANSWER = "no answer"


class Listed(NamedTuple):
    """A site with what is known of it beside its own table."""

    file: Path
    province: str
    level: Level
    site: Site


class Wanted(NamedTuple):
    """Which sites are wanted: those that fit all that is told."""

    word: str = ""
    province: str = ""
    level: Level | None = None
    no_answer: bool = False


def shipped_folder() -> Path:
    """The folder of the sites files that ship with the project."""
    return Path(str(files("scraper").joinpath("sites")))


def shipped_files() -> list[Path]:
    """The sites files that ship with the project, one a province."""
    return sorted(shipped_folder().glob("*.toml"))


def run_sites(paths: Sequence[Path], wanted: Wanted, as_json: bool, say: Say) -> int:
    """Print the sites that are wanted, or tell what is wrong with the files; the exit status."""
    listed, status = _find(paths, wanted, say)
    if status:
        return status
    if as_json:
        for item in listed:
            print(_json_line(item))
    else:
        _show(listed, make_console())
    return 0


def run_check(paths: Sequence[Path], wanted: Wanted, out: Path | None, as_json: bool, quiet: bool, say: Say) -> int:
    """Try the start pages of the sites that are wanted and print what was found; the exit status."""
    from xxgk.sites_check import CheckError, check_plan, show_findings

    listed, status = _find(paths, wanted, say)
    if status:
        return status
    plan = load_plan(paths, [item.site.id for item in listed])
    if not quiet and not all(site.settings.contact for site in plan.sites):
        say("sites will not see whom to write to; put a contact into [crawl] of a copy of the sites file")
    try:
        findings, left_out = check_plan(plan, out, quiet)
    except CheckError as error:
        say(str(error))
        return WRONG_FILE
    if as_json:
        for finding in findings:
            print(msgspec.json.encode(finding).decode())
    else:
        show_findings(findings, make_console())
    if left_out and not quiet:
        say(f"{out}: has {left_out:,} of these start pages from today already; they were not tried again")
    return NOT_ALL_WELL if any(finding.reason for finding in findings) else 0


def _find(paths: Sequence[Path], wanted: Wanted, say: Say) -> tuple[list[Listed], int]:
    """The sites that are wanted, and an exit status other than 0 where there is nothing to go on with."""
    read, faults = read_files(paths)
    for fault in faults:
        say(fault)
    if faults:
        return [], WRONG_FILE
    found = [listed for file in read for listed in _listed(file) if _fits(listed, wanted)]
    if not found:
        say("no site fits; xxgk sites without filters lists them all")
    return found, 0 if found else NOT_ALL_WELL


def _listed(file: SitesFile) -> Iterator[Listed]:
    for site in file.sites:
        code = site.id.partition("-")[0]
        province = division_name(f"{code[:2]}0000") if is_code(code) else None
        yield Listed(file.path, province or "", level_of(site.id), site)


def level_of(site_id: str) -> Level:
    """The level of a site by its id.

    >>> level_of("330502")
    'county'
    """
    if not is_code(site_id):
        return "other"
    return "province" if site_id.endswith("0000") else "city" if site_id.endswith("00") else "county"


def _fits(listed: Listed, wanted: Wanted) -> bool:
    site = listed.site
    hosts = {*site.hosts, *(urlsplit(url).netloc for url in site.start)}
    return (
        any(wanted.word.lower() in text.lower() for text in (site.id, site.name, *hosts))
        and _in_province(listed, wanted.province)
        and wanted.level in (None, listed.level)
        and (not wanted.no_answer or site.note.startswith(NO_ANSWER))
    )


def _in_province(listed: Listed, province: str) -> bool:
    """By name or a part of it, by the code or its first two digits, or by the name of the file."""
    if province.isdigit():
        return listed.site.id.startswith(province[:2])
    return province in listed.province or province == listed.file.stem


def _show(sites: Sequence[Listed], console: Console) -> None:
    table = Table(box=box.SIMPLE_HEAD, caption=f"sites: {len(sites):,}", caption_justify="left")
    for header in ("province", "id", "name", "start", "note"):
        table.add_column(header, overflow="fold", no_wrap=header == "id")
    for listed in sites:
        site = listed.site
        start = "\n".join(map(plain, site.start))
        table.add_row(*map(Text, (listed.province, site.id, plain(site.name), start, plain(site.note))))
    console.print(table)


def _json_line(listed: Listed) -> str:
    """The keys of the site's table, and the file, province and level before them."""
    known = {"file": str(listed.file), "province": listed.province, "level": listed.level}
    return msgspec.json.encode(known | msgspec.to_builtins(listed.site)).decode()

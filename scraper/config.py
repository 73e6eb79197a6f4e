"""The sites files: which sites are crawled and how. Whatever is wrong in them is told before any request is made."""

import difflib
import re
import reprlib
import tomllib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from scraper.urls import host_of, resolve

FIRST_YEAR, LAST_YEAR = 2008, 2099
# The cms that stands for recognising the family of each column; the others are the names of the families.
AUTO = "auto"

# No blanks and parentheses: the contact is sent inside the parentheses of the User-Agent.
_Contact = Annotated[str, Meta(pattern=r"^[!-'*-~]*\Z", max_length=200)]
# An upper bound keeps out inf and nan, which TOML can write.
_Seconds = Annotated[float, Meta(ge=0, le=86400)]
_Positive = Annotated[int, Meta(ge=1)]
_Id = Annotated[str, Meta(pattern=r"^(?:[^\W_]|-)+\Z", max_length=100)]
_Host = Annotated[str, Meta(pattern=r"^(?:[^\W_][\w.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?\Z", max_length=253)]
_Year = Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR)]


class ConfigError(Exception):
    """A sites file cannot be used; the message is one line that names the file and the key."""


class CrawlSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[crawl]``: how polite and how long. ``recheck`` is the longest time in days between two looks at a
    report that does not change; 0 looks at every one in every run."""

    contact: _Contact = ""
    delay: _Seconds = 1.0
    hosts_at_once: _Positive = 8
    timeout: Annotated[float, Meta(gt=0, le=86400)] = 30.0
    max_pages: _Positive = 5000
    max_bytes: _Positive = 52428800
    allow_private: bool = False
    recheck: Annotated[int, Meta(ge=0)] = 14


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[site]]``. ``start`` holds absolute addresses; ``hosts`` are in lower case, with a port where it is not
    the default one, and those of ``start`` where the file tells none."""

    id: _Id
    start: Annotated[tuple[str, ...], Meta(min_length=1)]
    name: str = ""
    hosts: tuple[_Host, ...] = ()
    cms: str = AUTO
    years: tuple[_Year, ...] = ()
    tls: Literal["normal", "legacy"] = "normal"
    note: str = ""

    def holds(self, url: str) -> bool:
        """Whether the host of an absolute address belongs to the site, with or without a leading ``www.``.

        A host that the file tells without a port stands for all of its ports.
        """
        host = host_of(url).removeprefix("www.")
        own = {name.removeprefix("www.") for name in self.hosts}
        return host in own or re.sub(r":\d+\Z", "", host) in own


class SitePlan(NamedTuple):
    """A site and the settings of the file that it stands in."""

    site: Site
    settings: CrawlSettings


class Plan(NamedTuple):
    """What one run crawls."""

    sites: list[SitePlan]
    hosts_at_once: int


class SitesFile(NamedTuple):
    """One file as read. ``told`` are the keys that its table ``[crawl]`` has."""

    path: Path
    settings: CrawlSettings
    told: frozenset[str]
    sites: list[Site]


# What a value of each key is, for the message where it is something else.
_WANTED = {
    "contact": "an e-mail address or a URL",
    "delay": "a number of seconds, 0 or more",
    "hosts_at_once": "a number, 1 or more",
    "timeout": "a number of seconds, more than 0",
    "max_pages": "a number, 1 or more",
    "max_bytes": "a number, 1 or more",
    "allow_private": "true or false",
    "recheck": "a number of days, 0 or more",
    "id": "a text of letters, digits and '-'",
    "start": "a list of addresses, at least one",
    "name": "a text",
    "hosts": "a list of host names, each with or without a port",
    "cms": "a text",
    "years": f"a list of years from {FIRST_YEAR} to {LAST_YEAR}",
    "tls": '"normal" or "legacy"',
    "note": "a text",
}
_Table = TypeVar("_Table", CrawlSettings, Site)


def load_plan(paths: Sequence[Path], only: Collection[str] = ()) -> Plan:
    """The sites of all files, or of them those with an id in ``only``, in the order of the files.

    Raises ``ConfigError`` at the first thing that is wrong in any of the files.
    """
    files, faults = read_files(paths)
    if faults:
        raise ConfigError(faults[0])
    sites = [SitePlan(site, file.settings) for file in files for site in file.sites]
    known = [plan.site.id for plan in sites]
    for wanted in only:
        if wanted not in known:
            raise ConfigError(f"--site {wanted}: no sites file has a site of this id{_guess(wanted, known)}")
    told = [file.settings.hosts_at_once for file in files if "hosts_at_once" in file.told]
    chosen = [plan for plan in sites if not only or plan.site.id in only]
    return Plan(chosen, told[0] if told else CrawlSettings().hosts_at_once)


def read_files(paths: Sequence[Path]) -> tuple[list[SitesFile], list[str]]:
    """The files that can be read, and what is wrong in and between the files: one line each."""
    files: list[SitesFile] = []
    faults: list[str] = []
    for path in paths:
        try:
            tables = _read_toml(path)
        except ConfigError as error:
            faults.append(str(error))
        else:
            files.append(_read_tables(path, tables, faults))
    return files, [*faults, *_disagreements(files)]


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; name a sites file") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder; name the sites files in it") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is no text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is no TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: is no sites file: its lists are nested too deep") from None


def _read_tables(path: Path, tables: dict[str, Any], faults: list[str]) -> SitesFile:
    """The settings and sites of one file; adds to ``faults`` one line for each table that is wrong."""
    settings, sites = CrawlSettings(), []
    faults += [
        f"{path}: {_shown(key)}: is no key of a sites file{_guess(key, _TOP)}" for key in tables if key not in _TOP
    ]
    crawl, listed = tables.get("crawl", {}), tables.get("site", [])
    try:
        settings = _read_table(crawl, CrawlSettings, f"{path}: [crawl]")
    except ConfigError as error:
        faults.append(str(error))
    if not isinstance(listed, list) or not listed:
        faults.append(f"{path}: site: there must be at least one table [[site]]")
        listed = []
    for number, table in enumerate(listed, start=1):
        try:
            sites.append(_read_site(table, f"{path}: [[site]] number {number}"))
        except ConfigError as error:
            faults.append(str(error))
    return SitesFile(path, settings, frozenset(crawl) if isinstance(crawl, dict) else frozenset(), sites)


_TOP = ("crawl", "site")


def _read_table(table: Any, kind: type[_Table], where: str) -> _Table:
    if not isinstance(table, dict):
        raise ConfigError(f"{where}: must be a table")
    known = kind.__struct_fields__
    for key in table:
        if key not in known:
            raise ConfigError(f"{where}: {_shown(key)}: is no key of this table{_guess(key, known)}")
    for key in ("id", "start") if kind is Site else ():
        if key not in table:
            raise ConfigError(f"{where}: {key}: is missing")
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        # The message ends in the place, such as - at `$.years[0]`.
        key = re.findall(r"\$\.(\w+)", str(error))[-1]
        raise ConfigError(f"{where}: {key}: {reprlib.repr(table[key])}: must be {_WANTED[key]}") from None


def _read_site(table: Any, where: str) -> Site:
    site = _read_table(table, Site, where)
    where = f"{where} (id {site.id})"
    start = tuple(dict.fromkeys(_address(url, where) for url in site.start))
    if site.cms != AUTO:
        _check_family(site.cms, where)
    hosts = tuple(dict.fromkeys(host.lower() for host in site.hosts or map(host_of, start)))
    site = msgspec.structs.replace(site, start=start, hosts=hosts)
    for url in start:
        if not site.holds(url):
            raise ConfigError(f"{where}: start: {url}: its host is not among hosts")
    return site


def _address(url: str, where: str) -> str:
    # resolve would also read www.example.org, as it stands in pages, as an address.
    found = resolve(url, url) if url.lower().startswith(("http://", "https://")) else None
    if found is None:
        raise ConfigError(f"{where}: start: {url!r}: must be an address with http:// or https:// and without password")
    return found


def _check_family(name: str, where: str) -> None:
    # Imported here: the families import lxml and more, which a file without a cms does not need.
    from scraper.cms import FAMILIES

    names = (AUTO, *FAMILIES)
    if name not in names:
        raise ConfigError(f"{where}: cms: {name!r}: must be one of {', '.join(names)}{_guess(name, names)}")


def _disagreements(files: list[SitesFile]) -> Iterator[str]:
    """What each file says rightly and two of them say differently."""
    owners: dict[str, Path] = {}
    for file in files:
        for site in file.sites:
            if site.id in owners:
                yield f"{file.path}: [[site]]: id: {site.id}: is also the id of a site in {owners[site.id]}"
            owners.setdefault(site.id, file.path)
    told = [file for file in files if "hosts_at_once" in file.told]
    for file in told:
        if file.settings.hosts_at_once != told[0].settings.hosts_at_once:
            here, there = file.settings.hosts_at_once, told[0].settings.hosts_at_once
            yield f"{file.path}: [crawl]: hosts_at_once: {here}: is {there} in {told[0].path}; it is one for the run"


def _shown(key: str) -> str:
    """A key on one line: TOML lets it hold anything."""
    return key if key.isprintable() else repr(key)


def _guess(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""

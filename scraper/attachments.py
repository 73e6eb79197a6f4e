"""The files that belong to a report page: its tables, or all of it, are often only in them (README.md 16.6)."""

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from scraper.links import find_links
from scraper.model import Link, Page
from scraper.urls import resolve
from scraper.words import squeezed, words

# More than a report ever has; a page with more is a list of downloads.
MAX_ATTACHMENTS = 12
_NAMED_BY = ("showname", "filename", "file", "name")


class Attachment(msgspec.Struct, frozen=True, array_like=True):
    """A file that a page links to: its address, and its name as the page tells it."""

    url: str
    name: str


def find_attachments(page: Page) -> tuple[Attachment, ...]:
    """The attachments of a page in its order, each once; none where there are more than a report has."""
    if not _hint().search(page.text):
        return ()
    links = (_without_viewer(link) for link in (*find_links(page), *_shown_by_script(page)))
    found = {link.url: Attachment(link.url, name) for link in links if (name := _name_of(link))}
    return tuple(found.values()) if len(found) <= MAX_ATTACHMENTS else ()


def without_extension(name: str) -> str:
    """The name of a file without its ending."""
    return _extension().sub("", name)


def file_name(url: str) -> str:
    """What an address calls the file: a parameter, or the end of its path."""
    return next((name for name in _names_in(url) if name), "")


def is_picture(name: str) -> bool:
    """Whether the name of a file is that of a picture that may be a page or a table."""
    return _ending("pictures").search(name) is not None


def _shown_by_script(page: Page) -> Iterator[Link]:
    """Files that a script puts into the page: ``showVsbpdfIframe("/__local/....pdf", ...)``."""
    for script in page.tree.iter("script") if page.tree is not None else ():
        for match in _call().finditer(script.text or ""):
            url = resolve(page.url, match[1])
            if url:
                yield Link(url, kind="script")


def _without_viewer(link: Link) -> Link:
    """The link to the file itself where it leads to a page that shows it: ``viewer.html?file=...``."""
    parts = urlsplit(link.url)
    shown = _query(parts.query).get("file", [""])[0]
    if not (parts.path.endswith(".html") and _extension().search(shown)):
        return link
    return msgspec.structs.replace(link, url=resolve(link.url, shown) or link.url)


def _name_of(link: Link) -> str:
    """The name of the file that a link leads to; "" where it leads to none, or to one that is no part of a report."""
    names = [name for name in (link.title, link.text, *_names_in(link.url)) if name]
    label = squeezed("".join(names)).lower()
    if any(map(is_picture, names)):
        # Most pictures that a page links to are ornaments; nothing but its words tells one of a report.
        told = squeezed(link.title + link.text)
        is_file = any(word in told for word in words()["attachment"]["picture_labels"])
    else:
        is_file = any(_extension().search(name) for name in names) or any(
            part in link.url.lower() for part in words()["attachment"]["downloads"]
        )
    if not is_file or any(word in label for word in words()["attachment"]["others"]):
        return ""
    return next((name for name in names if _extension().search(name)), names[0] if names else "")


def _names_in(url: str) -> Iterator[str]:
    """What an address calls the file: the end of its path, or a parameter."""
    parts = urlsplit(url)
    query = _query(parts.query)
    for name in _NAMED_BY:
        yield from query.get(name, ())
    yield unquote(parts.path.rpartition("/")[2])


def _query(text: str) -> dict[str, list[str]]:
    """The parameters of an address, in UTF-8 or in GBK."""
    try:
        return parse_qs(text, errors="strict")
    except UnicodeDecodeError:
        return parse_qs(text, encoding="gb18030", errors="replace")


def _extension() -> re.Pattern[str]:
    """The end of the name of a file; its size may stand behind it."""
    return _ending("extensions")


@cache
def _ending(kind: str) -> re.Pattern[str]:
    extensions = "|".join(words()["attachment"][kind])
    return re.compile(rf"\.(?:{extensions})\s*(?:[(（\[][^()（）\[\]]{{0,20}}[)）\]])?\s*$", re.IGNORECASE)


@cache
def _call() -> re.Pattern[str]:
    extensions = "|".join(words()["attachment"]["extensions"])
    return re.compile(rf"\w\(\s*[\"']([^\"'\s]{{1,300}}\.(?:{extensions}))[\"']", re.IGNORECASE)


@cache
def _hint() -> re.Pattern[str]:
    """What stands somewhere in the markup of every page with an attachment."""
    extensions = "|".join((*words()["attachment"]["extensions"], *words()["attachment"]["pictures"]))
    downloads = "|".join(map(re.escape, words()["attachment"]["downloads"]))
    return re.compile(rf"\.(?:{extensions})\b|{downloads}", re.IGNORECASE)

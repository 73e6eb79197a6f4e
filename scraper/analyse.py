"""What the crawl needs to know of a page: is it a report, and where does it lead. Kept in the state, so that a page
that did not change is not read again."""

from hashlib import blake2b
from urllib.parse import urlsplit

import msgspec

from scraper.attachments import Attachment, find_attachments
from scraper.cms import FAMILIES, GENERIC, recognise, tells_of_others
from scraper.links import find_links
from scraper.model import Link, LinkKind, Page, Request
from scraper.pictures import find_pictures
from scraper.report_page import ReportPage, file_kind, find_report, text_digest
from scraper.words import (
    Says,
    is_report_title,
    leads_to_column,
    names_column,
    names_disclosure,
    squeezed,
    what_label_says,
)

# Raised whenever the analysis of the same bytes may come out differently; older ones in the state are then made anew.
VERSION = 3
_FINGERPRINT = 8
_CRUMBS = ("crumb", "location", "position", "weizhi", "dqwz", "bread", "place", "path", "local")
_MAX_CRUMBS = 300
# A page that links so many reports is a list of them, whatever it is called.
_REPORTS_OF_A_LIST = 3
_LONGEST_NAME = 15


class Found(msgspec.Struct, frozen=True, array_like=True):
    """A link with what it says. ``below`` is whether its path lies below the folder of the page."""

    url: str
    label: str
    says: Says
    kind: LinkKind = "anchor"
    guessed: bool = False
    below: bool = False


class Analysis(msgspec.Struct, frozen=True, array_like=True):
    """What one page or answer is.

    ``title`` and ``text_digest`` are those of a report, else empty; ``attachments`` are its files. ``file`` is the kind
    of file where the body is no page. ``has_links`` is whether the links were looked at: not on a report that a link
    promised. ``is_column`` tells a column of reports, ``links`` are those that may matter, ``more`` and ``lists`` what
    the module of the CMS family asks for next. ``fingerprints`` holds 8 bytes for each address on the page, where there
    is a next page to be compared with. ``digest`` is that of the bytes it was made from.
    """

    version: int = VERSION
    is_report: bool = False
    title: str = ""
    text_digest: str = ""
    file: str = ""
    attachments: tuple[Attachment, ...] = ()
    has_links: bool = False
    is_column: bool = False
    family: str = ""
    links: tuple[Found, ...] = ()
    more: tuple[Request, ...] = ()
    lists: tuple[Request, ...] = ()
    fingerprints: bytes = b""
    digest: str = ""

    def addresses(self) -> set[bytes]:
        """The fingerprints as a set."""
        return {self.fingerprints[at : at + _FINGERPRINT] for at in range(0, len(self.fingerprints), _FINGERPRINT)}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Analysis)


def encode_analysis(analysis: Analysis) -> bytes:
    """The bytes of an analysis for the state."""
    return _encoder.encode(analysis)


def decode_analysis(data: bytes) -> Analysis | None:
    """The analysis that the state holds, or None where there is none of this version."""
    try:
        analysis = _decoder.decode(data) if data else None
    except msgspec.MsgspecError:
        return None
    return analysis if analysis is not None and analysis.version == VERSION else None


def analyse(page: Page, asked: Request, label: str, cms: str = "auto") -> Analysis:
    """What a page is. ``asked`` is the request that brought it, ``label`` what the link to it said, ``cms`` the family
    that the sites file names for the site ("auto": recognised for each page)."""
    kind = file_kind(page.body)
    if kind:
        return Analysis(file=kind)
    report = None if asked.family else find_report(page, label)
    says_report = what_label_says(label) is Says.REPORT
    made = Analysis(attachments=(find_attachments(page) or find_pictures(page)) if report or says_report else ())
    if not report and says_report and made.attachments:
        # The page only says what it is; the report is in the file.
        report = ReportPage("", text_digest(page, label))
    if report:
        made = msgspec.structs.replace(made, is_report=True, title=report.title, text_digest=report.text_digest)
        if says_report and not tells_of_others(page.url):
            # What a report links to is the menu of its site: known already.
            return made
    return _with_links(made, page, asked, cms)


def _with_links(made: Analysis, page: Page, asked: Request, cms: str) -> Analysis:
    family = asked.family or (cms if cms in FAMILIES else recognise(page))
    listing = FAMILIES[family].read(page, asked)
    # The answer of an endpoint is a page with anchors only where the family's module finds no rows in it.
    is_page = not listing.rows and not page.text.lstrip().startswith(("{", "["))
    links = [*listing.rows, *(find_links(page) if is_page or not asked.family else ())]
    judged = [_judge(link, page.url) for link in links]
    named = names_column(page.url) or _is_named_column(page)
    is_column = named or sum(found.says is Says.REPORT for found in judged) >= _REPORTS_OF_A_LIST
    return msgspec.structs.replace(
        made,
        has_links=True,
        is_column=is_column,
        family=family if family != GENERIC else "",
        links=tuple(found for found in judged if _matters(found, is_column or bool(asked.family))),
        more=listing.more,
        lists=listing.lists,
        fingerprints=_fingerprints(links) if listing.more or asked.family else b"",
    )


def _judge(link: Link, page_url: str) -> Found:
    label = link.label
    says = what_label_says(label)
    if says in (Says.MORE, Says.YEAR) and link.near:
        above = what_label_says(link.near)
        says = above if says is Says.MORE and above in (Says.COLUMN, Says.DISCLOSURE) else says
    if says in (Says.OTHER, Says.MORE) and leads_to_column(link.url):
        says = Says.COLUMN
    elif says is Says.OTHER and names_disclosure(link.url):
        says = Says.DISCLOSURE
    return Found(link.url, label, says, link.kind, link.guessed, _is_below(link.url, page_url))


def _matters(found: Found, in_list: bool) -> bool:
    if found.kind in ("frame", "refresh"):
        return True
    if found.says is Says.OTHER:
        # A row of a list of reports may bear the name of an agency alone; one that tells a story is another thing.
        return in_list and found.below and len(found.label) <= _LONGEST_NAME
    return found.says is not Says.REJECTED


def _is_below(url: str, page_url: str) -> bool:
    """Whether an address lies below the folder of the page (and is not the page or its folder)."""
    one, other = urlsplit(url), urlsplit(page_url)
    folder = other.path.rsplit("/", 1)[0] + "/"
    return one.netloc == other.netloc and one.path.startswith(folder) and one.path not in (folder, other.path)


def _is_named_column(page: Page) -> bool:
    """Whether title, column name or breadcrumb of a page say that it is the column of reports."""
    if page.tree is None or "年" not in page.text or "报" not in page.text:
        return False
    for element in page.tree.iter("title", "meta"):
        text = element.text if element.tag == "title" else element.get("content")
        named = element.tag == "title" or element.get("name", "").lower() in ("columnname", "columndescription")
        if named and text and is_report_title(text):
            return True
    for element in page.tree.iter("div", "p", "ul", "ol", "span", "td"):
        place = f"{element.get('class', '')} {element.get('id', '')}".lower()
        if place != " " and any(word in place for word in _CRUMBS):
            text = squeezed("".join(element.itertext()))
            if len(text) <= _MAX_CRUMBS and is_report_title(text):
                return True
    return False


def _fingerprints(links: list[Link]) -> bytes:
    keys = {link.url for link in links}
    return b"".join(sorted(blake2b(key.encode("utf-8", "replace"), digest_size=_FINGERPRINT).digest() for key in keys))

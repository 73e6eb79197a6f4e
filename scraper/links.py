"""Every address that a page leads to, also those that are no plain links.

Sources: README.md 16.5 (onclick, window.open, data-href, redirect shells, frames) and 1 (rows printed by a script).
Nothing of a page is run: strings are taken out of scripts as they stand.
"""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from scraper.model import Link, LinkKind, Page, parse_html
from scraper.urls import resolve

_MAX_TEXT = 200
_MAX_LINKS = 5000
# How far above and before a bare link its heading is looked for.
_NEAR_LEVELS = 4
_NEAR_SIBLINGS = 3
_MAX_SCRIPT = 200_000
# A page that only leads to another one is tiny.
_SHELL = 3000
_SPACE = re.compile(r"\s+")
_QUOTED = re.compile(r"'([^'\\\n]{1,500})'|\"([^\"\\\n]{1,500})\"")
_PATH_LIKE = re.compile(
    r"(?:https?:)?//?[\w.~%-]|\.{1,2}/|[\w-]+/[\w./?=&%-]+$|[\w%-]+\.(?:s?html?|jsp|aspx?|php|pdf|docx?|xlsx?|wps)\b",
    re.IGNORECASE,
)
_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"\s>]{1,500})", re.IGNORECASE)
_MOVED = re.compile(
    r"location(?:\.href)?\s*(?:=|\.(?:replace|assign)\()\s*(?:'([^'\n]{1,500})'|\"([^\"\n]{1,500})\")", re.IGNORECASE
)
_WRITTEN = re.compile(r"document\.write(?:ln)?\s*\(", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ADDRESS_ATTRIBUTES = ("data-href", "data-url", "data-link", "onclick")
# What stands beside such a text is told by the heading above it.
_BARE = re.compile(
    r"(?:19|20)\d\d\s*年?(?:度|年报|年度报告)?|更多.{0,4}|more|查看.{0,4}|[+>》»\s]{0,4}|(?:19|20)\d\d年?.{0,2}",
    re.IGNORECASE,
)


def find_links(page: Page) -> list[Link]:
    """The links of a page in the order of the page, each address and label once."""
    return [] if page.tree is None else _collect(page.tree, page.url, len(page.body) < _SHELL)


def links_of_html(html: str, base: str) -> list[Link]:
    """As ``find_links`` for a fragment of HTML that came by another way; ``base`` is the address it stands under."""
    tree = parse_html(html)
    return [] if tree is None else _collect(tree, base, False)


def clean_text(text: str) -> str:
    """The text on one line, runs of white space as one blank."""
    return _SPACE.sub(" ", text.replace("\xa0", " ").replace("\u3000", " ")).strip()


def _collect(tree: etree._Element, url: str, is_shell: bool) -> list[Link]:
    base = _base_of(tree, url)
    found: dict[tuple[str, str], Link] = {}
    for link in _links_of_tree(tree, base, is_shell):
        found.setdefault((link.url, link.label), link)
        if len(found) >= _MAX_LINKS:
            break
    return list(found.values())


def _base_of(tree: etree._Element, url: str) -> str:
    for element in tree.iter("base"):
        href = element.get("href")
        return (resolve(url, href) if href else None) or url
    return url


def _links_of_tree(tree: etree._Element, base: str, is_shell: bool) -> Iterator[Link]:
    for element in tree.iter(etree.Element):
        tag = element.tag
        if tag in ("a", "area"):
            yield from _anchor(element, base)
        elif tag in ("iframe", "frame", "embed", "object"):
            yield from _frame(element, base)
        elif tag == "script":
            yield from _script(element.text or "", base, is_shell)
        elif tag == "meta":
            yield from _meta(element, base)
        elif element.attrib and any(name in element.attrib for name in _ADDRESS_ATTRIBUTES):
            yield from _scripted(element, base, "script")


def _anchor(element: etree._Element, base: str) -> Iterator[Link]:
    href = element.get("href", "")
    if href and not href.startswith("#") and href.lstrip()[:11].lower() != "javascript:":
        url = resolve(base, href)
        if url:
            yield _link(element, url, "anchor")
            return
    yield from _scripted(element, base, "script", href)


def _scripted(element: etree._Element, base: str, kind: LinkKind, href: str = "") -> Iterator[Link]:
    """The first quoted string of a script attribute that looks like a path, or a data attribute that is one."""
    for value in (*(element.get(name) for name in _ADDRESS_ATTRIBUTES), href):
        target = _target_of(value) if value else None
        url = resolve(base, target) if target else None
        if url:
            yield _link(element, url, kind)
            return


def _target_of(value: str) -> str | None:
    if len(value) > _MAX_SCRIPT:
        return None
    if "'" not in value and '"' not in value:
        return value.strip() if _PATH_LIKE.match(value.strip()) and "(" not in value else None
    for match in _QUOTED.finditer(value):
        text = (match[1] or match[2] or "").strip()
        if _PATH_LIKE.match(text):
            return text
    return None


def _frame(element: etree._Element, base: str) -> Iterator[Link]:
    source = element.get("src") or element.get("data") or ""
    url = (
        resolve(base, source) if source and not source.lower().startswith(("javascript:", "about:", "data:")) else None
    )
    if not url:
        return
    # A viewer shows the file that its address names.
    shown = parse_qs(urlsplit(url).query).get("file")
    target = resolve(url, shown[0]) if shown else url
    if target:
        yield _link(element, target, "frame")


def _meta(element: etree._Element, base: str) -> Iterator[Link]:
    if element.get("http-equiv", "").lower() == "refresh":
        match = _REFRESH.search(element.get("content", ""))
        url = resolve(base, match[1]) if match else None
        if url:
            yield Link(url, kind="refresh")


def _script(text: str, base: str, is_shell: bool) -> Iterator[Link]:
    if len(text) > _MAX_SCRIPT:
        return
    if is_shell:
        for match in _MOVED.finditer(text):
            url = resolve(base, match[1] or match[2])
            if url:
                yield Link(url, kind="refresh")
    if "<a" in text and _WRITTEN.search(text):
        yield from links_of_html(_written(text), base)


def _written(script: str) -> str:
    """The HTML that a script prints: its string literals, joined."""
    literals = re.findall(r"'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"", script)
    return "".join(_unescaped(one or two) for one, two in literals)


def _unescaped(literal: str) -> str:
    def replaced(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else {"n": "\n", "t": "\t", "r": ""}.get(match[3], match[3])

    return _ESCAPE.sub(replaced, literal) if "\\" in literal else literal


def _link(element: etree._Element, url: str, kind: LinkKind) -> Link:
    text = (
        clean_text("".join(element.itertext()))[:_MAX_TEXT]
        if len(element)
        else clean_text(element.text or "")[:_MAX_TEXT]
    )
    title = clean_text(element.get("title", "") or element.get("alt", ""))[:_MAX_TEXT]
    if not text and not title:
        title = next((clean_text(image.get("alt", ""))[:_MAX_TEXT] for image in element.iter("img")), "")
    near = _near(element) if text and _BARE.fullmatch(text) else ""
    return Link(url, text, title, near=near, kind=kind)


def _near(element: etree._Element) -> str:
    """The words in front of a link that says nothing itself: a heading or a label beside it or above its block."""
    block: etree._Element | None = element
    for _ in range(_NEAR_LEVELS):
        if block is None or block.tag in ("body", "html"):
            break
        for sibling in islice(block.itersiblings(preceding=True), _NEAR_SIBLINGS):
            text = "" if sibling.tag in ("script", "style") else clean_text("".join(sibling.itertext()))[:_MAX_TEXT]
            if text and not _BARE.fullmatch(text):
                return text
        block = block.getparent()
    return ""

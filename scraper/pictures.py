"""Tables of a report that are pictures in its page (README.md 16.6): headings with nothing but images between them."""

from lxml import etree

from scraper.attachments import MAX_ATTACHMENTS, Attachment, file_name, is_picture
from scraper.model import Page
from scraper.urls import resolve
from scraper.words import squeezed, words

# Where the address is of a picture that is shown only when a reader comes near.
_SOURCES = ("data-src", "data-original", "src")


def find_pictures(page: Page) -> tuple[Attachment, ...]:
    """The pictures that stand where the tables of a report belong, in the order of the page, each once.

    None where the page has a label of the tables in its text, or more pictures than tables need.
    """
    if page.tree is None or "<img" not in page.text.lower():
        return ()
    text, pictures = _text_and_pictures(page.tree)
    if any(label in text for label in words()["parts"]["labels"]):
        return ()
    lists = words()["pictured"]
    first = min((text.index(name) for name in lists["after"] if name in text), default=len(text))
    last = max((text.rfind(name) for name in lists["before"]), default=-1)
    urls = [resolve(page.url, source) for place, source in pictures if first < place <= last]
    found = {url: Attachment(url, file_name(url)) for url in urls if url and is_picture(file_name(url))}
    return tuple(found.values()) if len(found) <= MAX_ATTACHMENTS else ()


def _text_and_pictures(tree: etree._Element) -> tuple[str, list[tuple[int, str]]]:
    """The text of a page without white space, and where in it which pictures stand."""
    pieces: list[str] = []
    pictures: list[tuple[int, str]] = []
    length = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start" and element.tag == "img":
            source = next((element.get(name) for name in _SOURCES if element.get(name)), None)
            pictures += [(length, source)] if source else []
        piece = squeezed((element.text if event == "start" else element.tail) or "")
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces), pictures

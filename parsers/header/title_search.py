"""Where the title of a page stands: in its head, on one line or on several, in its metadata, in the navigation."""

import re
from collections.abc import Iterator

import msgspec

from parsers.agencies import complete_place, is_agency
from parsers.header.dates import YEAR, is_dateline, read_year_line
from parsers.header.labels import read_label
from parsers.header.metadata import titles_of
from parsers.header.page import NEAR, OPENING, Page
from parsers.header.titles import (
    MAX_TITLE,
    Title,
    first_part,
    is_rejected,
    read_page_title,
    read_running_titles,
    read_title,
)
from parsers.header.words import load_words
from parsers.text import compact

_FRONT_WITHOUT_TITLE, _BELOW_TITLE = 60, 15
_MAX_GRIDS = 3
_MAX_TITLE_LINE = 60
_MAX_TITLE_LINES = 4
_MAX_HEADLINE = 24
_NO_TITLE = re.compile(r"[:：。;；>|]")
_YEAR_AT_END = re.compile(rf"{YEAR}$")

# Ranks of sources: of titles that tell equally much, that of the lowest rank is taken.
_CONFIRMED, _NEAR_TEXT, _META, _LABEL, _PAGE_TITLE, _FAR = range(6)


class FoundTitle(msgspec.Struct, frozen=True, gc=False):
    """A title, and by its rank where it was found."""

    title: Title
    rank: int

    @property
    def is_head(self) -> bool:
        """Whether the page's own head or metadata announce it."""
        return self.rank in (_META, _LABEL, _PAGE_TITLE)


def cut_below_title(page: Page) -> Page:
    """A page without headings, cut a few lines below its first title: what follows is text."""
    ends = load_words().title.last_characters
    titled = (n for n, line in enumerate(page.lines) if line and line[-1] in ends and _join_title(page, n, set()))
    stop = next(titled, _FRONT_WITHOUT_TITLE) + _BELOW_TITLE
    return msgspec.structs.replace(
        page, lines=page.lines[:stop], levels=page.levels[:stop], grids=page.grids[:_MAX_GRIDS]
    )


def find_titles(page: Page, fields: dict[str, str]) -> list[FoundTitle]:
    """All titles of the page, the best first: the more it tells, then what is printed near the text.

    ``fields`` are the labels of the page and their values. A page whose title is its place or agency alone has that
    title where its first sentences announce an annual report.
    """
    head = list(_head_titles(page, fields))
    known = {found.title.printed for found in head}
    near, far = _printed_titles(page, known)
    if _is_refused(page):
        near = [title for title in near if title.facts]
    # What is printed and announced in the head of the page alike comes before what only happens to stand near.
    printed = [FoundTitle(title, _CONFIRMED if title.printed in known else _NEAR_TEXT) for title in near]
    found = printed + head or [FoundTitle(title, _FAR) for title in far if title.facts]
    return sorted(found, key=lambda item: (-item.title.facts, item.rank)) or _headline_as_title(page, fields)


def find_headline(page: Page, fields: dict[str, str]) -> str | None:
    """The place or agency that stands alone where the title belongs, or None."""
    headings = [line for line, level in zip(page.lines, page.levels, strict=True) if line and level][-3:]
    if not page.is_open:
        headings += [line for line in page.last_lines()[:2] if not is_dateline(line)][:1]
    words = load_words()
    for text in (page.meta(words.metas.title), *titles_of(fields), *reversed(headings)):
        plain = compact(text)
        if 1 < len(plain) <= _MAX_HEADLINE and is_agency(plain) and not plain.startswith(words.title.no_leads):
            return plain
    return None


def _headline_as_title(page: Page, fields: dict[str, str]) -> list[FoundTitle]:
    headline = find_headline(page, fields)
    if headline is None or _is_refused(page) or not load_words().patterns.announced.search(page.start, 0, OPENING):
        return []
    return [FoundTitle(Title(headline, complete_place(headline), None), _CONFIRMED)]


def _is_refused(page: Page) -> bool:
    """Whether the page calls itself something that is no annual report."""
    names = [page.meta(load_words().metas.title)]
    if is_rejected(page.title):
        names.append(first_part(page.title))
    return any(is_rejected(name) and read_title(name) is None for name in names)


def _head_titles(page: Page, fields: dict[str, str]) -> Iterator[FoundTitle]:
    if title := read_title(page.meta(load_words().metas.title)):
        yield FoundTitle(title, _META)
    yield from (FoundTitle(title, _LABEL) for value in titles_of(fields) if (title := read_title(value)))
    if page.title and (title := read_page_title(page.title)):
        yield FoundTitle(title, _PAGE_TITLE)


def _printed_titles(page: Page, known: set[str]) -> tuple[list[Title], list[Title]]:
    """The titles among the lines, nearest to the text first: those near it and those among the navigation."""
    near: list[Title] = []
    far: list[Title] = []
    words = load_words().title
    count = len(page.lines)
    for n in range(count) if page.is_open else range(count - 1, -1, -1):
        line = page.lines[n]
        if not line or line[-1] not in words.last_characters or len(line) > MAX_TITLE:
            continue
        if line[-1] in words.weak_ends and words.report_sign not in line:
            continue
        title = _join_title(page, n, known)
        if title is not None:
            (near if page.is_open or count - n <= NEAR else far).append(title)
    return near or [title for line in page.last_lines() for title in read_running_titles(line)], far


# ---------------------------------------------------------------- titles over several lines


def _join_title(page: Page, last: int, known: set[str]) -> Title | None:
    """The title that ends on a line: with the lines before it that it needs, or that name its agency and year."""
    best: Title | None = None
    text = ""
    sign = load_words().title.joined_sign
    for n in range(last, max(-1, last - _MAX_TITLE_LINES), -1):
        line = page.lines[n]
        if not line or page.levels[n] != page.levels[last] or (n < last and not _is_title_line(line)):
            break
        text = line + text
        title = read_title(text) if sign in text else None
        if best is not None and (title is None or title.facts <= best.facts or not _may_lead(line)):
            break
        best = title or best
        if best is not None and (best.facts == 2 or best.printed in known):
            break
    return _add_year_below(best, page, last) if best is not None and best.year is None else best


def _is_title_line(line: str) -> bool:
    return len(line) <= _MAX_TITLE_LINE and _NO_TITLE.search(line) is None


def _may_lead(line: str) -> bool:
    """Whether a line may open a title that goes on below: it ends as an agency or a year does."""
    words = load_words().title
    plain = compact(line)
    if plain.startswith(words.no_leads) or read_label(line) is not None:
        return False
    stem = next((plain.removesuffix(end) for end in words.lead_ends if plain.endswith(end)), plain)
    return is_agency(plain) or _YEAR_AT_END.search(stem) is not None


def _add_year_below(title: Title, page: Page, last: int) -> Title:
    """The title with the year that stands alone on the line below it, maybe in brackets."""
    below = page.lines[last + 1] if last + 1 < len(page.lines) else None
    return msgspec.structs.replace(title, year=read_year_line(below))

"""Pages in traditional characters: read in simplified ones, handed out as printed."""

from collections.abc import Callable

import msgspec

from parsers.documents.model import Grid
from parsers.header.page import MAX_LINE, Page
from parsers.header.titles import blankless
from parsers.header.words import load_words
from parsers.text import simplify, strip_pinyin


def simplify_page(page: Page) -> Page | None:
    """The page in simplified characters and without pinyin, or None where it is in simplified ones already."""
    printed = "\n".join(filter(None, (page.start, page.title, *page.metas.values(), *page.lines)))
    if load_words().text.traditional not in printed:
        return None
    return Page(
        title=_plain(page.title),
        metas={name: _plain(text) for name, text in page.metas.items()},
        lines=[line and _plain(line) for line in page.lines],
        levels=page.levels,
        grids=[_plain_grid(grid) for grid in page.grids],
        is_open=page.is_open,
        start=_plain(page.start),
        end=_plain(page.end),
        url=page.url,
    )


def _plain(text: str) -> str:
    return simplify(strip_pinyin(text))


def _plain_grid(grid: Grid) -> Grid:
    cells = {
        id(cell): msgspec.structs.replace(cell, text=_plain(cell.text[:MAX_LINE])) for row in grid.rows for cell in row
    }
    return Grid([[cells[id(cell)] for cell in row] for row in grid.rows], grid.aligned, grid.line)


def make_restorer(page: Page) -> Callable[[str | None], str | None]:
    """A function that gives a value of the simplified page in the characters of this page, where it is printed so."""
    texts = [page.title, *page.metas.values(), *filter(None, page.lines)]
    texts += [cell.text[:MAX_LINE] for grid in page.grids for row in grid.rows for cell in row]
    printed = blankless("".join(strip_pinyin(text) for text in texts))
    plain = simplify(printed)

    def restore(value: str | None) -> str | None:
        if not value or len(plain) != len(printed):
            return value
        wanted = blankless(value)
        place = plain.find(wanted)
        return printed[place : place + len(wanted)] if place >= 0 else value

    return restore

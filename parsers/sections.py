"""The sections of a report, found by the text of their headings; and where the article ends on its page."""

import re
import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from parsers.documents.model import Document, Paragraph
from parsers.headings import Heading, find_heading
from parsers.records import Section

# Shorter lines may be page furniture; longer ones are sentences.
_MAX_FURNITURE = 60


class Outline(msgspec.Struct):
    """The main headings as (place of the block, heading), and the place after the last block of the article."""

    headings: list[tuple[int, Heading]]
    end: int


@cache
def _furniture() -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = tomllib.loads(files("parsers").joinpath("data", "headings.toml").read_text("utf-8"))["furniture"]
    return re.compile("|".join(data["ends"])), re.compile("|".join(data["drops"]))


def find_outline(document: Document, first_table: int | None) -> Outline:
    """The main headings of a document; a heading counts by its words, its numeral only settles what is doubtful."""
    candidates = [
        (place, heading)
        for place, block in enumerate(document.blocks)
        if isinstance(block, Paragraph) and (heading := find_heading(block.text)) is not None
    ]
    headings = _choose_main(candidates, document)
    anchors = [place for place, _ in headings] + ([first_table] if first_table is not None else [])
    return Outline(headings, _find_end(document, anchors))


def _choose_main(candidates: list[tuple[int, Heading]], document: Document) -> list[tuple[int, Heading]]:
    """Headings with a main numeral, or official words without one; those in brackets only where no other is."""
    main = [item for item in candidates if item[1].numbered or (item[1].exact and not _is_bracketed(document, item[0]))]
    if len({heading.section for _, heading in main}) < 2:
        bracketed = [item for item in candidates if item[1].exact]
        main = bracketed if len({heading.section for _, heading in bracketed}) >= 3 else main
    exact = {heading.section for _, heading in main if heading.exact}
    # An inner list may use words that resemble a heading; where the official words stand too, they are the heading.
    return [item for item in main if item[1].exact or item[1].section not in exact]


def _is_bracketed(document: Document, place: int) -> bool:
    block = document.blocks[place]
    return isinstance(block, Paragraph) and block.text.lstrip(" #*")[:1] in ("(", "（")


def _find_end(document: Document, anchors: list[int]) -> int:
    """The place after the article: where the page leaves the container that holds the headings and tables."""
    blocks = document.blocks
    if not anchors:
        return len(blocks)
    first, last = min(anchors), max(anchors)
    floor = min((block.depth for block in blocks[first + 1 : last + 1]), default=blocks[last].depth)
    end_pattern, _ = _furniture()
    for place in range(last + 1, len(blocks)):
        block = blocks[place]
        if block.depth < floor:
            return place
        if isinstance(block, Paragraph) and len(block.text) <= _MAX_FURNITURE and end_pattern.search(block.text):
            return place
    return len(blocks)


def make_sections(report_id: str, document: Document, outline: Outline) -> list[Section]:
    """The sections with their running text (tables left out), one line a paragraph; ``body`` where none is headed."""
    if not outline.headings:
        text = _join(document, 0, outline.end)
        return [Section(report_id, "body", "", text, 0)] if text else []
    ends = [place for place, _ in outline.headings[1:]] + [outline.end]
    sections: list[Section] = []
    for position, ((place, heading), end) in enumerate(zip(outline.headings, ends, strict=True)):
        block = document.blocks[place]
        title = block.text if isinstance(block, Paragraph) else ""
        sections.append(Section(report_id, heading.section, title, _join(document, place + 1, end), position))
    return sections


def _join(document: Document, start: int, end: int) -> str:
    _, drop = _furniture()
    return "\n".join(
        block.text
        for block in document.blocks[start:end]
        if isinstance(block, Paragraph) and not (len(block.text) <= _MAX_FURNITURE and drop.fullmatch(block.text))
    )

"""The header of a report: title, agency, year, publisher, numbers and date, in the order of trust of their sources.

What stands before the first section heading holds the title and the metadata, in any of eight layouts; the page's own
<title> and <meta> tags and the first sentences of the text fill what is missing. Where sources disagree, the more
trusted one is taken and a note says so. What no source states is None. Words are data (``data/header.toml``).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, lru_cache
from urllib.parse import parse_qs, urlsplit

import msgspec

from parsers.agencies import (
    any_of,
    complete_place,
    find_agency_type,
    find_legal_name,
    find_level,
    is_agency,
    is_branch,
    is_short,
    load_words,
    place_end,
    place_of_short,
    same_work,
    strip_unit,
)
from parsers.divisions import division_name, find_places, host_code, index_code, is_within, read_place
from parsers.documents.model import Document, Grid, Paragraph
from parsers.text import compact, simplify, squeeze

# So many blocks in front of the first heading may hold the title; what stands before is navigation.
_FRONT = 120
# Without a heading the title is looked for from the start.
_FRONT_WITHOUT_HEADING = 600
_NEAR = 40
_MAX_LINE = 500
_MAX_TITLE = 100
_MAX_TITLE_LINE = 60
_MAX_TITLE_LINES = 4
_MAX_LABEL = 16
_MAX_GRID_ROWS = 30
_MAX_VALUE = 80
_TEXT_START, _TEXT_END = 3000, 160
_FIRST_YEAR, _LAST_YEAR = 2003, 2049

_DIGITS = dict(zip("零〇○◯0一二三四五六七八九", "00000123456789", strict=True))
_NUMERAL = "零〇○◯0一二三四五六七八九"
_YEAR = rf"(?:20[0-4]\d|二[零〇○◯0][{_NUMERAL}]{{2}})(?!\d)(?:年度?)?"
_YEAR_FOUND = re.compile(_YEAR)
_DATE = re.compile(
    r"(?<!\d)(20[0-4]\d)\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})(?!\d)"
    rf"|(二[零〇○◯0][{_NUMERAL}]{{2}})\s?年\s?([一二三四五六七八九十]{{1,2}})\s?月\s?([一二三四五六七八九十廿卅]{{1,3}})\s?日"
)
_COMPACT_DATE = re.compile(r"(20[0-4]\d)(\d\d)(\d\d)(?:\d{6})?")
_DATELINE = re.compile(r"[(（]?\s?(?:20[0-4]\d|二[零〇○◯0]).{4,14}日?\s?[)）]?(?:\s\d{1,2}:\d\d(?::\d\d)?)?")
# Signs of the year, month and day get lost in some fonts: 自202311日至20231231日.
_PERIOD = re.compile(
    r"(20[0-4]\d)\s?年?\s?(\d{1,2})\s?月?\s?(\d{1,2})\s?日?\s?(?:起|开始)?\s?"
    r"(?:至|到|截至|截止到?|[-—－–~～]{1,3})\s?(?:(20[0-4]\d)\s?年?)?\s?(\d{1,2})\s?月?\s?(\d{1,2})\s?日"
)
_OPEN_PERIOD = re.compile(r"自?\s?(20[0-4]\d)\s?年\s?(?:\d{1,2}\s?月\s?\d{1,2}\s?日.{0,12}起|1\s?[-—－–~～至]\s?12\s?月)")
_INDEX = re.compile(r"(?=[^\d]*\d)[A-Za-z0-9-]{0,30}/?\d{4,7}-?\d{1,12}|[A-Za-z0-9]{1,12}(?:-\d{1,8}){2,6}")
_DOCUMENT_NUMBER = re.compile(r"[一-鿿]{1,14}\s?[〔\[［(（【]\s?20\d\d\s?[〕\]］)）】]\s?第?\d{1,5}\s?号")
_CONTACT = re.compile(r"(?:与|向|和|同|联系|致电)[:：]?\s?([\w·、]{2,40}?(?:[(（]\w{2,20}[)）])?)\s?(?:进行|取得)?(?:联系|[,，。;；(（]|$)")
_MADE_BY = re.compile(r"由\s?([\w·]{2,40}?)\s?(?:负责)?(?:编制|编写|根据|按照|依据|按|汇总)")
_BULLETS = " \t•·●▪■◆◇※*-—○>"
_BREADCRUMB = re.compile(r"\s?(?:>+|＞|»|›|→|/|\\|-{1,2}|—)\s?|[:：]")
_PINYIN = re.compile(r"\([a-zà-ɏ]{1,8}\)")
_PARTS = re.compile(r"[_|｜>»]|\s?[-—–]{1,2}\s?")


class Header(msgspec.Struct, frozen=True):
    """What the header says; unknown is None. ``is_titled``: a title of an annual disclosure report was found."""

    title: str | None = None
    agency: str | None = None
    publisher: str | None = None
    year: int | None = None
    index_number: str | None = None
    document_number: str | None = None
    published: str | None = None
    agency_type: str | None = None
    division_code: str | None = None
    province: str | None = None
    city: str | None = None
    county: str | None = None
    level: str | None = None
    notes: tuple[str, ...] = ()
    is_titled: bool = False


class Title(msgspec.Struct, frozen=True, gc=False):
    """A title of an annual report: as printed without blanks, and the agency and year it names."""

    printed: str
    agency: str | None
    year: int | None

    @property
    def facts(self) -> int:
        """How much it tells: 0 to 2."""
        return (self.agency is not None) + (self.year is not None)


class _Front(msgspec.Struct):
    """The lines and grids in front of the text; a None among the lines is a grid, over which no title is joined."""

    lines: list[str | None]
    levels: list[int]
    grids: list[Grid]
    open_end: bool


def read_header(document: Document, body_start: int, body_text: str, url: str | None) -> Header:
    """Read the header of a report.

    ``document.blocks[:body_start]`` stand before the first section heading; ``body_text`` is the text behind it, of
    which only the start and the end are looked at; ``url`` is where the page came from.
    """
    start, end = body_text[:_TEXT_START], body_text[-_TEXT_END:]
    front = _collect_front(document, body_start)
    plain = _simplified(document, front, start, end)
    if plain is not None:
        return _print_as_found(_read(*plain, url), document, front)
    return _read(document, front, start, end, url)


def _read(document: Document, front: _Front, start: str, end: str, url: str | None) -> Header:
    fields = _read_fields(front)
    titles = _find_titles(document, front, fields)
    title = titles[0] if titles else None
    notes: list[str] = []
    index_number = _field(fields, "index_number", _is_index)
    published = _read_published(document, front, fields, end)
    year = _decide_year(titles, document, front, start, published, url, notes)
    context = index_code(index_number) or host_code(url)[0]
    agency = _decide_agency(title, document, front, fields, (start, end), context, year, notes)
    code = _decide_division(agency, index_code(index_number), url, year, notes)
    places = find_places(code, year)
    return Header(
        title=title.printed if title else None,
        agency=agency,
        publisher=_field(fields, "publisher", _is_name),
        year=year,
        index_number=index_number,
        document_number=_read_document_number(front, fields),
        published=published,
        agency_type=find_agency_type(agency),
        division_code=code,
        province=places.province,
        city=places.city,
        county=places.county,
        level=find_level(agency, code, year),
        notes=tuple(notes),
        is_titled=title is not None,
    )


# ---------------------------------------------------------------- the front of the document


def _collect_front(document: Document, body_start: int) -> _Front:
    """The lines near the first heading, or the first lines where there is no heading."""
    blocks = document.blocks
    open_end = body_start >= len(blocks)
    chosen = blocks[:_FRONT_WITHOUT_HEADING] if open_end else blocks[max(0, body_start - _FRONT) : body_start]
    front = _Front([], [], [], open_end)
    for block in chosen:
        if type(block) is Paragraph:
            front.lines.append(block.text if len(block.text) <= _MAX_LINE else block.text[:_MAX_LINE])
            front.levels.append(block.level)
        elif isinstance(block, Grid) and len(block.rows) <= _MAX_GRID_ROWS:
            front.grids.append(block)
            _add_single_cells(front, block)
    return front


def _add_single_cells(front: _Front, grid: Grid) -> None:
    """A row with one filled cell is a line as well: a title in a layout table."""
    for row in grid.rows:
        texts = {id(cell): cell.text for cell in row if cell.text}
        text = next(iter(texts.values())) if len(texts) == 1 else None
        front.lines.append(squeeze(text[:_MAX_LINE]) if text else None)
        front.levels.append(0)


def _simplified(document: Document, front: _Front, start: str, end: str) -> tuple[Document, _Front, str, str] | None:
    """The same in simplified characters and without pinyin, or None where the page is in simplified ones already."""
    sample = "\n".join(filter(None, (document.page_title, *document.metas.values(), *front.lines)))
    if "公開" not in sample and "公開" not in start:
        return None
    head = Document(
        [], "", page_title=_plain(document.page_title), metas={key: _plain(text) for key, text in document.metas.items()}
    )
    lines = [line and _plain(line) for line in front.lines]
    grids = [_plain_grid(grid) for grid in front.grids]
    return head, _Front(lines, front.levels, grids, front.open_end), _plain(start), _plain(end)


def _plain(text: str) -> str:
    return simplify(_PINYIN.sub("", text) if "(" in text else text)


def _plain_grid(grid: Grid) -> Grid:
    cells = {id(cell): msgspec.structs.replace(cell, text=_plain(cell.text)) for row in grid.rows for cell in row}
    return Grid([[cells[id(cell)] for cell in row] for row in grid.rows], grid.aligned, grid.line)


def _print_as_found(header: Header, document: Document, front: _Front) -> Header:
    """The header with title, agency and publisher in the characters of the page."""
    texts = [document.page_title, *document.metas.values(), *filter(None, front.lines)]
    texts += [cell.text for grid in front.grids for row in grid.rows for cell in row]
    printed = _blankless("".join(_PINYIN.sub("", text) for text in texts))
    plain = simplify(printed)
    if len(plain) != len(printed):
        return header

    def restore(value: str | None) -> str | None:
        place = plain.find(_blankless(value)) if value else -1
        return printed[place : place + len(_blankless(value))] if value and place >= 0 else value

    title, agency, publisher = map(restore, (header.title, header.agency, header.publisher))
    return msgspec.structs.replace(header, title=title, agency=agency, publisher=publisher)


# ---------------------------------------------------------------- metadata


@cache
def _labels() -> dict[str, str]:
    return {label: field for field, labels in load_words()["labels"].items() if field != "weak" for label in labels}


@cache
def _weak_labels() -> frozenset[str]:
    return frozenset(load_words()["labels"]["weak"])


@cache
def _label_pattern() -> re.Pattern[str]:
    spelled = (r"\s{0,8}".join(map(re.escape, label)) for label in sorted(_labels(), key=len, reverse=True))
    return re.compile(rf"({'|'.join(spelled)})\s{{0,4}}[:：]|(?<!\S)([一-鿿](?:\s{{0,4}}[一-鿿/]){{0,5}})\s{{0,4}}[:：]")


@lru_cache(maxsize=8192)
def _label_of(text: str) -> str | None:
    """The label a text is and nothing else, or None. Any short text that ends in a colon is one."""
    if len(text) > _MAX_LABEL * 2:
        return None
    plain = compact(text).lstrip(_BULLETS)
    name = plain.rstrip(":")
    if name in _labels():
        return name
    return name if plain.endswith(":") and 1 < len(name) <= 6 and not name.isascii() else None


def _read_fields(front: _Front) -> dict[str, str]:
    """Labels and their values, as printed; of a label that stands twice, the first with a value counts."""
    fields: dict[str, str] = {}
    for grid in front.grids:
        for label, value in _read_grid(grid):
            _add(fields, label, value)
    for label, value in _read_lines(front.lines):
        _add(fields, label, value)
    return fields


def _add(fields: dict[str, str], label: str, value: str) -> None:
    value = value.strip(" \t\r\n\xa0\u3000|:：•").strip()
    if value and label not in fields and len(value) <= _MAX_VALUE * 2 and _label_of(value) is None:
        fields[label] = value


def _read_grid(grid: Grid) -> Iterator[tuple[str, str]]:
    rows = [[cell.text for c, cell in enumerate(row) if cell.column == c and cell.row == r] for r, row in enumerate(grid.rows)]
    for r, row in enumerate(rows):
        filled = [text for text in row if text]
        if len(filled) > 1 and r + 1 < len(rows) and all(map(_label_of, filled)):
            values = [text for text in rows[r + 1] if text]
            if values and not any(map(_label_of, values)) and not any(map(_has_label, values)):
                yield from _pair_rows(row, rows[r + 1])
                continue
        yield from _read_row(row)


def _pair_rows(labels: list[str], values: list[str]) -> Iterator[tuple[str, str]]:
    """A row of labels over a row of values; where values are missing, only those are placed that tell their label."""
    if len([text for text in labels if text]) == len([text for text in values if text]):
        labels, values = [text for text in labels if text], [text for text in values if text]
        yield from ((label, value) for text, value in zip(labels, values, strict=True) if (label := _label_of(text)))
        return
    names = [label for text in labels if (label := _label_of(text))]
    for value in values:
        fits = [name for name in names if _fits(_labels().get(name, ""), value)]
        if len(fits) == 1:
            yield fits[0], value


def _read_row(row: list[str]) -> Iterator[tuple[str, str]]:
    """The pairs of one row: label and value side by side, or in one cell. A label is never a value."""
    waiting: str | None = None
    for text in row:
        label = _label_of(text)
        if label is not None:
            waiting = label
        elif waiting is not None:
            yield waiting, text
            waiting = None
        elif ":" in text or "：" in text:
            yield from _split_labels(squeeze(text[:_MAX_LINE]))


def _has_label(text: str) -> bool:
    return (":" in text or "：" in text) and any(True for _ in _split_labels(text[:_MAX_LINE]))


def _split_labels(line: str) -> Iterator[tuple[str, str]]:
    """The labels with colons in a running line, each with the text up to the next label."""
    matches = list(_label_pattern().finditer(line))
    for n, match in enumerate(matches):
        stop = matches[n + 1].start() if n + 1 < len(matches) else len(line)
        yield compact(match[1] or match[2]), line[match.end() : stop]


def _read_lines(lines: list[str | None]) -> Iterator[tuple[str, str]]:
    """The pairs of lines: in one line, or a label and its value on the next line where that fits the label."""
    waiting: str | None = None
    for line in lines:
        if not line:
            waiting = None
            continue
        label = _label_of(line) if len(line) <= _MAX_LABEL else None
        if label is not None:
            waiting = None if label in _weak_labels() and line[-1] not in ":：" else label
            continue
        if ":" in line or "：" in line:
            waiting = yield from _read_running(squeeze(line), waiting)
        elif waiting is not None:
            if _fits(_labels().get(waiting, ""), line):
                yield waiting, line
            waiting = None


def _read_running(line: str, waiting: str | None) -> Iterator[tuple[str, str]]:
    """The pairs of a line with colons; returns the label at its end that has no value yet."""
    pairs = list(_split_labels(line))
    if not pairs:
        if waiting is not None and _fits(_labels().get(waiting, ""), line):
            yield waiting, line
        return None
    yield from pairs
    return pairs[-1][0] if not pairs[-1][1].strip() else None


def _fits(field: str, value: str) -> bool:
    """Whether a value that is not beside its label may belong to it."""
    if field == "index_number":
        return _is_index(value)
    if field in ("written", "issued", "dated"):
        return read_date(value) is not None and len(value) < 40
    if field in ("publisher", "source"):
        return is_agency(compact(value)) and read_title(value) is None
    if field == "document_number":
        return _DOCUMENT_NUMBER.fullmatch(value.strip()) is not None
    return field == "title" and read_title(value) is not None


def _is_index(value: str) -> bool:
    return _INDEX.fullmatch(value.strip()) is not None


def _is_name(value: str) -> bool:
    return not _is_empty(value) and 1 < len(value) <= _MAX_VALUE


def _field(fields: dict[str, str], name: str, accept: object = None) -> str | None:
    """The value of the first label of a field that has one."""
    for label in load_words()["labels"][name]:
        value = fields.get(label)
        if value is not None and not _is_empty(value) and len(value) <= _MAX_VALUE:
            return value
    return None


def _is_empty(value: str) -> bool:
    return compact(value) in _empty_values()


@cache
def _empty_values() -> frozenset[str]:
    return frozenset(compact(value) for value in load_words()["values"]["empty"])

"""The header of a report: title, agency, year, publisher, numbers and date, in the order of trust of their sources.

What stands before the first section heading holds the title and the metadata, in any of eight layouts; the page's own
<title> and <meta> tags and the first sentences of the text fill what is missing. Where sources disagree, the more
trusted one is taken and a note says so. What no source states is None. Words are data (``data/header.toml``).
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
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
    is_complete,
    is_partly_known,
    load_words,
    own_name,
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
_FRONT_WITHOUT_TITLE, _BELOW_TITLE = 60, 15
_MAX_GRIDS = 3
_NEAR = 40
# A date on a line of its own is that of the report only right above its text.
_NEAR_DATE = 12
_MAX_LINE = 500
_MAX_TITLE = 100
_MAX_TITLE_LINE = 60
_MAX_TITLE_LINES = 4
_MAX_LABEL = 16
_MAX_GRID_ROWS = 30
_MAX_VALUE = 80
_MAX_DATELINE, _MAX_SIGNATURE = 32, 6
_TEXT_START, _TEXT_END = 3000, 160
_OPENING = 800
_FIRST_YEAR, _LAST_YEAR = 2003, 2049

_DIGITS = dict(zip("零〇○◯0一二三四五六七八九", "00000123456789", strict=True))
_NUMERAL = "零〇○◯0一二三四五六七八九"
_YEAR = rf"(?:20[0-4]\d|二[零〇○◯0][{_NUMERAL}]{{2}})(?!\d)(?:年度?)?"
# The year of a document number (〔2021〕30号) is none of these.
_YEAR_IN_TEXT = re.compile(rf"(?<![〔\[(]){_YEAR}(?<=[年度])")
_YEAR_FOUND = re.compile(_YEAR)
_DATE = re.compile(
    r"(?<!\d)(20[0-4]\d)\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})(?!\d)"
    rf"|(二[零〇○◯0][{_NUMERAL}]{{2}})\s?年\s?([一二三四五六七八九十]{{1,2}})\s?月\s?([一二三四五六七八九十廿卅]{{1,3}})\s?日"
)
_COMPACT_DATE = re.compile(r"(20[0-4]\d)(\d\d)(\d\d)(?:\d{6})?")
_DATELINE = re.compile(rf"[(（]?\s?(?:20[0-4]\d|二[零〇○◯0])[\s\d年月日./:{_NUMERAL}十廿卅-]{{4,20}}[)）]?")
# Signs of the year, month and day get lost in some fonts: 自202311日至20231231日.
_PERIOD = re.compile(
    r"(20[0-4]\d)\s?年?\s?(\d{1,2})\s?月?\s?(\d{1,2})\s?日?\s?(?:起|开始)?\s?"
    r"(?:至|到|截至|截止到?|[-—－–~～]{1,3})\s?(?:(20[0-4]\d)\s?年?)?\s?(\d{1,2})\s?月?\s?(\d{1,2})\s?日"
)
_OPEN_PERIOD = re.compile(
    r"自?\s?(20[0-4]\d)\s?年\s?(?:\d{1,2}\s?月\s?\d{1,2}\s?日.{0,12}起|1\s?[-—－–~～至]\s?12\s?月)"
)
_INDEX = re.compile(r"(?=[^\d]*\d)[A-Za-z0-9-]{0,30}/?\d{4,7}-?\d{1,12}|[A-Za-z0-9]{1,12}(?:-\d{1,8}){2,6}")
_DOCUMENT_NUMBER = re.compile(r"[一-鿿]{1,14}\s?[〔\[［(（【]\s?20\d\d\s?[〕\]］)）】]\s?第?\d{1,5}\s?号")
_CONTACT = re.compile(
    r"(?:与|向|和|同|联系|致电)[:：]?\s?([\w·、]{2,40}?(?:[(（]\w{2,20}[)）])?)\s?(?:进行|取得)?(?:联系|[,，。;；(（]|$)"
)
_MADE_BY = re.compile(r"由\s?([\w·]{2,40}?)\s?(?:负责)?(?:编制|编写|根据|按照|依据|按|汇总)")
_ANNOUNCED = re.compile(r"(?:编制|编写|公布|发布|形成)[^。]{0,40}信息公开(?:工作)?[^。]{0,8}(?:年度报告|年报)")
_BULLETS = " \t•·●▪■◆◇※*-—○>"
_NO_TITLE = re.compile(r"[:：。;；>|]")
_BRACKETS = "()〔〕【】[]"
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
    titles = _find_titles(document, front, fields) or _place_as_title(document, front, fields, start)
    notes: list[str] = []
    index_number = _read_index(front, fields)
    indexed = index_code(index_number)
    published = _read_published(document, front, fields, end)
    year = _decide_year(titles, document, front, start, published, url, notes)
    site = host_code(url)[0]
    context = (indexed or site, year)
    agency = _decide_agency(titles, document, front, fields, (start, end), context, notes)
    code = _decide_division(agency, indexed, site, year, notes)
    return Header(
        title=titles[0].title.printed if titles else None,
        agency=agency,
        publisher=_field(fields, "publisher", _is_name),
        year=year,
        index_number=index_number,
        document_number=_read_document_number(front, fields),
        published=published,
        agency_type=find_agency_type(agency),
        division_code=code,
        **msgspec.structs.asdict(find_places(code, year)),
        level=find_level(agency, code, year),
        notes=tuple(notes),
        is_titled=bool(titles),
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
    return _cut_behind_title(front) if open_end else front


def _cut_behind_title(front: _Front) -> _Front:
    """Without a heading the header ends a few lines below the first title; what follows is text."""
    titled = (
        n for n, line in enumerate(front.lines) if line and line[-1] in _title_ends() and _join_title(front, n, set())
    )
    stop = next(titled, _FRONT_WITHOUT_TITLE) + _BELOW_TITLE
    return _Front(front.lines[:stop], front.levels[:stop], front.grids[:_MAX_GRIDS], True)


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
        [],
        "",
        page_title=_plain(document.page_title),
        metas={key: _plain(text) for key, text in document.metas.items()},
    )
    lines = [line and _plain(line) for line in front.lines]
    grids = [_plain_grid(grid) for grid in front.grids]
    return head, _Front(lines, front.levels, grids, front.open_end), _plain(start), _plain(end)


def _plain(text: str) -> str:
    return simplify(_PINYIN.sub("", text) if "(" in text else text)


def _plain_grid(grid: Grid) -> Grid:
    cells = {
        id(cell): msgspec.structs.replace(cell, text=_plain(cell.text[:_MAX_LINE])) for row in grid.rows for cell in row
    }
    return Grid([[cells[id(cell)] for cell in row] for row in grid.rows], grid.aligned, grid.line)


def _print_as_found(header: Header, document: Document, front: _Front) -> Header:
    """The header with title, agency and publisher in the characters of the page."""
    texts = [document.page_title, *document.metas.values(), *filter(None, front.lines)]
    texts += [cell.text[:_MAX_LINE] for grid in front.grids for row in grid.rows for cell in row]
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
    return {
        label: field
        for field, labels in load_words()["labels"].items()
        if field not in ("weak", "persons")
        for label in labels
    }


@cache
def _weak_labels() -> frozenset[str]:
    return frozenset(load_words()["labels"]["weak"])


@cache
def _label_pattern() -> re.Pattern[str]:
    spelled = (r"\s{0,8}".join(map(re.escape, label)) for label in sorted(_labels(), key=len, reverse=True))
    return re.compile(
        rf"({'|'.join(spelled)})\s{{0,4}}[:：]|(?<!\S)([一-鿿](?:\s{{0,4}}[一-鿿/]){{0,5}})\s{{0,4}}[:：]"
    )


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
    value = value.strip(" \t\r\n\xa0\u3000|:：•【[（(")
    if value and label not in fields and len(value) <= _MAX_VALUE * 2 and _label_of(value) is None:
        fields[label] = value


def _read_grid(grid: Grid) -> Iterator[tuple[str, str]]:
    rows = [
        [cell.text for c, cell in enumerate(row) if cell.column == c and cell.row == r]
        for r, row in enumerate(grid.rows)
    ]
    for r, row in enumerate(rows):
        filled = [text for text in row if text]
        if len(filled) > 1 and r + 1 < len(rows) and all(map(_label_of, filled)):
            values = [text for text in rows[r + 1] if text]
            if values and not any(map(_label_of, values)) and not any(map(_has_label, values)):
                yield from _pair_rows(row, rows[r + 1], grid.aligned)
                continue
        yield from _read_row(row)


def _pair_rows(labels: list[str], values: list[str], aligned: bool) -> Iterator[tuple[str, str]]:
    """A row of labels over a row of values; where values are missing, only those are placed that tell their label."""
    if not aligned or len(labels) != len(values):
        labels, values = [text for text in labels if text], [text for text in values if text]
    if len(labels) == len(values):
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
        elif _has_label(text):
            waiting = None
            yield from _split_labels(squeeze(text[:_MAX_LINE]))
        elif waiting is not None:
            yield waiting, text
            waiting = None


def _has_label(text: str) -> bool:
    """Whether a text begins with a known label and a colon."""
    return (":" in text or "：" in text) and any(
        match[1] for match in [_label_pattern().match(text.lstrip(_BULLETS))] if match
    )


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


def _read_running(line: str, waiting: str | None) -> Generator[tuple[str, str], None, str | None]:
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
    return _INDEX.fullmatch(value.strip()) is not None and ("/" in value or read_date(value) is None)


def _has_digit(value: str) -> bool:
    return any(mark.isdigit() for mark in value)


def _is_name(value: str) -> bool:
    return len(value) > 1 and read_date(value) is None


def _field(fields: dict[str, str], name: str, accept: Callable[[str], bool]) -> str | None:
    """The value of the first label of a field that has an acceptable one."""
    for label in load_words()["labels"][name]:
        if label in fields:
            value = fields[label]
            if len(value) <= _MAX_VALUE and not _is_empty(value) and accept(value):
                word = _first_word(squeeze(value))
                if label not in load_words()["labels"]["persons"] or is_agency(word):
                    return word
    return None


def _first_word(value: str) -> str:
    """A name of an agency without the furniture behind it: 区商务局 打印本页 gives 区商务局."""
    first = value.partition(" ")[0]
    return first if len(first) < len(value) and is_agency(first) and not is_agency(compact(value)) else value


def _is_empty(value: str) -> bool:
    return value in _empty_values() or (len(value) < 12 and compact(value) in _empty_values())


@cache
def _empty_values() -> frozenset[str]:
    return frozenset(compact(value) for value in load_words()["values"]["empty"])


def _read_index(front: _Front, fields: dict[str, str]) -> str | None:
    """The index number; where there are no labels, a line that has the shape of one."""
    value = _field(fields, "index_number", _has_digit)
    if value is None:
        lines = _last_lines(front) if not fields else ()
        return next((line for line in lines if "/" in line and _is_index(line)), None)
    first = value.split(" ", 1)[0]
    return first if _is_index(first) else value


def _read_document_number(front: _Front, fields: dict[str, str]) -> str | None:
    """The document number; without a label, a line that is one (below the red head of a notice)."""
    value = _field(fields, "document_number", _has_digit)
    if value is not None:
        return value
    return next((line for line in _last_lines(front) if "号" in line and _DOCUMENT_NUMBER.fullmatch(line)), None)


def _last_lines(front: _Front) -> list[str]:
    """The lines near the text, the nearest first."""
    return [line.strip() for line in reversed(front.lines[-_NEAR:]) if line]


# ---------------------------------------------------------------- dates


def read_date(text: str) -> str | None:
    """The first date in a text in ISO form: 2024-01-17, 2012.02.15, 2021年1月5日, 二〇一〇年三月十日; else None."""
    match = _DATE.search(text)
    if match is None:
        whole = _COMPACT_DATE.fullmatch(text.strip())
        return _iso(int(whole[1]), int(whole[2]), int(whole[3])) if whole else None
    if match[1]:
        return _iso(int(match[1]), int(match[2]), int(match[3]))
    return _iso(_read_year(match[4]) or 0, _ordinal(match[5]), _ordinal(match[6]))


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _ordinal(numeral: str) -> int:
    """A month or day in Chinese numerals; 0 where it is none."""
    plain = numeral.replace("廿", "二十").replace("卅", "三十")
    tens, found, ones = plain.rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or (ones and ones not in _DIGITS):
        return 0
    return (int(_DIGITS.get(tens, "1")) * 10 if found else 0) + int(_DIGITS.get(ones, "0"))


def _read_year(text: str | None) -> int | None:
    """The year that a text such as 2023年度 or 二〇二三年 begins with."""
    if not text:
        return None
    digits = "".join(_DIGITS.get(mark, mark) for mark in text[:4])
    year = int(digits) if digits.isascii() and digits.isdigit() else 0
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else None


def _read_published(document: Document, front: _Front, fields: dict[str, str], end: str) -> str | None:
    """The date of writing, else of publication: by label, by <meta>, from a line of its own, from the signature."""
    for name in ("written", "issued", "dated"):
        value = _field(fields, name, _is_true_date)
        if value is not None:
            return read_date(value)
    for name in ("pubdate", "publishdate"):
        found = read_date(document.metas.get(name, ""))
        if found is not None:
            return found
    above = {read_date(line) for line in _last_lines(front)[:_NEAR_DATE] if _is_dateline(line) and _is_true_date(line)}
    return above.pop() if len(above) == 1 else _read_signature(end)[1]


def _is_true_date(value: str) -> bool:
    """Whether a value is a date, and not the clock that a template prints on every page."""
    return read_date(value) is not None and not any(word in value for word in load_words()["values"]["template_date"])


def _is_dateline(line: str) -> bool:
    return len(line) < _MAX_DATELINE and _DATELINE.fullmatch(line) is not None


def _read_signature(end: str) -> tuple[str | None, str | None]:
    """Agency and date that close the text, on two lines or on one; either may be missing.

    Remarks may follow (打印本页), then only a date below or behind an agency counts.
    """
    lines = [line.strip() for line in end.splitlines() if line.strip()]
    for n in range(len(lines) - 1, max(-1, len(lines) - _MAX_SIGNATURE), -1):
        found = _DATE.search(lines[n]) if len(lines[n]) <= 2 * _MAX_DATELINE else None
        if found is None:
            continue
        alone = _is_dateline(lines[n])
        name = compact(lines[n - 1] if alone and n else lines[n][: found.start()])
        agency = name if 2 < len(name) <= _MAX_DATELINE and is_agency(name) else None
        if agency or (alone and n == len(lines) - 1):
            return agency, read_date(found[0])
    return None, None


# ---------------------------------------------------------------- title


@cache
def _title_pattern() -> re.Pattern[str]:
    filler = "(?:工作)?(?:开展)?(?:情况)?的?"
    return re.compile(
        rf"(?P<before>[^|_>:;。,!?<]{{0,60}}?)(?P<core>{any_of(load_words()['title']['cores'])}){filler}"
        rf"(?P<year>{_YEAR})?{filler}(?:年度|全年|年)?{filler}(?:总结报告|报告|年报|总结)"
        rf"(?:[(〔【\[](?P<tail>[^()〔〕【】\[\]]{{1,20}})[)〕】\]]|(?P<last>{_YEAR}))?"
    )


@cache
def _wrapper_pattern() -> re.Pattern[str]:
    words = load_words()["title"]
    return re.compile(
        rf".{{0,40}}关于{any_of(words['wrappers'])}[^《》]{{0,20}}《([^《》]{{6,60}})》的?{any_of(words['notices'])}"
    )


@lru_cache(maxsize=8192)
def read_title(text: str) -> Title | None:
    """The title of an annual report that a text is, or None.

    ``某区商务局2023年度政府信息公开工作年度报告`` gives that text, 某区商务局 and 2023. A notice that announces a
    report gives the title inside its brackets; half-year and performance reports, templates and notices give None.
    """
    if len(text) > _MAX_TITLE:
        return None
    plain = compact(text)
    printed = text if len(plain) == len(text) else _blankless(text)
    if "公开" not in plain and "政务信息" not in plain:
        return None
    if "《" in plain:
        wrapped = _wrapper_pattern().fullmatch(plain)
        inner = wrapped[1] if wrapped else plain.removeprefix("《").removesuffix("》")
        place = plain.find(inner)
        plain, printed = inner, printed[place : place + len(inner)]
    match = _title_pattern().fullmatch(plain)
    return _title_of(match, printed) if match else None


@cache
def _rejected() -> re.Pattern[str]:
    return re.compile(any_of(load_words()["title"]["rejected"]))


def _title_of(match: re.Match[str], printed: str) -> Title | None:
    before, tail = match["before"], match["tail"] or ""
    if _rejected().search(before) or (tail and _rejected().search(tail)):
        return None
    years = [
        found
        for found in (*_YEAR_FOUND.findall(before), match["year"], match["last"], *_YEAR_FOUND.findall(tail))
        if found
    ]
    agency = _title_agency(before, match["core"])
    rest = _YEAR_FOUND.sub("", tail)
    if rest and agency is None and is_agency(rest):
        agency = complete_place(rest)
    return Title(printed, agency, next(filter(None, map(_read_year, years)), None))


def _title_agency(before: str, core: str) -> str | None:
    """The agency in front of the core: a bare place is its government, and 人民 gets its 政府 back."""
    name = _YEAR_FOUND.sub("", before).replace("()", "").strip('《》〔〕【】[]、·“”"')
    for word in load_words()["title"]["fillers"]:
        name = name.removeprefix(word).removesuffix(word)
    if name.endswith("人民") and core.startswith("政府"):
        name += "政府"
    if is_agency(name):
        return complete_place(name)
    return name if len(name) > 3 and name.isalpha() and not name.isascii() else None


def _blankless(text: str) -> str:
    return squeeze(text).replace(" ", "")


class _Found(msgspec.Struct, frozen=True, gc=False):
    """A title and where it was found; the lowest rank is the most trusted source of equally telling titles."""

    title: Title
    rank: int

    @property
    def is_head(self) -> bool:
        """Whether the page's own head or metadata announce it."""
        return self.rank in (2, 3, 4)


def _find_titles(document: Document, front: _Front, fields: dict[str, str]) -> list[_Found]:
    """All titles of the page, the best first: the more it tells, then what is printed near the text."""
    head = [_Found(title, rank) for rank, title in _head_titles(document, fields)]
    known = {found.title.printed for found in head}
    near, far = _printed_titles(front, known)
    if _is_refused(document):
        near = [title for title in near if title.facts]
    # What is printed and announced in the head of the page alike comes before what only happens to stand near.
    printed = [_Found(title, 0 if title.printed in known else 1) for title in near]
    found = printed + head or [_Found(title, 6) for title in far if title.facts]
    return sorted(found, key=lambda item: (-item.title.facts, item.rank))


def _place_as_title(document: Document, front: _Front, fields: dict[str, str], start: str) -> list[_Found]:
    """A page that is titled by its place or agency alone, where the first sentences announce an annual report."""
    headline = _headline(document, front, fields)
    if headline is None or _is_refused(document) or _ANNOUNCED.search(start, 0, _OPENING) is None:
        return []
    return [_Found(Title(headline, complete_place(headline), None), 0)]


def _is_refused(document: Document) -> bool:
    """Whether the page calls itself something that is no annual report."""
    names = (document.metas.get("articletitle", ""), _PARTS.split(document.page_title, maxsplit=1)[0])
    return any(_rejected().search(name) is not None and read_title(name) is None for name in names if name)


def _head_titles(document: Document, fields: dict[str, str]) -> Iterator[tuple[int, Title]]:
    article = document.metas.get("articletitle")
    if article and (title := read_title(article)):
        yield 2, title
    for label in load_words()["labels"]["title"]:
        if label in fields and (title := read_title(fields[label])):
            yield 3, title
    if document.page_title and (title := _page_title(document.page_title[: _MAX_TITLE * 2])):
        yield 4, title


def _page_title(text: str) -> Title | None:
    """The title in a <title>, without the name of the site before or behind it."""
    pieces = dict.fromkeys((*text.split(), *_PARTS.split(text), text))
    titles = [title for piece in pieces if piece and (title := read_title(piece))]
    return max(titles, key=lambda title: title.facts, default=None)


def _printed_titles(front: _Front, known: set[str]) -> tuple[list[Title], list[Title]]:
    """The titles among the lines, nearest to the text first: those near it and those among the navigation."""
    near: list[Title] = []
    far: list[Title] = []
    lines = front.lines
    ends = _title_ends()
    for n in range(len(lines)) if front.open_end else range(len(lines) - 1, -1, -1):
        line = lines[n]
        if not line or line[-1] not in ends or len(line) > _MAX_TITLE or (line[-1] in "年度)）" and "报" not in line):
            continue
        title = _join_title(front, n, known)
        if title is not None:
            (near if front.open_end or len(lines) - n <= _NEAR else far).append(title)
    return near or list(_running_titles(_last_lines(front))), far


def _running_titles(lines: list[str]) -> Iterator[Title]:
    """Titles that stand between blanks in a longer line."""
    for line in lines:
        if "公开" in line and "报" in line and " " in line:
            yield from (title for word in line.split() if (title := read_title(word)) and title.facts)


@cache
def _title_ends() -> frozenset[str]:
    return frozenset(load_words()["title"]["last_characters"])


def _join_title(front: _Front, last: int, known: set[str]) -> Title | None:
    """The title that ends on a line: with the lines before it that it needs, or that name its agency and year."""
    best: Title | None = None
    text = ""
    for n in range(last, max(-1, last - _MAX_TITLE_LINES), -1):
        line = front.lines[n]
        if not line or front.levels[n] != front.levels[last] or (n < last and not _is_title_line(line)):
            break
        text = line + text
        title = read_title(text) if "公" in text else None
        if best is not None and (title is None or title.facts <= best.facts or not _may_lead(line)):
            break
        best = title or best
        if best is not None and (best.facts == 2 or best.printed in known):
            break
    return best if best is None or best.year is not None else _with_year_below(best, front, last)


def _is_title_line(line: str) -> bool:
    return len(line) <= _MAX_TITLE_LINE and _NO_TITLE.search(line) is None


def _may_lead(line: str) -> bool:
    """Whether a line may open a title that goes on below: it ends as an agency or a year does."""
    plain = compact(line)
    if plain.startswith(tuple(load_words()["title"]["no_leads"])) or _label_of(line) is not None:
        return False
    return is_agency(plain) or re.search(rf"{_YEAR}(?:政府|政务)?$", plain) is not None


def _with_year_below(title: Title, front: _Front, last: int) -> Title:
    """The title with the year that stands in brackets on the line below it."""
    below = front.lines[last + 1] if last + 1 < len(front.lines) else None
    if not below or not _is_year(below):
        return title
    return msgspec.structs.replace(title, year=_read_year(compact(below).strip(_BRACKETS)))


def _is_year(line: str) -> bool:
    """Whether a line is a year and nothing else: （2019年度）."""
    return len(line) < 20 and _YEAR_FOUND.fullmatch(compact(line).strip(_BRACKETS)) is not None


# ---------------------------------------------------------------- year


def _decide_year(
    titles: list[_Found],
    document: Document,
    front: _Front,
    start: str,
    published: str | None,
    url: str | None,
    notes: list[str],
) -> int | None:
    """The year reported on: title, period of the statistics, 现公布…, column, year before the posting."""
    stated = {
        "the title": titles[0].title.year if titles else None,
        "the head of the page": next(
            (found.title.year for found in titles[1:] if found.is_head and found.title.year), None
        ),
        "the period of its statistics": _period_year(start),
        "its opening sentence": _public_year(start),
    }
    source = next((source for source, year in stated.items() if year), "")
    year = stated.get(source)
    if year is None:
        return _weak_year(document, front, published, url, notes)
    for other, found in stated.items():
        if found and found != year:
            notes.append(f"{source.capitalize()} names {year}, {other} {found}; {year} is kept.")
    if published and int(published[:4]) <= year:
        notes.append(f"The report on {year} is dated {published}, which is not after that year.")
    return year


def _weak_year(
    document: Document, front: _Front, published: str | None, url: str | None, notes: list[str]
) -> int | None:
    """A year told only by the column, the address or the date; with a note, as each may be the year of posting."""
    column = _column_year(document, front) or _url_year(url)
    if column is not None:
        notes.append(f"The year {column} is that of the column or the address; neither title nor text names one.")
        return column
    if published is None:
        return None
    year = int(published[:4]) - 1
    notes.append(f"The year {year} is the one before the date {published}; neither title nor text names one.")
    return year


def _period_year(text: str) -> int | None:
    """The year of the period that the statistics cover; of one that is no calendar year, that of most months."""
    place = next((place for word in load_words()["text"]["period"] if (place := text.find(word)) >= 0), 0)
    match = _PERIOD.search(text, max(0, place - 20)) or (_PERIOD.search(text) if place else None)
    if match is None:
        opened = _OPEN_PERIOD.search(text)
        return int(opened[1]) if opened else None
    first, month, last, last_month = int(match[1]), int(match[2]), int(match[4] or match[1]), int(match[5])
    if last == first:
        return first
    if last != first + 1:
        return None
    return last if last_month > 13 - month else first


def _public_year(text: str) -> int | None:
    """The year in 现公布…2023年政府信息公开年度报告 or 编制了2023年…年度报告."""
    for opening in _made_public().finditer(text, 0, _OPENING):
        match = _YEAR_IN_TEXT.search(compact(text[opening.start() : opening.start() + 60]))
        if match is not None:
            return _read_year(match[0])
    announced = _ANNOUNCED.search(text, 0, _OPENING)
    match = _YEAR_IN_TEXT.search(compact(announced[0])) if announced else None
    return _read_year(match[0]) if match else None


@cache
def _made_public() -> re.Pattern[str]:
    return re.compile(any_of(load_words()["text"]["made_public"]))


def _column_year(document: Document, front: _Front) -> int | None:
    for step in (*reversed(_breadcrumb(front)), document.metas.get("columnname", "")):
        match = _YEAR_FOUND.match(step) if len(step) < 24 else None
        if match is not None:
            return _read_year(match[0])
    return None


def _breadcrumb(front: _Front) -> list[str]:
    """The steps of 当前位置：首页 > 政务公开 > …, without blanks."""
    words = load_words()["text"]["column"]
    for line in reversed(front.lines):
        if not line or not (line.count(">") > 1 or any(word in line for word in words)):
            continue
        separator = next((mark for mark in load_words()["text"]["separators"] if mark in line), "/")
        steps = [part.split() for part in re.split("[:：]", line.replace(separator, ":")) if part.strip()]
        # What stands behind a blank in a step is no step: a title or a label that follows on the line.
        return [step[0] for step in steps]
    return []


def _url_year(url: str | None) -> int | None:
    """The year of ``nbYear=2023``; ``fbtime=`` may be that of the report or of its posting and tells nothing."""
    try:
        query = parse_qs(urlsplit(url).query, max_num_fields=40) if url else {}
    except ValueError:
        return None
    return _read_year(query.get("nbYear", [""])[0])


# ---------------------------------------------------------------- agency and division


def _decide_agency(
    found: list[_Found],
    document: Document,
    front: _Front,
    fields: dict[str, str],
    texts: tuple[str, str],
    context: tuple[str | None, int | None],
    notes: list[str],
) -> str | None:
    """The full name of the agency: title, text, signature, 发布机构, 来源, breadcrumb; short forms are completed."""
    agency = next(
        (item.title.agency for n, item in enumerate(found) if item.title.agency and (n == 0 or item.is_head)), None
    )
    # A text that uses the full name of the title needs no search for another.
    names = [] if agency and agency in texts[0] and is_complete(agency) else _names_in_text(texts[0])
    if agency is not None:
        _note_other_agency(agency, names, notes)
    else:
        agency = _untitled_agency(document, front, fields, names, texts[1], notes)
    if agency is None:
        return None
    agency = complete_place(agency)
    full = find_legal_name(agency, names)
    if find_agency_type(agency) == "development_zone":
        full = next((name for name in names if name.startswith(agency)), None)
    code, year = context
    return full or (place_of_short(agency, code, year) if code else None) or agency


def _names_in_text(text: str) -> list[str]:
    """Full names of agencies in 由…编制, 请与…联系: each without the office inside the agency, then as written."""
    names: list[str] = []
    place = text.find(load_words()["text"]["contact"])
    for _ in range(4):
        if place < 0:
            break
        names += [match[1] for match in _CONTACT.finditer(text, max(0, place - 60), place + 50)]
        place = text.find(load_words()["text"]["contact"], place + 2)
    names += [match[1] for match in _MADE_BY.finditer(text, 0, _OPENING)]
    plain = [compact(name) for name in dict.fromkeys(names)]
    own = tuple(load_words()["text"]["own"])
    variants = dict.fromkeys(
        variant for name in plain if not name.startswith(own) for variant in (strip_unit(name), name)
    )
    return [name for name in variants if len(name) > 2 and is_agency(name)]


def _untitled_agency(
    document: Document, front: _Front, fields: dict[str, str], names: list[str], end: str, notes: list[str]
) -> str | None:
    """The agency of a report whose title names none."""
    publisher = _field(fields, "publisher", _is_name)
    source = _field(fields, "source", lambda value: is_agency(_first_word(value)))
    headline = _headline(document, front, fields)
    if headline is not None:
        return headline
    named = next(iter(names), None)
    if named is not None and find_agency_type(named) == "government_office" and publisher:
        # The office of a government answers questions about that government's report as well as about its own.
        named = publisher if find_agency_type(compact(publisher)) == "government" else named
    chosen = named or _read_signature(end)[0] or publisher
    if chosen is not None and chosen == publisher and source and source != publisher and not chosen.endswith(source):
        notes.append(f"The publisher is {publisher}, the source {source}; the publisher is taken as the agency.")
    return compact(chosen or source or document.metas.get("contentsource", "")) or _column_agency(front)


def _headline(document: Document, front: _Front, fields: dict[str, str]) -> str | None:
    """A place or an agency that stands alone where the title belongs."""
    titles = [fields.get(label, "") for label in load_words()["labels"]["title"]]
    headings = [line for line, level in zip(front.lines, front.levels, strict=True) if line and level][-3:]
    if not front.open_end:
        headings += [line for line in _last_lines(front)[:2] if not _is_dateline(line)][:1]
    for text in (document.metas.get("articletitle", ""), *titles, *reversed(headings)):
        plain = compact(text)
        if 1 < len(plain) <= 24 and is_agency(plain) and not plain.startswith(tuple(load_words()["title"]["no_leads"])):
            return plain
    return None


def _column_agency(front: _Front) -> str | None:
    no_leads = tuple(load_words()["title"]["no_leads"])
    steps = (step for step in reversed(_breadcrumb(front)) if 2 < len(step) <= 24 and not step.startswith(no_leads))
    return next((step for step in steps if is_agency(step)), None)


def _note_other_agency(agency: str, names: Iterable[str], notes: list[str]) -> None:
    """Note a text that names the same kind of agency of another place (copied from there)."""
    here = agency[: place_end(agency)]
    for name in names:
        if agency in name or name in agency:
            continue
        there = name[: place_end(name)]
        if here and there and same_work(agency, name) and not (here.endswith(there) or there.endswith(here)):
            notes.append(f"The title names {agency}, the text {name}; the title is kept.")
            return


def _decide_division(
    agency: str | None, indexed: str | None, site: str | None, year: int | None, notes: list[str]
) -> str | None:
    """The division of the agency by index number, site and name; the name decides between a place and one inside it."""
    context = _context(indexed, site, agency, year, notes)
    named = read_place(own_name(agency or ""), year, context)[0]
    if is_partly_known(agency or "") and all(context is None or is_within(context, code) for code in named):
        return context
    inside = [code for code in named if context is None or is_within(code, context)]
    if len(inside) == 1:
        return inside[0]
    if context is None or not named or inside:
        return context
    if is_branch(agency or "") and any(is_within(context, code) for code in named):
        return context
    other = next(iter(named)) if len(named) == 1 else None
    where = "index number" if indexed else "site"
    kept = context if indexed else other
    notes.append(
        f"The {where} belongs to {_label(context, year)}, the agency {agency} does not; "
        + (f"{_label(kept, year)} is taken." if kept else "no division is taken.")
    )
    return kept


def _context(
    indexed: str | None, site: str | None, agency: str | None, year: int | None, notes: list[str]
) -> str | None:
    """The narrower of the codes of index number and site where one lies in the other; else that of the index number."""
    if indexed is None or site is None or indexed == site:
        return indexed or site
    if is_within(indexed, site):
        return indexed
    differ = f"The index number says {_label(indexed, year)}, the site {_label(site, year)}"
    if is_within(site, indexed):
        if read_place(own_name(agency or ""), year)[0] == {indexed} and not is_branch(agency or ""):
            return indexed
        notes.append(f"{differ} inside it; the site is taken.")
        return site
    notes.append(f"{differ}; the index number is taken.")
    return indexed


def _label(code: str, year: int | None) -> str:
    return f"{code} ({division_name(code, year)})"

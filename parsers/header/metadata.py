"""The metadata of a page, in any of eight layouts: grids, lists, running lines, labels over or beside their values."""

import re
from collections.abc import Callable, Generator, Iterator

from parsers.agencies import is_agency
from parsers.documents.model import Grid
from parsers.header.dates import is_dateline, is_true_date, read_date, read_signature
from parsers.header.labels import MAX_LABEL, begins_with_label, field_of, read_label, split_labels
from parsers.header.page import MAX_LINE, Page
from parsers.header.titles import read_title
from parsers.header.words import load_words
from parsers.text import compact, squeeze

_MAX_VALUE = 80
_MAX_EMPTY = 12
_MAX_DATE = 40
# A date on a line of its own is that of the report only right above its text.
_NEAR_DATE = 12
_DATE_FIELDS = ("written", "issued", "dated")
_INDEX = re.compile(r"(?=[^\d]*\d)[A-Za-z0-9-]{0,30}/?\d{4,7}-?\d{1,12}|[A-Za-z0-9]{1,12}(?:-\d{1,8}){2,6}")
_DOCUMENT_NUMBER = re.compile(r"[一-鿿]{1,14}\s?[〔\[［(（【]\s?20\d\d\s?[〕\]］)）】]\s?第?\d{1,5}\s?号")

_Pairs = Iterator[tuple[str, str]]


def read_fields(page: Page) -> dict[str, str]:
    """Labels and their values, as printed; of a label that stands twice, the first with a value counts."""
    fields: dict[str, str] = {}
    for grid in page.grids:
        _add_pairs(fields, _read_grid(grid))
    _add_pairs(fields, _read_lines(page.lines))
    return fields


def _add_pairs(fields: dict[str, str], pairs: _Pairs) -> None:
    for label, printed in pairs:
        value = printed.strip(" \t\r\n\xa0\u3000|:：•【[（(")
        if value and label not in fields and len(value) <= _MAX_VALUE * 2 and read_label(value) is None:
            fields[label] = value


# ---------------------------------------------------------------- grids


def _read_grid(grid: Grid) -> _Pairs:
    rows = [
        [cell.text for c, cell in enumerate(row) if cell.column == c and cell.row == r]
        for r, row in enumerate(grid.rows)
    ]
    for row, below in zip(rows, [*rows[1:], []], strict=True):
        if _is_over_values(row, below):
            yield from _pair_rows(row, below, grid.aligned)
        else:
            yield from _read_row(row)


def _is_over_values(row: list[str], below: list[str]) -> bool:
    """Whether a row is labels alone, and the row below it holds none."""
    labels = list(filter(None, row))
    if len(labels) < 2 or not all(map(read_label, labels)):
        return False
    values = list(filter(None, below))
    return bool(values) and not any(map(read_label, values)) and not any(map(begins_with_label, values))


def _pair_rows(labels: list[str], values: list[str], aligned: bool) -> _Pairs:
    """A row of labels over a row of values; where values are missing, only those are placed that tell their label."""
    if not aligned or len(labels) != len(values):
        labels, values = list(filter(None, labels)), list(filter(None, values))
    if len(labels) == len(values):
        yield from ((label, value) for text, value in zip(labels, values, strict=True) if (label := read_label(text)))
        return
    names = list(filter(None, map(read_label, labels)))
    for value in values:
        fits = [name for name in names if _fits(name, value)]
        if len(fits) == 1:
            yield fits[0], value


def _read_row(row: list[str]) -> _Pairs:
    """The pairs of one row: label and value side by side, or in one cell. A label is never a value."""
    waiting: str | None = None
    for text in row:
        label = read_label(text)
        if label is not None:
            waiting = label
        elif begins_with_label(text):
            waiting = None
            yield from split_labels(squeeze(text[:MAX_LINE]))
        elif waiting is not None:
            yield waiting, text
            waiting = None


# ---------------------------------------------------------------- lines


def _read_lines(lines: list[str | None]) -> _Pairs:
    """The pairs of lines: in one line, or a label and its value on the next line where that fits the label."""
    weak = load_words().doubtful_labels.weak
    waiting: str | None = None
    for line in lines:
        if not line:
            waiting = None
            continue
        label = read_label(line) if len(line) <= MAX_LABEL else None
        if label is not None:
            waiting = None if label in weak and line[-1] not in ":：" else label
        elif ":" in line or "：" in line:
            waiting = yield from _read_running(squeeze(line), waiting)
        elif waiting is not None:
            if _fits(waiting, line):
                yield waiting, line
            waiting = None


def _read_running(line: str, waiting: str | None) -> Generator[tuple[str, str], None, str | None]:
    """The pairs of a line with colons; returns the label at its end that has no value yet."""
    pairs = list(split_labels(line))
    if not pairs:
        if waiting is not None and _fits(waiting, line):
            yield waiting, line
        return None
    yield from pairs
    return pairs[-1][0] if not pairs[-1][1].strip() else None


def _fits(label: str, value: str) -> bool:
    """Whether a value that is not beside its label may belong to it."""
    field = field_of(label)
    if field == "index_number":
        return _is_index(value)
    if field in _DATE_FIELDS:
        return len(value) < _MAX_DATE and read_date(value) is not None
    if field in ("publisher", "source"):
        return is_agency(compact(value)) and read_title(value) is None
    if field == "document_number":
        return _DOCUMENT_NUMBER.fullmatch(value.strip()) is not None
    return field == "title" and read_title(value) is not None


# ---------------------------------------------------------------- fields


def _find_value(fields: dict[str, str], field: str, accept: Callable[[str], bool]) -> str | None:
    """The value of the first label of a field that has an acceptable one."""
    words = load_words()
    for label in words.labels[field]:
        if label not in fields:
            continue
        value = fields[label]
        if len(value) <= _MAX_VALUE and not _is_empty(value) and accept(value):
            word = _first_name(squeeze(value))
            if label not in words.doubtful_labels.persons or is_agency(word):
                return word
    return None


def _is_empty(value: str) -> bool:
    empty = load_words().values.empty
    return value in empty or (len(value) < _MAX_EMPTY and compact(value) in empty)


def _first_name(value: str) -> str:
    """A name of an agency without the furniture behind it: 区商务局 打印本页 gives 区商务局."""
    first = value.partition(" ")[0]
    return first if len(first) < len(value) and is_agency(first) and not is_agency(compact(value)) else value


def titles_of(fields: dict[str, str]) -> list[str]:
    """The values of the labels of a title, the most trusted first."""
    return [fields[label] for label in load_words().labels["title"] if label in fields]


def read_publisher(fields: dict[str, str]) -> str | None:
    """The publisher as printed, or None."""
    return _find_value(fields, "publisher", lambda value: len(value) > 1 and read_date(value) is None)


def read_source(fields: dict[str, str]) -> str | None:
    """The agency that the page names as its source, or None; sources may be persons and newspapers as well."""
    return _find_value(fields, "source", lambda value: is_agency(_first_name(value)))


def read_index(page: Page, fields: dict[str, str]) -> str | None:
    """The index number as printed, or None; where there are no labels, a line that has the shape of one."""
    value = _find_value(fields, "index_number", _has_digit)
    if value is None:
        lines = page.last_lines() if not fields else ()
        return next((line for line in lines if "/" in line and _is_index(line)), None)
    first = value.split(" ", 1)[0]
    return first if _is_index(first) else value


def _is_index(value: str) -> bool:
    return _INDEX.fullmatch(value.strip()) is not None and ("/" in value or read_date(value) is None)


def _has_digit(value: str) -> bool:
    return any(mark.isdigit() for mark in value)


def read_document_number(page: Page, fields: dict[str, str]) -> str | None:
    """The document number as printed, or None; without a label, a line that is one (below the red head of a notice)."""
    value = _find_value(fields, "document_number", _has_digit)
    if value is not None:
        return value
    return next((line for line in page.last_lines() if "号" in line and _DOCUMENT_NUMBER.fullmatch(line)), None)


def read_published(page: Page, fields: dict[str, str]) -> str | None:
    """The date of writing, else of publication, in ISO form, or None.

    By label, by <meta>, from the only date on a line of its own, from the signature.
    """
    for field in _DATE_FIELDS:
        value = _find_value(fields, field, is_true_date)
        if value is not None:
            return read_date(value)
    for name in load_words().metas.dates:
        found = read_date(page.meta(name))
        if found is not None:
            return found
    near = page.last_lines()[:_NEAR_DATE]
    above = {read_date(line) for line in near if is_dateline(line) and is_true_date(line)}
    return above.pop() if len(above) == 1 else read_signature(page.end)[1]

"""The official forms as data: what each TOML file beside this module says, compiled once for look-up.

A label is compared by ``parsers.text.label_key``. One label may mean several things (其他 is an applicant, a row
and an outcome); the reader of a table asks only for the meanings its place allows.
"""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import msgspec

from parsers.codebook import load_codebook
from parsers.text import compact, label_key, simplify

ARTICLE = re.compile(r"第二十条第?\(?([一二三四五六七八九十])\)?项")


class Column(msgspec.Struct, frozen=True):
    """A column of a table: its key, its labels in normal form, what a cut label starts with."""

    key: str
    labels: tuple[str, ...]
    starts: str = ""
    signed: bool = False


class DisclosureBlock(msgspec.Struct, frozen=True):
    """A block of the table of section 2, under the caption of one article item: rows by columns."""

    form: str
    article: str
    columns: tuple[Column, ...]
    rows: tuple[Column, ...]


class Row(msgspec.Struct, frozen=True):
    """A row that gives one indicator (times applicants in table 3)."""

    indicator: str
    labels: tuple[str, ...]
    core: tuple[str, ...] = ()
    group: str = ""
    under: str = ""


class Branch(msgspec.Struct, frozen=True):
    """A group of five columns of table 4."""

    key: str
    top: str
    labels: tuple[str, ...]
    starts: str = ""


class Statistics(msgspec.Struct, frozen=True):
    """The 2014 statistics table: its rows and what its header cells may say."""

    rows: tuple[Row, ...]
    headers: frozenset[str]
    unit_headers: frozenset[str]
    value_headers: tuple[str, ...]
    code_headers: frozenset[str]
    captions: tuple[str, ...]
    units: tuple[str, ...]


class Form(msgspec.Struct, frozen=True):
    """One official form; parts that it does not have are empty or None."""

    form: str
    sections: dict[str, tuple[str, ...]]
    caption: str
    blocks: tuple[DisclosureBlock, ...]
    stub: str
    applicants: tuple[Column, ...]
    applicant_groups: frozenset[str]
    groups: tuple[Column, ...]
    rows: tuple[Row, ...]
    flow_in: tuple[str, ...]
    flow_out: tuple[str, ...]
    branches: tuple[Branch, ...]
    tops: tuple[str, ...]
    outcomes: tuple[Column, ...]
    statistics: Statistics | None
    units: dict[str, str]


@cache
def load_forms() -> dict[str, Form]:
    """Every form that has a file beside this module, by its name, the newest first."""
    sources = (file for file in files(__package__).iterdir() if file.name.endswith(".toml"))
    read = (tomllib.loads(file.read_text("utf-8")) for file in sources)
    raw = {data["form"]: data for data in sorted(read, key=lambda data: str(data["form"]), reverse=True)}
    return {name: _compile(name, raw) for name in raw}


def newest_form() -> Form:
    """The form in force."""
    return next(iter(load_forms().values()))


@cache
def telling_rows() -> dict[str, str]:
    """Rows of section 2 (key) and section 3 (indicator) that only one form has, and the form that each tells."""
    forms: dict[str, set[str]] = {}
    for form in load_forms().values():
        for row in (*(row.key for block in form.blocks for row in block.rows), *(row.indicator for row in form.rows)):
            forms.setdefault(row, set()).add(form.form)
    return {row: min(names) for row, names in forms.items() if len(names) == 1}


def statistics_form() -> Form:
    """The form that is a statistics table."""
    return next(form for form in load_forms().values() if form.statistics)


def _compile(name: str, raw: dict[str, dict[str, Any]]) -> Form:
    data = raw[name]
    applications = _inherit(raw, name, "applications")
    review = _inherit(raw, name, "review_litigation")
    statistics = data.get("statistics")
    return Form(
        form=name,
        sections={code: tuple(map(label_key, labels)) for code, labels in data.get("sections", {}).items()},
        caption=label_key(data.get("disclosure", {}).get("caption", "")),
        blocks=tuple(_block(name, item) for item in data.get("disclosure", {}).get("block", ())),
        stub=applications.get("stub", ""),
        applicants=tuple(map(_column, applications.get("columns", ()))),
        applicant_groups=frozenset(map(label_key, applications.get("column_groups", ()))),
        groups=tuple(map(_column, applications.get("groups", ()))),
        rows=_application_rows(applications),
        flow_in=tuple(applications.get("flow", {}).get("in", ())),
        flow_out=tuple(applications.get("flow", {}).get("out", ())),
        branches=tuple(_branch(item) for item in review.get("branches", ())),
        tops=tuple(map(label_key, review.get("tops", ()))),
        outcomes=tuple(map(_column, review.get("columns", ()))),
        statistics=_statistics(statistics) if statistics else None,
        units={item.indicator: item.unit for item in load_codebook() if item.form == name},
    )


def _inherit(raw: dict[str, dict[str, Any]], name: str, table: str) -> dict[str, Any]:
    part: dict[str, Any] = raw[name].get(table, {})
    return {**raw[part["same_as"]][table], **part} if "same_as" in part else part


def _column(item: dict[str, Any]) -> Column:
    return Column(item["key"], tuple(map(label_key, item["labels"])), item.get("starts", ""), item.get("signed", False))


def _block(form: str, item: dict[str, Any]) -> DisclosureBlock:
    columns, rows = tuple(map(_column, item["columns"])), tuple(map(_column, item["rows"]))
    return DisclosureBlock(form, item["article"], columns, rows)


def _row(item: dict[str, Any]) -> Row:
    labels = tuple(map(label_key, item["labels"]))
    return Row(item["indicator"], labels, tuple(item.get("core", ())), item.get("group", ""), item.get("under", ""))


def _branch(item: dict[str, Any]) -> Branch:
    return Branch(item["key"], item["top"], tuple(map(label_key, item["labels"])), item.get("starts", ""))


def _application_rows(applications: dict[str, Any]) -> tuple[Row, ...]:
    """The rows of table 3, with the replacements that a form makes to the rows it inherits."""
    rows = [_row(item) for item in applications.get("rows", ())]
    for change in applications.get("replace", ()):
        first = next(n for n, row in enumerate(rows) if row.indicator == change["rows"][0])
        rows = [row for row in rows if row.indicator not in change["rows"]]
        rows.insert(first, _row(change))
    return tuple(rows)


def _statistics(data: dict[str, Any]) -> Statistics:
    return Statistics(
        tuple(map(_row, data["rows"])),
        frozenset(map(label_key, data["headers"])),
        frozenset(map(label_key, data["unit_headers"])),
        tuple(map(label_key, data["value_headers"])),
        frozenset(map(label_key, data["code_headers"])),
        tuple(map(label_key, data["captions"])),
        tuple(sorted(data["units"], key=len, reverse=True)),
    )


DISCLOSURE, APPLICATIONS, REVIEW, STATISTICS = 1, 2, 4, 8


class Meaning(msgspec.Struct, frozen=True, gc=False):
    """All that one printed label may mean; a part is empty where it cannot mean that.

    ``tables`` tells by bits in which tables it can stand, so that a reader passes over the rows of others quickly.
    """

    article: str = ""
    disclosure_rows: tuple[str, ...] = ()
    disclosure_columns: tuple[str, ...] = ()
    application_row: str = ""
    group: str = ""
    applicant: str = ""
    is_applicant_group: bool = False
    branch: str = ""
    top: str = ""
    outcome: str = ""
    statistics_rows: tuple[str, ...] = ()
    statistics_header: str = ""
    is_caption: bool = False
    tables: int = 0

    @property
    def is_row(self) -> bool:
        """Whether the label opens a row of numbers in some form."""
        return bool(self.disclosure_rows or self.application_row or self.group or self.statistics_rows)

    @property
    def is_header(self) -> bool:
        """Whether the label stands in the header of some form."""
        return bool(
            self.is_caption or self.article or self.disclosure_columns or self.applicant or self.is_applicant_group
        ) or bool(self.branch or self.top or self.outcome or self.statistics_header)


NO_MEANING = Meaning()


def _make_meaning(**parts: Any) -> Meaning:
    word = Meaning(**parts)
    tables = DISCLOSURE if word.article or word.disclosure_rows or word.disclosure_columns else 0
    tables |= APPLICATIONS if word.application_row or word.group or word.applicant or word.is_applicant_group else 0
    tables |= REVIEW if word.branch or word.top or word.outcome else 0
    tables |= STATISTICS if word.statistics_rows or word.statistics_header else 0
    return Meaning(**parts, tables=tables)


class _Vocabulary(msgspec.Struct):
    """Normal forms of labels to their meanings; what exact look-up misses is looked for by core words and starts."""

    exact: dict[str, Meaning]
    cores: tuple[tuple[str, str], ...]
    starts: tuple[tuple[str, str], ...]
    statistics_cores: tuple[tuple[str, str], ...]


@cache
def _vocabulary() -> _Vocabulary:
    found: dict[str, dict[str, Any]] = {}
    forms = load_forms()
    for form in forms.values():
        for block in form.blocks:
            for row in block.rows:
                _add(found, row.labels, "disclosure_rows", (row.key,))
            for column in block.columns:
                _add(found, column.labels, "disclosure_columns", (column.key,))
        for column in form.applicants:
            _add(found, column.labels, "applicant", column.key)
        for item in form.rows:
            _add(found, item.labels, "application_row", item.indicator)
        for column in form.groups:
            _add(found, column.labels, "group", column.key)
        for label in form.applicant_groups:
            _add(found, (label,), "is_applicant_group", True)
        for branch in form.branches:
            _add(found, branch.labels, "branch", branch.key)
        for label in form.tops:
            _add(found, (label,), "top", label)
        for column in form.outcomes:
            _add(found, column.labels, "outcome", column.key)
        if form.caption:
            _add(found, (form.caption,), "is_caption", True)
    statistics = statistics_form().statistics
    assert statistics is not None
    for item in statistics.rows:
        _add(found, item.labels, "statistics_rows", (item.indicator,))
    for kind in ("headers", "unit_headers", "value_headers", "code_headers"):
        for label in getattr(statistics, kind):
            _add(found, (label,), "statistics_header", kind)
    return _Vocabulary(
        {key: _make_meaning(**parts) for key, parts in found.items()},
        tuple((core, row.indicator) for form in forms.values() for row in form.rows for core in row.core),
        tuple((c.starts, c.key) for form in forms.values() for block in form.blocks for c in block.columns if c.starts),
        tuple((core, row.indicator) for row in statistics.rows for core in row.core),
    )


def _add(found: dict[str, dict[str, Any]], labels: tuple[str, ...], part: str, value: Any) -> None:
    for label in labels:
        parts = found.setdefault(label, {})
        if isinstance(value, tuple):
            parts[part] = (*parts.get(part, ()), *(v for v in value if v not in parts.get(part, ())))
        else:
            parts.setdefault(part, value)


# No label of a form is longer; longer text is prose.
MAX_LABEL = 80


def read_label(text: str) -> Meaning:
    """What a printed cell or line may mean as a label; ``NO_MEANING`` where it is none of any form."""
    return _read_label(text) if len(text) <= MAX_LABEL else NO_MEANING


@lru_cache(maxsize=16384)
def _read_label(text: str) -> Meaning:
    if text.isascii():
        return NO_MEANING
    if "条" in text or "條" in text:
        article = ARTICLE.search(simplify(compact(text)))
        if article:
            return _make_meaning(article=article[1])
    key = label_key(text)
    vocabulary = _vocabulary()
    return vocabulary.exact.get(key) or _by_words(key, vocabulary)


def is_official(text: str) -> bool:
    """Whether a text is a label of some form as the data files spell it, not only resembles one."""
    return label_key(text) in _vocabulary().exact


@cache
def _captions() -> frozenset[str]:
    return frozenset(label for form in load_forms().values() if form.statistics for label in form.statistics.captions)


def is_caption(text: str) -> bool:
    """Whether a text is a caption between the lines of the statistics table."""
    return len(text) <= MAX_LABEL and label_key(text) in _captions()


def _by_words(key: str, vocabulary: _Vocabulary) -> Meaning:
    """A label known only by a word in it, or by its beginning where the rest of it was lost."""
    if len(key) > 45:
        return NO_MEANING
    for core, indicator in vocabulary.cores:
        if core in key:
            return _make_meaning(application_row=indicator)
    for core, indicator in vocabulary.statistics_cores:
        if core in key:
            return _make_meaning(statistics_rows=(indicator,))
    if 3 <= len(key) <= 14:
        keys = tuple(dict.fromkeys(column for starts, column in vocabulary.starts if key.startswith(starts)))
        if keys:
            return _make_meaning(disclosure_columns=keys)
    return NO_MEANING

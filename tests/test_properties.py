"""What must hold for every input: spans, order, places of values, and no crash, hang or invented number on damage."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.documents import find_flat_tables, read_document
from parsers.documents.model import Cell, Document, Grid
from parsers.errors import NotAReport
from parsers.grid import MAX_COLUMNS, MAX_SLOTS, SourceCell, collapse_spans, expand_spans
from parsers.reader import parse_report
from parsers.records import RecordSet, Value
from tests.reportgen import LAYOUTS, HtmlOptions, make_report, render_html, render_text
from tests.reportgen.mutate import cut_tables, mutate
from tests.reportgen.score import FORMS, HTML_CASES
from xxgk.reading import time_limit

ROOT = Path(__file__).parents[1]
MUTANTS = 2400
TABLELESS_MUTANTS = 400
TIME_LIMIT = 5.0


# ---------------------------------------------------------------- spans


@st.composite
def tilings(draw: st.DrawFn) -> list[list[SourceCell]]:
    """The rows of a table whose cells fill a rectangle without overlap."""
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    taken: set[tuple[int, int]] = set()
    rows: list[list[SourceCell]] = []
    for r in range(height):
        rows.append([])
        for c in range(width):
            if (r, c) in taken:
                continue
            right = next((n for n in range(c, width) if (r, n) in taken), width) - c
            rows_spanned, columns = draw(st.integers(1, height - r)), draw(st.integers(1, right))
            taken |= {(r + down, c + across) for down in range(rows_spanned) for across in range(columns)}
            rows[-1].append((f"{r}.{c}", rows_spanned, columns, r))
    return rows


wild_spans = st.integers(0, 3) | st.sampled_from((0, 1000, 65_534))
wild_tables = st.lists(
    st.lists(st.tuples(st.text(max_size=3), wild_spans, wild_spans, st.just(1)), max_size=6), min_size=1, max_size=8
)


def _assert_well_formed(rows: list[list[Cell]]) -> None:
    """All rows are of one length, and each slot holds the cell that owns it."""
    assert len({len(row) for row in rows}) <= 1
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            assert rows[cell.row][cell.column] is cell
            assert cell.row <= r < cell.row + cell.row_span
            assert cell.column <= c < cell.column + cell.column_span


@given(tilings())
def test_expanding_then_collapsing_gives_the_source(source: list[list[SourceCell]]) -> None:
    rows = expand_spans(source)
    _assert_well_formed(rows)
    back = collapse_spans(rows)
    used = max(cell.column for row in back for cell in row) + 1
    # Columns in which no cell begins are dropped, with the ends of the spans over them.
    columns = [[cell.column for cell in row] for row in back]
    expected = [
        [
            (text, down, min(across, used - column), line)
            for (text, down, across, line), column in zip(*pair, strict=True)
        ]
        for pair in zip(source, columns, strict=True)
    ]
    assert [[(cell.text, cell.row_span, cell.column_span, cell.line) for cell in row] for row in back] == expected


@given(wild_tables)
def test_wild_spans_give_a_bounded_rectangle(source: list[list[SourceCell]]) -> None:
    rows = expand_spans(source)
    _assert_well_formed(rows)
    assert not rows or len(rows[0]) <= MAX_COLUMNS
    assert sum(map(len, rows)) <= MAX_SLOTS


@given(wild_tables)
@settings(max_examples=50)
def test_expanding_again_changes_nothing(source: list[list[SourceCell]]) -> None:
    once = expand_spans(source)
    again = [[(c.text, c.row_span, c.column_span, c.line) for c in row] for row in collapse_spans(once)]
    assert expand_spans(again) == once


# ---------------------------------------------------------------- same bytes


@cache
def _rendered() -> tuple[bytes, ...]:
    """One input of every layout and of every HTML case, the forms in turn."""
    texts = [render_text(make_report(n, FORMS[n % 3]), layout) for n, layout in enumerate(LAYOUTS)]
    pages = [render_html(make_report(n, FORMS[n % 3]), options) for n, options in enumerate(HTML_CASES.values())]
    return (*texts, *pages)


def _read_all(inputs: list[bytes]) -> list[bytes]:
    return [_read_or_reason(data) for data in inputs]


def _read_or_reason(data: bytes) -> bytes:
    try:
        return parse_report(data).to_json()
    except NotAReport as error:
        return str(error).encode()


def test_reading_twice_and_backwards_gives_the_same_bytes() -> None:
    inputs = list(_rendered())
    first = _read_all(inputs)
    assert _read_all(inputs) == first
    assert _read_all(inputs[::-1])[::-1] == first


def test_reading_does_not_depend_on_the_hash_seed() -> None:
    script = (
        "import hashlib; from tests.test_properties import _read_all, _rendered;"
        "print(hashlib.sha256(b'|'.join(_read_all(list(_rendered())))).hexdigest())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]


# ---------------------------------------------------------------- places


def _misplaced(records: RecordSet, document: Document) -> list[Value]:
    """The values whose raw text is not the text of the cell that they name."""
    grids = [block for block in document.blocks if isinstance(block, Grid)]
    cells = {
        (n, r, c): cell.text for n, g in enumerate(grids) for r, row in enumerate(g.rows) for c, cell in enumerate(row)
    }
    return [value for value in records.values if cells.get((value.table, value.row, value.column)) != value.raw]


def _assert_in_place(records: RecordSet, data: bytes) -> None:
    """Every value's raw text stands in its cell, and it has a number exactly where its status says so."""
    document = read_document(data)
    if _misplaced(records, document):
        # Where the page's own tables gave nothing, its paragraphs are searched for flattened ones.
        find_flat_tables(document)
    assert _misplaced(records, document) == []
    for value in records.values:
        assert (value.value is not None) == (value.status in ("number", "inferred", "ocr")), value
    assert len({(value.indicator, value.applicant) for value in records.values}) == len(records.values)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [*LAYOUTS, *HTML_CASES])
def test_raw_stands_at_its_place(name: str, form: str) -> None:
    report = make_report(1, form)
    data = render_text(report, name) if name in LAYOUTS else render_html(report, HTML_CASES[name])
    _assert_in_place(parse_report(data), data)


# ---------------------------------------------------------------- damage


def _mutants(bases: list[bytes], count: int) -> Iterator[tuple[int, bytes]]:
    for seed in range(count):
        random = Random(seed)
        yield seed, mutate(random.choice(bases), random.choice(bases), random)


def _read_in_time(data: bytes) -> RecordSet | None:
    """The records, or None for no report; fails where reading takes over the limit."""
    records, reason = None, "read"
    try:
        with time_limit(TIME_LIMIT):
            records = parse_report(data)
    except NotAReport as error:
        reason = str(error)
    assert reason.strip(), "the reason is empty"
    assert "\n" not in reason
    return records


@pytest.mark.parametrize("part", range(4))
def test_damaged_inputs_neither_crash_nor_hang(part: int) -> None:
    """2,400 mutated, truncated or spliced inputs: a report with every value in its place, or a reason."""
    bases = list(_rendered())
    read = 0
    for seed, data in _mutants(bases, MUTANTS):
        if seed % 4 != part:
            continue
        try:
            records = _read_in_time(data)
            if records is not None:
                _assert_in_place(records, data)
                read += 1
        except Exception as error:
            error.add_note(f"mutant {seed}")
            raise
    assert read > MUTANTS // 16  # most of them are still reports, or the run would prove little


def test_no_values_where_no_table_was() -> None:
    """Damage to reports whose tables are gone brings forth no number."""
    bases = [render_text(make_report(n, FORMS[n % 3]), "N") for n in range(9)]
    bases += [cut_tables(render_html(make_report(n, FORMS[n % 3]), HtmlOptions(metadata="list"))) for n in range(9)]
    bases += [render_html(make_report(n, "narrative")) for n in range(3)]
    for seed, data in _mutants(bases, TABLELESS_MUTANTS):
        records = _read_in_time(data)
        numbers = [value for value in records.values if value.value is not None] if records else []
        assert numbers == [], f"mutant {seed}"

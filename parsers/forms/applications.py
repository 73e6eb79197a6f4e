"""The table of section 3: 25 rows (23 in the 2019 form) of seven numbers, one a kind of applicant and a total."""

from functools import cache

import msgspec

from parsers.documents.model import Cell, Grid
from parsers.forms.lost import find_candidates, is_glued, read_lost
from parsers.forms.rows import MISSING_LINE, PrintedRow, Slot, is_damaged, place_by_columns, refuse, trim_remarks
from parsers.forms.schema import APPLICATIONS, Form, newest_form, read_label
from parsers.numbers import BLANK, read_number
from parsers.placement import Candidate, Rule, complete, settle

APPLICANTS = tuple(column.key for column in newest_form().applicants)
_UNIT = "件"
_WIDTH = len(APPLICANTS)
_GROUPS = (_WIDTH,)
_NO_DOUBT: frozenset[int] = frozenset()


@cache
def _keys(indicator: str) -> tuple[tuple[str, str], ...]:
    return tuple((indicator, name) for name in APPLICANTS)


class ApplicationRow(msgspec.Struct):
    """One row of section 3: its indicator, and either a cell for each applicant or pieces that lost their column.

    ``placed`` follows the order of ``APPLICANTS``; ``doubtful`` are the places in it where a cell is not certain to
    be that applicant's. ``cells`` are all cells behind the label; ``order`` is that in which the columns are printed.
    """

    indicator: str
    table: int
    cells: list[Cell]
    is_damaged: bool
    placed: list[Cell] = []
    doubtful: frozenset[int] = _NO_DOUBT
    pieces: list[Cell] = []
    order: tuple[str | None, ...] = ()


class _Context(msgspec.Struct):
    """What the rows above say about a row: the group it stands in, the row before, the columns."""

    group: str = ""
    last: str = ""
    order: tuple[str | None, ...] = ()
    columns: tuple[int, ...] = ()


def find_application_rows(
    grid: Grid, rows: list[PrintedRow], table: int, before: tuple[str | None, ...] = ()
) -> tuple[list[ApplicationRow], tuple[str | None, ...]]:
    """The rows of section 3 in a grid, and its order of applicants; ``before`` is that of the part before a cut."""
    if not any(row.tables & APPLICATIONS for row in rows):
        return [], before
    order, columns = _read_header(grid, rows)
    context = _Context(order=order or before or APPLICANTS, columns=columns)
    damaged = is_damaged(grid)
    found: list[ApplicationRow] = []
    for row in rows:
        indicator = _read_indicator(row, context) if row.labels else ""
        if indicator and any(cell.line != MISSING_LINE for cell in row.values):
            found.append(_place_row(indicator, row, context, table, grid.aligned, damaged))
            context.last = indicator
    return found, context.order


def _read_indicator(row: PrintedRow, context: _Context) -> str:
    """The indicator of a row by its last label and the group that it stands in; '' where it is none."""
    indicator = ""
    if sum(1 for word in row.meanings if word.applicant) > 1:
        return ""
    for word in row.meanings:
        if word.group:
            context.group = word.group
        if word.application_row:
            indicator = word.application_row
    if not indicator and len(row.labels) > 1:
        indicator = read_label("".join(cell.text for cell in row.labels)).application_row
    if not indicator or (row.meanings and row.meanings[-1].is_applicant_group):
        return ""
    if not context.last and row.meanings[-1].applicant:
        # 其他 and 总计 above the first row of numbers are headers of columns.
        return ""
    if indicator == "applications.results.other.other" and not _is_in_other(context):
        return ""
    if indicator == "applications.results.total":
        context.group = ""
    return indicator


def _is_in_other(context: _Context) -> bool:
    """其他 alone is the last line of （六）其他处理 only below that group, or below its second line."""
    return context.group == "other" or context.last == "applications.results.other.unpaid"


def _read_header(grid: Grid, rows: list[PrintedRow]) -> tuple[tuple[str | None, ...], tuple[int, ...]]:
    """The applicants in the order of their columns, and these columns where the grid is aligned; empty if lost."""
    head: list[PrintedRow] = []
    for row in rows:
        if row.values and row.filled and not any(word.applicant for word in row.meanings):
            break
        head.append(row)
    names = [word.applicant for row in head for word in row.meanings if word.applicant]
    if len(set(names)) < _WIDTH:
        return (), ()
    if grid.aligned:
        return _columns_of_header(grid, len(head))
    return _order_of_header(head), ()


def _columns_of_header(grid: Grid, height: int) -> tuple[tuple[str | None, ...], tuple[int, ...]]:
    by_column: dict[int, str | None] = {}
    for r in range(height):
        for c, cell in enumerate(grid.rows[r]):
            applicant = read_label(cell.text).applicant if cell.text else ""
            if applicant:
                by_column[c] = applicant
            elif c in by_column and cell.text and cell.row == r:
                by_column[c] = None
    # Between the first and the last applicant a column without one is a local addition.
    first, last = min(by_column), max(by_column)
    columns = tuple(range(first, last + 1))
    order = tuple(by_column.get(c) for c in columns)
    return (order, columns) if sorted(filter(None, order)) == sorted(APPLICANTS) else ((), ())


def _order_of_header(head: list[PrintedRow]) -> tuple[str | None, ...]:
    """The order of columns where only the order of header cells is left: the second line of the header stands
    for 法人或其他组织, between 自然人 and 总计."""
    lines = [[word.applicant or None for cell, word in zip(row.labels, row.meanings, strict=True)] for row in head]
    tops = next((line for line in lines if "natural_person" in line), [])
    subs = next((line for line in lines if "business" in line), [])
    if tops is subs or "total" not in tops:
        flat = [name for line in lines for name in line if name]
        return APPLICANTS if sorted(set(flat)) == sorted(APPLICANTS) else ()
    place = next((n for n, name in enumerate(tops) if name is None), 1)
    order = tuple(name for name in (*tops[:place], *subs, *tops[place + 1 :]))
    named = sorted(name for name in order if name)
    return order if named == sorted(APPLICANTS) else ()


def _place_row(
    indicator: str, row: PrintedRow, context: _Context, table: int, aligned: bool, damaged: bool
) -> ApplicationRow:
    order = context.order
    found = ApplicationRow(indicator, table, row.values, damaged, order=order)
    filled = row.filled
    if len(filled) > len(order):
        filled = trim_remarks(filled, len(order))
    if len(filled) == len(order) and not _has_blank_inside(row, filled, context.columns):
        _place_in_order(found, order, filled, [cell.column_span + cell.row_span == 2 for cell in filled])
    elif aligned and context.columns and all(row.slots[c].line != MISSING_LINE for c in context.columns):
        placed = place_by_columns(row, [(c, c + 1) for c in context.columns])
        merged = any(cell.column_span > 1 for cell, _ in placed)
        _place_in_order(found, order, [cell for cell, _ in placed], [sure and not merged for _, sure in placed])
    elif len(order) == _WIDTH:
        found.pieces = _pieces(row.values, aligned)
    else:
        found.placed = [row.values[min(n, len(row.values) - 1)] for n in range(_WIDTH)]
        found.doubtful = frozenset(range(_WIDTH))
    return found


def _has_blank_inside(row: PrintedRow, filled: list[Cell], columns: tuple[int, ...]) -> bool:
    """Whether the row has as many numbers as columns, but one outside them and a blank cell under a header."""
    if not columns or (filled[0].column == columns[0] and filled[-1].column == columns[-1]):
        return False
    return any(cell.column in columns and not cell.text and cell.line != MISSING_LINE for cell in row.values)


def _place_in_order(
    found: ApplicationRow, order: tuple[str | None, ...], cells: list[Cell], certain: list[bool]
) -> None:
    """Give each applicant its cell, where the columns are printed in ``order`` (None: a local addition)."""
    if order != APPLICANTS:
        places = [order.index(name) for name in APPLICANTS]
        cells, certain = [cells[n] for n in places], [certain[n] for n in places]
    found.placed = cells
    if not all(certain):
        found.doubtful = frozenset(n for n, sure in enumerate(certain) if not sure)


def _pieces(values: list[Cell], aligned: bool) -> list[Cell]:
    """The cells of a row up to its last number; blanks in front of that one are known to stand there."""
    kept = [cell for cell in values if cell.line != MISSING_LINE or cell.text]
    if aligned:
        return kept
    last = max((n for n, cell in enumerate(kept) if cell.text), default=-1)
    return kept[: last + 1]


def read_application_rows(rows: list[ApplicationRow], form: Form) -> dict[tuple[str, str | None], Slot]:
    """The readings of the rows of one copy of the table, rows that lost their columns placed by the sum rules."""
    readings: dict[tuple[str, str | None], Slot] = {}
    _place_whole(rows)
    for row in rows:
        table = row.table
        for key, cell in zip(_keys(row.indicator), row.placed, strict=False):
            readings[key] = Slot(read_number(cell.text, _UNIT), cell, table)
        for n in row.doubtful:
            readings[_keys(row.indicator)[n]] = refuse(row.placed[n], table)
    lost = [row for row in rows if not row.placed]
    if lost:
        _place_lost(lost, rows, readings, form)
    return readings


def _place_whole(rows: list[ApplicationRow]) -> None:
    """Place the rows without columns of a copy that kept its blank cells: each has a cell for every applicant.

    A source that drops blank cells leaves fewer of them in some row, and then none of its rows is placed so.
    """
    lost = [row for row in rows if any(cell.text for cell in row.pieces)]
    if any(row.is_damaged or len(row.pieces) != _WIDTH for row in lost):
        return
    for row in lost:
        _place_in_order(row, row.order, row.pieces, [True] * _WIDTH)


def _place_lost(
    lost: list[ApplicationRow],
    rows: list[ApplicationRow],
    readings: dict[tuple[str, str | None], Slot],
    form: Form,
) -> None:
    glued = is_glued([cell for row in lost for cell in row.pieces])
    damaged = any(row.is_damaged for row in lost)
    candidates = {row.indicator: find_candidates(row.pieces, _GROUPS, glued) if not damaged else [] for row in lost}
    fixed = {row.indicator: _known(row, readings) for row in rows if row.placed}
    # Rows without any candidate are left out, and with them the rules that need them.
    possible = {name: options for name, options in candidates.items() if options}
    settled = settle(possible, fixed, column_rules(form), _WIDTH)
    for row in lost:
        if not any(cell.text for cell in row.pieces) and not damaged:
            slots = [Slot(BLANK, row.cells[0], row.table)] * _WIDTH
        else:
            slots = read_lost(settled.get(row.indicator, []), row.pieces, row.cells, _WIDTH, row.table, glued)
        readings.update(zip(_keys(row.indicator), slots, strict=True))


def _known(row: ApplicationRow, readings: dict[tuple[str, str | None], Slot]) -> Candidate:
    """The one candidate of a row that stands in its columns; cells that could not be read count as nothing."""
    values = [readings[key].reading.value for key in _keys(row.indicator)]
    printed = tuple(value if isinstance(value, int) else None for value in values)
    sums = complete(printed, _GROUPS) or tuple(number or 0 for number in printed)
    return Candidate(printed, sums, (None,) * _WIDTH)


def column_rules(form: Form) -> list[Rule]:
    """T3-RESULT and T3-FLOW as rules over rows (README.md, "Checks")."""
    parts = tuple(row.indicator for row in form.rows if row.indicator.startswith("applications.results."))
    total = "applications.results.total"
    return [
        Rule(tuple(name for name in parts if name != total), (total,)),
        Rule(form.flow_in, form.flow_out),
    ]

"""The table of section 4: fifteen numbers in one row, three groups of five under a header that often lost lines."""

from parsers.documents.model import Cell, Grid
from parsers.forms.lost import find_candidates, is_glued, read_lost
from parsers.forms.rows import MISSING_LINE, PrintedRow, Slot, is_damaged, read_cell, refuse, trim_remarks
from parsers.forms.schema import REVIEW, Form, read_label
from parsers.numbers import BLANK

_UNIT = "件"
_MIN_HEADER = 4


def read_review(
    grid: Grid, rows: list[PrintedRow], table: int, form: Form, in_section: bool
) -> dict[tuple[str, str | None], Slot]:
    """The readings of section 4 in a grid, by indicator; empty where the grid is not that table.

    Under the heading of section 4 (``in_section``) fifteen numbers in a row are enough: header lines get lost.
    """
    if not in_section and not any(row.tables & REVIEW for row in rows):
        return {}
    head: list[PrintedRow] = []
    for row in rows:
        if row.tables & REVIEW and not row.filled:
            head.append(row)
        elif any(word.is_row and not word.is_header for word in row.meanings):
            head = []
        elif head:
            readings = _read_row(grid, head, row, table, form)
            if readings:
                return readings
    return _read_headless(rows, table, form) if in_section else {}


def _read_headless(rows: list[PrintedRow], table: int, form: Form) -> dict[tuple[str, str | None], Slot]:
    """Fifteen numbers in the form's order, where a row has no label and no header is left above it."""
    keys = _keys(set(), form)
    for row in rows:
        if len(row.filled) == len(keys) and not row.labels:
            return {(key, None): read_cell(cell, table, _UNIT) for key, cell in zip(keys, row.filled, strict=True)}
    return {}


def _read_row(
    grid: Grid, head: list[PrintedRow], row: PrintedRow, table: int, form: Form
) -> dict[tuple[str, str | None], Slot]:
    words = [word for line in head for word in line.meanings]
    if sum(1 for word in words if word.outcome or word.branch or word.top) < _MIN_HEADER:
        return {}
    if not (any(word.top or word.branch for word in words)):
        return {}
    keys = _keys(_tops(head, form), form)
    order = _order_by_header(grid, row, form) or keys
    if sorted(order) != sorted(keys):
        order = keys
    filled = trim_remarks(row.filled, len(order)) if len(row.filled) > len(order) else row.filled
    own = [cell for cell in row.values if cell.line != MISSING_LINE or cell.text]
    if grid.aligned and not any(cell.text for cell in own[len(order) :]):
        own = own[: len(order)]
    if len(filled) == len(order):
        return {(key, None): read_cell(cell, table, _UNIT) for key, cell in zip(order, filled, strict=True)}
    if not grid.aligned:
        own = own[: _last(own) + 1]
    if len(own) == len(order):
        return {(key, None): read_cell(cell, table, _UNIT) for key, cell in zip(order, own, strict=True)}
    if not row.values:
        return {}
    if is_damaged(grid):
        return {(key, None): refuse(row.values[0], table) for key in order}
    if not filled:
        return {(key, None): Slot(BLANK, row.values[0], table) for key in order}
    return _place_lost(order, own, row.values, table)


def _last(cells: list[Cell]) -> int:
    return max((n for n, cell in enumerate(cells) if cell.text), default=0)


def _tops(head: list[PrintedRow], form: Form) -> set[str]:
    """Which of the form's groups of branches (行政复议, 行政诉讼) the header names, in normal form."""
    over = {branch.key: branch.top for branch in form.branches}
    return {word.top or over[word.branch] for row in head for word in row.meanings if word.top or word.branch}


def _keys(tops: set[str], form: Form) -> list[str]:
    """The indicators of the branches under the given tops (all three where none is named), in the form's order."""
    branches = [branch for branch in form.branches if not tops or branch.top in tops]
    return [f"{branch.key}.{outcome.key}" for branch in branches for outcome in form.outcomes]


def _order_by_header(grid: Grid, row: PrintedRow, form: Form) -> list[str]:
    """The indicators in the order of the columns, where every column's header can be read; else empty."""
    if not grid.aligned or not row.values:
        return []
    order: list[str] = []
    top = row.values[0].row
    for cell in row.values:
        branch, outcome = "", ""
        for r in range(top):
            word = read_label(grid.rows[r][cell.column].text)
            branch = word.branch or branch
            outcome = word.outcome or outcome
        if not branch or not outcome:
            return []
        order.append(f"{branch}.{outcome}")
    return order if len(set(order)) == len(order) else []


def _place_lost(
    order: list[str], pieces: list[Cell], cells: list[Cell], table: int
) -> dict[tuple[str, str | None], Slot]:
    """Place fewer pieces than columns by T4-SUM alone; what it leaves open is unreadable."""
    glued = is_glued(pieces)
    candidates = find_candidates(pieces, (5,) * (len(order) // 5), glued)
    slots = read_lost(candidates, pieces, cells, len(order), table, glued)
    return {(key, None): slot for key, slot in zip(order, slots, strict=True)}

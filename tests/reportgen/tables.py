"""Ways to change a whole table: cut it, split it, damage it, take a row out."""

from dataclasses import replace
from itertools import pairwise

from tests.reportgen.model import Gold, Report, Table


def split_captions(table: Table) -> list[Table]:
    """One table per caption row (第二十条第…项)."""
    starts = [r for r, row in enumerate(table.rows) if len(row) == 1] + [len(table.rows)]
    return [Table(table.name, table.width, table.rows[first:end]) for first, end in pairwise(starts)]


def cut_table(table: Table, at: int, header: str) -> list[Table]:
    """The table cut before row ``at``; spans that cross the cut go on in the second piece with their text.

    ``header`` is "header" where the three header rows are printed again.
    """
    first, second = [list(row) for row in table.rows[:at]], [list(row) for row in table.rows[at:]]
    crossing = []
    for r, row in enumerate(first):
        for c, box in enumerate(row):
            if r + box.rows > at:
                row[c] = replace(box, rows=at - r)
                crossing.append(replace(box, rows=r + box.rows - at))
    second[0] = crossing + second[0]
    repeated = [list(row) for row in table.rows[:3]] if header == "header" else []
    return [Table(table.name, table.width, first), Table(table.name, table.width, repeated + second)]


def damage_table(table: Table) -> Table:
    """A copy of which every second number is gone."""
    rows = [[box.printed("") if box.key and c % 2 else box for c, box in enumerate(row)] for row in table.rows]
    return Table(table.name, table.width, rows)


def remove_row(table: Table, at: int) -> None:
    """Take row ``at`` out; it must not begin with a tall cell. Tall cells above it become shorter."""
    for r, row in enumerate(table.rows[:at]):
        for c, box in enumerate(row):
            if r + box.rows > at:
                row[c] = replace(box, rows=box.rows - 1)
    del table.rows[at]


def drop_zeros(report: Report) -> Gold:
    """Take every zero of every table out, as extraction does with blank cells; the gold tells them as null."""
    gold: Gold = [(i, a, number or None) for i, a, number in report.gold()]
    for table in report.tables():
        for row in table.rows:
            row[:] = [box for box in row if not (box.key and box.number == 0)]
    return gold

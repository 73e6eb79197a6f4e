"""Ruling lines to tables: lines that touch make one table, the slots between them its cells.

Two lines side by side (a double border) are one, dashes are joined, a missing outer border is put in where the
other lines end. Where no line parts two slots they are one merged cell.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import msgspec

from parsers.documents.pdf.objects import Drawing, Rule
from parsers.documents.pdf.page import Box

# Lines nearer than this are one line: over a whole page, and within a table, where a border may be double.
SNAP = 1.0
_TABLE_SNAP = 2.6
_DOT_SNAP = 0.2
# Dashes further apart than this are two lines.
_MAX_GAP = 4.0
_MIN_LENGTH = 6.0
_TOUCH = 3.5
# No print has room in a column or row narrower than this. One that is not much wider, and that no cell has for
# itself, comes from borders that do not quite meet.
_NARROW = 5.0
_SLIVER = 9.0
# The line above footnotes is shorter than this.
_SEPARATOR = 220.0
MAX_RULES = 1500
MAX_LINES = 200


class Lattice(msgspec.Struct):
    """A table as its lines: ``xs`` and ``ys`` are where slots begin and end, ``owner`` the cell of each slot.

    ``cells`` are (row, column, rows, columns).
    """

    xs: list[float]
    ys: list[float]
    owner: list[list[int]]
    cells: list[tuple[int, int, int, int]]

    @property
    def box(self) -> Box:
        """The outer border."""
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def find_cell(self, x: float, y: float) -> int:
        """The number of the cell that holds a point; -1 where the point is outside."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        if 0 <= row < len(self.ys) - 1 and 0 <= column < len(self.xs) - 1:
            return self.owner[row][column]
        return -1

    def box_of(self, number: int) -> Box:
        """The box of a cell."""
        row, column, rows, columns = self.cells[number]
        return Box(self.xs[column], self.ys[row], self.xs[column + columns], self.ys[row + rows])


def find_lattices(drawing: Drawing) -> list[Lattice]:
    """The tables that the lines of a page draw, from top to bottom; boxes around a text are none."""
    dots = drawing.dots
    across = merge_rules(drawing.across + _join_dots(Rule((d.top + d.bottom) / 2, d.left, d.right) for d in dots))
    down = merge_rules(drawing.down + _join_dots(Rule((d.left + d.right) / 2, d.top, d.bottom) for d in dots))
    if len(across) + len(down) > MAX_RULES:
        return []
    found = [_make_lattice(*group) for group in _group(across, down)]
    lattices = [lattice for lattice in found if lattice is not None and len(lattice.cells) > 1]
    return sorted(lattices, key=lambda lattice: (lattice.ys[0], lattice.xs[0]))


def merge_rules(rules: Iterable[Rule], snap: float = SNAP) -> list[Rule]:
    """The lines with those side by side made one, dashes joined and crumbs dropped."""
    merged: list[Rule] = []
    level: list[Rule] = []
    for rule in sorted(rules):
        if level and rule.at - level[-1].at > snap:
            merged += _join_level(level)
            level = []
        level.append(rule)
    return merged + (_join_level(level) if level else [])


def _join_dots(dots: Iterable[Rule]) -> list[Rule]:
    """The dots that stand in a row as lines; those of lines in the other direction stay single and go."""
    return merge_rules(dots, _DOT_SNAP)


def _join_level(level: list[Rule]) -> list[Rule]:
    """Lines of one level, joined where they meet."""
    at = sum(rule.at for rule in level) / len(level)
    joined: list[Rule] = []
    ordered = sorted(level, key=lambda rule: rule.start)
    start, end = ordered[0].start, ordered[0].end
    for rule in ordered:
        if rule.start - end > _MAX_GAP:
            joined.append(Rule(at, start, end))
            start, end = rule.start, rule.end
        end = max(end, rule.end)
    joined.append(Rule(at, start, end))
    return [rule for rule in joined if rule.end - rule.start >= _MIN_LENGTH]


def _group(across: list[Rule], down: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Lines in groups that hang together, each with lines in both directions."""
    parent = list(range(len(across) + len(down)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for h, line in enumerate(across):
        for v, other in enumerate(down, len(across)):
            if _meets(line, other):
                parent[root(v)] = root(h)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for n, rule in enumerate((*across, *down)):
        groups.setdefault(root(n), ([], []))[n >= len(across)].append(rule)
    return [group for group in groups.values() if group[0] and group[1]]


def _meets(across: Rule, down: Rule) -> bool:
    return (
        across.start - _TOUCH <= down.at <= across.end + _TOUCH
        and down.start - _TOUCH <= across.at <= down.end + _TOUCH
    )


def _make_lattice(across: list[Rule], down: list[Rule]) -> Lattice | None:
    """The table of one group of lines; None where it has one slot only, or more than any table."""
    across, down = merge_rules(across, _TABLE_SNAP), merge_rules(down, _TABLE_SNAP)
    xs = _levels([rule.at for rule in down], [end for rule in across for end in (rule.start, rule.end)])
    ys = _levels([rule.at for rule in across], [end for rule in down for end in (rule.start, rule.end)])
    if not (2 <= len(xs) <= MAX_LINES and 2 <= len(ys) <= MAX_LINES):
        return None
    # parted[r][c]: a line parts slot (r, c) from the one to its right (below it).
    right = _parting(down, xs, ys)
    below = _parting(across, ys, xs)
    cells = _find_cells(right, below, len(ys) - 1, len(xs) - 1)
    xs, ys, cells = _drop_slivers(xs, ys, cells)
    return with_owner(xs, ys, cells)


def _levels(lines: list[float], ends: list[float]) -> list[float]:
    """Where lines stand, and the outermost ends of the lines that cross them where no line stands there."""
    levels = sorted(set(lines))
    if not levels:
        return []
    first, last = min(ends), max(ends)
    if first < levels[0] - _TOUCH:
        levels.insert(0, first)
    if last > levels[-1] + _TOUCH:
        levels.append(last)
    return levels


def _parting(lines: list[Rule], levels: list[float], along: list[float]) -> dict[tuple[int, int], bool]:
    """(n, k): whether the line on level ``n`` covers most of the stretch from ``along[k]`` to ``along[k + 1]``."""
    covered: dict[tuple[int, int], float] = {}
    for rule in lines:
        n = levels.index(rule.at)
        for k in range(len(along) - 1):
            part = min(rule.end, along[k + 1]) - max(rule.start, along[k])
            if part > 0:
                covered[n, k] = covered.get((n, k), 0.0) + part
    return {(n, k): part >= 0.5 * (along[k + 1] - along[k]) for (n, k), part in covered.items()}


def _find_cells(
    right: dict[tuple[int, int], bool], below: dict[tuple[int, int], bool], height: int, width: int
) -> list[tuple[int, int, int, int]]:
    """Slots to cells: each grows to the right, then down, to the next line; the outer border is always one."""
    taken = [[False] * width for _ in range(height)]
    cells: list[tuple[int, int, int, int]] = []
    for r in range(height):
        for c in range(width):
            if taken[r][c]:
                continue
            end = c + 1
            while end < width and not taken[r][end] and not right.get((end, r)):
                end += 1
            bottom = r + 1
            while bottom < height and _grows(right, below, bottom, (c, end), taken):
                bottom += 1
            for row in taken[r:bottom]:
                row[c:end] = [True] * (end - c)
            cells.append((r, c, bottom - r, end - c))
    return cells


def _grows(
    right: dict[tuple[int, int], bool],
    below: dict[tuple[int, int], bool],
    row: int,
    columns: tuple[int, int],
    taken: list[list[bool]],
) -> bool:
    """Whether a cell over these columns goes on in ``row``: no line above it, none inside."""
    start, end = columns
    if any(taken[row][start:end]) or any(right.get((c, row)) for c in range(start + 1, end)):
        return False
    parted = sum(1 for c in range(start, end) if below.get((row, c)))
    return 2 * parted < end - start or parted == 0


def _drop_slivers(
    xs: list[float], ys: list[float], cells: list[tuple[int, int, int, int]]
) -> tuple[list[float], list[float], list[tuple[int, int, int, int]]]:
    """Lines that stand so near that no cell lies between them made one."""
    xs, columns = _merge_levels(xs, [(cell[1], cell[1] + cell[3]) for cell in cells])
    ys, rows = _merge_levels(ys, [(cell[0], cell[0] + cell[2]) for cell in cells])
    moved = [
        (rows[r], columns[c], rows[r + height] - rows[r], columns[c + width] - columns[c])
        for r, c, height, width in cells
    ]
    return xs, ys, [cell for cell in moved if cell[2] > 0 and cell[3] > 0]


def _merge_levels(levels: list[float], spans: Sequence[tuple[int, int]]) -> tuple[list[float], list[int]]:
    """The levels without slivers, and the new number of each old level."""
    single = {start for start, end in spans if end - start == 1}
    kept: list[float] = [levels[0]]
    numbers = [0]
    for n in range(1, len(levels)):
        width = levels[n] - kept[-1]
        if width < _NARROW or (width < _SLIVER and n - 1 not in single and len(kept) > 1):
            numbers.append(len(kept) - 1)
            if n == len(levels) - 1 and len(kept) > 1:
                kept[-1] = levels[n]
            continue
        kept.append(levels[n])
        numbers.append(len(kept) - 1)
    return kept, numbers


def with_owner(xs: list[float], ys: list[float], cells: list[tuple[int, int, int, int]]) -> Lattice:
    """The table of these lines and cells; slots that no cell covers get empty cells of their own."""
    owner = [[-1] * (len(xs) - 1) for _ in range(len(ys) - 1)]
    for number, (row, column, rows, columns) in enumerate(cells):
        for slots in owner[row : row + rows]:
            slots[column : column + columns] = [number] * columns
    for r, slots in enumerate(owner):
        for c, number in enumerate(slots):
            if number < 0:
                slots[c] = len(cells)
                cells.append((r, c, 1, 1))
    return Lattice(xs, ys, owner, cells)


def find_separators(drawing: Drawing, tables: list[Box]) -> list[float]:
    """The heights of short lines from left to right that belong to no table, as they stand above footnotes."""
    return [
        rule.at
        for rule in merge_rules(drawing.across)
        if rule.end - rule.start < _SEPARATOR
        and not any(box.top - _TOUCH <= rule.at <= box.bottom + _TOUCH for box in tables)
    ]

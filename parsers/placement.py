"""Place numbers that lost their columns, by the sum rules alone.

A text may drop blank cells or run cells together, so that a row has fewer pieces than columns. Every way to lay
such a row out is a candidate; the rule within the row and the rules down the columns strike out what cannot be.
Only what all remaining candidates agree on is a reading. Nothing is struck out that some solution needs: the
column test is exact for each rule by itself (reachable sums as bits of an integer).
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations, islice

import msgspec

# Above these the rows stay unreadable: more ways than a small server should look at.
MAX_CANDIDATES = 4000
MAX_SUM = 1 << 18
MAX_SHIFTED_BITS = 20_000_000_000
MAX_TRIED = 40
MAX_GLUED_DIGITS = 60
MAX_NUMBER_DIGITS = 9
MAX_STEPS = 60_000

Printed = tuple[int | None, ...]


class Candidate(msgspec.Struct, frozen=True):
    """One way to lay a row out: ``pieces`` names the piece that each column takes its number from (None: blank).

    ``printed`` are the numbers, ``sums`` the same with what a blank must stand for (0, or what the row's rule
    leaves for a single blank).
    """

    printed: Printed
    sums: tuple[int, ...]
    pieces: tuple[int | None, ...]


class Rule(msgspec.Struct, frozen=True):
    """In each column, the sum of the rows ``left`` equals the sum of the rows ``right``."""

    left: tuple[str, ...]
    right: tuple[str, ...]


def spread(numbers: Sequence[int | None], width: int, groups: Sequence[int]) -> list[Candidate]:
    """All ways to set the pieces of a row into ``width`` columns in order, blanks between them.

    ``groups`` are the sizes of the groups whose last column is the sum of the others ((7,) or (5, 5, 5)). A None
    among the pieces is a blank that is known to stand there. Candidates break no rule of the row: blanks are
    zero, or a single blank of a group is what the group's rule leaves for it, not below zero.
    """
    missing = width - len(numbers)
    if missing < 0:
        return []
    found: list[Candidate] = []
    for columns in combinations(range(width), len(numbers)):
        printed: list[int | None] = [None] * width
        pieces: list[int | None] = [None] * width
        for piece, (column, number) in enumerate(zip(columns, numbers, strict=True)):
            printed[column] = number
            pieces[column] = None if number is None else piece
        sums = complete(printed, groups)
        if sums is not None:
            found.append(Candidate(tuple(printed), sums, tuple(pieces)))
            if len(found) > MAX_CANDIDATES:
                return []
    return list(dict.fromkeys(found))


def complete(printed: Sequence[int | None], groups: Sequence[int]) -> tuple[int, ...] | None:
    """The row with its blanks filled as its rule leaves them, or None where it breaks the rule."""
    sums: list[int] = []
    start = 0
    for size in groups:
        part = list(printed[start : start + size])
        start += size
        blanks = [n for n, number in enumerate(part) if number is None]
        known = [number or 0 for number in part]
        rest = known[-1] - sum(known[:-1])
        if rest != 0:
            if len(blanks) != 1 or (rest < 0) != (blanks[0] == size - 1):
                return None
            known[blanks[0]] = abs(rest)
        sums += known
    return tuple(sums)


def cut(pieces: Sequence[str], width: int, groups: Sequence[int]) -> list[Candidate]:
    """All ways to cut runs of digits into ``width`` numbers that satisfy the rule of each group.

    No number begins with a zero unless it is 0. A number does not reach over the border of two pieces.
    """
    digits = "".join(pieces)
    if not (width <= len(digits) <= MAX_GLUED_DIGITS) or not digits.isdigit():
        return []
    owner = [n for n, piece in enumerate(pieces) for _ in piece]
    cutter = _Cutter(digits, frozenset(accumulate(map(len, pieces))))
    found: list[Candidate] = []
    for way in cutter.cut_groups(0, tuple(groups)):
        numbers = tuple(number for number, _ in way)
        found.append(Candidate(numbers, numbers, tuple(owner[start] for _, start in way)))
        if len(found) > MAX_CANDIDATES:
            return []
    return [] if cutter.steps <= 0 else found


def cut_once(pieces: Sequence[str], width: int) -> tuple[int, ...]:
    """The one way to cut runs of digits into ``width`` numbers of which none begins with a zero; empty if several.

    There is no rule to choose by: a single way is left only where there are as many digits as numbers, or nearly.
    """
    digits = "".join(pieces)
    if not (width <= len(digits) <= MAX_GLUED_DIGITS) or not digits.isdigit():
        return ()
    cutter = _Cutter(digits, frozenset(accumulate(map(len, pieces))))
    ways = list(islice(cutter.cut_numbers(0, len(digits), width, None), 2))
    return tuple(number for number, _ in ways[0]) if len(ways) == 1 and cutter.steps > 0 else ()


_Way = tuple[tuple[int, int], ...]


class _Cutter:
    """Cuts one string of digits; a way is (number, place of its first digit) repeated. ``steps`` bounds the search."""

    def __init__(self, digits: str, borders: frozenset[int]) -> None:
        self.digits = digits
        self.borders = borders
        self.steps = MAX_STEPS

    def cut_groups(self, start: int, groups: tuple[int, ...]) -> Iterator[_Way]:
        """Ways to cut all digits from ``start`` on into groups of which the last number is the sum of the others."""
        if not groups:
            if start == len(self.digits):
                yield ()
            return
        after = sum(groups[1:])
        ends = range(start + groups[0], len(self.digits) - after + 1) if after else (len(self.digits),)
        for end in ends:
            for way in self._cut_group(start, end, groups[0]):
                for more in self.cut_groups(end, groups[1:]):
                    yield way + more

    def _cut_group(self, start: int, end: int, size: int) -> Iterator[_Way]:
        """The total is the last number: its length is tried first, so that the parts can be held against it."""
        for place in range(end - 1, start + size - 2, -1):
            total = self._number(place, end)
            if total is not None:
                for way in self.cut_numbers(start, place, size - 1, total):
                    yield (*way, (total, place))

    def cut_numbers(self, start: int, end: int, count: int, total: int | None) -> Iterator[_Way]:
        """Ways to cut the digits from ``start`` to ``end`` into ``count`` numbers that add up to ``total`` if given."""
        if count == 0:
            if start == end and not total:
                yield ()
            return
        for stop in range(start + 1, end - count + 2):
            self.steps -= 1
            number = self._number(start, stop)
            if self.steps <= 0 or number is None or (total is not None and number > total):
                return
            rest = None if total is None else total - number
            for way in self.cut_numbers(stop, end, count - 1, rest):
                yield ((number, start), *way)

    def _number(self, start: int, end: int) -> int | None:
        """The number that the digits make, or None where they are none or lie on both sides of a border."""
        if end - start > MAX_NUMBER_DIGITS or (self.digits[start] == "0" and end - start > 1):
            return None
        if any(start < border < end for border in self.borders):
            return None
        return int(self.digits[start:end])


class _Work:
    """The rows that may lose candidates, and what may still be spent on shifting bits: then nothing more goes."""

    def __init__(self, open_rows: frozenset[str]) -> None:
        self.left = MAX_SHIFTED_BITS
        self.open_rows = open_rows

    def shift(self, bits: int, values: set[int]) -> int:
        """The sums of one reachable sum and one of the values, as bits."""
        moved = 0
        for value in values:
            moved |= bits << value
        self.left -= len(values) * moved.bit_length()
        return moved


def settle(
    rows: dict[str, list[Candidate]], fixed: dict[str, Candidate], rules: Sequence[Rule], width: int
) -> dict[str, list[Candidate]]:
    """The candidates of ``rows`` that no rule down the columns rules out, struck out until nothing changes.

    ``fixed`` are the rows that are placed in print. Rules that name a row not given are left aside. A row whose
    candidates all go comes back empty: the source contradicts itself there.
    """
    settled = _settle({**{name: [one] for name, one in fixed.items()}, **rows}, frozenset(rows), rules, width)
    return {name: settled[name] for name in rows}


def _settle(
    rows: dict[str, list[Candidate]], open_rows: frozenset[str], rules: Sequence[Rule], width: int
) -> dict[str, list[Candidate]]:
    work = _Work(open_rows)
    usable = [rule for rule in rules if all(name in rows for name in (*rule.left, *rule.right))]
    settled = _sweep(rows, usable, width, work)
    if not all(settled.values()):
        return settled
    for name in [name for name, candidates in settled.items() if 1 < len(candidates) <= MAX_TRIED]:
        kept = [c for c in settled[name] if all(_sweep({**settled, name: [c]}, usable, width, work).values())]
        if len(kept) < len(settled[name]):
            settled = _sweep({**settled, name: kept}, usable, width, work)
        if not kept:
            break
    return settled


def _sweep(rows: dict[str, list[Candidate]], rules: list[Rule], width: int, work: _Work) -> dict[str, list[Candidate]]:
    current = dict(rows)
    changed = True
    while changed and all(current.values()):
        changed = False
        for rule in rules:
            for column in range(width):
                for name, allowed in _supported(current, rule, column, work).items():
                    kept = [candidate for candidate in current[name] if candidate.sums[column] in allowed]
                    if len(kept) < len(current[name]):
                        current[name] = kept
                        changed = True
    return current


def _supported(rows: dict[str, list[Candidate]], rule: Rule, column: int, work: _Work) -> dict[str, set[int]]:
    """For each open row of the rule, the values of one column that some way to fulfil the rule uses."""
    choices = {name: {c.sums[column] for c in rows[name]} for name in (*rule.left, *rule.right)}
    if all(len(values) == 1 for values in choices.values()):
        fulfilled = sum(next(iter(choices[n])) for n in rule.left) == sum(next(iter(choices[n])) for n in rule.right)
        return {} if fulfilled else {name: set() for name in choices if name in work.open_rows}
    if work.left < 0 or sum(max(values, default=0) for values in choices.values()) > MAX_SUM:
        return {}
    supported: dict[str, set[int]] = {}
    for side, opposite in ((rule.left, rule.right), (rule.right, rule.left)):
        reach = 1
        for name in opposite:
            reach = work.shift(reach, choices[name])
        supported.update(_side(choices, side, reach, work))
    return supported


def _side(choices: dict[str, set[int]], names: tuple[str, ...], opposite: int, work: _Work) -> dict[str, set[int]]:
    """The supported values of the open rows on one side, given the sums that the other side reaches."""
    supported: dict[str, set[int]] = {}
    before = 1
    for n, name in enumerate(names):
        if len(choices[name]) > 1:
            others = before
            for other in names[n + 1 :]:
                others = work.shift(others, choices[other])
            supported[name] = {value for value in choices[name] if (others << value) & opposite}
        before = work.shift(before, choices[name])
    return supported

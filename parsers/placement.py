"""Place numbers that lost their columns, by the sum rules alone.

A text may drop blank cells or run cells together, so that a row has fewer pieces than columns. Every way to lay
such a row out is a candidate; the rule within the row and the rules down the columns strike out what cannot be.
Only what all remaining candidates agree on is a reading. Nothing is struck out that some solution needs: the
column test is exact for each rule by itself (reachable sums as bits of an integer).
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import msgspec

# Above these the rows stay unreadable: more ways than a small server should look at.
MAX_CANDIDATES = 4000
MAX_SUM = 1 << 18
MAX_SHIFTED_BITS = 20_000_000_000
MAX_TRIED = 40
MAX_GLUED_DIGITS = 60
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

    No number begins with a zero unless it is 0. A cut lies inside a piece or between two.
    """
    digits = "".join(pieces)
    if not (width <= len(digits) <= MAX_GLUED_DIGITS) or not digits.isdigit():
        return []
    owner = [n for n, piece in enumerate(pieces) for _ in piece]
    borders = frozenset(sum(map(len, pieces[: n + 1])) for n in range(len(pieces)))
    steps = [MAX_STEPS]
    found: list[Candidate] = []
    for numbers, starts in _cut_groups(digits, borders, 0, tuple(groups), steps):
        found.append(Candidate(numbers, tuple(n or 0 for n in numbers), tuple(owner[start] for start in starts)))
        if len(found) > MAX_CANDIDATES:
            return []
    return [] if steps[0] <= 0 else found


def cut_once(pieces: Sequence[str], width: int) -> tuple[int, ...]:
    """The one way to cut runs of digits into ``width`` numbers of which none begins with a zero; empty if several.

    There is no rule to choose by: a single way is left only where there are as many digits as numbers, or nearly.
    """
    digits = "".join(pieces)
    if not (width <= len(digits) <= MAX_GLUED_DIGITS) or not digits.isdigit():
        return ()
    borders = frozenset(sum(map(len, pieces[: n + 1])) for n in range(len(pieces)))
    ways = [way for way, _, end in _cut_numbers(digits, borders, 0, width, 0, [MAX_STEPS]) if end == len(digits)]
    return ways[0] if len(ways) == 1 else ()


_Cut = tuple[Printed, tuple[int, ...]]


def _cut_groups(
    digits: str, borders: frozenset[int], start: int, groups: tuple[int, ...], steps: list[int]
) -> Iterator[_Cut]:
    if not groups:
        if start == len(digits):
            yield (), ()
        return
    after = sum(groups[1:])
    for numbers, starts, end in _cut_numbers(digits, borders, start, groups[0], after, steps):
        if sum(numbers[:-1]) == numbers[-1]:
            for more, more_starts in _cut_groups(digits, borders, end, groups[1:], steps):
                yield (*numbers, *more), (*starts, *more_starts)


def _cut_numbers(
    digits: str, borders: frozenset[int], start: int, count: int, after: int, steps: list[int]
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], int]]:
    """Ways to read ``count`` numbers from ``start`` on, leaving at least ``after`` digits for the rest."""
    if count == 0:
        yield (), (), start
        return
    room = len(digits) - start - (count - 1) - after
    longest = 1 if start < len(digits) and digits[start] == "0" else min(room, 9)
    for size in range(1, longest + 1):
        steps[0] -= 1
        if steps[0] <= 0:
            return
        end = start + size
        if any(start < border < end for border in borders):
            break
        if after == 0 and count == 1 and end != len(digits):
            continue
        number = int(digits[start:end])
        for numbers, starts, stop in _cut_numbers(digits, borders, end, count - 1, after, steps):
            yield (number, *numbers), (start, *starts), stop


class _Work:
    """What may still be spent on shifting bits; when it is gone nothing more is struck out."""

    def __init__(self) -> None:
        self.left = MAX_SHIFTED_BITS

    def shift(self, bits: int, values: set[int]) -> int:
        """The sums of one reachable sum and one of the values, as bits."""
        moved = 0
        for value in values:
            moved |= bits << value
        self.left -= len(values) * moved.bit_length()
        return moved


def settle(rows: dict[str, list[Candidate]], rules: Sequence[Rule], width: int) -> dict[str, list[Candidate]]:
    """Strike out the candidates that some rule down the columns rules out, until nothing changes.

    ``rows`` gives every row its candidates (one for a row that is placed). Rules that name a row not given are
    left aside. A row whose candidates all go comes back empty: the source contradicts itself there.
    """
    work = _Work()
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
        return {} if fulfilled else {name: set() for name in choices if len(rows[name]) > 1}
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

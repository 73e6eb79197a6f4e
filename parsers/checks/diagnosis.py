"""The one misprint that would explain why a total is not the sum of its parts. It explains; it changes nothing."""

from parsers.checks.base import Number, same


def diagnose_sum(parts: list[Number | None], total: Number | None) -> str | None:
    """Name the misprint that explains a row of parts and total that disagree, or None.

    Tried in this order: ``row_shifted`` (the total stands one column to the left and 0 or nothing in its place),
    ``total_blank``, ``total_zero``, ``cells_swapped`` (total and one part), ``digits_merged`` (two cells printed as
    one).
    """
    if any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None]
    if _is_shifted(known, total):
        return "row_shifted"
    if total is None:
        return "total_blank"
    if total == 0:
        return "total_zero"
    if _is_swapped(known, total):
        return "cells_swapped"
    return "digits_merged" if _is_merged(known, total) else None


def _is_shifted(parts: list[Number], total: Number | None) -> bool:
    return not total and len(parts) > 2 and parts[-1] > 0 and same(parts[-1], sum(parts[:-1]))


def _is_swapped(parts: list[Number], total: Number) -> bool:
    whole = sum(parts)
    return any(part > total and same(part, whole - part + total) for part in parts)


def _is_merged(parts: list[Number], total: Number) -> bool:
    """Whether cutting one number in two, the second part into a neighbour that is 0, makes the sum right."""
    whole = sum(parts)
    for n, part in enumerate(parts):
        neighbours = parts[max(n - 1, 0) : n] + parts[n + 1 : n + 2]
        digits = str(part)
        if 0 not in neighbours or not digits.isdigit():
            continue
        if any(whole - part + int(digits[:k]) + int(digits[k:]) == total for k in range(1, len(digits))):
            return True
    return False


def find_swap(differences: dict[str, Number], cells: dict[str, list[Number | None]]) -> frozenset[str]:
    """The two lines that exchanging one cell of each, at the same place, would put right; empty where none are.

    ``differences`` are sum of parts minus total of the lines that fail; ``cells`` their parts in one order.
    """
    names = sorted(differences)
    for n, first in enumerate(names):
        for second in names[n + 1 :]:
            difference = differences[first]
            if not same(difference, -differences[second]):
                continue
            for a, b in zip(cells[first], cells[second], strict=True):
                if a is not None and b is not None and same(a - b, difference):
                    return frozenset((first, second))
    return frozenset()

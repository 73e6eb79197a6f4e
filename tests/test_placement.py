"""Placing numbers by the sum rules: what is settled must be forced, and what is forced is settled."""

from hypothesis import given
from hypothesis import strategies as st

from parsers.placement import Candidate, Rule, complete, cut, cut_once, settle, spread

ROW = (7,)


def row(*parts: int) -> tuple[int, ...]:
    return (*parts, sum(parts))


def fixed(*total: int) -> dict[str, Candidate]:
    return {"total": Candidate(total, total, (None,) * 7)}


@given(st.lists(st.integers(0, 60), min_size=6, max_size=6))
def test_the_true_row_is_among_the_candidates_when_its_zeros_are_dropped(parts: list[int]) -> None:
    numbers = row(*parts)
    kept = [number for number in numbers if number]
    found = [c.sums for c in spread(kept, 7, ROW)]
    assert numbers in found
    assert all(sums[-1] == sum(sums[:-1]) for sums in found)


@given(st.lists(st.integers(0, 60), min_size=6, max_size=6), st.integers(0, 6))
def test_the_true_row_is_among_the_candidates_when_one_cell_is_blank(parts: list[int], gone: int) -> None:
    numbers = row(*parts)
    printed = tuple(None if n == gone else number for n, number in enumerate(numbers))
    kept = [number for number in printed if number is not None]
    candidates = {c.printed: c.sums for c in spread(kept, 7, ROW)}
    assert candidates.get(printed) == numbers


@given(st.lists(st.integers(0, 400), min_size=6, max_size=6))
def test_the_true_cut_is_among_the_cuts(parts: list[int]) -> None:
    numbers = row(*parts)
    found = cut(["".join(map(str, numbers))], 7, ROW)
    assert numbers in [c.printed for c in found]
    assert all(c.printed[-1] == sum(n or 0 for n in c.printed[:-1]) for c in found)


def test_a_cut_keeps_to_the_borders_of_its_pieces() -> None:
    assert [c.printed for c in cut(["1", "20", "300006", "9"], 7, ROW)] == []
    assert [c.pieces for c in cut(["12", "0", "3000", "15"], 7, ROW)] == [(0, 1, 2, 2, 2, 2, 3)]


def test_a_cut_without_rule_is_taken_only_where_it_is_the_only_one() -> None:
    assert cut_once(["000"], 3) == (0, 0, 0)
    assert cut_once(["1", "046"], 3) == (1, 0, 46)
    assert cut_once(["1046"], 3) == ()
    assert cut_once(["12"], 3) == ()


def test_columns_settle_what_a_row_leaves_open() -> None:
    rows = {"granted": spread([2, 2], 7, ROW), "refused": spread([1, 1], 7, ROW)}
    settled = settle(rows, fixed(0, 2, 0, 1, 0, 0, 3), [Rule(("granted", "refused"), ("total",))], 7)
    assert [c.sums for c in settled["granted"]] == [(0, 2, 0, 0, 0, 0, 2)]
    assert [c.sums for c in settled["refused"]] == [(0, 0, 0, 1, 0, 0, 1)]


def test_what_the_columns_cannot_tell_stays_open() -> None:
    rows = {"granted": spread([1, 1], 7, ROW), "refused": spread([1, 1], 7, ROW)}
    settled = settle(rows, fixed(1, 1, 0, 0, 0, 0, 2), [Rule(("granted", "refused"), ("total",))], 7)
    assert len(settled["granted"]) == 2


def test_rows_that_contradict_the_columns_are_left_without_candidates() -> None:
    rows = {"granted": spread([5, 5], 7, ROW)}
    assert settle(rows, fixed(0, 0, 0, 0, 0, 0, 0), [Rule(("granted",), ("total",))], 7)["granted"] == []


@given(st.lists(st.lists(st.integers(0, 9), min_size=6, max_size=6), min_size=2, max_size=5))
def test_nothing_true_is_struck_out(parts: list[list[int]]) -> None:
    truth = {f"r{n}": row(*numbers) for n, numbers in enumerate(parts)}
    total = tuple(map(sum, zip(*truth.values(), strict=True)))
    rows = {name: spread([n for n in numbers if n], 7, ROW) for name, numbers in truth.items()}
    settled = settle(rows, fixed(*total), [Rule(tuple(truth), ("total",))], 7)
    for name, numbers in truth.items():
        assert numbers in [c.sums for c in settled[name]]


def test_blanks_of_a_group_are_filled_by_its_rule() -> None:
    assert complete([1, None, 0, 0, 3], (5,)) == (1, 2, 0, 0, 3)
    assert complete([1, 2, 0, 0, None], (5,)) == (1, 2, 0, 0, 3)
    assert complete([1, None, None, 0, 3], (5,)) is None
    assert complete([4, None, 0, 0, 3], (5,)) is None

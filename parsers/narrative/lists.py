"""The list of parts that a total opens in a sentence: what is in it, and where it ends."""

import re

import msgspec

from parsers.narrative.labels import begins_with_act, clean_label
from parsers.narrative.naming import BREAKS
from parsers.narrative.tokens import Number
from parsers.narrative.words import load_words

# Parts that happen to add up to a total are its parts only if there are some.
_ENOUGH = 3


class PartList(msgspec.Struct):
    """An open list: its total (an index and a value), the unit of its parts, their sum so far, whether they are acts.

    ``last`` is where the number stands with which the parts reach the total to the unit, if any does; ``outer`` the
    list whose part the total is.
    """

    parent: int
    unit: str
    total: float
    of_acts: bool = False
    opened: str = ""
    last: int | None = None
    outer: "PartList | None" = None
    filled: float = 0.0
    parts: int = 0

    def add(self, number: Number) -> None:
        self.filled += number.value
        self.parts += 1

    @property
    def is_full(self) -> bool:
        return self.filled >= self.total

    def completes(self, number: Number) -> bool:
        """Whether the list is complete with one more number, to the unit."""
        return number.unit in (self.unit, "") and self.filled + number.value == self.total


def find_last_part(plain: str, numbers: list[Number], total: float) -> int | None:
    """Where the number stands with which ``numbers``, from the first part on, add up to the total; None if none does.

    What stands in brackets is left out: it divides a part. Few numbers, steps of a procedure and other units prove
    nothing.
    """
    words = load_words()
    filled, parts, depth = 0.0, 0, 0
    before = numbers[0].start
    for number in numbers:
        gap = plain[before : number.start]
        before = number.end
        depth += gap.count("(") - gap.count(")")
        if depth > 0:
            continue
        if parts and (words.parts.search(gap) or number.unit not in (numbers[0].unit, "")):
            return None
        if parts and words.steps.match(clean_label(BREAKS.split(gap)[-1], True)):
            return None
        filled += number.value
        parts += 1
        if filled >= total:
            return number.start if filled == total and parts >= _ENOUGH else None
    return None


def is_nested(plain: str, part: Number, numbers: list[Number], open_list: PartList, marker: str) -> bool:
    """Whether a word for parts right behind a part of an open list divides that part (网站846条,包括政策12条).

    ``numbers`` are those behind the part. A word of another kind than the one that opened the list says so; the same
    word where the list is complete without what follows up to the next semicolon.
    """
    if not numbers or numbers[0].value > part.value or numbers[0].unit not in (part.unit, ""):
        return False
    if _kind(marker) != _kind(open_list.opened):
        return True
    stop = plain.find(";", part.end, numbers[-1].end)
    behind = [number for number in numbers if stop != -1 and number.start > stop]
    return bool(behind) and open_list.completes(behind[0])


def _kind(marker: str) -> str:
    return "其中" if "其中" in marker or "分" in marker else re.sub("^主要|括$", "", marker)


def continues(open_list: PartList, number: Number, parent_unit: str, gap: str, chunk: str) -> bool:
    """Whether an open list goes on with a number: the same unit, room for one more, and no new act."""
    words = load_words()
    if open_list.last is not None and open_list.opened:
        return number.start <= open_list.last
    if number.unit and number.unit not in (open_list.unit, parent_unit):
        return False
    label = clean_label(chunk, True)
    if words.rest.match(label):
        return True
    if (open_list.is_full and (open_list.total or number.value)) or words.list_breaks.search(label):
        return False
    fits = open_list.filled + number.value <= open_list.total
    if begins_with_act(label) and not open_list.of_acts:
        # In a long list an item may well be told with its act.
        return fits and open_list.parts > _ENOUGH and ";" not in gap
    if ";" in gap and (open_list.opened in ("含", "包含") or (words.steps.match(label) and not open_list.of_acts)):
        return False
    return fits or "、" in gap or "," in gap

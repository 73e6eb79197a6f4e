"""From numbers in a sentence to counts with labels and parents.

Step by step: each number takes the words of its own clause as label; a list that 其中, a bracket or 占N% opens makes
its numbers parts of the total before it, until the list is full, another unit comes or another act begins; a total
that closes a list (合计) becomes the parent of what stands before it.
"""

import re

import msgspec

from parsers.narrative.labels import begins_with_act, clean_label, is_left_over
from parsers.narrative.lists import PartList, continues, find_last_part, is_nested
from parsers.narrative.naming import BREAKS, NAMES, look_around, name_number, name_shared
from parsers.narrative.tokens import Number
from parsers.narrative.words import load_words

# A total further back is not meant.
_NEAR = 40
# Percentages are rounded in print.
_ROUNDING = 0.6
# A colon right behind a total opens its list.
_COLON = re.compile(r"\s?:(?=[^,，;；。]{1,16}$)")
_BRACKET = re.compile(r"\([^()]*\)")
_JOINED = re.compile(r"\s?[、和与及,，]\s?(?:约|近)?")


class Reading(msgspec.Struct):
    """One count as read from a text; ``parent`` is its index in the list of readings."""

    label: str
    number: Number
    parent: int | None = None
    stated_none: bool = False
    borrowed: str = ""


class _Sentence:
    """Reads the numbers of one sentence in order."""

    def __init__(self, plain: str, start: int, end: int, readings: list[Reading]) -> None:
        self.plain = plain
        self.start = start
        self.end = end
        self.readings = readings
        self.first = len(readings)
        self.open: PartList | None = None
        self.brackets: list[tuple[int | None, PartList | None]] = []
        self.closed: int | None = None
        self.last_end = start
        # The numbers that are not read yet, the next one first.
        self.ahead: list[Number] = []

    def read(self, numbers: list[Number]) -> None:
        place = 0
        while place < len(numbers):
            pair = self._find_pair(numbers, place)
            self.ahead = numbers[place:]
            if len(pair) > 1:
                self._add_pair(pair)
                place += len(pair)
            else:
                self._add(numbers[place])
                place += 1

    def _gap(self, number: Number) -> str:
        return self.plain[self.last_end : number.start]

    def _add(self, number: Number) -> None:
        around = look_around(self.plain, self.start, self.last_end, number.start, number.end, self.end)
        self._move_brackets(around.gap)
        parent = self._find_parent(number, around.gap, around.piece)
        names = name_shared(around.clause)
        if names:
            self.readings += [Reading(name, number, parent) for name in names]
        else:
            previous = self.readings[-1].label if len(self.readings) > self.first else None
            self.readings.append(Reading(name_number(around, parent is not None, previous), number, parent))
            self._lend_unit(number, around.gap)
        self._close_sum(number, around.piece)
        self.last_end = number.end

    def _lend_unit(self, number: Number, gap: str) -> None:
        """Numbers right before this one that lost their unit have this one's (文字解读130、图文解读60件)."""
        for reading in reversed(self.readings[self.first : -1]):
            if (
                reading.number.unit
                or reading.borrowed
                or not number.unit
                or BREAKS.sub("", gap) != gap.replace("、", "")
            ):
                return
            reading.borrowed = number.unit
            gap = "、"

    def close(self) -> None:
        """Numbers that add up to the first one are its parts, also without a word that says so."""
        roots = [i for i in range(self.first, len(self.readings)) if self.readings[i].parent is None]
        if len(roots) != len(self.readings) - self.first:
            return
        if len(roots) >= 2 and self.first and load_words().among.match(self.plain, self.start, self.end):
            self._close_among(roots)
        elif len(roots) >= 3:
            self._close_first(roots)

    def _close_among(self, roots: list[int]) -> None:
        """Numbers that add up to the one of the sentence before, of which the sentence says that it tells the parts."""
        unit = self.readings[roots[0]].number.unit
        before = next((i for i in range(self.first - 1, -1, -1) if self.readings[i].parent is None), None)
        if before is None or any(self.readings[i].number.unit != unit for i in (before, *roots)):
            return
        if sum(self.readings[i].number.value for i in roots) == self.readings[before].number.value:
            for index in roots:
                self.readings[index].parent = before

    def _close_first(self, roots: list[int]) -> None:
        total, *parts = (self.readings[i] for i in roots)
        same_unit = all(part.number.unit == total.number.unit for part in parts)
        steps = any(load_words().steps.search(part.label) for part in parts)
        if same_unit and not steps and sum(part.number.value for part in parts) == total.number.value > 0:
            for part in parts:
                part.parent = roots[0]

    def _move_brackets(self, gap: str) -> None:
        """Follow the brackets between two numbers: a list inside one is by itself, the outer goes on behind it."""
        self.closed = None
        for place, mark in enumerate(gap):
            if mark == "(":
                has_total = len(self.readings) > self.first and not gap[:place].strip()
                self.brackets.append((len(self.readings) - 1 if has_total else None, self.open))
                if has_total:
                    self.open = None
            elif mark == ")" and self.brackets:
                total, outer = self.brackets.pop()
                if total is not None:
                    self.open, self.closed = outer, total

    def _find_parent(self, number: Number, gap: str, chunk: str) -> int | None:
        words = load_words()
        before = len(self.readings) - 1
        # What a bracket without a number says is of its own thing (37条(含转载),动态类139条).
        marker = (words.parts.search(_BRACKET.sub("", gap)) or _COLON.match(gap)) if before >= self.first else None
        if marker is not None and ";" in gap and number.unit != self.readings[before].number.unit:
            # What is divided has no number: another clause began behind the one before.
            self.open = None
            return None
        if marker is not None:
            total = self._total_for_list(number, marker[0])
            return None if total is None else self._open_list(total, number, chunk, marker[0])
        inside = [index for index, _ in self.brackets if index is not None]
        if inside:
            return inside[-1]
        if is_left_over(chunk, self.plain[number.end : self.end]):
            self.open = None
            return None
        share = words.share.match(self.plain, number.end)
        if share is not None or (before >= self.first and self.open is None and self._is_rest(chunk)):
            root = self._root_of_share(number, float(share[1])) if share else self._root_of_unit(number.unit)
            if root is not None:
                return self._open_list(root, number, chunk)
        while self.open is not None:
            outer = self.open.outer
            is_back = outer is not None and outer.completes(number)
            if not (is_back and ";" in gap) and self._continues(number, gap, chunk):
                self.open.add(number)
                return self.open.parent
            self.open = outer if is_back else None
        return None

    def _is_rest(self, chunk: str) -> bool:
        """Whether a number is what others left of a total; 其他 with a thing of its own is so only behind parts."""
        words = load_words()
        other = words.other.match(chunk.strip())
        is_bare = other is not None and other.end() == len(chunk.strip())
        if other is not None and not is_bare and self.readings[-1].parent is None:
            return False
        if self.closed is not None and other is not None and not is_bare:
            # The parts stood in brackets, which are closed.
            return False
        return words.rest.match(chunk.strip()) is not None

    def _open_list(self, parent: int, number: Number, chunk: str, marker: str = "") -> int:
        if self.open is None or self.open.parent != parent:
            total = float(self.readings[parent].number.value)
            inside = self.open is not None and self.readings[parent].parent == self.open.parent
            self.open = PartList(
                parent,
                number.unit,
                total,
                of_acts=begins_with_act(clean_label(chunk, True)),
                opened=marker,
                last=find_last_part(self.plain, self.ahead, total),
                outer=self.open if inside else None,
            )
        self.open.add(number)
        return parent

    def _total_for_list(self, number: Number, marker: str) -> int | None:
        """What 其中 divides: the total of the list that is open, unless that is full; else the number before."""
        before = len(self.readings) - 1 if self.closed is None else self.closed
        if self.open is None or self.readings[before].parent is None:
            return self._same_unit(before, number)
        if self.open.filled >= self.open.total and self.readings[before].number.value >= number.value:
            return before
        if self.brackets and self.brackets[-1][0] is not None:
            return before
        if is_nested(self.plain, self.readings[before].number, self.ahead, self.open, marker):
            return before
        return self.open.parent

    def _same_unit(self, before: int, number: Number) -> int | None:
        """The total right before; where it is of another unit or 0, one before it in the sentence that has room.

        None where it is too small and others stand before it: which one is meant cannot be told.
        """
        total = self.readings[before].number
        others = [n for n in range(before - 1, self.first - 1, -1) if self.readings[n].parent is None]
        alike = [n for n in others if self.readings[n].number.unit == number.unit]
        if number.unit in (total.unit, "") or not total.unit:
            if not alike or total.value >= number.value:
                return before
            return next((n for n in alike if total.value == 0 and self._has_room(n, number)), None)
        return next((n for n in alike if self._has_room(n, number)), before)

    def _has_room(self, index: int, number: Number) -> bool:
        return self.readings[index].number.value >= number.value

    def _root_of_share(self, number: Number, percent: float) -> int | None:
        """The total, in this sentence or one before, of which the number is that share; else the sentence's own."""
        for index in range(len(self.readings) - 1, max(-1, len(self.readings) - _NEAR), -1):
            total = self.readings[index].number
            if self.readings[index].parent is not None or total.unit != number.unit or total.value <= 0:
                continue
            if total.value >= number.value and abs(100 * number.value / total.value - percent) <= _ROUNDING:
                return index
        return self._root_of_unit(number.unit)

    def _root_of_unit(self, unit: str) -> int | None:
        for index in range(self.first, len(self.readings)):
            reading = self.readings[index]
            if reading.parent is None and (reading.number.unit == unit or not unit):
                return index
        return None

    def _continues(self, number: Number, gap: str, chunk: str) -> bool:
        assert self.open is not None
        return continues(self.open, number, self.readings[self.open.parent].number.unit, gap, chunk)

    def _close_sum(self, number: Number, chunk: str) -> None:
        """A total behind its parts becomes their parent."""
        said = load_words().sums.search(chunk) is not None
        if not (said or "共" in chunk) or len(self.readings) - self.first < 3:
            return
        total = len(self.readings) - 1
        parts = [
            index
            for index in range(self.first, total)
            if self.readings[index].parent is None and self.readings[index].number.unit in (number.unit, "")
        ]
        filled = sum(self.readings[index].number.value for index in parts)
        if len(parts) >= 2 and (filled == number.value or (said and filled <= number.value * 1.5)):
            for index in parts:
                self.readings[index].parent = total

    def _find_pair(self, numbers: list[Number], place: int) -> list[Number]:
        """The numbers that 分别 lists in order, from ``place`` on."""
        gap = self._gap(numbers[place])
        clause = re.split(r"[;；。]", gap)[-1]
        if "分别" not in clause:
            return [numbers[place]]
        pair = [numbers[place]]
        for number in numbers[place + 1 :]:
            if not _JOINED.fullmatch(self.plain[pair[-1].end : number.start]):
                break
            pair.append(number)
        return pair

    def _add_pair(self, pair: list[Number]) -> None:
        clause = re.split(r"[;；。]", self._gap(pair[0]))[-1]
        front, _, behind = clause.partition("分别")
        acts = clean_label(re.sub(r"^(?:为|是|达|有)", "", behind), True)
        names = [clean_label(part, len(pair) > 2) for part in NAMES.split(re.split(r"[,，]", front)[-1])]
        names = [name for name in names if name]
        roots = [i for i in range(self.first, len(self.readings)) if self.readings[i].parent is None]
        if len(names) != len(pair):
            listed = [clean_label(part, True) for part in re.split(r"[、和与及,，]", front)]
            names = [name for name in listed if name][-len(pair) :] if len(listed) >= len(pair) else names
        parents: list[int | None] = [None] * len(pair)
        if len(names) == 1 and len(roots) >= len(pair):
            parents = list(roots[-len(pair) :])
        elif roots and ("其中" in clause or sum(n.value for n in pair) == self.readings[roots[-1]].number.value):
            parents = [roots[-1]] * len(pair)
        for n, number in enumerate(pair):
            name = names[n] if len(names) == len(pair) else names[0] if names else ""
            label = name + acts if not name.endswith(acts) else name
            self.readings.append(Reading(label, number, parents[n]))
        self.last_end = pair[-1].end


def read_sentence(plain: str, start: int, end: int, numbers: list[Number], readings: list[Reading]) -> None:
    """Append the counts of one sentence (``start`` to ``end`` of the narrowed text) to ``readings``."""
    sentence = _Sentence(plain, start, end, readings)
    sentence.read(numbers)
    sentence.close()

"""The label of a number, from the words around it in its sentence."""

import re
from typing import NamedTuple

from parsers.narrative.labels import (
    clean_label,
    ends_with_act,
    holds_act,
    is_act,
    is_connective,
    is_left_over,
    thing_behind,
)
from parsers.narrative.words import load_words

BREAKS = re.compile(r"[,，、；;:：()（）。]")
CLAUSE_BREAKS = re.compile(r"[,，；;:：()（）。]")
_JOINT = re.compile(r"(.{2,14}?)(?:以及|[及和与])")
# A title is no act.
_TITLE = re.compile(r"《[^《》]{1,80}》")
NAMES = re.compile(r"[、和与及]|以及")
# Characters of a label that names several things.
_LONGEST_LIST = 30


class Around(NamedTuple):
    """The words around a number: of the sentence in front of it, since the number before, of its clause, of its own
    piece of the clause (A、B: B), and behind it."""

    before: str
    gap: str
    clause: str
    piece: str
    behind: str


def look_around(plain: str, start: int, last_end: int, number_start: int, number_end: int, end: int) -> Around:
    """The words around a number in a sentence from ``start`` to ``end``; the number before it ends at ``last_end``."""
    gap = plain[last_end:number_start]
    piece = _last_part(gap, BREAKS)
    if not piece.strip() and gap.endswith("("):
        # The number of a thing stands in brackets behind its name.
        piece = BREAKS.split(gap[:-1])[-1]
    elif not piece.strip() and gap.endswith(")") and "(" in gap:
        # What belongs to the thing stands in brackets behind its name (处罚类(含强制)20条).
        piece = BREAKS.split(gap[: gap.rindex("(")])[-1]
    return Around(plain[start:number_start], gap, _last_part(gap, CLAUSE_BREAKS), piece, plain[number_end:end])


def _last_part(text: str, breaks: re.Pattern[str]) -> str:
    return breaks.split(text)[-1]


def name_number(around: Around, is_part: bool, previous: str | None) -> str:
    """What a number counts; ``previous`` is the label of the number before it in the sentence."""
    words = load_words()
    if words.where.search(around.piece.strip()):
        # Only the place of what was done is told in front; the thing ends where its act begins (4个社区设立…).
        return words.verb.split(thing_behind(around.behind), maxsplit=1)[0]
    if is_left_over(around.piece, around.behind):
        return "结转下年"
    joined = _JOINT.fullmatch(around.gap)
    if joined is not None and previous is not None and previous.endswith(joined[1]):
        # What stands in front belongs to the number before (18个栏目及9个专栏).
        return thing_behind(around.behind)
    label = _name_listed(around, is_part) or clean_label(words.changed.sub("", around.piece), is_part)
    if words.bare.match(around.piece.strip(" ,，、:：()（）。")):
        kind = words.kinds.match(around.behind)
        if kind is not None:
            return clean_label(kind[1], True)
        label = "" if label == "其中" else label
    elif words.reached.match(label) and around.piece.strip():
        return _subject_before(around.before) or label
    if not label and not is_part and previous is not None and around.gap.strip() in ("", "、"):
        return previous
    thing = thing_behind(around.behind)
    if thing and is_connective(label):
        label = ""
    if thing and (not label or is_act(label)):
        return clean_label(label + thing, is_part or not label)
    if not label:
        done = words.verb.match(around.behind)
        return done[0] if done else ""
    act = ends_with_act(label) if thing and not is_part else ""
    return act + thing if act else label


def _name_listed(around: Around, is_part: bool) -> str:
    """The label where the words of the number's own piece are too few: "" where they are enough.

    Several things that share a number are told together (咨询、投诉、建议); behind 等 it is the thing that they are
    of; who handed something in is left out.
    """
    words = load_words()
    pieces = [piece for piece in around.clause.split("、") if piece.strip()]
    if len(pieces) > 1 and around.gap != around.before and around.gap == around.clause:
        # The words right behind the number before are its own (20条信息、许可类30条).
        pieces = pieces[1:]
    if not pieces:
        return ""
    offered = words.offered.search(around.clause)
    if offered is not None:
        return _act_of(pieces[:1]) + clean_label(around.clause[offered.end() :], True)
    has_titles = _TITLE.search(around.piece) is not None
    if holds_act(clean_label(around.piece, True)) and not has_titles and not around.piece.strip().endswith("等"):
        return ""
    ends = list(words.and_so_on.finditer(around.piece))
    if ends:
        thing = clean_label(around.piece[ends[-1].end() :], True)
        if words.tail.fullmatch(thing) or not thing:
            thing = thing_behind(around.behind)
        act = _act_of(pieces)
        if thing and (act or len(pieces) > 1):
            return act + thing
        pieces[-1] = pieces[-1][: pieces[-1].rfind("等")] or pieces[-1]
    return _join_pieces(pieces, is_part) if len(pieces) > 1 else ""


def _act_of(pieces: list[str]) -> str:
    """The act that the first of the pieces of a clause begins with, behind time and agency; "" where none does."""
    acts = (load_words().verb.match(clean_label(piece, False)) for piece in pieces)
    return next((act[0] for act in acts if act), "")


def _join_pieces(pieces: list[str], is_part: bool) -> str:
    """Things that share a number, as one label, from the last act on; "" where that is none, or too long."""
    labels = [clean_label(piece, True) for piece in pieces]
    acts = [n for n, label in enumerate(labels) if holds_act(label) and not is_act(label)]
    start = acts[-1] if acts else 0
    first = clean_label(pieces[start], is_part)
    label = "、".join([first, *labels[start + 1 :]])
    return "" if not first or is_act(first) or len(label) > _LONGEST_LIST else label


def _subject_before(text: str) -> str:
    """What the clause before compares, where the number's own only says what it has come to."""
    for clause in reversed(CLAUSE_BREAKS.split(text)):
        subject = load_words().compared.split(clause, maxsplit=1)
        if len(subject) > 1 and subject[0].strip():
            return clean_label(subject[0], False)
    return ""


def name_shared(clause: str) -> list[str]:
    """The labels of one number that is said of several things (各, 均为); empty where it is said of one."""
    mark = load_words().shared.search(clause)
    if mark is None or (mark[0] == "均" and mark.end() != len(clause)):
        return []
    front, behind = clause[: mark.start()], clause[mark.end() :]
    parts = NAMES.split(front)
    # The first thing may have agency, time and 在 in front of it.
    parts[0] = clean_label(re.split("在|通过", parts[0])[-1], False)
    names = _complete_acts([name for name in (clean_label(part, True) for part in parts) if name])
    if len(names) < 2:
        both = re.fullmatch(r"(.{2,4})并(.{2,4}?)((?:政府信息|信息|公开)?.{1,12})", clean_label(front, False))
        return [both[1] + both[3], both[2] + both[3]] if both else []
    acts = clean_label(behind, True) if behind.strip() else ""
    return [name.removeprefix("在").removeprefix("通过") + acts for name in names]


def _complete_acts(names: list[str]) -> list[str]:
    """Acts without a thing get that of the last name (受理、办结申请: 受理申请, 办结申请)."""
    act = load_words().verb.match(names[-1]) if names else None
    thing = names[-1][act.end() :] if act else ""
    return [name + thing if is_act(name) and name != names[-1] else name for name in names]

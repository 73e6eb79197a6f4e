"""Measures and indicators by their code or by words of their labels, Chinese or English."""

import re
from difflib import get_close_matches

from output.measures import Measure, load_indicators, load_measures

# How many are told where several fit, and how many suggestions where none does.
_MOST_TOLD = 12
_MOST_SUGGESTED = 3
_LIKENESS = 0.4
# What stands before the words of an official label: （一）, 1., 三、（二）1., 其中：.
_NUMBERING = re.compile(r"^(?:（[一二三四五六七八九十]+）|[一二三四五六七八九十]+、|\d+\.|其中：)+")
# The name of a group before the line of a label: （三）不予公开:1.属于国家秘密.
_GROUP = re.compile(r"^.*[:：]")


class CompareError(Exception):
    """What is asked for cannot be compared; one line for a person."""


def find_measure(words: str) -> Measure:
    """The one measure or indicator with this code, this label, or all these words in its code and labels.

    Raises CompareError where none or several fit, with what could be meant.
    """
    every = load_measures() | load_indicators()
    if words in every:
        return every[words]
    found = _whole_label(words, every) or _with_words(words, every)
    if len(found) == 1:
        return found[0]
    if not found:
        raise CompareError(f"{words}: no indicator has this code, or these words in its labels; {_suggested(words)}")
    told = ", ".join(f"{item.code} ({item.label_zh})" for item in found[:_MOST_TOLD])
    more = f", and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
    raise CompareError(f"{words}: fits {len(found)} indicators; name one by its code: {told}{more}")


def bare_label(label: str) -> str:
    """A label without its numbering and the name of its group, in lower case.

    >>> bare_label("（三）不予公开:1.属于国家秘密")
    '属于国家秘密'
    """
    return _NUMBERING.sub("", _GROUP.sub("", label)).casefold().strip()


def _whole_label(words: str, every: dict[str, Measure]) -> list[Measure]:
    wanted = words.casefold().strip()
    full = [item for item in every.values() if wanted in (label.casefold() for label in item.labels)]
    # The same words for one form and for all of them: who names no code means all.
    of_all = [item for item in full if item.derived and all(set(other.codes) <= set(item.codes) for other in full)]
    return of_all or full or [item for item in every.values() if wanted in map(bare_label, item.labels)]


def _with_words(words: str, every: dict[str, Measure]) -> list[Measure]:
    wanted = words.casefold().split()
    texts = {code: " ".join((code, *item.labels)).casefold() for code, item in every.items()}
    return [item for code, item in every.items() if wanted and all(word in texts[code] for word in wanted)]


def _suggested(words: str) -> str:
    names: dict[str, str] = {}
    for item in (load_measures() | load_indicators()).values():
        for name in (item.code, item.code.rpartition(".")[2], *map(bare_label, item.labels)):
            names.setdefault(name, item.code)
    close = get_close_matches(words.casefold(), names, n=_MOST_SUGGESTED, cutoff=_LIKENESS)
    if not close:
        return "xxgk codebook lists them all"
    return "closest: " + ", ".join({names[name]: f"{names[name]} ({name})" for name in close}.values())

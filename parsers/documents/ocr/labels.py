"""Labels in which recognition took one character for another, put right by the official forms; numbers never are."""

from difflib import SequenceMatcher
from functools import cache, lru_cache

from parsers.forms.schema import is_official, load_forms
from parsers.text import label_key

# One wrong character in a label of so many, and one more for each further so many.
_MIN_LABEL = 4
_PER_ERROR = 8


@lru_cache(maxsize=2048)
def mend_label(text: str) -> str:
    """The official label that a text is but for a character or so; the text itself where none or several may be.

    >>> mend_label("1.申请人无正当理由途期不补正行政机关不再处理其政府信息公开申请")
    '申请人无正当理由逾期不补正行政机关不再处理其政府信息公开申请'
    >>> mend_label("行政许可"), mend_label("本局许可")
    ('行政许可', '本局许可')
    """
    key = label_key(text)
    if len(key) < _MIN_LABEL or is_official(text):
        return text
    allowed = max(1, len(key) // _PER_ERROR)
    errors = {label: _count_errors(key, label) for label in _official_labels() if abs(len(label) - len(key)) <= allowed}
    fewest = min(errors.values(), default=allowed + 1)
    nearest = [label for label, count in errors.items() if count == fewest]
    return nearest[0] if fewest <= allowed and len(nearest) == 1 else text


def _count_errors(first: str, second: str) -> int:
    """How many characters of the longer text are not in the other at their place in the order."""
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return max(len(first), len(second)) - sum(block.size for block in blocks)


@cache
def _official_labels() -> tuple[str, ...]:
    """The labels of all rows and columns of the forms in normal form, long enough to be told apart."""
    labels: set[str] = set()
    for form in load_forms().values():
        rows = [*form.rows, *(form.statistics.rows if form.statistics else ())]
        columns = [column for block in form.blocks for column in (*block.rows, *block.columns)]
        columns += [*form.groups, *form.applicants, *form.outcomes]
        labels.update(label for row in rows for label in row.labels)
        labels.update(label for column in columns for label in column.labels)
        labels.update(label for branch in form.branches for label in branch.labels)
    return tuple(sorted(label for label in labels if len(label) >= _MIN_LABEL))

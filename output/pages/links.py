"""The names of the places on the page of a report, which stay the same at every build, and where the evidence is."""

from collections.abc import Sequence

from output.pages.evidence import count_anchor, value_anchor
from output.pages.render import printable
from parsers.records import Check, Count, RecordSet, Value

_CARRIED_FORWARD = "applications.carried_forward"

Key = tuple[str, str | None]


class Links:
    """Where the evidence of a report's records is: ``pages`` are the digests of the files that have a page, ``text``
    is that of the file that the text was read from; ``before`` is the report of the year before, "" where none is."""

    def __init__(self, record: RecordSet, pages: Sequence[str], text: str, root: str, before: str) -> None:
        self._own, self._pages, self._text, self._root = record.report.source_sha256, pages, text, root
        self._before = before

    def files(self) -> list[str]:
        """The pages of all files."""
        return [f"{self._root}evidence/{digest}.html" for digest in self._pages]

    def value(self, value: Value | None) -> str:
        """The place of a value's cell; "" where its file has no page."""
        digest = (value.source_sha256 or self._own) if value is not None else ""
        return f"{self._root}evidence/{digest}.html#{value_anchor(value)}" if value and digest in self._pages else ""

    def count(self, count: Count) -> str:
        """The place of a count's words; "" where that file has no page."""
        return f"{self._root}evidence/{self._text}.html#{count_anchor(count)}" if self._text in self._pages else ""

    def before(self, check: Check) -> str:
        """The cell of the report of the year before that a check across years compares with; "" for other checks."""
        anchors = {
            "Y-CARRY": cell_id(_CARRIED_FORWARD, check.subject),
            "Y-IN-FORCE": cell_id(check.subject, None),
        }
        return f"{self._before}.html#{anchors[check.rule]}" if self._before and check.rule in anchors else ""


def cell_id(indicator: str, applicant: str | None) -> str:
    """The id of a cell on the page of its report."""
    return f"cell-{indicator}{f'-{applicant}' if applicant else ''}"


def count_id(count: Count) -> str:
    """The id of counted words on the page of their report."""
    return f"count-{count.count_id}"


def check_id(check: Check) -> str:
    """The id of a check on the page of its report."""
    subject = "".join(c if c.isalnum() or c in "._" else "-" for c in check.subject[:80])
    return f"check-{check.rule}-{subject}"


def cut(text: str, limit: int) -> str:
    """The text as it can be shown, no longer than so much."""
    return printable(text if len(text) <= limit else f"{text[:limit]}…")

"""What the site needs of the files that the numbers were read from: one page per file, made when it is missing."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import msgspec

from parsers.records import Count, RecordSet, Value

Kind = Literal["html", "text", "pdf", "read"]


class EvidencePage(msgspec.Struct, frozen=True):
    """The file as it is shown: ``body`` is HTML that is safe to show, with an element for each anchor.

    ``kind`` says what is shown: the archived page, the text, pictures of the pages, or the text and the tables as they
    were read. ``near`` is how many anchors name the surroundings of what was read, and not its very words.
    """

    kind: Kind
    body: str
    near: int = 0


class EvidenceFile(msgspec.Struct, frozen=True):
    """A file that numbers of a report were read from.

    ``made_of`` is a digest of everything that the page is made of: where it is the same, so is the page. ``make`` gives
    the page, or None where the file cannot be shown. ``has_text`` says that the sections and counts were read from it.
    """

    sha256: str
    made_of: str
    url: str
    fetched_at: str
    make: Callable[[], EvidencePage | None]
    has_text: bool = True


class EvidenceSource(Protocol):
    """Where the files are."""

    def find(self, record: RecordSet) -> Sequence[EvidenceFile]:
        """The files of a report that are still there; its own first."""


class NoEvidence:
    """No file is there: the site shows numbers without links."""

    def find(self, record: RecordSet) -> Sequence[EvidenceFile]:
        """No file."""
        return ()


def value_anchor(value: Value) -> str:
    """The id of the element that shows the cell of a value."""
    return f"v-{value.table}-{value.row}-{value.column}"


def count_anchor(count: Count) -> str:
    """The id of the element that shows the words of a count."""
    return f"c-{count.count_id}"

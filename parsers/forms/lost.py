"""Rows of which the source lost the columns: from cells to candidates, and from what is left of those to readings."""

from collections.abc import Sequence

from parsers.documents.model import Cell
from parsers.forms.rows import Slot, refuse
from parsers.numbers import BLANK, Reading, read_number
from parsers.placement import Candidate, cut, spread

_UNIT = "件"


def is_glued(cells: Sequence[Cell]) -> bool:
    """Whether some cell cannot be one number: digits that begin with a zero, or too many of them."""
    return any(cell.text.isdigit() and read_number(cell.text, _UNIT).value is None for cell in cells)


def find_candidates(pieces: Sequence[Cell], groups: tuple[int, ...], glued: bool) -> list[Candidate]:
    """All ways to lay the pieces of a row out in its columns; none where a piece is no whole number.

    ``glued`` cells may each hold several numbers. The pieces that candidates name count filled cells only where
    they are glued, else all.
    """
    if glued:
        return cut([cell.text for cell in pieces if cell.text], sum(groups), groups)
    numbers: list[int | None] = []
    for cell in pieces:
        value = read_number(cell.text, _UNIT).value
        if cell.text and not isinstance(value, int):
            return []
        numbers.append(value if isinstance(value, int) else None)
    return spread(numbers, sum(groups), groups)


def read_lost(
    candidates: Sequence[Candidate], pieces: Sequence[Cell], cells: Sequence[Cell], width: int, table: int, glued: bool
) -> list[Slot]:
    """One slot a column: inferred or blank where all candidates agree, else unreadable.

    ``cells`` are all cells of the row behind its label; a blank reading needs a blank one to stand on.
    """
    source = [cell for cell in pieces if cell.text] if glued else list(pieces)
    blank = next((cell for cell in cells if not cell.text), None)
    slots: list[Slot] = []
    for n in range(width):
        answers = {(candidate.printed[n], candidate.pieces[n]) for candidate in candidates}
        slot = refuse(cells[min(n, len(cells) - 1)], table)
        if len(answers) == 1:
            value, piece = answers.pop()
            if value is not None and piece is not None:
                slot = Slot(Reading(value, "inferred"), source[piece], table)
            elif blank is not None:
                slot = Slot(BLANK, blank, table)
        slots.append(slot)
    return slots

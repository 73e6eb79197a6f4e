"""Lines of text to the cells that stand on them, whatever marks part the cells.

The layouts met in texts made from web pages (a row a line, a cell a line, the pipe before, after or between
cells, a cell a paragraph, cells run together) differ only in what closes a cell and what ends a row:

- a pipe closes the cell before it; where nothing is before it, it is a blank cell; a pipe at the very front of a
  line with other text is a border;
- a line with two or more cells is a row; other line ends are white space inside a cell;
- without pipes, a line is a cell, and a label with numbers behind it is a label and its cells.
"""

import re
from functools import cache
from itertools import takewhile

import msgspec

from parsers.forms.schema import NO_MEANING, Meaning, is_official, load_forms, read_label, statistics_form
from parsers.numbers import is_dash, read_number
from parsers.text import any_of, compact, narrow, squeeze

# A run of padding longer than this says only that a layout table once stood around the page.
MAX_PADDING = 20
MAX_BARE_CELL = 40
# The widest row of a form has fifteen numbers.
MAX_ROW_WORDS = 17
# The longest label in the header of table 4 is 未经复议直接起诉.
MAX_HEADER_WORD = 8
_PIPES = str.maketrans("｜│┃", "|||")
_VALUE = re.compile(
    r"[?+\-−±约近]{0,3}(?:增加|减少|[增减])?\d[\d,. ]{0,24}[余多%①-⑳]?[一-鿿]{0,3}(?:\(.{1,24}\))?|[增减]|详?见.{1,12}"
    r"|\d[\d,.+\-−增减]{1,60}|[^一-鿿]{0,20}\d[^一-鿿]{0,20}|\ufffc"
)
_NUMERALS = frozenset("零一二两三四五六七八九十")
_PAGE_MARK = re.compile(
    r"[-—–－·\s]{1,6}\d{1,3}[-—–－·\s]{1,6}|第\s?\d{1,3}\s?页(?:\s?[,，/共]{1,2}\s?\d{1,3}\s?页)?|\d{1,3}\s?/\s?\d{1,3}"
)
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?")


class Token(msgspec.Struct, frozen=True, gc=False):
    """One cell of a text: its words, its line as counted by the caller, and the row line it stands on (-1 where line
    ends tell no rows)."""

    text: str
    line: int
    row: int = -1

    @property
    def kind(self) -> str:
        """``label`` (known or other words), ``value`` (a number or what stands for one) or ``blank``."""
        return token_kind(self.text)


def token_kind(text: str) -> str:
    """What a cell's text is by itself; see ``Token.kind``."""
    if text.isdigit():
        return "value"
    if not text or not compact(text):
        return "blank"
    if read_label(text) is not NO_MEANING:
        return "label"
    return "value" if is_value(text) else "label"


def is_value(text: str) -> bool:
    """Whether a text stands where a number belongs: a number, a dash, a remark such as 见附件."""
    plain = narrow(text).strip()
    if is_dash(plain) or plain in _NUMERALS:
        return True
    return len(plain) <= 64 and (
        _VALUE.fullmatch(plain) is not None or read_number(plain, "", True).status not in ("unreadable", "blank")
    )


def has_pipes(line: str) -> bool:
    """Whether cells on the line are parted by pipes."""
    return "|" in line or "｜" in line or "│" in line


def is_furniture(line: str) -> bool:
    """Whether a line is a page mark or the rule of a Markdown table, which stand between rows and mean nothing."""
    return len(line) < 400 and (_PAGE_MARK.fullmatch(line.strip()) is not None or _is_rule(line))


def _is_rule(line: str) -> bool:
    return "--" in line and has_pipes(line) and _RULE.fullmatch(line.strip()) is not None


class PipeReader:
    """Collects the cells of consecutive lines with pipes; text after the last pipe waits for what closes it."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.waiting: list[str] = []
        self.waiting_line = 0

    def add(self, line: str, number: int) -> None:
        """Take in one line, with pipes or without."""
        if not has_pipes(line):
            self._close_before(line, False)
            self._wait(squeeze(line), number)
            return
        segments = _split_pipes(line.translate(_PIPES))
        words = [segment for segment in segments if segment and not segment.isspace()]
        filled = len(words)
        # A label with blank cells around it is a row as well: its numbers are blank, or it is a caption.
        alone = filled == 1 and len(segments) > 3 and not self.waiting and token_kind(squeeze(words[0])) == "label"
        row = number if (filled >= 2 or alone) and not _holds_rows(words) else -1
        if row >= 0 and not (segments[0] and not segments[0].isspace()):
            self.close()
            segments = segments[1:]
        elif filled == 1 and len(segments) > 1 and not segments[0].strip() and not self.waiting:
            segments = segments[1:]
        elif row >= 0:
            self._close_before(segments[0], True)
        self._split(segments, number, row)

    def _close_before(self, first: str, is_row: bool) -> None:
        """Close a label that waits where what comes next does not go on with it: the two make no label together."""
        waiting = "".join(self.waiting)
        if not waiting or is_official(waiting + first):
            return
        if is_row or is_official(waiting) or NO_MEANING not in (read_label(waiting), read_label(first)):
            self.close()

    def _split(self, segments: list[str], number: int, row: int) -> None:
        padding = 0
        for segment in segments[:-1]:
            text = squeeze(segment)
            if text or self.waiting:
                self._wait(text, number)
                self._emit(row)
                padding = 0
            elif padding < MAX_PADDING:
                self.tokens.append(Token("", number, row))
                padding += 1
        rest = squeeze(segments[-1])
        if rest:
            self._wait(rest, number)
            if row >= 0:
                self._emit(row)

    def _wait(self, text: str, number: int) -> None:
        if not self.waiting:
            self.waiting_line = number
        if text:
            self.waiting.append(text)

    def _emit(self, row: int) -> None:
        self.tokens.append(Token("".join(self.waiting), self.waiting_line, row))
        self.waiting.clear()

    def drop_invented_header(self) -> None:
        """Forget the header line of a Markdown table where its words are no official labels and no values."""
        if not self.tokens or self.waiting:
            return
        line = self.tokens[-1].line
        header = list(takewhile(lambda token: token.line == line, reversed(self.tokens)))
        if all(token.kind == "blank" or (token.kind == "label" and meaning(token) is NO_MEANING) for token in header):
            del self.tokens[-len(header) :]

    def close(self) -> None:
        """End the cell that waits, if any."""
        if self.waiting:
            self._emit(-1)


def _holds_rows(words: list[str]) -> bool:
    """Whether a line holds several rows of a table: a text from which the line ends were lost."""
    return len(words) > MAX_ROW_WORDS and sum(1 for word in words if read_label(word.strip()).is_row) > 2


def _split_pipes(line: str) -> list[str]:
    """The line at its pipes; where each cell has a pipe on both sides (|a||b||c|), two together part two cells."""
    cells = line.strip().removeprefix("|").removesuffix("|").split("||")
    if len(cells) > 1 and all(cell and "|" not in cell and not cell.isspace() for cell in cells):
        return ["", *cells, ""]
    return line.split("|")


def split_bare(line: str, number: int) -> list[Token] | None:
    """The cells of a line without pipes, or None where the line is no part of a table as far as it alone tells."""
    text = line.strip()
    if len(text) <= MAX_BARE_CELL * 2 and read_label(text) is not NO_MEANING and not _glued(text):
        return [Token(text, number)]
    pieces = text.split()
    if all(map(is_value, pieces)) and len(pieces) <= 16:
        return [Token(piece, number, number if len(pieces) > 1 else -1) for piece in pieces]
    if "。" in text:
        return None
    return _split_glued(text, number) or _split_labelled(pieces, number) or _split_header(pieces, number)


def _split_header(pieces: list[str], number: int) -> list[Token] | None:
    """A line of the header of table 4, parted by blanks: of some of its labels the rest is on other lines or lost."""
    if not 3 <= len(pieces) <= 16 or any(len(piece) > MAX_HEADER_WORD for piece in pieces):
        return None
    known = sum(1 for piece in pieces if (word := read_label(piece)).outcome or word.branch or word.top)
    return [Token(piece, number) for piece in pieces] if 2 * known > len(pieces) else None


def _split_labelled(pieces: list[str], number: int) -> list[Token] | None:
    """A label with at least one value behind it, parted by blanks."""
    values = list(takewhile(is_value, reversed(pieces)))
    head = "".join(pieces[: len(pieces) - len(values)])
    if not values or not head or len(head) > MAX_BARE_CELL * 2:
        return None
    if len(values) < 5 and read_label(head) is NO_MEANING:
        return None
    return [Token(head, number, number), *(Token(value, number, number) for value in reversed(values))]


@cache
def _label_pattern() -> re.Pattern[str]:
    """Any official label of a row, group or caption, with its own ordinal in front, as it stands in compact text."""
    labels: set[str] = set()
    for form in load_forms().values():
        labels.update(label for row in form.rows for label in row.labels)
        labels.update(label for column in form.groups for label in column.labels)
        for block in form.blocks:
            labels.update(label for column in (*block.rows, *block.columns) for label in column.labels)
        labels.update(label for column in (*form.applicants, *form.outcomes) for label in column.labels)
        labels.update(label for branch in form.branches for label in branch.labels)
        labels.update(form.tops, form.applicant_groups, (form.caption,))
        if form.statistics:
            labels.update(label for row in form.statistics.rows for label in row.labels)
            labels.update(form.statistics.headers, form.statistics.value_headers, form.statistics.captions)
    spelled = sorted((_loose(label) for label in labels if len(label) > 1), key=len, reverse=True)
    ordinal = r"(?:[（(][一二三四五六七八九十]?[)）]|[一二三四五六七八九十][、.]|\d[.．、](?!\d))?"
    stubs = any_of(form.stub for form in load_forms().values() if form.stub)
    stub = rf"[（(]{stubs}[^（()）]{{0,60}}[)）]"
    label = rf"{ordinal}(?:{'|'.join(spelled)})(?:[（(][^（()）]{{0,30}}[一-鿿][^（()）\d]{{0,20}}[)）])?[”」\"]?"
    return re.compile(rf"第二十条第?[（(]?[一五六八九][)）]?项|{stub}|{label}")


def _loose(label: str) -> str:
    """A pattern for a label in normal form that lets punctuation and blanks stand between its characters."""
    return r"[\s、“”\"/·：:《》]{0,2}".join(map(re.escape, label))


def _glued(text: str) -> bool:
    return text[-1:].isdigit()


_MAX_GLUED_LINE = 20_000


def _split_glued(text: str, number: int) -> list[Token] | None:
    """Labels and numbers run together in one string, cut at the labels; None where other words stand between.

    Digits stay one token a run, however many numbers they are: that is for the sum rules to tell.
    """
    if len(text) > _MAX_GLUED_LINE:
        return None
    tokens: list[Token] = []
    place = 0
    found = 0
    for match in _label_pattern().finditer(text):
        if not _add_values(tokens, text[place : match.start()], number):
            return None
        tokens.append(Token(match[0], number))
        place = match.end()
        found += 1
    if not found or not _add_values(tokens, text[place:], number):
        return None
    return tokens if any(token.kind == "value" for token in tokens) or found > 1 else None


def _add_values(tokens: list[Token], between: str, number: int) -> bool:
    """Add what stands between two labels; False where it is neither values nor punctuation."""
    statistics = statistics_form().statistics
    for piece in between.split():
        unit = next((unit for unit in statistics.units if piece.startswith(unit)), "") if statistics else ""
        if unit and (piece == unit or is_value(piece[len(unit) :])):
            tokens.append(Token(unit, number))
            piece = piece[len(unit) :]
        if not piece:
            continue
        if is_value(piece):
            tokens.append(Token(piece, number))
        elif len(piece) > 3 or any(mark.isalnum() for mark in piece):
            return False
    return True


def meaning(token: Token) -> Meaning:
    """What the token may mean as a label."""
    return read_label(token.text)

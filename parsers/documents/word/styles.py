"""What the styles and lists of a Word file give its paragraphs: heading levels, hidden text, the 一、 in front."""

import msgspec
from lxml import etree

from parsers.documents.word.xml import W

_MAX_CHAIN = 20
_MAX_LEVEL = 8
_DIGITS = "零一二三四五六七八九"
_CHINESE = frozenset(
    "chineseCounting chineseCountingThousand ideographDigital japaneseCounting japaneseDigitalTenThousand "
    "taiwaneseCounting taiwaneseCountingThousand taiwaneseDigital koreanCounting".split()
)
_SILENT = frozenset(("bullet", "none"))
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class _Style(msgspec.Struct):
    based_on: str = ""
    outline: int | None = None
    list_id: str = ""
    list_level: int | None = None
    is_hidden: bool | None = None


class _Level(msgspec.Struct):
    form: str = "decimal"
    text: str = ""
    start: int = 1
    style: str = ""


class _List(msgspec.Struct):
    """One list of the document: the definition that it counts with, and where its levels are started anew."""

    definition: str
    starts: dict[int, int]


class Styles:
    """Looks up what a paragraph's style says, and counts its lists; the paragraphs must come in reading order."""

    def __init__(self, styles: etree._Element | None, numbering: etree._Element | None) -> None:
        self._styles = _read_styles(styles) if styles is not None else {}
        self._definitions, self._lists = _read_lists(numbering) if numbering is not None else ({}, {})
        self._counters: dict[str, list[int | None]] = {}
        self._begun: set[str] = set()

    def is_hidden(self, style: str) -> bool:
        """Whether the style hides its text."""
        return bool(self._find(style, "is_hidden"))

    def heading_level(self, paragraph: etree._Element) -> int:
        """1 to 6 where the paragraph or its style has an outline level, else 0."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return 0
        own = _number(properties.find(f"{W}outlineLvl"))
        level = own if own is not None else self._find(_value(properties.find(f"{W}pStyle")), "outline")
        return level + 1 if isinstance(level, int) and 0 <= level < 6 else 0

    def list_mark(self, paragraph: etree._Element) -> str:
        """What Word prints in front of a paragraph of a numbered list, such as （一）; '' outside lists."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return ""
        style = _value(properties.find(f"{W}pStyle"))
        own = properties.find(f"{W}numPr")
        list_id = _value(own.find(f"{W}numId")) if own is not None else ""
        level = _number(own.find(f"{W}ilvl")) if own is not None else None
        list_id = list_id or str(self._find(style, "list_id") or "")
        if list_id not in self._lists:
            return ""
        return self._count(list_id, self._level_of(list_id, level, style))

    def counted(self) -> tuple[dict[str, list[int | None]], set[str]]:
        """How far the lists have been counted, for ``count_from``."""
        return {name: list(counters) for name, counters in self._counters.items()}, set(self._begun)

    def count_from(self, counted: tuple[dict[str, list[int | None]], set[str]]) -> None:
        """Go back to where the lists were."""
        self._counters, self._begun = counted

    def _level_of(self, list_id: str, level: int | None, style: str) -> int:
        if level is None:
            found = self._find(style, "list_level")
            level = found if isinstance(found, int) else None
        if level is None:
            levels = self._definitions.get(self._lists[list_id].definition, {})
            level = next((n for n, item in levels.items() if style and item.style == style), 0)
        return min(max(level, 0), _MAX_LEVEL)

    def _count(self, list_id: str, level: int) -> str:
        item = self._lists[list_id]
        levels = self._definitions.get(item.definition, {})
        counters = self._counters.setdefault(item.definition, [None] * (_MAX_LEVEL + 1))
        if list_id not in self._begun:
            self._begun.add(list_id)
            for place, start in item.starts.items():
                counters[place] = start - 1
        before = counters[level]
        counters[level] = levels.get(level, _Level()).start if before is None else before + 1
        counters[level + 1 :] = [None] * (_MAX_LEVEL - level)
        return _print_mark(levels, level, counters)

    def _find(self, style: str, name: str) -> object:
        """What a style or the nearest one that it is based on says; None where none does."""
        for _ in range(_MAX_CHAIN):
            item = self._styles.get(style)
            if item is None:
                return None
            found: object = getattr(item, name)
            if found is not None and found != "":
                return found
            style = item.based_on
        return None


def is_on(element: etree._Element | None) -> bool:
    """Whether a switch such as <w:vanish/> is there and not switched off."""
    return element is not None and element.get(f"{W}val", "1") not in ("0", "false", "off")


def _value(element: etree._Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "")


def _number(element: etree._Element | None) -> int | None:
    written = _value(element)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 6 else None


def _read_styles(root: etree._Element) -> dict[str, _Style]:
    found: dict[str, _Style] = {}
    for item in root.iter(f"{W}style"):
        hidden = item.find(f"{W}rPr/{W}vanish")
        found[item.get(f"{W}styleId", "")] = _Style(
            _value(item.find(f"{W}basedOn")),
            _number(item.find(f"{W}pPr/{W}outlineLvl")),
            _value(item.find(f"{W}pPr/{W}numPr/{W}numId")),
            _number(item.find(f"{W}pPr/{W}numPr/{W}ilvl")),
            None if hidden is None else is_on(hidden),
        )
    return found


def _read_lists(root: etree._Element) -> tuple[dict[str, dict[int, _Level]], dict[str, _List]]:
    definitions = {
        item.get(f"{W}abstractNumId", ""): {
            int(level.get(f"{W}ilvl", "0")): _read_level(level)
            for level in item.iterfind(f"{W}lvl")
            if level.get(f"{W}ilvl", "0") in "012345678"
        }
        for item in root.iter(f"{W}abstractNum")
    }
    lists: dict[str, _List] = {}
    for item in root.iter(f"{W}num"):
        starts: dict[int, int] = {}
        for change in item.iterfind(f"{W}lvlOverride"):
            place, start = change.get(f"{W}ilvl", ""), _number(change.find(f"{W}startOverride"))
            if start is not None and len(place) == 1 and place in "012345678":
                starts[int(place)] = start
        lists[item.get(f"{W}numId", "")] = _List(_value(item.find(f"{W}abstractNumId")), starts)
    return definitions, lists


def _read_level(level: etree._Element) -> _Level:
    start = _number(level.find(f"{W}start"))
    return _Level(
        _value(level.find(f"{W}numFmt")) or "decimal",
        _value(level.find(f"{W}lvlText")),
        1 if start is None else start,
        _value(level.find(f"{W}pStyle")),
    )


def _print_mark(levels: dict[int, _Level], level: int, counters: list[int | None]) -> str:
    own = levels.get(level)
    if own is None or own.form in _SILENT:
        return ""
    text = own.text
    for place in range(level + 1):
        item = levels.get(place, _Level())
        count = counters[place]
        text = text.replace(f"%{place + 1}", print_number(item.start if count is None else count, item.form))
    # What Word sets apart by a tab must not grow together with a number: "1." and "12条".
    return f"{text} " if text[-1:].isascii() else text


def print_number(number: int, form: str) -> str:
    """A list number in one of Word's number formats; formats that no Chinese document uses come as digits."""
    if form in _CHINESE and 0 <= number < 100:
        return _print_chinese(number)
    if form == "decimalFullWidth":
        return "".join(chr(ord(mark) + 0xFEE0) for mark in str(number))
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    if form.endswith("Letter") and 1 <= number <= 26:
        letter = chr(ord("a") + number - 1)
        return letter.upper() if form.startswith("upper") else letter
    if form.endswith("Roman") and 1 <= number < 40:
        roman = _print_roman(number)
        return roman.upper() if form.startswith("upper") else roman
    return str(number)


def _print_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return (_DIGITS[tens] if tens > 1 else "") + "十" + (_DIGITS[ones] if ones else "")


def _print_roman(number: int) -> str:
    written = ""
    for size, letters in _ROMAN:
        written += letters * (number // size)
        number %= size
    return written

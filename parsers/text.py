"""Normal forms of printed text, so that a label is known however it was typed.

Only full-width forms of ASCII are narrowed; NFKC is not used, because it would turn a footnote mark such as
① after a number into one more digit.
"""

import itertools
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

# Full-width ASCII to ASCII, and every kind of blank to nothing.
NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BLANKS = dict.fromkeys(
    itertools.chain(
        range(0x09, 0x0E),
        range(0x1C, 0x21),
        range(0x2000, 0x2010),
        (0x85, 0xA0, 0xAD, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF),
    )
)
_COMPACT = {**NARROW, **_BLANKS}
# 一、 （一） (1) 1. 1、 1． ① 第一, at the front of a label; a bare number in front of Chinese text as well.
_ORDINAL = re.compile(
    r"(?:[(][一二三四五六七八九十\d]{0,3}[)]|[一二三四五六七八九十]{1,3}[、.,)]|\d{1,2}(?!\d)[.、,)]?|[①-⑳])+"
)
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NOT_LETTERS = re.compile(r"[^\w]|_")
# A header may name the year where the form says 本年 (this year).
_THIS_YEAR = re.compile(r"^20\d\d年度?")
# Mirror sites put it behind characters: 公開(kāi).
_PINYIN = re.compile(r"\([a-zà-ɏ]{1,8}\)")


def any_of(words: Iterable[str]) -> str:
    """A pattern, without a group of its own, for any of the words, the longest first."""
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"


def narrow(text: str) -> str:
    """The text with full-width letters, digits and punctuation as ASCII; length is kept."""
    return text.translate(NARROW)


def compact(text: str) -> str:
    """The narrow text without any white space or zero-width character."""
    return text.translate(_COMPACT)


def squeeze(text: str) -> str:
    """The text with every run of white space as one space, trimmed."""
    return " ".join(text.split())


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def is_traditional(text: str) -> bool:
    """Whether the text holds characters outside GB 2312, the set that simplified official labels keep to."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


def simplify(text: str) -> str:
    """The text in simplified characters; text without traditional ones comes back as it is."""
    if text.isascii() or not is_traditional(text):
        return text
    converted: str = _converter().convert(text)
    return converted


@lru_cache(maxsize=8192)
def label_key(text: str) -> str:
    """The normal form under which labels are compared.

    Blanks, leading ordinals, bracketed remarks and punctuation go; traditional characters are simplified, and
    the pinyin that mirror sites put after them is dropped: ``（二）部分公開（區分處理的…）`` gives ``部分公开``.
    """
    plain = compact(text)
    if not plain.isascii():
        plain = simplify(plain)
    plain = _THIS_YEAR.sub("本年", strip_ordinal(strip_pinyin(plain)))
    if "(" in plain or "[" in plain or "【" in plain:
        plain = _BRACKETED.sub("", plain).split("(", 1)[0]
    return _NOT_LETTERS.sub("", plain)


def strip_pinyin(text: str) -> str:
    """The text without the pinyin in brackets that mirror sites put behind characters."""
    return _PINYIN.sub("", text) if "(" in text else text


def strip_ordinal(plain: str) -> str:
    """Compact text without the ordinals in front; a text of nothing but ordinals comes back as it is."""
    match = _ORDINAL.match(plain)
    if match and match.end() < len(plain):
        return plain[match.end() :]
    return plain

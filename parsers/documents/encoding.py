"""Bytes to text. The bytes decide; what a page declares of itself is only a hint."""

import codecs
import re

from resiliparse.parse.encoding import detect_encoding

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
# GB2312 and GBK are read as GB18030, their superset; Big5 with the Hong Kong characters, as browsers do.
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "hz": "gb18030", "big5": "big5hkscs"}
_CHINESE = frozenset(("utf-8", "gb18030", "big5hkscs", "utf-16", "utf-16-le", "utf-16-be"))
_ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
# A charset is declared near the front of a page; further in, the word stands in prose or scripts.
_DECLARATION_WINDOW = 4096


def decode(data: bytes) -> tuple[str, str]:
    """The text of ``data`` and the name of its encoding; undecodable bytes become U+FFFD.

    Valid UTF-8 is UTF-8. Everything else is told by statistics over the bytes (resiliparse); the declared
    charset counts only where those find no Chinese encoding and it decodes without an error.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data[len(bom) if name == "utf-8" else 0 :].decode(name, "replace").lstrip("\ufeff"), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    name = _superset(detect_encoding(data))
    declared = _declared(data)
    if name not in _CHINESE and declared in _CHINESE and _decodes(data, declared):
        name = declared
    return data.decode(name, "replace"), name


def drop_zero_width(text: str) -> str:
    """The text without the marks that have no width (U+200B to U+200F, U+2060, U+FEFF, soft hyphen)."""
    for mark in _ZERO_WIDTH:
        if mark in text:
            text = text.replace(mark, "")
    return text


def _superset(name: str | None) -> str:
    folded = (name or "utf-8").lower()
    folded = _SUPERSETS.get(folded, folded)
    try:
        return codecs.lookup(folded).name if folded not in _CHINESE else folded
    except LookupError:
        return "utf-8"


def _declared(data: bytes) -> str:
    match = _DECLARED.search(data, 0, _DECLARATION_WINDOW)
    return _superset(match[1].decode("ascii")) if match else ""


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True

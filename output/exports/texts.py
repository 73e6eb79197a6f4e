"""Making text harmless and short enough for the programs that open an export, and names fit for SQL."""

import re

import pyarrow as pa
import pyarrow.compute as pc

# A spreadsheet takes a cell that begins with one of these for a formula, some of them in full width as well, and some
# after white space; a sign alone and a number are no formulas.
FORMULA = r"^\s*[=+\-@＝＋－＠\t\r]"
_PLAIN = r"[+\-]?(?:\d[\d,]*(?:\.\d+)?%?)?"
_formula, _plain = re.compile(FORMULA), re.compile(_PLAIN, re.ASCII)
# What XML 1.0 has no place for.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula.

    >>> is_formula("=1+1"), is_formula("-5"), is_formula("-"), is_formula("@SUM(A1)")
    (True, False, False, True)
    """
    return bool(_formula.match(text)) and not _plain.fullmatch(text)


def harmless_text(text: str) -> str:
    """The text, with ' before it where a spreadsheet may take it for a formula."""
    return f"'{text}" if is_formula(text) else text


def harmless(texts: pa.Array) -> pa.Array:
    """The texts, those that a spreadsheet may take for a formula with ' before them."""
    # Arrow's patterns know less of white space than Python's: it finds suspects, and Python judges those.
    suspects = pc.match_substring_regex(texts, r"^[^\pL\pN]*[=+\-@＝＋－＠\t\r]")
    if not pc.any(suspects).as_py():
        return texts
    changed = [t if t is None else harmless_text(t) for t in texts.filter(suspects).to_pylist()]
    return pc.replace_with_mask(texts, pc.fill_null(suspects, False), pa.array(changed, texts.type))


def without_illegal(text: str) -> str:
    """The text without the control characters that XML files cannot hold."""
    return _ILLEGAL.sub("", text)


def utf16_length(text: str) -> int:
    """The length of a text as Excel counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut_utf16(text: str, limit: int) -> str:
    """The beginning of a text, at most so many characters as Excel counts them."""
    if len(text) <= limit // 2 or utf16_length(text) <= limit:
        return text
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", errors="ignore")


def cut_bytes(text: str, limit: int) -> str:
    """The beginning of a text, at most so many bytes of UTF-8."""
    if len(text) <= limit // 4:
        return text
    data = text.encode("utf-8")
    return text if len(data) <= limit else data[:limit].decode("utf-8", errors="ignore")


def quoted_name(name: str) -> str:
    """The name of a table or column as SQL writes it, whatever characters it has.

    >>> print(quoted_name('fees "paid" back'))
    "fees ""paid"" back"
    """
    doubled = name.replace('"', '""')
    return f'"{doubled}"'

"""What a PDF file would make PDFium do, weighed before it is opened: PDFium itself cannot be stopped.

Two things grow without bound: the instructions of a page, packed a thousand to one, and forms (XObjects) that are
drawn inside forms. Fonts and pictures are left alone, they are not unpacked to find text.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator

import msgspec

from parsers.errors import NotAReport

# The instructions of the fullest page of a report take some 200 KB; PDFium needs 150 times what they take.
MAX_INSTRUCTIONS = 4_000_000
# How often forms may be drawn, forms inside forms counted each time.
MAX_DRAWN = 3_000
_HEAD = 2_000
_SMALL = MAX_INSTRUCTIONS // 1_100
_STREAM = re.compile(rb"stream\r?\n")
_OBJECT = re.compile(rb"(\d{1,10})[ \r\n]+\d{1,5}[ \r\n]+obj\b")
_REFERENCE = re.compile(rb"(\d{1,10})[ \r\n]+\d{1,5}[ \r\n]+R\b")
_FORM = re.compile(rb"/Subtype\s*/Form\b")
# Streams that hold no instructions: pictures, fonts, profiles, tables of other objects' places.
_OTHER = re.compile(rb"/Image\b|/Length1\b|/Type1C|/CIDFontType0C|/OpenType|/XRef\b|/Alternate\b|/Metadata\b")
_FILTERS = re.compile(rb"/(FlateDecode|Fl|ASCII85Decode|A85|ASCIIHexDecode|AHx)\b")
_DO = re.compile(rb"\bDo\b")


class _Form(msgspec.Struct):
    """A form: the objects that it names, and how often it draws another form or picture."""

    names: set[int]
    draws: int


def check_streams(data: bytes) -> None:
    """Raise NotAReport where opening the pages of a PDF would take memory or time without bound."""
    forms: dict[int, _Form] = {}
    for number, head, start in _find_streams(data):
        if _OTHER.search(head) or (_is_small(head, data, start) and not _FORM.search(head)):
            continue
        content = _unpack(head, data, start)
        if len(content) > MAX_INSTRUCTIONS:
            raise NotAReport("a PDF with a page of more instructions than any report has; it is not opened")
        if _FORM.search(head):
            forms[number] = _Form(_names(head), len(_DO.findall(content)))
    if forms:
        _check_forms(forms, data)


def _find_streams(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """(number of the object, what stands before its stream, where the stream begins) of each stream."""
    for match in _STREAM.finditer(data):
        if data[match.start() - 3 : match.start()] == b"end":
            continue
        head = data[max(0, match.start() - _HEAD) : match.start()]
        objects = list(_OBJECT.finditer(head))
        if objects:
            yield int(objects[-1][1]), head[objects[-1].end() :], match.end()


def _is_small(head: bytes, data: bytes, start: int) -> bool:
    """Whether a stream is too short to hold too much: it is packed once, and not a thousand to one."""
    flates = sum(name in (b"FlateDecode", b"Fl") for name in _FILTERS.findall(head))
    return flates <= 1 and data.find(b"endstream", start, start + _SMALL) >= 0


def _names(text: bytes) -> set[int]:
    return {int(number) for number in _REFERENCE.findall(text)}


def _unpack(head: bytes, data: bytes, start: int) -> bytes:
    """A stream unpacked, up to a little more than is allowed; what cannot be unpacked is empty."""
    end = data.find(b"endstream", start)
    content = data[start : end if end >= 0 else len(data)]
    for name in _FILTERS.findall(head):
        try:
            if name in (b"FlateDecode", b"Fl"):
                content = zlib.decompressobj().decompress(content, MAX_INSTRUCTIONS + 1)
            elif name in (b"ASCII85Decode", b"A85"):
                content = base64.a85decode(content.strip().removesuffix(b"~>"))
            else:
                content = binascii.unhexlify(re.sub(rb"[\s>]", b"", content))
        except (zlib.error, ValueError):
            return b""
    return content


def _check_forms(forms: dict[int, _Form], data: bytes) -> None:
    """Raise NotAReport where drawing some form draws too many others, or itself."""
    inner = {number: _inner_forms(form, forms, data) for number, form in forms.items()}
    costs: dict[int, int] = {}
    for number in forms:
        if _cost(number, forms, inner, costs, ()) > MAX_DRAWN:
            raise NotAReport("a PDF whose drawings repeat themselves without end; it is not opened")


def _inner_forms(form: _Form, forms: dict[int, _Form], data: bytes) -> set[int]:
    """The forms that a form can draw: those it names, and those that a list of resources that it names does."""
    found = form.names & forms.keys()
    for number in form.names - forms.keys():
        match = re.search(rb"(?<!\d)%d[ \r\n]+\d{1,5}[ \r\n]+obj\b(.{0,%d}?)endobj" % (number, _HEAD), data, re.DOTALL)
        if match:
            found |= _names(match[1]) & forms.keys()
    return found


def _cost(
    number: int, forms: dict[int, _Form], inner: dict[int, set[int]], costs: dict[int, int], above: tuple[int, ...]
) -> int:
    """How many forms are drawn where this one is; above the limit where it is inside itself or far too deep."""
    if number in above or len(above) > 30:
        return MAX_DRAWN + 1
    if number not in costs:
        each = [_cost(child, forms, inner, costs, (*above, number)) for child in inner[number]]
        costs[number] = min(MAX_DRAWN + 1, 1 + forms[number].draws * max(each, default=0))
    return costs[number]

"""Bytes of a page to text, well enough to find links and words; reading a report is the parsers' matter."""

import codecs
import re

from resiliparse.parse.encoding import detect_encoding

_DECLARED = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
# GB2312 and GBK are read as GB18030, their superset.
_GB = frozenset(("gb2312", "gbk", "gb18030"))


def decode(data: bytes, content_type: str = "") -> str:
    """The text of ``data``; undecodable bytes become U+FFFD.

    Valid UTF-8 is UTF-8 whatever the header says. Else statistics over the bytes decide (resiliparse), and the
    charset of the header only where they find nothing.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(content_type)
    name = (detect_encoding(data) or (declared[1] if declared else "utf-8")).lower()
    try:
        return data.decode("gb18030" if name in _GB else name, "replace")
    except LookupError:
        return data.decode("gb18030", "replace")

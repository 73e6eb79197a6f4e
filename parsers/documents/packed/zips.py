"""ZIP files read with limits: members are read into memory, their names are told and never used as paths.

Sizes that an archive tells of itself are held against what comes out: zipfile stops at the told size, and the check
sum then tells a lie.
"""

import zipfile
import zlib
from io import BytesIO

from parsers.errors import NotAReport

# Word keeps a member for each picture; no office file comes near this.
MAX_MEMBERS = 10_000
# What one member may hold, and the ratio beyond which a large one is a bomb.
MAX_MEMBER = 64 * 2**20
MAX_RATIO = 200
_ALWAYS_FINE = 2**20
_ENCRYPTED = 0x1
_UTF8 = 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAX_NAME = 80
_DIRECTORY_MARK = b"PK\x01\x02"


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The archive; raises NotAReport where it is broken or has more members than any office file."""
    # Counted in the bytes first: zipfile makes an object of each entry before anybody can ask how many there are.
    if data.count(_DIRECTORY_MARK) > 2 * MAX_MEMBERS:
        raise NotAReport(f"a ZIP file of more than {MAX_MEMBERS:,} files; it is not read")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, OSError) as error:
        raise NotAReport(f"a ZIP, DOCX or XLSX file that is broken or cut off ({one_line(str(error))})") from None
    if len(archive.filelist) > MAX_MEMBERS:
        raise NotAReport(f"a ZIP file of {len(archive.filelist):,} files; it is not read")
    return archive


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int = MAX_MEMBER) -> bytes:
    """The bytes of a member; raises NotAReport where it is encrypted, broken, over ``limit`` or a bomb."""
    check_member(info, limit)
    try:
        with archive.open(info) as handle:
            return handle.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise NotAReport(f"{member_name(info)} is broken or cut off ({one_line(str(error))})") from None


def check_member(info: zipfile.ZipInfo, limit: int) -> None:
    """Refuse a member that is encrypted, by its own word over ``limit`` bytes, or a bomb."""
    name = member_name(info)
    if info.flag_bits & _ENCRYPTED:
        raise NotAReport(f"{name} is encrypted; unpack it with its password")
    if info.compress_type not in _METHODS:
        raise NotAReport(f"{name} is compressed in a way that is not read; pack it as an ordinary ZIP file")
    if info.file_size > limit:
        raise NotAReport(f"{name} unpacks to {info.file_size:,} bytes, more than the {limit:,} that are read")
    if info.file_size > max(_ALWAYS_FINE, MAX_RATIO * info.compress_size):
        raise NotAReport(f"{name} unpacks to over {MAX_RATIO} times its size, as only a bomb does; it is not read")


def member_name(info: zipfile.ZipInfo) -> str:
    """The name of a member for a message; without the UTF-8 mark it is UTF-8 or GBK all the same."""
    if info.flag_bits & _UTF8:
        return one_line(info.filename)
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return one_line(info.filename)
    return one_line(decode_name(raw))


def decode_name(raw: bytes) -> str:
    """A file name of unknown encoding: UTF-8, else GB 18030."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def one_line(text: str) -> str:
    """The text fit for a message: printable, in one line, its middle left out where it is long."""
    plain = " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
    if len(plain) <= _MAX_NAME:
        return plain
    return f"{plain[: _MAX_NAME // 2]}…{plain[-_MAX_NAME // 2 :]}"

"""The files inside archives (ZIP, RAR, 7z, gzip), in memory, within limits on count, size, ratio and nesting.

Nothing is written under a name from an archive. RAR and 7z are turned into a tar stream by bsdtar, where it is
installed: it reads the archive from its standard input and is ended when more comes out than is read.
"""

import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple, cast

from parsers.documents.packed.zips import MAX_MEMBER, MAX_RATIO, member_name, one_line, open_zip, read_member
from parsers.documents.programs.processes import end_group, limit_command
from parsers.errors import NotAReport

MAX_FILES = 200
# All files of an archive together, those in archives inside it as well.
MAX_TOTAL = 192 * 2**20
# An archive inside an archive is opened, one inside that is not.
MAX_DEPTH = 2
_TIMEOUT = 30
_MEMORY = 2**30
_JUNK = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")
ZIP, GZIP, RAR, SEVEN_ZIP = b"PK\x03\x04", b"\x1f\x8b", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c"


class Member(NamedTuple):
    """A file of an archive: its name, fit for a message, and its bytes; or why they could not be read."""

    name: str
    data: bytes
    reason: str = ""


class Budget:
    """What may still come out of one archive with all that is inside it."""

    def __init__(self) -> None:
        self.files = MAX_FILES
        self.bytes = MAX_TOTAL

    def take(self, size: int) -> None:
        """Count one more file; raises NotAReport where that is too much."""
        self.files -= 1
        self.bytes -= size
        if self.files < 0:
            raise NotAReport(f"an archive of more than {MAX_FILES} files; unpack it and give the report")
        if self.bytes < 0:
            raise NotAReport(f"an archive that unpacks to more than {MAX_TOTAL:,} bytes; it is not read")


def title_of(data: bytes) -> str:
    """What people call an archive."""
    titles = {ZIP: "a ZIP file", GZIP: "a gzip file", RAR: "a RAR file"}
    return next((title for magic, title in titles.items() if data.startswith(magic)), "a 7z file")


def is_package(names: list[str]) -> bool:
    """Whether the members of a ZIP are the parts of one office document."""
    return "[Content_Types].xml" in names or "mimetype" in names or "OFD.xml" in names


def unpack(data: bytes, budget: Budget, depth: int = 1) -> Iterator[Member]:
    """The files of an archive, those of archives inside it in their place.

    Raises NotAReport where the archive as a whole is broken, a bomb, or cannot be read here.
    """
    for member in _unpack_one(data, budget):
        if member.reason or not _is_archive(member.data):
            yield member
        elif depth >= MAX_DEPTH:
            yield Member(member.name, b"", f"{member.name} is an archive {depth} levels deep")
        else:
            yield from unpack(member.data, budget, depth + 1)


def _is_archive(data: bytes) -> bool:
    if data.startswith((GZIP, RAR, SEVEN_ZIP)):
        return True
    if not data.startswith(ZIP):
        return False
    try:
        return not is_package(open_zip(data).namelist())
    except NotAReport:
        # The reader of single files tells what is wrong with it.
        return False


def _unpack_one(data: bytes, budget: Budget) -> Iterator[Member]:
    if data.startswith(ZIP):
        return _unpack_zip(data, budget)
    if data.startswith(GZIP):
        return _unpack_gzip(data, budget)
    return _unpack_by_bsdtar(data, budget, title_of(data))


def _unpack_zip(data: bytes, budget: Budget) -> Iterator[Member]:
    archive = open_zip(data)
    files = [info for info in archive.infolist() if not info.is_dir() and not _is_junk(info.filename)]
    if len(files) > MAX_FILES:
        raise NotAReport(f"a ZIP file of {len(files):,} files; at most {MAX_FILES} are looked at: give the report")
    for info in files:
        name = member_name(info)
        try:
            content = read_member(archive, info)
        except NotAReport as error:
            yield Member(name, b"", str(error))
            continue
        budget.take(len(content))
        yield Member(name, content)


def _unpack_gzip(data: bytes, budget: Budget) -> Iterator[Member]:
    limit = min(MAX_MEMBER, max(2**20, MAX_RATIO * len(data)))
    reader = zlib.decompressobj(wbits=31)
    try:
        content = reader.decompress(data, limit + 1)
    except zlib.error as error:
        raise NotAReport(f"a gzip file that is broken ({one_line(str(error))})") from None
    if len(content) > limit:
        raise NotAReport(f"a gzip file that unpacks to more than {limit:,} bytes; it is not read")
    if not reader.eof:
        raise NotAReport("a gzip file that is cut off")
    budget.take(len(content))
    yield Member("the gzip file", content)


def _is_junk(name: str) -> bool:
    """Whether a member is what a system leaves behind beside the files that people put in."""
    lowered = name.replace("\\", "/").lower()
    return lowered.startswith(_JUNK[0]) or lowered.rpartition("/")[2] in _JUNK[1:]


def _unpack_by_bsdtar(data: bytes, budget: Budget, title: str) -> Iterator[Member]:
    program = shutil.which("bsdtar")
    if program is None:
        raise NotAReport(f"{title}; install bsdtar (libarchive-tools) to read it, or unpack it")
    with tempfile.TemporaryFile() as source:
        source.write(data)
        source.seek(0)
        # "@-": the entries of the archive on the standard input; the tar goes to the standard output.
        command = limit_command([program, "--format", "pax", "-cf", "-", "@-"], seconds=_TIMEOUT, memory=_MEMORY)
        pipe = subprocess.PIPE
        folder = tempfile.gettempdir()
        process = subprocess.Popen(command, stdin=source, stdout=pipe, stderr=pipe, cwd=folder, start_new_session=True)
        try:
            yield from _read_tar(cast(IO[bytes], process.stdout), budget)
            _, said = process.communicate(timeout=_TIMEOUT)
        except subprocess.TimeoutExpired:
            raise NotAReport(f"{title}; it was not unpacked in {_TIMEOUT} seconds") from None
        finally:
            end_group(process)
    if process.returncode:
        raise NotAReport(f"{title} that is broken, cut off or encrypted ({_last_words(said)})")


def _last_words(said: bytes) -> str:
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return one_line(lines[0].removeprefix("bsdtar: ")) if lines else "bsdtar does not say why"


def _read_tar(stream: IO[bytes], budget: Budget) -> Iterator[Member]:
    try:
        with tarfile.open(fileobj=stream, mode="r|", errors="replace") as tar:
            for info in tar:
                if not info.isreg() or _is_junk(info.name):
                    continue
                budget.take(info.size)
                handle = tar.extractfile(info)
                if handle is not None:
                    yield Member(one_line(info.name), handle.read())
    except tarfile.TarError:
        # What bsdtar then says on its standard error tells more.
        return

"""Office files of old and rare kinds (DOC, WPS, RTF, XML, ODT, ODS) by way of LibreOffice, where it is installed.

LibreOffice reads and writes files: this is the one place of ``parsers`` that writes to the disk. The files stand in a
folder of their own that is removed afterwards, with a profile of its own in which macros are off and links are not
followed; where the system can, the program runs without a network. It is ended with all it started when it takes too
long, and can write no file larger than ``MAX_OUTPUT``.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import msgspec

from parsers.documents.model import Document
from parsers.documents.packed.zips import open_zip
from parsers.documents.programs.processes import end_group, limit_command
from parsers.documents.sheets.workbook import read_workbook
from parsers.documents.word.docx import read_docx
from parsers.errors import NotAReport

# Seconds for one file; below the time that a source as a whole gets. A first start takes about three.
TIMEOUT = 45
MAX_OUTPUT = 256 * 2**20
# It asks for far more than it uses.
MEMORY = 4 * 2**30
PROGRAMS = ("soffice", "libreoffice")
_FILTERS = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML"}
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""


def read_old_text(data: bytes, kind: str, title: str) -> Document:
    """The document that LibreOffice makes of a text; ``kind`` is its suffix and source format.

    Raises NotAReport where LibreOffice is missing, takes too long, or makes nothing of the file.
    """
    document = read_docx(open_zip(_convert(data, kind, title, "docx")), _refuse_embedded)
    return msgspec.structs.replace(document, source_format=kind)


def read_old_sheet(data: bytes, kind: str, title: str) -> Document:
    """As ``read_old_text`` for a workbook."""
    return read_workbook(_convert(data, kind, title, "xlsx"), kind)


def _convert(data: bytes, kind: str, title: str, target: str) -> bytes:
    program = find_office()
    if program is None:
        raise NotAReport(f"{title}; install LibreOffice to read it")
    with tempfile.TemporaryDirectory(prefix="xxgk-") as name:
        folder = Path(name)
        source, made = folder / f"source.{kind}", folder / "out" / f"source.{target}"
        source.write_bytes(data)
        _write_settings(folder / "profile")
        _run(_command(program, folder, source, _FILTERS[target]), folder, title)
        if not made.is_file():
            raise NotAReport(f"{title} that LibreOffice cannot read; it is broken, cut off or encrypted")
        if made.stat().st_size > MAX_OUTPUT // 4:
            raise NotAReport(f"{title} from which LibreOffice made an outsize one; it is not read")
        return made.read_bytes()


def find_office() -> str | None:
    """The path of LibreOffice, or None where it is not installed."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def _refuse_embedded(data: bytes) -> Document:
    raise NotAReport("it is set into a file that was converted")


def _write_settings(profile: Path) -> None:
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")


def _command(program: str, folder: Path, source: Path, target: str) -> list[str]:
    office = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    office += ["--nolockcheck", "--nodefault", "--nofirststartwizard", "--nologo", "--convert-to", target]
    office += ["--outdir", str(folder / "out"), str(source)]
    return limit_command(office, seconds=2 * TIMEOUT, memory=MEMORY, output=MAX_OUTPUT)


def _run(command: list[str], folder: Path, title: str) -> None:
    """Run the command to its end; whatever happens, nothing of what it started is left running."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    environment = {**kept, "HOME": str(folder), "TMPDIR": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
    )
    try:
        process.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        raise NotAReport(f"{title}; LibreOffice did not read it in {TIMEOUT} seconds") from None
    finally:
        end_group(process)

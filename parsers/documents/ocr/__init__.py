"""Pictures and scanned PDF files to a document: the optional extra ``ocr``. Without it one line says what to install.

Whatever is read here is doubtful: ``Document.pictures`` names the pages, and ``parsers.confirm`` marks their values.
"""

from importlib.util import find_spec

from parsers.documents.model import Document
from parsers.errors import NotAReport

HINT = "install xxgk[ocr] to read it"


def is_installed() -> bool:
    """Whether the extra ``ocr`` is there."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def read_picture(data: bytes, source_format: str, title: str) -> Document:
    """The document in a PNG or JPEG file; ``title`` is what a person calls such a file.

    Raises NotAReport where the extra is missing, the picture is damaged, too large or too small, or reading it takes
    too long.
    """
    _require_extra(f"{title} (a page as a picture)")
    # Loading takes seconds; who reads no pictures does not wait for it.
    from parsers.documents.ocr import build, engine

    return build.read_picture(data, source_format, title, engine.load_engine())


def read_scanned(data: bytes, reason: str) -> Document:
    """The document in a PDF file whose pages are read as pictures, as its text cannot be used for this ``reason``.

    Raises NotAReport where the extra is missing, the file has too many pages, or reading them takes too long.
    """
    _require_extra(reason)
    from parsers.documents.ocr import build, engine

    return build.read_scanned(data, reason, engine.load_engine())


def _require_extra(reason: str) -> None:
    if not is_installed():
        raise NotAReport(f"{reason}; {HINT}")

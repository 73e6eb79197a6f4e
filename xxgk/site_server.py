"""Serves the files of a site to browsers on this machine, and to no one else."""

import os
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
_NAMES = ("127.0.0.1", "localhost")
_PAGES = (
    "default-src 'none'; style-src 'self'; script-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
# Archived pages: no script, no request, whatever is in them.
_EVIDENCE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


class _Handler(SimpleHTTPRequestHandler):
    """Files below the folder; no lists of folders, nothing that a link leads out to."""

    server_version = "xxgk"
    sys_version = ""

    def send_head(self) -> Any:
        host = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host")
        if host not in _NAMES:
            # Another site's name that was made to lead here.
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        path = os.path.realpath(self.translate_path(self.path))
        if not Path(path).is_relative_to(os.path.realpath(self.directory)):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        evidence = self.path.startswith("/evidence/")
        self.send_header("Content-Security-Policy", _EVIDENCE if evidence else _PAGES)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def guess_type(self, path: str | os.PathLike[str]) -> str:
        kind = super().guess_type(path)
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the person looks at the browser."""


def make_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of a folder, on a port of this machine (0: a free one); raises OSError where that is taken."""
    return ThreadingHTTPServer((HOST, port), partial(_Handler, directory=os.fspath(folder)))

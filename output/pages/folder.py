"""The folder of a site: only what changed is written, and what is no part of the site any more is removed."""

import os
from pathlib import Path

from output.own import SITE_MARKER
from output.replace import DatasetError, check_place, make_folder

_TOLD = "Written by xxgk site, which removes pages here that are no part of the site any more.\n"
# So much of the front of a page holds what it is made of.
_HEAD = 1024


class SiteError(Exception):
    """A site cannot be written; the message is one line for a person."""


class SiteFolder:
    """Writes the files of one site. Raises SiteError where the folder holds something else."""

    def __init__(self, folder: Path) -> None:
        if folder.is_dir():
            foreign = next((entry.name for entry in sorted(folder.iterdir())), "")
            if foreign and not (folder / SITE_MARKER).is_file():
                raise SiteError(f"{folder}: holds {foreign}, which is no part of a site; name a new folder")
        elif os.path.lexists(folder):
            raise SiteError(f"{folder}: is a file; name a folder for the site")
        self._folder = folder
        self._kept: set[str] = set()
        self.written = 0
        try:
            check_place(folder)
            make_folder(folder, folder)
        except DatasetError as error:
            raise SiteError(str(error)) from None
        self.write(SITE_MARKER, _TOLD)

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, name: str) -> bool:
        return name in self._kept

    def write(self, name: str, text: str) -> None:
        """Make a file hold a text; one that holds it already is left alone."""
        path, data = self._folder / name, text.encode("utf-8", "replace")
        self._kept.add(name)
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return
        path.parent.mkdir(exist_ok=True, parents=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(data)
        part.replace(path)
        self.written += 1

    def keep(self, name: str, sign: str) -> bool:
        """Whether a file is there that holds a sign near its front; it then stays as it is."""
        try:
            with (self._folder / name).open("rb") as file:
                found = sign.encode() in file.read(_HEAD)
        except OSError:
            return False
        if found:
            self._kept.add(name)
        return found

    def remove_others(self) -> int:
        """Remove the pages that this site does not hold; how many there were."""
        removed = 0
        for top, folders, names in os.walk(self._folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = Path(top, name)
                relative = path.relative_to(self._folder).as_posix()
                if relative not in self._kept and path.suffix in (".html", ".part"):
                    path.unlink()
                    removed += 1
        return removed

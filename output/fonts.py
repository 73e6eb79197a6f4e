"""A font with Chinese characters, for figures: they are drawn by a library that brings none."""

import os
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

_ENDINGS = (".ttf", ".ttc", ".otf", ".otc")


def font_stack() -> str:
    """The families that a figure asks for, the first that there is being taken."""
    return ", ".join((*_data()["families"], "sans-serif"))


def find_chinese_font(folders: Iterable[str] | None = None) -> Path | None:
    """The file of a font with Chinese characters, or None where the folders of the system hold none."""
    starts = tuple(name.casefold() for name in _data()["files"])
    for folder in _data()["folders"] if folders is None else folders:
        for place, inside, names in os.walk(Path(folder).expanduser()):
            inside.sort()
            for name in sorted(names):
                if name.casefold().startswith(starts) and name.casefold().endswith(_ENDINGS):
                    return Path(place, name)
    return None


@cache
def _data() -> dict[str, list[str]]:
    return tomllib.loads(files(__package__).joinpath("fonts.toml").read_text(encoding="utf-8"))

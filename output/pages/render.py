"""The templates with the words of a language; whatever comes from outside is shown as text."""

from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from output.pages.words import words_of

# Longer texts of a header or label are no such thing.
_CUT = "cut"
# No printable characters, but harmless: white space, and marks of direction and joining, which bdi keeps apart.
_KEPT = frozenset("\n\t \u3000\xa0\ufeff").union(map(chr, range(0x2000, 0x2070)))


@cache
def _environment(language: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("output.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    words = words_of(language)
    environment.globals["w"] = words
    environment.filters["short"] = lambda text, limit: shorten(text, limit, words[_CUT])
    return environment


def render(template: str, language: str, **values: Any) -> str:
    """A page of a template in a language."""
    return _environment(language).get_template(template).render(**values)


def shorten(text: object, limit: int, note: str) -> str:
    """The text without characters that only a terminal obeys, cut at so many characters with a note on the rest."""
    shown = printable("" if text is None else str(text))
    return shown if len(shown) <= limit else shown[:limit] + note.format(n=len(shown) - limit)


def printable(text: str) -> str:
    """The text with control characters made visible, and lone halves of characters replaced."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _KEPT else "\N{REPLACEMENT CHARACTER}" for c in text)


def number(value: float | None) -> str:
    """A number as on the pages: whole ones without a point, others with up to ten digits."""
    return "" if value is None else str(int(value)) if float(value).is_integer() else f"{value:.10g}"


def read_asset(name: str) -> str:
    """A file that is copied to the site as it is."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def safe(html: str) -> Markup:
    """HTML that was made harmless before."""
    return Markup(html)

"""A comparison of two datasets as one HTML page that needs nothing else: no script, no picture, no font."""

from html import escape

from output.diff_blocks import Block, Lang, make_blocks, summarise, word
from output.diff_records import Diff
from output.own import DIFF_MARK

_MOST_SHOWN = 400
# On a phone every row of a table becomes a small list, each cell with the heading of its column before it.
_STYLE = """
:root { color-scheme: light dark; --line: #8886; --quiet: #595959; }
@media (prefers-color-scheme: dark) { :root { --quiet: #b0b0b0; } }
body { font: 1rem/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 1rem auto;
  max-width: 80rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; text-align: start; vertical-align: top;
  overflow-wrap: anywhere; }
.short { white-space: nowrap; }
.id { font-family: ui-monospace, monospace; font-size: .85em; } .quiet { color: var(--quiet); }
@media (max-width: 45rem) {
  section thead { position: absolute; clip-path: inset(50%); }
  section table, section tbody, section tr, section td { display: block; }
  section tr { border-bottom: 1px solid var(--line); padding: .5rem 0; } section td { border: 0; padding: 0; }
  .short { white-space: normal; }
  section td[data-name]:not(:empty)::before { content: attr(data-name) ": "; color: var(--quiet); }
}
"""


def make_page(diff: Diff, lang: Lang = "en") -> str:
    """The page; every text from outside stands in it as text."""
    blocks = make_blocks(diff, lang)
    same = word("version_only" if diff.differs else "same", lang)
    body = "".join(_section(block, lang) for block in blocks) or f"<p>{same}</p>"
    before, now, heading = (escape(word(name, lang)) for name in ("before", "now", "heading"))
    summary = "".join(
        f"<tr>{_cell(name, '')}{_cell(old, before)}{_cell(new, now)}</tr>" for name, old, new in summarise(diff, lang)
    )
    contents = "".join(
        f'<li><a href="#{block.name}">{escape(block.title)}</a>: {block.total:,}</li>' for block in blocks
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{word("lang", lang)}">\n<head>\n<meta charset="utf-8">\n{DIFF_MARK}\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{heading}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{heading}</h1>\n"
        f'<p class="quiet">{_text(diff.old)} → {_text(diff.new)}</p>\n<ul>{contents}</ul>\n'
        f'<table><thead><tr><td></td><th scope="col">{before}</th><th scope="col">{now}</th></tr></thead>\n'
        f"<tbody>{summary}</tbody></table>\n"
        f"{body}</main>\n</body>\n</html>\n"
    )


def _section(block: Block, lang: Lang) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in block.header)
    rows = "".join(f"<tr>{_row(row, block.header)}</tr>\n" for row in block.rows)
    told = word("shown", lang, shown=f"{len(block.rows):,}", total=f"{block.total:,}")
    more = f'<p class="quiet">{told}</p>\n'
    return (
        f'<section id="{block.name}">\n<h2>{escape(block.title)}: {block.total:,}</h2>\n'
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table>\n"
        f"{more * (len(block.rows) < block.total)}</section>\n"
    )


def _row(row: tuple[str, ...], header: tuple[str, ...]) -> str:
    """The cells; those of ids, years and the like are not broken into lines."""
    kinds = ("id short", "", "short") if len(row) > len(("table", "differs")) else ()
    return "".join(
        _cell(text, name, kinds[at] if at < len(kinds) else "")
        for at, (text, name) in enumerate(zip(row, header, strict=True))
    )


def _cell(text: str, name: str, kind: str = "") -> str:
    told = f' class="{kind}"' if kind else ""
    return f'<td data-name="{escape(name)}"{told}>{_text(text) if text else ""}</td>'


def _text(text: str) -> str:
    """A text from outside: what no font shows is shown as �, its direction stays its own, and it is never endless."""
    kept = text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
    plain = "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in kept)
    return f"<bdi>{escape(plain)}</bdi>"

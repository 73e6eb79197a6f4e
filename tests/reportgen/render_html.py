"""Reports as HTML bytes: clean pages, government pages full of furniture, pages pasted from Word.

The options are the ways in which real pages spell the same table; each can be combined with each style.
"""

from dataclasses import dataclass, replace
from functools import cache
from html import escape
from random import Random

import opencc

from tests.reportgen.furniture import gov_foot, gov_head, word_head
from tests.reportgen.labels import load_data
from tests.reportgen.model import Box, Report, Table
from tests.reportgen.tables import cut_table, damage_table, split_captions

# Encoding option: codec of the bytes, and what the page says of itself.
ENCODINGS = {
    "utf-8": ("utf-8", "utf-8"),
    "utf-8-undeclared": ("utf-8", ""),
    "utf-8-as-gbk": ("utf-8", "gb2312"),
    "gb18030": ("gb18030", "gb2312"),
    "gb18030-undeclared": ("gb18030", ""),
    "gb18030-as-utf-8": ("gb18030", "utf-8"),
    "big5": ("big5", "big5"),
    "big5-undeclared": ("big5", ""),
}


@dataclass(frozen=True)
class HtmlOptions:
    """How the page is written; the defaults are the plain official layout.

    style: "clean", "gov" or "word". encoding: a key of ENCODINGS. blank: what an empty cell holds.
    split: section 2 as four tables. trailing: the free columns of section 2 as "span", "blank" or "none".
    page_break: table 3 cut in two, "header" repeated or "bare". duplicate: a damaged copy "before" or "after".
    no_tr: "first" row, every row ("tbody", each in its own body) or no <tr> at all ("all").
    layout: everything inside a layout table. nested: each number in a table of its own. hostile: wild spans.
    th, sections (thead/tbody), paragraphs ("p", "spaced" p), breaks (how a wrapped label breaks).
    metadata: header as "cells", "list" or "none". headings: "h2" or plain "p" (extraction drops the former).
    """

    style: str = "clean"
    encoding: str = "utf-8"
    blank: str = ""
    split: bool = False
    trailing: str = "span"
    page_break: str = ""
    duplicate: str = ""
    no_tr: str = ""
    layout: bool = False
    nested: bool = False
    hostile: bool = False
    th: bool = False
    sections: bool = False
    paragraphs: str = ""
    breaks: str = "<br>"
    metadata: str = "cells"
    headings: str = "h2"


def render_html(report: Report, options: HtmlOptions | None = None) -> bytes:
    """The page as bytes in the encoding of the options."""
    options = options or HtmlOptions()
    codec, declared = ENCODINGS[options.encoding]
    body = "\n".join(
        [_render_metadata(report, options), _render_title(report, options), render_sections(report, options)]
    )
    if options.layout:
        body = f'<table width="100%" border="0"><tr><td>&nbsp;</td><td>{body}</td></tr></table>'
    page = _wrap_page(report, body, declared, options.style)
    if codec == "big5":
        page = _to_traditional(page)
    return page.encode(codec, "xmlcharrefreplace")


def render_sections(report: Report, options: HtmlOptions) -> str:
    """The sections with their tables: what a site puts its own header and navigation around."""
    return "\n".join(_render_section(report, n, options) for n in range(len(report.sections)))


def _wrap_page(report: Report, body: str, declared: str, style: str) -> str:
    meta = f'<meta charset="{declared}">' if declared else ""
    if style == "gov":
        return gov_head(report, meta) + body + gov_foot(report)
    head = word_head() if style == "word" else ""
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n{meta}<title>{escape(report.title)}</title>\n{head}'
        f'</head>\n<body>\n<div class="article">\n{body}\n</div>\n</body>\n</html>\n'
    )


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _to_traditional(text: str) -> str:
    """Traditional characters, with forms that Big5 lacks exchanged for its own."""
    for ours, theirs in load_data("furniture")["big5"].items():
        text = text.replace(ours, theirs)
    return str(_converter().convert(text)).replace("爲", "為").replace("羣", "群").replace("衆", "眾")


def _render_metadata(report: Report, options: HtmlOptions) -> str:
    pairs = report.metadata
    if options.metadata == "none" or not pairs:
        return ""
    if options.metadata == "list":
        return "<ul>" + "".join(f"<li>{label}{value}</li>" for label, value in pairs) + "</ul>"
    rows = [pairs[n : n + 2] for n in range(0, len(pairs), 2)]
    cells = "".join("<tr>" + "".join(f"<td>{k}</td><td>{v}</td>" for k, v in row) + "</tr>\n" for row in rows)
    return f'<table class="xxgk_head">{cells}</table>'


def _render_title(report: Report, options: HtmlOptions) -> str:
    tag = "h1" if options.headings == "h2" else "p"
    return f"<{tag}>{_render_words(report.title, options, Random(report.seed))}</{tag}>"


def _render_section(report: Report, place: int, options: HtmlOptions) -> str:
    section, random = report.sections[place], Random(f"{report.seed}-{place}")
    plain = options.style == "word" or options.headings == "p"
    parts = [_render_paragraph(section.title, options, random) if plain else f"<h2>{escape(section.title)}</h2>"]
    for block in section.body:
        if isinstance(block, str):
            parts.append(_render_paragraph(block, options, random))
        else:
            parts += [render_table(table, options, random) for table in _arrange_tables(block, options)]
    return "\n".join(parts)


def _render_paragraph(text: str, options: HtmlOptions, random: Random) -> str:
    if options.style == "word":
        style = "text-indent:32.0pt;mso-char-indent-count:2.0;line-height:28.0pt;mso-line-height-rule:exactly"
        return f"<p class=MsoNormal style='{style}'>{_render_words(text, options, random)}</p>"
    return f"<p>{_render_words(text, options, random)}</p>"


def _render_words(text: str, options: HtmlOptions, random: Random) -> str:
    if options.style != "word":
        return escape(text)
    runs = []
    while text:
        length = random.choice((1, 1, 2, 3, 5))
        runs.append(_word_run(text[:length]))
        text = text[length:]
    return "".join(runs) + "<o:p></o:p>"


def _word_run(text: str) -> str:
    """One character run as Word writes it, two spans deep."""
    if text.isascii():
        return (
            '<span lang=EN-US style=\'font-size:12.0pt;font-family:"Times New Roman","serif";color:black\'>'
            f"{escape(text)}</span>"
        )
    return (
        "<span style='font-size:12.0pt;font-family:仿宋_GB2312;mso-ascii-font-family:\"Times New Roman\"'>"
        f"<span style='mso-spacerun:yes;letter-spacing:.2pt'>{escape(text)}</span></span>"
    )


# ---------------------------------------------------------------- tables


def _arrange_tables(table: Table, options: HtmlOptions) -> list[Table]:
    """The table as the options print it: in pieces, twice, with other free columns."""
    if table.name == "disclosure":
        table = _set_trailing(table, options.trailing)
        return split_captions(table) if options.split else [table]
    if table.name != "applications":
        return [table]
    pieces = cut_table(table, len(table.rows) * 2 // 3, options.page_break) if options.page_break else [table]
    damaged = {"before": [damage_table(table)], "after": []}.get(options.duplicate, [])
    return damaged + pieces + ([damage_table(table)] if options.duplicate == "after" else [])


def _set_trailing(table: Table, trailing: str) -> Table:
    if trailing == "span":
        return table
    rows = []
    for row in table.rows:
        extra = sum(box.columns - 1 for box in row if len(row) > 1)
        flat = [replace(box, columns=1) if len(row) > 1 else box for box in row]
        rows.append(flat + ([Box("")] * extra if trailing == "blank" else []))
    return Table(table.name, table.width, rows)


def render_table(table: Table, options: HtmlOptions, random: Random) -> str:
    """One table element."""
    rows = [_render_row(row, r, options, random) for r, row in enumerate(table.rows)]
    if options.sections and any(row[0].header for row in table.rows):
        head = sum(1 for row in table.rows if row[0].header and row is not table.rows[-1])
        head = next((r for r, row in enumerate(table.rows) if not row[0].header), head)
        rows = ["<thead>", *rows[:head], "</thead>", "<tbody>", *rows[head:], "</tbody>"]
    attributes = ' border="1"'
    if options.style == "word":
        attributes = " class=MsoNormalTable border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse'"
    return f"<table{attributes}>\n" + "\n".join(rows) + "\n</table>"


def _render_row(row: list[Box], place: int, options: HtmlOptions, random: Random) -> str:
    cells = "".join(_render_cell(box, options, random) for box in row)
    if options.no_tr == "all" or (options.no_tr == "first" and place == 0):
        return cells
    if options.no_tr == "tbody":
        return f"<tbody>{cells}</tbody>"
    return f"<tr>{cells}</tr>"


def _render_cell(box: Box, options: HtmlOptions, random: Random) -> str:
    tag = "th" if options.th and box.header else "td"
    return f"<{tag}{_span_attributes(box, options, random)}>{_render_content(box, options, random)}</{tag}>"


def _span_attributes(box: Box, options: HtmlOptions, random: Random) -> str:
    attributes = ' align="center" class="et3"' if options.style == "gov" else ""
    if options.style == "clean":
        attributes = ' width="72" style="text-align:center"'
    if options.style == "word":
        attributes = (
            " width=57 valign=center style='width:42.55pt;border-top:none;border-left:none;"
            "border-bottom:solid windowtext 1.0pt;border-right:solid windowtext 1.0pt;"
            "mso-border-top-alt:solid windowtext .5pt;"
            "mso-border-left-alt:solid windowtext .5pt;mso-border-alt:solid windowtext .5pt;"
            "padding:0cm 5.4pt 0cm 5.4pt;height:24.0pt'"
        )
    wild = options.hostile and random.random() < 0.3
    for name, span in (("rowspan", box.rows), ("colspan", box.columns)):
        if options.hostile and name == "colspan" and box.header and span == 4:
            attributes += ' colspan="1000000000"'
        elif span > 1:
            attributes += f' {name}="{span}"'
        elif wild and name == "colspan":
            attributes += f' {name}="{random.choice(("x", "0", "-3", "1.9", "1abc", "", "９"))}"'
        elif wild:
            attributes += f' {name}="{random.choice(("x", "-7", "1px", ""))}"'
    return attributes


def _render_content(box: Box, options: HtmlOptions, random: Random) -> str:
    if options.style == "word":
        inner = "".join(_word_cell(line) for line in (box.text or "").split("\n"))
    elif not box.text:
        inner = options.blank
    else:
        inner = options.breaks.join(escape(line) for line in box.text.split("\n"))
        if options.paragraphs and inner:
            inner = f"<p>{inner}</p>"
    if options.nested and box.key:
        inner = f'<table border="0"><tr><td>{inner}</td></tr></table>'
    return f"\n{inner}\n" if options.paragraphs == "spaced" else inner


def _word_cell(text: str) -> str:
    inner = escape(text) or "&nbsp;"
    return (
        "<p class=MsoNormal align=center style='text-align:center;line-height:20.0pt;mso-line-height-rule:exactly'>"
        "<span lang=EN-US style='font-size:10.5pt;font-family:宋体;mso-bidi-font-family:宋体;mso-font-kerning:0pt'>"
        f"<span style='color:black'>{inner}</span><o:p></o:p></span></p>"
    )

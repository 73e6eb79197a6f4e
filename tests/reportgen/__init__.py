"""Writes synthetic reports with known numbers: the official tables, invented prose, many ways of printing them.

Deterministic: the same seed and options give the same bytes. Used by the tests and by ``benchmarks``.
"""

from tests.reportgen.model import Box, Report, Section, Table, make_report
from tests.reportgen.render_html import HtmlOptions, render_html
from tests.reportgen.render_text import LAYOUTS, render_text

__all__ = [
    "LAYOUTS",
    "Box",
    "HtmlOptions",
    "Report",
    "Section",
    "Table",
    "make_report",
    "render_html",
    "render_text",
]

"""Reads the yearly disclosure reports of Chinese agencies (政府信息公开工作年度报告) into checked, traceable records.

>>> import xxgk
>>> record = xxgk.parse("report.html")
>>> counts = xxgk.counts("公开信息50条,其中网站30条。")
>>> dataset = xxgk.load("data/dataset")
"""

from parsers.errors import NotAReport
from parsers.records import PARSER_VERSION
from xxgk.api import Dataset, counts, load, parse

__version__ = PARSER_VERSION

__all__ = ["Dataset", "NotAReport", "__version__", "counts", "load", "parse"]

"""Reads the yearly disclosure reports of Chinese agencies (政府信息公开工作年度报告) into checked, traceable records.

>>> import xxgk
>>> record = xxgk.parse("report.html")
>>> dataset = xxgk.load("data/dataset")
"""

from parsers.errors import NotAReport
from parsers.records import PARSER_VERSION
from xxgk.api import Dataset, load, parse

__version__ = PARSER_VERSION

__all__ = ["Dataset", "NotAReport", "__version__", "load", "parse"]

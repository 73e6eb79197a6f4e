"""Score what a reader made of synthetic reports; ``python -m tests.reportgen.score`` prints it for every format.

A value is right, wrong, marked (not read, and told as ``unreadable``) or missing (no record of it). A number
where nothing was printed, or for a cell that the report does not have, is wrong as well.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tests.reportgen.model import Gold, Report, make_report
from tests.reportgen.render_html import HtmlOptions, render_html
from tests.reportgen.render_text import LAYOUTS, render_text
from tests.reportgen.tables import drop_zeros

Reader = Callable[[bytes], Any]


class Tally(NamedTuple):
    """Numbers of cells; ``printed`` counts the gold cells that hold a number, ``read`` those of them read right."""

    right: int = 0
    wrong: int = 0
    marked: int = 0
    missing: int = 0
    printed: int = 0
    read: int = 0
    first_wrong: str = ""

    def plus(self, other: "Tally") -> "Tally":
        """The sum of both; the first example of a wrong value is kept."""
        return Tally(
            self.right + other.right,
            self.wrong + other.wrong,
            self.marked + other.marked,
            self.missing + other.missing,
            self.printed + other.printed,
            self.read + other.read,
            self.first_wrong or other.first_wrong,
        )

    @property
    def share(self) -> float:
        """Share of the printed numbers that were read, 0 to 1 (1 where none was printed)."""
        return self.read / self.printed if self.printed else 1.0


def same(read: float | None, printed: float | None) -> bool:
    """Whether both are null or both the same number."""
    if read is None or printed is None:
        return read is None and printed is None
    return abs(read - printed) < 1e-6


def score(records: Any, gold: Gold) -> Tally:
    """Compare the values of a record set (anything with ``.values``) with the gold of a report."""
    got: dict[tuple[str, str | None], Any] = {}
    for value in records.values:
        got.setdefault((value.indicator, value.applicant), value)
    tally = Tally()
    for indicator, applicant, printed in gold:
        value = got.pop((indicator, applicant), None)
        tally = tally.plus(_score_one(value, f"{indicator}|{applicant}", printed))
    for key, value in got.items():
        if value.value is not None:
            tally = tally.plus(Tally(wrong=1, first_wrong=f"{key[0]}|{key[1]}: read {value.value}, never printed"))
    return tally


def _score_one(value: Any, name: str, printed: float | None) -> Tally:
    seen = int(printed is not None)
    if value is None:
        return Tally(missing=1, printed=seen)
    if same(value.value, printed):
        return Tally(right=1, printed=seen, read=seen)
    if value.value is None and value.status == "unreadable":
        return Tally(marked=1, printed=seen)
    return Tally(wrong=1, printed=seen, first_wrong=f"{name}: read {value.value} ({value.status}), printed {printed}")


def score_many(reader: Reader, cases: Iterable[tuple[bytes, Gold]]) -> Tally:
    """The sum over many (bytes, gold); a crash counts as all values wrong and is named."""
    tally = Tally()
    for data, gold in cases:
        try:
            tally = tally.plus(score(reader(data), gold))
        except Exception as error:
            printed = sum(number is not None for _, _, number in gold)
            tally = tally.plus(
                Tally(wrong=len(gold), printed=printed, first_wrong=f"{type(error).__name__}: {error}"[:110])
            )
    return tally


HTML_CASES: dict[str, HtmlOptions] = {
    "clean": HtmlOptions(),
    "gov": HtmlOptions(style="gov"),
    "word": HtmlOptions(style="word"),
    "split": HtmlOptions(split=True),
    "split-blank": HtmlOptions(split=True, trailing="blank"),
    "trailing-blank": HtmlOptions(trailing="blank"),
    "trailing-none": HtmlOptions(trailing="none"),
    "break-header": HtmlOptions(page_break="header"),
    "break-bare": HtmlOptions(page_break="bare"),
    "twice-damaged-after": HtmlOptions(duplicate="after"),
    "twice-damaged-before": HtmlOptions(duplicate="before"),
    "no-tr-first": HtmlOptions(no_tr="first"),
    "no-tr-tbody": HtmlOptions(no_tr="tbody"),
    "no-tr-all": HtmlOptions(no_tr="all"),
    "layout-table": HtmlOptions(layout=True),
    "gov-layout": HtmlOptions(style="gov", layout=True, split=True),
    "nested-cells": HtmlOptions(nested=True),
    "hostile-spans": HtmlOptions(hostile=True),
    "th": HtmlOptions(th=True, sections=True),
    "paragraphs": HtmlOptions(paragraphs="p", breaks="</p><p>"),
    "paragraphs-spaced": HtmlOptions(paragraphs="spaced"),
    "metadata-list": HtmlOptions(metadata="list"),
    "utf-8-undeclared": HtmlOptions(encoding="utf-8-undeclared"),
    "utf-8-as-gbk": HtmlOptions(encoding="utf-8-as-gbk"),
    "gb18030": HtmlOptions(encoding="gb18030", style="gov"),
    "gb18030-undeclared": HtmlOptions(encoding="gb18030-undeclared"),
    "gb18030-as-utf-8": HtmlOptions(encoding="gb18030-as-utf-8"),
    "big5": HtmlOptions(encoding="big5"),
    "big5-undeclared": HtmlOptions(encoding="big5-undeclared"),
}
"""Every way of writing the page that is tried, by name."""

FORMS = ("2021", "2019", "2014")
DROPPING = ("A", "A-ragged", "B", "C1", "C2", "C3", "C4", "C-mixed", "D", "D2", "E")
"""The text layouts in which a blank cell may vanish."""


def layout_cases(name: str, form: str, reports: int) -> Iterable[tuple[bytes, Gold]]:
    """(bytes, gold) of ``reports`` synthetic reports in a text layout or an HTML case."""
    for seed in range(reports):
        report: Report = make_report(seed, form)
        data = render_text(report, name) if name in LAYOUTS else render_html(report, HTML_CASES[name])
        yield data, report.gold()


def dropped_cases(name: str, form: str, reports: int) -> Iterable[tuple[bytes, Gold]]:
    """As layout_cases for a text layout, with zeros that were left blank and then dropped by the extraction."""
    for seed in range(reports):
        report = make_report(seed, form)
        gold = drop_zeros(report)
        yield render_text(report, name), gold


def main() -> None:
    """Print shares over all layouts and forms, and over all deviations and formats."""
    parser = argparse.ArgumentParser(description="Score the reader over all synthetic layouts and deviations.")
    parser.add_argument("--reports", type=int, default=10, help="reports of each kind")
    parser.add_argument("--only", default="", help="text that a name must contain")
    parser.add_argument("--part", choices=("all", "layouts", "html", "dropped", "deviations"), default="all")
    arguments = parser.parse_args()
    from parsers.reader import parse_report
    from tests.reportgen.deviations import DEVIATIONS, FORMATS, deviation_cases

    print(f"{'case':32}{'form':>14}{'read %':>9}{'wrong':>7}{'marked':>8}{'missing':>8}{'ms':>7}")
    texts = LAYOUTS if arguments.part in ("all", "layouts") else ()
    pages = HTML_CASES if arguments.part in ("all", "html") else ()
    for name in (*texts, *pages):
        for form in FORMS:
            if arguments.only in name:
                _print_line(name, form, parse_report, list(layout_cases(name, form, arguments.reports)))
    for name in DROPPING if arguments.part in ("all", "dropped") else ():
        for form in FORMS:
            if arguments.only in name:
                _print_line(
                    f"{name}, zeros dropped", form, parse_report, list(dropped_cases(name, form, arguments.reports))
                )
    for name in DEVIATIONS if arguments.part in ("all", "deviations") else ():
        for fmt in FORMATS:
            if arguments.only in name:
                _print_line(name, fmt, parse_report, list(deviation_cases(name, fmt, arguments.reports)))


def _print_line(name: str, kind: str, reader: Reader, cases: list[tuple[bytes, Gold]]) -> None:
    start = time.perf_counter()
    tally = score_many(reader, cases)
    spent = (time.perf_counter() - start) * 1000 / max(len(cases), 1)
    print(
        f"{name:32}{kind:>14}{tally.share * 100:9.2f}{tally.wrong:7}{tally.marked:8}{tally.missing:8}{spent:7.1f}"
        f"  {tally.first_wrong}",
        flush=True,
    )


if __name__ == "__main__":
    main()

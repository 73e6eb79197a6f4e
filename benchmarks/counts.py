"""Time to read the counts of a report's text, against bare lxml parsing of its page: ``python -m benchmarks.counts``.

The text is that of generated reports brought to 6,000 characters. Printed: medians over interleaved rounds and the
ratio; absolute times are this machine's.
"""

import gc
import statistics
import time
from collections.abc import Callable
from functools import partial

import lxml.html

from parsers.narrative import read_counts
from parsers.reader import parse_report
from tests.reportgen.model import make_report
from tests.reportgen.render_html import HtmlOptions, render_html

CHARACTERS = 6_000
REPORTS = 12
ROUNDS = 7


def main() -> None:
    """Print one line of figures."""
    pages = [render_html(make_report(seed, "2021"), HtmlOptions()) for seed in range(REPORTS)]
    texts = [_lengthen("\n".join(s.text for s in parse_report(page).sections)) for page in pages]
    counts, bare = [], []
    found = sum(len(read_counts(text)) for text in texts)
    gc.disable()
    for _ in range(ROUNDS):
        for page, text in zip(pages, texts, strict=True):
            bare.append(_time(partial(lxml.html.fromstring, page)))
            counts.append(_time(partial(read_counts, text)))
        gc.collect()
    ours, theirs = statistics.median(counts), statistics.median(bare)
    counted = f"{CHARACTERS} characters, {found / REPORTS:.0f} counts"
    print(f"{counted}: {ours:.2f} ms, {ours / theirs:.1f} x lxml ({theirs:.2f} ms)")


def _lengthen(text: str) -> str:
    return (text * (CHARACTERS // len(text) + 1))[:CHARACTERS]


def _time(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()

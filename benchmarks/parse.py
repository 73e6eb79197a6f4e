"""Time the reading of whole pages, beside bare lxml, pandas.read_html and trafilatura.

    python -m benchmarks.parse             all of it (a few minutes)
    python -m benchmarks.parse --quick     only lxml and xxgk, with the ratio that counts
    python -m benchmarks.parse --memory    peak memory of `xxgk parse` after 2,000 and 20,000 pages

Pages are synthetic (``tests.reportgen``), each with its own numbers: clean (about 25 KB), government page
(about 90 KB), pasted from Word (about 370 KB). All tools read the same pages in interleaved rounds in one
process, with the garbage collector off while a page is timed; the figure is the median over pages and rounds.
Ratios to lxml carry over to other machines, milliseconds do not.
"""

import argparse
import gc
import importlib.util
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import lxml.html

from parsers.reader import parse_report
from tests.reportgen import HtmlOptions, make_report, render_html

KINDS = ("clean", "gov", "word")
# The targets of the project, times bare lxml.
TARGETS = {"clean": 4.5, "gov": 3.0, "word": 2.2}
MEMORY_PAGES = (2_000, 20_000)

Tool = Callable[[bytes], object]


def make_pages(kind: str, count: int, first: int = 0) -> list[bytes]:
    """``count`` pages of one kind, each from its own seed."""
    return [render_html(make_report(seed), HtmlOptions(style=kind)) for seed in range(first, first + count)]


def read_with_xxgk(page: bytes) -> bytes:
    """Bytes to checked record to one JSON document."""
    return parse_report(page).to_json()


def read_with_pandas(page: bytes) -> object:
    """All tables of the page as data frames."""
    import pandas

    return pandas.read_html(io.StringIO(page.decode()))


def read_with_trafilatura(page: bytes) -> object:
    """The text of the page with its tables."""
    import trafilatura

    return trafilatura.extract(page, include_tables=True)


def list_tools(quick: bool) -> dict[str, Tool]:
    """The tools that are compared, those that are not installed left out with a hint."""
    tools: dict[str, Tool] = {"lxml": lxml.html.fromstring, "xxgk": read_with_xxgk}
    if quick:
        return tools
    for name, tool in (("pandas", read_with_pandas), ("trafilatura", read_with_trafilatura)):
        if importlib.util.find_spec(name):
            tools[name] = tool
        else:
            print(f"{name} is not installed and left out (pip install 'xxgk[bench]')", file=sys.stderr)
    return tools


def time_tools(tools: dict[str, Tool], pages: list[bytes], rounds: int) -> dict[str, float]:
    """Median milliseconds per page of each tool; every round lets every tool read every page."""
    spent: dict[str, list[float]] = {name: [] for name in tools}
    for tool in tools.values():
        tool(pages[0])
    for _ in range(rounds):
        for name, tool in tools.items():
            gc.collect()
            gc.disable()
            spent[name] += [_time_once(tool, page) for page in pages]
            gc.enable()
    return {name: statistics.median(times) for name, times in spent.items()}


def _time_once(tool: Tool, page: bytes) -> float:
    start = time.perf_counter_ns()
    tool(page)
    return (time.perf_counter_ns() - start) / 1e6


def report_times(quick: bool, count: int, rounds: int) -> None:
    """Print milliseconds and ratios for the three kinds of page."""
    tools = list_tools(quick)
    print(f"{'page':8}{'KB':>6}" + "".join(f"{name:>20}" for name in tools) + f"{'target':>10}")
    for kind in KINDS:
        # The slow tools would otherwise read heavy pages for minutes.
        pages = make_pages(kind, count if quick else min(count, 20))
        medians = time_tools(tools, pages, rounds)
        size = sum(map(len, pages)) // len(pages) // 1000
        cells = "".join(f"{ms:12.3f} ({ms / medians['lxml']:4.2f})" for ms in medians.values())
        print(f"{kind:8}{size:6}{cells}{TARGETS[kind]:10.1f}", flush=True)
    print("milliseconds per page, in brackets times bare lxml")


def write_pages(folder: Path, kind: str, count: int) -> None:
    """Write ``count`` pages of one kind as files."""
    for seed in range(count):
        page = render_html(make_report(seed), HtmlOptions(style=kind))
        (folder / f"{seed:06d}.html").write_bytes(page)


def run_xxgk(arguments: list[str]) -> tuple[float, float]:
    """Run the command line on its own: seconds, and peak memory of its largest process in MB."""
    command = [sys.executable, "-c", "import sys; from xxgk.cli import main; sys.exit(main())", "parse", *arguments]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    message = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    spent = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code:
        raise SystemExit(f"xxgk parse failed with exit status {code}: {message.strip()[-300:]}")
    return spent, usage.ru_maxrss / 1024


def report_throughput(count: int) -> None:
    """Print pages per second through `xxgk parse` on one and two processes, start-up included."""
    print(f"\n{'page':8}{'pages':>8}{'1 process':>14}{'2 processes':>14}   pages per second through xxgk parse --json")
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            write_pages(Path(folder), kind, count)
            rates = [count / run_xxgk([folder, "--json", "--jobs", str(jobs)])[0] for jobs in (1, 2)]
        print(f"{kind:8}{count:8}" + "".join(f"{rate:14.0f}" for rate in rates), flush=True)


def report_memory() -> None:
    """Print the peak memory of `xxgk parse` over few and many clean pages, as JSON and as a dataset."""
    print(f"{'pages':>8}{'--json s':>12}{'peak MB':>10}{'--out s':>12}{'peak MB':>10}")
    for count in MEMORY_PAGES:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "pages")
            source.mkdir()
            write_pages(source, "clean", count)
            runs = [
                run_xxgk([str(source), *how, "--jobs", "1"])
                for how in (["--json"], ["--out", str(Path(folder, "dataset"))])
            ]
        print(f"{count:8}" + "".join(f"{spent:12.1f}{peak:10.0f}" for spent, peak in runs), flush=True)


def main() -> None:
    """Parse the options and print what was asked for."""
    parser = argparse.ArgumentParser(description="Time the reading of whole pages against other tools.")
    parser.add_argument("--quick", action="store_true", help="only lxml and xxgk")
    parser.add_argument("--memory", action="store_true", help="only the peak memory over many pages")
    parser.add_argument("--pages", type=int, default=100, help="pages of each kind (others than --quick: at most 20)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds over all pages, at least 5 for a steady median")
    parser.add_argument(
        "--throughput-pages", type=int, default=1000, help="pages of each kind through the command line"
    )
    arguments = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"load of this machine before the run: {load:.1f} (figures taken beside other work are too slow)")
    if arguments.memory:
        report_memory()
        return
    report_times(arguments.quick, arguments.pages, arguments.rounds)
    if not arguments.quick:
        report_throughput(arguments.throughput_pages)


if __name__ == "__main__":
    main()

"""Time the reading of PDF files, beside pdfplumber, camelot and `pdftotext -layout`, in one run.

    python -m benchmarks.pdf             the real report beside this folder, where it is, and 50 generated ones;
                                         some minutes, most of them camelot's
    python -m benchmarks.pdf --quick     10 generated ones, without camelot

xxgk goes from bytes to checked records; the others only to tables (pdfplumber, camelot) or text (pdftotext). All
read the same files in interleaved rounds in one process, pdftotext in a process of its own for each file. The
figure is the median over files and rounds. Ratios carry over to other machines, milliseconds do not.
"""

import argparse
import gc
import importlib.util
import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from parsers.reader import parse_report
from tests.reportgen import make_report
from tests.reportgen.draw_pdf import DrawOptions, draw_pdf
from tests.reportgen.render_pdf import FIXTURES, FOLDER

REAL = Path(__file__).parents[2] / "shared" / "corpus" / "huaian-city-2024.pdf"
FORMS = ("2021", "2019", "2014")
# The targets of the project: milliseconds for a text PDF whose sums agree, and its part of what pdfplumber takes.
TARGET_MS = 60.0
TARGET_RATIO = 0.25

Tool = Callable[[Path], object]


def read_with_xxgk(path: Path) -> bytes:
    """Bytes to checked record to one JSON document."""
    return parse_report(path.read_bytes()).to_json()


def read_with_pdfplumber(path: Path) -> object:
    """The tables of all pages."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(path.read_bytes())) as file:
        return [page.extract_tables() for page in file.pages]


def read_with_camelot(path: Path) -> object:
    """The ruled tables of all pages."""
    import camelot

    return [table.df for table in camelot.read_pdf(str(path), pages="all", suppress_stdout=True)]


def read_with_pdftotext(path: Path) -> object:
    """The text in its layout."""
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout


def list_tools(quick: bool) -> dict[str, Tool]:
    """The tools that are compared, those that are not installed left out with a line that says so."""
    tools: dict[str, Tool] = {"xxgk": read_with_xxgk, "pdfplumber": read_with_pdfplumber}
    if shutil.which("pdftotext"):
        tools["pdftotext"] = read_with_pdftotext
    else:
        print("pdftotext is not installed and left out (poppler-utils)", file=sys.stderr)
    if importlib.util.find_spec("camelot") and not quick:
        tools["camelot"] = read_with_camelot
    elif not quick:
        print("camelot is not installed and left out (pip install -e '.[bench]')", file=sys.stderr)
    return tools


def write_files(folder: Path, count: int) -> dict[str, list[Path]]:
    """The files by kind: the real report, those of LibreOffice that are committed, and ``count`` drawn ones.

    Drawn ones have no font embedded: other readers look for another one, or go by what the file says of its widths.
    """
    drawn = []
    for seed in range(count):
        path = folder / f"{seed:03d}.pdf"
        path.write_bytes(draw_pdf(make_report(seed, FORMS[seed % len(FORMS)]), DrawOptions(cut=seed % 2 == 1)))
        drawn.append(path)
    office = [FOLDER / fixture.name for fixture in FIXTURES]
    kinds = {"real": [REAL], "LibreOffice": office, "no font": drawn}
    return {kind: paths for kind, paths in kinds.items() if paths and paths[0].exists()}


def time_tools(tools: dict[str, Tool], paths: list[Path], rounds: int) -> dict[str, float]:
    """Median milliseconds per file of each tool; every round lets every tool read every file."""
    spent: dict[str, list[float]] = {name: [] for name in tools}
    for tool in tools.values():
        tool(paths[0])
    for _ in range(rounds):
        for name, tool in tools.items():
            gc.collect()
            gc.disable()
            spent[name] += [_time_once(tool, path) for path in paths]
            gc.enable()
    return {name: statistics.median(times) for name, times in spent.items()}


def _time_once(tool: Tool, path: Path) -> float:
    start = time.perf_counter_ns()
    tool(path)
    return (time.perf_counter_ns() - start) / 1e6


def report_times(quick: bool, count: int, rounds: int) -> None:
    """Print milliseconds a file and ratios to pdfplumber for each kind of file."""
    tools = list_tools(quick)
    print(f"{'file':12}{'number':>8}{'KB':>6}" + "".join(f"{name:>20}" for name in tools))
    with tempfile.TemporaryDirectory() as name:
        for kind, paths in write_files(Path(name), 10 if quick else count).items():
            medians = time_tools(tools, paths, rounds)
            size = sum(path.stat().st_size for path in paths) // len(paths) // 1000
            cells = "".join(f"{ms:12.1f} ({ms / medians['pdfplumber']:4.2f})" for ms in medians.values())
            met = medians["xxgk"] <= TARGET_MS and medians["xxgk"] <= TARGET_RATIO * medians["pdfplumber"]
            print(f"{kind:12}{len(paths):8}{size:6}{cells}   {'' if met else 'above the target'}", flush=True)
    print(f"milliseconds a file, in brackets times pdfplumber; targets {TARGET_MS:.0f} ms and {TARGET_RATIO}")


def main() -> None:
    """Parse the options and print what was asked for."""
    parser = argparse.ArgumentParser(description="Time the reading of PDF files against other tools.")
    parser.add_argument("--quick", action="store_true", help="10 generated files, without camelot")
    parser.add_argument("--files", type=int, default=50, help="generated files")
    parser.add_argument("--rounds", type=int, default=3, help="rounds over all files")
    arguments = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"load of this machine before the run: {load:.1f} (figures taken beside other work are too slow)")
    report_times(arguments.quick, arguments.files, arguments.rounds)


if __name__ == "__main__":
    main()

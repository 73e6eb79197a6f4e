"""Time and peak memory of all that is done with a large dataset: ``python -m benchmarks.scale``.

    python -m benchmarks.scale                          20,000 reports (some minutes)
    python -m benchmarks.scale --reports 200000         as many as there are in a year (an hour, 25 GB of disk)
    python -m benchmarks.scale --keep DIR               keep the datasets there, and use them again
    python -m benchmarks.scale --only write diff  only lines that begin so; missing datasets are made

The dataset is that of ``benchmarks.made``. Each line is a process of its own: its whole time, the time of the
processor, the most memory that it held at once, and the size of what it wrote. Times are this machine's; what grows
faster than the data shows in two runs of different sizes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.made import FIRST_DIVISION
from output.datapackage import FILE_NAME

_COMMAND = "import sys; from xxgk.cli import main; main()"
_WRITE = """
import sys; from pathlib import Path; from benchmarks.made import make_records; from output.dataset import write_dataset
write_dataset(make_records(int(sys.argv[2])), Path(sys.argv[1]))"""
_CHANGE = """
import sys; from pathlib import Path; from benchmarks.made import copy_changed
copy_changed(*map(Path, sys.argv[1:]))"""
_LOAD = "import sys, xxgk; data = xxgk.load(sys.argv[1]); [len(getattr(data, name)) for name in sys.argv[2:]]"
_FORMATS = ("parquet", "csv", "duckdb", "sqlite", "xlsx", "dta", "sav")
_ONE_FILE = ("duckdb", "sqlite", "xlsx")
COMPARISONS = {
    "share granted by year": ["--by", "year", "--indicator", "measure.share_granted"],
    "three indicators by division": ["--by", "division", "--year", "2024"],
    "refusals and lawsuits by type and year": [
        *("--by", "type", "--indicator", "measure.share_refused"),
        *("--indicator", "measure.correction_rate_litigation", "--indicator", "measure.growth_applications"),
    ],
    "every agency and year, as CSV": ["--csv", "-"],
    "one division": ["--division", str(FIRST_DIVISION), "--by", "agency"],
}


class Step(NamedTuple):
    """A process to be measured: the program and its arguments, and what it makes."""

    name: str
    code: str
    arguments: list[object]
    made: Path | None = None


def main() -> None:
    """Make the datasets, run each thing, print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", nargs="*", default=[""], metavar="WORD")
    told = parser.parse_args()
    if told.keep:
        told.keep.mkdir(parents=True, exist_ok=True)
    print(f"{told.reports:,} reports", flush=True)
    with tempfile.TemporaryDirectory(dir=told.keep) as temporary:
        base = told.keep or Path(temporary)
        old, new, out = base / "old", base / "new", Path(temporary, "out")
        out.mkdir()
        made = [Step("write", _WRITE, [old, told.reports], old), Step("(a changed copy)", _CHANGE, [old, new], new)]
        for step in made:
            if step.made and not (step.made / FILE_NAME).exists():
                print(_measure(step), flush=True)
        for step in _steps(old, new, out):
            if any(step.name.startswith(word) for word in told.only):
                print(_measure(step), flush=True)


def _steps(old: Path, new: Path, out: Path) -> Iterator[Step]:
    """What is done with the datasets."""
    yield Step("load reports, panel", _LOAD, [old, "reports", "panel"])
    yield Step("load values", _LOAD, [old, "values"])
    for name, options in COMPARISONS.items():
        yield Step(f"compare: {name}", _COMMAND, ["compare", old, *options])
    yield Step("diff with itself", _COMMAND, ["diff", old, old])
    yield Step("diff", _COMMAND, ["diff", old, new])
    site = out / "site"
    arguments = ["site", old, "--out", site, "--division", FIRST_DIVISION, "--quiet"]
    yield Step("site of one division", _COMMAND, arguments, site)
    for to in _FORMATS:
        made = out / (f"out.{to}" if to in _ONE_FILE else to)
        # A sheet of Excel holds no more than a million rows.
        tables = ["--table", "panel"] if to == "xlsx" else []
        yield Step(f"export to {to}", _COMMAND, ["export", old, "--to", to, "--out", made, *tables], made)


def _measure(step: Step) -> str:
    """Run one process; the line that tells of it. A diff may end with 1."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", step.code, *map(str, step.arguments)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{step.name}: ended with {os.waitstatus_to_exitcode(status)}")
    cpu, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    written = f"{_size(step.made) / 2**20:9,.0f} MB written" if step.made else ""
    return f"{step.name:48} {seconds:7.1f} s {cpu:7.1f} s CPU {memory:8,.0f} MB {written}"


def _size(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


if __name__ == "__main__":
    main()

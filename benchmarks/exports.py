"""Time and peak memory of opening, comparing and exporting a large dataset: ``python -m benchmarks.exports``.

    python -m benchmarks.exports                     200,000 reports (half an hour or more)
    python -m benchmarks.exports --reports 20000     fewer
    python -m benchmarks.exports --keep DIR          keep the two datasets there, and use them again

The dataset is that of ``benchmarks.compare`` with a panel; the second one lacks a report in a hundred and has another
number in a cell in a hundred. Each line is a process of its own: its whole time, the time of the processor, the most
memory that it held at once, and the size of what it wrote. ``xlsx`` is the panel alone: a sheet holds no more than a
million rows.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.compare import make_dataset
from output.datapackage import FILE_NAME
from output.schema import load_tables, panel_indicators

COMMAND = "import sys; from xxgk.cli import main; main()"
LOAD = "import sys, xxgk; data = xxgk.load(sys.argv[1]); [len(getattr(data, name)) for name in sys.argv[2:]]"
TABLES = {"xlsx": ["panel"]}
EVERY = 100


def main() -> None:
    """Make the datasets, run each thing, print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=200_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--to", nargs="*", default=["parquet", "csv", "duckdb", "sqlite", "xlsx", "dta", "sav"])
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=told.keep) as temporary:
        base = told.keep or Path(temporary)
        old, new = base / "old", base / "new"
        if not (new / FILE_NAME).exists():
            # In a process of its own: the memory of one that is started counts that of the one that starts it.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                rows = pool.submit(make_both, old, new, told.reports).result()
            print(f"{told.reports:,} reports, {rows:,} values")
        report("load reports, panel", run(LOAD, old, "reports", "panel"))
        report("load values", run(LOAD, old, "values"))
        report("diff with itself", run(COMMAND, "diff", old, old))
        report("diff", run(COMMAND, "diff", old, new))
        for to in told.to:
            out = Path(temporary, f"out.{to}" if to in ("duckdb", "sqlite", "xlsx") else to)
            tables = [word for name in TABLES.get(to, []) for word in ("--table", name)]
            report(f"export to {to}", run(COMMAND, "export", old, "--to", to, "--out", out, *tables), out)


def report(name: str, measured: tuple[float, float, float], out: Path | None = None) -> None:
    """Print a line; the size of what was written, which is removed."""
    size = ""
    if out is not None:
        written = [out] if out.is_file() else list(out.iterdir())
        size = f"{sum(path.stat().st_size for path in written) / 2**20:9,.0f} MB written"
        for path in written:
            path.unlink()
    print(f"{name:24} {measured[0]:7.1f} s {measured[1]:7.1f} s CPU {measured[2]:8,.0f} MB {size}", flush=True)


def run(code: str, *arguments: object) -> tuple[float, float, float]:
    """Seconds, those of the processor, and the peak memory in MB of one process; a diff may end with 1."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{arguments}: ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def make_both(old: Path, new: Path, reports: int) -> int:
    """Write the two datasets; the number of values of the first."""
    rows = make_dataset(old, reports)
    _write_panel(old)
    (old / "codebook.csv").write_bytes(files("parsers").joinpath("codebook.csv").read_bytes())
    new.mkdir()
    for path in old.iterdir():
        if path.suffix == ".parquet":
            _copy_changed(path, new / path.name)
        else:
            (new / path.name).write_bytes(path.read_bytes())
    return rows


def _write_panel(folder: Path) -> None:
    random = np.random.default_rng(3)
    table = load_tables()["panel"]
    reports = pq.read_table(folder / "reports.parquet")
    count = reports.num_rows
    columns = [
        pa.array(random.poisson(3, count).astype(float), mask=random.random(count) < 0.1)
        if column.name in panel_indicators()
        else reports[column.name]
        for column in table.columns
    ]
    pq.write_table(pa.table(columns, schema=table.arrow()), folder / "panel.parquet", compression="zstd")


def _copy_changed(source: Path, target: Path) -> None:
    """Copy a table without one report in a hundred, and change one number in as many."""
    with pq.ParquetFile(source) as file, pq.ParquetWriter(target, file.schema_arrow, compression="zstd") as writer:
        for number in range(file.num_row_groups):
            rows = file.read_row_group(number)
            ids = rows["report_id"].to_numpy(zero_copy_only=False).astype("U16")
            kept = np.array([int(report_id[-4:], 16) % EVERY > 0 for report_id in np.unique(ids)])
            rows = rows.filter(pa.array(kept[np.unique(ids, return_inverse=True)[1]]))
            if "value" in rows.column_names:
                value = rows["value"].to_numpy(zero_copy_only=False).copy()
                value[::EVERY] += 1
                at = rows.column_names.index("value")
                rows = rows.set_column(at, "value", pa.array(value, from_pandas=True))
            writer.write_table(rows, row_group_size=max(rows.num_rows, 1))


if __name__ == "__main__":
    main()

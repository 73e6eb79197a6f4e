"""Time and peak memory of comparisons over a large dataset: ``python -m benchmarks.compare``.

    python -m benchmarks.compare                     200,000 reports (several minutes, most of them to make the dataset)
    python -m benchmarks.compare --reports 20000     fewer
    python -m benchmarks.compare --keep DIR          keep the dataset there, and use it again

The dataset is made of random numbers: districts of forty agencies, four years. It holds what a comparison reads: all
cells of the 2021 form, some blank or unreadable, and checks, some of which fail. Each comparison runs in a process of
its own; its time is that of the whole command, its memory the most that it held at once.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from output.datapackage import FILE_NAME, PACKAGE_NAME
from output.schema import load_tables
from output.writers.parquet import ROW_GROUP_ROWS
from parsers.codebook import load_codebook

YEARS = tuple(range(2021, 2025))
AGENCIES = 40
TYPES = ("commerce", "education", "finance", "health", "justice", "audit", "water", "township")
APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other_org", "total")
STATUSES = ("number", "blank", "unreadable", "inferred")
SHARES = (0.95, 0.03, 0.01, 0.01)
COMPARISONS = {
    "share granted by year": ["--by", "year", "--indicator", "measure.share_granted"],
    "three indicators by division": ["--by", "division", "--year", "2024"],
    "refusals and lawsuits by type and year": [
        *("--by", "type", "--indicator", "measure.share_refused"),
        *("--indicator", "measure.correction_rate_litigation", "--indicator", "measure.growth_applications"),
    ],
    "every agency and year, as CSV": ["--csv", "-"],
    "one division": ["--division", "110101", "--by", "agency"],
}


def main() -> None:
    """Make the dataset, run each comparison, print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=200_000)
    parser.add_argument("--keep", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = told.keep or Path(temporary, "dataset")
        if not (folder / FILE_NAME).exists():
            start = time.perf_counter()
            # In a process of its own: the memory of one that is started counts that of the one that starts it.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                rows = pool.submit(make_dataset, folder, told.reports).result()
            print(f"{told.reports:,} reports, {rows:,} values, made in {time.perf_counter() - start:.0f} s")
        for name, options in COMPARISONS.items():
            seconds, peak = run(["compare", str(folder), *options])
            print(f"{name:40} {seconds:6.1f} s {peak:7.0f} MB")


def run(arguments: list[str]) -> tuple[float, float]:
    """Seconds and the peak memory in MB of one run of the command line."""
    start = time.perf_counter()
    code = "import sys; from xxgk.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"xxgk {' '.join(arguments)}: ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def make_dataset(folder: Path, reports: int) -> int:
    """Write the files that a comparison reads; the number of values."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    ids = np.char.mod("%016x", np.sort(random.choice(2**62, reports, replace=False)))
    _write_reports(folder, ids)
    rows = _write_values(folder, ids, random)
    _write_checks(folder, ids, random)
    (folder / FILE_NAME).write_text(f'{{"name": "{PACKAGE_NAME}", "resources": []}}', encoding="utf-8")
    return rows


def _write_reports(folder: Path, ids: np.ndarray) -> None:
    number = np.random.default_rng(2).permutation(len(ids))
    agency, year = number // len(YEARS), number % len(YEARS)
    division = agency // AGENCIES
    codes = np.char.mod("%06d", 110101 + division)
    _write(
        folder,
        "reports",
        {
            "report_id": ids,
            "year": np.array(YEARS)[year],
            "form": np.full(len(ids), "2021"),
            "agency": np.char.add(np.char.mod("甲%d区", division), np.char.mod("机关%d", agency % AGENCIES)),
            "agency_type": np.array(TYPES)[agency % len(TYPES)],
            "division_code": codes,
            "county": np.char.mod("甲%d区", division),
            "level": np.full(len(ids), "district"),
            "status": np.full(len(ids), "clean"),
        },
    )


def _write_values(folder: Path, ids: np.ndarray, random: np.random.Generator) -> int:
    cells = [
        (item.indicator, applicant)
        for item in load_codebook()
        if item.form == "2021"
        for applicant in (APPLICANTS if item.dimension else (None,))
    ]
    schema = load_tables()["values"].arrow()
    rows = 0
    with pq.ParquetWriter(folder / "values.parquet", schema, compression="zstd", use_dictionary=True) as writer:
        for part in np.array_split(ids, -(-len(ids) * len(cells) // ROW_GROUP_ROWS)):
            count = len(part) * len(cells)
            status = random.choice(len(STATUSES), count, p=SHARES)
            number = random.poisson(3, count).astype(float)
            columns = {
                "report_id": np.repeat(part, len(cells)),
                "indicator": np.tile([code for code, _ in cells], len(part)),
                "applicant": [applicant for _, applicant in cells] * len(part),
                "value": pa.array(number, mask=(status == 1) | (status == 2)),
                "raw": number.astype(int).astype(str),
                "status": np.array(STATUSES)[status],
            }
            writer.write_table(_table(schema, columns, count), row_group_size=count)
            rows += count
    return rows


def _write_checks(folder: Path, ids: np.ndarray, random: np.random.Generator) -> None:
    """Ten checks a report, one in twenty of them failed."""
    subjects = [item.indicator for item in load_codebook() if item.form == "2021" and item.dimension][:8]
    count = len(ids) * 10
    columns = {
        "report_id": np.repeat(ids, 10),
        "rule": np.tile([*["T3-ROW"] * 8, "T3-FLOW", "T3-RESULT"], len(ids)),
        "subject": np.tile([*subjects, "total", "total"], len(ids)),
        "outcome": np.where(random.random(count) < 0.05, "fail", "pass"),
    }
    _write(folder, "checks", columns)


def _write(folder: Path, name: str, columns: dict[str, np.ndarray]) -> None:
    schema = load_tables()[name].arrow()
    table = _table(schema, columns, len(columns["report_id"]))
    pq.write_table(table, folder / f"{name}.parquet", compression="zstd", row_group_size=ROW_GROUP_ROWS)


def _table(schema: pa.Schema, columns: dict[str, object], rows: int) -> pa.Table:
    """A table in the schema of the dataset; the columns that are not told are null."""
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


if __name__ == "__main__":
    main()

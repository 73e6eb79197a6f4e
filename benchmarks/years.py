"""Time and peak memory to write a dataset of many made-up reports: ``python -m benchmarks.years [REPORTS]``.

The record sets are made without reading a page: a division has 40 agencies, each with ten years, 220 values and a text
of 3,000 characters, of which half stands in the year before, and a tenth of the agencies copy a neighbour. Printed are
the time to make the record sets alone, the time to write the dataset (made, spooled, compared and written), the rows of
the tables over all reports, and the peak memory; absolute figures are this machine's. The memory does not depend on
the number of reports where a run with twice as many has the same peak.
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from output.dataset import write_dataset
from parsers.codebook import load_codebook
from parsers.records import Check, RecordSet, Report, Section, Value

REPORTS = 20_000
AGENCIES, FIRST_YEAR, YEARS = 40, 2014, 10
APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other_org", "total")
TEXT, OWN = 3_000, 1_500
_DIGEST = "0" * 64


def main() -> None:
    """Print the figures."""
    reports = int(sys.argv[1]) if len(sys.argv) > 1 else REPORTS
    start = time.perf_counter()
    for _ in make_records(reports):
        pass
    made = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        summary = write_dataset(make_records(reports), Path(folder) / "dataset")
        written = time.perf_counter() - start
        size = sum(path.stat().st_size for path in (Path(folder) / "dataset").iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{summary.reports:,} reports: made in {made:.0f} s, made and written in {written:.0f} s, {peak:.0f} MB at most"
    )
    print(f"dataset {size / 2**20:,.0f} MB, {summary.values:,} values, {summary.checks:,} checks")
    print(f"{summary.agencies:,} agencies, {summary.coverage:,} agency-years, {summary.reuse:,} comparisons of texts")


def make_records(reports: int) -> Iterator[RecordSet]:
    """So many record sets, the same at every call."""
    for number in range(reports):
        agency, year = divmod(number, YEARS)
        division, place = divmod(agency, AGENCIES)
        yield _make(number, f"{110000 + division}", place, FIRST_YEAR + year)


def _make(number: int, division: str, place: int, year: int) -> RecordSet:
    # Spread over the ids, as hashes are.
    report_id = f"{(number * 0x9E3779B97F4A7C15) % 2**64:016x}"
    report = Report(
        report_id=report_id,
        year=year,
        form="2021" if year >= 2021 else "2019",
        title=f"机关{place}{year}年政府信息公开工作年度报告",
        agency=f"某区机关{place}",
        agency_type="commerce",
        division_code=division,
        published=f"{year + 1}-01-{1 + number % 31:02}",
        source_path=f"{number}.html",
        source_sha256=_DIGEST,
        source_format="html",
        agency_id=f"{division}:机关{place}",
    )
    values = [
        Value(report_id, indicator, applicant, place % 9, "件", "1", "number", 1, row, 3, row, _DIGEST)
        for row, (indicator, applicant) in enumerate(_CELLS)
    ]
    sections = [Section(report_id, "overview", "一、总体情况", _text(division, place, year), 0)]
    checks = [Check(report_id, "T3-ROW", "applications.received", "pass", None, 1, 1, "1 is 1")] * 50
    return RecordSet(report, values, [], sections, checks)


def _cells() -> list[tuple[str, str | None]]:
    return [
        (item.indicator, applicant)
        for item in load_codebook()
        if item.form == "2021"
        for applicant in (APPLICANTS if item.dimension else (None,))
    ]


_CELLS = _cells()


def _text(division: str, place: int, year: int) -> str:
    """Half of it the agency's of every year, or a neighbour's; half of this year alone."""
    source = place - 1 if place % 10 == 9 else place
    return _prose(f"{division}{source}", OWN) + _prose(f"{division}{place}{year}", TEXT - OWN)


def _prose(seed: str, length: int) -> str:
    """Characters drawn at random, from 0x4E00 on."""
    draw = random.Random(seed)
    data = bytearray(2 * length)
    data[0::2] = draw.randbytes(length)
    data[1::2] = draw.randbytes(length).translate(_HIGH_BYTES)
    return data.decode("utf-16-le")


_HIGH_BYTES = bytes(0x4E + byte % 0x40 for byte in range(256))


if __name__ == "__main__":
    main()

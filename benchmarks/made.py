"""Datasets of made-up reports, as large as is asked for: their record sets, and a copy in which a little is changed.

A division has 40 agencies, each with ten years. A report has all cells of the form of 2021, of which some are blank or
unreadable, six sections of 3,000 characters in all, of which half stands in the year before and a tenth of the agencies
copy a neighbour, twenty counts and fifty checks. No page is read; the same number gives the same record sets.
"""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from parsers.codebook import load_codebook
from parsers.records import Check, Count, RecordSet, Report, Section, Value

AGENCIES, FIRST_YEAR, YEARS = 40, 2015, 10
FIRST_DIVISION = 110101
APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other_org", "total")
TYPES = ("government", "commerce", "education", "finance", "health", "justice", "audit", "water", "township")
SECTIONS = ("overview", "disclosure", "applications", "review_litigation", "problems", "other")
TEXT, OWN = 500, 250
COUNTS, CHECKS = 20, 50
# A cell in so many of each: a blank, one that is unreadable; and a check in so many that fails.
BLANK, UNREADABLE, FAILED = 33, 100, 400
# In the changed copy a report in so many is gone, and in as many the number of a cell is another one.
EVERY = 100
_DIGEST = "0" * 64
_HIGH_BYTES = bytes(0x4E + byte % 0x40 for byte in range(256))


def make_records(reports: int) -> Iterator[RecordSet]:
    """So many record sets, the same at every call."""
    for number in range(reports):
        agency, year = divmod(number, YEARS)
        division, place = divmod(agency, AGENCIES)
        yield _make(number, FIRST_DIVISION + division, place, FIRST_YEAR + year)


def copy_changed(old: Path, new: Path) -> None:
    """Copy the Parquet files of a dataset and its description, without a report in a hundred and with another number
    in a cell in a hundred."""
    new.mkdir(parents=True)
    for path in sorted(old.iterdir()):
        if path.suffix == ".parquet":
            _copy_table(path, new / path.name)
        elif path.stem in ("datapackage", "codebook"):
            shutil.copyfile(path, new / path.name)


def _make(number: int, division: int, place: int, year: int) -> RecordSet:
    # Spread over the ids, as hashes are.
    report_id = f"{(number * 0x9E3779B97F4A7C15) % 2**64:016x}"
    draw = random.Random(number)
    checks = [_make_check(report_id, n, draw.randrange(FAILED) == 0) for n in range(CHECKS)]
    report = Report(
        report_id=report_id,
        year=year,
        form="2021" if year >= 2021 else "2019",
        title=f"甲{division}区机关{place}{year}年政府信息公开工作年度报告",
        agency=f"甲{division}区机关{place}",
        agency_type=TYPES[place % len(TYPES)],
        division_code=str(division),
        county=f"甲{division}区",
        level="district",
        published=f"{year + 1}-01-{1 + number % 31:02}",
        source_path=f"{number}.html",
        source_sha256=_DIGEST,
        source_format="html",
        status="flagged" if any(check.outcome == "fail" for check in checks) else "clean",
        agency_id=f"{division}:机关{place}",
    )
    sections = [
        Section(report_id, code, f"{code} {place}", _text(division, place, year, code), n)
        for n, code in enumerate(SECTIONS)
    ]
    counts = [
        Count(
            report_id,
            n,
            None,
            SECTIONS[n % 6],
            "政务信息",
            None,
            draw.randrange(90),
            "条",
            False,
            False,
            "9条",
            n,
            n + 2,
        )
        for n in range(COUNTS)
    ]
    return RecordSet(report, list(_make_values(report_id, draw)), counts, sections, checks)


def _make_values(report_id: str, draw: random.Random) -> Iterator[Value]:
    for row, (indicator, applicant, unit) in enumerate(_CELLS):
        number: int | None = int(draw.expovariate(0.3))
        raw, status = str(number), "number"
        if draw.randrange(BLANK) == 0:
            number, raw, status = None, "", "blank"
        elif draw.randrange(UNREADABLE) == 0:
            number, raw, status = None, "见附件", "unreadable"
        yield Value(report_id, indicator, applicant, number, unit, raw, status, 1, row, 3, row, _DIGEST)  # type: ignore[arg-type]


def _make_check(report_id: str, number: int, fails: bool) -> Check:
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    if fails:
        return Check(report_id, "T3-ROW", subject, "fail", None, 2, 1, f"{subject}: the parts give 2, the total is 1")
    return Check(report_id, "T3-ROW", subject, "pass", None, 1, 1, f"{subject}: the parts give 1, the total is 1")


def _cells() -> list[tuple[str, str | None, str]]:
    return [
        (item.indicator, applicant, item.unit)
        for item in load_codebook()
        if item.form == "2021"
        for applicant in (APPLICANTS if item.dimension else (None,))
    ]


_CELLS = _cells()
_SUBJECTS = sorted({indicator for indicator, applicant, _ in _CELLS if applicant})


def _text(division: int, place: int, year: int, section: str) -> str:
    """Half of it the agency's of every year, or a neighbour's; half of this year alone."""
    source = place - 1 if place % 10 == 9 else place
    return _prose(f"{division}{source}{section}", OWN) + _prose(f"{division}{place}{year}{section}", TEXT - OWN)


def _prose(seed: str, length: int) -> str:
    """Characters drawn at random, from 0x4E00 on."""
    draw = random.Random(seed)
    data = bytearray(2 * length)
    data[0::2] = draw.randbytes(length)
    data[1::2] = draw.randbytes(length).translate(_HIGH_BYTES)
    return data.decode("utf-16-le")


def _copy_table(source: Path, target: Path) -> None:
    with pq.ParquetFile(source) as file, pq.ParquetWriter(target, file.schema_arrow, compression="zstd") as writer:
        for number in range(file.num_row_groups):
            rows = file.read_row_group(number)
            if "report_id" in rows.column_names:
                rows = rows.filter(pa.array(_is_kept(rows["report_id"])))
            if "value" in rows.column_names:
                value = rows["value"].to_numpy(zero_copy_only=False).copy()
                value[::EVERY] += 1
                rows = rows.set_column(rows.column_names.index("value"), "value", pa.array(value, from_pandas=True))
            writer.write_table(rows, row_group_size=max(rows.num_rows, 1))


def _is_kept(ids: pa.ChunkedArray) -> list[bool]:
    """Whether the report of each row stays; a row that names none does."""
    coded = ids.combine_chunks().dictionary_encode()
    kept = [int(report_id[-4:], 16) % EVERY > 0 for report_id in coded.dictionary.to_pylist()]
    return [number is None or kept[number] for number in coded.indices.to_pylist()]

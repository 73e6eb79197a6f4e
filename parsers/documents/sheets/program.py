"""A program of its own: a workbook on standard input, its cells as JSON on standard output.

python-calamine ends the whole process where a damaged file leads it astray, and lays out every sheet as a full
rectangle up to its farthest cell. So it gets a process with limits on memory and time, which may end. It imports
nothing of ours: it must start quickly.
"""

import datetime
import json
import sys
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

MAX_SHEETS = 64
# Rows of a sheet that are read; a workbook with all forms of an agency has below 200.
MAX_ROWS = 5000
MAX_COLUMNS = 256
MAX_MERGED = 20_000
# No sheet lets a cell hold more.
MAX_TEXT = 32_767
MAX_TOTAL = 20_000_000
MEMORY = 1 << 30
SECONDS = 20


def main() -> None:
    """Read, write, end."""
    _limit()
    try:
        result: dict[str, Any] = {"sheets": read_sheets(sys.stdin.buffer.read())}
    except PasswordError:
        result = {"error": "encrypted"}
    except (CalamineError, OSError, ValueError, MemoryError) as error:
        result = {"error": str(error) or "broken"}
    json.dump(result, sys.stdout)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on this system; the time limit of who started it still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_sheets(data: bytes) -> list[dict[str, Any]]:
    """Each sheet: its name, whether it is shown, its first row and column, its cells as texts, its merged ranges."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    total = 0
    sheets: list[dict[str, Any]] = []
    for item in workbook.sheets_metadata[:MAX_SHEETS]:
        sheet = workbook.get_sheet_by_name(item.name)
        rows = [[print_cell(value) for value in row[:MAX_COLUMNS]] for row in sheet.to_python(nrows=MAX_ROWS)]
        total += sum(len(text) for row in rows for text in row)
        if total > MAX_TOTAL:
            raise ValueError("more text than any report holds")
        sheets.append(
            {
                "name": item.name,
                "is_shown": item.visible == SheetVisibleEnum.Visible,
                "start": sheet.start or (0, 0),
                "rows": rows,
                "merged": _merged(sheet),
            }
        )
    return sheets


def _merged(sheet: CalamineSheet) -> list[tuple[int, int, int, int]]:
    ranges = sheet.merged_cell_ranges or []
    return [(top, left, bottom, right) for (top, left), (bottom, right) in ranges[:MAX_MERGED]]


def print_cell(value: object) -> str:
    """A cell's value as the sheet shows it: 1.0 as 1, 0.1+0.2 as 0.3, a date in ISO form, TRUE for true."""
    if isinstance(value, str):
        lines = (" ".join(part.split()) for part in value[:MAX_TEXT].splitlines())
        return "\n".join(line for line in lines if line)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return print_float(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def print_float(value: float) -> str:
    """A number with at most 15 digits, as sheets show it, never in the form 1e+20."""
    written = format(value, ".15g")
    if "e+" in written:
        return format(value, ".0f")
    return format(value, ".20f").rstrip("0") if "e" in written else written


if __name__ == "__main__":
    main()

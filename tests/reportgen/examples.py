"""Write the example reports of ``tests/fixtures/reports`` from ``data/examples.toml``.

    python -m tests.reportgen.examples

Writes the source and ``source.toml`` of each; ``expected.csv`` is written by the golden test where it is missing.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.reportgen.labels import load_data
from tests.reportgen.model import Identity, Report, make_report
from tests.reportgen.render_html import render_html
from tests.reportgen.render_text import render_text
from tests.reportgen.score import HTML_CASES

REPORTS = Path(__file__).parents[1] / "fixtures" / "reports"


def total_zero(report: Report) -> None:
    """The totals of the first three rows that have any number stay 0."""
    table, left = report.table("applications"), 3
    for row in table.rows:
        if left and row[-1].key and row[-1].number:
            row[-1] = row[-1].printed("0", 0)
            left -= 1


def row_shifted(report: Report) -> None:
    """In a row without natural persons each number stands one column too far to the left, 0 in the last."""
    row = next(
        row for row in report.table("applications").rows if row[-1].key and row[-1].number and not row[-7].number
    )
    for c in range(len(row) - 7, len(row) - 1):
        row[c] = row[c].printed(row[c + 1].text, row[c + 1].number)
    row[-1] = row[-1].printed("0", 0)


def cells_swapped(report: Report) -> None:
    """Two unlike neighbours of one row have changed places, in a row whose column sums tell."""
    row = next(
        row
        for row in report.table("applications").rows
        if row[-1].key and "results.refused" in row[-1].key[0] and row[-7].number != row[-6].number
    )
    one, two = row[-7], row[-6]
    row[-7], row[-6] = one.printed(two.text, two.number), two.printed(one.text, one.number)


def digits_merged(report: Report) -> None:
    """The numbers of two cells stand in the first, the second holds 0."""
    row = _row(report, "applications.received")
    joined = row[-7].text + row[-6].text
    row[-7], row[-6] = row[-7].printed(joined, int(joined)), row[-6].printed("0", 0)


def text_disagrees(report: Report) -> None:
    """The text tells three applications more than the table."""
    received = _row(report, "applications.received")[-1].text
    body = report.sections[0].body
    for n, block in enumerate(body):
        if isinstance(block, str):
            body[n] = block.replace(f"申请{received}件", f"申请{int(received) + 3}件")


def parts_disagree(report: Report) -> None:
    """The applications received are two more than their parts."""
    row = _row(report, "legacy.applications.received")
    number = int(row[-1].number or 0) + 2
    row[-1] = row[-1].printed(str(number), number)


def amount_with_unit(report: Report) -> None:
    """The amount of procurement is printed with its unit."""
    row = _row(report, "disclosure.procurement.amount")
    row[-1] = row[-1].printed("1424.4万元", 1424.4)


def signed_changes(report: Report) -> None:
    """Changes are written 增 and 减."""
    for row in report.table("disclosure").rows:
        for c, box in enumerate(row):
            if box.key and box.key[0].endswith("items_change") and box.number:
                row[c] = replace(box, text=("增" if box.number > 0 else "减") + box.text.lstrip("-"))


def zeros_dropped(report: Report) -> None:
    """Zeros of table 3 were left blank and the blank cells are gone: numbers move to the left of their row."""
    table = report.table("applications")
    for row in table.rows:
        kept = [box for box in row if not (box.key and box.number == 0)]
        if len(kept) < len(row):
            row[:] = kept


DAMAGE: dict[str, Callable[[Report], None]] = {
    function.__name__: function
    for function in (
        total_zero,
        row_shifted,
        cells_swapped,
        digits_merged,
        text_disagrees,
        parts_disagree,
        amount_with_unit,
        signed_changes,
        zeros_dropped,
    )
}


def _row(report: Report, indicator: str) -> list[Any]:
    """The row of boxes that prints an indicator."""
    return next(
        row for table in report.tables() for row in table.rows if any(b.key and b.key[0] == indicator for b in row)
    )


def make_example(entry: dict[str, Any]) -> Report:
    """The report of one entry of the data file, its damage done."""
    code = str(entry["name"])[:6]
    who = Identity(entry["county"], entry["agency"], entry["publisher"], entry["year"], code)
    report = make_report(entry["seed"], entry["form"], entry["profile"], who)
    for section in report.sections:
        at = sum(1 for block in section.body if isinstance(block, str))
        section.body[at:at] = entry.get("extra", {}).get(section.code, [])
    report.sections[-1].body.insert(1, load_data("examples")["disclaimer"])
    for name in entry["damage"]:
        DAMAGE[name](report)
    return report


def render_example(entry: dict[str, Any]) -> tuple[str, bytes]:
    """The file name and the bytes of one entry."""
    report, layout = make_example(entry), str(entry["layout"])
    if layout.startswith("html:"):
        return "report.html", render_html(report, HTML_CASES[layout[5:]])
    return "report.txt", render_text(report, layout)


def write_example(entry: dict[str, Any]) -> None:
    """Write source and source.toml of one entry."""
    folder = REPORTS / str(entry["name"])
    folder.mkdir(parents=True, exist_ok=True)
    name, data = render_example(entry)
    (folder / name).write_bytes(data)
    facts = {
        "file": name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "origin": "written for this project; invented text and numbers, no report of any agency",
        "chosen": entry["chosen"],
        "made": f"python -m tests.reportgen.examples (seed {entry['seed']}, layout {entry['layout']})",
        "damage": entry["damage"],
        "diagnoses": entry["diagnoses"],
    }
    counts = ", ".join(f'"{rule}" = {count}' for rule, count in entry["failed"].items())
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in facts.items()]
    (folder / "source.toml").write_text("".join(lines) + f"failed = {{{counts}}}\n", encoding="utf-8")


def main() -> None:
    """Write all examples."""
    for entry in load_data("examples")["example"]:
        write_example(entry)


if __name__ == "__main__":
    main()

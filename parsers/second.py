"""Two readings of the same tables, and the rules of the contract as the judge between them.

A format may offer a second reading of its tables that works in another way (``Document.second``). It is made only
where the first breaks a rule or lacks a cell. The reading that satisfies the rules is taken. Where neither does,
what both read is the print, and what they read otherwise is unreadable: nothing is chosen by guess.
"""

import msgspec

from parsers.checks import run_checks
from parsers.checks.base import Facts
from parsers.documents.model import Document
from parsers.forms.reader import Tables, make_values, read_tables
from parsers.forms.rows import TableReading, refuse
from parsers.forms.schema import load_forms, newest_form
from parsers.records import Count, Value

_Key = tuple[str, str | None]
# Tables in which every cell is a part of some sum: a reading that satisfies all rules is right.
_SUMMED = ("applications", "review_litigation")
_RULES = {
    "T3-ROW": "applications",
    "T3-FLOW": "applications",
    "T3-RESULT": "applications",
    "T4-SUM": "review_litigation",
    "L-SUM": "statistics",
}


def make_facts(report_id: str, tables: Tables, values: list[Value], counts: list[Count]) -> Facts:
    """What the rules are applied to: the values of a report by indicator, and its counts."""
    applications = tables.readings.get("applications")
    applications_form = load_forms().get(applications.form if applications else tables.form, newest_form())
    if not applications_form.rows:
        applications_form = newest_form()
    cells: dict[str, int | float | None] = {}
    rows: dict[str, list[int | float | None]] = {}
    for value in values:
        if value.applicant is None:
            cells[value.indicator] = value.value
        else:
            rows.setdefault(value.indicator, []).append(value.value)
    return Facts(report_id, cells, rows, tables.form, frozenset(tables.readings), applications_form, counts)


def settle_tables(document: Document, tables: Tables) -> Tables:
    """The tables of a document after its second reading was asked, where it has one and the first is in doubt."""
    if document.second is None:
        return tables
    faults = _count_faults(tables)
    if not any(faults.values()) and tables.readings:
        return tables
    other = read_tables(document.second())
    if not other.readings:
        return tables
    if not tables.readings:
        note = "the tables were found only when the file was read a second time, in another way"
        return Tables(other.form, other.readings, [*other.notes, note], None)
    return _settle(tables, faults, other, _count_faults(other))


def _count_faults(tables: Tables) -> dict[str, int]:
    """For each table how many rules it breaks or leaves open; a table that is demanded and missing counts as well."""
    faults: dict[str, int] = dict.fromkeys(tables.readings, 0)
    for check in run_checks(make_facts("", tables, make_values("", tables), [])):
        table = check.subject if check.rule == "FORM-COMPLETE" else _RULES.get(check.rule)
        if table is not None and check.outcome != "pass":
            faults[table] = faults.get(table, 0) + 1
    return faults


def _settle(tables: Tables, faults: dict[str, int], other: Tables, other_faults: dict[str, int]) -> Tables:
    readings = dict(tables.readings)
    notes = list(tables.notes)
    for kind, reading in other.readings.items():
        first = readings.get(kind)
        if first is None:
            readings[kind] = reading
            notes.append(f"the {kind} table was found only when the file was read a second time, in another way")
            continue
        if faults.get(kind) and (first.slots.keys() != reading.slots.keys() or find_differences(first, reading)):
            readings[kind], note = _choose(first, reading, is_better=not other_faults.get(kind))
            notes.append(note)
    return msgspec.structs.replace(tables, readings=readings, notes=notes)


def _choose(first: TableReading, second: TableReading, is_better: bool) -> tuple[TableReading, str]:
    """The reading to go by, and a sentence on it; ``is_better`` says that the second satisfies the rules."""
    differing = find_differences(first, second)
    told = f"the {first.kind} table was read in two ways that differ in {len(differing)} cells"
    if is_better and first.kind in _SUMMED:
        return second, f"{told}; the second satisfies the rules and is taken"
    fuller = second if is_better or second.count_numbers() > first.count_numbers() else first
    if not differing:
        return fuller, f"the {first.kind} table was read in two ways; the fuller reading is taken"
    return refuse_cells(fuller, differing), f"{told}, which are left unreadable; no rule tells which is right"


def find_differences(first: TableReading, second: TableReading) -> list[_Key]:
    """The cells that both readings have, and that they read as different numbers."""
    return [
        key
        for key, slot in first.slots.items()
        if key in second.slots and slot.reading.value != second.slots[key].reading.value
    ]


def refuse_cells(reading: TableReading, keys: list[_Key]) -> TableReading:
    """The reading with these cells made unreadable."""
    slots = dict(reading.slots)
    for key in keys:
        slots[key] = refuse(slots[key].cell, slots[key].table)
    return TableReading(reading.kind, reading.form, slots, reading.notes)

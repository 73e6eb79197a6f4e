"""FORM-COMPLETE: every cell that the official form demands was found once."""

from collections.abc import Iterator
from functools import cache

from parsers.checks.base import Facts
from parsers.codebook import load_codebook
from parsers.forms.schema import newest_form
from parsers.records import Check, Outcome


@cache
def demanded_tables(form: str) -> tuple[str, ...]:
    """The tables that a form demands, in the order of the codebook; none for a narrative report."""
    return tuple(dict.fromkeys(item.table for item in load_codebook() if item.form == form))


@cache
def _demanded_cells(form: str, table: str) -> dict[str, int]:
    """How many cells each indicator of a table has."""
    width = len(newest_form().applicants)
    return {
        item.indicator: width if item.dimension else 1
        for item in load_codebook()
        if item.form == form and item.table == table
    }


def check_complete(facts: Facts) -> Iterator[Check]:
    """One check for each table that the form demands; subject is the table."""
    for table in demanded_tables(facts.form):
        form = facts.applications_form.form if table == "applications" and table in facts.tables else facts.form
        cells = _demanded_cells(form, table)
        missing = [name for name in cells if name not in facts.cells and name not in facts.rows]
        count = sum(cells.values())
        found = count - sum(cells[name] for name in missing)
        if not missing:
            detail = f"{table}: all {count} cells of the {form} form were found"
        elif found == 0:
            detail = f"{table}: the table of the {form} form was not found"
        else:
            named = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
            detail = f"{table}: {found} of {count} cells of the {form} form were found; missing: {named}"
        outcome: Outcome = "fail" if missing else "pass"
        yield Check(facts.report_id, "FORM-COMPLETE", table, outcome, None, count, found, detail)

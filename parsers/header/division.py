"""Which division an agency belongs to: by index number, by the site of the page, and by its own name."""

from parsers.agencies import is_branch, is_partly_known, own_name
from parsers.divisions import division_name, is_within, read_place


def decide_division(
    agency: str | None, indexed: str | None, site: str | None, year: int | None
) -> tuple[str | None, list[str]]:
    """The code of the agency's division in a year, or None, and notes for people on sources that differ.

    ``indexed`` and ``site`` are the codes of the index number and of the site; the agency's name decides between a
    place and one inside it.
    """
    name = agency or ""
    context, notes = _decide_context(name, indexed, site, year)
    named = read_place(own_name(name), year, context)[0]
    if is_partly_known(name) and all(context is None or is_within(context, code) for code in named):
        return context, notes
    inside = [code for code in named if context is None or is_within(code, context)]
    if len(inside) == 1:
        return inside[0], notes
    if context is None or not named or inside or (is_branch(name) and any(is_within(context, code) for code in named)):
        return context, notes
    alone = next(iter(named)) if len(named) == 1 else None
    kept = context if indexed else alone
    source = "index number" if indexed else "site"
    taken = f"{_label(kept, year)} is taken" if kept else "no division is taken"
    note = f"The {source} belongs to {_label(context, year)}, the agency {agency} does not; {taken}."
    return kept, [*notes, note]


def _decide_context(
    agency: str, indexed: str | None, site: str | None, year: int | None
) -> tuple[str | None, list[str]]:
    """The narrower of the codes of index number and site where one lies in the other; else that of the index number."""
    if indexed is None or site is None or is_within(indexed, site):
        return indexed or site, []
    differ = f"The index number says {_label(indexed, year)}, the site {_label(site, year)}"
    if not is_within(site, indexed):
        return indexed, [f"{differ}; the index number is taken."]
    if read_place(own_name(agency), year)[0] == {indexed} and not is_branch(agency):
        return indexed, []
    return site, [f"{differ} inside it; the site is taken."]


def _label(code: str, year: int | None) -> str:
    return f"{code} ({division_name(code, year)})"

"""Which division an agency belongs to: by index number, by the site of the page, and by its own name."""

from parsers.agencies import (
    find_branch_division,
    find_zone_division,
    is_branch,
    is_partly_known,
    is_zone_within,
    own_name,
)
from parsers.divisions import code_in_year, current_code, division_name, is_within, read_place


def decide_division(
    agency: str | None, indexed: str | None, site: str | None, year: int | None
) -> tuple[str | None, list[str]]:
    """The code of the agency's division in a year, or None, and notes for people on sources that differ.

    ``indexed`` and ``site`` are the codes of the index number and of the site; the agency's name decides between a
    place and one inside it.
    """
    name = agency or ""
    indexed = code_in_year(indexed, year) if indexed else None
    site = code_in_year(site, year) if site else None
    context, notes = _decide_context(name, indexed, site, year)
    named = _named_divisions(name, year, context)
    is_around = context is None or any(is_within(context, code) for code in named)
    if (is_partly_known(name, year, context) or (context and is_zone_within(name, year, context))) and is_around:
        return context, notes
    inside = [code for code in named if context is None or is_within(code, context) or _is_same(code, context)]
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


def _named_divisions(name: str, year: int | None, context: str | None) -> frozenset[str]:
    """The codes that an agency's name may mean: of its branch's district, its places, or the place of its zone."""
    branch = find_branch_division(name, year, context)
    if branch is not None:
        return frozenset({branch})
    named = read_place(own_name(name), year, context)[0]
    zone = None if named else find_zone_division(name, year)
    # The zone of another place, on a site that may be its own, tells nothing.
    if zone is None or (context is not None and not is_within(zone, context)):
        return named
    return frozenset({zone})


def _is_same(code: str, other: str) -> bool:
    """Whether two codes are those of one division before and after it was renamed."""
    return current_code(code) == current_code(other)


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

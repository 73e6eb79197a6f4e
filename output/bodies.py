"""What is known of agencies that were merged into others, from the data file by which their ids are made."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec


class Body(msgspec.Struct, frozen=True):
    """One line of work of a government: ``into`` are the bodies that took it over in the years ``ended``."""

    name: str
    into: tuple[str, ...] = ()
    ended: tuple[int, int] | None = None
    note: str = ""


def find_body(agency_id: str) -> Body | None:
    """The body of an agency by its id; that of a province ends in 厅 and is the same line of work."""
    key = agency_id.partition(":")[2]
    return _bodies().get(key) or (_bodies().get(f"{key[:-1]}局") if key.endswith("厅") else None)


def tell_changes(agency_id: str) -> list[str]:
    """Sentences on mergers and splits of agencies of this name."""
    body = find_body(agency_id)
    if body is None:
        return []
    told = [body.note] if body.note else []
    if body.into and body.ended:
        told.insert(0, f"Agencies of this name went into {' and '.join(body.into)} in {_span(body)}.")
    absorbed = [f"{other.name} ({_span(other)})" for other in _bodies().values() if body.name in other.into]
    return [*told, f"Merged into it in most places: {', '.join(absorbed)}."] if absorbed else told


def _span(body: Body) -> str:
    first, last = body.ended or (0, 0)
    return str(first) if first == last else f"{first}-{last}"


@cache
def _bodies() -> dict[str, Body]:
    data: dict[str, Any] = tomllib.loads(
        files("parsers").joinpath("data", "agency_renamings.toml").read_text(encoding="utf-8")
    )
    return {item["name"]: msgspec.convert(item, Body) for item in data["body"]}

"""Names of agencies with their division, level and type: names of all kinds, and those of all portals."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parsers.agencies import complete_place, find_agency_type, find_level
from parsers.divisions import code_in_year, find_places, host_code
from parsers.header.division import decide_division
from parsers.header.titles import read_title

HERE = Path(__file__).parent
REFERENCE = HERE.parents[1] / "shared" / "reference"
# Portals of zones, of the corps, and of districts that have no code of their own.
WITHOUT_CODE = ("两江新区", "济源示范区", "新疆生产建设兵团", "加格达奇区", "松岭区", "新林区", "呼中区")

needs_reference = pytest.mark.skipif(
    not (REFERENCE / "portals.csv").is_file(), reason="the lists of portals are not here (../shared/reference)"
)


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


NAMES = read_rows(HERE / "fixtures" / "agency_names.csv")


def read_name(row: dict[str, str]) -> dict[str, str | None]:
    year = int(row["year"])
    code, _ = decide_division(row["agency"], None, row["site_code"] or None, year)
    return {
        "division_code": code,
        "level": find_level(row["agency"], code, year),
        "agency_type": find_agency_type(row["agency"]),
    }


@pytest.mark.parametrize("field", ["division_code", "level", "agency_type"])
def test_names_of_all_kinds(field: str) -> None:
    assert len(NAMES) >= 400
    wrong: list[Any] = [(row["kind"], row["agency"], row[field], read_name(row)[field]) for row in NAMES]
    assert [found for found in wrong if (found[2] or None) != found[3]] == []


def test_departments_of_every_reform() -> None:
    """Merged offices are of the type of the work that stands first in their name."""
    rows = read_rows(HERE / "fixtures" / "agency_types.csv")
    assert len(rows) >= 500
    found = [(row["agency"], row["agency_type"], find_agency_type(row["agency"])) for row in rows]
    assert [row for row in found if row[1] != row[2]] == []


def portals() -> Iterator[tuple[list[str], str]]:
    for row in read_rows(REFERENCE / "portals.csv"):
        parts = row["region"].split("/")
        if parts[-1] not in WITHOUT_CODE:
            yield parts, row["portal_url"]


@needs_reference
def test_the_government_of_every_portal_has_its_code() -> None:
    wrong = []
    for parts, _ in portals():
        code, _ = decide_division("".join(parts) + "人民政府", None, None, 2024)
        places = find_places(code, 2024)
        if (places.province, places.county or places.city or places.province) != (parts[0], parts[-1]):
            wrong.append((parts, code))
    assert wrong == []


@needs_reference
def test_no_government_gets_the_code_of_another_by_its_own_name() -> None:
    wrong = []
    for parts, url in portals():
        for site in (None, host_code(url)[0]):
            code, _ = decide_division(parts[-1] + "人民政府", None, site, 2024)
            places = find_places(code, 2024)
            name = places.county or places.city or places.province
            if code is not None and (places.province, name) != (parts[0], parts[-1]):
                wrong.append((parts, site, code))
    assert wrong == []


@needs_reference
def test_agencies_of_the_sites_seen() -> None:
    """The agency of a title, in its own division wherever the name says so."""
    wrong = []
    for row in read_rows(REFERENCE / "sites_seen.csv"):
        name = row["name_zh"].partition("(")[0]
        title = read_title(f"{name}2023年政府信息公开工作年度报告")
        agency = complete_place(name)
        code, notes = decide_division(agency, None, host_code(f"http://{row['host']}/")[0], 2023)
        level = find_level(agency, code, 2023)
        if title is None or (title.agency, title.year) != (agency, 2023) or notes:
            wrong.append((name, title, notes))
        elif (row["level"] == "township") != (level == "township") and "垫江" not in name:
            wrong.append((name, level, row["level"]))
    assert wrong == []


@pytest.mark.parametrize(
    ("code", "year", "older"),
    [
        ("500153", 2013, "500226"),  # 荣昌县
        ("500153", 2020, "500153"),
        ("520600", 2010, "522200"),  # 铜仁地区
        ("330105", 2015, "330105"),
        ("330502", None, "330502"),
    ],
)
def test_code_of_a_year(code: str, year: int | None, older: str) -> None:
    assert code_in_year(code, year) == older


def test_a_site_of_today_tells_the_division_of_an_old_report() -> None:
    assert decide_division("荣昌县商务局", None, "500153", 2013) == ("500226", [])
    assert decide_division("荣昌县商务局", None, "500153", 2015) == ("500226", [])
    assert decide_division("铜仁地区行署", None, "520600", 2010) == ("522200", [])
    code, notes = decide_division("杭州市下城区人民政府", None, "330105", 2015)
    assert code == "330103"
    assert len(notes) == 1

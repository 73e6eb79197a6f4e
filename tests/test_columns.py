"""Which family an address gives away, over the addresses that were seen in the field (they are not part of the repository)."""

import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from scraper.cms import FAMILIES, recognise_url

REFERENCE = Path(__file__).parents[1].parent / "shared" / "reference"
pytestmark = pytest.mark.skipif(
    not (REFERENCE / "columns_seen.csv").is_file(), reason="the addresses seen are not here (../shared/reference)"
)

# The shapes that the notes on sites call enough (rows 1-11 of section 0, and addresses that were seen in sections 1-13),
# in their order. Written apart from the modules.
CERTAIN = {
    "gkmlpt": r"/gkmlpt/",
    "hanweb-xxgk": r"/module/xxgk/",
    "lonsun": r"/public/column/|/openness/|/site/tpl/",
    "xxgkcontent": r"/XxgkContent/|/XxgkAnnualReport/|/News/showList/",
    "epoint": r"govInfoPub|[?&]categorynum=|/EWB",
    "columns-uuid": r"/columns/[0-9a-f]{8}-[0-9a-f-]{27}/",
    "gongkai-channel": r"/channel_[0-9a-f]{24}/|/channel_c_[0-9a-f]{24}_n_[\d.]+/",
    "ucap": r"/[^/]+/[cC]\d{4,7}/[^/]+\.shtml$|/\d{6}/[0-9a-f]{32}\.shtml$|/\d{6}/c\d\d_\d+\.shtml$"
    r"|/(?:xxgk_list|xxgk_lists|xxgk_navs|nav_list|common_list|zfxxgk_list|zfxxgk_zclist|zfxxgklby_nb"
    r"|zfxxgkMultiList|listDisplaySelf)\.shtml$",
    "vsb": r"/info/\d+/\d+\.htm$|/n20\d\dn/|urltype=(?:news\.NewsContentUrl|tree\.TreeTempUrl)",
    "nfcms": r"/content/m?post_\d+\.html$",
    "numbered-page": r"/[a-z]+\d*/1\.html$|/\d{19}\.html$|/[0-9a-f]{24}\.html$",
    "trs-tdate": r"/t\d{8}_\d+(?:_wap)?\.s?html?(?:\?|$)|/t\d{6,8}\.shtml$",
}
# How many of the 6,036 columns each family is told by its address alone. The others are told by their pages.
COLUMNS = {
    "ucap": 502,
    "lonsun": 145,
    "numbered-page": 54,
    "gkmlpt": 44,
    "columns-uuid": 43,
    "gongkai-channel": 33,
    "epoint": 22,
    "xxgkcontent": 18,
    "trs-tdate": 12,
    "nfcms": 2,
    "vsb": 1,
    "generic-static": 244,
}
# How many of the report and list addresses with a family of ours are told by the address alone, of how many.
REPORTS = {
    "trs-tdate": (55, 69),
    "nfcms": (9, 9),
    "ucap": (8, 8),
    "numbered-page": (7, 7),
    "gongkai-channel": (5, 5),
    "xxgkcontent": (5, 5),
    "vsb": (4, 4),
    "hanweb-xxgk": (4, 4),
    "columns-uuid": (2, 2),
    "lonsun": (1, 3),
    "gkmlpt": (1, 1),
    "generic-static": (3, 3),
    "hanweb-jpage": (0, 3),
    "hanweb-jpaas": (0, 1),
}


@cache
def columns() -> list[str]:
    with (REFERENCE / "columns_seen.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["url"] for row in csv.DictReader(file)]


@cache
def reports() -> list[tuple[str, str]]:
    """(family as guessed, address); reports of TRS sites without a date in the address are of the same family."""
    with (REFERENCE / "sites_seen.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    guesses = {"trs-tid": "trs-tdate", "wuxi-doc": "generic-static"}
    return [
        (guesses.get(row["cms_guess"], row["cms_guess"]), row[name])
        for row in rows
        for name in ("example_report_url", "list_url")
        if row[name]
    ]


def certain_family(url: str) -> str | None:
    return next((family for family, shape in CERTAIN.items() if re.search(shape, url)), None)


def test_certain_shapes_are_recognised_as_what_they_are() -> None:
    seen = [(certain_family(url), url) for url in [*columns(), *(url for _, url in reports())]]
    wrong = [(family, recognise_url(url), url) for family, url in seen if family and recognise_url(url) != family]
    assert wrong == []
    assert {family for family, _ in seen} >= set(CERTAIN)


def test_no_address_is_taken_for_another_family() -> None:
    wrong = [(guess, url) for guess, url in reports() if guess in FAMILIES and recognise_url(url) not in (guess, None)]
    assert wrong == []


def test_addresses_of_no_family_are_left_to_the_tail() -> None:
    wrong = [
        url for guess, url in reports() if guess not in FAMILIES and recognise_url(url) not in ("generic-static", None)
    ]
    assert wrong == []


def test_plain_folders_tell_no_family() -> None:
    shape = re.compile(r"https?://[^/]+/(?!openness/)[a-z]+(?:/[a-z]+)*/(?:index\.html)?")
    folders = [url for url in columns() if shape.fullmatch(url)]
    assert len(folders) > 1500
    assert {url: recognise_url(url) for url in folders if recognise_url(url)} == {}


@pytest.mark.parametrize(("family", "floor"), COLUMNS.items())
def test_columns_told_by_their_address(family: str, floor: int) -> None:
    found = Counter(recognise_url(url) for url in columns())
    assert found[family] >= floor


@pytest.mark.parametrize("family", REPORTS)
def test_reports_told_by_their_address(family: str) -> None:
    floor, total = REPORTS[family]
    found = [recognise_url(url) for guess, url in reports() if guess == family]
    assert (len(found), found.count(family) >= floor) == (total, True)

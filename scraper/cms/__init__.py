"""CMS families: one module each, and which of them a page or an address belongs to (README.md)."""

from typing import Protocol

from scraper.cms import (
    columns_uuid,
    epoint,
    generic_static,
    gkmlpt,
    gongkai_channel,
    hanweb_jpaas,
    hanweb_jpage,
    hanweb_xxgk,
    lonsun,
    nfcms,
    numbered_page,
    trs_tdate,
    truecms,
    ucap,
    vsb,
    xxgkcontent,
)
from scraper.model import Listing, Page, Request


class Family(Protocol):
    """What the module of a family offers."""

    NAME: str

    def fits_url(self, url: str) -> bool:
        """Whether the address alone is enough."""

    def fits(self, page: Page) -> bool:
        """Whether address or content of the page are those of the family."""

    def read(self, page: Page, asked: Request) -> Listing:
        """Rows that no link of the page holds, the next page of the list, other lists."""


# In the order in which they are tried: the first that fits counts.
_MODULES: tuple[Family, ...] = (
    gkmlpt,
    hanweb_xxgk,
    hanweb_jpage,
    hanweb_jpaas,
    truecms,
    lonsun,
    xxgkcontent,
    epoint,
    columns_uuid,
    gongkai_channel,
    ucap,
    vsb,
    nfcms,
    numbered_page,
    trs_tdate,
    generic_static,
)
FAMILIES: dict[str, Family] = {module.NAME: module for module in _MODULES}
GENERIC = generic_static.NAME
_KNOWN = {name: family for name, family in FAMILIES.items() if name != GENERIC}


def tells_of_others(url: str) -> bool:
    """Whether the report page of this address tells of reports that no list holds (those of other years)."""
    return hanweb_xxgk.fits_url(url)


def recognise_url(url: str) -> str | None:
    """The family that the address alone gives away."""
    return next((name for name, family in FAMILIES.items() if family.fits_url(url)), None)


def recognise(page: Page) -> str:
    """The family of the column that the page belongs to: by its address, else by the page; generic where none fits."""
    by_url = recognise_url(page.url)
    # The shapes of the tail are no family: what the page shows comes before them.
    if by_url and by_url != GENERIC:
        return by_url
    return next((name for name, family in _KNOWN.items() if family.fits(page)), GENERIC)

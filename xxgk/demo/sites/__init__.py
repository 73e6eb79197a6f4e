"""The replicas, one module per CMS family; nuisances are hosts that answer badly.

``SITES`` is the order in which addresses are given out, so a new site goes to its end.
"""

from xxgk.demo.sites.attached import Attached
from xxgk.demo.sites.base import Site
from xxgk.demo.sites.columns_uuid import ColumnsUuid
from xxgk.demo.sites.epoint import Epoint, EpointOne
from xxgk.demo.sites.gkmlpt import Gkmlpt, Gkmlpt404
from xxgk.demo.sites.gongkai import Gongkai
from xxgk.demo.sites.hanweb_xxgk import HanwebXxgk
from xxgk.demo.sites.jpaas import Jpaas, JpaasOne
from xxgk.demo.sites.jpage import JpagePage, JpageRecord
from xxgk.demo.sites.lonsun import Lonsun
from xxgk.demo.sites.nfcms import Nfcms
from xxgk.demo.sites.nuisances import NUISANCES
from xxgk.demo.sites.numbered import Numbered
from xxgk.demo.sites.static import Static
from xxgk.demo.sites.trs import Trs, TrsGbk
from xxgk.demo.sites.truecms import TrueCms
from xxgk.demo.sites.ucap import Ucap, UcapJson
from xxgk.demo.sites.vsb import Vsb
from xxgk.demo.sites.xxgkcontent import XxgkContent

SITES: dict[str, type[Site]] = {
    "trs": Trs,
    "trs-gbk": TrsGbk,
    "jpage-page": JpagePage,
    "jpage-record": JpageRecord,
    "ucap": Ucap,
    "ucap-json": UcapJson,
    "vsb": Vsb,
    "jpaas": Jpaas,
    "jpaas-one": JpaasOne,
    "nfcms": Nfcms,
    "gkmlpt": Gkmlpt,
    "gkmlpt-404": Gkmlpt404,
    "hanweb-xxgk": HanwebXxgk,
    "lonsun": Lonsun,
    "xxgkcontent": XxgkContent,
    "gongkai-channel": Gongkai,
    "columns-uuid": ColumnsUuid,
    "numbered-page": Numbered,
    "epoint": Epoint,
    "epoint-one": EpointOne,
    "truecms": TrueCms,
    "static": Static,
    **NUISANCES,
    "attached": Attached,
}

FORBIDDEN = ("copy", "elsewhere", "stranger")
"""Hosts that sites link and redirect to and that belong to none of them: nobody may ask them."""

"""The sites that ship with the project: every file is sound, every address is of the division that it stands for."""

import re
from collections import Counter
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from parsers.divisions import division_level, division_name, is_code
from scraper.config import Site, load_plan, read_files
from xxgk.sites_command import shipped_files

FILES = shipped_files()
# What every site is for: the portals of the project's list, and those that answered on the day in the notes.
PORTALS, ANSWERED = 3209, 3056
# Divisions of GB/T 2260 that have no portal of their own in the list, and are in no file.
WITHOUT = {"350527", "460302", "460303", "500105", "500112", "653228", "653229"}


def sites_of(path: Path) -> list[Site]:
    return [plan.site for plan in load_plan([path]).sites]


ALL = [site for path in FILES for site in sites_of(path)]


def test_the_files_can_be_used_together() -> None:
    files, faults = read_files(FILES)
    assert faults == []
    assert len(files) == 31
    assert len({site.id for site in ALL}) == len(ALL)
    assert all(file.settings.delay == 2.0 and file.told == {"delay"} for file in files)


def test_every_portal_of_the_list_is_there() -> None:
    extra = [site for site in ALL if "not in the list of portals" in site.note]
    assert len(ALL) - len(extra) == PORTALS
    silent = [site for site in ALL if site.note.startswith("no answer on 2026-04-26")]
    assert PORTALS - len(silent) == ANSWERED
    assert all("-" in site.id for site in extra)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_holds_one_province(path: Path) -> None:
    sites = sites_of(path)
    province = sites[0].id[:2]
    assert sites[0].id == f"{province}0000"
    assert [site.id for site in sites if site.id[:2] != province] == []
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {division_name(province + '0000')}: ")
    assert "2026-04-26" in text.split("[crawl]")[0]
    assert "None was tried" in text.split("[crawl]")[0]


def test_every_id_is_a_code_and_the_name_is_its_name() -> None:
    for site in ALL:
        code, _, word = site.id.partition("-")
        assert is_code(code), site
        if not word:
            name = division_name(code)
            # 419001 is listed under the name of the zone that governs it.
            assert name is not None
            assert site.name.endswith("济源示范区" if code == "419001" else name), site
            if division_level(code) == "district" and division_name(code[:4] + "00"):
                assert site.name.startswith(division_name(code[:4] + "00") or ""), site


def test_no_division_is_left_out() -> None:
    ids = {site.id for site in ALL}
    known = {
        code
        for path in (Path(__file__).parent.parent / "parsers" / "data" / "divisions.csv",)
        for code, _, _, last in (line.split(",") for line in path.read_text("utf-8").splitlines() if line[:1].isdigit())
        if last == "2024" and code[:2] not in {"71", "81", "82"}
    }
    assert known - ids == WITHOUT


def test_addresses_are_of_the_government() -> None:
    for site in ALL:
        for url in site.start:
            assert url.startswith(("http://", "https://"))
        for host in {*site.hosts, *(urlsplit(url).netloc for url in site.start)}:
            assert host.endswith(".gov.cn") or "address" in site.note, site
            assert re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]+", host), site
            with pytest.raises(ValueError, match="does not appear to be"):
                ip_address(host)


def test_a_home_page_belongs_to_one_site() -> None:
    """Two divisions with one home page would both claim its reports; where that is so, the note tells."""
    homes = Counter(urlsplit(site.start[0]).netloc for site in ALL)
    shared = [site for site in ALL if homes[urlsplit(site.start[0]).netloc] > 1]
    assert {site.id for site in shared} == {"341700", "341702", "420200", "420281"}
    for site in shared:
        assert site.id.endswith("00") or "names that of the city" in site.note


@pytest.mark.parametrize(
    ("id", "host"),
    [
        ("310107", "www.shpt.gov.cn"),
        ("330903", "www.putuo.gov.cn"),
        ("222404", "www.hunchun.gov.cn"),
        ("511002", "www.neijiangshizhongqu.gov.cn"),
        ("511102", "www.lsszq.gov.cn"),
        ("500110", "www.cqqj.gov.cn"),
        ("340881", "www.tongcheng.gov.cn"),
        ("341602", "www.bzqc.gov.cn"),
        ("419001", "www.jiyuan.gov.cn"),
        ("650000-bingtuan", "www.xjbt.gov.cn"),
        ("659001", "www.shz.gov.cn"),
    ],
)
def test_a_division_has_its_own_host(id: str, host: str) -> None:
    (site,) = [site for site in ALL if site.id == id]
    assert urlsplit(site.start[0]).netloc == host


def test_hosts_seen_elsewhere_belong_to_the_site() -> None:
    (site,) = [site for site in ALL if site.id == "530100"]
    assert site.holds("https://rsj.km.gov.cn/zfxxgk/zfxxgknb/")
    (site,) = [site for site in ALL if site.id == "310112"]
    assert site.hosts == ("www.shmh.gov.cn", "zwgk.shmh.gov.cn")

"""The sites files: what they may say, and that every mistake is one line with file and key."""

from pathlib import Path

import pytest

from scraper.config import ConfigError, CrawlSettings, Plan, Site, load_plan, read_files

SITE = '[[site]]\nid = "330502"\nstart = ["http://www.wuxing.example/zwgk/"]\n'
FULL = """
[crawl]
contact = "https://example.org/crawl"
delay = 2
hosts_at_once = 3
timeout = 10.5
max_pages = 20
max_bytes = 1000
allow_private = true
recheck = 0

[[site]]
id = "330502"
name = "吴兴区"
start = ["http://WWW.wuxing.example:80", "https://wuxing.example:8443/列表/#top"]
hosts = ["www.wuxing.example", "Other.example"]
years = [2023, 2024]
tls = "legacy"
note = "moved"
"""


def plan_of(folder: Path, *texts: str, only: tuple[str, ...] = ()) -> Plan:
    return load_plan(written(folder, *texts), only)


def written(folder: Path, *texts: str) -> list[Path]:
    paths = [folder / f"{number}.toml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def fault(folder: Path, *texts: str) -> str:
    with pytest.raises(ConfigError) as caught:
        plan_of(folder, *texts)
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(f"{folder}/", "")


def test_what_a_file_need_not_tell(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, SITE)
    assert plan.hosts_at_once == 8
    assert plan.sites == [
        (
            Site(id="330502", start=("http://www.wuxing.example/zwgk/",), hosts=("www.wuxing.example",)),
            CrawlSettings("", 1.0, 8, 30.0, 5000, 52428800, False, 14),
        )
    ]


def test_all_that_a_file_can_tell(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, FULL.replace('"Other', '"wuxing.example:8443", "Other'))
    site, settings = plan.sites[0]
    assert plan.hosts_at_once == 3
    assert settings == CrawlSettings("https://example.org/crawl", 2.0, 3, 10.5, 20, 1000, True, 0)
    # Addresses in one spelling; characters that are no ASCII stay as they are written.
    assert site.start == ("http://www.wuxing.example/", "https://wuxing.example:8443/列表/")
    assert site.hosts == ("www.wuxing.example", "wuxing.example:8443", "other.example")
    assert (site.name, site.years, site.tls, site.note) == ("吴兴区", (2023, 2024), "legacy", "moved")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.a.example/x", True),
        ("http://a.example/x", True),
        ("http://a.example:8080/x", True),
        ("http://b.example:81/", True),
        ("http://b.example/", False),
        ("http://b.example:82/", False),
        ("http://x.a.example/", False),
        ("http://a.example.evil.example/", False),
        ("http://evila.example/", False),
    ],
)
def test_hosts_of_a_site(url: str, expected: bool) -> None:
    site = Site(id="x", start=("http://www.a.example/",), hosts=("www.a.example", "b.example:81"))
    assert site.holds(url) is expected


def test_settings_hold_for_the_sites_of_their_file(tmp_path: Path) -> None:
    other = SITE.replace("330502", "330503")
    plan = plan_of(tmp_path, "[crawl]\ndelay = 5\n" + SITE, "[crawl]\nhosts_at_once = 2\n" + other)
    assert [(p.site.id, p.settings.delay) for p in plan.sites] == [("330502", 5.0), ("330503", 1.0)]
    assert plan.hosts_at_once == 2


def test_some_sites_only(tmp_path: Path) -> None:
    other = SITE.replace("330502", "330503")
    assert [p.site.id for p in plan_of(tmp_path, SITE, other, only=("330503",)).sites] == ["330503"]
    with pytest.raises(ConfigError, match=r"^--site 33050: no sites file .* did you mean 330503\?$"):
        plan_of(tmp_path, SITE, other, only=("330503", "33050"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "0.toml: site: there must be at least one table [[site]]"),
        ("site = []", "0.toml: site: there must be at least one table [[site]]"),
        ('[site]\nid = "a"', "0.toml: site: there must be at least one table [[site]]"),
        ("site = [3]", "0.toml: [[site]] number 1: must be a table"),
        (f"crawl = 3\n{SITE}", "0.toml: [crawl]: must be a table"),
        (f"[craw]\n{SITE}", "0.toml: craw: is no key of a sites file; did you mean crawl?"),
        (f"[crawl]\ndealy = 1\n{SITE}", "0.toml: [crawl]: dealy: is no key of this table; did you mean delay?"),
        (f"{SITE}starts = 1\n", "0.toml: [[site]] number 1: starts: is no key of this table; did you mean start?"),
        (f'{SITE}"a\\nb" = 1\n', "0.toml: [[site]] number 1: 'a\\nb': is no key of this table"),
        ("site = " + "[" * 5000, "0.toml: is no sites file: its lists are nested too deep"),
        (f"{SITE}xyz = 1\n", "0.toml: [[site]] number 1: xyz: is no key of this table"),
        ('[[site]]\nid = "a"', "0.toml: [[site]] number 1: start: is missing"),
        (f'{SITE}[[site]]\nstart = ["http://a.example/"]', "0.toml: [[site]] number 2: id: is missing"),
        (f"[crawl]\ndelay = -1\n{SITE}", "0.toml: [crawl]: delay: -1: must be a number of seconds, 0 or more"),
        (f"[crawl]\ndelay = nan\n{SITE}", "0.toml: [crawl]: delay: nan: must be a number of seconds, 0 or more"),
        (f'[crawl]\ndelay = "1"\n{SITE}', "0.toml: [crawl]: delay: '1': must be a number of seconds, 0 or more"),
        (f"[crawl]\ntimeout = 0\n{SITE}", "0.toml: [crawl]: timeout: 0: must be a number of seconds, more than 0"),
        (f"[crawl]\nhosts_at_once = 0\n{SITE}", "0.toml: [crawl]: hosts_at_once: 0: must be a number, 1 or more"),
        (f"[crawl]\nmax_pages = true\n{SITE}", "0.toml: [crawl]: max_pages: True: must be a number, 1 or more"),
        (f"[crawl]\nmax_bytes = 1.5\n{SITE}", "0.toml: [crawl]: max_bytes: 1.5: must be a number, 1 or more"),
        (f"[crawl]\nallow_private = 1\n{SITE}", "0.toml: [crawl]: allow_private: 1: must be true or false"),
        (f"[crawl]\nrecheck = -1\n{SITE}", "0.toml: [crawl]: recheck: -1: must be a number of days, 0 or more"),
        (
            f'[crawl]\ncontact = "a\\nHost: b"\n{SITE}',
            "0.toml: [crawl]: contact: 'a\\nHost: b': must be an e-mail address or a URL",
        ),
        (
            SITE.replace("330502", "a b"),
            "0.toml: [[site]] number 1: id: 'a b': must be a text of letters, digits and '-'",
        ),
        (SITE.replace("330502", ""), "0.toml: [[site]] number 1: id: '': must be a text of letters, digits and '-'"),
        (
            SITE.replace('"330502"', "330502"),
            "0.toml: [[site]] number 1: id: 330502: must be a text of letters, digits and '-'",
        ),
        (
            '[[site]]\nid = "a"\nstart = []',
            "0.toml: [[site]] number 1: start: []: must be a list of addresses, at least one",
        ),
        (
            '[[site]]\nid = "a"\nstart = "http://a.example/"',
            "0.toml: [[site]] number 1: start: 'http://a.example/': must be a list of addresses, at least one",
        ),
        (
            f"{SITE}years = [2023, 1999]",
            "0.toml: [[site]] number 1: years: [2023, 1999]: must be a list of years from 2008 to 2099",
        ),
        (f'{SITE}tls = "off"', '0.toml: [[site]] number 1: tls: \'off\': must be "normal" or "legacy"'),
        (
            f'{SITE}hosts = ["http://a.example/"]',
            "0.toml: [[site]] number 1: hosts: ['http://a.example/']: must be a list of host names, each with or without a port",
        ),
        (
            f'{SITE}hosts = ["a.example"]',
            "0.toml: [[site]] number 1 (id 330502): start: http://www.wuxing.example/zwgk/: its host is not among hosts",
        ),
        (SITE + SITE, "0.toml: [[site]]: id: 330502: is also the id of a site in 0.toml"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, message: str) -> None:
    assert fault(tmp_path, text) == message


@pytest.mark.parametrize(
    "url",
    [
        "www.wuxing.example/",
        "ftp://wuxing.example/",
        "http:///x",
        "http://me:secret@wuxing.example/",
        "http://a:99999/",
        "",
    ],
)
def test_start_is_an_address(tmp_path: Path, url: str) -> None:
    message = fault(tmp_path, f'[[site]]\nid = "a"\nstart = ["http://a.example/", "{url}"]')
    assert message.startswith(f"0.toml: [[site]] number 1 (id a): start: {url!r}: must be an address with http://")


def test_a_family_has_a_known_name(tmp_path: Path) -> None:
    assert plan_of(tmp_path, SITE + 'cms = "trs-tdate"').sites[0].site.cms == "trs-tdate"
    message = fault(tmp_path, SITE + 'cms = "trs-date"')
    assert message.startswith("0.toml: [[site]] number 1 (id 330502): cms: 'trs-date': must be one of auto, ")
    assert message.endswith("; did you mean trs-tdate?")


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    message = fault(tmp_path, SITE + "years = 2023, 2024")
    assert message.startswith("0.toml: is no TOML: ")
    assert "line 4" in message
    (tmp_path / "gbk.toml").write_bytes('name = "吴兴区"'.encode("gb18030"))
    for name, text in (("gbk.toml", "is no text in UTF-8"), ("none.toml", "no such file"), (".", "is a folder")):
        with pytest.raises(ConfigError, match=text):
            load_plan([tmp_path / name])


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert plan_of(tmp_path, "\ufeff" + SITE).sites[0].site.id == "330502"


def test_files_that_disagree(tmp_path: Path) -> None:
    assert fault(tmp_path, SITE, SITE) == "1.toml: [[site]]: id: 330502: is also the id of a site in 0.toml"
    other = SITE.replace("330502", "330503")
    message = fault(tmp_path, f"[crawl]\nhosts_at_once = 2\n{SITE}", f"[crawl]\nhosts_at_once = 4\n{other}")
    assert message == "1.toml: [crawl]: hosts_at_once: 4: is 2 in 0.toml; it is one for the run"


def test_every_fault_of_every_file_is_found(tmp_path: Path) -> None:
    texts = [
        SITE.replace("330502", "a b") + '[[site]]\nid = "c"\n',
        "[crawl]\ndelay = -1\nmore = 1\n" + SITE,
        "= 1",
        SITE,
    ]
    files, faults = read_files(written(tmp_path, *texts))
    assert len(files) == 3
    assert [line.replace(f"{tmp_path}/", "").split(": ")[:3] for line in faults] == [
        ["0.toml", "[[site]] number 1", "id"],
        ["0.toml", "[[site]] number 2", "start"],
        ["1.toml", "[crawl]", "more"],
        ["2.toml", "is no TOML", "Invalid statement (at line 1, column 1)"],
        ["3.toml", "[[site]]", "id"],
    ]

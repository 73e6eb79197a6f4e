"""xxgk sites: which sites are listed, what is wrong with files, and trying start pages on servers of our own."""

import csv
import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from xxgk import cli
from xxgk.sites_check import COLUMNS, CheckError, read_findings
from xxgk.sites_command import level_of, shipped_folder

Run = Callable[..., tuple[int, str, str]]
PAGE = (
    "<html><head><title>某区人民政府</title></head><body>"
    + "<p>某区发布信息。</p>" * 200
    + "<a href='/a/'>栏目</a></body></html>"
)
ROBOTS = "User-agent: *\nDisallow: /closed/\n"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in this process: status, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["xxgk", "sites", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), *capfd.readouterr()

    return call


def listed(output: str) -> list[str]:
    return [json.loads(line)["id"] for line in output.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["吴兴"], ["330502"]),
        (["www.WUXING.gov.cn"], ["330502"]),
        (["3305", "--level", "county"], ["330502", "330503", "330521", "330522", "330523"]),
        (["--province", "浙江", "--level", "province"], ["330000"]),
        (["--province", "330000", "--level", "province"], ["330000"]),
        (["--province", "zhejiang", "--level", "province"], ["330000"]),
        (["--province", "重庆", "--level", "other"], ["500000-wansheng", "500000-liangjiang"]),
        (["--province", "上海", "--no-answer"], ["310115", "310118"]),
        (["新区", "--province", "12"], ["120116"]),
    ],
)
def test_filters(run: Run, arguments: list[str], ids: list[str]) -> None:
    status, out, err = run(*arguments, "--json")
    assert (status, listed(out), err) == (0, ids, "")


def test_the_object_of_a_site(run: Run) -> None:
    _, out, _ = run("330502", "--json")
    assert json.loads(out) == {
        "file": str(shipped_folder() / "zhejiang.toml"),
        "province": "浙江省",
        "level": "county",
        "id": "330502",
        "start": ["https://www.wuxing.gov.cn/"],
        "name": "湖州市吴兴区",
        "hosts": ["www.wuxing.gov.cn"],
        "cms": "auto",
        "years": [],
        "tls": "normal",
        "note": "",
    }


def test_the_table_for_a_person(run: Run) -> None:
    status, out, err = run("上海市闵行区")
    assert (status, err) == (0, "")
    for text in ("310112", "上海市闵行区", "https://www.shmh.gov.cn/", "sites: 1"):
        assert text in out


def test_all_of_them_are_listed(run: Run) -> None:
    status, out, _ = run("--json")
    assert status == 0
    assert len(set(listed(out))) == 3217


def test_no_site_fits(run: Run) -> None:
    assert run("没有这个地方") == (1, "", "xxgk: no site fits; xxgk sites without filters lists them all\n")


def test_levels() -> None:
    assert [level_of(id) for id in ("330000", "330500", "330502", "330500-x", "x")] == [
        "province",
        "city",
        "county",
        "other",
        "other",
    ]


def test_where_the_files_are(run: Run) -> None:
    status, out, _ = run("--path")
    assert status == 0
    assert (Path(out.strip()) / "zhejiang.toml").is_file()


def test_files_of_ones_own(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[[site]]\nid = "x"\nname = "甲\\u001b[31m乙"\nstart = ["http://a.example/"]\n', encoding="utf-8")
    status, out, _ = run("--sites", file)
    assert status == 0
    # Nothing of a file reaches the terminal that it would obey.
    assert "\x1b" not in out
    assert listed(run("--sites", file, "--province", "mine", "--json")[1]) == ["x"]


def test_every_fault_is_told_and_nothing_is_listed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[crawl]\ndelay = -1\n[[site]]\nid = "x"\nname = "甲"\n', encoding="utf-8")
    assert run("--sites", file) == (
        2,
        "",
        f"xxgk: {file}: [crawl]: delay: -1: must be a number of seconds, 0 or more\n"
        f"xxgk: {file}: [[site]] number 1: start: is missing\n",
    )
    assert run("--out", tmp_path / "x.csv") == (2, "", "xxgk: --out is for what --check finds; add --check\n")


class Server(ThreadingHTTPServer):
    """A site on a loopback address; ``asked`` are the paths that were asked for."""

    daemon_threads = True

    def __init__(self, address: str) -> None:
        super().__init__((address, 0), Handler)
        self.asked: list[tuple[str, str]] = []

    @property
    def root(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers by the path: a page, a redirect, nothing."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["User-Agent"]))
        if self.path == "/robots.txt":
            self.answer(200, ROBOTS, "text/plain")
        elif self.path.startswith("/moved/"):
            self.answer(302, "", location="/gkmlpt/index")
        elif self.path.startswith("/away/"):
            self.answer(302, "", location="http://127.0.0.9:9/zwgk/")
        else:
            self.answer(404 if self.path.startswith("/gone/") else 200, PAGE)

    def answer(self, status: int, text: str, kind: str = "text/html; charset=utf-8", location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        """Nothing on standard error."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server("127.0.0.1") as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def file(tmp_path: Path, server: Server) -> Path:
    paths = ("/", "/moved/", "/gone/", "/closed/", "/away/")
    start = ", ".join(f'"{server.root}{path}"' for path in paths)
    file = tmp_path / "mine.toml"
    file.write_text(
        f'[crawl]\ncontact = "you@example.org"\ndelay = 0\nallow_private = true\n[[site]]\nid = "x"\nstart = [{start}]\n',
        encoding="utf-8",
    )
    return file


def test_check_tells_what_each_start_page_is(run: Run, file: Path, server: Server, tmp_path: Path) -> None:
    out = tmp_path / "found.csv"
    status, printed, err = run("--sites", file, "--check", "--json", "--out", out)
    assert (status, err) == (1, "")
    found = [json.loads(line) for line in printed.splitlines()]
    short = [(row["url"].removeprefix(server.root), row["status"], row["family"], row["reason"]) for row in found]
    assert [row[:3] for row in short] == [
        ("/", 200, ""),
        ("/moved/", 200, "gkmlpt"),
        ("/gone/", 404, ""),
        ("/closed/", 0, ""),
        ("/away/", 302, ""),
    ]
    assert [bool(row[3]) for row in short] == [False, False, True, True, True]
    assert short[3][3] == "robots.txt forbids it"
    assert short[4][3] == "127.0.0.9:9 is no host of the site"
    assert found[1]["final"] == f"{server.root}/gkmlpt/index"
    asked = [path for path, _ in server.asked]
    assert asked == ["/robots.txt", "/", "/moved/", "/gkmlpt/index", "/gone/", "/away/"]
    assert all("+you@example.org" in agent for _, agent in server.asked)
    with out.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    assert header == list(COLUMNS)
    assert rows == [[str(value) for value in row.values()] for row in found]


def test_a_check_goes_on_where_it_stopped(run: Run, file: Path, server: Server, tmp_path: Path) -> None:
    out = tmp_path / "found.csv"
    run("--sites", file, "--check", "--out", out)
    whole = out.read_text(encoding="utf-8")
    before = len(server.asked)
    # As a kill leaves it: the last row is torn, the one before it is of another day.
    rows = whole.splitlines(keepends=True)
    today = rows[1].split(",")[2]
    out.write_text("".join(rows[:4]) + rows[4].replace(today, "2020-01-01") + rows[5][:20], encoding="utf-8")
    status, _, err = run("--sites", file, "--check", "--out", out)
    assert status == 1
    assert err == f"xxgk: {out}: has 3 of these start pages from today already; they were not tried again\n"
    assert [path for path, _ in server.asked[before:]] == ["/robots.txt", "/away/"]
    after = out.read_text(encoding="utf-8").splitlines(keepends=True)
    assert after[:4] == rows[:4]
    assert len(after) == 7
    assert sorted(after[5:]) == sorted(rows[4:])
    run("--sites", file, "--check", "--out", out)
    assert out.read_text(encoding="utf-8").splitlines(keepends=True) == after


def test_check_prints_a_table(run: Run, file: Path, server: Server) -> None:
    status, out, _ = run("--sites", file, "--check")
    assert status == 1
    assert "robots.txt forbids it" in out
    assert "gkmlpt" in out


def test_a_check_without_contact_says_so(run: Run, file: Path, server: Server) -> None:
    file.write_text(file.read_text("utf-8").replace("you@example.org", ""), encoding="utf-8")
    assert "put a contact into [crawl]" in run("--sites", file, "--check")[2]
    assert run("--sites", file, "--check", "--quiet")[2] == ""
    assert all("+" not in agent for _, agent in server.asked)


def test_a_private_address_is_not_asked(run: Run, file: Path, server: Server) -> None:
    file.write_text(file.read_text("utf-8").replace("allow_private = true\n", ""), encoding="utf-8")
    status, out, _ = run("--sites", file, "--check", "--json")
    assert status == 1
    assert server.asked == []
    assert all(json.loads(line)["status"] == 0 for line in out.splitlines())


def test_a_file_of_something_else_is_not_written_to(run: Run, file: Path, server: Server, tmp_path: Path) -> None:
    out = tmp_path / "letter.txt"
    out.write_text("Dear reader,\nhello\n", encoding="utf-8")
    status, _, err = run("--sites", file, "--check", "--out", out)
    assert status == 2
    assert err == f"xxgk: {out}: is no file of findings; name another one, or one that does not exist\n"
    assert out.read_text(encoding="utf-8") == "Dear reader,\nhello\n"
    assert server.asked == []
    out.write_text(",".join(COLUMNS) + "\nx,y\n", encoding="utf-8")
    with pytest.raises(CheckError):
        read_findings(out)

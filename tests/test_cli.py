"""The command line: what goes where, what is told, which exit status."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import openpyxl
import pytest

import xxgk
from output.crawled import Address
from output.dataset import write_crawled, write_dataset
from output.diff import diff_datasets
from output.diff_page import make_page
from output.exports import Selection, export_dataset
from output.own import describe_own
from output.pages import NoEvidence, build_site
from output.replace import DatasetError
from parsers.codebook import load_codebook
from parsers.errors import NotAReport
from parsers.records import Check, Count, RecordSet, Report, Section, Value
from xxgk import cli, inputs, reading, show

REPORTS = Path(__file__).parent / "fixtures" / "reports"
HTML = REPORTS / "330502_2022_html" / "report.html"
TEXT = REPORTS / "330502_2023_text" / "report.txt"
XXGK = [sys.executable, "-c", "from xxgk.cli import main; main()"]


class Result(msgspec.Struct):
    """What a run of the command line left: exit status and the two outputs."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """Runs the command line in this process."""

    def call(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["xxgk", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Result(ended.value.code, *capfd.readouterr())

    return call


def run_process(*arguments: object, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*XXGK, *map(str, arguments)], input=data, capture_output=True, check=False, timeout=60)


def test_json_is_one_object_a_line_with_every_field(run) -> None:
    result = run("parse", HTML, TEXT, "--json")
    assert (result.status, result.err) == (0, "")
    records = [json.loads(line) for line in result.out.splitlines()]
    assert [record["report"]["source_path"] for record in records] == [str(HTML), str(TEXT)]
    kinds = {"report": Report, "values": Value, "counts": Count, "sections": Section, "checks": Check}
    for record in records:
        assert list(record) == list(kinds)
        for name, kind in kinds.items():
            items = [record[name]] if name == "report" else record[name]
            assert all(list(item) == list(kind.__struct_fields__) for item in items)
    assert len(records[0]["values"]) == 200


def test_json_says_what_the_api_says(run) -> None:
    line = run("parse", HTML, "--json").out
    assert json.loads(line) == json.loads(json.dumps(xxgk.parse(str(HTML)).to_dict()))


def test_without_options_the_short_table(run) -> None:
    result = run("parse", HTML)
    told = dict(line.rsplit(maxsplit=1) for line in result.out.splitlines())
    assert list(told) == ["reports read", "values", "counts", "checks failed", "not read"]
    assert (told["reports read"], told["values"], told["not read"]) == ("1", "200", "0")


def test_what_is_no_report_is_told_and_the_rest_goes_on(run, tmp_path: Path) -> None:
    junk, empty = tmp_path / "junk.txt", tmp_path / "empty.html"
    junk.write_text("天气预报")
    empty.touch()
    result = run("parse", junk, HTML, empty, "--json")
    assert result.status == 1
    assert [json.loads(line)["report"]["source_path"] for line in result.out.splitlines()] == [str(HTML)]
    told = result.err.splitlines()
    assert [line.startswith(f"xxgk: {path}: ") for path, line in zip((junk, empty), told, strict=True)] == [True, True]
    assert all(len(line) > len(f"xxgk: {path}: ") + 10 for path, line in zip((junk, empty), told, strict=True))


def test_a_folder_is_read_with_those_below_it(run, tmp_path: Path) -> None:
    outside = tmp_path / "outside.html"
    shutil.copy(HTML, outside)
    root = tmp_path / "in"
    for name in ("b/x.htm", "a.html", ".hidden.html", ".git/c.html", "b/data.csv"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HTML, path)
    (root / "leads_out.html").symlink_to(outside)
    (root / "stays_in.html").symlink_to(root / "a.html")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe.html")
    result = run("parse", root, "--json")
    read = [json.loads(line)["report"]["source_path"] for line in result.out.splitlines()]
    assert read == [f"{root}/a.html", f"{root}/b/x.htm", f"{root}/stays_in.html"]
    assert result.status == 0
    assert "1 file(s) skipped" in result.err
    assert run("parse", root, "--json", "--quiet").err == ""


def test_a_file_that_is_named_is_read_whatever_its_name(run, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    shutil.copy(TEXT, path)
    assert run("parse", path, "--json").status == 0


def test_a_folder_with_nothing_to_read_is_told(run, tmp_path: Path) -> None:
    result = run("parse", tmp_path)
    assert result.status == 1
    assert result.err.startswith(f"xxgk: {tmp_path}: holds no file that ends in one of .7z, .doc, .docm, .docx, ")


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder with one report, and all kinds of files that this program makes of a dataset of that report."""
    folder, dataset = tmp_path / "in", tmp_path / "in" / "dataset"
    folder.mkdir()
    write_dataset([xxgk.parse(HTML)], dataset)
    export_dataset(dataset, "csv", folder / "csv", Selection())
    export_dataset(dataset, "xlsx", folder / "all.xlsx", Selection())
    build_site(dataset, folder / "site", NoEvidence())
    (folder / "diff.html").write_text(make_page(diff_datasets(dataset, dataset), "zh"), encoding="utf-8")
    shutil.copy(next((folder / "site" / "zh" / "reports").iterdir()), folder / "copied.html")
    shutil.copy(HTML, folder)
    (folder / "crawl" / "archive").mkdir(parents=True)
    (folder / "crawl" / "crawl.sqlite").touch()
    shutil.copy(HTML, folder / "crawl" / "archive" / "a.html")
    return folder


def test_what_this_program_wrote_is_not_read_as_reports(run, beside: Path) -> None:
    result = run("parse", beside)
    assert (result.status, result.out.splitlines()[0].split()[-1], result.out.splitlines()[4].split()[-1]) == (
        0,
        "1",
        "0",
    )
    told = {
        line.split(": ")[1].removeprefix(f"{beside}/"): line
        for line in result.err.splitlines()
        if "file(s) skipped" not in line
    }
    assert set(told) == {"all.xlsx", "copied.html", "crawl", "csv", "dataset", "diff.html", "site"}
    assert all("skipped" in line for line in told.values())
    assert run("parse", beside, "--quiet").err == ""


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("all.xlsx", "is an Excel file of xxgk export, no report"),
        ("diff.html", "is a page of xxgk diff, no report"),
        ("copied.html", "is a page of xxgk site, no report"),
        ("dataset", "is a dataset of xxgk"),
    ],
)
def test_what_this_program_wrote_is_told_where_it_is_named(run, beside: Path, name: str, what: str) -> None:
    result = run("parse", beside / name)
    assert result.status == 1
    assert f"xxgk: {beside / name}: {what}" in result.err


def test_an_export_that_was_saved_again_is_known_by_its_sheets(beside: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(beside / "all.xlsx")
    book.properties.creator = "somebody"
    book.save(tmp_path / "again.xlsx")
    with pytest.raises(NotAReport, match="is an Excel file of xxgk export"):
        xxgk.parse(tmp_path / "again.xlsx")
    for name in ("columns", "codebook"):
        del book[name]
    book.save(tmp_path / "other.xlsx")
    assert describe_own((tmp_path / "other.xlsx").read_bytes()) == ""


def test_standard_input_and_its_address() -> None:
    done = run_process("parse", "-", "--json", "--url", "http://example.org/a", data=HTML.read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    report = json.loads(done.stdout)["report"]
    assert (report["source_path"], report["source_url"]) == (None, "http://example.org/a")
    assert report["report_id"] != json.loads(run_process("parse", HTML, "--json").stdout)["report"]["report_id"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["parse"], "Missing argument"),
        (["parse", "no/such/file"], "no/such/file: no such file or folder"),
        (["parse", HTML, "no/such/file", "--json"], "no/such/file: no such file or folder"),
        (["parse", HTML, "--jobs", "0"], "--jobs"),
        (["parse", HTML, "--jsn"], "--jsn"),
        (["parse", HTML, TEXT, "--url", "http://example.org"], "--url is the address of one report"),
        (["parse", REPORTS, "--url", "http://example.org"], "--url is the address of one report"),
        (["parse", HTML, "--url", "example.org"], "--url example.org: is no address"),
        (["parse", HTML, "--out", REPORTS], "is not replaced, since"),
        (["parse", HTML, "--out", HTML], "is a file"),
        (["show", REPORTS], "is a folder; name one file"),
        (["show", "no/such/file"], "no such file or folder"),
        (["prase"], "prase"),
        ([], "Missing command"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(run, arguments: list[object], says: str) -> None:
    result = run(*arguments)
    assert (result.status, result.out) == (2, "")
    assert says in result.err
    assert result.err.startswith("xxgk: ")
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["parse", HTML, "--out", "file/d"],
        ["export", "data", "--to", "csv", "--out", "file/d"],
        ["export", "data", "--to", "sqlite", "--out", "file/d"],
        ["site", "data", "--out", "file/d"],
        ["run", "--sites", "sites.toml", "--data", "file/d"],
        ["crawl", "--sites", "sites.toml", "--data", "file/d"],
        ["demo", "--data", "file/d"],
    ],
)
def test_a_file_in_the_way_of_a_folder_is_told(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[object]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "sites.toml").write_text('[[site]]\nid = "a"\nstart = ["http://127.0.0.1:1/"]\n', encoding="utf-8")
    write_dataset([xxgk.parse(HTML)], tmp_path / "data")
    result = run(*arguments)
    told = [line for line in result.err.splitlines() if "numbers have no links" not in line]
    assert (result.status, result.out) == (2, "")
    assert told == [f"xxgk: file/d: cannot be made, since {tmp_path / 'file'} is a file; name another place"]


def test_a_folder_that_may_not_be_written_to_is_told(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("output.replace.os.access", lambda path, mode: False)
    result = run("parse", HTML, "--out", tmp_path / "d")
    told = f"xxgk: {tmp_path / 'd'}: cannot be made, since {tmp_path} may not be written to; name another place\n"
    assert (result.status, result.err) == (2, told)


def test_a_disk_that_fails_names_no_hidden_file(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    run("parse", HTML, "--out", tmp_path / "d")
    monkeypatch.setattr("output.replace.sync_files", fail)
    monkeypatch.setattr("output.exports.place.sync_files", fail)
    reason = "could not be written (No space left on device); what stood there is as it was\n"
    assert run("parse", HTML, "--out", tmp_path / "d").err == f"xxgk: {tmp_path / 'd'}: {reason}"
    for to in ("csv", "sqlite"):
        result = run("export", tmp_path / "d", "--to", to, "--out", tmp_path / "e")
        assert (result.status, result.err) == (2, f"xxgk: {tmp_path / 'e'}: {reason}")


@pytest.mark.parametrize("arguments", [["parse", HTML], ["parse", HTML, "--json"], ["show", HTML], ["codebook"]])
def test_streams_that_are_closed_or_full_are_no_bug(arguments: list[object]) -> None:
    words = " ".join(f"'{word}'" for word in [*XXGK, *map(str, arguments)])
    closed = subprocess.run(["sh", "-c", f"{words} <&- >&-"], capture_output=True, check=False, timeout=60)
    assert (closed.returncode, closed.stderr) == (0, b"")
    if os.path.exists("/dev/full"):
        full = subprocess.run(["sh", "-c", f"{words} > /dev/full"], capture_output=True, check=False, timeout=60)
        assert full.returncode == 2
        assert full.stderr == b"xxgk: not all could be written: No space left on device\n"


def test_out_writes_the_dataset(run, tmp_path: Path) -> None:
    out = tmp_path / "dataset"
    result = run("parse", REPORTS, "--out", out, "--quiet")
    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines()[-1].split() == ["dataset", str(out)]
    data = xxgk.load(out)
    told = dict(line.rsplit(maxsplit=1) for line in result.out.splitlines())
    assert int(told["reports read"]) == len(data.reports) == len(list(REPORTS.glob("*/report.*")))
    assert int(told["values"].replace(",", "")) == len(data.values)
    assert int(told["checks failed"]) == (data.checks["outcome"] == "fail").sum()


def test_out_leaves_the_dataset_of_a_crawl(run, tmp_path: Path) -> None:
    """It holds what no file does: what publishers changed, and where reports stand."""

    class Crawled:
        def report_ids(self) -> list[str]:
            return [record.report.report_id]

        def read(self, report_ids: Iterable[str]) -> Iterator[tuple[RecordSet, int]]:
            return ((record, 1) for _ in report_ids)

    record = xxgk.parse(HTML)
    write_crawled(
        Crawled(), [], [Address(record.report.report_id, "http://www.example.gov.cn/a.html", "a")], tmp_path / "d"
    )
    before = {path.name: path.read_bytes() for path in (tmp_path / "d").iterdir()}
    result = run("parse", TEXT, "--out", tmp_path / "d")
    assert (result.status, result.out) == (2, "")
    assert result.err == (
        f"xxgk: {tmp_path / 'd'}: holds the dataset of a crawl, which only xxgk run replaces; name another folder\n"
    )
    assert {path.name: path.read_bytes() for path in (tmp_path / "d").iterdir()} == before
    with pytest.raises(DatasetError, match="holds the dataset of a crawl"):
        write_dataset([record], tmp_path / "d")
    write_crawled(Crawled(), [], [], tmp_path / "d")
    assert run("parse", TEXT, "--out", tmp_path / "d").status == 0


def test_out_and_json_together(run, tmp_path: Path) -> None:
    result = run("parse", HTML, "--json", "--out", tmp_path / "d")
    assert result.out == run("parse", HTML, "--json").out
    assert xxgk.load(tmp_path / "d").reports["source_path"].tolist() == [str(HTML)]


def test_the_dataset_is_the_same_by_one_process_or_two(tmp_path: Path, run) -> None:
    for number in range(70):
        (tmp_path / f"{number}.txt").write_text(f"{TEXT.read_text('utf-8')}\n{number}\n", "utf-8")
    (tmp_path / "junk.txt").write_text("junk")
    results = [run("parse", tmp_path, "--jobs", jobs, "--json") for jobs in (1, 2)]
    assert results[0] == results[1]
    assert results[0].status == 1
    assert len(results[0].out.splitlines()) == 70


def test_nothing_read_leaves_the_dataset(run, tmp_path: Path) -> None:
    out, junk = tmp_path / "dataset", tmp_path / "junk.txt"
    junk.write_text("junk")
    run("parse", HTML, "--out", out)
    before = (out / "datapackage.json").read_bytes()
    result = run("parse", junk, "--out", out)
    assert result.status == 1
    assert result.err.splitlines()[-1] == f"xxgk: {out}: no report was read, so no dataset is written"
    assert (out / "datapackage.json").read_bytes() == before


def test_a_report_given_twice_is_told(run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.html"
    shutil.copy(HTML, copy)
    result = run("parse", HTML, copy, "--out", tmp_path / "d")
    first, second = sorted((str(HTML), str(copy)))
    assert result.err == f"xxgk: {second}: is the same report as {first}, which is kept\n"
    assert "read twice, kept once" in result.out


def test_files_that_are_too_large_are_not_read(run, tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    with path.open("wb") as handle:
        handle.truncate(inputs.MAX_BYTES + 1)
    for name in (path, "/dev/zero"):
        result = run("parse", name)
        assert (result.status, result.err) == (1, f"xxgk: {name}: holds more than 50 MiB, which no report does\n")


def test_names_cannot_forge_a_line(run, tmp_path: Path) -> None:
    path = tmp_path / "a\nxxgk: b\x1b[31m.txt"
    path.write_text("junk")
    err = run("parse", path).err
    assert len(err.splitlines()) == 1
    assert "\x1b" not in err


def test_a_name_that_is_no_utf8(run, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\xfe.html"
    shutil.copy(HTML, name)
    result = run("parse", tmp_path, "--json")
    assert json.loads(result.out)["report"]["source_path"].endswith("\N{REPLACEMENT CHARACTER}" * 2 + ".html")


def test_a_bug_in_one_file_does_not_lose_the_others(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from parsers import reader

    parse = reader.parse_report

    def fail(data: bytes, **where: object) -> RecordSet:
        if data == b"bug":
            raise ValueError("two\nlines")
        return parse(data, **where)

    monkeypatch.setattr(reader, "parse_report", fail)
    path = tmp_path / "bug.html"
    path.write_bytes(b"bug")
    result = run("parse", path, HTML, "--json")
    assert (result.status, len(result.out.splitlines())) == (1, 1)
    assert result.err == f"xxgk: {path}: internal error (please report): ValueError: two lines\n"


def test_a_file_that_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    from parsers import reader

    def hang(*_: object, **__: object) -> None:
        while True:
            time.sleep(0.01)

    monkeypatch.setattr(reader, "parse_report", hang)
    monkeypatch.setattr(reading, "TIME_LIMIT", 0.2)
    outcome = reading.read_one(str(HTML))
    assert outcome == reading.Outcome(str(HTML), None, "took longer than 0 s to read and was left")


BROKEN_READER = """
import os, sys, time
from importlib.abc import MetaPathFinder
import parsers.reader as reader
parse = reader.parse_report
def parse_report(data, **where):
    if data == b"die":
        os._exit(9)
    if data == b"stuck":
        time.sleep(600)
    return parse(data, **where)
reader.parse_report = parse_report
"""


@pytest.fixture
def broken_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes every process started from here one whose reader dies or hangs for certain files."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(BROKEN_READER)
    root = Path(__file__).parent.parent
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'site'}{os.pathsep}{root}")


def write_many(folder: Path, **odd: bytes) -> list[Path]:
    folder.mkdir()
    for number in range(80):
        (folder / f"{number:02}.html").write_bytes(HTML.read_bytes() + b"<!-- %d -->" % number)
    for name, data in odd.items():
        (folder / f"{name}.html").write_bytes(data)
    return sorted(folder.iterdir())


@pytest.mark.usefixtures("broken_reader")
def test_a_process_that_dies_loses_only_its_file(tmp_path: Path) -> None:
    write_many(tmp_path / "in", _40=b"die", _79=b"die")
    done = run_process("parse", tmp_path / "in", "--jobs", 2, "--json")
    assert done.returncode == 1
    read = [json.loads(line)["report"]["source_path"] for line in done.stdout.splitlines()]
    assert read == [f"{tmp_path}/in/{number:02}.html" for number in range(80)]
    assert [line.split(b": ")[1] for line in done.stderr.splitlines()] == [
        f"{tmp_path}/in/{name}.html".encode() for name in ("_40", "_79")
    ]


@pytest.mark.usefixtures("broken_reader")
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_keyboard_stops_it_with_one_line_and_nothing_half_written(tmp_path: Path, jobs: int) -> None:
    write_many(tmp_path / "in", _40=b"stuck")
    command = [*XXGK, "parse", tmp_path / "in", "--jobs", str(jobs), "--out", tmp_path / "out" / "d"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Where the tests run in the background of a script, Ctrl-C is ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "out" / ".d.new").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"xxgk: stopped by the keyboard\n")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["parse", REPORTS, "--json", "--quiet"], ["--version"], ["codebook"], ["show", HTML]]
)
def test_a_reader_that_leaves_early_is_no_error(arguments: list[object]) -> None:
    process = subprocess.Popen([*XXGK, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) in (0, 1)


def test_version(run) -> None:
    result = run("--version")
    assert (result.status, result.out) == (0, f"xxgk {xxgk.__version__}\n")


HEAVY = ("lxml", "pandas", "pyarrow", "opencc", "resiliparse", "rich", "duckdb")


@pytest.mark.parametrize("code", ["sys.argv = ['xxgk', '--help']; from xxgk.cli import main; main()", "import xxgk"])
def test_help_and_import_load_nothing_heavy(code: str) -> None:
    told = f"import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); {code}"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert "xxgk" in loaded
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize(
    ("word", "code"), [("结转", "applications.carried_over"), ("CARRIED over", "applications.carried_over")]
)
def test_codebook_finds_by_label(run, word: str, code: str) -> None:
    result = run("codebook", word)
    assert result.status == 0
    assert code in result.out
    assert "review.total" not in result.out


def test_codebook_finds_by_code_and_lists_all(run) -> None:
    assert "行政处罚:处理决定数量" in run("codebook", "penalties.decisions").out
    everything = run("codebook").out
    assert all(item.indicator in everything for item in load_codebook())


def test_codebook_says_when_nothing_is_found(run) -> None:
    result = run("codebook", "天气")
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith("xxgk: 天气: no indicator has this")


def marked(record: RecordSet, changes: dict[tuple[str, str | None], dict[str, object]]) -> RecordSet:
    values = [
        msgspec.structs.replace(value, **changes.get((value.indicator, value.applicant), {})) for value in record.values
    ]
    return msgspec.structs.replace(record, values=values)


def shown(record: RecordSet, capsys: pytest.CaptureFixture[str]) -> list[str]:
    show.show_report(record, show.make_console())
    return capsys.readouterr().out.splitlines()


def line_of(lines: list[str], label: str) -> list[str]:
    return next(line.split() for line in lines if label in line)


def test_show_marks_what_is_doubtful(capsys: pytest.CaptureFixture[str]) -> None:
    record = xxgk.parse(HTML)
    received, carried = "applications.received", "applications.carried_over"
    record = marked(
        record,
        {
            (received, "business"): {"value": 7, "status": "inferred", "raw": "7"},
            (received, "research"): {"value": None, "status": "unreadable", "raw": "1\x1b2\n3"},
            (received, "legal_service"): {"value": None, "status": "blank", "raw": ""},
            (carried, "total"): {"value": 12345, "status": "number"},
        },
    )
    failed = Check(record.report.report_id, "T3-ROW", carried, "fail", "total_zero", 3, 0, "three is not none")
    record = msgspec.structs.replace(record, checks=[failed])
    lines = shown(record, capsys)
    row = line_of(lines, "一、本年新收政府信息公开申请数量")
    assert "7~" in row
    assert len(row) == 1 + 7 - 1 + 1  # label and seven cells; one is blank, one holds a space
    assert any("1\N{REPLACEMENT CHARACTER}2" in cell for cell in row)
    assert not any("\x1b" in line for line in lines)
    marked_row = line_of(lines, "二、上年结转政府信息公开申请数量")[1:]
    assert all(cell.endswith("!") for cell in marked_row)
    assert "12,345!" in marked_row
    assert any("three is not none" in line and "total_zero" in line for line in lines)
    assert any("0 pass, 1 fail, 0 incomplete" in line for line in lines)


def test_show_tells_what_was_not_found(capsys: pytest.CaptureFixture[str]) -> None:
    record = xxgk.parse(HTML)
    values = [value for value in record.values if value.indicator != "review.total"]
    lines = shown(msgspec.structs.replace(record, values=values), capsys)
    assert line_of(lines, "行政复议:总计") == ["行政复议:总计", "×"]


def test_show_marks_no_cell_for_a_check_of_a_whole_table(capsys: pytest.CaptureFixture[str]) -> None:
    record = xxgk.parse(HTML)
    failed = Check(record.report.report_id, "FORM-COMPLETE", "applications", "fail", None, 175, 170, "5 are missing")
    lines = shown(msgspec.structs.replace(record, checks=[failed]), capsys)
    assert not any(cell.endswith("!") for cell in line_of(lines, "（七）总计"))


def test_show_marks_the_sums_of_a_column(capsys: pytest.CaptureFixture[str]) -> None:
    record = xxgk.parse(HTML)
    failed = Check(record.report.report_id, "T3-FLOW", "business", "fail", None, 3, 0, "in and out differ")
    lines = shown(msgspec.structs.replace(record, checks=[failed]), capsys)
    marks = [[cell.endswith("!") for cell in line_of(lines, label)[1:]] for label in ("（七）总计", "（一）予以公开")]
    assert marks == [[False, True, *[False] * 5], [False] * 7]


def test_show_says_why_a_file_is_no_report(run, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("junk")
    result = run("show", path)
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith(f"xxgk: {path}: ")


def test_show_of_every_example_is_plain_when_piped(run) -> None:
    for path in sorted(REPORTS.glob("*/report.*")):
        result = run("show", path)
        assert (result.status, result.err) == (0, ""), path
        assert "\x1b" not in result.out
        assert "Checks: " in result.out


def test_parse_takes_path_text_and_bytes(tmp_path: Path) -> None:
    data = TEXT.read_bytes()
    by_path, by_name, by_bytes = xxgk.parse(TEXT), xxgk.parse(str(TEXT)), xxgk.parse(data)
    assert by_path == by_name
    assert by_path.values == by_bytes.values == xxgk.parse(data.decode("utf-8")).values
    assert (by_path.report.source_path, by_bytes.report.source_path) == (str(TEXT), None)
    assert xxgk.parse(data, url="https://example.org/1").report.source_url == "https://example.org/1"


@pytest.mark.parametrize("source", ["", "no such file.html", b"\x00\x01", "x" * 5000, b"\xff" * (inputs.MAX_BYTES + 1)])
def test_parse_raises_with_a_reason(source: str | bytes) -> None:
    assert xxgk.NotAReport is NotAReport
    with pytest.raises(xxgk.NotAReport, match=r"^.{10,}$"):
        xxgk.parse(source)

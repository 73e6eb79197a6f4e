"""Divisions and types of agencies, found in a dataset by their code or by their name."""

import re
import sys
from pathlib import Path

import pytest

from output.choice import ChoiceError, find_divisions, find_types
from output.dataset import write_dataset
from parsers.divisions import find_places
from parsers.records import RecordSet, Report
from xxgk import cli
from xxgk.places import type_labels

# Two 鼓楼区 and two 永 in other cities; 吉林 is a province and a city in it, 北京市 a province alone.
CODES = ["330502", "330503", "320106", "350102", "330784", "431121", "220203", "110105", "500151", None]
TYPES = ["commerce", "education", "government", "government_office", "township", None]


def make_record(number: int) -> RecordSet:
    code = CODES[number % len(CODES)]
    places = find_places(code)
    report = Report(
        report_id=f"{number:016x}",
        year=2023,
        form="narrative",
        agency=f"机关{number}",
        division_code=code,
        province=places.province,
        city=places.city,
        county=places.county,
        agency_type=TYPES[number % len(TYPES)],
        source_sha256="0" * 64,
        source_format="html",
    )
    return RecordSet(report, [], [], [], [])


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("choice") / "dataset"
    write_dataset(map(make_record, range(len(CODES))), folder)
    return folder


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("330502", "330502"),
        ("３３０５０２", "330502"),
        ("330500", "330500"),
        ("3305", "330500"),
        ("33", "330000"),
        ("吴兴区", "330502"),
        ("吴兴", "330502"),
        ("湖州市吴兴区", "330502"),
        ("浙江省吴兴区", "330502"),
        ("浙江省湖州市吴兴区", "330502"),
        (" 浙江省　湖州市 吴兴区", "330502"),
        ("湖州", "330500"),
        ("浙江省湖", "330500"),
        ("浙江省", "330000"),
        ("浙", "330000"),
        ("江苏省鼓楼区", "320106"),
        ("福州市鼓楼区", "350102"),
        ("北京市", "110000"),
        ("重庆市铜梁区", "500151"),
        ("吉林省", "220000"),
        ("吉林市", "220200"),
    ],
)
def test_a_division_is_found(dataset: Path, text: str, code: str) -> None:
    assert find_divisions(dataset, [text]) == (code,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "鼓楼区",
            "fits 2 divisions; name one by its code: 320106 (江苏省南京市鼓楼区), 350102 (福建省福州市鼓楼区)",
        ),
        ("吉林", "fits 2 divisions; name one by its code: 220000 (吉林省), 220200 (吉林省吉林市)"),
        ("吴星区", "the dataset has no report of it; closest: 330502 (浙江省湖州市吴兴区)"),
        (
            "330599",
            "the dataset has no report of it; closest: 330503 (浙江省湖州市南浔区), 330502 (浙江省湖州市吴兴区), "
            "330500 (浙江省湖州市)",
        ),
        ("330", "the dataset has no report of it; closest: 330"),
        ("zhejiang", "the dataset has no report of it; it has 110000 (北京市)"),
    ],
)
def test_a_division_that_is_not_one_is_told(dataset: Path, text: str, told: str) -> None:
    with pytest.raises(ChoiceError, match=re.escape(f"--division {text}: {told}")):
        find_divisions(dataset, [text])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("commerce", "commerce"),
        ("商务", "commerce"),
        ("商务局", "commerce"),
        ("Education", "education"),
        ("人民政府", "government"),
        ("government", "government"),
        ("乡镇", "township"),
        ("街道办事处", "township"),
    ],
)
def test_a_type_is_found(dataset: Path, text: str, code: str) -> None:
    assert find_types(dataset, [text, code], type_labels()) == (code,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "政府",
            "fits 2 types of agencies; name one by its code: government (人民政府), government_office (政府办公室)",
        ),
        ("comerce", "the dataset has no report of such an agency; closest: commerce (商务)"),
        ("审计", "the dataset has no report of such an agency; it has commerce (商务), education (教育), government"),
    ],
)
def test_a_type_that_is_not_one_is_told(dataset: Path, text: str, told: str) -> None:
    with pytest.raises(ChoiceError, match=re.escape(f"--type {text}: {told}")):
        find_types(dataset, [text], type_labels())


def test_what_names_nothing_is_told(dataset: Path) -> None:
    with pytest.raises(ChoiceError, match="--division: is empty"):
        find_divisions(dataset, [" "])
    with pytest.raises(ChoiceError, match="--type: is empty"):
        find_types(dataset, [""], type_labels())
    assert (find_divisions(dataset, []), find_types(dataset, [], {})) == ((), ())


@pytest.mark.parametrize(
    "command",
    [["compare"], ["export", "--to", "csv", "--out", "x"], ["site", "--out", "y"]],
)
def test_every_command_takes_names(
    dataset: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, status, told in (("湖州市吴兴区", 0, ""), ("鼓楼区", 2, "xxgk: --division 鼓楼区: fits 2 divisions")):
        monkeypatch.setattr(sys, "argv", ["xxgk", command[0], str(dataset), *command[1:], "--division", name])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        error = capfd.readouterr().err
        assert (ended.value.code, error.count("\n") == 1 or not status) == (status, True)
        assert error.startswith(told)

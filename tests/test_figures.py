"""Figures of comparisons: the numbers and names that stand in them, and nothing that runs or is fetched."""

import json
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from output import figures
from output.compare import Comparison, compare
from output.dataset import write_dataset
from output.figures import draw, write_figure
from output.fonts import find_chinese_font, font_stack
from output.lookup import find_measure
from output.selection import Question
from tests.test_compare import HOSTILE, RECEIVED, SMALL, make_report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = [HOSTILE, "长" * 100_000 + "甲", "长" * 100_000 + "乙"]
    hostile = [make_report(20 + n, name, {RECEIVED: 100 + n}, division_code="440100") for n, name in enumerate(names)]
    write_dataset([*SMALL, *hostile], tmp_path / "dataset")
    return tmp_path / "dataset"


def answer(folder: Path, *words: str, **question: Any) -> Comparison:
    return compare(folder, Question(tuple(map(find_measure, words)), **question))


def svg_of(comparison: Comparison, path: Path, lang: Any = "en") -> str:
    write_figure(draw(comparison, comparison.groups()["group"].tolist(), lang), path)
    return path.read_text(encoding="utf-8")


def texts(svg: str) -> list[str]:
    return re.findall(r"<(?:text|tspan)[^>]*>([^<]+)</", svg)


def test_bars_show_names_numbers_and_why_there_is_none(folder: Path, tmp_path: Path) -> None:
    svg = svg_of(answer(folder, RECEIVED, years=(2023,), divisions=("330502",)), tmp_path / "a.svg")
    found = texts(svg)
    assert {"吴兴区商务局", "10", "吴兴区财政局", "–", "吴兴区审计局", "0!"} <= set(found)
    assert "New applications received this year (items)" in found
    names = [text for text in found if text.startswith("吴兴区")]
    assert names == answer(folder, RECEIVED, years=(2023,), divisions=("330502",)).groups()["name"].tolist()
    assert "Each number rests on one report." in found
    # A screen reader is told on what each number rests.
    assert "吴兴区商务局, 2023: 10, rests on 1 of 1 reports" in svg


def test_lines_show_numbers_and_what_they_rest_on(folder: Path, tmp_path: Path) -> None:
    comparison = answer(folder, "measure.share_granted", "measure.growth_applications", by="year", divisions=("3305",))
    svg = svg_of(comparison, tmp_path / "a.svg", "zh")
    assert "予以公开占比 (%)" in svg
    assert "收到申请数比上年增长 (%)" in svg
    assert {"2022", "2023"} <= set(texts(svg))
    assert re.search(r"全部机关, 2023：50.0% 3/4, 依据4份年报中的3份", svg)
    assert re.search(r"50\.0%.*3/4", svg, re.DOTALL)


def test_flagged_points_and_bars_are_hollow(folder: Path) -> None:
    spec = drawn(answer(folder, RECEIVED, years=(2023,), types=("audit", "education")))
    (rows,) = spec["datasets"].values()
    assert {row["name"]: row["fill"] for row in rows} == {"吴兴区审计局": "white", "吴兴区教育局": "#1f6f8b"}
    assert "Hollow: named by a failed check, or at least so many." in json.dumps(spec["title"])
    _, whole, hollow = layers(drawn(answer(folder, RECEIVED, types=("audit", "commerce"))))[:3]
    assert ([row["value"] for row in whole], [row["name"] for row in hollow]) == ([5, 10], ["吴兴区审计局"])


def drawn(comparison: Comparison) -> dict[str, Any]:
    return draw(comparison, comparison.groups()["group"].tolist(), "en")


def layers(spec: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The rows of each layer of the first panel."""
    return [spec["datasets"][layer["data"]["name"]] for layer in spec["concat"][0]["layer"]]


def test_a_line_is_broken_where_there_is_no_number(folder: Path) -> None:
    line, whole, hollow = layers(drawn(answer(folder, RECEIVED, types=("commerce", "finance"))))[:3]
    found = {(row["name"], row["year"]): row["value"] for row in line}
    assert (found["吴兴区商务局", 2022], found["吴兴区财政局", 2023]) == (5, None)
    # No report of that year at all breaks the line as well.
    assert found["吴兴区财政局", 2022] is None
    assert ([row["value"] for row in whole], hollow) == ([5, 10], [])


def test_hostile_names_are_text(folder: Path, tmp_path: Path) -> None:
    svg = svg_of(answer(folder, RECEIVED, years=(2023,), divisions=("44",)), tmp_path / "a.svg")
    assert "<script" not in svg
    assert not {"\u202e", "\x1b"} & set(svg)
    assert len(svg) < 100_000
    # Both long names are there, told apart.
    long = [text for text in texts(svg) if text.startswith("长长")]
    assert len(set(long)) == 2
    assert set(re.findall(r'https?://[^"\s<]*', svg)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_png_decodes(folder: Path, tmp_path: Path) -> None:
    comparison = answer(folder, RECEIVED, by="type", years=(2023,))
    write_figure(draw(comparison, comparison.groups()["group"].tolist(), "zh"), tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
    pixels, place = b"", 8
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        pixels += data[place + 8 : place + 8 + size] if kind == b"IDAT" else b""
        place += size + 12
    channels = {2: 3, 6: 4}[colour]
    assert depth == 8
    assert width > 420 * figures.PIXELS
    assert len(zlib.decompress(pixels)) == height * (1 + channels * width)


def test_a_font_is_looked_for(tmp_path: Path) -> None:
    assert find_chinese_font([str(tmp_path), str(tmp_path / "none")]) is None
    font = tmp_path / "opentype" / "noto" / "NotoSansCJK-Regular.ttc"
    font.parent.mkdir(parents=True)
    (font.parent / "DejaVuSans.ttf").touch()
    (font.parent / "NotoSansCJK.txt").touch()
    font.touch()
    assert find_chinese_font([str(tmp_path)]) == font
    assert font_stack().startswith("Noto Sans CJK SC, ")


def test_no_font_is_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "find_chinese_font", lambda: None)
    assert write_figure(drawn(answer(folder, RECEIVED, years=(2022,))), tmp_path / "a.svg") is False
    assert (tmp_path / "a.svg").stat().st_size > 0

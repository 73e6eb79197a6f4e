"""Text reuse: the share of a report's text that stands in the year before and in its neighbours'."""

import random
from pathlib import Path

import pytest

import xxgk
from output import reuse as reuse_module
from output.dataset import write_dataset
from output.reuse import MIN_CHARACTERS, comparable_text
from parsers.records import RecordSet, Report, Section


def prose(seed: int, length: int = 1200) -> str:
    """Invented text: sentences of characters drawn at random."""
    draw = random.Random(seed)
    return "".join("。" if n % 23 == 22 else chr(draw.randint(0x4E00, 0x7000)) for n in range(length))


def make_record(number: int, text: str, year: int = 2023, agency_id: str | None = None) -> RecordSet:
    report_id = f"{number:016x}"
    fields = {"source_path": f"{number}.html", "source_sha256": "0" * 64, "source_format": "html"}
    report = Report(report_id=report_id, year=year, agency_id=agency_id or f"330502:机关{number}", **fields)
    return RecordSet(report, [], [], [Section(report_id, "overview", "一、总体情况", text, 0)], [])


def reuse_of(folder: Path, records: list[RecordSet]) -> dict[tuple[int, int, str], float]:
    write_dataset(records, folder / "d")
    rows = xxgk.load(folder / "d").reuse
    return {(int(r.report_id, 16), int(r.compared_with, 16), r.relation): r.share for r in rows.itertuples()}


def test_the_year_before_is_told_whatever_the_share(tmp_path: Path) -> None:
    texts = [prose(1), prose(1), prose(2)]
    records = [make_record(n, text, 2020 + n, "330502:商务局") for n, text in enumerate(texts)]
    assert reuse_of(tmp_path, records) == {(1, 0, "previous_year"): 1.0, (2, 1, "previous_year"): 0.0}


def test_new_numbers_and_layout_are_no_new_text(tmp_path: Path) -> None:
    before = "2022年，我局主动公开信息51条，其中政策法规3条；办理申请1,204件。" + prose(3)
    now = "2023 年，我局主动公开信息 7 条，其中政策法规 12 条;\n办理申请９件。" + prose(3)
    records = [make_record(1, before, 2022, "330502:商务局"), make_record(2, now, 2023, "330502:商务局")]
    assert reuse_of(tmp_path, records) == {(2, 1, "previous_year"): 1.0}


def test_the_share_is_that_of_the_later_text(tmp_path: Path) -> None:
    records = [
        make_record(1, prose(4), 2022, "330502:商务局"),
        make_record(2, prose(4) + prose(5), 2023, "330502:商务局"),
    ]
    ((_, share),) = reuse_of(tmp_path, records).items()
    assert share == pytest.approx(0.5, abs=0.01)
    row = xxgk.load(tmp_path / "d").reuse.iloc[0]
    assert row.characters == len(comparable_text(records[1].sections))


def test_the_best_neighbour_only_and_above_the_floor(tmp_path: Path) -> None:
    own = prose(6)
    records = [
        make_record(1, own),
        make_record(2, own[:900] + prose(7, 300)),
        make_record(3, own[700:] + prose(8, 700)),
        make_record(4, own[:200] + prose(9, 1000)),
        make_record(5, prose(10)),
    ]
    found = reuse_of(tmp_path, records)
    assert {pair: round(share, 1) for pair, share in found.items()} == {
        (1, 2, "neighbour"): 0.8,
        (2, 1, "neighbour"): 0.8,
        (3, 1, "neighbour"): 0.4,
    }
    assert all(share >= 0.3 for share in found.values())


def test_neighbours_are_of_the_same_division_and_year(tmp_path: Path) -> None:
    own = prose(11)
    records = [make_record(1, own), make_record(2, own, 2022), make_record(3, own, 2023, "330503:机关")]
    assert reuse_of(tmp_path, records) == {}


def test_two_reports_of_one_agency_are_no_neighbours(tmp_path: Path) -> None:
    records = [make_record(n, prose(12), 2023, "330502:商务局") for n in (1, 2)]
    assert reuse_of(tmp_path, records) == {}


def test_agencies_of_no_known_division_have_no_neighbours_but_years(tmp_path: Path) -> None:
    records = [make_record(1, prose(13), 2022, "?:望溪区商务局"), make_record(2, prose(13), 2023, "?:望溪区商务局")]
    records.append(make_record(3, prose(13), 2023, "?:砚湖区商务局"))
    assert reuse_of(tmp_path, records) == {(2, 1, "previous_year"): 1.0}


PRESCRIBED = [
    "根据《中华人民共和国政府信息公开条例》和上级要求，编制望溪区商务局2023年政府信息公开工作年度报告。",
    "本报告由总体情况、主动公开政府信息情况等六个部分组成。",
    "本报告中所列数据的统计期限自2023年1月1日起至2023年12月31日止。",
    "如对本报告有疑问，请与望溪区商务局办公室联系（地址：望溪区某路1号，电话：0000-000）。",
    "无其他需要报告的事项。",
    "本年度没有需要报告的其他事项。",
    "本机关未收取信息处理费。",
    "（一）主动公开情况",
]


@pytest.mark.parametrize("sentence", PRESCRIBED)
def test_prescribed_sentences_are_not_compared(sentence: str) -> None:
    own = "我局办理了群众关心的路灯一盏。"
    assert comparable_text([Section("", "overview", "", sentence + "\n" + own, 0)]) == own.strip("。")


def test_own_sentences_are_compared() -> None:
    for sentence in (
        "全年主动公开信息三条",
        "推进政府信息管理工作的各项制度建设",
        "加强平台建设，网站改版上线",
        "存在公开内容不够全面的问题",
    ):
        assert comparable_text([Section("", "problems", "", sentence, 0)]) == sentence.replace("，", "")


def test_short_texts_are_left(tmp_path: Path) -> None:
    text = prose(14, MIN_CHARACTERS - 10)
    records = [make_record(1, text, 2022, "330502:商务局"), make_record(2, text, 2023, "330502:商务局")]
    assert reuse_of(tmp_path, [*records, make_record(3, text)]) == {}


def test_one_character_a_million_times(tmp_path: Path) -> None:
    records = [make_record(n, "啊" * 1_000_000) for n in (1, 2)]
    assert reuse_of(tmp_path, records) == {(1, 2, "neighbour"): 1.0, (2, 1, "neighbour"): 1.0}
    assert xxgk.load(tmp_path / "d").reuse["characters"].max() == reuse_module.MAX_CHARACTERS


def test_the_work_is_bounded_where_all_copy_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every report of a division has the same text: each is still compared with few of the others."""
    compared = []
    compare = reuse_module._compare
    monkeypatch.setattr(reuse_module, "_compare", lambda *pair: compared.append(pair) or compare(*pair))
    found = reuse_of(tmp_path, [make_record(n, prose(15)) for n in range(120)])
    assert len(found) == 120
    assert set(found.values()) == {1.0}
    assert len(compared) <= 120 * 3


def test_other_order_same_rows(tmp_path: Path) -> None:
    records = [
        make_record(n, prose(n % 7) + prose(100 + n, 300), 2022 + n % 2, f"330502:机关{n // 2}") for n in range(40)
    ]
    assert reuse_of(tmp_path, records) == reuse_of(tmp_path, records[::-1])

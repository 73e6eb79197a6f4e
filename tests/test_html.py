"""Pages as they are: encodings, layout tables, spans, partings inside cells, where the article ends."""

import pytest

from parsers.documents import read_document
from parsers.documents.encoding import decode
from parsers.documents.model import Document, Grid, Paragraph
from parsers.errors import NotAReport
from parsers.reader import parse_report
from parsers.sections import find_outline, make_sections


def document(html: str) -> Document:
    return read_document(html.encode())


def texts(html: str) -> list[str]:
    return [block.text for block in document(html).blocks if isinstance(block, Paragraph)]


def grids(html: str) -> list[list[list[str]]]:
    return [[[c.text for c in row] for row in b.rows] for b in document(html).blocks if isinstance(b, Grid)]


SENTENCE = "本年度主动公开政府信息情况说明，现行有效件数与上年结转申请数量均已核对。"


@pytest.mark.parametrize("name", ["utf-8", "gb18030", "big5", "utf-16"])
@pytest.mark.parametrize("declared", ["", "utf-8", "gb2312", "big5", "iso-8859-1", "nonsense"])
def test_the_bytes_decide_the_encoding(name: str, declared: str) -> None:
    sentence = (
        "本年度主動公開政府信息情況說明，現行有效件數與上年結轉申請數量均已核對。" if name == "big5" else SENTENCE
    )
    meta = f"<meta charset='{declared}'>" if declared else ""
    page = f"<html><head>{meta}</head><body><p>{sentence * 6}</p></body></html>"
    text, _ = decode(page.encode(name))
    assert sentence in text


def test_a_broken_byte_does_not_change_the_encoding() -> None:
    data = (SENTENCE * 20).encode()
    text, encoding = decode(data[:300] + b"\xff" + data[300:-1])
    assert encoding == "utf-8"
    assert text.count(SENTENCE) >= 18


def test_blocks_breaks_and_inline_tags() -> None:
    page = (
        "<p>甲<b>乙</b><span>丙</span>丁<br>戊</p>文<div>己<p>庚</div><script>辛</script><style>壬</style><!-- 癸 -->"
    )
    assert texts(page) == ["甲乙丙丁", "戊", "文", "己", "庚"]


@pytest.mark.parametrize("caption", ["甲", "<b>甲</b>", ""])
def test_the_caption_of_a_table_is_a_paragraph_of_its_own(caption: str) -> None:
    page = f"<table><caption>{caption}</caption><tr><td>乙<td>丙</tr><tr><td>1<td>2</tr></table>"
    assert (texts(page), grids(page)) == (["甲"] if caption else [], [[["乙", "丙"], ["1", "2"]]])


def test_spans_however_they_are_written_are_bounded() -> None:
    page = "<table><tr><td colspan=1000000000>甲</td></tr><tr><td rowspan='x'>乙<td rowspan=0>丙<td colspan=-3>丁</tr><tr><td>戊<td>己</tr></table>"
    assert grids(page) == [[["甲", "甲", "甲"], ["乙", "丙", "丁"], ["戊", "丙", "己"]]]


def test_a_covered_slot_is_the_cell_that_owns_it() -> None:
    page = "<table><tr><td rowspan=2 colspan=2>甲</td><td>乙</td></tr><tr><td>丙</td></tr><tr><td>1<td>2<td>3</table>"
    grid = document(page).blocks[0]
    assert isinstance(grid, Grid)
    assert all(grid.rows[r][c] is grid.rows[0][0] for r in (0, 1) for c in (0, 1))
    assert {len(row) for row in grid.rows} == {3}


def test_a_row_span_ends_with_its_row_group() -> None:
    page = "<table><tbody><tr><td rowspan=9>甲<td>乙</tbody><tbody><tr><td>丙<td>丁</tbody></table>"
    assert grids(page) == [[["甲", "乙"], ["丙", "丁"]]]


def test_a_layout_table_is_walked_through() -> None:
    page = (
        "<table><tr><td>导航</td><td><h1>标题</h1><p>正文</p><table><tr><td>规章</td><td>1</td></tr>"
        "<tr><td>规范性文件</td><td>2</td></tr></table></td></tr></table>"
    )
    assert texts(page) == ["导航", "标题", "正文"]
    assert grids(page) == [[["规章", "1"], ["规范性文件", "2"]]]


def test_a_frame_table_around_one_number_is_the_cells_text() -> None:
    page = "<table><tr><td>规章</td><td><table><tr><td>7</td></tr></table></td></tr><tr><td>规范性文件</td><td>8</td></tr></table>"
    assert grids(page) == [[["规章", "7"], ["规范性文件", "8"]]]


def test_deep_nesting_is_kept() -> None:
    page = "<div>" * 700 + "<table><tr><td>规章</td><td>5</td></tr></table>"
    assert grids(page) == [[["规章", "5"]]]


def test_word_spans_are_taken_out_without_touching_the_text() -> None:
    cell = "<td><p class=MsoNormal><span style='x'>1</span><span lang=EN-US>2</span><o:p></o:p></p></td>"
    page = "<table>" + f"<tr>{cell * 8}</tr>" * 60 + "</table><p><span title='1>2'>尾</span></p>"
    assert grids(page)[0] == [["12"] * 8] * 60
    assert texts(page) == ["尾"]


def test_hidden_spans_are_not_read_as_digits() -> None:
    cell = "<td><span>1</span><span style='display: none'>9</span></td>"
    page = "<table>" + f"<tr>{cell * 8}</tr>" * 60 + "</table>"
    assert grids(page)[0][0] == ["1"] * 8


def test_lines_of_the_source_are_kept() -> None:
    grid = document("<html>\n<body>\n<table>\n<tr>\n<td>规章</td>\n<td>5</td></tr></table>").blocks[0]
    assert isinstance(grid, Grid)
    assert [cell.line for cell in grid.rows[0]] == [5, 6]


def test_a_link_list_is_navigation() -> None:
    page = "<ul><li><a href=1>甲</a><li><a href=2>乙</a><li><a href=3>丙</a></ul><ul><li>索引号:ab/2<li>文号:无<li>日期:2024-01-02</ul>"
    assert texts(page) == ["索引号:ab/2", "文号:无", "日期:2024-01-02"]


def sections(html: str) -> list[tuple[str, str]]:
    page = document(html)
    return [(s.section, s.text) for s in make_sections("r", page, find_outline(page, None))]


def test_the_article_ends_where_its_container_ends() -> None:
    page = (
        "<div><div class=a><h1>题</h1><div><p>一、总体情况</p><p>甲。</p><p>六、其他需要报告的事项</p><p>乙。</p></div></div>"
        "<div>版权说明 点击 300 次</div></div>"
    )
    assert sections(page) == [("overview", "甲。"), ("other", "乙。")]


def test_furniture_behind_the_article_ends_it_too() -> None:
    page = "<p>一、总体情况</p><p>甲。</p><p>六、其他需要报告的事项</p><p>乙。</p><p>打印本页</p><p>浏览次数：12</p>"
    assert sections(page) == [("overview", "甲。"), ("other", "乙。")]


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (["一、总体情况", "二、主动公开政府信息情况", "四、政府信息公开行政复议、行政诉讼情况"], ["overview", "disclosure", "review_litigation"]),
        (["一 、概  述", "三、依申请公开政府信息情况", "五、存在的主要问题和改进措施"], ["overview", "applications", "problems"]),
        (["总体情况", "主动公开政府信息情况", "其他需要报告的事项"], ["overview", "disclosure", "other"]),
        (["(一)总体情况", "(二)主动公开政府信息情况", "(三)其他需要报告的事项"], ["overview", "disclosure", "other"]),
        (["一、总体情况", "(一)主动公开情况", "(二)依申请公开情况", "二、主动公开政府信息情况"], ["overview", "disclosure"]),
        (["一、总体情况、", "一、加强组织领导", "六、收费情况", "二、主动公开政府政府情况"], ["overview", "disclosure"]),
        (["一、2023年政务公开总体情况", "六、其它需要报告的事项。"], ["overview", "other"]),
        (["没有标题的一段话。", "又一段话。"], ["body"]),
    ],
)  # fmt: skip
def test_headings_are_known_by_their_words(lines: list[str], codes: list[str]) -> None:
    page = read_document("\n".join(lines).encode())
    assert [s.section for s in make_sections("r", page, find_outline(page, None))] == codes


def test_a_text_on_one_line_is_cut_at_its_headings() -> None:
    text = (
        "某区统计局2023年政府信息公开工作年度报告。 一、总体情况 (一)主动公开。本年公开信息12条。 二、主动公开政府信息情况 见下表。 六、其他需要报告的事项 没有。"
        + "补充说明。" * 10
    )
    page = read_document(text.encode())
    found = make_sections("r", page, find_outline(page, None))
    assert [(s.section, s.title) for s in found] == [
        ("overview", "一、总体情况"), ("disclosure", "二、主动公开政府信息情况"), ("other", "六、其他需要报告的事项"),
    ]  # fmt: skip
    assert found[0].text == "(一)主动公开。本年公开信息12条。"


def test_a_mentioned_heading_is_no_heading() -> None:
    text = "本报告由“一、总体情况”和“二、主动公开政府信息情况”等部分组成，" + "全文可以下载。" * 10
    page = read_document(text.encode())
    assert [s.section for s in make_sections("r", page, find_outline(page, None))] == ["body"]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"), (b"  \n ", "empty"), (b"%PDF-1.7 ...", "PDF"), (b"PK\x03\x04...", "ZIP"), (b"\x89PNG\r\n", "PNG"),
        (bytes(range(256)) * 40, "binary"), (b"<html><script>location='x'</script></html>", "only script"),
        ("短文一篇。".encode(), "no annual disclosure report"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused_in_one_line(data: bytes, word: str) -> None:
    with pytest.raises(NotAReport) as caught:
        parse_report(data)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)

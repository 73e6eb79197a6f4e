"""The header: every shape of title, metadata and year that is met, with invented agencies."""

import time

import pytest

from parsers.documents.html import read_html
from parsers.documents.model import Block, Cell, Document, Grid, Paragraph
from parsers.documents.text import read_text
from parsers.header import Header, read_header
from parsers.header.dates import read_date
from parsers.header.titles import read_title
from parsers.headings import find_heading
from parsers.reader import parse_report

TITLE = "望溪区商务局2023年政府信息公开工作年度报告"
FIRST = "一、总体情况"


def header_of(document: Document, url: str | None = None) -> Header:
    """The header as the reader of reports asks for it."""
    blocks = document.blocks
    start = next((n for n, b in enumerate(blocks) if isinstance(b, Paragraph) and find_heading(b.text)), len(blocks))
    body = "\n".join(block.text for block in blocks[start:] if isinstance(block, Paragraph))
    return read_header(document, start, body, url)


def from_text(*lines: str, url: str | None = None) -> Header:
    return header_of(read_text("\n".join(lines)), url)


def from_html(body: str, head: str = "", url: str | None = None) -> Header:
    page = f"<html><head>{head}</head><body>{body}<h2>{FIRST}</h2><p>正文。</p></body></html>"
    return header_of(read_html(page.encode()), url)


# ---------------------------------------------------------------- titles (variants 2.1)


@pytest.mark.parametrize(
    ("text", "agency", "year"),
    [
        ("望溪区商务局2023年度政府信息公开工作年度报告", "望溪区商务局", 2023),
        (TITLE, "望溪区商务局", 2023),
        ("2009年度柳堤镇政府信息公开年度报告", "柳堤镇人民政府", 2009),
        ("2011年砚湖市望溪区教育局政府信息公开工作年度报告", "砚湖市望溪区教育局", 2011),
        ("2018砚湖市公安局望溪分局政府信息公开工作年度报告", "砚湖市公安局望溪分局", 2018),
        ("柳堤街道政府信息公开2018年度报告", "柳堤街道办事处", 2018),
        ("望溪区财政局政府信息公开工作2022年度报告", "望溪区财政局", 2022),
        ("望溪区财政局2013年度政府信息公开年度工作报告", "望溪区财政局", 2013),
        ("望溪区财政局2017年政府信息公开年度工作报告", "望溪区财政局", 2017),
        ("望溪县林业局信息公开工作年度报告", "望溪县林业局", None),
        ("柳堤镇政府信息公开工作年度报告", "柳堤镇人民政府", None),
        ("政府信息公开工作年度报告", None, None),
        ("2021年度政府信息公开工作年度报告", None, 2021),
        ("政府信息公开年度报告", None, None),
        ("信息公开工作年度报告", None, None),
        ("望溪县水利局2012年政府信息公开工作年报", "望溪县水利局", 2012),
        ("望溪县水利局政府信息公开年报", "望溪县水利局", None),
        ("望溪县水利局2018年信息公开年报", "望溪县水利局", 2018),
        ("望溪县水利局政府信息公开2018年报", "望溪县水利局", 2018),
        ("望溪县水利局2012年政府信息公开工作报告", "望溪县水利局", 2012),
        ("望溪县水利局2012年政府信息公开报告", "望溪县水利局", 2012),
        ("望溪县水利局2012年政务信息公开年度报告", "望溪县水利局", 2012),
        ("望溪县水利局2012年政务公开年度报告", "望溪县水利局", 2012),
        ("望溪县水利局2012年政务公开工作总结", "望溪县水利局", 2012),
        ("望溪县环保局2012年政府环保信息公开工作总结", "望溪县环保局", 2012),
        ("望溪县水利局关于2012年政府信息公开工作情况的报告", "望溪县水利局", 2012),
        ("望溪区商务局二〇二三年政府信息公开工作年度报告", "望溪区商务局", 2023),
        ("望溪区商务局二○二三年政府信息公开工作年度报告", "望溪区商务局", 2023),
        ("望溪区商务局二0一七年政府信息公开工作年度报告", "望溪区商务局", 2017),
        ("望溪区2023年政府信息公开工作年度报告", "望溪区人民政府", 2023),
        ("吴兴区2023年政府信息公开工作年度报告", "吴兴区人民政府", 2023),
        ("淮安市人民政府2024年政府信息公开工作年度报告", "淮安市人民政府", 2024),
        ("望溪县人民政府信息公开工作年度报告(2019年)", "望溪县人民政府", 2019),
        ("望溪县政府2015年政府信息公开工作年度报告", "望溪县人民政府", 2015),
        ("政府信息公开工作年度报告（2019年度）", None, 2019),
        ("政府信息公开工作年度报告(柳堤镇)", "柳堤镇人民政府", None),
        ("望溪区商务局 2023年政府信息 公开工作年度报告", "望溪区商务局", 2023),
        ("区投资促进局(区外事办)2021年政府信息公开工作年度报告", "区投资促进局(区外事办)", 2021),
        ("《望溪区商务局2023年政府信息公开工作年度报告》", "望溪区商务局", 2023),
        ("柳堤镇人民政府关于公布《柳堤镇2009年政府信息公开年度报告》的通知", "柳堤镇人民政府", 2009),
        ("望溪经济开发区2022年政府信息公开工作年度报告", "望溪经济开发区", 2022),
        ("望溪区商务局2023年政府信息公开工作年度报告(公开版)", "望溪区商务局", 2023),
        ("【望溪区商务局】2023年政府信息公开工作年度报告", "望溪区商务局", 2023),
        ("石柱土家族自治县2023年政府信息公开工作年度报告", "石柱土家族自治县人民政府", 2023),
        ("望溪区政府信息公开工作办公室2011年政府信息公开工作年度报告", "望溪区政府信息公开工作办公室", 2011),
    ],
)
def test_title(text: str, agency: str | None, year: int | None) -> None:
    title = read_title(text)
    assert title is not None
    assert (title.agency, title.year) == (agency, year)


@pytest.mark.parametrize(
    "text",
    [
        "关于做好2023年政府信息公开工作年度报告编制工作的通知",
        "关于公布2009年政府信息公开年度报告的通知",
        "望溪区关于报送《2023年政府信息公开工作年度报告》的通知",
        "政府信息公开工作年度报告编制模板",
        "政府信息公开工作年度报告(模板)",
        "望溪区商务局2023年度部门整体支出绩效评价报告",
        "政府信息公开专项绩效自评政务公开报告",
        "望溪区2023年政府网站工作年度报表",
        "望溪区商务局2023年上半年政务公开工作总结",
        "望溪区商务局2023年第一季度政务公开工作总结",
        "望溪区商务局半年度政务公开工作总结",
        "基层政务公开标准目录",
        "政府信息公开指南",
        "上一篇：望溪区商务局2022年政府信息公开工作年度报告",
        "2023年法治政府建设年度报告",
        "2023年政府工作报告",
        "根据规定，编制2023年政府信息公开工作年度报告",
        "公开",
        "公开" * 200 + "报告",
    ],
)
def test_is_no_title(text: str) -> None:
    assert read_title(text) is None


@pytest.mark.parametrize(
    ("lines", "title", "agency", "year"),
    [
        (
            ["望溪区商务局2023年度政府信息公开", "工作年度报告"],
            "望溪区商务局2023年度政府信息公开工作年度报告",
            "望溪区商务局",
            2023,
        ),
        (
            ["望溪区商务局2024年政府", "信息公开工作年度报告"],
            "望溪区商务局2024年政府信息公开工作年度报告",
            "望溪区商务局",
            2024,
        ),
        (
            ["望溪区商务局", "2024年政府", "信息公开工作年度报告"],
            "望溪区商务局2024年政府信息公开工作年度报告",
            "望溪区商务局",
            2024,
        ),
        (
            ["望溪区商务局", "2024年度", "政府信息公开工作年度报告"],
            "望溪区商务局2024年度政府信息公开工作年度报告",
            "望溪区商务局",
            2024,
        ),
        (["望溪区商务局2023年政府信息 公开工作年度报告"], TITLE, "望溪区商务局", 2023),
        (
            ["退役军人事务局", "政府信息公开工作年度报告", "（2019年度）"],
            "退役军人事务局政府信息公开工作年度报告",
            "退役军人事务局",
            2019,
        ),
        (["望溪区商务局2023年政府信息公开工作年度报", "告"], TITLE, "望溪区商务局", 2023),
        (["来源：区教育局", "2023年政府信息公开工作年度报告"], "2023年政府信息公开工作年度报告", "区教育局", 2023),
        (["各镇人民政府、街道办事处", "2023年政府信息公开工作年度报告"], "2023年政府信息公开工作年度报告", None, 2023),
        (
            [
                "柳堤镇人民政府关于公布《柳堤镇2009年政府",
                "信息公开年度报告》的通知",
                "柳政〔2010〕5号",
                "各村民委员会，镇属各单位：",
                "柳堤镇2009年政府信息公开年度报告",
            ],
            "柳堤镇2009年政府信息公开年度报告",
            "柳堤镇人民政府",
            2009,
        ),
    ],
)
def test_title_over_lines(lines: list[str], title: str, agency: str | None, year: int) -> None:
    header = from_text(*lines, FIRST, "正文。")
    assert (header.title, header.agency, header.year) == (title, agency, year)
    assert header.is_titled


def test_red_head_number_is_the_document_number() -> None:
    header = from_text(
        "柳堤镇人民政府关于公布《柳堤镇2009年政府信息公开年度报告》的通知", "柳政〔2010〕5号", FIRST, "正文。"
    )
    assert (header.title, header.document_number) == ("柳堤镇2009年政府信息公开年度报告", "柳政〔2010〕5号")


@pytest.mark.parametrize(
    "head",
    [
        f"<title>{TITLE}_望溪区人民政府</title>",
        f"<title>{TITLE} - 政府信息公开年报 - 望溪区人民政府</title>",
        f"<title>望溪区人民政府|{TITLE}</title>",
        f"<title>望溪区人民政府 {TITLE}</title>",
        f'<title>望溪区人民政府</title><meta name="ArticleTitle" content="{TITLE}">',
    ],
)
def test_title_of_the_page_head(head: str) -> None:
    header = from_html("<p>首页</p>", head)
    assert (header.title, header.agency, header.year) == (TITLE, "望溪区商务局", 2023)


def test_title_beside_links_to_other_reports() -> None:
    other = "<div><p>望溪区教育局2021年政府信息公开工作年度报告</p></div>"
    header = from_html(f"<h1>{TITLE}</h1>{other}", f"<title>{TITLE}_望溪区</title>")
    assert (header.agency, header.year) == ("望溪区商务局", 2023)
    header = from_html("<div>政府信息公开年报</div>" + other + "<p>x</p>" * 3 + f"<h1>{TITLE}</h1>")
    assert (header.agency, header.year) == ("望溪区商务局", 2023)


def test_column_name_is_weaker_than_a_title() -> None:
    header = from_text("政府信息公开年报", TITLE, "体裁分类", "政府信息公开工作报告", FIRST, "正文。")
    assert header.title == TITLE


@pytest.mark.parametrize(
    "title",
    [
        "关于做好政府信息公开工作年度报告的通知",
        "望溪区商务局2023年上半年政务公开工作总结",
        "望溪区2023年政府网站工作年度报表",
        "2023年绩效评价报告",
        "",
    ],
)
def test_page_without_a_title(title: str) -> None:
    header = from_html(f"<h1>{title}</h1>", f"<title>{title}</title>")
    assert not header.is_titled
    assert header.title is None
    header = from_html(f"<p>政府信息公开年报</p><h1>{title}</h1>", f"<title>{title}</title>")
    assert not header.is_titled or title in ("", "2023年绩效评价报告", "望溪区2023年政府网站工作年度报表")


def test_place_alone_in_the_title_slot() -> None:
    header = from_html("<p>政府信息公开年报</p><h1>望溪县</h1>", '<meta name="ArticleTitle" content="望溪县">')
    assert (header.agency, header.level) == ("望溪县人民政府", "district")


def test_place_alone_above_an_announced_report() -> None:
    header = from_text("望溪县", FIRST, "现公布望溪县2009年度政府信息公开年度报告。")
    assert (header.title, header.agency, header.year, header.is_titled) == ("望溪县", "望溪县人民政府", 2009, True)
    assert not from_text("望溪县", FIRST, "全年工作情况。").is_titled
    assert from_text("2023年政府信息公开工作年度报告", "望溪区商务局", FIRST, "正文。").agency == "望溪区商务局"


def test_name_of_the_site_above_a_title_without_agency() -> None:
    title = "2023年政府信息公开工作年度报告"
    header = from_html(f"<p>望溪区人民政府</p><p>{title}</p>", f"<title>{title}_望溪区人民政府</title>")
    assert (header.title, header.agency) == (title, None)


def test_title_within_a_running_line() -> None:
    line = f"当前位置: 首页 > 政府信息公开年报 > 区商务局 {TITLE} 索引号: 992797/2024-1 发布日期: 2024-01-17"
    header = from_text(line, FIRST, "正文。")
    assert (header.title, header.year, header.index_number) == (TITLE, 2023, "992797/2024-1")


# ---------------------------------------------------------------- metadata (variants 1.1 to 1.3)

FIELDS = {
    "index_number": "992797/2024-00266",
    "published": "2024-01-17",
    "publisher": "区商务局",
    "document_number": None,
}


def fields_of(header: Header) -> dict[str, str | None]:
    return {
        "index_number": header.index_number,
        "published": header.published,
        "publisher": header.publisher,
        "document_number": header.document_number,
    }


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            [
                "索 引 号: | 992797/2024-00266 | 成文日期: | 2024-01-17 |",
                "公开方式: | 主动公开 | 公开时限: | 长期公开 |",
                "文件编号: | 无 | 发布机构: | 区商务局 |",
                TITLE,
            ],
            id="1 a cell each",
        ),
        pytest.param(
            ["索 引 号: | 992797/2024-00266 | 成文日期: | 2024-01-17 |", "文件编号: | 发布机构: | 区商务局 |", TITLE],
            id="1 empty value gone",
        ),
        pytest.param(
            [
                "索 引 号 | 992797/2024-00266 | 成文日期 | 2024-01-17 |",
                "文 号 | 有 效 性 |",
                "发布机构 | 区商务局 |",
                TITLE,
            ],
            id="1 two empty values",
        ),
        pytest.param(
            [
                "索引号:992797/2024-00266 | 主题分类:其他 | 发布机构:区商务局 |",
                "文号: | 成文日期:2024年01月17日 |",
                TITLE,
            ],
            id="2 in one cell",
        ),
        pytest.param(
            [
                "索引号 | 公开方式 | 发布机构 | 发布日期 |",
                "992797/2024-00266 | 主动公开 | 区商务局 | 2024-01-17 |",
                TITLE,
            ],
            id="3 labels over values",
        ),
        pytest.param(
            ["• 索 引 号:992797/2024-00266", "• 文 号:", "• 发布机构:区商务局", "• 发布日期:2024-1-17", TITLE],
            id="4 bullets",
        ),
        pytest.param(
            [
                "• 索 引 号：",
                "992797/2024-00266",
                "• 文 号：",
                "• 发布机构：",
                "区商务局",
                "• 发布日期：",
                "2024.01.17",
                TITLE,
            ],
            id="4 value below",
        ),
        pytest.param(
            ["索引号", "992797/2024-00266", "文号", "公布日期", "2024-01-17", "发布机构", "区商务局", TITLE],
            id="5 alternating",
        ),
        pytest.param(
            [f"名 称: {TITLE} 索 引 号: 992797/2024-00266 文 号: 〔〕号 发布日期: 2024-01-17 发布机构: 区商务局"],
            id="6 one line",
        ),
        pytest.param(
            [TITLE, "索引号：992797/2024-00266　公开范围：面向社会　发布机构：区商务局　发布日期：2024-01-17 16:24:38"],
            id="6 wide blanks",
        ),
    ],
)
def test_layouts_of_metadata_in_text(lines: list[str]) -> None:
    header = from_text(*lines, FIRST, "正文。")
    assert fields_of(header) == FIELDS
    assert (header.title, header.agency, header.year) == (TITLE, "望溪区商务局", 2023)


def table(*rows: str) -> str:
    """An HTML table of rows such as ``索引号：|992797/2024-1``; a cell that begins with # is a <th>."""
    cells = ([f"<th>{c[1:]}</th>" if c[:1] == "#" else f"<td>{c}</td>" for c in row.split("|")] for row in rows)
    return "<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in cells) + "</table>"


def listed(tag: str, *texts: str) -> str:
    return "".join(f"<{tag}>{text}</{tag}>" for text in texts)


VALUES = ("索引号：992797/2024-00266", "文号：无", "发布机构：区商务局", "生成日期：2024-01-17")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            table("索 引 号：|992797/2024-00266|文 号：|", "发布机构：|区商务局|成文日期：|2024-01-17"), id="cells"
        ),
        pytest.param(
            table("索&nbsp;引&nbsp;号|992797/2024-00266", "#发布机构|区商务局|#发布日期|2024-01-17 10:12"),
            id="no colons",
        ),
        pytest.param(
            table("#索引号|#文号|#发布机构|#发布日期", "992797/2024-00266||区商务局|2024-01-17"), id="header row"
        ),
        pytest.param("<ul>" + listed("li", *VALUES) + "</ul>", id="list"),
        pytest.param("<div>" + listed("span", *VALUES) + "</div>", id="glued spans"),
        pytest.param(
            "<dl><dt>索引号：</dt><dd>992797/2024-00266</dd><dt>文号：</dt><dd></dd>"
            "<dt>发布机构：</dt><dd>区商务局</dd><dt>发布日期：</dt><dd>2024-01-17</dd></dl>",
            id="definitions",
        ),
    ],
)
def test_layouts_of_metadata_in_html(body: str) -> None:
    assert fields_of(from_html(f"{body}<h1>{TITLE}</h1>")) == FIELDS
    assert fields_of(from_html(f"<h1>{TITLE}</h1>{body}")) == FIELDS


def test_values_without_labels() -> None:
    header = from_text(TITLE, "wqsw/2024-01075", "主动公开", "无", "区商务局", "2024-01-17", FIRST, "正文。")
    assert (header.index_number, header.published, header.publisher) == ("wqsw/2024-01075", "2024-01-17", None)


@pytest.mark.parametrize(
    ("byline", "published"),
    [
        ("来源:区商务局 日期:2024-01-24 14:27", "2024-01-24"),
        ("信息来源:柳堤镇 作者:佚名 发布时间:2012.02.15 点击量:", "2012-02-15"),
        ("来源：区商务局 发布时间：2024年01月25日 (点击: )", "2024-01-25"),
        ("2024-01-24 14:27", "2024-01-24"),
        ("(2024年1月13日)", "2024-01-13"),
        ("今天是：2019年12月3日星期二", None),
        ("2019年12月3日星期二", None),
        ("时间：2019年12月3日 星期二", None),
        ("日期：2024-13-40", None),
    ],
)
def test_byline(byline: str, published: str | None) -> None:
    header = from_text(TITLE, byline, FIRST, "正文。")
    assert (header.published, header.publisher, header.title) == (published, None, TITLE)


@pytest.mark.parametrize(
    "number",
    [
        "330502/2024-00266",
        "1133052467385078X9/2025-00001",
        "014416330/2018-04736",
        "11330800002618736G/2025-00251",
        "E95417299-1/2025-00045",
        "K45899617/2026-00206",
        "MB1665338/2024-00136",
        "610700002-/2021000149",
        "6107280000/2024-001005",
        "003110926/201510-00216",
        "008453514/2024-08",
        "/2021-172732",
        "/2015-26440",
        "wqqlzfb/2022-01075",
        "jiaoyuju/2024-00011",
        "shg35/2025-693",
        "Qz11120-2501-2011-00001",
        "QA4425051-2012-001",
        "A25010-5010-4337-8483-1285-1781",
    ],
)
def test_shapes_of_index_numbers(number: str) -> None:
    for lines in (
        [f"索引号：{number}"],
        [f"索引号 | {number} | 文号 | 无 |"],
        ["索引号", number, "文号"],
        [f"索引号：{number} 文号：无 发布机构：区商务局"],
    ):
        header = from_text(*lines, TITLE, FIRST, "正文。")
        assert (header.index_number, header.document_number) == (number, None)
        assert header.year == 2023


@pytest.mark.parametrize("number", ["", "无", "/", "-", "〔〕号", "〔 〕 号", "[]号", "——"])
def test_empty_document_number(number: str) -> None:
    assert from_text(f"文号：{number}", "发布机构：区商务局", TITLE, FIRST, "正文。").document_number is None
    assert from_text(f"文 号 | {number} | 发布机构 | 区商务局 |", TITLE, FIRST, "正文。").document_number is None


@pytest.mark.parametrize(
    "label", ["文号", "文 号", "文    号", "发文字号", "文件编号", "备注/文号", "登记号", "统一编号"]
)
def test_labels_of_the_document_number(label: str) -> None:
    assert from_text(f"{label}：望商〔2024〕3号", TITLE, FIRST, "正文。").document_number == "望商〔2024〕3号"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-01-17", "2024-01-17"),
        ("2026-01-23 16:24:38", "2026-01-23"),
        ("2026-01-19 16:58", "2026-01-19"),
        ("2012.02.15", "2012-02-15"),
        ("2021年01月15日", "2021-01-15"),
        ("2023-1-9", "2023-01-09"),
        ("2024/1/9", "2024-01-09"),
        ("2021 年 1 月 5 日", "2021-01-05"),
        ("20240117", "2024-01-17"),
        ("20240117101200", "2024-01-17"),
        ("二〇一〇年三月十日", "2010-03-10"),
        ("二00八年九月七日", "2008-09-07"),
        ("二〇二三年十二月三十一日", "2023-12-31"),
        ("二○一二年十一月廿五日", "2012-11-25"),
        ("二0一七年", None),
        ("2024-02-30", None),
        ("二〇一〇年三月四十五日", None),
        ("二〇一〇年三月十十日", None),
        ("2024", None),
        ("", None),
    ],
)
def test_date(text: str, iso: str | None) -> None:
    assert read_date(text) == iso


def test_order_of_dates() -> None:
    both = ["发布日期：2024-02-02", "成文日期：2024-01-17"]
    assert from_text(*both, TITLE, FIRST, "正文。").published == "2024-01-17"
    assert (
        from_html("", f'<meta name="PubDate" content="2024-01-24 10:12"><title>{TITLE}</title>').published
        == "2024-01-24"
    )
    assert from_text(TITLE, FIRST, "正文。", "望溪区商务局", "2024年1月17日").published == "2024-01-17"
    assert from_text(TITLE, FIRST, "正文于2024年1月17日公布。").published is None


def test_unknown_short_label_ends_a_value() -> None:
    header = from_text("发布机构：区商务局 保管期限：长期 索引号：992797/2024-1", TITLE, FIRST, "正文。")
    assert (header.publisher, header.index_number) == ("区商务局", "992797/2024-1")
    header = from_text("发布机构: | 保管期: | 长期 | 索引号: | 992797/2024-1 |", TITLE, FIRST, "正文。")
    assert (header.publisher, header.index_number) == (None, "992797/2024-1")


def test_person_is_no_publisher() -> None:
    assert from_text("发布者：张某", TITLE, FIRST, "正文。").publisher is None
    assert from_text("发布者：区商务局", TITLE, FIRST, "正文。").publisher == "区商务局"


def test_title_is_no_value_of_an_empty_label() -> None:
    header = from_text("发布机构：", "文号：", TITLE, FIRST, "正文。")
    assert (header.title, header.publisher, header.document_number) == (TITLE, None, None)


def test_furniture_behind_a_value() -> None:
    header = from_text("发布机构：区商务局 【字体：大 中 小】 打印本页", TITLE, FIRST, "正文。")
    assert header.publisher == "区商务局"
    header = from_text("发布机构：区商务局 打印本页", TITLE, FIRST, "正文。")
    assert header.publisher == "区商务局"


@pytest.mark.parametrize(
    ("lines", "agency", "published"),
    [
        (["望溪区商务局", "2024年1月17日"], "望溪区商务局", "2024-01-17"),
        (["望溪区商务局 2024年1月17日"], "望溪区商务局", "2024-01-17"),
        (["望溪区商务局", "二〇二四年一月十七日", "打印本页", "关闭窗口"], "望溪区商务局", "2024-01-17"),
        (["2024年1月17日"], None, "2024-01-17"),
        (["2024年1月17日", "关闭窗口"], None, None),
        (["版权所有 2024-01-17 更新"], None, None),
    ],
)
def test_signature(lines: list[str], agency: str | None, published: str | None) -> None:
    header = from_text("2023年政府信息公开工作年度报告", FIRST, "正文。", *lines)
    assert (header.agency, header.published) == (agency, published)


def test_dates_of_other_news_are_not_the_date() -> None:
    assert from_text("2024-03-01", "2024-02-11", TITLE, FIRST, "正文。").published is None


def test_body_is_not_searched_for_labels() -> None:
    header = from_text(TITLE, FIRST, "索引号：992797/2024-00266 发布机构：区教育局")
    assert (header.index_number, header.publisher) == (None, None)


# ---------------------------------------------------------------- which agency (variants 2.2)


@pytest.mark.parametrize(
    ("sentence", "agency"),
    [
        ("如有疑问，请与砚湖市望溪区商务局办公室联系（电话：0999-1）。", "砚湖市望溪区商务局"),
        ("本报告由望溪区商务局编制。", "望溪区商务局"),
        ("如有疑问请联系望溪区商务局，地址：柳堤路1号。", "望溪区商务局"),
        ("本报告由主动公开、依申请公开等部分组成。", None),
        ("请与我局办公室联系。", None),
        ("请与柳堤镇人民政府党政办公室联系。", "柳堤镇人民政府"),
        ("请与望溪区商务局办公室政务公开科联系。", "望溪区商务局"),
        ("请与望溪区人民政府办公室政务公开科联系。", "望溪区人民政府办公室"),
    ],
)
def test_agency_named_only_in_the_text(sentence: str, agency: str | None) -> None:
    assert from_text("2023年政府信息公开工作年度报告", FIRST, sentence).agency == agency


@pytest.mark.parametrize(
    ("title", "sentence", "agency"),
    [
        ("望溪区商务局", "请与砚湖市望溪区商务局办公室联系。", "望溪区商务局"),
        ("区商务局", "请与望溪区商务局办公室联系。", "望溪区商务局"),
        ("市应急局", "请与砚湖市应急管理局联系。", "砚湖市应急管理局"),
        ("退役军人事务局", "请与望溪区退役军人事务局联系。", "望溪区退役军人事务局"),
        ("区府办", "请与望溪区人民政府办公室联系。", "望溪区人民政府办公室"),
        ("区商务局", "请与我局联系。", "区商务局"),
        ("区商务局", "请与望溪区教育局联系。", "区商务局"),
        ("望溪经济开发区", "请与望溪经济开发区管理委员会联系。", "望溪经济开发区管理委员会"),
    ],
)
def test_short_agency_is_completed_from_the_text(title: str, sentence: str, agency: str) -> None:
    header = from_text(f"{title}2023年政府信息公开工作年度报告", FIRST, sentence)
    assert (header.agency, header.notes) == (agency, ())


def test_short_agency_is_completed_by_the_division() -> None:
    header = from_text("索引号：330502/2024-1", "区商务局2023年政府信息公开工作年度报告", FIRST, "正文。")
    assert (header.agency, header.county) == ("吴兴区商务局", "吴兴区")


def test_order_of_trust_of_agencies() -> None:
    bare = "2023年政府信息公开工作年度报告"
    signature = ("正文。", "望溪区教育局", "2024年1月17日")
    publisher = "发布机构：望溪区财政局 来源：望溪区统计局"
    trail = "当前位置：首页 > 政务公开 > 望溪区审计局 > 政府信息公开年报"
    assert from_text(trail, publisher, bare, FIRST, *signature).agency == "望溪区教育局"
    assert from_text(trail, publisher, bare, FIRST, "正文。").agency == "望溪区财政局"
    assert from_text(trail, "来源：望溪区统计局", bare, FIRST, "正文。").agency == "望溪区统计局"
    assert from_text(trail, bare, FIRST, "正文。").agency == "望溪区审计局"
    assert from_text(bare, FIRST, "正文。").agency is None


def test_publisher_is_the_site_and_the_source_the_office() -> None:
    header = from_text("发布机构：望溪区人民政府 来源：望溪区统计局", "2023年政府信息公开工作年度报告", FIRST, "正文。")
    assert header.agency == "望溪区人民政府"
    assert len(header.notes) == 1
    assert "望溪区统计局" in header.notes[0]


def test_text_copied_from_another_place() -> None:
    header = from_text("吴兴区商务局2023年政府信息公开工作年度报告", FIRST, "请与湖州市南浔区商务局联系。")
    assert header.agency == "吴兴区商务局"
    assert header.notes == ("The title names 吴兴区商务局, the text 湖州市南浔区商务局; the title is kept.",)


# ---------------------------------------------------------------- which year (variants 2.3)

BARE = "望溪区商务局政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("sentence", "year"),
    [
        ("本报告中所列数据的统计期限自2023年1月1日起至2023年12月31日止。", 2023),
        ("数据统计期限为2022年1月1日至12月31日。", 2022),
        ("数据统计期限自202311日至20231231日。", 2023),
        ("统计期限为2021 年 1 月 1 日——2021 年 12 月 30 日。", 2021),
        ("统计期限为2015年12月1日起至2016年10月30日。", 2016),
        ("统计数据自2008年5月1日条例施行之日起。", 2008),
        ("统计期限：2020年1-12月。", 2020),
        ("现公布2019年度政府信息公开年度报告。", 2019),
        ("现将望溪区商务局二〇一六年政府信息公开年度报告予以公布。", 2016),
        ("现将按照国办公开办函〔2021〕30号编制的2023年度报告予以公布。", 2023),
        ("特编制2018年政府信息公开工作年度报告。", 2018),
        ("编制本机关政府信息公开工作年度报告。", None),
        ("2018年，我局认真工作。", None),
        ("统计期限自2010年1月1日至2019年12月31日。", None),
    ],
)
def test_year_from_the_text(sentence: str, year: int | None) -> None:
    assert from_text(BARE, FIRST, sentence).year == year


def test_title_year_is_kept_and_the_conflict_noted() -> None:
    header = from_text(TITLE, FIRST, "统计期限自2022年1月1日起至2022年12月31日止。现公布2021年度年度报告。")
    assert header.year == 2023
    assert header.notes == (
        "The title names 2023, the period of its statistics 2022; 2023 is kept.",
        "The title names 2023, its opening sentence 2021; 2023 is kept.",
    )


def test_two_titles_of_different_years() -> None:
    header = from_html(f"<h1>{TITLE}</h1>", "<title>望溪区商务局2022年政府信息公开工作年度报告</title>")
    assert (header.year, header.title) == (2023, TITLE)
    assert header.notes == ("The title names 2023, the head of the page 2022; 2023 is kept.",)


@pytest.mark.parametrize(
    ("lines", "url", "year"),
    [
        (["当前位置：首页 > 政府信息公开年报 > 2022年", BARE], None, 2022),
        ([BARE], "http://example.gov.cn/xxgk/view?nbYear=2021", 2021),
        ([BARE], "http://example.gov.cn/xxgk.jsp?area=1&fbtime=2021", None),
        (["发布日期：2024-01-17", BARE], None, 2023),
        (["索引号：992797/2024-00266", BARE], None, None),
        ([BARE], None, None),
    ],
)
def test_weak_years_carry_a_note(lines: list[str], url: str | None, year: int | None) -> None:
    header = from_text(*lines, FIRST, "正文。", url=url)
    assert header.year == year
    assert len(header.notes) == (year is not None)


def test_date_that_is_not_after_the_year() -> None:
    header = from_text("发布日期：2023-01-17", TITLE, FIRST, "正文。")
    assert header.year == 2023
    assert header.notes == ("The report on 2023 is dated 2023-01-17, which is not after that year.",)


# ---------------------------------------------------------------- division


@pytest.mark.parametrize(
    ("index_number", "agency", "url", "code", "notes"),
    [
        ("330502/2024-1", "吴兴区商务局", "http://www.wuxing.gov.cn/a.html", "330502", 0),
        ("330502/2024-1", "商务局", None, "330502", 0),
        (None, "商务局", "http://www.wuxing.gov.cn/a.html", "330502", 0),
        (None, "吴兴区商务局", "http://www.huzhou.gov.cn/a.html", "330502", 0),  # the city hosts the district's report
        (None, "鼓楼区商务局", "http://www.nanjing.gov.cn/a.html", "320106", 0),  # one of several of that name
        (None, "鼓楼区商务局", None, None, 0),
        (None, "吴兴区商务局", None, "330502", 0),
        (None, "望溪区商务局", None, None, 0),
        (
            "11330500002618736G/2025-1",
            "吴兴区商务局",
            "http://www.wuxing.gov.cn/",
            "330502",
            1,
        ),  # wider code of the city
        ("11330500002618736G/2025-1", "湖州市商务局", "http://www.wuxing.gov.cn/", "330500", 0),
        ("330502/2024-1", "吴兴区商务局", "http://www.nanxun.gov.cn/", "330502", 1),
        (None, "德清县商务局", "http://www.wuxing.gov.cn/", "330521", 1),  # a neighbour's report: the title wins
        (None, "湖州市公安局吴兴分局", "http://www.wuxing.gov.cn/", "330502", 0),
        ("330502/2024-1", "德清县商务局", None, "330502", 1),
        (None, "浙江省望溪市商务局", None, None, 0),  # a place that no table knows
        (None, "浙江省望溪市商务局", "http://www.wuxing.gov.cn/", "330502", 0),
        (None, "湖州市望溪区柳堤镇", None, None, 0),
        (None, "国家税务总局湖州市吴兴区税务局", None, "330502", 0),
        (None, "湖州市望溪开发区管理委员会", None, "330500", 0),
        ("000014349/2024-1", "商务局", None, None, 0),
    ],
)
def test_division(index_number: str | None, agency: str, url: str | None, code: str | None, notes: int) -> None:
    lines = [f"索引号：{index_number}"] if index_number else []
    header = from_text(*lines, f"{agency}2023年政府信息公开工作年度报告", FIRST, "正文。", url=url)
    assert header.division_code == code
    assert len(header.notes) == notes


def test_township_keeps_the_code_of_its_county() -> None:
    header = from_text("索引号：330502/2024-1", "柳堤镇2023年政府信息公开工作年度报告", FIRST, "正文。")
    assert (header.agency, header.level, header.county) == ("柳堤镇人民政府", "township", "吴兴区")


# ---------------------------------------------------------------- whole pages, scripts, hostile input


def test_traditional_characters_stay_as_printed() -> None:
    page = table("索引號：|992797/2024-1|發布機構：|區商務局") + "<h1>望溪區商務局2023年政府信息公開工作年度報告</h1>"
    header = from_html(page)
    assert header.title == "望溪區商務局2023年政府信息公開工作年度報告"
    assert (header.agency, header.publisher, header.year) == ("望溪區商務局", "區商務局", 2023)
    assert (header.agency_type, header.level, header.index_number) == ("commerce", "district", "992797/2024-1")


def test_pinyin_of_mirror_sites() -> None:
    header = from_html("<h1>望溪區(qū)商務(wù)局2023年政府信息公開(kāi)工作年度報(bào)告</h1>")
    assert (header.title, header.year) == ("望溪區商務局2023年政府信息公開工作年度報告", 2023)


def test_report_without_headings() -> None:
    blocks: list[Block] = [
        Paragraph(text)
        for text in ("首页", TITLE, "发布日期：2024-01-17", "全年公开信息12条。", "望溪区商务局", "2024年1月17日")
    ]
    header = read_header(Document(blocks, "text"), len(blocks), "全年公开信息12条。", None)
    assert (header.title, header.published, header.year) == (TITLE, "2024-01-17", 2023)


def test_nothing_at_all() -> None:
    assert read_header(Document([], "text"), 0, "", None) == Header()


@pytest.mark.parametrize(
    "line",
    [
        "公开" * 5000,
        "索 引 号" * 3000,
        "索" + " " * 9000 + ":",
        "：" * 9000,
        "2024年" * 3000,
        ">" * 9000,
        "《" * 9000 + "报告",
        "局" * 40 + "2023年政府信息公开" * 4 + "报告",
        "与" * 9000 + "联系",
    ],
)
def test_hostile_lines_are_quick(line: str) -> None:
    cell = Cell(line, 0, 0)
    blocks: list[Block] = [Paragraph(line), Grid([[cell, Cell(line, 0, 1)]])] * 100
    begin = time.perf_counter()
    read_header(
        Document(blocks, "html", page_title=line, metas={"articletitle": line}),
        len(blocks),
        line * 10,
        f"http://{line}/",
    )
    read_header(Document(blocks, "html"), 150, line * 10, line)
    assert time.perf_counter() - begin < 2


REPORT_OF_2012 = "2012年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("title", "text", "status", "other"),
    [
        ("吴兴区商务局", "现将吴兴区商务局2012年政府信息公开工作年度报告公布如下。", "clean", None),
        ("区商务局", "按要求编制湖州市吴兴区商务局2012年政府信息公开工作年度报告。", "clean", None),
        ("吴兴区", "按要求编制吴兴区人民政府2012年政府信息公开工作年度报告。", "clean", None),
        ("吴兴区商务局", "按照条例，现公布南浔区商务局2012年度政府信息公开工作年度报告。", "flagged", "南浔区商务局"),
        ("区商务局", "按照条例，现公布南浔区商务局2012年度政府信息公开工作年度报告。", "flagged", "南浔区商务局"),
        ("吴兴区人民政府", "编制了南浔区2012年政府信息公开工作年度报告。", "flagged", "南浔区人民政府"),
        ("吴兴区商务局", "本报告由长兴县商务局编制。", "flagged", "长兴县商务局"),
    ],
)
def test_a_report_copied_from_another_place_is_told(title: str, text: str, status: str, other: str | None) -> None:
    page = f"{title}{REPORT_OF_2012}\n一、总体情况\n{text}\n六、其他需要报告的事项\n无。\n"
    report = parse_report(page.encode(), source_url="http://www.wuxing.gov.cn/art/2024/1/17/art_1.html").report
    told = [note for note in report.notes if other and other in note]
    assert report.status == status
    assert bool(told) == (other is not None)
    assert report.division_code == "330502"


def test_a_site_of_another_place_is_told() -> None:
    page = f"长兴县商务局{REPORT_OF_2012}\n一、总体情况\n公开信息3条。\n六、其他需要报告的事项\n无。\n"
    report = parse_report(page.encode(), source_url="http://www.wuxing.gov.cn/art/2024/1/17/art_1.html").report
    assert report.division_code == "330522"
    assert any("330502" in note and "330522" in note for note in report.notes)


# ---------------------------------------------------------------- pages whose text has no title


@pytest.mark.parametrize(
    ("opening", "agency", "year"),
    [
        ("本报告由望溪区财政局按照条例要求编制。报告中所列数据的统计期限从2022年1月1日到2022年12月31日止。", "望溪区财政局", 2022),
        ("根据条例规定,现发布《望溪区2024年政府信息公开工作年度报告》。本报告由六部分组成。", "望溪区人民政府", 2024),
        ("根据条例要求,现公布砚湖市人民政府2017年政府信息公开工作年度报告。", "砚湖市人民政府", 2017),
        ("按照有关规定,特向社会公布2019年度砚湖市公安局望溪分局政府信息公开工作年度报告。", "砚湖市公安局望溪分局", 2019),
        ("现向社会公布2022年度本单位政府信息公开工作年度报告。如有疑问,请与望溪区卫生健康局联系。", "望溪区卫生健康局", 2022),
        ("截止2023年12月31日,我局公开信息30条。如有疑问,请与望溪区民政局联系。", "望溪区民政局", 2023),
        ("统计期限自2023年1月1日起至12月31日止。如有疑问,请联系:望溪区民政局,电话:0572-1234567。", "望溪区民政局", 2023),
    ],
)  # fmt: skip
def test_opening_sentence_in_front_of_the_first_heading(opening: str, agency: str, year: int) -> None:
    header = from_text("首页", opening, FIRST, "正文。")
    assert (header.agency, header.year, header.title) == (agency, year, None)


def test_department_without_a_place_is_that_of_its_site() -> None:
    url = "http://www.wuxing.gov.cn/a.html"
    title = "公安局2019年政府信息公开工作年度报告"
    assert from_text(title, FIRST, url=url).agency == "吴兴区公安局"
    assert from_text(title, FIRST).agency == "公安局"
    assert from_text(title.replace("公安局", "柳堤镇人民政府"), FIRST, url=url).agency == "柳堤镇人民政府"


@pytest.mark.parametrize(("year", "status"), [(2012, "clean"), (2018, "clean"), (2019, "partial"), (2023, "partial")])
def test_tables_are_missing_where_the_year_demands_them(year: int, status: str) -> None:
    page = f"吴兴区商务局{REPORT_OF_2012.replace('2012', str(year))}\n一、总体情况\n公开信息3条。\n六、其他需要报告的事项\n无。\n"
    report = parse_report(page.encode()).report
    assert (report.form, report.status) == ("narrative", status)
    assert any("tables" in note for note in report.notes) == (status == "partial")

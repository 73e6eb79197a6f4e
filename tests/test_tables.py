"""Reading the official tables: one case for each way in which real tables stray from the form."""

from parsers.documents import find_flat_tables, read_document
from parsers.forms.reader import Tables, make_values, read_tables
from parsers.forms.schema import load_forms
from parsers.records import Value

SEVEN = "<td>{}</td>" * 7
HEAD = (
    "<tr><td colspan=3 rowspan=3>（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）</td>"
    "<td colspan=7>申请人情况</td></tr>"
    "<tr><td rowspan=2>自然人</td><td colspan=5>法人或其他组织</td><td rowspan=2>总计</td></tr>"
    "<tr><td>商业<br>企业</td><td>科研<br>机构</td><td>社会公益组织</td><td>法律服务机构</td><td>其他</td></tr>"
)


def tables_of(text: str) -> Tables:
    document = read_document(text.encode())
    tables = read_tables(document)
    if not tables.readings and find_flat_tables(document):
        tables = read_tables(document)
    return tables


def values_of(text: str) -> dict[tuple[str, str | None], Value]:
    return {(value.indicator, value.applicant): value for value in make_values("r", tables_of(text))}


def numbers(text: str, prefix: str) -> list[tuple[float | None, str]]:
    return [(v.value, v.status) for (name, _), v in values_of(text).items() if name.startswith(prefix)]


def row(label: str, *cells: object, before: str = "") -> str:
    return f"<tr>{before}<td colspan=3>{label}</td>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def applications(*rows: str, head: str = HEAD) -> str:
    """A table of section 3 with its first two rows, the rows given, and the last two."""
    return (
        "<table>"
        + head
        + row("一、本年新收政府信息公开申请数量", 5, 1, 0, 0, 0, 0, 6)
        + row("二、上年结转政府信息公开申请数量", 0, 0, 0, 0, 0, 0, 0)
        + "".join(rows)
        + row("（七）总计", 4, 1, 0, 0, 0, 0, 5)
        + row("四、结转下年度继续办理", 1, 0, 0, 0, 0, 0, 1)
        + "</table>"
    )


def disclosure(*rows: str) -> str:
    return (
        "<table><tr><td colspan=4>第二十条第（一）项</td></tr>"
        "<tr><td>信息内容</td><td>本年制发件数</td><td>本年废止件数</td><td>现行有效件数</td></tr>"
        + "".join(rows)
        + "</table>"
    )


def test_every_form_covers_exactly_its_codebook() -> None:
    from parsers.codebook import load_codebook

    for name, form in load_forms().items():
        known = {f"disclosure.{r.key}.{c.key}" for b in form.blocks for r in b.rows for c in b.columns}
        known |= {r.indicator for r in form.rows}
        known |= {f"{b.key}.{o.key}" for b in form.branches for o in form.outcomes}
        known |= {r.indicator for r in form.statistics.rows} if form.statistics else set()
        assert known == {item.indicator for item in load_codebook() if item.form == name}


def test_two_pipes_part_two_cells_and_a_dropped_blank_is_not_guessed() -> None:
    text = (
        "|第二十条第(一)项|\n|信息内容||本年制发件数||本年废止件数||现行有效件数|\n|规章||2|\n|行政规范性文件||1||3||7|"
    )
    assert numbers(text, "disclosure.rules") == [(None, "unreadable")] * 3
    assert numbers(text, "disclosure.normative_documents") == [(1, "number"), (3, "number"), (7, "number")]


def test_padding_at_the_end_does_not_tell_which_cell_was_blank() -> None:
    text = "信息内容 | 本年制发件数 | 本年废止件数 | 现行有效件数 |\n规章 | 2 | ||\n行政规范性文件 | 1 | 3 | 7 |"
    assert numbers(text, "disclosure.rules") == [(None, "unreadable")] * 3


def test_a_blank_that_keeps_its_place_is_blank() -> None:
    page = disclosure(
        "<tr><td>规章</td><td></td><td>2</td><td>&nbsp;</td></tr>",
        "<tr><td>行政规范性文件</td><td>1</td><td>3</td><td>/</td></tr>",
    )
    assert numbers(page, "disclosure") == [
        (None, "blank"), (2, "number"), (None, "blank"),
        (1, "number"), (3, "number"), (None, "not_applicable"),
    ]  # fmt: skip


def test_a_remark_column_is_no_value() -> None:
    page = disclosure(
        "<tr><td>规章</td><td>1</td><td></td><td>3</td><td>2</td></tr>",
        "<tr><td>行政规范性文件</td><td>1</td><td>3</td><td>7</td><td>含修订</td></tr>",
    )
    # A number past the last header with a blank below one: a remark, or a row that slipped? Neither is taken.
    assert numbers(page, "disclosure.rules") == [(None, "unreadable")] * 3
    assert numbers(page, "disclosure.normative_documents") == [(1, "number"), (3, "number"), (7, "number")]


def test_a_footnote_mark_and_a_picture_are_not_read_as_digits() -> None:
    page = disclosure(
        "<tr><td>规章</td><td>12<sup>1</sup></td><td><img src=3.gif></td><td>3<br>4</td></tr>",
        "<tr><td>行政规范性文件</td><td><s>3</s>5</td><td>7</td><td>12（其中修订3件）</td></tr>",
    )
    assert numbers(page, "disclosure.rules") == [(None, "unreadable")] * 3
    assert numbers(page, "disclosure.normative_documents") == [(None, "unreadable"), (7, "number"), (12, "number")]


def test_a_merged_value_cell_belongs_to_no_single_column() -> None:
    page = applications(
        "<tr><td colspan=3>（一）予以公开</td><td>4</td><td colspan=2>1</td><td>0</td><td>0</td><td>0</td><td>5</td></tr>"
    )
    granted = {name: v for (i, name), v in values_of(page).items() if i == "applications.results.granted"}
    assert {v.status for v in granted.values()} == {"unreadable"}


def test_a_row_with_a_cell_too_few_is_not_taken_from_the_left() -> None:
    page = applications(row("（一）予以公开", 4, 1, 0, 0, 0, 5))
    granted = {name: v for (i, name), v in values_of(page).items() if i == "applications.results.granted"}
    assert {v.status for v in granted.values()} == {"unreadable"}


def test_a_stub_that_is_a_row_short_does_not_shift_the_numbers() -> None:
    stub = "<td rowspan=2>（六）其他处理</td>"
    page = applications(
        f"<tr><td rowspan=9>三、本年度办理结果</td>{stub}<td>1.申请人无正当理由逾期不补正</td>{SEVEN.format(1, 2, 0, 0, 0, 0, 3)}</tr>",
        f"<tr><td>2.申请人逾期未按收费通知要求缴纳费用</td>{SEVEN.format(0, 0, 0, 0, 0, 0, 0)}</tr>",
        f"<tr><td>3.其他</td>{SEVEN.format(3, 0, 0, 0, 0, 1, 4)}</tr>",
    )
    found = values_of(page)
    assert found["applications.results.other.other", "natural_person"].value == 3
    assert found["applications.results.other.other", "other_org"].value == 1
    assert found["applications.results.other.other", "total"].value == 4


def test_columns_follow_their_headers_not_their_order() -> None:
    head = HEAD.replace("<td>法律服务机构</td><td>其他</td>", "<td>其他</td><td>法律服务机构</td>")
    found = values_of(applications(row("（一）予以公开", 1, 0, 0, 0, 2, 3, 6), head=head))
    assert found["applications.results.granted", "other_org"].value == 2
    assert found["applications.results.granted", "legal_service"].value == 3


def test_a_province_adds_a_column_and_a_row() -> None:
    head = (
        HEAD.replace("colspan=7", "colspan=8")
        .replace("colspan=5", "colspan=6")
        .replace("<td>其他</td>", "<td>农民专业合作社</td><td>其他</td>")
    )
    page = applications(
        row("（一）予以公开", 1, 0, 0, 0, 0, 9, 2, 3),
        row("其中：本级办理", 1, 0, 0, 0, 0, 9, 2, 3),
        head=head,
    ).replace("<td>6</td></tr>", "<td>0</td><td>6</td></tr>")
    found = values_of(page)
    assert found["applications.results.granted", "other_org"].value == 2
    assert found["applications.results.granted", "total"].value == 3
    assert len([key for key in found if key[0] == "applications.results.granted"]) == 7


def test_a_table_cut_at_a_page_break_goes_on_without_header() -> None:
    page = applications(row("（一）予以公开", 4, 1, 0, 0, 0, 0, 5)) + (
        "<table><tr><td rowspan=2>（四）无法提供</td><td>1.本机关不掌握相关政府信息</td>"
        + SEVEN.format(1, 0, 0, 0, 0, 2, 3)
        + "</tr>"
        "<tr><td>2.没有现成信息需要另行制作</td>" + SEVEN.format(0, 0, 0, 0, 0, 1, 1) + "</tr></table>"
    )
    found = values_of(page)
    assert found["applications.results.unavailable.not_held", "other_org"].value == 2
    assert found["applications.results.unavailable.needs_creation", "total"].value == 1
    assert found["applications.results.granted", "natural_person"].table == 0
    assert found["applications.results.unavailable.not_held", "total"].table == 1


def test_the_fuller_of_two_copies_is_read_and_the_other_told() -> None:
    blank = applications(row("（一）予以公开", "", "", "", "", "", "", "")).replace("<td>5</td>", "<td></td>")
    tables = tables_of(blank + applications(row("（一）予以公开", 4, 1, 0, 0, 0, 0, 5)))
    assert tables.readings["applications"].slots["applications.results.granted", "total"].reading.value == 5
    assert [note for note in tables.notes if "more than once" in note]


def test_fifteen_numbers_are_enough_under_the_heading_of_section_four() -> None:
    cells = "".join(f"<td>{n}</td>" for n in range(15))
    page = f"<p>四、政府信息公开行政复议、行政诉讼情况</p><table><tr>{cells}</tr></table>"
    assert [n for n, _ in numbers(page, "review")] == [0, 1, 2, 3, 4]
    assert [n for n, _ in numbers(page, "litigation.after_review")] == [10, 11, 12, 13, 14]
    assert not values_of(f"<p>五、存在的主要问题及改进情况</p><table><tr>{cells}</tr></table>")


def test_amounts_are_converted_to_the_unit_of_the_codebook() -> None:
    page = (
        "<table><tr><td>信息内容</td><td>本年收费金额（单位：元）</td></tr><tr><td>行政事业性收费</td><td>5000</td></tr>"
        "<tr><td>信息内容</td><td>本年处理决定数量</td></tr><tr><td>行政许可</td><td>1,362</td></tr></table>"
    )
    found = values_of(page)
    assert found["disclosure.fees.amount", None].value == 0.5
    assert found["disclosure.fees.amount", None].raw == "5000"
    assert found["disclosure.licensing.decisions", None].value == 1362


def test_a_block_keeps_the_form_of_its_own_header() -> None:
    page = (
        "<table><tr><td>信息内容</td><td>本年新制作数量</td><td>本年新公开数量</td><td>对外公开总数量</td></tr>"
        "<tr><td>规章</td><td>1</td><td>2</td><td>3</td></tr>"
        "<tr><td>信息内容</td><td colspan=3>本年处理决定数量</td></tr><tr><td>行政许可</td><td colspan=3>7</td></tr>"
        "<tr><td>信息内容</td><td colspan=3>本年处理决定数量</td></tr><tr><td>行政处罚</td><td colspan=3>8</td></tr></table>"
    )
    tables = tables_of(page)
    assert tables.form == "2021"
    assert numbers(page, "disclosure.rules.made") == [(1, "number")]
    assert numbers(page, "disclosure.licensing.decisions") == [(7, "number")]


def test_headers_that_lost_their_second_line_are_told_by_order() -> None:
    text = (
        "信息内容 | 本年新 | 本年新 | 对外公开总数量 |\n规章 | 1 | 2 | 3 |\n规范性文件 | 4 | 5 | 6 |\n"
        "信息内容 | 上一年项目数量 | 本年增/ | 处理决定数量 |\n行政许可 | 6 | 减3 | 3 |\n其他对外管理服务事项 | 2 | 增1 | 0 |"
    )
    assert numbers(text, "disclosure.normative_documents") == [(4, "number"), (5, "number"), (6, "number")]
    assert numbers(text, "disclosure.licensing") == [(6, "number"), (-3, "number"), (3, "number")]


def test_a_row_that_was_divided_is_not_read_as_the_whole() -> None:
    page = (
        "<table><tr><td>信息内容</td><td></td><td>上一年项目数量</td><td>本年增/减</td><td>处理决定数量</td></tr>"
        "<tr><td>行政许可</td><td></td><td>9</td><td>0</td><td>4</td></tr>"
        "<tr><td rowspan=2>其他对外管理服务事项</td><td>行政检查</td><td>1</td><td>0</td><td>5</td></tr>"
        "<tr><td>行政确认</td><td>2</td><td>0</td><td>6</td></tr></table>"
    )
    assert numbers(page, "disclosure.other_services") == [(None, "unreadable")] * 3
    assert numbers(page, "disclosure.licensing") == [(9, "number"), (0, "number"), (4, "number")]


def test_cells_run_together_are_cut_only_where_the_sums_leave_one_way() -> None:
    text = (
        "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）申请人情况自然人法人或其他组织总计"
        "一、本年新收政府信息公开申请数量120300015二、上年结转政府信息公开申请数量0000000三、本年度办理结果"
        "（一）予以公开120300015（七）总计120300015四、结转下年度继续办理0000000"
    )
    found = values_of(text)
    assert found["applications.received", "natural_person"].value == 12
    assert found["applications.received", "natural_person"].status == "inferred"
    assert found["applications.received", "natural_person"].raw == "120300015"
    assert found["applications.received", "total"].value == 15


def test_a_text_without_repeats_is_damaged_and_nothing_in_it_is_taken_for_blank() -> None:
    text = "\n".join(
        [
            "第二十条第(一)项",
            "信息内容",
            "本年制发件数",
            "本年废止件数",
            "现行有效件数",
            "规章",
            "0",
            "行政规范性文件",
            "第二十条第(五)项",
            "本年处理决定数量",
            "行政许可",
            "6",
            "第二十条第(六)项",
            "行政处罚",
            "3",
            "行政强制",
        ]
    )
    statuses = {v.status for v in values_of(text).values()}
    assert statuses <= {"unreadable"}


def test_labels_in_traditional_characters_with_pinyin_are_known() -> None:
    page = disclosure(
        "<tr><td>規(guī)章</td><td>1</td><td>2</td><td>3</td></tr>",
        "<tr><td>行政規(guī)範(fàn)性文件</td><td>4</td><td>5</td><td>6</td></tr>",
    )
    page = (
        page.replace("本年制发件数", "本年製發(fā)件數(shù)")
        .replace("本年废止件数", "本年廢止件數")
        .replace("现行有效件数", "現行有效件數")
    )
    assert [n for n, _ in numbers(page, "disclosure")] == [1, 2, 3, 4, 5, 6]


def test_statistics_lines_with_codes_units_and_parents() -> None:
    lines = [
        "统计指标 | 单位 | 代码 | 统计数 |",
        "（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条） | 条 | 01 | 120 |",
        "其中：主动公开规范性文件数 | 条 | 02 | 3 |",
        "四、行政复议数量 | 件 | 30 | 2 |",
        "（一）维持具体行政行为数 | 件 | 31 | 1 |",
        "（二）被依法纠错数 | 件 | 32 | 1 |",
        "（三）其他情形数 | 件 | 33 | 0 |",
        "五、行政诉讼数量 | 件 | 34 | 4 |",
        "（二）被依法纠错数 | 件 | 35 | 3 |",
        "七、依申请公开信息收取的费用 | 元 | 36 | 5000 |",
    ]
    found = values_of("\n".join(lines))
    assert found["legacy.disclosed.total", None].value == 120
    assert found["legacy.review.corrected", None].value == 1
    assert found["legacy.litigation.corrected", None].value == 3
    assert found["legacy.fees", None].value == 0.5
    assert tables_of("\n".join(lines)).form == "2014"


def test_a_small_table_of_the_reports_own_is_no_form() -> None:
    page = "<table><tr><td>项目</td><td>数量</td></tr><tr><td>行政许可</td><td>12</td></tr></table>"
    assert tables_of(page).form == "narrative"
    assert values_of(page) == {}


def test_rows_of_a_page_of_fixed_width_with_labels_broken_over_lines() -> None:
    lines = [
        "一、本年新收政府信息公开申请数量 5 1 0 0 0 0 6",
        "二、上年结转政府信息公开申请数量 0 0 0 0 0 0 0",
        *"三、|本|年|度|办|理|结|果".split("|"),
        "（二）部分公开（区分处理的，只计这一情",
        "形，不计其他情形）",
        "4 0 0 0 0 0 4",
        "- 5 -",
        *"（六）其|他处理|1、申请人无正当理由逾期不补|正、行政机关不再处理其政府信|息公开申请".split("|"),
        "0 1 0 0 0 0 1",
        *"2、申请人逾期未按收费通知要|求缴纳费用、行政机关不再处理|其政府信息公开申请".split("|"),
        "0 0 0 0 0 0 0",
        "（七）总计 4 1 0 0 0 0 5",
        "四、结转下年度继续办理 1 0 0 0 0 0 1",
        "四、政府信息公开行政复议、行政诉讼情况",
        "行政复议 行政诉讼",
        *"结果|维持|结 果|纠正|其他结|果|尚 未|审结|总计|未经复议直接起诉 复议后起诉".split("|"),
        *"结 果|维持|结 果|纠正|其 他|结果|尚 未|审结|总计|结 果|维持|结 果|纠正|其 他|结果|尚未审|结|总计".split("|"),
        "1 0 2 0 3 0 0 0 0 0 0 4 0 0 4",
    ]
    found = values_of("\n".join(lines))
    assert found["applications.results.partly_granted", "natural_person"].value == 4
    assert found["applications.results.other.uncorrected", "business"].value == 1
    assert found["applications.results.other.unpaid", "total"].value == 0
    assert found["review.total", None].value == 3
    assert found["litigation.after_review.corrected", None].value == 4
    assert {value.status for value in found.values()} == {"number"}


def test_fifteen_numbers_parted_by_tabs_below_a_header_that_lost_lines() -> None:
    lines = [
        "四、政府信息公开行政复议、行政诉讼情况",
        "行政复议\t行政诉讼",
        "结果维持\t结果\t其他\t尚未\t总计",
        "\t".join("102030000000000"),
    ]
    assert [n for n, _ in numbers("\n".join(lines), "review")] == [1, 0, 2, 0, 3]


def test_a_label_without_any_cell_is_a_missing_row_and_no_row_of_blanks() -> None:
    lines = [
        "一、本年新收政府信息公开申请数量 5 1 0 0 0 0 6",
        "二、上年结转政府信息公开申请数量",
        "（一）予以公开 4 1 0 0 0 0 5",
    ]
    lines += ["（七）总计 4 1 0 0 0 0 5", "四、结转下年度继续办理 1 0 0 0 0 0 1"]
    assert ("applications.carried_over", "total") not in values_of("\n".join(lines))

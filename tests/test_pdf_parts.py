"""The steps from lines and characters on a page to a grid, each on its own."""

import pytest

from parsers.documents.model import Cell, Grid
from parsers.documents.pdf.cells import fill_lattice, is_cut, make_grid
from parsers.documents.pdf.columns import Placed, find_regions
from parsers.documents.pdf.flow import Sheet, drop_furniture
from parsers.documents.pdf.join import Piece, join_pieces
from parsers.documents.pdf.objects import Drawing, Rule
from parsers.documents.pdf.page import UNKNOWN, Box, Glyph
from parsers.documents.pdf.rules import Lattice, find_lattices, merge_rules
from parsers.documents.pdf.text import Line, fold, join_wrapped, make_line, make_lines
from parsers.grid import expand_spans

PAGE = Box(0, 0, 600, 800)


def grid_of(*rows: str) -> Grid:
    """Rows of cells parted by |; "text@2x3" spans two rows and three columns."""
    source = []
    for row in rows:
        cells = []
        for cell in row.split("|"):
            text, _, span = cell.partition("@")
            height, width = (int(n) for n in span.split("x")) if span else (1, 1)
            cells.append((text, height, width, 1))
        source.append(cells)
    return Grid(expand_spans(source))


def piece(*rows: str) -> Piece:
    grid = grid_of(*rows)
    return Piece(grid, [100.0 * n for n in range(len(grid.rows[0]) + 1)])


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in row] for row in grid.rows]


def lattice(columns: list[float], rows: list[float], skip: frozenset[str] = frozenset()) -> Drawing:
    """All lines of a table, without those named (h2, v0 ...)."""
    across = [Rule(y, columns[0], columns[-1]) for n, y in enumerate(rows) if f"h{n}" not in skip]
    down = [Rule(x, rows[0], rows[-1]) for n, x in enumerate(columns) if f"v{n}" not in skip]
    return Drawing(across, down)


def write(text: str, x: float, base: float, size: float = 10.0, gap: float = 0.0) -> list[Glyph]:
    glyphs = []
    for char in text:
        width = size * (0.5 if char.isascii() else 1.0)
        glyphs.append(Glyph(char, x, x + width, base - 0.8 * size, base + 0.2 * size, base, size))
        x += width + gap
    return glyphs


def read(drawn: Drawing, *glyphs: list[Glyph]) -> list[str]:
    (found,) = find_lattices(drawn)
    return fill_lattice(found, [glyph for part in glyphs for glyph in part])


# ---------------------------------------------------------------- lines


def test_dashes_and_double_lines_are_one_line() -> None:
    dashes = [Rule(100.0, x, x + 3.0) for x in range(0, 200, 5)]
    double = [Rule(100.6, 0.0, 200.0)]
    assert len(merge_rules([*dashes, *double])) == 1
    assert [rule[1:] for rule in merge_rules([Rule(5, 90, 180), Rule(5, 0, 50)])] == [(0, 50), (90, 180)]


@pytest.mark.parametrize("skip", [set(), {"v0", "v3"}, {"h0"}, {"h3"}, {"v0", "h0"}])
def test_a_missing_outer_border_is_put_in(skip: set[str]) -> None:
    (found,) = find_lattices(lattice([50, 150, 200, 250], [10, 30, 50, 70], frozenset(skip)))
    assert len(found.cells) == 9
    assert found.box == Box(50, 10, 250, 70)


def test_where_no_line_parts_slots_they_are_one_cell() -> None:
    drawn = lattice([0, 100, 200], [0, 20, 40])
    drawn.down[1] = Rule(100, 20, 40)
    (found,) = find_lattices(drawn)
    assert found.cells == [(0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1)]


def test_borders_that_do_not_quite_meet_make_no_column() -> None:
    drawn = lattice([0, 100, 200], [0, 20, 40])
    drawn.down[1:2] = [Rule(100, 0, 20), Rule(106, 20, 40)]
    (found,) = find_lattices(drawn)
    assert len(found.xs) == 3
    assert len(found.cells) == 4


def test_tables_that_do_not_touch_are_two() -> None:
    one, two = lattice([0, 50, 100], [0, 20, 40]), lattice([0, 50, 100], [80, 100, 120])
    assert len(find_lattices(Drawing([*one.across, *two.across], [*one.down, *two.down]))) == 2


def test_a_frame_around_text_is_no_table() -> None:
    assert find_lattices(lattice([0, 500], [0, 700])) == []


# ---------------------------------------------------------------- cells

NARROW = [0.0, 30.0, 60.0, 90.0]


def test_numbers_stand_in_their_cells() -> None:
    drawn = lattice(NARROW, [0, 20, 40])
    assert read(drawn, write("12", 10, 14), write("0", 42, 14), write("345", 66, 34)) == ["12", "0", "", "", "", "345"]


def test_a_number_wider_than_its_cell_lends_no_digit_to_the_next() -> None:
    """A run of 35 points in a column of 30: it stays whole, and where it may be another cell's it is unreadable."""
    found = read(lattice(NARROW, [0, 20]), write("1234567", 28, 14), write("8", 72, 14))
    assert found[2] == "8"
    assert "".join(found).replace("\n", "") == "12345678"
    assert "\n" in found[1]


def test_numbers_that_meet_at_a_border_are_two() -> None:
    assert read(lattice(NARROW, [0, 20]), write("12345", 3.5, 14), write("678", 31.5, 14)) == ["12345", "678", ""]


def test_digits_on_two_lines_are_one_number_only_where_the_line_is_full() -> None:
    wide, narrow = [0.0, 100.0, 200.0], NARROW
    assert read(lattice(wide, [0, 40]), write("12", 10, 14), write("34", 10, 30))[0] == "12\n34"
    assert read(lattice(narrow, [0, 40]), write("12345", 2, 14), write("6", 12, 30))[0] == "123456"


def test_a_footnote_mark_is_no_digit() -> None:
    mark = write("1", 20.5, 10.5, 6.0)
    assert read(lattice(NARROW, [0, 20]), write("12", 10, 14), mark)[0] == "12\n1"


def test_a_label_from_top_to_bottom_is_joined() -> None:
    glyphs = [write(char, 10, 14 + 12 * n) for n, char in enumerate("办理结果")]
    assert read(lattice(NARROW, [0, 70]), *glyphs)[0] == "办理结果"


def test_print_over_the_border_belongs_to_the_table() -> None:
    assert read(lattice(NARROW, [0, 20]), write("7", 10, 22.8))[0] == "7"


def test_columns_beyond_the_page_are_unknown() -> None:
    found = Lattice([500.0, 560.0, 600.0], [0.0, 20.0], [[0, 1]], [(0, 0, 1, 1), (0, 1, 1, 1)])
    assert is_cut(found, PAGE)
    grid = make_grid(found, ["3", ""], 1, cut=True)
    assert grid is not None
    assert texts(grid) == [["3", "", UNKNOWN]]


# ---------------------------------------------------------------- text


def test_blanks_are_where_they_were_printed() -> None:
    assert make_line([*write("共12", 0, 10), *write("件", 24, 10)]).text == "共12件"
    assert make_line([*write("No", 0, 10), *write("text", 16, 10)]).text == "No text"
    assert make_line(write("政府信息公开", 0, 10, gap=9.0)).text == "政府信息公开"
    assert make_line([*write("12", 0, 10), *write("34", 20, 10)]).text == "12 34"


def test_what_is_printed_twice_is_read_once() -> None:
    twice = [*write("11公", 0, 10), *write("11公", 0.4, 10)]
    assert make_line(twice).text == "11公"


def test_radicals_are_the_characters_that_they_stand_for() -> None:
    assert fold("⾏政许可⻓⺠⼾") == "行政许可长民户"


def test_wrapped_lines_go_on_without_a_blank() -> None:
    assert join_wrapped("政府信", "息公开") == "政府信息公开"
    assert join_wrapped("two", "words") == "two words"


def test_lines_are_told_by_their_base() -> None:
    lines = make_lines([*write("一行", 0, 10), *write("12", 30, 10.5, 8.0), *write("二行", 0, 24)])
    assert [line.text for line in lines] == ["一行 12", "二行"]


def sheet(number: int, *lines: tuple[str, float]) -> Sheet:
    made = [Line(text, 50, 400, base - 8, base + 2, base, 10.0, []) for text, base in lines]
    return Sheet(number, PAGE, made)


@pytest.mark.parametrize("mark", ["3", "- 3 -", "— 3 —", "第3页", "第 3 页 共 6 页", "3/6", "Page 3 of 6"])
def test_page_numbers_are_dropped(mark: str) -> None:
    pages = [sheet(1, ("正文共3件。", 300), (mark, 780))]
    drop_furniture(pages)
    assert [line.text for line in pages[0].lines] == ["正文共3件。"]


def test_numbers_in_the_text_are_kept() -> None:
    pages = [sheet(1, ("12", 300), ("一、总体情况", 320), ("正文。", 400))]
    drop_furniture(pages)
    assert [line.text for line in pages[0].lines] == ["12", "一、总体情况", "正文。"]


def test_running_heads_are_dropped() -> None:
    pages = [sheet(n, ("某区年度报告", 40), (f"第{n}段", 300), ("全文完" if n == 3 else "略", 500)) for n in (1, 2, 3)]
    drop_furniture(pages)
    assert [[line.text for line in page.lines] for page in pages] == [
        ["第1段", "略"],
        ["第2段", "略"],
        ["第3段", "全文完"],
    ]


# ---------------------------------------------------------------- page breaks


def join(first: Piece, second: Piece) -> list[list[str]]:
    joined = join_pieces(first, second)
    assert joined is not None
    return texts(joined.grid)


def test_a_table_goes_on_without_a_header() -> None:
    assert join(piece("规章|1|2"), piece("行政规范性文件|3|4")) == [["规章", "1", "2"], ["行政规范性文件", "3", "4"]]


def test_a_repeated_header_is_dropped() -> None:
    first = piece("信息内容|本年制发件数", "规章|1")
    assert join(first, piece("信息内容|本年制发件数", "行政规范性文件|2"))[2:] == [["行政规范性文件", "2"]]


def test_a_stub_cell_that_was_cut_is_one() -> None:
    first = piece("（四）无|1.本机关不掌握相关政府信息|7")
    second = piece("法提供@2x1|2.没有现成信息需要另行制作|1", "3.补正后申请内容仍不明确|0")
    joined = join_pieces(first, second)
    assert joined is not None
    stub = joined.grid.rows[0][0]
    assert (stub.text, stub.row_span) == ("（四）无法提供", 3)
    assert joined.grid.rows[2][0] is stub


@pytest.mark.parametrize(("above", "below"), [("三", "、本年度办理结果"), ("三、", "本年度办理结果")])
def test_a_stub_cell_that_was_cut_behind_its_numeral_is_one(above: str, below: str) -> None:
    first = piece(f"{above}@2x1|（一）予以公开|7", "（二）部分公开|0")
    joined = join_pieces(first, piece(f"{below}@2x1|（七）总计|1", "四、结转下年度继续办理|0"))
    assert joined is not None
    stub = joined.grid.rows[0][0]
    assert (stub.text, stub.row_span) == ("三、本年度办理结果", 4)


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("2.没有现成信息需要另行|1|2", "制作||"),
        ("2.没有现成信息需要另行||", "制作|1|2"),
        ("2.没有现成信息需要另行制作||", "|1|2"),
        ("||", "2.没有现成信息需要另行制作|1|2"),
        ("2.没有现成信息需要另行||2", "制作|1|"),
    ],
)
def test_a_row_that_was_cut_is_one(above: str, below: str) -> None:
    assert join(piece("重复申请|0|0", above), piece(below, "总计|5|6")) == [
        ["重复申请", "0", "0"],
        ["2.没有现成信息需要另行制作", "1", "2"],
        ["总计", "5", "6"],
    ]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("信息内容|本年处理决定数量", "行政许可|1"),
        ("（本列数据的勾稽关系为…）|自然人", "一、本年新收政府信息公开申请数量|3"),
        ("结果维持|结果纠正", "1|2"),
        ("（三）不予公开|1", "（四）无法提供|2"),
        ("规章|", "行政规范性文件|"),
    ],
)
def test_rows_on_both_sides_of_a_break_stay_two(above: str, below: str) -> None:
    assert join(piece(above), piece(below)) == [above.split("|"), below.split("|")]


def test_tables_with_other_columns_are_not_joined() -> None:
    assert join_pieces(piece("a|b"), Piece(grid_of("c|d"), [0.0, 40.0, 200.0])) is None
    assert join_pieces(piece("a|b"), piece("c|d|e")) is None


def test_a_piece_with_fewer_borders_keeps_its_columns() -> None:
    first = piece("规章|1|0|11", "行政许可|5@1x3")
    second = Piece(grid_of("行政处罚|8"), [0.0, 100.0, 400.0])
    joined = join_pieces(first, second)
    assert joined is not None
    cell = joined.grid.rows[2][3]
    assert cell == Cell("8", 2, 1, 1, 3, 1)


# ---------------------------------------------------------------- tables without ruling lines


def placed(page: int, *parts: tuple[float, float, str]) -> list[Placed]:
    """Lines of a page, each of the parts (x, base, text) that stand on one base line."""
    lines = make_lines([glyph for x, base, text in parts for glyph in write(text, x, base)])
    return [Placed(line, page, 800.0 * (page - 1)) for line in lines]


def numbers(base: float, *parts: str, x: float = 150) -> list[tuple[float, float, str]]:
    return [(x + 60 * n, base, text) for n, text in enumerate(parts)]


def rows_of(lines: list[Placed]) -> list[list[list[str]]]:
    return [texts(region.grid) for region in find_regions(lines)]


def test_a_label_over_a_page_break_belongs_to_its_numbers() -> None:
    above = placed(1, (50, 700, "1.信访申请"), *numbers(700, "0", "4"), (50, 725, "2.重复"), *numbers(725, "3", "1"))
    below = placed(2, (50, -62, "申请"), (50, -38, "3.要求提供"), *numbers(-38, "0", "2"), (50, -24, "公开出版物"))
    (rows,) = rows_of([*above, *below])
    assert rows == [
        ["1.信访申请", "0", "4"],
        ["2.重复申请", "3", "1"],
        ["3.要求提供公开出版物", "0", "2"],
    ]


def test_numbers_half_way_up_a_label_belong_to_it() -> None:
    lines = placed(
        1,
        *((50, 100, "1.信访举报"), (50, 114, "投诉类申请"), *numbers(107, "5", "6")),
        *((50, 140, "2.重复"), (50, 154, "申请"), *numbers(147, "7", "8")),
    )
    assert rows_of(lines) == [[["1.信访举报投诉类申请", "5", "6"], ["2.重复申请", "7", "8"]]]


def test_other_columns_on_the_next_page_are_another_table() -> None:
    above = placed(1, (50, 700, "规章"), *numbers(700, "1", "2"), (50, 720, "行政规范性文件"), *numbers(720, "3", "4"))
    below = placed(
        2, (50, -60, "行政许可"), *numbers(-60, "5", "6", x=180), (50, -40, "行政处罚"), *numbers(-40, "7", "8", x=180)
    )
    assert len(rows_of([*above, *below])) == 2


def test_a_header_goes_by_the_columns_filled_below_it() -> None:
    lines = placed(
        1,
        *((50, 100, "信息内容"), (150, 100, "采购项目数量"), (230, 100, "采购总金额")),
        *((50, 120, "政府集中采购"), (170, 120, "26"), (330, 120, "9")),
        *((50, 140, "信息内容"), (150, 140, "上一年项目数量"), (240, 140, "本年增/减"), (310, 140, "处理决定数量")),
        *((50, 160, "行政许可"), (170, 160, "22"), (260, 160, "0"), (390, 160, "254")),
    )
    (rows,) = rows_of(lines)
    assert rows[0] == ["信息内容", "采购项目数量", "", "采购总金额", ""]
    assert rows[1] == ["政府集中采购", "26", "", "9", ""]
    assert rows[2] == ["信息内容", "上一年项目数量", "本年增/减", "", "处理决定数量"]


def test_what_stands_below_a_table_stays_text() -> None:
    lines = placed(
        1, (50, 100, "规章"), *numbers(100, "1"), (50, 120, "行政许可"), *numbers(120, "5"), (50, 145, "特此报告")
    )
    (region,) = find_regions(lines)
    assert [line.text.split()[0] for line in region.lines] == ["规章", "行政许可"]

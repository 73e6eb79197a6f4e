"""Numbers as they are printed in cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.numbers import MAX_INTEGER_DIGITS, read_number, read_numeral


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("0", 0), (" 0 ", 0), ("0.00", 0), ("0件", 0), ("12件", 12), ("1,362", 1362), ("１２", 12), ("1 362", 1362),
        ("????5", 5), ("?\u00a00", 0), ("一", 1), ("两", 2), ("零", 0), ("十二", 12), ("一百零五", 105), ("3.50", 3.5),
        ("12（其中修订3件）", 12), ("1.2万件", 12000),
    ],
)  # fmt: skip
def test_counts(raw: str, value: float) -> None:
    reading = read_number(raw, "件")
    assert (reading.value, reading.status) == (value, "number")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("26.55", 26.55), ("1424.4万元", 1424.4), ("2601.953875万", 2601.953875), ("3940元", 0.394), ("0元", 0),
        ("1.5亿元", 15000), ("23600万元", 23600), ("1,362.5", 1362.5),
    ],
)  # fmt: skip
def test_amounts_are_in_ten_thousand_yuan(raw: str, value: float) -> None:
    assert read_number(raw, "万元").value == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [("+21", 21), ("增1423", 1423), ("增加3", 3), ("-393", -393), ("减3", -3), ("减少2", -2), ("减 38", -38), ("7", 7)],
)
def test_changes_have_a_sign(raw: str, value: int) -> None:
    assert read_number(raw, "项", True).value == value
    if raw != "7":
        assert read_number(raw, "件").status == "unreadable"


@pytest.mark.parametrize("raw", ["", " ", "\u00a0", "\u3000", "?", "\u200b"])
def test_blanks_are_no_zero(raw: str) -> None:
    assert (read_number(raw, "件").value, read_number(raw, "件").status) == (None, "blank")


@pytest.mark.parametrize("raw", ["/", "／", "\\", "-", "—", "——", "————", "无", "無"])
def test_dashes_say_that_there_is_no_number(raw: str) -> None:
    assert read_number(raw, "件").status == "not_applicable"


@pytest.mark.parametrize(
    "raw",
    [
        "详见附件", "12%", "100余", "近300", "000", "00", "007", "0000001", "1 2", "1\n2", "12①", "12(3)", "减", "增",
        "1,36", "1,3622", "1.2.3", "3940元", "1\ufffd2", "一二", "二三十", "十百", "９" * 12, "9" * 5000, "12 3456", "5万",
    ],
)  # fmt: skip
def test_what_is_no_number_is_unreadable(raw: str) -> None:
    reading = read_number(raw, "件")
    if raw in ("一二", "5万"):
        assert reading.value in (12, 50000)
    else:
        assert (reading.value, reading.status) == (None, "unreadable")


@given(st.integers(0, 10**MAX_INTEGER_DIGITS - 1))
def test_whole_numbers_are_read_however_they_are_written(number: int) -> None:
    full_width = str(number).translate({48 + n: 0xFF10 + n for n in range(10)})
    for raw in (str(number), f"{number:,}", full_width, f" {number}\u00a0"):
        assert read_number(raw, "件").value == number


def test_digits_of_other_scripts_are_no_numbers() -> None:
    assert [read_number(raw, "件").status for raw in ("꘠", "٣", "१२")] == ["unreadable"] * 3


@given(st.text(max_size=40))
def test_any_text_has_a_status_and_a_value_only_where_it_is_a_number(raw: str) -> None:
    reading = read_number(raw, "件", True)
    assert (reading.value is not None) == (reading.status == "number")


@given(st.integers(0, 9999))
def test_numerals_agree_with_an_independent_writing(number: int) -> None:
    assert read_numeral(_write(number)) == number


def _write(number: int) -> str:
    if number == 0:
        return "零"
    digits, text, gap = str(number), "", False
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit == "0":
            gap = True
            continue
        text += ("零" if gap and text else "") + "零一二三四五六七八九"[int(digit)] + ("", "十", "百", "千")[place]
        gap = False
    return text

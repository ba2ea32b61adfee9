from __future__ import annotations

import pytest

from index.lexical import fold, fold_in_place
from index.numerals import find_numbers, number_keys


def keys(text: str) -> list[str]:
    """The key of each number in a text, in order."""
    return [number.key for number in find_numbers(fold(text))]


@pytest.mark.parametrize(
    ("key", "forms"),
    [
        ("1200", "1200|1,200|１２００|１，２００|一千二百|1200.0|壹仟贰佰元|1.2千|一千二"),
        ("120000000", "1.2亿|12000万|120,000,000|一亿二千万|1.2億|一億兩千萬|1亿2000万|1.2 亿|一点二亿|壹亿贰仟万元"),
        ("35000", "3.5万|3萬5千|三万五千|三万五|35,000"),
        ("15%", "15%|15％|15 %|百分之十五|15.0%|15 percent"),
        ("30%", "三成|3成|30%|百分之三十"),
        ("0.5%", "0.5%|千分之五|5‰|百分之零点五"),
        ("2/3", "三分之二"),
        ("2000", "两千|兩千|二千|2,000"),
        ("23000", "两万三|2.3万"),
        ("25", "廿五|二十五|25"),
        ("150", "一百五|一百五十|150.00"),
        ("105", "一百零五|一百〇五"),
        ("10050", "一万零五十|10,050"),
        ("3.5", "三点五|3.50|３．５"),
        ("1949", "一九四九|1949"),
        ("1200000000000", "1.2万亿|一万二千亿"),
        ("12300", "壹万贰仟叁佰元整|一万二千三百"),
    ],
)
def test_one_number_in_many_forms(key: str, forms: str) -> None:
    assert {form: keys(form) for form in forms.split("|")} == {form: [key] for form in forms.split("|")}


DAY = (
    "2023年10月17日|2023-10-17|2023/10/17|2023.10.17|二〇二三年十月十七日|二零二三年十月十七日|２０２３年１０月１７日|"
    "2023 年 10 月 17 日|Oct 17 2023|October 17, 2023|17 October 2023|17th of October, 2023|二○二三年十月十七號"
)


@pytest.mark.parametrize("form", DAY.split("|"))
def test_a_day_holds_its_month_and_year(form: str) -> None:
    (day,) = find_numbers(fold(form))
    assert (day.kind, day.key) == ("date", "2023-10-17")
    assert day.keys == ("2023-10-17", "2023-10", "2023", "--10-17", "--10")
    assert (day.start, day.end) == (0, len(fold(form)))


@pytest.mark.parametrize(
    ("form", "held"),
    [
        ("2023年10月", ("2023-10", "2023", "--10")),
        ("2023-10", ("2023-10", "2023", "--10")),
        ("二〇二三年十月", ("2023-10", "2023", "--10")),
        ("2023.10", ("2023-10", "2023", "--10", "2023.1")),
        ("October 2023", ("2023-10", "2023", "--10")),
        ("2023年", ("2023",)),
        ("一九四九年", ("1949",)),
        ("3月5日", ("--03-05", "--03")),
        ("十二月廿五日", ("--12-25", "--12")),
        ("2023-3-5", ("2023-03-05", "2023-03", "2023", "--03-05", "--03")),
    ],
)
def test_parts_of_dates(form: str, held: tuple[str, ...]) -> None:
    (date,) = find_numbers(fold(form))
    assert (date.kind, date.keys) == ("date", held)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("10-15%", ["10%", "15%"]),
        ("3-5万元", ["30000", "50000"]),
        ("10至20亿", ["1000000000", "2000000000"]),
        ("3万-5万", ["30000", "50000"]),
        ("2020-2023年", ["2020", "2023"]),
        ("十六至二十", ["16", "20"]),
    ],
)
def test_the_start_of_a_range_has_what_its_end_has(text: str, held: list[str]) -> None:
    assert keys(text) == held


def test_a_lone_digit_counts_before_a_measure_word() -> None:
    assert keys("三个湾区、两家公司、第三季度、十人、五吨") == ["3", "2", "3", "10", "5"]
    assert keys("第3季度") == ["3"]


def test_a_unit_of_thousands_is_read_both_ways() -> None:
    (number,) = find_numbers("五千瓦")
    assert number.keys == ("5000", "5")
    assert keys("5千瓦") == ["5"]


NONE = (
    "一方面|统一|一些|一个|一家公司|十分|千万不要|万一|百万|数十万|几百|十几|十几万|上百|三四十|一二三产业|统一百货|"
    "第一百货商店|大陆|大陆百年|陆家嘴|二手|三三两两|一五一十|四川|三亚|周三|星期三|一点|有一点|十字路口|万科|一成不变|"
    "三成员|二三十点五|PPR-9087|v2.3.1|10.0.0.1|5G基站|G60|3D打印|007|14:30|may|千克|成千上万|双十|123456789012345678901"
)


@pytest.mark.parametrize("text", NONE.split("|"))
def test_what_is_no_number(text: str) -> None:
    assert keys(text) == []


def test_offsets_are_those_of_the_folded_text() -> None:
    text = fold_in_place("截至２０２３年１０月，營收一億兩千萬元，增長15％。")
    assert [text[number.start : number.end] for number in find_numbers(text)] == ["2023年10月", "一亿两千万", "15%"]


def test_the_keys_of_a_text() -> None:
    assert number_keys("2023年10月售出1,200件") == {"2023-10", "2023", "--10", "1200"}


def test_a_megabyte_is_read_to_its_end() -> None:
    text = "截至2023年10月17日，公司营业收入为1.2亿元，同比增长百分之十五，员工一千二百人，其余没有什么变化。" * 7_000
    assert len(find_numbers(text)) == 4 * 7_000

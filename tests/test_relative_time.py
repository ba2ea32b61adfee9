from __future__ import annotations

import pytest

from qa.relative_time import resolve_time


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("前一年呢？", "2020年呢？"),
        ("再往前一年呢？", "2020年呢？"),
        ("上一年是多少？", "2020年是多少？"),
        ("上年度的呢？", "2020年的呢？"),
        ("两年前呢？", "2019年呢？"),
        ("十二年前呢？", "2009年呢？"),
        ("三年后呢？", "2024年呢？"),
        ("第二年呢？", "2022年呢？"),
        ("次年的產量", "2022年的產量"),
        ("再下一年的呢？", "2022年的呢？"),
        ("那一年的净利润是多少？", "2021年的净利润是多少？"),
        ("跟前一年比呢？", "跟2020年比呢？"),
        ("And the year before?", "And 2020?"),
        ("two years later?", "2023?"),
        # Said of today, but in a mere question of the year that was talked about.
        ("去年呢？", "2020年呢？"),
        ("前年呢？", "2019年呢？"),
        ("去年公司招聘了多少人？", "去年公司招聘了多少人？"),
        # What is told beside the figure of a year is no question for another.
        ("比上年增长了多少？", "比上年增长了多少？"),
        # A year of its own, and what is no year.
        ("2015年的前一年呢？", "2015年的前一年呢？"),
        ("五年级有多少人？", "五年级有多少人？"),
        ("三年以来呢？", "三年以来呢？"),
        ("金山有多少亩耕地？", "金山有多少亩耕地？"),
    ],
)
def test_a_time_relative_to_the_one_before_is_written_out(question: str, resolved: str) -> None:
    assert resolve_time(question, ["2021年的产值是多少？"]) == resolved


def test_the_same_part_of_the_year_before() -> None:
    assert resolve_time("去年同期呢？", ["2023年上半年卖了多少台？"]) == "2022年上半年呢？"
    assert resolve_time("上年同期呢？", ["2023年第三季度卖了多少台？"]) == "2022年第三季度呢？"


def test_months_and_days() -> None:
    assert resolve_time("上个月呢？", ["2023年1月的客流是多少？"]) == "2022年12月呢？"
    assert resolve_time("下个月呢？", ["2023年11月的客流是多少？"]) == "2023年12月呢？"
    assert resolve_time("第二天呢？", ["2024年2月28日来了多少人？"]) == "2024年2月29日呢？"
    # Of a year alone there is no month before.
    assert resolve_time("上个月呢？", ["2023年的客流是多少？"]) == "上个月呢？"


def test_the_newest_text_with_a_year_is_meant() -> None:
    assert resolve_time("前一年呢？", ["产值是多少？", "2011年。", "2021年的人口？"]) == "2010年呢？"
    assert resolve_time("前一年呢？", ["产值是多少？"]) == "前一年呢？"
    assert resolve_time("前一年呢？", []) == "前一年呢？"

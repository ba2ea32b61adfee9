from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.datatypes import Document
from index.lexical import fold
from qa.versions import FOOT, HEAD, WRITTEN_AT_ONCE_NS, Dated, Day, Order, Sign, name_date, newer_of, text_date


def dated(title: str = "年假规定", text: str = "", path: str = "年假规定.docx", modified: int = 0) -> Dated:
    return Dated(Document(path, title, text, (), (), ""), modified)


def check(older: Dated, newer: Dated, because: Sign) -> None:
    """Both ways round the same one is the newer, for the same reason."""
    assert newer_of(older, newer) == Order(older, newer, because)
    assert newer_of(newer, older) == Order(older, newer, because)


# By the name


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("关于2024年国庆节放假安排的通知", (2024,)),
        ("二〇二四年工作要点", (2024,)),
        ("二○二四年九月十八日会议纪要", (2024, 9, 18)),
        ("会议纪要（2024年9月）", (2024, 9)),
        ("会议纪要2024-09-18", (2024, 9, 18)),
        ("会议纪要２０２４．９．１８", (2024, 9, 18)),
        ("minutes-2024-09-18-final", (2024, 9, 18)),
        ("minutes_2024_9_18", (2024, 9, 18)),
        ("会议纪要20240918", (2024, 9, 18)),
        ("会议纪要202409", (2024, 9)),
        ("Minutes of 18 September 2024", (2024, 9, 18)),
        ("年假规定2024", (2024,)),
        ("年假规定2024版", (2024,)),
        ("年假规定2024修订", (2024,)),
        ("沪金府〔2024〕12号", (2024,)),
        ("2023-2024学年校历", (2024,)),
        ("2021-2025年规划", (2025,)),
        ("2023年办法（2024年3月修订）", (2024, 3)),
        ("年假规定", ()),
        ("10月1日放假通知", ()),
        ("招聘2000人", ()),
        ("编号120240918", ()),
        ("设备PPR2024", ()),
        ("公元前221年", ()),
        ("公元1234年的故事", ()),
        ("", ()),
    ],
)
def test_the_date_in_a_name(name: str, day: Day) -> None:
    assert name_date(fold(name)) == day


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("关于2023年国庆节放假安排的通知", "关于2024年国庆节放假安排的通知"),
        ("会议纪要2024-09-18", "会议纪要（二〇二四年十月）"),
        ("二〇一九年年报", "2020年年报"),
        ("员工手册 v1.2", "员工手册 V2"),
        ("员工手册 v1.9", "员工手册 v1.10"),
        ("员工手册 v2", "员工手册 v2.0.1"),
        ("员工手册（第二版）", "员工手册（第十二版）"),
        ("员工手册（第1版）", "员工手册（第三版）"),
        ("员工手册 1.0版", "员工手册 1.1版"),
        ("报销办法（试行）", "报销办法"),
        ("报销办法（征求意见稿）", "报销办法（试行）（修订稿）"),
        ("报销办法", "报销办法（修订）"),
        ("报销办法", "報銷辦法 修訂版"),
        ("报销办法", "报销办法（2024年修订）"),
        ("产品规格书 PPR-A", "产品规格书 PPR-A（V2.1）"),
        # The date comes before the version.
        ("员工手册 2023 v3", "员工手册 2024 v1"),
        ("员工手册（第一版，2024年）", "员工手册（第二版，2024年）"),
    ],
)
def test_by_the_title(older: str, newer: str) -> None:
    # All other signs say the opposite.
    check(
        dated(older, "发布日期：2024年5月1日", "甲.docx", 2),
        dated(newer, "发布日期：2023年5月1日", "乙.docx", 1),
        "title",
    )
    check(dated(path=f"通知/{older}.docx", modified=2), dated(path=f"通知/{newer}.pdf", modified=1), "title")


def test_the_title_comes_before_the_files_name() -> None:
    check(
        dated("2023年通知", path="通知20241001.docx"),
        dated("2024年通知", path="通知20230901.docx"),
        "title",
    )
    # A folder's name is no name of the document.
    check(dated(path="2024/通知.docx", modified=1), dated(path="2023/通知.docx", modified=2), "file")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # One has no date, or says no more than the other.
        ("2024年通知", "通知"),
        ("2024年通知", "2024年9月通知"),
        ("员工手册 v2", "员工手册 v2.0"),
        # Other documents, so that a stage tells nothing.
        ("报销办法（试行）", "考勤办法"),
        ("报销办法（修订）", "考勤办法"),
        ("员工手册 v1", "员工手册"),
        ("报销办法（试行）", "报销办法（草案）"),
        ("通知", "通知（1）"),
        ("通知", "通知 - 副本"),
    ],
)
def test_names_that_tell_nothing(first: str, second: str) -> None:
    assert newer_of(dated(first), dated(second)) is None
    assert newer_of(dated(second), dated(first)) is None
    check(dated(first, modified=1), dated(second, modified=2), "file")


# By the text

LONG = "员工请假须提前三个工作日申请。\n" * 60


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("发布日期：2024-09-18\n正文", (2024, 9, 18)),
        ("來源：辦公室　發布時間: 2024年9月18日 09:30\n正文", (2024, 9, 18)),
        ("日期：二〇二四年九月十八日\n正文", (2024, 9, 18)),
        ("考勤制度\n（2019年5月1日发布 2024年9月18日第一次修订）\n正文", (2024, 9, 18)),
        ("（2024年9月18日第一次修订）\n正文", (2024, 9, 18)),
        ("2024-09-18 18:24:57\n正文", (2024, 9, 18)),
        ("正文\n上海市金山区人民政府办公室\n二〇二四年九月十八日", (2024, 9, 18)),
        ("正文\n办公室　2024年9月18日\n", (2024, 9, 18)),
        ("正文\n2024年9月", (2024, 9)),
        (LONG + "办公室\n2024年9月18日", (2024, 9, 18)),
        (LONG + "本办法自2024年1月1日起施行。", (2024, 1, 1)),
        (LONG + "本办法自2024年1月1日起正式实施。\n办公室\n2023年12月5日", (2023, 12, 5)),
        # A label comes before a signature, a signature before what merely stands alone.
        ("发布日期：2024年9月20日\n" + LONG + "办公室\n2024年9月18日", (2024, 9, 20)),
        ("2024年10月1日\n" + LONG + "办公室 2024年9月18日", (2024, 9, 18)),
        ("学校简介\n2021年9月编\n正文", (2021, 9)),
        ("学校简介\n正文\n2021年9月第二次印刷", (2021, 9)),
        ("2021年9月编入一年级\n正文", ()),
        ("", ()),
        ("年假十天。", ()),
        ("时间：2024年9月18日", ()),
        ("正文\n有效期至2024年12月31日", ()),
        ("正文\n截止日期：2024年12月31日", ()),
        ("公司成立于2001年5月", ()),
        ("正文\n数据截至2024年9月18日", ()),
        ("本年度2024年放假安排", ()),
        ("2024年10月1日放假一天\n正文", ()),
        ("值班表 2024年9月18日\n" + LONG, ()),
        ("正文\n本规定的解释权归属人力资源部并由其根据实际情况调整 2024年9月18日", ()),
        # The foot begins within a line.
        (LONG + "有效期至2024年12月31日\n" + "年" * (FOOT - len("2024年12月31日\n")), ()),
        ("发布日期：10月1日", ()),
        ("发布日期：2024年", ()),
        # In the middle of a long text nothing is the text's own date.
        (LONG + "发布日期：2024年9月18日\n" + LONG, ()),
        ("年假" * HEAD + "\n" + "办公室 2024年9月18日 " + "年" * FOOT, ()),
        ("\ud800发布日期：2024年9月18日", (2024, 9, 18)),
    ],
)
def test_the_date_that_a_text_gives_itself(text: str, day: Day) -> None:
    assert text_date(text) == day


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("发布日期：2024年9月17日", "发布日期：2024年9月18日"),
        ("正文\n办公室\n2023年12月31日", "发布日期：2024-01-01\n正文"),
        (LONG + "办公室\n二〇二三年三月", LONG + "办公室\n二〇二四年一月五日"),
        # Where none is the text's own, the latest that head and foot name.
        ("定于2023年8月12日22:00至2023年8月13日6:00维护。", "定于2023年11月4日20:00至次日8:00维护。"),
    ],
)
def test_by_the_text(older: str, newer: str) -> None:
    check(dated(text=older, modified=2), dated(text=newer, modified=1), "text")
    # A title without a date that differs does not stand in the way.
    check(dated("2024年通知", older, modified=2), dated("通知", newer, modified=1), "text")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("发布日期：2024年9月18日", "正文"),
        ("发布日期：2024年9月18日", "发布日期：2024-09-18"),
        ("发布日期：2024年9月", "发布日期：2024年9月18日"),
        ("公司成立于2001年。", "公司成立于2002年。"),
        ("", ""),
    ],
)
def test_texts_that_tell_nothing(first: str, second: str) -> None:
    check(dated(text=first, modified=1), dated(text=second, modified=2), "file")
    assert newer_of(dated(text=first), dated(text=second)) is None


# Of any documents

NAMES = st.text(st.sampled_from("年月日第版修订试行v.0123 -_〇二四通知"), max_size=12) | st.text(max_size=8)


@settings(max_examples=300, deadline=None)
@given(NAMES, NAMES, NAMES, NAMES, st.integers(0, 2), st.integers(0, 2))
def test_the_order_of_two_does_not_depend_on_which_is_named_first(
    title: str, other_title: str, text: str, other_text: str, modified: int, other_modified: int
) -> None:
    first = dated(title, text, f"{title}.txt", modified)
    second = dated(other_title, other_text, f"{other_title}.txt", other_modified)
    order = newer_of(first, second)
    assert order == newer_of(second, first)
    if order is not None:
        assert order in (Order(first, second, order.because), Order(second, first, order.because))
    assert newer_of(first, first) is None


def test_days_that_texts_only_tell_of_say_nothing_of_two_that_are_no_versions() -> None:
    early = dated("图书馆简介", "图书馆于2018年9月28日开馆，藏书五万册。", "简介.txt", WRITTEN_AT_ONCE_NS)
    late = dated("设施名录", "图书馆于2019年5月1日开馆，藏书六万册。", "名录.txt", 0)
    assert newer_of(early, late) == Order(early, late, "text")
    assert newer_of(early, late, are_versions=False) == Order(late, early, "file")


def test_files_written_at_once_tell_no_age_of_two_that_are_no_versions() -> None:
    first, second = dated(path="甲.txt", modified=0), dated(path="乙.txt", modified=WRITTEN_AT_ONCE_NS - 1)
    assert newer_of(first, second, are_versions=False) is None
    assert newer_of(first, second) == Order(first, second, "file")

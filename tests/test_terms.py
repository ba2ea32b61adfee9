from __future__ import annotations

import pytest

from index.lexical_index import LexicalIndex
from qa.terms import is_written_in_hanzi, question_terms, term_weight


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("金山区累计淘汰调整了多少家落后化工企业？", ("金山区", "累计", "淘汰", "调整", "落后", "化工企业")),
        ("員工的探親假是多少天？", ("员工", "探亲假")),
        ("探亲假，探亲假，员工的探亲假！", ("探亲假", "员工")),
        ("PPR-9087 的额定功率是多少？", ("ppr-9087", "额定功率")),
        ("２０２３－１０－１７ 的发布会", ("2023-10-17", "发布会")),
        ("How many villages does Jinshan have?", ("villages", "jinshan")),
        ("哪个是什么？", ()),
        ("？！……", ()),
        ("😀", ()),
        ("", ()),
    ],
)
def test_the_content_words_of_a_question(question: str, terms: tuple[str, ...]) -> None:
    assert question_terms(question) == terms


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("2023年10月17日营收1,200万元", ("2023年10月17日", "营收", "1,200万")),
        ("一千二百名员工占百分之十五", ("一千二百", "员工", "百分之十五")),
        ("第3季度", ("季度",)),
    ],
)
def test_numbers_and_dates_are_whole(question: str, terms: tuple[str, ...]) -> None:
    assert question_terms(question) == terms


def test_an_index_keeps_its_own_words_whole() -> None:
    index = LexicalIndex.build(["绿源环保"], ["绿源环保", "MateBook X"])
    question = "绿源环保2023年有多少MateBook X？"
    assert question_terms(question, index.cut) == ("绿源环保", "2023年", "matebook x")
    assert "绿源环保" not in question_terms(question)


def test_words_that_only_ask_are_no_terms() -> None:
    asking = "请问什么时候哪里是谁为什么有多少哪些怎么样可以吗"
    assert question_terms(asking) == ()


def test_a_word_of_two_characters_that_the_dictionary_lacks_is_a_term() -> None:
    assert "年假" in question_terms("员工年假有几天？")


def test_a_count_that_is_asked_for_is_no_term() -> None:
    assert question_terms("员工的婚假有几天？") == ("员工", "婚假")


def test_names_weigh_more_than_everyday_words() -> None:
    assert 0.2 <= term_weight("企业") < term_weight("金山") < term_weight("碳谷绿湾") == 8.0


@pytest.mark.parametrize(
    ("text", "hanzi"),
    [
        ("年假有几天？", True),
        ("年假有幾天？", True),
        ("AI和GPU是什么", True),
        ("How many days of leave (年假) are there?", False),
        ("What is it?", False),
        ("2023", True),
        ("", True),
    ],
)
def test_whether_a_text_is_mostly_chinese(text: str, hanzi: bool) -> None:
    assert is_written_in_hanzi(text) is hanzi


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        # What is counted, or the kind of thing that is asked for, is not glued to the word behind it.
        ("“企业码”是跟哪个省学的呢？", ("企业",)),
        ("來了多少項非遺？", ("非遗",)),
        ("两款比哪个贵？", ()),
        ("哪年修的水库？", ("水库",)),
        ("跟全区工业整体比呢？", ("全区", "工业", "整体")),
        ("亭卫那边跟它比呢？", ("亭卫",)),
        # Unless a word of the dictionary begins there.
        ("有多少家庭受益？", ("家庭", "受益")),
        ("哪个省份最多？", ("省份",)),
        ("有多少人口？", ("人口",)),
        ("2015年张堰镇的浓度", ("2015年", "张堰镇", "浓度")),
        ("在上海排第几？", ("上海",)),
    ],
)
def test_what_is_counted_is_no_part_of_a_term(question: str, terms: tuple[str, ...]) -> None:
    assert question_terms(question) == terms


def test_own_words_that_hold_what_connects_are_terms() -> None:
    index = LexicalIndex.build(["绿源环保有限公司"], ["绿源环保有限公司"])
    assert question_terms("绿源环保有限公司在哪里？", index.cut) == ("绿源环保有限公司",)


def test_the_particle_at_the_end_of_a_question_is_part_of_no_word() -> None:
    # jieba makes 线呢, a cloth, of the two.
    assert question_terms("那3号线呢？") == ("号线",)

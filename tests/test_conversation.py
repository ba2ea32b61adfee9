from __future__ import annotations

import pytest

from qa.conversation import standalone_question
from qa.datatypes import Turn

ANNUAL = [Turn("user", "上海员工的探亲假有多少天？"), Turn("assistant", "每年二十天。")]


def test_a_first_question_stays_as_it_is() -> None:
    assert standalone_question("那病假呢？", []) == "那病假呢？"


def test_turns_of_the_assistant_alone_change_nothing() -> None:
    assert standalone_question("那病假呢？", [Turn("assistant", "您好，请提问。")]) == "那病假呢？"


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("那病假呢？", "上海 员工 那病假呢？"),
        ("病假呢", "上海 员工 病假呢"),
        ("它可以结转到明年吗？", "上海 员工 探亲假 它可以结转到明年吗？"),
        ("其中路费由谁承担？", "上海 员工 探亲假 其中路费由谁承担？"),
        ("上述规定从何时开始执行？", "上海 员工 探亲假 上述规定从何时开始执行？"),
        ("What about it?", "上海 员工 探亲假 What about it?"),
    ],
)
def test_a_question_that_points_back_gets_the_subject_in_front(question: str, whole: str) -> None:
    assert standalone_question(question, ANNUAL) == whole


def test_a_question_that_says_too_little_gets_the_subject_in_front() -> None:
    assert standalone_question("路费多少？", ANNUAL) == "上海 员工 探亲假 路费多少？"


def test_a_whole_question_stays_as_it_is() -> None:
    assert standalone_question("加班工资怎么计算？", ANNUAL) == "加班工资怎么计算？"


def test_a_term_that_the_question_repeats_is_not_put_in_front_again() -> None:
    assert standalone_question("那员工的病假呢？", ANNUAL) == "上海 那员工的病假呢？"


def test_the_subject_is_looked_for_through_several_follow_ups() -> None:
    turns = [*ANNUAL, Turn("user", "那病假呢？"), Turn("assistant", "按病历。")]
    assert standalone_question("那婚假呢？", turns) == "上海 员工 那婚假呢？"


def test_the_last_whole_question_is_the_subject() -> None:
    turns = [*ANNUAL, Turn("user", "加班工资怎么计算？"), Turn("assistant", "一点五倍。")]
    assert standalone_question("那奖金呢？", turns) == "加班 工资 计算 那奖金呢？"


def test_an_english_follow_up_gets_the_english_subject() -> None:
    turns = [Turn("user", "How many villages does Jinshan have?"), Turn("assistant", "124.")]
    assert standalone_question("How large are they?", turns) == "villages jinshan How large are they?"


def test_a_conversation_of_thousands_of_follow_ups_is_bounded() -> None:
    turns = [*ANNUAL, *[Turn("user", f"那第{number}条规定呢？") for number in range(5_000)]]
    whole = standalone_question("那病假呢？", turns)
    assert whole.endswith("那病假呢？")
    assert len(whole) < 500


def test_a_turn_of_a_hundred_thousand_characters_is_bounded() -> None:
    terms = "".join(chr(0x4E00 + number) + chr(0x5E00 + number) + "公司，" for number in range(2_000)) * 10
    whole = standalone_question("那病假呢？", [Turn("user", terms)])
    assert whole.endswith("那病假呢？")
    assert len(whole) < 500


def test_half_a_character_in_a_turn_is_left_out() -> None:
    assert standalone_question("那病假呢？", [Turn("user", "员工的\ud800探亲假有多少天？")]) == "员工 那病假呢？"


TOWN = [Turn("user", "2015年张堰镇的PM2.5浓度是多少？"), Turn("assistant", "每立方米59微克。")]


@pytest.mark.parametrize(
    ("history", "question", "whole"),
    [
        # Another time takes the place of the one before, another place that of the place.
        (TOWN, "2022年的时候呢？", "张堰镇 pm2.5 浓度 2022年的时候呢？"),
        (TOWN, "那奉贤区呢？", "2015年 pm2.5 浓度 那奉贤区呢？"),
        # What is asked for by itself needs nothing, whatever it begins with.
        (TOWN, "那金山的旅游牌子叫什么呢？", "那金山的旅游牌子叫什么呢？"),
        (TOWN, "那“企业码”是跟哪里学的呢？", "那“企业码”是跟哪里学的呢？"),
        (TOWN, "换个话题，华东智能算力中心是谁家建的？", "华东智能算力中心是谁家建的？"),
        (TOWN, "By the way, how long is the coastline?", "how long is the coastline?"),
        (TOWN, "地下车库打不通手机信号，这种小事居委会管吗？", "地下车库打不通手机信号，这种小事居委会管吗？"),
        # Unless what follows stands for what was said before.
        (TOWN, "对了，它在哪个区？", "2015年 张堰镇 pm2.5 浓度 对了，它在哪个区？"),
        (TOWN, "那里有几所学校？", "2015年 张堰镇 pm2.5 浓度 那里有几所学校？"),
        # What a question that only asks says, and everyday words, are not carried.
        ([Turn("user", "张堰镇现在是个什么样的地方？")], "以后呢？", "张堰镇 以后呢？"),
    ],
)
def test_time_place_and_measure_are_carried_where_the_question_lacks_them(
    history: list[Turn], question: str, whole: str
) -> None:
    assert standalone_question(question, history) == whole


def test_what_a_pronoun_means_may_stand_in_the_answer() -> None:
    turns = [Turn("user", "无人机的那个基地叫什么？"), Turn("assistant", "**华东**无人机基地[1]。")]
    assert "华东" in standalone_question("以它为重点的是哪个产业园？", turns).split()
    # A figure is no answer that a pronoun means, and a long text names too much.
    counted = [Turn("user", "金山有多少耕地？"), Turn("assistant", "浙江的三倍。")]
    assert "浙江" not in standalone_question("它占全市多少？", counted).split()
    told = [Turn("user", "金山有哪些企业？"), Turn("assistant", "京东方、阿里云。" + "它们分布在各个镇上。" * 20)]
    assert "京东方" not in standalone_question("它占全市多少？", told).split()


def test_the_former_and_the_latter() -> None:
    turns = [Turn("user", "有哪些非遗美食？"), Turn("assistant", "枫泾丁蹄和亭林月饼。")]
    former, latter = (standalone_question(f"{which}是什么样的吃食？", turns).split() for which in ("前者", "后者"))
    assert ("丁蹄" in "".join(former[:-1]), "月饼" in "".join(former[:-1])) == (True, False)
    assert ("丁蹄" in "".join(latter[:-1]), "月饼" in "".join(latter[:-1])) == (False, True)


def test_words_that_no_document_holds_are_not_carried() -> None:
    turns = [Turn("user", "张堰镇哪一年起头搞整治？")]
    known = {"张堰镇", "整治"}
    assert standalone_question("花了多少钱？", turns, known.__contains__) == "张堰镇 整治 花了多少钱？"
    english = [Turn("user", "Has any famous school opened here?")]
    # English words are translated later; whether a document holds them tells nothing.
    assert "school" in standalone_question("What is it called?", english, known.__contains__).split()

"""The citation gate: what a passage says passes, what it does not is flagged, and citations point where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from benchmarks.gate import measure
from benchmarks.library import PROJECT
from index.chunking import split_sentences
from index.datatypes import Passage, Sentence
from index.embedding import Encoder
from qa.gate.check import UNSUPPORTED, check_answer
from qa.gate.figures import find_wrong_figure
from qa.gate.shelf import Shelf
from qa.gate.traits import traits_of
from qa.gate.verdicts import judge
from tests.fakes import FakeEncoder

LEAVE = (
    "员工每年享有十天带薪年假，工龄满十年的员工享有15天。未休完的年假可以结转到次年3月底，逾期作废。"
    "试用期员工不享有年假。2023年公司年假使用率为85%，比上年增长3.5个百分点。"
)
MEALS = "食堂早上七点开门，周日不开放。2022年食堂共接待12,000人次，支出1.2亿元，由后勤部张伟负责，宏达公司供餐。"
TRAVEL = "上海市和苏州市的住宿费标准分别为500元和380元。第十二条规定，乘坐高铁不得购买商务座。"
encode = FakeEncoder().encode_passages


def passages(*texts: str, title: str = "员工手册", headings: Sequence[str] = ()) -> list[Passage]:
    made = []
    for number, text in enumerate(texts):
        sentences = tuple(Sentence(number, start, end) for start, end in split_sentences(text))
        made.append(Passage(number, f"手册{number}.txt", title, 0, len(text), text, tuple(headings), None, sentences))
    return made


def says(source: str, statement: str, title: str = "员工手册") -> bool:
    return judge(statement, Shelf(passages(source, title=title), encode), [1]).supported


TRUE = [
    (LEAVE, "员工每年享有十天带薪年假，工龄满十年的员工享有15天。"),
    (LEAVE, "根据文档，未休完的年假可以结转到次年3月底。"),
    (LEAVE, "员工每年享有10天带薪年假。"),
    (LEAVE, "工龄满10年的员工享有十五天年假。"),
    (LEAVE, "未休完的年假能结转到次年三月底，逾期作废。"),
    (LEAVE, "试用期员工不享有年假。"),
    (LEAVE, "2023年公司年假使用率为百分之八十五，比上年增长3.5个百分点。"),
    (LEAVE, "员工每年享有十天带薪年假，试用期员工不享有年假。"),
    (MEALS, "2022年食堂共接待1.2万人次。"),
    (MEALS, "2022年食堂支出12000万元。"),
    (MEALS, "食堂由后勤部张伟负责。"),
    (MEALS, "食堂周日不开放，早上7点开门。"),
    (TRAVEL, "上海市的住宿费标准为500元，苏州市为380元。"),
    (TRAVEL, "根据第十二条，乘坐高铁不得购买商务座。"),
    (TRAVEL, "乘坐高铁不得购买“商务座”。"),
]
PLANS = (
    "金平线即将动工，计划2026年建成，将成为西南门户的第二条轨道交通。疾控中心迁建工程已经竣工。"
    "产业园是全市首批特色园区之一，占全区面积的1/3。"
)
TRUE += [
    (PLANS, "金平线计划2026年建成。"),
    (PLANS, "疾控中心迁建工程已竣工。"),
    (PLANS, "产业园占全区面积的三分之一。"),
    ("这条线路还没有开工，处于准备阶段。", "这条线路尚未开工，处于准备阶段。"),
    ("Contracts worth 44.6 billion yuan were signed in 2022.", "Contracts worth 44.6 billion yuan were signed."),
]
FALSE = [
    (PLANS, "金平线已经动工。"),
    (PLANS, "金平线已成为西南门户的第二条轨道交通。"),
    (PLANS, "疾控中心迁建工程即将竣工。"),
    (PLANS, "产业园是全国首批特色园区之一。"),
    (PLANS, "产业园是全市唯一的特色园区。"),
    (PLANS, "产业园占全区面积的1/4。"),
    ("公司修订了治理政策，增强了透明度和问责制，方便员工监督。", "治理政策修订以后，公司的透明度和问责制都被削弱了。"),
    ("有了土地并不等于农民就富裕。", "有了土地等于农民就富裕。"),
    (
        "Contracts worth 44.6 billion yuan were signed in 2022.",
        "Contracts worth 44.6 million yuan were signed in 2022.",
    ),
    (LEAVE, "员工每年享有十二天带薪年假，工龄满十年的员工享有15天。"),
    (LEAVE, "员工每年享有15天带薪年假。"),  # the other figure of the sentence
    (LEAVE, "未休完的年假可以结转到次年5月底，逾期作废。"),
    (LEAVE, "未休完的年假不可以结转到次年3月底，逾期作废。"),
    (LEAVE, "试用期员工享有年假。"),
    (LEAVE, "2022年公司年假使用率为85%，比上年增长3.5个百分点。"),
    (LEAVE, "2023年公司年假使用率为85%，比上年下降3.5个百分点。"),
    (LEAVE, "2023年公司年假使用率为58%。"),
    (LEAVE, "员工每年享有五天探亲假。"),
    (LEAVE, "公司为员工购买补充医疗保险。"),
    (MEALS, "2022年食堂共接待12人次。"),
    (MEALS, "2022年食堂支出1.2亿美元。"),
    (MEALS, "食堂由后勤部李娜负责。"),
    (MEALS, "食堂由宏达公司供餐，由人事部张伟负责。"),
    (MEALS, "食堂早上七点开门，周日开放。"),
    (TRAVEL, "上海市的住宿费标准为380元，苏州市为500元。"),
    (TRAVEL, "杭州市和苏州市的住宿费标准分别为500元和380元。"),
    (TRAVEL, "根据第十三条，乘坐高铁不得购买商务座。"),
    (TRAVEL, "乘坐高铁可以购买商务座。"),
    (TRAVEL, "乘坐高铁不得购买“一等座”。"),
]


@pytest.mark.parametrize(("source", "statement"), TRUE)
def test_what_a_passage_says_passes(source: str, statement: str) -> None:
    assert says(source, statement)


@pytest.mark.parametrize(("source", "statement"), FALSE)
def test_what_a_passage_does_not_say_is_flagged(source: str, statement: str) -> None:
    assert not says(source, statement)


def test_a_figure_that_is_said_of_something_else_is_found() -> None:
    shelf = Shelf(passages("图书馆藏书80万册，年接待读者30万人次。体育馆有座位5000个。"), encode)
    found = [
        find_wrong_figure(traits_of(f"一年里图书馆接待的读者达到{of}万人次。"), shelf.of([1]), "")[0] for of in (80, 30)
    ]
    assert found == ["80万", None]


def test_titles_and_headings_are_part_of_what_a_passage_says() -> None:
    assert says("年营业收入为3.2亿元，同比增长8%。", "宏达公司的年营业收入为3.2亿元。", title="宏达公司年报")
    assert not says("年营业收入为3.2亿元，同比增长8%。", "远洋公司的年营业收入为3.2亿元。", title="宏达公司年报")
    assert says("10月17日召开全体会议，会期两天。", "2023年10月17日召开全体会议。", title="2023年工作安排")
    assert not says("10月17日召开全体会议，会期两天。", "2024年10月17日召开全体会议。", title="2023年工作安排")


def test_a_part_of_a_sentence_that_turns_it_round_is_no_quotation_of_it() -> None:
    assert not says("员工不得在园区内吸烟，违者罚款。", "员工在园区内吸烟。")
    assert not says("年均增长5%的目标没有实现。", "年均增长5%的目标实现。")


def test_notation_is_folded_before_it_is_compared() -> None:
    assert says("上海市金山區擁有耕地３９．８５萬畝。", "上海市金山区拥有耕地39.85万亩。")
    assert says("The canteen opens at 7:00 and is closed on Sundays.", "The canteen is closed on Sundays.")


@pytest.mark.parametrize("statement", ["，。！", "的", "", "……"])
def test_a_statement_that_says_nothing_has_no_support(statement: str) -> None:
    assert not says(LEAVE, statement)


def test_traits_tell_negations_from_words_that_look_like_one() -> None:
    assert [
        one.key for one in traits_of("公司未提供无线网络，未来将不断改进，非常重视。").tokens if one.kind == "negation"
    ] == ["未"]


# The whole answer


def test_a_supported_sentence_cites_the_very_sentence_that_says_it() -> None:
    shown = passages(LEAVE, MEALS)
    checked = check_answer("食堂周日不开放[2]。试用期员工不享有年假[1]。", shown, encode, "食堂周日开放吗？")
    assert checked.text == "食堂周日不开放。[1]试用期员工不享有年假。[2]"
    assert [(one.number, one.document, one.quote) for one in checked.citations] == [
        (1, "手册1.txt", "食堂早上七点开门，周日不开放。"),
        (2, "手册0.txt", "试用期员工不享有年假。"),
    ]
    for citation in checked.citations:
        text = shown[int(citation.document[2])].text
        assert text[citation.start : citation.end] == citation.quote and citation.verified
    assert (checked.supported, checked.moved, checked.dropped, checked.unsupported) == (2, 0, 0, ())


def test_a_citation_of_the_wrong_passage_is_moved_to_the_one_that_says_it() -> None:
    checked = check_answer("试用期员工不享有年假[2]。", passages(LEAVE, MEALS), encode, "年假？")
    assert ([one.document for one in checked.citations], checked.moved) == (["手册0.txt"], 1)
    assert checked.text == "试用期员工不享有年假。[1]"


def test_a_sentence_without_a_mark_gets_the_one_that_it_earned() -> None:
    checked = check_answer("试用期员工不享有年假。", passages(MEALS, LEAVE), encode, "年假？")
    assert (checked.text, checked.moved) == ("试用期员工不享有年假。[1]", 0)
    assert checked.citations[0].document == "手册1.txt"


def test_what_nothing_supports_is_marked_and_loses_its_citation() -> None:
    answer = "试用期员工不享有年假[1]。公司每年组织两次体检[1][2]。"
    checked = check_answer(answer, passages(LEAVE, MEALS), encode, "年假？")
    assert checked.text == f"试用期员工不享有年假。[1]公司每年组织两次体检。{UNSUPPORTED[True]}"
    assert checked.unsupported == ("公司每年组织两次体检。",)
    assert (checked.supported, checked.dropped, len(checked.citations)) == (1, 2, 1)


def test_an_invented_citation_is_dropped() -> None:
    checked = check_answer("试用期员工不享有年假[9]。", passages(LEAVE), encode, "年假？")
    assert (checked.text, checked.dropped) == ("试用期员工不享有年假。[1]", 1)
    checked = check_answer("公司有游泳池[9]。", passages(LEAVE), encode, "游泳池？")
    assert (checked.citations, checked.unsupported) == ((), ("公司有游泳池。",))


def test_one_sentence_cited_twice_has_one_number() -> None:
    answer = "员工每年享有十天带薪年假[1]。工龄满十年的员工享有15天[1]。"
    checked = check_answer(answer, passages(LEAVE), encode, "年假？")
    assert checked.text == "员工每年享有十天带薪年假。[1]工龄满十年的员工享有15天。[1]"


def test_a_sentence_of_two_passages_cites_both() -> None:
    checked = check_answer("试用期员工不享有年假，食堂周日不开放[1][2]。", passages(LEAVE, MEALS), encode, "规定？")
    assert checked.text == "试用期员工不享有年假，食堂周日不开放。[1][2]"
    assert {one.document for one in checked.citations} == {"手册0.txt", "手册1.txt"}


def test_headings_and_lines_that_announce_are_neither_cited_nor_flagged() -> None:
    answer = "## 休假\n\n主要规定如下：\n\n- 试用期员工不享有年假[1]\n- 未休完的年假可以结转到次年3月底[1]"
    checked = check_answer(answer, passages(LEAVE), encode, "年假？")
    assert checked.text == (
        "## 休假\n\n主要规定如下：\n\n- 试用期员工不享有年假[1]\n- 未休完的年假可以结转到次年3月底[2]"
    )
    assert checked.unsupported == ()
    # One that claims a figure is checked like any other.
    assert check_answer("共有七类假期：", passages(LEAVE), encode, "假期？").unsupported == ("共有七类假期：",)


def test_an_english_sentence_is_flagged_in_english() -> None:
    checked = check_answer("There is a swimming pool on the roof [1].", passages(LEAVE), encode, "pool?")
    assert checked.text.endswith(UNSUPPORTED[False])


def test_every_statement_tells_what_became_of_it() -> None:
    answer = (
        "## 休假\n试用期员工不享有年假[1]。食堂周日不开放[1]。公司有游泳池[1][7]。"
        "文档中没有提到食堂的菜价[2]。食堂早上七点开门。"
    )
    checked = check_answer(answer, passages(LEAVE, MEALS), encode, "规定？")
    assert [(one.text, one.kind, one.numbers) for one in checked.statements] == [
        ("休假", "announces", ()),
        ("试用期员工不享有年假。", "supported", (1,)),
        ("食堂周日不开放。", "moved", (2,)),
        ("公司有游泳池。", "unsupported", ()),
        ("文档中没有提到食堂的菜价。", "refusal", ()),
        ("食堂早上七点开门。", "supported", (2,)),
    ]
    assert [bool(one.reason) for one in checked.statements] == [False, False, False, True, False, False]
    assert (checked.supported, checked.moved, checked.dropped) == (3, 1, 3)
    assert checked.unsupported == ("公司有游泳池。",)
    assert checked.text == (
        f"## 休假\n试用期员工不享有年假。[1]食堂周日不开放。[2]公司有游泳池。{UNSUPPORTED[True]}"
        "文档中没有提到食堂的菜价。食堂早上七点开门。[2]"
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "文档中没有提到食堂的菜价。",
        "所给资料未说明年假的申请流程。",
        "很抱歉，未找到与游泳池相关的信息。",
        "根据现有资料，无法回答这个问题。",
        "資料中沒有提到游泳池。",
        "文档中没有关于游泳池的信息。",
        "The passages do not say when the pool opens.",
        "There is no information about a pool in the documents.",
        "This is not mentioned in the provided passages.",
        "I cannot answer this question.",
    ],
)
def test_a_sentence_that_says_that_there_is_no_answer_claims_nothing(sentence: str) -> None:
    checked = check_answer(f"{sentence}[1]", passages(LEAVE), encode, "？")
    assert [one.kind for one in checked.statements] == ["refusal"]
    assert (checked.text, checked.citations, checked.unsupported) == (sentence, (), ())


@pytest.mark.parametrize(
    "sentence",
    [
        "试用期员工没有年假。",
        "文档中没有提到食堂，但公司有游泳池。",
        "The pool is not open on Sundays.",
        "公司没有提供游泳池。",
    ],
)
def test_a_sentence_that_denies_something_is_no_refusal(sentence: str) -> None:
    (statement,) = check_answer(sentence, passages(LEAVE), encode, "？").statements
    assert statement.kind != "refusal"


def test_the_mark_of_a_row_stands_inside_of_it() -> None:
    answer = "| 员工 | 年假 |\n|---|---|\n| 试用期员工 | 不享有年假[1] |"
    checked = check_answer(answer, passages(LEAVE), encode, "年假？")
    assert checked.text == "| 员工 | 年假 |\n|---|---|\n| 试用期员工 | 不享有年假[1] |"


def test_a_statement_that_is_too_long_to_be_one_is_not_compared() -> None:
    (statement,) = check_answer("| " + "年假" * 2_000, passages(LEAVE), encode, "年假？").statements
    assert (statement.kind, statement.reason) == ("unsupported", "too long to be one statement")


@pytest.mark.parametrize("answer", ["", "[1]", "\n\n", "。。。"])
def test_an_empty_answer_has_nothing_in_it(answer: str) -> None:
    checked = check_answer(answer, passages(LEAVE), encode, "年假？")
    assert (checked.text, checked.citations, checked.unsupported, checked.supported) == ("", (), (), 0)


def test_without_passages_nothing_is_supported() -> None:
    checked = check_answer("试用期员工不享有年假[1]。", [], encode, "年假？")
    assert (checked.citations, len(checked.unsupported)) == ((), 1)


@pytest.mark.parametrize(
    "answer",
    [
        "来源" + " " * 5_000 + "甲",
        " " * 100_000 + "年假",
        "年假十天[1]。" * 3_000,
        "年假\n" * 60_000,
        "（来源 " * 20_000,
        "试用期员工不享有年假\ud800[1]。\udfff",
        "\x00\u200b[1]\u202e年假\x1b[31m十天",
        "四" * 50_000,
    ],
)
def test_hostile_answers_are_read_to_a_bound(answer: str) -> None:
    checked = check_answer(answer, passages(LEAVE), encode, "年假？")
    assert len(checked.text) < 150_000


def test_braces_and_markup_of_documents_are_text() -> None:
    source = "模板写作{{7*7}}，占位符为{chunk}，<b>不要</b>改动。"
    assert check_answer("模板写作{{7*7}}，占位符为{chunk}[1]。", passages(source), encode, "模板？").supported == 1
    assert check_answer("模板写作49，占位符为{chunk}[1]。", passages(source), encode, "模板？").supported == 0


# Statements made by script


def test_made_statements_are_what_they_are_said_to_be(default_encoder: Encoder) -> None:
    found = measure(PROJECT / "documents", default_encoder, 500, [11])
    assert (found["true statements"], found["false statements"]) == (500, 500)
    assert isinstance(found["flagged"], float) and found["flagged"] >= 0.98
    assert isinstance(found["flagged though true"], float) and found["flagged though true"] <= 0.03


@pytest.mark.parametrize("answer", ["PM2.5: 26.", "ISO 9001.", "The canteen has a pool."])
def test_in_the_answer_to_a_chinese_question_the_mark_is_chinese(answer: str) -> None:
    checked = check_answer(answer, passages("食堂周日不开放。"), encode, "食堂什么时候开放？")
    assert checked.text == f"{answer}{UNSUPPORTED[True]}"
    assert check_answer(answer, passages("食堂周日不开放。"), encode, "When is it open?").text.endswith(
        UNSUPPORTED[False]
    )

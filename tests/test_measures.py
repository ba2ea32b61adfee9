from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.datatypes import Hit, Passage, Ranks
from qa.datatypes import Answer, Citation
from qa.measures import (
    Evidence,
    Question,
    citation_recall,
    evidence_recall,
    holds_answer,
    holds_answer_early,
    is_document_first,
    is_precise,
    is_rejected,
    measure,
    normalise,
    recall_curve,
)
from qa.model_measures import MODEL_MEASURES

FARMING, INDUSTRY = "农业.md", "产业.md"


def hit(text: str, document: str = FARMING) -> Hit:
    passage = Passage(0, document, "题", 0, len(text), text)
    return Hit(passage, 1.0, Ranks(), 0.9, 0.9, 1.0)


def citation(quote: str, number: int = 1) -> Citation:
    return Citation(number, FARMING, "题", (), None, 0, len(quote), quote, True)


def answer(text: str, quotes: tuple[str, ...] = (), hits: tuple[Hit, ...] = (), confidence: float = 0.5) -> Answer:
    cited = tuple(citation(quote, number) for number, quote in enumerate(quotes, start=1))
    return Answer("问", text, bool(cited), "extractive", cited, hits, (), "问", confidence)


def question(*quotes: str, answers: tuple[str, ...] = (), answerable: bool = True, kind: str = "") -> Question:
    evidence = tuple(Evidence(FARMING, quote) for quote in quotes)
    return Question("q", "问", answerable, answers, evidence, (), kind)


# How texts are compared


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("**225家** 企业", "225家企业"),
        ("２２５家\u3000企业\n", "225家企业"),
        ("ＰＭ２．５\t１／３", "PM2.51/3"),
        ("① ㎡", "1m2"),
        ("* *\u00a0", ""),
        ("A a", "Aa"),
    ],
)
def test_texts_are_compared_after_nfkc_without_white_space_and_stars(text: str, normal: str) -> None:
    assert normalise(text) == normal


# Evidence recall


def test_evidence_recall_is_the_share_of_quotes_found() -> None:
    asked = question("耕地三十四万亩", "淘汰企业225家", "年均增长11%")
    hits = [hit("金山有耕地三十四万亩。"), hit("年均增长11％。"), hit("其他。")]
    assert evidence_recall(asked, hits, 1500) == pytest.approx(2 / 3)


def test_evidence_recall_joins_passages_in_order() -> None:
    assert evidence_recall(question("甲乙丙丁"), [hit("甲乙"), hit("丙丁")], 1500) == 1.0
    assert evidence_recall(question("甲乙丙丁"), [hit("丙丁"), hit("甲乙")], 1500) == 0.0


def test_evidence_recall_cuts_at_the_budget() -> None:
    hits = [hit("一二三四五"), hit("六七八九十")]
    assert evidence_recall(question("五六七"), hits, 7) == 1.0
    assert evidence_recall(question("五六七"), hits, 6) == 0.0


def test_evidence_recall_compares_normal_forms() -> None:
    hits = [hit("累计淘汰\n落后化工企业225家")]
    assert evidence_recall(question("淘汰 落后化工企业**２２５家**"), hits, 1500) == 1.0


def test_evidence_recall_without_hits_is_zero() -> None:
    assert evidence_recall(question("甲"), [], 1500) == 0.0


BUDGETS = (3, 7, 10, 12, 20)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(
    st.lists(st.text("甲乙 *Ａ", max_size=8), max_size=4),
    st.lists(st.text("甲乙A", max_size=4), min_size=1, max_size=3),
)
def test_the_curve_is_the_recall_at_each_budget(texts: list[str], quotes: list[str]) -> None:
    asked, hits = question(*quotes), [hit(text) for text in texts]
    assert recall_curve(asked, hits, BUDGETS) == [evidence_recall(asked, hits, budget) for budget in BUDGETS]


# Document @ 1


def test_the_first_passages_document_counts_alone() -> None:
    asked = question("甲")
    assert is_document_first(asked, [hit("无关", FARMING), hit("甲", INDUSTRY)])
    assert not is_document_first(asked, [hit("甲", INDUSTRY), hit("甲", FARMING)])
    assert not is_document_first(asked, [])


# Answer hit


def test_one_right_answer_is_enough() -> None:
    asked = question(answers=("225家", "二百二十五家"))
    assert holds_answer(asked, "共**２２５ 家**[1]")
    assert holds_answer(asked, "共二百二十五家")
    assert not holds_answer(asked, "共22家，5个镇")
    assert not holds_answer(question(), "共225家")


def test_an_answer_in_the_first_five_passages_counts_also_across_two_of_them() -> None:
    asked = question(answers=("八个", "225家"))
    four = [hit("无关")] * 4
    assert holds_answer_early(asked, [*four, hit("有22 5家")])
    assert not holds_answer_early(asked, [*four, hit("无关"), hit("有225家")])
    assert holds_answer_early(asked, [hit("有八"), hit("个")])
    assert not holds_answer_early(asked, [])


# Citation precision


@pytest.mark.parametrize(
    ("quote", "evidence", "precise"),
    [
        ("金山淘汰企业225家，腾出土地。", "淘汰企业225家", True),  # contains it
        ("225家", "淘汰企业225家", True),  # contained in it
        ("一二三四甲乙", "一二三四丙丁", True),  # four of six
        ("一二三甲乙丙", "一二三丁戊己", True),  # exactly half of six
        ("一二三甲乙丙丁", "一二三戊己庚辛", False),  # three of seven
        ("一二三四甲乙丙", "一二三四戊己庚", True),  # four of seven
        ("一二甲三四", "一二乙三四", False),  # two runs of two, not one of three
        ("一二三四五六七八", "九一二十", True),  # half of the shorter one
        ("一二　**三**甲乙丙", "一二三丁戊己", True),
        ("耕地面积", "淘汰企业225家", False),
    ],
)
def test_a_citation_is_precise_with_half_of_the_shorter_one_in_one_run(
    quote: str, evidence: str, precise: bool
) -> None:
    assert is_precise(quote, question(evidence)) is precise


def test_any_evidence_makes_a_citation_precise() -> None:
    assert is_precise("耕地三十四万亩", question("淘汰企业225家", "耕地三十四万亩"))
    assert not is_precise("耕地三十四万亩", question())


def longest_common_run(one: str, other: str) -> int:
    return max(
        (end - start for start in range(len(one)) for end in range(start, len(one) + 1) if one[start:end] in other),
        default=0,
    )


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.text("甲乙丙", min_size=1, max_size=12), st.text("甲乙丙丁", min_size=1, max_size=12))
def test_precision_agrees_with_the_longest_common_run(quote: str, evidence: str) -> None:
    half_in_one_run = 2 * longest_common_run(quote, evidence) >= min(len(quote), len(evidence))
    assert is_precise(quote, question(evidence)) is half_in_one_run


# What was rejected


@pytest.mark.parametrize(
    ("quotes", "texts", "reply", "again"),
    [
        (("耕地三十四万亩",), (), answer("耕地三十四万亩[1]", ("耕地三十四万亩",)), True),
        (("全区耕地三十四万亩。",), (), answer("耕地三十四万亩[1]", ("耕地三十四万亩",)), True),
        (("淘汰企业225家",), (), answer("耕地三十四万亩[1]", ("耕地三十四万亩",)), False),
        ((), ("耕地**三十四**万亩。[1]完。",), answer("耕地三十四万亩。[2]完。", ("甲",)), True),
        ((), ("耕地三十五万亩。[1]",), answer("耕地三十四万亩。[1]", ("甲",)), False),
        # What is refused says nothing again, whatever its words are.
        ((), ("没有",), answer("没有找到答案。"), False),
        ((), (), answer("甲[1]", ("甲",)), False),
    ],
)
def test_what_was_rejected_is_cited_or_said_again(
    quotes: tuple[str, ...], texts: tuple[str, ...], reply: Answer, again: bool
) -> None:
    rejected = tuple(Evidence(FARMING, quote) for quote in quotes)
    asked = replace(question(), rejected=rejected, rejected_answers=texts)
    assert is_rejected(asked, reply) is again
    share = measure([(asked, reply), (question(), reply)])["rejected_again"]
    assert share == (float(again) if quotes or texts else None)


# All together


def test_all_measures_of_a_small_set_by_hand() -> None:
    pairs = [
        (
            question("耕地三十四万亩", answers=("三十四万亩",)),
            answer("耕地**三十四万亩**[1]", ("耕地三十四万亩",), (hit("耕地三十四万亩"),), 0.9),
        ),
        (
            question("淘汰企业225家", "腾出土地", answers=("225家",)),
            answer("甲乙丙[1]225家[2]", ("甲乙丙", "225家"), (hit("丙", INDUSTRY), hit("腾出土地")), 0.6),
        ),
        (
            question("年均增长11%", answers=("11%",)),
            answer("没有找到答案：11%。", (), (hit("字" * 1000), hit("年均增长11%")), 0.2),
        ),
        (question(answers=("八个",)), answer("八[1]", ("八",), (), 0.6)),
        (question(answerable=False), answer("没有找到答案。", (), (hit("无关"),), 0.2)),
        (question(answerable=False), answer("有[1]", ("有",), (), 0.6)),
    ]
    assert measure(pairs) == {
        "questions": 6,
        "evidence_recall_1500": 0.8333,  # (1 + 1/2 + 1) / 3
        "evidence_recall_600": 0.5,  # (1 + 1/2 + 0) / 3
        "document_at_1": 0.6667,  # the second question's first passage is from elsewhere
        "answer_hit": 0.5,  # a refusal hits nothing, whatever it says
        "lead_hit": 0.25,  # 225家 stands in the second citation only
        "answer_length": 8.75,  # (14 + 13 + 4 + 4) / 4
        "citation_precision": 0.6667,  # of three citations of questions with evidence
        "citation_recall": 0.5,  # (1 + 1/2 + 0) / 3; what is refused cites nothing
        "citations_per_answer": 1.25,  # (1 + 2 + 1 + 1) / 4
        "answered": 0.75,
        "refused": 0.5,
        "answerability_auroc": 0.6875,  # (2 + 1.5 + 0.5 + 1.5) of 8 pairs
        "answer_in_5": 0.5,  # the first and the third; what was refused counts too
        "rejected_again": None,
        **dict.fromkeys(MODEL_MEASURES),
    }


@pytest.mark.parametrize(
    ("quotes", "share"),
    [
        (("耕地三十四万亩。",), 0.5),
        (("耕地三十四万亩，共淘汰企业225家。",), 1.0),
        (("共淘汰企业225家。", "园区有五个。"), 0.5),
        (("园区有五个。",), 0.0),
        ((), 0.0),
    ],
)
def test_citation_recall_is_the_share_of_the_evidence_that_is_cited(quotes: tuple[str, ...], share: float) -> None:
    assert citation_recall(quotes, question("耕地三十四万亩", "淘汰企业225家")) == share


def test_what_a_set_has_nothing_of_is_not_measured() -> None:
    empty = measure([])
    assert empty.pop("questions") == 0
    assert set(empty.values()) == {None}
    refusals = measure([(question(answerable=False), answer("没有找到答案。"))])
    assert {key for key, value in refusals.items() if value is not None} == {"questions", "refused"}
    assert refusals["refused"] == 1.0


def test_unanswerable_questions_stay_out_of_the_measures_of_answers() -> None:
    asked = Question("q", "问", False, ("225家",), (Evidence(FARMING, "225家"),))
    measures = measure([(asked, answer("225家[1]", ("225家",), (hit("225家"),)))])
    assert measures["evidence_recall_1500"] is None
    assert measures["answer_hit"] is measures["answer_in_5"] is None
    assert measures["citation_precision"] is None
    assert measures["answered"] is None
    assert measures["refused"] == 0.0


def test_answerability_agrees_with_every_pair_compared() -> None:
    chance = random.Random(7)
    for _ in range(50):
        pairs = [
            (question(answerable=chance.random() < 0.6), answer("答", confidence=chance.randrange(5) / 4))
            for _ in range(12)
        ]
        right = [one.confidence for asked, one in pairs if asked.answerable]
        wrong = [one.confidence for asked, one in pairs if not asked.answerable]
        # The rank-sum form, with ties at their mean rank.
        everything = sorted(right + wrong)
        rank = {
            value: sum(at + 1 for at, one in enumerate(everything) if one == value) / everything.count(value)
            for value in everything
        }
        expected = None
        if right and wrong:
            above = sum(rank[value] for value in right) - len(right) * (len(right) + 1) / 2
            expected = round(above / (len(right) * len(wrong)), 4)
        assert measure(pairs)["answerability_auroc"] == expected

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexical import fold, search_tokens, words
from index.lexical_index import AVERAGE_STEP, LexicalIndex, LexicalPart, find_own_words
from index.new_words import WordFinder
from index.numerals import find_numbers
from index.postings import Postings

TEXTS = [
    "员工年假规定：入职满一年的员工每年享有十天带薪年假。",
    "加班工资按照一点五倍发放，节假日按照三倍发放。",
    "PPR-9087型设备的额定功率为1.5千瓦，见2023-10-17的说明。",
    "Annual leave is ten days a year; see rule G60.",
    "",
    "——。！",
    "年假年假年假，病假，事假。",
]
# Each of the documents' own words with the tokens that texts have which hold it.
OWN_WORDS = {
    "绿源环保": ("~绿源", "~源环", "~环保"),
    "绿源": ("~绿源",),
    "matebook x": ("matebook", "x"),
    "5g基站": ("~基站", "~5g基"),
    "一带一路": ("~一带", "~带一", "~一路"),
    "十月号": ("~十月", "~月号"),
    "卡尔·马克思": ("~卡尔", "~马克", "~克思", "~尔·马"),
    "ppr 9087阀": ("ppr9087",),
    "v2.3.1版本": ("~版本", "~v2.3.1版"),
}
OWN_TEXTS = [
    "綠源環保在城东，绿源绿源环保在城西，绿源。",
    "环保的绿源，绿源的环保",
    "ＭａｔｅＢｏｏｋ Ｘ和MateBook X Pro，X光",
    "5G基站和4G基站，5G手机",
    "一带一路和一路一带，十月号十月",
    "卡尔·马克思、卡尔·荣格，马克思，马克思",
    "PPR-9087阀，V2.3.1版本",
    "年假",
    "",
]


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex.build(TEXTS)


@pytest.fixture(scope="module")
def taught() -> LexicalIndex:
    return LexicalIndex.build(OWN_TEXTS, OWN_WORDS)


def part_of(texts: Sequence[str], *rows: int) -> LexicalPart:
    return LexicalPart(Postings.build(texts), np.array(rows, dtype=np.int64))


# BM25


def rounded(average: float) -> float:
    """The nearest power of 1.02; 1 where no text has words."""
    powers = [1.02**step for step in range(-150, 350)]
    return min(powers, key=lambda power: abs(math.log(power / average))) if average else 1.0


def lucene_scores(texts: list[str], question: str, own_words: Sequence[str] = ()) -> list[float]:
    """Lucene's BM25, written down once more: Kamphuis et al. 2020, "Which BM25 do you mean?", k1 1.5 and b 0.75.

    An own word counts as often as the rarest of its tokens, and makes no text longer.
    """
    documents = [Counter(search_tokens(text)) for text in texts]
    lengths = [document.total() for document in documents]
    for document in documents:
        for word in own_words:
            # jieba makes up some of these words itself, at some places.
            document[word] = min(document[token] for token in OWN_WORDS[word])
    average = rounded(sum(lengths) / len(lengths))
    scores = [0.0] * len(documents)
    for token in search_tokens(question, WordFinder(own_words), is_question=True):
        holders = sum(1 for document in documents if document[token])
        frequency = math.log(1 + (len(documents) - holders + 0.5) / (holders + 0.5))
        for row, document in enumerate(documents):
            count = document[token]
            scores[row] += frequency * count / (count + 1.5 * (0.25 + 0.75 * lengths[row] / average))
    return scores


@pytest.mark.parametrize(
    "question",
    [
        "年假有几天",
        "员工年假规定",
        "加班工资的倍数",
        "PPR-9087的功率",
        "annual leave",
        "年假年假",
        "2023-10-17",
        "9087",
        "三体",
    ],
)
def test_scores_are_lucene_s(index: LexicalIndex, question: str) -> None:
    expected = lucene_scores(TEXTS, question)
    assert index.scores(question).tolist() == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert (max(expected) > 0) == (question != "三体")


@pytest.mark.parametrize("question", TEXTS[:4])
def test_scores_of_texts_in_parts_are_lucene_s(question: str) -> None:
    gone = ["年假" * 50, "加班工资，PPR-9087"]
    parts = [
        part_of([gone[0], TEXTS[1], TEXTS[6]], -1, 1, 6),
        part_of([TEXTS[0], TEXTS[3], gone[1], TEXTS[5]], 0, 3, -1, 5),
        part_of([]),
        part_of([TEXTS[2], TEXTS[4]], 2, 4),
    ]
    expected = lucene_scores(TEXTS, question)
    assert LexicalIndex(parts, 7).scores(question).tolist() == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_a_word_inside_a_longer_one_is_found(index: LexicalIndex) -> None:
    assert np.flatnonzero(index.scores("年假")).tolist() == [0, 6]
    assert np.flatnonzero(index.scores("年假規定")).tolist()[0] == 0
    assert np.flatnonzero(index.scores("9087")).tolist() == [2]


def test_scores_have_a_row_for_every_text(index: LexicalIndex) -> None:
    scores = index.scores("年假")
    assert (index.size, scores.shape, scores.dtype.name) == (7, (7,), "float32")
    assert index.scores("").tolist() == [0.0] * 7
    assert index.scores("？！").tolist() == [0.0] * 7


def test_weights_are_inverse_document_frequencies_times_counts(index: LexicalIndex) -> None:
    weights = index.weights("年假加班三体 三体")
    held = [math.log(1 + (7 - holders + 0.5) / (holders + 0.5)) for holders in range(3)]
    assert weights["~年假"] == pytest.approx(held[2])
    assert weights["加班"] == pytest.approx(held[1])
    assert weights["~三体"] == pytest.approx(2 * held[0])
    assert "~病假" not in weights


def test_rarity_is_that_of_the_rarest_token(index: LexicalIndex) -> None:
    assert index.rarity("年假") == pytest.approx(math.log(1 + 5.5 / 2.5))
    assert index.rarity("年假三体") == pytest.approx(math.log(1 + 7.5 / 0.5))
    assert index.rarity("！") == 0.0


@pytest.mark.parametrize("asked", ["1200人", "1,200人", "１２００人", "一千二百人", "壹仟贰佰人"])
def test_a_number_in_any_form_finds_it_in_any_other(asked: str) -> None:
    texts = ["员工1,200人", "员工1300人", "员工二百人", "员工一千二百人", "员工12000人"]
    scores = LexicalIndex.build(texts).scores(asked)
    assert set(np.argsort(-scores)[:2].tolist()) == {0, 3}
    assert LexicalIndex.build(texts[:1]).contains(asked)
    assert not LexicalIndex.build(texts[1:3]).contains(asked)


@pytest.mark.parametrize("asked", ["2023年10月17日", "2023-10-17", "二〇二三年十月十七日", "Oct 17, 2023"])
def test_a_date_in_any_form_finds_it_in_any_other(asked: str) -> None:
    texts = ["2022年10月17日开会", "2023/10/17开会", "2023年9月17日开会", "二零二三年十月十八日开会"]
    index = LexicalIndex.build(texts)
    assert int(np.argmax(index.scores(asked))) == 1
    assert index.holders(asked) == {1}
    assert index.holders("2023年10月") == {1, 3}


# The average length


def averages_weighed(monkeypatch: pytest.MonkeyPatch, *indexes: tuple[Sequence[LexicalPart], int]) -> list[float]:
    averages: list[float] = []
    weigh = Postings.weigh

    def note(postings: Postings, average: float) -> tuple[object, object]:
        averages.append(average)
        return weigh(postings, average)

    monkeypatch.setattr(Postings, "weigh", note)
    for parts, size in indexes:
        LexicalIndex(parts, size)
    return averages


def test_one_more_text_leaves_the_average_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    many, one = part_of(["年假和病假"] * 99, *range(99)), part_of(["年假"], 99)
    # Tokens: 99 times 8 and 3, 7.95 on average; 1.02 to the power of 105 is the nearest to it, and to 8.
    averages = averages_weighed(monkeypatch, ([many], 99), ([many, one], 100))
    assert averages == [pytest.approx(8.0, rel=0.01)] * 3
    assert averages == [AVERAGE_STEP**105] * 3


def test_the_average_is_that_of_the_texts_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["年假", "年假" * 200, "病假，事假"]
    averages = averages_weighed(monkeypatch, ([part_of(texts, 0, -1, 1)], 2))
    # 3 and 4 tokens; 1.02 to the power of 63 is 3.48.
    assert averages == [AVERAGE_STEP**63]


@pytest.mark.parametrize("texts", [[], [""], ["", "——"]], ids=["no text", "an empty text", "no words"])
def test_without_words_there_is_an_average_all_the_same(monkeypatch: pytest.MonkeyPatch, texts: list[str]) -> None:
    part = part_of(texts, *range(len(texts)))
    assert averages_weighed(monkeypatch, ([part], len(texts)), ([], 0)) == [1.0]
    assert LexicalIndex([part], len(texts)).scores("年假").tolist() == [0.0] * len(texts)


def test_an_index_scores_as_before_when_others_share_its_segments() -> None:
    shared = part_of(TEXTS, *range(7))
    first = LexicalIndex([shared], 7)
    before = first.scores("员工年假规定").tolist()
    others = [LexicalIndex([shared, part_of(["年假" * 50 * more], 7)], 8) for more in (1, 5, 25)]
    assert first.scores("员工年假规定").tolist() == before
    scores = [other.scores("员工年假规定")[:7].tolist() for other in others]
    assert len({tuple(one) for one in [before, *scores]}) == 4
    assert scores == [
        LexicalIndex.build([*TEXTS, "年假" * 50 * more]).scores("员工年假规定")[:7].tolist() for more in (1, 5, 25)
    ]


# Whether a term is held at all


def test_contains_is_exact_for_one_or_two_hanzi(index: LexicalIndex) -> None:
    runs = "".join(TEXTS)
    hanzi = sorted({character for character in runs if "一" <= character <= "鿿"} | set("体育鲸"))
    everything = "\n".join(TEXTS)
    for first in hanzi:
        assert index.contains(first) == (first in everything), first
        for second in hanzi:
            # 一十 is 十 and stands there as a number.
            if not find_numbers(first + second):
                assert index.contains(first + second) == (first + second in everything), first + second


@pytest.mark.parametrize(
    ("term", "held"),
    [
        ("員工", True),
        ("带薪年假", True),
        ("年假工资", False),
        ("PPR-9087", True),
        ("ppr", True),
        ("PPR-9088", False),
        ("Leave", True),
        ("leav", False),
        ("", True),
        ("！", True),
    ],
)
def test_contains(index: LexicalIndex, term: str, held: bool) -> None:
    assert index.contains(term) is held


@pytest.mark.parametrize("asked", ["PPR-9087", "ppr9087", "PPR 9087", "ｐｐｒ－９０８７"])
def test_a_code_is_held_with_its_signs_or_without(asked: str) -> None:
    for written in ("PPR-9087型", "PPR9087型", "PPR 9087型"):
        assert LexicalIndex.build([written]).contains(asked)
    assert not LexicalIndex.build(["PPR-9088"]).contains(asked)


def test_holders_are_the_texts_that_hold_every_token(index: LexicalIndex) -> None:
    assert index.holders("年假") == {0, 6}
    assert index.holders("假") == {0, 1, 6}
    assert index.holders("員工年假") == {0}
    assert index.holders("PPR-9087") == index.holders("9087") == {2}
    assert index.holders("三体") == index.holders("鲸") == set()
    assert index.holders("！") is None


def test_numerals_are_held_as_numbers_or_as_they_are_written() -> None:
    index = LexicalIndex.build(["十月十七日开会", "17人", "一十"])
    # 十七 stands in the first one, where it is no number by itself. A lone hanzi beside a number is not asked for.
    assert index.holders("十七日") == {0, 1}
    assert index.holders("十七日开会") == {0}
    assert index.holders("十七人") == {1}
    assert index.holders("十七") == {0, 1}
    assert index.holders("十") == {0, 2}
    # 一十 and 十 are one number, 十八 none of these.
    assert [index.contains(term) for term in ("十七", "一十", "十八", "十月")] == [True, True, False, True]
    assert LexicalIndex.build(["17人"]).contains("十七") and LexicalIndex.build(["10人"]).contains("一十")


def test_holders_within_rows_are_those_among_them(index: LexicalIndex) -> None:
    terms = [
        "年假",
        "假",
        "員工年假",
        "PPR-9087",
        "9087",
        "三体",
        "鲸",
        "2023-10-17",
        "2023年10月",
        "十七日",
        "一点五倍",
    ]
    ranges = [range(start, end) for start in range(len(TEXTS)) for end in range(start, len(TEXTS) + 1)]
    for term in terms:
        everywhere = index.holders(term)
        assert everywhere is not None
        for rows in ranges:
            assert index.holders(term, rows) == everywhere & set(rows), (term, rows)
    assert index.holders("年假", range(0, 6)) == {0}
    assert index.holders("年假", range(1, 1)) == set()
    assert index.holders("！", range(0, 7)) is None
    assert LexicalIndex.build([]).holders("年假", range(0)) == set()


def test_one_text_in_every_script_width_and_case() -> None:
    forms = ["綠源環保ABC公司一億兩千萬元", "绿源环保ＡＢＣ公司一亿两千万元", "绿源环保abc公司120,000,000元"]
    index = LexicalIndex.build(forms, ["绿源环保"])
    assert all(index.holders(form) == {0, 1, 2} for form in forms)


# The documents' own words


def test_own_words_are_folded_and_sorted(taught: LexicalIndex) -> None:
    assert LexicalIndex.build([], ["綠源環保", "绿源环保", "ＭａｔｅＢｏｏｋ Ｘ", "", "5G基站"]).own_words == (
        *("5g基站", "matebook x", "绿源环保"),
    )
    assert taught.own_words == tuple(sorted(OWN_WORDS))
    assert find_own_words(["綠源環保", ""]).words == ("绿源环保",)


@pytest.mark.parametrize(
    ("word", "holders"),
    [
        ("绿源环保", 1),
        ("绿源", 2),
        ("matebook x", 1),
        ("5g基站", 1),
        ("一带一路", 1),
        ("十月号", 1),
        ("卡尔·马克思", 1),
        ("ppr 9087阀", 1),
        ("v2.3.1版本", 1),
    ],
)
def test_an_own_word_is_as_rare_as_the_texts_that_hold_all_its_tokens(
    taught: LexicalIndex, word: str, holders: int
) -> None:
    assert taught.weights(word)[word] == pytest.approx(math.log(1 + (9 - holders + 0.5) / (holders + 0.5)))
    assert LexicalIndex.build(["年假"], [word]).weights(word)[word] == pytest.approx(math.log(1 + 1.5 / 0.5))


@pytest.mark.parametrize("word", OWN_WORDS)
def test_an_own_word_scores_by_the_rarest_of_its_tokens(taught: LexicalIndex, word: str) -> None:
    expected = lucene_scores(OWN_TEXTS, f"请问{word}？", tuple(OWN_WORDS))
    assert taught.scores(f"请问{word}？").tolist() == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert max(expected) > 0


def test_an_own_word_counts_as_often_as_its_rarest_pair() -> None:
    texts = ["绿源绿源绿源环保，绿源环，环保", "绿源环保绿源环保", "绿源", "源环保"]
    taught, plain = LexicalIndex.build(texts, ["绿源环保"]), LexicalIndex.build(texts)
    found = taught.scores("绿源环保") - plain.scores("绿源环保")
    # 源环 stands twice in the first two, whose lengths differ.
    lengths = [len(search_tokens(text)) for text in texts]
    norms = [1.5 * (0.25 + 0.75 * length / rounded(sum(lengths) / 4)) for length in lengths[:2]]
    expected = [math.log(1 + 2.5 / 2.5) * 2 / (2 + norm) for norm in norms]
    assert found.tolist() == pytest.approx([*expected, 0.0, 0.0], abs=1e-6)


@pytest.mark.parametrize(
    ("texts", "word", "holders"),
    [
        (["A股大涨", "方案A比方案B好", "年假"], "A股", 1),
        (["B站直播", "方案B", "站台B"], "B站", 1),
        (["李·白和杜甫", "李白", "桃李与白云"], "李·白", 1),
        (["阿·Q正传", "阿姨与Q"], "阿·Q", 1),
        (["这台16GB内存条很好", "内存16GB", "年假"], "16GB内存", 1),
    ],
)
def test_a_lone_hanzi_counts_beside_letters(texts: list[str], word: str, holders: int) -> None:
    index, folded = LexicalIndex.build(texts, [word]), fold(word)
    expected = math.log(1 + (len(texts) - holders + 0.5) / (holders + 0.5))
    assert index.weights(f"请问{word}？")[folded] == pytest.approx(expected)


def test_a_code_among_the_own_words_stays_exact() -> None:
    texts = ["用PPR-9087", "用ppr 9087"]
    plain, taught = LexicalIndex.build(texts), LexicalIndex.build(texts, ["PPR-9087"])
    assert taught.scores("PPR-9087").tolist() == plain.scores("PPR-9087").tolist()


@pytest.mark.parametrize("term", ["16GB", "内存16GB", "全程3km", "500g"])
def test_a_number_with_its_unit_is_held_where_it_stands(term: str) -> None:
    index = LexicalIndex.build(["内存16GB，全程3km，每袋500g", "内存8GB"])
    assert index.holders(term) == {0}


def test_an_own_word_that_stands_in_the_question_twice_counts_twice(taught: LexicalIndex) -> None:
    once, twice = (taught.weights(question)["5g基站"] for question in ("5G基站", "5G基站和5g基站"))
    assert twice == 2 * once


def test_an_own_word_lifts_the_text_that_holds_it_whole() -> None:
    texts = ["绿源环保在城东", "绿环源保环绿源保在城东绿源"]
    plain, taught = LexicalIndex.build(texts), LexicalIndex.build(texts, ["綠源環保"])
    assert taught.own_words == ("绿源环保",)
    lead, taught_lead = (index.scores("绿源环保")[0] - index.scores("绿源环保")[1] for index in (plain, taught))
    assert taught_lead > lead


def test_learning_a_word_leaves_the_postings_as_they_are() -> None:
    part = part_of(OWN_TEXTS, *range(9))
    before, after = LexicalIndex([part], 9), LexicalIndex([part], 9, find_own_words(OWN_WORDS))
    assert before.parts == after.parts == (part,)
    assert "绿源环保" not in part.postings.vocabulary
    assert (before.own_words, after.own_words) == ((), tuple(sorted(OWN_WORDS)))
    assert after.scores("绿源环保")[0] > before.scores("绿源环保")[0] > 0
    assert after.scores("年假").tolist() == before.scores("年假").tolist()


def test_cut_keeps_own_words_whole() -> None:
    index = LexicalIndex.build(["绿源环保"], ["绿源环保", "MateBook X"])
    assert index.cut("绿源环保的matebook x好") == ["绿源环保", "的", "matebook x", "好"]
    assert "".join(index.cut("今年绿源环保好，matebook x 也好")) == "今年绿源环保好，matebook x 也好"
    assert LexicalIndex.build([""]).cut("员工年假") == words("员工年假")


def test_indexes_do_not_teach_each_other() -> None:
    part = part_of(["绿源环保"], 0)
    taught, other = LexicalIndex([part], 1, WordFinder(["绿源环保"])), LexicalIndex([part], 1)
    assert "绿源环保" in taught.tokens("绿源环保")
    assert "绿源环保" not in other.tokens("绿源环保") + words("绿源环保")
    assert taught.finder.words == ("绿源环保",)


# Several parts


WORDS = [
    *("年假", "病假", "员工", "三体", "一带一路", "一带", "绿源环保", "綠源", "环保", "卡尔·马克思", "马克思"),
    *("MateBook X", "X", "5G基站", "5g", "基站", "PPR-9087", "ppr 9087阀", "V2.3.1版本"),
    *("十月十七日", "十月号", "2023年10月17日", "一千二百人", "1,200", "1.5千瓦", "，", "。", "的", " ", ""),
]
ANY_TEXT = st.lists(st.sampled_from(WORDS), max_size=6).map("".join)
QUESTIONS = [
    "年假有几天？",
    "綠源環保和5G基站",
    "一带一路的马克思，卡尔·马克思",
    "MateBook X",
    "PPR 9087阀的十月号",
    "？",
]
TERMS = [
    "年假",
    "假",
    "源",
    "绿源环保",
    "马克思",
    "十七日",
    "十月",
    "1200",
    "ppr9087",
    "5G",
    "x",
    "三体",
    "鲸",
    "！",
    "",
]


@st.composite
def splits(draw: st.DrawFn) -> tuple[list[str], list[LexicalPart]]:
    """Texts, and parts that hold each of them once, among others that are gone."""
    count = draw(st.integers(1, 4))
    there = st.sampled_from([True, True, True, False])
    drawn = draw(st.lists(st.tuples(ANY_TEXT, st.integers(0, count - 1), there), max_size=14))
    texts: list[str] = []
    held: list[tuple[list[str], list[int]]] = [([], []) for _ in range(count)]
    for text, part, is_there in drawn:
        held[part][0].append(text)
        held[part][1].append(len(texts) if is_there else -1)
        texts.extend([text] if is_there else [])
    return texts, [part_of(those, *rows) for those, rows in held]


@settings(max_examples=150, deadline=None)
@given(splits(), ANY_TEXT, st.integers(0, 14), st.integers(0, 14))
def test_parts_are_searched_as_if_they_were_one(
    split: tuple[list[str], list[LexicalPart]], question: str, start: int, end: int
) -> None:
    texts, parts = split
    finder = find_own_words(OWN_WORDS)
    index, whole = LexicalIndex(parts, len(texts), finder), LexicalIndex.build(texts, OWN_WORDS)
    assert index.size == whole.size == len(texts)
    for asked in (*QUESTIONS, question):
        assert index.scores(asked).tolist() == whole.scores(asked).tolist(), asked
        assert index.weights(asked) == whole.weights(asked), asked
        if texts:
            expected = lucene_scores(texts, asked, tuple(OWN_WORDS))
            assert index.scores(asked).tolist() == pytest.approx(expected, rel=1e-5, abs=1e-6), asked
    for term in (*TERMS, *OWN_WORDS, question):
        assert index.rarity(term) == whole.rarity(term), term
        assert index.contains(term) == whole.contains(term), term
        held = index.holders(term)
        assert held == whole.holders(term), term
        within = None if held is None else held & set(range(start, end))
        assert index.holders(term, range(start, end)) == whole.holders(term, range(start, end)) == within, term


@settings(max_examples=100, deadline=None)
@given(splits(), st.data())
def test_merging_parts_changes_no_score(split: tuple[list[str], list[LexicalPart]], data: st.DataObject) -> None:
    texts, parts = split
    chosen = data.draw(st.sets(st.integers(0, len(parts) - 1), min_size=1))
    merged = Postings.merge((parts[at].postings, parts[at].rows >= 0) for at in sorted(chosen))
    rows = np.concatenate([parts[at].rows[parts[at].rows >= 0] for at in sorted(chosen)])
    order = np.argsort(rows)
    places = np.empty(len(rows), dtype=np.int64)
    places[order] = np.arange(len(rows))
    fewer = [
        *(part for at, part in enumerate(parts) if at not in chosen),
        LexicalPart(merged.reorder(places), rows[order]),
    ]
    finder = find_own_words(OWN_WORDS)
    before, after = LexicalIndex(parts, len(texts), finder), LexicalIndex(fewer, len(texts), finder)
    for asked in QUESTIONS:
        assert after.scores(asked).tolist() == before.scores(asked).tolist(), asked
        assert after.weights(asked) == before.weights(asked), asked
    for term in TERMS:
        assert after.holders(term) == before.holders(term), term


@settings(max_examples=150, deadline=None)
@given(ANY_TEXT, st.sampled_from(sorted(OWN_WORDS)), ANY_TEXT)
def test_a_text_that_an_own_word_stands_in_holds_it(before: str, word: str, behind: str) -> None:
    index = LexicalIndex.build([f"{before}，{word}，{behind}"], OWN_WORDS)
    assert index.weights(word)[word] == pytest.approx(math.log(1 + 0.5 / 1.5))
    assert index.scores(word)[0] > 0


def test_a_text_that_is_gone_is_not_there() -> None:
    parts = [part_of(["年假和三体", "年假", "鲸落"], -1, 1, -1), part_of(["病假", "年假，5G基站"], 0, -1)]
    index = LexicalIndex(parts, 2, WordFinder(["5g基站", "三体"]))
    assert index.scores("年假和三体，5G基站").tolist() == LexicalIndex.build(["病假", "年假"]).scores("年假和").tolist()
    assert index.scores("三体").tolist() == [0.0, 0.0]
    assert index.weights("5G基站")["5g基站"] == index.rarity("三体") == pytest.approx(math.log(1 + 2.5 / 0.5))
    assert [index.contains(term) for term in ("年假", "三体", "鲸", "鲸落", "落", "5g", "基站", "病")] == [
        *(True, False, False, False, False, False, False, True),
    ]
    assert [index.holders(term) for term in ("年假", "三体", "鲸", "年", "5G基站")] == [{1}, set(), set(), {1}, set()]


def test_rows_before_between_and_behind_texts_that_are_gone() -> None:
    part = part_of(["年假"] * 7, -1, 1, -1, -1, 4, 5, -1)
    others = part_of(["年假"] * 3, 0, 2, 3)
    index = LexicalIndex([others, part], 6)
    for start in range(8):
        for end in range(8):
            rows = range(start, end)
            assert index.holders("年假", rows) == index.holders("年", rows) == set(rows) & set(range(6)), rows
    assert index.holders("年假", range(4, 5)) == {4}


def test_parts_may_stand_in_any_order() -> None:
    first, second = part_of(["年假", "病假"], 1, 3), part_of(["病假，年假", "三体"], 0, 2)
    indexes = LexicalIndex([first, second], 4), LexicalIndex([second, first], 4)
    whole = LexicalIndex.build(["病假，年假", "年假", "三体", "病假"])
    assert indexes[0].parts == (first, second)
    for index in indexes:
        assert index.scores("年假").tolist() == whole.scores("年假").tolist()
        assert index.holders("病假") == {0, 3}


@pytest.mark.parametrize("parts", [[], [part_of([])], [part_of(["年假"], -1)]], ids=["none", "empty", "gone"])
def test_an_empty_index_holds_and_finds_nothing(parts: list[LexicalPart]) -> None:
    empty = LexicalIndex(parts, 0, WordFinder(["年假"]))
    assert (empty.size, empty.scores("年假").shape, empty.scores("年假").dtype.name) == (0, (0,), "float32")
    assert [empty.contains(term) for term in ("年假", "年", "带薪年假", "G60")] == [False] * 4
    assert (empty.holders("年假"), empty.holders("年"), empty.holders("！")) == (set(), set(), None)
    assert empty.weights("年假")["年假"] == empty.rarity("年假") == pytest.approx(math.log(1 + 0.5 / 0.5))

from __future__ import annotations

import json
import math
import pickle
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexical import PAIR, LexicalIndex, find_names, fold, fold_in_place, learn_words, search_tokens, words
from index.new_words import WordFinder
from index.numerals import find_numbers

TEXTS = [
    "员工年假规定：入职满一年的员工每年享有十天带薪年假。",
    "加班工资按照一点五倍发放，节假日按照三倍发放。",
    "PPR-9087型设备的额定功率为1.5千瓦，见2023-10-17的说明。",
    "Annual leave is ten days a year; see rule G60.",
    "",
    "——。！",
    "年假年假年假，病假，事假。",
]


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex.build(TEXTS)


# Folding


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("員工年假規定", "员工年假规定"),
        ("ＰＰＲ－９０８７", "ppr-9087"),
        ("Annual LEAVE", "annual leave"),
        ("①②", "12"),
        ("㎡", "m2"),
        ("頭髮與發展", "头发与发展"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [("員工ＰＰＲ－９０８７，Annual", "员工ppr-9087,annual"), ("㎡ ½ ﬁ İ", "㎡ ½ ﬁ İ"), ("𠮷😀é", "𠮷😀é"), ("", "")],
)
def test_fold_in_place(text: str, folded: str) -> None:
    assert fold_in_place(text) == folded


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40) | st.text("員工年假規定頭髮乾淨Ａａ①㎡İß 　", max_size=40))
def test_fold_in_place_keeps_the_length(text: str) -> None:
    assert len(fold_in_place(text)) == len(text)


# Tokens


def test_words_cover_the_text_and_keep_identifiers_whole() -> None:
    text = "见ppr-9087型设备，2023-10-17起用。"
    assert "".join(words(text)) == text
    assert {"ppr-9087", "2023-10-17", "设备"} <= set(words(text))


def test_search_tokens_hold_words_and_character_pairs() -> None:
    # jieba has no word 年假, so the pair is what keeps it together.
    assert search_tokens("员工年假") == ["员工", "年", "假", "~员工", "~工年", "~年假"]
    assert search_tokens("加班工资") == ["加班", "工资", "~加班", "~班工", "~工资"]
    assert set(search_tokens("年假")) <= set(search_tokens("员工年假规定"))


def test_long_words_are_found_by_the_words_inside_them() -> None:
    assert [token for token in search_tokens("中华人民共和国") if not token.startswith(PAIR)] == [
        *("中华", "华人", "人民", "共和", "共和国", "中华人民共和国"),
    ]


def test_traditional_and_simplified_are_one() -> None:
    assert search_tokens("員工年假規定") == search_tokens("员工年假规定")


def test_pairs_do_not_cross_what_is_no_hanzi() -> None:
    assert [token for token in search_tokens("年假，病假a事假") if token.startswith(PAIR)] == [
        "~年假",
        "~病假",
        "~事假",
    ]


def test_identifiers_are_found_whole_and_by_their_parts() -> None:
    assert search_tokens("ＰＰＲ－９０８７") == ["ppr-9087", "ppr", "9087", "ppr9087"]
    assert search_tokens("G60") == ["g60"]
    assert search_tokens("v1.2") == ["v1.2", "v1", "2", "1.2"]
    assert search_tokens("3km 14:30") == ["3", "3km", "14:30", "14", "30"]
    assert search_tokens("——！") == []


@pytest.mark.parametrize("asked", ["PPR-9087", "ppr9087", "PPR 9087", "ｐｐｒ－９０８７"])
def test_a_code_is_one_with_its_signs_or_without(asked: str) -> None:
    for written in ("PPR-9087型", "PPR9087型", "PPR 9087型"):
        assert "ppr9087" in set(search_tokens(asked)) & set(search_tokens(written))
        assert LexicalIndex.build([written]).contains(asked)
    assert not LexicalIndex.build(["PPR-9088"]).contains(asked)


def test_numbers_and_dates_are_found_by_their_canonical_keys() -> None:
    assert search_tokens("1,200") == search_tokens("１２００") == search_tokens("1200.0") == ["1200"]
    assert (
        search_tokens("2023-10-17")
        == search_tokens("2023/10/17")
        == [*("2023-10-17", "2023-10", "2023", "--10-17", "--10")]
    )
    assert "1200" in search_tokens("一千二百")
    assert "120000000" in set(search_tokens("1.2億")) & set(search_tokens("一亿二千万")) & set(search_tokens("12000萬"))


def test_plain_equal_numbers_are_counted_once() -> None:
    assert Counter(search_tokens("1200和15%")) == Counter(["1200", "15%", "和"])


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


# The documents' own words


def test_own_words_are_tokens_besides_their_parts() -> None:
    finder = WordFinder(["绿源环保", "5g基站"])
    plain = search_tokens("绿源环保的5G基站")
    assert Counter(search_tokens("绿源环保的5G基站", finder)) - Counter(plain) == Counter(["绿源环保", "5g基站"])


def test_a_word_that_jieba_makes_up_itself_is_counted_once() -> None:
    assert search_tokens("金山区", WordFinder(["金山区"])) == search_tokens("金山区")


def test_an_own_word_lifts_the_text_that_holds_it_whole() -> None:
    texts = ["绿源环保在城东", "绿环源保环绿源保在城东绿源"]
    plain, taught = LexicalIndex.build(texts), LexicalIndex.build(texts, ["綠源環保"])
    assert taught.own_words == ("绿源环保",)
    lead, taught_lead = (index.scores("绿源环保")[0] - index.scores("绿源环保")[1] for index in (plain, taught))
    assert taught_lead > lead


def test_cut_keeps_own_words_whole() -> None:
    index = LexicalIndex.build(["绿源环保"], ["绿源环保", "MateBook X"])
    assert index.cut("绿源环保的matebook x好") == ["绿源环保", "的", "matebook x", "好"]
    assert "".join(index.cut("今年绿源环保好，matebook x 也好")) == "今年绿源环保好，matebook x 也好"
    assert LexicalIndex.build([""]).cut("员工年假") == words("员工年假")


def test_indexes_do_not_teach_each_other() -> None:
    taught, other = LexicalIndex.build(["绿源环保"], ["绿源环保"]), LexicalIndex.build(["绿源环保"])
    assert "绿源环保" in taught.tokens("绿源环保")
    assert "绿源环保" not in other.tokens("绿源环保") + words("绿源环保")


def test_learned_words_are_those_that_jieba_cuts_to_pieces() -> None:
    assert learn_words(["见《澜賦手冊》和“综合整治”"], ["霁澜药业", "员工手册"]) == ("澜赋手册", "霁澜药业")


def test_one_text_in_every_script_width_and_case() -> None:
    forms = ["綠源環保ABC公司一億兩千萬元", "绿源环保ＡＢＣ公司一亿两千万元", "绿源环保abc公司120,000,000元"]
    index = LexicalIndex.build(forms, ["绿源环保"])
    assert all(index.holders(form) == {0, 1, 2} for form in forms)


# BM25


def lucene_scores(texts: list[str], question: str) -> list[float]:
    """Lucene's BM25, written down once more: Kamphuis et al. 2020, "Which BM25 do you mean?", k1 1.5 and b 0.75."""
    documents = [Counter(search_tokens(text)) for text in texts]
    average = sum(document.total() for document in documents) / len(documents)
    scores = [0.0] * len(documents)
    for token in search_tokens(question):
        holders = sum(1 for document in documents if token in document)
        frequency = math.log(1 + (len(documents) - holders + 0.5) / (holders + 0.5))
        for row, document in enumerate(documents):
            count = document[token]
            scores[row] += frequency * count / (count + 1.5 * (0.25 + 0.75 * document.total() / average))
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


def test_holders_are_the_texts_that_hold_every_token(index: LexicalIndex) -> None:
    assert index.holders("年假") == {0, 6}
    assert index.holders("假") == {0, 1, 6}
    assert index.holders("員工年假") == {0}
    assert index.holders("PPR-9087") == index.holders("9087") == {2}
    assert index.holders("三体") == index.holders("鲸") == set()
    assert index.holders("！") is None


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


# Names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王建国从上海迁往杭州", [("王建国", "person"), ("上海", "place"), ("杭州", "place")]),
        ("由中国科学院批准", [("中国科学院", "body")]),
        ("王建國從上海遷往杭州", [("王建国", "person"), ("上海", "place"), ("杭州", "place")]),
        ("食堂每天供应早餐", []),
        ("", []),
        ("2023-10-17 ppr-9087", []),
    ],
)
def test_names_are_found_with_their_places_and_kinds(text: str, names: list[tuple[str, str]]) -> None:
    folded = fold_in_place(text)
    found = find_names(folded)
    assert [(folded[start:end], kind) for start, end, kind in found] == names
    assert all(end <= start for (_, end, _), (start, _, _) in pairwise(found))


def test_a_lone_character_is_no_name() -> None:
    # jieba tags 沪 a place, and many lone characters a person's.
    assert find_names("沪") == find_names("王说") == ()


@settings(max_examples=100, deadline=None)
@given(st.text("王建国在上海和杭州 a1，。\n", max_size=30))
def test_names_lie_in_the_text_in_order_and_apart(text: str) -> None:
    position = 0
    for start, end, kind in find_names(text):
        assert position <= start < end - 1 < len(text)
        assert kind in ("person", "place", "body")
        position = end


# On disk

QUESTIONS = ["年假有几天", "绿源环保", "PPR-9087", "leave", "三体"]


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[:1], ["", "——"], []], ids=["many", "one", "no words", "none"])
def test_what_is_saved_comes_back(tmp_path: Path, texts: list[str]) -> None:
    built = LexicalIndex.build(texts, ["绿源环保", "MateBook X"])
    assert not LexicalIndex.is_current(tmp_path / "bm25")
    built.save(tmp_path / "bm25")
    loaded = LexicalIndex.load(tmp_path / "bm25")
    assert LexicalIndex.is_current(tmp_path / "bm25")
    assert loaded.size == built.size == len(texts)
    assert loaded.own_words == built.own_words == ("matebook x", "绿源环保")
    for question in QUESTIONS:
        assert loaded.scores(question).tolist() == built.scores(question).tolist()
        assert loaded.weights(question) == built.weights(question)
        assert loaded.contains(question) == built.contains(question)


def test_an_empty_index_holds_and_finds_nothing() -> None:
    empty = LexicalIndex.build([])
    assert (empty.size, empty.scores("年假").shape, empty.contains("年假"), empty.contains("年")) == (
        0,
        (0,),
        False,
        False,
    )


def test_nothing_on_disk_is_a_pickle(tmp_path: Path, index: LexicalIndex) -> None:
    index.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".npy"}
    for path in tmp_path.iterdir():
        if path.suffix == ".npy":
            np.load(path, allow_pickle=False)
        else:
            json.loads(path.read_text("utf-8"))


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def test_a_pickle_is_never_opened(tmp_path: Path, index: LexicalIndex) -> None:
    index.save(tmp_path)
    arrays = sorted(tmp_path.glob("*.npy"))
    assert arrays
    for path in arrays:
        saved = path.read_bytes()
        np.save(path, np.array([Trap(tmp_path / "sprung")], dtype=object), allow_pickle=True)
        with pytest.raises(ValueError, match="allow_pickle=False"):
            LexicalIndex.load(tmp_path)
        path.write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
        with pytest.raises(ValueError, match="pickled"):
            LexicalIndex.load(tmp_path)
        path.write_bytes(saved)
    assert not (tmp_path / "sprung").exists()
    assert LexicalIndex.load(tmp_path).size == 7

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexical import (
    PAIR,
    evidence_of,
    find_names,
    fold,
    fold_in_place,
    learn_words,
    pair_tokens,
    search_tokens,
    words,
)
from index.new_words import WordFinder

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
        "~假a",
        "~a事",
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
    assert evidence_of(fold(asked)).tokens == ("ppr9087",)


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


def test_numerals_in_hanzi_are_words_of_a_text_but_not_of_a_question() -> None:
    assert search_tokens("十月开会") == ["--10", "十月", "开会", "~十月", "~月开", "~开会"]
    assert search_tokens("十月开会", is_question=True) == ["--10", "开会", "~开会"]
    assert search_tokens("一带一路", is_question=True) == search_tokens("一带一路")


# Evidence


@pytest.mark.parametrize(
    ("folded", "tokens"),
    [
        ("带薪年假", ("~带薪", "~薪年", "~年假")),
        ("年假和年假", ("~年假", "~假和", "~和年")),
        ("卡尔·马克思", ("~卡尔", "~马克", "~克思")),
        ("一千二百人", ("1200",)),
        ("2023年10月17日开会", ("2023-10-17", "~开会")),
        ("5g基站", ("~基站", "5g")),
        ("matebook x", ("matebook", "x")),
        ("v2.3.1", ("2.3.1",)),
        ("年 假！", ()),
        ("", ()),
    ],
)
def test_evidence_is_what_texts_have_that_hold_a_term(folded: str, tokens: tuple[str, ...]) -> None:
    assert evidence_of(folded).tokens == tokens
    assert evidence_of(folded).has_numbers == (tokens[:1] in {("1200",), ("2023-10-17",)})
    assert set(tokens) <= set(search_tokens(f"《{folded}》"))


def test_pairs_are_of_neighbouring_hanzi() -> None:
    assert pair_tokens("带薪年假，a病假 事") == ["~带薪", "~薪年", "~年假", "~病假"]


# The documents' own words


def test_own_words_are_tokens_besides_their_parts() -> None:
    finder = WordFinder(["绿源环保", "5g基站"])
    plain = search_tokens("绿源环保的5G基站")
    assert Counter(search_tokens("绿源环保的5G基站", finder)) - Counter(plain) == Counter(["绿源环保", "5g基站"])


def test_a_word_that_jieba_makes_up_itself_is_counted_once() -> None:
    assert search_tokens("金山区", WordFinder(["金山区"])) == search_tokens("金山区")


def test_learned_words_are_those_that_jieba_cuts_to_pieces() -> None:
    assert learn_words(["见《澜賦手冊》和“综合整治”"], ["霁澜药业", "员工手册"]) == ("澜赋手册", "霁澜药业")


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

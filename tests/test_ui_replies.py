"""Answers in the chat: marks and emphasis, cut anywhere, and nothing else of the text taken for syntax."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

from index.datatypes import Hit, Passage, Ranks
from qa.datatypes import Answer, Citation, Deviation
from qa.ui.links import DocumentLink
from qa.ui.markup import escape
from qa.ui.replies import Piece, answer_length, answer_message, cut, question_message, split_answer

QUOTE = "全区有耕地3.2万亩。"
CITATION = Citation(1, "农业.md", "农业", (), None, 0, len(QUOTE), QUOTE, True)
PASSAGE = Passage(7, "农业.md", "农业", 0, len(QUOTE), QUOTE, ("耕地",))
HIT = Hit(PASSAGE, 1.0, Ranks(1, 1, 1), 0.9, 0.9, 3.0, ("耕地",))


def answer(text: str, answered: bool = True, missing: tuple[str, ...] = (), searched: str = "问") -> Answer:
    citations = (CITATION,) if answered else ()
    return Answer("问", text, answered, "llm", citations, (HIT,), missing, searched, 0.9)


def test_quotes_come_from_the_citations_so_that_signs_in_them_are_text() -> None:
    quote = "研究[1]说**很**好，共3亩。"
    cited = Citation(1, "农业.md", "农业", (), None, 0, len(quote), quote, True, ((14, 16),))
    shown = Answer("问", f"{quote}[1]", True, "extractive", (cited,), (HIT,), (), "问", 0.9)
    message = answer_message(shown, 0, "zh")
    assert message.count("&#35;wendang&#47;citation&#47;0&#47;1") == 1
    assert message.count("<strong>") == 1
    assert "<strong>3亩</strong>" in message
    assert answer_length(shown) == len(quote) + 3


def test_only_known_numbers_are_marks() -> None:
    assert split_answer("耕地**3.2万亩**。 [1] 见[2]和[x](y)", {1}) == (
        Piece("plain", "耕地"),
        Piece("strong", "3.2万亩"),
        Piece("plain", "。 "),
        Piece("mark", "[1]", 1),
        Piece("plain", " 见[2]和[x](y)"),
    )


def test_cutting_never_splits_a_mark() -> None:
    pieces = split_answer("甲**乙丙**[1]丁", {1})
    assert ["".join(piece.text for piece in cut(pieces, length)) for length in range(6)] == [
        "",
        "甲",
        "甲乙",
        "甲乙丙",
        "甲乙丙[1]",
        "甲乙丙[1]",
    ]
    assert answer_length(answer("甲**乙丙**[1]丁")) == 7


def test_marks_link_to_their_own_answer() -> None:
    message = answer_message(answer("耕地**3.2**万亩。 [1]\n第二行 [1]"), 4, "zh")
    assert message.count("<p>") == 2
    assert message.count("&#35;wendang&#47;citation&#47;4&#47;1") == 2
    assert "<strong>3&#46;2</strong>" in message
    assert "\n" not in message


def test_hostile_text_stays_text() -> None:
    message = answer_message(answer("<img src=x onerror=1> ![a](http://x/y.png) [b](http://x) $$z$$"), 0, "zh")
    assert "<img" not in message
    assert "http:" not in message
    assert "$" not in message
    assert "<script" not in question_message("<script>1</script>")


def test_refusal_names_missing_terms_and_nearest_passages_once_it_is_whole() -> None:
    refusal = answer("没有找到。", answered=False, missing=("火星",))
    assert "火星" not in answer_message(refusal, 0, "zh", shown=3)
    whole = answer_message(refusal, 0, "zh")
    assert "火星" in whole
    assert "&#35;wendang&#47;passage&#47;0&#47;0" in whole


def test_a_follow_up_says_what_was_searched() -> None:
    assert "金山的耕地有多少" in answer_message(answer("好。", searched="金山的耕地有多少"), 0, "zh")
    assert "实际检索" not in answer_message(answer("好。"), 0, "zh")


def test_a_quote_that_was_hardly_recognised_says_so_below() -> None:
    given = answer("耕地3.2万亩。[1]")
    doubtful = replace(given, citations=(replace(CITATION, certainty=0.625),))
    assert "识别把握 62%，请核对原图" in unescape(answer_message(doubtful, 0, "zh"))
    assert "识别把握" not in answer_message(given, 0, "zh")


def test_what_an_older_version_says_stands_below_with_a_link_to_it() -> None:
    one = Deviation(
        "旧 <b>.md", "新.md", "办法（2023年）", "办法（2024年）", "住宿费三百五十元。", "住宿费四百元。", "title"
    )
    given = replace(answer("住宿费四百元。"), mode="extractive", deviations=(one,))
    shown = answer_message(given, 0, "zh")
    assert "住宿费三百五十元。" in shown and "办法（2023年）" in shown
    assert f'href="{escape(str(DocumentLink(one.older)))}"' in shown
    assert "<b>" not in shown
    # It comes with the whole answer, not while the answer streams.
    assert "三百五十" not in answer_message(given, 0, "zh", 3)

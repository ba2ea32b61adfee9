"""Answers in the chat: marks and emphasis, cut anywhere, and nothing else of the text taken for syntax."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

from index.datatypes import Hit, Passage, Ranks
from qa.datatypes import Answer, Citation, Deviation, Disagreement, Side, Written
from qa.pieces import answer_length
from qa.ui.links import CitationLink, DocumentLink
from qa.ui.markup import element, escape
from qa.ui.replies import answer_message, question_message

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


def test_what_is_ours_beside_a_quote_has_looks_of_its_own_and_streams_with_it() -> None:
    sides = (replace(CITATION, label="农业"), replace(CITATION, number=2, label="《工业》<b>"))
    shown = Answer("问", "", True, "extractive", sides, (HIT,), (), "问", 0.9)
    message = answer_message(shown, 0, "zh")
    assert message.count("<p>") == 2
    assert '<p><span class="label">《农业》：</span>全区有' in message
    assert "《〈工业〉&#60;b&#62;》：" in message
    clarified = replace(shown, citations=(replace(CITATION, about="金山工业区"),))
    assert '<p><span class="about">〔金山工业区〕</span>全区有' in answer_message(clarified, 0, "zh")
    assert answer_length(clarified) == len("〔金山工业区〕") + len(QUOTE) + 3
    assert "〔金山</span>" in answer_message(clarified, 0, "zh", 3)


def test_that_documents_disagree_stands_below_with_links_to_both_citations() -> None:
    sides = (Side("3.2万亩", 1, ("农业.md",), ("农业 <b>[2]",)), Side("2.8万亩", 2, ("土地.md",), ("土地",)))
    one = Disagreement(sides, "number", "text")
    other = replace(CITATION, number=2, document="土地.md", title="土地")
    given = replace(answer("答"), mode="extractive", citations=(CITATION, other), disagreements=(one,))
    shown = answer_message(given, 3, "zh")
    below = unescape(shown[shown.index("两份文档") :])
    assert [below.count(f'href="{CitationLink(3, number)}"') for number in (1, 2)] == [1, 1]
    assert below.count("<strong>") == 2 and "<strong>2.8万亩</strong>" in below
    # What a title says is text, whatever it looks like.
    assert "&#60;b&#62;&#91;2&#93;" in shown
    assert "两份文档" not in answer_message(given, 3, "zh", 3)


# What a language model wrote


def written(text: str, unsupported: tuple[str, ...] = (), **more: object) -> Answer:
    told = Written(2, 2 - len(unsupported))
    return replace(answer(text), unsupported=unsupported, written=told, **more)  # type: ignore[arg-type]


def test_what_no_passage_says_is_marked_as_such() -> None:
    shown = unescape(answer_message(written("耕地3.2万亩。[1]明年翻番。（未找到依据）", ("明年翻番。",)), 0, "zh"))
    assert '明年翻番。<span class="unfounded">未找到依据</span>' in shown
    assert "1 句有依据，1 句没有找到依据" in shown
    all_found = unescape(answer_message(written("耕地3.2万亩。[1]"), 0, "zh"))
    assert "2 句有依据。" in all_found and "unfounded" not in all_found
    assert "1 with a source, 1 without" in unescape(
        answer_message(written("a (not found in the documents)", ("a",)), 0, "en")
    )


def test_words_of_a_document_are_no_mark_of_ours() -> None:
    quote = "备注写明（未找到依据）。"
    cited = Citation(1, "农业.md", "农业", (), None, 0, len(quote), quote, True)
    given = Answer("问", f"{quote}[1]", True, "extractive", (cited,), (HIT,), (), "问", 0.9)
    assert "unfounded" not in answer_message(given, 0, "zh")


def test_headings_and_lists_of_a_model_are_laid_out() -> None:
    text = "## 耕地\n- 有3.2万亩。[1]\n* 都在**北部**。[1]\n1. 其中旱地2万亩。[1]"
    shown = answer_message(written(text), 0, "zh")
    assert "<p><strong>耕地</strong></p>" in shown
    assert unescape(shown).count("• ") == 2 and "<strong>北部</strong>" in shown
    assert "#" not in unescape(shown).replace("#wendang", "")


def test_a_draft_says_that_it_is_one_and_has_nothing_below() -> None:
    draft = written("耕地3.2万亩。[1]", is_draft=True, searched="别的")
    shown = unescape(answer_message(draft, 0, "zh"))
    assert "正在根据找到的原文写回答" in shown and "耕地3.2万亩" in shown and "核对中" in shown
    assert "实际检索" not in shown and "有依据" not in shown


def test_the_reason_for_quoting_stands_below() -> None:
    given = replace(answer("耕地3.2万亩。[1]"), mode="extractive", notice="语言模型的回答中途断了。以下直接引用原文。")
    shown = unescape(answer_message(given, 0, "zh"))
    assert '<p class="aside notice">语言模型的回答中途断了。以下直接引用原文。</p>' in shown


def test_what_was_searched_has_a_button_that_holds_it() -> None:
    shown = unescape(answer_message(answer("好。", searched='金山的"耕地"有多少'), 0, "zh"))
    assert "<button" in shown and 'class="edit"' in shown
    assert shown.count('金山的"耕地"有多少') == 2


# How well it is founded, and what a mark is of


def test_how_well_an_answer_is_founded_stands_over_it_from_the_first_word_on() -> None:
    given = answer("耕地3.2万亩。[1]")
    shown = unescape(answer_message(given, 0, "zh", 1))
    begins = '<div class="message-text answer"><p class="grounds-line"><span class="grounds founded"'
    assert shown.startswith(begins) and ">有依据</span>" in shown
    assert unescape(answer_message(given, 0, "zh")).startswith(begins)
    weak = answer_message(replace(given, confidence=0.2), 0, "zh")
    assert ">依据较弱</span>" in weak and "请点开编号核对" in weak
    assert ">未找到</span>" in answer_message(answer("没有找到。", answered=False), 0, "zh")
    words = [answer_message(replace(given, confidence=sure), 0, "en") for sure in (0.9, 0.2)]
    assert ">Well founded</span>" in words[0] and ">Weakly founded</span>" in words[1]
    # In words, never a bare number.
    assert not any("0&#46;9" in one or "0&#46;2" in one or "90" in one for one in words)
    assert "grounds" not in answer_message(replace(given, mode="conversation"), 0, "zh")


def test_each_citation_has_a_preview_under_its_number() -> None:
    second = replace(CITATION, number=2, title="<b>土地</b>", headings=("一", "二"), page=7, quote="土" * 400)
    given = replace(answer("甲[1]乙[2]"), citations=(CITATION, second))
    shown = answer_message(given, 0, "zh")
    previews = shown[shown.index('<ul class="previews">') :]
    assert previews.count("<li value=") == 2 and '<li value="2">' in previews
    assert "一 › 二 › 第 7 页" in previews
    assert "<b>" not in previews
    assert "土" * 160 + "…" in previews and "土" * 161 not in previews
    assert "previews" not in answer_message(given, 0, "zh", 1)
    assert "previews" not in answer_message(answer("没有找到。", answered=False), 0, "zh")
    assert "previews" in answer_message(replace(given, is_draft=True), 0, "zh")


def test_a_mark_stays_with_the_character_before_it() -> None:
    shown = unescape(answer_message(answer("耕地3.2万亩。 [1][1]\n[1]"), 0, "zh"))
    assert '<p>耕地3.2万亩<span class="kept">。 <a ' in shown
    assert shown.count('class="kept"') == 1 and shown.count('class="citation-mark"') == 3
    assert '<p><a href="#wendang/citation/0/1"' in shown


def test_tools_stand_under_an_answer_that_is_whole() -> None:
    tools = element("div", "工具", class_="tools")
    assert tools in answer_message(answer("好。"), 0, "zh", tools=tools)
    assert tools in answer_message(answer("没有。", answered=False), 0, "zh", tools=tools)

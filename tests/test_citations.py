from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from index.chunking import split_passages
from index.datatypes import Hit, Ranks
from index.lexical import fold_in_place
from index.loaders import parse_document
from qa.citations import cite, is_verbatim
from qa.evidence import SIGNS, Candidate


def candidate(text: str, sentence: int = 0) -> Candidate:
    """A sentence of a document's only passage."""
    document = parse_document("规划.md", text.encode())
    (passage,) = split_passages(document)
    hit = Hit(passage, 1.0, Ranks(1, 1, 1), 0.9, 0.9, 1.0)
    found = passage.sentences[sentence]
    words = passage.sentence_text(found)
    return Candidate(hit, 0, sentence, found, words, fold_in_place(words), np.zeros(len(SIGNS)))


# Word for word


def test_a_sentence_of_its_passage_is_verbatim() -> None:
    assert is_verbatim(candidate("# 规划\n\n## 目标\n\n耕地三十四万亩。园区五个。", 1))


@pytest.mark.parametrize(
    ("text", "start", "end"), [("园区六个。", 8, 13), ("园区五个。", 7, 13), ("园区五个。", 8, 14)]
)
def test_other_words_or_other_offsets_are_not_verbatim(text: str, start: int, end: int) -> None:
    right = candidate("耕地三十四万亩。园区五个。", 1)
    assert is_verbatim(replace(right, sentence=replace(right.sentence, start=8, end=13), text="园区五个。"))
    assert not is_verbatim(replace(right, sentence=replace(right.sentence, start=start, end=end), text=text))


def test_offsets_outside_the_passage_are_not_verbatim() -> None:
    right = candidate("耕地三十四万亩。园区五个。", 1)
    passage = replace(right.hit.passage, start=9)
    assert not is_verbatim(replace(right, hit=replace(right.hit, passage=passage)))
    assert not is_verbatim(replace(right, text="", sentence=replace(right.sentence, start=13, end=13)))


def test_a_citation_says_where_its_sentence_stands() -> None:
    text = "# 金山规划\n\n## 第二章\n\n### 目标\n\n耕地三十四万亩。园区有5个。"
    citation = cite([candidate(text, 1)], 3, "园区有几个？")
    assert citation.number == 3
    assert citation.document == "规划.md"
    assert citation.title == "金山规划"
    assert citation.headings == ("第二章", "目标")
    assert citation.page is None
    assert citation.quote == "园区有5个。"
    assert citation.verified
    assert parse_document("规划.md", text.encode()).text[citation.start : citation.end] == citation.quote
    assert citation.emphasis == ((3, 5),)


# Lists


LIST = """沿四个方向推进：

1. 从炼油走向化工；
2. 从化工走向材料；
3. 园区走向生态。

最终目标是更加绿色。
"""


def test_a_sentence_that_announces_a_list_is_cited_with_it() -> None:
    citation = cite([candidate(LIST)], 1, "沿哪些方向推进？")
    assert citation.quote == "沿四个方向推进：\n1. 从炼油走向化工；\n2. 从化工走向材料；\n3. 园区走向生态。"
    assert parse_document("规划.md", LIST.encode()).text[citation.start : citation.end] == citation.quote


def test_an_item_of_a_list_is_cited_alone() -> None:
    assert cite([candidate(LIST, 1)], 1, "从炼油走向什么？").quote == "1. 从炼油走向化工；"


def test_a_list_whose_items_end_like_sentences_goes_on_while_they_are_numbered() -> None:
    text = "有三项要求：\n\n（一）提前申请。\n\n（二）经理批准。\n\n（三）按时返回。\n\n其他事项另行通知。"
    citation = cite([candidate(text)], 1, "有哪些要求？")
    assert citation.quote == "有三项要求：\n（一）提前申请。\n（二）经理批准。\n（三）按时返回。"


def test_a_list_ends_with_its_passage() -> None:
    assert (
        cite([candidate("包括三类：\n\n- 化工；\n- 材料；\n- 其他")], 1, "哪些？").quote
        == "包括三类：\n• 化工；\n• 材料；\n• 其他"
    )


def test_an_item_by_itself_is_cited_without_its_bullet() -> None:
    citation = cite([candidate("- 化工占一半。\n- 材料占三成。", 1)], 1, "材料占多少？")
    assert (citation.quote, citation.start) == ("材料占三成。", len("• 化工占一半。\n• "))


def test_a_list_is_cited_up_to_a_length_that_is_still_read() -> None:
    items = "\n".join(f"- 第{number}项：{'很长的说明' * 10}；" for number in range(1, 6))
    citation = cite([candidate(f"包括：\n\n{items}")], 1, "怎么分？")
    assert citation.quote.startswith("包括：\n• 第1项：很长的说明")
    assert citation.quote.endswith("说明；")
    assert len(citation.quote) <= 240
    assert citation.quote.count("第") == 4


def test_a_colon_at_the_end_of_the_passage_is_cited_as_it_is() -> None:
    assert cite([candidate("说明。方向如下：")], 1, "方向？").quote == "说明。"
    assert cite([candidate("说明。方向如下：", 1)], 1, "方向？").quote == "方向如下："


def test_the_label_of_an_answer_is_left_out_of_the_quote() -> None:
    text = "问：食堂周日开放吗？\n\n答：周日不开放。"
    citation = cite([candidate(text, 1)], 1, "食堂周日开放吗？")
    assert citation.quote == "周日不开放。"
    assert parse_document("规划.md", text.encode()).text[citation.start : citation.end] == "周日不开放。"


# Several sentences


def row(text: str, *numbers: int) -> list[Candidate]:
    return [candidate(text, number) for number in numbers]


def test_sentences_side_by_side_are_one_quote_with_what_stands_between_them() -> None:
    text = "# 规划\n\n耕地有三十四万亩。园区有5个。\n\n港口有2座。机场没有。"
    citation = cite(row(text, 1, 2), 2, "园区和港口有多少？")
    assert citation.quote == "园区有5个。\n港口有2座。"
    assert parse_document("规划.md", text.encode()).text[citation.start : citation.end] == citation.quote
    assert [citation.quote[start:end] for start, end in citation.emphasis] == ["5个", "2座"]


def test_a_row_whose_last_sentence_announces_a_list_is_cited_with_it() -> None:
    text = f"规划分三步。{LIST}"
    assert cite(row(text, 0, 1), 1, "沿哪些方向推进？").quote.startswith("规划分三步。沿四个方向推进：\n1. 从炼油")
    assert cite(row(text, 0, 1), 1, "沿哪些方向推进？").quote.endswith("；\n3. 园区走向生态。")


def test_a_row_that_holds_the_start_of_a_list_is_cited_with_all_of_it() -> None:
    whole = cite(row(LIST, 0), 1, "沿哪些方向推进？").quote
    assert cite(row(LIST, 0, 1), 1, "沿哪些方向推进？").quote == whole
    assert cite(row(LIST, 0, 1, 2), 1, "沿哪些方向推进？").quote == whole
    assert cite(row(LIST, 1, 2), 1, "沿哪些方向推进？").quote == whole
    assert cite(row(LIST, 1, 2), 1, "从炼油走向什么？").quote == "1. 从炼油走向化工；\n2. 从化工走向材料；"


def test_only_the_label_of_the_first_sentence_is_left_out() -> None:
    text = "答：周日不开放。\n\n答：周一开放。"
    assert cite(row(text, 0, 1), 1, "食堂周日开放吗？").quote == "周日不开放。\n答：周一开放。"

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.chunking import (
    LONGEST_PASSAGE,
    LONGEST_SENTENCE,
    announces_more,
    context_of,
    split_passages,
    split_sentences,
)
from index.datatypes import Document, Page, Section
from index.errors import DocumentError
from index.loaders import parse_document

LEAVE = "员工每年享有十天带薪年假，未休完的可以结转到次年三月底。"  # 28 characters
OVERTIME = "加班工资按照一点五倍发放，节假日加班按照三倍发放。"


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def document_of(text: str, *sections: Section, pages: tuple[Page, ...] = ()) -> Document:
    return Document("规定.txt", "规定", text, sections or (Section(0, len(text)),), pages, "0" * 64)


# Sentences


@pytest.mark.parametrize(
    "parts",
    [
        ["年假十天。", "病假五天！", "事假呢？", "没有"],
        ["真的吗？！", "是的。"],
        ["他说：“年假十天。”", "然后走了。"],
        ["（年假十天。）", "病假五天。"],
        ["他问“有年假吗？”）", "没有。"],
        ["《员工手册！》", "第二版。"],
        ["「年假十天。」", "『病假五天。』", "事假。"],
        ["年假……”", "病假五天。"],
        ["年假……病假五天。"],
        ["年假十天；病假五天。"],
        ["Leave is ten days. ", "Sick leave is five. ", "Ask Mr. Li or Dr. Wang. ", "Thanks."],
        ["He said “ten days.” ", "Then he left."],
        ["It is (by rule 5). ", "Nobody knows."],
        ["See rule No. 5 of the U.S. Code, i.e. the law, for 3.5 days."],
        ["The rate is 1.5 or 2.75 per cent. ", "年假十天。"],
        ["Version 1.2.3 of a.b.c is out. ", "5 people came."],
        ["Really?! ", "Yes!"],
        ["Leave is ten days.Sick leave is five."],
        ["金额为1.5万元。", "比例为12.5%。"],
    ],
)
def test_sentences_end_where_a_reader_ends_them(parts: list[str]) -> None:
    assert sentences("".join(parts)) == [part.strip() for part in parts]


def test_a_line_ends_a_sentence() -> None:
    assert sentences("年假十天\n  病假五天\n\n\n事假") == ["年假十天", "病假五天", "事假"]


def test_offsets_count_from_the_beginning_of_the_text() -> None:
    text = "前言。年假十天。 病假五天。后记。"
    assert split_sentences(text, 3, 14) == [(3, 8), (9, 14)]
    assert split_sentences(text, 3, 3) == []
    assert split_sentences(" \n　") == []


def test_a_row_of_marks_goes_with_the_sentence_before_it() -> None:
    assert sentences("年假十天。\n————\n病假五天。\n”\n") == ["年假十天。\n————", "病假五天。\n”"]
    assert sentences("————\n年假十天。") == ["————", "年假十天。"]


def test_a_sentence_that_is_too_long_is_split_at_its_strongest_mark() -> None:
    clause = "入职满一年的员工每年享有十天带薪年假，未休完的部分可以结转到次年三月底"  # 35 characters
    assert sentences("；".join([clause] * 6) + "。") == [
        "；".join([clause] * 4) + "；",
        "；".join([clause] * 2) + "。",
    ]


def test_without_a_stronger_mark_a_comma_or_a_space_splits() -> None:
    clause = "入职满一年的员工每年享有十天带薪年假并且可以结转"  # 24 characters
    assert sentences("，".join([clause] * 8)) == ["，".join([clause] * 6) + "，", "，".join([clause] * 2)]
    assert sentences(" ".join(["annual"] * 30)) == [" ".join(["annual"] * 23), " ".join(["annual"] * 7)]


def test_without_any_mark_the_length_splits() -> None:
    assert list(map(len, sentences("年" * 400))) == [160, 160, 80]


# Passages


def test_a_passage_is_a_run_of_whole_sentences() -> None:
    document = document_of(LEAVE * 25)
    passages = split_passages(document, first_id=7)
    assert [(p.id, p.start, p.end, len(p.sentences)) for p in passages] == [
        (7, 0, 168, 6),
        (8, 168, 420, 9),
        (9, 420, 700, 10),
    ]
    assert [passages[1].sentence_text(sentence) for sentence in passages[1].sentences] == [LEAVE] * 9
    assert {(p.document, p.title, p.headings, p.page) for p in passages} == {("规定.txt", "规定", (), None)}


def test_no_passage_crosses_a_heading() -> None:
    document = parse_document(
        "规定.md", "# 规定\n\n前言。\n\n## 年假\n\n年假十天。\n\n## 病假\n\n病假五天。\n".encode()
    )
    assert [(p.headings, p.text) for p in split_passages(document)] == [
        ((), "前言。"),
        (("年假",), "年假十天。"),
        (("病假",), "病假五天。"),
    ]


def test_a_section_that_fits_a_passage_is_one() -> None:
    assert [len(p.sentences) for p in split_passages(document_of(LEAVE * 11))] == [11]
    assert len(LEAVE * 11) < LONGEST_PASSAGE


def test_between_paragraphs_is_the_best_place_to_cut() -> None:
    paragraphs = [LEAVE * 7, OVERTIME * 7, LEAVE * 6]
    assert [p.text for p in split_passages(document_of("\n".join(paragraphs)))] == paragraphs


@pytest.mark.parametrize("seed", range(25))
def test_a_sentence_more_changes_the_passages_around_it_alone(seed: int) -> None:
    chance = random.Random(seed)
    lines = ["".join(chance.choices("甲乙丙丁戊己庚辛", k=chance.randint(8, 70))) + "。" for _ in range(900)]
    ends = [chance.choice(("", "", "", "\n\n")) for _ in lines]
    before = "".join(line + end for line, end in zip(lines, ends, strict=True))
    at = sum(map(len, lines[: chance.randrange(900)]))
    after = before[:at] + "新增一句话说明情况。" + before[at:]
    old, new = ({p.text for p in split_passages(document_of(text))} for text in (before, after))
    assert len(new) > 100
    assert len(new - old) <= 4


def test_what_announces_a_list_goes_with_it() -> None:
    text = OVERTIME * 7 + "\n申请年假需要下列材料：\n" + LEAVE * 7
    assert [p.text for p in split_passages(document_of(text))] == [
        OVERTIME * 7,
        "申请年假需要下列材料：\n" + LEAVE * 7,
    ]


def test_an_announcement_and_a_long_sentence_stay_within_a_passage() -> None:
    announcement, long = "年" * 154 + "如下：", "假" * 157 + "。"
    passages = split_passages(document_of(f"{LEAVE}\n{announcement}\n{long}"))
    assert all(p.end - p.start <= LONGEST_PASSAGE for p in passages)


def test_where_every_line_announces_the_next_passages_are_no_longer_than_else() -> None:
    passages = split_passages(document_of("材料如下：\n" * 400))
    assert max(p.end - p.start for p in passages) <= LONGEST_PASSAGE + LONGEST_SENTENCE


@pytest.mark.parametrize(
    ("sentence", "announces"),
    [("材料如下：", True), ("**材料如下：**", True), ("As follows: ", True), ("材料如下。", False), ("", False)],
)
def test_announces_more(sentence: str, announces: bool) -> None:
    assert announces_more(sentence) is announces


def test_a_passage_knows_its_page() -> None:
    text = "年假十天。\n病假五天。\n事假三天。"
    sections = (Section(0, 5), Section(6, 11), Section(12, 17))
    pages = (Page(3, 0, 6), Page(4, 6, 12), Page(7, 12, 17))
    assert [p.page for p in split_passages(document_of(text, *sections, pages=pages))] == [3, 4, 7]


def test_context_is_the_own_title_and_the_heading_path() -> None:
    document = parse_document("a.md", "# 规定\n\n## 假期\n\n### 年假\n\n年假十天。\n".encode())
    assert [context_of(document, p) for p in split_passages(document)] == ["规定 > 假期 > 年假"]
    untitled = parse_document("规定.txt", "年假十天。".encode())
    assert [context_of(untitled, p) for p in split_passages(untitled)] == [""]


# What holds for every text

MARKS = ["。", "，", "；", "：", "！", "？", "……", "“", "”", "（", "）", "——", "。”", '"', "**", "-"]
SPACES = ["\n", "\n\n", " ", "　", "\t"]
WORDS = [
    LEAVE,
    "年假",
    "leave",
    "No. ",
    "Mr. ",
    "1.5",
    "A. ",
    "end. ",
    "第一章 总则\n",
    "\n第三条 ",
    "一、年假\n",
    "# 标题\n\n",
]
LONG = ["材料如下：\n", "年" * 90, "假" * 150 + "：", "a" * 130, "-" * 200, "，假" * 70]
PIECES = st.sampled_from([*MARKS, *SPACES, *WORDS, *LONG])
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from(["规定.txt", "规定.md"]))
@example("年假。\n" + "-" * 400 + "\n病假。", "规定.txt")
@example(LEAVE + "-" * 600, "规定.txt")
@example(f"{LEAVE}\n{'年' * 154}如下：\n{'假' * 157}。", "规定.txt")
def test_passages_and_sentences_lie_where_they_say(text: str, name: str) -> None:
    try:
        document = parse_document(name, text.encode())
    except DocumentError:
        return
    check(document)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.data())
def test_sections_of_any_shape_are_kept(text: str, data: st.DataObject) -> None:
    bounds = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    sections = [Section(left, right, (str(left),)) for left, right in pairwise(bounds)]
    document = Document("规定.txt", "规定", text, tuple(sections), (), "0" * 64)
    check(document)


def check(document: Document) -> None:
    """Assert all that the design promises of passages and sentences."""
    passages = split_passages(document)
    covered = [0] * len(document.text)
    for number, passage in enumerate(passages):
        assert passage.id == number
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip() != ""
        assert any(
            section.start <= passage.start and passage.end <= section.end and section.headings == passage.headings
            for section in document.sections
        )
        assert passage.end - passage.start <= LONGEST_PASSAGE + LONGEST_SENTENCE
        assert (passage.sentences[0].start, passage.sentences[-1].end) == (passage.start, passage.end)
        for sentence in passage.sentences:
            words = document.text[sentence.start : sentence.end]
            assert sentence.passage_id == passage.id
            assert passage.sentence_text(sentence) == words == words.strip() != ""
            # Marks without a letter or digit may follow a sentence of full length.
            assert sum(map(str.isalnum, words)) <= LONGEST_SENTENCE
            for at in range(sentence.start, sentence.end):
                covered[at] += 1
    for left, right in pairwise(passages):
        assert left.end <= right.start
    body = {at for section in document.sections for at in range(section.start, section.end)}
    for at, character in enumerate(document.text):
        if at in body and not character.isspace():
            assert covered[at] == 1
        assert covered[at] <= (at in body)


# Articles


def article(number: str, paragraphs: int) -> str:
    return f"第{number}条 下列人员出差按照规定等级乘坐：\n" + f"（一）{LEAVE}\n" * paragraphs


def test_an_article_that_fits_is_in_one_passage() -> None:
    articles = [article(number, 5 + at * 2 % 6) for at, number in enumerate("一二三四五六七八九十")]
    assert all(150 <= len(one) <= LONGEST_PASSAGE for one in articles)
    passages = split_passages(document_of("".join(articles)))
    assert len(passages) > 3
    for one in articles:
        assert sum(one.strip() in passage.text for passage in passages) == 1
    assert all(passage.text.startswith("第") for passage in passages)


def test_an_article_that_does_not_fit_is_cut_and_the_others_are_not() -> None:
    articles = [article("一", 5), article("二", 30), article("三", 5)]
    passages = split_passages(document_of("".join(articles)))
    assert all(len(passage.text) <= LONGEST_PASSAGE for passage in passages)
    assert [sum(one.strip() in passage.text for passage in passages) for one in articles] == [1, 0, 1]


def test_an_article_that_is_only_spoken_of_is_none() -> None:
    text = (LEAVE + "按照第三条办理。") * 30
    lines = text.replace("按照第三条", "按照\n第三条")
    assert len(split_passages(document_of(lines))) >= len(text) // LONGEST_PASSAGE

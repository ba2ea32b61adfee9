from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set
from pathlib import Path

import numpy as np
import pytest

from index.generations import Generation
from qa.assistant import Assistant
from qa.conversation import standalone_question
from qa.datatypes import Turn
from qa.measures import Evidence, Question
from scripts.variants import SUMMARIES, Posed, cut_answer, summaries, variants
from scripts.withheld import without_passages
from tests.test_assistant import open_library

TEXTS = {
    "清水镇概况": "# 清水镇概况\n\n## 茶叶\n\n清水镇种植茶叶。茶叶产量每年八百吨。茶农合作社负责烘焙。\n\n"
    "## 人口\n\n清水镇的人口是三万人。街道旁种着银杏。\n",
    "白石镇概况": "# 白石镇概况\n\n白石镇出产花岗岩。采石场每年休整两个月。矿车沿铁轨下山。\n",
    "渡口": "# 渡\n\n渡船在傍晚停航。艄公住在码头边。\n",
}
FACT = Question(
    id="1",
    text="清水镇概况里茶叶产量是多少？",
    answers=("八百吨",),
    evidence=(Evidence("清水镇概况.md", "茶叶产量每年八百吨。"),),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("library")
    return open_library(folder, {f"{name}.md": text for name, text in TEXTS.items()})


@pytest.fixture(scope="module")
def generation(library: Assistant) -> Generation:
    return library.generation


def rows_of(generation: Generation, document: str, words: str = "") -> Set[int]:
    passages = generation.index.passages
    return frozenset(one.id for one in passages if one.document == document and words in one.text)


def posed(question: Question, generation: Generation, seed: int = 0) -> dict[str, Posed]:
    made = list(variants(question, generation, np.random.default_rng(seed)))
    assert len({one.variant for one in made}) == len(made)
    return {one.variant: one for one in made}


# Variants


def test_the_question_itself_comes_first(generation: Generation) -> None:
    first = next(variants(FACT, generation, np.random.default_rng(0)))
    assert first == Posed(FACT, FACT.text, "plain", True)
    assert (first.withheld, first.cuts_answer) == (frozenset(), False)


def test_every_variant_but_the_question_itself_is_unanswerable(generation: Generation) -> None:
    made: dict[str, Posed] = {}
    for seed in range(20):
        made |= posed(FACT, generation, seed)
    assert set(made) == {"plain", "withheld document", "withheld passage", "cut sentence", "other title"}
    assert {name for name, one in made.items() if one.answerable} == {"plain"}
    assert {one.question for one in made.values()} == {FACT}


def test_what_is_withheld(generation: Generation) -> None:
    made = posed(FACT, generation)
    document = rows_of(generation, "清水镇概况.md")
    assert len(document) == 2
    assert made["withheld document"].withheld == document
    assert made["withheld passage"].withheld == rows_of(generation, "清水镇概况.md", "八百吨")
    assert made["cut sentence"].withheld == frozenset()
    assert made["cut sentence"].cuts_answer


def test_a_passage_that_is_the_whole_document_is_withheld_once(generation: Generation) -> None:
    question = Question("2", "采石场休整多久？", evidence=(Evidence("白石镇概况.md", "采石场每年休整两个月。"),))
    made = posed(question, generation)
    assert made["withheld document"].withheld == rows_of(generation, "白石镇概况.md")
    assert "withheld passage" not in made


def test_the_same_is_asked_of_another_title(generation: Generation) -> None:
    others = [posed(FACT, generation, seed).get("other title") for seed in range(30)]
    assert {one.text for one in others if one} == {"白石镇概况里茶叶产量是多少?"}
    # Where chance chose the title that is there already, there is no such variant.
    assert None in others
    assert all(not one.withheld and not one.cuts_answer for one in others if one)


def test_a_traditional_title_is_found_and_replaced(generation: Generation) -> None:
    question = Question("3", "清水鎮概況裡茶葉產量是多少", evidence=FACT.evidence)
    texts = {one.text for seed in range(10) for one in posed(question, generation, seed).values()}
    assert texts == {question.text, "白石镇概况里茶叶产量是多少"}


def test_a_question_that_names_no_title_keeps_its_own(generation: Generation) -> None:
    question = Question("4", "茶叶产量是多少？", evidence=FACT.evidence)
    assert all("other title" not in posed(question, generation, seed) for seed in range(10))


@pytest.mark.parametrize(
    "question",
    [
        Question("5", "谁登上了月球？", answerable=False, evidence=FACT.evidence),
        Question("6", "茶叶产量是多少？", answers=("八百吨",)),
    ],
    ids=["unanswerable", "no evidence"],
)
def test_without_evidence_there_is_the_question_alone(question: Question, generation: Generation) -> None:
    alone = Posed(question, question.text, "plain", question.answerable)
    assert list(posed(question, generation).values()) == [alone]


def test_a_follow_up_is_posed_as_a_whole_question(generation: Generation) -> None:
    history = (Turn("user", "清水镇的茶叶产量是多少？"), Turn("assistant", "八百吨。"))
    question = Question("7", "那人口呢？", evidence=(Evidence("清水镇概况.md", "人口是三万人"),), history=history)
    texts = {one.text for one in posed(question, generation).values()}
    assert texts == {standalone_question(question.text, history)} != {question.text}


# Cutting the answer out


def test_the_sentences_with_the_answer_are_cut_out(library: Assistant) -> None:
    reading = library.read("清水镇的茶叶产量是多少？", 20)
    cut = cut_answer(reading, FACT)
    gone = [one.text for one in reading.candidates if one.text not in [other.text for other in cut.candidates]]
    assert gone == ["茶叶产量每年八百吨。"]
    assert len(cut.candidates) == len(reading.candidates) - 1
    tea = [one for one in cut.candidates if one.hit.passage.headings == ("茶叶",)]
    assert {one.hit.passage.text for one in tea} == {"清水镇种植茶叶。" + " " * 10 + "茶农合作社负责烘焙。"}
    for one in cut.candidates:
        # Places stay what they were.
        assert one.hit.passage.sentence_text(one.sentence) == one.text
    others = [one for one in cut.candidates if one not in tea]
    assert others == [one for one in reading.candidates if one.hit.passage.headings != ("茶叶",)]


def test_every_sentence_of_the_evidence_or_with_an_answer_is_cut_out(library: Assistant) -> None:
    question = Question(
        id="8",
        text="茶叶和人口？",
        answers=("铁轨",),
        evidence=(
            Evidence("清水镇概况.md", "清水镇种植茶叶。茶叶产量每年八百吨。"),
            Evidence("清水镇概况.md", "人口是三万"),
        ),
    )
    cut = cut_answer(library.read("清水镇的茶叶产量是多少？", 20), question)
    assert sorted(one.text for one in cut.candidates) == sorted(
        [
            *("茶农合作社负责烘焙。", "街道旁种着银杏。", "白石镇出产花岗岩。"),
            *("采石场每年休整两个月。", "渡船在傍晚停航。", "艄公住在码头边。"),
        ]
    )
    (tea,) = {one.hit.passage.text for one in cut.candidates if one.hit.passage.headings == ("茶叶",)}
    assert tea == " " * 18 + "茶农合作社负责烘焙。"


def test_a_question_in_parts_is_cut_in_every_part(library: Assistant) -> None:
    reading = library.read("清水镇概况和白石镇概况各有哪些产品？", 20)
    cut = cut_answer(reading, FACT)
    assert len(cut.parts) == len(reading.parts) == 2
    for one in (cut, *cut.parts):
        assert one.candidates
        assert "八百吨" not in "".join(each.text + each.hit.passage.text for each in one.candidates)
    assert all("八百吨" in "".join(one.text for one in part.candidates) for part in reading.parts)


def test_where_nothing_answers_nothing_is_cut(library: Assistant) -> None:
    reading = library.read("清水镇的茶叶产量是多少？", 20)
    assert cut_answer(reading, Question("9", "谁登上了月球？", answers=("王建国",))) == reading


# Summaries


def test_summaries_are_asked_of_what_a_document_holds_and_of_what_it_does_not(generation: Generation) -> None:
    made = list(summaries(generation, 40, np.random.default_rng(3)))
    assert {one.variant for one in made} == {"summary"}
    counts = Counter((one.answerable, bool(one.withheld)) for one in made)
    assert counts[True, False] == counts[False, True] == 40
    assert 0 < counts[False, False] <= 40
    assert not counts[True, True]
    titles = {"清水镇概况": "清水镇概况.md", "白石镇概况": "白石镇概况.md"}
    for one in made:
        assert one.question.text == one.text
        assert (one.question.answerable, one.question.answers, one.question.evidence) == (one.answerable, (), ())
        # A title of one character tells no document; its texts are asked about neither.
        (title,) = (title for title in titles if title in one.text)
        rows = rows_of(generation, titles[title])
        assert one.withheld in (frozenset(), rows)
        text = "".join(generation.index.passages[row].text for row in rows)
        terms = next(filter(None, (filled(form, one.text) for form in SUMMARIES)))
        assert all(term in text for term in terms) == (one.answerable or bool(one.withheld))


def filled(form: str, text: str) -> list[str] | None:
    """The terms that a form was filled with, or None where a text is of another form."""
    pattern = form.replace("{title}", ".+?").replace("{one}", "(.+?)").replace("{other}", "(.+?)")
    found = re.fullmatch(pattern, text)
    return list(found.groups()) if found else None


def test_no_summary_is_asked_of_documents_without_a_title_that_tells(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    assert list(summaries(open_library(tmp_path / "none", {}).generation, 5, random)) == []
    short = open_library(tmp_path / "short", {"渡口.md": TEXTS["渡口"]}).generation
    assert list(summaries(short, 5, random)) == []
    # 2 characters are enough, but one sentence has no two terms.
    dull = open_library(tmp_path / "dull", {"渡口.md": "# 渡口\n\n停航。"}).generation
    assert list(summaries(dull, 5, random)) == []
    assert list(summaries(dull, 0, random)) == []


def test_the_same_seed_poses_the_same(generation: Generation) -> None:
    one, same, other = (list(summaries(generation, 9, np.random.default_rng(seed))) for seed in (1, 1, 2))
    assert one == same != other


# Withheld passages


def test_what_only_withheld_passages_hold_counts_as_missing(generation: Generation) -> None:
    index = generation.index
    withheld = rows_of(generation, "清水镇概况.md", "茶叶")
    without = without_passages(index, withheld)
    assert index.lexical.contains("茶叶") and not without.lexical.contains("茶叶")
    assert without.lexical.contains("银杏")
    assert index.lexical.holders("清水") == rows_of(generation, "清水镇概况.md")
    assert without.lexical.holders("清水") == rows_of(generation, "清水镇概况.md") - withheld
    assert without.lexical.holders("清水", range(min(withheld), max(withheld) + 1)) == set()
    assert without.lexical.holders("！") is None and without.lexical.contains("！")
    assert without.lexical.scores("茶叶").tolist() == index.lexical.scores("茶叶").tolist()
    assert without_passages(index, frozenset()) is index

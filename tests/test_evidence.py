from __future__ import annotations

from math import log
from pathlib import Path

import numpy as np
import pytest

from qa.assistant import Assistant
from qa.evidence import READ_HITS, SIGNS, Candidate, Reading, read_candidates, sentence_weights
from qa.retrieval import prepare_query, retrieve
from tests.fakes import FakeEncoder
from tests.test_assistant import CANTEEN, HANDBOOK, open_library

QUESTIONS = """# 常见问答

## 食堂周日开放吗？

不开放。

## 宿舍

晚上几点关门？

每晚十一点关门。

园区有活力湾区、美丽湾区和幸福湾区。园区面积1379亩，2016年建成。
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("library")
    return open_library(folder, {"手册.md": HANDBOOK, "食堂.txt": CANTEEN, "问答.md": QUESTIONS})


def candidate(reading: Reading, text: str) -> Candidate:
    return next(one for one in reading.candidates if one.text == text)


def test_every_sentence_of_every_passage_is_read_word_for_word(library: Assistant) -> None:
    reading = library.read("食堂早餐的价格是多少？", 20)
    sentences = [
        (passage.document, sentence.start)
        for passage in library.generation.index.passages
        for sentence in passage.sentences
    ]
    assert sorted((one.hit.passage.document, one.sentence.start) for one in reading.candidates) == sorted(sentences)
    for one in reading.candidates:
        text = library.generation.documents[one.hit.passage.document].text
        assert text[one.sentence.start : one.sentence.end] == one.text
        assert len(one.folded) == len(one.text)


def test_the_best_sentence_comes_first_and_scores_are_weighted_signs(library: Assistant) -> None:
    reading = library.read("食堂早餐的价格是多少？", 20)
    assert reading.candidates[0].text == "早餐的价格是五元，午餐的价格是十二元。"
    scores = [one.score for one in reading.candidates]
    assert scores == sorted(scores, reverse=True)
    for one in reading.candidates:
        assert one.score == pytest.approx(float(one.signs @ sentence_weights()))


def test_each_sentence_knows_its_passages_place_among_the_hits_as_searched(library: Assistant) -> None:
    reading = library.read("食堂早餐的价格是多少？", 20)
    found = reading.found
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert sorted(hit.passage.id for hit in found) == [0, 1, 2, 3, 4]
    for one in reading.candidates:
        assert found[one.place] is one.hit
        assert one.hit.passage is library.generation.index.passages[one.hit.passage.id]
        assert one.hit.passage.sentences[one.number] is one.sentence
    # The sentences are ranked; the hits are what the search made them.
    index = library.generation.index
    query = prepare_query("食堂早餐的价格是多少？", index)
    assert found == retrieve(index, query, FakeEncoder().encode_queries(query.texts)).hits


def test_the_hits_are_cut_to_windows_best_first(library: Assistant) -> None:
    reading = library.read("食堂早餐的价格是多少？", 20)
    hits = reading.retrieval.hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].passage.text.startswith("食堂每天供应早餐、午餐和晚餐。早餐的价格是五元")
    for hit in hits:
        text = library.generation.documents[hit.passage.document].text
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text
    # What was read is shown, each sentence once.
    shown = [(hit.passage.document, one.start) for hit in hits for one in hit.passage.sentences]
    assert sorted(shown) == sorted((one.hit.passage.document, one.sentence.start) for one in reading.candidates)


def test_a_window_may_be_narrower_or_wider_than_a_passage(tmp_path: Path) -> None:
    filler = [f"第{number}条规定了仓库在第{number}季度的巡查办法和值班安排。" for number in range(40)]
    facts = "".join([*filler[:20], "仓库的钥匙由门卫保管。", *filler[20:]])
    library = open_library(tmp_path, {"仓库.md": f"# 仓库规定\n\n## 条款\n\n{facts}\n"})
    passages = library.generation.index.passages
    assert len(passages) >= 3
    first, *_ = library.read("仓库的钥匙由门卫保管？", 20).retrieval.hits
    assert "仓库的钥匙由门卫保管。" in first.passage.text
    assert (first.passage.start, first.passage.end) not in [(one.start, one.end) for one in passages]
    assert 300 < sum(one.end - one.start for one in first.passage.sentences) <= 600


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("towns")
    texts = {
        "清水镇": "清水镇以茶叶为主。清水镇的人口是三万人。清水镇的茶叶产量逐年增长。",
        "白石镇": "白石镇以石材为主。白石镇的人口是五万人。白石镇的石材运往各地。",
    }
    return open_library(folder, {f"{name}.txt": f"{name}概况\n\n{text}" for name, text in texts.items()})


def test_each_part_of_a_question_is_read_for_itself(towns: Assistant) -> None:
    reading = towns.read("清水镇和白石镇的人口分别是多少？", 20)
    assert [part.retrieval.query.text for part in reading.parts] == ["清水镇的人口是多少？", "白石镇的人口是多少？"]
    assert [part.candidates[0].text for part in reading.parts] == ["清水镇的人口是三万人。", "白石镇的人口是五万人。"]
    for part in reading.parts:
        assert part.parts == ()
        assert part.found == part.retrieval.hits
        alone = towns.read(part.retrieval.query.text, 20)
        assert [(one.text, one.score) for one in part.candidates] == [(one.text, one.score) for one in alone.candidates]
    assert towns.read("清水镇的人口是多少？", 20).parts == ()


def test_the_best_of_every_part_lead_together(towns: Assistant) -> None:
    reading = towns.read("清水镇和白石镇的人口分别是多少？", 20)
    first, second, *others = reading.candidates
    assert {first.text, second.text} == {"清水镇的人口是三万人。", "白石镇的人口是五万人。"}
    assert first.score == second.score == 0.0
    assert all(one.score < 0 for one in others)
    texts = [one.text for one in reading.candidates]
    assert len(texts) == len(set(texts)) == 6
    for one in others:
        behind = [
            each.score - part.candidates[0].score
            for part in reading.parts
            for each in part.candidates
            if each.text == one.text
        ]
        assert one.score == max(behind)
    answer = towns.ask("清水镇和白石镇的人口分别是多少？")
    assert "三万" in answer.text and "五万" in answer.text


def test_the_cosine_is_that_of_the_sentence_with_title_and_headings(library: Assistant) -> None:
    encoder = FakeEncoder()
    question = encoder.encode_queries(["加班由谁批准？"])[0]
    sentence = encoder.encode_queries(["员工手册 > 加班\n加班须由部门经理批准。"])[0]
    found = candidate(library.read("加班由谁批准？", 20), "加班须由部门经理批准。")
    assert found.sign("cosine") == pytest.approx(float(np.dot(question, sentence)), abs=1e-5)


def test_coverage_is_the_share_of_what_is_wanted_by_weight(library: Assistant) -> None:
    index = library.generation.index
    question = "食堂早餐的价格"
    found = candidate(library.read(question, 20), "早餐的价格是五元，午餐的价格是十二元。")
    wanted = prepare_query(question, index).wanted
    total = sum(one.weight for one in wanted)

    def share(text: str) -> float:
        return sum(one.weight for one in wanted if one.alternatives[0] in text) / total

    assert found.sign("coverage") == pytest.approx(share(found.text))
    assert found.sign("context_coverage") == pytest.approx(share("食堂管理规定 食堂每天供应早餐 " + found.text))
    assert found.sign("passage_coverage") == pytest.approx(share("食堂管理规定 " + found.hit.passage.text))
    assert 0 < found.sign("coverage") < found.sign("context_coverage") < 1


def test_traditional_words_are_covered_by_simplified_text(library: Assistant) -> None:
    found = candidate(library.read("早餐的價格", 20), "早餐的价格是五元，午餐的价格是十二元。")
    assert found.sign("coverage") == 1.0


def test_numbers_that_the_sentence_lacks(library: Assistant) -> None:
    reading = library.read("2016年和2017年园区面积是多少？", 20)
    assert candidate(reading, "园区面积1379亩，2016年建成。").sign("numbers_lacking") == 0.5
    assert candidate(reading, "不开放。").sign("numbers_lacking") == 1.0
    assert candidate(reading, "园区有活力湾区、美丽湾区和幸福湾区。").sign("passage_numbers_lacking") == 0.5
    # 2016 stands in its document, 2017 nowhere.
    assert candidate(reading, "不开放。").sign("document_numbers_lacking") == 0.5
    assert candidate(reading, "加班须由部门经理批准。").sign("document_numbers_lacking") == 1.0
    without = library.read("园区面积是多少？", 20)
    assert {one.sign("numbers_lacking") for one in without.candidates} == {0.0}


REPORT = "# 鸿源公司\n\n{year}年是鸿源公司成立以来的第{age}年。\n\n## 展望\n\n{text}\n"
REPORTS = {
    "甲.md": REPORT.format(year=2018, age="八", text="展望未来，鸿源公司将扩大绿色信贷的规模。"),
    "乙.md": REPORT.format(year=2020, age="十", text="展望未来，鸿源将继续经营绿色业务，扩大信贷。"),
}


@pytest.mark.parametrize(
    ("year", "behind"), [("2018年", {"乙.md": 2.0}), ("2020年", {"甲.md": 2.0}), ("2022年", {}), ("", {})]
)
def test_a_document_falls_behind_that_lacks_the_year_another_holds(
    tmp_path: Path, year: str, behind: dict[str, float]
) -> None:
    """Of look-alike reports. Where none names the year, and where none is asked about, all are as they were."""
    reading = open_library(tmp_path, REPORTS).read(f"鸿源公司{year}的绿色信贷展望如何？", 5)
    assert len(reading.candidates) == 4
    for one in reading.candidates:
        plain = float(one.signs @ sentence_weights())
        assert one.score == pytest.approx(plain - behind.get(one.hit.passage.document, 0.0))


def test_what_the_question_expects_is_held_or_lacking(library: Assistant) -> None:
    reading = library.read("园区面积有多少亩？", 20)
    held = candidate(reading, "园区面积1379亩，2016年建成。")
    lacking = candidate(reading, "加班须由部门经理批准。")
    assert (held.sign("holds_expected"), held.sign("lacks_expected")) == (1.0, 0.0)
    assert (lacking.sign("holds_expected"), lacking.sign("lacks_expected")) == (0.0, 1.0)
    assert (held.sign("lacks_number"), lacking.sign("lacks_number")) == (0.0, 1.0)
    assert (held.sign("holds_measure"), held.sign("lacks_measure")) == (1.0, 0.0)
    assert (lacking.sign("holds_measure"), lacking.sign("lacks_measure")) == (0.0, 1.0)
    open_question = library.read("介绍一下加班", 20)
    assert {one.sign("holds_expected") + one.sign("lacks_expected") for one in open_question.candidates} == {0.0}


@pytest.mark.parametrize(
    ("question", "sign"),
    [
        ("园区面积有多少亩？", "lacks_number"),
        ("园区什么时候建成？", "lacks_date"),
        ("加班由谁批准？", "lacks_person"),
        ("宿舍位于哪里？", "lacks_place"),
    ],
)
def test_each_kind_has_its_own_sign_of_lacking(library: Assistant, question: str, sign: str) -> None:
    kinds = {"lacks_number", "lacks_date", "lacks_person", "lacks_place"}
    for one in library.read(question, 20).candidates:
        assert one.sign(sign) == one.sign("lacks_expected") == 1.0 - one.sign("holds_expected")
        assert not any(one.sign(other) for other in kinds - {sign})
    lacking = candidate(library.read(question, 20), "加班须由部门经理批准。")
    assert lacking.sign(sign) == 1.0


def test_a_list_that_names_its_kind_again_and_again(library: Assistant) -> None:
    reading = library.read("园区有哪三个湾区？", 20)
    assert candidate(reading, "园区有活力湾区、美丽湾区和幸福湾区。").sign("repeats_focus") == 1.0
    assert candidate(reading, "园区面积1379亩，2016年建成。").sign("repeats_focus") == 0.0


def test_stubs_questions_and_what_follows_a_question(library: Assistant) -> None:
    reading = library.read("食堂周日开放吗", 20)
    reply = candidate(reading, "不开放。")
    asks = candidate(reading, "晚上几点关门？")
    assert (reply.sign("is_stub"), asks.sign("is_stub")) == (1.0, 0.0)
    assert (reply.sign("is_question"), asks.sign("is_question")) == (0.0, 1.0)
    assert reply.sign("follows_question") == 1.0  # its heading is the question
    assert candidate(library.read("晚上几点关门", 20), "每晚十一点关门。").sign("follows_question") == 1.0
    assert asks.sign("follows_question") == 0.0
    assert reply.sign("length") == pytest.approx(log(5))


def test_every_sign_has_a_weight() -> None:
    assert sentence_weights().shape == (len(SIGNS),)
    assert len(set(SIGNS)) == len(SIGNS)
    assert np.isfinite(sentence_weights()).all()


def test_only_the_first_passages_are_read_and_the_others_come_last(tmp_path: Path) -> None:
    notes = {f"{number:02}.txt": f"第{number}号通知\n\n食堂第{number}周放假。" for number in range(READ_HITS + 10)}
    library = open_library(tmp_path, notes)
    reading = library.read("食堂哪一周放假？", READ_HITS + 10)
    assert len(reading.retrieval.hits) == READ_HITS + 10
    assert {one.place for one in reading.candidates} == set(range(READ_HITS))


def test_without_passages_there_is_nothing_to_read(tmp_path: Path) -> None:
    reading = open_library(tmp_path, {}).read("食堂哪一周放假？", 10)
    assert (reading.candidates, reading.retrieval.hits) == ((), ())


def test_a_question_without_terms_covers_nothing(library: Assistant) -> None:
    index = library.generation.index
    query = prepare_query("是什么？", index)
    retrieval = retrieve(index, query, FakeEncoder().encode_queries(query.texts))
    candidates = read_candidates(retrieval, index)
    assert query.wanted == ()
    assert len(candidates) == 13
    assert {one.sign("coverage") + one.sign("passage_coverage") for one in candidates} == {0.0}

"""What the reader is trained on: which sentences are right, and what becomes of them in each pair."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from qa.settings import Settings
from scripts.reader_examples import (
    ANSWERS,
    UNKNOWN,
    WRONG,
    LabelledExcerpt,
    Lesson,
    Pair,
    PairMaker,
    character_table,
    read_lessons,
)
from tests.fakes import FakeEncoder

TOWNS = {
    "清水镇": ("茶叶", "1958", "三万人"),
    "白石镇": ("石材", "1963", "五万人"),
    "东河镇": ("莲藕", "1971", "两万人"),
}


def write_set(folder: Path) -> Path:
    """An evaluation set: three towns, each asked for its people and its road, and one question for nothing."""
    (folder / "documents").mkdir(parents=True)
    lines: list[dict[str, object]] = []
    for town, (crop, year, people) in TOWNS.items():
        facts = f"{town}的人口是{people}。", f"{town}的公路于{year}年通车。"
        rest = f"{town}出产{crop}。居民住在河边的老街上。街上有{people}走过。"
        (folder / "documents" / f"{town}.md").write_text(f"# {town}\n\n## 概况\n\n{rest}{''.join(facts)}\n", "utf-8")
        asked = (f"{town}的人口是多少？", people, facts[0]), (f"{town}的公路在哪一年通车？", year, facts[1])
        for question, answer, quote in asked:
            evidence = [{"document": f"{town}.md", "quote": quote}]
            lines.append({"question": question, "answers": [answer], "evidence": evidence})
    lines.append({"question": "谁第一个登上了月球？", "answerable": False})
    numbered = ({"id": str(number), "answerable": True} | line for number, line in enumerate(lines))
    (folder / "questions.jsonl").write_text("\n".join(json.dumps(line) for line in numbered), "utf-8")
    return folder


def excerpt(*sentences: str, labels: tuple[int, ...] = (), context: str = "") -> LabelledExcerpt:
    ends = np.cumsum([len(one) for one in sentences]).tolist()
    spans = tuple((end - len(one), end) for one, end in zip(sentences, ends, strict=True))
    return LabelledExcerpt("清水镇", context, "".join(sentences), spans, labels or (WRONG,) * len(sentences))


def sentences_of(one: LabelledExcerpt) -> list[str]:
    return [one.text[start:end] for start, end in one.spans]


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> list[Lesson]:
    source = write_set(tmp_path_factory.mktemp("sets") / "towns")
    return list(read_lessons(source, Settings(data=tmp_path_factory.mktemp("data")), FakeEncoder()))


# Lessons


def test_a_lesson_has_the_right_passage_first_and_labels_every_sentence(lessons: list[Lesson]) -> None:
    assert [one.question for one in lessons][:2] == ["清水镇的人口是多少？", "清水镇的公路在哪一年通车？"]
    assert len(lessons) == 6  # the one without an answer teaches nothing
    first = lessons[0]
    assert (first.source, first.answers) == ("towns", ("三万人",))
    labels = dict(zip(sentences_of(first.passages[0]), first.passages[0].labels, strict=True))
    assert labels == {
        "清水镇出产茶叶。": WRONG,
        "居民住在河边的老街上。": WRONG,
        "街上有三万人走过。": UNKNOWN,
        "清水镇的人口是三万人。": ANSWERS,
        "清水镇的公路于1958年通车。": WRONG,
    }
    assert first.passages[0].context == "清水镇 > 概况"
    assert {one.title for one in first.passages[1:]} == {"白石镇", "东河镇"}
    assert not any(ANSWERS in one.labels for one in first.passages[1:])


def test_words_that_can_be_swapped_are_none_that_ask(lessons: list[Lesson]) -> None:
    first, second = lessons[0], lessons[1]
    assert [first.question[start:end] for start, end, _ in first.words if end > 3] == ["人口"]
    assert {"公路", "通车"} <= {second.question[start:end] for start, end, _ in second.words}
    assert all(first.question[start:end] != "多少" for start, end, _ in first.words)


def test_a_part_of_an_excerpt_keeps_what_stands_between_neighbours_only() -> None:
    whole = LabelledExcerpt("题", "", "甲。 乙。 丙。 丁。", ((0, 2), (3, 5), (6, 8), (9, 11)), (1, 0, -1, 0))
    part = whole.part([0, 2, 3])
    assert part == LabelledExcerpt("题", "", "甲。丙。 丁。", ((0, 2), (2, 4), (5, 7)), (1, -1, 0))


# Pairs


def made_pairs(lessons: list[Lesson], rounds: int = 60) -> list[tuple[Lesson, list[Pair]]]:
    maker = PairMaker(lessons, seed=3)
    return [(lesson, maker.pairs(lesson)) for _ in range(rounds) for lesson in lessons]


def simplified(text: str) -> str:
    return text.translate(character_table("t2s"))


def test_the_first_pair_is_right_and_all_others_are_wrong(lessons: list[Lesson]) -> None:
    for lesson, pairs in made_pairs(lessons):
        first, *others = pairs
        assert first.is_relevant and first.answers and len(others) >= 2
        (right,) = first.excerpt.numbers(ANSWERS)
        assert lesson.answers[0] in simplified(sentences_of(first.excerpt)[right])
        assert not any(one.is_relevant or one.answers for one in others)
        assert not any(one.excerpt.text == "" for one in pairs)


def test_sentences_stay_those_of_the_passages(lessons: list[Lesson]) -> None:
    cut = 0
    for lesson, pairs in made_pairs(lessons):
        known = {
            text: label for one in lesson.passages for text, label in zip(sentences_of(one), one.labels, strict=True)
        }
        for pair in pairs:
            for number, text in enumerate(map(simplified, sentences_of(pair.excerpt))):
                whole = [one for one in known if one.endswith(text)]
                assert whole, text
                cut += text not in known
                assert number == 0 or text in known
    assert cut > 20  # the beginnings of snippets


def test_a_wrong_excerpt_holds_no_sentence_that_may_answer(lessons: list[Lesson]) -> None:
    for lesson, pairs in made_pairs(lessons):
        asked = {simplified(one.question).rstrip("？") for one in pairs if one.is_relevant}
        for pair in pairs[1:]:
            if simplified(pair.question).rstrip("？") in asked:
                assert set(pair.excerpt.labels) == {WRONG}
                assert not any(answer in simplified(pair.excerpt.text) for answer in lesson.answers)


def test_a_changed_question_has_the_right_excerpt_but_no_answer(lessons: list[Lesson]) -> None:
    changed: set[str] = set()
    for _, pairs in made_pairs(lessons):
        right = pairs[0]
        for pair in pairs[1:]:
            if pair.excerpt.text == right.excerpt.text:
                assert pair.question != right.question
                assert [one == WRONG for one in pair.excerpt.labels] == [one == ANSWERS for one in right.excerpt.labels]
                changed.add(simplified(pair.question))
    assert "白石镇的人口是多少？" in changed  # another title
    assert "清水镇的公路是多少？" in changed or "清水镇的通车是多少？" in changed  # another word


def test_digits_are_changed_as_well() -> None:
    lesson = Lesson("甲", "1958年通车的是什么路？", ("公路",), (excerpt("公路1958年通车。", labels=(ANSWERS,)),))
    questions = {pair.question[:4] for _ in range(9) for _, pairs in made_pairs([lesson], 9) for pair in pairs}
    others = {simplified(one) for one in questions} - {"1958"}
    assert others and all(sum(a != b for a, b in zip(one, "1958", strict=True)) == 1 for one in others)


def test_both_sides_come_in_both_kinds_of_characters_and_without_context(lessons: list[Lesson]) -> None:
    made = [pairs[0] for _, pairs in made_pairs(lessons)]
    assert {"鎮" in one.question for one in made} == {"鎮" in one.excerpt.context for one in made} == {True, False}
    assert any("鎮" in one.question and "镇" in one.excerpt.context for one in made)
    assert {one.excerpt.context == "" for one in made} == {True, False}
    short = {simplified(one.question) for one in made}
    assert {"清水镇的人口是多少？", "清水镇的人口是多少", "清水镇的人口"} <= short
    for one in made:
        assert any(answer in one.excerpt.text for answer in one.answers)


def test_every_lesson_is_taught_each_round_where_there_are_few(lessons: list[Lesson]) -> None:
    rounds = islice(PairMaker(lessons, 1).rounds(100), 2)
    assert [len(groups) for groups in rounds] == [6, 6]
    assert [len(groups) for groups in islice(PairMaker(lessons, 1).rounds(4), 2)] == [4, 4]


def test_the_same_seed_makes_the_same_pairs(lessons: list[Lesson]) -> None:
    one, same, other = (list(islice(PairMaker(lessons, seed).rounds(6), 3)) for seed in (1, 1, 2))
    assert one == same != other

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qa import confidence, second_look
from qa.retrieval import prepare_query, retrieve
from qa.settings import Settings
from scripts import train_second_look, train_weights
from scripts.train_second_look import Looked
from scripts.train_weights import IMPORTANCE, Asked, Rows, Signs
from tests.fakes import FakeEncoder, FakeReader
from tests.test_train_weights import write_set


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    source = write_set(tmp_path_factory.mktemp("sets") / "towns")
    return list(train_weights.ask(source, Settings(data=tmp_path_factory.mktemp("data")), FakeEncoder()))


@pytest.fixture(scope="module")
def looks(asked: list[Asked]) -> list[Looked]:
    return list(train_second_look._looks(asked, FakeReader(lambda text: float(len(text) % 7) - 3)))


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: FakeReader | None) -> tuple[int, list[Path]]:
    sources = [write_set(tmp_path / "sets" / name) for name in ("towns", "others")]
    monkeypatch.setattr(train_weights, "WEIGHTS", tmp_path)
    monkeypatch.setattr(train_second_look, "load_models", lambda *_: (FakeEncoder(), reader))
    monkeypatch.setattr(train_second_look, "read_settings", lambda: Settings(data=tmp_path / "data"))
    return train_second_look.main([str(source) for source in sources]), sources


def test_the_script_writes_weights_with_what_made_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = FakeReader(lambda text: float(len(text) % 7) - 3)
    code, _ = run(tmp_path, monkeypatch, reader)
    assert code == 0
    looks = json.loads((tmp_path / "second_look_weights.json").read_text("utf-8"))
    assert list(looks["sentence"]) == list(second_look.SENTENCE_SIGNS)
    assert list(looks["confidence"]) == list(second_look.CONFIDENCE_SIGNS)
    assert set(looks["questions"]) == {"towns", "others"}
    assert len(reader.asked) == sum(looks["questions"].values()) > 0
    assert looks["made_by"] == {"script": "scripts/train_second_look.py", "sources": ["towns", "others"]}
    assert all(looks["confidence"][name] >= 0 for name in ("first", "relevance", "sentence"))


def test_without_a_reader_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = run(tmp_path, monkeypatch, None)
    assert code == 1
    assert "error: no reader" in capsys.readouterr().err
    assert not (tmp_path / "second_look_weights.json").exists()


def test_no_more_looks_are_taken_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = FakeReader(lambda text: float(len(text) % 7) - 3)
    monkeypatch.setattr(train_second_look, "MOST_LOOKS", 20)
    run(tmp_path, monkeypatch, reader)
    assert 0 < len(reader.asked) <= 40


def test_what_the_reader_was_trained_on_is_known() -> None:
    known = train_second_look.read_by_reader()
    assert {"cmrc2018_dev", "drcd_dev_even_articles"} <= known
    assert not known & {"drcd-dev", "cmrc-trial", "jinshan", "sample_questions"}


def test_a_question_weighs_what_it_weighed_at_first() -> None:
    signs = np.zeros((3, 2))
    first = train_weights.Rows(
        signs, np.array([True, False, False]), np.array([4.0, 1.0, 0.7]), ("plain", "plain", "withheld document")
    )
    assert train_second_look.weight_per_side(first) == {True: 4.0, False: 1.0}
    none = train_weights.Rows(signs[:1], np.array([True]), np.array([2.0]), ("plain",))
    assert train_second_look.weight_per_side(none) == {True: 2.0, False: 1.0}


@pytest.mark.parametrize("others", [("others",), ("others", "towns")])
def test_what_the_reader_was_trained_on_is_left_out(
    tmp_path: Path, others: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(train_second_look, "read_by_reader", lambda: frozenset(others))
    code, _ = run(tmp_path, monkeypatch, FakeReader(lambda text: float(len(text) % 7) - 3))
    written = tmp_path / "second_look_weights.json"
    if "towns" in others:
        assert (code, written.exists()) == (1, False)
        assert "no source that is new to it" in capsys.readouterr().err
        return
    record = json.loads(written.read_text("utf-8"))
    assert (code, list(record["questions"]), record["made_by"]["sources"]) == (0, ["towns"], ["towns"])


# Looks


def test_only_what_is_in_doubt_and_has_no_parts_is_looked_at(
    asked: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = asked[0].index
    query = prepare_query("清水镇概况和白石镇概况里人口分别是多少？", index)
    parts = replace(asked[0], retrieval=retrieve(index, query, FakeEncoder().encode_queries(query.texts)))
    assert len(parts.retrieval.parts) == 2
    reader = FakeReader(lambda _: 0.0)
    monkeypatch.setattr(second_look, "is_doubtful", lambda reading, _: "茶叶" in reading.retrieval.query.question)
    doubted = [one for one in asked if "茶叶" in one.posed.text]
    looks = list(train_second_look._looks([*asked, parts], reader))
    assert 0 < len(looks) == len(doubted) < len(asked)
    assert all(look.asked in doubted for look in looks)
    monkeypatch.setattr(second_look, "is_doubtful", lambda *_: True)
    assert len(list(train_second_look._looks([*asked, parts], reader))) == len(asked)


def test_the_reader_does_not_see_an_answer_that_was_cut_out(asked: list[Asked]) -> None:
    cut = [one for one in asked if one.posed.variant == "cut sentence"]
    whole = [replace(one, posed=replace(one.posed, cuts_answer=False)) for one in cut]

    def seen(those: list[Asked]) -> list[bool]:
        """Say of each question whether the reader saw its answer."""
        reader = FakeReader(lambda _: 0.0)
        looks = list(train_second_look._looks(those, reader))
        texts = ("".join(one.text for one in excerpts) for _, excerpts in reader.asked)
        return [look.asked.posed.question.answers[0] in text for look, text in zip(looks, texts, strict=True)]

    assert seen(whole) == [True] * len(cut)
    assert seen(cut) == [False] * len(cut)


def test_where_too_many_are_in_doubt_they_are_drawn_from_all(
    asked: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Questions for a summary come last."""
    monkeypatch.setattr(train_second_look, "MOST_LOOKS", len(asked) // 2)
    looks = list(train_second_look._looks(asked, FakeReader(lambda _: 0.0)))
    assert {look.asked.posed.variant for look in looks} >= {"plain", "summary"}


# Rows


def made_rows(right: float, wrong: float) -> Rows:
    """What was asked at first: one right and one wrong answer, which weigh this much."""
    return Rows(np.zeros((2, 1)), np.array([True, False]), np.array([right, wrong]), ("plain", "plain"))


def liking(look: Looked, text: str) -> Looked:
    """Return a look whose reader is far surer of the sentences with a text than of all others."""
    likes = [9.0 if text in one.text else -9.0 for one in look.reading.candidates]
    assert max(likes) > min(likes)
    sentences = np.array([(0.0, like, number / 10) for number, like in enumerate(likes)])
    return replace(look, sentences=sentences)


def test_an_answer_is_right_by_the_order_of_the_second_look(looks: list[Looked]) -> None:
    look = next(one for one in looks if one.asked.posed.variant == "plain" and "茶叶" in one.asked.posed.text)
    weights = np.array([0.0, 1.0, 0.0])
    unanswerable = replace(look, asked=replace(look.asked, posed=replace(look.asked.posed, answerable=False)))
    those = [liking(look, "八百吨"), liking(look, "五万人"), liking(unanswerable, "八百吨")]
    rows = train_second_look._look_rows(those, weights, made_rows(1.0, 1.0))
    assert rows.right.tolist() == [True, False, False]
    for one, signs in zip(those, rows.signs, strict=True):
        before = confidence.log_odds(look.reading, look.asked.index)
        lead = one.sentences[int(one.sentences[:, 1].argmax())]
        assert signs.tolist() == second_look.confidence_signs(look.reading, before, one.sentences, lead).tolist()
        assert signs[second_look.CONFIDENCE_SIGNS.index("sentence")] == 9.0


def test_a_look_weighs_as_its_variant_and_its_side(looks: list[Looked]) -> None:
    plain = next(one for one in looks if one.asked.posed.variant == "plain" and "茶叶" in one.asked.posed.text)
    withheld = next(one for one in looks if one.asked.posed.variant == "withheld document")
    those = [liking(plain, "八百吨"), liking(plain, "五万人"), withheld]
    rows = train_second_look._look_rows(those, np.array([0.0, 1.0, 0.0]), made_rows(4.0, 3.0))
    assert rows.variants == ("plain", "plain", "withheld document")
    assert rows.importance.tolist() == pytest.approx([4.0, 3.0, 3.0 * IMPORTANCE["withheld document"]])


# Fits


def test_the_fits_get_what_they_should_and_what_they_find_is_written(
    asked: list[Asked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[tuple[Signs, NDArray[np.bool_]]] = []
    fitted: list[Rows] = []

    def fit_choice(rows: Sequence[tuple[Signs, NDArray[np.bool_]]]) -> Signs:
        chosen.extend(rows)
        return np.array([0.5, 0.25, 0.125])

    def fit_confidence(rows: Sequence[Rows], names: Sequence[str]) -> tuple[Signs, float]:
        assert names == second_look.CONFIDENCE_SIGNS
        fitted.extend(rows)
        return np.array([1.0, 2.0, 3.0, 4.0, 5.0]), -0.12345

    monkeypatch.setattr(train_weights, "WEIGHTS", tmp_path)
    monkeypatch.setattr(train_second_look, "fit_choice", fit_choice)
    monkeypatch.setattr(train_second_look, "fit_confidence", fit_confidence)
    monkeypatch.setattr(train_second_look, "auroc", lambda rows, weights: [len(rows.right), weights.tolist()])
    first = train_weights.confidence_rows(asked)
    rows = {"towns": first, "others": replace(first, importance=2 * first.importance)}
    sources = [Path(name) for name in rows]
    reader = FakeReader(lambda text: float(len(text) % 7) - 3)
    train_second_look.fit_second_look({"towns": asked, "others": asked[: len(asked) // 2]}, rows, reader, sources)

    looks = [list(train_second_look._looks(those, reader)) for those in (asked, asked[: len(asked) // 2])]
    plain = [
        look for those in looks for look in those if look.asked.posed.variant == "plain" and look.asked.posed.answerable
    ]
    assert len(chosen) == len(plain) > 0
    for look, (signs, right) in zip(plain, chosen, strict=True):
        assert signs.tolist() == look.sentences.tolist()
        question = look.asked.posed.question
        assert right.tolist() == [train_weights.answers(question, one) for one in look.reading.candidates]
        assert right.any()
    for those, one, name in zip(looks, fitted, rows, strict=True):
        expected = train_second_look._look_rows(those, np.array([0.5, 0.25, 0.125]), rows[name])
        assert one.importance.tolist() == expected.importance.tolist()
        assert one.right.tolist() == expected.right.tolist()
    counts = [len(those) for those in looks]
    assert counts[0] > counts[1] > 0
    record = json.loads((tmp_path / "second_look_weights.json").read_text("utf-8"))
    assert record == {
        "sentence": {"score": 0.5, "sentence": 0.25, "relevance": 0.125},
        "confidence": {"first": 1, "relevance": 2, "sentence": 3, "broad": 4, "broad_relevance": 5},
        "bias": -0.1235,
        "questions": dict(zip(rows, counts, strict=True)),
        "auroc": {name: [count, [1, 2, 3, 4, 5]] for name, count in zip(rows, counts, strict=True)},
        "auroc_of_first": {name: [count, [1, 0, 0, 0, 0]] for name, count in zip(rows, counts, strict=True)},
        "made_by": {"script": "scripts/train_second_look.py", "sources": ["towns", "others"]},
    }

"""Fitting on a few small documents: what the two files hold, and what the fit has to learn whatever the texts are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from index.errors import QuestionError
from qa import confidence, evidence
from qa.measures import Evidence, Question
from qa.settings import Settings
from scripts import train_weights
from scripts.train_weights import (
    IMPORTANCE,
    Asked,
    Rows,
    ask,
    auroc,
    confidence_rows,
    fit_confidence,
    fit_sentences,
    left_out,
)
from scripts.variants import Posed
from tests.fakes import FakeEncoder

TOWNS = {
    "清水镇概况": ("茶叶", "八百吨", "三万人"),
    "白石镇概况": ("石材", "九千吨", "五万人"),
    "东河镇概况": ("莲藕", "七百吨", "两万人"),
    "西岭镇概况": ("木材", "六千吨", "四万人"),
}


def write_set(folder: Path) -> Path:
    """An evaluation set: four towns, each asked for its crop's weight and its people, and one question for nothing."""
    (folder / "documents").mkdir(parents=True)
    lines: list[dict[str, object]] = []
    for name, (crop, weight, people) in TOWNS.items():
        town = name.removesuffix("概况")
        facts = f"{town}的{crop}产量是{weight}。", f"{town}的人口是{people}。"
        text = f"# {name}\n\n## 物产\n\n{town}出产{crop}。{facts[0]}\n\n## 居民\n\n{facts[1]}居民住在河边。\n"
        (folder / "documents" / f"{name}.md").write_text(text, "utf-8")
        for subject, answer, quote in ((f"{crop}产量", weight, facts[0]), ("人口", people, facts[1])):
            cited = [{"document": f"{name}.md", "quote": quote}]
            lines.append({"question": f"{name}里{subject}是多少？", "answers": [answer], "evidence": cited})
    lines.append({"question": "谁第一个登上了月球？", "answerable": False})
    numbered = ({"id": str(number), "answerable": True} | line for number, line in enumerate(lines))
    (folder / "questions.jsonl").write_text("\n".join(json.dumps(line) for line in numbered), "utf-8")
    return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("sets") / "towns")


@pytest.fixture(scope="module")
def asked(source: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    return list(ask(source, Settings(data=tmp_path_factory.mktemp("data")), FakeEncoder()))


@pytest.fixture(scope="module")
def rows(asked: list[Asked]) -> Rows:
    return confidence_rows(asked)


# Asking


def test_every_question_of_a_source_is_asked_with_its_variants(asked: list[Asked]) -> None:
    plain = [one.posed for one in asked if one.posed.variant == "plain"]
    assert len(plain) == 9
    assert sum(one.answerable for one in plain) == 8
    for variant in ("withheld document", "withheld passage", "cut sentence"):
        assert sum(one.posed.variant == variant for one in asked) == 8, variant
    assert 0 < sum(one.posed.variant == "other title" for one in asked) <= 8
    summaries = [one.posed for one in asked if one.posed.variant == "summary"]
    assert sum(one.answerable for one in summaries) == int(0.45 * 9)
    assert {one.posed.variant for one in asked} == set(IMPORTANCE)


def test_what_is_withheld_is_not_found_and_its_words_are_missing(asked: list[Asked]) -> None:
    withheld = [one for one in asked if one.posed.withheld]
    assert withheld
    for one in withheld:
        for retrieval in (one.retrieval, *one.retrieval.parts):
            assert retrieval.hits
            assert not {hit.passage.id for hit in retrieval.hits} & one.posed.withheld
    crop = next(one for one in withheld if "茶叶" in one.posed.text and one.posed.variant == "withheld document")
    assert "茶叶" in crop.retrieval.query.missing_terms
    assert not crop.index.lexical.contains("茶叶")


def test_a_question_of_which_nothing_is_left_is_not_asked(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "渡口.md").write_text("渡船傍晚停航。", "utf-8")
    line = {
        **{"id": "1", "question": "渡船何时停航？", "answers": ["傍晚"]},
        "evidence": [{"document": "渡口.md", "quote": "渡船傍晚停航。"}],
    }
    (folder / "questions.jsonl").write_text(json.dumps(line), "utf-8")
    posed = [one.posed.variant for one in ask(folder, Settings(data=tmp_path / "data"), FakeEncoder())]
    assert "plain" in posed and "withheld document" not in posed


def test_a_reading_comprehension_file_is_a_source_as_well(tmp_path: Path) -> None:
    context = "清水镇的人口是三万人。居民住在河边。"
    answers = [{"text": "三万人", "answer_start": context.index("三万人")}]
    paragraph = {"context": context, "qas": [{"id": "q1", "question": "清水镇的人口是多少？", "answers": answers}]}
    source = tmp_path / "articles.json"
    source.write_text(json.dumps({"data": [{"title": "清水镇概况", "paragraphs": [paragraph]}]}), "utf-8")
    asked = list(ask(source, Settings(data=tmp_path / "data"), FakeEncoder()))
    plain = next(one for one in asked if one.posed.variant == "plain")
    assert plain.posed.question.evidence[0].quote == "清水镇的人口是三万人。"
    assert plain.retrieval.hits[0].passage.text == context


def test_questions_on_the_sample_corpus_are_a_source_as_well(source: Path, tmp_path: Path) -> None:
    questions = tmp_path / "mine.jsonl"
    questions.write_bytes((source / "questions.jsonl").read_bytes())
    settings = Settings(documents=source / "documents", data=tmp_path / "data")
    assert [one.posed.text for one in ask(questions, settings, FakeEncoder()) if one.posed.variant == "plain"]


def test_a_source_without_questions_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    with pytest.raises(QuestionError, match=r"questions\.jsonl cannot be read"):
        list(ask(tmp_path, Settings(data=tmp_path / "data"), FakeEncoder()))


# Sentences


def test_the_weights_of_the_signs_make_right_sentences_likeliest(asked: list[Asked]) -> None:
    plain = [one for one in asked if one.posed.variant == "plain" and one.posed.answerable]
    weights = fit_sentences(plain)
    assert weights.shape == (len(evidence.SIGNS),)
    assert np.isfinite(weights).all()
    for one in plain:
        candidates = evidence.read_candidates(one.retrieval, one.index)
        best = max(candidates, key=lambda candidate: float(candidate.signs @ weights))
        (quote,) = one.posed.question.evidence
        assert best.text == quote.quote


def test_a_sentence_is_right_where_it_is_evidence_and_holds_the_answer(asked: list[Asked]) -> None:
    one = next(one for one in asked if one.posed.text == "清水镇概况里人口是多少？")
    candidates = evidence.read_candidates(one.retrieval, one.index)

    def right(question: Question) -> list[str]:
        return [candidate.text for candidate in candidates if train_weights.answers(question, candidate)]

    question = one.posed.question
    assert right(question) == ["清水镇的人口是三万人。"]
    both = "清水镇的人口是三万人。居民住在河边。"
    # The answer alone is not enough, nor the place alone where there is an answer to hold.
    assert right(replace(question, evidence=(Evidence("甲.md", "居民住在城里。"),))) == []
    assert right(replace(question, evidence=(Evidence("甲.md", both),))) == ["清水镇的人口是三万人。"]
    near = {"清水镇的人口是三万人。", "居民住在河边。"}
    assert set(right(replace(question, answers=(), evidence=(Evidence("甲.md", both),)))) == near


# Confidence


def test_every_reply_has_its_signs_and_whether_it_is_right(asked: list[Asked], rows: Rows) -> None:
    assert rows.signs.shape == (len(rows.right), len(confidence.SIGNS))
    assert len(rows.variants) == len(rows.right) == len(asked)
    unanswerable = np.array([not one.posed.answerable for one in asked])
    assert not (rows.right & unanswerable).any()
    assert rows.right.any()


def test_both_sides_of_a_source_weigh_the_same_and_the_source_as_the_root_of_its_questions(rows: Rows) -> None:
    for side in (rows.right, ~rows.right):
        assert float(rows.importance[side].sum()) == pytest.approx(sqrt(len(rows.right)))
    wrong = {
        name: float(rows.importance[number])
        for number, name in enumerate(rows.variants)
        if not rows.right[number] and name in ("withheld document", "cut sentence")
    }
    assert wrong["withheld document"] / wrong["cut sentence"] == pytest.approx(
        IMPORTANCE["withheld document"] / IMPORTANCE["cut sentence"]
    )


def test_a_question_whose_answer_is_cut_out_is_read_without_it(asked: list[Asked]) -> None:
    one = next(one for one in asked if one.posed.variant == "cut sentence" and "茶叶" in one.posed.text)
    whole = replace(one, posed=replace(one.posed, cuts_answer=False, answerable=True, variant="plain"))
    cut, plain = confidence_rows([one]), confidence_rows([whole])
    assert (cut.right.tolist(), plain.right.tolist()) == ([False], [True])
    score = confidence.SIGNS.index("score")
    assert cut.signs[0, score] < plain.signs[0, score]


def test_an_answer_without_named_answers_is_right_where_it_rests_on_evidence(asked: list[Asked]) -> None:
    one = next(one for one in asked if one.posed.text == "清水镇概况里人口是多少？")
    question = replace(one.posed.question, answers=())
    elsewhere = replace(question, evidence=(Evidence("甲.md", "采石场每年休整两个月。"),))
    anywhere = replace(question, evidence=())
    for other, right in ((question, True), (elsewhere, False), (anywhere, True)):
        posed = Posed(other, one.posed.text, "plain", True)
        assert confidence_rows([replace(one, posed=posed)]).right.tolist() == [right]


def made_up(seed: int, count: int = 400) -> Rows:
    """Replies that are right where their score is high and no term is missing, but for some chance."""
    random = np.random.default_rng(seed)
    signs = random.normal(size=(count, len(confidence.SIGNS)))
    logit = 2 * signs[:, confidence.SIGNS.index("score")] - 2 * signs[:, confidence.SIGNS.index("terms_missing")]
    right = random.random(count) < 1 / (1 + np.exp(-logit))
    return Rows(signs, right, np.ones(count), ("plain",) * count)


def test_the_regression_finds_what_makes_an_answer_right() -> None:
    weights, bias = fit_confidence([made_up(0)])
    named = dict(zip(confidence.SIGNS, weights.tolist(), strict=True))
    assert named["score"] > 1 and named["terms_missing"] < -1
    others = [abs(weight) for name, weight in named.items() if name not in ("score", "terms_missing")]
    assert max(others) < 0.5 and abs(bias) < 0.5
    assert auroc(made_up(1), weights) > 0.85
    assert auroc(made_up(1), -weights) < 0.15


def test_the_probabilities_are_those_of_the_rows() -> None:
    rows = made_up(2, 2_000)
    weights, bias = fit_confidence([rows])
    likely = 1 / (1 + np.exp(-(rows.signs @ weights + bias)))
    assert float(likely.mean()) == pytest.approx(float(rows.right.mean()), abs=0.01)
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.0)):
        there = (likely >= low) & (likely < high)
        assert float(rows.right[there].mean()) == pytest.approx(float(likely[there].mean()), abs=0.06)


def test_what_lacks_never_speaks_for_an_answer_nor_what_scores_against_it() -> None:
    rows = made_up(3)
    upside_down = replace(rows, right=~rows.right)
    weights, _ = fit_confidence([upside_down])
    for name, weight in zip(confidence.SIGNS, weights.tolist(), strict=True):
        if "lack" in name or "missing" in name:
            assert weight <= 0, name
        if name.endswith(("score", "cosine")):
            assert weight >= 0, name


def test_a_row_that_weighs_nothing_teaches_nothing() -> None:
    rows, other = made_up(4), made_up(5)
    mute = replace(other, right=~other.right, importance=np.zeros(len(other.right)))
    # Centre and spread are those of all rows, so the pull to zero is not quite the same.
    assert fit_confidence([rows, mute])[0] == pytest.approx(fit_confidence([rows])[0], abs=0.02)


def test_each_source_is_judged_by_weights_fitted_without_it() -> None:
    rows = {"甲": made_up(6), "乙": made_up(7), "丙": replace(made_up(8), right=~made_up(8).right)}
    found = left_out(rows)
    assert list(found) == list(rows)
    for name in rows:
        without = [those for other, those in rows.items() if other != name]
        assert found[name] == auroc(rows[name], fit_confidence(without)[0])
    assert found["丙"] < 0.5 < found["甲"]
    assert left_out({"甲": made_up(6)}) == {}


# The script


@pytest.fixture
def no_cache() -> Iterator[None]:
    evidence.sentence_weights.cache_clear()
    yield
    evidence.sentence_weights.cache_clear()


def test_the_script_writes_both_files_with_what_made_them(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_cache: None
) -> None:
    other = write_set(tmp_path / "sets" / "others")
    monkeypatch.setattr(train_weights, "WEIGHTS", tmp_path)
    monkeypatch.setattr(train_weights, "load_encoder", lambda *_: FakeEncoder())
    monkeypatch.setattr(train_weights, "read_settings", lambda: Settings(data=tmp_path / "data"))
    assert train_weights.main([str(source), str(other)]) == 0
    sentences = json.loads((tmp_path / "sentence_weights.json").read_text("utf-8"))
    sure = json.loads((tmp_path / "confidence_weights.json").read_text("utf-8"))
    assert list(sentences["weights"]) == list(evidence.SIGNS)
    assert list(sure["weights"]) == list(confidence.SIGNS)
    assert sentences["questions"] == 16
    assert list(sure["auroc"]) == list(sure["auroc_left_out"]) == ["towns", "others"]
    assert all(0.5 < value <= 1 for value in sure["auroc"].values())
    for record in (sentences, sure):
        assert record["made_by"] == {"script": "scripts/train_weights.py", "sources": ["towns", "others"]}


def test_without_a_source_the_script_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        train_weights.main([])
    assert "SOURCE" in capsys.readouterr().err

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.datatypes import Progress
from index.errors import QuestionError, StoreError
from qa.assistant import Assistant
from qa.evaluate import evaluate, find_set
from qa.history.datatypes import Exchange
from qa.history.feedback import FeedbackStore, Given
from qa.settings import Settings
from tests.fakes import FakeEncoder
from tests.test_assistant import CANTEEN, HANDBOOK, write_documents

LINES = [
    {
        "id": "1",
        "question": "食堂早餐的价格是多少？",
        "answerable": True,
        "answers": ["五元"],
        "evidence": [{"document": "食堂.txt", "quote": "早餐的价格是五元"}],
        "kind": "fact",
    },
    {
        "id": "2",
        "question": "加班须由谁批准？",
        "answerable": True,
        "answers": ["部门经理"],
        "evidence": [{"document": "人事/手册.md", "quote": "加班须由部门经理批准。"}],
        "kind": "fact",
    },
    {
        "id": "3",
        "question": "那午餐呢？",
        "answerable": True,
        "answers": ["十二元"],
        "evidence": [{"document": "食堂.txt", "quote": "午餐的价格是十二元"}, {"document": "食堂.txt", "quote": "甲"}],
        "history": [{"role": "user", "content": "食堂早餐的价格是多少？"}, {"role": "assistant", "content": "五元"}],
        "kind": "follow-up",
    },
    {
        "id": "4",
        "question": "红烧肉怎么烧？",
        "answerable": False,
        "answers": [],
        "evidence": [],
        "kind": "unanswerable",
    },
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(documents=tmp_path / "mine", data=tmp_path / "data", min_confidence=0.0)


def write_set(folder: Path, lines: list[dict[str, object]]) -> Path:
    write_documents(folder / "documents", {"人事/手册.md": HANDBOOK, "食堂.txt": CANTEEN})
    (folder / "questions.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return folder


def test_a_set_is_measured_in_all_and_by_kind(tmp_path: Path, settings: Settings) -> None:
    folder = write_set(tmp_path / "小 测试集", LINES)
    evaluation, pairs = evaluate(folder, settings, FakeEncoder())
    assert [question.id for question, _ in pairs] == ["1", "2", "3", "4"]
    assert evaluation.folder == str(folder)
    assert evaluation.questions_per_second > 0
    measures = evaluation.measures
    assert measures["questions"] == 4
    assert measures["evidence_recall_1500"] == 0.8333  # (1 + 1 + 1/2) / 3
    assert measures["document_at_1"] == measures["answer_hit"] == measures["answered"] == 1.0
    assert measures["refused"] == 0.0  # with a threshold of 0 nothing is
    assert list(evaluation.kinds) == ["fact", "follow-up", "unanswerable"]
    assert [kind["questions"] for kind in evaluation.kinds.values()] == [2, 1, 1]
    assert evaluation.kinds["follow-up"]["evidence_recall_1500"] == 0.5
    assert evaluation.kinds["fact"]["lead_hit"] == 1.0
    assert evaluation.kinds["unanswerable"]["answer_hit"] is None


def test_the_threshold_of_the_settings_refuses(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", min_confidence=1.0)
    evaluation, pairs = evaluate(write_set(tmp_path / "set", LINES), settings, FakeEncoder())
    assert (evaluation.measures["answered"], evaluation.measures["refused"]) == (0.0, 1.0)
    assert (evaluation.measures["answer_hit"], evaluation.measures["answer_length"]) == (0.0, None)
    assert all(answer.citations == () for _, answer in pairs)


def test_a_second_run_embeds_no_document_again(tmp_path: Path, settings: Settings) -> None:
    encoder = FakeEncoder()
    folder = write_set(tmp_path / "set", LINES)
    first, _ = evaluate(folder, settings, encoder)
    embedded = len(encoder.embedded)
    second, _ = evaluate(folder, settings, encoder)
    assert len(encoder.embedded) == embedded == 11
    assert second.measures == first.measures


def test_sets_of_one_name_do_not_mix_and_the_users_own_data_stay_untouched(tmp_path: Path, settings: Settings) -> None:
    one, other = write_set(tmp_path / "甲" / "set", LINES), write_set(tmp_path / "乙" / "set", LINES)
    (other / "documents" / "食堂.txt").unlink()
    evaluate(one, settings, FakeEncoder())
    _, pairs = evaluate(other, settings, FakeEncoder())
    assert {hit.passage.document for _, answer in pairs for hit in answer.hits} == {"人事/手册.md"}
    assert len(list((settings.data / "evaluations").iterdir())) == 2
    assert [path.name for path in settings.data.iterdir()] == ["evaluations"]


def test_questions_can_be_asked_in_simplified_characters(tmp_path: Path, settings: Settings) -> None:
    folder = write_set(tmp_path / "set", [{"id": "1", "question": "食堂早餐的價格是多少？", "answers": ["五元"]}])
    as_they_are, (one,) = evaluate(folder, settings, FakeEncoder())
    turned, (other,) = evaluate(folder, settings, FakeEncoder(), in_simplified=True)
    assert (one[0].text, other[0].text) == ("食堂早餐的價格是多少？", "食堂早餐的价格是多少？")
    assert other[1].searched == "食堂早餐的价格是多少？"
    assert turned.measures["answer_hit"] == as_they_are.measures["answer_hit"] == 1.0


def test_progress_is_told_to_the_end(tmp_path: Path, settings: Settings) -> None:
    told: list[Progress] = []
    evaluate(write_set(tmp_path / "set", LINES * 30), settings, FakeEncoder(), told.append)
    assert [(one.done, one.total) for one in told if one.stage == "answering"] == [(0, 120), (64, 120), (120, 120)]


def test_a_folder_that_is_no_set_is_refused(tmp_path: Path, settings: Settings) -> None:
    message = "is no evaluation set: it needs a folder documents/ and a file questions.jsonl"
    with pytest.raises(StoreError, match=message):
        evaluate(tmp_path / "没有", settings, FakeEncoder())
    (tmp_path / "half" / "documents").mkdir(parents=True)
    with pytest.raises(StoreError, match=message):
        evaluate(tmp_path / "half", settings, FakeEncoder())


def test_a_set_without_questions_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(QuestionError, match=r"questions\.jsonl holds no question"):
        evaluate(write_set(tmp_path / "set", []), settings, FakeEncoder())


def test_a_question_that_cannot_be_asked_counts_as_unanswered(tmp_path: Path, settings: Settings) -> None:
    folder = write_set(tmp_path / "set", [*LINES, {"id": "坏", "question": "？"}])
    evaluation, pairs = evaluate(folder, settings, FakeEncoder())
    assert evaluation.measures["questions"] == len(LINES) + 1
    (question, answer) = pairs[-1]
    assert (question.id, answer.answered) == ("坏", False)
    assert answer.text.startswith("the question is empty")


# What people have said of answers


def ask_library(settings: Settings) -> Assistant:
    """Return an assistant for the user's own documents, indexed."""
    write_documents(settings.documents, {"人事/手册.md": HANDBOOK, "食堂.txt": CANTEEN})
    assistant = Assistant(settings, FakeEncoder())
    assistant.sync()
    return assistant


def judged(assistant: Assistant, question: str, *given: Given) -> None:
    """Ask a question and say so much of its answer."""
    store = FeedbackStore(assistant.settings.data)
    answer = assistant.ask(question)
    for number, one in enumerate(given):
        store.give("local", Exchange(question, answer, asked_at=str(number)), [], one)


def test_feedback_is_asked_of_the_library_in_service(settings: Settings) -> None:
    assistant = ask_library(settings)
    judged(assistant, "食堂早餐的价格是多少？", Given("good"), Given("wrong_passage"), Given("wrong_answer", "五元"))
    judged(assistant, "加班须由谁批准？", Given("should_refuse"))
    folder = find_set(Path("feedback"), settings)
    assert folder == settings.data / "feedback"
    encoder = FakeEncoder()
    evaluation, pairs = evaluate(folder, settings, encoder)
    # Nothing is indexed anew, and nothing of it lies beside the index.
    assert encoder.embedded == [] and not (settings.data / "evaluations").exists()
    assert [question.kind for question, _ in pairs] == ["good", "wrong_passage", "wrong_answer", "should_refuse"]
    assert evaluation.kinds["good"]["citation_recall"] == 1.0
    # The same library says the same again, so every complaint still stands.
    assert evaluation.measures["rejected_again"] == 1.0
    assert evaluation.kinds["wrong_answer"]["answer_hit"] == 1.0
    assert evaluation.kinds["should_refuse"]["refused"] == 0.0


def test_a_complaint_is_settled_once_the_documents_say_otherwise(settings: Settings) -> None:
    assistant = ask_library(settings)
    judged(assistant, "食堂早餐的价格是多少？", Given("wrong_passage"), Given("wrong_answer", "六元"))
    (settings.documents / "食堂.txt").write_text("食堂开门时，早餐每份六元整，价格全年不变。", "utf-8")
    assistant.sync()
    evaluation, _ = evaluate(find_set(Path("feedback"), settings), settings, FakeEncoder())
    assert evaluation.measures["rejected_again"] == 0.0
    assert evaluation.measures["answer_hit"] == 1.0


def test_a_folder_of_that_name_here_goes_first(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_set(tmp_path / "feedback", LINES[:1])
    assert find_set(Path("feedback"), settings) == Path("feedback")
    assert find_set(Path("别的"), settings) == Path("别的")
    assert evaluate(Path("feedback"), settings, FakeEncoder())[0].measures["questions"] == 1


def test_feedback_that_is_not_there_yet_says_how_to_give_it(settings: Settings) -> None:
    folder = find_set(Path("feedback"), settings)
    with pytest.raises(QuestionError, match=r"holds no feedback yet\. Say on the page"):
        evaluate(folder, settings, FakeEncoder())
    folder.mkdir(parents=True)
    (folder / "questions.jsonl").write_text("\n", "utf-8")
    with pytest.raises(QuestionError, match=r"holds no question\. Say on the page"):
        evaluate(folder, settings, FakeEncoder())


def test_feedback_without_an_index_says_what_to_do(settings: Settings) -> None:
    folder = find_set(Path("feedback"), settings)
    folder.mkdir(parents=True)
    (folder / "questions.jsonl").write_text(json.dumps(LINES[0]), "utf-8")
    with pytest.raises(StoreError, match="no document is indexed .* run: python -m qa sync"):
        evaluate(folder, settings, FakeEncoder())


def test_a_broken_line_of_feedback_is_named(settings: Settings) -> None:
    assistant = ask_library(settings)
    judged(assistant, "食堂早餐的价格是多少？", Given("good"))
    folder = find_set(Path("feedback"), settings)
    with (folder / "questions.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "1", "question": "问", "rejected": ["甲"]}\n')
    with pytest.raises(QuestionError, match=r"questions\.jsonl, line 2: not a question"):
        evaluate(folder, settings, FakeEncoder())

from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.datatypes import Failure, Progress, ignore_progress
from index.embedding import Encoder
from index.errors import ModelMismatch, QuestionError
from qa import assistant as assistant_module
from qa.asking import LONGEST_QUESTION, check_question
from qa.assistant import Assistant, DocumentEntry
from qa.datatypes import Answer, Turn
from qa.settings import ReaderUse, Settings
from tests.fakes import FakeEncoder, FakeReader

HANDBOOK = """# 员工手册

## 休假

员工每年享有十天带薪探亲假。探亲假的路费由公司承担。未休完的假期可以结转到次年三月底。

## 加班

加班工资按基本工资的一点五倍发放。加班须由部门经理批准。
"""
CANTEEN = """食堂管理规定

食堂每天供应早餐、午餐和晚餐。早餐的价格是五元，午餐的价格是十二元。食堂周日不开放。
"""


def write_documents(folder: Path, documents: dict[str, str]) -> None:
    for name, text in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def open_library(folder: Path, documents: dict[str, str], min_confidence: float = 0.0) -> Assistant:
    """Index documents under `folder` with the fake encoder; with a confidence of 0 every question gets an answer."""
    settings = Settings(
        documents=folder / "documents", data=folder / "data", models=folder / "models", min_confidence=min_confidence
    )
    settings.documents.mkdir(parents=True)
    write_documents(settings.documents, documents)
    assistant = Assistant(settings, FakeEncoder())
    assistant.sync()
    return assistant


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    return open_library(tmp_path, {"人事/手册.md": HANDBOOK, "食堂.txt": CANTEEN})


def timeless(answer: Answer) -> Answer:
    return dataclasses.replace(answer, timings_ms={})


# Opening and syncing


def fake_load_encoder(monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    encoder = FakeEncoder()
    monkeypatch.setattr(assistant_module, "load_encoder", lambda *_: encoder)
    monkeypatch.setattr(assistant_module, "load_reader", lambda *_: None)
    return encoder


def test_a_folder_without_index_is_synced_when_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = fake_load_encoder(monkeypatch)
    settings = Settings(documents=tmp_path / "文 档", data=tmp_path / "数据", min_confidence=0.0)
    write_documents(settings.documents, {"手册.md": HANDBOOK})
    assert Assistant.open(settings).ask("加班工资按几倍发放？").citations[0].document == "手册.md"
    embedded = len(encoder.embedded)
    assert Assistant.open(settings).ask("加班工资按几倍发放？").citations[0].document == "手册.md"
    assert len(encoder.embedded) == embedded > 0


def test_an_index_of_another_model_is_refused_with_the_command(library: Assistant) -> None:
    class OtherEncoder(FakeEncoder):
        name = "other"

    encoder: Encoder = OtherEncoder()
    with pytest.raises(ModelMismatch, match="was built with the embedding model fake, now other is set.*--rebuild"):
        Assistant(library.settings, encoder).sync()
    assert Assistant(library.settings, encoder).sync(rebuild=True).documents == 2


def test_without_an_index_there_is_nothing_to_be_found(tmp_path: Path) -> None:
    assistant = Assistant(Settings(documents=tmp_path, data=tmp_path / "data"), FakeEncoder())
    assert (assistant.generation.number, dict(assistant.generation.documents)) == (0, {})
    answer = assistant.ask("年假有几天？")
    assert (answer.answered, answer.citations, answer.hits) == (False, (), ())


def test_a_sync_lets_questions_go_first(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant_module, "PAUSE", 30.0)
    monkeypatch.setattr(assistant_module, "LONGEST_PAUSE", 30.0)
    seen: list[str] = []
    assistant = library
    (assistant.settings.documents / "新.txt").write_text("新的通知\n宿舍晚上十一点关门。\n", "utf-8")
    with assistant._asking():
        thread = threading.Thread(target=lambda: assistant.sync(lambda progress: seen.append(progress.stage)))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        assert seen == ["reading"]
    thread.join()
    assert "writing" in seen
    assert "新.txt" in assistant.generation.documents


def test_a_sync_gives_questions_a_share_of_the_time(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where questions come without an end it pauses for so many times as long as it works, and goes on then."""
    waits: list[float] = []
    now = 100.0
    monkeypatch.setattr("qa.assistant.time.monotonic", lambda: now)
    monkeypatch.setattr(library._quiet, "wait_for", lambda _, seconds: waits.append(round(seconds, 3)))
    report = library._giving_way(ignore_progress)
    for worked in (0.0, 0.001, 0.2, 5.0):
        now += worked
        report(Progress("embedding", 0, 1))
    assert waits == [assistant_module.PAUSE, assistant_module.PAUSE, 0.6, assistant_module.LONGEST_PAUSE]


def test_a_sync_swaps_the_generation_and_nothing_else_does(library: Assistant) -> None:
    first = library.generation
    assert library.sync().unchanged == 2
    assert library.generation is first
    write_documents(library.settings.documents, {"宿舍.txt": "宿舍管理规定\n\n宿舍每晚十一点关门。"})
    assert "宿舍.txt" not in library.generation.documents
    assert library.sync().added == 1
    assert library.generation.number == first.number + 1
    assert sorted(library.generation.documents) == ["人事/手册.md", "宿舍.txt", "食堂.txt"]
    assert sorted(first.documents) == ["人事/手册.md", "食堂.txt"]


def test_removed_text_is_in_no_answer_after_a_sync(library: Assistant) -> None:
    assert "食堂.txt" in {hit.passage.document for hit in library.ask("食堂早餐的价格是多少？").hits}
    (library.settings.documents / "食堂.txt").unlink()
    library.sync()
    answer = library.ask("食堂早餐的价格是多少？")
    assert {hit.passage.document for hit in answer.hits} == {"人事/手册.md"}
    assert "早餐" in answer.missing_terms
    assert library.document("食堂.txt") is None


def test_the_folder_is_stale_from_a_change_to_the_next_sync(library: Assistant) -> None:
    assert not library.is_stale()
    write_documents(library.settings.documents, {"宿舍.txt": "宿舍每晚十一点关门。"})
    assert library.is_stale()
    library.sync()
    assert not library.is_stale()


def test_questions_are_answered_while_a_sync_runs(library: Assistant) -> None:
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(library.ask, "加班工资按几倍发放？") for _ in range(12)]
        for number in range(3):
            write_documents(library.settings.documents, {f"通知{number}.txt": f"第{number}号通知。食堂放假。"})
            library.sync()
        quotes = {answer.result().citations[0].quote for answer in asked}
    assert quotes == {"加班工资按基本工资的一点五倍发放。"}
    assert len(library.generation.documents) == 5


@pytest.mark.parametrize(("reader", "looks"), [("auto", True), ("on", True), ("off", False)])
def test_the_reader_is_loaded_unless_it_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: ReaderUse, looks: bool
) -> None:
    fake_load_encoder(monkeypatch)
    monkeypatch.setattr(assistant_module, "load_reader", lambda *_: FakeReader(lambda _: 0.0))
    write_documents(tmp_path / "documents", {"手册.md": HANDBOOK})
    settings = Settings(documents=tmp_path / "documents", data=tmp_path / "data", models=tmp_path, reader=reader)
    assistant = Assistant.open(settings)
    assert (assistant.second_look(assistant.generation.index) is not None) is looks


@pytest.mark.parametrize(("reader", "looks"), [("auto", False), ("on", True)])
def test_in_large_libraries_a_second_look_must_be_asked_for(
    library: Assistant, monkeypatch: pytest.MonkeyPatch, reader: ReaderUse, looks: bool
) -> None:
    monkeypatch.setattr(assistant_module, "MOST_PASSAGES_LOOKED_AT", len(library.generation.index.passages) - 1)
    settings = dataclasses.replace(library.settings, reader=reader)
    asked = FakeReader(lambda _: 0.0)
    large = Assistant(settings, library.encoder, reader=asked)
    large.sync()
    large.search("火星上的食堂由哪位宇航员负责？", 3)
    assert bool(asked.asked) is looks


# Asking


def test_several_questions_are_answered_in_order_as_each_by_itself(library: Assistant) -> None:
    history = [Turn("user", "食堂午餐的价格是多少？"), Turn("assistant", "十二元。")]
    questions = ["加班工资按几倍发放？", "那早餐呢？", "探亲假的路费由谁承担？"]
    together = library.ask_all([(question, history) for question in questions])
    assert [answer.question for answer in together] == questions
    assert [timeless(answer) for answer in together] == [
        timeless(library.ask(question, history)) for question in questions
    ]
    assert library.ask_all([]) == []


def test_questions_in_parts_and_whole_ones_each_get_their_own_vectors(library: Assistant) -> None:
    questions = ["食堂管理规定和员工手册各有哪些要求？", "加班工资按几倍发放？", "员工手册与食堂管理规定各有哪些要求？"]
    together = library.ask_all([(question, ()) for question in questions])
    assert [timeless(answer) for answer in together] == [timeless(library.ask(question)) for question in questions]
    for number in (0, 2):
        answer = together[number]
        assert answer.searched == questions[number]
        assert answer.hits == library.read(questions[number], 20).retrieval.hits
        assert {hit.passage.document for hit in answer.hits[:2]} == {"食堂.txt", "人事/手册.md"}


def test_a_follow_up_is_searched_for_with_its_subject(library: Assistant) -> None:
    answer = library.ask("那早餐呢？", [Turn("user", "食堂午餐的价格是多少？"), Turn("assistant", "十二元。")])
    assert answer.question == "那早餐呢？"
    assert answer.searched == "食堂早餐的价格是多少？"
    assert answer.hits[0].passage.document == "食堂.txt"


def test_every_stage_is_timed(library: Assistant) -> None:
    timings = library.ask("食堂几点开门？").timings_ms
    assert list(timings) == ["embedding", "search", "answer"]
    assert all(milliseconds >= 0 for milliseconds in timings.values())


def test_a_question_over_no_documents_at_all_is_refused(tmp_path: Path) -> None:
    answer = open_library(tmp_path, {}).ask("食堂何时开门？")
    assert (answer.answered, answer.citations, answer.hits, answer.confidence) == (False, (), (), 0.0)
    assert answer.text == "还没有可以查的文档。请把文件放进文档文件夹，再重新索引。"
    assert answer.missing_terms == ("食堂", "开门")


@pytest.mark.parametrize(
    ("question", "checked"),
    [
        ("  食堂\n几点\t开门？ ", "食堂 几点 开门？"),
        ("字" * LONGEST_QUESTION, "字" * LONGEST_QUESTION),
        ("7", "7"),
    ],
)
def test_a_question_is_taken_without_needless_white_space(question: str, checked: str) -> None:
    assert check_question(question) == checked


@pytest.mark.parametrize("question", ["", " \n\t\u3000", "？！……", "😀😀", "*", "\u200b"])
def test_a_question_without_a_word_is_refused_with_an_example(library: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match="the question is empty. Ask in a few words, for example: 金山区有多少耕地"):
        library.ask(question)
    with pytest.raises(QuestionError, match="the question is empty"):
        library.search(question, 10)


@pytest.mark.parametrize("length", [LONGEST_QUESTION + 1, 100_000])
def test_a_question_that_is_too_long_is_refused_with_both_numbers(library: Assistant, length: int) -> None:
    with pytest.raises(QuestionError, match=f"the question has {length:,} characters; at most 2,000 are read"):
        library.ask("问" * length)


@pytest.mark.parametrize(
    "question",
    [
        '食堂 AND "早餐" OR NOT (午餐) NEAR/3 *:?',
        "'; DROP TABLE documents; --",
        "{{7*7}} {chunk} ${PATH} %s %(x)s",
        "<script>alert(1)</script>早餐多少钱",
        "早餐\x00\x1b[31m多少钱",
        "早餐𠮷👨‍👩‍👧多少钱",
        "Wie viel kostet das Frühstück?",
        "朝食はいくらですか",
        "a" * LONGEST_QUESTION,
        "早餐" * (LONGEST_QUESTION // 2),
        "Yi Shi Ji " * (LONGEST_QUESTION // 10),
    ],
)
def test_an_odd_question_is_answered_or_refused(library: Assistant, question: str) -> None:
    answer = library.ask(question)
    assert answer.question == question
    for cited in answer.citations:
        document = library.document(cited.document)
        assert document is not None
        assert document.text[cited.start : cited.end] == cited.quote


# Looking things up


def test_a_search_gives_as_many_passages_as_asked_for(tmp_path: Path) -> None:
    notes = {f"{number:02}.txt": f"第{number}号通知\n\n食堂第{number}周放假。" for number in range(30)}
    library = open_library(tmp_path, notes)
    assert [len(library.search("食堂哪一周放假？", limit)) for limit in (1, 10, 25, 100)] == [1, 10, 25, 30]
    assert library.search("食堂哪一周放假？", 5) == library.search("食堂哪一周放假？", 10)[:5]
    assert len(library.ask("食堂哪一周放假？").hits) == 20


def test_documents_are_listed_by_path_with_their_sizes(library: Assistant) -> None:
    handbook, canteen = library.documents()
    assert handbook == DocumentEntry(
        path="人事/手册.md",
        title="员工手册",
        characters=len(library.generation.documents["人事/手册.md"].text),
        passages=2,
        size=len(HANDBOOK.encode()),
        indexed_at=handbook.indexed_at,
        file="人事/手册.md",
    )
    assert (canteen.path, canteen.title, canteen.passages) == ("食堂.txt", "食堂管理规定", 1)
    assert handbook.indexed_at.startswith("20")


def test_a_file_that_cannot_be_read_is_listed_and_the_others_are_answered_from(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"手册.md": HANDBOOK, "空.txt": ""})
    assert library.failures() == [
        Failure("空.txt", "the file is empty. Put text into it, or remove it from the folder")
    ]
    assert [entry.path for entry in library.documents()] == ["手册.md"]


def test_a_document_is_found_by_its_path_only(library: Assistant) -> None:
    document = library.document("人事/手册.md")
    assert document is not None
    assert document.title == "员工手册"
    assert library.document("手册.md") is None
    assert library.document("../documents/食堂.txt") is None


def test_questions_about_the_conversation_are_answered_without_the_documents(library: Assistant) -> None:
    history = [Turn("user", "食堂午餐的价格是多少？"), Turn("assistant", "十二元。")]
    asked = ["你能做什么？", "早餐呢？", "我刚才问了什么？", "食堂哪天不开放？"]
    answers = library.ask_all([(question, history) for question in asked])
    assert [answer.question for answer in answers] == asked
    assert [answer.mode for answer in answers] == ["conversation", "extractive", "conversation", "extractive"]
    assert "现在收录了 2 份文档（md 1、txt 1）。" in answers[0].text
    assert answers[2].text == "您问过：\n1. 食堂午餐的价格是多少？"
    assert answers[1].citations and answers[3].citations


def test_an_exchange_about_the_conversation_leaves_the_subject(library: Assistant) -> None:
    history = [Turn("user", "食堂午餐的价格是多少？"), Turn("assistant", "十二元。")]
    aside = [Turn("user", "谢谢！"), Turn("assistant", "不客气。还可以接着问。")]
    assert library.ask("早餐呢？", [*history, *aside]).searched == library.ask("早餐呢？", history).searched
    assert "食堂" in library.ask("早餐呢？", [*history, *aside]).searched
    assert library.ask("我刚才问了什么？", [*history, *aside]).text == "您问过：\n1. 食堂午餐的价格是多少？"

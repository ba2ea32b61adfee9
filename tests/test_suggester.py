"""Questions are checked by asking them, made in the background out of everybody's way, kept, and never outdated."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.embedding import Encoder
from index.lexical import in_simplified, in_traditional
from qa.assistant import Assistant
from qa.datatypes import Answer
from qa.settings import Settings
from qa.suggesting import suggester as suggester_module
from qa.suggesting.checking import is_answered, keep_answered
from qa.suggesting.datatypes import Suggestion
from qa.suggesting.first_questions import MOST_CHECKED, first_questions, sample_documents, sample_passages
from qa.suggesting.keeping import NAME, NOTHING, Kept, read_kept, write_kept
from qa.suggesting.next_questions import next_questions
from qa.suggesting.picking import pick
from qa.suggesting.scripts import in_script, script_of
from qa.suggesting.suggester import Suggester
from qa.suggesting.writing import write_questions
from qa.syncing import Syncing

TOWN = """# 霜桥镇概况

霜桥镇位于栗山县东部，面积68.5平方公里。

## 农业

全镇现有茶园1268亩。霜桥镇有三大茶场，分别是松岭茶场、白鹭茶场和云溪茶场。

## 交通

2021年，霜桥镇建成了第一座跨河大桥。
"""
LIBRARY = """# 图书借阅办法

每位读者最多可借图书12本。逾期费是指超过期限归还图书时收取的费用。读者证由县图书馆办证处管理。
"""
ENGLISH = """# Oak Hill

The Hartwell Museum was founded in 1931. Readers can borrow 12 books for four weeks.
"""
MINUTE = 60.0


@pytest.fixture(scope="module")
def models(default_encoder: Encoder) -> Encoder:
    return default_encoder


@pytest.fixture
def library(tmp_path: Path, models: Encoder) -> Assistant:
    settings = Settings(documents=tmp_path / "documents", data=tmp_path / "data", reader="off")
    settings.documents.mkdir()
    for name, text in (("霜桥镇.md", TOWN), ("借阅.md", LIBRARY), ("oak.md", ENGLISH)):
        (settings.documents / name).write_text(text, encoding="utf-8")
    assistant = Assistant(settings, models)
    assistant.sync()
    return assistant


@pytest.fixture
def syncing(library: Assistant) -> Iterator[Syncing]:
    with Syncing(library) as opened:
        opened.wait(opened.request(), MINUTE)
        yield opened


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + MINUTE
    while not condition():
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.05)


def nothing() -> None:
    pass


def of(library: Assistant, path: str, question: str) -> Suggestion:
    record = library.generation.records[path]
    (found,) = [one for one in write_questions(record, range(len(record.passages))) if one.question == question]
    return found


def test_a_question_passes_where_its_own_sentence_answers(library: Assistant) -> None:
    assert is_answered(of(library, "霜桥镇.md", "霜桥镇现有茶园多少亩？"), library.ask)


@pytest.mark.parametrize(
    "changed",
    [
        {"question": "火星基地的氧气罐由谁供应？"},
        {"document": "借阅.md"},
        {"start": 0, "end": 3},
        {"answer": "1270"},
    ],
)
def test_a_question_is_turned_down_where_it_does_not(library: Assistant, changed: dict[str, object]) -> None:
    good = of(library, "霜桥镇.md", "霜桥镇现有茶园多少亩？")
    assert not is_answered(replace(good, **changed), library.ask)  # type: ignore[arg-type]


def test_a_question_is_turned_down_where_the_answer_is_not_sure(library: Assistant) -> None:
    good = of(library, "霜桥镇.md", "霜桥镇现有茶园多少亩？")
    assert not is_answered(good, lambda question: replace(library.ask(question), confidence=0.5))


def test_a_question_is_offered_in_the_readers_characters_if_it_was_answered_in_them(library: Assistant) -> None:
    good = of(library, "霜桥镇.md", "霜桥镇现有茶园多少亩？")
    (kept,) = keep_answered([good], 1, library.ask, nothing)
    assert kept.other == "霜橋鎮現有茶園多少畝？"
    assert in_script(kept, "traditional").question == kept.other
    assert in_script(kept, "simplified") == in_script(kept, None) == kept
    assert in_script(in_script(kept, "traditional"), "simplified") == kept
    refusal = replace(library.ask("霜桥镇"), answered=False)
    (kept,) = keep_answered([good], 1, lambda asked: library.ask(asked) if asked == good.question else refusal, nothing)
    assert in_script(kept, "traditional") == good, "never as it was not answered"


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("霜桥镇有多少亩茶园？", "simplified"),
        ("幾畝？", "traditional"),
        ("一本在那里？", "simplified"),
        ("Where?", None),
    ],
)
def test_the_characters_of_a_text_are_known_by_those_that_differ(text: str, script: str | None) -> None:
    assert script_of(text) == script


def test_what_follows_an_answer_is_in_the_characters_of_its_question(syncing: Syncing) -> None:
    suggester, library = Suggester(syncing), syncing.assistant
    found = suggester.after(library.ask("霜橋鎮現有茶園多少畝？"), (), script="simplified")
    assert found and all(one.question == in_traditional(one.question) for one in found)
    found = suggester.after(library.ask("霜桥镇现有茶园多少亩？"), (), script="traditional")
    assert found and all(one.question == in_simplified(one.question) for one in found)


def test_questions_to_begin_with_are_checked_and_of_several_documents(library: Assistant) -> None:
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        return library.ask(question)

    found = first_questions(library.generation, ask, nothing)
    assert {one.document for one in found} == {"霜桥镇.md", "借阅.md", "oak.md"}
    assert {one.is_chinese for one in found} == {True, False}
    assert {one.question for one in found} <= set(asked)
    assert len({(one.document, one.start) for one in found}) == len(found), "one of each place"


def test_no_more_than_so_many_are_checked(library: Assistant) -> None:
    documents = library.settings.documents
    for number in range(30):
        lines = "\n\n".join(f"松岭{row}号茶场占地{100 + row}亩。白鹭{row}号茶场位于栗山县东部。" for row in range(9))
        (documents / f"{number}.md").write_text(f"# 第{number}批茶场\n\n{lines}\n", encoding="utf-8")
    library.sync()
    refusal = replace(library.ask("霜桥镇"), answered=False)
    asked: list[str] = []

    def refuse(question: str) -> Answer:
        asked.append(question)
        return refusal

    assert first_questions(library.generation, refuse, nothing) == []
    assert len(asked) == MOST_CHECKED


def test_of_many_documents_the_newest_are_looked_into_and_some_others(library: Assistant) -> None:
    record = library.generation.records["oak.md"]
    many = {
        f"{number:05}.md": replace(record, file=replace(record.file, path=f"{number:05}.md", modified_ns=number))
        for number in range(10_000)
    }
    sampled = [one.file.path for one in sample_documents(many)]
    assert sampled[:40] == [f"{number:05}.md" for number in range(9_999, 9_959, -1)]
    assert len(set(sampled)) == len(sampled) == 80
    assert sampled == [one.file.path for one in sample_documents(many)]


def test_of_a_long_document_passages_from_all_over_are_looked_into() -> None:
    assert list(sample_passages(3)) == [0, 1, 2]
    numbers = sample_passages(4_000)
    assert len(set(numbers)) == 40 and max(numbers) >= 3_900


def some(number: int, kind: str = "number", document: str = "a.md", score: float = 1.0) -> Suggestion:
    return Suggestion(f"第{number}个问题？", kind, "", document, number, number + 1, score, True)  # type: ignore[arg-type]


def test_kinds_and_documents_take_turns() -> None:
    found = [some(1), some(2), some(3, "date"), some(4, document="b.md", score=0.9)]
    assert [one.start for one in pick(found, 3)] == [1, 3, 4]


def test_another_visit_is_offered_others() -> None:
    found = [some(number, kind) for number, kind in enumerate(["number", "date", "place", "list"] * 6)]
    offered = {tuple(one.start for one in pick(found, 4, random.Random(str(visit)))) for visit in range(9)}
    assert len(offered) > 3
    assert pick(found, 4, random.Random("a")) == pick(found, 4, random.Random("a"))


def test_next_questions_are_for_other_facts_of_the_same_text(library: Assistant) -> None:
    answer = library.ask("霜桥镇现有茶园多少亩？")
    found = next_questions(answer, [answer.question], library.generation, library.ask, nothing)
    assert 2 <= len(found) <= 3
    assert {one.document for one in found} == {"霜桥镇.md"}
    quoted = {(one.start, one.end) for one in answer.citations}
    assert not any(one.start < end and start < one.end for one in found for start, end in quoted)
    assert all(is_answered(one, library.ask) for one in found)


def test_what_was_asked_before_is_not_offered_again(library: Assistant) -> None:
    answer = library.ask("霜桥镇现有茶园多少亩？")
    before = next_questions(answer, [], library.generation, library.ask, nothing)
    asked = [one.question for one in before]
    again = next_questions(answer, asked, library.generation, library.ask, nothing)
    assert asked and not set(asked) & {one.question for one in again}


def test_after_a_refusal_only_what_shares_a_word_is_offered(library: Assistant) -> None:
    far = library.ask("火星基地的氧气罐由谁供应？")
    assert not far.answered
    assert next_questions(far, [far.question], library.generation, library.ask, nothing) == []
    near = replace(library.ask("霜桥镇的机场什么时候通航？"), answered=False, citations=())
    offered = next_questions(near, [near.question], library.generation, library.ask, nothing)
    assert offered and all("霜桥镇" in one.question for one in offered)


def test_where_a_text_says_too_little_others_on_the_subject_are_offered(library: Assistant) -> None:
    documents = library.settings.documents
    (documents / "会议.md").write_text("# 会议地点\n\n霜桥镇的读书会在茶馆举行。\n", encoding="utf-8")
    library.sync()
    answer = library.ask("霜桥镇的读书会在哪里举行？")
    assert answer.citations[0].document == "会议.md"
    bare = replace(answer, citations=answer.citations[:1], hits=answer.hits[:1])
    assert next_questions(bare, [], library.generation, library.ask, nothing) == []
    others = [
        of(library, "霜桥镇.md", "霜桥镇现有茶园多少亩？"),
        of(library, "oak.md", "How many books can readers borrow?"),
    ]
    found = next_questions(bare, [], library.generation, library.ask, nothing, others)
    assert [one.question for one in found] == ["霜桥镇现有茶园多少亩？"]


def test_after_talk_nothing_is_offered(library: Assistant) -> None:
    talk = replace(library.ask("霜桥镇现有茶园多少亩？"), mode="conversation")
    assert next_questions(talk, [], library.generation, library.ask, nothing) == []


def test_questions_come_by_themselves_and_are_there_at_once_after_a_restart(syncing: Syncing) -> None:
    with Suggester(syncing) as suggester:
        assert suggester.questions == ()
        before = suggester.mark
        wait_for(lambda: bool(suggester.questions))
        assert suggester.mark != before
        offered = suggester.first(True, "visit")
        assert 1 <= len(offered) <= 4 and offered[0].is_chinese
        assert not suggester.first(False, "visit")[0].is_chinese
    again = Suggester(syncing)  # whose thread never begins
    assert again.first(True, "visit") == offered


def test_questions_follow_the_documents(syncing: Syncing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggester_module, "SHARE", 0.0)
    documents = syncing.assistant.settings.documents
    with Suggester(syncing) as suggester:
        wait_for(lambda: any("1268" in one.place for one in suggester.questions))
        (documents / "霜桥镇.md").write_text(TOWN.replace("1268", "1300"), encoding="utf-8")
        syncing.wait(syncing.request(), MINUTE)
        assert not any("1268" in one.place for one in suggester.questions), "gone at once"
        wait_for(lambda: any("1300" in one.place for one in suggester.questions))


def test_nothing_is_tried_out_while_somebody_waits(syncing: Syncing, monkeypatch: pytest.MonkeyPatch) -> None:
    library = syncing.assistant
    tried: list[str] = []
    plain = Assistant.try_out

    def note(self: Assistant, question: str, *rest: object) -> Answer:
        tried.append(question)
        return plain(self, question, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Assistant, "try_out", note)
    with library._asking(), Suggester(syncing) as suggester:
        time.sleep(2.5)
        assert tried == [] and suggester.questions == ()
    with Suggester(syncing) as suggester:
        wait_for(lambda: bool(suggester.questions))
        assert tried


def test_closing_ends_the_work_while_somebody_waits(syncing: Syncing) -> None:
    with syncing.assistant._asking():
        suggester = Suggester(syncing)
        with suggester:
            time.sleep(1.5)
            began = time.monotonic()
        assert time.monotonic() - began < 10
        assert not suggester._thread.is_alive()


def test_kept_questions_are_read_as_they_were_written(tmp_path: Path) -> None:
    kept = Kept("d", 3, (some(1), some(2, "date")))
    write_kept(tmp_path, kept)
    assert read_kept(tmp_path) == kept
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"form": 0}', '{"form": 1}', '{"form": 1, "questions": [{"a": 1}]}']
)
def test_what_cannot_be_read_is_nothing(tmp_path: Path, content: str) -> None:
    assert read_kept(tmp_path) == NOTHING
    (tmp_path / NAME).write_text(content, encoding="utf-8")
    assert read_kept(tmp_path) == NOTHING


def test_a_folder_that_takes_no_file_costs_nothing_else(tmp_path: Path) -> None:
    write_kept(tmp_path / "missing", Kept("d", 3, (some(1),)))
    assert not (tmp_path / "missing").exists()

"""Questions asked in a folder or in picked documents: answers, refusals, versions, parts of mails."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import QuestionError, ScopeError
from qa.assistant import Assistant
from qa.confidence import confidence
from qa.datatypes import Answer, Turn
from qa.scope import EVERYWHERE, Scope
from qa.settings import Settings
from tests.fakes import FakeEncoder
from tests.test_assistant import CANTEEN, HANDBOOK, open_library, timeless, write_documents
from tests.test_editions import LEAVE, OTHERS, cited, notice
from tests.test_parts import mail

DORMITORY = "宿舍管理规定\n\n宿舍每晚十一点关门，加班回来的员工请走东门。"
OVERTIME = "加班工资按几倍发放？"


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    return open_library(tmp_path, {"人事/手册.md": HANDBOOK, "后勤/食堂.txt": CANTEEN, "后勤/宿舍.txt": DORMITORY})


def documents_of(answer: Answer) -> set[str]:
    return {citation.document for citation in answer.citations} | {hit.passage.document for hit in answer.hits}


def test_only_what_is_in_scope_is_found_and_quoted(library: Assistant) -> None:
    assert library.ask(OVERTIME).citations[0].document == "人事/手册.md"
    answer = library.ask(OVERTIME, scope=Scope(("后勤/",)))
    assert documents_of(answer) == {"后勤/食堂.txt", "后勤/宿舍.txt"}
    assert answer.scope == ("后勤/",)
    assert documents_of(library.ask(OVERTIME, scope=Scope(("人事", "*宿舍*")))) == {"人事/手册.md", "后勤/宿舍.txt"}
    hits = library.search(OVERTIME, 10, Scope(("后勤/宿舍.txt",)))
    assert {hit.passage.document for hit in hits} == {"后勤/宿舍.txt"}


def test_a_term_that_only_others_hold_is_missing(library: Assistant) -> None:
    question = "早餐和加班是什么？"
    assert library.ask(question).missing_terms == ()
    assert library.ask(question, scope=Scope(("人事",))).missing_terms == ("早餐",)
    assert library.ask(question, scope=Scope(("后勤/宿舍.txt",))).missing_terms == ("早餐",)
    assert library.ask(question, scope=Scope(("后勤/食堂.txt",))).missing_terms == ("加班",)


def test_the_confidence_is_that_of_the_documents_in_scope(library: Assistant) -> None:
    inside, outside = Scope(("人事",)), Scope(("后勤",))
    for scope in (inside, outside):
        reading = library.read(OVERTIME, 10, scope)
        sure = confidence(reading, library.within(scope).index)
        assert library.ask(OVERTIME, scope=scope).confidence == round(sure, 4)
    assert library.ask(OVERTIME, scope=inside).confidence > library.ask(OVERTIME, scope=outside).confidence


def test_which_documents_there_are_is_told_of_those_in_scope(library: Assistant) -> None:
    inside = library.ask("你有哪些文档？", scope=Scope(("后勤",)))
    assert inside.text == "现在收录了 2 份文档（txt 2）。\n- 宿舍管理规定\n- 食堂管理规定"
    assert library.ask("你有哪些文档？").text.startswith("现在收录了 3 份文档")


def test_everywhere_is_what_it_was(library: Assistant) -> None:
    plain = library.ask(OVERTIME)
    assert plain.scope == ()
    assert timeless(library.ask(OVERTIME, scope=EVERYWHERE)) == timeless(plain)
    assert library.within(EVERYWHERE) is library.generation


@pytest.mark.parametrize(
    ("question", "patterns", "told"),
    [
        (
            "火星有几座食堂？",
            ("后勤",),
            "所选的 2 篇文档里没有找到这个问题的答案。所选文档都没有提到：火星。"
            "最接近的内容在：《食堂管理规定》；《宿舍管理规定》。可以在全部文档中再问。",
        ),
        (
            "How many canteens are there on Mars?",
            ("后勤/食堂.txt",),
            "The chosen document holds no answer to this question. No chosen document mentions: canteens, mars. "
            "Nearest: 食堂管理规定. You can ask again in all documents.",
        ),
        (
            "How many canteens are there on Mars?",
            ("后勤",),
            "The 2 chosen documents hold no answer to this question. No chosen document mentions: canteens, mars. "
            "Nearest: 食堂管理规定; 宿舍管理规定. You can ask again in all documents.",
        ),
    ],
)
def test_a_refusal_says_where_was_looked(tmp_path: Path, question: str, patterns: tuple[str, ...], told: str) -> None:
    texts = {"人事/手册.md": HANDBOOK, "后勤/食堂.txt": CANTEEN, "后勤/宿舍.txt": DORMITORY}
    answer = open_library(tmp_path, texts, min_confidence=1.0).ask(question, scope=Scope(patterns))
    assert not answer.answered
    assert answer.text == told


def test_each_question_of_several_has_its_own_scope(library: Assistant) -> None:
    scopes = [Scope(("后勤",)), EVERYWHERE, Scope(("没有",)), Scope(("人事",))]
    answers = library.ask_each([(OVERTIME, ())] * 4, scopes)
    assert [answer.scope for answer in answers] == [("后勤",), (), ("没有",), ("人事",)]
    assert [answer.answered for answer in answers] == [True, True, False, True]
    assert answers[2].text.startswith("no document matches '没有'.")
    for answer, scope in zip(answers, scopes, strict=True):
        if answer.answered:
            assert timeless(answer) == timeless(library.ask(OVERTIME, scope=scope))
    with pytest.raises(ScopeError):
        library.ask(OVERTIME, scope=scopes[2])
    with pytest.raises(QuestionError):
        library.ask("", scope=scopes[0])


def test_a_follow_up_means_the_same_in_a_scope_that_lacks_its_subject(library: Assistant) -> None:
    history = [Turn("user", "食堂早餐的价格是多少？"), Turn("assistant", "五元。")]
    everywhere = library.ask("那午餐呢？", history)
    answer = library.ask("那午餐呢？", history, Scope(("人事",)))
    assert answer.searched == everywhere.searched != "那午餐呢？"
    assert documents_of(answer) == {"人事/手册.md"}


def test_a_scope_follows_the_folder(library: Assistant) -> None:
    scope = Scope(("后勤",))
    assert len(library.within(scope).documents) == 2
    write_documents(library.settings.documents, {"后勤/停车.txt": "停车管理规定\n\n停车每小时三元。"})
    (library.settings.documents / "人事/手册.md").unlink()
    library.sync()
    assert sorted(library.within(scope).documents) == ["后勤/停车.txt", "后勤/宿舍.txt", "后勤/食堂.txt"]
    assert library.ask("停车每小时几元？", scope=scope).citations[0].document == "后勤/停车.txt"
    with pytest.raises(ScopeError):
        library.within(Scope(("人事",)))


def test_no_answer_moves_out_of_its_scope_to_a_newer_version(tmp_path: Path) -> None:
    texts = {name: text for name, text in OTHERS.items()}
    texts |= {"去年/办法.txt": notice(2023, "十天"), "今年/办法.txt": notice(2024, "十五天")}
    library = open_library(tmp_path, texts)
    both = library.ask(LEAVE)
    assert (cited(both), len(both.deviations)) == ({"今年/办法.txt"}, 1)
    for scope, days in (("去年", "十天"), ("今年", "十五天")):
        answer = library.ask(LEAVE, scope=Scope((scope,)))
        assert (cited(answer), answer.deviations) == ({f"{scope}/办法.txt"}, ())
        assert days in answer.citations[0].quote
    assert library.ask(LEAVE, scope=Scope(("*年",))).deviations == both.deviations


def test_a_mail_is_asked_with_its_parts_and_a_part_alone(tmp_path: Path) -> None:
    settings = Settings(documents=tmp_path / "文档", data=tmp_path / "数据", min_confidence=0.0)
    settings.documents.mkdir()
    parts = {"停车.txt": "停车规定\n\n停车每小时三元。", "班车.txt": "班车规定\n\n班车七点发车。"}
    (settings.documents / "通知.eml").write_bytes(mail("停车通知", "请看附件里的规定。", parts))
    (settings.documents / "别的.txt").write_text("停车场在地下。", "utf-8")
    library = Assistant(settings, FakeEncoder())
    library.sync()
    question = "停车每小时几元？"
    whole = {"通知.eml", "通知.eml/停车.txt", "通知.eml/班车.txt"}
    assert set(library.within(Scope(("通知.eml",))).documents) == whole
    assert documents_of(library.ask(question, scope=Scope(("通知.eml",)))) == whole
    assert documents_of(library.ask(question, scope=Scope(("通知.eml/停车.txt",)))) == {"通知.eml/停车.txt"}


def test_a_question_in_parts_is_asked_in_the_scope(library: Assistant) -> None:
    question = "员工手册和食堂管理规定分别说了什么？"
    answer = library.ask(question, scope=Scope(("后勤",)))
    assert documents_of(answer) <= {"后勤/食堂.txt", "后勤/宿舍.txt"}

"""The scope on the page: what can be picked, what stays picked, what an answer tells of it."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from pathlib import Path

import gradio as gr
import pytest

from qa.datatypes import Answer
from qa.history.datatypes import Conversation
from qa.scope import EVERYWHERE, Scope
from qa.ui.links import AgainLink, parse_again, parse_link
from qa.ui.reasons import explain
from qa.ui.replies import answer_message
from qa.ui.scope import MOST_OFFERED, offer_scopes, pick_scope, scope_choices, told_scope
from qa.ui.steps import converse
from tests.test_assistant import CANTEEN, HANDBOOK, open_library
from tests.test_ui_documents import Still

REFUSED = Answer("问", "没有找到。", False, "extractive", (), (), (), "问", 0.1, scope=("产业/", "<b>&.md"))
PATHS = ["a/b/c.md", "a/d.md", "通知.eml", "通知.eml/附件.docx", "资料.zip/表.xlsx", "反\u202e转.md"]


def test_folders_and_archives_come_first_with_their_number_of_documents() -> None:
    assert scope_choices(PATHS, "zh") == [
        ("a/（2 篇）", "a/"),
        ("a/b/（1 篇）", "a/b/"),
        ("资料.zip/（1 篇）", "资料.zip/"),
        ("a/b/c.md", "a/b/c.md"),
        ("a/d.md", "a/d.md"),
        ("反\ufffd转.md", "反\u202e转.md"),
        ("资料.zip/表.xlsx", "资料.zip/表.xlsx"),
        ("通知.eml", "通知.eml"),
        ("通知.eml/附件.docx", "通知.eml/附件.docx"),
    ]
    assert scope_choices(["a/d.md"], "en")[0] == ("a/ (1)", "a/")
    assert scope_choices([], "zh") == []


def test_of_a_large_library_the_first_are_offered_and_what_is_picked(tmp_path: Path) -> None:
    paths = [f"规章/{number:05}.md" for number in range(2 * MOST_OFFERED)]
    offered = [pattern for _, pattern in scope_choices(paths, "zh", ["规章/", paths[-1], "没有.md"])]
    assert offered == ["规章/", *paths[: MOST_OFFERED - 1], paths[-1]]


def test_where_not_all_is_offered_the_control_says_so(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"人事/手册.md": HANDBOOK})
    (record,) = library.generation.records.values()
    assert offer_scopes(library.generation, (), "zh")[0].label == "范围：全部文档，可选文件夹或单篇"
    large = replace(library.generation, records={f"{number}.md": record for number in range(MOST_OFFERED + 1)})
    control, _ = offer_scopes(large, [f"{MOST_OFFERED}.md"], "zh")
    assert control.label == "范围：全部文档，可选文件夹；单篇在“文档”里勾选"
    assert "value" not in control._constructor_args[0]
    assert pick_scope(large, [f"{MOST_OFFERED}.md"], "zh").value == [f"{MOST_OFFERED}.md"]


def test_every_choice_names_what_it_says() -> None:
    for shown, pattern in scope_choices(PATHS, "zh"):
        named = Scope((pattern,)).select(PATHS)
        assert f"（{len(named)} 篇）" in shown or pattern in named


def test_what_is_gone_is_taken_out_with_a_note_and_the_rest_stays(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"人事/手册.md": HANDBOOK, "食堂.txt": CANTEEN})
    choices = [("人事/（1 篇）", "人事/"), ("人事/手册.md", "人事/手册.md"), ("食堂.txt", "食堂.txt")]
    control, said = offer_scopes(library.generation, ["食堂.txt"], "zh")
    # Without a value: the page keeps what is picked by then.
    assert ("value" in control._constructor_args[0], control.choices, said) == (False, choices, gr.skip())
    control, said = offer_scopes(library.generation, ["食堂.txt", "没有/", "<i>.md"], "zh")
    assert (control._constructor_args[0]["value"], control.choices) == (["食堂.txt"], choices)
    assert unescape(said) == '<p role="status">已不在文档里，从范围中去掉了：没有/、<i>.md。</p>'
    assert "<i>" not in said
    _, said = offer_scopes(library.generation, ["没有/"], "en")
    assert "No longer there, taken out of the scope: 没有" in unescape(said)


def test_an_answer_tells_its_scope_and_a_refusal_leads_to_all_documents() -> None:
    line = told_scope(REFUSED, "zh")
    assert "范围：产业/、<b>&.md" in unescape(line)
    assert "<b>" not in line
    refusal = answer_message(REFUSED, 3, "zh")
    assert refusal.count("在全部文档中再问") == 1
    assert str(AgainLink("everywhere", 3)) in unescape(refusal)
    assert "Scope: 产业/, <b>&.md" in unescape(told_scope(REFUSED, "en"))
    answered = answer_message(replace(REFUSED, answered=True), 3, "zh")
    assert "范围：产业" in unescape(answered)
    assert "再问" not in answered
    many = replace(REFUSED, scope=tuple(f"{number}.md" for number in range(1, 8)))
    assert "范围：1.md、2.md、3.md、4.md、5.md 等 7 项" in unescape(told_scope(many, "zh"))
    assert "Scope: 1.md, 2.md, 3.md, 4.md, 5.md and more, 7 in all" in unescape(told_scope(many, "en"))
    assert "5.md<" in unescape(told_scope(replace(many, scope=many.scope[:5]), "zh"))
    assert line in refusal
    assert "范围" not in answer_message(replace(REFUSED, scope=()), 3, "zh")
    assert "范围" not in answer_message(REFUSED, 3, "zh", shown=3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#wendang/again/everywhere/",
        "#wendang/again/everywhere/-1",
        "#wendang/again/elsewhere/1",
        "#wendang/citation/1/2",
        "7",
    ],
)
def test_only_its_own_link_asks_everywhere(text: str) -> None:
    assert parse_again(text) is None
    assert parse_again(f"{AgainLink('everywhere', 7)}?12") == AgainLink("everywhere", 7)
    assert parse_link(str(AgainLink("everywhere", 7))) is None


def test_a_conversation_is_asked_in_a_scope(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"人事/手册.md": HANDBOOK, "食堂.txt": CANTEEN})
    with Still(library) as syncing:

        def last(scope: Scope, language: str = "zh") -> tuple[Answer | None, str]:
            *_, step = converse(syncing, Conversation(), "加班由谁批准？", language, scope)  # type: ignore[arg-type]
            return step.conversation.exchanges[-1].answer, step.conversation.exchanges[-1].note

        answer, _ = last(Scope(("食堂.txt",)))
        assert answer is not None and {hit.passage.document for hit in answer.hits} == {"食堂.txt"}
        answer, _ = last(EVERYWHERE)
        assert answer is not None and answer.citations[0].document == "人事/手册.md"
        assert last(Scope(("没有/",))) == (None, "没有文档符合范围 '没有/'。请另选文件夹或文档")
        answer, note = last(Scope(("没有/",)), "en")
        assert note.startswith("no document matches '没有/'. List")


def test_a_scope_without_any_documents_is_told_in_chinese() -> None:
    error = "no document matches '产业': none is indexed yet. Put files into the documents folder, then run: x"
    assert explain(error, "zh") == "还没有可以查的文档，范围 '产业' 里也没有"

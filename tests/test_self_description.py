from __future__ import annotations

from typing import get_args

import pytest

from index.loaders import LOADERS
from qa.about_itself import About, Intent
from qa.datatypes import Turn
from qa.self_description import IN_CHINESE, IN_ENGLISH, LONGEST_POINT, MOST_TITLES, reply_about_itself

TITLES = {"手册.md": "员工手册", "通知/放假.md": "放假通知", "报告.PDF": "年度报告"}
TALK = (
    Turn("user", "白鹭洲公园哪天开园？"),
    Turn("assistant", "公园位于东郊。它由城建集团承建。门票免费。[1]最终在**2023年5月20日**开园。[2]"),
    Turn("user", "有多大？"),
    Turn("assistant", "面积**5.8平方公里**，是全省第三大湿地公园。[1]"),
)


def reply(about: About, question: str, history: tuple[Turn, ...] = TALK, titles: dict[str, str] = TITLES) -> str:
    return reply_about_itself(Intent(about), question, history, titles).text


@pytest.mark.parametrize("about", get_args(About))
@pytest.mark.parametrize("question", ["你能做什么？", "What can you do?"])
def test_every_reply_is_an_answer_without_citations_in_the_question_s_language(about: About, question: str) -> None:
    answer = reply_about_itself(Intent(about), question, (), {"ferry.md": "Ferry"})
    assert (answer.mode, answer.answered, answer.citations, answer.hits) == ("conversation", True, (), ())
    assert (answer.question, answer.searched) == (question, question)
    assert answer.text and "{" not in answer.text and "[" not in answer.text
    hanzi = sum("一" <= character <= "鿿" for character in answer.text)
    assert hanzi >= 2 if question.startswith("你") else hanzi == 0


def test_both_languages_know_the_same_replies() -> None:
    assert set(IN_CHINESE) == set(IN_ENGLISH)
    assert set(get_args(About)) - set(IN_CHINESE) == {"summary", "repetition", "questions"}


def test_how_many_documents_there_are_and_of_what_kinds() -> None:
    listed = "\n- 员工手册\n- 放假通知\n- 年度报告"
    assert reply("documents", "你有多少文档？") == "现在收录了 3 份文档（md 2、pdf 1）。" + listed
    assert reply("documents", "What do you know?") == "3 documents are indexed (md 2, pdf 1)." + listed
    one = reply("documents", "What do you know?", titles={"a.txt": "Ferry"})
    assert one == "1 document is indexed (txt 1).\n- Ferry"
    assert reply("documents", "你有多少文档？", titles={}) == "现在还没有文档，请把文件放进文档文件夹。"
    assert reply("abilities", "你能做什么？").endswith("现在收录了 3 份文档（md 2、pdf 1）。")


def test_of_many_documents_the_first_are_listed() -> None:
    many = {f"{number}.txt": f"第{number}期" for number in range(MOST_TITLES + 3)}
    told = reply("documents", "你有哪些文档？", titles=many).split("\n")
    assert told[1:3] == ["- 第0期", "- 第1期"]
    assert told[-2:] == [f"- 第{MOST_TITLES - 1}期", "还有 3 份，见“文档”栏。"]
    assert reply("documents", "What do you know?", titles=many).endswith("\nand 3 more, in the Documents panel.")


def test_every_kind_of_file_that_is_read_is_named() -> None:
    told = reply("formats", "支持哪些格式？")
    assert all(suffix.lstrip(".") in told for suffix in LOADERS)


def test_a_summary_is_of_the_last_answer_s_own_sentences() -> None:
    assert reply("summary", "总结一下刚才的回答") == (
        "刚才问的是“有多大？”，回答的要点：\n面积5.8平方公里，是全省第三大湿地公园。"
    )
    # What is emphasised goes first, at most three sentences, in the order of the text.
    assert reply("summary", "总结一下", TALK[:2]) == (
        "刚才问的是“白鹭洲公园哪天开园？”，回答的要点：\n公园位于东郊。\n它由城建集团承建。\n最终在2023年5月20日开园。"
    )
    assert reply("summary", "Sum it up.", TALK[2:]).startswith("You asked “有多大？”. The answer, in short:\n面积5.8")


def test_a_long_sentence_is_cut_in_a_summary() -> None:
    long = (Turn("user", "问？"), Turn("assistant", "很长" * 200 + "。"))
    assert reply("summary", "总结一下", long).split("\n")[1] == "很长" * (LONGEST_POINT // 2) + "…"


def test_the_last_answer_again_and_what_was_asked() -> None:
    assert reply("repetition", "再说一遍") == "面积5.8平方公里，是全省第三大湿地公园。"
    assert reply("questions", "我刚才问了什么？") == "您问过：\n1. 白鹭洲公园哪天开园？\n2. 有多大？"
    assert reply("questions", "What did I ask?") == "You asked:\n1. 白鹭洲公园哪天开园？\n2. 有多大？"


def test_before_anything_was_asked() -> None:
    assert reply("summary", "总结一下", ()) == "还没有回答过问题。请先提问。"
    assert reply("repetition", "Say that again", ()) == "There is no answer yet. Ask something first."
    assert reply("questions", "我问过什么？", ()) == "您还没有提过问题。"

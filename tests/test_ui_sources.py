"""The source panel of old answers: labels on the cards, and what has become of the quote."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.settings import Settings
from qa.sync_state import SyncState
from qa.ui.conversations import Conversation, converse
from qa.ui.links import CitationLink, DocumentLink, Link, PassageLink
from qa.ui.sources import list_sources, open_link
from qa.ui.texts import Language
from tests.fakes import FakeEncoder
from tests.test_ui_documents import Still

CANTEEN = "食堂规定\n\n食堂的早餐是五元。午餐是十二元。"
HOSTILE = "食堂规定\n\n食堂的早餐是<img src=x onerror=1>六元。"


@pytest.fixture
def syncing(tmp_path: Path) -> Iterator[Still]:
    settings = Settings(documents=tmp_path / "documents", data=tmp_path / "data", min_confidence=0.0)
    settings.documents.mkdir()
    (settings.documents / "食堂.txt").write_text(CANTEEN, encoding="utf-8")
    assistant = Assistant(settings, FakeEncoder())
    assistant.sync()
    with Still(assistant) as opened:
        yield opened


@pytest.fixture
def conversation(syncing: Still) -> Conversation:
    return [*converse(syncing, Conversation(), "食堂的早餐多少钱？", "zh")][-1].conversation


def rewrite(syncing: Still, text: str | None) -> None:
    place = syncing.assistant.settings.documents / "食堂.txt"
    if text is None:
        place.unlink()
    else:
        place.write_text(text, encoding="utf-8")
    syncing.assistant.sync()


def cards(syncing: Still, conversation: Conversation, language: Language = "zh") -> str:
    return list_sources(syncing.assistant, conversation.exchanges[0], 0, language)


def opened(syncing: Still, conversation: Conversation, link: Link | None = None) -> str:
    return open_link(syncing.assistant, conversation, link or CitationLink(0, 1), "zh")


def text_of(markup: str) -> str:
    return re.sub(r"\|+", "|", html.unescape(re.sub(r"<[^>]*>", "|", markup)))


def test_a_fresh_answer_has_no_labels(syncing: Still, conversation: Conversation) -> None:
    assert "standing" not in cards(syncing, conversation)
    shown = opened(syncing, conversation)
    assert "standing" not in shown
    assert re.search(r'<mark class="cited"[^>]*>食堂的早餐是五元。', shown)


def test_a_changed_source_shows_the_quote_and_what_differs(syncing: Still, conversation: Conversation) -> None:
    rewrite(syncing, CANTEEN.replace("五元", "六元"))
    assert "原文已更新" in cards(syncing, conversation)
    assert "The source has changed" in cards(syncing, conversation, "en")
    shown = opened(syncing, conversation)
    assert "|原文已更新|回答引用的原句|食堂的早餐是|五|元。|现在的文字|食堂的早餐是|六|元。|" in text_of(shown)
    assert "<del>五</del>" in shown and "<ins>六</ins>" in shown
    assert re.search(r'<mark class="cited"[^>]*>食堂的早餐是六元。', shown)


def test_a_changed_source_without_anything_similar_says_so(syncing: Still, conversation: Conversation) -> None:
    rewrite(syncing, "公告\n\n本周停电三天。")
    shown = opened(syncing, conversation)
    assert "|原文已更新|回答引用的原句|食堂的早餐是五元。|现在的文档里没有相近的句子。|" in text_of(shown)
    assert "本周停电三天" in shown
    assert "<mark" not in shown


def test_a_deleted_source_still_shows_the_quote(syncing: Still, conversation: Conversation) -> None:
    rewrite(syncing, None)
    assert "原文已删除" in cards(syncing, conversation)
    assert "The source was deleted" in cards(syncing, conversation, "en")
    shown = text_of(opened(syncing, conversation))
    assert "|食堂规定|食堂.txt|原文已删除|回答引用的原句|食堂的早餐是五元。|" in shown


def test_a_source_that_cannot_be_read_is_not_called_deleted(syncing: Still, conversation: Conversation) -> None:
    rewrite(syncing, "")
    assert "原文现在读不了" in cards(syncing, conversation)
    assert "原文现在读不了" in opened(syncing, conversation)


def test_a_renamed_source_opens_where_it_is_now(syncing: Still, conversation: Conversation) -> None:
    folder = syncing.assistant.settings.documents
    (folder / "食堂.txt").rename(folder / "伙食.txt")
    syncing.assistant.sync()
    assert "standing" not in cards(syncing, conversation)
    shown = opened(syncing, conversation)
    assert "|伙食.txt|" in text_of(shown)
    assert "文件已改名，回答时叫 食堂.txt" in text_of(shown)
    assert '<mark class="cited"' in shown


def test_a_renamed_source_is_known_by_what_the_answer_remembers(syncing: Still) -> None:
    folder = syncing.assistant.settings.documents
    rewrite(syncing, "食堂的早餐是五元，午餐是十二元。")
    conversation = [*converse(syncing, Conversation(), "食堂的早餐多少钱？", "zh")][-1].conversation
    (folder / "食堂.txt").rename(folder / "伙食.txt")
    syncing.assistant.sync()
    assert "|伙食.txt|" in text_of(opened(syncing, conversation))


def test_passages_that_were_found_are_looked_after_as_well(syncing: Still, conversation: Conversation) -> None:
    rewrite(syncing, CANTEEN.replace("五元", "六元"))
    assert "<del>五</del>" in opened(syncing, conversation, PassageLink(0, 0))


def test_hostile_text_in_a_difference_is_text_only(syncing: Still, conversation: Conversation) -> None:
    rewrite(syncing, HOSTILE)
    shown = opened(syncing, conversation)
    assert "<img" not in shown
    assert "<img src=x onerror=1>" in html.unescape(shown)


@pytest.mark.parametrize("link", [None, CitationLink(0, 9), CitationLink(3, 1), PassageLink(0, 99)])
def test_what_is_no_place_of_the_conversation_is_said(syncing: Still, link: Link | None) -> None:
    conversation = [*converse(syncing, Conversation(), "食堂的早餐多少钱？", "zh")][-1].conversation
    assert "请重新提问" in open_link(syncing.assistant, conversation, link, "zh")


def test_a_document_that_is_gone_is_said(syncing: Still) -> None:
    assert "已不在索引里" in open_link(syncing.assistant, Conversation(), DocumentLink("没有.txt"), "zh")


def test_a_note_has_no_sources(syncing: Still) -> None:
    conversation = [*converse(syncing, Conversation(), "", "zh")][-1].conversation
    assert "请重新提问" in opened(syncing, conversation)


# Questions while nothing can be answered yet


def test_a_question_during_the_first_sync_is_put_off(tmp_path: Path) -> None:
    assistant = Assistant(Settings(documents=tmp_path, data=tmp_path / ".data"), FakeEncoder())
    with Still(assistant) as syncing:
        syncing.given = SyncState(running=True)
        *_, last = converse(syncing, Conversation(), "食堂的早餐多少钱？", "zh")
        assert "正在第一次建立索引" in last.conversation.exchanges[0].note
        syncing.given = SyncState()
        *_, last = converse(syncing, Conversation(), "食堂的早餐多少钱？", "zh")
        answer = last.conversation.exchanges[0].answer
        assert answer is not None and not answer.answered


def test_an_error_of_a_question_is_told_in_the_readers_language(syncing: Still) -> None:
    *_, last = converse(syncing, Conversation(), "问" * 3_000, "zh")
    assert last.conversation.exchanges[0].note.startswith("问题有 3,000 个字，最多读 2,000 个")
    *_, last = converse(syncing, Conversation(), "问" * 3_000, "en")
    assert last.conversation.exchanges[0].note.startswith("the question has 3,000 characters")

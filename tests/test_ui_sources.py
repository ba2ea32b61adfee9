"""The source panel of old answers: labels on the cards, and what has become of the quote."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.datatypes import Spot
from qa.assistant import Assistant
from qa.history.datatypes import Conversation
from qa.settings import Settings
from qa.sync_state import SyncState
from qa.ui.links import CitationLink, DocumentLink, Link, PassageLink, SourcesLink
from qa.ui.reader_head import refer_to
from qa.ui.sources import list_sources, open_link
from qa.ui.standing import Quoted
from qa.ui.steps import converse
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
    then, now = "回答时的原文|食堂的早餐是|五|元。|午餐是十二元。", "现在的文字|食堂的早餐是|六|元。"
    assert f"|原文已更新|{then}|{now}|" in text_of(shown)
    assert "<del>五</del>" in shown and "<ins>六</ins>" in shown
    assert re.search(r'<mark class="cited"[^>]*>食堂的早餐是六元。', shown)


def test_a_changed_source_without_anything_similar_says_so(syncing: Still, conversation: Conversation) -> None:
    rewrite(syncing, "公告\n\n本周停电三天。")
    shown = opened(syncing, conversation)
    assert "|原文已更新|回答时的原文|食堂的早餐是五元。|午餐是十二元。|现在的文档里没有相近的句子。|" in text_of(shown)
    assert "本周停电三天" in shown
    assert 'class="cited"' not in shown
    # Among changed words there is no place that would be his.
    assert 'class="here"' not in shown


def test_a_deleted_source_still_shows_the_quote(syncing: Still, conversation: Conversation) -> None:
    rewrite(syncing, None)
    assert "原文已删除" in cards(syncing, conversation)
    assert "The source was deleted" in cards(syncing, conversation, "en")
    shown = text_of(opened(syncing, conversation))
    assert "|食堂规定|食堂.txt|原文已删除|回答时的原文|食堂的早餐是五元。|午餐是十二元。|" in shown


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


# What stands over an open document


def test_a_card_tells_where_a_passage_stands_and_why_it_was_found(syncing: Still, conversation: Conversation) -> None:
    shown = text_of(cards(syncing, conversation))
    assert "|[1]|食堂规定|食堂的早餐是五元。|命中词|食堂|早餐|语义第 1 · 句子第 1 · 词面第 1|" in shown
    assert "得分" not in shown


@pytest.fixture
def two(syncing: Still, conversation: Conversation) -> Conversation:
    """An answer that cites two sentences."""
    exchange = conversation.exchanges[0]
    assert exchange.answer is not None
    first = replace(exchange.answer.citations[0], headings=("价格",), page=3)
    document = syncing.assistant.document("食堂.txt")
    assert document is not None
    start = document.text.index("午餐")
    second = replace(
        first, number=2, start=start, end=len(document.text), quote="午餐是十二元。", headings=(), page=None
    )
    answer = replace(exchange.answer, citations=(first, second))
    return Conversation((replace(exchange, answer=answer),))


def hrefs(shown: str, kind: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(rf'<a[^>]*href="([^"]*)"[^>]*class="step {kind}"', shown)]


def test_the_citations_before_and_after_are_one_step_away(syncing: Still, two: Conversation) -> None:
    first, second = opened(syncing, two, CitationLink(0, 1)), opened(syncing, two, CitationLink(0, 2))
    after, before = hrefs(html.unescape(first), "source_after"), hrefs(html.unescape(second), "source_before")
    assert (after, before) == (["#wendang/citation/0/2"], ["#wendang/citation/0/1"])
    assert "|1 / 2|" in text_of(first) and "|2 / 2|" in text_of(second)
    assert 'aria-label="第 2 处，共 2 处"' in second
    assert not hrefs(html.unescape(first), "source_before") and not hrefs(html.unescape(second), "source_after")


def test_all_sources_are_one_step_away(syncing: Still, two: Conversation) -> None:
    assert "#wendang/sources/0" in html.unescape(opened(syncing, two, CitationLink(0, 1)))
    assert opened(syncing, two, SourcesLink(0)) == list_sources(syncing.assistant, two.exchanges[0], 0, "zh")
    assert "请重新提问" in opened(syncing, two, SourcesLink(7))


def test_only_the_open_source_is_current(syncing: Still, two: Conversation) -> None:
    shown = html.unescape(opened(syncing, two, CitationLink(0, 2)))
    assert re.findall(r'<a href="#wendang/([^"]*)" class="card" aria-current="true"', shown) == ["citation/0/2"]


def test_a_passage_is_copied_with_its_reference(syncing: Still, two: Conversation) -> None:
    copied = re.findall(r'class="copy-quote" value="([^"]*)"', html.unescape(opened(syncing, two, CitationLink(0, 1))))
    assert copied == ["“食堂的早餐是五元。”\n——《食堂规定》价格，第 3 页（食堂.txt）"]
    quoted = Quoted("a.pdf", "Rules", 0, "Open at six.", ("Hours",), Spot(page=2))
    assert refer_to(quoted, "en") == "“Open at six.”\n— Rules, Hours, Page 2 (a.pdf)"
    assert (
        refer_to(replace(quoted, title="论《规定》"), "zh").splitlines()[1] == "——《论〈规定〉》Hours，第 2 页（a.pdf）"
    )


def test_a_file_that_has_changed_since_is_told_beside_its_download(syncing: Still, conversation: Conversation) -> None:
    shown = opened(syncing, conversation)
    assert 'href="wendang/original/%E9%A3%9F%E5%A0%82.txt"' in html.unescape(shown)
    assert "文件在索引后有改动" not in shown
    (syncing.assistant.settings.documents / "食堂.txt").write_text("别的文字。", encoding="utf-8")
    assert "下载原件|文件在索引后有改动|" in text_of(opened(syncing, conversation))


def test_what_was_removed_cannot_be_downloaded(syncing: Still, conversation: Conversation) -> None:
    rewrite(syncing, None)
    shown = opened(syncing, conversation)
    assert "wendang/original" not in html.unescape(shown)
    assert 'class="was"' in html.unescape(shown)


def test_every_opening_has_a_sign_of_its_own(syncing: Still, conversation: Conversation) -> None:
    signs = {re.findall(r'data-opened="([^"]*)"', opened(syncing, conversation))[0] for _ in range(3)}
    assert len(signs) == 3


def test_a_document_opens_at_the_place_that_is_asked_for(syncing: Still) -> None:
    at = CANTEEN.index("早餐") - 1
    shown = open_link(syncing.assistant, Conversation(), DocumentLink("食堂.txt", at), "zh")
    assert '<p class="here"' in html.unescape(shown)
    assert 'class="here"' not in open_link(syncing.assistant, Conversation(), DocumentLink("食堂.txt"), "zh")
    # By itself it is part of no answer: nothing to step through, to copy or to go back to.
    assert not {"copy-quote", "steps", "back"} & set(re.findall(r'class="([^"]*)"', html.unescape(shown)))


def test_a_file_that_could_not_be_read_says_why_and_is_handed_out(syncing: Still, conversation: Conversation) -> None:
    (syncing.assistant.settings.documents / "坏<b>.pdf").write_bytes(b"%PDF-1.7 broken")
    syncing.assistant.sync()
    shown = opened(syncing, conversation, DocumentLink("坏<b>.pdf"))
    for words in ("坏<b>.pdf", "这个文件没能读取", "PDF 已损坏或不完整", "自动重新读取"):
        assert words in text_of(shown)
    assert "wendang&#47;original&#47;" in shown and "<b>" not in shown
    (syncing.assistant.settings.documents / "坏<b>.pdf").unlink()
    assert "wendang&#47;original&#47;" not in opened(syncing, conversation, DocumentLink("坏<b>.pdf"))


def test_a_source_that_cannot_be_read_any_more_says_why(syncing: Still, conversation: Conversation) -> None:
    rewrite(syncing, "")
    shown = text_of(opened(syncing, conversation))
    assert "原文现在读不了" in shown and "文件是空的" in shown and "食堂的早餐是五元。" in shown


def test_why_it_was_found_is_said_in_words_and_no_score_is_shown(syncing: Still, conversation: Conversation) -> None:
    shown = text_of(opened(syncing, conversation))
    assert "为何找到" in shown and "意思最接近" in shown and "得分" not in shown

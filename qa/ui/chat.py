"""The chat panel: messages, the box for the question, example questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import gradio as gr

from qa.assistant import DocumentEntry
from qa.syncing import Syncing
from qa.ui.conversations import Conversation, Step, converse
from qa.ui.markup import element, join
from qa.ui.replies import answer_message, note_message, question_message
from qa.ui.status import is_first
from qa.ui.texts import SAMPLE_DOCUMENT, SAMPLE_QUESTIONS, Language, say

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class ChatPanel:
    """The components of the panel."""

    messages: gr.Chatbot
    question: gr.Textbox
    conversation: gr.State


def build_chat(i18n: gr.I18n) -> ChatPanel:
    """Lay the panel out."""
    messages = gr.Chatbot(
        label=i18n("chat_label"),
        elem_id="messages",
        show_label=False,
        container=False,
        height="100%",
        layout="bubble",
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        allow_tags=False,
        group_consecutive_messages=False,
    )
    question = gr.Textbox(
        label=i18n("ask_label"),
        show_label=False,
        container=False,
        placeholder=i18n("ask_placeholder"),
        elem_id="question",
        lines=1,
        max_lines=5,
        # Words rather than Gradio's picture, which has no name for a screen reader.
        submit_btn=cast(str, i18n("ask_button")),
    )
    return ChatPanel(messages, question, gr.State(Conversation()))


def show_messages(step: Step, language: Language) -> list[Message]:
    """Return a conversation as Gradio's chat messages."""
    messages: list[Message] = []
    last = len(step.conversation.exchanges) - 1
    for index, exchange in enumerate(step.conversation.exchanges):
        if exchange.question:
            messages.append({"role": "user", "content": question_message(exchange.question)})
        shown = step.shown if index == last else None
        if exchange.answer is not None and shown != 0:
            content = answer_message(exchange.answer, index, language, shown)
            messages.append({"role": "assistant", "content": content})
        elif exchange.note:
            messages.append({"role": "assistant", "content": note_message(exchange.note)})
    return messages


def answer_steps(
    syncing: Syncing, question: str, before: Conversation, language: Language
) -> Iterator[tuple[list[Message], Step]]:
    """Yield the messages to show, with the step that they show."""
    for step in converse(syncing, before, question, language):
        yield show_messages(step, language), step


def greet(syncing: Syncing, language: Language) -> dict[str, Any]:
    """Return the first screen: what this is, how much it knows, and questions where the sample documents are."""
    entries = syncing.assistant.documents()
    greeting = join(
        element("h2", say(language, "welcome")),
        element("p", say(language, "welcome_text")),
        element("p", _count(syncing, entries, language)),
    )
    has_samples = any(entry.path == SAMPLE_DOCUMENT for entry in entries)
    examples = [{"text": question} for question in SAMPLE_QUESTIONS] if has_samples else []
    return {"placeholder": element("div", greeting, class_="welcome"), "examples": examples}


def _count(syncing: Syncing, entries: Sequence[DocumentEntry], language: Language) -> str:
    if is_first(syncing.assistant, syncing.state):
        return say(language, "welcome_first")
    if not entries:
        return say(language, "welcome_empty")
    passages = sum(entry.passages for entry in entries)
    return say(language, "welcome_count", documents=len(entries), passages=passages)

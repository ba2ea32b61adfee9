"""The chat panel: messages, the box for the question, example questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import gradio as gr

from qa.assistant import DocumentEntry
from qa.history.datatypes import Conversation
from qa.syncing import Syncing
from qa.ui.finished import finished_message
from qa.ui.markup import element, join
from qa.ui.replies import answer_message, looking_message, note_message, question_message
from qa.ui.scope import ScopeControl, build_scope
from qa.ui.service import Service
from qa.ui.status import is_first
from qa.ui.steps import Step
from qa.ui.suggestions import build_next, examples, show_first
from qa.ui.texts import Language, language_of, say, script_read
from qa.ui.toolbar import Toolbox
from qa.ui.upload_choice import show_choices

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class ChatPanel:
    """The components of the panel."""

    about: gr.HTML
    messages: gr.Chatbot
    said: gr.HTML
    next: gr.HTML
    scope: ScopeControl
    question: gr.Textbox
    conversation: gr.State


def build_chat(i18n: gr.I18n) -> ChatPanel:
    """Lay the panel out."""
    # What there is to be said about the conversation that is open; empty, and then out of sight, most of the time.
    about = gr.HTML(elem_id="about-chat", js_on_load=None)
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
    # What came of what was done with an answer; it lies over the messages for a moment.
    said = gr.HTML(elem_id="answer-said", js_on_load=None)
    next_questions = build_next()
    scope = build_scope(i18n)
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
    return ChatPanel(about, messages, said, next_questions, scope, question, gr.State(Conversation()))


def while_answering(language: Language, can_stop: bool, **value: str) -> dict[str, Any]:
    """Return the box for the question, with a `value` if one is given; what a language model writes can be stopped."""
    buttons: dict[str, Any] = {"submit_btn": False, "stop_btn": say(language, "stop_button")} if can_stop else {}
    return {**gr.update(), **value, **buttons}


def when_answered(language: Language) -> dict[str, Any]:
    """Return the box as it is between questions, with what was typed meanwhile."""
    return gr.update(submit_btn=say(language, "ask_button"), stop_btn=False)


def show_messages(step: Step, language: Language, box: Toolbox | None = None) -> list[Message]:
    """Return a conversation as Gradio's chat messages, as far as a step shows it; with a `box`, with its tools."""
    messages: list[Message] = []
    for index, exchange in enumerate(step.conversation.exchanges):
        if exchange.question:
            messages.append({"role": "user", "content": question_message(exchange.question)})
        shown = step.shown if index == step.index else None
        if exchange.answer is not None and shown != 0:
            if shown is None and not exchange.answer.is_draft:
                content = finished_message(exchange, exchange.answer, index, language, box)
            else:
                content = answer_message(exchange.answer, index, language, shown)
            messages.append({"role": "assistant", "content": content})
        elif exchange.note:
            messages.append({"role": "assistant", "content": note_message(exchange.note)})
        elif index == step.index and exchange.question:
            messages.append({"role": "assistant", "content": looking_message(language)})
    return messages


def greet(service: Service, request: gr.Request) -> dict[str, Any]:
    """Return the first screen: what this is, how much it knows, and questions that it can answer.

    All through a visit the same ones are offered; another visit is offered others, where there are.
    """
    language = language_of(request)
    offered = service.suggester.first(language == "zh", str(request.session_hash), script_read(request))
    syncing = service.syncing
    entries = syncing.assistant.documents()
    is_empty = not entries and not is_first(syncing.assistant, syncing.state)
    greeting = join(
        element("h2", say(language, "welcome")),
        element("p", say(language, "welcome_text")),
        element("p", _count(syncing, entries, language)),
        show_choices(language) if is_empty else "",
        show_first(offered, language),
    )
    return {"placeholder": element("div", greeting, class_="welcome"), "examples": examples(offered)}


def _count(syncing: Syncing, entries: Sequence[DocumentEntry], language: Language) -> str:
    if is_first(syncing.assistant, syncing.state):
        return say(language, "welcome_first")
    if not entries:
        return say(language, "welcome_empty")
    passages = sum(entry.passages for entry in entries)
    return say(language, "welcome_count", documents=f"{len(entries):,}", passages=f"{passages:,}")

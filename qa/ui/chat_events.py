"""Questions: asked, asked again, stopped, and left behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.history.datatypes import Conversation
from qa.scope import EVERYWHERE, Scope
from qa.ui.chat import greet, show_messages, when_answered, while_answering
from qa.ui.desk import Desk
from qa.ui.handling import ASKING, AT_ONCE, Updates, nothing_new
from qa.ui.keeping import Keeper
from qa.ui.links import parse_again
from qa.ui.preferences import preferences_of
from qa.ui.service import Service
from qa.ui.sources import list_sources, no_sources
from qa.ui.steps import Step, answer_again, converse
from qa.ui.stopping import Answering, Stops
from qa.ui.suggestion_events import Turns, wire_suggestions
from qa.ui.texts import Language, language_of
from qa.ui.toolbar import Toolbox, open_toolbox
from qa.ui.visitor import owner_of
from qa.wishes import Wishes

OUTPUTS = 8


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as it is asked: in a conversation, in a scope, or again in the place of an answer (`again`)."""

    question: str
    conversation: Conversation
    scope: Scope = EVERYWHERE
    as_it_stands: bool = False
    again: int | None = None


def wire_chat(page: gr.Blocks, desk: Desk, service: Service, stops: Stops) -> None:
    """Answer what is typed and sent, and what is chosen among the examples; stop where somebody has enough."""
    syncing = service.syncing
    turns = Turns()

    def answer(asking: Asking, box: dict[str, Any], request: gr.Request) -> Iterator[Updates]:
        language = language_of(request)
        tools = open_toolbox(service, request)
        keeper = Keeper(service.conversations, owner_of(request, syncing.assistant.settings), language)
        keeper.id, keeper.title = asking.conversation.id, asking.conversation.title
        turns.begin(str(request.session_hash))
        # Questions that led on from the answer before: cleared with the first step, so that it cannot come too late.
        offered: Any = ""
        with stops.answering(str(request.session_hash)) as under_way:
            last: Step | None = None
            try:
                for step in steps_of(asking, under_way, language, preferences_of(request).wishes()):
                    step = keeper.keep(step) if last is None else keeper.named(step)
                    last = step
                    if under_way.is_left():
                        continue  # to its end, which is near: what there is of it is kept
                    yield box, *show(step, language, tools), "", offered
                    # Touched at the start and at the end only, so that the next question can be typed meanwhile.
                    box = offered = gr.skip()
            finally:
                if last is not None:
                    last = keeper.keep(last)
            if under_way.is_left():
                # A new conversation has begun. Gradio repeats at the end what was yielded last.
                yield nothing_new(OUTPUTS)
                return
        conversation = last.conversation if last is not None else asking.conversation
        done = gr.skip()
        yield when_answered(language), done, conversation, done, done, conversation.id, done, done

    def steps_of(asking: Asking, under_way: Answering, language: Language, wishes: Wishes) -> Iterator[Step]:
        stopped = under_way.is_stopped
        if asking.again is not None:
            return answer_again(syncing, asking.conversation, asking.again, language, asking.scope, stopped, wishes)
        return converse(
            syncing, asking.conversation, asking.question, language, asking.scope, stopped, asking.as_it_stands, wishes
        )

    def show(step: Step, language: Language, box: Toolbox) -> Updates:
        sources: Any = gr.skip()
        tabs: Any = gr.skip()
        exchange = step.conversation.exchanges[step.index]
        # A question about the program itself has no sources; those of the answer before may stay open.
        if step.found and exchange.answer is not None and exchange.answer.mode != "conversation":
            sources = list_sources(syncing.assistant, exchange, step.index, language)
            tabs = gr.Tabs(selected="sources")
        return show_messages(step, language, box), step.conversation, sources, tabs, step.conversation.id

    def box_for(request: gr.Request, **value: str) -> dict[str, Any]:
        can_stop = syncing.assistant.author is not None and preferences_of(request).model == "on"
        return while_answering(language_of(request), can_stop, **value)

    def ask(
        question: str,
        conversation: Conversation,
        picked: Sequence[str] | None,
        as_searched: str,
        request: gr.Request,
    ) -> Iterator[Updates]:
        asking = Asking(question, conversation, Scope(tuple(picked or ())), bool(as_searched))
        yield from answer(asking, box_for(request, value=""), request)

    def ask_example(
        conversation: Conversation, picked: Sequence[str] | None, chosen: gr.SelectData, request: gr.Request
    ) -> Iterator[Updates]:
        yield from ask(str(chosen.value["text"]), conversation, picked, "", request)

    def ask_again(text: str, conversation: Conversation, request: gr.Request) -> Iterator[Updates]:
        link = parse_again(text)
        exchange = conversation.answered(link.answer) if link else None
        if link is None or exchange is None or exchange.answer is None:
            return
        # What is being written meanwhile stays in the box.
        if link.verb == "everywhere":
            # A follow-up as it was understood: the turns that it followed may be far back by now.
            asking = Asking(exchange.answer.searched, conversation, EVERYWHERE, as_it_stands=True)
        else:
            asking = Asking(exchange.question, conversation, Scope(exchange.answer.scope), again=link.answer)
        yield from answer(asking, box_for(request), request)

    def ask_suggested(
        text: str, conversation: Conversation, picked: Sequence[str] | None, request: gr.Request
    ) -> Iterator[Updates]:
        # What is being written meanwhile stays in the box. script.js puts a count behind the question.
        question = text.rpartition("?")[0]
        asking = Asking(question, conversation, Scope(tuple(picked or ())), as_it_stands=True)
        yield from answer(asking, box_for(request), request)

    def stop(request: gr.Request) -> None:
        stops.stop(str(request.session_hash))

    def start_anew(request: gr.Request) -> Updates:
        language = language_of(request)
        stops.stop(str(request.session_hash), leave=True)
        greeting = gr.Chatbot(value=[], **greet(service, request))
        return greeting, Conversation(), no_sources(language), when_answered(language), "", ""

    chat, hidden = desk.chat, desk.hidden
    picked = chat.scope.picked
    outputs = [
        *(chat.question, chat.messages, chat.conversation, desk.sources, desk.tabs),
        *(hidden.conversation, hidden.as_searched, chat.next),
    ]
    inputs = [chat.question, chat.conversation, picked, hidden.as_searched]
    answers = [
        chat.question.submit(ask, inputs, outputs, **ASKING),
        chat.messages.example_select(ask_example, [chat.conversation, picked], outputs, **ASKING),
        hidden.again.change(ask_again, [hidden.again, chat.conversation], outputs, **ASKING),
        hidden.suggested.change(ask_suggested, [hidden.suggested, chat.conversation, picked], outputs, **ASKING),
    ]
    wire_suggestions(page, desk, service, turns, answers)
    chat.question.stop(stop, None, None, **AT_ONCE)
    page.unload(stop)
    # What is still being written belongs to a conversation that is over.
    fresh = [chat.messages, chat.conversation, desk.sources, chat.question, hidden.conversation, chat.about]
    desk.history.new_chat.click(start_anew, None, fresh, **AT_ONCE)

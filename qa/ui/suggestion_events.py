"""Questions that lead on from an answer: made when it is there, and gone when the next one is asked."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.events import Dependency

from qa.history.datatypes import Conversation
from qa.scope import Scope
from qa.ui.desk import Desk
from qa.ui.handling import AT_ONCE, QUIET
from qa.ui.service import Service
from qa.ui.suggestions import show_next
from qa.ui.texts import language_of, script_read

# So many pages have questions made at a time; the others wait.
AT_A_TIME = 2


class Turns:
    """Counts what is asked on each page, so that what was made for an earlier answer is not shown for a later one."""

    def __init__(self) -> None:
        self._turns: dict[str, int] = {}
        self._lock = threading.Lock()

    def begin(self, page: str) -> None:
        """Note that a page goes on to something else."""
        with self._lock:
            self._turns[page] = self._turns.get(page, 0) + 1

    def now(self, page: str) -> int:
        """Return how often a page has gone on."""
        return self._turns.get(page, 0)

    def forget(self, page: str) -> None:
        """Forget a page that is closed."""
        with self._lock:
            self._turns.pop(page, None)


def wire_suggestions(
    page: gr.Blocks, desk: Desk, service: Service, turns: Turns, answers: Sequence[Dependency]
) -> None:
    """Offer questions after each of the events that end in an answer, and for a conversation that is opened."""
    chat, hidden = desk.chat, desk.hidden

    def clear(request: gr.Request) -> str:
        turns.begin(str(request.session_hash))
        return ""

    def offer(conversation: Conversation, picked: Sequence[str] | None, request: gr.Request) -> Any:
        own = str(request.session_hash)
        turn = turns.now(own)
        last = conversation.answered(len(conversation.exchanges) - 1)
        if last is None or last.answer is None or last.answer.is_draft:
            # The row has been cleared; to clear it again might come after what another event has put there.
            return gr.skip()
        asked = [exchange.question for exchange in conversation.exchanges]
        found = service.suggester.after(last.answer, asked, Scope(tuple(picked or ())), script_read(request))
        if turns.now(own) != turn:
            return gr.skip()
        return show_next([one.question for one in found], language_of(request))

    def leave(request: gr.Request) -> None:
        turns.forget(str(request.session_hash))

    gr.on(
        [hidden.opening.change, desk.history.new_chat.click],
        clear,
        None,
        [chat.next],
        trigger_mode="multiple",
        **AT_ONCE,
    )
    inputs = [chat.conversation, chat.scope.picked]
    making: dict[str, Any] = {**QUIET, "concurrency_limit": AT_A_TIME, "concurrency_id": "suggestions"}
    for answer in answers:
        answer.then(offer, inputs, [chat.next], **making)
    hidden.conversation.change(offer, inputs, [chat.next], trigger_mode="always_last", **making)
    page.unload(leave)

"""Who waits for an answer, and in what order: no page and no address takes the whole queue, nor all of the workers.

Gradio's own queue is first come, first served, and without an end: some hundred questions from one page kept all others
waiting until each of them was answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

import gradio as gr
from fastapi import HTTPException, Request
from gradio.queueing import Event, Queue

from qa.ui.texts import language_of, say

# Waiting and under way. A page asks for one answer at a time, and for a few small things beside it; behind one address
# there may be a whole office.
MOST_OF_PAGE, MOST_OF_ADDRESS, MOST = 8, 100, 300
# Answered at once; what is left of `CONCURRENT` is for other pages and addresses.
CONCURRENT, AT_ONCE_OF_PAGE, AT_ONCE_OF_ADDRESS = 16, 2, 12
TOO_MANY_REQUESTS = 429


class SharedQueue(Queue):
    """Gradio's queue, shared fairly between pages (their sessions) and addresses."""

    async def push(
        self, body: Any, request: Request, username: str | None
    ) -> tuple[bool, Any, Literal["success", "error", "queue_full", "validator_error"]]:
        """Take an event in; where there are too many, refuse it with a message for whoever asks."""
        if full := self._full(body.session_hash, request):
            # Gradio's page shows this text; for a queue that is full (503) it would show an English one of its own.
            raise HTTPException(TOO_MANY_REQUESTS, say(language_of(request), full))
        return await super().push(body, request, username)

    def get_events(self) -> tuple[list[Event], bool, str] | None:
        """Return what is to be done next: first come, first served among those who have the least under way."""
        under_way = self._under_way()
        held: dict[str, list[Event]] = {}
        for name, queue in self.event_queue_per_concurrency_id.items():
            if queue.queue:
                busy = [event for event in under_way if event.concurrency_id == name]
                queue.queue, held[name] = in_turn(queue.queue, busy)
        try:
            return super().get_events()
        finally:
            for name, events in held.items():
                self.event_queue_per_concurrency_id[name].queue += events

    def _under_way(self) -> list[Event]:
        return [event for job in self.active_jobs if job for event in job]

    def _full(self, page: str | None, request: Request) -> str:
        """Return the name of the text that says what is full, "" where there is room."""
        waiting = (event for queue in self.event_queue_per_concurrency_id.values() for event in queue.queue)
        events = [*waiting, *self._under_way()]
        if sum(event.session_hash == page for event in events) >= MOST_OF_PAGE:
            return "queue_of_page"
        of_address = sum(address_of(event.request) == address_of(request) for event in events)
        return "queue_full" if of_address >= MOST_OF_ADDRESS or len(events) >= MOST else ""


def in_turn(waiting: Sequence[Event], under_way: Sequence[Event]) -> tuple[list[Event], list[Event]]:
    """Return the events that may be next, in turn, and those of pages and addresses that have enough under way."""
    pages = Counter(event.session_hash for event in under_way)
    addresses = Counter(address_of(event.request) for event in under_way)
    ready: list[tuple[int, int, float, Event]] = []
    held: list[Event] = []
    for event in waiting:
        of_page, of_address = pages[event.session_hash], addresses[address_of(event.request)]
        if of_page < AT_ONCE_OF_PAGE and of_address < AT_ONCE_OF_ADDRESS:
            ready.append((of_page, of_address, event.enqueue_time, event))
        else:
            held.append(event)
    return [event for *_, event in sorted(ready, key=lambda one: one[:3])], held


def address_of(request: Request) -> str:
    """Return the address that a request comes from; behind a proxy on this machine, the one that it tells."""
    return request.client.host if request.client else ""


def share_queue(page: gr.Blocks) -> None:
    """Have the events of a page that is not launched yet wait in a `SharedQueue`."""
    # Not past the queue either, by a call of another program.
    page.queue(default_concurrency_limit=CONCURRENT, api_open=False)
    page._queue = SharedQueue(
        live_updates=True,
        concurrency_count=page.max_threads,
        update_intervals=1,
        max_size=None,
        blocks=page,
        default_concurrency_limit=CONCURRENT,
    )

"""How Gradio calls the page's handlers, and what they give back."""

from __future__ import annotations

from typing import Any

import gradio as gr

# One update a component, in the order of the event's outputs.
Updates = tuple[Any, ...]
# Nothing of what the page asks for is for other programs to call, and nothing of it dims while it is awaited.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# However it is asked, an answer waits in one line.
ASKING: dict[str, Any] = {**QUIET, "concurrency_id": "answers"}
# For what must not wait behind questions.
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}


def nothing_new(count: int) -> Updates:
    """Return updates that change nothing of so many components."""
    return (gr.skip(),) * count

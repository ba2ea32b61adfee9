"""Questions that are offered: those to begin with, and those that lead on from an answer."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from qa.suggesting.datatypes import Suggestion
from qa.ui.markup import Html, element, join
from qa.ui.texts import Language, say


def build_next() -> gr.HTML:
    """Lay out the row under the messages; its room is kept, so that nothing moves when the questions come."""
    return gr.HTML(elem_id="next-questions", js_on_load=None)


def show_first(offered: Sequence[Suggestion], language: Language) -> Html:
    """Return the line over questions to begin with: what language they are in, where it is not the reader's."""
    if all(one.is_chinese == (language == "zh") for one in offered):
        return join()
    return element("p", say(language, "offered_as_written"), class_="as-written")


def examples(offered: Sequence[Suggestion]) -> list[dict[str, str]]:
    """Return questions to begin with in the form that Gradio's chatbot takes."""
    return [{"text": one.question} for one in offered]


def show_next(questions: Sequence[str], language: Language) -> Html:
    """Return questions as buttons, each of which is asked when it is pressed; nothing where there are none."""
    if not questions:
        return join()
    buttons = (element("button", question, value=question, title=question, class_="ask") for question in questions)
    return element("div", *buttons, class_="next", role="group", aria_label=say(language, "next_questions"))

"""What can be done with an answer: copied, given again, asked elsewhere, linked to, and judged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from index.errors import StoreError
from qa.datatypes import Answer
from qa.history.datatypes import Exchange
from qa.history.feedback import Given, Verdict, verdicts_on
from qa.history.references import with_references
from qa.pieces import plain_text
from qa.ui.actions import Action, action_value, token_of
from qa.ui.links import AgainLink
from qa.ui.markup import Html, element, join
from qa.ui.service import Service
from qa.ui.texts import Language, say
from qa.ui.visitor import owner_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Toolbox:
    """What tools need of the page: its secret, and what has been said of an answer before."""

    token: str
    given: Callable[[Exchange], Given | None]


def open_toolbox(service: Service, request: gr.Request) -> Toolbox:
    """Return the toolbox of the page that a request is from."""
    owner = owner_of(request, service.syncing.assistant.settings)

    def given(exchange: Exchange) -> Given | None:
        try:
            return service.feedback.given(owner, exchange)
        except StoreError as error:
            # An answer is worth showing all the same.
            logger.warning("%s", error)
            return None

    return Toolbox(token_of(request), given)


def show_tools(exchange: Exchange, index: int, language: Language, box: Toolbox) -> Html:
    """Return the row of tools under a finished answer; one that is not from the documents can only be copied."""
    answer = exchange.answer
    if answer is None:
        return join()
    tools = [_tool("copy", plain_text(answer), language)]
    if answer.mode != "conversation":
        tools += _on_answer(exchange, answer, index, language, box)
    return element("div", *tools, class_="tools", role="group", aria_label=say(language, "tools"))


def _on_answer(exchange: Exchange, answer: Answer, index: int, language: Language, box: Toolbox) -> list[Html]:
    tools = [_tool("cite", with_references(exchange, language), language)] if answer.citations else []
    tools.append(_tool("anew", str(AgainLink("anew", index)), language))
    tools.append(_tool("rescope", answer.searched, language))
    if not box.token:
        return tools
    given = box.given(exchange)
    tools.append(_tool("share", action_value(Action("share", str(index)), box.token), language))
    good = action_value(Action("good", str(index)), box.token)
    tools.append(_tool("good", good, language, given is not None and given.verdict == "good"))
    tools.append(_tool("bad", "", language, given is not None and given.verdict != "good"))
    tools.append(_complaint(answer, index, language, box.token, given))
    return tools


def _tool(name: str, value: str, language: Language, pressed: bool = False) -> Html:
    label = say(language, f"tool_{name}")
    # Said once the text is on the clipboard.
    done = [element("span", say(language, "copied"), class_="done-word")] if name in ("copy", "cite") else []
    name = f"{name} pressed" if pressed else name
    return element(
        "button", element("span", label, class_="unseen"), *done, value=value, title=label, class_=f"tool {name}"
    )


def _complaint(answer: Answer, index: int, language: Language, token: str, given: Given | None) -> Html:
    """Return the reasons that the thumb down opens, and a place for the right answer."""
    reasons = (_reason(verdict, index, language, token, given) for verdict in verdicts_on(answer))
    # script.js puts a box to type into here, which Gradio takes out of messages.
    box = element("span", given.answer if given else "", title=say(language, "right_answer"), class_="right-answer")
    return element(
        "div",
        element("p", say(language, "what_is_wrong")),
        element("div", *reasons, class_="reasons"),
        element("div", box, element("button", say(language, "save"), class_="save"), class_="correction"),
        class_="complaint",
        role="group",
    )


def _reason(verdict: Verdict, index: int, language: Language, token: str, given: Given | None) -> Html:
    pressed = " pressed" if given is not None and given.verdict == verdict else ""
    value = action_value(Action(verdict, str(index)), token)
    return element("button", say(language, f"reason_{verdict}"), value=value, class_=f"reason {verdict}{pressed}")

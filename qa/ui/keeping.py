"""Keeping a conversation while it goes on: a page must lose nothing, and an answer must not wait for a disk."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import gradio as gr

from index.errors import StoreError
from qa.history.datatypes import Conversation
from qa.history.store import ConversationStore
from qa.ui.reasons import explain
from qa.ui.steps import Step
from qa.ui.texts import Language, say

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Keeper:
    """Keeps the conversation of one question, under the id and title that it is given with the first step."""

    store: ConversationStore
    owner: str
    language: Language
    id: str = ""
    title: str = ""
    has_failed: bool = False

    def named(self, step: Step) -> Step:
        """Return a step of a conversation that has been kept before."""
        if not self.id:
            return step
        return replace(step, conversation=replace(step.conversation, id=self.id, title=self.title))

    def keep(self, step: Step) -> Step:
        """Keep the question that a step is about, with what it has been answered with so far.

        A browser that is not known keeps nothing. Where the disk is full, that is said once, and the chat goes on.
        """
        step = self.named(step)
        if not self.owner or not step.conversation.exchanges[step.index].question or self.has_failed:
            return step
        try:
            kept = self.store.save(self.owner, without_drafts(step.conversation), step.index)
        except StoreError as error:
            self.has_failed = True
            logger.warning("%s", error)
            gr.Warning(say(self.language, "not_kept", error=explain(str(error), self.language)))
            return step
        self.id, self.title = kept.id, kept.title
        return self.named(step)


def without_drafts(conversation: Conversation) -> Conversation:
    """Return a conversation in which nothing is being written any more, as it is found when it is opened again."""
    return replace(
        conversation,
        exchanges=tuple(
            replace(one, answer=replace(one.answer, is_draft=False)) if one.answer and one.answer.is_draft else one
            for one in conversation.exchanges
        ),
    )

"""What the page is of: the library, what is offered to ask, the conversations, and what was said of answers."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from index.errors import StoreError
from qa.history.feedback import FeedbackStore
from qa.history.opening import FILE
from qa.history.salvaging import bring_in
from qa.history.store import ConversationStore
from qa.suggesting.suggester import Suggester
from qa.syncing import Syncing

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """What every panel may need of the server."""

    syncing: Syncing
    conversations: ConversationStore

    feedback: FeedbackStore
    suggester: Suggester


def open_service(syncing: Syncing, suggester: Suggester | None = None) -> Service:
    """Return what a page over a library needs; without a suggester at work, one that offers what is kept."""
    data = syncing.assistant.settings.data
    try:
        # A file that was found damaged while it was in use was set aside in haste.
        bring_in(data / FILE)
    except StoreError as error:
        logger.warning("%s", error)
    return Service(syncing, ConversationStore(data), FeedbackStore(data), suggester or Suggester(syncing))

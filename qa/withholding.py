"""What of a model's answer is kept back altogether: its instructions, said aloud because a text asked for them."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from qa.measures import normalise

# In hanzi; of Latin letters so many times as many say as much.
SHORTEST = 8  # less than that everybody says
LONGEST_RUN = 16  # that an answer may have in common with the instructions
LEAST_RUN = 6  # that counts as shared
LETTERS_FOR_A_HANZI = 2.5
# What the instructions ask to be said.
ASKED_FOR = frozenset(("文档中没有找到答案", "thedocumentsdonotholdtheanswer"))
MOST_SHARED = 0.6  # of a sentence that stands in the instructions


class Withheld:
    """Tells the sentences of an answer that are out of the instructions given to the model."""

    def __init__(self, instructions: str, question: str = "") -> None:
        self._instructions = normalise(instructions).casefold()
        self._question = _bare(question)

    def __call__(self, sentence: str) -> bool:
        """Whether a sentence of the answer is the instructions' rather than its own."""
        said = normalise(sentence).casefold().strip("。.！!？?：:")
        if said in ASKED_FOR:
            return False
        if self._question and _bare(sentence) == self._question:
            return True
        scale = LETTERS_FOR_A_HANZI if said.isascii() else 1.0
        if len(said) < SHORTEST * scale:
            return False
        if said in self._instructions:
            return True
        blocks = SequenceMatcher(None, said, self._instructions, autojunk=False).get_matching_blocks()
        shared = sum(block.size for block in blocks if block.size >= LEAST_RUN * scale)
        return max(block.size for block in blocks) >= LONGEST_RUN * scale or shared >= MOST_SHARED * len(said)


def _bare(text: str) -> str:
    """Return a question as it is compared: without what leads to it and without its end."""
    return re.sub(r"^(?:问题|question)[:：]", "", normalise(text).casefold()).strip("。.！!？?")

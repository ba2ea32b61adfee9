"""How well an answer is founded, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.datatypes import Answer, Citation
from qa.grounds import FOUNDED, grounds_of

QUOTE = "全区有耕地3.2万亩。"
CITATION = Citation(1, "农业.md", "农业", (), None, 0, len(QUOTE), QUOTE, True)
ANSWER = Answer("问", f"{QUOTE}[1]", True, "extractive", (CITATION,), (), (), "问", 0.9)


@pytest.mark.parametrize(
    ("given", "grounds"),
    [
        (ANSWER, "founded"),
        (replace(ANSWER, confidence=FOUNDED), "founded"),
        (replace(ANSWER, confidence=FOUNDED - 0.01), "weak"),
        (replace(ANSWER, mode="llm"), "founded"),
        (replace(ANSWER, mode="llm", unsupported=("明年翻番。",)), "weak"),
        (replace(ANSWER, answered=False, citations=(), confidence=0.1), "none"),
        (replace(ANSWER, answered=False, citations=(), confidence=0.9), "none"),
        (replace(ANSWER, mode="conversation", citations=()), None),
        (replace(ANSWER, mode="conversation", citations=(), answered=False), None),
    ],
)
def test_grounds_in_words(given: Answer, grounds: str | None) -> None:
    assert grounds_of(given) == grounds

"""What a language model is told: the prompt files of `prompts/` filled with passages, questions and turns.

All that comes from documents or conversations is data. It is put in once and never looked at for placeholders, it
cannot close the marks that it stands between, and signs that no reader sees stay out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.datatypes import Passage
from qa.datatypes import Turn
from qa.terms import is_written_in_hanzi
from qa.tokens import A_MESSAGE, estimate_tokens

FOLDER = Path(__file__).parent / "prompts"
PARTS = "\n---\n"  # between what the system says and what the user says
PLACEHOLDER = re.compile(r"\$(passages|question|turns|length)\b")
LONGEST_TITLE = 200
# Characters of an answer that reads well; words of an English one.
ANSWER_LENGTH = {"zh": 300, "en": 150}
MARKS = {"zh": ("资料", "编号", "标题"), "en": ("passage", "number", "title")}
# Zero-width signs, marks of reading direction, tags and other controls: text that a person does not see.
UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
TAG = re.compile(r"<(?=\s*/?\s*(?:资料|passage))", re.IGNORECASE)
TURNS_READ, LONGEST_TURN = 6, 400


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent: the messages, how many passages are in them, and the text that is ours."""

    messages: tuple[Mapping[str, str], ...]
    passages: int
    ours: str


def answer_prompt(question: str, passages: Sequence[Passage], context: int, most_tokens: int) -> Prompt | None:
    """Return the prompt for an answer, with as many passages from the first on as the model's context holds.

    `context` is all that the model reads and writes, `most_tokens` what of it is kept for the answer. None where not
    even the first passage fits.
    """
    language = _language(question)
    system, user = _parts("answer", language)
    values = {"question": visible(question), "length": str(ANSWER_LENGTH[language])}
    room = context - most_tokens - estimate_tokens(system + user + values["question"]) - 2 * A_MESSAGE
    blocks: list[str] = []
    for number, passage in enumerate(passages, start=1):
        block = _block(passage, number, language)
        room -= estimate_tokens(block) + 1
        if room < 0:
            break
        blocks.append(block)
    if not blocks:
        return None
    filled = _fill(system, values)
    return Prompt(_messages(filled, _fill(user, {**values, "passages": "\n".join(blocks)})), len(blocks), filled)


def rewriting_prompt(question: str, turns: Sequence[Turn]) -> Prompt:
    """Return the prompt that asks for a follow-up made whole from the turns before it."""
    language = _language(question)
    system, user = _parts("rewrite", language)
    names = {"zh": {"user": "用户", "assistant": "助手"}, "en": {"user": "User", "assistant": "Assistant"}}[language]
    lines = [f"{names[turn.role]}：{_one_line(turn.content)[:LONGEST_TURN]}" for turn in turns[-TURNS_READ:]]
    values = {"question": visible(question), "turns": "\n".join(lines)}
    return Prompt(_messages(system, _fill(user, values)), 0, system)


def visible(text: str) -> str:
    """Return a text without what nobody sees, and without half characters, which cannot be sent."""
    return UNSEEN.sub("", text.encode("utf-8", "replace").decode())


def _language(question: str) -> str:
    return "zh" if is_written_in_hanzi(question) else "en"


def _block(passage: Passage, number: int, language: str) -> str:
    """Return a passage between its marks; those that it holds itself are made harmless."""
    mark, numbered, titled = MARKS[language]
    title = _one_line(" / ".join((passage.title, *passage.headings)))[:LONGEST_TITLE].replace('"', "”")
    return f'<{mark} {numbered}="{number}" {titled}="{_harmless(title)}">\n{_harmless(passage.text)}\n</{mark}>'


def _harmless(text: str) -> str:
    return TAG.sub("＜", visible(text))


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())


def _messages(system: str, user: str) -> tuple[Mapping[str, str], ...]:
    return {"role": "system", "content": system}, {"role": "user", "content": user}


@cache
def _parts(name: str, language: str) -> tuple[str, str]:
    """Return the two parts of a prompt's file: what the system says, and what the user says."""
    system, _, user = (FOLDER / f"{name}.{language}.txt").read_text("utf-8").strip().partition(PARTS)
    return system, user


def _fill(template: str, values: Mapping[str, str]) -> str:
    """Put values in the place of `$names`, in one pass: what a value holds is never filled in again."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], template)

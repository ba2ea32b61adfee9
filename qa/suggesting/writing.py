"""A document → questions that it seems to answer, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.datatypes import Document, Passage
from index.lexical import fold_in_place
from index.records import Record
from qa.suggesting.clauses import MARKUP, clauses_of
from qa.suggesting.datatypes import Draft, Suggestion
from qa.suggesting.english import ask_in_english
from qa.suggesting.figures import ask_figures
from qa.suggesting.happenings import ask_dates, ask_reasons, ask_who
from qa.suggesting.headings import NUMBERED, ask_as_written, ask_headings, without_number
from qa.suggesting.listings import ask_lists
from qa.suggesting.regulations import ask_regulations
from qa.suggesting.relations import ask_meaning, ask_relations
from qa.suggesting.table_rows import ask_rows, row_cells
from qa.suggesting.topics import Topic, as_written, topic_of
from qa.suggesting.wording import can_be_asked, stands_alone

HANZI = re.compile(r"[㐀-鿿]")
# What asks, with the measure behind it: 本 by itself would point at the text.
ASKING = re.compile("为什么|為什麼|(?:[几幾]|百分之多少|多少|哪[一几些里裡]?年?)本?|什[么麼][时時]?[候]?|[谁誰]")
# Controls, and marks that turn the reading direction, are in no question that a person would ask.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]")
LONGEST_SENTENCE = 200
# Characters of a text in which it names what it is about.
HEAD = 3_000
BEST_LENGTH = (10, 22)
LIKED = {
    "asked": 1.0,
    "list": 0.9,
    "number": 0.8,
    "person": 0.8,
    "place": 0.7,
    "date": 0.7,
    "definition": 0.6,
    "matter": 0.7,
    "reason": 0.7,
}
CAPITAL = r"[A-Z][\w'’&-]*"
# Travel Policy of the Hartwell Institute, Minutes of the Oak Hill Council, 3 May
OF_NAME = re.compile(rf"(?<=[a-z]) of (?:the )?({CAPITAL}(?: {CAPITAL})+|{CAPITAL}$)")
ENGLISH_KIND = re.compile(
    r"(?: (?:at a Glance|in \w+|is .*|Annual|Report|Handbook|Manual|Guide|Operating|User|Policy|Rules|Minutes|Survey|"
    r"Overview|FAQ|(?:19|20)\d\d))+$"
)
LONGEST_ENGLISH, SHORTEST_ENGLISH = 90, 15


def write_questions(record: Record, passages: Sequence[int]) -> list[Suggestion]:
    """Return the questions that some of a document's passages, by number, seem to answer; the best first."""
    document = record.document
    topic = as_written(topic_of(document.title), document.text[:HEAD])
    english = english_topic(document.title)
    found: dict[str, Suggestion] = {}
    for number in passages:
        passage = record.passage(number, 0)
        for suggestion in _of_passage(document, passage, topic, english):
            known = found.get(suggestion.question)
            if known is None or known.score < suggestion.score:
                found[suggestion.question] = suggestion
    return sorted(found.values(), key=lambda one: -one.score)


def english_topic(title: str) -> str:
    """Return what an English title names: Jinshan at a Glance → Jinshan; "" where that is not clear."""
    found = OF_NAME.search(title)
    name = found[1] if found else re.split(r" [–—-] |: ", title)[0]
    name = ENGLISH_KIND.sub("", re.sub(r"^(?:About|Visiting|Welcome to) ", "", name)).strip()
    name = re.sub(r"^[Tt]he ", "", name)
    if " " not in name and re.search(r" (?:Handbook|Manual|Guide|Policy|Rules)\b", title):
        return ""  # Employee Handbook
    return (
        name
        if re.fullmatch(rf"{CAPITAL}(?: (?:of )?{CAPITAL}){{0,4}}", name) and not ENGLISH_KIND.search(f" {name}")
        else ""
    )


def _of_passage(document: Document, passage: Passage, topic: Topic, english: str) -> Iterator[Suggestion]:
    whole = (passage.start, passage.end)
    for draft in ask_headings(passage.headings, topic):
        # Title and heading were each looked at; jieba cuts long ones in odd places.
        yield from _suggest(_named(draft, topic), document, whole, topic, stands=True)
    if passage.headings:
        topic = topic.of_section(without_number(passage.headings[-1]))
    sentences = [(one.start, one.end) for one in passage.sentences]
    for number, (start, end) in enumerate(sentences):
        text = document.text[start:end].strip()
        if not 6 <= len(text) <= LONGEST_SENTENCE:
            continue
        if asked := list(ask_as_written(text)):
            behind = sentences[number + 1] if number + 1 < len(sentences) else (end, passage.end)
            for draft in asked:
                yield from _suggest(_named(draft, topic), document, (behind[0], passage.end), topic)
            continue
        for draft in _drafts(text, document.title, topic, english):
            yield from _suggest(draft, document, (start, end), topic)


def _named(draft: Draft, topic: Topic) -> Draft:
    """Return what a text about one thing asks itself with the thing's name, without which it might be of any."""
    folded = fold_in_place(draft.question)
    if draft.kind != "asked" or not topic.name or not HANZI.search(folded) or shares_name(folded, topic):
        return draft
    return replace(draft, question=topic.name + draft.question)


def shares_name(folded: str, topic: Topic) -> bool:
    """Whether a folded question holds the name of what its text is about, or a part by which it is known."""
    codes = re.findall("[a-z]+-?[0-9]+", topic.folded)
    return any(code in folded for code in codes) or any(
        topic.folded[at : at + 3] in folded for at in range(len(topic.folded) - 2)
    )


def _drafts(text: str, title: str, topic: Topic, english: str) -> Iterator[Draft]:
    if not HANZI.search(text):
        yield from ask_in_english(text, english)
        return
    if text.endswith(("？", "?")):
        return
    if row_cells(text):
        yield from ask_rows(text, topic)
        return
    text = NUMBERED.sub("", MARKUP.sub("", text).lstrip("-•*· "))
    yield from ask_meaning(text)
    yield from ask_regulations(text, title)
    clauses = list(clauses_of(text, topic))
    for clause in clauses:
        yield from ask_figures(clause)
        yield from ask_lists(clause, text)
        yield from ask_relations(clause, topic)
        if clause.subject:
            yield from ask_dates(clause)
            yield from ask_who(clause, topic)
    yield from ask_reasons(clauses, re.split("[，,]", fold_in_place(text))[0])


def _suggest(
    draft: Draft, document: Document, span: tuple[int, int], topic: Topic, stands: bool = False
) -> Iterator[Suggestion]:
    question = draft.question.strip()
    is_chinese = bool(HANZI.search(question))
    if UNSEEN.search(question):
        return
    if is_chinese:
        if not can_be_asked(question):
            return
        parts = [] if draft.kind == "asked" or stands else [part for part in ASKING.split(question) if part.strip("？")]
        if not all(stands_alone(part, "") for part in parts):
            return
    elif not SHORTEST_ENGLISH <= len(question) <= LONGEST_ENGLISH:
        return
    folded = fold_in_place(question)
    if (draft.answer and fold_in_place(draft.answer) in folded) or (topic.name and folded.count(topic.folded) > 1):
        return
    yield Suggestion(
        question,
        draft.kind,
        draft.answer,
        document.path,
        *span,
        _score(draft, topic, is_chinese),
        is_chinese,
        document.text[slice(*span)],
    )


def _score(draft: Draft, topic: Topic, is_chinese: bool) -> float:
    """Return how much a question reads like a person's: of a kind often asked, short, about its text's topic."""
    length = len(draft.question) if is_chinese else len(draft.question) / 3
    shortest, longest = BEST_LENGTH
    distance = max(shortest - length, length - longest, 0)
    about = 0.3 if topic.name and topic.folded in fold_in_place(draft.question) else 0.0
    return LIKED[draft.kind] + about - 0.05 * distance

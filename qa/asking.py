"""Questions → answers without a language model, from one generation of the index."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.embedding import Encoder
from index.errors import QuestionError
from index.generations import Generation
from index.search import SearchIndex
from index.vectors import Vectors
from qa.about_itself import document_turns, recognise
from qa.answering import answer_question
from qa.citations import place_citations
from qa.conversation import whole_question
from qa.datatypes import Answer, Turn
from qa.disagreements import tell_disagreements
from qa.editions import prefer_newer
from qa.pointing import without_greeting
from qa.reranking import Reranker
from qa.retrieval import Query, prepare_query, retrieve
from qa.scope import EVERYWHERE, NarrowedGenerations, Scope
from qa.second_look import SecondLook
from qa.self_description import reply_about_itself
from qa.standing_alone import answers_better, may_have_changed
from qa.wishes import AS_EVER, Wishes, leave_out

LONGEST_QUESTION = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the turns before it, the documents that it is asked of, and what is wished of the answer.

    `whole` is what is searched for, where that is settled already; else the question is made whole from the turns.
    """

    question: str
    history: Sequence[Turn] = ()
    scope: Scope = EVERYWHERE
    whole: str = ""
    wishes: Wishes = AS_EVER


@dataclass(frozen=True, slots=True)
class Means:
    """What answering takes beside an index; `second_look` gives what looks again at doubtful questions to an index."""

    encoder: Encoder
    reranker: Reranker | None
    second_look: Callable[[SearchIndex], SecondLook | None]
    min_confidence: float
    scopes: NarrowedGenerations


def make_whole(asked: Asked, generation: Generation) -> str:
    """Return what to search for. What a follow-up means does not depend on where it is asked.

    Raises `QuestionError` where the question is empty or too long.
    """
    question = check_question(asked.question)
    index = generation.index
    return asked.whole or whole_question(
        question, asked.history, index.lexical, lambda row: index.document_rows(index.passages[row])
    )


def answer_questions(questions: Sequence[Asked], generation: Generation, means: Means) -> list[Answer]:
    """Answer questions in order: what is about the conversation or the product by itself, the rest from the documents.

    Raises `QuestionError` where one cannot be asked, `ScopeError` where no document is in its scope.
    """
    asides = [answer_aside(asked, generation) for asked in questions]
    rest = [asked for asked, aside in zip(questions, asides, strict=True) if aside is None]
    answers = iter(_asked_alone(rest, _answer_from_documents(rest, generation, means), generation, means))
    return [aside or next(answers) for aside in asides]


def answer_aside(asked: Asked, generation: Generation) -> Answer | None:
    """Return the reply to a question about the conversation or the product; None where it is about the documents."""
    known = generation.index.lexical.contains
    intent = recognise(check_question(asked.question), known)
    if intent is None or asked.whole:
        return None
    turns = document_turns(asked.history, known)
    chosen = asked.scope.select(generation.records) if asked.scope else generation.records
    titles = {path: record.document.title for path, record in generation.records.items() if path in chosen}
    return reply_about_itself(intent, asked.question, turns, titles)


def _asked_alone(
    questions: Sequence[Asked], answers: list[Answer], generation: Generation, means: Means
) -> list[Answer]:
    """Return answers, instead of those to follow-ups that have changed the subject those to the same question alone."""
    bare = {
        at: replace(asked, whole=check_question(asked.question))
        for at, asked in enumerate(questions)
        if asked.history and not asked.whole and may_have_changed(asked.question)
    }
    bare = {at: asked for at, asked in bare.items() if asked.whole != answers[at].searched}
    alone = dict(zip(bare, _answer_from_documents(list(bare.values()), generation, means), strict=True))
    cut = generation.index.lexical.cut
    better = {at: answer for at, answer in alone.items() if answers_better(bare[at].whole, answer, answers[at], cut)}
    return [better.get(at, answer) for at, answer in enumerate(answers)]


def _answer_from_documents(questions: Sequence[Asked], generation: Generation, means: Means) -> list[Answer]:
    """Answer questions in order; their vectors are computed together, which is several times faster."""
    if not questions:
        return []
    began = time.perf_counter()
    places = [means.scopes.narrow(generation, asked.scope) for asked in questions]
    queries = [
        prepare_query(make_whole(asked, generation), place.index)
        for asked, place in zip(questions, places, strict=True)
    ]
    vectors = iter(means.encoder.encode_queries([text for query in queries for text in query.texts]))
    embedding_ms = (time.perf_counter() - began) * 1000 / len(questions)
    return [
        _answer(asked, query, np.stack([next(vectors) for _ in query.texts]), place, means, embedding_ms)
        for asked, query, place in zip(questions, queries, places, strict=True)
    ]


def _answer(
    asked: Asked, query: Query, vectors: Vectors, place: Generation, means: Means, embedding_ms: float
) -> Answer:
    """Answer one question from the documents that it is asked of."""
    retrieval = retrieve(place.index, query, vectors, reranker=means.reranker)
    least = asked.wishes.least_confidence
    answer = answer_question(
        asked.question,
        retrieval,
        place.index,
        means.min_confidence if least is None else least,
        embedding_ms,
        means.second_look(place.index),
        len(place.documents) if asked.scope else None,
    )
    answer = tell_disagreements(prefer_newer(answer, place), query.wanted_terms, place)
    answer = leave_out(answer, asked.wishes.passages)
    return place_citations(replace(answer, scope=asked.scope.patterns), place.documents)


def check_question(question: str) -> str:
    """Return a question without white space around it and greetings before it.

    Raises `QuestionError` where it is empty or too long.
    """
    # Half a character (a lone surrogate, from a broken terminal or file) is more than the tokenizers can take.
    stripped = without_greeting(" ".join(question.encode("utf-8", "replace").decode().split()))
    if not any(character.isalnum() for character in stripped):
        raise QuestionError("the question is empty. Ask in a few words, for example: 金山区有多少耕地？")
    if len(stripped) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(stripped):,} characters; at most {LONGEST_QUESTION:,} are read. "
            "Ask for one thing, and put long texts into the documents folder"
        )
    return stripped


def why_not(asked: Asked, generation: Generation, scopes: NarrowedGenerations) -> str:
    """Return why a question cannot be asked, "" where it can."""
    try:
        check_question(asked.question)
        scopes.narrow(generation, asked.scope)
    except QuestionError as error:
        return str(error)
    return ""

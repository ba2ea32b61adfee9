"""Hits → an answer without a language model: the sentences that answer best, quoted word for word, or a refusal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from index.datatypes import Hit
from index.search import SearchIndex
from qa.choosing import Row, choose_sentences
from qa.citations import cite, is_verbatim
from qa.clarifying import clarified, label_sides
from qa.confidence import confidence
from qa.datatypes import Answer, Citation
from qa.evidence import Reading, read
from qa.list_questions import asks_for_list
from qa.lists import is_list, told_of_list
from qa.presentation import answer_text
from qa.retrieval import Retrieval
from qa.second_look import SecondLook
from qa.surroundings import surroundings_of
from qa.terms import is_written_in_hanzi

NEAREST = 3


def answer_question(
    question: str,
    retrieval: Retrieval,
    index: SearchIndex,
    min_confidence: float,
    embedding_ms: float = 0.0,
    second_look: SecondLook | None = None,
    chosen: int | None = None,
) -> Answer:
    """Answer from the retrieved passages, or refuse where the confidence is below `min_confidence`.

    `chosen` is how many documents were asked, None for all.
    """
    began = time.perf_counter()
    reading = read(retrieval, index, second_look)
    retrieval, candidates = reading.retrieval, reading.candidates
    sure = confidence(reading, index)
    answered = bool(candidates) and sure >= min_confidence
    citations = _citations(choose_sentences(reading), reading, index) if answered else ()
    answered = bool(citations)
    answer = Answer(
        question=question,
        text=answer_text(citations)
        if answered
        else refusal_text(question, retrieval.hits, retrieval.query.missing_terms, chosen),
        answered=answered,
        mode="extractive",
        citations=citations,
        hits=retrieval.hits,
        missing_terms=retrieval.query.missing_terms,
        searched=retrieval.query.question,
        confidence=round(sure, 4),
    )
    reading_ms = (time.perf_counter() - began) * 1000
    timings = {"embedding": embedding_ms, "search": retrieval.milliseconds, "answer": reading_ms}
    return replace(answer, timings_ms={stage: round(value, 3) for stage, value in timings.items()})


def _citations(chosen: Sequence[Row], reading: Reading, index: SearchIndex) -> tuple[Citation, ...]:
    """Cite the chosen rows, numbered as they stand, with what has to be said beside them.

    One that is not word for word its passage's is dropped, and so is one that an earlier citation holds already.
    """
    citations: list[Citation] = []
    for row in chosen:
        if not all(map(is_verbatim, row)):
            continue
        passage = row[0].hit.passage
        citation = cite(row, 0, _asked_of(row, reading), surroundings_of(passage, index))
        if any(_encloses(earlier, citation) for earlier in citations):
            continue
        # A list takes the place of an item of it that was quoted before.
        inside = [number for number, earlier in enumerate(citations) if _encloses(citation, earlier)]
        citations = [earlier for number, earlier in enumerate(citations) if number not in inside]
        citations.insert(inside[0] if inside else len(citations), citation)
    citations = _without_other_lists(citations, reading.retrieval.query.question) if not reading.parts else citations
    numbered = [replace(citation, number=number) for number, citation in enumerate(citations, start=1)]
    return clarified(label_sides(numbered) if reading.parts else numbered, index.texts)


def _without_other_lists(citations: Sequence[Citation], question: str) -> list[Citation]:
    """Return citations without lists beside one that is announced by more of the question (免费项目, not 收费项目)."""
    if not asks_for_list(question):
        return list(citations)
    told = [told_of_list(citation.quote, question) for citation in citations]
    return [
        citation
        for citation, terms in zip(citations, told, strict=True)
        if not any(
            other.document == citation.document and other.headings == citation.headings and terms < more
            for other, more in zip(citations, told, strict=True)
            if is_list(citation.quote) and other is not citation
        )
    ]


def _asked_of(row: Row, reading: Reading) -> str:
    """Return the question that a row answers: that of the one part that it leads, else the whole."""
    places = {(one.hit.passage.id, one.number) for one in row}
    led = [
        part.retrieval.query.question
        for part in reading.parts
        if part.candidates and (part.candidates[0].hit.passage.id, part.candidates[0].number) in places
    ]
    return led[0] if len(led) == 1 else reading.retrieval.query.question


def _encloses(outer: Citation, inner: Citation) -> bool:
    return outer.document == inner.document and outer.start <= inner.start and inner.end <= outer.end


def unanswered(question: str, reason: str) -> Answer:
    """Return the reply to a question that could not even be searched for."""
    return Answer(
        question=question,
        text=reason,
        answered=False,
        mode="extractive",
        citations=(),
        hits=(),
        missing_terms=(),
        searched="",
        confidence=0.0,
    )


def refusal_text(question: str, hits: Sequence[Hit], missing: Sequence[str], chosen: int | None = None) -> str:
    """Say that the documents hold no answer, what they lack, and where to look nearest; in the question's language.

    Where only some were asked, say of how many that is told, and that all can be.
    """
    if not hits and chosen is None:
        if is_written_in_hanzi(question):
            return "还没有可以查的文档。请把文件放进文档文件夹，再重新索引。"
        return "There are no documents to look into yet. Put files into the folder and index again."
    nearest = list(dict.fromkeys(hit.passage.title for hit in hits))[:NEAREST]
    if is_written_in_hanzi(question):
        where, which = ("文档中", "所有文档") if chosen is None else (f"所选的 {chosen} 篇文档里", "所选文档")
        parts = [f"{where}没有找到这个问题的答案。"]
        parts += [f"{which}都没有提到：{'、'.join(missing)}。"] if missing else []
        parts += [f"最接近的内容在：{'；'.join(f'《{title}》' for title in nearest)}。"] if nearest else []
        parts += ["可以在全部文档中再问。"] if chosen is not None else []
        return "".join(parts)
    parts = [f"{_documents_that_hold(chosen)} no answer to this question."]
    no_document = "No document" if chosen is None else "No chosen document"
    parts += [f"{no_document} mentions: {', '.join(missing)}."] if missing else []
    parts += [f"Nearest: {'; '.join(nearest)}."] if nearest else []
    parts += ["You can ask again in all documents."] if chosen is not None else []
    return " ".join(parts)


def _documents_that_hold(chosen: int | None) -> str:
    if chosen is None:
        return "The documents hold"
    return "The chosen document holds" if chosen == 1 else f"The {chosen} chosen documents hold"

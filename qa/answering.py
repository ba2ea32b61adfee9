"""Hits → an answer without a language model: the sentences that answer best, quoted word for word, or a refusal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from math import exp

from index.search import SearchIndex
from qa.citations import cite, is_verbatim
from qa.confidence import confidence
from qa.datatypes import Answer, Citation
from qa.evidence import Candidate, read
from qa.measures import normalise
from qa.retrieval import Retrieval
from qa.terms import is_written_in_hanzi

MOST_SENTENCES = 4
ANSWER_CHARACTERS = 200
# A further sentence is quoted where it is at least this likely to answer, compared with the lead.
SHARE_OF_LEAD = 0.3
NEAREST = 3


def answer_question(
    question: str, retrieval: Retrieval, index: SearchIndex, min_confidence: float, embedding_ms: float = 0.0
) -> Answer:
    """Answer from the retrieved passages, or refuse where the confidence is below `min_confidence`."""
    began = time.perf_counter()
    reading = read(retrieval, index)
    retrieval, candidates = reading.retrieval, reading.candidates
    sure = confidence(retrieval, candidates)
    answered = bool(candidates) and sure >= min_confidence
    citations = _citations(choose_sentences(candidates), retrieval) if answered else ()
    answered = bool(citations)
    answer = Answer(
        question=question,
        text=_answer_text(citations) if answered else refusal_text(question, retrieval),
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


def choose_sentences(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the lead sentence and those that complete it: likely, not said yet, within the length of an answer.

    `candidates` are best first. The lead stays first; what follows is in the order of passages and of the text.
    """
    if not candidates:
        return []
    lead, *others = candidates
    chosen, said = [lead], {normalise(lead.text)}
    length = len(lead.text)
    for candidate in others:
        if len(chosen) == MOST_SENTENCES or exp(candidate.score - lead.score) < SHARE_OF_LEAD:
            break
        words = normalise(candidate.text)
        said_before = not words or any(words in one or one in words for one in said)
        if said_before or length + len(candidate.text) > ANSWER_CHARACTERS:
            continue
        chosen.append(candidate)
        said.add(words)
        length += len(candidate.text)
    return [lead, *sorted(chosen[1:], key=lambda one: (one.place, one.sentence.start))]


def _citations(chosen: Sequence[Candidate], retrieval: Retrieval) -> tuple[Citation, ...]:
    """Cite the chosen sentences, numbered as they stand.

    One that is not word for word its passage's is dropped, and so is one that an earlier citation holds already.
    """
    citations: list[Citation] = []
    for candidate in filter(is_verbatim, chosen):
        citation = cite(candidate, 0, retrieval.query.question)
        if any(_encloses(earlier, citation) for earlier in citations):
            continue
        # A list takes the place of an item of it that was quoted before.
        inside = [number for number, earlier in enumerate(citations) if _encloses(citation, earlier)]
        citations = [earlier for number, earlier in enumerate(citations) if number not in inside]
        citations.insert(inside[0] if inside else len(citations), citation)
    return tuple(replace(citation, number=number) for number, citation in enumerate(citations, start=1))


def _encloses(outer: Citation, inner: Citation) -> bool:
    return outer.document == inner.document and outer.start <= inner.start and inner.end <= outer.end


def _answer_text(citations: Sequence[Citation]) -> str:
    """Join quotes, each with its mark and with what answers the question emphasised."""
    joiner = "" if all(is_written_in_hanzi(citation.quote) for citation in citations) else " "
    return joiner.join(f"{emphasised(citation)}[{citation.number}]" for citation in citations)


def emphasised(citation: Citation) -> str:
    """Return a quote with `**` around what answers the question."""
    quote = citation.quote
    if "**" in quote:
        # Marks of the text's own would pair with ours and turn everything round.
        return quote
    for start, end in sorted(citation.emphasis, reverse=True):
        quote = f"{quote[:start]}**{quote[start:end]}**{quote[end:]}"
    return quote


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


def refusal_text(question: str, retrieval: Retrieval) -> str:
    """Say that the documents hold no answer, what they lack, and where to look nearest; in the question's language."""
    if not retrieval.hits:
        if is_written_in_hanzi(question):
            return "还没有可以查的文档。请把 .txt 或 .md 文件放进文档文件夹，再重新索引。"
        return "There are no documents to look into yet. Put .txt or .md files into the folder and index again."
    nearest = list(dict.fromkeys(hit.passage.title for hit in retrieval.hits))[:NEAREST]
    missing = retrieval.query.missing_terms
    if is_written_in_hanzi(question):
        parts = ["文档中没有找到这个问题的答案。"]
        parts += [f"所有文档都没有提到：{'、'.join(missing)}。"] if missing else []
        parts += [f"最接近的内容在：{'；'.join(f'《{title}》' for title in nearest)}。"] if nearest else []
        return "".join(parts)
    parts = ["The documents hold no answer to this question."]
    parts += [f"No document mentions: {', '.join(missing)}."] if missing else []
    parts += [f"Nearest: {'; '.join(nearest)}."] if nearest else []
    return " ".join(parts)

"""Hits → an answer without a language model: the sentences that answer best, quoted word for word, or a refusal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from index.search import SearchIndex
from qa.citations import cite, is_verbatim
from qa.confidence import confidence
from qa.datatypes import Answer, Citation
from qa.evidence import Candidate, read
from qa.expectation import Kind, expected_kind
from qa.measures import normalise
from qa.retrieval import Retrieval
from qa.second_look import SecondLook
from qa.terms import is_written_in_hanzi

MOST_SENTENCES = 4
ANSWER_CHARACTERS = 220
# A further sentence is quoted where its score is at most this far (log-odds) behind the lead's.
BEHIND_LEAD = 2.0
# A question for a reason, a list or an explanation is answered by a stretch of text rather than by one sentence, so the
# sentences around the lead are quoted with it unless they are very unlikely.
BEHIND_LEAD_BESIDE = 9.0
MOST_IN_A_ROW = 3
ANSWERED_AT_LENGTH: tuple[Kind | None, ...] = (None, "list", "reason")
NEAREST = 3
Row = list[Candidate]


def answer_question(
    question: str,
    retrieval: Retrieval,
    index: SearchIndex,
    min_confidence: float,
    embedding_ms: float = 0.0,
    second_look: SecondLook | None = None,
) -> Answer:
    """Answer from the retrieved passages, or refuse where the confidence is below `min_confidence`."""
    began = time.perf_counter()
    reading = read(retrieval, index, second_look)
    retrieval, candidates = reading.retrieval, reading.candidates
    sure = confidence(reading, index)
    answered = bool(candidates) and sure >= min_confidence
    citations = (
        _citations(choose_sentences(candidates, retrieval.query.question, bool(reading.parts)), retrieval)
        if answered
        else ()
    )
    answered = bool(citations)
    answer = Answer(
        question=question,
        text=answer_text(citations) if answered else refusal_text(question, retrieval),
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


def choose_sentences(candidates: Sequence[Candidate], question: str, in_parts: bool = False) -> list[Row]:
    """Return the lead sentence with its neighbours and what completes it, each row one piece of text.

    `candidates` are best first. Likely, not said yet, within the length of an answer; the lead's row stays first, what
    follows is in the order of passages and of the text. A question `in_parts` needs the room for the lead of each part,
    so neighbours are no more likely there than other sentences.
    """
    if not candidates:
        return []
    lead, *others = candidates
    first = [lead] if in_parts else _with_neighbours(lead, candidates, question)
    rows, said = [first], {normalise(one.text) for one in first}
    length = sum(len(one.text) for one in first)
    further = 0
    for candidate in others:
        if further == MOST_SENTENCES - 1 or candidate.score < lead.score - BEHIND_LEAD:
            break
        words = normalise(candidate.text)
        said_before = not words or any(words in one or one in words for one in said)
        if said_before or length + len(candidate.text) > ANSWER_CHARACTERS:
            continue
        _add(candidate, rows)
        said.add(words)
        length += len(candidate.text)
        further += 1
    return [rows[0], *sorted(rows[1:], key=lambda row: (row[0].place, row[0].number))]


def _with_neighbours(lead: Candidate, candidates: Sequence[Candidate], question: str) -> Row:
    """Return the lead sentence with those before and behind it that belong to the answer, in the order of the text."""
    at_length = expected_kind(question) in ANSWERED_AT_LENGTH
    least = lead.score - (BEHIND_LEAD_BESIDE if at_length else BEHIND_LEAD)
    beside = {one.number: one for one in candidates if one.hit.passage.id == lead.hit.passage.id}
    row = [lead]
    while len(row) < MOST_IN_A_ROW:
        ends = [beside.get(row[-1].number + 1), beside.get(row[0].number - 1)]
        room = ANSWER_CHARACTERS - sum(len(one.text) for one in row)
        fitting = [one for one in ends if one and one.score >= least and len(one.text) <= room]
        if not fitting:
            break
        _add(max(fitting, key=lambda one: one.score), [row])
    return row


def _add(candidate: Candidate, rows: list[Row]) -> None:
    """Put a sentence at the end or the start of the row that it continues, or into a row of its own."""
    for row in rows:
        if row[0].hit.passage.id != candidate.hit.passage.id:
            continue
        if candidate.number == row[-1].number + 1:
            row.append(candidate)
            return
        if candidate.number == row[0].number - 1:
            row.insert(0, candidate)
            return
    rows.append([candidate])


def _citations(chosen: Sequence[Row], retrieval: Retrieval) -> tuple[Citation, ...]:
    """Cite the chosen rows, numbered as they stand.

    One that is not word for word its passage's is dropped, and so is one that an earlier citation holds already.
    """
    citations: list[Citation] = []
    for row in chosen:
        if not all(map(is_verbatim, row)):
            continue
        citation = cite(row, 0, retrieval.query.question)
        if any(_encloses(earlier, citation) for earlier in citations):
            continue
        # A list takes the place of an item of it that was quoted before.
        inside = [number for number, earlier in enumerate(citations) if _encloses(citation, earlier)]
        citations = [earlier for number, earlier in enumerate(citations) if number not in inside]
        citations.insert(inside[0] if inside else len(citations), citation)
    return tuple(replace(citation, number=number) for number, citation in enumerate(citations, start=1))


def _encloses(outer: Citation, inner: Citation) -> bool:
    return outer.document == inner.document and outer.start <= inner.start and inner.end <= outer.end


def answer_text(citations: Sequence[Citation]) -> str:
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
            return "还没有可以查的文档。请把文件放进文档文件夹，再重新索引。"
        return "There are no documents to look into yet. Put files into the folder and index again."
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

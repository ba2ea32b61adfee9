"""Questions to go on with after an answer: of the same documents or subject, but of other facts, and checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from index.datatypes import Passage
from index.generations import Generation
from index.lexical import fold
from index.records import Record
from qa.datatypes import Answer
from qa.suggesting.checking import Ask, keep_answered
from qa.suggesting.datatypes import Suggestion
from qa.suggesting.picking import pick
from qa.suggesting.writing import write_questions
from qa.terms import question_terms

MOST_OFFERED, LEAST_OFFERED, MOST_CHECKED = 3, 2, 9
MOST_DOCUMENTS = 2
# So many passages before and behind the one that was quoted are looked into.
AROUND = 15
NEAR_HITS = 4
# What being about the question's subject, and standing near what was quoted, is worth.
SAME_SUBJECT, NEARBY = 0.5, 0.3


def next_questions(
    answer: Answer,
    asked: Collection[str],
    generation: Generation,
    ask: Ask,
    rest: Callable[[], None],
    others: Sequence[Suggestion] = (),
) -> list[Suggestion]:
    """Return up to three questions that lead on from an answer; none is better than a bad one.

    `asked` are the questions of the conversation. After a refusal there are only such as share a word with the
    question. `rest` is called before each piece of work, and raises what is to end it. Where the documents at hand say
    too little, there are some of `others` that share a word with what was asked.
    """
    if answer.mode == "conversation":
        return []
    written = _near_answer(answer, generation) if answer.answered else _near_refusal(answer, generation)
    known = {fold(question).rstrip("？?") for question in (*asked, answer.question, answer.searched)}
    fresh = [one for one in written if fold(one.question).rstrip("？?") not in known]
    kept = keep_answered(pick(fresh, MOST_CHECKED), MOST_OFFERED, ask, rest)
    if answer.answered and len(kept) < LEAST_OFFERED:
        known |= {fold(one.question).rstrip("？?") for one in kept}
        terms = _terms(answer.searched or answer.question)
        further = [one for one in others if fold(one.question).rstrip("？?") not in known and _shares(one, terms)]
        further = [one for one in further if not _is_quoted(one, answer)]
        kept += keep_answered(pick(further, LEAST_OFFERED), LEAST_OFFERED - len(kept), ask, rest)
    # Short ones first, so that more of them is seen where there is little room.
    return sorted(kept, key=lambda one: len(one.question))


def _is_quoted(suggestion: Suggestion, answer: Answer) -> bool:
    return _overlaps(
        suggestion, [(one.start, one.end) for one in answer.citations if one.document == suggestion.document]
    )


def _near_answer(answer: Answer, generation: Generation) -> list[Suggestion]:
    """Return questions of the cited documents, without those for what was just quoted."""
    terms = _terms(answer.searched or answer.question)
    found: list[Suggestion] = []
    cited = list(dict.fromkeys(one.document for one in answer.citations))[:MOST_DOCUMENTS]
    for path in cited:
        record = generation.records.get(path)
        if record is None:
            continue
        quoted = [(one.start, one.end) for one in answer.citations if one.document == path]
        for suggestion in write_questions(record, _around(record, quoted[0][0])):
            if not _overlaps(suggestion, quoted):
                found.append(_weighed(suggestion, terms, quoted[0][0]))
    others = [hit.passage for hit in answer.hits[:NEAR_HITS] if hit.passage.document not in cited]
    return found + _of_passages(others, terms, generation)


def _near_refusal(answer: Answer, generation: Generation) -> list[Suggestion]:
    """Return questions of the nearest passages that share a word with the question."""
    nearest = [hit.passage for hit in answer.hits[:NEAR_HITS]]
    return _of_passages(nearest, _terms(answer.searched or answer.question), generation)


def _of_passages(passages: Sequence[Passage], terms: Collection[str], generation: Generation) -> list[Suggestion]:
    """Return the questions of passages and their neighbours that share a word with what was asked."""
    found: list[Suggestion] = []
    for passage in passages:
        record = generation.records.get(passage.document)
        if record is not None:
            written = write_questions(record, _around(record, passage.start, 1))
            found += [one for one in written if _shares(one, terms)]
    return found


def _terms(question: str) -> frozenset[str]:
    return frozenset(question_terms(question))


def _shares(suggestion: Suggestion, terms: Collection[str]) -> bool:
    folded = fold(suggestion.question)
    return any(term in folded for term in terms)


def _around(record: Record, at: int, around: int = AROUND) -> Sequence[int]:
    """Return the numbers of the passages around the one that holds a character."""
    own = next((number for number, span in enumerate(record.passages) if at < span.end), 0)
    return range(max(0, own - around), min(len(record.passages), own + around + 1))


def _overlaps(suggestion: Suggestion, quoted: Sequence[tuple[int, int]]) -> bool:
    return any(suggestion.start < end and start < suggestion.end for start, end in quoted)


def _weighed(suggestion: Suggestion, terms: Collection[str], at: int) -> Suggestion:
    """Return a suggestion with a score that says how much it leads on from what was asked and quoted."""
    nearness = NEARBY / (1 + abs(suggestion.start - at) / 500)
    subject = SAME_SUBJECT if _shares(suggestion, terms) else 0.0
    return replace(suggestion, score=suggestion.score + nearness + subject)

"""The sentences that an extractive answer quotes: the one that answers best, and what completes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from index.chunking import announces_more
from index.datatypes import Passage
from index.lexical import fold_in_place
from qa.citations import ANSWER_LABEL
from qa.clarifying import points_back
from qa.confidence import BROAD
from qa.deciding import decides
from qa.evidence import Candidate, Reading
from qa.expectation import Kind, expected_kind
from qa.list_questions import asks_for_list
from qa.lists import whole_list
from qa.measures import normalise
from qa.surroundings import surroundings_of
from qa.terms import question_terms, term_weight

MOST_SENTENCES = 4
ANSWER_CHARACTERS = 220
# A sentence from elsewhere is quoted beside the lead where its score is at most this far (log-odds) behind. Most
# questions are answered in one place: what else is found is about the same thing more often than it is the answer.
# The values are from comparing all evaluation sets.
FURTHER_BEHIND, FURTHER_BEHIND_BROAD = 1.25, 0.5
# A neighbour of the lead in its paragraph is quoted with it, as one piece of text, where it is at most this far behind.
# A question for a reason, a list or an explanation is answered by a stretch of text rather than by one sentence, so
# there the neighbours are quoted unless they are very unlikely.
BEHIND_LEAD, BEHIND_LEAD_AT_LENGTH = 5.0, 9.0
# What stands before a fact leads up to it more often than it says more of it, so it has to be more likely than what
# stands behind, unless the fact's first words point back to it. Before what decides, nothing else is quoted.
BEFORE_FACT = 4.0
# The next paragraph, item or row is mostly about something else: for a fact, for other questions, for a list.
ACROSS_FOR_FACT, ACROSS, ACROSS_FOR_LIST = 1.0, 2.0, 3.0
MOST_IN_A_ROW, MOST_IN_A_BROAD_ROW = 3, 5
# Of a question in parts each side has one sentence, and its likeliest neighbour where both are short.
BEHIND_LEAD_OF_SIDE = 1.0
SIDE_CHARACTERS = 110
# The sentence that decides a yes-or-no question leads where it is at most this far behind another.
BEHIND_UNDECIDED = 1.5
# Likewise the first sentence of a list that is asked for; what enumerates by itself stays where it is.
BEHIND_UNLISTED = 4.5
ENUMERATES = re.compile(r"、|;|, .*\band\b")
HOLDS_DIGIT = re.compile(r"[0-9]")
FACTS: tuple[Kind | None, ...] = ("number", "date", "person", "place", "decision")
# What sums up says again, in general words, what the text before says in particular.
SUMS_UP = re.compile(
    r"综上|总之|总的来[说看]|总体(?:而言|来[看说])|总而言之|由此可见|综合(?:以上|上述|来看)|[根依]据(?:以上|上述)|以上(?:数据|分析|这些)"
    r"|(?:in (?:summary|conclusion|short)|to (?:sum up|conclude)|overall|all in all)\b"
)
# 结合甲公司的报告，总结其未来展望: what is behind 总结 is asked for, and what is before it only says of what.
SUMMARISES = re.compile(r".*(?:总结|概[括述]|归纳|综述)(?:一下|[出了其它他她])*")
# How much more likely a sentence is for saying all of that.
ON_THE_SUBJECT = 2.0
Row = list[Candidate]


@dataclass(frozen=True, slots=True)
class Beside:
    """How far a neighbour may score behind the lead in its paragraph and in another; whether it may begin a list.

    `before`: how far, at most, one that stands before, if the row's first words do not point back to it.
    """

    within: float
    across: float
    begins_list: bool
    before: float = inf


def choose_sentences(reading: Reading) -> list[Row]:
    """Return the rows of sentences to quote, each one piece of text: the lead's row first, then what completes it.

    Likely, not said yet, within the length of an answer. Rows behind the lead's are in the order of passages and of the
    text; those of a question in parts in the order of the parts.
    """
    if reading.parts:
        return _one_of_each(reading.parts)
    question = reading.retrieval.query.question
    candidates = _in_order(reading.candidates, question)
    if not candidates:
        return []
    lead, *others = candidates
    is_broad = is_broad_question(question)
    further = FURTHER_BEHIND_BROAD if is_broad else FURTHER_BEHIND
    wanted = _beside(question)
    near = [one for one in others if one.score >= lead.score - further and _says_something(one)]
    near = [one for one in near if wanted.begins_list or not announces_more(one.text)]
    room = ANSWER_CHARACTERS - (_reserved(lead, near) if is_broad else 0)
    most = MOST_IN_A_BROAD_ROW if is_broad else MOST_IN_A_ROW
    return _with_further(_with_neighbours(lead, candidates, wanted, most, room), near)


def _reserved(lead: Candidate, near: Sequence[Candidate]) -> int:
    """Return how much room the likeliest sentence from elsewhere needs, so that mere neighbours do not take it."""
    elsewhere = (one for one in near if one.hit.passage.id != lead.hit.passage.id or abs(one.number - lead.number) > 1)
    length = next((len(one.text) for one in elsewhere if not _is_said(one, [lead])), 0)
    return length if len(lead.text) + length <= ANSWER_CHARACTERS else 0


def _beside(question: str) -> Beside:
    """Return which neighbours of the lead are quoted with it."""
    if is_fact_question(question):
        before = -inf if expected_kind(question) == "decision" else BEFORE_FACT
        return Beside(BEHIND_LEAD, ACROSS_FOR_FACT, begins_list=False, before=before)
    if is_broad_question(question) or expected_kind(question) == "list":
        return Beside(BEHIND_LEAD_AT_LENGTH, ACROSS_FOR_LIST, begins_list=True)
    return Beside(BEHIND_LEAD_AT_LENGTH, ACROSS, begins_list=False)


def is_broad_question(question: str) -> bool:
    """Whether a question asks for a summary or an explanation, which many sentences give, rather than for one fact."""
    return not is_fact_question(question) and BROAD.search(fold_in_place(question)) is not None


def is_fact_question(question: str) -> bool:
    """Whether a question asks for a number, date, person or place, or for yes or no."""
    return expected_kind(question) in FACTS


def _one_of_each(parts: Sequence[Reading]) -> list[Row]:
    """Return one sentence for each part, with a neighbour where both are short; one that answers two parts once."""
    rows: list[Row] = []
    for part in parts:
        candidates = _in_order(part.candidates, part.retrieval.query.question)
        if not candidates:
            continue
        lead = candidates[0]
        if _is_said(lead, [one for row in rows for one in row]):
            continue
        beside = Beside(BEHIND_LEAD_OF_SIDE, BEHIND_LEAD_OF_SIDE, begins_list=False)
        for one in _with_neighbours(lead, candidates, beside, 2, max(SIDE_CHARACTERS, len(lead.text))):
            if not _is_said(one, [other for row in rows for other in row]):
                _add(one, rows)
    return rows


def _in_order(candidates: Sequence[Candidate], question: str) -> list[Candidate]:
    """Return the candidates in the order in which they are quoted, best first.

    Where a summary or an explanation is asked for, what is said in particular comes before what only sums it up. Of a
    yes-or-no question the sentence that decides comes first, of a question for a list one of the list.
    """
    if candidates and is_broad_question(question):
        return _particular_first(_on_the_subject(candidates, question))
    if candidates and expected_kind(question) == "decision":
        return _deciding_first(candidates, question)
    if candidates and asks_for_list(question):
        return _listing_first(candidates, question)
    return list(candidates)


def _on_the_subject(candidates: Sequence[Candidate], question: str) -> list[Candidate]:
    """Return candidates with what they gain by saying what a summary is asked of; unsorted."""
    asked = fold_in_place(question)
    found = SUMMARISES.match(asked)
    terms = [term for term in question_terms(asked[found.end() :]) if not HOLDS_DIGIT.search(term)] if found else []
    weights = {term: term_weight(term) for term in terms}
    total = sum(weights.values())
    if not total:
        return list(candidates)
    return [
        replace(
            one,
            score=one.score + ON_THE_SUBJECT * sum(weights[term] for term in terms if term in one.folded) / total,
        )
        for one in candidates
    ]


def _particular_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Put the sentences that sum up behind all others; they keep their order among themselves."""
    scores = [one.score for one in candidates]
    penalty = max(scores) - min(scores) + BEHIND_LEAD_AT_LENGTH + 1
    summing = set(_summing_up(candidates))
    lowered = [
        replace(one, score=one.score - penalty) if (one.hit.passage.id, one.number) in summing else one
        for one in candidates
    ]
    return sorted(lowered, key=lambda one: -one.score)


def _deciding_first(candidates: Sequence[Candidate], question: str) -> list[Candidate]:
    """Put the first sentence that decides before those that score a little more; it takes over the best score."""
    best = candidates[0].score
    near = [one for one in candidates if one.score >= best - BEHIND_UNDECIDED]
    first = next((one for one in near if decides(one.text, question)), candidates[0])
    return [replace(first, score=best), *(one for one in candidates if one is not first)]


def _listing_first(candidates: Sequence[Candidate], question: str) -> list[Candidate]:
    """Put the first sentence of a list in lines that is asked for before a little likelier ones that list nothing."""
    best = candidates[0].score
    if ENUMERATES.search(candidates[0].folded):
        return list(candidates)
    near = [one for one in candidates if one.score >= best - BEHIND_UNLISTED]
    first = next((one for one in near if _is_of_list(one, question)), candidates[0])
    return [replace(first, score=best), *(one for one in candidates if one is not first)]


def _is_of_list(one: Candidate, question: str) -> bool:
    """Whether a sentence announces or is of a list in lines that a question asks for, as far as its passage shows."""
    passage, span = one.hit.passage, (one.sentence.start, one.sentence.end)
    around = surroundings_of(passage)
    found = whole_list(span, around, question, passage.headings, by_name=True)
    return found is not None and "\n" in around.words(found)


def _summing_up(candidates: Sequence[Candidate]) -> Iterator[tuple[int, int]]:
    """Yield passage and number of the sentences that sum up: from 综上所述 to the end of its paragraph."""
    for passage in {one.hit.passage.id: one.hit.passage for one in candidates}.values():
        yield from ((passage.id, number) for number in _summing_up_in(passage))


def _summing_up_in(passage: Passage) -> Iterator[int]:
    is_summing, before = False, passage.start
    for number, sentence in enumerate(passage.sentences):
        if "\n" in passage.text[before - passage.start : sentence.start - passage.start]:
            is_summing = False
        is_summing = is_summing or SUMS_UP.match(fold_in_place(passage.sentence_text(sentence))) is not None
        if is_summing:
            yield number
        before = sentence.end


def _with_neighbours(
    lead: Candidate, candidates: Sequence[Candidate], wanted: Beside, most: int, room: int = ANSWER_CHARACTERS
) -> Row:
    """Return the lead sentence with those before and behind it that belong to the answer, in the order of the text."""
    beside = {one.number: one for one in candidates if one.hit.passage.id == lead.hit.passage.id}
    row = [lead]
    while len(row) < most:
        ends = [beside.get(row[-1].number + 1), beside.get(row[0].number - 1)]
        left = room - sum(len(one.text) for one in row)
        fitting = [one for one in ends if one and len(one.text) <= left and _belongs(one, row, lead, wanted)]
        if not fitting:
            break
        # What the first words point back to (这一举措, 其中) comes before anything else.
        before = [one for one in fitting if one.number < row[0].number and points_back(row[0].text)]
        _add(max(before or fitting, key=lambda one: one.score), [row])
    return row


def _belongs(one: Candidate, row: Row, lead: Candidate, wanted: Beside) -> bool:
    """Whether a sentence beside a row is quoted with it."""
    begins_list = one.number > row[-1].number and announces_more(one.text) and not wanted.begins_list
    behind = wanted.across if begins_list or _is_across(one, row) else wanted.within
    if one.number < row[0].number and not points_back(row[0].text):
        behind = min(behind, wanted.before)
    return one.score >= lead.score - behind and _says_something(one)


def _says_something(one: Candidate) -> bool:
    """Whether a sentence says anything by itself.

    A question or a few words (三、附则) belong to the text that they begin, but 答：能。 is an answer.
    """
    return not one.sign("is_question") and (not one.sign("is_stub") or ANSWER_LABEL.match(one.text) is not None)


def _is_across(one: Candidate, row: Row) -> bool:
    """Whether a sentence beside a row stands in another paragraph."""
    passage = one.hit.passage
    before, after = (row[-1], one) if one.number > row[-1].number else (one, row[0])
    return "\n" in passage.text[before.sentence.end - passage.start : after.sentence.start - passage.start]


def _with_further(first: Row, others: Sequence[Candidate]) -> list[Row]:
    """Return the first row with the others that say something else, as long as there is room."""
    rows, said, length, further = [first], list(first), sum(len(one.text) for one in first), 0
    for candidate in others:
        if further == MOST_SENTENCES - 1:
            break
        if _is_said(candidate, said) or length + len(candidate.text) > ANSWER_CHARACTERS:
            continue
        _add(candidate, rows)
        said.append(candidate)
        length += len(candidate.text)
        further += 1
    return [rows[0], *sorted(rows[1:], key=lambda row: (row[0].place, row[0].number))]


def _is_said(candidate: Candidate, said: Sequence[Candidate]) -> bool:
    words = normalise(candidate.text)
    return not words or any(words in other or other in words for other in (normalise(one.text) for one in said))


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

"""Follow-up questions are made whole from the turns before: entity, time and measure, where a question lacks them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from index.lexical import fold, fold_in_place, words
from index.lexical_index import LexicalIndex
from qa.about_itself import document_turns
from qa.carrying import MARK, are_alike, are_lost, beside_told, carried_words, told_words
from qa.correcting import read_correction
from qa.datatypes import Turn
from qa.list_items import name_item
from qa.pointing import (
    BOTH,
    COMPARES_WITH,
    FORMER,
    LEAVES,
    PRONOUN,
    asks_for_more,
    is_bare,
    without_greeting,
    without_openers,
)
from qa.reach import Corpus, reach_of
from qa.relative_time import resolve_time
from qa.substituting import asked_of_another
from qa.topic import Cut, Word, topic_words

# A subject is looked for so many questions back, in so many of their characters, and is so many terms long at most.
QUESTIONS_BACK, CHARACTERS_READ, MOST_CARRIED = 8, 500, 12
ROWS_COMPARED = 200  # passages whose documents are looked through for another word


def standalone_question(
    question: str,
    history: Sequence[Turn],
    is_known: Callable[[str], bool] = lambda term: True,
    cut: Cut = words,
    together: Callable[[str, str], bool] | None = None,
    in_document: Callable[[str, str], bool] | None = None,
) -> str:
    """Return what to search for: the question itself, or with words of the turns before in front.

    They are added where the question points back (它…, …呢？) or says too little by itself; those that no document
    holds, by `is_known`, would only stand in the way. `cut` cuts a folded text into words, and `together` tells
    whether two terms stand in one passage: where it is given, a question that names nothing gets the name of what was
    talked about if the documents hold both, and what never stands beside the question's own words stays behind.
    `in_document` tells whether two terms are held by one document.
    """
    turns = [Turn(turn.role, _readable(turn.content)) for turn in history[-4 * QUESTIONS_BACK :]]
    turns = document_turns(turns, is_known)[-2 * QUESTIONS_BACK :]
    corpus = Corpus(is_known, cut, together, in_document)
    context: tuple[Word, ...] = ()
    before: tuple[Word, ...] = ()
    whole = ""
    for at, turn in enumerate(turns):
        if turn.role == "user":
            asked = without_greeting(turn.content)
            searched, words_of = _made_whole(asked, turns[:at], whole, context, before, corpus)
            if words_of != context:
                context, before = words_of, _talked_about(context, before)
            whole = searched
    if not whole:
        return question
    return _made_whole(question, turns, whole, context, before, corpus)[0]


def _made_whole(
    question: str,
    turns: Sequence[Turn],
    last: str,
    context: tuple[Word, ...],
    before: tuple[Word, ...],
    corpus: Corpus,
) -> tuple[str, tuple[Word, ...]]:
    """Return what to search for a question after `turns`, and its words with those that it was given.

    `last` is what was searched for before, `context` its words, `before` those of the subject before that.
    """
    left = LEAVES.match(question)
    if left and not PRONOUN.search(question, left.end()) and question[left.end() :].strip():
        rest = question[left.end() :].strip()
        return rest, topic_words(rest, corpus.cut)
    if last and asks_for_more(question):
        return last, context
    was, rejected = context, ""
    if last:
        question, rejected = read_correction(question)
        context = tuple(word for word in context if word.text in fold(question) or word.text not in fold(rejected))
    answers = [MARK.sub("", turn.content) for turn in reversed(turns) if turn.role == "assistant"]
    named = name_item(question, answers)
    asked = resolve_time(named, [last, *(turn.content for turn in reversed(turns))])
    own = topic_words(without_openers(asked), corpus.cut)
    if not last:
        return question, own
    reach = reach_of(asked, own, context, corpus)
    if BOTH.search(fold_in_place(asked)) and reach != "nothing":
        context = _with_both(context, before)
    if FORMER.search(asked):
        context = _of_the_former(context, before)
    # An item of a list belongs to what was talked about, and takes the place of nothing.
    replaces = (
        is_bare(without_openers(asked)) and named == question and not COMPARES_WITH.search(without_openers(asked))
    )
    carried = list(carried_words(asked, own, context, reach, replaces, corpus))[:MOST_CARRIED]
    is_lost = reach == "all" and are_lost(context, corpus)
    told = told_words(asked, turns, own, carried, is_lost, corpus) if reach != "nothing" else []
    carried = beside_told(carried, told)
    searched = " ".join([*_written([*carried, *told][:MOST_CARRIED]), asked])
    if replaces and reach != "nothing" and (same := asked_of_another(asked, own, last, was, corpus, rejected)):
        return same, topic_words(same, corpus.cut)
    # A list that an answer gave is soon not what is talked about any more.
    lasting = told if len({word.name or word.text for word in told}) == 1 else []
    return searched, (*carried, *lasting, *own)


def _talked_about(context: Sequence[Word], before: Sequence[Word]) -> tuple[Word, ...]:
    """Return words with those before them that name something of a kind with one of them: 1号线, 2号线 before 3号线."""
    there = {word.text for word in context}
    of_kind = [word for word in before if word.text not in there and any(are_alike(word, one) for one in context)]
    return (*of_kind, *context)


def _with_both(context: Sequence[Word], before: Sequence[Word]) -> tuple[Word, ...]:
    """Return words with what was talked about before them: its names, and what is of a kind with one of them."""
    there = {word.name or word.text for word in context}
    others = [word for word in before if (word.name or word.text) not in there]
    of_kind = [word for word in others if word.kind == "name" or any(are_alike(word, one) for one in context)]
    return (*of_kind, *context)


def _of_the_former(context: tuple[Word, ...], before: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return words with the name of the subject before in place of the one talked about, where each has one."""
    latter = {word.name for word in context if word.name}
    former = tuple(word for word in before if word.name and word.name not in latter)
    if len(latter) != 1 or len({word.name for word in former}) != 1:
        return context
    return (*former, *(word for word in context if not word.name))


def _written(carried: Sequence[Word]) -> list[str]:
    """Return carried words as they are put in front: a name all words of which are carried is whole again."""
    written: dict[str, None] = {}
    for word in carried:
        is_whole = _is_made_of(word.name, [other.text for other in carried if other.name == word.name])
        written.setdefault(word.name if is_whole else word.text, None)
    return list(written)


def _is_made_of(name: str, parts: Sequence[str]) -> bool:
    """Whether words are all of a name but lone hanzi, which are no words by themselves: 白鹭, 大桥 of 白鹭湖大桥."""
    rest = name
    for part in parts:
        rest = rest.replace(part, " ", 1)
    return bool(name) and all(len(piece) == 1 for piece in rest.split())


def _readable(content: str) -> str:
    """Return the beginning of a turn, without half characters (lone surrogates), which no tokenizer takes."""
    return content[:CHARACTERS_READ].encode("utf-8", "replace").decode()


def whole_question(
    question: str,
    history: Sequence[Turn],
    lexical: LexicalIndex,
    document_of: Callable[[int], range] | None = None,
) -> str:
    """Return what to search an index for: `standalone_question` with what its documents tell about words.

    `document_of` returns the rows of all passages of the document that a row belongs to.
    """
    if not history:
        return question

    @cache
    def holders(term: str) -> frozenset[int]:
        return frozenset(lexical.holders(term) or ())

    def together(term: str, other: str) -> bool:
        return not holders(term).isdisjoint(holders(other))

    def in_document(term: str, other: str) -> bool:
        places = {document_of(row) for row in sorted(holders(term))[:ROWS_COMPARED]} if document_of else {None}
        return any(lexical.holders(other, place) for place in places)

    return standalone_question(question, history, lexical.contains, lexical.cut, together, in_document)

"""A question looked up in one generation: what is searched for, the passages found, and the terms nobody mentions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from index.datatypes import Hit
from index.lexical import HANZI_RUN, PAIR, fold, word_parts
from index.numerals import find_numbers, number_keys
from index.search import SearchIndex, search
from index.vectors import Vectors
from qa.reranking import Reranker, rerank
from qa.splitting import split_question
from qa.terms import COMPARING_WORDS, is_function_word, is_written_in_hanzi, question_terms, term_weight
from qa.translation import base_forms, translate_terms

LISTED_HITS = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something that a question asks about: it is there where one of the alternatives is.

    `weight` grows with rarity; `is_missing` says that no document holds it. Where a long word is not there itself, its
    `parts` count by half: 产业基地 is nearly said by 无人机基地 beside 产业.
    """

    alternatives: tuple[str, ...]
    weight: float
    is_missing: bool = False
    parts: tuple[str, ...] = ()
    number: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether it is one word that is there or not."""
        return len(self.alternatives) == 1 and not self.number and not self.parts

    def share_held(self, folded: str) -> float:
        """Return how much of it a folded text holds, 0 to 1."""
        if any(word in folded for word in self.alternatives):
            return 1.0
        if self.number:
            held = number_keys(folded)
            return 1.0 if self.number[0] in held else sum(key in held for key in self.number) / len(self.number) / 2
        return sum(part in folded for part in self.parts) / len(self.parts) / 2 if self.parts else 0.0


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready for searching.

    `text` is embedded and searched for. `wanted_terms` are the question's content words, `wanted` the finer tokens
    that sentences are compared by. A question that names several things side by side has `parts`, one query for each,
    and is searched for by them alone.
    """

    question: str
    text: str
    wanted_terms: tuple[Wanted, ...]
    wanted: tuple[Wanted, ...]
    parts: tuple[Query, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """What has to be embedded: the parts' texts, or its own."""
        return tuple(part.text for part in self.parts) or (self.text,)

    @property
    def missing_terms(self) -> tuple[str, ...]:
        """The terms that no document contains."""
        return tuple(term.alternatives[0] for term in self.wanted_terms if term.is_missing)


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was searched and found. `vector` has shape (dimension,); `hits` are best first.

    Of a query in parts, `parts` hold what each found, `hits` are theirs in turn, and `vector` is the first one's.
    """

    query: Query
    vector: Vectors
    hits: tuple[Hit, ...]
    milliseconds: float
    parts: tuple[Retrieval, ...] = ()


def prepare_query(question: str, index: SearchIndex) -> Query:
    """Find a whole question's terms; English ones get the Chinese words that the documents use for them."""
    if is_written_in_hanzi(question):
        parts = split_question(question, index.titles)
        return replace(_prepare_chinese(question, index), parts=tuple(_prepare_chinese(part, index) for part in parts))
    return _prepare_english(question, index)


def _prepare_chinese(question: str, index: SearchIndex) -> Query:
    lexical = index.lexical
    folded = fold(question)
    numbers = {folded[number.start : number.end]: number.keys for number in find_numbers(folded)}
    keys = {key for those in numbers.values() for key in those}
    tokens: dict[str, float] = {}
    for token, weight in lexical.weights(question).items():
        # A pair and a word of the same two characters are one thing to look for.
        word = token.removeprefix(PAIR)
        # A lone digit says little, and stands in many texts by now that 三 and 3 are one.
        if not is_function_word(word) and not (len(word) == 1 and word in keys):
            tokens[word] = tokens.get(word, 0.0) + weight
    terms = [
        Wanted((term,), term_weight(term), not lexical.contains(term), word_parts(term), numbers.get(term, ()))
        for term in question_terms(question, lexical.cut)
        if term not in COMPARING_WORDS or lexical.contains(term)
    ]
    wanted = tuple(
        Wanted((token,), weight, number=(token,) if token in keys else ()) for token, weight in tokens.items()
    )
    return Query(question, question, tuple(terms), wanted)


def _prepare_english(question: str, index: SearchIndex) -> Query:
    translations = translate_terms(question, index.lexical.contains)
    terms = []
    for term, chinese in translations.items():
        # A dictionary's word is one of many for the thing, so its parts will do: 岸线 for 海岸线.
        alternatives = (*base_forms(term), *chinese, *(part for word in chinese for part in word_parts(word)))
        held = [alternative for alternative in alternatives if index.lexical.contains(alternative)]
        weights = [index.lexical.rarity(alternative) for alternative in held]
        terms.append(Wanted(alternatives, max(weights, default=index.lexical.rarity(term)), not held))
    named = [Wanted((term,), term_weight(term), not index.lexical.contains(term)) for term in _hanzi_terms(question)]
    terms += named
    words = [word for chinese in translations.values() for word in chinese]
    return Query(question, " ".join([question, *words]), tuple(terms), tuple(terms))


def _hanzi_terms(question: str) -> tuple[str, ...]:
    """Return the terms of the Chinese words that an English question names things by."""
    return tuple(dict.fromkeys(term for run in HANZI_RUN.findall(question) for term in question_terms(run)))


def retrieve(
    index: SearchIndex,
    query: Query,
    vectors: Vectors,
    limit: int = LISTED_HITS,
    reranker: Reranker | None = None,
) -> Retrieval:
    """Search passages for a query whose texts have the vectors `vectors`, shape (texts, dimension).

    A `reranker` ranks what was found anew.
    """
    if query.parts:
        found = tuple(
            retrieve(index, part, vector[None], limit, reranker)
            for part, vector in zip(query.parts, vectors, strict=True)
        )
        spent = sum(one.milliseconds for one in found)
        return Retrieval(query, vectors[0], _in_turn([one.hits for one in found], limit), spent, found)
    began = time.perf_counter()
    looked_for = dict.fromkeys(word for term in query.wanted_terms for word in term.alternatives)
    hits = tuple(search(index, query.text, vectors[0], limit, tuple(looked_for)))
    if reranker is not None:
        hits = rerank(query.question, hits, reranker)
    return Retrieval(query, vectors[0], hits, (time.perf_counter() - began) * 1000)


def _in_turn(ranked: Sequence[Sequence[Hit]], limit: int) -> tuple[Hit, ...]:
    """Take the first of each, then the second of each, and so on; each passage once."""
    taken: dict[int, Hit] = {}
    for row in zip_longest(*ranked):
        for hit in row:
            if hit is not None:
                taken.setdefault(hit.passage.id, hit)
    return tuple(taken.values())[:limit]


def shorten(retrieval: Retrieval, limit: int) -> Retrieval:
    """Return a retrieval with its first hits only."""
    return replace(retrieval, hits=retrieval.hits[:limit])

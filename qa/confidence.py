"""How likely it is that the documents answer a question: a logistic regression over signs of the best sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import exp, log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.lexical import fold_in_place
from index.search import SearchIndex
from qa.evidence import SIGNS as SENTENCE_SIGNS
from qa.evidence import Reading, folded_context
from qa.expectation import expected_kind
from qa.mismatch import is_of_another, may_be_of_another
from qa.retrieval import Wanted
from qa.terms import ENDS_OF_NAMES, is_written_in_hanzi

FACT_SIGNS = (
    "score",  # of the best sentence: log-odds, but for a constant
    "passage_lacking",  # share of the question's terms, those of title and headings apart, that its passage lacks
    "together_lacking",  # that the best sentences of its document lack, all together
    "document_lacking",  # that its document lacks
    "terms_missing",  # share of the question's terms that no document holds
    "name_lacking",  # whether the passage lacks a place or body that the question names (松江区, 某某公司)
    "passage_numbers_lacking",
    "document_numbers_lacking",
    "asks_for_value",  # a number or a date
    "lacks_expected",
    "lacks_number",
    "lacks_date",
    "length",  # logarithm of the question's characters
    "across_languages",
    "across_cosine",  # of the best sentence; cosines between languages are lower
)
# A question for a summary or an explanation is answered by many sentences: what the best one holds means less, and how
# near sentence and passage are to the question means more.
BROAD_SIGNS = ("cosine", "passage_cosine", "document_lacking", "terms_missing")
SIGNS = (*FACT_SIGNS, "broad", *(f"broad_{name}" for name in BROAD_SIGNS))
BROAD = re.compile(
    r"总结|概[括述]|归纳|综述|简述|介绍|阐述|论述|分析|说明|如何|怎样|怎么|方面"
    r"|\b(?:summari[sz]e|overview|describe|explain|discuss|how (?:does|do|did|is|are|was|were|has|have|can))\b"
)
TOGETHER = 8
OF_ANOTHER = 0.05  # at most, where what answers best is of another year or model than the one asked about
MAYBE_OF_ANOTHER = 0.6  # at most, where it is of another year, but some of what was found is of the right one

# What ends the names of places and bodies, with two characters or more before it.
NAME = re.compile(rf"(?P<stem>[㐀-鿿]{{2,}}?)(?:{ENDS_OF_NAMES}|[省市区县镇乡村州岛])")


def confidence(reading: Reading, index: SearchIndex) -> float:
    """Return the probability that the documents answer, 0 to 1; of a question in parts, the mean of theirs."""
    if reading.parts:
        return sum(confidence(part, index) for part in reading.parts) / len(reading.parts)
    if not reading.candidates:
        return 0.0
    likely = 1 / (1 + exp(-log_odds(reading, index)))
    question = reading.retrieval.query.question
    if is_of_another(question, reading.candidates):
        return min(likely, OF_ANOTHER)
    return min(likely, MAYBE_OF_ANOTHER) if may_be_of_another(question, reading.candidates[0]) else likely


def log_odds(reading: Reading, index: SearchIndex) -> float:
    """Return the log-odds that the documents answer a question that has no parts, by its first look or its second."""
    if reading.look is not None:
        return reading.look.log_odds
    weights, bias = _model()
    return float(signs_of_answer(reading, index) @ weights + bias)


def forget_weights() -> None:
    """Read the weights anew when they are asked for next, because new ones were written."""
    _model.cache_clear()


@lru_cache(maxsize=1)
def _model() -> tuple[NDArray[np.float64], float]:
    stored = json.loads((Path(__file__).parent / "confidence_weights.json").read_text("utf-8"))
    return np.array([stored["weights"][name] for name in SIGNS]), float(stored["bias"])


def signs_of_answer(reading: Reading, index: SearchIndex) -> NDArray[np.float64]:
    """Return the signs, in the order of `SIGNS`, that the first candidate answers."""
    query, candidates = reading.retrieval.query, reading.candidates
    lead = candidates[0]
    passage = lead.hit.passage
    question, context = fold_in_place(query.question), folded_context(passage)
    whole = f"{context} {fold_in_place(passage.text)}"
    terms = query.wanted_terms
    # What title and headings say is true of all that stands below them, so only the rest tells sentences apart.
    sought = [term for term in terms if term.share_held(context) < 1.0]
    rows = index.document_rows(passage)
    together = [one.folded for one in candidates[:TOGETHER] if one.hit.passage.document == passage.document]
    across = is_written_in_hanzi(query.question) != is_written_in_hanzi(lead.text)
    values = {name: lead.sign(name) for name in (*FACT_SIGNS, *BROAD_SIGNS) if name in SENTENCE_SIGNS} | {
        "score": lead.score,
        "passage_cosine": max(hit.dense for hit in reading.found),
        "passage_lacking": _lacking(sought, lambda term: term.share_held(whole)),
        "together_lacking": _lacking(sought, lambda term: max(term.share_held(text) for text in together)),
        "document_lacking": _lacking(sought, lambda term: _share_held_in(term, index, rows)),
        "terms_missing": _lacking(terms, lambda term: float(not term.is_missing)),
        "name_lacking": float(any(not _is_named(term, whole) for term in terms)),
        "asks_for_value": float(expected_kind(question) in ("number", "date")),
        "length": log(1 + len(question)),
        "across_languages": float(across),
        "across_cosine": lead.sign("cosine") if across else 0.0,
    }
    values["broad"] = float(BROAD.search(question) is not None)
    values |= {f"broad_{name}": values["broad"] * values[name] for name in BROAD_SIGNS}
    return np.array([values[name] for name in SIGNS])


def _lacking(terms: Sequence[Wanted], share_held: Callable[[Wanted], float]) -> float:
    """Return the share of terms, by weight, that is not held; 0 where there are no terms."""
    total = sum(term.weight for term in terms)
    return sum(term.weight * (1 - share_held(term)) for term in terms) / total if total else 0.0


def _share_held_in(term: Wanted, index: SearchIndex, rows: range) -> float:
    """Return how much of a term the passages of some rows hold, 0 to 1."""
    if any(index.lexical.holders(word, rows) for word in term.alternatives):
        return 1.0
    held = sum(bool(index.lexical.holders(part, rows)) for part in term.parts)
    return held / len(term.parts) / 2 if term.parts else 0.0


def _is_named(term: Wanted, folded: str) -> bool:
    """Whether a folded text names the place or body that a term is, with its suffix or without; true of other terms."""
    found = next((match for word in term.alternatives if (match := NAME.fullmatch(word))), None)
    return found is None or found.group("stem") in folded or term.share_held(folded) == 1.0

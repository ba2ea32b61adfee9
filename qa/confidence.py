"""How likely it is that the documents answer a question: a logistic regression over signs of the best sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import exp
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.lexical import fold_in_place
from qa.evidence import SIGNS as SENTENCE_SIGNS
from qa.evidence import Candidate, folded_context
from qa.retrieval import Retrieval, Wanted
from qa.terms import is_written_in_hanzi

SIGNS = (
    "cosine",  # of the best sentence
    "passage_cosine",  # the best of any passage
    "coverage",
    "context_coverage",
    "passage_coverage",
    "numbers_lacking",
    "passage_numbers_lacking",
    "holds_expected",
    "lacks_expected",
    "lacks_number",
    "lacks_date",
    "holds_measure",
    "lacks_measure",
    "terms_missing",  # share of the question's terms, by weight, that no document holds
    "weight_missing",  # the sum of their weights, at most 12
    "terms_lacking",  # the share that the best sentence's passage, with title and headings, does not hold
    "rarest_lacking",  # whether that passage lacks the question's rarest term
    "name_lacking",  # whether it lacks a place or body that the question names (松江区, 某某公司), whatever its suffix
    "lead_over_next_passage",  # how far the best sentence is ahead of the best one elsewhere
    "across_languages",
    "across_cosine",  # cosines between languages are lower
)


# What ends the names of places and bodies, with two characters or more before it.
NAME = re.compile(
    r"(?P<stem>[㐀-鿿]{2,}?)(?:新区|开发区|自治区|自治州|[省市区县镇乡村州岛]|街道|公司|集团|大学|学院|医院|银行|协会|委员会|研究院|研究所)"
)


def confidence(retrieval: Retrieval, candidates: Sequence[Candidate]) -> float:
    """Return the probability that the documents answer, 0 to 1. `candidates` are best first."""
    if not candidates:
        return 0.0
    weights, bias = _model()
    return 1 / (1 + exp(-float(signs_of_answer(retrieval, candidates) @ weights + bias)))


@lru_cache(maxsize=1)
def _model() -> tuple[NDArray[np.float64], float]:
    stored = json.loads((Path(__file__).parent / "confidence_weights.json").read_text("utf-8"))
    return np.array([stored["weights"][name] for name in SIGNS]), float(stored["bias"])


def signs_of_answer(retrieval: Retrieval, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """Return the signs, in the order of `SIGNS`, that the first candidate answers."""
    lead = candidates[0]
    passage = lead.hit.passage
    whole = f"{folded_context(passage)} {fold_in_place(passage.text)}"
    terms = retrieval.query.wanted_terms
    lacking = {term: 1 - term.share_held(whole) for term in terms}
    elsewhere = [candidate.score for candidate in candidates if candidate.hit.passage.id != passage.id]
    across = is_written_in_hanzi(retrieval.query.question) != is_written_in_hanzi(lead.text)
    values = {name: lead.sign(name) for name in SIGNS if name in SENTENCE_SIGNS} | {
        "passage_cosine": max(hit.dense for hit in retrieval.hits),
        "terms_missing": _share({term: float(term.is_missing) for term in terms}),
        "weight_missing": min(12.0, sum(term.weight for term in terms if term.is_missing)),
        "terms_lacking": _share(lacking),
        "rarest_lacking": lacking[max(terms, key=lambda term: term.weight)] if terms else 0.0,
        "name_lacking": float(any(not _is_named(term, whole) for term in terms)),
        "lead_over_next_passage": min(3.0, lead.score - max(elsewhere, default=lead.score - 3.0)),
        "across_languages": float(across),
        "across_cosine": lead.sign("cosine") if across else 0.0,
    }
    return np.array([values[name] for name in SIGNS])


def _is_named(term: Wanted, folded: str) -> bool:
    """Whether a folded text names the place or body that a term is, with its suffix or without; true of other terms."""
    found = next((match for word in term.alternatives if (match := NAME.fullmatch(word))), None)
    return found is None or found.group("stem") in folded or term.share_held(folded) == 1.0


def _share(parts: Mapping[Wanted, float]) -> float:
    """Return the weighted mean of what is true of each term."""
    total = sum(term.weight for term in parts)
    return sum(term.weight * part for term, part in parts.items()) / total if total else 0.0

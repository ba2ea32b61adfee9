"""Fit the weights of the answering sentence and of the confidence, and write them as JSON.

    python -m scripts.train_weights SOURCE...

A source is an evaluation set (a folder), a reading-comprehension file in SQuAD form (.json), or a file of questions on
the sample corpus (.jsonl). Sentences: a listwise softmax regression, in which the sentences that hold the answer
compete with all others of the passages read. Confidence: a logistic regression of whether the answer is right, against
the same questions with the answer withheld in the ways of `scripts/variants.py`. Nothing of the sources but these
weights goes into the product.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from index.embedding import Encoder, load_encoder
from index.generations import Generation
from index.search import SearchIndex
from qa import confidence, evidence
from qa.assistant import Assistant
from qa.choosing import choose_sentences
from qa.measures import Question, holds_answer, normalise
from qa.printing import note, progress
from qa.questions import read_questions
from qa.retrieval import LISTED_HITS, Retrieval, prepare_query, retrieve
from qa.settings import Settings, read_settings
from scripts.squad import convert
from scripts.variants import Posed, cut_answer, summaries, variants
from scripts.withheld import without_passages

MOST_QUESTIONS = 800
SUMMARIES_PER_QUESTION = 0.45
PULL_TO_ZERO = 1e-3
# How much a variant counts among the questions of its side; the likeliest in real use count most.
IMPORTANCE = {
    "plain": 1.0,
    "withheld document": 0.7,
    "withheld passage": 0.5,
    "cut sentence": 0.3,
    "other title": 1.0,
    "summary": 1.0,
}
WEIGHTS = Path(confidence.__file__).parent
Signs = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """One posed question with what was retrieved for it."""

    posed: Posed
    retrieval: Retrieval
    index: SearchIndex


@dataclass(frozen=True, slots=True)
class Rows:
    """What a source teaches of confidence: signs, shape (n, signs), whether the answer is right, and importance."""

    signs: Signs
    right: NDArray[np.bool_]
    importance: Signs
    variants: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    sources = parser.parse_args(arguments).sources
    settings = read_settings()
    with progress() as report:
        encoder = load_encoder(settings.embedding_model, settings.models, settings.embedding_backend, report)
        asked = {source.stem: list(ask(source, settings, encoder)) for source in sources}
    plain = [one for those in asked.values() for one in those if one.posed.variant == "plain" and one.posed.answerable]
    weights = fit_sentences(plain)
    write("sentence_weights.json", {"weights": named(evidence.SIGNS, weights), "questions": len(plain)}, sources)
    evidence.sentence_weights.cache_clear()
    rows = {source: confidence_rows(those) for source, those in asked.items()}
    regression, bias = fit_confidence(list(rows.values()))
    record = {
        "weights": named(confidence.SIGNS, regression),
        "bias": round(bias, 4),
        "auroc": {source: auroc(those, regression) for source, those in rows.items()},
        "auroc_left_out": left_out(rows),
    }
    write("confidence_weights.json", record, sources)
    return 0


def named(names: Sequence[str], weights: Signs) -> dict[str, float]:
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}


def write(name: str, record: dict[str, object], sources: Sequence[Path], script: str = "train_weights") -> None:
    made_by = {"script": f"scripts/{script}.py", "sources": [source.name for source in sources]}
    text = json.dumps({**record, "made_by": made_by}, indent=2, ensure_ascii=False)
    (WEIGHTS / name).write_text(text + "\n", "utf-8")
    note(f"wrote {WEIGHTS / name}")


def index_source(source: Path, settings: Settings, encoder: Encoder) -> tuple[Generation, list[Question]]:
    """Index the documents of a source, under a folder of its own, and return the index with the source's questions."""
    data = settings.data / "training" / source.stem
    if source.suffix == ".jsonl":
        documents, file = settings.documents, source
    else:
        folder = source if source.is_dir() else convert(source, data / "set")
        documents, file = folder / "documents", folder / "questions.jsonl"
    assistant = Assistant(replace(settings, documents=documents, data=data), encoder)
    assistant.sync()
    return assistant.generation, read_questions(file)


def ask(source: Path, settings: Settings, encoder: Encoder) -> Iterator[Asked]:
    """Index a source and yield its questions with their variants, each with what was retrieved for it."""
    generation, questions = index_source(source, settings, encoder)
    random = np.random.default_rng(1)
    chosen = [questions[number] for number in random.permutation(len(questions))[:MOST_QUESTIONS]]
    posed = [one for question in chosen for one in variants(question, generation, random)]
    posed += summaries(generation, int(SUMMARIES_PER_QUESTION * len(chosen)), random)
    index = generation.index
    queries = [prepare_query(one.text, index) for one in posed]
    vectors = iter(encoder.encode_queries([text for query in queries for text in query.texts]))
    for one, query in zip(posed, queries, strict=True):
        retrieval = _retrieve(one, index, np.stack([next(vectors) for _ in query.texts]))
        if retrieval is not None:
            yield Asked(one, retrieval, without_passages(index, one.withheld))
    note(f"{source.name}: {len(chosen)} questions, {len(posed)} with their variants")


def _retrieve(posed: Posed, index: SearchIndex, vectors: NDArray[np.float32]) -> Retrieval | None:
    """Search as if the withheld passages were not there; None where nothing is left."""
    index = without_passages(index, posed.withheld)
    found = retrieve(index, prepare_query(posed.text, index), vectors, (4 if posed.withheld else 1) * LISTED_HITS)

    def without(retrieval: Retrieval) -> Retrieval:
        hits = tuple(hit for hit in retrieval.hits if hit.passage.id not in posed.withheld)[:LISTED_HITS]
        return replace(retrieval, hits=hits, parts=tuple(map(without, retrieval.parts)))

    left = without(found)
    return left if all(part.hits for part in (left, *left.parts)) else None


def answers(question: Question, candidate: evidence.Candidate) -> bool:
    """Whether a sentence is the evidence, or part of it, and holds the answer."""
    words = normalise(candidate.text)
    quotes = [normalise(one.quote) for one in question.evidence]
    in_evidence = any(words in quote or quote in words for quote in quotes)
    return in_evidence and (not question.answers or holds_answer(question, candidate.text))


def fit_sentences(asked: Sequence[Asked]) -> Signs:
    """Return the weight of each of `evidence.SIGNS`, shape (signs,)."""
    rows = []
    for one in asked:
        candidates = evidence.read_candidates(one.retrieval, one.index)
        right = np.array([answers(one.posed.question, candidate) for candidate in candidates])
        rows.append((np.array([candidate.signs for candidate in candidates]), right))
    return fit_choice(rows)


def fit_choice(rows: Sequence[tuple[Signs, NDArray[np.bool_]]]) -> Signs:
    """Return the weights, shape (signs,), that make right sentences likeliest among all that were read.

    A row is one question: its sentences' signs, shape (sentences, signs), and which of them are right.
    """
    rows = [(values, right) for values, right in rows if right.any() and not right.all()]
    width = rows[0][0].shape[1]
    most = max(len(right) for _, right in rows)
    signs = torch.zeros(len(rows), most, width, dtype=torch.double)
    absent = torch.full((len(rows), most), -1e9, dtype=torch.double)
    wrong = torch.full((len(rows), most), -1e9, dtype=torch.double)
    for number, (values, right) in enumerate(rows):
        signs[number, : len(right)] = torch.from_numpy(values)
        absent[number, : len(right)] = 0
        wrong[number, : len(right)][torch.from_numpy(right)] = 0
    spread = signs[absent == 0].std(0) + 1e-6
    weights = torch.zeros(width, dtype=torch.double, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=400, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        likelihoods = torch.log_softmax((signs / spread) @ weights + absent, dim=1)
        value = -torch.logsumexp(likelihoods + wrong, dim=1).mean() + PULL_TO_ZERO * (weights * weights).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return np.asarray((weights / spread).detach().numpy())


def confidence_rows(asked: Sequence[Asked]) -> Rows:
    """Read what was retrieved and return the signs of each answer and whether it is right.

    Both sides of a source weigh the same, and a source as much as the root of its questions.
    """
    signs: list[Signs] = []
    right: list[bool] = []
    names: list[str] = []
    for one in asked:
        reading = evidence.read(one.retrieval, one.index)
        if one.posed.cuts_answer:
            reading = cut_answer(reading, one.posed.question)
        parts = reading.parts or (reading,)
        if not all(part.candidates for part in parts):
            continue
        signs.append(np.mean([confidence.signs_of_answer(part, one.index) for part in parts], axis=0))
        right.append(one.posed.answerable and is_right(one.posed.question, reading))
        names.append(one.posed.variant)
    truth = np.array(right)
    weight = np.array([IMPORTANCE[name] for name in names])
    for side in (truth, ~truth):
        weight[side] *= sqrt(len(truth)) / max(weight[side].sum(), 1e-9)
    return Rows(np.stack(signs), truth, weight, tuple(names))


def is_right(question: Question, reading: evidence.Reading) -> bool:
    """Whether the answer that would be given holds the right one, or rests on evidence; a summary always does."""
    chosen = [one for row in choose_sentences(reading) for one in row]
    if question.answers:
        return holds_answer(question, "".join(one.text for one in chosen))
    return not question.evidence or any(answers(question, one) for one in chosen)


def fit_confidence(rows: Sequence[Rows], names: Sequence[str] = confidence.SIGNS) -> tuple[Signs, float]:
    """Return the weights of the signs, shape (signs,), and the bias: a logistic regression with bounds.

    What lacks may only speak against an answer and what scores only for it, whatever chance would have it.
    """
    values = np.concatenate([one.signs for one in rows])
    truth = np.concatenate([one.right for one in rows]).astype(np.float64)
    weight = np.concatenate([one.importance for one in rows])
    weight /= weight.sum()
    centre, spread = values.mean(0), values.std(0) + 1e-6
    scaled = np.hstack([(values - centre) / spread, np.ones((len(values), 1))])

    def loss(weights: Signs) -> tuple[float, Signs]:
        logits = scaled @ weights
        pull = PULL_TO_ZERO * weights
        pull[-1] = 0.0
        value = float(weight @ (np.logaddexp(0, logits) - truth * logits)) + float(pull @ weights)
        return value, scaled.T @ (weight * (1 / (1 + np.exp(-logits)) - truth)) + 2 * pull

    bounds = [*(_bounds(name) for name in names), (None, None)]
    found = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    weights = found.x[:-1] / spread
    return weights, float(found.x[-1] - weights @ centre)


def _bounds(name: str) -> tuple[float | None, float | None]:
    if "lack" in name or "missing" in name:
        return None, 0.0
    if name in ("first", "relevance", "sentence"):
        return 0.0, None
    return (0.0, None) if name.endswith(("score", "cosine")) else (None, None)


def auroc(rows: Rows, weights: Signs) -> float:
    """Return how often a right answer of a source scores above a wrong one."""
    return round(float(roc_auc_score(rows.right, rows.signs @ weights)), 4)


def left_out(rows: dict[str, Rows]) -> dict[str, float]:
    """Return the AUROC of each source by weights that were fitted without it."""
    others = {name: [those for other, those in rows.items() if other != name] for name in rows}
    return {name: auroc(rows[name], fit_confidence(others[name])[0]) for name in rows if others[name]}


if __name__ == "__main__":
    sys.exit(main())

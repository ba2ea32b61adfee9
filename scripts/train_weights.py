"""Fit the weights of the answering sentence and of the confidence, and write them as JSON.

    python -m scripts.train_weights SOURCE...

A source is an evaluation set (a folder), a reading-comprehension file in SQuAD form (.json), or a file of questions on
the sample corpus (.jsonl). Sentences: a listwise softmax
regression, in which the sentences that hold the answer compete with all others of the passages read. Confidence: a
logistic regression against the same questions asked again with the document, or only the passages, that hold the answer
withheld. Nothing of the sources but these weights goes into the product.
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
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.embedding import Encoder, load_encoder
from index.generations import Generation
from index.search import SearchIndex
from qa import confidence, evidence
from qa.assistant import Assistant
from qa.conversation import standalone_question
from qa.measures import Question, holds_answer, normalise
from qa.printing import note, progress
from qa.questions import read_questions
from qa.retrieval import LISTED_HITS, Retrieval, prepare_query, retrieve
from qa.settings import Settings, read_settings
from scripts.squad import convert
from scripts.withheld import without_passages

MOST_QUESTIONS = 800
PULL_TO_ZERO = 1e-3
INVERSE_PENALTY = 300.0
WEIGHTS = Path(confidence.__file__).parent
Signs = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its retrieval, once as it is and then with what holds the answer withheld."""

    question: Question
    retrieval: Retrieval
    index: SearchIndex
    answerable: bool


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    sources = parser.parse_args(arguments).sources
    settings = read_settings()
    with progress() as report:
        encoder = load_encoder(settings.embedding_model, settings.models, settings.embedding_backend, report)
        asked = {source.stem: list(_ask(source, settings, encoder)) for source in sources}
    plain = [one for those in asked.values() for one in those if one.answerable]
    weights = fit_sentences(plain)
    _write("sentence_weights.json", {"weights": _named(evidence.SIGNS, weights), "questions": len(plain)}, sources)
    evidence.sentence_weights.cache_clear()
    regression, bias, figures = fit_confidence(asked)
    record = {"weights": _named(confidence.SIGNS, regression), "bias": round(bias, 4), "auroc": figures}
    _write("confidence_weights.json", record, sources)
    return 0


def _named(names: Sequence[str], weights: Signs) -> dict[str, float]:
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}


def _write(name: str, record: dict[str, object], sources: Sequence[Path]) -> None:
    made_by = {"script": "scripts/train_weights.py", "sources": [source.name for source in sources]}
    text = json.dumps({**record, "made_by": made_by}, indent=2, ensure_ascii=False)
    (WEIGHTS / name).write_text(text + "\n", "utf-8")
    note(f"wrote {WEIGHTS / name}")


def _ask(source: Path, settings: Settings, encoder: Encoder) -> Iterator[Asked]:
    """Index a source and yield its questions, as they are and with the answer withheld."""
    data = settings.data / "training" / source.stem
    if source.suffix == ".jsonl":
        documents, file = settings.documents, source
    else:
        folder = source if source.is_dir() else convert(source, data / "set")
        documents, file = folder / "documents", folder / "questions.jsonl"
    assistant = Assistant(replace(settings, documents=documents, data=data), encoder)
    assistant.sync()
    questions = read_questions(file)
    chosen = np.random.default_rng(1).permutation(len(questions))[:MOST_QUESTIONS]
    for number in chosen:
        yield from _variants(questions[number], assistant.generation, encoder)
    note(f"{source.name}: {len(chosen)} questions")


def _variants(question: Question, generation: Generation, encoder: Encoder) -> Iterator[Asked]:
    whole = standalone_question(question.text, question.history)
    text = prepare_query(whole, generation.index).text
    vector = encoder.encode_queries([text])[0]
    for withheld in (set(), *(_holders(question, generation) if question.answerable else ())):
        index = without_passages(generation.index, withheld)
        limit = 4 * LISTED_HITS if withheld else LISTED_HITS
        retrieval = retrieve(index, prepare_query(whole, index), vector, limit)
        hits = tuple(hit for hit in retrieval.hits if hit.passage.id not in withheld)[:LISTED_HITS]
        if hits:
            yield Asked(question, replace(retrieval, hits=hits), index, question.answerable and not withheld)


def _holders(question: Question, generation: Generation) -> list[set[int]]:
    """Return the passages of the documents that hold the evidence, and those that hold the answer itself."""
    documents = {one.document for one in question.evidence}
    passages = [passage for passage in generation.index.passages if passage.document in documents]
    sought = [normalise(one.quote)[:20] for one in question.evidence]
    sought += [normalise(answer) for answer in question.answers if len(answer) > 1]
    whole = {passage.id for passage in passages}
    holding = {passage.id for passage in passages if any(text in normalise(passage.text) for text in sought)}
    return [those for those in (whole, holding if holding != whole else set()) if those]


def _answers(asked: Asked, candidate: evidence.Candidate) -> bool:
    """Whether a sentence is the evidence, or part of it, and holds the answer."""
    words = normalise(candidate.text)
    quotes = [normalise(one.quote) for one in asked.question.evidence]
    in_evidence = any(words in quote or quote in words for quote in quotes)
    return in_evidence and (not asked.question.answers or holds_answer(asked.question, candidate.text))


def fit_sentences(asked: Sequence[Asked]) -> Signs:
    """Return the weight of each sign, shape (signs,), that makes right sentences likeliest among all that were read."""
    rows = []
    for one in asked:
        candidates = evidence.read_candidates(one.retrieval, one.index)
        right = np.array([_answers(one, candidate) for candidate in candidates])
        if right.any() and not right.all():
            rows.append((np.stack([candidate.signs for candidate in candidates]), right))
    most = max(len(right) for _, right in rows)
    signs = torch.zeros(len(rows), most, len(evidence.SIGNS), dtype=torch.double)
    absent = torch.full((len(rows), most), -1e9, dtype=torch.double)
    wrong = torch.full((len(rows), most), -1e9, dtype=torch.double)
    for number, (values, right) in enumerate(rows):
        signs[number, : len(right)] = torch.from_numpy(values)
        absent[number, : len(right)] = 0
        wrong[number, : len(right)][torch.from_numpy(right)] = 0
    spread = signs[absent == 0].std(0) + 1e-6
    weights = torch.zeros(len(evidence.SIGNS), dtype=torch.double, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=400, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        likelihoods = torch.log_softmax((signs / spread) @ weights + absent, dim=1)
        value = -torch.logsumexp(likelihoods + wrong, dim=1).mean() + PULL_TO_ZERO * (weights * weights).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return np.asarray((weights / spread).detach().numpy())


def fit_confidence(asked: dict[str, list[Asked]]) -> tuple[Signs, float, dict[str, float]]:
    """Return the weights of the signs, the bias, and each source's AUROC. Both sides of a source weigh the same,
    and a source as much as the root of its questions."""
    signs: list[Signs] = []
    labels: list[bool] = []
    importance: list[float] = []
    slices: dict[str, slice] = {}
    for source, those in asked.items():
        start = len(labels)
        for one in those:
            reading = evidence.read(one.retrieval, one.index)
            signs.append(confidence.signs_of_answer(reading.retrieval, reading.candidates))
            labels.append(one.answerable)
        slices[source] = slice(start, len(labels))
        share = float(np.mean(labels[start:]))
        weight_of_source = sqrt(len(those))
        importance += [weight_of_source / (len(those) * (share if one.answerable else 1 - share)) for one in those]
    values, truth, weight = np.stack(signs), np.array(labels), np.array(importance)
    centre, spread = values.mean(0), values.std(0) + 1e-6
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=2_000)
    model.fit((values - centre) / spread, truth, sample_weight=weight * len(weight) / weight.sum())
    weights = model.coef_[0] / spread
    bias = float(model.intercept_[0] - weights @ centre)
    scores = values @ weights
    figures = {name: float(roc_auc_score(truth[part], scores[part])) for name, part in slices.items()}
    return weights, bias, {name: round(figure, 4) for name, figure in figures.items()}


if __name__ == "__main__":
    sys.exit(main())

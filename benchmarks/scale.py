"""What answering a question costs among 100,000 passages, beside the bare parts that it cannot do without.

Run `python -m benchmarks.scale` (`--passages 10000` for a smaller library). The texts are the news of
`../shared/eval/news-scale`, cut as any document is and repeated under other titles with their sentences in another
order; a few thousand texts are embedded, and every further vector is mixed from those with some noise.

Bare is embedding the question, one flat FAISS search for 100 passages and bm25s over the question's tokens, which are
made beforehand. Ours is `Assistant.ask`, from the question to the cited answer. Both answer every question in turns in
one run, and of several rounds the fastest counts, so that a busy machine is fair to both. The result is printed and
written to benchmarks/results/scale.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from statistics import median, quantiles

import faiss
import numpy as np
from bm25s import BM25
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.library import NEWS, build, questions, say
from index.datatypes import Report, ignore_progress
from index.embedding import Encoder
from index.generations import Generation
from index.lexical import find_names, fold_in_place
from index.lexical_index import LexicalIndex
from index.numerals import number_keys
from index.openvino_reader import Excerpt, Reader, Verdict
from index.postings import Postings
from index.vectors import Vectors
from qa.assistant import Assistant, load_models
from qa.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
RESULT = PROJECT / "benchmarks" / "results" / "scale.json"
PASSAGES = 100_000
# About as many as a library of that size has that came bit by bit.
SEGMENTS = 6
BARE_LIMIT = 100
ROUNDS = 4
# Dictionaries and tags are loaded on first use.
WARM_UP = ("金山区有多少耕地？", "市长是谁？", "Which company built the museum in Zhangyan?")


class TimedEncoder:
    """An encoder that remembers how long its last questions took, in milliseconds."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.dimension, self.backend = encoder.name, encoder.dimension, encoder.backend
        self.milliseconds = 0.0

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        began = time.perf_counter()
        vectors = self._encoder.encode_queries(texts)
        self.milliseconds = 1000 * (time.perf_counter() - began)
        return vectors

    def encode_passages(self, texts: Sequence[str], report: Report = ignore_progress) -> Vectors:
        return self._encoder.encode_passages(texts, report)

    def release(self) -> None:
        self._encoder.release()


# The measurement


@dataclass(frozen=True, slots=True)
class Cost:
    """What one question took, in milliseconds, by stage."""

    bare: dict[str, float]
    ours: dict[str, float]
    ours_total: float

    @property
    def bare_total(self) -> float:
        return sum(self.bare.values())


class Bare:
    """The parts that every such program needs, and nothing else."""

    def __init__(self, generation: Generation, encoder: Encoder) -> None:
        index = generation.index
        self._encoder = encoder
        self._lexical = index.lexical
        self._bm25, self._vocabulary = _bare_bm25(index.lexical)
        vectors = index.passage_vectors
        self._faiss = faiss.IndexFlatIP(vectors.dimension)
        self._faiss.add(vectors.take(np.arange(vectors.size, dtype=np.int64)))

    def token_ids(self, question: str) -> list[int]:
        return [self._vocabulary[token] for token in self._lexical.tokens(question) if token in self._vocabulary]

    def ask(self, question: str, token_ids: list[int]) -> dict[str, float]:
        """Return the milliseconds of embedding, nearest passages and BM25 scores."""
        vectors: list[NDArray[np.float32]] = []
        return {
            "embedding": milliseconds(lambda: vectors.append(self._encoder.encode_queries([question]))),
            "faiss": milliseconds(lambda: self._faiss.search(vectors[0], BARE_LIMIT)),
            "bm25s": milliseconds(lambda: self._bm25.get_scores_from_ids(token_ids)),
        }


def _bare_bm25(lexical: LexicalIndex) -> tuple[BM25, dict[str, int]]:
    """Return bm25s over the very tokens that the index has, in the order of its segments, and the tokens' numbers."""
    whole = Postings.merge((part.postings, part.rows >= 0) for part in lexical.parts)
    tokens = np.repeat(np.arange(len(whole.vocabulary)), np.diff(whole.starts))
    repeated = np.repeat(tokens, whole.counts), np.repeat(whole.rows, whole.counts)
    order = np.argsort(repeated[1], kind="stable")
    ends = np.cumsum(np.bincount(repeated[1], minlength=whole.size))
    texts = [run.tolist() for run in np.split(repeated[0][order], ends[:-1])]
    bm25 = BM25(k1=1.5, b=0.75, method="lucene")
    bm25.index((texts, whole.vocabulary), create_empty_token=False, show_progress=False)
    return bm25, whole.vocabulary


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long the work took."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


class TimedReader:
    """A reader that remembers how long it took since it was last asked for that."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.milliseconds = 0.0

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[Verdict]:
        verdicts: list[list[Verdict]] = []
        self.milliseconds += milliseconds(lambda: verdicts.append(self._reader.read(question, excerpts)))
        return verdicts[0]

    def spent(self) -> float:
        """Return the milliseconds since this was last called."""
        spent, self.milliseconds = self.milliseconds, 0.0
        return spent


def measure(generation: Generation, encoder: Encoder, reader: Reader | None) -> list[Cost]:
    """Ask every question both ways in turns."""
    timed = TimedEncoder(encoder)
    timed_reader = TimedReader(reader) if reader else None
    assistant = Assistant(Settings(), timed, reader=timed_reader)
    assistant._generation = generation
    bare = Bare(generation, encoder)
    for question in WARM_UP:
        assistant.ask(question)
    asked = [(question, bare.token_ids(question)) for question in questions(generation.index.passages)]
    rounds: list[list[Cost]] = []
    for number in range(ROUNDS):
        # What is remembered of the texts that were read in the round before would help us.
        for remembered in (fold_in_place, find_names, number_keys):
            remembered.cache_clear()
        rounds.append([_both(bare, assistant, timed, timed_reader, *one, number % 2 == 0) for one in asked])
    return [_fastest(costs) for costs in zip(*rounds, strict=True)]


def _both(
    bare: Bare,
    assistant: Assistant,
    timed: TimedEncoder,
    reader: TimedReader | None,
    question: str,
    token_ids: list[int],
    bare_first: bool,
) -> Cost:
    """Answer one question both ways; who comes second finds its way about the processor's memory a little faster."""
    if bare_first:
        return Cost(bare.ask(question, token_ids), *ask(assistant, timed, reader, question))
    ours = ask(assistant, timed, reader, question)
    return Cost(bare.ask(question, token_ids), *ours)


def _fastest(costs: Sequence[Cost]) -> Cost:
    """Return the fastest of either way to answer the same question."""
    bare, ours = min(costs, key=lambda cost: cost.bare_total), min(costs, key=lambda cost: cost.ours_total)
    return Cost(bare.bare, ours.ours, ours.ours_total)


def ask(
    assistant: Assistant, timed: TimedEncoder, reader: TimedReader | None, question: str
) -> tuple[dict[str, float], float]:
    """Ask one question; return the milliseconds of each stage and of the whole."""
    began = time.perf_counter()
    spent = assistant.ask(question).timings_ms
    total = 1000 * (time.perf_counter() - began)
    looking = reader.spent() if reader else 0.0
    stages = {
        "preparing": spent["embedding"] - timed.milliseconds,
        "embedding": timed.milliseconds,
        "searching": spent["search"],
        "reading and answering": spent["answer"] - looking,
        "second look": looking,
    }
    return stages, total


def summary(costs: Sequence[Cost]) -> dict[str, object]:
    """Return medians, and how often longer ours takes: of the medians, and the 90th percentile of each question's."""
    ours, bare = median(cost.ours_total for cost in costs), median(cost.bare_total for cost in costs)
    whole = sum(cost.ours_total for cost in costs)
    return {
        "questions": len(costs),
        "bare_milliseconds": bare,
        "ours_milliseconds": ours,
        "ratio": ours / bare,
        "ratio_of_means": whole / sum(cost.bare_total for cost in costs),
        "looked_at_twice": sum(cost.ours["second look"] > 0 for cost in costs) / len(costs),
        "ratio_90th_percentile": quantiles([cost.ours_total / cost.bare_total for cost in costs], n=10)[-1],
        "bare_parts": {name: median(cost.bare[name] for cost in costs) for name in costs[0].bare},
        "our_stages": {name: median(cost.ours[name] for cost in costs) for name in costs[0].ours},
        "our_shares": {name: sum(cost.ours[name] for cost in costs) / whole for name in costs[0].ours},
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--passages", type=int, nargs="+", default=[PASSAGES], metavar="N")
    parser.add_argument("--segments", type=int, default=SEGMENTS, metavar="N")
    options = parser.parse_args()
    if not NEWS.is_file():
        say(f"skipped: the texts are not at {NEWS}")
        return
    encoder, reader = load_models(Settings())
    runs = [dict(_run(size, options.segments, encoder, reader)) for size in options.passages]
    result: dict[str, object] = {
        "model": encoder.name,
        "cores": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "versions": {name: metadata.version(name) for name in ("faiss-cpu", "bm25s", "openvino", "numpy")},
        "runs": runs,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    show(runs)


def _run(size: int, segments: int, encoder: Encoder, reader: Reader | None) -> Iterator[tuple[str, object]]:
    generation = build(size, encoder, segments)
    index = generation.index
    yield "passages", len(index.passages)
    yield "sentences", index.sentence_vectors.size
    yield "segments", len(generation.segments)
    yield "documents", len(generation.documents)
    yield "characters", sum(len(document.text) for document in generation.documents.values())
    yield from summary(measure(generation, encoder, reader)).items()
    yield "peak_memory_gigabytes", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def show(runs: Sequence[dict[str, object]]) -> None:
    """Print the numbers as a table, one column a size."""
    table = Table(title="One question, milliseconds")
    table.add_column("")
    flat = [dict(_flatten(run)) for run in runs]
    for run in runs:
        table.add_column(f"{run['passages']:,} passages", justify="right")
    for name in flat[0]:
        values = (run[name] for run in flat)
        table.add_row(name, *(f"{value:.3g}" if isinstance(value, float) else f"{value:,}" for value in values))
    Console().print(table)


def _flatten(run: dict[str, object]) -> Iterator[tuple[str, float | int]]:
    for name, value in run.items():
        plain = name.replace("_", " ")
        if isinstance(value, dict):
            yield from ((f"{plain}: {part}", number) for part, number in value.items())
        elif isinstance(value, float | int):
            yield plain, value


if __name__ == "__main__":
    main()

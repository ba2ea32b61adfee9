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
import gzip
import hashlib
import json
import os
import platform
import random
import re
import resource
import shutil
import sys
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

from index.chunking import context_of, split_passages, split_sentences
from index.datatypes import Document, Passage, Report, Section, ignore_progress
from index.embedding import Encoder
from index.generations import Generation, lexical_text
from index.lexical import LexicalIndex, find_names, fold_in_place, learn_words
from index.numerals import number_keys
from index.openvino_reader import Excerpt, Reader, Verdict
from index.search import SearchIndex, sentence_starts
from index.vectors import VectorIndex, Vectors
from qa.assistant import Assistant, load_models
from qa.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
NEWS = PROJECT.parent / "shared" / "eval" / "news-scale" / "news.jsonl.gz"
SAMPLE_QUESTIONS = PROJECT / "tests" / "data" / "sample_questions.jsonl"
CACHE = PROJECT / ".wendang" / "benchmarks"
RESULT = PROJECT / "benchmarks" / "results" / "scale.json"
PASSAGES = 100_000
BARE_LIMIT = 100
# Of this many passages and sentences the vectors are real; they are among the first so many passages.
EMBEDDED_PASSAGES, EMBEDDED_SENTENCES, EMBEDDED_FROM = 1_500, 3_000, 10_000
NOISE = 0.2  # length of what is added to a unit vector
NEWS_QUESTIONS, SAMPLED_QUESTIONS = 150, 50
ROUNDS = 4
# Dictionaries and tags are loaded on first use.
WARM_UP = ("金山区有多少耕地？", "市长是谁？", "Which company built the museum in Zhangyan?")
ENDINGS = ("是什么时候？", "是多少？", "是谁？", "有哪些？", "是为什么？", "在哪里？", "的具体情况是怎样的？")
TITLE_END = re.compile(r"[。！？；，：:,\n]")


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


# The library


def documents(count: int, chance: random.Random) -> tuple[list[Document], list[Passage]]:
    """Return news of `count` passages in all; once every text was taken, they come again in another order."""
    with gzip.open(NEWS, "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"].partition("正文：")[2] for line in file]
    texts = [text for text in texts if len(text) > 100]
    found: list[Document] = []
    passages: list[Passage] = []
    for number in range(100 * len(texts)):
        text = texts[number % len(texts)]
        if number >= len(texts):
            text = _shuffled(text, chance)
        document = _document(text, number, number // len(texts))
        found.append(document)
        passages += split_passages(document, len(passages))
        if len(passages) >= count:
            break
    return found, passages[:count]


def _shuffled(text: str, chance: random.Random) -> str:
    sentences = [text[start:end] for start, end in split_sentences(text)]
    chance.shuffle(sentences)
    return "".join(sentences)


def _document(text: str, number: int, copy: int) -> Document:
    beginning = TITLE_END.split(text, maxsplit=1)[0].strip()[:30]
    title = f"{beginning}（第{copy + 1}版）" if copy else beginning
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(f"新闻/{number:06d}.txt", title, text, (Section(0, len(text)),), (), digest)


def build(count: int, encoder: Encoder) -> Generation:
    """Return a generation of `count` passages; what takes long is kept in `CACHE`."""
    chance = random.Random(11)
    found, passages = documents(count, chance)
    by_path = {document.path: document for document in found}
    digest = hashlib.sha256("\0".join(lexical_text(passage) for passage in passages).encode()).hexdigest()[:8]
    passage_vectors, sentence_vectors = _vectors(by_path, passages, encoder)
    index = SearchIndex(
        passages=tuple(passages),
        passage_vectors=VectorIndex.build(passage_vectors),
        sentence_vectors=VectorIndex.build(sentence_vectors),
        sentence_starts=sentence_starts(passages),
        lexical=_words(found, passages, CACHE / f"words-{digest}"),
        texts={document.path: document.text for document in found},
        titles=tuple(dict.fromkeys(fold_in_place(document.title) for document in found)),
    )
    return Generation(1, by_path, index)


def _words(found: Sequence[Document], passages: Sequence[Passage], folder: Path) -> LexicalIndex:
    if folder.is_dir() and LexicalIndex.is_current(folder):
        return LexicalIndex.load(folder)
    say(f"indexing the words of {len(passages):,} passages; takes minutes, once")
    learned = learn_words((document.text for document in found), sorted({document.title for document in found}))
    index = LexicalIndex.build([lexical_text(passage) for passage in passages], learned)
    shutil.rmtree(folder, ignore_errors=True)
    index.save(folder)
    return index


def _vectors(by_path: dict[str, Document], passages: Sequence[Passage], encoder: Encoder) -> tuple[Vectors, Vectors]:
    """Return the vectors of all passages and sentences; a sentence is near its passage, and all are near real ones."""
    real_passages, real_sentences = _embedded(by_path, passages[:EMBEDDED_FROM], encoder)
    chance = np.random.default_rng(12)
    passage_vectors = _mixed(real_passages[chance.integers(len(real_passages), size=len(passages))], chance)
    owners = np.repeat(np.arange(len(passages)), [len(passage.sentences) for passage in passages])
    sentence_vectors = np.empty((len(owners), encoder.dimension), dtype=np.float32)
    for start in range(0, len(owners), 50_000):
        part = owners[start : start + 50_000]
        others = real_sentences[chance.integers(len(real_sentences), size=len(part))]
        sentence_vectors[start : start + len(part)] = _mixed(np.float32(0.5) * (passage_vectors[part] + others), chance)
    return passage_vectors, sentence_vectors


def _mixed(vectors: Vectors, chance: np.random.Generator) -> Vectors:
    """Return unit vectors a little off the ones given."""
    noise = chance.standard_normal(vectors.shape, dtype=np.float32)
    vectors = vectors + noise * np.float32(NOISE / vectors.shape[1] ** 0.5)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _embedded(by_path: dict[str, Document], passages: Sequence[Passage], encoder: Encoder) -> tuple[Vectors, Vectors]:
    """Return the true vectors of some passages and of some sentences."""
    chance = random.Random(13)
    some = chance.sample(passages, min(EMBEDDED_PASSAGES, len(passages)))
    texts = [f"{context_of(by_path[one.document], one)}\n{one.text}" for one in some]
    for one in chance.choices(passages, k=EMBEDDED_SENTENCES):
        sentence = one.sentence_text(chance.choice(one.sentences))
        texts.append(f"{context_of(by_path[one.document], one)}\n{sentence}")
    digest = hashlib.sha256("\0".join([encoder.name, *texts]).encode()).hexdigest()[:8]
    file = CACHE / f"vectors-{digest}.npy"
    if not file.is_file():
        say(f"embedding {len(texts):,} passages and sentences; takes minutes, once")
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, encoder.encode_passages(texts))
    vectors: Vectors = np.load(file, allow_pickle=False)
    return vectors[: len(some)], vectors[len(some) :]


def questions(passages: Sequence[Passage]) -> list[str]:
    """Return questions about the news, and some of the sample corpus, always the same ones."""
    chance = random.Random(14)
    asked: list[str] = []
    while len(asked) < NEWS_QUESTIONS:
        passage = chance.choice(passages)
        clauses = re.split(r"[，。！？；：、“”（）\n]", passage.sentence_text(chance.choice(passage.sentences)))
        clause = max(clauses, key=len).strip()[:30]
        if len(clause) >= 6:
            asked.append(clause + chance.choice(ENDINGS))
    lines = SAMPLE_QUESTIONS.read_text("utf-8").splitlines()
    asked += chance.sample([json.loads(line)["question"] for line in lines], SAMPLED_QUESTIONS)
    chance.shuffle(asked)
    return asked


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
        vectors = index.passage_vectors
        self._faiss = faiss.IndexFlatIP(vectors.dimension)
        self._faiss.add(vectors.take(np.arange(vectors.size, dtype=np.int64)))

    def token_ids(self, question: str) -> list[int]:
        vocabulary = self._lexical._vocabulary
        return [vocabulary[token] for token in self._lexical.tokens(question) if token in vocabulary]

    def ask(self, question: str, token_ids: list[int]) -> dict[str, float]:
        """Return the milliseconds of embedding, nearest passages and BM25 scores."""
        bm25 = self._lexical._bm25
        assert isinstance(bm25, BM25)
        vectors: list[NDArray[np.float32]] = []
        return {
            "embedding": milliseconds(lambda: vectors.append(self._encoder.encode_queries([question]))),
            "faiss": milliseconds(lambda: self._faiss.search(vectors[0], BARE_LIMIT)),
            "bm25s": milliseconds(lambda: bm25.get_scores_from_ids(token_ids)),
        }


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


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--passages", type=int, nargs="+", default=[PASSAGES], metavar="N")
    sizes = parser.parse_args().passages
    if not NEWS.is_file():
        say(f"skipped: the texts are not at {NEWS}")
        return
    encoder, reader = load_models(Settings())
    runs = [dict(_run(size, encoder, reader)) for size in sizes]
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


def _run(size: int, encoder: Encoder, reader: Reader | None) -> Iterator[tuple[str, object]]:
    generation = build(size, encoder)
    index = generation.index
    yield "passages", len(index.passages)
    yield "sentences", index.sentence_vectors.size
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

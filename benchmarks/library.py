"""A library of news in memory, of any size, for measuring how long questions take in it."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.catalogue import Entry
from index.chunking import context_of, split_passages, split_sentences
from index.datatypes import Document, Passage, Section
from index.embedding import Encoder
from index.generations import Generation, LiveSegment, assemble
from index.lexical import FORM, fold_in_place, learn_words
from index.lexicon import BUCKET_CHARACTERS, bucket_of
from index.new_words import WordFinder
from index.postings import Postings
from index.records import PassageSpan, Record, StoredFile
from index.segments import Segment, lexical_text
from index.vectors import VectorIndex, Vectors

PROJECT = Path(__file__).resolve().parent.parent
NEWS = PROJECT.parent / "shared" / "eval" / "news-scale" / "news.jsonl.gz"
SAMPLE_QUESTIONS = PROJECT / "tests" / "data" / "sample_questions.jsonl"
CACHE = PROJECT / ".wendang" / "benchmarks"
# Of this many passages and sentences the vectors are real; they are among the first so many passages.
EMBEDDED_PASSAGES, EMBEDDED_SENTENCES, EMBEDDED_FROM = 1_500, 3_000, 10_000
NOISE = 0.2  # length of what is added to a unit vector
NEWS_QUESTIONS, SAMPLED_QUESTIONS = 150, 50
ENDINGS = ("是什么时候？", "是多少？", "是谁？", "有哪些？", "是为什么？", "在哪里？", "的具体情况是怎样的？")
TITLE_END = re.compile(r"[。！？；，：:,\n]")


def say(text: str) -> None:
    """Print to the terminal what a long wait is for."""
    print(text, file=sys.stderr, flush=True)


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


def build(count: int, encoder: Encoder, segments: int) -> Generation:
    """Return a generation of `count` passages in so many segments; what takes long is kept in `CACHE`."""
    chance = random.Random(11)
    found, passages = documents(count, chance)
    by_path = {document.path: document for document in found}
    passage_vectors, sentence_vectors = _vectors(by_path, passages, encoder)
    by_document: dict[str, list[Passage]] = {document.path: [] for document in found}
    for passage in passages:
        by_document[passage.document].append(passage)
    records = {path: _record(by_path[path], those) for path, those in by_document.items()}
    counts = [(len(record.passages), len(record.sentences)) for record in records.values()]
    layout = np.cumsum([(0, 0), *counts], axis=0)
    postings = _postings(passages)
    # The documents of a segment are spread over the whole, as they are where they came one by one.
    places = [np.arange(number, len(records), segments) for number in range(segments)]
    ordered = list(records.values())
    cut = [_segment(ordered, layout, those, passage_vectors, sentence_vectors, postings) for those in places]
    live = [LiveSegment(number, segment, frozenset()) for number, segment in enumerate(cut)]
    return assemble(1, live, records, WordFinder(_learned(found)), encoder.dimension)


def _record(document: Document, passages: Sequence[Passage]) -> Record:
    spans = tuple(PassageSpan(one.start, one.end, one.page, one.headings) for one in passages)
    offsets = [(sentence.start, sentence.end) for passage in passages for sentence in passage.sentences]
    starts = np.cumsum([0, *(len(passage.sentences) for passage in passages)])
    file = StoredFile(document.path, len(document.text), 0, document.content_hash, "")
    return Record(
        file=file,
        digest=bytes.fromhex(document.content_hash),
        document=document,
        folded_title=fold_in_place(document.title),
        passages=spans,
        sentences=np.array(offsets, dtype=np.int32).reshape(-1, 2),
        sentence_starts=starts.astype(np.int32),
    )


def _segment(
    records: Sequence[Record],
    layout: NDArray[np.int64],
    places: NDArray[np.int64],
    passage_vectors: Vectors,
    sentence_vectors: Vectors,
    postings: Postings,
) -> Segment:
    """Return the documents at some places as a segment of their own."""
    passages, sentences = (
        np.concatenate([np.arange(layout[at, leg], layout[at + 1, leg]) for at in places.tolist()]) for leg in (0, 1)
    )
    kept = np.zeros(postings.size, dtype=bool)
    kept[passages] = True
    return Segment(
        entries=tuple(
            Entry(record.document.path, len(record.passages), len(record.sentences))
            for record in (records[at] for at in places.tolist())
        ),
        passage_vectors=VectorIndex.build(passage_vectors[passages]),
        sentence_vectors=VectorIndex.build(sentence_vectors[sentences]),
        postings=Postings.merge([(postings, kept)]),
    )


def _postings(passages: Sequence[Passage]) -> Postings:
    texts = [lexical_text(passage) for passage in passages]
    folder = CACHE / f"words-{FORM}-{hashlib.sha256(chr(0).join(texts).encode()).hexdigest()[:8]}"
    if Postings.is_current(folder):
        return Postings.load(folder, len(texts))
    say(f"indexing the words of {len(passages):,} passages; takes minutes, once")
    postings = Postings.build(texts)
    shutil.rmtree(folder, ignore_errors=True)
    postings.save(folder)
    return postings


def _learned(found: Sequence[Document]) -> set[str]:
    """Return the words that the documents teach, learned in buckets as the index does."""
    buckets: dict[int, list[Document]] = {}
    count = -(-sum(len(document.text) for document in found) // BUCKET_CHARACTERS)
    for document in found:
        buckets.setdefault(bucket_of(document.path, count), []).append(document)
    return {
        word
        for those in buckets.values()
        for word in learn_words((one.text for one in those), sorted({one.title for one in those}))
    }


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

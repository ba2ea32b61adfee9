"""Pairs as the input of a network: their tokens, and batches of them padded to one length."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from index.openvino_reader import MOST_TOKENS
from scripts.reader_examples import ANSWERS, Lesson, Pair, PairMaker, Span

PADDING = 1  # the id that fills up short inputs; no network sees it, since the mask leaves it out
LESSONS_PER_BATCH = 40
BATCHES_AHEAD = 6
NOWHERE = -100  # where an answer begins that is not found in its excerpt; torch leaves such targets out

Integers = NDArray[np.int64]


class Tokens(NamedTuple):
    """The input of one pair, each of shape (tokens, ...): ids, sentences (-1 none), offsets into the excerpt's text."""

    ids: Integers
    sentences: Integers
    offsets: Integers


class Batch(NamedTuple):
    """Pairs by rising length, n of them, at most `length` tokens and `most` sentences each.

    `ids`, `mask`, `sentences` have shape (n, length), the last the number of each token's sentence, -1 for none;
    `labels` (n, most), -1 for none; the others (n,): the number of the lesson, 1.0 for relevant, and the tokens that
    the answer begins and ends with, 0 where there is none.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    sentences: torch.Tensor
    labels: torch.Tensor
    lessons: torch.Tensor
    relevant: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor


def encode(pair: Pair, tokenizer: Tokenizer) -> Tokens:
    """Return `<s> query: … </s> passage: context, line feed, text </s>`, cut at `MOST_TOKENS` tokens."""
    asked = tokenizer.encode(f"query: {pair.question}").ids
    head = f"passage: {pair.excerpt.context}\n" if pair.excerpt.context else "passage: "
    read = tokenizer.encode(head + pair.excerpt.text)
    owners = np.full(len(head) + len(pair.excerpt.text), -1)
    for number, (start, end) in enumerate(pair.excerpt.spans):
        owners[len(head) + start : len(head) + end] = number
    offsets = np.asarray(read.offsets)
    # A token belongs where its last character does: the first of a text may begin with the blank before it.
    sentences = owners[(offsets[:, 1] - 1).clip(0)]
    sentences[[0, -1]] = -1
    nothing = np.full(len(asked), -1)
    tokens = Tokens(
        np.array([*asked, *read.ids[1:]]),
        np.concatenate([nothing, sentences[1:]]),
        np.concatenate([np.stack([nothing, nothing], 1), offsets[1:] - len(head)]),
    )
    if len(tokens.ids) <= MOST_TOKENS:
        return tokens
    return Tokens(*(np.concatenate([row[: MOST_TOKENS - 1], row[-1:]]) for row in tokens))


def _answer_tokens(pair: Pair, tokens: Tokens) -> Span:
    """Return the tokens that the answer begins and ends with: (0, 0) in a wrong pair, NOWHERE if it is not found."""
    if not pair.is_relevant:
        return 0, 0
    inside, (begins, ends) = tokens.sentences >= 0, tokens.offsets.T
    for answer in pair.answers:
        for number in pair.excerpt.numbers(ANSWERS):
            start, end = pair.excerpt.spans[number]
            start = pair.excerpt.text.find(answer, start, end + len(answer))
            end = start + len(answer)
            first = np.flatnonzero(inside & (begins <= start) & (ends > start))
            last = np.flatnonzero(inside & (begins < end) & (ends >= end))
            if start >= 0 and len(first) and len(last):
                return int(first[0]), int(last[0])
    return NOWHERE, NOWHERE


def collate(groups: Sequence[Sequence[Pair]], tokenizer: Tokenizer) -> Batch:
    """Make one batch of the pairs of several lessons."""
    rows = [(number, pair, encode(pair, tokenizer)) for number, group in enumerate(groups) for pair in group]
    rows.sort(key=lambda row: len(row[2].ids))
    longest, most = len(rows[-1][2].ids), max(len(pair.excerpt.labels) for _, pair, _ in rows)
    ids, mask = torch.full((len(rows), longest), PADDING), torch.zeros(len(rows), longest, dtype=torch.long)
    sentences, labels = torch.full((len(rows), longest), -1), torch.full((len(rows), most), -1)
    for place, (_, pair, tokens) in enumerate(rows):
        ids[place, : len(tokens.ids)] = torch.from_numpy(tokens.ids)
        mask[place, : len(tokens.ids)] = 1
        sentences[place, : len(tokens.ids)] = torch.from_numpy(tokens.sentences)
        for number in set(tokens.sentences.tolist()) - {-1}:  # those that were cut off have no label
            labels[place, number] = pair.excerpt.labels[number]
    spans = torch.tensor([_answer_tokens(pair, tokens) for _, pair, tokens in rows])
    relevant = torch.tensor([float(pair.is_relevant) for _, pair, _ in rows])
    lessons = torch.tensor([number for number, _, _ in rows])
    return Batch(ids, mask, sentences, labels, lessons, relevant, spans[:, 0], spans[:, 1])


class _Batches(IterableDataset[Batch]):
    """Batches without end, others in each process that makes them."""

    def __init__(self, lessons: Sequence[Lesson], tokenizer: Tokenizer) -> None:
        self._lessons, self._tokenizer = lessons, tokenizer

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        maker = PairMaker(self._lessons, worker.id if worker else 0)
        for groups in maker.rounds(LESSONS_PER_BATCH):
            yield collate(groups, self._tokenizer)


def make_batches(lessons: Sequence[Lesson], tokenizer: Tokenizer, device: str) -> Iterator[Batch]:
    """Yield batches without end; for a GPU, which is faster than one core makes them, all other cores do."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # or each process warns that it was forked
    workers = max(1, (os.cpu_count() or 1) - 1) if device == "cuda" else 0
    dataset = _Batches(lessons, tokenizer)
    ahead = BATCHES_AHEAD if workers else None
    loader: Iterable[Batch] = DataLoader(
        dataset, batch_size=None, num_workers=workers, prefetch_factor=ahead, pin_memory=bool(workers)
    )
    return iter(loader)

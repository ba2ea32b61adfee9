"""Train the reader, a cross-encoder on the layers of the embedded model, and write what it changes of that model.

    python -m scripts.train_reader SOURCE... --minutes M [--cycles 2] [--device cpu|cuda] [--output FILE]

A source is what `scripts/train_weights.py` takes. The shipped weights are trained on the texts of `../shared/train` and
on nothing else: the development part of CMRC 2018 (CC BY-SA 4.0) and the even articles of that of DRCD (CC BY-SA 3.0),
which NOTICE names. They were made on a GPU in 2 rounds of these examples and losses: 238,285 pairs in 250 s at a
learning rate of 6e-5, then, from that round's change cut to rank 48, 383,640 pairs in 235 s at 8e-5. Two cores of a
CPU would take days for as many.

The reader reads `query: question` and `passage: context, line feed, text` as one input. Of each token's last state it
makes four logits (its sentence answers, an answer begins here, ends here, the text is relevant), of the first token's
one for relevance. All layers learn, the embeddings do not. Each cycle begins where the average of the one before ended,
its rate warms up and falls by a cosine (Loshchilov and Hutter 2017, "SGDR", arXiv:1608.03983), and it ends as the
exponential moving average of its steps. A change of rank `RANK` in 8 bits is what is kept (`pack_change`).
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from index.embedded_model import DEFAULT_MODEL, build_embedded_model
from index.embedding import load_encoder
from index.errors import QuestionError
from index.openvino_reader import END, RELEVANCE, SENTENCE, START
from qa.printing import note, progress
from qa.settings import read_settings
from scripts.reader_batches import NOWHERE, Batch, make_batches
from scripts.reader_examples import read_lessons
from scripts.train_weights import WEIGHTS

if TYPE_CHECKING:
    from transformers import BertModel

RANK = 48
# Rows of like length are read together, so that few tokens are padding.
CHUNKS = 3
LEARNING_RATES = 6e-5, 8e-5
"""Of the layers in the first cycle, and in all others."""
HEAD_RATE = 1e-3
WARM_UP_STEPS, LOWEST_SHARE_OF_RATE = 100, 0.02
LONGEST_GRADIENT = 1.0
LONGEST_AVERAGE = 0.999
STEPS_BETWEEN_NOTES = 100
# Of the losses of relevance, choice, sentences and spans; right pairs and sentences are the rarer ones.
LOSS_WEIGHTS = 1.0, 0.5, 0.7, 0.3
RIGHT_PAIR_WEIGHT, RIGHT_SENTENCE_WEIGHT = 2.0, 3.0
NEVER = -1e4


class Network(nn.Module):
    """A BERT encoder with two linear layers on top; its embeddings are frozen."""

    def __init__(self, body: BertModel) -> None:
        super().__init__()
        self.body = body
        self.body.embeddings.requires_grad_(False)
        self.out = nn.Linear(body.config.hidden_size, 4)
        self.cls = nn.Linear(body.config.hidden_size, 1)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return four logits a token, shape (n, length, 4), and one a row, shape (n,)."""
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        return self.out(states).float(), self.cls(states[:, 0]).squeeze(-1).float()

    def weights(self) -> dict[str, Tensor]:
        """Return a copy of all weights on the CPU, those of the encoder under the names that they have there."""
        return {name.removeprefix("body."): one.detach().cpu().clone() for name, one in self.named_parameters()}


class Read(NamedTuple):
    """What the reader says of a batch, as logits.

    `relevance` has shape (n,), `sentences` (n, most), `spans` (n, length, 2) with begin and end of the answer, of which
    place 0 stands for no answer.
    """

    relevance: Tensor
    sentences: Tensor
    spans: Tensor


def load_reader(folder: Path) -> Network:
    """Return a reader that has learned nothing yet on the encoder of a sentence-transformers folder."""
    # Imported here because it takes seconds, which a wrong command line need not wait for.
    from transformers import BertModel
    from transformers.utils import logging as chatter

    chatter.disable_progress_bar()  # type: ignore[no-untyped-call]
    told = chatter.get_verbosity()
    chatter.set_verbosity_error()  # type: ignore[no-untyped-call]  # the file holds a pooler that is not wanted here
    body = BertModel.from_pretrained(folder, add_pooling_layer=False, local_files_only=True)
    chatter.set_verbosity(told)
    torch.manual_seed(0)
    return Network(body)


def pool(tokens: Tensor, first: Tensor, sentences: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """Return the relevance of each row, shape (n,), and a logit for each sentence, shape (n, most): means of tokens."""
    inside = (sentences >= 0).float()
    relevance = first + (tokens[..., RELEVANCE] * inside).sum(1) / inside.sum(1).clamp(min=1)
    owned = functional.one_hot(sentences.clamp(min=0), most).float() * inside.unsqueeze(-1)
    return relevance, torch.einsum("nts,nt->ns", owned, tokens[..., SENTENCE]) / owned.sum(1).clamp(min=1)


def read_batch(reader: Network, batch: Batch, lengths: Sequence[int]) -> Read:
    """Read a batch whose rows have these many tokens, rising."""
    rows, longest = batch.ids.shape
    edges = sorted({round(rows * step / CHUNKS) for step in range(CHUNKS + 1)})
    reads = []
    for start, end in pairwise(edges):
        length = lengths[end - 1]
        ids, mask, sentences = (one[start:end, :length] for one in (batch.ids, batch.mask, batch.sentences))
        with torch.autocast(ids.device.type, dtype=torch.bfloat16, enabled=ids.is_cuda):
            tokens, first = reader(ids, mask)
        spans = tokens[..., [START, END]].float().masked_fill((sentences < 0).unsqueeze(-1), NEVER)
        spans = torch.cat([torch.zeros_like(spans[:, :1]), spans[:, 1:]], dim=1)
        pooled = pool(tokens.float(), first.float(), sentences, batch.labels.shape[1])
        reads.append((*pooled, functional.pad(spans, (0, 0, 0, longest - length), value=NEVER)))
    return Read(*(torch.cat(parts) for parts in zip(*reads, strict=True)))


def losses(read: Read, batch: Batch) -> Tensor:
    """Return the four losses, shape (4,).

    Relevance: of each pair by itself. Choice: of the right pair among those of its lesson. Sentences: whether each
    answers. Spans: where the answer begins and ends, at place 0 in wrong pairs.
    """
    right = batch.relevant > 0
    relevance = functional.binary_cross_entropy_with_logits(
        read.relevance, batch.relevant, weight=torch.where(right, RIGHT_PAIR_WEIGHT, 1.0)
    )
    own = functional.one_hot(batch.lessons).T.bool()
    everything = read.relevance.masked_fill(~own, NEVER)
    choice = (everything.logsumexp(1) - everything.masked_fill(~right, NEVER).logsumexp(1)).mean()
    known = batch.labels >= 0
    weight = torch.where(batch.labels > 0, RIGHT_SENTENCE_WEIGHT, 1.0) * known
    answers = batch.labels.clamp(min=0).float()
    sentences = functional.binary_cross_entropy_with_logits(read.sentences, answers, weight=weight, reduction="sum")
    spans = sum(
        functional.cross_entropy(read.spans[..., side], places, ignore_index=NOWHERE, reduction="sum")
        / (places != NOWHERE).sum().clamp(min=1)
        for side, places in enumerate((batch.starts, batch.ends))
    )
    return torch.stack([relevance, choice, sentences / known.sum().clamp(min=1), torch.as_tensor(spans)])


def train(
    reader: Network, batches: Iterator[Batch], seconds: float, rate: float, clock: Callable[[], float] = time.monotonic
) -> int:
    """Train for some seconds, leave the average of the steps in the reader, and return how many pairs it saw."""
    learning = [one for one in reader.parameters() if one.requires_grad]
    head = [*reader.out.parameters(), *reader.cls.parameters()]
    layers = [one for one in learning if all(one is not other for other in head)]
    device = learning[0].device
    rates = rate, HEAD_RATE
    groups = [{"params": part, "lr": of} for part, of in zip((layers, head), rates, strict=True)]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=device.type == "cuda")
    average = [one.detach().clone() for one in learning]
    shares = torch.tensor(LOSS_WEIGHTS, device=device)
    reader.train()
    began, steps, pairs = clock(), 0, 0
    while (done := (clock() - began) / seconds) < 1:
        for group, of in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = of * scheduled(steps, done)
        batch = next(batches)
        lengths = batch.mask.sum(1).tolist()
        batch = Batch(*(one.to(device, non_blocking=True) for one in batch))
        parts = losses(read_batch(reader, batch, lengths), batch)
        optimiser.zero_grad(set_to_none=True)
        (parts * shares).sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learning, LONGEST_GRADIENT)
        optimiser.step()
        steps, pairs = steps + 1, pairs + len(lengths)
        _blend(average, learning, min(LONGEST_AVERAGE, (steps + 1) / (steps + 10)))
        if steps % STEPS_BETWEEN_NOTES == 0:
            figures = " ".join(f"{part:.3f}" for part in parts.tolist())
            note(f"{done:.0%}: {steps} steps, {pairs} pairs, losses {figures}")
    _blend(learning, average, 0.0)
    return pairs


def scheduled(steps: int, done: float) -> float:
    """Return the share of the learning rate after so many steps, when this share of the time is over."""
    return min(1.0, (steps + 1) / WARM_UP_STEPS) * max(LOWEST_SHARE_OF_RATE, 0.5 + 0.5 * math.cos(math.pi * done))


@torch.no_grad()
def _blend(kept: Sequence[Tensor], new: Sequence[Tensor], share: float) -> None:
    """Keep a share of each tensor, in place, and take the rest from another."""
    for one, other in zip(kept, new, strict=True):
        one.mul_(share).add_(other, alpha=1 - share)


def pack_change(base: Mapping[str, Tensor], changed: Mapping[str, Tensor], rank: int) -> dict[str, NDArray[Any]]:
    """Return what turns some weights into others: those that differ, matrices of `base` in low rank and 8 bits.

    Such a matrix, shape (outputs, inputs), is its old self and `(outer * scale) @ inner`, stored under its name and
    `.outer`, int8 (outputs, rank), `.scale`, float32 (rank,), and `.inner`, int8 (rank, inputs). The singular value of
    each direction is shared evenly between the two. Everything else that differs is stored whole, as float32.
    """
    packed: dict[str, NDArray[Any]] = {}
    for name, new in changed.items():
        old = base.get(name)
        if old is not None and torch.equal(old, new):
            continue
        if old is None or new.ndim != 2:
            packed[name] = new.float().numpy()
            continue
        left, values, right = torch.linalg.svd((new - old).float(), full_matrices=False)
        roots = values[:rank].sqrt()
        outer, outer_scale = _to_bytes((left[:, :rank] * roots).T)
        inner, inner_scale = _to_bytes(right[:rank] * roots[:, None])
        packed[f"{name}.outer"], packed[f"{name}.inner"] = np.ascontiguousarray(outer.T), inner
        packed[f"{name}.scale"] = outer_scale * inner_scale
    return packed


def _to_bytes(rows: Tensor) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return rows as whole numbers up to 127 and what each row's have to be multiplied by, shape (rows,)."""
    scale = rows.abs().amax(1) / 127
    scale[scale == 0] = 1
    return (rows / scale[:, None]).round().to(torch.int8).numpy(), scale.numpy()


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parse(arguments)
    settings = read_settings()
    with progress() as report:
        encoder = load_encoder(settings.embedding_model, settings.models, settings.embedding_backend, report)
        folder = build_embedded_model(settings.models / DEFAULT_MODEL, report)
        lessons = [lesson for source in given.sources for lesson in read_lessons(source, settings, encoder)]
    if not lessons:
        raise QuestionError("no question has an answer in its evidence: give sources with answers and quotes")
    reader = load_reader(folder).to(given.device)
    base = {name: one for name, one in reader.weights().items() if not name.startswith(("out.", "cls."))}
    batches = make_batches(lessons, Tokenizer.from_file(str(folder / "tokenizer.json")), given.device)
    seconds = 60 * given.minutes / given.cycles
    note(f"{len(lessons)} questions; training {given.cycles} times {seconds:g} s")
    rates = [LEARNING_RATES[min(cycle, len(LEARNING_RATES) - 1)] for cycle in range(given.cycles)]
    pairs = sum(train(reader, batches, seconds, rate) for rate in rates)
    made_by = {
        **{"script": "scripts/train_reader.py", "sources": ", ".join(source.stem for source in given.sources)},
        **{"rank": str(RANK), "minutes": f"{given.minutes:g}", "pairs": str(pairs)},
    }
    given.output.write_bytes(save(pack_change(base, reader.weights(), RANK), made_by))
    note(f"wrote {given.output}")
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    parser.add_argument("--minutes", type=float, required=True, help="of training, in all cycles together")
    parser.add_argument("--cycles", type=int, default=2)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--output", type=Path, default=WEIGHTS / "reader_weights.safetensors")
    given = parser.parse_args(arguments)
    if not (given.minutes > 0 and given.cycles > 0):
        parser.error(f"--minutes {given.minutes:g} and --cycles {given.cycles} must be above 0")
    if given.device == "cuda" and not torch.cuda.is_available():
        parser.error("--device cuda: torch sees no GPU here; leave the device out")
    if not given.output.parent.is_dir():
        parser.error(f"--output {given.output}: there is no folder {given.output.parent}")
    return given


if __name__ == "__main__":
    sys.exit(main())

"""The reader: a network that reads a question and a piece of text together, on OpenVINO.

It is the embedded model with changed layers and two small heads. `qa/reader_weights.safetensors` holds the change, in
low rank and 8 bits (see `scripts/train_reader.py`); the words' embeddings are the embedded model's own and are read
from its file, a few hundred rows a question, so that nothing large lies on the disk or in memory twice.
"""

from __future__ import annotations

import hashlib
import json
import logging
import struct
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Progress, Report, ignore_progress
from index.embedded_model import DEFAULT_MODEL, build_embedded_model
from index.folders import build_folder, is_complete
from index.openvino_encoder import MODEL_FILE, QUANTISED_GROUP, TOKENIZER_FILE, import_openvino, well_formed
from index.openvino_export import save_quantised
from index.turns import Turns

EXPORT_VERSION = 1
"""Raised whenever the network written here changes, so that older ones are made anew."""
MOST_TOKENS, MOST_QUESTION_TOKENS = 320, 128
LONGEST_CONTEXT = 80
WEIGHTS_FILE = "model.safetensors"
_EMBEDDINGS = "embeddings.word_embeddings.weight"
# What the network tells of each token.
SENTENCE, START, END, RELEVANCE = range(4)

Floats = NDArray[np.float32]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of text to read: `context` is its title and headings, `sentences` are offsets into `text`."""

    context: str
    text: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reader makes of one excerpt, in log-odds.

    `relevance`: it answers the question. `sentences`: each sentence does, shape (sentences,), -inf where it was beyond
    the network's length.
    """

    relevance: float
    sentences: Floats


class Reader(Protocol):
    """Reads a question and pieces of text together; safe to use from several threads at once."""

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[Verdict]:
        """Return the verdict on each excerpt, in the order given."""
        ...


def load_reader(models_folder: Path, change: Path, report: Report = ignore_progress) -> Reader | None:
    """Load the reader that the file `change` makes of the embedded model, building what is missing once.

    None, with a warning in the log, where the embedded model or OpenVINO is not to be had: answers are then given as
    they would be without it.
    """
    try:
        digest = hashlib.sha256(change.read_bytes()).hexdigest()[:12]
        model = build_embedded_model(models_folder / DEFAULT_MODEL, report)
        target = models_folder / "openvino" / f"reader@{digest}"
        if not is_complete(target, EXPORT_VERSION):
            report(Progress("building the reader", 0, 1))
            build_folder(target, EXPORT_VERSION, lambda folder: export_reader(model, change, folder))
            report(Progress("building the reader", 1, 1))
        return OpenVinoReader(target, model)
    except Exception as error:  # torch, openvino and safetensors fail in many ways, and none may stop an answer
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        _log.warning("answers are given without the reader, which cannot be loaded: %s", reason)
        return None


def is_built(models_folder: Path) -> bool:
    """Whether a reader was built there before, so that loading one will be quick."""
    return any((models_folder / "openvino").glob("reader@*"))


class OpenVinoReader:
    """Reads question and excerpts together; several threads may use it at once."""

    def __init__(self, network: Path, model: Path) -> None:
        """Load the network that `export_reader` wrote and the embedded model's folder; raises what openvino raises."""
        openvino = import_openvino()
        options = {"PERFORMANCE_HINT": "LATENCY", "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(QUANTISED_GROUP)}
        with ThreadPoolExecutor(1) as executor:
            compiled = executor.submit(openvino.Core().compile_model, network / MODEL_FILE, "CPU", options)
            self._tokenizer = _read_tokenizer(model / TOKENIZER_FILE)
            self._embeddings = map_embeddings(model / WEIGHTS_FILE)
            self._network = compiled.result()
        self._request = self._network.create_infer_request()
        self._turns = Turns()

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[Verdict]:
        """Return the verdict on each excerpt."""
        if not excerpts:
            return []
        rows = [self._tokenize(question, excerpt) for excerpt in excerpts]
        width = max(len(ids) for ids, _ in rows)
        embedded = np.zeros((len(rows), width, self._embeddings.shape[1]), np.float32)
        mask = np.zeros((len(rows), width), np.int64)
        for row, (ids, _) in enumerate(rows):
            embedded[row, : len(ids)] = self._embeddings[ids]
            mask[row, : len(ids)] = 1
        # One after the other, on all cores: side by side each would only take longer, and some far longer.
        with self._turns:
            outputs = self._request.infer({0: embedded, 1: mask})
            tokens, first = np.array(outputs[0]), np.array(outputs[1])
        return [
            _verdict(tokens[row, : len(owner)], float(first[row]), owner, len(excerpt.sentences))
            for row, ((_, owner), excerpt) in enumerate(zip(rows, excerpts, strict=True))
        ]

    def _tokenize(self, question: str, excerpt: Excerpt) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the ids of question and excerpt, and the number of each token's sentence, -1 for none."""
        asked = self._tokenizer.encode("query: " + well_formed(question)).ids
        if len(asked) > MOST_QUESTION_TOKENS:
            asked = [*asked[: MOST_QUESTION_TOKENS - 1], asked[-1]]
        context = excerpt.context[:LONGEST_CONTEXT]
        head = f"passage: {context}\n" if context else "passage: "
        encoding = self._tokenizer.encode(well_formed(head + excerpt.text))
        owners = np.full(len(head) + len(excerpt.text) + 1, -1, np.int64)
        for number, (start, end) in enumerate(excerpt.sentences):
            owners[len(head) + start : len(head) + end] = number
        ends = np.asarray(encoding.offsets, np.int64)[:, 1]
        owner = owners[np.maximum(ends - 1, 0)]
        owner[-1] = -1
        ids = np.asarray([*asked, *encoding.ids[1:]], np.int64)
        owner = np.concatenate([np.full(len(asked), -1, np.int64), owner[1:]])
        if len(ids) > MOST_TOKENS:
            ids = np.append(ids[: MOST_TOKENS - 1], ids[-1])
            owner = np.append(owner[: MOST_TOKENS - 1], -1)
        return ids, owner


def _verdict(tokens: Floats, first: float, owner: NDArray[np.int64], sentences: int) -> Verdict:
    inside = owner >= 0
    counts = np.bincount(owner[inside], minlength=sentences).astype(np.float32)
    sums = np.bincount(owner[inside], weights=tokens[inside, SENTENCE], minlength=sentences)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), -np.inf).astype(np.float32)
    relevance = first + (float(tokens[inside, RELEVANCE].mean()) if inside.any() else 0.0)
    return Verdict(relevance, means)


def _read_tokenizer(file: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def map_embeddings(file: Path) -> Floats:
    """Return the word embeddings of a safetensors file, shape (words, dimension), read from the disk as they are used.

    The form: u64 length of a JSON header with each tensor's type, shape and offsets behind the header. Raises
    ValueError or KeyError where the file holds no such tensor.
    """
    with file.open("rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        entry = json.loads(stream.read(length))[_EMBEDDINGS]
    if entry["dtype"] != "F32":
        raise ValueError(f"the word embeddings of {file} are of type {entry['dtype']}, not F32")
    start = 8 + length + entry["data_offsets"][0]
    return np.memmap(file, "<f4", "r", start, tuple(entry["shape"]))


def export_reader(model: Path, change: Path, folder: Path) -> None:
    """Write the network of the embedded model in `model` with the change in the file `change` into `folder`.

    This needs torch and transformers, is done once and takes about 20 seconds. Raises what they raise.
    """
    openvino = import_openvino()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch and its exporter warn their own callers of coming changes
        network = openvino.convert_model(_trace(model, change))
    save_quantised(network, folder)


def apply_change(base: Mapping[str, Any], change: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """Return the weights that the change makes of an encoder's, by name: W + (outer * scale) @ inner, or anew."""
    changed: dict[str, Floats] = {}
    for name, values in change.items():
        matrix, _, part = name.rpartition(".")
        if part == "inner":
            outer, scale = change[f"{matrix}.outer"].astype(np.float32), change[f"{matrix}.scale"]
            changed[matrix] = np.asarray(base[matrix], np.float32) + (outer * scale) @ values.astype(np.float32)
        elif part not in ("outer", "scale"):
            changed[name] = values
    return changed


def _trace(model: Path, change: Path) -> Any:
    """Return the reader as a torch program: embeddings (batch, length, dimension) and mask → what is told of tokens."""
    import torch
    from safetensors.numpy import load_file
    from transformers import BertModel
    from transformers.utils import logging as chatter

    chatter.disable_progress_bar()  # type: ignore[no-untyped-call]
    told = chatter.get_verbosity()
    chatter.set_verbosity_error()  # type: ignore[no-untyped-call]  # the file holds a pooler that is not wanted here
    bert = BertModel.from_pretrained(model, add_pooling_layer=False)
    chatter.set_verbosity(told)
    changed = apply_change(bert.state_dict(), load_file(change))
    heads = {name: values for name, values in changed.items() if name.startswith(("out.", "cls."))}
    state = {name: torch.from_numpy(values) for name, values in changed.items() if name not in heads}
    unknown = bert.load_state_dict(state, strict=False).unexpected_keys
    if unknown:
        raise ValueError(f"{change} changes {unknown[0]}, which the model lacks")
    dimension = bert.config.hidden_size

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert
            self.out, self.cls = torch.nn.Linear(dimension, 4), torch.nn.Linear(dimension, 1)

        def forward(self, embedded: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            states = self.bert(inputs_embeds=embedded, attention_mask=mask).last_hidden_state
            return self.out(states), self.cls(states[:, 0]).squeeze(-1)

    network = Network()
    network.load_state_dict({name: torch.from_numpy(values) for name, values in heads.items()}, strict=False)
    embedded, mask = torch.zeros(3, 7, dimension), torch.ones(3, 7, dtype=torch.int64)
    mask[1, 4:] = 0
    dynamic = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length", min=2, max=MOST_TOKENS)}
    with torch.no_grad():
        shapes = {"embedded": dynamic, "mask": dynamic}
        return torch.export.export(network.eval(), (embedded, mask), dynamic_shapes=shapes)

"""The fast way to run an embedding model on a CPU: exported once to OpenVINO, then run without torch.

`export_model` needs torch and sentence-transformers; loading what it wrote needs numpy, tokenizers and openvino only,
which start ten times faster. The network is compiled in two ways (see "Performance Hints" in OpenVINO's guide): one
request on all cores for the shortest answer to a question, and several requests side by side for many passages.
"""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Progress, Report, ignore_progress

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

EXPORT_VERSION = 1
"""Raised whenever the files written here change, so that older exports are made anew."""

_MODEL_FILE, _TOKENIZER_FILE, _DESCRIPTION_FILE = "model.xml", "tokenizer.json", "encoder.json"
_BATCH_TOKENS = 2048  # with padding; larger batches were no faster and hold more memory
_BATCH_TEXTS = 32
_BLOCK_TEXTS = 4096  # tokenised and sorted at a time, which bounds memory whatever the number of texts
_FEW_TEXTS = 32  # up to here the network compiled for short answers does it, so that the other need not be compiled
_LENGTH_LIMIT = 8192  # tokens, for models that name no limit of their own
_CHARACTERS_PER_TOKEN = 100  # far more than tokens have; what lies beyond cannot reach the model

Tokens = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Description:
    """What an encoder must know beside the network; `max_length` is in tokens."""

    name: str
    dimension: int
    query_prompt: str
    passage_prompt: str
    max_length: int
    pad_id: int


class OpenVinoEncoder:
    """An encoder that runs an exported model; several threads may use it at once."""

    backend = "openvino"

    def __init__(self, folder: Path) -> None:
        """Load what `export_model` wrote to `folder`; raises what openvino and tokenizers raise if it is unusable."""
        import openvino  # type: ignore[import-untyped]

        described = json.loads((folder / _DESCRIPTION_FILE).read_text(encoding="utf-8"))
        self.description = Description(**described)
        self.name = self.description.name
        self.dimension = self.description.dimension
        self._model_file = folder / _MODEL_FILE
        self._core = openvino.Core()
        # Compiling the network and reading the tokenizer take half a second each: side by side.
        with ThreadPoolExecutor(1) as executor:
            compiled = executor.submit(self._compile, "LATENCY")
            self._tokenizer = _read_tokenizer(folder / _TOKENIZER_FILE, self.description.max_length)
            self._quick_network = compiled.result()
        self._idle_requests: list[Any] = []
        self._queue: Any = None
        self._queue_lock = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector per question, shape (n, dimension)."""
        return self._encode(texts, self.description.query_prompt, ignore_progress)

    def encode_passages(self, texts: Sequence[str], report: Report = ignore_progress) -> NDArray[np.float32]:
        """Return one unit vector per passage, shape (n, dimension), in the order given."""
        return self._encode(texts, self.description.passage_prompt, report)

    def _encode(self, texts: Sequence[str], prompt: str, report: Report) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        run = self._run_in_turn if len(texts) <= _FEW_TEXTS else self._run_side_by_side
        for start in range(0, len(texts), _BLOCK_TEXTS):
            block = vectors[start : start + _BLOCK_TEXTS]
            tokens = self._tokenize(texts[start : start + _BLOCK_TEXTS], prompt)

            def tell(done: int, start: int = start) -> None:
                report(Progress("embedding", start + done, len(texts)))

            run(tokens, block, tell)
        return vectors

    def _tokenize(self, texts: Sequence[str], prompt: str) -> list[Tokens]:
        """Return the token ids of each text behind the prompt, cut at the model's length."""
        limit = self.description.max_length * _CHARACTERS_PER_TOKEN
        prompted = [prompt + well_formed(text[:limit]) for text in texts]
        tokens: list[Tokens] = []
        # A few at a time: an encoding holds far more than the ids that are kept of it.
        for start in range(0, len(prompted), 256):
            encodings = self._tokenizer.encode_batch_fast(prompted[start : start + 256])
            tokens += [np.asarray(encoding.ids, np.int64) for encoding in encodings]
        return tokens

    def _run_in_turn(self, tokens: list[Tokens], vectors: NDArray[np.float32], tell: Callable[[int], None]) -> None:
        """Fill `vectors` batch by batch, each on all cores."""
        # Requests are not for two threads at once; there are as many as threads have ever been here together.
        try:
            request = self._idle_requests.pop()
        except IndexError:
            request = self._quick_network.create_infer_request()
        done = 0
        for batch in _batches(tokens):
            outputs = request.infer(self._inputs(tokens, batch))
            vectors[batch] = outputs[0]
            tell(done := done + len(batch))
        self._idle_requests.append(request)

    def _run_side_by_side(
        self, tokens: list[Tokens], vectors: NDArray[np.float32], tell: Callable[[int], None]
    ) -> None:
        """Fill `vectors` with several batches under way at a time."""

        def keep(request: Any, batch: NDArray[np.intp]) -> None:
            vectors[batch] = request.get_output_tensor(0).data

        with self._queue_lock:
            queue = self._open_queue()
            queue.set_callback(keep)
            started = 0
            try:
                for batch in _batches(tokens):
                    tell(started)  # about true: the batches under way are few
                    queue.start_async(self._inputs(tokens, batch), batch)
                    started += len(batch)
            finally:
                queue.wait_all()
                queue.set_callback(_forget)  # the queue lives on and would hold the vectors
        tell(started)

    def _open_queue(self) -> Any:
        import openvino

        if self._queue is None:
            self._queue = openvino.AsyncInferQueue(self._compile("THROUGHPUT"))
        return self._queue

    def _inputs(self, tokens: list[Tokens], batch: NDArray[np.intp]) -> dict[int, Tokens]:
        """Return the padded ids and the mask of one batch, each of shape (texts, tokens)."""
        width = max(2, *(len(tokens[number]) for number in batch))  # the export assumes two tokens at least
        ids = np.full((len(batch), width), self.description.pad_id, np.int64)
        mask = np.zeros_like(ids)
        for row, number in enumerate(batch):
            length = len(tokens[number])
            ids[row, :length] = tokens[number]
            mask[row, :length] = 1
        return {0: ids, 1: mask}

    def _compile(self, hint: str) -> Any:
        return self._core.compile_model(self._model_file, "CPU", {"PERFORMANCE_HINT": hint})


def own_prompts(model: SentenceTransformer) -> tuple[str, str]:
    """Return what the model wants in front of questions and in front of passages.

    The names are those that sentence-transformers looks for, but an empty one is passed over: version 6 gives every
    model an empty "document" prompt, which would hide the "passage" prompt of models that have only that.
    """
    passage_prompts = (model.prompts.get(name) for name in ("document", "passage", "corpus"))
    return model.prompts.get("query") or "", next(filter(None, passage_prompts), "")


def well_formed(text: str) -> str:
    """Return the text with lone surrogates, which have no UTF-8 form, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _forget(_request: Any, _batch: object) -> None:
    """Take a finished request and keep nothing of it."""


def _read_tokenizer(file: Path, max_length: int) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    # Set here once and for all: changing them between calls is not safe with several threads.
    tokenizer.enable_truncation(max_length)
    tokenizer.no_padding()
    return tokenizer


def _batches(tokens: list[Tokens]) -> Iterator[NDArray[np.intp]]:
    """Yield the numbers of texts of like length, longest first so that memory is asked for once."""
    lengths = np.array([len(ids) for ids in tokens])
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        size = max(1, min(_BATCH_TEXTS, _BATCH_TOKENS // max(1, int(lengths[order[start]]))))
        yield order[start : start + size]
        start += size


def export_model(model: SentenceTransformer, name: str, folder: Path) -> None:
    """Write the model with its pooling and normalisation for `OpenVinoEncoder` into an existing, empty folder.

    Raises whatever torch, openvino or the model raise where it cannot be exported; whether the export is faithful is
    for the caller to compare.
    """
    import openvino

    description = _describe(model, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch and its exporter warn their own callers of coming changes
        network = openvino.convert_model(_trace(model, description))
    # Half precision halves the file and the memory; the network still computes in what the processor does best.
    openvino.save_model(network, folder / _MODEL_FILE, compress_to_fp16=True)
    backend: Any = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise TypeError(f"{type(model.tokenizer).__name__} is no tokenizer of the tokenizers library")
    backend.save(str(folder / _TOKENIZER_FILE), pretty=False)
    text = json.dumps(asdict(description), ensure_ascii=False, indent=2)
    (folder / _DESCRIPTION_FILE).write_text(text + "\n", encoding="utf-8")


def _describe(model: SentenceTransformer, name: str) -> Description:
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise TypeError("the model names no dimension")
    limit = model.max_seq_length
    query_prompt, passage_prompt = own_prompts(model)
    return Description(
        name=name,
        dimension=dimension,
        query_prompt=query_prompt,
        passage_prompt=passage_prompt,
        max_length=min(limit or _LENGTH_LIMIT, _LENGTH_LIMIT),
        pad_id=int(model.tokenizer.pad_token_id or 0),
    )


def _trace(model: SentenceTransformer, description: Description) -> Any:
    """Return the model as a torch program from ids and mask, both (batch, length), to vectors (batch, dimension)."""
    import torch

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.steps = torch.nn.ModuleList(model)

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
            for step in self.steps:
                features = step(features)
            vectors = features["sentence_embedding"][:, : description.dimension]
            return torch.nn.functional.normalize(vectors, p=2, dim=1)

    mask = torch.ones(3, 7, dtype=torch.int64)
    mask[1, 4:] = 0
    ids = torch.full_like(mask, description.pad_id)
    dynamic = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length", min=2, max=description.max_length)}
    with torch.no_grad():
        shapes = {"input_ids": dynamic, "attention_mask": dynamic}
        return torch.export.export(Network().eval(), (ids, mask), dynamic_shapes=shapes)

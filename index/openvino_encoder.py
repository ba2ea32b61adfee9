"""The fast way to run an embedding model on a CPU: on OpenVINO, from what `index.openvino_export` wrote.

That takes numpy, tokenizers and openvino only, which start ten times faster than torch. The network is compiled in two
ways (see "Performance Hints" in OpenVINO's guide): one request on all cores for the shortest answer to a question, and
several requests side by side for many passages.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Progress, Report, ignore_progress

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL_FILE, TOKENIZER_FILE, DESCRIPTION_FILE = "model.xml", "tokenizer.json", "encoder.json"
QUANTISED_GROUP = 64
"""How many values share a scale, in 8-bit weights and in the 8-bit activations made on the way.

Bfloat16 took 20 % longer than groups of 64, and float32, which older processors need, twice as long. Groups of 128 were
a little faster still, but fell below a cosine of 0.999 on odd texts.
"""
_BATCH_TOKENS = 2048  # with padding; larger batches were no faster and hold more memory
_BATCH_TEXTS = 32
_BLOCK_TEXTS = 4096  # tokenised and sorted at a time, which bounds memory whatever the number of texts
FEW_TEXTS = 32  # up to here the network compiled for short answers does it, so that the other need not be compiled
_CHARACTERS_PER_TOKEN = 100  # far more than tokens have; what lies beyond cannot reach the model

Tokens = NDArray[np.int64]


def import_openvino() -> Any:
    """Return the openvino module, its telemetry switched off: importing it would report to an outside host.

    OpenVINO falls back to a stub of its own where the package `openvino_telemetry` cannot be imported.
    """
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # what the import system takes for "absent"
    import openvino

    return openvino


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
        openvino = import_openvino()
        described = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
        self.description = Description(**described)
        self.name = self.description.name
        self.dimension = self.description.dimension
        self._model_file = folder / MODEL_FILE
        self._core = openvino.Core()
        # Compiling the network and reading the tokenizer take half a second each: side by side.
        with ThreadPoolExecutor(1) as executor:
            compiled = executor.submit(self._compile, "LATENCY")
            self._tokenizer = _read_tokenizer(folder / TOKENIZER_FILE, self.description.max_length)
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

    def release(self) -> None:
        """Let go of the network compiled for many texts and its requests; it is compiled again when it is needed."""
        with self._queue_lock:
            self._queue = None

    def _encode(self, texts: Sequence[str], prompt: str, report: Report) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        run = self._run_in_turn if len(texts) <= FEW_TEXTS else self._run_side_by_side
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
        if self._queue is None:
            self._queue = import_openvino().AsyncInferQueue(self._compile("THROUGHPUT"))
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
        # The group size says nothing to networks whose weights are not quantised.
        options = {"PERFORMANCE_HINT": hint, "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(QUANTISED_GROUP)}
        return self._core.compile_model(self._model_file, "CPU", options)


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

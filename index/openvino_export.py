"""Writes a sentence-transformers model as a network for OpenVINO, for `index.openvino_encoder` to run.

This needs torch and sentence-transformers, is done once for a model, and takes about 20 seconds.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.openvino_encoder import (
    DESCRIPTION_FILE,
    MODEL_FILE,
    QUANTISED_GROUP,
    TOKENIZER_FILE,
    Description,
    import_openvino,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

EXPORT_VERSION = 3
"""Raised whenever the files written here change, so that older exports are made anew."""

_LENGTH_LIMIT = 8192  # tokens, for models that name no limit of their own


def export_model(model: SentenceTransformer, name: str, folder: Path, quantised: bool) -> None:
    """Write the model with its pooling and normalisation for `OpenVinoEncoder` into an existing folder.

    `quantised` makes 8-bit numbers of the large matrices, which is faster and costs a little precision.

    Raises whatever torch, openvino or the model raise where it cannot be exported; whether the export is faithful is
    for the caller to compare.
    """
    openvino = import_openvino()
    description = _describe(model, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch and its exporter warn their own callers of coming changes
        network = openvino.convert_model(_trace(model, description))
    # Half precision halves the file and the memory; the network still computes in what the processor does best.
    if not quantised:
        openvino.save_model(network, folder / MODEL_FILE, compress_to_fp16=True)
    else:
        save_quantised(network, folder)
    backend: Any = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise TypeError(f"{type(model.tokenizer).__name__} is no tokenizer of the tokenizers library")
    backend.save(str(folder / TOKENIZER_FILE), pretty=False)
    text = json.dumps(asdict(description), ensure_ascii=False, indent=2)
    (folder / DESCRIPTION_FILE).write_text(text + "\n", encoding="utf-8")


def save_quantised(network: Any, folder: Path) -> None:
    """Write a network into a folder with its large matrices in 8 bits and the rest in half precision."""
    openvino = import_openvino()
    # In two steps, because OpenVINO no longer halves a network that holds quantised weights.
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as scratch:
        openvino.save_model(network, Path(scratch) / MODEL_FILE, compress_to_fp16=True)
        network = openvino.Core().read_model(Path(scratch) / MODEL_FILE)
        _quantise(network)
        openvino.save_model(network, folder / MODEL_FILE, compress_to_fp16=False)
        del network  # closes the file


def own_prompts(model: SentenceTransformer) -> tuple[str, str]:
    """Return what the model wants in front of questions and in front of passages.

    The names are those that sentence-transformers looks for, but an empty one is passed over: version 6 gives every
    model an empty "document" prompt, which would hide the "passage" prompt of models that have only that.
    """
    passage_prompts = (model.prompts.get(name) for name in ("document", "passage", "corpus"))
    return model.prompts.get("query") or "", next(filter(None, passage_prompts), "")


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


def _quantise(network: Any) -> None:
    """Replace every constant matrix by 8-bit numbers with one scale for each group along its inputs.

    This is the pattern of weight compression that OpenVINO's CPU plugin knows and multiplies in 8 bits.
    """
    openvino = import_openvino()
    from openvino import opset13

    for product in network.get_ordered_ops():
        if product.get_type_name() != "MatMul":
            continue
        weights = product.input_value(1).get_node()
        if weights.get_type_name() == "Convert":  # from half precision
            weights = weights.input_value(0).get_node()
        if weights.get_type_name() != "Constant" or weights.data.ndim != 2:
            continue
        matrix = weights.data if product.get_attributes()["transpose_b"] else weights.data.T
        outputs, inputs = matrix.shape
        if inputs % QUANTISED_GROUP or product.get_attributes()["transpose_a"]:
            continue
        groups = matrix.astype(np.float32).reshape(outputs, -1, QUANTISED_GROUP)
        scales = np.abs(groups).max(axis=2, keepdims=True) / 127
        scales[scales == 0] = 1
        numbers = opset13.constant(np.round(groups / scales).astype(np.int8))
        values = opset13.multiply(opset13.convert(numbers, openvino.Type.f32), opset13.constant(scales))
        flat = opset13.reshape(values, opset13.constant(np.array([outputs, inputs])), special_zero=False)
        faster = opset13.matmul(product.input_value(0), flat, transpose_a=False, transpose_b=True)
        product.output(0).replace(faster.output(0))

"""Texts to vectors: one protocol, two ways to run a sentence-transformers model.

`load_encoder` gives the embedded default model or any other one, through OpenVINO where that is possible and gives the
same vectors as torch, through sentence-transformers otherwise.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Progress, Report, ignore_progress
from index.embedded_model import DEFAULT_MODEL, build_embedded_model
from index.errors import ModelError
from index.folders import build_folder, is_complete
from index.openvino_encoder import FEW_TEXTS, OpenVinoEncoder, well_formed
from index.openvino_export import EXPORT_VERSION, export_model, own_prompts

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Backend = Literal["auto", "openvino", "torch"]

MIN_COSINE = 0.999
"""An export whose vectors for the probes differ more than this from torch's is not used."""

_PROBES = (
    "",
    "员工年假有几天？",
    "How many days of annual leave does an employee have?",
    "《管理辦法》第三條：員工每年享有十五天年假；ＰＰＲ－９０８７型設備除外。😀",
    "公司2023年营业收入为1,234.56万元，同比增长12.3%，主要原因是海外市场的扩大。" * 30,
)
_TORCH_BLOCK = 256  # passages between two reports
_REFUSED_FILE = "refused.json"
_MODEL_FILES = ("modules.json", "config.json")
_WEIGHTS = (".safetensors", ".bin")
_HASHED = (*_WEIGHTS, ".json", ".txt", ".model")
_OTHER_FORMATS = ("onnx", "openvino")
_SAMPLE = 1 << 16  # bytes

_log = logging.getLogger(__name__)


class Encoder(Protocol):
    """Turns texts into unit vectors; safe to use from several threads at once.

    `name` tells models apart whose vectors do not compare (the model's name and a hash of its files), and is the same
    for every `backend` that runs it. `dimension` is the length of a vector.
    """

    @property
    def name(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def backend(self) -> str: ...

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector per question, shape (n, dimension); texts beyond the model's length are cut."""
        ...

    def encode_passages(self, texts: Sequence[str], report: Report = ignore_progress) -> NDArray[np.float32]:
        """Return one unit vector per passage, shape (n, dimension), in the order given."""
        ...

    def release(self) -> None:
        """Let go of the memory that embedding many texts took; more may be embedded afterwards."""
        ...


class SentenceTransformerEncoder:
    """An encoder that runs a sentence-transformers model on torch."""

    backend = "torch"

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        """Wrap a loaded model; raises ModelError where it yields no vectors of a fixed length."""
        dimension = model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"The model {name} yields no vectors of a fixed length: choose another one.")
        self.model = model
        self.name = name
        self.dimension = dimension
        self._query_prompt, self._passage_prompt = own_prompts(model)
        # A tokenizer of the tokenizers library fails when two threads set its padding at the same time.
        self._lock = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector per question, shape (n, dimension)."""
        return self._encode(self.model.encode_query, self._query_prompt, texts, ignore_progress)

    def encode_passages(self, texts: Sequence[str], report: Report = ignore_progress) -> NDArray[np.float32]:
        """Return one unit vector per passage, shape (n, dimension), in the order given."""
        return self._encode(self.model.encode_document, self._passage_prompt, texts, report)

    def _encode(
        self, encode: Callable[..., NDArray[np.float32]], prompt: str, texts: Sequence[str], report: Report
    ) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
        for start in range(0, len(order), _TORCH_BLOCK):
            report(Progress("embedding", start, len(order)))
            block = order[start : start + _TORCH_BLOCK]
            inputs = [well_formed(texts[number]) for number in block]
            with self._lock:
                vectors[block] = encode(inputs, prompt=prompt, normalize_embeddings=True, show_progress_bar=False)
        report(Progress("embedding", len(order), len(order)))
        return vectors

    def release(self) -> None:
        """Keep all: questions need what passages do."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A model to load: what to call it, what sentence-transformers knows it by, and its folder if it is here."""

    label: str
    address: str
    folder: Path | None


def load_encoder(
    model: str | None, models_folder: Path, backend: Backend = "auto", report: Report = ignore_progress
) -> Encoder:
    """Load the default model (None), or the sentence-transformers model of this name or folder, with its own prompts.

    What is built, the default model and the exports for OpenVINO, lies under `models_folder` and is built once, with
    progress told to `report`. "auto" takes OpenVINO where it works and warns in the log where not; "openvino" insists.
    Raises ModelError where there is no such model or it cannot be loaded.
    """
    source = _locate(model, models_folder, report)
    if backend == "torch":
        return _load_torch(source)
    try:
        return _load_openvino(source, models_folder / "openvino")
    except _NotExported as refusal:
        if backend == "openvino":
            raise ModelError(f"{source.label} cannot run on OpenVINO: {refusal}. Set the backend to auto.") from refusal
        _log.warning("%s runs on torch, which is slower, because OpenVINO cannot run it: %s", source.label, refusal)
        return _load_torch(source)


class _NotExported(Exception):
    """The model cannot run on OpenVINO, for the reason given."""


def _locate(model: str | None, models_folder: Path, report: Report) -> _Source:
    """Find the model's folder, building the default one; raises ModelError for a folder that holds no model."""
    if model is None:
        folder = build_embedded_model(models_folder / DEFAULT_MODEL, report)
        return _Source(DEFAULT_MODEL, str(folder), folder)
    folder = Path(model).expanduser()
    if folder.is_dir():
        if not any((folder / file).is_file() for file in _MODEL_FILES):
            raise ModelError(
                f"{folder} holds no sentence-transformers model: it has none of {', '.join(_MODEL_FILES)}."
            )
        return _Source(folder.resolve().name, str(folder), folder)
    if folder.is_absolute() or "\\" in model or model.startswith((".", "~")) or model.count("/") > 1:
        raise ModelError(
            f"The model folder {folder} does not exist: correct WENDANG_EMBEDDING_MODEL or leave it unset."
        )
    return _Source(model, model, None)


def _load_torch(source: _Source, device: str | None = None) -> SentenceTransformerEncoder:
    """Load the model with sentence-transformers; only one that is named and not on this disk asks the network."""
    # Imported here because torch takes seconds, which those who have an export need not wait for.
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        try:
            model = SentenceTransformer(source.address, device=device, local_files_only=True)
        except (OSError, ValueError):
            if source.folder is not None:
                raise
            model = SentenceTransformer(source.address, device=device)
    except Exception as error:  # whatever a foreign model may raise, its owner needs the same words
        raise ModelError(
            f"The embedding model {source.address} cannot be loaded: {_first_line(error)}. "
            "Give WENDANG_EMBEDDING_MODEL the folder of a sentence-transformers model or a name that the model hub "
            "knows, or leave it unset."
        ) from error
    folder = source.folder or _cached_folder(source.address)
    return SentenceTransformerEncoder(model, f"{source.label}@{_fingerprint(folder) if folder else 'unknown'}")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _cached_folder(name: str) -> Path | None:
    """Return where the model hub's client keeps the model of this name, None if it has none."""
    from huggingface_hub import try_to_load_from_cache

    repository = name if "/" in name else f"sentence-transformers/{name}"
    for file in _MODEL_FILES:
        try:
            found = try_to_load_from_cache(repository, file)
        except ValueError:
            return None  # no name that the hub could know
        if isinstance(found, str):
            return Path(found).parent
    return None


def _fingerprint(folder: Path) -> str:
    """Return 12 hexadecimal digits that change with the model's weights, vocabulary, configuration and prompts.

    Of weights only the size and 16 samples count, since training moves all of them and reading all takes seconds.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.suffix not in _HASHED or name.parts[0] in _OTHER_FORMATS or name.parts[0].startswith("."):
            continue
        size = path.stat().st_size
        digest.update(f"{name.as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            if path.suffix not in _WEIGHTS:
                digest.update(file.read())
                continue
            for number in range(16):
                file.seek(max(0, size - _SAMPLE) * number // 15)
                digest.update(file.read(_SAMPLE))
    return digest.hexdigest()[:12]


def _load_openvino(source: _Source, exports: Path) -> OpenVinoEncoder:
    """Load the model's export, making it first if need be; raises _NotExported where that cannot be."""
    try:
        version = metadata.version("openvino")
    except metadata.PackageNotFoundError as error:
        raise _NotExported("the package openvino is not installed") from error
    folder = source.folder or _cached_folder(source.address)
    if folder is None:
        _load_torch(source)  # which brings it to this disk
        folder = _cached_folder(source.address)
        if folder is None:
            raise _NotExported("its files are not where the model hub's client keeps them")
    name = f"{source.label}@{_fingerprint(folder)}"
    target = exports / re.sub(r"[^\w.@-]+", "-", name)
    refused = target / _REFUSED_FILE
    if refused.is_file() and json.loads(refused.read_text(encoding="utf-8"))["openvino"] != version:
        shutil.rmtree(target, ignore_errors=True)  # another version may well succeed
    try:
        if not is_complete(target, EXPORT_VERSION):
            build_folder(target, EXPORT_VERSION, lambda scratch: _export(source, name, version, scratch))
        if refused.is_file():
            raise _NotExported(json.loads(refused.read_text(encoding="utf-8"))["reason"])
        return OpenVinoEncoder(target)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise _NotExported(f"{_first_line(error)} (delete {target} to try again)") from error


def _export(source: _Source, name: str, version: str, folder: Path) -> None:
    """Export the model to the folder and compare it with torch; leave a note of the reason instead if that fails.

    The quantised network is the faster one; models that it does not do justice to get the exact one.
    """
    reference = _load_torch(source, device="cpu")
    cosines = []
    try:
        for quantised in (True, False):
            export_model(reference.model, name, folder, quantised)
            cosines.append(_agreement(reference, OpenVinoEncoder(folder)))
            if cosines[-1] >= MIN_COSINE:
                return
        reason = f"its vectors there differ (cosine {max(cosines):.4f})"
    except Exception as error:  # exporters fail in as many ways as there are models
        reason = f"the export failed ({type(error).__name__}: {_first_line(error)})"
    for path in folder.iterdir():
        path.unlink()
    note = json.dumps({"reason": reason, "openvino": version}, ensure_ascii=False)
    (folder / _REFUSED_FILE).write_text(note, encoding="utf-8")


def _agreement(first: Encoder, second: Encoder) -> float:
    """Return the smallest cosine between two encoders' vectors of the probes, as questions and as passages."""
    # So many passages that they take the way of many, which is compiled differently.
    many = _PROBES * (FEW_TEXTS // len(_PROBES) + 1)
    passages = np.tile(first.encode_passages(_PROBES), (len(many) // len(_PROBES), 1))
    pairs = (
        (first.encode_queries(_PROBES), second.encode_queries(_PROBES)),
        (passages, second.encode_passages(many)),
    )
    return min(float((one * other).sum(axis=1).min()) for one, other in pairs)

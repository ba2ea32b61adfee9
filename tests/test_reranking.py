"""The optional cross-encoder: a real, tiny one, made here, and what it does to the ranking."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.datatypes import Hit, Passage, Ranks
from index.errors import ModelError
from qa.reranking import CrossEncoderReranker, load_reranker, rerank


def hit(row: int, text: str, score: float) -> Hit:
    return Hit(Passage(row, "甲.txt", "甲", 0, len(text), text), score, Ranks(), 0.0, 0.0, 0.0)


class Counting:
    """Scores a passage by how often it says 是."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        self.read += passages
        return np.array([text.count("是") for text in passages], dtype=np.float32)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a CrossEncoder with random weights: a real model of the real library, only small."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("reranker")
    vocabulary = {
        token: at for at, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "食", "堂", "早", "餐", "假"])
    }
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    config = BertConfig.from_dict(
        {
            "vocab_size": len(vocabulary),
            "hidden_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 16,
            "num_labels": 1,
            "max_position_embeddings": 64,
        }
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_no_model_is_no_reranker() -> None:
    assert load_reranker(None) is None
    assert load_reranker("") is None


def test_a_real_cross_encoder_scores_each_passage(tiny_model: Path) -> None:
    reranker = CrossEncoderReranker(str(tiny_model))
    scores = reranker.scores("早餐", ["食堂早餐", "年假", "食堂早餐"])
    assert scores.shape == (3,)
    assert scores.dtype == np.float32
    assert scores[0] == pytest.approx(scores[2], abs=1e-6)
    assert reranker.scores("早餐", []).shape == (0,)


def test_a_folder_without_a_model_is_a_model_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^The reranker .* cannot be loaded: .*WENDANG_RERANKER_MODEL"):
        CrossEncoderReranker(str(tmp_path))


def test_the_cross_encoder_outweighs_the_search_but_does_not_silence_it() -> None:
    hits = [hit(0, "不。", 3.0), hit(1, "是是是。", 1.0), hit(2, "是。", 0.5), hit(3, "是。", 0.4)]
    reranker = Counting()
    ranked = rerank("问", hits, reranker)
    # The first by search has what the cross-encoder likes least, and still keeps its place before the weaker ones.
    assert [one.passage.id for one in ranked] == [1, 0, 2, 3]
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    assert reranker.read[0] == "甲\n不。"
    # Read alike, they stay as they were found.
    assert [one.passage.id for one in rerank("问", hits[2:], reranker)] == [2, 3]


def test_nothing_to_rank_is_left_alone() -> None:
    assert rerank("问", [], Counting()) == ()
    one = hit(0, "是。", 1.0)
    assert rerank("问", [one], Counting()) == (one,)

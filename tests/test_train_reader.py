"""Training the reader: its losses, the loop on a tiny network, what is kept of the change, and the script."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from index.errors import QuestionError
from index.openvino_reader import Excerpt, OpenVinoReader, apply_change, export_reader
from qa.settings import Settings
from scripts import train_reader
from scripts.reader_batches import NOWHERE, Batch, collate, make_batches
from scripts.reader_examples import ANSWERS, WRONG, Lesson, Pair
from scripts.train_reader import LOSS_WEIGHTS, Network, Read, losses, pack_change, pool, read_batch, scheduled, train
from tests.fakes import FakeEncoder
from tests.test_reader_batches import character_tokenizer
from tests.test_reader_examples import excerpt, write_set

FACTS = excerpt("出产茶叶。", "人口是三万人。", "居民住在河边老街上。", labels=(WRONG, ANSWERS, WRONG))
OTHERS = excerpt("公路于1963年通车。", "街上有居民走过。" * 3, "出产莲藕。")
LESSONS = [Lesson("甲", f"{town}的人口是多少？", ("三万人",), (FACTS, OTHERS)) for town in ("清水镇", "白石镇")]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return character_tokenizer()


# Losses


def some_batch(**changed: torch.Tensor) -> Batch:
    """Two lessons of two pairs each, the first of each right; four tokens and two sentences a pair."""
    shape = torch.zeros(4, 4, dtype=torch.long)
    owners, labels = torch.tensor([[-1, 0, 0, 1]] * 4), torch.tensor([[1, 0], [0, -1], [0, 1], [-1, 0]])
    lessons, relevant = torch.tensor([0, 0, 1, 1]), torch.tensor([1.0, 0.0, 1.0, 0.0])
    starts, ends = torch.tensor([1, 0, NOWHERE, 0]), torch.tensor([2, 0, NOWHERE, 0])
    batch = Batch(shape, shape + 1, owners, labels, lessons, relevant, starts, ends)
    return batch._replace(**changed)


def some_read() -> Read:
    torch.manual_seed(1)
    return Read(torch.randn(4), torch.randn(4, 2), torch.randn(4, 4, 2))


def test_the_losses_are_what_they_say() -> None:
    read, batch = some_read(), some_batch()

    def cross(logit: float, right: bool) -> float:
        return math.log1p(math.exp(-logit if right else logit))

    relevance = read.relevance.tolist()
    weighted = [2 * cross(relevance[0], True), cross(relevance[1], False), 2 * cross(relevance[2], True)]
    expected = [(sum(weighted) + cross(relevance[3], False)) / 4]
    expected.append((cross(relevance[0] - relevance[1], True) + cross(relevance[2] - relevance[3], True)) / 2)
    logits = read.sentences.tolist()
    known = [3 * cross(logits[0][0], True), cross(logits[0][1], False), cross(logits[1][0], False)]
    known += [cross(logits[2][0], False), 3 * cross(logits[2][1], True), cross(logits[3][1], False)]
    expected.append(sum(known) / 6)
    likely = read.spans.log_softmax(1)  # of the answer's begin, then of its end
    begins = [likely[0, 1, 0], likely[1, 0, 0], likely[3, 0, 0]]
    ends = [likely[0, 2, 1], likely[1, 0, 1], likely[3, 0, 1]]
    expected.append(-sum(map(float, [*begins, *ends])) / 3)
    assert losses(read, batch).tolist() == pytest.approx(expected, rel=1e-4)


def test_what_nobody_knows_costs_nothing() -> None:
    read = some_read()
    batch = some_batch(labels=torch.full((4, 2), -1), starts=torch.full((4,), NOWHERE), ends=torch.full((4,), NOWHERE))
    assert losses(read, batch)[2:].tolist() == [0.0, 0.0]


def test_pooling_takes_means_of_the_text_alone() -> None:
    tokens = torch.arange(24.0).reshape(1, 6, 4)
    relevance, sentences = pool(tokens, torch.tensor([0.5]), torch.tensor([[-1, 0, 0, -1, 1, -1]]), 3)
    assert relevance.tolist() == pytest.approx([0.5 + (7 + 11 + 19) / 3])
    assert sentences.tolist() == [[6.0, 16.0, 0.0]]


# The network and the loop


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    return Network(BertModel(tiny(), add_pooling_layer=False))


def tiny() -> BertConfig:
    return BertConfig(
        vocab_size=100, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, pad_token_id=1
    )


def test_a_batch_read_in_chunks_is_read_as_each_row_alone(network: Network, tokenizer: Tokenizer) -> None:
    batch = next(make_batches(LESSONS, tokenizer, "cpu"))
    lengths = batch.mask.sum(1).tolist()
    assert len(set(lengths)) > 3
    network.eval()
    read = read_batch(network, batch, lengths)
    with torch.no_grad():
        for row in Random(0).sample(range(len(lengths)), 5):
            length = lengths[row]
            one = Batch(*[part[row : row + 1, :length] if part.ndim > 1 else part[row : row + 1] for part in batch])
            alone = read_batch(network, one, [length])
            torch.testing.assert_close(read.relevance[row], alone.relevance[0])
            torch.testing.assert_close(read.sentences[row], alone.sentences[0])
            inside = batch.sentences[row] >= 0
            torch.testing.assert_close(read.spans[row][inside], network(one.ids, one.mask)[0][0, inside[:length], 1:3])
            assert read.spans[row, 0].tolist() == [0.0, 0.0]
            assert read.spans[row, 1:][~inside[1:]].eq(-1e4).all()


def ticks(steps: int) -> Iterator[float]:
    """A clock that says so many steps are a second: asked once before the first and once before each."""
    return (max(0, number - 1) / steps for number in count())


def test_the_network_learns_which_pair_is_right(network: Network, tokenizer: Tokenizer) -> None:
    people, crop = excerpt("人口三万人。", "路老。", labels=(ANSWERS, WRONG)), excerpt("出产茶叶。", labels=(ANSWERS,))
    groups = [
        [Pair("人口多少", people, ("三万人",)), Pair("人口多少", replace(crop, labels=(WRONG,)))],
        [Pair("出产", crop, ("茶叶",)), Pair("出产", replace(people, labels=(WRONG, WRONG)))],
    ]
    batch = collate(groups, tokenizer)
    lengths = batch.mask.sum(1).tolist()

    def loss() -> float:
        network.eval()
        with torch.no_grad():
            return float(losses(read_batch(network, batch, lengths), batch) @ torch.tensor(LOSS_WEIGHTS))

    before, weights = loss(), network.weights()
    embeddings = network.body.embeddings.word_embeddings.weight.clone()
    clock = ticks(150)
    pairs = train(network, iter(lambda: batch, None), 1.0, 1e-2, lambda: next(clock))
    assert pairs == 150 * len(lengths)
    assert loss() < 0.3 * before
    assert torch.equal(network.body.embeddings.word_embeddings.weight, embeddings)
    changed = {name for name, one in network.weights().items() if not torch.equal(one, weights[name])}
    assert {name.split(".")[0] for name in changed} == {"encoder", "out", "cls"}


def test_training_ends_at_the_average_of_its_steps(
    network: Network, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = make_batches(LESSONS, tokenizer, "cpu")
    before = network.out.weight.detach().clone()
    stepped: list[torch.Tensor] = []
    step = torch.optim.AdamW.step

    def recorded(self: torch.optim.AdamW) -> None:
        step(self)
        stepped.append(network.out.weight.detach().clone())

    monkeypatch.setattr(torch.optim.AdamW, "step", recorded)
    monkeypatch.setattr(train_reader, "HEAD_RATE", 10.0)  # the first steps are a hundredth
    clock = ticks(2)
    train(network, batches, 1.0, 1e-3, lambda: next(clock))
    assert len(stepped) == 2
    expected = 3 / 12 * (2 / 11 * before + 9 / 11 * stepped[0]) + 9 / 12 * stepped[1]
    torch.testing.assert_close(network.out.weight.detach(), expected)


def test_the_rate_warms_up_and_falls_by_a_cosine() -> None:
    assert scheduled(0, 0.0) == pytest.approx(0.01)
    assert scheduled(49, 0.0) == pytest.approx(0.5)
    assert scheduled(500, 0.5) == pytest.approx(0.5)
    assert scheduled(500, 0.75) == pytest.approx(0.5 - math.sqrt(2) / 4)
    assert scheduled(500, 1.0) == 0.02


# The change


def test_the_change_is_kept_in_low_rank_and_eight_bits() -> None:
    torch.manual_seed(2)
    old = {"encoder.a.weight": torch.randn(24, 12), "encoder.a.bias": torch.randn(24), "encoder.same": torch.eye(5)}
    change = torch.randn(24, 2) @ torch.randn(2, 12)
    new = old | {"encoder.a.weight": old["encoder.a.weight"] + change, "encoder.a.bias": torch.randn(24)}
    new |= {"out.weight": torch.randn(4, 12)}
    packed = pack_change(old, new, rank=3)
    assert {name: (one.shape, str(one.dtype)) for name, one in packed.items()} == {
        "encoder.a.weight.outer": ((24, 3), "int8"),
        "encoder.a.weight.scale": ((3,), "float32"),
        "encoder.a.weight.inner": ((3, 12), "int8"),
        "encoder.a.bias": ((24,), "float32"),
        "out.weight": ((4, 12), "float32"),
    }
    assert np.abs(packed["encoder.a.weight.outer"]).max(0).tolist() == [127] * 3
    assert np.abs(packed["encoder.a.weight.inner"]).max(1).tolist() == [127] * 3
    rebuilt = apply_change({name: one.numpy() for name, one in old.items()}, packed)
    for name in ("encoder.a.bias", "out.weight"):
        assert rebuilt[name].tolist() == new[name].tolist()
    error = np.linalg.norm(rebuilt["encoder.a.weight"] - new["encoder.a.weight"].numpy())
    assert error < 0.01 * float(change.norm())


def test_of_a_change_of_higher_rank_the_largest_directions_are_kept() -> None:
    torch.manual_seed(3)
    old, new = torch.randn(30, 20), torch.randn(30, 20)
    rebuilt = apply_change({"w": old.numpy()}, pack_change({"w": old}, {"w": new}, rank=8))["w"]
    values = torch.linalg.svdvals(new - old)
    error = float(np.linalg.norm(rebuilt - new.numpy()))
    assert error == pytest.approx(float(values[8:].norm()), rel=0.01)


# The export


@pytest.fixture
def model(tmp_path: Path, tokenizer: Tokenizer) -> Path:
    """A folder as the embedded model's, with a tiny network that has a pooler as well."""
    torch.manual_seed(0)
    BertModel(tiny()).save_pretrained(tmp_path / "model")
    tokenizer.save(str(tmp_path / "model" / "tokenizer.json"))
    return tmp_path / "model"


def test_what_is_served_is_what_was_trained(model: Path, tokenizer: Tokenizer, tmp_path: Path) -> None:
    network = train_reader.load_reader(model)
    with torch.no_grad():
        for one in (*network.body.encoder.parameters(), *network.out.parameters(), *network.cls.parameters()):
            one.add_(0.3 * torch.randn_like(one))  # so that every part of it is seen
    learnt = {name: one.numpy() for name, one in network.weights().items() if not name.startswith("embeddings.")}
    save_file(learnt, tmp_path / "reader.safetensors")
    (tmp_path / "network").mkdir()
    export_reader(model, tmp_path / "reader.safetensors", tmp_path / "network")
    reader = OpenVinoReader(tmp_path / "network", model)

    long = excerpt("街上有居民走过。" * 40, context="清水镇")  # beyond the network's length
    excerpts = OTHERS, FACTS, excerpt("老。", "公路。"), long
    pairs = [Pair("清水镇的人口是多少？", one) for one in excerpts]
    verdicts = reader.read(pairs[0].question, [Excerpt(one.context, one.text, one.spans) for one in excerpts])
    network.eval()
    for pair, verdict in zip(pairs, verdicts, strict=True):
        batch = collate([[pair]], tokenizer)
        with torch.no_grad():
            read = read_batch(network, batch, [batch.ids.shape[1]])
        assert verdict.relevance == pytest.approx(float(read.relevance), abs=0.1)
        assert verdict.sentences.tolist() == pytest.approx(read.sentences[0].tolist(), abs=0.1)


def test_a_change_of_what_the_model_lacks_is_refused(model: Path, tmp_path: Path) -> None:
    save_file({"encoder.layer.7.output.dense.bias": np.zeros(16, np.float32)}, tmp_path / "reader.safetensors")
    with pytest.raises(ValueError, match="changes encoder.layer.7.output.dense.bias, which the model lacks"):
        export_reader(model, tmp_path / "reader.safetensors", tmp_path)


# The script


@pytest.fixture
def no_models(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_reader, "load_encoder", lambda *_: FakeEncoder())
    monkeypatch.setattr(train_reader, "build_embedded_model", lambda *_: model)
    monkeypatch.setattr(train_reader, "read_settings", lambda: Settings(data=tmp_path / "data"))


def test_the_script_writes_what_changed_and_what_made_it(
    no_models: None, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_reader, "LEARNING_RATES", (1e-2,))  # so that even one step is seen
    source, output = write_set(tmp_path / "sets" / "towns"), tmp_path / "reader.safetensors"
    assert train_reader.main([str(source), "--minutes", "0.01", "--output", str(output)]) == 0
    with safe_open(output, "np") as file:
        made_by = file.metadata()
    assert int(made_by.pop("pairs")) > 0
    assert made_by == {"script": "scripts/train_reader.py", "sources": "towns", "rank": "48", "minutes": "0.01"}
    change = load_file(output)
    state = BertModel.from_pretrained(model, add_pooling_layer=False).state_dict()
    rebuilt = apply_change({name: one.numpy() for name, one in state.items()}, change)
    layers = {name for name in state if name.startswith("encoder.")}
    # What is added to every key alike changes no attention, so its bias may stay.
    learnt = {name for name in layers if "key.bias" not in name}
    assert learnt <= set(rebuilt) - {"out.weight", "out.bias", "cls.weight", "cls.bias"} <= layers
    assert rebuilt["out.weight"].shape == (4, 16) and rebuilt["cls.bias"].shape == (1,)
    for name in learnt:
        assert rebuilt[name].shape == state[name].shape
        assert 0 < np.abs(rebuilt[name] - state[name].numpy()).max() < 1, name


def test_each_cycle_has_its_share_of_the_time_and_its_rate(
    no_models: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[tuple[float, float]] = []

    def fake_train(_: Network, batches: Iterator[Batch], seconds: float, rate: float) -> int:
        trained.append((seconds, rate))
        return len(next(batches).relevant)

    monkeypatch.setattr(train_reader, "train", fake_train)
    arguments = [str(write_set(tmp_path / "sets" / "towns")), "--output", str(tmp_path / "reader.safetensors")]
    assert train_reader.main([*arguments, "--minutes", "3", "--cycles", "3"]) == 0
    assert trained == [(60, 6e-5), (60, 8e-5), (60, 8e-5)]


def test_sources_that_teach_nothing_are_refused(no_models: None, tmp_path: Path) -> None:
    source = write_set(tmp_path / "sets" / "towns")
    (source / "questions.jsonl").write_text('{"id": "1", "question": "谁登上了月球？", "answerable": false}', "utf-8")
    with pytest.raises(QuestionError, match="give sources with answers and quotes"):
        train_reader.main([str(source), "--minutes", "1"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "SOURCE"),
        (["towns"], "--minutes"),
        (["towns", "--minutes", "0"], "must be above 0"),
        (["towns", "--minutes", "1", "--cycles", "0"], "must be above 0"),
        (["towns", "--minutes", "1", "--output", "nowhere/reader.safetensors"], "there is no folder nowhere"),
    ],
)
def test_a_wrong_command_line_is_refused_at_once(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        train_reader.main(arguments)
    assert said in capsys.readouterr().err

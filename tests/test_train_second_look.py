from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from qa import second_look
from qa.settings import Settings
from scripts import train_second_look, train_weights
from tests.fakes import FakeEncoder, FakeReader
from tests.test_train_weights import write_set


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: FakeReader | None) -> tuple[int, list[Path]]:
    sources = [write_set(tmp_path / "sets" / name) for name in ("towns", "others")]
    monkeypatch.setattr(train_weights, "WEIGHTS", tmp_path)
    monkeypatch.setattr(train_second_look, "load_models", lambda *_: (FakeEncoder(), reader))
    monkeypatch.setattr(train_second_look, "read_settings", lambda: Settings(data=tmp_path / "data"))
    return train_second_look.main([str(source) for source in sources]), sources


def test_the_script_writes_weights_with_what_made_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = FakeReader(lambda text: float(len(text) % 7) - 3)
    code, _ = run(tmp_path, monkeypatch, reader)
    assert code == 0
    looks = json.loads((tmp_path / "second_look_weights.json").read_text("utf-8"))
    assert list(looks["sentence"]) == list(second_look.SENTENCE_SIGNS)
    assert list(looks["confidence"]) == list(second_look.CONFIDENCE_SIGNS)
    assert set(looks["questions"]) == {"towns", "others"}
    assert len(reader.asked) == sum(looks["questions"].values()) > 0
    assert looks["made_by"] == {"script": "scripts/train_second_look.py", "sources": ["towns", "others"]}
    assert all(looks["confidence"][name] >= 0 for name in ("first", "relevance", "sentence"))


def test_without_a_reader_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = run(tmp_path, monkeypatch, None)
    assert code == 1
    assert "error: no reader" in capsys.readouterr().err
    assert not (tmp_path / "second_look_weights.json").exists()


def test_no_more_looks_are_taken_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = FakeReader(lambda text: float(len(text) % 7) - 3)
    monkeypatch.setattr(train_second_look, "MOST_LOOKS", 20)
    run(tmp_path, monkeypatch, reader)
    assert 0 < len(reader.asked) <= 40


def test_what_the_reader_was_trained_on_is_known() -> None:
    known = train_second_look.read_by_reader()
    assert {"cmrc2018_dev", "drcd_dev_even_articles"} <= known
    assert not known & {"drcd-dev", "cmrc-trial", "jinshan", "sample_questions"}


def test_a_question_weighs_what_it_weighed_at_first() -> None:
    signs = np.zeros((3, 2))
    first = train_weights.Rows(
        signs, np.array([True, False, False]), np.array([4.0, 1.0, 0.7]), ("plain", "plain", "withheld document")
    )
    assert train_second_look.weight_per_side(first) == {True: 4.0, False: 1.0}
    none = train_weights.Rows(signs[:1], np.array([True]), np.array([2.0]), ("plain",))
    assert train_second_look.weight_per_side(none) == {True: 2.0, False: 1.0}

"""The whole way against a real model server on loopback, with a model that makes up more than it answers."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.embedding import Encoder
from index.errors import LanguageModelError
from qa.assistant import Assistant
from qa.author import Author
from qa.datatypes import Answer
from qa.gate.check import check_answer
from qa.language_model import Endpoint, LanguageModel
from qa.measures import normalise
from qa.settings import Settings
from tests.real_model import CONTEXT, IS_INSTALLED, NAME, real_model
from tests.test_assistant import CANTEEN, HANDBOOK, write_documents

pytestmark = pytest.mark.skipif(not IS_INSTALLED, reason="xllamacpp and its model are not installed; make test does")
PATIENT = 900.0  # seconds; a busy machine is no fault of the program
QUESTIONS = ("食堂的午餐多少钱？", "加班须由谁批准？")
DOCUMENTS = {"人事/手册.md": HANDBOOK, "食堂.txt": CANTEEN}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with real_model() as url:
        yield url


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("real")
    write_documents(folder / "documents", DOCUMENTS)
    assistant = Assistant(Settings(documents=folder / "documents", data=folder / "data"), default_encoder)
    assistant.sync()
    return assistant


Opened = Callable[..., LanguageModel]


@pytest.fixture
def opened(address: str) -> Iterator[Opened]:
    """Make clients of the running model, and close them afterwards."""
    models: list[LanguageModel] = []

    def open_model(**limits: Any) -> LanguageModel:
        endpoint = Endpoint(address, NAME, first_word=PATIENT, total=PATIENT, context=CONTEXT, most_tokens=40)
        models.append(LanguageModel(replace(endpoint, **limits)))
        return models[-1]

    yield open_model
    for model in models:
        model.close()


class Overheard:
    """A model whose words are kept, to see what the check made of them."""

    def __init__(self, model: LanguageModel) -> None:
        self.endpoint, self._model = model.endpoint, model
        self.said: list[str] = []

    def look_for_key(self, text: str) -> None:
        self._model.look_for_key(text)

    def stream(self, *given: Any, **named: Any) -> Iterator[str]:
        self.said.append("")
        for piece in self._model.stream(*given, **named):
            self.said[-1] += piece
            yield piece


def tokens_written(address: str) -> int:
    """Return how many tokens the server has written since it began."""
    with urllib.request.urlopen(address.removesuffix("/v1") + "/metrics", timeout=60) as response:
        lines = response.read().decode().splitlines()
    return int(float(next(line.split()[1] for line in lines if line.startswith("llamacpp:tokens_predicted_total"))))


def test_it_streams(opened: Opened) -> None:
    pieces = list(opened().stream([{"role": "user", "content": "写一句话介绍食堂。"}], most_tokens=24))
    assert len(pieces) > 2 and "".join(pieces).strip()


def test_stopping_frees_the_model_at_once(opened: Opened, address: str) -> None:
    model, before = opened(most_tokens=3_000), tokens_written(address)
    counting = [{"role": "user", "content": "从一数到一千，每行一个数字：\n1\n2\n3\n4\n5\n6\n7\n8\n"}]
    answer = model.stream(counting)
    next(answer)
    answer.close()
    # There is one place only, so that this one waits for the end of the first.
    assert opened().complete([{"role": "user", "content": "你好"}], 8)
    assert tokens_written(address) - before < 300


def test_a_model_that_is_still_reading_stops_as_well(opened: Opened, address: str) -> None:
    hasty, before = opened(total=0.2, most_tokens=2_000), tokens_written(address)
    for text in (CANTEEN * 20, HANDBOOK):
        with pytest.raises(LanguageModelError, match=r"not done after 0\.2 seconds"):
            list(hasty.stream([{"role": "user", "content": text}]))
    assert opened().complete([{"role": "user", "content": "你好"}], 8)
    assert tokens_written(address) - before < 300


def test_a_model_that_takes_too_long_is_given_up(opened: Opened, library: Assistant) -> None:
    hasty = opened(total=0.2, most_tokens=2_000)
    with pytest.raises(LanguageModelError, match=r"not done after 0\.2 seconds"):
        list(hasty.stream([{"role": "user", "content": CANTEEN * 20}]))
    library.author = Author(hasty, library.encoder.encode_passages)
    answer = library.ask(QUESTIONS[0])
    assert answer.mode == "extractive" and answer.citations
    assert answer.written is not None and answer.written.failure == "slow" and "没有按时" in answer.notice


def holds(answer: Answer, library: Assistant) -> None:
    """Hold an answer against the documents: every citation is there word for word, and nothing else is cited."""
    for citation in answer.citations:
        document = library.document(citation.document)
        assert document is not None and document.text[citation.start : citation.end] == citation.quote
        assert citation.verified and f"[{citation.number}]" in answer.text
    for sentence in answer.unsupported:
        assert f"{sentence}（未找到依据）" in answer.text or f"{sentence} (not found" in answer.text


def test_what_it_makes_up_has_no_citation(opened: Opened, library: Assistant) -> None:
    model = Overheard(opened())
    library.author = Author(model, library.encoder.encode_passages)  # type: ignore[arg-type]
    answers = [library.ask(question) for question in QUESTIONS]
    assert all(model.said) and len(model.said) == len(QUESTIONS)
    for answer in answers:
        holds(answer, library)
        written = answer.written
        assert written is not None and written.first_word_ms is not None
        assert answer.mode == "llm" or written.failure == "unsupported" or not answer.answered


def test_lies_beside_its_words_are_dropped(opened: Opened, library: Assistant) -> None:
    """Whatever the model says: a price and a person that no document holds, put among its words, get no citation."""
    model = Overheard(opened())
    library.author = Author(model, library.encoder.encode_passages)  # type: ignore[arg-type]
    hits = library.ask(QUESTIONS[0]).hits
    said = f"{model.said[0]}\n午餐的价格是四十八元[1]。\n加班由董事长赵德海批准[1]。"
    checked = check_answer(said, [hit.passage for hit in hits], library.encoder.encode_passages, QUESTIONS[0])
    told = {normalise(sentence) for sentence in checked.unsupported}
    assert {"午餐的价格是四十八元。", "加班由董事长赵德海批准。"} <= told

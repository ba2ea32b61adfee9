"""What is wished of an answer is what it is like."""

from __future__ import annotations

import pytest

from qa.assistant import Assistant
from qa.datatypes import Answer
from qa.settings import Settings
from qa.wishes import Wishes
from tests.fakes import FakeEncoder

QUESTION = "食堂的早餐多少钱？"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("wishes")
    settings = Settings(documents=folder / "documents", data=folder / "data")
    settings.documents.mkdir()
    for number in range(9):
        text = f"第{number}食堂的早餐是{number + 3}元。\n\n第{number}食堂的晚餐是{number + 9}元。"
        (settings.documents / f"食堂{number}.txt").write_text(text, encoding="utf-8")
    assistant = Assistant(settings, FakeEncoder())
    assistant.sync()
    return assistant


def ask(library: Assistant, wishes: Wishes) -> Answer:
    *_, answer = library.follow(QUESTION, wishes=wishes)
    return answer


def test_how_sure_it_must_be_decides_whether_there_is_an_answer(library: Assistant) -> None:
    assert not ask(library, Wishes(least_confidence=1.0)).answered
    lenient = ask(library, Wishes(least_confidence=0.0))
    assert lenient.answered and lenient.citations


def test_so_many_passages_are_left_and_those_that_are_cited(library: Assistant) -> None:
    every = ask(library, Wishes(least_confidence=0.0))
    few = ask(library, Wishes(least_confidence=0.0, passages=2))
    assert len(every.hits) > 4
    assert few.citations == every.citations and few.text == every.text
    assert few.hits[:2] == every.hits[:2]
    cited = {one.document for one in few.citations}
    assert all(hit.passage.document in cited for hit in few.hits[2:])
    assert cited <= {hit.passage.document for hit in few.hits}
    assert len(few.hits) <= 2 + len(few.citations)

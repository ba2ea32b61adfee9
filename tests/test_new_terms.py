"""Words that no dictionary has, in documents that differ by little else, are found by the questions for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from index.embedding import Encoder
from index.lexical import is_dictionary_word
from qa.assistant import Assistant
from qa.questions import read_questions
from qa.settings import Settings
from scripts.new_terms import make_entries, write_set
from tests.fakes import FakeEncoder

FIRST = 5


def misses(folder: Path, data: Path, encoder: Encoder) -> list[str]:
    """Return the questions whose document is not among the first five passages."""
    assistant = Assistant(Settings(documents=folder / "documents", data=data), encoder)
    assistant.sync()
    return [
        question.text
        for question in read_questions(folder / "questions.jsonl")
        if question.evidence[0].document not in [hit.passage.document for hit in assistant.search(question.text, FIRST)]
    ]


def test_the_same_seed_gives_the_same_set_of_at_least_100_new_terms() -> None:
    entries = list(make_entries())
    assert entries == list(make_entries())
    assert entries != list(make_entries(seed=8))
    asked = [entry.term for entry, is_asked in entries if is_asked]
    assert len(asked) == len(set(asked)) == 120
    assert not any(is_dictionary_word(term) for term in asked)


def test_98_of_100_are_found_in_the_first_5(tmp_path: Path, default_encoder: Encoder) -> None:
    count = write_set(tmp_path)
    assert count >= 100
    assert len(misses(tmp_path, tmp_path / "data", default_encoder)) <= 0.02 * count


def test_words_alone_put_them_first(tmp_path: Path) -> None:
    write_set(tmp_path)
    assistant = Assistant(Settings(documents=tmp_path / "documents", data=tmp_path / "data"), FakeEncoder())
    assistant.sync()
    index = assistant.generation.index
    for question in read_questions(tmp_path / "questions.jsonl"):
        best = index.passages[int(np.argmax(index.lexical.scores(question.text)))]
        assert best.document == question.evidence[0].document, question.text

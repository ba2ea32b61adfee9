from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.datatypes import Document, Progress
from qa.assistant import Assistant
from qa.baselines import BM25, DENSE, WINDOWS, Baseline, cut_windows, run_baselines
from qa.retrieval import LISTED_HITS
from tests.fakes import FakeEncoder
from tests.test_assistant import CANTEEN, HANDBOOK, open_library

QUESTIONS = ("加班须由谁批准？", "食堂早餐的价格是多少？", "zebra")
LONG = "".join(f"第{number}条，编号为{number * 7919}的条款。" for number in range(120)) + "\n"


def document(text: str) -> Document:
    return Document("甲.txt", "甲", text, (), (), "", False)


def run(library: Assistant, folder: Path, encoder: FakeEncoder | None = None) -> dict[str, Baseline]:
    runs = run_baselines(library.generation, QUESTIONS, encoder or FakeEncoder(), folder)
    return {baseline.name: baseline for baseline in runs}


def test_windows_have_500_characters_and_share_50_with_the_next() -> None:
    text = "".join(chr(0x4E00 + number) for number in range(1_200))
    windows = cut_windows(document(text))
    assert [(window.start, window.end) for window in windows] == [(0, 500), (450, 950), (900, 1_200)]
    assert all(window.text == text[window.start : window.end] for window in windows)
    assert {window.document for window in windows} == {"甲.txt"}


def test_no_window_only_repeats_the_end_of_the_one_before() -> None:
    spans = {length: [(w.start, w.end) for w in cut_windows(document("字" * length))] for length in (3, 500, 501, 950)}
    assert spans == {3: [(0, 3)], 500: [(0, 500)], 501: [(0, 500), (450, 501)], 950: [(0, 500), (450, 950)]}


def test_dense_only_ranks_our_passages_by_the_cosine_of_the_passage(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"手册.md": HANDBOOK, "食堂.txt": CANTEEN, "条款.txt": LONG})
    index = library.generation.index
    found = run(library, tmp_path / "windows")[DENSE]
    for question, hits in zip(QUESTIONS, found.hits, strict=True):
        vector = FakeEncoder().encode_queries([question])[0]
        cosines = index.passage_vectors.cosines(vector, np.arange(len(index.passages)))
        assert [hit.passage.id for hit in hits] == np.argsort(-cosines)[:LISTED_HITS].tolist()
        assert hits[0].score == pytest.approx(float(cosines.max()), abs=1e-6)


def test_bm25_only_ranks_our_passages_by_words_and_finds_nothing_without_them(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"手册.md": HANDBOOK, "食堂.txt": CANTEEN, "条款.txt": LONG})
    index = library.generation.index
    found = run(library, tmp_path / "windows")[BM25]
    for question, hits in zip(QUESTIONS, found.hits, strict=True):
        scores = index.lexical.scores(question)
        assert [hit.score for hit in hits] == sorted((s for s in scores.tolist() if s > 0), reverse=True)[:LISTED_HITS]
        assert all(float(scores[hit.passage.id]) == hit.score for hit in hits)
    assert found.hits[2] == ()
    assert "加班须由部门经理批准" in found.hits[0][0].passage.text


def test_windows_are_ranked_by_cosine_without_titles(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"手册.md": HANDBOOK, "条款.txt": LONG})
    encoder = FakeEncoder()
    found = run(library, tmp_path / "windows", encoder)[WINDOWS]
    windows = [window for one in library.generation.documents.values() for window in cut_windows(one)]
    assert len(windows) > 4
    assert sorted(encoder.embedded) == sorted(window.text for window in windows)
    vectors = encoder.encode_queries([window.text for window in windows])
    for question, hits in zip(QUESTIONS, found.hits, strict=True):
        cosines = vectors @ encoder.encode_queries([question])[0]
        best = [windows[row] for row in np.argsort(-cosines, kind="stable")[:LISTED_HITS]]
        assert [(hit.passage.document, hit.passage.start) for hit in hits] == [(w.document, w.start) for w in best]


def test_a_second_run_embeds_only_windows_that_are_new(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"手册.md": HANDBOOK, "条款.txt": LONG})
    first = run(library, tmp_path / "windows")
    encoder = FakeEncoder()
    assert run(library, tmp_path / "windows", encoder) == first
    assert encoder.embedded == []
    (library.settings.documents / "食堂.txt").write_text(CANTEEN, "utf-8")
    library.sync()
    run(library, tmp_path / "windows", encoder)
    assert encoder.embedded == [library.generation.documents["食堂.txt"].text]


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[Progress] = []
    library = open_library(tmp_path, {"食堂.txt": CANTEEN})
    run_baselines(library.generation, QUESTIONS, FakeEncoder(), tmp_path / "windows", told.append)
    assert told == [
        Progress("embedding windows", 0, 1),
        Progress("embedding windows", 1, 1),
        Progress("baselines", 0, 3),
        Progress("baselines", 3, 3),
    ]


def test_a_set_without_documents_finds_nothing(tmp_path: Path) -> None:
    runs = run(open_library(tmp_path, {}), tmp_path / "windows")
    assert [runs[name].hits for name in (DENSE, BM25, WINDOWS)] == [((), (), ())] * 3

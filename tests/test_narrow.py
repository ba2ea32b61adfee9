"""A generation narrowed to some documents: as if it had been built of these alone."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import search as search_module
from index.datatypes import Hit
from index.generations import Generation, narrow
from index.search import DENSE_WEIGHT, LEXICAL_WEIGHT, SENTENCE_WEIGHT, search, standardise
from tests.fakes import FakeEncoder
from tests.test_living import NAMES, PHRASES, QUESTIONS, Living

Folder = st.dictionaries(
    st.sampled_from(NAMES), st.lists(st.sampled_from(PHRASES), min_size=1, max_size=6), min_size=1, max_size=6
)
Place = tuple[str, int]


def build(root: Path, texts: dict[str, list[str]], names: list[str] | None = None) -> Generation:
    """Index some of the texts, each in a sync of its own, so that there are several segments."""
    root.mkdir(exist_ok=True)
    living = Living(root)
    for name in names if names is not None else sorted(texts):
        living.carry_out(("write", name, "\n\n".join(texts[name])))
        living.sync()
    assert living.generation is not None
    return living.generation


def place(hit: Hit) -> Place:
    return hit.passage.document, hit.passage.start


def find(generation: Generation, question: str, limit: int = 50) -> list[Hit]:
    return search(generation.index, question, FakeEncoder().encode_queries([question])[0], limit)


@settings(max_examples=25, deadline=None)
@given(Folder, st.data())
def test_a_narrowed_search_is_that_of_an_index_of_these_documents(
    texts: dict[str, list[str]], data: st.DataObject
) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(texts)), min_size=1, unique=True))
    with tempfile.TemporaryDirectory() as root:
        whole = build(Path(root) / "whole", texts)
        alone = build(Path(root) / "alone", texts, sorted(names))
        narrowed = narrow(whole, names)
        assert list(narrowed.documents) == list(alone.documents)
        assert list(narrowed.index.passages) == list(alone.index.passages)
        assert narrowed.index.titles == alone.index.titles
        np.testing.assert_array_equal(narrowed.index.sentence_starts, alone.index.sentence_starts)
        for question in QUESTIONS:
            found, expected = find(narrowed, question), find(alone, question)
            # Candidates, cosines and their ranks are the same; words are rarer or more frequent in the whole.
            cosines = {place(hit): (hit.dense, hit.sentence, hit.ranks.dense, hit.ranks.sentence) for hit in found}
            assert cosines == {
                place(hit): (hit.dense, hit.sentence, hit.ranks.dense, hit.ranks.sentence) for hit in expected
            }
            assert {place(hit) for hit in found if hit.lexical} == {place(hit) for hit in expected if hit.lexical}
            for term in question[:2], question:
                assert narrowed.index.lexical.contains(term) == alone.index.lexical.contains(term)
                assert narrowed.index.lexical.holders(term) == alone.index.lexical.holders(term)


@settings(max_examples=25, deadline=None)
@given(Folder, st.data())
def test_scores_are_the_wholes_rows_fused_among_themselves(texts: dict[str, list[str]], data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(texts)), min_size=1, unique=True))
    with tempfile.TemporaryDirectory() as root:
        whole = build(Path(root) / "whole", texts)
        index, narrowed = whole.index, narrow(whole, names)
        rows = np.array([row for row, one in enumerate(index.passages) if one.document in names], dtype=np.int64)
        for question in QUESTIONS:
            query = FakeEncoder().encode_queries([question])[0]
            lexical = narrowed.index.lexical.scores(question)
            sentences = [
                float(index.sentence_vectors.cosines(query, index.sentence_rows(index.passages[int(row)])).max())
                for row in rows
            ]
            fused = (
                DENSE_WEIGHT * standardise(index.passage_vectors.cosines(query, rows))
                + SENTENCE_WEIGHT * standardise(np.array(sentences, dtype=np.float32))
                + LEXICAL_WEIGHT * standardise(lexical)
            )
            expected = [index.passages[int(rows[at])] for at in np.lexsort((rows, -fused))]
            found = find(narrowed, question)
            assert [place(hit) for hit in found] == [(one.document, one.start) for one in expected]
            np.testing.assert_allclose([hit.score for hit in found], sorted(fused, reverse=True), atol=1e-6)


def test_a_word_is_rare_by_the_scope_and_a_little_by_the_whole(tmp_path: Path) -> None:
    texts = {f"{number}.txt": ["食堂供应早餐。"] for number in range(4)} | {"甲.txt": ["员工年假十天。"]}
    whole = build(tmp_path, texts)
    narrowed = narrow(whole, {"甲.txt", "0.txt"}).index.lexical
    for token, inside, everywhere in (("年假", 1, 1), ("早餐", 1, 4), ("火星", 0, 0)):
        weights, wholes = narrowed.weights(token), whole.index.lexical.weights(token)
        assert weights.keys() == wholes.keys()
        frequency = inside + 10 * everywhere / 5
        assert set(weights.values()) == {float(np.log1p((12 - frequency + 0.5) / (frequency + 0.5)))}
        assert set(wholes.values()) == {float(np.log1p((5 - everywhere + 0.5) / (everywhere + 0.5)))}
    # A text's score is its impacts, which are those of the whole, times these weights.
    (weight,), (everywhere_weight,) = (set(one.weights("年假").values()) for one in (narrowed, whole.index.lexical))
    assert weight < everywhere_weight
    expected = whole.index.lexical.scores("年假")[[0, 4]] / everywhere_weight
    np.testing.assert_allclose(narrowed.scores("年假") / weight, expected, rtol=1e-6)


def test_what_ranks_last_of_all_is_found_where_it_alone_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {f"设备{number:03}.txt": [f"第{number}号设备的额定功率为三十千瓦。"] for number in range(120)}
    texts["杂/食堂.txt"] = ["食堂供应早餐。"]
    living = Living(tmp_path)
    for name, lines in texts.items():
        living.carry_out(("write", name, "\n".join(lines)))
    living.sync()
    assert living.generation is not None
    for name, count in (("POOL", 10), ("CANDIDATES", 5), ("SENTENCE_CANDIDATES", 5)):
        monkeypatch.setattr(search_module, name, count)
    question = "设备的额定功率"
    assert "杂/食堂.txt" not in {hit.passage.document for hit in find(living.generation, question, 200)}
    (hit,) = find(narrow(living.generation, {"杂/食堂.txt"}), question, 200)
    assert (place(hit), hit.ranks.dense, hit.ranks.sentence, hit.ranks.lexical) == (("杂/食堂.txt", 0), 1, 1, None)


def test_narrowing_keeps_what_it_does_not_concern(tmp_path: Path) -> None:
    whole = build(
        tmp_path, {"甲.txt": ["员工年假十天。"], "乙.txt": ["员工年假十天。"], "丙/丁.txt": ["食堂供应早餐。"]}
    )
    narrowed = narrow(whole, {"甲.txt", "没有.txt"})
    assert (narrowed.number, narrowed.database) == (whole.number, whole.database)
    assert narrowed.documents == {"甲.txt": whole.documents["甲.txt"]}
    assert narrowed.index.lexical.own_words == whole.index.lexical.own_words
    assert list(narrow(whole, set()).index.passages) == []
    assert find(narrow(whole, set()), "年假") == []

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from index.errors import StoreError
from index.vectors import VectorIndex, Vectors

DIMENSION = 16


def unit_vectors(count: int, seed: int = 1) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


VECTORS = unit_vectors(200)
QUERIES = unit_vectors(20, seed=2)


@pytest.fixture(scope="module")
def index() -> VectorIndex:
    return VectorIndex.build(VECTORS)


def test_size_and_dimension(index: VectorIndex) -> None:
    assert (index.size, index.dimension) == (200, 16)


@pytest.mark.parametrize("limit", [1, 7, 200])
def test_search_agrees_with_brute_force(index: VectorIndex, limit: int) -> None:
    for query in QUERIES:
        expected = np.argsort(-(VECTORS.astype(np.float64) @ query), kind="stable")[:limit]
        rows, cosines = index.search(query, limit)
        assert rows.tolist() == expected.tolist()
        assert cosines.tolist() == pytest.approx((VECTORS[expected].astype(np.float64) @ query).tolist(), abs=1e-6)
        assert (rows.dtype.name, cosines.dtype.name) == ("int64", "float32")


def test_a_vector_is_nearest_to_itself(index: VectorIndex) -> None:
    for row in (0, 99, 199):
        rows, cosines = index.search(VECTORS[row], 1)
        assert (rows.tolist(), cosines.tolist()) == ([row], [pytest.approx(1.0, abs=1e-6)])


def test_no_more_is_found_than_there_is(index: VectorIndex) -> None:
    rows, cosines = index.search(QUERIES[0], 1000)
    assert (len(rows), len(cosines), len(set(rows.tolist()))) == (200, 200, 200)
    assert (np.diff(cosines) <= 0).all()
    assert [part.tolist() for part in index.search(QUERIES[0], 0)] == [[], []]


def brute_force(rows: list[int], query: Vectors, limit: int) -> list[int]:
    cosines = VECTORS[rows].astype(np.float64) @ query
    return [rows[at] for at in np.argsort(-cosines, kind="stable")[:limit]]


@pytest.mark.parametrize("limit", [1, 7, 99, 100, 101, 200, 1000])
@pytest.mark.parametrize("seed", range(4))
def test_search_among_marked_rows_agrees_with_brute_force(index: VectorIndex, limit: int, seed: int) -> None:
    present = np.random.default_rng(seed).random(200) < (0.03, 0.3, 0.6, 0.97)[seed]
    marked = np.flatnonzero(present).tolist()
    for query in QUERIES:
        expected = brute_force(marked, query, limit)
        rows, cosines = index.search(query, limit, present)
        assert rows.tolist() == expected
        assert cosines.tolist() == pytest.approx((VECTORS[expected].astype(np.float64) @ query).tolist(), abs=1e-6)
        assert (rows.dtype.name, cosines.dtype.name) == ("int64", "float32")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_rows_may_be_marked(data: st.DataObject) -> None:
    size = data.draw(st.integers(0, 40))
    present = data.draw(arrays(np.bool_, size))
    limit = data.draw(st.integers(0, 45))
    rows, _ = VectorIndex.build(VECTORS[:size]).search(QUERIES[0], limit, present)
    assert rows.tolist() == brute_force(np.flatnonzero(present).tolist(), QUERIES[0], limit)


@pytest.mark.parametrize("row", [0, 7, 8, 63, 64, 199])
def test_a_vector_is_found_where_it_alone_is_marked_and_not_where_it_alone_is_not(index: VectorIndex, row: int) -> None:
    alone: NDArray[np.bool_] = np.zeros(200, dtype=bool)
    alone[row] = True
    assert index.search(VECTORS[row], 5, alone)[0].tolist() == [row]
    others = index.search(VECTORS[row], 200, ~alone)[0].tolist()
    assert sorted(others) == [other for other in range(200) if other != row]


def test_where_nothing_is_marked_nothing_is_found_and_where_all_is_all(index: VectorIndex) -> None:
    nothing: NDArray[np.bool_] = np.zeros(200, dtype=bool)
    assert [part.tolist() for part in index.search(QUERIES[0], 5, nothing)] == [[], []]
    found, expected = index.search(QUERIES[0], 50, ~nothing), index.search(QUERIES[0], 50)
    assert [part.tolist() for part in found] == [part.tolist() for part in expected]


def test_cosines_and_take_follow_the_rows_asked_for(index: VectorIndex) -> None:
    rows = np.array([5, 199, 0, 5], dtype=np.int64)
    assert index.take(rows).tolist() == VECTORS[rows].tolist()
    expected = VECTORS[rows].astype(np.float64) @ QUERIES[0]
    assert index.cosines(QUERIES[0], rows).tolist() == pytest.approx(expected.tolist(), abs=1e-6)


def test_cosines_are_the_same_for_rows_and_queries_of_any_layout(index: VectorIndex) -> None:
    rows = np.arange(0, 200, 3, dtype=np.int64)
    expected = index.cosines(QUERIES[0], rows).tolist()
    assert index.cosines(np.asfortranarray(QUERIES[:4])[0], rows).tolist() == expected
    assert index.cosines(QUERIES[0], np.arange(200, dtype=np.int64)[::3]).tolist() == expected


@pytest.mark.parametrize("row", [-1, 200, 10**9])
def test_a_row_that_there_is_not_is_refused(index: VectorIndex, row: int) -> None:
    with pytest.raises(IndexError, match="there are 200"):
        index.cosines(QUERIES[0], np.array([0, row], dtype=np.int64))


def test_a_query_of_another_length_is_refused(index: VectorIndex) -> None:
    with pytest.raises(ValueError, match=r"the query has shape \(15,\), expected \(16,\)"):
        index.cosines(QUERIES[0][:15], np.array([0], dtype=np.int64))


def test_no_rows_give_nothing(index: VectorIndex) -> None:
    none = np.zeros(0, dtype=np.int64)
    assert (index.take(none).shape, index.cosines(QUERIES[0], none).shape) == ((0, 16), (0,))


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    empty = VectorIndex.build(np.zeros((0, DIMENSION), dtype=np.float32))
    empty.save(tmp_path / "empty.faiss")
    for one in (empty, VectorIndex.load(tmp_path / "empty.faiss", DIMENSION, 0)):
        assert (one.size, one.dimension) == (0, 16)
        assert [part.tolist() for part in one.search(QUERIES[0], 5)] == [[], []]
        assert [part.tolist() for part in one.search(QUERIES[0], 5, np.zeros(0, dtype=bool))] == [[], []]


def test_runs_are_joined_one_behind_the_other() -> None:
    none = np.zeros((0, DIMENSION), dtype=np.float32)
    joined = VectorIndex.join(iter([none, VECTORS[:3], none, VECTORS[3:50], VECTORS[50:200]]), DIMENSION)
    assert (joined.size, joined.dimension) == (200, 16)
    assert joined.take(np.arange(200)).tolist() == VECTORS.tolist()
    assert joined.search(QUERIES[0], 7)[0].tolist() == VectorIndex.build(VECTORS).search(QUERIES[0], 7)[0].tolist()


def test_joined_vectors_of_any_layout_are_taken() -> None:
    runs = [np.asfortranarray(VECTORS[:80]), VECTORS[80:].astype(np.float64), VECTORS[::2]]
    joined = VectorIndex.join(runs, DIMENSION)  # type: ignore[arg-type]
    assert joined.take(np.arange(300)).tolist() == [*VECTORS.tolist(), *VECTORS[::2].tolist()]


@pytest.mark.parametrize("runs", [[], [np.zeros((0, DIMENSION), dtype=np.float32)]])
def test_nothing_joined_is_an_empty_index(tmp_path: Path, runs: list[Vectors]) -> None:
    joined = VectorIndex.join(runs, DIMENSION)
    assert (joined.size, joined.dimension) == (0, 16)
    joined.save(tmp_path / "empty.faiss")
    assert VectorIndex.load(tmp_path / "empty.faiss", DIMENSION, 0).search(QUERIES[0], 5)[0].tolist() == []


def test_what_is_taken_is_a_copy() -> None:
    index = VectorIndex.build(VECTORS)
    index.take(np.array([5], dtype=np.int64))[:] = 0
    assert index.take(np.array([5], dtype=np.int64)).tolist() == VECTORS[[5]].tolist()


def test_vectors_of_any_layout_are_taken() -> None:
    built = VectorIndex.build(np.asfortranarray(VECTORS.astype(np.float64)).astype(np.float32, order="F"))
    assert built.search(QUERIES[0], 3)[0].tolist() == VectorIndex.build(VECTORS).search(QUERIES[0], 3)[0].tolist()


def test_what_is_saved_comes_back(tmp_path: Path, index: VectorIndex) -> None:
    path = tmp_path / "段落 向量.faiss"
    index.save(path)
    loaded = VectorIndex.load(path, DIMENSION, 200)
    assert loaded.take(np.arange(200)).tolist() == VECTORS.tolist()


@pytest.mark.parametrize(("dimension", "size"), [(17, 200), (16, 199), (64, 0)])
def test_another_dimension_or_size_is_refused(tmp_path: Path, index: VectorIndex, dimension: int, size: int) -> None:
    index.save(tmp_path / "passages.faiss")
    with pytest.raises(StoreError) as caught:
        VectorIndex.load(tmp_path / "passages.faiss", dimension, size)
    assert str(caught.value) == f"passages.faiss holds 200 vectors of 16 numbers, expected {size} of {dimension}"


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"not an index at all" * 100, b"\x80\x04\x95K\x00.", b"IxFI", b"\x00" * 1000, b"IxFI" + b"\xff" * 100],
    ids=["empty", "one byte", "text", "pickle", "name only", "zeros", "huge numbers"],
)
def test_garbage_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "passages.faiss").write_bytes(data)
    with pytest.raises(StoreError, match="passages.faiss"):
        VectorIndex.load(tmp_path / "passages.faiss", DIMENSION, 200)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path, index: VectorIndex) -> None:
    index.save(tmp_path / "passages.faiss")
    data = (tmp_path / "passages.faiss").read_bytes()
    for length in [*range(60), *range(60, len(data), 997), len(data) - 1]:
        (tmp_path / "passages.faiss").write_bytes(data[:length])
        with pytest.raises(StoreError, match="passages.faiss"):
            VectorIndex.load(tmp_path / "passages.faiss", DIMENSION, 200)


@pytest.mark.parametrize("other", [faiss.IndexHNSWFlat(DIMENSION, 8), faiss.IndexFlatL2(DIMENSION)])
def test_an_index_of_another_kind_is_refused(tmp_path: Path, other: faiss.Index) -> None:
    other.add(VECTORS)
    faiss.write_index(other, str(tmp_path / "passages.faiss"))
    with pytest.raises(StoreError, match="passages.faiss"):
        VectorIndex.load(tmp_path / "passages.faiss", DIMENSION, 200)


def test_a_file_that_is_gone_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="passages.faiss is no FAISS index"):
        VectorIndex.load(tmp_path / "passages.faiss", DIMENSION, 200)

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.vector_parts import VectorPart, VectorParts
from index.vectors import VectorIndex, Vectors

DIMENSION = 4
ROW = st.lists(st.integers(-2, 2), min_size=DIMENSION, max_size=DIMENSION)


def part_of(vectors: Sequence[Sequence[float]] | Vectors, *rows: int) -> VectorPart:
    built = np.array(vectors, dtype=np.float32).reshape(-1, DIMENSION)
    return VectorPart(VectorIndex.build(built), np.array(rows, dtype=np.int64))


@st.composite
def splits(draw: st.DrawFn, exact: bool) -> tuple[Vectors, VectorParts]:
    """Vectors, and parts that hold each of them once, in any order, among others that are gone.

    Those that are `exact` are small whole numbers, whose products are the same to the last bit on every machine, and
    many alike.
    """
    count = draw(st.integers(1, 5))
    there = st.sampled_from([True, True, True, False])
    owners = draw(st.lists(st.tuples(st.integers(0, count - 1), there), max_size=40))
    size = sum(is_there for _, is_there in owners)
    rows = iter(draw(st.permutations(range(size))))
    if exact:
        whole = draw(st.lists(ROW, min_size=len(owners), max_size=len(owners)))
        drawn = np.array(whole, dtype=np.float32).reshape(-1, DIMENSION)
    else:
        chance = np.random.default_rng(draw(st.integers(0, 1000)))
        drawn = chance.standard_normal((len(owners), DIMENSION)).astype(np.float32)
    vectors = np.zeros((size, DIMENSION), dtype=np.float32)
    held: list[tuple[list[Vectors], list[int]]] = [([], []) for _ in range(count)]
    for (part, is_there), vector in zip(owners, drawn, strict=True):
        row = next(rows) if is_there else -1
        held[part][0].append(vector)
        held[part][1].append(row)
        if is_there:
            vectors[row] = vector
    parts = [part_of(np.array(those, dtype=np.float32), *rows_) for those, rows_ in held]
    return vectors, VectorParts(parts, size, DIMENSION)


# Searching


@settings(max_examples=300, deadline=None)
@given(splits(exact=False), st.integers(0, 45), st.integers(0, 1000))
def test_parts_are_searched_as_if_they_were_one(split: tuple[Vectors, VectorParts], limit: int, seed: int) -> None:
    vectors, parts = split
    query = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    rows, cosines = parts.search(query, limit)
    expected_rows, expected_cosines = VectorIndex.build(vectors).search(query, limit)
    assert rows.tolist() == expected_rows.tolist()
    assert cosines.tolist() == pytest.approx(expected_cosines.tolist(), abs=1e-5)
    assert (rows.dtype.name, cosines.dtype.name) == ("int64", "float32")


@settings(max_examples=300, deadline=None)
@given(splits(exact=True), st.integers(0, 45), ROW)
def test_of_vectors_that_are_equally_near_the_earlier_comes_first(
    split: tuple[Vectors, VectorParts], limit: int, asked: list[int]
) -> None:
    vectors, parts = split
    query = np.array(asked, dtype=np.float32)
    rows, cosines = parts.search(query, limit)
    exact = vectors @ query
    order = np.lexsort((np.arange(len(vectors)), -exact))[:limit]
    assert cosines.tolist() == exact[order].tolist() == exact[rows].tolist()
    assert rows.tolist() == sorted(set(rows.tolist()), key=lambda row: (-exact[row], row))
    # Among those that are as near as the last one it is open which are taken.
    edge = exact[order].min(initial=np.inf)
    assert set(rows.tolist()) ^ set(order.tolist()) <= set(np.flatnonzero(exact == edge).tolist())
    everything, _ = parts.search(query, len(vectors))
    assert everything.tolist() == np.lexsort((np.arange(len(vectors)), -exact)).tolist()


def test_ties_between_parts_go_to_the_earlier_row() -> None:
    parts = VectorParts(
        [part_of([[1, 0, 0, 0], [0, 1, 0, 0]], 3, 0), part_of([[1, 0, 0, 0], [1, 0, 0, 0]], 1, 2)], 4, 4
    )
    rows, cosines = parts.search(np.array([1, 0, 0, 0], dtype=np.float32), 4)
    assert (rows.tolist(), cosines.tolist()) == ([1, 2, 3, 0], [1.0, 1.0, 1.0, 0.0])


def test_a_vector_that_is_gone_is_not_found_and_takes_nobody_s_place() -> None:
    near, far = [1.0, 0, 0, 0], [0.5, 0, 0, 0]
    parts = VectorParts([part_of([near, near, far], -1, -1, 1), part_of([near, far], -1, 0)], 2, 4)
    rows, cosines = parts.search(np.array(near, dtype=np.float32), 2)
    assert (rows.tolist(), cosines.tolist()) == ([0, 1], [0.5, 0.5])
    assert parts.search(np.array(near, dtype=np.float32), 100)[0].tolist() == [0, 1]


@pytest.mark.parametrize(
    "parts",
    [[], [part_of([])], [part_of([[1, 0, 0, 0]], -1), part_of([[0, 1, 0, 0]] * 9, *[-1] * 9)]],
    ids=["none", "empty", "gone"],
)
def test_where_nothing_is_there_nothing_is_found(parts: list[VectorPart]) -> None:
    empty = VectorParts(parts, 0, DIMENSION)
    query, none = np.ones(DIMENSION, dtype=np.float32), np.zeros(0, dtype=np.int64)
    assert (empty.size, empty.dimension) == (0, 4)
    assert [found.tolist() for found in empty.search(query, 5)] == [[], []]
    assert [found.dtype.name for found in empty.search(query, 5)] == ["int64", "float32"]
    assert (empty.take(none).shape, empty.cosines(query, none).shape) == ((0, 4), (0,))
    with pytest.raises(IndexError, match="rows 0 to 0 asked for, there are 0"):
        empty.take(np.array([0], dtype=np.int64))


# Rows that are asked for


@settings(max_examples=300, deadline=None)
@given(splits(exact=True), ROW, st.data())
def test_rows_are_those_of_all_vectors(
    split: tuple[Vectors, VectorParts], asked: list[int], data: st.DataObject
) -> None:
    vectors, parts = split
    assert (parts.size, parts.dimension) == (len(vectors), DIMENSION)
    several = st.integers(0, 50).flatmap(lambda count: arrays(np.int64, count, elements=st.integers(0, parts.size - 1)))
    rows = data.draw(several) if parts.size else np.zeros(0, dtype=np.int64)
    query = np.array(asked, dtype=np.float32)
    assert parts.take(rows).tolist() == vectors[rows].tolist()
    assert parts.cosines(query, rows).tolist() == (vectors[rows] @ query).tolist()
    assert (parts.take(rows).dtype.name, parts.cosines(query, rows).dtype.name) == ("float32", "float32")
    assert parts.take(rows).shape == (len(rows), DIMENSION)


def test_cosines_are_those_that_search_finds() -> None:
    vectors = np.random.default_rng(3).standard_normal((60, DIMENSION)).astype(np.float32)
    parts = VectorParts([part_of(vectors[::2], *range(0, 60, 2)), part_of(vectors[1::2], *range(1, 60, 2))], 60, 4)
    rows, cosines = parts.search(vectors[7], 60)
    assert parts.cosines(vectors[7], rows).tolist() == pytest.approx(cosines.tolist(), abs=1e-6)
    assert (rows[0], sorted(rows.tolist())) == (np.argmax(vectors @ vectors[7]), list(range(60)))


def test_rows_may_come_twice_and_in_any_order() -> None:
    parts = VectorParts([part_of([[1, 0, 0, 0], [2, 0, 0, 0]], 2, 0), part_of([[3, 0, 0, 0]], 1)], 3, 4)
    query = np.array([1, 0, 0, 0], dtype=np.float32)
    rows = np.array([1, 0, 2, 2, 1], dtype=np.int64)
    assert parts.cosines(query, rows).tolist() == [3.0, 2.0, 1.0, 1.0, 3.0]
    assert parts.take(rows)[:, 0].tolist() == [3.0, 2.0, 1.0, 1.0, 3.0]
    assert parts.cosines(query, rows.astype(np.int32)).tolist() == [3.0, 2.0, 1.0, 1.0, 3.0]


@pytest.mark.parametrize(("rows", "named"), [([0, -1], "-1 to 0"), ([3], "3 to 3"), ([1, 10**9], "1 to 1000000000")])
def test_a_row_that_there_is_not_is_refused(rows: list[int], named: str) -> None:
    parts = VectorParts(
        [part_of([[1, 0, 0, 0], [2, 0, 0, 0], [9, 0, 0, 0]], 2, 0, -1), part_of([[3, 0, 0, 0]], 1)], 3, 4
    )
    with pytest.raises(IndexError, match=f"rows {named} asked for, there are 3"):
        parts.cosines(np.ones(4, dtype=np.float32), np.array(rows, dtype=np.int64))
    with pytest.raises(IndexError, match=f"rows {named} asked for, there are 3"):
        parts.take(np.array(rows, dtype=np.int64))


def test_there_may_be_many_parts() -> None:
    vectors = np.eye(DIMENSION, dtype=np.float32)[np.arange(300) % DIMENSION]
    parts = VectorParts([part_of(vectors[[row]], 299 - row) for row in range(300)], 300, 4)
    rows = np.arange(300, dtype=np.int64)
    assert parts.take(rows).tolist() == vectors[::-1].tolist()
    assert parts.search(vectors[0], 75)[0].tolist() == list(range(3, 300, 4))


def test_a_query_of_another_length_is_refused() -> None:
    parts = VectorParts([part_of([[1, 0, 0, 0]], 0)], 1, 4)
    with pytest.raises(ValueError, match=r"the query has shape \(3,\), expected \(4,\)"):
        parts.cosines(np.ones(3, dtype=np.float32), np.array([0], dtype=np.int64))

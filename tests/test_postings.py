from __future__ import annotations

import json
import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import StoreError
from index.lexical import FORM, search_tokens
from index.postings import Postings

TEXTS = [
    "员工年假规定：入职满一年的员工每年享有十天带薪年假。",
    "PPR-9087型设备的额定功率为1.5千瓦，见2023-10-17的说明。",
    "Annual leave is ten days a year; see rule G60.",
    "",
    "——。！",
    "年假年假年假，病假，事假。",
    "綠源環保的5G基站",
]


def held_by(postings: Postings) -> dict[str, dict[int, int]]:
    """For each token the texts that hold it with their counts; the form that postings promise is checked on the way."""
    assert postings.starts.shape == (len(postings.vocabulary) + 1,)
    assert (postings.starts[0], postings.starts[-1]) == (0, len(postings.rows))
    assert len(postings.rows) == len(postings.counts)
    assert list(postings.vocabulary.values()) == list(range(len(postings.vocabulary)))
    kinds = [array.dtype.name for array in (postings.starts, postings.rows, postings.counts, postings.lengths)]
    assert kinds == ["int64", "int32", "uint16", "int32"]
    held: dict[str, dict[int, int]] = {}
    for token in postings.vocabulary:
        span = postings.span(token)
        rows = postings.rows[span].tolist()
        assert rows == sorted(set(rows)), token
        held[token] = dict(zip(rows, postings.counts[span].tolist(), strict=True))
    return held


def counted(texts: list[str]) -> dict[str, dict[int, int]]:
    """The same, counted text by text."""
    held: dict[str, dict[int, int]] = {}
    for row, text in enumerate(texts):
        for token, count in Counter(search_tokens(text)).items():
            held.setdefault(token, {})[row] = count
    return held


def kept(*marks: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array(marks, dtype=bool)


# Building


def test_every_token_has_its_texts_and_counts() -> None:
    postings = Postings.build(["年假，年假", "病假", "", "年假G60"])
    assert held_by(postings) == {
        "年": {0: 2, 3: 1},
        "假": {0: 2, 3: 1},
        "~年假": {0: 2, 3: 1},
        "病假": {1: 1},
        "~病假": {1: 1},
        "g60": {3: 1},
        "~假g60": {3: 1},
    }
    assert postings.size == 4
    assert postings.lengths.tolist() == [6, 2, 0, 5]


def test_texts_are_cut_into_search_tokens() -> None:
    postings = Postings.build(TEXTS)
    assert held_by(postings) == counted(TEXTS)
    assert postings.lengths.tolist() == [len(search_tokens(text)) for text in TEXTS]


def test_a_token_that_no_text_holds_has_no_postings() -> None:
    postings = Postings.build(TEXTS)
    assert postings.rows[postings.span("三体")].tolist() == []
    assert Postings.build([]).span("年假") == slice(0, 0)


@pytest.mark.parametrize("texts", [[], [""], ["", "——。！"]], ids=["no text", "an empty text", "no words"])
def test_texts_without_words_have_no_postings(texts: list[str]) -> None:
    postings = Postings.build(texts)
    assert held_by(postings) == {}
    assert postings.size == len(texts)
    assert postings.lengths.tolist() == [0] * len(texts)


def test_no_count_is_above_what_fits_and_the_length_is_true() -> None:
    postings = Postings.build(["x " * 65_534, "x " * 65_535, "x " * 65_536, "x " * 70_000])
    assert held_by(postings) == {"x": {0: 65_534, 1: 65_535, 2: 65_535, 3: 65_535}}
    assert postings.lengths.tolist() == [65_534, 65_535, 65_536, 70_000]


# Impacts


def test_impacts_are_bm25_without_the_inverse_document_frequency() -> None:
    postings = Postings.build(["年假，年假", "病假", ""])
    # 1.5 x (0.25 + 0.75 x length / 4) for lengths 6, 2 and 0.
    norms, impacts = postings.weigh(4.0)
    assert norms.tolist() == [2.0625, 0.9375, 0.375]
    assert impacts[postings.span("~年假")].tolist() == [pytest.approx(2 / (2 + 2.0625))]
    assert impacts[postings.span("病假")].tolist() == [pytest.approx(1 / (1 + 0.9375))]
    assert (norms.dtype.name, impacts.dtype.name, impacts.shape) == ("float32", "float32", postings.rows.shape)


def test_the_impacts_of_the_last_two_averages_are_kept() -> None:
    postings = Postings.build(["年假，年假", "病假"])
    first, second = postings.weigh(4.0), postings.weigh(8.0)
    assert postings.weigh(4.0) is first and postings.weigh(8.0) is second
    third = postings.weigh(16.0)
    assert postings.weigh(8.0) is second and postings.weigh(16.0) is third
    again = postings.weigh(4.0)
    assert again is not first
    assert [array.tolist() for array in again] == [array.tolist() for array in first]
    assert second[0].tolist() != first[0].tolist()


# Merging


def test_merged_postings_are_those_of_the_texts_that_are_kept() -> None:
    first, second = Postings.build(["年假", "病假", "年假和病假"]), Postings.build(["三体", "病假，G60"])
    merged = Postings.merge([(first, kept(1, 0, 1)), (second, kept(0, 1))])
    assert held_by(merged) == counted(["年假", "年假和病假", "病假，G60"])
    assert merged.lengths.tolist() == [3, 8, 3]


def test_a_token_that_only_texts_left_out_had_is_forgotten() -> None:
    postings = Postings.build(["年假", "三体"])
    assert list(postings.vocabulary) == ["年", "假", "~年假", "三体", "~三体"]
    merged = Postings.merge([(postings, kept(1, 0))])
    assert list(merged.vocabulary) == ["年", "假", "~年假"]
    assert list(postings.vocabulary) == ["年", "假", "~年假", "三体", "~三体"]
    assert held_by(merged) == counted(["年假"])


def test_merging_changes_nothing_in_what_is_merged() -> None:
    first, second = Postings.build(TEXTS[:3]), Postings.build(TEXTS[3:])
    Postings.merge([(first, kept(0, 1, 0)), (second, kept(1, 1, 0, 1))])
    assert held_by(first) == counted(TEXTS[:3])
    assert held_by(second) == counted(TEXTS[3:])


def test_nothing_merged_is_empty() -> None:
    postings = Postings.build(TEXTS)
    empty = Postings.build([])
    for merged in (
        Postings.merge([]),
        Postings.merge([(empty, kept()), (empty, kept())]),
        Postings.merge([(postings, np.zeros(len(TEXTS), dtype=bool))]),
    ):
        assert held_by(merged) == {}
        assert merged.size == 0


def test_counts_that_were_cut_off_stay_so_and_lengths_true() -> None:
    merged = Postings.merge([(Postings.build(["x " * 70_000]), kept(1)), (Postings.build(["x"]), kept(1))])
    assert held_by(merged) == {"x": {0: 65_535, 1: 1}}
    assert merged.lengths.tolist() == [70_000, 1]


# Another order


def test_reordered_postings_are_those_of_the_texts_in_that_order() -> None:
    postings = Postings.build(["年假", "病假", "年假和病假"])
    moved = postings.reorder(np.array([2, 0, 1], dtype=np.int64))
    assert held_by(moved) == counted(["病假", "年假和病假", "年假"])
    assert moved.lengths.tolist() == [2, 8, 3]
    assert held_by(postings) == counted(["年假", "病假", "年假和病假"])


def test_the_same_order_is_the_same_postings() -> None:
    for texts in (TEXTS, TEXTS[:1], []):
        postings = Postings.build(texts)
        assert postings.reorder(np.arange(len(texts), dtype=np.int64)) is postings


def test_impacts_follow_the_new_order() -> None:
    postings = Postings.build(["年假", "年假和病假，年假"])
    before = postings.weigh(5.0)
    moved = postings.reorder(np.array([1, 0], dtype=np.int64))
    after = moved.weigh(5.0)
    assert after[0].tolist() == before[0][::-1].tolist()
    assert after[1][moved.span("~年假")].tolist() == before[1][postings.span("~年假")][::-1].tolist()


WORDS = ["年假", "病假", "员工", "三体", "綠源環保", "G60", "PPR-9087", "十月十七日", "1.5千瓦", "，", "的", ""]
ANY_TEXT = st.lists(st.sampled_from(WORDS), max_size=5).map("".join)


@st.composite
def segments(draw: st.DrawFn) -> tuple[list[tuple[list[str], list[bool]]], list[str], list[int]]:
    """Segments of texts, some of them marked; the marked ones in another order, and the row that each has in it."""
    marked = st.lists(st.tuples(ANY_TEXT, st.sampled_from([True, True, False])), max_size=5)
    parts = draw(st.lists(marked, max_size=4))
    texts = [text for part in parts for text, mark in part if mark]
    rows = draw(st.permutations(range(len(texts))))
    ordered = [text for _, text in sorted(zip(rows, texts, strict=True))]
    return [([text for text, _ in part], [mark for _, mark in part]) for part in parts], ordered, list(rows)


@settings(max_examples=200, deadline=None)
@given(segments())
def test_merging_and_reordering_is_as_good_as_building_anew(
    drawn: tuple[list[tuple[list[str], list[bool]]], list[str], list[int]],
) -> None:
    parts, ordered, rows = drawn
    merged = Postings.merge((Postings.build(texts), np.array(marks, dtype=bool)) for texts, marks in parts)
    moved = merged.reorder(np.array(rows, dtype=np.int64))
    anew = Postings.build(ordered)
    assert held_by(moved) == held_by(anew) == counted(ordered)
    assert moved.lengths.tolist() == anew.lengths.tolist()
    for token in anew.vocabulary:
        impacts = [those.weigh(3.0)[1][those.span(token)].tolist() for those in (moved, anew)]
        assert impacts[0] == impacts[1]


# On disk


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[:1], ["", "——"], []], ids=["many", "one", "no words", "none"])
def test_what_is_saved_comes_back(tmp_path: Path, texts: list[str]) -> None:
    built = Postings.build(texts)
    built.save(tmp_path / "段 落" / "bm25")
    loaded = Postings.load(tmp_path / "段 落" / "bm25", len(texts))
    assert loaded.vocabulary == built.vocabulary
    assert held_by(loaded) == counted(texts)
    assert loaded.lengths.tolist() == built.lengths.tolist()


def test_what_is_merged_and_reordered_comes_back(tmp_path: Path) -> None:
    merged = Postings.merge([(Postings.build(TEXTS[:2]), kept(1, 1)), (Postings.build(TEXTS[2:3]), kept(1))])
    merged.reorder(np.array([2, 0, 1], dtype=np.int64)).save(tmp_path)
    assert held_by(Postings.load(tmp_path, 3)) == counted([TEXTS[1], TEXTS[2], TEXTS[0]])


@pytest.mark.parametrize("size", [0, 6, 8])
def test_another_number_of_texts_is_refused(tmp_path: Path, size: int) -> None:
    Postings.build(TEXTS).save(tmp_path)
    with pytest.raises(StoreError) as caught:
        Postings.load(tmp_path, size)
    assert str(caught.value) == f"{tmp_path} holds the words of 7 texts, expected {size}"


@pytest.mark.parametrize("names", [[], ["年假"], ["年假"] * 500])
def test_a_vocabulary_that_does_not_fit_is_refused(tmp_path: Path, names: list[str]) -> None:
    Postings.build(TEXTS).save(tmp_path)
    (tmp_path / "vocabulary.json").write_text(json.dumps(names), "utf-8")
    with pytest.raises(StoreError, match="lists for"):
        Postings.load(tmp_path, 7)


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    Postings.build(TEXTS).save(tmp_path)
    for name in ("vocabulary.json", "starts.npy", "rows.npy", "counts.npy", "lengths.npy"):
        data = (tmp_path / name).read_bytes()
        (tmp_path / name).unlink()
        with pytest.raises(FileNotFoundError, match=name):
            Postings.load(tmp_path, 7)
        (tmp_path / name).write_bytes(data)


def test_saved_postings_say_which_tokens_they_have(tmp_path: Path) -> None:
    folder = tmp_path / "bm25"
    assert not Postings.is_current(folder)
    Postings.build(TEXTS).save(folder)
    assert json.loads((folder / "about.json").read_text("utf-8")) == {"form": FORM, "size": 7}
    assert Postings.is_current(folder)
    for about in ({"form": FORM - 1, "size": 7}, {"form": FORM + 1, "size": 7}, {"size": 7}):
        (folder / "about.json").write_text(json.dumps(about), "utf-8")
        assert not Postings.is_current(folder)
    (folder / "about.json").unlink()
    assert not Postings.is_current(folder)


def test_nothing_on_disk_is_a_pickle(tmp_path: Path) -> None:
    Postings.build(TEXTS).save(tmp_path)
    names = ["about.json", "counts.npy", "lengths.npy", "rows.npy", "starts.npy", "vocabulary.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for path in tmp_path.iterdir():
        if path.suffix == ".npy":
            np.load(path, allow_pickle=False)
        else:
            json.loads(path.read_text("utf-8"))


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    Postings.build(TEXTS).save(tmp_path)
    arrays = sorted(tmp_path.glob("*.npy"))
    assert len(arrays) == 4
    for path in arrays:
        saved = path.read_bytes()
        np.save(path, np.array([Trap(tmp_path / "sprung")], dtype=object), allow_pickle=True)
        with pytest.raises(ValueError, match="allow_pickle=False"):
            Postings.load(tmp_path, 7)
        path.write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
        with pytest.raises(ValueError, match="pickled"):
            Postings.load(tmp_path, 7)
        path.write_bytes(saved)
    assert not (tmp_path / "sprung").exists()
    assert Postings.load(tmp_path, 7).size == 7

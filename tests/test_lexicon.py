from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexicon
from index.datatypes import Progress, ignore_progress
from index.lexical import learn_words
from index.lexicon import bucket_of, learned_words, renew_lexicon
from index.store import Store, StoredFile
from tests.test_generations import Library
from tests.test_store import add, indexed, sql

# Each teaches the two words that stand in 《》 or in its name.
TEACHERS = {
    "霁澜药业.txt": "见《澜赋手册》。",
    "沐霁科技.txt": "见《霁珩规约》。",
    "珩玥置业.txt": "见《珩玥章程》。",
    "翀霖物流.txt": "见《翀玥章程》。",
    "骐玥汽车.txt": "见《骐玥指南》。",
    "鸢澹花店.txt": "见《鸢澹花单》。",
}
WORDS = sorted([*(name[:4] for name in TEACHERS), *(text[2:6] for text in TEACHERS.values())])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "数据 data")
    yield opened
    opened.close()


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the texts of each bucket that is learned from, as it is."""
    asked: list[list[str]] = []

    def noted(texts: Iterable[str], titles: Sequence[str]) -> tuple[str, ...]:
        asked.append(list(texts))
        return learn_words(asked[-1], titles)

    monkeypatch.setattr(lexicon, "learn_words", noted)
    return asked


@pytest.fixture
def small_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every document of `TEACHERS` has eight characters: two fill a bucket."""
    monkeypatch.setattr(lexicon, "BUCKET_CHARACTERS", 16)


def put(store: Store, names: Iterable[str], texts: dict[str, str] | None = None) -> None:
    add(store, *(indexed(name, (texts or TEACHERS)[name].encode()) for name in names))


def renew(store: Store) -> None:
    with store.transaction():
        renew_lexicon(store, ignore_progress)


def buckets(store: Store) -> dict[int, list[str]]:
    """Return the words of each bucket."""
    return {bucket: json.loads(words[8:]) for bucket, words in store.rows("SELECT bucket, words FROM lexicon")}


# Linear hashing


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("食堂.txt", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("人事/加班.md", [0, 0, 2, 2, 2, 2, 2, 2, 2, 2]),
        ("PPR 9087.md", [0, 0, 2, 2, 2, 2, 6, 6, 6, 6]),
        ("婚假.md", [0, 1, 1, 3, 3, 3, 3, 3, 3, 3]),
        ("霁澜药业.txt", [0, 1, 1, 3, 3, 3, 3, 7, 7, 7]),
    ],
)
def test_the_bucket_of_a_path(path: str, expected: list[int]) -> None:
    assert [bucket_of(path, number) for number in range(1, 11)] == expected


@given(st.text(max_size=20), st.integers(1, 5_000))
def test_a_path_is_in_one_of_the_buckets(path: str, number: int) -> None:
    assert 0 <= bucket_of(path, number) < number


@given(st.text(max_size=20), st.integers(1, 5_000))
def test_one_more_bucket_takes_from_one_only(path: str, number: int) -> None:
    before, after = bucket_of(path, number), bucket_of(path, number + 1)
    # The one that is split is the new one without its highest bit.
    split = number - (1 << (number.bit_length() - 1))
    assert after == before or (before, after) == (split, number)


def test_a_split_divides_a_bucket_about_in_half() -> None:
    paths = [f"第{number}章.txt" for number in range(8_000)]
    for number in (1, 2, 3, 6, 7):
        moved = sum(bucket_of(path, number) != bucket_of(path, number + 1) for path in paths)
        was_there = sum(bucket_of(path, number) == number - (1 << (number.bit_length() - 1)) for path in paths)
        assert 0.45 < moved / was_there < 0.55


@pytest.mark.parametrize("number", [1, 2, 4, 8, 64])
def test_paths_are_spread_evenly(number: int) -> None:
    counts = [0] * number
    for path in range(6_400):
        counts[bucket_of(f"{path}.md", number)] += 1
    assert min(counts) > 0.6 * 6_400 / number


# Learning


def test_the_documents_teach_words(store: Store) -> None:
    put(store, TEACHERS)
    renew(store)
    assert learned_words(store) == tuple(WORDS)


def test_headings_and_titles_teach_words_as_well(store: Store) -> None:
    put(store, ["甲.md"], {"甲.md": "# 霁澜药业\n\n## 澜赋手册\n\n年假十天。\n"})
    renew(store)
    assert {"霁澜药业", "澜赋手册"} <= set(learned_words(store))


def test_without_documents_there_are_no_words(store: Store) -> None:
    renew(store)
    assert (learned_words(store), store.rows("SELECT * FROM lexicon")) == ((), [])
    put(store, TEACHERS)
    renew(store)
    with store.transaction():
        store.remove(TEACHERS)
    renew(store)
    assert (learned_words(store), store.rows("SELECT * FROM lexicon")) == ((), [])


def test_nothing_is_learned_twice(store: Store, learned: list[list[str]]) -> None:
    put(store, TEACHERS)
    renew(store)
    words = learned_words(store)
    assert learned == [[TEACHERS[name] for name in sorted(TEACHERS)]]
    renew(store)
    with store.transaction():
        store.touch(StoredFile("霁澜药业.txt", 7, 8, "ignored", "ignored"))
    renew(store)
    assert (len(learned), learned_words(store)) == (1, words)


@pytest.mark.usefixtures("small_buckets")
def test_only_the_bucket_of_a_changed_document_is_learned_anew(store: Store, learned: list[list[str]]) -> None:
    put(store, TEACHERS)
    renew(store)
    assert sorted(text for texts in learned for text in texts) == sorted(TEACHERS.values())
    assert len(learned) == len(buckets(store)) > 1
    for name in TEACHERS:
        learned.clear()
        others = buckets(store)
        put(store, [name], {name: "见《绿核总纲》。"})
        renew(store)
        own = {path for path in TEACHERS if bucket_of(path, 3) == bucket_of(name, 3)}
        assert learned == [["见《绿核总纲》。" if path == name else TEACHERS[path] for path in sorted(own)]]
        assert {bucket for bucket, words in buckets(store).items() if words != others[bucket]} == {bucket_of(name, 3)}
        assert "绿核总纲" in learned_words(store)
        put(store, [name])
        renew(store)
        assert "绿核总纲" not in learned_words(store)


@pytest.mark.usefixtures("small_buckets")
def test_a_new_bucket_takes_the_documents_of_one_other_along(store: Store, learned: list[list[str]]) -> None:
    names = list(TEACHERS)
    for count in range(1, 7):
        put(store, [names[count - 1]])
        learned.clear()
        renew(store)
        number = -(-count * 8 // 16)
        split = {number - 1, number - 1 - (1 << ((number - 1).bit_length() - 1))} if count % 2 and count > 1 else set()
        expected = split | {bucket_of(names[count - 1], number)}
        held = {bucket_of(name, number) for name in names[:count]}
        assert len(learned) == len(expected & held)
        assert set(buckets(store)) == held


@pytest.mark.usefixtures("small_buckets")
def test_a_bucket_that_is_no_longer_there_is_forgotten(store: Store) -> None:
    put(store, TEACHERS)
    renew(store)
    gone = [name for name in TEACHERS if name not in ("霁澜药业.txt", "沐霁科技.txt")]
    with store.transaction():
        store.remove(gone)
    renew(store)
    assert list(buckets(store)) == [0]
    assert learned_words(store) == ("沐霁科技", "澜赋手册", "霁澜药业", "霁珩规约")
    put(store, gone)
    renew(store)
    assert learned_words(store) == tuple(WORDS)


@pytest.mark.usefixtures("small_buckets")
@settings(max_examples=12, deadline=None)
@given(order=st.permutations(sorted(TEACHERS)), steps=st.lists(st.integers(1, 3), min_size=6, max_size=6))
def test_the_words_follow_from_the_documents_however_they_came(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], steps: list[int]
) -> None:
    store, whole = (Store.open(tmp_path_factory.mktemp("data")) for _ in range(2))
    at = 0
    for step in steps:
        # Some come, are changed, go and come back.
        put(store, order[at : at + step], dict.fromkeys(TEACHERS, "见《绿核总纲》。"))
        renew(store)
        put(store, order[at : at + step])
        with store.transaction():
            store.remove(order[:1])
        renew(store)
        put(store, order[:1])
        at += step
    renew(store)
    put(whole, TEACHERS)
    renew(whole)
    assert store.rows("SELECT * FROM lexicon ORDER BY bucket") == whole.rows("SELECT * FROM lexicon ORDER BY bucket")
    assert learned_words(store) == learned_words(whole)
    store.close()
    whole.close()


def test_a_renamed_document_without_a_title_teaches_its_new_name(store: Store) -> None:
    put(store, ["霁澜药业.txt"])
    renew(store)
    with store.transaction():
        store.rename({"霁澜药业.txt": StoredFile("珩玥置业.txt", 1, 2, "", "")})
    renew(store)
    assert "珩玥置业" in learned_words(store) and "霁澜药业" not in learned_words(store)


def test_a_distrusted_document_teaches_nothing(store: Store) -> None:
    put(store, TEACHERS)
    with store.transaction():
        store.distrust(["霁澜药业.txt"])
    renew(store)
    assert learned_words(store) == tuple(word for word in WORDS if word not in ("霁澜药业", "澜赋手册"))


@pytest.mark.usefixtures("small_buckets")
def test_progress_counts_the_buckets(store: Store) -> None:
    seen: list[Progress] = []
    put(store, TEACHERS)
    with store.transaction():
        renew_lexicon(store, seen.append)
    total = len(buckets(store))
    assert seen == [Progress("words", number, total) for number in range(total)]


# Damage


DAMAGES = {
    "a word": "UPDATE lexicon SET words = replace(words, '霁澜药业', '霁澜业药') WHERE bucket = ?",
    "a checksum": "UPDATE lexicon SET words = '00000000' || substr(words, 9) WHERE bucket = ?",
    "no checksum": "UPDATE lexicon SET words = substr(words, 9) WHERE bucket = ?",
    "half a row": "UPDATE lexicon SET words = substr(words, 1, length(words) / 2) WHERE bucket = ?",
    "nothing": "UPDATE lexicon SET words = '' WHERE bucket = ?",
    "a few characters": "UPDATE lexicon SET words = 'x' WHERE bucket = ?",
    "bytes": "UPDATE lexicon SET words = CAST(words AS BLOB) WHERE bucket = ?",
    "gone": "DELETE FROM lexicon WHERE bucket = ?",
}


@pytest.mark.usefixtures("small_buckets")
@pytest.mark.parametrize("query", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_bucket_is_ignored(store: Store, query: str) -> None:
    put(store, TEACHERS)
    renew(store)
    before = buckets(store)
    bucket = bucket_of("霁澜药业.txt", 3)
    assert "霁澜药业" in before[bucket]
    sql(store.folder, query, bucket)
    left = {word for number, words in before.items() if number != bucket for word in words}
    assert learned_words(store) == tuple(sorted(left))
    # Its documents change, so it is learned again.
    put(store, ["霁澜药业.txt"], {"霁澜药业.txt": "见《澜赋手册》！"})
    renew(store)
    assert "霁澜药业" in learned_words(store)


@pytest.mark.usefixtures("small_buckets")
@pytest.mark.parametrize("kind", ["a word", "gone"])
def test_a_damaged_bucket_is_learned_again(store: Store, learned: list[list[str]], kind: str) -> None:
    put(store, TEACHERS)
    renew(store)
    learned.clear()
    sql(store.folder, DAMAGES[kind], bucket_of("霁澜药业.txt", 3))
    renew(store)
    assert (learned_words(store), len(learned)) == (tuple(WORDS), 1)


def test_the_words_stand_behind_their_checksum(store: Store) -> None:
    put(store, TEACHERS)
    renew(store)
    ((words,),) = store.rows("SELECT words FROM lexicon")
    assert words == f"{zlib.crc32(words[8:].encode()):08x}{words[8:]}"
    assert tuple(json.loads(words[8:])) == learned_words(store)


def test_words_that_nobody_can_read_stop_no_question(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write(TEACHERS)
    library.sync()
    assert "霁澜药业" in library.load().index.lexical.own_words
    library.sql("UPDATE lexicon SET words = substr(words, 2)")
    generation = library.load()
    assert generation.index.lexical.own_words == ()
    assert list(generation.documents) == sorted(TEACHERS)
    # Its pairs find it still.
    assert generation.index.lexical.contains("霁澜药业")


@pytest.mark.parametrize(
    "damage", ["words = substr(words, 1, 20)", "words = x'00'", "words = replace(words, '霁', '雨')"]
)
def test_damaged_words_are_learned_again_though_no_document_has_changed(tmp_path: Path, damage: str) -> None:
    library = Library(tmp_path)
    library.write(TEACHERS)
    library.sync()
    library.sql(f"UPDATE lexicon SET {damage}")
    assert library.load().index.lexical.own_words != tuple(WORDS)
    report = library.sync()
    assert (report.unchanged, report.embedded_texts, report.generation) == (len(TEACHERS), 0, 2)
    assert set(library.load().index.lexical.own_words) >= set(WORDS)
    assert library.sync().generation == 2

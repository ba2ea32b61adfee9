from __future__ import annotations

import hashlib
import logging
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import vector_rows
from index.database import add_checksum, without_checksum
from index.errors import MissingVectors, StoreError
from index.store import DATABASE, Store
from index.vector_rows import KEYS_A_QUERY, vector_key
from tests.fakes import DIMENSION, FakeEncoder
from tests.test_generations import Library, answers
from tests.test_store import add, indexed, sql

TEXTS = ["年假每年十天。", "病假五天。", "婚假十天。"]
KEYS = [vector_key("fake", text) for text in TEXTS]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "数据 data")
    yield opened
    opened.close()


def keep(store: Store, texts: list[str]) -> list[bytes]:
    keys = [vector_key("fake", text) for text in texts]
    with store.transaction():
        store.add_vectors(keys, FakeEncoder().encode_queries(texts))
    return keys


def blob_of(store: Store, key: bytes) -> bytes:
    ((blob,),) = sql(store.folder, "SELECT vector FROM vectors WHERE key = ?", key)
    assert isinstance(blob, bytes)
    return blob


# Keys


def test_a_key_is_16_bytes_of_sha_256_over_model_and_text() -> None:
    assert vector_key("fake", "年假") == hashlib.sha256("fake\0年假".encode()).digest()[:16]
    keys = {vector_key(model, text) for model in ("a", "b") for text in ("年假", "年假。", "", "\ud800")}
    assert len(keys) == 8
    assert {len(key) for key in keys} == {16}


# In and out


def test_vectors_come_back_bit_by_bit_in_the_order_asked_for(store: Store) -> None:
    vectors = FakeEncoder().encode_queries(TEXTS)
    assert keep(store, TEXTS) == KEYS
    order = [2, 0, 2, 1]
    found = store.vectors([KEYS[at] for at in order], DIMENSION)
    assert (found.tobytes(), found.dtype.name, found.shape) == (vectors[order].tobytes(), "float32", (4, DIMENSION))
    assert store.vectors([], DIMENSION).shape == (0, DIMENSION)


def test_odd_numbers_come_back_as_well(store: Store) -> None:
    odd = np.array([[0.0, -0.0, np.inf, -np.inf, 1e-45, 3.4e38]], dtype=np.float32)
    with store.transaction():
        store.add_vectors([b"k" * 16], odd.astype(np.float64).astype(np.float32))
    assert store.vectors([b"k" * 16], 6).tobytes() == odd.tobytes()


def test_a_vector_is_kept_as_little_endian_floats_with_their_checksum_behind(store: Store) -> None:
    with store.transaction():
        store.add_vectors([b"k" * 16], np.array([[1.0, -2.5]], dtype=np.float32))
    body = struct.pack("<2f", 1.0, -2.5)
    assert blob_of(store, b"k" * 16) == body + struct.pack("<I", zlib.crc32(body))


def test_a_vector_can_be_replaced(store: Store) -> None:
    keep(store, TEXTS)
    with store.transaction():
        store.add_vectors(KEYS[:1], np.ones((1, DIMENSION), dtype=np.float32))
    assert (store.vectors(KEYS[:1], DIMENSION) == 1).all()
    assert (store.vectors(KEYS[1:], DIMENSION) == FakeEncoder().encode_queries(TEXTS[1:])).all()


@pytest.mark.parametrize("count", [KEYS_A_QUERY - 1, KEYS_A_QUERY, KEYS_A_QUERY + 1, 3 * KEYS_A_QUERY + 7])
def test_many_vectors_are_asked_for_in_several_queries(store: Store, count: int) -> None:
    keys = [vector_key("fake", str(number)) for number in range(count)]
    vectors = np.arange(count * 3, dtype=np.float32).reshape(count, 3)
    with store.transaction():
        store.add_vectors(keys, vectors)
    order = np.random.default_rng(3).permutation(count)
    assert (store.vectors([keys[at] for at in order], 3) == vectors[order]).all()
    absent = [vector_key("other", str(number)) for number in range(count)]
    assert store.missing_vectors([*keys, *absent, *keys]) == set(absent)


def test_missing_vectors(store: Store) -> None:
    assert store.missing_vectors([*KEYS, *KEYS]) == set(KEYS)
    keep(store, TEXTS[:1])
    assert store.missing_vectors(iter(KEYS)) == set(KEYS[1:])
    assert store.missing_vectors([]) == set()


def test_a_missing_vector_is_told_with_the_command(store: Store) -> None:
    keep(store, TEXTS[:2])
    with pytest.raises(MissingVectors) as caught:
        store.vectors(KEYS, DIMENSION)
    assert str(caught.value) == (
        f"vectors are missing from {store.folder} or damaged. Build them anew: python -m qa sync --rebuild"
    )
    assert isinstance(caught.value, StoreError)


@pytest.mark.parametrize("dimension", [DIMENSION // 2, DIMENSION * 2, DIMENSION - 1])
def test_vectors_of_another_dimension_are_refused(store: Store, dimension: int) -> None:
    keep(store, TEXTS)
    with pytest.raises(MissingVectors):
        store.vectors(KEYS, dimension)


# Damage


@given(st.binary(max_size=300))
def test_a_checksum_is_put_on_and_taken_off(data: bytes) -> None:
    assert add_checksum(data) == data + zlib.crc32(data).to_bytes(4, "little")
    assert without_checksum(add_checksum(data)) == data


@given(st.binary(min_size=1, max_size=300), st.data())
def test_one_bit_is_enough_for_a_checksum_to_be_another_s(data: bytes, draw: st.DataObject) -> None:
    whole = bytearray(add_checksum(data))
    at = draw.draw(st.integers(0, 8 * len(whole) - 1))
    whole[at // 8] ^= 1 << at % 8
    assert without_checksum(bytes(whole)) is None


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0", b"abcd"])
def test_what_is_too_short_has_no_checksum(data: bytes) -> None:
    assert without_checksum(data) is None


def flip(blob: bytes, at: int) -> bytes:
    return blob[:at] + bytes([blob[at] ^ 0x10]) + blob[at + 1 :]


LAST = 4 * DIMENSION + 3
DAMAGED: dict[str, Callable[[bytes], object]] = {
    "the first byte": lambda blob: flip(blob, 0),
    "a middle byte": lambda blob: flip(blob, 130),
    "the last number": lambda blob: flip(blob, 4 * DIMENSION - 1),
    "the checksum": lambda blob: flip(blob, LAST),
    "cut": lambda blob: blob[:-1],
    "half": lambda blob: blob[: len(blob) // 2],
    "no checksum": lambda blob: blob[:-4],
    "empty": lambda blob: b"",
    "longer": lambda blob: blob + b"\0",
    "zeros": lambda blob: b"\0" * (len(blob) - 4) + b"\1\0\0\0",
    "text": lambda blob: "年" * 20,
    "a number": lambda blob: 5,
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_vector_is_missing(store: Store, kind: str) -> None:
    keep(store, TEXTS)
    sql(store.folder, "UPDATE vectors SET vector = ? WHERE key = ?", DAMAGED[kind](blob_of(store, KEYS[1])), KEYS[1])
    assert store.missing_vectors(KEYS) == {KEYS[1]}
    with pytest.raises(MissingVectors):
        store.vectors(KEYS, DIMENSION)
    assert store.vectors([KEYS[0], KEYS[2]], DIMENSION).shape == (2, DIMENSION)
    keep(store, TEXTS)
    assert store.missing_vectors(KEYS) == set()


def test_a_vector_that_became_text_is_missing(store: Store) -> None:
    keep(store, TEXTS)
    # A flipped bit in a row's head.
    sql(store.folder, "UPDATE vectors SET vector = CAST(vector AS TEXT) WHERE key = ?", KEYS[1])
    assert store.missing_vectors(KEYS) == {KEYS[1]}


def test_a_damaged_vector_is_embedded_again_once_it_is_needed(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write({"假期.txt": "年假每年十天。\n病假五天。\n", "婚假.txt": "婚假十天。"})
    library.sync()
    expected = answers(library.load())
    key = vector_key("fake", "病假五天。")
    with library.open() as store:
        blob = blob_of(store, key)
    library.sql("UPDATE vectors SET vector = ? WHERE key = ?", flip(blob, 7), key)
    encoder = FakeEncoder()
    library.sync(encoder)
    assert (encoder.embedded, answers(library.load())) == ([], expected)
    # Another document has the same sentence.
    library.write({"规定.txt": "病假五天。\n不得转让。\n"})
    assert library.sync(encoder).embedded_texts == 3
    assert sorted(encoder.embedded) == ["不得转让。", "病假五天。", "病假五天。\n不得转让。"]
    with library.open() as store:
        assert blob_of(store, key) == blob
        assert store.missing_vectors([key]) == set()


def test_a_document_read_again_by_name_is_embedded_again(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write({"假期.txt": "年假每年十天。\n病假五天。\n", "婚假.txt": "婚假十天。"})
    library.sync()
    encoder = FakeEncoder()
    report = library.sync(encoder, again=["婚假.txt"])
    assert (report.changed, report.unchanged, encoder.embedded) == (1, 1, ["婚假十天。"])


# Loose vectors


def test_vectors_that_no_document_has_are_forgotten(store: Store) -> None:
    overtime = indexed("加班.txt", "加班工资按照一点五倍发放。\n节假日按照三倍发放。\n".encode())
    add(store, overtime)
    keep(store, TEXTS)
    held = [*overtime.passage_keys, *overtime.sentence_keys]
    assert store.missing_vectors([*KEYS, *held]) == set()
    with store.transaction():
        store.forget_loose_vectors()
    assert store.missing_vectors([*KEYS, *held]) == set(KEYS)
    assert sql(store.folder, "SELECT * FROM loose_vectors") == []


def test_a_vector_that_two_documents_have_stays_until_both_are_gone(store: Store) -> None:
    first, second = indexed("甲.txt", TEXTS[0].encode()), indexed("乙.txt", TEXTS[0].encode())
    assert first.passage_keys == second.passage_keys
    add(store, first, second)
    for path, missing in (("甲.txt", set()), ("乙.txt", set(first.passage_keys))):
        with store.transaction():
            store.remove([path])
            store.forget_loose_vectors()
        assert store.missing_vectors(first.passage_keys) == missing


def test_the_vectors_of_a_changed_document_s_old_text_are_forgotten(store: Store) -> None:
    add(store, indexed("甲.txt", f"{TEXTS[0]}\n{TEXTS[1]}\n".encode()))
    old = store.vector_keys("甲.txt")
    add(store, indexed("甲.txt", f"{TEXTS[0]}\n{TEXTS[2]}\n".encode()))
    with store.transaction():
        store.forget_loose_vectors()
    assert store.missing_vectors([*old[0], *old[1]]) == {old[0][0], vector_key("fake", TEXTS[1])}
    passages, sentences = store.vector_keys("甲.txt")
    assert store.missing_vectors([*passages, *sentences]) == set()


def test_removed_text_leaves_no_vector_after_a_sync(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write({"假期.txt": "年假每年十天。\n病假五天。\n", "婚假.txt": "婚假十天。"})
    library.sync()
    assert len(library.sql("SELECT key FROM vectors")) == 4
    (library.documents / "假期.txt").unlink()
    library.sync()
    assert library.sql("SELECT key FROM vectors") == [(vector_key("fake", "婚假十天。"),)]
    assert library.sql("SELECT key FROM loose_vectors") == []


# Salvage


def damaged_copy(store: Store, folder: Path) -> Path:
    target = folder / "copy.sqlite"
    store.copy_to(target)
    return target


def test_salvage_takes_over_good_vectors_as_loose_ones(store: Store, tmp_path: Path) -> None:
    keep(store, TEXTS)
    sql(store.folder, "UPDATE vectors SET vector = ? WHERE key = ?", flip(blob_of(store, KEYS[1]), 9), KEYS[1])
    sql(store.folder, "INSERT INTO vectors VALUES ('text', 'text')")
    sql(store.folder, "INSERT INTO vectors VALUES (x'01', 'text'), (x'02', x''), ('key', ?)", add_checksum(b"1234"))
    other = Store.open(tmp_path / "other")
    assert other.salvage_vectors(damaged_copy(store, tmp_path)) == 2
    assert other.missing_vectors(KEYS) == {KEYS[1]}
    good = [KEYS[0], KEYS[2]]
    assert (other.vectors(good, DIMENSION) == FakeEncoder().encode_queries([TEXTS[0], TEXTS[2]])).all()
    assert {row[0] for row in sql(other.folder, "SELECT key FROM loose_vectors")} == set(good)
    other.close()


def test_salvage_overwrites_nothing(store: Store, tmp_path: Path) -> None:
    keep(store, TEXTS)
    other = Store.open(tmp_path / "other")
    with other.transaction():
        other.add_vectors(KEYS[:1], np.ones((1, DIMENSION), dtype=np.float32))
    other.salvage_vectors(damaged_copy(store, tmp_path))
    assert (other.vectors(KEYS[:1], DIMENSION) == 1).all()
    assert other.missing_vectors(KEYS) == set()
    other.close()


def test_salvage_takes_what_stands_before_the_damage(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(vector_rows, "KEYS_A_QUERY", 10)
    texts = [f"第{number}条。" for number in range(400)]
    keys = keep(store, texts)
    target = damaged_copy(store, tmp_path)
    whole = target.read_bytes()
    # Page 0 is the head; the vectors fill nearly all the others.
    at = len(whole) // 4096 // 2 * 4096
    target.write_bytes(whole[:at] + b"\xff" * 4096 + whole[at + 4096 :])
    other = Store.open(tmp_path / "other")
    saved = other.salvage_vectors(target)
    assert 0 < saved < 400
    found = [key for key in keys if key not in other.missing_vectors(keys)]
    assert len(found) == saved
    by_key = dict(zip(keys, texts, strict=True))
    assert (other.vectors(found, DIMENSION) == FakeEncoder().encode_queries([by_key[key] for key in found])).all()
    assert caplog.messages == ["copy.sqlite cannot be read to its end (database disk image is malformed)"]
    other.close()


@pytest.mark.parametrize("content", [b"", b"no database" * 500, None])
def test_salvage_of_what_is_no_database_is_nothing(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "copy.sqlite").write_bytes(content)
    with caplog.at_level(logging.WARNING, logger="index"):
        assert store.salvage_vectors(tmp_path / "copy.sqlite") == 0
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("copy.sqlite cannot be read to its end (")
    assert (tmp_path / "copy.sqlite").exists() == (content is not None)


@settings(max_examples=40, deadline=None)
@given(at=st.floats(0, 1), bit=st.integers(0, 7))
def test_no_flipped_bit_gets_past_the_checksum(tmp_path_factory: pytest.TempPathFactory, at: float, bit: int) -> None:
    folder = tmp_path_factory.mktemp("data")
    store = Store.open(folder)
    keep(store, TEXTS)
    store.close()
    whole = bytearray((folder / DATABASE).read_bytes())
    blobs = [add_checksum(vector.tobytes()) for vector in FakeEncoder().encode_queries(TEXTS)]
    # Into one of the vectors, checksum and all.
    place = round(at * (len(TEXTS) * len(blobs[0]) - 1))
    number, offset = divmod(place, len(blobs[0]))
    start = whole.find(blobs[number])
    assert start > 0
    whole[start + offset] ^= 1 << bit
    (folder / DATABASE).write_bytes(whole)
    store = Store.open(folder)
    assert store.missing_vectors(KEYS) == {KEYS[number]}
    store.close()

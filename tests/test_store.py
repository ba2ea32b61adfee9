from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.chunking import split_passages
from index.datatypes import Document, Failure, Page
from index.errors import ModelMismatch, StoreError
from index.loaders import parse_document
from index.store import DATABASE, IndexedDocument, Store, StoredFile, vector_key
from index.sync import passage_texts, sentence_texts
from tests.fakes import DIMENSION, FakeEncoder

LEAVE = "# 员工假期规定\n\n前言。\n\n## 年假\n\n员工每年享有十天年假。可以结转。\n\n## 病假\n\n病假五天。\n".encode()
OVERTIME = "加班工资按照一点五倍发放。\n节假日按照三倍发放。\n".encode()


def indexed(path: str, data: bytes, model: str = "fake") -> IndexedDocument:
    document = parse_document(path, data)
    passages = tuple(split_passages(document))
    return IndexedDocument(
        file=StoredFile(path, len(data), 1_700_000_000_123_456_789, document.content_hash, "2024-03-01T00:00:00+00:00"),
        document=document,
        passages=passages,
        passage_keys=tuple(vector_key(model, text) for text in passage_texts(document, passages)),
        sentence_keys=tuple(vector_key(model, text) for text in sentence_texts(document, passages)),
    )


def add(store: Store, *documents: IndexedDocument) -> None:
    """Store documents with their vectors."""
    with store.transaction():
        for one in documents:
            texts = passage_texts(one.document, one.passages) + sentence_texts(one.document, one.passages)
            store.add_vectors([*one.passage_keys, *one.sentence_keys], FakeEncoder().encode_passages(texts))
            store.add(one)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "数据 data")
    yield opened
    opened.close()


# Opening


def test_a_folder_is_made_and_opened_again(tmp_path: Path) -> None:
    folder = tmp_path / "深 处" / "数据"
    first = Store.open(folder)
    assert (first.current_generation(), first.files(), first.documents(), first.dimension()) == (0, {}, [], 0)
    add(first, indexed("加班.txt", OVERTIME))
    first.close()
    second = Store.open(folder)
    assert list(second.files()) == ["加班.txt"]
    second.close()


def test_another_form_is_refused_with_what_to_do(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.set_meta("schema", "99")
    store.close()
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path)
    assert str(caught.value) == (
        f"the index in {tmp_path} has form 99, this program reads form 1. "
        "Delete wendang.sqlite and generations/ there; they are built anew from the documents"
    )


def test_a_place_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreError, match="cannot be opened .*Check that the folder can be written"):
        Store.open(tmp_path / "data")


@pytest.mark.parametrize(
    "data", [b"not a database" * 100, b"\x80\x04\x95" * 500, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_garbage_is_no_index(tmp_path: Path, data: bytes) -> None:
    (tmp_path / DATABASE).write_bytes(data)
    with pytest.raises(StoreError, match="may be deleted"):
        Store.open(tmp_path)


def read_everything(folder: Path) -> None:
    store = Store.open(folder)
    try:
        store.check_model("fake")
        store.files()
        documents = store.documents()
        store.passages(documents)
        store.failures()
        store.missing_vectors([vector_key("fake", "年假")])
        store.passage_vectors(DIMENSION)
        store.sentence_vectors(DIMENSION)
        if number := store.current_generation():
            store.generation(number)
    finally:
        store.close()


def test_a_damaged_database_is_a_store_error_or_readable(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    add(store, *(indexed(f"{number}.md", LEAVE + f"第{number}条。".encode() * 50) for number in range(20)))
    store.close()
    whole = (tmp_path / DATABASE).read_bytes()
    damaged = [whole[:length] for length in range(0, len(whole), len(whole) // 25)]
    for at in range(20, len(whole), len(whole) // 60):
        damaged.append(whole[:at] + bytes(byte ^ 0x5A for byte in whole[at : at + 40]) + whole[at + 40 :])
    # SQLite quotes the broken name in its message, which then is no text.
    damaged.append(whole.replace(b"CREATE TABLE vectors", b"CREATE \xff\xfe\xfd\xfc\xff vectors"))
    refused = 0
    for data in damaged:
        for path in tmp_path.iterdir():
            path.unlink()
        (tmp_path / DATABASE).write_bytes(data)
        try:
            read_everything(tmp_path)
        except StoreError:
            refused += 1
    assert refused > len(damaged) // 4


# Documents


def test_documents_come_back_as_they_went_in(store: Store) -> None:
    leave, overtime = indexed("人事/假期.md", LEAVE), indexed("加班.txt", OVERTIME)
    add(store, overtime, leave)
    assert store.documents() == [leave.document, overtime.document]
    assert store.files() == {"人事/假期.md": leave.file, "加班.txt": overtime.file}


def test_pages_come_back(store: Store) -> None:
    plain = indexed("加班.txt", OVERTIME)
    pages = (Page(1, 0, 13), Page(2, 13, len(plain.document.text)))
    document = Document(**{name: getattr(plain.document, name) for name in Document.__slots__} | {"pages": pages})
    passages = tuple(split_passages(document))
    add(store, IndexedDocument(plain.file, document, passages, plain.passage_keys, plain.sentence_keys))
    assert store.documents() == [document]
    assert store.passages([document]) == list(passages)


def test_passages_are_numbered_by_document_and_offset(store: Store) -> None:
    leave, overtime = indexed("假期.md", LEAVE), indexed("加班.txt", OVERTIME)
    add(store, overtime, leave)
    found = store.passages(store.documents())
    assert [(passage.id, passage.document, passage.headings) for passage in found] == [
        (0, "假期.md", ()),
        (1, "假期.md", ("年假",)),
        (2, "假期.md", ("病假",)),
        (3, "加班.txt", ()),
    ]
    assert found[:3] == list(leave.passages)
    assert [[passage.sentence_text(one) for one in passage.sentences] for passage in found[1::2]] == [
        ["员工每年享有十天年假。", "可以结转。"],
        ["加班工资按照一点五倍发放。", "节假日按照三倍发放。"],
    ]
    assert {sentence.passage_id for sentence in found[3].sentences} == {3}


def test_adding_again_replaces(store: Store) -> None:
    add(store, indexed("假期.md", LEAVE))
    add(store, indexed("假期.md", "事假没有工资。".encode()))
    assert [document.text for document in store.documents()] == ["事假没有工资。"]
    assert [passage.text for passage in store.passages(store.documents())] == ["事假没有工资。"]


def test_removing_leaves_no_passage_and_no_vector(store: Store) -> None:
    add(store, indexed("假期.md", LEAVE), indexed("加班.txt", OVERTIME))
    with store.transaction():
        store.remove(["假期.md", "没有.txt"])
        store.forget_unused_vectors()
    assert [document.path for document in store.documents()] == ["加班.txt"]
    assert {passage.document for passage in store.passages(store.documents())} == {"加班.txt"}
    kept = indexed("加班.txt", OVERTIME)
    assert store.missing_vectors([*kept.passage_keys, *kept.sentence_keys]) == set()
    gone = indexed("假期.md", LEAVE)
    assert store.missing_vectors([*gone.passage_keys]) == set(gone.passage_keys)


def test_renaming_takes_passages_and_the_title_along(store: Store) -> None:
    overtime = indexed("加班.txt", OVERTIME)
    add(store, overtime)
    with store.transaction():
        store.rename("加班.txt", StoredFile("人事/工资.txt", 5, 6, overtime.file.content_hash, "ignored"))
    assert store.files() == {
        "人事/工资.txt": StoredFile("人事/工资.txt", 5, 6, overtime.file.content_hash, overtime.file.indexed_at)
    }
    assert [(p.document, p.title) for p in store.passages(store.documents())] == [("人事/工资.txt", "工资")]


def test_touching_notes_size_and_time_only(store: Store) -> None:
    overtime = indexed("加班.txt", OVERTIME)
    add(store, overtime)
    with store.transaction():
        store.touch(StoredFile("加班.txt", 7, 8, "other", "other"))
    assert store.files()["加班.txt"] == StoredFile(
        "加班.txt", 7, 8, overtime.file.content_hash, overtime.file.indexed_at
    )


def test_failures_are_those_of_the_last_time(store: Store) -> None:
    store.replace_failures([Failure("b.txt", "空"), Failure("a.txt", "坏")])
    assert store.failures() == [Failure("a.txt", "坏"), Failure("b.txt", "空")]
    store.replace_failures([])
    assert store.failures() == []


# Vectors


def test_vectors_come_back_bit_by_bit_in_the_order_of_passages_and_sentences(store: Store) -> None:
    leave, overtime = indexed("假期.md", LEAVE), indexed("加班.txt", OVERTIME)
    add(store, overtime, leave)
    for table, found in (
        ("passage", store.passage_vectors(DIMENSION)),
        ("sentence", store.sentence_vectors(DIMENSION)),
    ):
        read = passage_texts if table == "passage" else sentence_texts
        texts = [*read(leave.document, leave.passages), *read(overtime.document, overtime.passages)]
        assert found.tolist() == FakeEncoder().encode_passages(texts).tolist()
        assert (found.shape, found.dtype.name) == ((len(texts), DIMENSION), "float32")


def test_without_documents_there_are_no_vectors(store: Store) -> None:
    assert store.passage_vectors(DIMENSION).shape == store.sentence_vectors(DIMENSION).shape == (0, DIMENSION)


@pytest.mark.parametrize("dimension", [DIMENSION // 2, DIMENSION * 2])
def test_vectors_of_another_dimension_are_refused(store: Store, dimension: int) -> None:
    add(store, indexed("加班.txt", OVERTIME))
    with pytest.raises(StoreError, match=r"vectors of passages are missing .* python -m qa sync --rebuild$"):
        store.passage_vectors(dimension)


def test_a_missing_vector_is_told(store: Store) -> None:
    with store.transaction():
        store.add(indexed("加班.txt", OVERTIME))
    with pytest.raises(StoreError, match=r"vectors of sentences are missing .* python -m qa sync --rebuild$"):
        store.sentence_vectors(DIMENSION)


def test_vectors_of_texts_that_no_document_holds(store: Store) -> None:
    keys = [vector_key("fake", text) for text in ("甲乙", "丙丁", "戊己")]
    vectors = FakeEncoder().encode_queries(["甲乙", "丙丁", "戊己"])
    with store.transaction():
        store.add_vectors(keys, vectors)
    order = [2, 0, 2]
    assert (store.vectors([keys[at] for at in order], DIMENSION) == vectors[order]).all()
    assert store.vectors([], DIMENSION).shape == (0, DIMENSION)
    with pytest.raises(StoreError, match="vectors of texts are missing"):
        store.vectors([keys[0], vector_key("fake", "庚")], DIMENSION)


def test_a_vector_s_key_depends_on_model_and_text() -> None:
    keys = {vector_key(model, text) for model in ("a", "b") for text in ("年假", "年假。", "", "\ud800")}
    assert len(keys) == 8
    assert {len(key) for key in keys} == {16}
    assert vector_key("a", "年假") == vector_key("a", "年假")


def test_missing_vectors(store: Store) -> None:
    keys = [vector_key("fake", text) for text in ("年假", "病假", "年假")]
    assert store.missing_vectors(keys) == set(keys)
    with store.transaction():
        store.add_vectors(keys[:1], np.ones((1, DIMENSION), dtype=np.float32))
    assert store.missing_vectors(keys) == {keys[1]}
    assert store.missing_vectors([]) == set()


# The model


def test_another_model_is_refused_with_the_command(store: Store) -> None:
    store.check_model("any")
    store.set_meta("model", "multilingual-e5-small@1")
    store.check_model("multilingual-e5-small@1")
    with pytest.raises(ModelMismatch) as caught:
        store.check_model("bge@2")
    assert str(caught.value) == (
        f"the index in {store.folder} was built with the embedding model multilingual-e5-small@1, now bge@2 is set. "
        "Set WENDANG_EMBEDDING_MODEL back, or, with the same --documents and --data as here, "
        "build the index anew: python -m qa sync --rebuild"
    )


def test_clear_forgets_documents_and_model_and_keeps_vectors_until_they_are_unused(store: Store) -> None:
    overtime = indexed("加班.txt", OVERTIME)
    add(store, overtime)
    store.set_meta("model", "fake")
    with store.transaction():
        store.clear()
    assert (store.documents(), store.meta("model")) == ([], None)
    assert store.missing_vectors(overtime.passage_keys) == set()
    with store.transaction():
        store.forget_unused_vectors()
    assert store.missing_vectors(overtime.passage_keys) == set(overtime.passage_keys)


# Transactions


def test_a_transaction_is_whole_or_not_at_all(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt), store.transaction():
        store.add(indexed("加班.txt", OVERTIME))
        raise KeyboardInterrupt
    assert store.files() == {}
    add(store, indexed("加班.txt", OVERTIME))
    assert list(store.files()) == ["加班.txt"]


def test_a_database_error_inside_becomes_ours(store: Store) -> None:
    with pytest.raises(StoreError, match="what was indexed before is still there"), store.transaction():
        raise sqlite3.OperationalError("database or disk is full")


def test_a_snapshot_sees_one_state(store: Store) -> None:
    other = Store.open(store.folder)
    with store.snapshot():
        assert store.files() == {}
        add(other, indexed("加班.txt", OVERTIME))
        assert store.files() == {}
    assert list(store.files()) == ["加班.txt"]
    other.close()


# Generations


def test_generations(store: Store) -> None:
    with store.transaction():
        store.add_generation(1, "00000001-a", {"passages.faiss": "1" * 64})
        store.add_generation(2, "00000002-b", {"passages.faiss": "2" * 64})
    assert store.current_generation() == 2
    assert store.generation(1) == ("00000001-a", {"passages.faiss": "1" * 64})
    with store.transaction():
        store.replace_generation_files(2, "00000002-c", {})
        assert store.keep_generations([2, 3]) == ["00000002-c"]
    with pytest.raises(StoreError, match=r"generation 1 is not in .* python -m qa sync --rebuild$"):
        store.generation(1)

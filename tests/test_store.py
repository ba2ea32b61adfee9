from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.chunking import split_passages
from index.datatypes import Document, Failure, Page, Passage, Section
from index.errors import DamagedStore
from index.loaders import parse_document
from index.records import PassageSpan, Record
from index.store import DATABASE, FailedFile, IndexedDocument, Store, StoredFile, Totals, vector_key
from index.sync import passage_texts, sentence_texts
from tests.fakes import DIMENSION, FakeEncoder

LEAVE = "# 员工假期规定\n\n前言。\n\n## 年假\n\n员工每年享有十天年假。可以结转。\n\n## 病假\n\n病假五天。\n".encode()
OVERTIME = "加班工资按照一点五倍发放。\n节假日按照三倍发放。\n".encode()
MOMENT = 1_700_000_000_123_456_789


def indexed(path: str, data: bytes, model: str = "fake") -> IndexedDocument:
    return with_keys(parse_document(path, data), len(data), model)


def with_keys(document: Document, size: int = 7, model: str = "fake") -> IndexedDocument:
    passages = tuple(split_passages(document))
    return IndexedDocument(
        file=StoredFile(document.path, size, MOMENT, document.content_hash, "2024-03-01T00:00:00+00:00"),
        document=document,
        passages=passages,
        passage_keys=tuple(vector_key(model, text) for text in passage_texts(document, passages)),
        sentence_keys=tuple(vector_key(model, text) for text in sentence_texts(document, passages)),
    )


def texts_of(one: IndexedDocument) -> list[str]:
    """Return what is embedded of a document: its passages, then its sentences."""
    return passage_texts(one.document, one.passages) + sentence_texts(one.document, one.passages)


def add(store: Store, *documents: IndexedDocument) -> None:
    """Store documents with their vectors."""
    with store.transaction():
        for one in documents:
            vectors = FakeEncoder().encode_passages(texts_of(one))
            store.add_vectors([*one.passage_keys, *one.sentence_keys], vectors)
            store.add(one)


def sql(folder: Path, query: str, *parameters: object) -> list[tuple[object, ...]]:
    """Do something to a database behind the program's back."""
    connection = sqlite3.connect(folder / DATABASE, isolation_level=None)
    try:
        return connection.execute(query, parameters).fetchall()
    finally:
        connection.close()


def passages_of(record: Record) -> list[Passage]:
    return [record.passage(number, number) for number in range(len(record.passages))]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "数据 data")
    yield opened
    opened.close()


# Documents


def test_documents_come_back_as_they_went_in(store: Store) -> None:
    leave, overtime = indexed("人事/假期.md", LEAVE), indexed("加班.txt", OVERTIME)
    add(store, overtime, leave)
    found = store.records()
    assert list(found) == ["人事/假期.md", "加班.txt"]
    assert [record.document for record in found.values()] == [leave.document, overtime.document]
    assert [record.file for record in found.values()] == [leave.file, overtime.file]
    assert [passages_of(record) for record in found.values()] == [list(leave.passages), list(overtime.passages)]
    assert store.files() == {"人事/假期.md": leave.file, "加班.txt": overtime.file}


def test_a_record_holds_spans_sentences_and_the_folded_title(store: Store) -> None:
    add(store, indexed("假期.md", "# 員工假期規定\n\n前言。\n\n## 年假\n\n每年十天。可以结转。\n".encode()))
    record = store.records()["假期.md"]
    assert record.document.text == "員工假期規定\n前言。\n年假\n每年十天。可以结转。"
    assert record.folded_title == "员工假期规定"
    assert record.passages == (PassageSpan(7, 10, None, ()), PassageSpan(14, 24, None, ("年假",)))
    assert record.sentences.tolist() == [[7, 10], [14, 19], [19, 24]]
    assert record.sentence_starts.tolist() == [0, 1, 3]
    assert record.digest == store.digests()["假期.md"]


def test_pages_and_sections_come_back(store: Store) -> None:
    plain = indexed("加班.txt", OVERTIME).document
    pages = (Page(1, 0, 13), Page(2, 13, len(plain.text), "附表", ((13, 4),), ((15, 18, 0.625),)))
    sections = (Section(0, 13), Section(13, len(plain.text), ("附则", "“节假日”")))
    document = replace(plain, pages=pages, sections=sections)
    add(store, with_keys(document))
    record = store.records()["加班.txt"]
    assert record.document == document
    assert [(passage.page, passage.headings, passage.text) for passage in passages_of(record)] == [
        (1, (), "加班工资按照一点五倍发放。"),
        (2, ("附则", "“节假日”"), "节假日按照三倍发放。"),
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("年假十天。\n#一 \t“”，PPR-9087\U00020000\ud800é"), min_size=1, max_size=120))
def test_any_text_comes_back(store: Store, text: str) -> None:
    document = replace(indexed("任意.txt", OVERTIME).document, text=text, sections=(Section(0, len(text), ()),))
    one = with_keys(document)
    with store.transaction():
        if "\ud800" in text:
            # No loader lets half a surrogate pair through, and SQLite takes none.
            with pytest.raises(UnicodeEncodeError):
                store.add(one)
            store.remove(["任意.txt"])
            return
        store.add(one)
    record = store.records()["任意.txt"]
    assert record.document == document
    assert passages_of(record) == list(one.passages)


def test_only_those_asked_for_come_back(store: Store) -> None:
    add(store, *(indexed(f"{name}.txt", f"{name}假五天。".encode()) for name in "丙甲乙"))
    assert list(store.records(["甲.txt", "丙.txt"])) == ["丙.txt", "甲.txt"]
    assert store.records([]) == {}


def test_a_document_that_is_not_there_is_left_out(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    assert store.records(["没有.txt"]) == {}
    assert caplog.messages == ["what the index holds of 没有.txt is damaged; the next sync reads the file again"]


def test_adding_again_replaces(store: Store) -> None:
    add(store, indexed("假期.md", LEAVE))
    add(store, indexed("假期.md", "事假没有工资。".encode()))
    record = store.records()["假期.md"]
    assert record.document.text == "事假没有工资。"
    assert [passage.text for passage in passages_of(record)] == ["事假没有工资。"]
    assert store.totals() == Totals(1, 1, 1)


def test_totals_and_lengths(store: Store) -> None:
    assert (store.totals(), store.lengths()) == (Totals(0, 0, 0), {})
    leave = indexed("假期.md", LEAVE)
    add(store, leave, indexed("加班.txt", OVERTIME))
    assert store.totals() == Totals(2, 4, 6)
    assert store.lengths() == {"假期.md": len(leave.document.text), "加班.txt": 24}


def test_removing_leaves_no_passage_and_no_vector(store: Store) -> None:
    leave, overtime = indexed("假期.md", LEAVE), indexed("加班.txt", OVERTIME)
    add(store, leave, overtime)
    with store.transaction():
        store.remove(["假期.md", "没有.txt"])
        store.forget_loose_vectors()
    assert list(store.records()) == ["加班.txt"]
    assert store.totals() == Totals(1, 1, 2)
    assert sql(store.folder, "SELECT DISTINCT document FROM passages UNION SELECT document FROM sentences") == [
        ("加班.txt",)
    ]
    assert store.missing_vectors([*overtime.passage_keys, *overtime.sentence_keys]) == set()
    gone = {*leave.passage_keys, *leave.sentence_keys}
    assert store.missing_vectors(gone) == gone


def test_renaming_takes_passages_and_the_title_along(store: Store) -> None:
    overtime = indexed("加班.txt", OVERTIME)
    add(store, overtime)
    digest = store.digests()["加班.txt"]
    with store.transaction():
        store.rename({"加班.txt": StoredFile("人事/工资.txt", 5, 6, overtime.file.content_hash, "ignored")})
    stored = StoredFile("人事/工资.txt", 5, 6, overtime.file.content_hash, overtime.file.indexed_at)
    assert store.files() == {"人事/工资.txt": stored}
    record = store.records()["人事/工资.txt"]
    assert [(passage.document, passage.title) for passage in passages_of(record)] == [("人事/工资.txt", "工资")]
    assert (record.file, record.digest) == (stored, digest)


def test_names_change_places(store: Store) -> None:
    names = ("甲.txt", "乙.txt", "丙.txt")
    add(store, *(indexed(name, f"{name[0]}假五天。".encode()) for name in names))
    files = store.files()
    turned = {"甲.txt": "乙.txt", "乙.txt": "丙.txt", "丙.txt": "甲.txt"}
    with store.transaction():
        store.rename({old: replace(files[old], path=new) for old, new in turned.items()})
    assert {path: record.document.text for path, record in store.records().items()} == {
        "甲.txt": "丙假五天。",
        "乙.txt": "甲假五天。",
        "丙.txt": "乙假五天。",
    }


def test_touching_notes_size_and_time_only(store: Store) -> None:
    overtime = indexed("加班.txt", OVERTIME)
    add(store, overtime)
    with store.transaction():
        store.touch(StoredFile("加班.txt", 7, 8, "other", "other"))
    assert store.files()["加班.txt"] == replace(overtime.file, size=7, modified_ns=8)


def test_vector_keys_are_those_of_passages_and_sentences_in_order(store: Store) -> None:
    leave = indexed("假期.md", LEAVE)
    add(store, leave, indexed("加班.txt", OVERTIME))
    assert store.vector_keys("假期.md") == (list(leave.passage_keys), list(leave.sentence_keys))
    assert store.vector_keys("没有.txt") == ([], [])


def test_failures_are_those_of_the_last_time(store: Store) -> None:
    bad, empty = FailedFile(Failure("a.txt", "坏"), 5, MOMENT), FailedFile(Failure("b.txt", "空"))
    store.replace_failures([empty, bad])
    assert store.failed_files() == {"a.txt": bad, "b.txt": empty}
    assert list(store.failed_files()) == ["a.txt", "b.txt"]
    assert store.failures() == [Failure("a.txt", "坏"), Failure("b.txt", "空")]
    store.replace_failures([])
    assert (store.failures(), store.failed_files()) == ([], {})


def test_user_words(store: Store) -> None:
    assert store.user_words() == ()
    store.set_user_words(["碳谷绿湾", "绿核"])
    assert store.user_words() == ("碳谷绿湾", "绿核")


# Digests: what tells one state of a document from another, and damage from what was written


def test_a_digest_follows_from_the_content_alone(store: Store) -> None:
    add(store, indexed("甲.txt", OVERTIME), indexed("乙.txt", OVERTIME), indexed("丙.txt", LEAVE))
    first = store.digests()
    assert {len(digest) for digest in first.values()} == {32}
    assert first["甲.txt"] == first["乙.txt"] != first["丙.txt"]
    add(store, indexed("甲.txt", OVERTIME))
    assert store.digests() == first
    add(store, indexed("甲.txt", OVERTIME, "another model"))
    assert store.digests()["甲.txt"] != first["甲.txt"]


# Of the document whose path is the parameter.
DAMAGES = {
    "a character of the text": "UPDATE documents SET text = replace(text, '十天', '九天') WHERE path = ?1",
    "a character behind the text": "UPDATE documents SET text = text || ' ' WHERE path = ?1",
    "the text as bytes": "UPDATE documents SET text = CAST(text AS BLOB) WHERE path = ?1",
    "the title": "UPDATE documents SET title = '员工假期决定' WHERE path = ?1",
    "no title": "UPDATE documents SET title = NULL WHERE path = ?1",
    "a heading of a section": "UPDATE documents SET sections = replace(sections, '年假', '年休') WHERE path = ?1",
    "sections that are no JSON": "UPDATE documents SET sections = '[[' WHERE path = ?1",
    "pages": "UPDATE documents SET pages = '[[1, 0, 5]]' WHERE path = ?1",
    "the digest": "UPDATE documents SET digest = zeroblob(32) WHERE path = ?1",
    "a passage gone": "DELETE FROM passages WHERE document = ?1 AND start > 20",
    "all passages gone": "DELETE FROM passages WHERE document = ?1",
    "where a passage begins": "UPDATE passages SET start = start + 1 WHERE document = ?1 AND start > 20",
    "where a passage ends": "UPDATE passages SET end = end - 1 WHERE document = ?1",
    "a passage's page": "UPDATE passages SET page = 3 WHERE document = ?1",
    "a passage's headings": "UPDATE passages SET headings = '[\"事假\"]' WHERE document = ?1",
    "a passage's vector": "UPDATE passages SET vector_key = zeroblob(16) WHERE document = ?1",
    "a sentence gone": "DELETE FROM sentences WHERE document = ?1 AND start > 20",
    "a sentence more": "INSERT INTO sentences VALUES (?1, 0, 1, 0, zeroblob(16))",
    "where a sentence begins": "UPDATE sentences SET start = start + 1 WHERE document = ?1 AND start > 20",
    "where a sentence ends": "UPDATE sentences SET end = end + 1 WHERE document = ?1",
    "a sentence's passage": "UPDATE sentences SET passage_start = 0 WHERE document = ?1",
    "a sentence's vector": "UPDATE sentences SET vector_key = zeroblob(16) WHERE document = ?1 AND start > 20",
    "a number as text": "UPDATE passages SET end = 'x' WHERE document = ?1",
}


@pytest.mark.parametrize("query", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_document_that_is_not_what_was_written_is_left_out(
    store: Store, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    add(store, indexed("假期.md", LEAVE), indexed("加班.txt", OVERTIME))
    assert (list(store.records()), caplog.messages) == (["假期.md", "加班.txt"], [])
    sql(store.folder, query, "假期.md")
    assert list(store.records()) == ["加班.txt"]
    assert caplog.messages == ["what the index holds of 假期.md is damaged; the next sync reads the file again"]


@pytest.mark.parametrize("column", ["text", "title", "sections", "pages"])
def test_a_text_that_is_no_utf_8_is_damage_to_its_document_alone(
    store: Store, caplog: pytest.LogCaptureFixture, column: str
) -> None:
    add(store, indexed("假期.md", LEAVE), indexed("加班.txt", OVERTIME))
    sql(store.folder, f"UPDATE documents SET {column} = CAST(x'e5b9ff' AS TEXT) WHERE path = '假期.md'")
    assert list(store.records()) == ["加班.txt"]
    assert caplog.messages == ["what the index holds of 假期.md is damaged; the next sync reads the file again"]


@pytest.mark.parametrize("column", ["characters", "digest", "passages", "sentences"])
def test_a_value_of_another_kind_is_damage_and_no_other_error(store: Store, column: str) -> None:
    add(store, indexed("假期.md", LEAVE))
    # A flipped bit in a row's head makes a number or bytes a text.
    sql(store.folder, f"UPDATE documents SET {column} = 'x'")
    for read in (store.lengths, store.digests, store.totals):
        with suppress(DamagedStore):
            read()


def test_a_distrusted_document_is_out_of_service_and_looks_changed(store: Store) -> None:
    leave, overtime = indexed("假期.md", LEAVE), indexed("加班.txt", OVERTIME)
    add(store, leave, overtime)
    digest = store.digests()["加班.txt"]
    with store.transaction():
        store.distrust(["假期.md", "没有.txt"])
    assert store.digests() == {"加班.txt": digest}
    assert list(store.records()) == ["加班.txt"]
    assert store.files() == {
        "假期.md": replace(leave.file, size=-1, content_hash=""),
        "加班.txt": overtime.file,
    }
    add(store, leave)
    assert list(store.records()) == ["假期.md", "加班.txt"]


# A build with another model


def test_clear_forgets_documents_and_model_and_keeps_vectors_until_they_are_unused(store: Store) -> None:
    overtime = indexed("加班.txt", OVERTIME)
    add(store, overtime)
    with store.transaction():
        store.forget_loose_vectors()
        store.set_meta("model", "fake")
        store.replace_failures([FailedFile(Failure("坏.txt", "空"))])
        store.write("INSERT INTO lexicon VALUES (0, x'00', '00000000[]')")
        store.clear()
    assert (store.records(), store.files(), store.failures(), store.meta("model")) == ({}, {}, [], None)
    assert store.rows("SELECT * FROM lexicon") == []
    assert store.missing_vectors(overtime.passage_keys) == set()
    assert store.vectors(overtime.passage_keys, DIMENSION).shape == (1, DIMENSION)
    with store.transaction():
        store.forget_loose_vectors()
    assert store.missing_vectors(overtime.passage_keys) == set(overtime.passage_keys)

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import split_passages
from index.datatypes import Document, Passage, Sentence
from index.lexical import fold_in_place
from index.loaders import parse_document
from index.records import PassageSpan, PassageTable, Record, StoredFile

FILES = {
    "假期.md": "# 員工假期規定\n\n## 年假\n\n每年十天年假。可以结转。\n\n## 病假\n\n每年五天病假。\n",
    "设备.txt": "设备说明\nPPR-9087型设备的额定功率为1.5千瓦。检修由工程部负责。\n",
}


def record_of(document: Document, passages: Sequence[Passage]) -> Record:
    """The record of a document that is cut into these passages."""
    sentences = [(one.start, one.end) for passage in passages for one in passage.sentences]
    starts = np.cumsum([0, *(len(passage.sentences) for passage in passages)])
    return Record(
        file=StoredFile(document.path, len(document.text), 1, document.content_hash, "2024-05-01T08:00:00"),
        digest=document.content_hash.encode(),
        document=document,
        folded_title=fold_in_place(document.title),
        passages=tuple(PassageSpan(one.start, one.end, one.page, one.headings) for one in passages),
        sentences=np.array(sentences, dtype=np.int32).reshape(-1, 2),
        sentence_starts=starts.astype(np.int32),
    )


# A document without passages stands between others in every table.
EMPTY = record_of(Document("空.md", "空", "", (), (), ""), [])


def write_down(path: str, text: str) -> Record:
    document = parse_document(path, text.encode())
    return record_of(document, split_passages(document, 0))


def records_of(files: dict[str, str]) -> list[Record]:
    """The records of files in the order of their paths, and that of an empty document."""
    return sorted([*(write_down(*file) for file in files.items()), EMPTY], key=lambda record: record.document.path)


def passages_of(files: dict[str, str]) -> list[Passage]:
    """The passages of files in the order of their paths, with their ids."""
    passages: list[Passage] = []
    for path, text in sorted(files.items()):
        passages.extend(split_passages(parse_document(path, text.encode()), len(passages)))
    return passages


@pytest.fixture
def table() -> PassageTable:
    return PassageTable(records_of(FILES))


# One passage


def test_a_record_gives_its_passages_under_any_id() -> None:
    record = write_down("假期.md", FILES["假期.md"])
    assert record.document.text == "員工假期規定\n年假\n每年十天年假。可以结转。\n病假\n每年五天病假。"
    assert record.passage(0, 7) == Passage(
        id=7,
        document="假期.md",
        title="員工假期規定",
        start=10,
        end=22,
        text="每年十天年假。可以结转。",
        headings=("年假",),
        page=None,
        sentences=(Sentence(7, 10, 17), Sentence(7, 17, 22)),
    )
    second = record.passage(1, 8)
    assert (second.text, second.headings, second.sentences) == ("每年五天病假。", ("病假",), (Sentence(8, 26, 33),))
    assert [second.sentence_text(one) for one in second.sentences] == ["每年五天病假。"]


def test_a_passage_keeps_its_page() -> None:
    document = Document("报告.pdf", "报告", "第一页。第二页。", (), (), "ab")
    spans = [
        Passage(0, "报告.pdf", "报告", 0, 4, "第一页。", (), 1),
        Passage(1, "报告.pdf", "报告", 4, 8, "第二页。", (), 2),
    ]
    record = record_of(document, spans)
    assert [record.passage(number, number) for number in (0, 1)] == spans
    assert [record.passage(number, 0).page for number in (0, 1)] == [1, 2]


def test_offsets_are_plain_numbers() -> None:
    passage = write_down("设备.txt", FILES["设备.txt"]).passage(0, 0)
    kinds = {type(number) for one in passage.sentences for number in (one.passage_id, one.start, one.end)}
    assert kinds | {type(passage.id), type(passage.start), type(passage.end)} == {int}


# The table


def test_a_table_has_the_passages_of_all_documents_in_order(table: PassageTable) -> None:
    assert [(one.id, one.document, one.text) for one in table] == [
        (0, "假期.md", "每年十天年假。可以结转。"),
        (1, "假期.md", "每年五天病假。"),
        (2, "设备.txt", "PPR-9087型设备的额定功率为1.5千瓦。检修由工程部负责。"),
    ]
    assert len(table) == 3
    assert list(table) == passages_of(FILES)
    assert all(sentence.passage_id == one.id for one in table for sentence in one.sentences)


def test_a_passage_is_the_same_object_however_it_is_asked_for(table: PassageTable) -> None:
    first = table[1]
    assert table[1] is first and table[-2] is first and table[np.int64(1)] is first  # type: ignore[call-overload]
    assert table[1:2][0] is first and list(table)[1] is first and next(iter(table[1:])) is first
    assert first in table and table.index(first) == 1


def test_a_number_of_numpy_gives_the_same_passage_with_a_plain_id(table: PassageTable) -> None:
    passage = table[np.int64(2)]  # type: ignore[call-overload]
    assert type(passage.id) is int
    assert passage == passages_of(FILES)[2]


def test_passages_are_made_when_they_are_asked_for_and_once(
    table: PassageTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, int, int]] = []
    make = Record.passage

    def note(record: Record, number: int, identifier: int) -> Passage:
        made.append((record.document.path, number, identifier))
        return make(record, number, identifier)

    monkeypatch.setattr(Record, "passage", note)
    assert (len(table), bool(table), table[3:], made) == (3, True, (), [])
    assert (table[2].id, table[2].id, table[1].id) == (2, 2, 1)
    assert made == [("设备.txt", 0, 2), ("假期.md", 1, 1)]
    assert table.rows_of(table[1]) == range(0, 2)
    assert list(table) == list(table)
    assert made == [("设备.txt", 0, 2), ("假期.md", 1, 1), ("假期.md", 0, 0)]


def test_rows_count_from_the_end_as_well(table: PassageTable) -> None:
    assert [table[row].id for row in (-1, -2, -3)] == [2, 1, 0]


@pytest.mark.parametrize("row", [3, 4, -4, 10**9, -(10**9)])
def test_a_passage_that_there_is_not_is_refused(table: PassageTable, row: int) -> None:
    with pytest.raises(IndexError, match="asked for, there are 3"):
        table[row]


@pytest.mark.parametrize(
    "cut", [slice(None), slice(1, 3), slice(-2, None), slice(None, None, -1), slice(0, 9, 2), slice(2, 1), slice(5, 9)]
)
def test_a_slice_is_a_tuple_of_passages(table: PassageTable, cut: slice) -> None:
    assert table[cut] == tuple(passages_of(FILES)[cut])


def test_the_rows_of_a_document_are_those_of_its_passages(table: PassageTable) -> None:
    assert [table.rows_of(passage) for passage in table] == [range(0, 2), range(0, 2), range(2, 3)]


def test_a_table_equals_what_has_the_same_passages(table: PassageTable) -> None:
    passages = passages_of(FILES)
    same = PassageTable(records_of(FILES))
    assert table == tuple(passages) and tuple(passages) == table
    assert table == passages and table == same
    assert table != tuple(passages[:2]) and table != (*passages, passages[0]) and table != tuple(passages[::-1])
    assert table != "假期" and table != 3 and table != set(passages)


@pytest.mark.parametrize("records", [[], [EMPTY, EMPTY]], ids=["no documents", "no passages"])
def test_an_empty_table(records: list[Record]) -> None:
    empty = PassageTable(records)
    assert (len(empty), list(empty), bool(empty), empty[:]) == (0, [], False, ())
    assert empty == () and empty == PassageTable([])
    for row in (0, -1):
        with pytest.raises(IndexError, match="there are 0"):
            empty[row]


def test_a_table_keeps_what_it_was_made_of() -> None:
    records = [write_down("设备.txt", FILES["设备.txt"])]
    table = PassageTable(records)
    records.clear()
    assert table[0].text == "PPR-9087型设备的额定功率为1.5千瓦。检修由工程部负责。"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=8), st.data())
def test_documents_of_any_number_of_passages(counts: list[int], data: st.DataObject) -> None:
    records: list[Record] = []
    expected: list[Passage] = []
    for number, count in enumerate(counts):
        path, text = f"{number}.md", "第一句。第二句。" * count
        document = Document(path, f"题{number}", text, (), (), f"{number}")
        own = [
            Passage(
                *(row, path, f"题{number}", 8 * at, 8 * at + 8, "第一句。第二句。"),
                sentences=(Sentence(row, 8 * at, 8 * at + 4), Sentence(row, 8 * at + 4, 8 * at + 8)),
            )
            for at, row in enumerate(range(len(expected), len(expected) + count))
        ]
        records.append(record_of(document, own))
        expected.extend(own)
    table = PassageTable(records)
    for row in data.draw(st.permutations(range(len(expected)))):
        assert table[row] == table[row - len(expected)] == expected[row]
        assert {one.document for one in (table[other] for other in table.rows_of(table[row]))} == {table[row].document}
        assert len(table.rows_of(table[row])) == counts[int(table[row].title[1:])]
    assert table == tuple(expected)


def test_threads_get_the_same_objects() -> None:
    document = Document("甲.md", "甲", "句。" * 2000, (), (), "ab")
    record = record_of(document, [Passage(row, "甲.md", "甲", 2 * row, 2 * row + 2, "句。") for row in range(2000)])
    table = PassageTable([record])
    seen: list[list[Passage]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda into: into.extend(table), args=(into,)) for into in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(passages) for passages in seen] == [2000] * 4
    assert all(len({id(passage) for passage in same}) == 1 for same in zip(*seen, strict=True))

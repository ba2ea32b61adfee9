"""Conversations on disk: nothing lost, nothing mixed, nothing of one owner for another."""

from __future__ import annotations

import json
import random
import secrets
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index.datatypes import Hit, Passage, Ranks, Sentence
from index.errors import StoreError
from qa.datatypes import Answer, Citation, Deviation, Disagreement, Side, Written
from qa.history import opening
from qa.history.datatypes import Conversation, Exchange
from qa.history.opening import FILE, DamagedConversations
from qa.history.recording import fold, from_json, title_of, to_json
from qa.history.store import ConversationStore

QUOTE = "全区有耕地3.2万亩。"
END = 10 + len(QUOTE)


def answer_to(question: str, text: str = f"{QUOTE}[1]") -> Answer:
    passage = Passage(3, "农业/年报.md", "农业年报", 10, END, QUOTE, ("耕地", "面积"), 2, (Sentence(3, 10, END),))
    hit = Hit(passage, 0.8, Ranks(1, None, 2), 0.9, 0.8, 7.5, terms=("耕地",))
    citation = Citation(1, "农业/年报.md", "农业年报", ("耕地",), 2, 10, END, QUOTE, True, ((4, 8),))
    side = Side("3.2万亩", 1, ("农业/年报.md",), ("农业年报",))
    return Answer(
        question,
        text,
        True,
        "llm",
        (citation,),
        (hit,),
        ("火星",),
        f"{question}（全）",
        0.75,
        deviations=(Deviation("旧.md", "新.md", "旧", "新", "三", "四", "title"),),
        unsupported=("编的。",),
        notice="到此为止",
        written=Written(2, 1, 0, 1, "", 12.5),
        disagreements=(Disagreement((side, replace(side, figure="3万亩")), "number", None),),
        timings_ms={"retrieval": 3.5},
        scope=("农业/",),
    )


def talk(*questions: str) -> Conversation:
    conversation = Conversation()
    for index, question in enumerate(questions):
        conversation = conversation.with_question(question)
        conversation = conversation.with_answer(index, answer_to(question), {"农业/年报.md": "abc"})
    return conversation


def damage_page(file: Path, table: str) -> None:
    """Overwrite the page that a table begins with."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    data = bytearray(file.read_bytes())
    data[(page - 1) * size : page * size] = b"\x77" * size
    file.write_bytes(data)


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    return ConversationStore(tmp_path / "data")


def test_what_is_opened_again_is_what_was_answered(store: ConversationStore) -> None:
    kept = store.save("甲", talk("耕地有多少？"), 0)
    assert kept.id and kept.title == "耕地有多少？"
    loaded = store.load("甲", kept.id)
    assert loaded == kept
    assert loaded is not None and loaded.exchanges[0].answer == answer_to("耕地有多少？")
    assert loaded.exchanges[0].versions == {"农业/年报.md": "abc"}


def test_exchanges_are_kept_one_by_one_in_order(store: ConversationStore) -> None:
    first = store.save("甲", talk("一？"), 0)
    longer = first.with_question("二？")
    assert store.save("甲", longer, 1).id == first.id
    answered = longer.with_answer(1, answer_to("二？"), {})
    store.save("甲", answered, 1)
    loaded = store.load("甲", first.id)
    assert loaded is not None and [one.question for one in loaded.exchanges] == ["一？", "二？"]
    assert loaded.exchanges == answered.exchanges
    assert loaded.title == "一？"


def test_an_answer_given_anew_takes_the_place_of_the_old(store: ConversationStore) -> None:
    kept = store.save("甲", talk("一？", "二？"), 0)
    kept = store.save("甲", kept, 1)
    again = kept.with_answer(0, answer_to("一？", "别的[1]"), {})
    assert store.save("甲", again, 0).id == kept.id
    loaded = store.load("甲", kept.id)
    assert loaded is not None and loaded.exchanges == again.exchanges


def test_one_conversation_on_two_pages_becomes_two(store: ConversationStore) -> None:
    kept = store.save("甲", talk("一？"), 0)
    here, there = kept.with_question("这页？"), kept.with_question("那页？")
    there = replace(
        there, exchanges=(*there.exchanges[:1], replace(there.exchanges[1], asked_at="2026-01-01T00:00:00"))
    )
    assert store.save("甲", here, 1).id == kept.id
    other = store.save("甲", there, 1)
    assert other.id != kept.id
    for one, question in ((kept.id, "这页？"), (other.id, "那页？")):
        loaded = store.load("甲", one)
        assert loaded is not None and [exchange.question for exchange in loaded.exchanges] == ["一？", question]


def test_what_was_opened_from_a_link_is_kept_whole_when_it_goes_on(store: ConversationStore) -> None:
    shared = Conversation(talk("分享的？").exchanges).with_question("接着问？")
    kept = store.save("乙", shared, 1)
    loaded = store.load("乙", kept.id)
    assert loaded is not None and loaded.exchanges == shared.exchanges


def test_nobody_sees_or_changes_what_is_another_owners(store: ConversationStore) -> None:
    kept = store.save("甲", talk("一？"), 0)
    assert store.load("乙", kept.id) is None and store.list("乙") == ()
    assert not store.rename("乙", kept.id, "改") and not store.delete("乙", kept.id)
    assert store.link("乙", kept.id, 0) is None
    store.delete("甲", kept.id)
    assert not store.restore("乙", kept.id)
    taken = store.save("乙", replace(talk("二？"), id=kept.id), 0)
    assert taken.id != kept.id
    store.restore("甲", kept.id)
    loaded = store.load("甲", kept.id)
    assert loaded is not None and [one.question for one in loaded.exchanges] == ["一？"]


def test_the_list_has_the_latest_first_and_finds_words(store: ConversationStore) -> None:
    first = store.save("甲", talk("耕地有多少？"), 0)
    second = store.save("甲", talk("Ｗｈｅｎ does it open?"), 0)
    assert [one.id for one in store.list("甲")] == [second.id, first.id]
    longer = store.save("甲", first.with_question("再问"), 1)
    assert [(one.id, one.questions) for one in store.list("甲")] == [(longer.id, 2), (second.id, 1)]
    assert [one.id for one in store.list("甲", "耕地 多少")] == [first.id]
    assert [one.id for one in store.list("甲", "when OPEN")] == [second.id]
    assert len(store.list("甲", "3.2万亩")) == 2, "answers are searched, too"
    assert store.list("甲", "火星") == () == store.list("甲", "100%_")
    store.rename("甲", second.id, "营业时间")
    assert [one.id for one in store.list("甲", "营业时间")] == [second.id]


def test_renaming_keeps_the_order_and_an_empty_name_gives_back_the_first(store: ConversationStore) -> None:
    first, second = (store.save("甲", talk(question), 0) for question in ("一？", "二？"))
    assert store.rename("甲", first.id, "  新\n名字 ")
    assert [one.title for one in store.list("甲")] == ["二？", "新 名字"]
    longer = store.save("甲", replace(first, title="新 名字").with_question("三？"), 1)
    assert longer.title == "新 名字"
    assert store.rename("甲", first.id, " ")
    assert store.list("甲")[0].title == "一？"
    assert not store.rename("甲", "没有", "x")
    assert store.list("甲")[1].id == second.id


def test_what_was_deleted_can_be_taken_back_for_a_day(store: ConversationStore) -> None:
    kept = store.save("甲", talk("一？"), 0)
    assert store.delete("甲", kept.id) and not store.delete("甲", kept.id)
    assert store.list("甲") == () and store.load("甲", kept.id) is None
    assert store.restore("甲", kept.id) and store.load("甲", kept.id) == kept
    store.delete("甲", kept.id)
    with sqlite3.connect(store.file) as connection:
        connection.execute("UPDATE conversations SET deleted = '2020-01-01T00:00:00.000+00:00'")
    store.save("甲", talk("别的？"), 0)
    assert not store.restore("甲", kept.id)
    with sqlite3.connect(store.file) as connection:
        assert connection.execute("SELECT count(*) FROM exchanges").fetchone() == (1,), "nothing of it stays"


def test_a_deleted_conversation_that_goes_on_is_a_new_one(store: ConversationStore) -> None:
    kept = store.save("甲", talk("一？"), 0)
    store.delete("甲", kept.id)
    longer = store.save("甲", kept.with_question("二？"), 1)
    assert longer.id != kept.id
    loaded = store.load("甲", longer.id)
    assert loaded is not None and [one.question for one in loaded.exchanges] == ["一？", "二？"]


def test_a_link_opens_the_answer_as_it_was(store: ConversationStore) -> None:
    kept = store.save("甲", talk("一？"), 0)
    key = store.link("甲", kept.id, 0)
    assert key is not None and store.link("甲", kept.id, 0) == key
    store.save("甲", kept.with_answer(0, answer_to("一？", "后来的[1]"), {}), 0)
    linked = store.linked(key)
    assert linked is not None and linked == ("一？", kept.exchanges[0])
    assert store.link("甲", kept.id, 0) != key
    store.delete("甲", kept.id)
    assert store.linked(key) is None
    store.restore("甲", kept.id)
    assert store.linked(key) == linked
    assert store.linked("没有") is None


def test_only_an_answer_can_be_linked(store: ConversationStore) -> None:
    kept = store.save("甲", Conversation().with_question("一？").with_note(0, "出错了"), 0)
    assert store.link("甲", kept.id, 0) is None and store.link("甲", kept.id, 7) is None


def test_the_mark_changes_with_the_list(store: ConversationStore) -> None:
    marks = [store.mark("甲")]
    kept = store.save("甲", talk("一？"), 0)
    marks.append(store.mark("甲"))
    for is_renamed in (True, False):
        threading.Event().wait(0.002)  # moments are told apart by the millisecond
        assert store.rename("甲", kept.id, "名") if is_renamed else store.delete("甲", kept.id)
        marks.append(store.mark("甲"))
    assert len(set(marks)) == 4
    store.save("乙", talk("二？"), 0)
    assert store.mark("甲") == marks[-1]


def test_many_write_at_once(store: ConversationStore) -> None:
    failed: list[Exception] = []

    def write(owner: str) -> None:
        try:
            for number in range(10):
                store.save(owner, talk(f"{owner}{number}？"), 0)
        except Exception as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(f"人{number}",)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    assert [len(store.list(f"人{number}")) for number in range(8)] == [10] * 8


def test_a_damaged_file_is_set_aside_and_the_chat_goes_on(store: ConversationStore) -> None:
    store.save("甲", talk("一？"), 0)
    store.file.write_bytes(b"no database" * 1000)
    for suffix in ("-wal", "-shm"):
        store.file.with_name(FILE + suffix).unlink(missing_ok=True)
    kept = store.save("甲", talk("二？"), 0)
    assert [one.id for one in store.list("甲")] == [kept.id]
    aside = [path for path in store.file.parent.iterdir() if "damaged" in path.name]
    assert [path.read_bytes()[:11] for path in aside] == [b"no database"]


def outdate(store: ConversationStore) -> None:
    """Have everything that was deleted be deleted long ago."""
    with closing(sqlite3.connect(store.file)) as connection, connection:
        connection.execute("UPDATE conversations SET deleted = '2020-01-01T00:00:00.000+00:00' WHERE deleted NOT NULL")


def bytes_of(store: ConversationStore) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(store.file.parent.glob(f"{FILE}*")))


def live_through(store: ConversationStore, draw: random.Random) -> list[tuple[str, str]]:
    """Ask, rename, link and delete at random, and return ids and secrets of conversations, most of them not deleted.

    They are of all lengths, since SQLite moves rows between pages and leaves some of them where they were.
    """
    store.save("甲", talk("留下的？"), 0)
    gone = []
    for number in range(120):
        secret = f"密{draw.getrandbits(64):016x}"
        kept = store.save("甲", talk(secret + "长" * draw.choice([0, 40, 300, 2000]), f"再问{number}"), 0)
        store.rename("甲", kept.id, f"名{secret}")
        store.link("甲", kept.id, 0)
        if draw.random() < 0.8:
            gone.append((kept.id, secret))
        if draw.random() < 0.5 and gone:
            store.delete("甲", gone[draw.randrange(len(gone))][0])
    return gone


def test_no_byte_of_what_was_deleted_stays_and_its_room_is_freed(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With this seed, overwriting what is deleted leaves a byte of it; with most others it does not.
    draw = random.Random(1)
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size: f"{draw.getrandbits(8 * size):0{2 * size}x}")
    store.save("甲", talk("先来的？"), 0)
    # Whoever reads meanwhile keeps the log from being removed.
    with closing(sqlite3.connect(store.file)) as reader:
        reader.execute("SELECT count(*) FROM conversations").fetchall()
        gone = live_through(store, draw)
        held = bytes_of(store)
        assert all(secret.encode() in held for _, secret in gone)
        for id, _ in gone:
            store.delete("甲", id)
        assert all(secret.encode() in bytes_of(store) for _, secret in gone), "for a day they can be taken back"
        outdate(store)
        with closing(sqlite3.connect(store.file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = store.file.stat().st_size
        store.save("甲", talk("下一问？"), 0)
        left = bytes_of(store)
        assert [secret for _, secret in gone if secret.encode() in left] == []
        assert store.file.stat().st_size < size / 2
    assert len(store.list("甲")) == 123 - len(gone)


def test_what_could_not_be_tidied_up_is_tidied_up_by_the_next_to_write(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store.save("甲", talk("密不可言"), 0)
    with closing(sqlite3.connect(store.file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM conversations").fetchall()
        store.delete("甲", kept.id)
        outdate(store)
        monkeypatch.setattr(opening, "TIDYING_WAIT", 0)
        store.save("甲", talk("一？"), 0)  # succeeds, though somebody still reads the state before
        assert store.list("甲")[0].title == "一？"
        assert "密不可言".encode() in bytes_of(store)
        reader.execute("COMMIT")
        store.save("甲", talk("二？"), 0)
        assert "密不可言".encode() not in bytes_of(store)


def test_a_file_damaged_within_is_told_and_stays_in_its_place(store: ConversationStore) -> None:
    kept = store.save("甲", talk("一？" * 9000), 0)
    damage_page(store.file, "exchanges")
    with pytest.raises(DamagedConversations, match="conversations in .* are damaged .*python -m qa doctor --mend"):
        store.load("甲", kept.id)
    assert [path.name for path in store.file.parent.iterdir() if "damaged" in path.name] == []


def test_many_who_meet_the_damage_set_one_file_aside_and_lose_nothing(tmp_path: Path) -> None:
    # What went wrong here did so by chance, in about four rounds of ten.
    for number in range(10):
        check_damage_met_by_many(ConversationStore(tmp_path / str(number)))


def check_damage_met_by_many(store: ConversationStore) -> None:
    store.save("甲", talk("一？"), 0)
    store.file.write_bytes(b"no database" * 1000)
    with ThreadPoolExecutor(8) as writers:
        saved = list(writers.map(lambda number: store.save("甲", talk(f"{number}？"), 0), range(8)))
    assert {summary.id for summary in store.list("甲")} == {summary.id for summary in saved}
    (aside,) = store.file.parent.glob(f"{FILE}.damaged-*[0-9]")
    assert aside.read_bytes()[:11] == b"no database"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreError, match=r"conversations in .*data.* cannot be read or written"):
        ConversationStore(tmp_path / "data").save("甲", talk("一？"), 0)


def test_half_characters_do_no_harm(store: ConversationStore) -> None:
    kept = store.save("甲", Conversation().with_question("坏\ud800字").with_note(0, "嗯\udc00"), 0)
    loaded = store.load("甲", kept.id)
    assert loaded is not None and (loaded.exchanges[0].question, loaded.exchanges[0].note) == ("坏?字", "嗯?")
    assert store.rename("甲", kept.id, "名\ud800") and store.list("甲", "名\ud800")[0].title == "名?"


def test_json_of_another_version_is_read() -> None:
    exchange = Exchange("一？", answer_to("一？"), asked_at="2026-01-01T00:00:00")
    parsed = json.loads(to_json(exchange))
    parsed["answer"]["a_later_key"] = 1
    del parsed["answer"]["scope"], parsed["as_it_stands"]
    assert exchange.answer is not None
    assert from_json(json.dumps(parsed)) == replace(exchange, answer=replace(exchange.answer, scope=()))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"question": 1}', '{"question": "一", "answer": {"text": "x"}}'])
def test_json_that_is_no_exchange_is_said(text: str) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        from_json(text)


def test_titles_are_short_and_on_one_line() -> None:
    assert title_of("  耕地\n有多少？ ") == "耕地 有多少？"
    assert title_of("长" * 59 + "，" + "尾" * 9) == "长" * 59 + "…"
    assert fold("Ａ  b\nC") == "a b c"

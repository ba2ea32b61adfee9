"""Conversations and verdicts backed up, brought back, looked at and mended: nothing lost, nothing twice."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from index.errors import StoreError
from qa.__main__ import main
from qa.assistant import Assistant
from qa.backup import back_up
from qa.history.datatypes import Conversation
from qa.history.joining import Joined, join
from qa.history.looking import Look, look
from qa.history.merging import Merged, merge, read_talks
from qa.history.opening import FILE, DamagedConversations
from qa.history.salvaging import mend, set_aside_of
from qa.history.store import ConversationStore
from qa.restore import RestoreReport, restore
from tests.test_assistant import open_library
from tests.test_backup import PROJECT, largest_file
from tests.test_history_store import answer_to, bytes_of, damage_page, outdate, talk
from tests.test_restore import rewritten, tree

VERDICTS = "feedback/questions.jsonl"


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    return open_library(tmp_path, {"食堂.txt": "食堂周日不开放。早餐五元。"})


@pytest.fixture
def store(library: Assistant) -> ConversationStore:
    return ConversationStore(library.settings.data)


def make(library: Assistant, name: str = "b.zip") -> Path:
    file = library.settings.data.parent / name
    back_up(file, library.settings.data, None)
    return file


def bring_back(library: Assistant, file: Path) -> RestoreReport:
    return restore(file, library.settings.data, None)


def said(store: ConversationStore, owner: str = "甲") -> list[tuple[str, ...]]:
    """Return the questions of an owner's conversations."""
    loaded = [store.load(owner, one.id) for one in store.list(owner)]
    return sorted(tuple(exchange.question for exchange in one.exchanges) for one in loaded if one is not None)


def verdict(id: str, **more: object) -> str:
    return json.dumps({"id": id, "question": f"{id}？", "kind": "good", **more}, ensure_ascii=False)


def write_verdicts(library: Assistant, *lines: str) -> Path:
    file = library.settings.data / VERDICTS
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return file


# Backup


def test_a_backup_holds_what_was_said_and_no_byte_of_what_was_deleted(
    library: Assistant, store: ConversationStore, tmp_path: Path
) -> None:
    kept = store.save("甲", talk("留下的？"), 0)
    store.save("乙", talk("别人的？"), 0)
    for number in range(20):
        store.delete("甲", store.save("甲", talk("密不可言" * (1, 50, 900)[number % 3]), 0).id)
    write_verdicts(library, verdict("一"), verdict("二"))
    report = back_up(tmp_path / "b.zip", library.settings.data, None)
    assert (report.conversations, report.feedback) == (2, 2)
    with ZipFile(tmp_path / "b.zip") as archive:
        about = json.loads(archive.read("backup.json"))
        data = archive.read(FILE)
        assert archive.read(VERDICTS) == (library.settings.data / VERDICTS).read_bytes()
    assert about["form"] == 2, "a program that cannot read it says so"
    assert {FILE, VERDICTS} < {member["name"] for member in about["members"]}
    assert "密不可言".encode() not in data
    assert int.from_bytes(data[36:40], "big") == 0, "it is written anew, without pages that are free"
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / FILE).write_bytes(data)
    there = ConversationStore(tmp_path / "there")
    assert there.load("甲", kept.id) == kept and said(there, "乙") == [("别人的？",)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "data", "documents", "there"]


def test_a_backup_for_others_holds_nothing_that_was_asked(
    library: Assistant, store: ConversationStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.save("甲", talk("密不可言？"), 0)
    write_verdicts(library, verdict("一"))
    settings, file = library.settings, tmp_path / "b.zip"
    folders = ["--documents", str(settings.documents), "--data", str(settings.data)]
    assert main(["backup", str(file), "--without-conversations", "--json", *folders]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["indexed"], told["conversations"], told["feedback"]) == (len(library.generation.documents), 0, 0)
    with ZipFile(file) as archive:
        assert not {FILE, VERDICTS} & set(archive.namelist())
        assert all("密不可言".encode() not in archive.read(name) for name in archive.namelist())
    # What stands here when it is put back stays.
    report = bring_back(library, file)
    assert not report.conversations and said(store) == [("密不可言？",)]


def test_without_conversations_a_backup_is_what_it_was(library: Assistant, store: ConversationStore) -> None:
    store.delete("甲", store.save("甲", talk("一？"), 0).id)
    write_verdicts(library)
    with ZipFile(make(library)) as archive:
        assert json.loads(archive.read("backup.json"))["form"] == 1
        assert not {FILE, VERDICTS} & set(archive.namelist())
    report = bring_back(library, library.settings.data.parent / "b.zip")
    assert not report.conversations and not report.feedback


def test_a_backup_that_is_made_while_people_ask_holds_whole_conversations(
    library: Assistant, store: ConversationStore, tmp_path: Path
) -> None:
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            first = store.save("甲", talk("一？"), 0)
            store.save("甲", first.with_question("二？").with_answer(1, answer_to("二？"), {}), 1)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        counts = []
        for number in range(4):
            file = make(library, f"{number}.zip")
            there = tmp_path / f"there{number}"
            counts.append(restore(file, there, None).conversations.added)
            assert set(said(ConversationStore(there))) <= {("一？",), ("一？", "二？")}
    finally:
        done.set()
        asking.join()
    assert counts == sorted(counts) and counts[-1] > 0


def write_rubbish(file: Path) -> None:
    file.write_bytes(b"rubbish" * 1000)


def orphan(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM conversations")


@pytest.mark.parametrize("damage", [write_rubbish, orphan, lambda file: damage_page(file, "exchanges")])
def test_damaged_conversations_are_not_backed_up(
    library: Assistant, store: ConversationStore, damage: Callable[[Path], None]
) -> None:
    store.save("甲", talk("一？" * 9000), 0)
    damage(store.file)
    with pytest.raises(DamagedConversations, match="python -m qa doctor --mend"):
        make(library)
    assert sorted(path.name for path in store.file.parent.parent.iterdir()) == ["data", "documents"]


def test_a_full_disk_leaves_no_half_of_the_conversations(library: Assistant, store: ConversationStore) -> None:
    store.save("甲", talk(*("长" * 9000 for _ in range(30))), 0)
    with largest_file(300_000), pytest.raises(StoreError, match=r"backup cannot be written to .*b\.zip"):
        make(library)
    assert sorted(path.name for path in store.file.parent.parent.iterdir()) == ["data", "documents"]


# Restore


def test_on_another_machine_everything_is_there_and_links_work(
    library: Assistant, store: ConversationStore, tmp_path: Path
) -> None:
    kept = store.save("甲", talk("一？", "二？"), 0)
    key = store.link("甲", kept.id, 1)
    assert key is not None
    store.rename("甲", kept.id, "新名")
    write_verdicts(library, verdict("一"))
    report = restore(make(library), tmp_path / "there", None)
    assert report.conversations == Merged(added=1) and report.feedback == Joined(added=1)
    there = ConversationStore(tmp_path / "there")
    assert there.load("甲", kept.id) == store.load("甲", kept.id)
    assert there.list("甲") == store.list("甲")
    assert there.list("甲", "耕地 3.2万亩") == there.list("甲"), "it is found by its words"
    assert there.linked(key) == store.linked(key) is not None
    assert there.link("甲", kept.id, 1) == key
    assert (tmp_path / "there" / VERDICTS).read_text("utf-8") == verdict("一") + "\n"
    again = bring_back(library, library.settings.data.parent / "b.zip")
    assert again.conversations == Merged(unchanged=1) and again.feedback == Joined(unchanged=1)


def test_what_was_lost_or_deleted_comes_back_and_what_came_since_stays(
    library: Assistant, store: ConversationStore
) -> None:
    gone, deleted = store.save("甲", talk("丢的？"), 0), store.save("甲", talk("删的？"), 0)
    key = store.link("甲", deleted.id, 0)
    file = make(library)
    store.delete("甲", gone.id)
    outdate(store)
    store.save("甲", talk("后来的？"), 0)
    store.delete("甲", deleted.id)
    assert bring_back(library, file).conversations == Merged(added=2)
    assert said(store) == [("丢的？",), ("删的？",), ("后来的？",)]
    assert key is not None and store.linked(key) is not None


def test_what_has_gone_on_here_stays_and_what_had_gone_on_there_comes_back(
    library: Assistant, store: ConversationStore
) -> None:
    kept = store.save("甲", talk("一？"), 0)
    short = make(library, "short.zip")
    longer = store.save("甲", kept.with_question("二？").with_answer(1, answer_to("二？"), {}), 1)
    long = make(library, "long.zip")
    store.rename("甲", kept.id, "我的")
    assert bring_back(library, short).conversations == Merged(unchanged=1)
    assert store.load("甲", kept.id) == replace(longer, title="我的")
    there = library.settings.data.parent / "there"
    restore(short, there, None)
    ConversationStore(there).rename("甲", kept.id, "那边的")
    ConversationStore(there).save("甲", talk("别的？"), 0)
    mark = ConversationStore(there).mark("甲")
    assert restore(long, there, None).conversations == Merged(extended=1)
    assert ConversationStore(there).mark("甲") != mark, "an open page shows it"
    assert ConversationStore(there).load("甲", kept.id) == replace(longer, title="那边的")


@pytest.mark.parametrize("text", ["", "全区有耕地"])
def test_an_answer_that_was_still_being_written_is_the_one_that_it_became(
    library: Assistant, store: ConversationStore, text: str
) -> None:
    asked = Conversation().with_question("一？")
    kept = store.save("甲", asked.with_answer(0, answer_to("一？", text), {}) if text else asked, 0)
    file = make(library)
    whole = store.save("甲", replace(kept, exchanges=asked.with_answer(0, answer_to("一？"), {}).exchanges), 0)
    assert bring_back(library, file).conversations == Merged(unchanged=1)
    assert store.load("甲", kept.id) == whole and len(store.list("甲")) == 1


@pytest.mark.parametrize("is_longer_there", [False, True])
def test_what_has_gone_on_differently_is_kept_twice_and_the_longer_under_its_id(
    library: Assistant, store: ConversationStore, is_longer_there: bool
) -> None:
    kept = store.save("甲", talk("一？"), 0)
    there = kept
    for number in range(3 if is_longer_there else 1):
        there = store.save(
            "甲", there.with_question(f"那边{number}？").with_answer(-1, answer_to("答"), {}), number + 1
        )
    links = {"那边": store.link("甲", kept.id, 1)}
    file = make(library)
    with closing(sqlite3.connect(store.file)) as connection, connection:
        connection.execute("DELETE FROM exchanges WHERE number > 0")
        connection.execute("DELETE FROM links")
    here = kept
    for number in range(2):
        here = store.save("甲", here.with_question(f"这边{number}？").with_answer(-1, answer_to("答"), {}), number + 1)
    links["这边"] = store.link("甲", kept.id, 1)
    before = said(store)
    for wanted in (Merged(beside=1), Merged(unchanged=1), Merged(unchanged=1)):
        report = bring_back(library, file)
        assert report.conversations == wanted
        assert said(store) == sorted([*before, tuple(one.question for one in there.exchanges)])
        first = store.load("甲", kept.id)
        assert first is not None and first.exchanges == (there if is_longer_there else here).exchanges
    for side, key in links.items():
        linked = store.linked(str(key))
        assert linked is not None and linked[1].question == f"{side}0？"
    other = next(one.id for one in store.list("甲") if one.id != kept.id)
    loser, side = (here, "这边") if is_longer_there else (there, "那边")
    store.delete("甲", other)
    assert store.linked(str(links[side])) is None, "a link goes with what it is of"
    store.restore("甲", other)
    longer = replace(loser, id=other).with_question("又问？")
    store.save("甲", longer, len(longer.exchanges) - 1)
    assert bring_back(library, file).conversations == Merged(unchanged=1)
    assert len(store.list("甲")) == 2, "one that went on since is no third"


def test_nobodys_conversation_becomes_anothers(library: Assistant, store: ConversationStore) -> None:
    kept = store.save("甲", talk("甲的？"), 0)
    file = make(library)
    with closing(sqlite3.connect(store.file)) as connection, connection:
        connection.execute("UPDATE conversations SET owner = '乙'")
    assert bring_back(library, file).conversations == Merged(beside=1)
    assert said(store, "甲") == [("甲的？",)] == said(store, "乙")
    assert store.load("甲", kept.id) is None and store.load("乙", kept.id) is not None


def test_verdicts_are_joined_by_id_and_lines_that_are_none_stay(library: Assistant) -> None:
    write_verdicts(library, verdict("一"), verdict("二"), "手写的一行", verdict("三"), "那边的一行")
    file = make(library)
    here = write_verdicts(library, verdict("四"), verdict("二", kind="wrong_answer"), "手写的一行", "另一行")
    assert bring_back(library, file).feedback == Joined(added=3, unchanged=2)
    assert here.read_text("utf-8").splitlines() == [
        *(
            verdict("四"),
            verdict("二", kind="wrong_answer"),
            "手写的一行",
            "另一行",
            verdict("一"),
            verdict("三"),
            "那边的一行",
        )
    ]
    assert bring_back(library, file).feedback == Joined(added=0, unchanged=5)
    assert [path.name for path in here.parent.iterdir() if path.suffix != ".lock"] == ["questions.jsonl"]


def test_verdicts_are_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / VERDICTS
    join(file, [verdict("一")])
    with file.open(encoding="utf-8") as reader:
        join(file, [verdict("二")])
        assert reader.read() == verdict("一") + "\n", "who reads meanwhile reads a whole file"
    before = file.read_bytes()
    with largest_file(500), pytest.raises(StoreError, match=r"questions\.jsonl cannot be read or written"):
        join(file, [verdict("三", answers=["长" * 900])])
    assert file.read_bytes() == before
    assert sorted(path.suffix for path in file.parent.iterdir() if path.suffix != ".lock") == [".jsonl"]


def test_many_join_verdicts_at_once(tmp_path: Path) -> None:
    file = tmp_path / VERDICTS
    joining = [threading.Thread(target=join, args=(file, [verdict(f"{number}"), verdict("同")])) for number in range(8)]
    for one in joining:
        one.start()
    for one in joining:
        one.join()
    lines = file.read_text("utf-8").splitlines()
    assert sorted(lines) == sorted([*(verdict(f"{number}") for number in range(8)), verdict("同")])


def change_conversations(change: str | None) -> Callable[..., None]:
    """Return what puts another file of conversations into a backup, with the sums of what it then is."""
    import hashlib

    def put(about: dict[str, list[dict[str, object]]], files: list[tuple[object, bytes]]) -> None:
        place = next(at for at, (info, _) in enumerate(files) if getattr(info, "filename", "") == FILE)
        data = b"no database at all" * 300
        if change is not None:
            path = Path(str(place) + ".sqlite").absolute()
            path.write_bytes(files[place][1])
            with closing(sqlite3.connect(path)) as connection:
                connection.executescript(change)
            data = path.read_bytes()
            path.unlink()
        files[place] = (files[place][0], data)
        member = next(one for one in about["members"] if one["name"] == FILE)
        member.update(size=len(data), sha256=hashlib.sha256(data).hexdigest())

    return put


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (None, "file is not a database"),
        ("DROP TABLE exchanges", "exchanges is no table in it"),
        ("DROP TABLE links; CREATE VIEW links AS SELECT 1", "links is no table in it"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM conversations", "a row in exchanges of no conversation"),
    ],
)
def test_conversations_that_cannot_be_trusted_are_refused_and_nothing_changes(
    library: Assistant, store: ConversationStore, change: str | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(library.settings.data.parent)
    store.save("甲", talk("一？"), 0)
    bad = rewritten(make(library), change_conversations(change))
    before = tree(library.settings.data)
    with pytest.raises(
        StoreError, match="conversations in .*changed.zip cannot be used.*Nothing was restored"
    ) as caught:
        bring_back(library, bad)
    assert reason in str(caught.value)
    assert tree(library.settings.data) == before


def test_damaged_conversations_here_are_set_aside_and_what_can_be_read_of_them_stays(
    library: Assistant, store: ConversationStore
) -> None:
    for number in range(60):
        store.save("甲", talk(f"第{number}个？" + "长" * 900), 0)
    before = said(store)
    file = make(library)
    store.save("甲", talk("后来的？"), 0)
    damage_page(store.file, "links")
    report = bring_back(library, file)
    assert report.conversations == Merged(unchanged=60)
    assert said(store) == sorted([*before, ("后来的？",)])
    assert len(set_aside_of(store.file)) == 1


def test_a_restore_that_is_killed_has_merged_all_or_nothing_and_goes_on_when_repeated(
    library: Assistant, store: ConversationStore, tmp_path: Path
) -> None:
    kept = store.save("甲", talk("一？"), 0)
    for number in range(6):
        store.save("甲", talk(f"丢的{number}？"), 0)
    store.save("甲", kept.with_question("那边？").with_answer(1, answer_to("答"), {}), 1)
    write_verdicts(library, verdict("一"), verdict("二"))
    file = make(library)
    for path in (*store.file.parent.glob(f"{FILE}*"), library.settings.data / VERDICTS):
        path.unlink()
    store.save("甲", kept.with_question("这边？").with_answer(1, answer_to("答"), {}), 1)
    old, place = said(store), tmp_path / "killed"
    watched = "qa.history.merging,qa.history.opening,qa.history.joining"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "tests.killed_restore",
        file,
        place,
        "25",
        watched,
        library.settings.data,
    ]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    new = said(ConversationStore(place / "all" / "data"))
    assert len(new) == 8 and set(old) < set(new)
    shutil.rmtree(place / "all")
    states = []
    for here in sorted(place.iterdir(), key=lambda path: int(path.name)):
        state = said(ConversationStore(here / "data"))
        assert state in (old, new), here
        states.append(state == new)
        restore(file, here / "data", None)
        assert said(ConversationStore(here / "data")) == new
        assert (here / "data" / VERDICTS).read_text("utf-8").splitlines() == [verdict("一"), verdict("二")]
    assert len(states) > 10 and not states[0] and states[-1]
    assert states == sorted(states)


def test_merging_that_fails_half_way_changes_nothing(store: ConversationStore, tmp_path: Path) -> None:
    there = ConversationStore(tmp_path / "there")
    for number in range(5):
        there.save("甲", talk(f"{number}？"), 0)
    store.save("甲", talk("这里的？"), 0)
    talks = list(read_talks(there.file))
    with pytest.raises(StoreError):
        merge(store.file, [*talks[:4], replace(talks[4], title=None)])  # type: ignore[arg-type]
    assert said(store) == [("这里的？",)]
    assert merge(store.file, talks) == Merged(added=5)


# A look, and mending


def test_a_look_counts_and_changes_nothing(store: ConversationStore) -> None:
    kept = store.save("甲", talk("一？", "二？"), 0)
    store.save("乙", talk("三？"), 0)
    store.delete("甲", store.save("甲", talk("删的？"), 0).id)
    before = bytes_of(store)
    assert look(store.file) == Look(conversations=2, questions=3)
    assert mend(store.file) is None
    assert bytes_of(store) == before
    assert store.load("甲", kept.id) == kept


def test_an_empty_file_is_a_new_one(library: Assistant, store: ConversationStore) -> None:
    store.file.touch()
    assert look(store.file) == Look() and mend(store.file) is None
    with ZipFile(make(library)) as archive:
        assert FILE not in archive.namelist()


LEAVES = (0x0A, 0x0D)  # pages of an index and of a table that rows stand in: https://www.sqlite.org/fileformat2.html


@pytest.mark.parametrize("table", ["exchanges", "conversations"])
def test_what_can_be_read_up_to_the_damage_and_behind_it_is_kept(store: ConversationStore, table: str) -> None:
    for number in range(80):
        store.save("甲", talk(f"第{number}个？" + "长" * 300), 0)
    ids = sorted(one.id for one in store.list("甲"))
    keys = [str(store.link("甲", id, 0)) for id in ids]
    with closing(sqlite3.connect(store.file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(store.file.read_bytes())
    # In a row of the one table, the owner stands behind the id; in one of the other, the answer does.
    behind = ("甲第" if table == "conversations" else '{"').encode()
    pages = (data.index(id.encode() + behind) // 4096 * 4096 for id in ids[30:])
    # A leaf of the tree: without the page that leads to all of them, nothing can be read.
    middle = next(page for page in pages if data[page] in LEAVES)
    data[middle : middle + 4096] = b"\x77" * 4096
    store.file.write_bytes(data)
    before = bytes(data)
    saved = mend(store.file)
    assert saved is not None and 30 < saved.added < 80
    assert look(store.file) == Look(conversations=saved.added, questions=saved.added)
    assert {ids[0], ids[-1]} <= {one.id for one in store.list("甲")}
    assert sum(store.linked(key) is not None for key in keys) == saved.added
    (aside,) = store.file.parent.glob(f"{FILE}.damaged-*[0-9]")
    assert aside.read_bytes() == before


def test_an_answer_that_cannot_be_read_costs_no_other(store: ConversationStore) -> None:
    kept, other = store.save("甲", talk("一？", "二？", "三？"), 0), store.save("甲", talk("别的？"), 0)
    with closing(sqlite3.connect(store.file)) as connection, connection:
        connection.execute("UPDATE exchanges SET exchange = '{' WHERE number = 1")
    assert look(store.file).unreadable == ("一？",)
    mend(store.file)
    assert look(store.file) == Look(conversations=2, questions=3)
    loaded = store.load("甲", kept.id)
    assert loaded is not None and [one.question for one in loaded.exchanges] == ["一？", "三？"]
    assert store.load("甲", other.id) == other
    longer = loaded.with_question("四？")
    assert store.save("甲", longer, 2).id == kept.id, "it goes on where it was"

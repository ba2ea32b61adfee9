from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from filelock import FileLock

from index.database import add_checksum, without_checksum
from index.embedding import Encoder
from index.errors import ModelError, StoreError
from index.segments import LEXICAL_FOLDER, PASSAGE_FILE, SENTENCE_FILE, segments_folder, sha256_of
from index.store import Store
from index.vectors import VectorIndex
from index.writing import LOCK_FILE
from qa import assistant, commands, doctor
from qa.__main__ import main
from qa.assistant import Assistant
from qa.checks import environment, mending, segments
from qa.checks.finding import Finding, named
from qa.doctor import examine
from qa.history import salvaging
from qa.history.opening import FILE, set_aside
from qa.history.store import ConversationStore
from qa.settings import Settings
from tests.fakes import DIMENSION, FakeEncoder, FakeReader
from tests.scripted_model import Step, scripted_model
from tests.test_assistant import CANTEEN, HANDBOOK, open_library, write_documents
from tests.test_backup import as_nobody, break_page
from tests.test_history_salvaging import Killed, kill
from tests.test_history_store import damage_page, talk
from tests.test_placing import leave

SUBJECTS = [
    *("python", "packages", "disk", "folders", "documents", "writer", "leftovers", "conversations"),
    *("database", "texts", "vectors", "segments", "failures", "index", "model", "reader"),
    "language model",
]
QUESTIONS = ("加班须由谁批准？", "早餐多少钱？", "探亲假的路费由谁承担？")
Damage = Callable[[Settings], None]


class QuickEncoder(FakeEncoder):
    backend = "openvino"


@pytest.fixture(autouse=True)
def quick_models(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (doctor, commands, assistant):
        monkeypatch.setattr(module, "load_encoder", lambda *_: QuickEncoder())
    monkeypatch.setattr(doctor, "load_reader", lambda *_: FakeReader(lambda _: 0.0))
    monkeypatch.setattr(environment, "LEAST_FREE_BYTES", 0)


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    return open_library(tmp_path, {"人事/员工 手册.md": HANDBOOK, "食堂.txt": CANTEEN})


def bad(settings: Settings) -> list[Finding]:
    return [finding for finding in examine(settings) if not finding.good]


def find(settings: Settings, subject: str) -> Finding:
    return next(finding for finding in examine(settings) if finding.subject == subject)


def alter(settings: Settings, *statements: str) -> None:
    """Change the database behind the program's back."""
    connection = sqlite3.connect(settings.data / "wendang.sqlite")
    connection.create_function("checked", 1, add_checksum)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# In order


def test_a_library_in_order_has_nothing_to_mend(library: Assistant) -> None:
    findings = examine(library.settings)
    assert [finding.subject for finding in findings] == SUBJECTS
    assert [finding for finding in findings if not finding.good] == []
    settings = library.settings
    seen = {finding.subject: finding.seen for finding in findings}
    assert seen["documents"] == f"2 files in {settings.documents}, 0 left alone"
    assert seen["database"].endswith("MiB, 2 documents, 3 passages, 8 sentences")
    assert seen["vectors"] == "11, all as they were written; 0 loose"
    assert seen["segments"] == "1 in generation 1, every file as it was written"
    assert seen["index"] == "generation 1, up to date with the documents folder"
    assert seen["model"] == "fake on openvino"


def test_a_look_changes_nothing(library: Assistant, tmp_path: Path) -> None:
    before = tree(tmp_path)
    examine(library.settings)
    assert tree(tmp_path) == before
    (tmp_path / "leer").mkdir()
    examine(Settings(documents=tmp_path / "leer" / "d", data=tmp_path / "leer" / "data", models=tmp_path / "models"))
    assert list((tmp_path / "leer").iterdir()) == []


def test_many_names_are_cut_short() -> None:
    assert (named(["甲"]), named(["甲", "乙", "丙", "丁", "戊"])) == ("甲", "甲, 乙, 丙 and 2 more")


# What is wrong with the index, and what mends it


def database(settings: Settings) -> Path:
    return settings.data / "wendang.sqlite"


def segment(settings: Settings) -> Path:
    return next(segments_folder(settings.data).iterdir())


def write_rubbish(settings: Settings) -> None:
    database(settings).write_bytes(b"rubbish" * 1000)


def break_a_page(settings: Settings) -> None:
    break_page(database(settings))


def add_orphans(settings: Settings) -> None:
    alter(settings, "INSERT INTO passages VALUES ('没有.txt', 0, 1, NULL, '[]', x'00')")


def change_text(settings: Settings) -> None:
    alter(settings, "UPDATE documents SET text = replace(text, '五', '六') WHERE path = '食堂.txt'")


def change_offset(settings: Settings) -> None:
    alter(settings, "UPDATE sentences SET end = end - 1 WHERE document = '食堂.txt'")


def change_count(settings: Settings) -> None:
    alter(settings, "UPDATE documents SET passages = 7 WHERE path = '食堂.txt'")


def distrust(settings: Settings) -> None:
    alter(settings, "UPDATE documents SET size = -1, content_hash = '' WHERE path = '食堂.txt'")


def lose_vector(settings: Settings) -> None:
    alter(settings, "DELETE FROM vectors WHERE key = (SELECT vector_key FROM sentences WHERE document = '食堂.txt')")


def damage_vector(settings: Settings) -> None:
    where = "key = (SELECT vector_key FROM sentences WHERE document = '食堂.txt')"
    alter(settings, f"UPDATE vectors SET vector = CAST('\x7f' || substr(vector, 2) AS BLOB) WHERE {where}")


def shorten_vector(settings: Settings) -> None:
    where = "key = (SELECT vector_key FROM sentences WHERE document = '食堂.txt')"
    alter(settings, f"UPDATE vectors SET vector = checked(x'0000803f') WHERE {where}")


def damage_file(settings: Settings) -> None:
    (segment(settings) / PASSAGE_FILE).write_bytes(b"rubbish")


def lose_file(settings: Settings) -> None:
    (segment(settings) / LEXICAL_FOLDER / "rows.npy").unlink()


def lose_segments(settings: Settings) -> None:
    shutil.rmtree(segments_folder(settings.data))


def lose_generation(settings: Settings) -> None:
    alter(settings, "DELETE FROM generations")


def lose_entry(settings: Settings) -> None:
    alter(settings, "UPDATE segments SET documents = json_remove(documents, '$[1]')")


def change_entry(settings: Settings) -> None:
    alter(settings, "UPDATE segments SET documents = json_set(documents, '$[1][2]', 9)")


def double_segment(settings: Settings) -> None:
    alter(
        settings,
        "INSERT INTO segments SELECT 7, folder, manifest, documents FROM segments",
        "UPDATE generations SET segments = '[[1, []], [7, []]]'",
    )


def note_files(settings: Settings) -> None:
    """Write down the sums of the files as they are now, so that only their contents are wrong."""
    folder = segment(settings)
    manifest = {path.relative_to(folder).as_posix(): sha256_of(path) for path in folder.rglob("*") if path.is_file()}
    connection = sqlite3.connect(database(settings))
    connection.execute("UPDATE segments SET manifest = ?", (json.dumps(manifest),))
    connection.commit()
    connection.close()


def change_faiss_vector(settings: Settings) -> None:
    path = segment(settings) / SENTENCE_FILE
    data = path.read_bytes()
    path.write_bytes(data[:-4] + np.float32(0.125).tobytes())
    note_files(settings)


def change_faiss_size(settings: Settings) -> None:
    VectorIndex.build(np.ones((2, DIMENSION), np.float32)).save(segment(settings) / PASSAGE_FILE)
    note_files(settings)


def change_faiss_kind(settings: Settings) -> None:
    index = faiss.IndexFlatL2(DIMENSION)
    index.add(np.ones((3, DIMENSION), np.float32))
    faiss.write_index(index, str(segment(settings) / PASSAGE_FILE))
    note_files(settings)


def change_array(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Damage:
    def damage(settings: Settings) -> None:
        path = segment(settings) / LEXICAL_FOLDER / f"{name}.npy"
        np.save(path, change(np.load(path)))
        note_files(settings)

    damage.__name__ = f"change_{name}"
    return damage


def damage_about(settings: Settings) -> None:
    (segment(settings) / LEXICAL_FOLDER / "about.json").write_text("{")
    note_files(settings)


def age_words(settings: Settings) -> None:
    (segment(settings) / LEXICAL_FOLDER / "about.json").write_text('{"form": -1, "size": 3}')
    note_files(settings)


def leave_folder(settings: Settings) -> None:
    (segments_folder(settings.data) / "0123").mkdir()
    (segments_folder(settings.data) / "0123" / PASSAGE_FILE).write_bytes(bytes(3 * 1024 * 1024))


def leave_file(settings: Settings) -> None:
    (segments_folder(settings.data) / ".DS_Store").write_bytes(b"x")


def leave_restore(settings: Settings) -> None:
    (settings.data / "restore.part").mkdir()
    (settings.data / "restore.part" / "wendang.sqlite").write_bytes(b"half")
    (settings.documents / ".wendang.restored").write_bytes(b"half")


def leave_upload(settings: Settings) -> None:
    leave(settings.documents / ".upload-a_b1c2d3", "半")


def leave_owner(settings: Settings) -> None:
    owner = {"process": 4711, "host": "主机", "program": "app.py", "since": "2026-01-02T03:04:05+08:00"}
    (settings.data / "sync.owner.json").write_text(json.dumps(owner))


def leave_half_an_owner(settings: Settings) -> None:
    (settings.data / "sync.owner.json").write_text('{"proc')


def keep_talks(settings: Settings) -> Path:
    store = ConversationStore(settings.data)
    for number in range(3):
        store.save("甲", talk(f"第{number}个？" + "长" * 2000), 0)
    return store.file


def rubbish_for_talks(settings: Settings) -> None:
    keep_talks(settings).write_bytes(b"rubbish" * 1000)


def break_page_of_talks(settings: Settings) -> None:
    damage_page(keep_talks(settings), "exchanges")


def orphan_talks(settings: Settings) -> None:
    with closing(sqlite3.connect(keep_talks(settings))) as connection, connection:
        connection.execute("DELETE FROM conversations WHERE title LIKE '第1个%'")


def unreadable_talk(settings: Settings) -> None:
    with closing(sqlite3.connect(keep_talks(settings))) as connection, connection:
        connection.execute("UPDATE exchanges SET exchange = '{' WHERE words LIKE '第1个%'")
        connection.execute("UPDATE conversations SET title = '第一' WHERE title LIKE '第1个%'")


def change_folder(settings: Settings) -> None:
    write_documents(settings.documents, {"新.txt": "食堂周日不开放。"})


def forget_everything(settings: Settings) -> None:
    shutil.rmtree(settings.data)


def empty_database(settings: Settings) -> None:
    forget_everything(settings)
    settings.data.mkdir()
    database(settings).touch()


def back_to_form_1(settings: Settings) -> None:
    connection = sqlite3.connect(database(settings))
    connection.create_function("unchecked", 1, without_checksum)
    connection.execute("UPDATE vectors SET vector = unchecked(vector)")
    connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")
    connection.commit()
    connection.close()


MEND, SYNC = "python -m qa doctor --mend", "python -m qa sync"
DAMAGES: list[tuple[Damage, str, str, str]] = [
    (forget_everything, "index", "none in ", SYNC),
    (empty_database, "index", "none in ", SYNC),
    (back_to_form_1, "database", "has form 1, this program reads form 3", SYNC),
    (write_rubbish, "database", "is damaged (file is not a database)", MEND),
    (break_a_page, "database", "SQLite finds it damaged: ", MEND),
    (add_orphans, "database", "rows point to nothing: 1 in passages", MEND),
    (change_text, "texts", "1 documents are not what was written: 食堂.txt", MEND),
    (change_offset, "texts", "1 documents are not what was written: 食堂.txt", MEND),
    (change_count, "texts", "1 documents are not what was written: 食堂.txt", MEND),
    (distrust, "texts", "1 documents were damaged and wait for the next sync: 食堂.txt", SYNC),
    (lose_vector, "vectors", "1 of 11 vectors are missing or damaged, of 食堂.txt", MEND),
    (damage_vector, "vectors", "1 of 11 vectors are missing or damaged, of 食堂.txt", MEND),
    (shorten_vector, "vectors", "1 of 11 vectors are missing or damaged, of 食堂.txt", MEND),
    (damage_file, "segments", "/passages.faiss is damaged or gone", MEND),
    (lose_file, "segments", "/bm25/rows.npy is damaged or gone", MEND),
    (lose_segments, "segments", "is damaged or gone", MEND),
    (lose_generation, "segments", "generation 1 is not in ", MEND),
    (lose_entry, "segments", "no segment holds 食堂.txt", MEND),
    (change_entry, "segments", "holds another state of 食堂.txt", MEND),
    (double_segment, "segments", "食堂.txt stands in two segments", MEND),
    (change_faiss_vector, "segments", "faiss holds other vectors of 食堂.txt than the database", MEND),
    (change_faiss_size, "segments", "passages.faiss holds 2 vectors of 64 numbers, expected 3 of 64", MEND),
    (change_faiss_kind, "segments", "holds a FAISS index of another kind", MEND),
    (change_array("rows", lambda rows: rows + 3), "segments", "bm25 points to texts that are not there", MEND),
    (change_array("counts", lambda counts: counts[1:]), "segments", "bm25 points to texts that are not there", MEND),
    (change_array("lengths", lambda lengths: lengths[1:]), "segments", "holds the words of 2 texts, expected 3", MEND),
    (change_array("starts", lambda starts: starts[::-1]), "segments", "bm25 points to texts that are not", MEND),
    (damage_about, "segments", "bm25 holds the words as another version made them", MEND),
    (age_words, "segments", "bm25 holds the words as another version made them", MEND),
    (leave_folder, "leftovers", "1 (3.0 MiB) left by writers that were killed: 0123", MEND),
    (leave_file, "leftovers", "1 (0.0 MiB) left by writers that were killed: .DS_Store", MEND),
    (leave_restore, "leftovers", "left by writers that were killed: restore.part, .wendang.restored", MEND),
    (leave_upload, "leftovers", "1 (0.0 MiB) left by writers that were killed: .upload-a_b1c2d3", MEND),
    (leave_owner, "writer", "process 4711 on 主机 (app.py, since 2026-01-02T03:04:05+08:00) was killed", SYNC),
    (leave_half_an_owner, "writer", "a process that cannot be told was killed", SYNC),
    (rubbish_for_talks, "conversations", "are damaged (file is not a database)", MEND),
    (break_page_of_talks, "conversations", "SQLite finds conversations.sqlite damaged: ", MEND),
    (orphan_talks, "conversations", "damaged: a row in exchanges of no conversation", MEND),
    (unreadable_talk, "conversations", "1 hold answers that cannot be read: 第一", MEND),
    (change_folder, "index", "the documents folder has changed since the last sync", SYNC),
]


@pytest.mark.parametrize(
    ("damage", "subject", "seen", "mend"), DAMAGES, ids=lambda value: getattr(value, "__name__", "")
)
def test_damage_is_seen_and_mended_by_the_command_named(
    library: Assistant, capsys: pytest.CaptureFixture[str], damage: Damage, subject: str, seen: str, mend: str
) -> None:
    settings = library.settings
    before = [library.ask(question).citations for question in QUESTIONS]
    damage(settings)
    found = [finding for finding in bad(settings) if finding.subject == subject]
    assert [seen in finding.seen for finding in found] == [True], bad(settings)
    (command,) = {finding.mend for finding in bad(settings)}
    assert command == f"{mend} --documents {settings.documents} --data {settings.data}"
    capsys.readouterr()
    code = main(shlex.split(command)[3:])
    assert code == 0, capsys.readouterr()
    assert bad(settings) == []
    after = Assistant(settings, FakeEncoder())
    assert after.refresh()
    assert [after.ask(question).citations for question in QUESTIONS] == before


@pytest.mark.parametrize(
    ("damage", "embedded"),
    [(lose_vector, 1), (change_text, 0), (damage_file, 0), (write_rubbish, 11), (break_a_page, 0), (add_orphans, 0)],
)
def test_mending_embeds_no_more_than_what_is_lost(
    library: Assistant, monkeypatch: pytest.MonkeyPatch, damage: Damage, embedded: int
) -> None:
    damage(library.settings)
    encoder = QuickEncoder()
    monkeypatch.setattr(doctor, "load_encoder", lambda *_: encoder)
    doctor.mend(library.settings)
    assert len(encoder.embedded) == embedded


def test_a_database_that_was_set_aside_is_told_and_fails_nothing(library: Assistant) -> None:
    write_rubbish(library.settings)
    doctor.mend(library.settings)
    finding = find(library.settings, "kept")
    assert finding.good
    assert "1 (0.0 MiB) set aside, to be deleted once nothing is missed: wendang.sqlite.damaged-" in finding.seen


def test_what_was_set_aside_is_deleted_when_that_is_asked_for(
    library: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = library.settings
    store = ConversationStore(settings.data)
    folders = ["--documents", str(settings.documents), "--data", str(settings.data)]
    store.delete("甲", store.save("甲", talk("删了的？"), 0).id)
    kept = store.save("甲", talk("一？"), 0)
    set_aside(store.file)
    for name in ("wendang.sqlite.damaged-20260101-000000", "wendang.sqlite.before-restore-20260101-000000-wal"):
        (settings.data / name).write_bytes(b"x")
    (settings.data / "wendang.sqlite.before-restore-20260101-000000").write_bytes(b"x")
    main(["doctor", *folders])
    told = " ".join(capsys.readouterr().out.split())
    assert "3 (" in told and "in those of conversations stands what people have deleted" in told
    assert "Delete them for good: python -m qa doctor --delete-kept" in told
    main(["doctor", "--delete-kept", *folders])
    assert "kept:" not in capsys.readouterr().out
    left = {path.name for path in settings.data.iterdir()}
    assert not [name for name in left if "damaged" in name or "before-restore" in name or "brought-in" in name]
    assert [one.id for one in store.list("甲")] == [kept.id], "what could be read is kept first"
    assert b"".join(path.read_bytes() for path in settings.data.glob("conversations*")).count("删了的".encode()) == 0


def test_conversations_are_counted_and_those_set_aside_are_told(library: Assistant) -> None:
    settings = library.settings
    assert find(settings, "conversations") == Finding("conversations", True, "none are kept yet")
    keep_talks(settings)
    before = tree(settings.data)
    assert find(settings, "conversations") == Finding("conversations", True, "0.1 MiB, 3 with 3 questions")
    assert tree(settings.data) == before
    damage_page(settings.data / FILE, "links")
    shutil.rmtree(settings.documents)
    with pytest.raises(StoreError, match="no documents folder at"):
        doctor.mend(settings)
    assert find(settings, "conversations").seen.endswith("3 with 3 questions"), "what cannot be built again comes first"
    assert (
        "set aside, to be deleted once nothing is missed: conversations.sqlite.damaged-" in find(settings, "kept").seen
    )


def worst(settings: Settings) -> None:
    """Damage most of what can be mended, all at once."""
    rubbish_for_talks(settings)
    change_text(settings)
    lose_vector(settings)
    damage_file(settings)
    leave_folder(settings)
    leave_upload(settings)


POINTS: list[tuple[Damage, Any, str]] = [
    (worst, salvaging, "set_aside"),
    (worst, doctor, "clear_away"),
    (worst, mending, "_distrust_what_is_wrong"),
    (worst, mending, "_build_files_anew"),
    (worst, mending, "load_generation"),
    (worst, doctor, "sync"),
    (break_a_page, mending, "set_aside_damaged"),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("damage", "module", "name"), POINTS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_mending_that_is_killed_is_done_when_it_is_repeated(
    library: Assistant, monkeypatch: pytest.MonkeyPatch, damage: Damage, module: Any, name: str, when: str
) -> None:
    settings = library.settings
    before = [library.ask(question).citations for question in QUESTIONS]
    damage(settings)
    with monkeypatch.context() as patched:
        kill(patched, module, name, when)
        with pytest.raises(Killed):
            doctor.mend(settings)
    doctor.mend(settings)
    assert bad(settings) == []
    after = Assistant(settings, FakeEncoder())
    assert after.refresh()
    assert [after.ask(question).citations for question in QUESTIONS] == before


def test_without_documents_nothing_is_set_aside(library: Assistant) -> None:
    settings = library.settings
    add_orphans(settings)
    shutil.rmtree(settings.documents)
    before = tree(settings.data)
    with pytest.raises(StoreError, match="no documents folder at"):
        doctor.mend(settings)
    assert tree(settings.data) == before


def test_a_newer_form_is_left_alone(library: Assistant) -> None:
    alter(library.settings, "UPDATE meta SET value = '99' WHERE key = 'schema'")
    before = tree(library.settings.data)
    (finding,) = bad(library.settings)
    assert "has form 99, this program reads form 3" in finding.seen
    assert finding.mend.startswith("use the newer version, or move ")
    assert main(["doctor", "--mend", "--data", str(library.settings.data)]) == 1
    assert tree(library.settings.data) == before


def test_several_things_are_told_one_by_one_and_mended_at_once(library: Assistant) -> None:
    settings = library.settings
    write_documents(settings.documents, {f"通知{number}.txt": f"第{number}号通知。" for number in range(6)})
    library.sync()
    alter(settings, "DELETE FROM vectors WHERE key IN (SELECT vector_key FROM passages)")
    damage_file(settings)
    leave_folder(settings)
    subjects = [finding.subject for finding in bad(settings)]
    assert subjects == ["leftovers", "vectors", "segments"]
    seen = find(settings, "vectors").seen
    assert seen.endswith("of 人事/员工 手册.md, 通知0.txt, 通知1.txt and 5 more")
    doctor.mend(settings)
    assert bad(settings) == []


def test_a_large_index_is_compared_at_even_distances(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    change_faiss_vector(library.settings)
    monkeypatch.setattr(segments, "MOST_COMPARED", 11)
    assert not find(library.settings, "segments").good
    # Of the two documents only the first is looked at.
    monkeypatch.setattr(segments, "MOST_COMPARED", 6)
    assert find(library.settings, "segments").good


def test_a_sync_between_two_looks_is_no_damage(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = library.settings
    syncs = [1, 2, 3]

    def sync_then_look(store: Store, settings: Settings) -> list[Finding]:
        if syncs:
            # After the second sync, the files that were in service at first are gone.
            for number in range(2):
                write_documents(settings.documents, {"食堂.txt": CANTEEN + f"第{syncs.pop()}天放假{number}。\n"})
                Assistant(settings, FakeEncoder()).sync(rebuild=True)
                syncs[1:] = []
        return segments.look_at_segments(store, settings)

    monkeypatch.setattr(doctor, "look_at_segments", sync_then_look)
    assert bad(settings) == []


def test_who_is_indexing_is_told(library: Assistant) -> None:
    leave_owner(library.settings)
    leave_folder(library.settings)
    with FileLock(library.settings.data / LOCK_FILE):
        finding = find(library.settings, "writer")
        assert finding.good
        assert finding.seen == "process 4711 on 主机 (app.py, since 2026-01-02T03:04:05+08:00) is indexing"
        # What it is just writing is no leftover.
        assert find(library.settings, "leftovers").good
    assert not find(library.settings, "leftovers").good


def test_a_sync_that_is_killed_is_told(library: Assistant) -> None:
    settings = library.settings
    write_documents(settings.documents, {"新.txt": "食堂周日不开放。"})
    script = (
        "import os, sys\nfrom pathlib import Path\n"
        "from index import publishing, sync\nfrom tests.fakes import FakeEncoder\n"
        "publishing.renew_lexicon = lambda *_: os._exit(9)\n"
        "sync.sync(Path(sys.argv[1]), Path(sys.argv[2]), FakeEncoder())"
    )
    project = Path(__file__).resolve().parent.parent
    killed = subprocess.run(
        [sys.executable, "-c", script, str(settings.documents), str(settings.data)], cwd=project, check=False
    )
    assert killed.returncode == 9
    assert [finding.subject for finding in bad(settings)] == ["writer", "index"]
    assert "was killed while it was indexing" in find(settings, "writer").seen


# Documents


def test_files_that_could_not_be_read_are_named_with_the_reason(library: Assistant) -> None:
    write_documents(library.settings.documents, {"空.txt": ""})
    library.sync()
    (finding,) = bad(library.settings)
    assert finding.subject == "failures"
    assert finding.seen.startswith("1 files could not be read: 空.txt (the file is empty.")
    assert finding.mend == "mend or remove them, then python -m qa sync"
    (library.settings.documents / "空.txt").unlink()
    library.sync()
    assert bad(library.settings) == []


def test_no_documents_folder(tmp_path: Path) -> None:
    finding = find(Settings(documents=tmp_path / "没 有", data=tmp_path / "data"), "documents")
    assert (finding.good, finding.mend) == (False, f"mkdir -p '{tmp_path / '没 有'}'")
    assert str(tmp_path / "没 有") in finding.seen
    subprocess.run(shlex.split(finding.mend), check=True)
    assert (tmp_path / "没 有").is_dir()


def test_an_empty_documents_folder(tmp_path: Path) -> None:
    (tmp_path / "图.psd").write_bytes(b"\x89PNG")
    finding = find(Settings(documents=tmp_path, data=tmp_path / "data"), "documents")
    assert finding == Finding(
        "documents", False, f"0 files in {tmp_path}, 1 left alone", f"put documents into {tmp_path}"
    )


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may look into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    subprocess.run(["chmod", "-R", "u+rwX", str(folder)], check=True)
    shutil.rmtree(folder)


@contextmanager
def as_owner(place: Path, *, mode: int, of: str) -> Iterator[None]:
    """Be a user who owns everything in a folder but may not do with one path in it what `mode` lacks."""
    with as_nobody(place):
        (place / of).chmod(mode)
        yield


@pytest.mark.parametrize(
    ("path", "mode", "subject", "seen"),
    [
        ("documents/食堂.txt", 0o000, "documents", "1 files cannot be opened: 食堂.txt"),
        ("documents/人事 部", 0o000, "documents", "1 folders cannot be opened: 人事 部"),
        ("documents", 0o000, "documents", "1 folders cannot be opened: ."),
        ("documents", 0o000, "folders", "no right to read"),
        ("data", 0o555, "folders", "no right to write"),
        ("data", 0o000, "folders", "no right to write"),
        ("data/wendang.sqlite", 0o444, "folders", "no right to write"),
        ("data/conversations.sqlite", 0o444, "conversations", "cannot be opened (no right to write"),
        ("data/wendang.sqlite", 0o000, "database", "cannot be opened"),
        ("data/generations", 0o555, "folders", "no right to write"),
    ],
)
def test_what_may_not_be_read_or_written_is_named_with_the_command(
    place: Path, path: str, mode: int, subject: str, seen: str
) -> None:
    library = open_library(place, {"人事 部/手册.md": HANDBOOK, "食堂.txt": CANTEEN})
    settings = library.settings
    ConversationStore(settings.data).save("甲", talk("一？"), 0)
    with as_owner(place, mode=mode, of=path):
        found = bad(settings)
        mends = [finding.mend for finding in found if finding.subject == subject and seen in finding.seen]
        assert len(mends) == 1, found
        assert mends[0].startswith("chmod ")
        for mend in {finding.mend for finding in found if finding.mend.startswith("chmod ")}:
            # The ids of this process are effective ones only; another process is to have them as well.
            subprocess.run(shlex.split(mend), check=True)
        assert [finding for finding in bad(settings) if finding.subject == subject] == []
        assert main(["sync", "--documents", str(settings.documents), "--data", str(settings.data)]) == 0
        assert bad(settings) == []


# Whatever is broken


def put_folder_for_database(settings: Settings) -> None:
    database(settings).unlink()
    database(settings).mkdir()


def put_file_for_data(settings: Settings) -> None:
    shutil.rmtree(settings.data)
    settings.data.write_text("a file")


def put_file_for_segments(settings: Settings) -> None:
    lose_segments(settings)
    segments_folder(settings.data).write_text("a file")


def put_folder_for_lock(settings: Settings) -> None:
    (settings.data / LOCK_FILE).unlink(missing_ok=True)
    (settings.data / LOCK_FILE).mkdir()


def put_folder_for_talks(settings: Settings) -> None:
    (settings.data / FILE).mkdir()


def put_file_for_documents(settings: Settings) -> None:
    shutil.rmtree(settings.documents)
    settings.documents.write_text("a file")


def cut_database(settings: Settings) -> None:
    database(settings).write_bytes(database(settings).read_bytes()[:5000])


def break_numbers(settings: Settings) -> None:
    alter(settings, "UPDATE meta SET value = '三' WHERE key IN ('generation', 'dimension')")


def break_names(settings: Settings) -> None:
    data = database(settings).read_bytes()
    database(settings).write_bytes(data.replace(b"CREATE TABLE vectors", b"CREATE \xff\xfe\xfd\xfc\xff vectors"))


def break_lists(settings: Settings) -> None:
    alter(settings, "UPDATE segments SET documents = '[1]', manifest = '[]'")


@pytest.mark.parametrize(
    "damage",
    [
        *(put_folder_for_database, put_file_for_data, put_file_for_segments, put_folder_for_lock),
        *(put_folder_for_talks, put_file_for_documents, cut_database, break_numbers, break_names, break_lists),
    ],
)
def test_the_doctor_never_fails_whatever_is_broken(library: Assistant, damage: Damage) -> None:
    damage(library.settings)
    found = bad(library.settings)
    assert found
    assert all(finding.mend for finding in found)


def test_a_database_damaged_anywhere_is_seen_or_whole_and_mended(library: Assistant) -> None:
    settings = library.settings
    write_documents(settings.documents, {f"{number}.txt": f"第{number}号。{HANDBOOK}" for number in range(12)})
    library.sync()
    whole = tree(settings.data)
    size = len(whole[str(database(settings))])
    for at in range(30, size, size // 24):
        shutil.rmtree(settings.data)
        for name, data in whole.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(data)
        data = whole[str(database(settings))]
        database(settings).write_bytes(data[:at] + bytes(byte ^ 0x5A for byte in data[at : at + 40]) + data[at + 40 :])
        if bad(settings):
            doctor.mend(settings)
        assert bad(settings) == [], at
        after = Assistant(settings, FakeEncoder())
        after.refresh()
        assert len(after.generation.documents) == 14


def test_an_error_that_nobody_thought_of_is_a_finding(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> list[Finding]:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(doctor, "look_at_disk", fail)
    monkeypatch.setattr(doctor, "look_at_vectors", fail)
    assert [(finding.subject, finding.seen) for finding in bad(library.settings)] == [
        ("disk", "it cannot be looked at (ZeroDivisionError: division by zero)"),
        ("vectors", "it cannot be looked at (ZeroDivisionError: division by zero)"),
    ]


# Machine and models


def write_requirements(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "requirements.txt").write_text(text, "utf-8")
    monkeypatch.setattr(environment, "REQUIREMENTS", folder / "requirements.txt")


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("no-such-package>=1", "no-such-package is missing"),
        ("jieba>=99,<100", "jieba is 0.42.1, wanted <100,>=99"),
    ],
)
def test_a_package_that_is_missing_or_of_another_version_is_named(
    library: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, seen: str
) -> None:
    write_requirements(tmp_path, f"# 注释\n\nnumpy>=2  # vectors\n{line}\n", monkeypatch)
    assert find(library.settings, "packages") == Finding("packages", False, seen, "pip install -r requirements.txt")


def test_a_package_for_another_system_is_not_missed(
    library: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_requirements(tmp_path, 'no-such-package; sys_platform == "amiga"\njieba>=0.42.1,<0.43\n', monkeypatch)
    assert find(library.settings, "packages") == Finding(
        "packages", True, "jieba 0.42.1", "pip install -r requirements.txt"
    )


def test_a_full_disk_is_named(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "LEAST_FREE_BYTES", 2**70)
    finding = find(library.settings, "disk")
    assert (finding.good, finding.mend) == (False, "free some disk space")
    assert finding.seen.endswith(f"GiB free at {library.settings.data}")


def test_a_model_that_cannot_be_loaded(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Encoder:
        raise ModelError("there is no model 没有")

    monkeypatch.setattr(doctor, "load_encoder", fail)
    assert find(library.settings, "model") == Finding(
        "model", False, "there is no model 没有", "see WENDANG_EMBEDDING_MODEL in README.md"
    )


class OtherEncoder(QuickEncoder):
    name = "other"


class ShortEncoder(QuickEncoder):
    """The same model by name, with shorter vectors."""

    dimension = 32


def test_another_model_than_the_index_was_built_with(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (doctor, commands):
        monkeypatch.setattr(module, "load_encoder", lambda *_: OtherEncoder())
    (finding,) = bad(library.settings)
    assert finding.subject == "model"
    assert "was built with the embedding model fake, now other is set" in finding.seen
    assert finding.mend.startswith("python -m qa sync --rebuild --documents ")
    assert main(shlex.split(finding.mend)[3:]) == 0
    assert [one for one in bad(library.settings) if one.subject != "segments"] == []


def test_a_model_with_vectors_of_another_length(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "load_encoder", lambda *_: ShortEncoder())
    assert find(library.settings, "model").seen == "it makes vectors of shape (1, 64), expected (1, 32)"
    monkeypatch.setattr(ShortEncoder, "encode_queries", lambda *_: np.zeros((1, 32), np.float32))
    finding = find(library.settings, "model")
    assert finding.seen == "the index has vectors of 64 numbers, fake makes 32"
    assert "sync --rebuild" in finding.mend


def test_a_slow_backend_is_named_unless_it_was_chosen(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "load_encoder", lambda *_: FakeEncoder())
    finding = find(library.settings, "model")
    assert finding == Finding("model", False, "fake on fake", "pip install openvino, which is several times faster")
    chosen = Settings(documents=library.settings.documents, data=library.settings.data, embedding_backend="torch")
    assert find(chosen, "model") == Finding("model", True, "fake on fake", "")


def test_a_reader_that_cannot_be_loaded_is_named_with_what_to_do(
    library: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find(library.settings, "reader").good
    monkeypatch.setattr(doctor, "load_reader", lambda *_: None)
    finding = find(library.settings, "reader")
    assert not finding.good
    assert "WENDANG_READER=off" in finding.mend
    off = replace(library.settings, reader="off")
    assert "reader" not in {finding.subject for finding in examine(off)}


def test_a_reranker_that_cannot_be_loaded_is_named(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise ModelError("there is no model 没有")

    monkeypatch.setattr(doctor, "load_reranker", fail)
    finding = find(replace(library.settings, reranker_model="没有"), "reranker")
    assert finding == Finding(
        "reranker", False, "there is no model 没有", "correct WENDANG_RERANKER_MODEL or leave it unset"
    )


# The language model


def with_model(settings: Settings, url: str) -> Settings:
    return replace(settings, llm_base_url=url, llm_model="scripted", llm_api_key="sk-SECRET", llm_first_word_seconds=5)


def test_without_a_language_model_nothing_is_wrong(library: Assistant) -> None:
    finding = find(library.settings, "language model")
    assert finding.good and "none is set" in finding.seen


@pytest.mark.parametrize("reply", [[("say", "2")], [("say", "<think>one and one"), ("finish", "length")]])
def test_a_language_model_that_answers_is_well(library: Assistant, reply: list[Step]) -> None:
    with scripted_model(reply) as server:
        finding = find(with_model(library.settings, server.url), "language model")
    assert finding.good and finding.seen == f"scripted at {server.url} answers"


def test_a_language_model_that_refuses_is_named_without_its_key(library: Assistant) -> None:
    with scripted_model([("status", 401)]) as server:
        finding = find(with_model(library.settings, server.url), "language model")
    assert not finding.good and "WENDANG_LLM_API_KEY" in finding.seen and finding.mend
    assert "SECRET" not in str(finding)


def test_a_language_model_that_is_not_there_is_told(library: Assistant) -> None:
    with scripted_model([]) as server:
        pass
    finding = find(with_model(library.settings, server.url), "language model")
    assert not finding.good and "cannot be reached" in finding.seen


def test_a_language_model_that_says_nothing_is_not_well(library: Assistant) -> None:
    with scripted_model([("finish", "stop")]) as server:
        finding = find(with_model(library.settings, server.url), "language model")
    assert not finding.good and "answered nothing" in finding.seen

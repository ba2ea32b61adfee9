"""Damage to the database: noted by whoever meets it, and mended by the next sync, which sets the file aside."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path

from index.database import DATABASE, set_aside
from index.errors import DamagedStore
from index.store import Store
from index.writing import only_writer

logger = logging.getLogger(__name__)
NOTE_FILE = f"{DATABASE}.suspect"


def database_file(data: Path) -> int:
    """Return what tells the database's file in `data` from one put in its place later, 0 where there is none."""
    try:
        return (data / DATABASE).stat().st_ino
    except OSError:
        return 0


def note_damage(data: Path, is_certain: bool) -> None:
    """Have the next sync see to the database. What reads may have no right to write; then another reader notes it.

    `is_certain` says that the database cannot be read, else that something in it is not what was written.
    """
    note = {"file": database_file(data), "certain": is_certain}
    with suppress(OSError):
        (data / NOTE_FILE).write_text(json.dumps(note), "utf-8")


def check_noted_damage(store: Store) -> None:
    """Raise `DamagedStore` where the database was found damaged. Use it while holding the writer's lock."""
    path = store.folder / NOTE_FILE
    try:
        note = json.loads(path.read_text("utf-8"))
        is_same, is_certain = note["file"] == database_file(store.folder), note["certain"]
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError):
        is_same, is_certain = True, False  # the note was being written
    if is_same and is_certain:
        raise DamagedStore(f"the index in {store.folder} could not be read")
    if is_same and (defects := store.defects()):
        raise DamagedStore(f"the index in {store.folder} is damaged ({defects[0]})")
    with suppress(OSError):
        path.unlink()


def set_aside_damaged(data: Path, error: DamagedStore, met: int) -> None:
    """Move a damaged database out of the way and take over those of its vectors that can be read.

    `met` is the `database_file` in which the damage was met: another one, that somebody has built meanwhile, stays.
    """
    with only_writer(data):
        if database_file(data) != met:
            return
        aside = set_aside(data)
        with suppress(OSError):
            (data / NOTE_FILE).unlink()
        store = Store.open(data)
        try:
            saved = store.salvage_vectors(aside)
        finally:
            store.close()
    logger.warning("%s. It is now %s; %d of its vectors are kept", error, aside.name, saved)

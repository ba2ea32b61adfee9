"""What can be mended without the embedding model; a sync does the rest."""

from __future__ import annotations

import shutil

from index.damage import check_noted_damage, database_file, set_aside_damaged
from index.database import DATABASE
from index.errors import DamagedStore
from index.generations import load_generation
from index.segments import segments_folder
from index.store import Store
from index.writing import only_writer
from qa.checks.database import ALL_KEYS, bad_vectors, orphans, owners, wrong_texts
from qa.checks.segments import faults_of_files
from qa.checks.writers import leftovers
from qa.settings import Settings


def mend_index(settings: Settings) -> None:
    """Set a damaged database aside, have what is damaged in a whole one read again, and build its files anew."""
    if not (settings.data / DATABASE).exists():
        return
    met = database_file(settings.data)
    try:
        _mend(settings)
    except DamagedStore as error:
        set_aside_damaged(settings.data, error, met)


def _mend(settings: Settings) -> None:
    store = Store.open(settings.data)
    try:
        with only_writer(settings.data):
            check_noted_damage(store)
            if faults := store.defects() or orphans(store):
                raise DamagedStore(f"the index in {settings.data} is damaged ({faults[0]})")
            _distrust_what_is_wrong(store)
            _build_files_anew(store)
            for path in list(leftovers(settings)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    finally:
        store.close()


def _distrust_what_is_wrong(store: Store) -> None:
    """Have the next sync read those documents again that are not what was written, and embed what has no vector."""
    bad = bad_vectors(store, [bytes(row[0]) for row in store.rows(ALL_KEYS)])
    with store.transaction():
        store.distrust({*wrong_texts(store), *owners(store, bad)})
        store.write_all("DELETE FROM vectors WHERE key = ?", ((key,) for key in bad))


def _build_files_anew(store: Store) -> None:
    number = store.current_generation()
    if number == 0:
        return
    try:
        live = store.live_segments(number)
    except DamagedStore:
        # Which segments there are is not known. Then loading makes others, or says that nothing can be read.
        live = []
    for folder, _ in list(faults_of_files(store, live)):
        # What is gone is built again from the database as soon as it is loaded.
        shutil.rmtree(segments_folder(store.folder) / folder, ignore_errors=True)
    load_generation(store)

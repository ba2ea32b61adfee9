"""The index opened for a look: what has another form stays as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.database import DATABASE, SCHEMA_VERSION, read_damaged
from index.errors import StoreError
from index.store import Store
from qa.checks.environment import may

FORM = "SELECT value FROM meta WHERE key = 'schema'"


class OtherForm(StoreError):
    """The index was written by another version of this program, an older or a newer one."""

    def __init__(self, data: Path, form: str) -> None:
        super().__init__(f"the index in {data} has form {form}, this program reads form {SCHEMA_VERSION}")
        self.is_older = form.isdecimal() and int(form) < int(SCHEMA_VERSION)


@contextmanager
def opened(data: Path) -> Iterator[Store]:
    """Open the index. Raises `OtherForm` where that would change its form, `StoreError` where it cannot be opened."""
    path = data / DATABASE
    if path.is_file() and not may(path, os.R_OK | os.W_OK):
        # SQLite would make files beside it, which nobody may write then either.
        raise StoreError(f"the index in {data} cannot be opened (no right to write {DATABASE})")
    for (form,) in list(read_damaged(path, FORM)) if path.stat().st_size else ():
        if form != SCHEMA_VERSION:
            raise OtherForm(data, str(form))
    store = Store.open(data)
    try:
        yield store
    finally:
        store.close()

"""Which of the indexed documents are nearly the same: versions of one notice, copies. Kept as pairs in the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from index.resemblance import ALIKE, FORM, resemblance, resemblance_keys
from index.store import Store

FORM_KEY = "resemblance_form"  # in the index's settings
# A document is compared with so many others at most, those that share most keys with it: of a form letter there may
# be thousands.
MOST_COMPARED = 50


def renew_pairs(store: Store, paths: Iterable[str]) -> None:
    """Find the documents that are like those of some paths. Use it inside a transaction."""
    if store.meta(FORM_KEY) != str(FORM):
        store.write("DELETE FROM resemblance")
        store.write("DELETE FROM versions")
        store.set_meta(FORM_KEY, str(FORM))
        paths = store.digests()
    for path in sorted(paths):
        text = _text(store, path)
        keys = resemblance_keys(text)
        store.write_all("INSERT OR IGNORE INTO resemblance VALUES (?, ?)", ((key, path) for key in keys))
        for other in _candidates(store, path):
            alike = resemblance(text, _text(store, other))
            if alike >= ALIKE:
                store.write("INSERT OR REPLACE INTO versions VALUES (?, ?, ?)", (*sorted((path, other)), alike))


def _text(store: Store, path: str) -> str:
    return str(store.rows("SELECT text FROM documents WHERE path = ?", (path,))[0][0])


def _candidates(store: Store, path: str) -> list[str]:
    rows = store.rows(
        "SELECT other.document FROM resemblance AS own JOIN resemblance AS other ON other.key = own.key"
        " WHERE own.document = ? AND other.document != ?"
        " GROUP BY other.document ORDER BY COUNT(*) DESC, other.document LIMIT ?",
        (path, path, MOST_COMPARED),
    )
    return [str(row[0]) for row in rows]


def alike_documents(store: Store) -> Mapping[str, Mapping[str, float]]:
    """Return for each document that has some the documents nearly the same as it, with how alike they are, 0 to 1."""
    alike: dict[str, dict[str, float]] = {}
    for first, second, similarity in store.rows(
        "SELECT first, second, similarity FROM versions ORDER BY first, second"
    ):
        with store.reading():
            alike.setdefault(first, {})[second] = float(similarity)
            alike.setdefault(second, {})[first] = float(similarity)
    return alike

"""The database: whole as a file, whole in its rows, and every text with its vector."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from index.database import DATABASE
from index.store import Store
from qa.checks.finding import Finding, command, mebibytes, named
from qa.settings import Settings

ALL_KEYS = "SELECT vector_key FROM passages UNION SELECT vector_key FROM sentences"
# What counts a document's rows must be how many there are.
MISCOUNTED = (
    "SELECT path FROM documents AS one WHERE characters != length(text)"
    " OR passages != (SELECT COUNT(*) FROM passages WHERE document = one.path)"
    " OR sentences != (SELECT COUNT(*) FROM sentences WHERE document = one.path)"
)
DISTRUSTED = "SELECT path FROM documents WHERE content_hash = ''"


def look_at_database(store: Store, settings: Settings) -> list[Finding]:
    """Look at the file and at what its rows say of one another."""
    mend = command(settings, "doctor --mend")
    findings = [
        Finding("database", False, f"{what}: {named(faults)}", mend)
        for what, faults in (("SQLite finds it damaged", store.defects()), ("rows point to nothing", orphans(store)))
        if faults
    ]
    totals, size = store.totals(), (settings.data / DATABASE).stat().st_size
    seen = f"{mebibytes(size)}, {totals.documents} documents, {totals.passages} passages, {totals.sentences} sentences"
    return findings or [Finding("database", True, seen)]


def orphans(store: Store) -> list[str]:
    """Return the tables that hold rows of no document, with how many."""
    counts = Counter(str(row[0]) for row in store.rows("PRAGMA foreign_key_check"))
    return [f"{number} in {table}" for table, number in sorted(counts.items())]


def look_at_texts(store: Store, settings: Settings) -> list[Finding]:
    """Look whether every document's rows are those that were written."""
    wrong = wrong_texts(store)
    distrusted = [str(row[0]) for row in store.rows(DISTRUSTED)]
    findings = []
    if wrong:
        seen = f"{len(wrong)} documents are not what was written: {named(wrong)}"
        findings.append(Finding("texts", False, seen, command(settings, "doctor --mend")))
    if distrusted:
        seen = f"{len(distrusted)} documents were damaged and wait for the next sync: {named(distrusted)}"
        findings.append(Finding("texts", False, seen, command(settings, "sync")))
    return findings or [Finding("texts", True, "every document is as it was written")]


def wrong_texts(store: Store) -> list[str]:
    """Return the documents whose rows are not those that were written, by path."""
    miscounted = {str(row[0]) for row in store.rows(MISCOUNTED)}
    digests = store.digests()
    # One after the other, since all texts together may be more than the memory takes.
    return sorted(path for path in digests if path in miscounted or not store.records([path]))


def look_at_vectors(store: Store, settings: Settings) -> list[Finding]:
    """Look whether every passage and sentence has its vector, as it was written."""
    keys = [bytes(row[0]) for row in store.rows(ALL_KEYS)]
    bad = bad_vectors(store, keys)
    loose = store.rows("SELECT COUNT(*) FROM loose_vectors")[0][0]
    if bad:
        seen = f"{len(bad)} of {len(keys)} vectors are missing or damaged, of {named(owners(store, bad))}"
        return [Finding("vectors", False, seen, command(settings, "doctor --mend"))]
    return [Finding("vectors", True, f"{len(keys)}, all as they were written; {loose} loose")]


def bad_vectors(store: Store, keys: Sequence[bytes]) -> set[bytes]:
    """Return those keys whose vector is missing, damaged or of another length than the others."""
    # Four bytes a number, and four of the checksum.
    length = 4 * store.dimension() + 4
    wrong = {bytes(row[0]) for row in store.rows("SELECT key FROM vectors WHERE length(vector) != ?", (length,))}
    return store.missing_vectors(keys) | (wrong & set(keys))


def owners(store: Store, keys: set[bytes]) -> list[str]:
    """Return the documents that hold texts of some vectors, by path."""
    found = {
        str(path)
        for table in ("passages", "sentences")
        for path, key in store.rows(f"SELECT document, vector_key FROM {table}")
        if key in keys
    }
    return sorted(found)


def look_at_failures(store: Store, _: Settings) -> list[Finding]:
    """Name the files that could not be read at the last sync."""
    failed = [f"{one.document} ({one.error})" for one in store.failures()]
    mend = "mend or remove them, then python -m qa sync"
    seen = f"{len(failed)} files could not be read: {named(failed)}" if failed else "every file could be read"
    return [Finding("failures", not failed, seen, mend)]

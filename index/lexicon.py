"""The words that the documents teach, learned bucket by bucket, so that one more document is one bucket's work.

A document's bucket follows from its path and from how much text there is altogether, in the way of linear hashing
(Litwin 1980): as the text grows, one bucket after the other is split. So the words follow from the documents alone,
however they came to be there.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence

from index.database import as_json
from index.datatypes import Document, Progress, Report
from index.lexical import learn_words
from index.store import Store

BUCKET_CHARACTERS = 250_000


def bucket_of(path: str, buckets: int) -> int:
    """Return the bucket of a document among `buckets`, which are at least one."""
    hashed = int.from_bytes(hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest()[:8], "little")
    whole = 1 << (buckets.bit_length() - 1)
    bucket = hashed % whole
    return hashed % (2 * whole) if bucket < buckets - whole else bucket


def renew_lexicon(store: Store, report: Report) -> None:
    """Learn the words of those buckets whose documents are not as they were. Use it inside a transaction."""
    wanted = _bucket_keys(store.lengths(), store.digests())
    rows = store.rows("SELECT bucket, key, words FROM lexicon")
    known = {bucket: bytes(key) if _is_whole(words) else b"" for bucket, key, words in rows}
    for bucket in known.keys() - wanted.keys():
        store.write("DELETE FROM lexicon WHERE bucket = ?", (bucket,))
    stale = [bucket for bucket, (key, _) in wanted.items() if known.get(bucket) != key]
    for number, bucket in enumerate(stale):
        report(Progress("words", number, len(stale)))
        key, paths = wanted[bucket]
        documents = [record.document for record in store.records(paths).values()]
        words = _learn(documents)
        if len(documents) < len(paths):
            # One of them is damaged. What it taught stays until it is read again, which makes another key.
            key, words = b"", tuple(sorted({*words, *_words_of(store, bucket)}))
        store.write("INSERT OR REPLACE INTO lexicon VALUES (?, ?, ?)", (bucket, key, _checked(as_json(words))))


def is_lexicon_whole(store: Store) -> bool:
    """Whether the words of every bucket are what was written."""
    return all(_is_whole(words) for (words,) in store.rows("SELECT words FROM lexicon"))


def learned_words(store: Store) -> tuple[str, ...]:
    """Return the words that the documents teach, sorted; of a bucket that is damaged none."""
    return tuple(sorted({word for (text,) in store.rows("SELECT words FROM lexicon") for word in _read_words(text)}))


def _words_of(store: Store, bucket: int) -> list[str]:
    return [
        word
        for (text,) in store.rows("SELECT words FROM lexicon WHERE bucket = ?", (bucket,))
        for word in _read_words(text)
    ]


def _read_words(text: object) -> list[str]:
    """Return the words of a row, none where it is not what was written."""
    return [str(word) for word in json.loads(str(text)[8:])] if _is_whole(text) else []


def _is_whole(text: object) -> bool:
    """Whether a row's words are what was written."""
    return isinstance(text, str) and _checked(text[8:]) == text


def _bucket_keys(lengths: Mapping[str, int], digests: Mapping[str, bytes]) -> dict[int, tuple[bytes, list[str]]]:
    """Return each bucket's documents, and a key for the state that they are in."""
    buckets = max(1, -(-sum(lengths.values()) // BUCKET_CHARACTERS))
    members: dict[int, list[str]] = {}
    for path in sorted(digests):
        members.setdefault(bucket_of(path, buckets), []).append(path)
    keys: dict[int, tuple[bytes, list[str]]] = {}
    for bucket, paths in members.items():
        hashed = hashlib.sha256()
        for path in paths:
            hashed.update(path.encode("utf-8", "surrogatepass") + b"\0" + digests[path])
        keys[bucket] = hashed.digest(), paths
    return keys


def _learn(documents: Sequence[Document]) -> tuple[str, ...]:
    titles = {document.title for document in documents}
    titles.update(heading for document in documents for section in document.sections for heading in section.headings)
    return learn_words((document.text for document in documents), sorted(titles))


def _checked(text: str) -> str:
    """Return a text with its CRC-32 in front of it."""
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}{text}"

-- The truth. FAISS and BM25 files are derived from these tables and can be rebuilt from them at any time.
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS documents (
    path         TEXT PRIMARY KEY,
    content_hash TEXT NOT NULL,
    size         INTEGER NOT NULL,
    modified_ns  INTEGER NOT NULL,
    indexed_at   TEXT NOT NULL,
    characters   INTEGER NOT NULL,
    passages     INTEGER NOT NULL,
    sentences    INTEGER NOT NULL,
    digest       BLOB NOT NULL,  -- SHA-256 of everything below and of the document's passages and sentences
    title        TEXT,           -- the text's own; NULL where the file's name stands in
    sections     TEXT NOT NULL,  -- JSON: [[start, end, [heading, ...]], ...]
    pages        TEXT NOT NULL,  -- JSON: [[number, start, end, name, [[offset, row], ...], [[start, end, confidence], ...]], ...], fewer where empty
    text         TEXT NOT NULL,
    unit         TEXT NOT NULL DEFAULT '',   -- what pages are numbered by: page, slide, sheet
    file         TEXT NOT NULL DEFAULT '',   -- the mail or archive that it is a part of; empty: a file of its own
    notes        TEXT NOT NULL DEFAULT '[]'  -- JSON: [what its owner should know, ...]
) WITHOUT ROWID;

-- Where the lines of a document stand on its pages: zlib over JSON, [[start, end, page, box, confidence], ...], then
-- the CRC-32 of that. Read only when a page is shown.
CREATE TABLE IF NOT EXISTS layouts (
    document TEXT PRIMARY KEY REFERENCES documents (path) ON DELETE CASCADE ON UPDATE CASCADE,
    lines    BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS passages (
    document   TEXT NOT NULL REFERENCES documents (path) ON DELETE CASCADE ON UPDATE CASCADE,
    start      INTEGER NOT NULL,
    end        INTEGER NOT NULL,
    page       INTEGER,
    headings   TEXT NOT NULL,    -- JSON: [heading, ...]
    vector_key BLOB NOT NULL,
    PRIMARY KEY (document, start)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS passages_by_vector ON passages (vector_key);

CREATE TABLE IF NOT EXISTS sentences (
    document      TEXT NOT NULL REFERENCES documents (path) ON DELETE CASCADE ON UPDATE CASCADE,
    start         INTEGER NOT NULL,
    end           INTEGER NOT NULL,
    passage_start INTEGER NOT NULL,
    vector_key    BLOB NOT NULL,
    PRIMARY KEY (document, start)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sentences_by_vector ON sentences (vector_key);

-- Embedded texts under (model, text): nothing is embedded twice. 32-bit floats, little-endian, then their CRC-32.
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;

-- Vectors that may belong to no document: what a stopped sync embedded, what a removed document had.
CREATE TABLE IF NOT EXISTS loose_vectors (key BLOB PRIMARY KEY) WITHOUT ROWID;

-- A file that could not be read, as it looked then; without size and time it is tried again at every sync. With `file`
-- it is a part of that mail or archive.
CREATE TABLE IF NOT EXISTS failures (
    path        TEXT PRIMARY KEY,
    error       TEXT NOT NULL,
    size        INTEGER,
    modified_ns INTEGER,
    file        TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- Words that the documents of one bucket teach; `key` tells for which state of these documents they hold.
CREATE TABLE IF NOT EXISTS lexicon (
    bucket INTEGER PRIMARY KEY,
    key    BLOB NOT NULL,
    words  TEXT NOT NULL         -- CRC-32 in hexadecimal, then JSON: [word, ...]
);

-- Which documents are nearly the same: documents that share a key are compared, those alike enough are a pair.
CREATE TABLE IF NOT EXISTS resemblance (
    key      BLOB NOT NULL,
    document TEXT NOT NULL REFERENCES documents (path) ON DELETE CASCADE ON UPDATE CASCADE,
    PRIMARY KEY (key, document)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS resemblance_by_document ON resemblance (document);
CREATE TABLE IF NOT EXISTS versions (
    first      TEXT NOT NULL REFERENCES documents (path) ON DELETE CASCADE ON UPDATE CASCADE,
    second     TEXT NOT NULL REFERENCES documents (path) ON DELETE CASCADE ON UPDATE CASCADE,
    similarity REAL NOT NULL,
    PRIMARY KEY (first, second)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS versions_by_second ON versions (second);

-- Runs of documents with their FAISS and BM25 files. A segment never changes.
CREATE TABLE IF NOT EXISTS segments (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    folder    TEXT NOT NULL,
    manifest  TEXT NOT NULL,     -- JSON: {file name: SHA-256}
    documents TEXT NOT NULL      -- JSON: [[path, passages, sentences], ...], by path
);

CREATE TABLE IF NOT EXISTS generations (
    number   INTEGER PRIMARY KEY,
    segments TEXT NOT NULL       -- JSON: [[segment, [places of documents that are no longer in service]], ...]
);

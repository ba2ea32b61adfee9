-- The truth. FAISS and BM25 files are derived from these tables and can be rebuilt from them at any time.
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS documents (
    path         TEXT PRIMARY KEY,
    content_hash TEXT NOT NULL,
    size         INTEGER NOT NULL,
    modified_ns  INTEGER NOT NULL,
    indexed_at   TEXT NOT NULL,
    title        TEXT,           -- the text's own; NULL where the file's name stands in
    text         TEXT NOT NULL,
    sections     TEXT NOT NULL,  -- JSON: [[start, end, [heading, ...]], ...]
    pages        TEXT NOT NULL   -- JSON: [[number, start, end], ...]
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

CREATE TABLE IF NOT EXISTS sentences (
    document      TEXT NOT NULL REFERENCES documents (path) ON DELETE CASCADE ON UPDATE CASCADE,
    start         INTEGER NOT NULL,
    end           INTEGER NOT NULL,
    passage_start INTEGER NOT NULL,
    vector_key    BLOB NOT NULL,
    PRIMARY KEY (document, start)
) WITHOUT ROWID;

-- Embedded texts under (model, text): nothing is embedded twice.
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS failures (path TEXT PRIMARY KEY, error TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS generations (
    number   INTEGER PRIMARY KEY,
    folder   TEXT NOT NULL,
    manifest TEXT NOT NULL       -- JSON: {file name: SHA-256}
);

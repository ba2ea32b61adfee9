-- Conversations, apart from the index: that one can be built anew from the documents, these cannot.
CREATE TABLE IF NOT EXISTS conversations (
    id         TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,     -- whose it is; see qa/ui/visitor.py
    title      TEXT NOT NULL,
    began      TEXT NOT NULL,     -- ISO 8601, UTC
    changed    TEXT NOT NULL,     -- when something was asked last
    touched    TEXT NOT NULL,     -- when anything of it changed last, its title or its being there too
    deleted    TEXT               -- until it is gone for good, a day later, it can be taken back
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS conversations_by_owner ON conversations (owner, changed);

CREATE TABLE IF NOT EXISTS exchanges (
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    number       INTEGER NOT NULL,  -- from 0
    exchange     TEXT NOT NULL,     -- JSON of qa.history.datatypes.Exchange
    words        TEXT NOT NULL,     -- question and answer, folded, to be searched
    PRIMARY KEY (conversation, number)
) WITHOUT ROWID;

-- Answers that somebody has a link to: as they were when the link was made.
CREATE TABLE IF NOT EXISTS links (
    key          TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    number       INTEGER NOT NULL,
    title        TEXT NOT NULL,
    exchange     TEXT NOT NULL,
    made         TEXT NOT NULL
) WITHOUT ROWID;

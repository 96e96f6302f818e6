-- The catalogue: the truth about a library. Vectors are derived from it.
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL UNIQUE,      -- absolute path
  title TEXT NOT NULL,
  text TEXT NOT NULL,               -- as decoded; spans count its characters
  sha256 TEXT NOT NULL,             -- of the file's bytes
  bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  parser TEXT NOT NULL,
  note TEXT NOT NULL,
  added_at TEXT NOT NULL,           -- UTC, ISO 8601
  signature TEXT NOT NULL DEFAULT '',  -- device:inode:size:mtime:ctime when it was read
  language TEXT NOT NULL DEFAULT 'en',    -- ISO 639
  written TEXT NOT NULL DEFAULT '',       -- the day that its format keeps, ISO 8601
  unread_pages INTEGER NOT NULL DEFAULT 0,  -- scanned pages that could not be read
  sketch TEXT NOT NULL DEFAULT '[]'       -- JSON: hashes of its runs of words, the lowest first
);
CREATE INDEX documents_by_content ON documents (sha256);
CREATE INDEX documents_by_language ON documents (language);

-- The lowest hashes of each sketch: by them documents are found that are nearly the same.
CREATE TABLE sketch_keys (
  key INTEGER NOT NULL,
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  PRIMARY KEY (key, document_id)
) WITHOUT ROWID;
CREATE INDEX sketch_keys_of_document ON sketch_keys (document_id);

-- What the person pointed at: `sync` looks there.
CREATE TABLE roots (
  path TEXT PRIMARY KEY,
  is_folder INTEGER NOT NULL
) WITHOUT ROWID;

-- What below the roots is left out: files that could not be read (again when their signature
-- changes), and files or folders that the person removed (signature 'removed').
CREATE TABLE skipped (
  source TEXT PRIMARY KEY,
  signature TEXT NOT NULL,
  message TEXT NOT NULL
) WITHOUT ROWID;

-- AUTOINCREMENT: an id is never used twice, so a vector left over can never name another passage.
CREATE TABLE passages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  first_line INTEGER NOT NULL,
  last_line INTEGER NOT NULL,
  page INTEGER,
  headings TEXT NOT NULL,           -- JSON: ["outermost", …]
  sentences TEXT NOT NULL,          -- JSON: [[start, end], …] in the document's text
  embedded INTEGER NOT NULL DEFAULT 0,
  boxes TEXT NOT NULL DEFAULT '[]'  -- JSON: [[start, end, [left, top, right, bottom]], …], if read from a picture
);
CREATE INDEX passages_of_document ON passages (document_id);
CREATE INDEX passages_waiting ON passages (id) WHERE embedded = 0;

-- Vectors whose passage is gone and that the vector store has still to forget.
CREATE TABLE stale_vectors (passage_id INTEGER PRIMARY KEY);

-- Terms come normalised and stemmed from assistant.language.words, so the tokenizer only splits.
CREATE VIRTUAL TABLE passage_terms USING fts5 (
  body, headings, tokenize = "unicode61 remove_diacritics 0 tokenchars '.'"
);
CREATE VIRTUAL TABLE term_counts USING fts5vocab (passage_terms, row);

-- What a person pointed at, what could not be read, and by what an unchanged file is told.
ALTER TABLE documents ADD COLUMN signature TEXT NOT NULL DEFAULT '';
CREATE TABLE roots (
  path TEXT PRIMARY KEY,
  is_folder INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO roots SELECT source, 0 FROM documents;
CREATE TABLE skipped (
  source TEXT PRIMARY KEY,
  signature TEXT NOT NULL,
  message TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX documents_by_content ON documents (sha256);

-- What is known of a document beside its text; filled when it is read again.
ALTER TABLE documents ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
ALTER TABLE documents ADD COLUMN written TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN unread_pages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN sketch TEXT NOT NULL DEFAULT '[]';
ALTER TABLE passages ADD COLUMN boxes TEXT NOT NULL DEFAULT '[]';
CREATE INDEX documents_by_language ON documents (language);
CREATE TABLE sketch_keys (
  key INTEGER NOT NULL,
  document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  PRIMARY KEY (key, document_id)
) WITHOUT ROWID;
CREATE INDEX sketch_keys_of_document ON sketch_keys (document_id);

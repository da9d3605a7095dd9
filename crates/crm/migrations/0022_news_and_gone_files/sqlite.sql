-- What a provider told of a channel by itself, the newest of each thing: what comes late or again is older, and changes nothing.
CREATE TABLE channel_news (
  organization_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  -- The provider's word: 'account_update', 'message_template_status_update', …
  field TEXT NOT NULL,
  -- What of it: a template's id, a number, a kind of event; '' where the field is about one thing.
  about TEXT NOT NULL,
  -- By the provider's clock.
  told_at INTEGER NOT NULL,
  -- SHA-256 of what was told.
  hash BLOB NOT NULL,
  PRIMARY KEY (organization_id, channel_id, field, about),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
) STRICT, WITHOUT ROWID;

-- Files whose row is gone because whoever sent them deleted them: a chore takes the bytes, unless another row names them.
CREATE TABLE gone_files (
  organization_id BLOB NOT NULL,
  -- Below the media directory.
  path TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, path)
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('channel_news', 'channel_news', '10000 5000 500 100 1'),
  ('gone_files', 'gone_files', '100 50 1');
ANALYZE sqlite_schema;

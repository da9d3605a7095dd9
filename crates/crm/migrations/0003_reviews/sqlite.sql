-- Decisions about what structuring found, what they teach, what they undo; and keys that no field knows.

-- What the feed of this key is called in rules: its name in snake_case when it was made. Null: as it is called now.
ALTER TABLE api_keys ADD COLUMN source TEXT;

-- Which placements were taken back: JSON, `[{"at": place in placements, "when", "by"}]`.
ALTER TABLE structurings ADD COLUMN undone TEXT NOT NULL DEFAULT '[]';

-- Where the value stood, for the rule: JSON, `[{"pointer","span","path","kind","whole","taken"}]`.
ALTER TABLE reviews ADD COLUMN origins TEXT NOT NULL DEFAULT '[]';
-- What the contact had once the request was done: what whoever decides has seen, unless somebody says otherwise since.
ALTER TABLE reviews ADD COLUMN known TEXT;
-- What was decided, as JSON: the same again is no other decision.
ALTER TABLE reviews ADD COLUMN decision TEXT;

-- A value of a target of a contact is asked about once, whatever was decided.
DROP INDEX reviews_pending_identity_key;
CREATE UNIQUE INDEX reviews_identity_key ON reviews (organization_id, contact_id, target, field_key, value_key);

-- What people's decisions taught: where a path leads (`mapping`), which word is which option (`option_word`).
CREATE TABLE structuring_rules (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  type TEXT NOT NULL,
  -- Of a mapping; '' of a word.
  source TEXT NOT NULL,
  -- The path of a mapping, the folded word.
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  field_key TEXT NOT NULL,
  -- Of a word; '' of a mapping.
  option TEXT NOT NULL,
  -- 'counting' (not read by structuring), 'learned', 'confirmed', 'denied'.
  standing TEXT NOT NULL,
  votes INTEGER NOT NULL,
  actor TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX structuring_rules_identity_key
  ON structuring_rules (organization_id, type, source, path, kind, target, field_key, option);

-- How far a reader of the event log came.
CREATE TABLE event_cursors (
  name TEXT NOT NULL PRIMARY KEY,
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO event_cursors (name, sequence) VALUES ('unknown_keys', 0);

-- Keys of metadata that no field knows, counted; from 20 contacts on a proposal to make a field.
CREATE TABLE unknown_keys (
  organization_id BLOB NOT NULL,
  key TEXT NOT NULL,
  id BLOB NOT NULL,
  -- 'counting', 'proposed', 'filling' (accepted, history is being filled), 'accepted', 'dismissed'.
  status TEXT NOT NULL,
  contacts INTEGER NOT NULL,
  -- What its values look like: a field's type, and the options of a select as JSON.
  type TEXT,
  options TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  field_id BLOB,
  -- Of the decision; filled values carry it.
  request_id TEXT,
  -- The last contact that was filled or looked at, and how many were filled.
  fill_after BLOB,
  filled INTEGER NOT NULL,
  PRIMARY KEY (organization_id, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX unknown_keys_id ON unknown_keys (organization_id, id);
CREATE INDEX unknown_keys_status ON unknown_keys (organization_id, status, contacts, id);
CREATE INDEX unknown_keys_filling ON unknown_keys (organization_id, id) WHERE status = 'filling';

-- Whom a key was seen at, until it is proposed.
CREATE TABLE unknown_key_contacts (
  organization_id BLOB NOT NULL,
  key TEXT NOT NULL,
  contact_id BLOB NOT NULL,
  PRIMARY KEY (organization_id, key, contact_id)
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('reviews', 'reviews_identity_key', '100000 50000 5 2 1 1'),
  ('structuring_rules', 'structuring_rules', '2000 1000 1'),
  ('structuring_rules', 'structuring_rules_identity_key', '2000 1000 500 100 2 2 1 1 1'),
  ('event_cursors', 'event_cursors', '5 1'),
  ('unknown_keys', 'unknown_keys', '10000 5000 1'),
  ('unknown_keys', 'unknown_keys_id', '10000 5000 1'),
  ('unknown_keys', 'unknown_keys_status', '10000 5000 1666 20 1'),
  ('unknown_keys', 'unknown_keys_filling', '4 2 1'),
  ('unknown_key_contacts', 'unknown_key_contacts', '100000 50000 10 1');
ANALYZE sqlite_schema;

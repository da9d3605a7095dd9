-- Real messages: what a provider calls them, what became of them, what belongs to them; people with many identifiers, and
-- contacts that turned out to be one.

-- The provider's id (WhatsApp: `wamid.…`); one longer than 200 characters is its beginning and a hash.
ALTER TABLE messages ADD COLUMN provider_id TEXT;
-- The provider's id of the message that this one answers.
ALTER TABLE messages ADD COLUMN reply_to TEXT;
-- Where an outbound message was written if not here: 'phone' (WhatsApp Business app beside the API).
ALTER TABLE messages ADD COLUMN source TEXT;
-- When each status was reached, by the provider's clock. `sent_at` is none of them: it is what messages are ordered by.
ALTER TABLE messages ADD COLUMN accepted_at INTEGER;
ALTER TABLE messages ADD COLUMN delivered_at INTEGER;
ALTER TABLE messages ADD COLUMN read_at INTEGER;
ALTER TABLE messages ADD COLUMN played_at INTEGER;
ALTER TABLE messages ADD COLUMN failed_at INTEGER;
-- Why it failed, as the provider says it, and what to do about it.
ALTER TABLE messages ADD COLUMN error_code TEXT;
ALTER TABLE messages ADD COLUMN error_title TEXT;
ALTER TABLE messages ADD COLUMN error_details TEXT;
ALTER TABLE messages ADD COLUMN error_advice TEXT;
-- JSON, as it came with a status.
ALTER TABLE messages ADD COLUMN pricing TEXT;
ALTER TABLE messages ADD COLUMN edited_at INTEGER;
ALTER TABLE messages ADD COLUMN deleted_at INTEGER;
CREATE UNIQUE INDEX messages_provider_identity_key ON messages (organization_id, channel_id, provider_id)
  WHERE provider_id IS NOT NULL;

-- What somebody put on a message. One that was taken off keeps its row, with an empty emoji: an older one may still arrive.
CREATE TABLE reactions (
  organization_id BLOB NOT NULL,
  message_id BLOB NOT NULL,
  -- 'contact', or 'business' (from here or from the phone)
  reactor TEXT NOT NULL,
  emoji TEXT NOT NULL,
  actor TEXT NOT NULL,
  reacted_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, message_id, reactor),
  FOREIGN KEY (organization_id, message_id) REFERENCES messages (organization_id, id)
) STRICT, WITHOUT ROWID;

-- What came about a message that is not here yet: statuses before the send's answer, a reaction before its message.
CREATE TABLE early_updates (
  organization_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  provider_id TEXT NOT NULL,
  -- 'status:<status>', 'reaction:<reactor>', 'edit', 'deletion'
  kind TEXT NOT NULL,
  -- JSON
  data TEXT NOT NULL,
  happened_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, channel_id, provider_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX early_updates_age ON early_updates (created_at);

-- Files of messages. The bytes are below the media directory; a worker fetches what is pending.
CREATE TABLE media (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  -- Null while an upload belongs to no message yet.
  message_id BLOB,
  -- image, video, audio, document, sticker
  type TEXT NOT NULL,
  -- The provider's id of the file: digits.
  provider_media_id TEXT,
  mime TEXT,
  -- Lower-case hexadecimal.
  sha256 TEXT,
  -- Bytes.
  size INTEGER,
  file_name TEXT,
  -- 'pending', 'stored', 'failed' (given up), 'refused' (too large, of a kind that is not taken)
  state TEXT NOT NULL,
  -- Below the media directory.
  path TEXT,
  error TEXT,
  attempts INTEGER NOT NULL,
  -- When it is tried next, while pending.
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id),
  FOREIGN KEY (organization_id, message_id) REFERENCES messages (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_message ON media (organization_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX media_channel ON media (organization_id, channel_id);
CREATE INDEX media_pending ON media (due_at, id) WHERE state = 'pending';

-- What a hook brought and nobody here could read: kept as it came, bounded in size, number and age.
CREATE TABLE hook_leftovers (
  organization_id BLOB NOT NULL,
  -- SHA-256 of what is kept, so that a repetition is one.
  hash BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  -- 'unknown_field', 'unknown_number', 'unreadable', 'failed'
  reason TEXT NOT NULL,
  -- JSON, at most 64 KiB; what is longer is cut.
  raw TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX hook_leftovers_age ON hook_leftovers (created_at);

-- What the provider last said of a channel by itself: JSON object (quality, limit, restriction, name, …).
ALTER TABLE channels ADD COLUMN health TEXT NOT NULL DEFAULT '{}';

-- Hooks name a channel and nothing else.
CREATE UNIQUE INDEX channels_id_key ON channels (id);

-- As WhatsApp last gave it, digits; what messages are sent to. The key is the folded phone in contact_identifiers.
ALTER TABLE contacts ADD COLUMN wa_id TEXT;
-- Shown, never a key: its owner can change it.
ALTER TABLE contacts ADD COLUMN username TEXT;
-- Since when the person wants no marketing.
ALTER TABLE contacts ADD COLUMN opted_out_at INTEGER;
-- When they last said whether they want it: what is older changes nothing.
ALTER TABLE contacts ADD COLUMN preference_at INTEGER;
-- The contact that this one turned out to be: its id answers as that one's, for ever.
ALTER TABLE contacts ADD COLUMN merged_into BLOB;
CREATE INDEX contacts_merged ON contacts (organization_id, merged_into) WHERE merged_into IS NOT NULL;

-- Contacts that were made one, with what is needed to make them two again.
CREATE TABLE merges (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  -- The older one, which stays.
  contact_id BLOB NOT NULL,
  merged_id BLOB NOT NULL,
  -- 'one_payload', 'number_changed' (WhatsApp said so), 'decided' (somebody did)
  rule TEXT NOT NULL,
  -- 'moving' (messages follow in pieces), 'done', 'undoing', 'undone'
  status TEXT NOT NULL,
  -- JSON: what was changed rather than moved, as it was.
  before TEXT NOT NULL,
  actor TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  undone_at INTEGER,
  undone_by TEXT,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, merged_id) REFERENCES contacts (organization_id, id)
) STRICT;
CREATE INDEX merges_contact ON merges (organization_id, contact_id, id);
CREATE INDEX merges_merged ON merges (organization_id, merged_id, id);
CREATE INDEX merges_unfinished ON merges (created_at) WHERE status IN ('moving', 'undoing');

-- The rows that a merge moved, so that its undo moves exactly those back.
CREATE TABLE merge_moves (
  organization_id BLOB NOT NULL,
  merge_id BLOB NOT NULL,
  -- 'message', 'ticket', 'structuring', 'review'
  kind TEXT NOT NULL,
  row_id BLOB NOT NULL,
  PRIMARY KEY (organization_id, merge_id, kind, row_id),
  FOREIGN KEY (organization_id, merge_id) REFERENCES merges (organization_id, id)
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('messages', 'messages_provider_identity_key', '5000000 2500000 125000 1'),
  ('reactions', 'reactions', '100000 50000 2 1'),
  ('early_updates', 'early_updates', '10000 5000 500 2 1'),
  ('early_updates', 'early_updates_age', '10000 2'),
  ('media', 'media', '500000 250000 1'),
  ('media', 'media_message', '500000 250000 2'),
  ('media', 'media_channel', '500000 250000 25000'),
  ('media', 'media_pending', '100 2 1'),
  ('hook_leftovers', 'hook_leftovers', '10000 5000 1'),
  ('hook_leftovers', 'hook_leftovers_age', '10000 2'),
  ('channels', 'channels_id_key', '100 1'),
  ('contacts', 'contacts_merged', '10000 5000 2'),
  ('merges', 'sqlite_autoindex_merges_1', '10000 5000 1'),
  ('merges', 'merges_contact', '10000 5000 2 1'),
  ('merges', 'merges_merged', '10000 5000 2 1'),
  ('merges', 'merges_unfinished', '4 2'),
  ('merge_moves', 'merge_moves', '500000 250000 100 50 1');
ANALYZE sqlite_schema;

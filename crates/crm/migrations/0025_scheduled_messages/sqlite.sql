-- Messages that are to go out at a time of their own.

CREATE TABLE scheduled_messages (
  organization_id BLOB NOT NULL,
  id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  -- The template that goes; NULL: a text.
  template_id BLOB,
  -- 'scheduled', 'sent' (queued as a message), 'failed', 'cancelled'
  status TEXT NOT NULL,
  -- When it is due. Nothing else says so: a clock that jumps leaves nothing behind.
  scheduled_at INTEGER NOT NULL,
  -- JSON: what is to be sent, to which of the person's numbers. All of the row that is about the person; '{}' once it was sent.
  content TEXT NOT NULL,
  -- Hash of what is sent where: the same at the same time, for the same person, is there once. NULL: it may be scheduled again.
  fingerprint INTEGER,
  -- What it became. Without a reference: retention deletes messages.
  message_id BLOB,
  -- JSON {code, title, details, advice}: why it failed.
  failure TEXT,
  -- Who scheduled it.
  actor TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  -- When it was sent, failed or was cancelled.
  done_at INTEGER,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX scheduled_messages_once ON scheduled_messages (organization_id, contact_id, scheduled_at, fingerprint)
  WHERE fingerprint IS NOT NULL;
CREATE INDEX scheduled_messages_due ON scheduled_messages (organization_id, channel_id, scheduled_at, id) WHERE status = 'scheduled';
CREATE INDEX scheduled_messages_contact ON scheduled_messages (organization_id, contact_id, scheduled_at, id);
CREATE INDEX scheduled_messages_status ON scheduled_messages (organization_id, status, scheduled_at, id);
CREATE INDEX scheduled_messages_time ON scheduled_messages (organization_id, scheduled_at, id);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('scheduled_messages', 'scheduled_messages', '200000 100000 1'),
  ('scheduled_messages', 'scheduled_messages_once', '180000 90000 4 1 1'),
  ('scheduled_messages', 'scheduled_messages_due', '10000 5000 1000 2 1'),
  ('scheduled_messages', 'scheduled_messages_contact', '200000 100000 4 1 1'),
  ('scheduled_messages', 'scheduled_messages_status', '200000 100000 25000 2 1'),
  ('scheduled_messages', 'scheduled_messages_time', '200000 100000 2 1');
ANALYZE sqlite_schema;

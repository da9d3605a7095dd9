-- Messages that are to go out at a time of their own.

CREATE TABLE scheduled_messages (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  contact_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  -- The template that goes; NULL: a text.
  template_id UUID,
  -- 'scheduled', 'sent' (queued as a message), 'failed', 'cancelled'
  status TEXT NOT NULL COLLATE "C",
  -- When it is due. Nothing else says so: a clock that jumps leaves nothing behind.
  scheduled_at BIGINT NOT NULL,
  -- JSON: what is to be sent, to which of the person's numbers. All of the row that is about the person; '{}' once it was sent.
  content TEXT NOT NULL,
  -- Hash of what is sent where: the same at the same time, for the same person, is there once. NULL: it may be scheduled again.
  fingerprint BIGINT,
  -- What it became. Without a reference: retention deletes messages.
  message_id UUID,
  -- JSON {code, title, details, advice}: why it failed.
  failure TEXT,
  -- Who scheduled it.
  actor TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  -- When it was sent, failed or was cancelled.
  done_at BIGINT,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
);
CREATE UNIQUE INDEX scheduled_messages_once ON scheduled_messages (organization_id, contact_id, scheduled_at, fingerprint)
  WHERE fingerprint IS NOT NULL;
CREATE INDEX scheduled_messages_due ON scheduled_messages (organization_id, channel_id, scheduled_at, id) WHERE status = 'scheduled';
CREATE INDEX scheduled_messages_contact ON scheduled_messages (organization_id, contact_id, scheduled_at, id);
CREATE INDEX scheduled_messages_status ON scheduled_messages (organization_id, status, scheduled_at, id);
CREATE INDEX scheduled_messages_time ON scheduled_messages (organization_id, scheduled_at, id);

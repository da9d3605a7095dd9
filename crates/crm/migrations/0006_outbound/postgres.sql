-- Messages on their way out, templates, files as providers know them, what stops a channel.

-- The job of an outbound message, written with it and gone once its fate is known. Of each person only the first one is due;
-- the others wait behind it, so that they leave in order and nobody has to look for the order.
CREATE TABLE outbox (
  organization_id UUID NOT NULL,
  message_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  contact_id UUID NOT NULL,
  -- 'waiting' (behind another, or for its time), 'sending', 'unknown' (holds the person until it is due)
  state TEXT NOT NULL COLLATE "C",
  -- When it is tried; null: behind another of the same person, or being sent.
  due_at BIGINT,
  attempts BIGINT NOT NULL,
  -- The fence of the lease under which it is being sent.
  fence BIGINT NOT NULL,
  queued_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, message_id),
  FOREIGN KEY (organization_id, message_id) REFERENCES messages (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
);
CREATE INDEX outbox_due ON outbox (organization_id, channel_id, due_at, message_id) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_channel ON outbox (organization_id, channel_id, message_id);
CREATE INDEX outbox_person ON outbox (organization_id, contact_id, queued_at, message_id);
CREATE INDEX outbox_sending ON outbox (organization_id, channel_id, fence) WHERE state = 'sending';

-- What was queued before there was a worker: each person's first is due.
INSERT INTO outbox (organization_id, message_id, channel_id, contact_id, state, due_at, attempts, fence, queued_at)
SELECT organization_id, id, channel_id, contact_id, 'waiting',
       CASE WHEN row_number() OVER (PARTITION BY organization_id, contact_id ORDER BY sent_at, id) = 1 THEN sent_at END,
       0, 0, sent_at
FROM messages WHERE direction = 'outbound' AND status = 'queued';

-- What stops a channel, or is to be known of it: JSON {code, title, details, advice}; null: nothing.
ALTER TABLE channels ADD COLUMN problem TEXT;
-- When its provider was last asked how it does.
ALTER TABLE channels ADD COLUMN checked_at BIGINT;

-- Whether an assistant may not answer this person by itself.
ALTER TABLE contacts ADD COLUMN assistant_paused BOOLEAN NOT NULL DEFAULT false;

-- Message templates as the provider has them.
CREATE TABLE templates (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  channel_id UUID NOT NULL,
  -- Digits.
  provider_id TEXT NOT NULL COLLATE "C",
  name TEXT NOT NULL COLLATE "C",
  language TEXT NOT NULL COLLATE "C",
  -- As the provider says it: APPROVED, PENDING, REJECTED, PAUSED, DISABLED, …
  status TEXT NOT NULL COLLATE "C",
  category TEXT NOT NULL COLLATE "C",
  -- 'POSITIONAL' or 'NAMED'
  parameter_format TEXT NOT NULL,
  -- JSON, as the provider has it.
  components TEXT NOT NULL,
  quality TEXT,
  -- Why it was rejected, paused or disabled.
  reason TEXT,
  -- The run that last saw it; what a whole run did not see is gone at the provider.
  sync_id UUID,
  removed BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
);
CREATE UNIQUE INDEX templates_provider_identity_key ON templates (organization_id, channel_id, provider_id);
CREATE INDEX templates_name ON templates (organization_id, name, language, id);

-- Files of ours as a channel's provider knows them.
CREATE TABLE media_uploads (
  organization_id UUID NOT NULL,
  media_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  provider_media_id TEXT NOT NULL COLLATE "C",
  uploaded_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, media_id, channel_id),
  FOREIGN KEY (organization_id, media_id) REFERENCES media (organization_id, id),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
);
CREATE INDEX media_uploads_channel ON media_uploads (organization_id, channel_id);

-- Files that a message was made with: also such as are in it more than once, or in a template.
CREATE TABLE media_uses (
  organization_id UUID NOT NULL,
  media_id UUID NOT NULL,
  message_id UUID NOT NULL,
  PRIMARY KEY (organization_id, media_id, message_id),
  FOREIGN KEY (organization_id, media_id) REFERENCES media (organization_id, id),
  FOREIGN KEY (organization_id, message_id) REFERENCES messages (organization_id, id)
);
CREATE INDEX media_uses_message ON media_uses (organization_id, message_id);

CREATE INDEX media_path ON media (path) WHERE path IS NOT NULL;
CREATE INDEX media_unused ON media (created_at) WHERE message_id IS NULL;
CREATE INDEX messages_unknown ON messages (organization_id, channel_id, sent_at, id) WHERE status = 'unknown';

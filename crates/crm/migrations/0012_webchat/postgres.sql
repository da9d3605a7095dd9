-- Visitors of web chats.

-- A browser that talks, or that the page said who it is of.
CREATE TABLE webchat_visitors (
  organization_id UUID NOT NULL,
  id UUID NOT NULL,
  channel_id UUID NOT NULL,
  -- SHA-256 of the token that the browser keeps.
  token_hash BYTEA NOT NULL,
  -- Null until something is said.
  contact_id UUID,
  -- Who the page says it is.
  user_id TEXT COLLATE "C",
  -- Whether the page's server signed that.
  signed BOOLEAN NOT NULL,
  -- JSON object: what a signature said beside the id, until there is a contact to have it.
  profile TEXT,
  -- Whether the form before the chat was filled in.
  introduced BOOLEAN NOT NULL,
  language TEXT,
  page_url TEXT,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id),
  FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id)
);
CREATE UNIQUE INDEX webchat_visitors_token ON webchat_visitors (organization_id, token_hash);
CREATE INDEX webchat_visitors_contact ON webchat_visitors (organization_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX webchat_visitors_channel ON webchat_visitors (organization_id, channel_id);
CREATE INDEX webchat_visitors_expiry ON webchat_visitors (expires_at);

-- What was queued on a web chat while nothing took it: its visitor's page reads it from here, so it is sent.
DELETE FROM outbox WHERE EXISTS
  (SELECT 1 FROM channels c WHERE c.organization_id = outbox.organization_id AND c.id = outbox.channel_id AND c.type = 'webchat');
UPDATE messages SET status = 'sent', accepted_at = sent_at WHERE status = 'queued' AND direction = 'outbound' AND EXISTS
  (SELECT 1 FROM channels c WHERE c.organization_id = messages.organization_id AND c.id = messages.channel_id AND c.type = 'webchat');


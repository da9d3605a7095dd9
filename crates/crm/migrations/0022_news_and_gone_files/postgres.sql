-- What a provider told of a channel by itself, the newest of each thing: what comes late or again is older, and changes nothing.
CREATE TABLE channel_news (
  organization_id UUID NOT NULL,
  channel_id UUID NOT NULL,
  -- The provider's word: 'account_update', 'message_template_status_update', …
  field TEXT COLLATE "C" NOT NULL,
  -- What of it: a template's id, a number, a kind of event; '' where the field is about one thing.
  about TEXT COLLATE "C" NOT NULL,
  -- By the provider's clock.
  told_at BIGINT NOT NULL,
  -- SHA-256 of what was told.
  hash BYTEA NOT NULL,
  PRIMARY KEY (organization_id, channel_id, field, about),
  FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
);

-- Files whose row is gone because whoever sent them deleted them: a chore takes the bytes, unless another row names them.
CREATE TABLE gone_files (
  organization_id UUID NOT NULL,
  -- Below the media directory.
  path TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, path)
);


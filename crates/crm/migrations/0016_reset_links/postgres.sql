-- Links by which a member sets a password anew; one at a time, gone once used.
CREATE TABLE reset_links (
  organization_id UUID NOT NULL,
  member_id UUID NOT NULL,
  id UUID NOT NULL,
  -- SHA-256 of what the link holds.
  token_hash BYTEA NOT NULL,
  -- Whether the second factor goes as well.
  removes_totp BOOLEAN NOT NULL,
  -- Stored form of the actor: the link goes with the right of who made it.
  made_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, member_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
);
CREATE UNIQUE INDEX reset_links_token ON reset_links (token_hash);

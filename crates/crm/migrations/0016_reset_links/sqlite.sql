-- Links by which a member sets a password anew; one at a time, gone once used.
CREATE TABLE reset_links (
  organization_id BLOB NOT NULL,
  member_id BLOB NOT NULL,
  id BLOB NOT NULL,
  -- SHA-256 of what the link holds.
  token_hash BLOB NOT NULL,
  -- Whether the second factor goes as well.
  removes_totp INTEGER NOT NULL,
  -- Stored form of the actor: the link goes with the right of who made it.
  made_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, member_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reset_links_token ON reset_links (token_hash);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('reset_links', 'reset_links', '20 10 1'),
  ('reset_links', 'reset_links_token', '20 1');
ANALYZE sqlite_schema;

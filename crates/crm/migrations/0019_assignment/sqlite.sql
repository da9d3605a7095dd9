-- Who gets what nobody has: how an organization wants it, what waits to be given, whose turn it was.

-- No row: off.
CREATE TABLE assignment_rules (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  -- 'off', 'round_robin', 'least_open'
  mode TEXT NOT NULL,
  -- JSON array of ids; NULL: every active member who is an agent.
  member_ids TEXT,
  present_only INTEGER NOT NULL,
  -- Open tickets that a member has at most; NULL: as many as come.
  open_limit INTEGER,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id)
) STRICT, WITHOUT ROWID;

-- Tickets that were opened while it was on and are nobody's yet. Written with the opening; gone once somebody has the ticket, or
-- it is closed.
CREATE TABLE assignment_queue (
  organization_id BLOB NOT NULL,
  ticket_id BLOB NOT NULL,
  PRIMARY KEY (organization_id, ticket_id),
  FOREIGN KEY (organization_id, ticket_id) REFERENCES tickets (organization_id, id)
) STRICT, WITHOUT ROWID;

-- Counts on with each ticket that is given: who has the lowest number waited longest.
CREATE TABLE assignment_turns (
  organization_id BLOB NOT NULL,
  member_id BLOB NOT NULL,
  turn INTEGER NOT NULL,
  PRIMARY KEY (organization_id, member_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
) STRICT, WITHOUT ROWID;

-- How much each has in hand, without walking through what they closed.
CREATE INDEX tickets_open_agent ON tickets (organization_id, agent_id) WHERE status = 'open' AND agent_id IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('assignment_rules', 'assignment_rules', '20 1'),
  ('assignment_queue', 'assignment_queue', '1000 500 1'),
  ('assignment_turns', 'assignment_turns', '200 100 1'),
  ('tickets', 'tickets_open_agent', '25000 12500 1250');
ANALYZE sqlite_schema;

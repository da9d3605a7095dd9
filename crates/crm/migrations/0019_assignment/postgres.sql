-- Who gets what nobody has: how an organization wants it, what waits to be given, whose turn it was.

-- No row: off.
CREATE TABLE assignment_rules (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  -- 'off', 'round_robin', 'least_open'
  mode TEXT NOT NULL,
  -- JSON array of ids; NULL: every active member who is an agent.
  member_ids TEXT,
  present_only BOOLEAN NOT NULL,
  -- Open tickets that a member has at most; NULL: as many as come.
  open_limit BIGINT,
  version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id)
);

-- Tickets that were opened while it was on and are nobody's yet. Written with the opening; gone once somebody has the ticket, or
-- it is closed.
CREATE TABLE assignment_queue (
  organization_id UUID NOT NULL,
  ticket_id UUID NOT NULL,
  PRIMARY KEY (organization_id, ticket_id),
  FOREIGN KEY (organization_id, ticket_id) REFERENCES tickets (organization_id, id)
);

-- Counts on with each ticket that is given: who has the lowest number waited longest.
CREATE TABLE assignment_turns (
  organization_id UUID NOT NULL,
  member_id UUID NOT NULL,
  turn BIGINT NOT NULL,
  PRIMARY KEY (organization_id, member_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id)
);

-- How much each has in hand, without walking through what they closed.
CREATE INDEX tickets_open_agent ON tickets (organization_id, agent_id) WHERE status = 'open' AND agent_id IS NOT NULL;

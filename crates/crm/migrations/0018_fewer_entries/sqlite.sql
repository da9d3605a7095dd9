-- A message is in three places of the log's indexes less: histories read messages from their own table, so that the events which
-- tell of them need no entry there; the log of one contact or ticket is found by walking the log's index, which has both.
DROP INDEX events_organization;
CREATE INDEX events_organization ON events (organization_id, sequence, topic, contact_id, ticket_id);
DROP INDEX events_contact;
CREATE INDEX events_contact ON events (organization_id, contact_id, occurred_at, sequence)
  WHERE contact_id IS NOT NULL
    AND topic NOT IN ('note.created', 'message.queued', 'message.received', 'message.sent', 'message.status');
DROP INDEX events_ticket;
CREATE INDEX events_ticket ON events (organization_id, ticket_id, occurred_at, sequence)
  WHERE ticket_id IS NOT NULL
    AND topic NOT IN ('note.created', 'message.queued', 'message.received', 'message.sent', 'message.status');

DELETE FROM sqlite_stat1 WHERE tbl = 'events' AND idx IN ('events_organization', 'events_contact', 'events_ticket');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('events', 'events_organization', '5000000 2500000 1 1 1 1'),
  ('events', 'events_contact', '2000000 1000000 8 2 1'),
  ('events', 'events_ticket', '1000000 500000 3 2 1');
ANALYZE sqlite_schema;

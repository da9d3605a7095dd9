-- The log by topic without reading its rows, and the histories of a contact and of a ticket in their order.
DROP INDEX events_organization;
CREATE INDEX events_organization ON events (organization_id, sequence, topic);
DROP INDEX events_contact;
CREATE INDEX events_contact ON events (organization_id, contact_id, occurred_at, sequence) WHERE contact_id IS NOT NULL;
-- By ticket alone: a ticket goes with its contact when two contacts turn out to be one, and what the log has of it stays.
CREATE INDEX events_ticket ON events (organization_id, ticket_id, occurred_at, sequence) WHERE ticket_id IS NOT NULL;
CREATE INDEX messages_ticket ON messages (organization_id, ticket_id, sent_at, id) WHERE ticket_id IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('events', 'events_organization', '5000000 2500000 1 1'),
  ('events', 'events_contact', '5000000 2500000 20 2 1'),
  ('events', 'events_ticket', '3000000 1500000 5 2 1'),
  ('messages', 'messages_ticket', '2500000 1250000 10 2 1');
ANALYZE sqlite_schema;

-- The log by topic without reading its rows, and the histories of a contact and of a ticket in their order.
DROP INDEX events_organization;
CREATE INDEX events_organization ON events (organization_id, sequence, topic);
DROP INDEX events_contact;
CREATE INDEX events_contact ON events (organization_id, contact_id, occurred_at, sequence) WHERE contact_id IS NOT NULL;
-- By ticket alone: a ticket goes with its contact when two contacts turn out to be one, and what the log has of it stays.
CREATE INDEX events_ticket ON events (organization_id, ticket_id, occurred_at, sequence) WHERE ticket_id IS NOT NULL;
CREATE INDEX messages_ticket ON messages (organization_id, ticket_id, sent_at, id) WHERE ticket_id IS NOT NULL;

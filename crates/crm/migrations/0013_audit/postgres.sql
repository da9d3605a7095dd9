-- What only the audit log tells of a change, and neither the list of events nor the stream nor a webhook: JSON object.
ALTER TABLE events ADD COLUMN audit TEXT;

UPDATE events SET
  audit = json_build_object('by', data::json ->> 'by', 'user_agent', data::json ->> 'user_agent',
                            'address', data::json ->> 'address')::text,
  data = (data::jsonb - 'by' - 'user_agent' - 'address')::text
WHERE topic = 'setup.changed' AND subject LIKE '{"session\_id":%' ESCAPE '\' AND data LIKE '%"address":%';

UPDATE events SET
  audit = json_build_object('email', coalesce(data::json ->> 'email', previous::json ->> 'email'),
                            'role', coalesce(data::json ->> 'role', previous::json ->> 'role'))::text,
  data = (data::jsonb - 'email' - 'role')::text,
  previous = NULL
WHERE topic = 'setup.changed' AND subject LIKE '{"invitation\_id":%' ESCAPE '\'
  AND (data LIKE '%"email":%' OR previous LIKE '%"email":%');

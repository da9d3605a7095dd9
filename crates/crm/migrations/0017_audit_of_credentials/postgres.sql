-- Changes of passwords and second factors from before 0013: only the audit log tells of them, as of later ones. JSON is written
-- without spaces, and a quote within a value is escaped, so that these texts are this member and nothing else.
UPDATE events SET
  audit = json_build_object('changed', data::json -> 'changed')::text,
  data = (data::jsonb - 'changed')::text,
  previous = NULL
WHERE topic = 'setup.changed' AND subject LIKE '{"member\_id":%' ESCAPE '\'
  AND (data LIKE '%"changed":{"totp":true}%' OR data LIKE '%"changed":{"totp":false}%'
       OR data LIKE '%"changed":{"password":true}%');

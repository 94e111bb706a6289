-- End the turn of its owner. [WFS-10]
-- $1 owner
UPDATE {{schema}}.scheduling SET expires_at = clock_timestamp()
WHERE owner = $1::text AND expires_at > clock_timestamp()

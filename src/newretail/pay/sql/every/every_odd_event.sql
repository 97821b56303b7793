-- What providers said that fits nothing here, and that nobody has looked into.
SELECT {name}::text AS cell, t.* FROM {cell}.pay_event t
WHERE t.outcome IN (4, 5, 6) AND NOT EXISTS (
    SELECT FROM {cell}.pay_event_closed c WHERE c.provider = t.provider AND c.event_id = t.event_id
)

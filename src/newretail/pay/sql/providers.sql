-- name: ours
-- Payments by a provider, from a moment on: the key begins with the time that its order was made at.
SELECT payment_id, provider_ref, state, held_minor, received_minor, returned_minor, charged_back_minor
FROM {cell}.pay_payment WHERE payment_id >= %s AND provider = %s ORDER BY payment_id

-- name: not_heard
-- Those of a provider's events that were never heard here.
SELECT d.event_id FROM unnest(%s::text[]) AS d(event_id)
WHERE NOT EXISTS (SELECT 1 FROM {cell}.pay_event e WHERE e.provider = %s AND e.event_id = d.event_id)

-- name: note
INSERT INTO {cell}.pay_disagreement AS p (provider, payment_id, what, provider_ref, theirs_minor, ours_minor, currency,
    found_at, seen_at)
SELECT %s, d.payment_id, d.what, d.provider_ref, d.theirs_minor, d.ours_minor, d.currency, %s, %s
FROM unnest(%s::uuid[], %s::smallint[], %s::text[], %s::bigint[], %s::bigint[], %s::text[])
    AS d(payment_id, what, provider_ref, theirs_minor, ours_minor, currency)
ON CONFLICT (provider, payment_id, what) DO UPDATE SET theirs_minor = excluded.theirs_minor,
    ours_minor = excluded.ours_minor, seen_at = excluded.seen_at, settled_at = NULL,
    explained_at = CASE WHEN (p.theirs_minor, p.ours_minor) = (excluded.theirs_minor, excluded.ours_minor)
                        THEN p.explained_at END

-- name: settle
-- Disagreements about payments of the compared time that were not found again.
UPDATE {cell}.pay_disagreement SET settled_at = %s
WHERE provider = %s AND settled_at IS NULL AND seen_at < %s AND payment_id >= %s

-- name: open
SELECT payment_id, provider_ref, what, theirs_minor, ours_minor, currency FROM {cell}.pay_disagreement
WHERE settled_at IS NULL ORDER BY found_at, payment_id LIMIT %s

-- name: to_pay
-- The newest payment of an order that its shopper may still pay: what the provider was, or is to be, asked to open.
SELECT c.call_id, c.kind, c.provider, c.payment_id, c.order_id, c.amount_minor, c.currency, p.provider_ref, c.tries,
       c.due_at IS NOT NULL
FROM {cell}.pay_payment p JOIN {cell}.pay_call c ON c.payment_id = p.payment_id
WHERE p.payment_id >= %s AND p.payment_id <= %s AND p.state = 1 AND c.kind = 1
ORDER BY c.created_at DESC, c.call_id DESC LIMIT 1

-- name: compared
INSERT INTO {cell}.pay_reconciled (provider, compared_at, since, open_count) VALUES (%s, %s, %s, %s)
ON CONFLICT (provider) DO UPDATE SET compared_at = excluded.compared_at, since = excluded.since,
    open_count = excluded.open_count

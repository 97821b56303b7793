-- name: read
SELECT top_up_id, buyer_id, amount_minor, stage, made_at FROM {cell}.pay_top_up WHERE top_up_id = ANY(%s)

-- name: write
INSERT INTO {cell}.pay_top_up AS t (top_up_id, buyer_id, amount_minor, stage, made_at, ended_at, batch_number)
SELECT d.top_up_id, d.buyer_id, d.amount_minor, d.stage, d.made_at, d.ended_at, %s::bigint
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::smallint[], %s::timestamptz[], %s::timestamptz[])
    AS d(top_up_id, buyer_id, amount_minor, stage, made_at, ended_at)
ON CONFLICT (top_up_id) DO UPDATE SET stage = excluded.stage, ended_at = excluded.ended_at

-- name: of_buyer
-- A buyer's top-ups below a stage, newest first.
SELECT top_up_id FROM {cell}.pay_top_up WHERE buyer_id = %s AND stage < %s ORDER BY top_up_id DESC LIMIT %s

-- name: ended_since
SELECT top_up_id, buyer_id FROM {cell}.pay_top_up WHERE ended_at > %s ORDER BY ended_at LIMIT %s

-- name: declined
-- Tries that were declined of top-ups that still wait: these are few, and their payments a range of the key each.
SELECT t.top_up_id, t.buyer_id, p.payment_id
FROM {cell}.pay_top_up t
CROSS JOIN LATERAL (
    SELECT q.payment_id, q.state FROM {cell}.pay_payment q
    WHERE q.payment_id >= t.top_up_id AND q.payment_id <= (left(t.top_up_id::text, 34) || 'ff')::uuid
    ORDER BY q.payment_id LIMIT 256
) p
WHERE t.stage = 1 AND p.state = 5 ORDER BY p.payment_id LIMIT %s

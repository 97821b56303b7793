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
-- Top-ups that still wait and one try of which was declined.
SELECT t.top_up_id, t.buyer_id, p.payment_id
FROM {cell}.pay_payment p JOIN {cell}.pay_top_up t ON t.top_up_id = p.order_id
WHERE p.expires_at IS NOT NULL AND p.state = 5 AND t.stage = 1 ORDER BY p.payment_id LIMIT %s

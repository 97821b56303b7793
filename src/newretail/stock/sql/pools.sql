-- name: read_all
COPY (SELECT node_id, sku_id, on_hand, reserved, back_order FROM {cell}.stock_pool ORDER BY node_id, sku_id)
TO STDOUT (FORMAT BINARY)

-- name: read_some
SELECT p.node_id, p.sku_id, p.on_hand, p.reserved, p.back_order
FROM unnest(%s::int[], %s::int[]) AS d(node_id, sku_id)
JOIN {cell}.stock_pool p ON p.node_id = d.node_id AND p.sku_id = d.sku_id

-- name: left_of
-- Packed: what a node can still promise of some SKUs; of what may be back-ordered, as many as the caller says.
SELECT string_agg(int4send(p.sku_id), ''::bytea ORDER BY p.sku_id),
    string_agg(int4send(CASE WHEN p.back_order THEN %s::int ELSE greatest(p.on_hand - p.reserved, 0) END), ''::bytea
        ORDER BY p.sku_id)
FROM {cell}.stock_pool p WHERE p.node_id = %s AND p.sku_id = ANY(%s::int[])

-- name: reserve
UPDATE {cell}.stock_pool AS p SET reserved = p.reserved + d.quantity
FROM unnest(%s::int[], %s::int[], %s::int[]) AS d(node_id, sku_id, quantity)
WHERE p.node_id = d.node_id AND p.sku_id = d.sku_id

-- name: read_cap_use
SELECT u.sku_id, u.buyer_id, u.taken
FROM unnest(%s::int[], %s::bigint[]) AS d(sku_id, buyer_id)
JOIN {cell}.stock_cap_use u ON u.sku_id = d.sku_id AND u.buyer_id = d.buyer_id

-- name: add_cap_use
INSERT INTO {cell}.stock_cap_use AS u (sku_id, buyer_id, taken)
SELECT d.sku_id, d.buyer_id, d.taken FROM unnest(%s::int[], %s::bigint[], %s::int[]) AS d(sku_id, buyer_id, taken)
ON CONFLICT (sku_id, buyer_id) DO UPDATE SET taken = u.taken + excluded.taken

-- name: give_back
UPDATE {cell}.stock_pool AS p SET reserved = p.reserved - d.quantity
FROM unnest(%s::int[], %s::int[], %s::int[]) AS d(node_id, sku_id, quantity)
WHERE p.node_id = d.node_id AND p.sku_id = d.sku_id

-- name: consume
UPDATE {cell}.stock_pool AS p SET on_hand = p.on_hand - d.quantity, reserved = p.reserved - d.quantity
FROM unnest(%s::int[], %s::int[], %s::int[]) AS d(node_id, sku_id, quantity)
WHERE p.node_id = d.node_id AND p.sku_id = d.sku_id

-- name: return_cap_use
UPDATE {cell}.stock_cap_use AS u SET taken = greatest(u.taken - d.taken, 0)
FROM unnest(%s::int[], %s::bigint[], %s::int[]) AS d(sku_id, buyer_id, taken)
WHERE u.sku_id = d.sku_id AND u.buyer_id = d.buyer_id

-- name: take_holds
DELETE FROM {cell}.stock_hold AS h USING unnest(%s::uuid[], %s::bigint[]) AS d(hold_id, buyer_id)
WHERE h.hold_id = d.hold_id AND h.buyer_id = d.buyer_id AND h.expires_at > %s
RETURNING h.hold_id, h.node_id, h.lines

-- name: release_hold
DELETE FROM {cell}.stock_hold WHERE hold_id = %s RETURNING node_id, lines

-- name: some_expired
SELECT 1 FROM {cell}.stock_hold WHERE expires_at <= %s LIMIT 1

-- name: expire_holds
DELETE FROM {cell}.stock_hold WHERE expires_at <= %s RETURNING node_id, lines

-- name: add_hold
INSERT INTO {cell}.stock_hold (hold_id, buyer_id, node_id, expires_at, lines) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (hold_id) DO NOTHING

-- name: find_hold
SELECT buyer_id, node_id, expires_at, lines FROM {cell}.stock_hold WHERE hold_id = %s

-- name: receive
INSERT INTO {cell}.stock_pool AS p (node_id, sku_id, on_hand) VALUES (%s, %s, %s)
ON CONFLICT (node_id, sku_id) DO UPDATE SET on_hand = p.on_hand + excluded.on_hand
RETURNING on_hand, reserved, back_order, short_since

-- name: open_empty
-- In key order, as all writers insert; a pool that is there stays as it is.
INSERT INTO {cell}.stock_pool (node_id, sku_id, on_hand)
SELECT d.node_id, d.sku_id, 0 FROM unnest(%s::int[], %s::int[]) AS d(node_id, sku_id) ORDER BY 1, 2
ON CONFLICT (node_id, sku_id) DO NOTHING
RETURNING node_id, sku_id

-- name: drop_some
DELETE FROM {cell}.stock_pool AS p USING unnest(%s::int[], %s::int[]) AS d(node_id, sku_id)
WHERE p.node_id = d.node_id AND p.sku_id = d.sku_id

-- name: of_nodes
SELECT node_id, sku_id, on_hand, reserved FROM {cell}.stock_pool
WHERE node_id = ANY(%(nodes)s::int[]) AND (%(any_sku)s OR sku_id = ANY(%(skus)s::int[])) ORDER BY node_id, sku_id

-- name: count
INSERT INTO {cell}.stock_pool AS p (node_id, sku_id, on_hand) VALUES (%(node)s, %(sku)s, %(counted)s)
ON CONFLICT (node_id, sku_id) DO UPDATE SET
    on_hand = excluded.on_hand,
    short_since = CASE WHEN excluded.on_hand < p.reserved AND NOT p.back_order
                       THEN coalesce(p.short_since, %(at)s) END
RETURNING on_hand, reserved, back_order, short_since

-- name: settle_short
UPDATE {cell}.stock_pool AS p SET short_since = NULL
FROM unnest(%s::int[], %s::int[]) AS d(node_id, sku_id)
WHERE p.node_id = d.node_id AND p.sku_id = d.sku_id AND p.short_since IS NOT NULL AND p.on_hand >= p.reserved

-- name: add_movement
INSERT INTO {cell}.stock_movement
    (movement_id, batch_number, node_id, sku_id, kind, quantity, actor, reason, moved_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: of_sku
SELECT node_id, on_hand, reserved, back_order FROM {cell}.stock_pool WHERE sku_id = %s ORDER BY node_id

-- name: is_used
SELECT 1 FROM {cell}.stock_pool WHERE node_id = %s LIMIT 1

-- name: whereabouts
-- Packed, one row whatever the number of nodes: who has a SKU, and what one node has of some others.
WITH asked (node_id, skus, sku_id) AS (VALUES (%s::int, %s::int[], %s::int)), has AS (
    SELECT p.node_id, p.on_hand - p.reserved AS units FROM asked
    JOIN {cell}.stock_pool p ON p.sku_id = asked.sku_id AND p.on_hand > p.reserved
), others AS (
    SELECT p.sku_id, greatest(p.on_hand - p.reserved, 0) AS units FROM asked
    JOIN {cell}.stock_pool p ON p.node_id = asked.node_id AND p.sku_id = ANY(asked.skus)
)
SELECT (SELECT string_agg(int4send(node_id), ''::bytea ORDER BY node_id) FROM has),
    (SELECT string_agg(int4send(units), ''::bytea ORDER BY node_id) FROM has),
    (SELECT string_agg(int4send(sku_id), ''::bytea ORDER BY sku_id) FROM others),
    (SELECT string_agg(int4send(units), ''::bytea ORDER BY sku_id) FROM others)

-- name: stocked
SELECT string_agg(int4send(sku_id), ''::bytea ORDER BY sku_id) FROM {cell}.stock_pool
WHERE node_id = %s AND on_hand > reserved

-- name: of_order
SELECT from_state, to_state, moved_at, actor, reason FROM {cell}.trade_move WHERE order_id = %s ORDER BY moved_at, batch_number

-- name: read
SELECT order_id, buyer_id, node_id, state, total_minor, lines, channel, settlement, parts FROM {cell}.trade_order WHERE order_id = ANY(%s)

-- name: move
UPDATE {cell}.trade_order AS o SET state = d.to_state
FROM unnest(%s::uuid[], %s::int[]) AS d(order_id, to_state)
WHERE o.order_id = d.order_id

-- name: record
INSERT INTO {cell}.trade_move (order_id, to_state, from_state, batch_number, moved_at, actor, reason)
SELECT d.order_id, d.to_state, d.from_state, %s, %s, d.actor, d.reason
FROM unnest(%s::uuid[], %s::int[], %s::int[], %s::text[], %s::text[])
    AS d(order_id, to_state, from_state, actor, reason)

-- name: newest
SELECT order_id, buyer_id, node_id, state, channel, total_minor, currency, market_code, placed_at
FROM every_order
WHERE order_id < %(before)s AND (%(state)s::smallint IS NULL OR state = %(state)s)
ORDER BY order_id DESC
LIMIT %(limit)s

-- name: by_buyer
SELECT order_id, buyer_id, node_id, state, channel, total_minor, currency, market_code, placed_at
FROM every_order
WHERE buyer_id = ANY (%(buyers)s::bigint[]) AND order_id < %(before)s
  AND (%(state)s::smallint IS NULL OR state = %(state)s)
ORDER BY order_id DESC
LIMIT %(limit)s

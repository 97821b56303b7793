-- name: orders
SELECT order_id, cell, buyer_id, node_id, state, channel, total_minor, currency, market_code, placed_at FROM every_order

-- name: short_at_node
SELECT sku_id, on_hand, reserved FROM every_pool
WHERE node_id = %(node_id)s AND sku_id = ANY(%(skus)s::int[]) AND short_since IS NOT NULL

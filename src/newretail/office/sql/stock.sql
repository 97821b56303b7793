-- name: of_node
SELECT cell, node_id, sku_id, on_hand, reserved, back_order, short_since
FROM every_pool
WHERE node_id = %(node_id)s AND sku_id > %(after)s AND (%(any_sku)s OR sku_id = ANY (%(skus)s::int[]))
ORDER BY sku_id
LIMIT %(limit)s

-- name: short
SELECT cell, node_id, sku_id, on_hand, reserved, back_order, short_since
FROM every_pool
WHERE short_since IS NOT NULL
ORDER BY short_since
LIMIT %(limit)s

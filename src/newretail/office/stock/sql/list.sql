-- name: pools
SELECT sku_id, node_id, cell, on_hand, reserved, on_hand - reserved AS available, back_order, short_since
FROM every_pool WHERE node_id = %(node)s

INSERT INTO {shadow}.stock_pool (node_id, sku_id, on_hand, back_order)
SELECT p.node_id, p.sku_id, greatest(p.on_hand - p.reserved, 0), p.back_order
FROM {cell}.stock_pool p
ORDER BY p.node_id, p.sku_id
ON CONFLICT DO NOTHING

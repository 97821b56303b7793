SELECT {name}::text AS cell, p.node_id, p.sku_id, p.on_hand, p.reserved, p.back_order, p.short_since
FROM {cell}.stock_pool p

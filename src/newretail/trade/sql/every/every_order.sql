SELECT {name}::text AS cell, o.order_id, o.buyer_id, o.batch_number, o.node_id, o.state, o.channel, o.total_minor,
       o.lines, h.tenant_id, h.market_code, h.currency, uuid_extract_timestamp(o.order_id) AS placed_at
FROM {cell}.trade_order o CROSS JOIN {cell}.cell_head h

-- No join: so that "the newest 50 of all cells" is a merge of indexes and not a sort of every order there is.
SELECT {name}::text AS cell, o.order_id, o.buyer_id, o.batch_number, o.node_id, o.state, o.channel, o.total_minor,
       o.lines, (SELECT h.tenant_id FROM {cell}.cell_head h) AS tenant_id,
       (SELECT h.market_code FROM {cell}.cell_head h) AS market_code,
       (SELECT h.currency FROM {cell}.cell_head h) AS currency, uuid_extract_timestamp(o.order_id) AS placed_at, o.settlement,
       o.way, o.parts
FROM {cell}.trade_order o

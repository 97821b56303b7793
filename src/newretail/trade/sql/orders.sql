-- name: copy
COPY {cell}.trade_order (order_id, buyer_id, batch_number, node_id, state, channel, total_minor,
    settlement, way, lines)
FROM STDIN (FORMAT BINARY)

-- name: copy_with_parts
COPY {cell}.trade_order (order_id, buyer_id, batch_number, node_id, state, channel, total_minor,
    settlement, way, lines, parts)
FROM STDIN (FORMAT BINARY)

-- name: insert
INSERT INTO {cell}.trade_order (order_id, buyer_id, batch_number, node_id, state, channel, total_minor, settlement, way,
    lines, parts)
SELECT d.order_id, d.buyer_id, %s::bigint, d.node_id, d.state, d.channel, d.total_minor, d.settlement, d.way,
    d.lines::int[], d.parts::int[]
FROM unnest(%s::uuid[], %s::bigint[], %s::int[], %s::int[], %s::int[], %s::bigint[], %s::int[], %s::int[],
        string_to_array(%s, ';'), string_to_array(%s, ';', '-'))
    AS d(order_id, buyer_id, node_id, state, channel, total_minor, settlement, way, lines, parts)

-- name: existing
SELECT order_id, buyer_id, node_id, state, total_minor, lines, settlement, batch_number, way FROM {cell}.trade_order WHERE order_id = ANY(%s)

-- name: add_batch
INSERT INTO {cell}.trade_batch (batch_number, kind, placed_at, tenant_id, market_code, currency, rehearsal_id,
    accepted, refused, refusals, lines, units, total_minor)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: find
SELECT o.order_id, o.buyer_id, o.batch_number, o.node_id, o.state, o.channel, o.total_minor, o.lines, o.settlement, o.way, o.parts
FROM {cell}.trade_order o WHERE o.order_id = %s

-- name: of_buyer
SELECT o.order_id, o.buyer_id, o.batch_number, o.node_id, o.state, o.channel, o.total_minor, o.lines, o.settlement, o.way, o.parts
FROM {cell}.trade_order o WHERE o.buyer_id = %s ORDER BY o.order_id DESC LIMIT %s

-- name: basket_lines
-- The imported till orders of a cell, a row a line, in the order of their time; of each what its node still carries,
-- because a shopper's basket can hold nothing else.
COPY (
    SELECT basket.number, basket.buyer_id, basket.node_id, basket.lines[line][1], basket.lines[line][2]
    FROM (
        SELECT row_number() OVER (ORDER BY o.order_id) AS number, o.buyer_id, o.node_id, o.lines
        FROM {cell}.trade_order o
        WHERE o.batch_number IN (SELECT batch_number FROM {cell}.trade_batch WHERE kind = 'import')
    ) AS basket CROSS JOIN LATERAL generate_subscripts(basket.lines, 1) AS line
    JOIN {cell}.stock_pool AS pool ON pool.node_id = basket.node_id AND pool.sku_id = basket.lines[line][1]
    ORDER BY basket.number, line
) TO STDOUT (FORMAT BINARY)

-- name: nodes
SELECT id, code FROM stock_node WHERE cell_id = %s

-- name: skus
-- What is for sale in a market.
SELECT sku.id, sku.code, price.amount_minor FROM catalog_sku sku
JOIN catalog_price price ON price.sku_id = sku.id AND price.market_code = %s
WHERE sku.is_sold

-- name: flash_sku
-- What a crowd would come for: a SKU with a cap per buyer if there is one, else what is bought most.
SELECT sku.id, sku.code, product.name, coalesce(sku.cap_per_buyer, 0), price.amount_minor
FROM catalog_sku sku
JOIN catalog_product product ON product.id = sku.product_id
JOIN catalog_price price ON price.sku_id = sku.id AND price.market_code = %s
WHERE sku.is_sold
ORDER BY sku.cap_per_buyer IS NULL, product.popularity DESC, sku.id
LIMIT 1

-- name: set_units
-- Only ever run in a shadow cell.
INSERT INTO {cell}.stock_pool (node_id, sku_id, on_hand) VALUES (%s, %s, %s)
ON CONFLICT (node_id, sku_id) DO UPDATE SET on_hand = excluded.on_hand + stock_pool.reserved, back_order = false

-- name: units
SELECT on_hand, reserved FROM {cell}.stock_pool WHERE node_id = %s AND sku_id = %s

-- name: names
SELECT sku.id, sku.code, product.name FROM catalog_sku sku JOIN catalog_product product ON product.id = sku.product_id
WHERE sku.id = ANY(%s)

-- name: hot
-- Units that were placed of the SKUs bought most, cancelled orders too.
SELECT lines[line][1] AS sku_id, sum(lines[line][2]) AS units, count(*) AS orders
FROM {cell}.trade_order CROSS JOIN LATERAL generate_subscripts(lines, 1) AS line
GROUP BY 1 ORDER BY units DESC, sku_id LIMIT 20

-- name: batches
SELECT batch_number, kind, placed_at, market_code, accepted, refused, lines, units, total_minor FROM {cell}.trade_batch
ORDER BY batch_number

-- name: by_node
SELECT node_id, count(*) FROM {cell}.trade_order GROUP BY node_id

-- name: order_states
COPY (SELECT order_id, state FROM {cell}.trade_order) TO STDOUT (FORMAT BINARY)

-- name: database
SELECT sum(xact_commit), sum(xact_rollback), sum(tup_inserted), sum(tup_updated), sum(tup_fetched), sum(blks_read),
       sum(blks_hit), sum(deadlocks)
FROM pg_stat_database WHERE datname = current_database()

-- name: wal
SELECT wal_records, wal_bytes::bigint FROM pg_stat_wal

-- name: stock_up
UPDATE {cell}.stock_pool SET on_hand = on_hand * %s

-- name: settle
VACUUM (ANALYZE) {cell}.stock_pool

-- name: settle_accounts
VACUUM (ANALYZE) {cell}.pay_account

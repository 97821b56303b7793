-- Each statement returns one row: what was counted, how many of it break the law, and the first five of those.

-- name: caps
-- No buyer took more of a SKU than its cap. The caps come from the catalogue, which may lie on another server.
WITH cap AS (
    SELECT * FROM unnest(%(cap_sku_ids)s::int[], %(caps)s::int[]) AS c(sku_id, units)
), bad AS MATERIALIZED (
    SELECT u.sku_id, u.buyer_id, u.taken, cap.units FROM {cell}.stock_cap_use u JOIN cap USING (sku_id)
    WHERE u.taken > cap.units
)
SELECT (SELECT count(*) FROM {cell}.stock_cap_use), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('buyer ', buyer_id, ' took ', taken, ' of SKU ', sku_id, ', the cap is ', units)
    FROM bad ORDER BY taken - units DESC, buyer_id LIMIT 5
)

-- name: cap_use
-- What counts against a cap is what the buyer's orders hold: neither more nor, beyond a cap, less.
WITH cap AS (
    SELECT * FROM unnest(%(cap_sku_ids)s::int[], %(caps)s::int[]) AS c(sku_id, units)
), bought AS (
    SELECT o.buyer_id, o.lines[line][1] AS sku_id, sum(o.lines[line][2]) AS units
    FROM {cell}.trade_order o CROSS JOIN LATERAL generate_subscripts(o.lines, 1) AS line
    WHERE o.state <> %(cancelled)s
      AND o.lines[line][1] IN (SELECT sku_id FROM cap UNION SELECT sku_id FROM {cell}.stock_cap_use)
      AND NOT EXISTS (SELECT FROM {cell}.trade_batch b WHERE b.batch_number = o.batch_number AND b.kind = 'import')
    GROUP BY 1, 2
), bad AS MATERIALIZED (
    SELECT sku_id, buyer_id, coalesce(u.taken, 0) AS taken, coalesce(bought.units, 0) AS units
    FROM {cell}.stock_cap_use u FULL JOIN bought USING (sku_id, buyer_id) LEFT JOIN cap USING (sku_id)
    WHERE coalesce(u.taken, 0) > coalesce(bought.units, 0)
)
SELECT (SELECT coalesce(sum(units), 0) FROM bought), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('buyer ', buyer_id, ' is charged ', taken, ' of SKU ', sku_id, ' but their orders hold ', units)
    FROM bad ORDER BY buyer_id, sku_id LIMIT 5
)

-- Each statement returns one row: what was counted, how many of it break the law, and the first five of those.

-- name: promises
WITH bad AS MATERIALIZED (
    SELECT node_id, sku_id, on_hand, reserved FROM {cell}.stock_pool
    WHERE reserved < 0 OR (on_hand < reserved AND NOT back_order AND short_since IS NULL)
)
SELECT (SELECT count(*) FROM {cell}.stock_pool), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('node ', node_id, ' SKU ', sku_id, ': ', on_hand, ' on hand, ', reserved, ' reserved')
    FROM bad ORDER BY reserved - on_hand DESC, node_id, sku_id LIMIT 5
)

-- name: fences
-- The CHECKs of the tables are the last fence: somebody may have taken them away.
WITH wanted AS (
    SELECT * FROM unnest(
        ARRAY['stock_pool', 'stock_pool', 'stock_cap_use'],
        ARRAY['not_promised_beyond_stock', 'reserved_not_negative', 'taken_not_negative']
    ) AS w(relation, fence)
), missing AS MATERIALIZED (
    SELECT relation, fence FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
        WHERE n.nspname = %(cell)s AND r.relname = relation AND c.conname = fence AND c.convalidated AND c.contype = 'c'
    )
)
SELECT (SELECT count(*) FROM wanted), (SELECT count(*) FROM missing), ARRAY(
    SELECT concat(relation, ' has lost its CHECK ', fence) FROM missing ORDER BY fence LIMIT 5
)

-- Each statement returns one row: what was counted, how many of it break the law, and the first five of those.

-- name: batches
-- A real cell has no batch of a rehearsal; a shadow cell has only those of its own.
WITH bad AS MATERIALIZED (
    SELECT batch_number, rehearsal_id FROM {cell}.trade_batch
    WHERE rehearsal_id IS DISTINCT FROM %(rehearsal_id)s::bigint
)
SELECT (SELECT count(*) FROM {cell}.trade_batch), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('batch ', batch_number, ' belongs to ', coalesce('rehearsal ' || rehearsal_id, 'the real market'))
    FROM bad ORDER BY batch_number LIMIT 5
)

-- name: head
-- The cell's own head says the same as the routing map.
WITH bad AS MATERIALIZED (
    SELECT name, tenant_id, market_code, currency, rehearsal_id FROM {cell}.cell_head
    WHERE (name, tenant_id, market_code, currency, rehearsal_id) IS DISTINCT FROM
          (%(cell)s, %(tenant_id)s::smallint, %(market_code)s, %(currency)s, %(rehearsal_id)s::bigint)
)
SELECT (SELECT count(*) FROM {cell}.cell_head), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('the head says ', name, ', tenant ', tenant_id, ', ', market_code, ', ', currency, ', rehearsal ',
                  coalesce(rehearsal_id::text, 'none')) FROM bad LIMIT 5
)

-- name: views
-- The views that reports read are unions over real cells of the home database, and over nothing else.
WITH used AS (
    SELECT DISTINCT view_name, table_schema FROM information_schema.view_table_usage
    WHERE view_schema = 'public' AND view_name LIKE 'every\_%%'
), bad AS MATERIALIZED (
    SELECT view_name, table_schema FROM used WHERE NOT table_schema = ANY(%(real_cells)s)
    UNION ALL
    SELECT view_name, cell || ' (left out)' FROM (SELECT DISTINCT view_name FROM used) v CROSS JOIN unnest(%(real_cells)s) AS cell
    WHERE NOT EXISTS (SELECT FROM used u WHERE u.view_name = v.view_name AND u.table_schema = cell)
)
SELECT (SELECT count(DISTINCT view_name) FROM used), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat(view_name, ' reads ', table_schema) FROM bad ORDER BY view_name, table_schema LIMIT 5
)

-- Each statement returns one row: what was counted, how many of it break the law, and the first five of those.

-- name: reserved
-- Every reserved unit belongs to a live order or hold, pool by pool.
WITH owed AS (
    SELECT node_id, sku_id, sum(quantity) AS units
    FROM (
        SELECT o.node_id, o.lines[line][1] AS sku_id, o.lines[line][2] AS quantity
        FROM {cell}.trade_order o CROSS JOIN LATERAL generate_subscripts(o.lines, 1) AS line
        WHERE o.state = ANY(%(holding)s)
        UNION ALL
        SELECT h.node_id, h.lines[line][1], h.lines[line][2]
        FROM {cell}.stock_hold h CROSS JOIN LATERAL generate_subscripts(h.lines, 1) AS line
    ) AS taken
    GROUP BY node_id, sku_id
), bad AS MATERIALIZED (
    SELECT node_id, sku_id, coalesce(p.reserved, 0) AS reserved, coalesce(owed.units, 0) AS units
    FROM {cell}.stock_pool p FULL JOIN owed USING (node_id, sku_id)
    WHERE coalesce(p.reserved, 0) <> coalesce(owed.units, 0)
)
SELECT (SELECT coalesce(sum(reserved), 0) FROM {cell}.stock_pool), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('node ', node_id, ' SKU ', sku_id, ': ', reserved, ' reserved, live orders and holds have ', units)
    FROM bad ORDER BY abs(reserved - units) DESC, node_id, sku_id LIMIT 5
)

-- name: batches
-- What a batch says it placed is what the order table holds of it.
WITH held AS (
    SELECT batch_number, count(*) AS orders, sum(cardinality(lines) / 3) AS lines, sum(total_minor) AS total_minor,
           sum((SELECT sum(lines[line][2]) FROM generate_subscripts(lines, 1) AS line)) AS units
    FROM {cell}.trade_order GROUP BY batch_number
), bad AS MATERIALIZED (
    SELECT batch_number, b.accepted, held.orders, b.lines AS said_lines, held.lines, b.units AS said_units, held.units,
           b.total_minor AS said_total, held.total_minor
    FROM (SELECT * FROM {cell}.trade_batch WHERE kind <> 'move') AS b FULL JOIN held USING (batch_number)
    WHERE (b.accepted, b.lines, b.units, b.total_minor) IS DISTINCT FROM
          (coalesce(held.orders, 0), coalesce(held.lines, 0), coalesce(held.units, 0), coalesce(held.total_minor, 0))
)
SELECT (SELECT coalesce(sum(orders), 0) FROM held), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('batch ', batch_number, ' says ', coalesce(accepted::text, 'nothing'), ' orders, ', said_lines, ' lines, ',
                  said_units, ' units, total ', said_total, '; the orders hold ', coalesce(orders, 0), ', ', lines, ', ',
                  units, ', ', total_minor)
    FROM bad ORDER BY batch_number LIMIT 5
)

-- name: numbers
-- Batch numbers go up to the head's counter, no further; every refusal is counted under its reason.
WITH bad AS MATERIALIZED (
    SELECT b.batch_number, h.batch_number AS head, b.refused, b.refusals
    FROM {cell}.trade_batch b CROSS JOIN {cell}.cell_head h
    WHERE b.batch_number > h.batch_number OR b.batch_number < 1
       OR b.refused <> (SELECT coalesce(sum(value::bigint), 0) FROM jsonb_each_text(b.refusals))
)
SELECT (SELECT count(*) FROM {cell}.trade_batch), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('batch ', batch_number, ': the head stands at ', head, '; ', refused, ' refused for ', refusals)
    FROM bad ORDER BY batch_number LIMIT 5
)

-- name: totals
-- An order costs what its lines say, less discounts, with shipping, its taxes inside or on top; no line is empty, and
-- parts are one a line, none below zero, no discount beyond its line.
WITH bad AS MATERIALIZED (
    SELECT order_id, total_minor, sums.total
    FROM {cell}.trade_order o CROSS JOIN LATERAL (
        SELECT sum(goods - coalesce(parts[1], 0) + coalesce(parts[3], 0)) AS total, sum(coalesce(parts[2], 0)) AS tax,
               min(units) AS least, bool_and(coalesce(parts[1] BETWEEN 0 AND goods AND least(parts[2], parts[3]) >= 0, true))
                   AS in_range
        FROM (
            SELECT o.lines[line][2] AS units, o.lines[line][2]::bigint * o.lines[line][3] AS goods,
                   ARRAY[o.parts[line][1], o.parts[line][2], o.parts[line][3]] AS parts
            FROM generate_subscripts(o.lines, 1) AS line
        ) AS each
    ) AS sums
    WHERE total_minor NOT IN (sums.total, sums.total + sums.tax) OR sums.least < 1 OR NOT sums.in_range
       OR (o.parts IS NOT NULL AND cardinality(o.parts) / 4 <> cardinality(o.lines) / 3)
)
SELECT (SELECT count(*) FROM {cell}.trade_order), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('order ', order_id, ': total ', total_minor, ', its lines come to ', total) FROM bad
    ORDER BY order_id LIMIT 5
)

-- name: states
-- An order stands where its last move left it; one that never moved stands where it was placed (or was imported), or
-- waits for its money.
WITH last AS (
    SELECT DISTINCT ON (order_id) order_id, to_state FROM {cell}.trade_move ORDER BY order_id, batch_number DESC, to_state DESC
), bad AS MATERIALIZED (
    SELECT order_id, o.state, last.to_state
    FROM {cell}.trade_order o FULL JOIN last USING (order_id)
    WHERE o.state IS NULL
       OR (last.to_state IS NOT NULL AND o.state <> last.to_state)
       OR (last.to_state IS NULL AND o.state <> %(placed)s AND NOT (o.state = %(unpaid)s AND o.settlement = 2)
           AND NOT EXISTS (
           SELECT FROM {cell}.trade_batch b WHERE b.batch_number = o.batch_number AND b.kind = 'import'))
)
SELECT (SELECT count(*) FROM {cell}.trade_order), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('order ', order_id, ': state ', coalesce(state::text, 'none (no such order)'), ', last moved to ',
                  coalesce(to_state::text, 'none'))
    FROM bad ORDER BY order_id LIMIT 5
)

-- name: moves
-- Moves follow the table of allowed moves and hang together.
WITH chained AS (
    SELECT order_id, from_state, to_state, batch_number,
           lag(to_state) OVER (PARTITION BY order_id ORDER BY batch_number, to_state) AS before
    FROM {cell}.trade_move
), bad AS MATERIALIZED (
    SELECT * FROM chained
    WHERE coalesce(before, from_state) <> from_state OR NOT (from_state * 100 + to_state) = ANY(%(allowed)s)
)
SELECT (SELECT count(*) FROM {cell}.trade_move), (SELECT count(*) FROM bad), ARRAY(
    SELECT concat('order ', order_id, ': moved ', from_state, ' to ', to_state, ' in batch ', batch_number,
                  ' but stood at ', coalesce(before, from_state))
    FROM bad ORDER BY batch_number, order_id LIMIT 5
)

-- name: order_ids
COPY (SELECT order_id FROM {cell}.trade_order) TO STDOUT (FORMAT BINARY)

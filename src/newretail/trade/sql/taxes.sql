-- name: of_sales
-- The tax in what came less what went back, by channel. What an order brought has its part of the order's tax; a line that
-- was given back takes its own line's tax along, which is not the order's average (cancelled orders gave all of it back).
-- {{net}} and {{back}} are pay's; an order without parts is older than they are, and has the rate that is given inside.
WITH net AS ({net}), back AS ({back}), taxed AS (
    SELECT o.order_id, o.channel, o.total_minor, o.lines, o.parts, o.state,
           (SELECT sum(o.parts[n][2]) FROM generate_subscripts(o.parts, 1) AS n)::numeric AS tax_minor,
           (SELECT sum(o.lines[n][2]::bigint * o.lines[n][3] - o.parts[n][1] + o.parts[n][3])
            FROM generate_subscripts(o.parts, 1) AS n) <> o.total_minor AS is_on_top
    FROM {cell}.trade_order o
    WHERE o.order_id IN (SELECT order_id FROM net UNION SELECT order_id FROM back)
), part AS (
    SELECT net.channel, CASE
        WHEN o.parts IS NULL THEN net.net_minor * %(rate)s::numeric / (10000 + %(rate)s)
        WHEN net.net_minor = o.total_minor THEN o.tax_minor
        WHEN o.total_minor = 0 THEN 0
        ELSE net.net_minor * o.tax_minor / o.total_minor END AS tax
    FROM net LEFT JOIN taxed o USING (order_id)
    UNION ALL
    SELECT o.channel, back.amount_minor * (o.tax_minor / o.total_minor - o.parts[back.line][2]::numeric / (
        o.lines[back.line][2]::bigint * o.lines[back.line][3] - o.parts[back.line][1] + o.parts[back.line][3]
        + CASE WHEN o.is_on_top THEN o.parts[back.line][2] ELSE 0 END))
    FROM back JOIN taxed o USING (order_id)
    WHERE o.parts IS NOT NULL AND o.total_minor > 0 AND o.state <> %(cancelled)s
)
SELECT channel, sum(tax) FROM part GROUP BY channel

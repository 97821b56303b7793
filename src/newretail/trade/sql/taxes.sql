-- name: of_sales
-- The tax in what came less what went back, by channel. An order that came whole has the tax that it kept. Of any other
-- the day has what it kept by the day's end less what it kept before, in whole units: so that whatever comes and goes on
-- whichever days, the days add up to what is left, and to nothing where nothing is. What an order keeps is its part of its
-- tax; but a line that was given back took its own line's tax along, which is not the order's average.
-- {{net}}, {{back}}, {{nets}} and {{lines}} are pay's; an order without parts is older than they are, and has the rate inside.
WITH net AS ({net}), back AS ({back}), touched AS (
    SELECT coalesce(net.channel, o.channel) AS channel, order_id, coalesce(net.net_minor, 0) AS net_minor,
           o.total_minor, o.lines, o.parts,
           (SELECT sum(o.parts[n][2]) FROM generate_subscripts(o.parts, 1) AS n)::numeric AS tax_minor,
           o.parts IS NOT NULL AND o.total_minor > 0
               AND (net.net_minor IS DISTINCT FROM o.total_minor OR back.order_id IS NOT NULL) AS is_odd
    FROM net FULL JOIN (SELECT DISTINCT order_id FROM back) AS back USING (order_id)
    LEFT JOIN {cell}.trade_order o USING (order_id)
), odd AS (
    SELECT o.channel, o.total_minor, o.tax_minor, nets.before_minor, nets.then_minor, given.before_more, given.then_more
    FROM (SELECT *, (SELECT sum(lines[n][2]::bigint * lines[n][3] - parts[n][1] + parts[n][3])
                     FROM generate_subscripts(parts, 1) AS n) <> total_minor AS is_on_top
          FROM touched WHERE is_odd) AS o
    CROSS JOIN LATERAL ({nets}) AS nets
    CROSS JOIN LATERAL (
        -- What lines that went back took along beyond, or short of, the order's average.
        SELECT coalesce(sum(more) FILTER (WHERE batch_number <= %(after)s), 0) AS before_more, coalesce(sum(more), 0) AS then_more
        FROM (
            SELECT given.batch_number, given.amount_minor * (
                o.tax_minor / o.total_minor - o.parts[given.line][2]::numeric / nullif(
                    o.lines[given.line][2]::bigint * o.lines[given.line][3] - o.parts[given.line][1] + o.parts[given.line][3]
                    + CASE WHEN o.is_on_top THEN o.parts[given.line][2] ELSE 0 END, 0)) AS more
            FROM ({lines}) AS given
        ) AS each
    ) AS given
), part AS (
    SELECT channel, CASE WHEN parts IS NULL THEN net_minor * %(rate)s::numeric / (10000 + %(rate)s)
                         WHEN total_minor > 0 THEN tax_minor ELSE 0 END AS tax
    FROM touched WHERE NOT is_odd OR is_odd IS NULL
    UNION ALL
    SELECT channel, CASE then_minor WHEN 0 THEN 0 ELSE round(then_minor * tax_minor / total_minor + then_more) END
                  - CASE before_minor WHEN 0 THEN 0 ELSE round(before_minor * tax_minor / total_minor + before_more) END
    FROM odd
)
SELECT channel, sum(tax) FROM part WHERE channel IS NOT NULL GROUP BY channel

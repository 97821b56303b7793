-- name: quarters
-- What was ordered in each quarter of an hour of some days (`number` names a day of one market, in its own time zone),
-- and, in rows without a quarter, why orders were refused. Costs what the batches cost, however many orders they hold.
WITH batch AS MATERIALIZED (
    SELECT day.number, floor(extract(epoch FROM b.placed_at - day.start) / 900)::int AS quarter, b.accepted, b.refused,
           b.units, b.total_minor, b.refusals
    FROM unnest(%(codes)s::text[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        WITH ORDINALITY AS day(market_code, start, finish, number)
    JOIN every_batch b ON b.market_code = day.market_code AND b.placed_at >= day.start AND b.placed_at < day.finish
    WHERE b.kind = 'place' AND b.rehearsal_id IS NULL
)
SELECT number, quarter, '' AS reason, sum(accepted)::bigint AS orders, sum(refused)::bigint AS refused,
       sum(units)::bigint AS units, sum(total_minor)::bigint AS total_minor
FROM batch GROUP BY number, quarter
UNION ALL
SELECT number, NULL, refusal.key, sum(refusal.value::bigint)::bigint, 0, 0, 0
FROM batch CROSS JOIN LATERAL jsonb_each_text(refusals) AS refusal
WHERE refused > 0 GROUP BY number, refusal.key
ORDER BY number, quarter, orders DESC

-- name: money
-- What was captured and given back since the start of each cell's day, by tender; and, as tender 0, what was declined.
SELECT f.cell, f.tender, sum(f.captured_minor)::bigint AS captured_minor, sum(f.captures)::bigint AS captures,
       sum(f.refunded_minor)::bigint AS refunded_minor
FROM unnest(%(cells)s::text[], %(starts)s::timestamptz[]) AS day(cell, start)
JOIN every_flow f ON f.cell = day.cell AND f.quarter >= day.start
GROUP BY f.cell, f.tender
UNION ALL
SELECT e.cell, 0, sum(e.amount_minor)::bigint, count(*), 0
FROM unnest(%(cells)s::text[], %(starts)s::timestamptz[]) AS day(cell, start)
CROSS JOIN LATERAL (
    SELECT min(b.batch_number) AS first FROM every_pay_batch b WHERE b.cell = day.cell AND b.posted_at >= day.start
) AS since
JOIN every_pay_event e ON e.cell = day.cell AND e.batch_number >= since.first AND e.kind = %(declined)s
GROUP BY e.cell
UNION ALL
SELECT cell, -1, sum(amount_minor)::bigint, count(*), 0 FROM every_payment WHERE expires_at IS NOT NULL GROUP BY cell

-- name: waits
-- Everything that waits for a person, counted in one journey.
SELECT 'short' AS what, count(*) AS found FROM every_pool WHERE short_since IS NOT NULL
UNION ALL
SELECT 'refunds', count(*) FROM every_refund_request WHERE state IN (1, 2)
UNION ALL
SELECT 'gift_cards', count(*) FROM every_card_request WHERE state IN (1, 2)
UNION ALL
SELECT 'suspense', count(*) FROM every_payment WHERE suspense_minor <> 0
UNION ALL
SELECT 'odd', count(*) FROM every_odd_event
UNION ALL
SELECT 'disagreements', count(*) FROM every_pay_disagreement WHERE settled_at IS NULL AND explained_at IS NULL
UNION ALL
SELECT 'payouts', count(*) FROM every_payout WHERE state = 1
UNION ALL
SELECT 'imports_' || state, count(*) FROM office_import WHERE state IN ('faulty', 'broken', 'checked') GROUP BY state

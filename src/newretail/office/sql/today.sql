-- name: sums
SELECT b.market_code, sum(b.accepted) AS orders, sum(b.refused) AS refused, sum(b.units) AS units,
       sum(b.total_minor) AS total_minor
FROM unnest(%(codes)s::text[], %(starts)s::timestamptz[]) AS day(market_code, start)
JOIN every_batch b ON b.market_code = day.market_code AND b.placed_at >= day.start
WHERE b.kind = 'place' AND b.rehearsal_id IS NULL
GROUP BY b.market_code

-- name: refusals
SELECT b.market_code, refusal.key AS reason, sum(refusal.value::bigint) AS orders
FROM unnest(%(codes)s::text[], %(starts)s::timestamptz[]) AS day(market_code, start)
JOIN every_batch b ON b.market_code = day.market_code AND b.placed_at >= day.start
CROSS JOIN LATERAL jsonb_each_text(b.refusals) AS refusal
WHERE b.kind = 'place' AND b.rehearsal_id IS NULL AND b.refused > 0
GROUP BY b.market_code, refusal.key
ORDER BY orders DESC

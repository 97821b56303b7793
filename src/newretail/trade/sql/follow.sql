-- name: opening
-- What the batches of a day add up to, and the number to read on from, in one snapshot.
SELECT (SELECT coalesce(max(batch_number), 0) FROM {cell}.trade_batch),
       coalesce(sum(accepted), 0)::bigint, coalesce(sum(refused), 0)::bigint, coalesce(sum(units), 0)::bigint,
       coalesce(sum(total_minor), 0)::bigint
FROM {cell}.trade_batch WHERE kind = 'place' AND placed_at >= %s

-- name: by_second
SELECT floor(extract(epoch FROM placed_at))::bigint AS second, sum(accepted)::bigint, sum(refused)::bigint
FROM {cell}.trade_batch WHERE kind = 'place' AND placed_at >= %s AND batch_number <= %s
GROUP BY second ORDER BY second

-- name: after
SELECT batch_number, kind, extract(epoch FROM placed_at)::float8, accepted, refused, units, total_minor
FROM {cell}.trade_batch WHERE batch_number > %s ORDER BY batch_number LIMIT %s

-- name: newest
-- By the primary key, which is ordered by time: costs what it returns, however many orders there are. The bound keeps
-- out ids that were made ahead of time.
SELECT order_id, buyer_id, batch_number, node_id, total_minor, lines FROM {cell}.trade_order
WHERE order_id < %s ORDER BY order_id DESC LIMIT %s

-- name: last_at
SELECT max(placed_at) FROM {cell}.trade_batch WHERE kind = 'place'

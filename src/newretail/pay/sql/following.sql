-- name: mark
SELECT coalesce(max(batch_number), 0) FROM {cell}.pay_batch

-- name: by_second
-- What batches took since a moment and up to a number, by second of Unix time and source.
SELECT floor(extract(epoch FROM b.posted_at))::bigint AS second, t.key, sum((t.value ->> 0)::bigint)::bigint,
       sum((t.value ->> 1)::bigint)::bigint
FROM {cell}.pay_batch b CROSS JOIN LATERAL jsonb_each(b.taken) t
WHERE b.posted_at >= %s AND b.batch_number <= %s GROUP BY 1, 2 ORDER BY 1, 2

-- name: after
SELECT batch_number, extract(epoch FROM posted_at)::float8, taken FROM {cell}.pay_batch
WHERE batch_number > %s ORDER BY batch_number LIMIT %s
